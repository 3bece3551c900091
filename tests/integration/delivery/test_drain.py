"""A drain against a scripted relay, on both databases."""

import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from sqlalchemy import update

from distributor.access import Actor
from distributor.compose import DkimAlgorithm, Prepared, Signing, new_key
from distributor.deliver import BeforeDot
from distributor.errors import RelayTrouble
from distributor.model.conduct import Conduct, Pace
from distributor.model.ledger import DoubtPolicy
from distributor.model.recipient import Suppression
from distributor.model.run import Delivery, DeliveryState, Outcome, PauseReason, RefusalClass, Run
from distributor.store import deliveries, runs, suppressions, tables
from distributor.store.engine import Database
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.compose_message import Composer
from distributor.usecases.context import Context
from distributor.usecases.drain_deliveries import Drained, Worker, drain
from distributor.usecases.reconcile_deliveries import reconcile
from distributor.usecases.send_due import drain_due, send_due, worker_name
from tests.support.ledger import counts_of, later, make_context, make_run, rows_of, transport_to, until
from tests.support.smtp_script import Act, After, Mail, Script, Step
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

_S = DeliveryState
ONE_IN_TEN_MINUTES = 1 / 600


async def send(context: Context, server: ScriptedServer, *, connections: int = 4, **changes: object) -> Drained:
    async with transport_to(server.port, connections=connections, **changes) as transport:
        return await drain(context, Worker(worker_name(), transport, connections))


async def run_of(database: Database, run: Run) -> Run:
    async with database.read() as connection:
        return await runs.get(connection, run.id)


async def states(database: Database, run: Run) -> list[DeliveryState]:
    return [row.delivery.state for row in await rows_of(database, run)]


async def test_everybody_gets_one_mail_and_the_ledger_says_so(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 50)
    async with ScriptedServer() as server:
        drained = await send(make_context(database, tmp_path), server)
    assert drained == Drained(sent=50)
    assert sorted(taken.recipient for taken in server.ledger) == sorted(f"r{n}@kjt-gd.example" for n in range(50))
    rows = await rows_of(database, run)
    assert {(row.delivery.state, row.delivery.attempts, row.reply.text if row.reply else "") for row in rows} == {
        (_S.SENT, 1, "2.0.0 taken")
    }
    assert {taken.message_id for taken in server.ledger} == {row.delivery.message_id for row in rows}
    assert (await counts_of(database, run)).is_finished


async def test_the_history_tells_every_step_in_order(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 1)
    async with ScriptedServer() as server:
        await send(make_context(database, tmp_path), server)
    (row,) = await rows_of(database, run)
    async with database.read() as connection:
        history = await deliveries.events(connection, row.delivery.id)
    assert [event.state for event in history] == [_S.CLAIMED, _S.IN_DOUBT, _S.SENT]
    assert history == tuple(sorted(history, key=lambda event: event.at))


async def test_no_journal_is_left_behind(database: Database, tmp_path: Path) -> None:
    await make_run(database, 3)
    context = make_context(database, tmp_path)
    async with ScriptedServer() as server:
        await send(context, server)
    assert list(context.journal_folder.iterdir()) == []


async def test_a_relay_that_is_down_marks_nothing_as_sent_and_is_tried_again_soon(
    database: Database, tmp_path: Path
) -> None:
    run = await make_run(database, 40)
    context = make_context(database, tmp_path)
    async with ScriptedServer() as server:
        port = server.port
    async with transport_to(port) as transport:
        drained = await drain(context, Worker(worker_name(), transport, 4))
        assert drained.sent == 0
        assert await drain_due(context, transport, 4) == Drained(), "the relay rests"
    rows = await rows_of(database, run)
    assert {row.delivery.state for row in rows} <= {_S.PENDING, _S.DEFERRED}
    tried = [row for row in rows if row.delivery.attempts]
    assert 1 <= len(tried) <= 8, "a relay that is down is not asked for everybody"
    assert {row.refusal for row in tried} == {RefusalClass.CONNECTION}
    assert max(row.next_attempt for row in tried) < context.now() + timedelta(seconds=60)


async def test_greylisting_defers_and_does_not_stop_the_run(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 30)
    context = make_context(database, tmp_path)
    script = Script(answers={Step.RCPT: lambda mail: "451 4.7.1 greylisted" if mail.attempt == 1 else None})
    async with ScriptedServer(script) as server:
        assert (await send(context, server)).deferred == 30
        assert (await run_of(database, run)).paused is None
        await later(database, run, run.created)
        assert (await send(context, server)).sent == 30
    assert {row.delivery.attempts for row in await rows_of(database, run)} == {2}


async def test_one_address_that_does_not_exist_fails_alone(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 30)
    unknown = "r7@kjt-gd.example"
    script = Script(answers={Step.RCPT: lambda mail: "550 5.1.1 no such user" if mail.recipient == unknown else None})
    async with ScriptedServer(script) as server:
        drained = await send(make_context(database, tmp_path), server)
    assert (drained.sent, drained.failed) == (29, 1)
    failed = [row for row in await rows_of(database, run) if row.delivery.state is _S.FAILED]
    assert [(row.delivery.address, row.refusal) for row in failed] == [(unknown, RefusalClass.ADDRESS)]
    assert (await run_of(database, run)).paused is None


async def test_mass_failure_pauses_the_run(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 1000)
    script = Script(answers={Step.RCPT: After(0.02, "550 5.1.1 no such user")})
    async with ScriptedServer(script) as server:
        drained = await send(make_context(database, tmp_path), server)
    paused = await run_of(database, run)
    assert paused.pause_reason is PauseReason.MASS_FAILURE
    assert drained.failed < 600
    counts = await counts_of(database, run)
    assert counts.of(_S.PENDING) + counts.of(_S.FAILED) == 1000
    async with database.read() as connection:
        (event,) = await runs.events(connection, run.id)
    assert (event.actor, event.act) == ("breaker", "pause")


async def test_an_answer_that_speaks_of_us_pauses_the_run_and_fails_nobody(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 20)
    script = Script(answers={Step.MAIL: "550 5.7.1 sender rejected"})
    async with ScriptedServer(script) as server:
        await send(make_context(database, tmp_path), server)
    assert (await run_of(database, run)).pause_reason is PauseReason.RELAY
    assert (await counts_of(database, run)).of(_S.FAILED) == 0


async def test_a_wrong_password_pauses_the_run_after_one_try(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await make_run(database, 20)

    async def refuse(*_given: object, **_named: object) -> None:
        raise RelayTrouble("relay-authentication", relay="r", reply="535 5.7.8 no")

    context = make_context(database, tmp_path)
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        monkeypatch.setattr(transport, "send", refuse)
        with pytest.raises(RelayTrouble, match="relay-authentication"):
            await drain(context, Worker(worker_name(), transport, 4))
    assert (await run_of(database, run)).pause_reason is PauseReason.RELAY
    assert await states(database, run) == [_S.PENDING] * 20


async def test_who_asked_to_be_left_out_meanwhile_gets_nothing(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 5)
    async with database.write() as connection:
        await suppressions.add(connection, Suppression("R3@kjt-gd.example", "unsubscribed", run.list_id), run.created)
        await suppressions.add(connection, Suppression("r4@kjt-gd.example", "bounced"), run.created)
        await suppressions.add(connection, Suppression("r2@kjt-gd.example", "unsubscribed", "other"), run.created)
    async with ScriptedServer() as server:
        drained = await send(make_context(database, tmp_path), server)
    assert (drained.sent, drained.suppressed) == (3, 2)
    assert await states(database, run) == [*[_S.SENT] * 3, *[_S.SUPPRESSED] * 2]


async def test_unsubscribing_while_the_run_goes_on_is_honoured_for_what_was_claimed(
    database: Database, tmp_path: Path
) -> None:
    run = await make_run(database, 60)
    slow = Script(answers={Step.DOT: After(0.15, "250 ok")})
    async with ScriptedServer(slow) as server, anyio.create_task_group() as tasks:
        tasks.start_soon(send, make_context(database, tmp_path), server)
        await until(lambda: bool(server.commands))
        async with database.write() as connection:
            await suppressions.add(connection, Suppression("r59@kjt-gd.example", "unsubscribed"), run.created)
    assert not server.taken_by("r59@kjt-gd.example")
    assert (await states(database, run))[-1] is _S.SUPPRESSED


async def test_a_run_paused_on_its_way_gives_back_what_was_claimed(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 100)
    context = make_context(database, tmp_path)
    slow = Script(answers={Step.DOT: After(0.1, "250 ok")})
    async with ScriptedServer(slow) as server:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send, context, server)
            await until(lambda: bool(server.ledger))
            async with database.write() as connection:
                await runs.pause(connection, run.id, "编辑部", PauseReason.PERSON, run.created)
        counts = await counts_of(database, run)
        assert counts.of(_S.SENT) + counts.of(_S.PENDING) == 100
        assert counts.of(_S.PENDING) > 0
        async with database.write() as connection:
            await runs.resume(connection, run.id, run.created)
        server.script = Script()
        await send(context, server)
    assert (await counts_of(database, run)).of(_S.SENT) == len(server.ledger) == 100


@pytest.mark.parametrize("policy", list(DoubtPolicy))
async def test_an_acknowledgement_that_is_lost_leaves_doubt_to_the_policy(
    database: Database, tmp_path: Path, policy: DoubtPolicy
) -> None:
    run = await make_run(database, 4)
    context = make_context(database, tmp_path, conduct=Conduct(doubt=policy))
    script = Script(answers={Step.DOT: lambda m: Act.TAKE_AND_DROP if m.recipient.startswith("r2@") else None})
    async with ScriptedServer(script) as server:
        drained = await send(context, server)
        assert (drained.sent, drained.in_doubt) == (3, 1)
        settled = (await reconcile(context)).settled
        server.script = Script()
        await later(database, run, run.created)
        await send(context, server)
    copies = [taken.message_id for taken in server.taken_by("r2@kjt-gd.example")]
    if policy is DoubtPolicy.RETRY:
        assert settled == 1
        assert len(copies) == 2
        assert len(set(copies)) == 1, "every copy carries one Message-ID"
        assert (await counts_of(database, run)).is_finished
    else:
        assert settled == 0
        assert len(copies) == 1
        assert (await states(database, run))[2] is _S.IN_DOUBT


async def test_a_relay_that_always_drops_after_the_dot_ends_with_a_person(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 1)
    context = make_context(database, tmp_path, conduct=Conduct(doubt_attempts=3))
    async with ScriptedServer(Script(answers={Step.DOT: Act.TAKE_AND_DROP})) as server:
        for _ in range(6):
            await send(context, server)
            await reconcile(context)
            await later(database, run, run.created)
    assert len(server.ledger) == 3
    assert await states(database, run) == [_S.IN_DOUBT]


async def test_stopping_finishes_what_is_in_flight_and_gives_back_the_rest(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 80)
    context = make_context(database, tmp_path)
    stopping = anyio.Event()
    slow = Script(answers={Step.DOT: After(0.2, "250 ok")})
    async with ScriptedServer(slow) as server, transport_to(server.port) as transport:
        async with anyio.create_task_group() as tasks:
            worker = Worker(worker_name(), transport, 4)

            async def work() -> None:
                await drain(context, worker, stopping=stopping)

            tasks.start_soon(work)
            await until(lambda: bool(server.ledger))
            stopping.set()
        counts = await counts_of(database, run)
        assert counts.of(_S.SENT) == len(server.ledger)
        assert counts.of(_S.SENT) + counts.of(_S.PENDING) == 80
        assert counts.of(_S.SENT) < 20
        server.script = Script()
        await send(context, server)
    assert len(server.ledger) == len({taken.recipient for taken in server.ledger}) == 80


async def test_a_run_that_is_late_asks_a_person(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2, created=context.now() - timedelta(hours=7))
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        assert await send_due(context, transport, 2) == Drained()
        paused = await run_of(database, run)
        assert paused.pause_reason is PauseReason.PAST_DUE
        assert paused.asks
        async with database.write() as connection:
            await runs.resume(connection, run.id, context.now())
        assert (await send_due(context, transport, 2)).sent == 2


async def test_a_lane_lets_through_what_the_operator_allows(database: Database, tmp_path: Path) -> None:
    slow, free = await make_run(database, 6, domain="qq.example"), await make_run(database, 6)
    context = make_context(database, tmp_path, conduct=Conduct(pace=Pace(domains={"qq.example": ONE_IN_TEN_MINUTES})))
    async with ScriptedServer() as server:
        await send(context, server)
    assert (await counts_of(database, free)).of(_S.SENT) == 6
    assert (await counts_of(database, slow)).of(_S.SENT) == 1


async def test_who_waits_for_a_lane_is_sent_to_when_its_turn_comes(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 6, domain="qq.example")
    context = make_context(database, tmp_path, conduct=Conduct(pace=Pace(domains={"qq.example": 5})))
    async with ScriptedServer() as server:
        with anyio.fail_after(60):
            while len(server.ledger) < 6:
                await send(context, server)
                await anyio.sleep(0.2)
    assert (await counts_of(database, run)).of(_S.SENT) == 6


async def test_the_turns_of_a_cancelled_run_go_to_who_waits_behind_it(database: Database, tmp_path: Path) -> None:
    first = await make_run(database, 30)
    context = make_context(database, tmp_path, conduct=Conduct(pace=Pace(per_second=ONE_IN_TEN_MINUTES)))
    async with ScriptedServer() as server:
        await send(context, server)
        behind = await make_run(database, 2)
        await send(context, server)
        await cancel_run(context, Actor("王处"), first.id)
        await send(context, server)
    waits = [row.next_attempt for row in await rows_of(database, behind)]
    assert max(waits) < context.now() + timedelta(minutes=21)


async def test_throttling_slows_the_lane_down(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 200, domain="163.example")
    context = make_context(database, tmp_path)
    script = Script(answers={Step.RCPT: "450 4.2.1 MI:CEL too many, slow down"})
    async with ScriptedServer(script) as server:
        await send(context, server, connections=2)
        server.script = Script()
        with anyio.move_on_after(2):
            while True:
                await send(context, server, connections=2)
                await anyio.sleep(0.1)
    sent = (await counts_of(database, run)).of(_S.SENT)
    assert sent <= 60


async def test_what_cannot_be_made_fails_alone(database: Database, tmp_path: Path) -> None:
    broken, good = await make_run(database, 2), await make_run(database, 10)
    async with database.write() as connection:
        table = tables.deliveries
        await connection.execute(update(table).where(table.c.run_id == broken.id).values(list_id="gone"))
        fifth = (table.c.run_id == good.id) & (table.c.position == 5)
        await connection.execute(update(table).where(fifth).values(address="no address"))
    async with ScriptedServer() as server:
        drained = await send(make_context(database, tmp_path), server)
    assert (drained.sent, drained.failed) == (9, 3)
    rows = await rows_of(database, broken)
    assert [(row.refusal, row.reply.text if row.reply else "") for row in rows] == [
        (RefusalClass.MESSAGE, "list-unknown")
    ] * 2


async def test_what_breaks_the_program_fails_alone(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await make_run(database, 10)
    begin = Composer.begin

    def break_on_one(composer: Composer, prepared: Prepared, delivery: Delivery) -> Signing:
        if delivery.address.startswith("r4@"):
            raise ZeroDivisionError
        return begin(composer, prepared, delivery)

    monkeypatch.setattr(Composer, "begin", break_on_one)
    async with ScriptedServer() as server:
        assert (await send(make_context(database, tmp_path), server)).failed == 1
    assert (await counts_of(database, run)).of(_S.SENT) == 9


async def test_what_breaks_the_transport_is_in_doubt_only_after_the_mark(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await make_run(database, 6)
    context = make_context(database, tmp_path)
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        usual = transport.send

        async def break_on_two(
            sender: str, recipient: str, message: bytes, before_dot: BeforeDot, **named: str
        ) -> Outcome:
            if recipient.startswith("r1@"):
                raise ZeroDivisionError
            if recipient.startswith("r2@"):
                await before_dot()
                raise ZeroDivisionError
            return await usual(sender, recipient, message, before_dot, **named)

        monkeypatch.setattr(transport, "send", break_on_two)
        drained = await drain(context, Worker(worker_name(), transport, 4))
    assert (drained.sent, drained.deferred, drained.in_doubt) == (4, 1, 1)
    assert (await states(database, run))[1:3] == [_S.DEFERRED, _S.IN_DOUBT]


async def test_signed_messages_are_signed(database: Database, tmp_path: Path) -> None:
    await make_run(database, 20)
    key = new_key("xiefa.example", "e1", DkimAlgorithm.ED25519)
    async with ScriptedServer() as server:
        await send(make_context(database, tmp_path, dkim_keys=(key,)), server)
    assert len(server.ledger) == 20
    assert all(taken.content.startswith(b"DKIM-Signature: ") for taken in server.ledger)


async def test_a_full_disk_stops_the_sending_before_the_dot(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await make_run(database, 30)
    context = make_context(database, tmp_path)

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", full)
        async with ScriptedServer() as server:
            assert (await send(context, server)).sent == 0
        assert server.ledger == []
    assert await states(database, run) == [_S.PENDING] * 30
    async with ScriptedServer() as server:
        assert (await send(context, server)).sent == 30


async def test_a_worker_that_slept_past_its_lease_claims_anew_before_it_sends(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await make_run(database, 8)
    clock, slept = time.clock_gettime, 0.0
    monkeypatch.setattr(time, "clock_gettime", lambda kind: clock(kind) + slept)

    def sleep(mail: Mail) -> None:
        # between RCPT and the dot of the first message the machine sleeps for an hour
        nonlocal slept
        slept = 3600.0

    async with ScriptedServer(Script(answers={Step.RCPT: sleep})) as server:
        with anyio.fail_after(30):
            drained = await send(make_context(database, tmp_path), server, connections=1)
    assert drained.sent == len(server.ledger) == 8
    assert max(server.attempts.values()) == 2, "the dot after the sleep was not written"
    assert (await counts_of(database, run)).of(_S.SENT) == 8


async def test_the_lines_of_two_workers_at_a_limited_relay_share_its_pace(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 12)
    context = make_context(database, tmp_path, conduct=Conduct(pace=Pace(per_second=ONE_IN_TEN_MINUTES)))
    async with ScriptedServer() as server, anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(send, context, server)
    assert len(server.ledger) == 1
    rows = await rows_of(database, run)
    waits = sorted(row.next_attempt for row in rows if row.delivery.state is _S.PENDING)
    assert len(set(waits)) == 11, "everybody who waits has a slot of their own"


async def test_two_workers_share_a_run_and_send_nothing_twice(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 150)
    context = make_context(database, tmp_path)
    script = Script(answers={Step.DOT: After(0.005, "250 ok")})
    async with ScriptedServer(script) as server, anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(send, context, server)
    assert len(server.ledger) == len({taken.recipient for taken in server.ledger}) == 150
    assert (await counts_of(database, run)).of(_S.SENT) == 150


async def test_a_relay_that_closes_after_some_mails_loses_nothing(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 60)
    async with ScriptedServer(Script(mails_per_connection=7)) as server:
        context = make_context(database, tmp_path)
        for _ in range(5):
            await send(context, server)
            await later(database, run, run.created)
    assert len({taken.recipient for taken in server.ledger}) == 60
    assert (await counts_of(database, run)).of(_S.SENT) == 60


def _first(mail: Mail) -> bool:
    return mail.recipient.startswith("r0@")


async def test_a_relay_that_is_slow_for_one_holds_up_nobody_else(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 40)
    script = Script(answers={Step.DOT: lambda mail: After(2.0, "250 late") if _first(mail) else None})
    conduct = replace(Conduct(), lease=timedelta(seconds=3), renewal=timedelta(seconds=0.5))
    async with ScriptedServer(script) as server:
        drained = await send(make_context(database, tmp_path, conduct=conduct), server, connections=2)
    assert drained.sent == 40
    assert server.ledger[-1].recipient == "r0@kjt-gd.example"
    assert (await counts_of(database, run)).of(_S.SENT) == 40
