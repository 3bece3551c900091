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
