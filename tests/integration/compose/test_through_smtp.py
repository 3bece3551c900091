"""What a real SMTP server gets is what was signed."""

import smtplib
from functools import partial

import anyio.to_thread
import pytest

from distributor.compose import DkimAlgorithm, check_message, new_key, prepare, sign
from distributor.deliver import CaptureServer
from distributor.model.recipient import MailFormat
from tests.support.messages import (
    content,
    dkim_results,
    make_frame,
    make_personal,
    make_variant,
    read_message,
    seed_record,
)

pytestmark = pytest.mark.anyio
KEYS = (new_key("xiefa.example", "r1"), new_key("xiefa.example", "e1", DkimAlgorithm.ED25519))


def hand_over(port: int, message: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("bulletin@xiefa.example", ["bgt@most.example"], message)


@pytest.mark.parametrize("mail_format", MailFormat)
async def test_signatures_hold_after_a_real_server_took_the_message(mail_format: MailFormat) -> None:
    prepared = prepare(make_variant(seed_record(), mail_format=mail_format), make_frame())
    message = sign(prepared.build(make_personal()), KEYS)
    check_message(message)
    async with CaptureServer() as server:
        await anyio.to_thread.run_sync(partial(hand_over, server.port, message))
        (received,) = server.received
    assert received.content == message
    assert dkim_results(received.content, *KEYS) == [True, True]
    assert "科学技术部：" in content(read_message(received.content), "plain")
