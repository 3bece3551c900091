"""What follows of a mass failure: a person lets the run go on and that holds; what was withheld is done later, once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from distributor.access import Actor
from distributor.model.conduct import Conduct
from distributor.model.run import DeliveryState, PauseReason, RefusalClass, Run
from distributor.store import runs, suppressions, tables, tickets
from distributor.store.engine import Database
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.context import Context
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.draining.breaker import WAITING
from distributor.usecases.follow_up_failures import FollowedUp, follow_up_failures
from distributor.usecases.resume_run import resume_run
from distributor.usecases.retry_deliveries import retry_deliveries
from distributor.usecases.send_due import worker_name
from distributor.usecases.take_bounce import take_bounce
from tests.support.ledger import counts_of, later, make_context, make_run, rows_of, transport_to
from tests.support.returning import SPARE, ledger_of, make_sent_run, report_about, set_state
from tests.support.smtp_script import Mail, Script, Step
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

_S = DeliveryState
WANG = Actor("wang")
GONE = {"refusal": RefusalClass.ADDRESS, "reply_phase": "rcpt", "reply_code": 550, "reply_text": "no such user"}
# one failure of two deliveries is a mass failure then
STRICT = Conduct(breaker_least=1)


async def follow(context: Context) -> FollowedUp:
    return await follow_up_failures(context, patience=timedelta(0))


async def paused(database: Database, run: Run) -> PauseReason | None:
    async with database.read() as connection:
        return (await runs.get(connection, run.id)).pause_reason


async def send(context: Context, server: ScriptedServer, run: Run) -> None:
    """Drain everything that waits, whenever it is due and however the lanes stand."""
    async with context.database.write() as connection:
        await connection.execute(delete(tables.lanes))
    await later(context.database, run, run.created)
    async with transport_to(server.port, connections=2) as transport:
        await drain(context, Worker(worker_name(), transport, 2))


async def test_a_run_that_a_person_let_go_on_is_not_stopped_by_what_was_refused_before(
    database: Database, tmp_path: Path
) -> None:
    run, context = await make_run(database, 60), make_context(database, tmp_path)
    is_mended = False

    def answer(mail: Mail) -> str | None:
        if not is_mended:
            return "550 5.7.1 content rejected"
        return "451 4.7.1 greylisted" if mail.recipient.startswith("r59@") else None

    async with ScriptedServer(Script(answers={Step.DOT: answer})) as server:
        await send(context, server, run)
        assert await paused(database, run) is PauseReason.MASS_FAILURE
        is_mended = True
        assert await resume_run(context, WANG, run.id)
        await send(context, server, run)
    assert await paused(database, run) is None
    assert (await counts_of(database, run)).of(_S.SENT) == 59


async def test_one_resume_is_enough_and_a_second_mass_failure_stops_the_run_again(
    database: Database, tmp_path: Path
) -> None:
    run, context = await make_run(database, 40), make_context(database, tmp_path)
    rows = [row.delivery for row in await rows_of(database, run)]
    await set_state(database, rows[:20], _S.FAILED, **GONE)
    async with database.write() as connection:
        await runs.pause(connection, run.id, "breaker", PauseReason.MASS_FAILURE, context.now())
    await resume_run(context, WANG, run.id)
    dead = {"r20@", "r25@", "r30@"}

    def answer(mail: Mail) -> str | None:
        return "550 5.1.1 no such user" if mail.recipient.partition("@")[0] + "@" in dead else None

    async with ScriptedServer(Script(answers={Step.RCPT: answer})) as server:
        await send(context, server, run)
        assert await paused(database, run) is None
        assert (await counts_of(database, run)).of(_S.FAILED) == 23
        await retry_deliveries(context, WANG, run.id)
        dead.update(f"r{number}@" for number in range(15))
        await send(context, server, run)
    assert await paused(database, run) is PauseReason.MASS_FAILURE


async def test_only_refusals_since_the_resume_are_counted(database: Database, tmp_path: Path) -> None:
    run, context = await make_run(database, 10), make_context(database, tmp_path)
    is_full = "550 5.7.1 content rejected"
    async with ScriptedServer(Script(answers={Step.DOT: lambda _: is_full})) as server:
        await send(replace(context, conduct=Conduct(breaker_least=50)), server, run)

        async def counted() -> dict[tuple[_S, RefusalClass], int]:
            async with database.read() as connection:
                return await runs.refusals(connection, run.id, WAITING)

        assert await counted() == {(_S.DEFERRED, RefusalClass.POLICY): 10}
        async with database.write() as connection:
            await runs.confirm(connection, run.id, await database.now(connection))
        assert await counted() == {}
        first = [row.delivery for row in await rows_of(database, run)][:4]
        await set_state(database, first, _S.CANCELLED)
        await send(replace(context, conduct=Conduct(breaker_least=50)), server, run)
        assert await counted() == {(_S.DEFERRED, RefusalClass.POLICY): 6}


async def test_what_was_withheld_is_done_once_a_person_lets_the_run_go_on(database: Database, tmp_path: Path) -> None:
    context, run, (first, other) = await make_sent_run(database, tmp_path)
    context = replace(context, conduct=STRICT)
    await set_state(database, [first], _S.FAILED, **GONE)
    await set_state(database, [other], _S.PENDING, finished=None)
    assert await follow(context) == FollowedUp(failures=1, withheld=1)
    assert await paused(database, run) is PauseReason.MASS_FAILURE
    assert await follow(context) == FollowedUp(), "nothing is made of it while the run stands still"
    await resume_run(context, WANG, run.id)
    assert await follow(context) == FollowedUp(failures=1, suspended=1, substituted=1)
    assert await follow(context) == FollowedUp(), "and not twice"
    assert (await ledger_of(database, run))[SPARE.address].delivery.state is _S.PENDING
    assert await paused(database, run) is None


async def test_who_was_written_to_again_is_looked_at_again_after_the_resume(database: Database, tmp_path: Path) -> None:
    run, context = await make_run(database, 10), make_context(database, tmp_path)
    rows = [row.delivery for row in await rows_of(database, run)]
    await set_state(database, rows[:2], _S.FAILED, **GONE)
    assert (await follow(context)).suspended == 2
    await set_state(database, rows[2:6], _S.FAILED, **GONE)
    assert (await follow(context)).withheld == 4
    await resume_run(context, WANG, run.id)
    assert await follow(context) == FollowedUp(failures=6, suspended=6)
    assert await follow(context) == FollowedUp()


async def test_a_run_with_nothing_left_to_send_waits_for_nobody_and_suspends_nobody(
    database: Database, tmp_path: Path
) -> None:
    context, run, (first, other) = await make_sent_run(database, tmp_path)
    context = replace(context, conduct=STRICT)
    await set_state(database, [first, other], _S.FAILED, **GONE)
    assert await follow(context) == FollowedUp(failures=2, substituted=1, missed=1, withheld=2)
    assert SPARE.address in await ledger_of(database, run)
    async with database.read() as connection:
        assert await suppressions.of_address(connection, first.address) == ()
        assert {one.kind for one in await tickets.page(connection, 9)} == {"bounce", "missed"}
    assert await follow(context) == FollowedUp(), "once"


async def test_a_run_that_was_paused_at_its_last_delivery_is_followed_up_too(
    database: Database, tmp_path: Path
) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    context = replace(context, conduct=STRICT)
    await take_bounce(context, report_about(first))
    async with database.write() as connection:
        await runs.pause(connection, run.id, "breaker", PauseReason.MASS_FAILURE, context.now())
    assert await follow(context) == FollowedUp(failures=1, substituted=1, withheld=1)


async def test_of_a_cancelled_run_nothing_is_made(database: Database, tmp_path: Path) -> None:
    context, run, (first, other) = await make_sent_run(database, tmp_path)
    context = replace(context, conduct=STRICT)
    await set_state(database, [first], _S.FAILED, **GONE)
    await set_state(database, [other], _S.IN_DOUBT, finished=None)
    await cancel_run(context, WANG, run.id)
    assert await follow(context) == FollowedUp(failures=1, withheld=1)
    assert await follow(context) == FollowedUp()
    async with database.read() as connection:
        assert await tickets.count(connection, only_open=True) == 0
    assert SPARE.address not in await ledger_of(database, run)
