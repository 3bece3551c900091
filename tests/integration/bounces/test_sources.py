"""Reports are taken from a Maildir, an mbox file, an IMAP folder, an SMTP listener; each of them once."""

import mailbox
import smtplib
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from distributor.deliver.listener import ReportListener
from distributor.deliver.mailboxes import ImapBox, MaildirBox, MboxBox, ReportBox, quoted_folder
from distributor.errors import Misconfigured, RelayTrouble
from distributor.model.recipient import RecipientList, Role
from distributor.model.report import Taking
from distributor.model.run import DeliveryState
from distributor.settings import Security
from distributor.store import address_book
from distributor.store.engine import Database
from distributor.usecases.empty_box import empty_box
from distributor.usecases.own_addresses import own_addresses
from distributor.usecases.take_bounce import take_bounce
from tests.support.imap_server import ImapServer
from tests.support.ledger import counts_of
from tests.support.returning import make_sent_run, report_about, sealed_address, set_state

pytestmark = pytest.mark.anyio


def maildir(folder: Path, *mails: bytes) -> MaildirBox:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, mail in enumerate(mails):
        (folder / "new" / f"{number}.x").write_bytes(mail)
    return MaildirBox(folder)


async def test_a_maildir_is_emptied_once(database: Database, tmp_path: Path) -> None:
    context, run, (first, second) = await make_sent_run(database, tmp_path)
    box = maildir(tmp_path / "box", report_about(first), report_about(second))
    assert await empty_box(context, box) == 2
    assert await empty_box(context, box) == 0
    assert sorted(file.name for file in (tmp_path / "box" / "cur").iterdir()) == ["0.x:2,S", "1.x:2,S"]
    assert (await counts_of(database, run)).of(DeliveryState.FAILED) == 2


async def test_what_comes_early_stays_in_the_box(database: Database, tmp_path: Path) -> None:
    context, _, (first, _) = await make_sent_run(database, tmp_path)
    await set_state(database, [first], DeliveryState.CLAIMED, worker="w")
    box = maildir(tmp_path / "box", report_about(first))
    assert await empty_box(context, box) == 0
    await set_state(database, [first], DeliveryState.SENT)
    assert await empty_box(context, box) == 1


async def test_an_mbox_file_loses_what_was_taken(database: Database, tmp_path: Path) -> None:
    context, run, (first, second) = await make_sent_run(database, tmp_path)
    file = tmp_path / "reports"
    box = mailbox.mbox(file)
    box.add(report_about(first))
    box.add(b"Subject: to a person\n\nhello\n")
    box.add(report_about(second))
    box.close()
    assert await empty_box(context, MboxBox(file)) == 3
    assert file.read_bytes() == b""
    assert (await counts_of(database, run)).of(DeliveryState.FAILED) == 2


async def test_what_was_taken_of_an_imap_folder_is_seen_and_nothing_is_deleted(
    database: Database, tmp_path: Path
) -> None:
    context, run, (first, second) = await make_sent_run(database, tmp_path)
    with ImapServer([report_about(first), report_about(second)]) as server:
        box = ImapBox("127.0.0.1", server.port, Security.NONE, "bulletin@xiefa.example", "secret")
        assert await empty_box(context, box) == 2
        assert await empty_box(context, box) == 0
        assert server.seen == set(server.mails)
        assert any(said.startswith("ID ") for said in server.commands)
        assert not any("DELETE" in said.upper() or "EXPUNGE" in said.upper() for said in server.commands)
    assert (await counts_of(database, run)).of(DeliveryState.FAILED) == 2


@pytest.mark.parametrize(
    ("password", "folder"), [("wrong", "INBOX"), ("secret", "退信")], ids=["password", "no such folder"]
)
def test_an_imap_server_that_refuses_is_reported_by_name(password: str, folder: str) -> None:
    with ImapServer([], knows_id=False) as server:
        box = ImapBox("127.0.0.1", server.port, Security.NONE, "bulletin@xiefa.example", password, folder)
        with pytest.raises(RelayTrouble, match="report-box") as caught:
            box.fetch(1)
    assert caught.value.parameters["box"] == f"127.0.0.1/{folder}"


def test_an_imap_server_without_the_protection_that_is_asked_for_is_not_spoken_to(tmp_path: Path) -> None:
    with ImapServer([], knows_id=False) as server:
        for security in (Security.STARTTLS, Security.TLS):
            box = ImapBox("127.0.0.1", server.port, security, "a", "secret")
            with pytest.raises(RelayTrouble, match="report-box"):
                box.fetch(1)
        assert not any("LOGIN" in said for said in server.commands)
    with pytest.raises(Misconfigured, match="credentials-without-tls"):
        ImapBox("imap.example", 143, Security.NONE, "a", "secret").fetch(1)
    strange = ImapBox("127.0.0.1", 1, trust=tmp_path / "missing.pem")
    with pytest.raises(RelayTrouble, match="report-box"):
        strange.fetch(1)


@pytest.mark.parametrize(
    ("name", "written"), [("INBOX", '"INBOX"'), ("退信", '"&kABP4Q-"'), ('a"b\\c&d', '"a\\"b\\\\c&-d"')]
)
def test_a_folder_has_a_name_as_imap_writes_it(name: str, written: str) -> None:
    assert quoted_folder(name) == written


@pytest.mark.parametrize("box", [MaildirBox(Path("/nowhere")), MboxBox(Path("/nowhere/box"))], ids=["maildir", "mbox"])
def test_a_box_that_is_not_there_is_reported_by_name(box: ReportBox) -> None:
    with pytest.raises(RelayTrouble, match="report-box"):
        box.fetch(1)


async def test_the_listener_takes_reports_to_our_addresses_alone(database: Database, tmp_path: Path) -> None:
    context, run, (first, second) = await make_sent_run(database, tmp_path)

    async def take(data: bytes, recipient: str) -> bool:
        return (await take_bounce(context, data, recipient)).taking is not Taking.EARLY

    def speak(port: int, recipient: str, mail: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", port) as talk:
            talk.sendmail("", [recipient], mail)

    async def ours() -> frozenset[str]:
        return await own_addresses(context)

    async with ReportListener(take, ours) as listener:
        sealed = sealed_address(context, first)
        await anyio.to_thread.run_sync(speak, listener.port, sealed, report_about(second))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await anyio.to_thread.run_sync(speak, listener.port, "x@elsewhere.example", b"")
        await set_state(database, [second], DeliveryState.CLAIMED, worker="w")
        mail = report_about(second, number=2)
        with pytest.raises(smtplib.SMTPDataError, match="come again"):
            await anyio.to_thread.run_sync(speak, listener.port, "Bulletin@xiefa.example", mail)
        other = "bao@other.example"
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await anyio.to_thread.run_sync(speak, listener.port, other, mail)
        async with database.write() as connection:
            book = await address_book.load(connection)
            lists = (RecipientList("bao2", "另一名单", (), Role.REPORT, sender_address=other),)
            await address_book.replace(connection, replace(book, lists=(*book.lists, *lists)))
        with pytest.raises(smtplib.SMTPDataError, match="come again"):
            await anyio.to_thread.run_sync(speak, listener.port, "bao+b.x@other.example", mail)
    counts = await counts_of(database, run)
    assert counts.of(DeliveryState.FAILED) == 1
