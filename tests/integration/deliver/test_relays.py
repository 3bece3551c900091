"""Several relays: chosen by the sender, passed over when out of reach, never after a final dot."""

import pytest

from distributor.deliver import SmtpTransport
from distributor.deliver.relays import RelaySet, Way, envelope_sender
from distributor.deliver.transport import LeaseLost
from distributor.deliver.verp import VerpTransport, delivery_of, return_address
from distributor.errors import RelayTrouble
from distributor.model.run import DeliveryState, Outcome, RefusalClass
from tests.support.delivering import SENDER, Hook, make_mail, relay_to
from tests.support.smtp_script import Act, Script, Step
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

KEYS = ("an older key", "the key")


def way(server: ScriptedServer, *senders: str, **changes: object) -> Way:
    transport = SmtpTransport(relay_to(server, **changes))
    return Way(f"relay {server.port}", transport, frozenset(senders))


async def send(relays: RelaySet, hook: Hook | None = None, message: bytes | None = None) -> Outcome:
    mail = message or make_mail()
    return await relays.send(SENDER, "bgt@kjt-gd.example", mail, hook or Hook(), envelope_id="d1")


async def test_a_relay_that_is_down_is_passed_over_and_tried_last_for_a_while() -> None:
    async with ScriptedServer() as down, ScriptedServer() as up:
        first, second = way(down), way(up)
        await down.__aexit__(None, None, None)
        async with RelaySet([first, second]) as relays:
            hook = Hook()
            assert (await send(relays, hook)).state is DeliveryState.SENT
            assert (await send(relays, hook)).state is DeliveryState.SENT
        assert hook.calls == 2
        assert len(up.ledger) == 2


async def test_what_has_come_to_its_dot_is_never_given_to_another_relay() -> None:
    async with ScriptedServer(Script(answers={Step.DOT: Act.TAKE_AND_DROP})) as first, ScriptedServer() as second:
        async with RelaySet([way(first), way(second)]) as relays:
            assert (await send(relays)).state is DeliveryState.IN_DOUBT
        assert second.ledger == []


async def test_a_relay_that_breaks_off_before_the_dot_is_passed_over() -> None:
    async with ScriptedServer(Script(answers={Step.MAIL: Act.DROP})) as first, ScriptedServer() as second:
        async with RelaySet([way(first), way(second)]) as relays:
            assert (await send(relays)).state is DeliveryState.SENT
        assert len(second.ledger) == 1


async def test_a_refusal_of_the_recipient_is_an_answer_and_no_reason_to_ask_another() -> None:
    script = Script(answers={Step.RCPT: "550 5.1.1 no such user"})
    async with ScriptedServer(script) as first, ScriptedServer() as second:
        async with RelaySet([way(first), way(second)]) as relays:
            outcome = await send(relays)
        assert outcome.refusal is RefusalClass.ADDRESS
        assert second.connections == 0


async def test_a_lease_that_is_lost_ends_the_attempt() -> None:
    async with ScriptedServer() as first, ScriptedServer() as second:
        async with RelaySet([way(first), way(second)]) as relays:
            with pytest.raises(LeaseLost):
                await send(relays, Hook(answer=False))
        assert first.ledger == second.ledger == []


async def test_when_all_are_down_the_last_answer_counts() -> None:
    script = Script(answers={Step.CONNECT: Act.DROP})
    async with ScriptedServer(script) as first, RelaySet([way(first), way(first)]) as relays:
        outcome = await send(relays)
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.CONNECTION)


async def test_a_sender_has_its_own_relays_and_shows_its_own_name() -> None:
    mail = make_mail().replace(b"From: <bulletin@xiefa.example>", b"From: =?utf-8?B?5Lit?=\r\n <news@other.example>")
    async with ScriptedServer() as usual, ScriptedServer() as own:
        async with RelaySet([way(usual), way(own, "other.example")]) as relays:
            assert (await send(relays, message=mail)).state is DeliveryState.SENT
            assert (await send(relays)).state is DeliveryState.SENT
        assert [taken.sender for taken in own.ledger] == ["news@other.example"]
        assert [taken.sender for taken in usual.ledger] == [SENDER]


async def test_a_sender_for_whom_there_is_no_relay_is_refused_by_name() -> None:
    async with ScriptedServer() as server, RelaySet([way(server, "other.example")]) as relays:
        with pytest.raises(RelayTrouble, match="relay-for-sender"):
            await send(relays)


async def test_a_relay_that_refuses_our_credentials_stops_and_another_goes_on() -> None:
    async with ScriptedServer() as open_one:
        transport = _Refusing()
        async with RelaySet([Way("strict", transport), way(open_one)]) as relays:
            assert (await send(relays)).state is DeliveryState.SENT
        async with RelaySet([Way("strict", transport)]) as relays:
            with pytest.raises(RelayTrouble, match="relay-authentication"):
                await send(relays)


class _Refusing(SmtpTransport):
    """A relay that does not take our credentials."""

    def __init__(self) -> None:
        super().__init__(relay_to(ScriptedServer()))

    async def send(self, *_: object, **__: object) -> Outcome:  # type: ignore[override]  # takes whatever it is given
        raise RelayTrouble("relay-authentication", relay="strict", reply="535")


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        (b"From: a <news@other.example>\r\n", "news@other.example"),
        (b"From: news@other.example\r\n", "news@other.example"),
        (b"Date: x\r\nFrom: a\r\n\t<news@other.example>\r\nTo: y@z.example\r\n", "news@other.example"),
        (b"Date: x\r\nfrom: <news@other.example>\r\n", "news@other.example"),
        (b"Date: x\r\nFrom: <news@other.example>", "news@other.example"),
        (b"From: <x@XIEFA.example>\r\n", SENDER),
        (b"Subject: From: <news@other.example>\r\n", SENDER),
        (b"Subject: x\r\n\r\nFrom: <news@other.example>\r\n", SENDER),
    ],
)
def test_the_envelope_follows_a_from_of_another_domain(head: bytes, sender: str) -> None:
    assert envelope_sender(head + b"\r\nbody", SENDER) == sender
    assert envelope_sender(head + b"\r\nbody", "") == ""


async def test_reports_about_each_mail_come_to_an_address_of_its_own() -> None:
    async with ScriptedServer() as server:
        async with VerpTransport(SmtpTransport(relay_to(server)), KEYS) as transport:
            for envelope_id in ("d1", None):
                await transport.send(SENDER, "a@kjt-gd.example", make_mail(), Hook(), envelope_id=envelope_id)
        first, second = (taken.sender for taken in server.ledger)
    assert delivery_of(first.upper(), KEYS) == "d1"
    assert delivery_of(first, ["another key"]) is None
    assert second == SENDER


def test_a_sender_without_room_for_an_address_of_its_own_keeps_the_usual_one() -> None:
    long = f"{'b' * 40}@xiefa.example"
    assert return_address(long, "d" * 26, KEYS) == long
    assert return_address(SENDER, "D 1", KEYS) == SENDER
    older = return_address(SENDER, "d1", KEYS[:1])
    assert delivery_of(older, KEYS) == "d1"
