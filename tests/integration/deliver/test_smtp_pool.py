import asyncio
from collections import Counter

import pytest

from distributor.deliver import SmtpTransport
from distributor.model.run import DeliveryState, RefusalClass
from tests.support.delivering import Hook, make_mail, relay_to, send
from tests.support.smtp_script import After, Script, Step
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio


async def test_many_senders_share_the_connections_of_the_relay() -> None:
    script = Script(answers={Step.DOT: After(0.01, "250 2.0.0 taken")})
    async with ScriptedServer(script) as server:
        async with SmtpTransport(relay_to(server, connections=3)) as transport:
            outcomes = await asyncio.gather(*(send(transport, f"a{n}@kjt-gd.example") for n in range(30)))
        assert {outcome.state for outcome in outcomes} == {DeliveryState.SENT}
        assert server.connections == server.most_open == 3
        assert len({taken.recipient for taken in server.ledger}) == 30


async def test_one_recipient_stands_in_each_transaction() -> None:
    async with ScriptedServer() as server:
        async with SmtpTransport(relay_to(server)) as transport:
            for n in range(5):
                await send(transport, f"a{n}@kjt-gd.example")
        verbs = [command.split(" ")[0] for command in server.commands]
    assert verbs.count("MAIL") == verbs.count("RCPT") == verbs.count("DATA") == 5


async def test_a_connection_carries_no_more_messages_than_allowed() -> None:
    async with ScriptedServer() as server:
        async with SmtpTransport(relay_to(server, connections=1, messages_per_connection=4)) as transport:
            for n in range(10):
                await send(transport, f"a{n}@kjt-gd.example")
        assert server.connections == 3
        assert server.commands.count("QUIT") == 3


async def test_a_connection_carries_half_as_many_messages_after_a_complaint() -> None:
    complaint = "450 4.7.1 too many messages, slow down"
    script = Script(answers={Step.RCPT: lambda mail: complaint if mail.recipient == "a5@kjt-gd.example" else None})
    async with ScriptedServer(script) as server:
        async with SmtpTransport(relay_to(server, connections=1, messages_per_connection=8)) as transport:
            outcomes = [await send(transport, f"a{n}@kjt-gd.example") for n in range(14)]
        carried = Counter(taken.connection for taken in server.ledger)
    assert [outcome.refusal for outcome in outcomes if outcome.refusal] == [RefusalClass.THROTTLE]
    # five before the complaint, which is the end of that connection; then four over each
    assert carried == {1: 5, 2: 4, 3: 4}


async def test_an_idle_connection_is_closed_rather_than_trusted() -> None:
    async with ScriptedServer() as server:
        async with SmtpTransport(relay_to(server, connections=1, idle_seconds=0.05)) as transport:
            await send(transport)
            await asyncio.sleep(0.1)
            await send(transport)
        assert server.connections == 2


async def test_a_transport_that_was_not_entered_gets_ready_by_itself() -> None:
    async with ScriptedServer() as server:
        transport = SmtpTransport(relay_to(server, greeting_name=None))
        outcome = await send(transport)
        await transport.__aexit__(None, None, None)
    assert outcome.state is DeliveryState.SENT


async def test_a_relay_that_never_says_goodbye_is_not_waited_for() -> None:
    script = Script(answers={Step.QUIT: After(30, "221 bye")})
    async with ScriptedServer(script) as server:
        transport = SmtpTransport(relay_to(server))
        async with asyncio.timeout(10), transport:
            assert (await send(transport)).state is DeliveryState.SENT


async def test_a_server_that_knows_only_helo_is_served() -> None:
    async with ScriptedServer(Script(answers={Step.EHLO: "502 5.5.1 not implemented"})) as server:
        async with SmtpTransport(relay_to(server)) as transport:
            outcome = await transport.send("a@b.example", "c@d.example", make_mail(), Hook())
        assert outcome.state is DeliveryState.SENT
