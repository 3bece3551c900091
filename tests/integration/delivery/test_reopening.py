"""A cancelled run is reopened: who was left out waits again, and a person lets it go on."""

from pathlib import Path

import pytest

from distributor.access import Actor
from distributor.errors import Conflict
from distributor.model.recipient import Suppression
from distributor.model.run import DeliveryState, PauseReason, RunStatus
from distributor.store import runs, suppressions
from distributor.store.engine import Database
from distributor.usecases.cancel_run import cancel_run
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
