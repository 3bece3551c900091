import socket

import aiosmtplib
import pytest

from distributor.deliver import Relay, Timeouts
from distributor.deliver.connect import NotConnectedError, take_over


def test_patience_can_be_capped_except_for_the_answer_to_the_dot() -> None:
    capped = Timeouts().capped(60)
    assert (capped.connect, capped.command, capped.data, capped.block) == (60, 60, 60, 60)
    assert capped.dot == 600
    assert capped.quit == 5


def test_a_relay_is_called_by_its_host_unless_it_has_a_name() -> None:
    assert Relay(host="mail.example").label == "mail.example"
    assert Relay(host="mail.example", name="main").label == "main"


def test_a_connection_that_is_gone_cannot_be_taken_over() -> None:
    with pytest.raises(NotConnectedError) as caught:
        take_over(aiosmtplib.SMTP())
    assert caught.value.reply.text == "connection-lost"


class _OfAnotherLoop:
    """A transport as uvloop has them: none of asyncio's classes, and all of their methods that are used."""

    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self.protocol: object = None

    def set_protocol(self, protocol: object) -> None:
        self.protocol = protocol

    def set_write_buffer_limits(self, high: int, low: int) -> None:
        assert (high, low) == (1, 0)

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str) -> object:
        return {"socket": self.wire}[name]


@pytest.mark.anyio
async def test_a_connection_of_another_event_loop_is_taken_over() -> None:
    with socket.socket() as wire:
        smtp = aiosmtplib.SMTP()
        transport = _OfAnotherLoop(wire)
        vars(smtp)["transport"] = transport
        talk = take_over(smtp)
        assert talk.is_open
        assert transport.protocol is talk
