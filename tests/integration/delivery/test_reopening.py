"""A cancelled run is reopened: who was left out waits again, and a person lets it go on."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from distributor import tokens
from distributor.access import Actor
from distributor.clock import SystemClock
from distributor.errors import Conflict
from distributor.model.ledger import Mark
from distributor.model.notice import Notice, NoticeKind
from distributor.model.recipient import Suppression
from distributor.model.run import DeliveryState, PauseReason, Phase, Reply, Run, RunStatus
from distributor.store import claims, instance, marks, notices, runs, suppressions, tables
from distributor.store.engine import Database
from distributor.store.instance import Instance
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.context import Context
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.list_runs import show_run, show_run_history
from distributor.usecases.reconcile_deliveries import reconcile
from distributor.usecases.reopen_run import reopen_run
from distributor.usecases.resume_run import resume_run
from distributor.usecases.retry_deliveries import retry_deliveries
from distributor.usecases.send_due import worker_name
from tests.integration.delivery.test_sending_again import set_state, states, taken_back
from tests.support.ledger import make_context, make_run, rows_of, transport_to
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

_S = DeliveryState
WANG = Actor("王处")


async def test_who_was_left_out_gets_the_same_mail_after_all_and_nobody_gets_it_twice(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 4)
    await set_state(context, run, _S.SENT, which=slice(0, 1))
    before = [row.delivery.message_id for row in await rows_of(database, run)]
    assert await cancel_run(context, WANG, run.id) == 3
    assert await reopen_run(context, WANG, run.id) == 3
    await reconcile(context)
    # it stands still until somebody says that it may go on
    assert await states(context, run) == [_S.SENT, _S.PENDING, _S.PENDING, _S.PENDING]
    async with database.read() as connection:
        assert (await runs.get(connection, run.id)).pause_reason is PauseReason.PERSON
    assert await resume_run(context, WANG, run.id)
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        assert (await drain(context, Worker(worker_name(), transport))).sent == 3
        assert len(server.ledger) == 3
    rows = await rows_of(database, run)
    assert [row.delivery.message_id for row in rows] == before
    assert (await show_run(context, run.id))[0].status is RunStatus.FINISHED
    told = [(event.act, event.number) for event in await show_run_history(context, run.id)]
    assert told == [("cancel", 3), ("reopen", 3), ("resume", 1)]


async def test_reopening_again_or_what_was_never_cancelled_changes_nothing(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    assert await reopen_run(context, WANG, run.id) == 0
    await cancel_run(context, WANG, run.id)
    await reopen_run(context, WANG, run.id)
    told = await show_run_history(context, run.id)
    assert await reopen_run(context, WANG, run.id) == 0
    assert await show_run_history(context, run.id) == told


async def test_who_is_not_written_to_any_more_stays_cancelled(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 3)
    await cancel_run(context, WANG, run.id)
    gone = (await rows_of(database, run))[1].delivery.address
    async with database.write() as connection:
        await suppressions.add(connection, Suppression(gone, "退信"), context.now())
    assert await reopen_run(context, WANG, run.id) == 2
    assert await states(context, run) == [_S.PENDING, _S.CANCELLED, _S.PENDING]


async def test_what_was_taken_back_stays_cancelled(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    await cancel_run(context, WANG, run.id)
    await taken_back(context, run)
    with pytest.raises(Conflict, match="again-taken-back"):
        await reopen_run(context, WANG, run.id)
    assert await states(context, run) == [_S.CANCELLED] * 2
    with pytest.raises(Conflict, match="run-cancelled"):
        await resume_run(context, WANG, run.id)


async def test_a_run_of_which_nothing_was_left_is_not_cancelled_any_more_and_waits_for_nobody(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    await set_state(context, run, _S.FAILED)
    async with database.write() as connection:
        await runs.cancel(connection, run.id, WANG.name, await database.now(connection))
    assert await reopen_run(context, WANG, run.id) == 0
    assert (await show_run(context, run.id))[0].status is RunStatus.FINISHED
    assert [event.act for event in await show_run_history(context, run.id)] == ["reopen"]
    assert await retry_deliveries(context, WANG, run.id) == 2


async def test_what_a_worker_gave_back_before_the_sweep_stands_still_as_well(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 3)
    async with database.write() as connection:
        now = await database.now(connection)
        claimed = await claims.claim(connection, claims.Claim("w1", 30, 3), now, [run.id])
    assert await cancel_run(context, WANG, run.id) == 0
    async with database.write() as connection:
        back = [Mark(one, _S.PENDING, "w1") for one in claimed[:2]]
        await marks.apply(connection, back, await database.now(connection))
    # two are back, one is still in its hands
    assert await reopen_run(context, WANG, run.id) == 3
    async with database.read() as connection:
        assert (await runs.get(connection, run.id)).pause_reason is PauseReason.PERSON
    assert await states(context, run) == [_S.PENDING, _S.PENDING, _S.CLAIMED]


async def test_a_run_that_was_reopened_is_reported_once_more(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    long_ago = run.created - timedelta(days=1)
    await cancel_run(context, WANG, run.id)
    async with database.write() as connection:
        (ended,) = await notices.unreported_runs(connection, long_ago)
        for kind in (NoticeKind.RUN_REPORT, NoticeKind.BOUNCE_REPORT):
            await notices.add(
                connection, Notice(tokens.new_id(), kind, ended.id, "a@xiefa.example", run.created), run.created
            )
        sent = update(tables.notices).where(tables.notices.c.kind == NoticeKind.RUN_REPORT)
        await connection.execute(sent.values(sent=run.created))
        assert await notices.unreported_runs(connection, long_ago) == ()
    await reopen_run(context, WANG, run.id)
    await cancel_run(context, WANG, run.id)
    async with database.read() as connection:
        assert [one.id for one in await notices.unreported_runs(connection, long_ago)] == [run.id]
        kept = (await connection.execute(select(tables.notices.c.object_id))).scalars().all()
    # what was sent is kept, what was not says nothing true any more
    assert [one.partition("/")[0] for one in kept] == [run.id]


@pytest.mark.parametrize("state", [_S.SENT, _S.IN_DOUBT])
async def test_what_the_relay_has_although_it_was_cancelled_is_written_down(
    database: Database, tmp_path: Path, state: DeliveryState
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    late = await cut_off(context, run)
    async with database.write() as connection:
        stale = await marks.apply(connection, [replace(one, state=state) for one in late], context.now())
    assert stale == frozenset()
    assert await states(context, run) == [state] * 2
    row = (await rows_of(database, run))[0]
    assert (row.finished is None) is (state is _S.IN_DOUBT)


async def test_what_a_later_run_has_as_well_stays_cancelled(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    late = await cut_off(context, run)
    async with database.write() as connection:
        query = select(tables.deliveries).where(tables.deliveries.c.id == late[0].delivery.id)
        row = dict((await connection.execute(query)).mappings().one())
        other = {**dict((await connection.execute(select(tables.runs))).mappings().one()), "id": "later"}
        await connection.execute(insert(tables.runs).values(other))
        twin = {"id": "twin", "run_id": "later", "message_id": "<twin@xiefa.example>", "state": _S.PENDING}
        await connection.execute(insert(tables.deliveries).values({**row, **twin}))
    async with database.write() as connection:
        stale = await marks.apply(connection, late, context.now())
    assert stale == {late[0].delivery.id}
    assert await states(context, run) == [_S.CANCELLED, _S.SENT]


async def cut_off(context: Context, run: Run) -> list[Mark]:
    """A worker that was cut off with answers in its journal, while its run was cancelled; gives its marks."""
    database = context.database
    async with database.write() as connection:
        now = await database.now(connection)
        claimed = await claims.claim(connection, claims.Claim("w1", 30, 2), now, [run.id])
        expired = update(tables.deliveries).values(state=_S.PENDING, lease_until=None)
        await connection.execute(expired)
    assert await cancel_run(context, WANG, run.id) == 2
    return [Mark(one, _S.SENT, "w1", Reply(Phase.DOT, 250, "taken"), at=context.now()) for one in claimed]


async def test_a_new_database_is_named_once(database: Database) -> None:
    first = Instance("first", 1, SystemClock().now())
    async with database.write() as connection:
        await connection.execute(delete(tables.instance))
        await instance.found(connection, first)
    with pytest.raises(IntegrityError):
        await name_again(database, first)


async def name_again(database: Database, value: Instance) -> None:
    async with database.write() as connection:
        await instance.found(connection, value)
