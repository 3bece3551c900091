"""Feed readers of a Debian system read the site itself over HTTP: all items, in order, full text, second poll 304."""

import email
import email.policy
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest

from distributor.model.record import BulletinRecord
from tests.support.hostile import TITLE_AS_READ, hostile_record
from tests.support.records import published, seedlike_record
from tests.support.servers import serving

SEED = published(seedlike_record())
NEWSBOAT = shutil.which("newsboat") or ""
RSS2EMAIL = str(Path(sys.executable).with_name("r2e"))
RSS2EMAIL_SETTINGS = """[DEFAULT]
from = feeds@reader.example
to = desk@reader.example
email-protocol = maildir
maildir-path = {folder}
maildir-mailbox = INBOX
html-mail = True
"""

pytestmark = pytest.mark.slow
with_newsboat = pytest.mark.skipif(not NEWSBOAT, reason="newsboat is not installed")


def reload(folder: Path, url: str, path: str) -> list[tuple[str, str, str]]:
    """Let newsboat poll a feed, and give title, guid and content of what it knows, the newest first."""
    (folder / "urls").write_text(f"{url}/{path}\n", encoding="utf-8")
    (folder / "config").write_text("download-retries 1\ndownload-timeout 20\n", encoding="utf-8")
    files = ["-u", "urls", "-C", "config", "-c", "cache.db"]
    subprocess.run(
        [NEWSBOAT, *files, "-x", "reload"],
        cwd=folder,
        check=True,
        timeout=60,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        stdout=subprocess.DEVNULL,
    )
    with closing(sqlite3.connect(folder / "cache.db")) as cache:
        return cache.execute("select title, guid, content from rss_item order by pubDate desc").fetchall()


@with_newsboat
@pytest.mark.parametrize("path", ["feeds/all.atom.xml", "feeds/all.rss.xml", "feeds/sections/重要政策动态.atom.xml"])
def test_newsboat_reads_every_item_in_order_with_its_full_text(tmp_path: Path, path: str) -> None:
    wanted = [item for item in SEED.items if "sections" not in path or item.section == "重要政策动态"]
    with serving(tmp_path, [SEED]) as url:
        rows = reload(tmp_path, url, path)
    assert "sections" in path or len(rows) == 31
    assert [title for title, _, _ in rows] == [item.content.title for item in wanted]
    assert [guid for _, guid, _ in rows] == [item.tag_uri for item in wanted]
    for (_, _, content), item in zip(rows, wanted, strict=True):
        for paragraph in item.content.paragraphs:
            assert paragraph in content
        assert item.content.attribution is None or item.content.attribution.raw in content


@with_newsboat
def test_newsboat_is_answered_with_304_once_it_knows_the_tag(tmp_path: Path) -> None:
    answers: list[tuple[str, int]] = []
    with serving(tmp_path, [SEED], answers=answers) as url:
        first = reload(tmp_path, url, "feeds/all.atom.xml")
        # newsboat 2.21 stores the tag of a new feed at its second poll only
        again = [reload(tmp_path, url, "feeds/all.atom.xml") for _ in range(2)]
    assert again == [first, first]
    assert answers == [("/feeds/all.atom.xml", status) for status in (200, 200, 304)]


@with_newsboat
@pytest.mark.parametrize("path", ["feeds/all.atom.xml", "feeds/all.rss.xml"])
def test_newsboat_reads_a_hostile_bulletin(tmp_path: Path, path: str) -> None:
    kept: BulletinRecord = published(hostile_record())
    # the file of each bulletin on a site of the tests is its id
    record = replace(kept, original=replace(kept.original, sha256=sha256(kept.id.encode()).hexdigest()))
    with serving(tmp_path, [record]) as url:
        rows = reload(tmp_path, url, path)
    assert len(rows) == len(record.items)
    assert TITLE_AS_READ.startswith(rows[0][0][:4])


@pytest.mark.parametrize("path", ["feeds/all.atom.xml", "feeds/all.rss.xml"])
def test_rss2email_mails_every_article_whole_and_once(tmp_path: Path, path: str) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "settings").write_text(RSS2EMAIL_SETTINGS.format(folder=tmp_path / "mail"), encoding="utf-8")
    command = [RSS2EMAIL, "-c", str(tmp_path / "settings"), "-d", str(tmp_path / "state.json")]
    answers: list[tuple[str, int]] = []
    with serving(tmp_path, [SEED], answers=answers) as url:
        for step in (["add", "bulletin", f"{url}/{path}"], ["run"], ["run"]):
            subprocess.run([*command, *step], check=True, timeout=60, capture_output=True)
    assert answers == [(f"/{path}", status) for status in (200, 304)]
    mails = {str(mail["X-RSS-ID"]): body_of(mail) for mail in mails_in(tmp_path / "mail" / "INBOX")}
    assert len(mails) == 31
    assert set(mails) == {item.tag_uri for item in SEED.items}
    for item in SEED.items:
        assert all(paragraph in mails[item.tag_uri or ""] for paragraph in item.content.paragraphs)


def mails_in(folder: Path) -> list[EmailMessage]:
    """The messages of a maildir."""
    files = sorted((folder / "new").iterdir())
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def body_of(mail: EmailMessage) -> str:
    """The HTML of a message."""
    part = mail.get_body(("html",))
    return str(part.get_content()) if part is not None else ""
