import asyncio

import pytest

from distributor.deliver import SmtpTransport, Timeouts
from distributor.deliver.conversation import Conversation
from distributor.deliver.pool import Pool
from distributor.model.run import DeliveryState, Phase
from tests.support.delivering import SENDER, Hook, make_mail, relay_to, send
from tests.support.smtp_script import Act, After, Answer, Mail, Script, Step
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

SLOW_DOT = Script(answers={Step.DOT: After(0.02, "250 2.0.0 taken")})


async def send_many(transport: SmtpTransport, count: int) -> list[DeliveryState]:
    outcomes = await asyncio.gather(*(send(transport, f"a{n}@kjt-gd.example") for n in range(count)))
    return [outcome.state for outcome in outcomes]


async def test_the_next_letter_begins_while_the_answer_to_the_last_dot_is_awaited() -> None:
    async with ScriptedServer(SLOW_DOT) as server:
        async with SmtpTransport(relay_to(server, overlaps=True)) as transport:
            assert set(await send_many(transport, 20)) == {DeliveryState.SENT}
        assert server.ahead >= 12
        assert server.connections == server.most_open == 2
        assert sorted(taken.recipient for taken in server.ledger) == sorted(f"a{n}@kjt-gd.example" for n in range(20))
        assert all(taken.content == make_mail(taken.recipient) for taken in server.ledger)


@pytest.mark.parametrize(("overlaps", "pipelining"), [(False, True), (True, False)])
async def test_nothing_is_said_ahead_unless_wanted_and_offered(*, overlaps: bool, pipelining: bool) -> None:
    script = Script(answers=SLOW_DOT.answers, pipelining=pipelining)
    async with ScriptedServer(script) as server:
        async with SmtpTransport(relay_to(server, overlaps=overlaps)) as transport:
            assert set(await send_many(transport, 10)) == {DeliveryState.SENT}
        assert server.ahead == 0
        assert server.connections == 2


@pytest.mark.parametrize("overlaps", [False, True])
async def test_no_more_messages_are_in_doubt_than_there_are_connections(*, overlaps: bool) -> None:
    in_doubt: set[int] = set()
    most: list[int] = []

    async def deliver(transport: SmtpTransport, numbers: list[int]) -> None:
        while numbers:
            number = numbers.pop()

            async def mark(number: int = number) -> bool:
                in_doubt.add(number)
                most.append(len(in_doubt))
                return True

            await transport.send(SENDER, f"a{number}@kjt-gd.example", make_mail(), mark)
            in_doubt.discard(number)

    async with ScriptedServer() as server:
        async with SmtpTransport(relay_to(server, connections=3, overlaps=overlaps)) as transport:
            numbers = list(range(150))
            await asyncio.gather(*(deliver(transport, numbers) for _ in range(6)))
        assert len(server.ledger) == 150
    assert max(most) <= 3


@pytest.mark.parametrize("act", [Act.DROP, Act.TAKE_AND_DROP, "421 4.3.2 shutting down"])
async def test_a_loss_at_the_dot_costs_the_letter_behind_it_nothing(act: Answer) -> None:
    def at_dot(mail: Mail) -> Answer | None:
        return act if mail.recipient.startswith("a0@") else None

    async with ScriptedServer(Script(answers={Step.DOT: at_dot})) as server:
        async with SmtpTransport(relay_to(server, connections=1, overlaps=True)) as transport:
            states = await send_many(transport, 5)
        lost = DeliveryState.DEFERRED if isinstance(act, str) else DeliveryState.IN_DOUBT
        assert states == [lost, *[DeliveryState.SENT] * 4]
        assert server.connections == 2
        assert all(len(server.taken_by(f"a{n}@kjt-gd.example")) == 1 for n in range(1, 5))


async def test_refusals_among_overlapping_letters_hit_the_right_ones() -> None:
    def odd(mail: Mail) -> Answer | None:
        number = int(mail.recipient[1:].partition("@")[0])
        return "550 5.1.1 no" if number % 3 == 1 else None

    def sour(mail: Mail) -> Answer | None:
        number = int(mail.recipient[1:].partition("@")[0])
        return "554 5.6.0 no" if number % 3 == 2 else None

    async with ScriptedServer(Script(answers={Step.RCPT: odd, Step.DOT: sour})) as server:
        async with SmtpTransport(relay_to(server, overlaps=True)) as transport:
            states = await send_many(transport, 30)
        assert states == [DeliveryState.SENT if n % 3 == 0 else DeliveryState.FAILED for n in range(30)]
        assert server.connections == 2


async def test_a_relay_that_swallows_what_comes_behind_a_message_is_served_one_by_one_from_then_on() -> None:
    hasty = Timeouts(connect=10, command=0.5, data=10, block=10, dot=10, quit=0.2)
    async with ScriptedServer(Script(answers=SLOW_DOT.answers, swallows_ahead=True)) as server:
        relay = relay_to(server, connections=1, overlaps=True, timeouts=hasty)
        async with SmtpTransport(relay) as transport:
            assert set(await send_many(transport, 3)) == {DeliveryState.SENT}
            ahead = server.ahead
            assert set(await send_many(transport, 5)) == {DeliveryState.SENT}
        assert server.ahead == ahead > 0
        assert len(server.ledger) == 8


async def test_one_connection_tries_alone_whether_the_relay_keeps_what_comes_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # much less than the patience with an answer
    monkeypatch.setattr("distributor.deliver.transaction._TRIAL_SECONDS", 0.3)
    async with ScriptedServer(Script(answers=SLOW_DOT.answers, swallows_ahead=True)) as server:
        async with SmtpTransport(relay_to(server, connections=3, overlaps=True)) as transport:
            assert set(await send_many(transport, 12)) == {DeliveryState.SENT}
        assert len(server.ledger) == 12
        assert server.ahead == 1


async def test_a_trial_that_nobody_follows_is_made_by_a_later_letter() -> None:
    async with ScriptedServer(SLOW_DOT) as server:
        async with SmtpTransport(relay_to(server, connections=1, overlaps=True)) as transport:
            assert await send_many(transport, 1) == [DeliveryState.SENT]
            assert set(await send_many(transport, 6)) == {DeliveryState.SENT}
        assert server.ahead > 0


async def test_the_limit_of_messages_holds_for_overlapping_letters() -> None:
    async with ScriptedServer(SLOW_DOT) as server:
        relay = relay_to(server, connections=1, overlaps=True, messages_per_connection=4)
        async with SmtpTransport(relay) as transport:
            assert set(await send_many(transport, 12)) == {DeliveryState.SENT}
        assert server.connections == 3


async def test_a_letter_cancelled_while_it_waits_leaves_its_place_to_the_next() -> None:
    async with ScriptedServer(SLOW_DOT) as server, SmtpTransport(relay_to(server, connections=1)) as transport:
        letters = [asyncio.create_task(send(transport, f"a{n}@kjt-gd.example")) for n in range(4)]
        await asyncio.sleep(0.01)
        letters[1].cancel()
        outcomes = await asyncio.gather(*letters, return_exceptions=True)
    assert isinstance(outcomes[1], asyncio.CancelledError)
    assert [taken.recipient[:2] for taken in server.ledger] == ["a0", "a2", "a3"]


class Pooled:
    """A pool of one connection to a scripted server, with one conversation taken and two letters waiting."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.waiting: list[asyncio.Task[Conversation]] = []

    async def fill(self) -> Conversation:
        talk = await self.pool.take()
        self.waiting = [asyncio.create_task(self.pool.take()) for _ in range(2)]
        await asyncio.sleep(0)
        return talk


@pytest.mark.parametrize("early", [True, False], ids=["before it is given", "after it was given"])
async def test_what_a_cancelled_letter_is_given_goes_to_the_next(*, early: bool) -> None:
    async with ScriptedServer() as server, SmtpTransport(relay := relay_to(server, connections=1)) as transport:
        pooled = Pooled(Pool(relay, transport._open))
        talk = await pooled.fill()
        if early:
            pooled.waiting[0].cancel()
        pooled.pool.give_back(talk)
        pooled.waiting[0].cancel()
        assert await pooled.waiting[1] is talk
        assert pooled.waiting[0].cancelled()
        pooled.pool.give_back(talk)
        await pooled.pool.close()


async def test_the_place_a_cancelled_letter_is_given_goes_to_the_next() -> None:
    async with ScriptedServer() as server, SmtpTransport(relay := relay_to(server, connections=1)) as transport:
        pooled = Pooled(Pool(relay, transport._open))
        talk = await pooled.fill()
        talk.abort()
        pooled.pool.give_back(talk)
        (parting,) = pooled.pool._parting
        parting.add_done_callback(lambda _: pooled.waiting[0].cancel())
        another = await pooled.waiting[1]
        assert another is not talk
        assert pooled.waiting[0].cancelled()
        pooled.pool.give_back(another)
        await pooled.pool.close()


async def test_a_letter_that_comes_while_an_answer_is_awaited_begins_at_once() -> None:
    reached = asyncio.Event()

    def at_dot(mail: Mail) -> Answer:
        del mail
        reached.set()
        return After(0.05, "250 2.0.0 taken")

    async with ScriptedServer(Script(answers={Step.DOT: at_dot})) as server:
        async with SmtpTransport(relay_to(server, connections=1, overlaps=True)) as transport:
            first = asyncio.create_task(send(transport, "a0@kjt-gd.example"))
            await reached.wait()
            assert (await send(transport, "a1@kjt-gd.example")).state is DeliveryState.SENT
            assert (await first).state is DeliveryState.SENT
        assert server.ahead == 1


async def test_a_connection_that_cannot_be_opened_leaves_its_place_to_the_next() -> None:
    answers: list[Answer] = ["421 4.3.2 not now"]
    script = Script(answers={Step.CONNECT: lambda _: answers.pop() if answers else None})
    async with ScriptedServer(script) as server, SmtpTransport(relay_to(server, connections=1)) as transport:
        states = await send_many(transport, 3)
    assert states == [DeliveryState.DEFERRED, DeliveryState.SENT, DeliveryState.SENT]


async def test_a_relay_that_cuts_every_kept_connection_defers_in_the_end() -> None:
    def cut(mail: Mail) -> Answer | None:
        return Act.DROP if mail.number > 1 else None

    script = Script(answers={Step.MAIL: cut})
    async with ScriptedServer(script) as server, SmtpTransport(relay_to(server, connections=4)) as transport:
        await send_many(transport, 4)
        outcome = await transport.send(SENDER, "a@kjt-gd.example", make_mail(), hook := Hook())
    assert outcome.state is DeliveryState.DEFERRED
    assert outcome.reply.text == "connection-lost"
    assert hook.calls == 0


class _Wire:
    """Everything our side writes, one entry for each packet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.packets: list[bytes] = []
        usual = Conversation._take_over

        def take_over(talk: Conversation) -> None:
            usual(talk)
            write = talk._transport.write

            def noted(data: bytes) -> None:
                self.packets.append(bytes(data))
                write(data)

            monkeypatch.setattr(talk._transport, "write", noted)

        monkeypatch.setattr(Conversation, "_take_over", take_over)


async def test_a_dot_and_the_beginning_of_the_next_letter_are_one_packet(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = _Wire(monkeypatch)
    async with ScriptedServer(SLOW_DOT) as server:
        async with SmtpTransport(relay_to(server, connections=1, overlaps=True)) as transport:
            assert set(await send_many(transport, 8)) == {DeliveryState.SENT}
        assert len(server.ledger) == 8
    # the first letter of all has nobody behind it that may overlap, and neither has the last one
    assert len([packet for packet in wire.packets if packet.startswith(b".\r\nMAIL FROM:")]) >= 6
    assert wire.packets.count(b".\r\n") >= 1


async def test_a_dot_goes_alone_when_the_letter_behind_it_cannot_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = _Wire(monkeypatch)
    async with ScriptedServer(Script(answers=SLOW_DOT.answers, extensions=("SIZE 5000",))) as server:
        async with SmtpTransport(relay_to(server, connections=1, overlaps=True)) as transport:
            transport._pool.prove()
            large = transport.send(SENDER, "b@kjt-gd.example", make_mail() + b"x" * 6000 + b"\r\n", Hook())
            sent, refused = await asyncio.gather(send(transport, "a@kjt-gd.example"), large)
        assert (sent.state, refused.state) == (DeliveryState.SENT, DeliveryState.FAILED)
    assert wire.packets.count(b".\r\n") == 1


async def test_a_dot_that_has_not_left_when_the_connection_goes_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Conversation.write_with_next

    def cut(talk: Conversation, data: bytes, phase: Phase) -> None:
        usual(talk, data, phase)
        talk._transport.abort()

    monkeypatch.setattr(Conversation, "write_with_next", cut)
    async with ScriptedServer(SLOW_DOT) as server:
        async with SmtpTransport(relay_to(server, connections=1, overlaps=True)) as transport:
            transport._pool.prove()
            states = await send_many(transport, 2)
        assert states == [DeliveryState.IN_DOUBT, DeliveryState.SENT]
        assert [taken.recipient for taken in server.ledger] == ["a1@kjt-gd.example"]


async def test_a_letter_behind_one_that_is_not_answered_goes_over_another_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("distributor.deliver.transaction._TURN_SECONDS", 0.1)
    waits = Script(answers={Step.DOT: lambda mail: After(0.6, "250 2.0.0 taken") if mail.connection == 1 else None})
    async with ScriptedServer(waits) as server:
        async with SmtpTransport(relay_to(server, connections=1, overlaps=True)) as transport:
            outcomes = await asyncio.gather(*(send(transport, f"r{n}@kjt-gd.example") for n in range(3)))
        assert [outcome.state for outcome in outcomes] == [DeliveryState.SENT] * 3
        assert len(server.ledger) == len({taken.recipient for taken in server.ledger}) == 3
        assert server.ledger[0].connection == 1
        assert server.connections > 1
