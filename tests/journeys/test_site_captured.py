"""Before sending is switched on, the secretariat looks at the mails that stayed on this machine."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from tests.support.pages import look_at
from tests.support.sites import SiteUnderTest, site

pytestmark = pytest.mark.anyio

NAME = "0001-office@most.example.eml"
BASE = "https://bulletin.xiefa.example"
HTML = f"""<html><head><style>p {{ color: red }}</style></head><body>
<p><a href="{BASE}/items/k1">甲</a> <a href="https://elsewhere.example/">乙</a></p><script>alert(1)</script></body></html>"""


def keep(
    it: SiteUnderTest, name: str = NAME, *, subject: str = "联盟协发网简报 第12期", html: str | None = HTML
) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "联盟协发网秘书处 <bulletin@xiefa.example>"
    message["To"] = "科学技术部 <office@most.example>"
    if subject:
        message["Subject"] = subject
    message["Date"] = "Tue, 05 Dec 2023 09:30:00 +0800"
    message.set_content("甲<b>乙</b>")
    if html is not None:
        message.add_alternative(html, subtype="html")
    it.context.mail_folder.mkdir(exist_ok=True)
    (it.context.mail_folder / name).write_bytes(bytes(message))
    return bytes(message)


async def test_mails_are_listed_newest_first(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        keep(it)
        keep(it, "0002-office@most.example.eml", subject="第二封")
        page = look_at((await it.page("/captured")).text)
    assert page.values("//ul[@class='mail-list']//a/@href") == [
        "/captured/0002-office%40most.example.eml",
        "/captured/0001-office%40most.example.eml",
    ]
    assert "科学技术部 <office@most.example>" in page.tree.text_content()


async def test_a_mail_is_shown_in_its_parts(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        raw = keep(it)
        answer = await it.page(f"/captured/{NAME}")
        page = look_at(answer.text)
        frame = page.values("//iframe/@src")[0]
        inner = await it.page(frame)
        download = await it.page(f"/captured/{NAME}/raw")
    assert page.texts("//h1") == ["联盟协发网简报 第12期"]
    assert page.texts("//pre") == ["甲<b>乙</b>"]
    assert "Date" in page.texts("//dl//dt")
    assert "allow-scripts" not in page.values("//iframe/@sandbox")[0]
    assert "frame-src 'self'" in answer.headers["content-security-policy"]
    assert download.content == raw
    assert download.headers["content-disposition"].startswith("attachment;")
    assert look_at(inner.text).values("//a/@href") == ["/items/k1", "https://elsewhere.example/"]
    assert {a.headers["cache-control"] for a in (answer, inner, download)} == {"no-store"}


async def test_the_html_of_a_mail_runs_no_script_and_asks_for_nothing(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        keep(it)
        answer = await it.page(f"/captured/{NAME}/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"


async def test_a_mail_of_text_alone_and_without_subject_is_shown_too(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        keep(it, subject="", html=None)
        page = look_at((await it.page(f"/captured/{NAME}")).text)
        frame = await it.page(f"/captured/{NAME}/html")
    assert page.texts("//h1") == [NAME]
    assert page.texts("//iframe") == []
    assert frame.status_code == 404


@pytest.mark.parametrize("name", ["missing.eml", "..%2Fdistributor.sqlite3", "%2Fetc%2Fpasswd", "x" * 300])
async def test_nothing_but_mails_is_shown(tmp_path: Path, name: str) -> None:
    async with site(tmp_path) as it:
        keep(it)
        statuses = [(await it.page(f"/captured/{name}{part}")).status_code for part in ("", "/html", "/raw")]
    assert statuses == [404, 404, 404]


async def test_once_mails_are_sent_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    async with site(tmp_path, sending="live") as it:
        keep(it)
        statuses = [(await it.page(path)).status_code for path in ("/captured", f"/captured/{NAME}")]
        home = look_at((await it.page("/")).text)
    assert statuses == [404, 404]
    assert "/captured" not in home.own_links
