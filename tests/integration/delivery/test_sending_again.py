"""What nobody sends once more: what was cancelled or taken back, and to who is not written to; nothing changes then."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from distributor.access import Actor
from distributor.clock import SystemClock
from distributor.errors import Conflict
from distributor.model.recipient import Suppression
from distributor.model.revision import Withdrawal
from distributor.model.run import DeliveryState, Run, RunStatus
from distributor.store import suppressions, tables, withdrawals
from distributor.store.engine import Database
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.context import Context
from distributor.usecases.list_runs import show_run, show_run_history
from distributor.usecases.reconcile_deliveries import reconcile
from distributor.usecases.resend_delivery import resend_delivery
from distributor.usecases.retry_deliveries import retry_deliveries
from distributor.usecases.sending_again import RETRIED, why_not_again
from distributor.usecases.settle_doubt import settle_doubt
from tests.support.ledger import make_context, make_run, rows_of

pytestmark = pytest.mark.anyio

_S = DeliveryState
WANG = Actor("王处")
Deed = Callable[[Context, Run], Awaitable[object]]


async def resend(context: Context, run: Run) -> object:
    return await resend_delivery(context, WANG, run.id, await first_of(context, run))


async def retry_one(context: Context, run: Run) -> object:
    return await retry_deliveries(context, WANG, run.id, [await first_of(context, run)])


async def retry_all(context: Context, run: Run) -> object:
    return await retry_deliveries(context, WANG, run.id)


async def doubt_again(context: Context, run: Run) -> object:
    return await settle_doubt(context, WANG, run.id, _S.PENDING)


async def doubt_of_one_again(context: Context, run: Run) -> object:
    return await settle_doubt(context, WANG, run.id, _S.PENDING, [await first_of(context, run)])


DEEDS: list[tuple[Deed, DeliveryState]] = [
    (resend, _S.SENT),
    (resend, _S.FAILED),
    (retry_one, _S.FAILED),
    (retry_all, _S.FAILED),
    (doubt_again, _S.IN_DOUBT),
    (doubt_of_one_again, _S.IN_DOUBT),
]


async def cancelled(context: Context, run: Run) -> None:
    await set_state(context, run, _S.PENDING, which=slice(1, 2))
    await cancel_run(context, WANG, run.id)


async def taken_back(context: Context, run: Run) -> None:
    said = Withdrawal(f"w-{run.id}", run.bulletin_id, None, SystemClock().now(), "王处", "有误")
    async with context.database.write() as connection:
        await withdrawals.add(connection, said)


async def stopped(context: Context, run: Run) -> None:
    async with context.database.write() as connection:
        for row in await rows_of(context.database, run):
            await suppressions.add(connection, Suppression(row.delivery.address.upper(), "退信"), context.now())


OBJECTIONS: list[tuple[Callable[[Context, Run], Awaitable[None]], str]] = [
    (cancelled, "run-cancelled"),
    (taken_back, "again-taken-back"),
    (stopped, "again-stopped"),
]


async def set_state(context: Context, run: Run, state: DeliveryState, which: slice = slice(None)) -> None:
    """Put deliveries of a run into a state behind the back of the program."""
    ids = [row.delivery.id for row in (await rows_of(context.database, run))[which]]
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        held = {"lease_until": now, "warned": True, "worker": None} if state is _S.IN_DOUBT else {"finished": now}
        change = update(tables.deliveries).where(tables.deliveries.c.id.in_(ids))
        await connection.execute(change.values(state=state, **held))


async def first_of(context: Context, run: Run) -> str:
    return (await rows_of(context.database, run))[0].delivery.id


async def states(context: Context, run: Run) -> list[DeliveryState]:
    return [row.delivery.state for row in await rows_of(context.database, run)]


@pytest.mark.parametrize(("objection", "code"), OBJECTIONS)
@pytest.mark.parametrize(("deed", "state"), DEEDS)
async def test_it_is_refused_and_nothing_changes(
    database: Database,
    tmp_path: Path,
    deed: Deed,
    state: DeliveryState,
    objection: Callable[[Context, Run], Awaitable[None]],
    code: str,
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    await set_state(context, run, state)
    await objection(context, run)
    before, told = await rows_of(database, run), await show_run_history(context, run.id)
    with pytest.raises(Conflict, match=code):
        await deed(context, run)
    await reconcile(context)
    assert await rows_of(database, run) == before
    assert await show_run_history(context, run.id) == told


async def test_who_retries_all_leaves_out_who_is_not_written_to(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 3)
    await set_state(context, run, _S.FAILED)
    async with database.write() as connection:
        gone = (await rows_of(database, run))[1].delivery.address
        await suppressions.add(connection, Suppression(gone, "退信", run.list_id), context.now())
    assert await why_not_again(context, run.id, RETRIED) is None
    assert await retry_deliveries(context, WANG, run.id) == 2
    assert await states(context, run) == [_S.PENDING, _S.FAILED, _S.PENDING]
    objection = await why_not_again(context, run.id, RETRIED)
    assert objection is not None
    assert objection.parameters == {"address": gone}


async def test_who_is_not_written_to_in_another_list_gets_it_again(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    await set_state(context, run, _S.SENT)
    async with database.write() as connection:
        address = (await rows_of(database, run))[0].delivery.address
        await suppressions.add(connection, Suppression(address, "退订", "another"), context.now())
    assert await resend_delivery(context, WANG, run.id, await first_of(context, run))


@pytest.mark.parametrize("fate", [_S.SENT, _S.FAILED])
@pytest.mark.parametrize(("objection", "code"), OBJECTIONS)
async def test_what_became_of_it_can_be_said_all_the_same(
    database: Database,
    tmp_path: Path,
    fate: DeliveryState,
    objection: Callable[[Context, Run], Awaitable[None]],
    code: str,
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    await set_state(context, run, _S.IN_DOUBT)
    await objection(context, run)
    assert await settle_doubt(context, WANG, run.id, fate, [await first_of(context, run)]) == 1, code
    assert (await states(context, run))[0] is fate


async def test_what_is_brought_back_or_was_taken_back_before_is_no_obstacle(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    await set_state(context, run, _S.FAILED)
    await taken_back(context, run)
    async with database.write() as connection:
        await withdrawals.undo(connection, f"w-{run.id}", "王处", context.now())
        item_before = Withdrawal("w-0", run.bulletin_id, None, run.created - timedelta(hours=1), "王处", "有误")
        await withdrawals.add(connection, item_before)
    assert await retry_deliveries(context, WANG, run.id) == 1


async def test_doubt_of_a_cancelled_run_is_not_turned_into_cancelled_by_itself(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    await set_state(context, run, _S.IN_DOUBT, which=slice(1))
    await cancel_run(context, WANG, run.id)
    for _ in range(2):
        assert (await reconcile(context)).settled == 0
    assert await states(context, run) == [_S.IN_DOUBT, _S.CANCELLED]
    assert (await show_run(context, run.id))[0].status is not RunStatus.FINISHED
    assert await settle_doubt(context, WANG, run.id, _S.SENT) == 1
    assert (await show_run(context, run.id))[0].status is RunStatus.FINISHED
