import pytest

from distributor.deliver import SmtpTransport
from distributor.model.run import DeliveryState, Phase, RefusalClass
from tests.support.delivering import Hook, relay_to, send, send_one
from tests.support.smtp_script import Answer, Script, Step, greylist
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

PIPELINING = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "one by one"])

REFUSALS = [
    (Step.MAIL, "550 5.7.1 not you", Phase.MAIL, RefusalClass.POLICY, DeliveryState.DEFERRED),
    (Step.RCPT, "550 5.1.1 no such user", Phase.RCPT, RefusalClass.ADDRESS, DeliveryState.FAILED),
    (Step.RCPT, "452 4.2.2 over quota", Phase.RCPT, RefusalClass.MAILBOX_FULL, DeliveryState.DEFERRED),
    (Step.DATA, "451 4.3.0 not now", Phase.DATA, RefusalClass.TEMPORARY, DeliveryState.DEFERRED),
    (Step.DOT, "554 5.6.0 broken header", Phase.DOT, RefusalClass.MESSAGE, DeliveryState.FAILED),
    (Step.DOT, "451 4.3.0 not now", Phase.DOT, RefusalClass.TEMPORARY, DeliveryState.DEFERRED),
]


@PIPELINING
@pytest.mark.parametrize(("step", "answer", "phase", "refusal", "state"), REFUSALS)
async def test_a_refusal_keeps_its_phase(
    *, pipelining: bool, step: Step, answer: str, phase: Phase, refusal: RefusalClass, state: DeliveryState
) -> None:
    async with ScriptedServer(Script(answers={step: answer}, pipelining=pipelining)) as server:
        outcome = await send_one(server, hook := Hook())
    assert (outcome.state, outcome.refusal) == (state, refusal)
    assert outcome.reply.phase is phase
    assert outcome.reply.code == int(answer[:3])
    assert outcome.reply.text == answer[4:]
    assert server.ledger == []
    assert hook.calls == (1 if step is Step.DOT else 0)


@PIPELINING
@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA, Step.DOT])
async def test_the_connection_serves_the_next_message_after_a_refusal(*, pipelining: bool, step: Step) -> None:
    def once(mail: object) -> Answer | None:
        return "550 5.1.1 no" if "first" in getattr(mail, "sender", "") + getattr(mail, "recipient", "") else None

    async with ScriptedServer(Script(answers={step: once}, pipelining=pipelining)) as server:
        async with SmtpTransport(relay_to(server, connections=1)) as transport:
            if step is Step.MAIL:
                await transport.send("first@xiefa.example", "a@b.example", b"x\r\n", Hook())
            else:
                await send(transport, "first@kjt-gd.example")
            outcome = await send(transport, "second@kjt-gd.example")
        assert outcome.state is DeliveryState.SENT
        assert [taken.recipient for taken in server.ledger] == ["second@kjt-gd.example"]
        assert server.connections == 1


async def test_a_server_that_wants_the_message_for_a_refused_recipient_gets_an_empty_one() -> None:
    script = Script(answers={Step.RCPT: lambda m: "550 5.1.1 no" if "no" in m.recipient else None, Step.DATA: "354 go"})
    async with ScriptedServer(script) as server:
        async with SmtpTransport(relay_to(server, connections=1)) as transport:
            refused = await send(transport, "no@kjt-gd.example")
            taken = await send(transport, "yes@kjt-gd.example")
        assert (refused.state, refused.refusal) == (DeliveryState.FAILED, RefusalClass.ADDRESS)
        assert taken.state is DeliveryState.SENT
        assert [entry.recipient for entry in server.ledger] == ["yes@kjt-gd.example"]
        assert server.connections == 1


async def test_a_refused_sender_never_makes_an_empty_message_for_an_accepted_recipient() -> None:
    def refuse_but_go_on(mail: object) -> Answer | None:
        del mail
        return "550 5.7.1 not you"

    script = Script(answers={Step.MAIL: refuse_but_go_on, Step.RCPT: "250 all the same", Step.DATA: "354 go on"})
    async with ScriptedServer(script) as server:
        # this server forgets that it has refused the sender
        outcome = await send_one(server)
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.POLICY)
    assert server.ledger == []


async def test_a_reply_in_gbk_is_read() -> None:
    async with ScriptedServer(Script(answers={Step.RCPT: "550 用户不存在".encode("gbk")})) as server:
        outcome = await send_one(server)
    assert outcome.reply.text == "用户不存在"
    assert outcome.refusal is RefusalClass.ADDRESS


async def test_a_reply_of_several_lines_is_one_text() -> None:
    answer = b"550-5.1.1 no such user\r\n550 5.1.1 see https://help.example"
    async with ScriptedServer(Script(answers={Step.RCPT: answer})) as server:
        outcome = await send_one(server)
    assert outcome.reply.text == "5.1.1 no such user 5.1.1 see https://help.example"


async def test_a_greylisted_address_is_taken_the_second_time() -> None:
    async with ScriptedServer(Script(answers={Step.RCPT: greylist})) as server:
        first = await send_one(server)
        second = await send_one(server)
    assert (first.state, first.refusal) == (DeliveryState.DEFERRED, RefusalClass.GREYLIST)
    assert second.state is DeliveryState.SENT


@pytest.mark.parametrize("answer", ["554 no SMTP service here", "421 4.3.2 shutting down", "550 go away"])
async def test_a_refusal_at_connect_fails_nobody(answer: str) -> None:
    async with ScriptedServer(Script(answers={Step.CONNECT: answer})) as server:
        outcome = await send_one(server)
    assert outcome.state is DeliveryState.DEFERRED
    assert outcome.reply.phase is Phase.CONNECT
    assert outcome.refusal in {RefusalClass.POLICY, RefusalClass.CONNECTION}


async def test_a_refused_introduction_fails_nobody() -> None:
    async with ScriptedServer(Script(answers={Step.EHLO: "550 MI:NHD", Step.HELO: "550 MI:NHD"})) as server:
        outcome = await send_one(server)
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.SET_UP)
    assert outcome.reply.phase is Phase.CONNECT


async def test_nobody_listening_fails_nobody() -> None:
    async with ScriptedServer() as server:
        pass
    outcome = await send_one(server)
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.CONNECTION)
    assert (outcome.reply.phase, outcome.reply.code, outcome.reply.text) == (Phase.CONNECT, 0, "connection-refused")


async def test_a_host_without_an_address_fails_nobody() -> None:
    async with ScriptedServer() as server:
        outcome = await send_one(server, host="relay.invalid")
    assert (outcome.state, outcome.reply.text) == (DeliveryState.DEFERRED, "host-unknown")


async def test_a_relay_that_hangs_up_at_the_introduction_fails_nobody() -> None:
    async with ScriptedServer(Script(answers={Step.EHLO: "421 4.3.2 shutting down"})) as server:
        outcome = await send_one(server)
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.CONNECTION)
    assert (outcome.reply.phase, outcome.reply.code) == (Phase.CONNECT, 421)
