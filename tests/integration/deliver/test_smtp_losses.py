import asyncio

import pytest

from distributor.deliver import LeaseLost, SmtpTransport, Timeouts
from distributor.model.run import DeliveryState, Outcome, Phase, RefusalClass
from tests.support.delivering import SENDER, Hook, make_mail, relay_to, send, send_one
from tests.support.smtp_script import Act, After, Answer, Mail, Script, Step
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

HASTY = Timeouts(connect=0.3, command=0.3, data=0.3, block=0.3, dot=0.3, quit=0.3)
HASTY_AT_THE_DOT = Timeouts(connect=10, command=10, data=10, block=10, dot=0.3, quit=0.3)
HASTY_IN_THE_MESSAGE = Timeouts(connect=10, command=10, data=10, block=0.3, dot=10, quit=0.3)
PIPELINING = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "one by one"])


def fails_nobody(outcome: Outcome) -> bool:
    return outcome.state is DeliveryState.DEFERRED and outcome.refusal is RefusalClass.CONNECTION


@PIPELINING
@pytest.mark.parametrize(
    ("step", "phase"),
    [
        (Step.CONNECT, Phase.CONNECT),
        (Step.EHLO, Phase.CONNECT),
        (Step.MAIL, Phase.MAIL),
        (Step.RCPT, Phase.RCPT),
        (Step.DATA, Phase.DATA),
        (Step.BODY, Phase.DATA),
    ],
)
async def test_a_drop_before_the_dot_fails_nobody_and_nothing_is_in_doubt(
    *, pipelining: bool, step: Step, phase: Phase
) -> None:
    async with ScriptedServer(Script(answers={step: Act.DROP}, pipelining=pipelining)) as server:
        outcome = await send_one(server, body_hook := SlowHook())
    assert fails_nobody(outcome)
    assert outcome.reply.phase is phase
    assert server.ledger == []
    assert body_hook.calls <= 1


class SlowHook(Hook):
    async def __call__(self) -> bool:
        # long enough for the news of a cut connection to arrive
        await asyncio.sleep(0.05)
        return await super().__call__()


@PIPELINING
@pytest.mark.parametrize("step", [Step.CONNECT, Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA])
async def test_a_server_that_falls_silent_before_the_dot_fails_nobody(*, pipelining: bool, step: Step) -> None:
    async with ScriptedServer(Script(answers={step: Act.HANG}, pipelining=pipelining)) as server:
        outcome = await send_one(server, timeouts=HASTY)
    assert fails_nobody(outcome)
    assert outcome.reply.text in {"answer-timeout", "connection-timeout"}


@pytest.mark.parametrize(
    ("act", "taken", "reason"),
    [
        (Act.DROP, 0, "connection-lost"),
        (Act.TAKE_AND_DROP, 1, "connection-lost"),
        (Act.HANG, 0, "answer-timeout"),
        (Act.TAKE_AND_HANG, 1, "answer-timeout"),
    ],
)
async def test_without_an_answer_to_the_dot_the_delivery_is_in_doubt(act: Act, taken: int, reason: str) -> None:
    async with ScriptedServer(Script(answers={Step.DOT: act})) as server:
        outcome = await send_one(server, timeouts=HASTY_AT_THE_DOT)
    assert (outcome.state, outcome.refusal) == (DeliveryState.IN_DOUBT, None)
    assert (outcome.reply.phase, outcome.reply.text) == (Phase.DOT, reason)
    assert len(server.ledger) == taken


@pytest.mark.parametrize("answer", [b"what?", b"354 more", b"2xx"])
async def test_an_answer_to_the_dot_that_is_none_leaves_doubt(answer: bytes) -> None:
    async with ScriptedServer(Script(answers={Step.DOT: answer})) as server:
        outcome = await send_one(server, timeouts=HASTY_AT_THE_DOT)
    assert outcome.state is DeliveryState.IN_DOUBT
    assert outcome.reply.text == "answer-malformed"


async def test_a_server_that_talks_for_ever_is_cut_off() -> None:
    async with ScriptedServer(Script(answers={Step.RCPT: b"250-" + b"x" * 200_000})) as server:
        outcome = await send_one(server)
    assert fails_nobody(outcome)
    assert outcome.reply.text == "answer-malformed"


async def test_a_slow_acknowledgement_is_waited_for() -> None:
    script = Script(answers={Step.DOT: After(0.6, "250 2.0.0 taken at last")})
    patient = Timeouts(connect=10, command=0.5, data=0.5, block=0.5, dot=10, quit=0.3)
    async with ScriptedServer(script) as server:
        outcome = await send_one(server, timeouts=patient)
    assert outcome.state is DeliveryState.SENT
    assert outcome.reply.text == "2.0.0 taken at last"


async def test_a_lost_lease_sends_no_dot() -> None:
    async with ScriptedServer() as server:
        with pytest.raises(LeaseLost) as caught:
            await send_one(server, Hook(answer=False))
        assert server.ledger == []
    assert caught.value.code == "lease-lost"


async def test_the_hook_is_asked_when_only_the_dot_is_missing() -> None:
    async with ScriptedServer() as server:
        seen: list[int] = []

        async def look() -> bool:
            seen.append(len(server.ledger))
            await asyncio.sleep(0.05)
            seen.append(len(server.ledger))
            return True

        async with SmtpTransport(relay_to(server)) as transport:
            await transport.send(SENDER, "a@kjt-gd.example", make_mail(), look)
        assert seen == [0, 0]
        assert len(server.ledger) == 1


async def test_a_failing_hook_cuts_the_connection_and_speaks_for_itself() -> None:
    async def full_disk() -> bool:
        raise OSError(28, "No space left on device")

    async with ScriptedServer() as server, SmtpTransport(relay_to(server)) as transport:
        with pytest.raises(OSError, match="No space left"):
            await transport.send(SENDER, "a@kjt-gd.example", make_mail(), full_disk)
        assert server.ledger == []
        assert (await send(transport)).state is DeliveryState.SENT


async def test_a_cancelled_send_leaves_no_connection_behind() -> None:
    reached = asyncio.Event()

    def hang(mail: Mail) -> Answer:
        del mail
        reached.set()
        return Act.HANG

    async with ScriptedServer(Script(answers={Step.DOT: hang})) as server:
        async with SmtpTransport(relay_to(server)) as transport:
            sending = asyncio.create_task(send(transport))
            await reached.wait()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            server.script = Script()
            assert (await send(transport)).state is DeliveryState.SENT
        assert server.connections == 2


async def test_a_kept_connection_that_the_relay_has_closed_costs_no_attempt() -> None:
    async with ScriptedServer(Script(mails_per_connection=3)) as server:
        async with SmtpTransport(relay_to(server, connections=1)) as transport:
            outcomes = [await send(transport, f"a{n}@kjt-gd.example") for n in range(10)]
        assert {outcome.state for outcome in outcomes} == {DeliveryState.SENT}
        assert len(server.ledger) == 10
        assert server.connections == 4


@PIPELINING
async def test_a_kept_connection_cut_at_the_next_message_costs_no_attempt(*, pipelining: bool) -> None:
    def cut_the_second(mail: Mail) -> Answer | None:
        return Act.DROP if mail.number == 2 else None

    script = Script(answers={Step.MAIL: cut_the_second}, pipelining=pipelining)
    async with ScriptedServer(script) as server:
        async with SmtpTransport(relay_to(server, connections=1)) as transport:
            assert (await send(transport, "a@kjt-gd.example")).state is DeliveryState.SENT
            assert (await send(transport, "b@kjt-gd.example")).state is DeliveryState.SENT
        assert server.connections == 2
        assert [taken.recipient for taken in server.ledger] == ["a@kjt-gd.example", "b@kjt-gd.example"]


async def test_a_relay_that_closes_a_kept_connection_with_421_is_asked_anew() -> None:
    def goodbye(mail: Mail) -> Answer | None:
        return "421 4.4.2 idle for too long" if mail.number == 2 else None

    async with ScriptedServer(Script(answers={Step.MAIL: goodbye})) as server:
        async with SmtpTransport(relay_to(server, connections=1)) as transport:
            await send(transport)
            assert (await send(transport)).state is DeliveryState.SENT
        assert server.connections == 2


async def test_a_relay_that_throttles_a_kept_connection_is_not_pressed() -> None:
    def slower(mail: Mail) -> Answer | None:
        return "421 4.7.0 too many messages, slow down" if mail.number == 2 else None

    async with ScriptedServer(Script(answers={Step.MAIL: slower})) as server:
        async with SmtpTransport(relay_to(server, connections=1)) as transport:
            await send(transport)
            outcome = await send(transport)
        assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.THROTTLE)
        assert server.connections == 1


async def test_a_refusal_before_the_end_of_a_long_message_is_heard() -> None:
    script = Script(answers={Step.BODY: "552 5.3.4 message too big"})
    async with ScriptedServer(script) as server, SmtpTransport(relay_to(server)) as transport:
        outcome = await transport.send(SENDER, "a@kjt-gd.example", b"x" * 70 + b"\r\n" * 4_000_000, Hook())
    assert (outcome.state, outcome.refusal) == (DeliveryState.FAILED, RefusalClass.MESSAGE)
    assert (outcome.reply.phase, outcome.reply.code) == (Phase.DATA, 552)


async def test_a_relay_that_takes_no_more_bytes_is_given_up_before_the_dot() -> None:
    script = Script(answers={Step.BODY: Act.HANG})
    async with (
        ScriptedServer(script) as server,
        SmtpTransport(relay_to(server, timeouts=HASTY_IN_THE_MESSAGE)) as transport,
    ):
        hook = Hook()
        outcome = await transport.send(SENDER, "a@kjt-gd.example", b"x" * 70 + b"\r\n" * 20_000_000, hook)
    assert fails_nobody(outcome)
    assert outcome.reply.text == "write-timeout"
    assert hook.calls == 0


@PIPELINING
async def test_a_relay_that_does_not_reset_is_asked_on_a_new_connection(*, pipelining: bool) -> None:
    def refuse(mail: Mail) -> Answer | None:
        return "550 5.1.1 no" if mail.recipient.startswith("no") else None

    script = Script(answers={Step.RCPT: refuse, Step.RSET: "502 5.5.1 what?"}, pipelining=pipelining)
    async with ScriptedServer(script) as server:
        async with SmtpTransport(relay_to(server, connections=1)) as transport:
            assert (await send(transport, "no@kjt-gd.example")).state is DeliveryState.FAILED
            assert (await send(transport, "yes@kjt-gd.example")).state is DeliveryState.SENT
        assert server.connections == 2


async def test_a_refusal_stands_although_the_relay_hangs_up_after_it() -> None:
    script = Script(answers={Step.RCPT: "550 5.1.1 no such user", Step.DATA: Act.DROP})
    async with ScriptedServer(script) as server:
        outcome = await send_one(server)
    assert (outcome.state, outcome.refusal) == (DeliveryState.FAILED, RefusalClass.ADDRESS)


async def test_a_refusal_stands_although_the_relay_hangs_up_on_the_empty_message() -> None:
    script = Script(answers={Step.RCPT: "550 5.1.1 no such user", Step.DATA: "354 go", Step.BODY: Act.DROP})
    async with ScriptedServer(script) as server:
        outcome = await send_one(server)
    assert (outcome.state, outcome.refusal) == (DeliveryState.FAILED, RefusalClass.ADDRESS)


@pytest.mark.parametrize(
    ("answer", "state", "text"),
    [
        ("451 4.3.0 no more", DeliveryState.DEFERRED, "4.3.0 no more"),
        ("250 2.0.0 taken already", DeliveryState.DEFERRED, "answer-malformed"),
    ],
)
async def test_an_answer_that_comes_while_the_hook_thinks_stops_the_dot(
    answer: str, state: DeliveryState, text: str
) -> None:
    async with ScriptedServer(Script(answers={Step.BODY: answer})) as server:
        outcome = await send_one(server, SlowHook())
    assert (outcome.state, outcome.reply.text, outcome.reply.phase) == (state, text, Phase.DATA)
    assert server.ledger == []


async def test_a_message_larger_than_every_buffer_arrives_whole() -> None:
    message = (b"." * 70 + b"\r\n") * 200_000
    async with ScriptedServer() as server, SmtpTransport(relay_to(server)) as transport:
        outcome = await transport.send(SENDER, "a@kjt-gd.example", message, Hook())
    assert outcome.state is DeliveryState.SENT
    assert server.ledger[0].content == message
