import asyncio
from datetime import UTC
from pathlib import Path

import pytest

from distributor.deliver import CaptureServer, Relay, SmtpTransport, read_captured, read_message
from distributor.errors import Misconfigured, NotFound
from distributor.model.run import DeliveryState
from distributor.settings import Security
from tests.support.delivering import SENDER, Hook, make_mail

pytestmark = pytest.mark.anyio

CHINESE = (
    "From: <bulletin@xiefa.example>\r\n"
    "To: =?utf-8?b?56eR5oqA6YOo?= <bgt@most.example>\r\n"
    "Subject: =?utf-8?b?566A5oql?=\r\n"
    "Date: Mon, 01 Jun 2026 09:00:00 +0800\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="b"\r\n'
    "\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n5q2j5paH\r\n"
    "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+5q2j5paHPC9wPg==\r\n"
    "--b--\r\n"
).encode("ascii")


def relay_of(server: CaptureServer) -> Relay:
    return Relay(host=server.host, port=server.port, security=Security.NONE)


async def test_a_captured_mail_has_the_bytes_that_were_sent(tmp_path: Path) -> None:
    message = make_mail()
    async with CaptureServer(tmp_path / "mail") as server, SmtpTransport(relay_of(server)) as transport:
        outcome = await transport.send(SENDER, "bgt@kjt-gd.example", message, Hook())
    assert outcome.state is DeliveryState.SENT
    assert (tmp_path / "mail" / "0001-bgt@kjt-gd.example.eml").read_bytes() == message


async def test_every_recipient_of_many_connections_has_a_file(tmp_path: Path) -> None:
    async with CaptureServer(tmp_path) as server, SmtpTransport(relay_of(server)) as transport:
        await asyncio.gather(*(transport.send(SENDER, f"a{n}@b.example", make_mail(), Hook()) for n in range(40)))
    mails = read_captured(tmp_path)
    assert [int(mail.name[:4]) for mail in mails] == list(range(1, 41))
    assert {mail.name[5:-4] for mail in mails} == {f"a{n}@b.example" for n in range(40)}
    assert len(mails) == len(set(tmp_path.iterdir()))


async def test_numbers_go_on_where_an_earlier_server_stopped(tmp_path: Path) -> None:
    for _ in range(2):
        async with CaptureServer(tmp_path) as server, SmtpTransport(relay_of(server)) as transport:
            await transport.send(SENDER, "a@b.example", make_mail(), Hook())
    assert [mail.name for mail in read_captured(tmp_path)] == ["0001-a@b.example.eml", "0002-a@b.example.eml"]


async def test_without_a_folder_mails_are_kept_in_memory() -> None:
    async with CaptureServer() as server, SmtpTransport(relay_of(server)) as transport:
        await transport.send(SENDER, "办公厅@kjt-gd.example", make_mail(), Hook())
    assert [(got.envelope_from, got.recipients) for got in server.received] == [(SENDER, ("办公厅@kjt-gd.example",))]
    assert server.received[0].content == make_mail()


async def test_a_message_beyond_the_size_limit_is_refused_before_it_is_sent() -> None:
    message = b"Subject: x\r\n\r\n" + b"x\r\n" * 100
    async with CaptureServer(largest=200) as server, SmtpTransport(relay_of(server)) as transport:
        outcome = await transport.send(SENDER, "a@b.example", message, Hook())
    assert (outcome.state, outcome.reply.text) == (DeliveryState.FAILED, "message-too-big")


async def test_a_recipient_that_is_no_file_name_gets_one(tmp_path: Path) -> None:
    async with CaptureServer(tmp_path) as server, SmtpTransport(relay_of(server)) as transport:
        await transport.send(SENDER, "../../x/y@b.example", make_mail(), Hook())
        await transport.send(SENDER, f"{'办' * 20}@b.example", make_mail(), Hook())
    assert [mail.name for mail in read_captured(tmp_path)] == [
        "0001-_.._x_y@b.example.eml",
        f"0002-{'办' * 20}@b.example.eml",
    ]


async def test_a_captured_mail_is_listed_and_read_in_its_parts(tmp_path: Path) -> None:
    async with CaptureServer(tmp_path) as server, SmtpTransport(relay_of(server)) as transport:
        await transport.send(SENDER, "bgt@most.example", CHINESE, Hook())
    (mail,) = read_captured(tmp_path)
    assert (mail.to, mail.subject, mail.size) == ("科技部 <bgt@most.example>", "简报", len(CHINESE))
    assert mail.date.isoformat() == "2026-06-01T09:00:00+08:00"
    message = read_message(tmp_path, mail.name)
    assert (message.text, message.html, message.raw) == ("正文", "<p>正文</p>", CHINESE)
    assert ("Subject", "简报") in message.headers
    assert message.mail == mail


@pytest.mark.parametrize("name", ["../secret.eml", "/etc/passwd", "", ".", "0002-x.eml", "link.eml", "0001-a.eml/../x"])
async def test_nothing_outside_the_folder_is_read(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (tmp_path / "secret.eml").write_bytes(CHINESE)
    (folder / "link.eml").symlink_to(tmp_path / "secret.eml")
    (folder / "0001-a.eml").write_bytes(CHINESE)
    with pytest.raises(NotFound) as caught:
        read_message(folder, name)
    assert caught.value.code == "captured-mail"


def test_a_folder_that_does_not_exist_holds_no_mail(tmp_path: Path) -> None:
    assert read_captured(tmp_path / "missing") == ()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"\xff\xfe\x00", "\ufffd\ufffd\x00"),
        (b"Subject: x\r\nDate: yesterday\r\n\r\nhello\r\n", "hello\r\n"),
        (b"Content-Type: text/plain; charset=martian\r\n\r\nhello\r\n", "hello\r\n"),
        (b"Content-Type: multipart/mixed\r\n\r\nhello\r\n", ""),
        (b"Date: Mon, 01 Jun 2026 09:00:00 -0000\r\nContent-Type: text/html\r\n\r\n<p>\r\n", ""),
        (b"To: \xe7\xa7\x91\r\nContent-Transfer-Encoding: base64\r\n\r\n5\r\n", None),
    ],
)
def test_a_broken_mail_is_shown_as_far_as_it_goes(tmp_path: Path, raw: bytes, text: str | None) -> None:
    (tmp_path / "0001-a.eml").write_bytes(raw)
    (mail,) = read_captured(tmp_path)
    message = read_message(tmp_path, mail.name)
    assert text is None or message.text.replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert mail.date.tzinfo is not None
    assert mail.date.astimezone(UTC).year >= 2026


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured) as caught:
        CaptureServer(tmp_path / "file" / "mail")
    assert caught.value.code == "folder-not-writable"


async def test_the_server_stops_while_a_client_is_connected(tmp_path: Path) -> None:
    transport = SmtpTransport(Relay())
    async with CaptureServer(tmp_path) as server:
        transport = SmtpTransport(relay_of(server))
        await transport.send(SENDER, "a@b.example", make_mail(), Hook())
    await transport.__aexit__(None, None, None)
    assert len(read_captured(tmp_path)) == 1
