"""What a real Postfix relays still carries both signatures and every header as it was."""

import re
import smtplib
from collections.abc import AsyncIterator
from functools import partial

import anyio
import anyio.to_thread
import pytest

from distributor.compose import DkimAlgorithm, Prepared, check_message, new_key, prepare, sign
from distributor.deliver import CaptureServer
from distributor.model.recipient import MailFormat
from tests.support import private_postfix
from tests.support.messages import dkim_results, make_frame, make_personal, make_variant, read_message, seed_record

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.skipif(private_postfix.why_not() is not None, reason=private_postfix.why_not() or ""),
]
KEYS = (new_key("xiefa.example", "r1"), new_key("xiefa.example", "e1", DkimAlgorithm.ED25519))
HARD = (
    '科技部，“办公厅”, "综合处" <内部>',
    "𠀀𠮷联盟，" * 40,
    "=?utf-8?q?=0D=0ABcc:=20all@victim.example?=\r\nBcc: all@victim.example",
)


@pytest.fixture
async def relayed() -> AsyncIterator[tuple[CaptureServer, int]]:
    """A server that keeps what comes, and the port of the Postfix before it."""
    async with CaptureServer() as server:
        with private_postfix.postfix_to(server.port) as port:
            yield server, port


def hand_over(port: int, messages: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for message in messages:
            client.sendmail("bulletin@xiefa.example", ["bgt@most.example"], message)


async def arrived(server: CaptureServer, count: int) -> list[bytes]:
    with anyio.fail_after(60):
        while len(server.received) < count:  # noqa: ASYNC110  the server keeps what comes and tells nobody
            await anyio.sleep(0.05)
    return [received.content for received in server.received]


def signed(prepared: Prepared, number: int, name: str) -> bytes:
    personal = make_personal(display_name=name, greeting=name, message_id=f"<m{number}@xiefa.example>")
    message = sign(prepared.build(personal), KEYS, personal.sent)
    check_message(message)
    return message


async def test_signatures_hold_after_a_pass_through_postfix(relayed: tuple[CaptureServer, int]) -> None:
    server, port = relayed
    variants = [make_variant(seed_record(), mail_format=mail_format) for mail_format in MailFormat]
    messages = [
        signed(prepare(variant, make_frame()), 10 * place + number, name)
        for place, variant in enumerate(variants)
        for number, name in enumerate(("科学技术部办公厅", *HARD))
    ]
    await anyio.to_thread.run_sync(partial(hand_over, port, messages))
    received = {read_message(raw)["Message-ID"]: raw for raw in await arrived(server, len(messages))}
    for sent in messages:
        got = received[read_message(sent)["Message-ID"]]
        assert got.endswith(sent), "postfix adds Received in front and changes nothing"
        assert dkim_results(got, *KEYS) == [True, True]
        assert re.findall(rb"(?m)^Bcc:", got) == []
