"""Every run that waits for a person is found: at the desk's home, and by the doctor."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from distributor.access import Actor
from distributor.model.run import DeliveryState, PauseReason, RefusalClass, Run
from distributor.model.waiting import Wait
from distributor.store import runs, tables
from distributor.store.engine import Database
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.context import Context
from distributor.usecases.diagnose import Installation, diagnose
from distributor.usecases.survey_desk import survey_desk
from tests.support.ledger import make_context, make_run

pytestmark = pytest.mark.anyio

_T = tables.deliveries
_OLD = timedelta(minutes=11)


async def change(context: Context, run: Run, values: Mapping[str, Any], first: int = 1000) -> None:
    """Set fields of the first deliveries of a run."""
    async with context.database.write() as connection:
        ids = select(_T.c.id).where(_T.c.run_id == run.id).order_by(_T.c.position).limit(first)
        found = (await connection.execute(ids)).scalars().all()
        await connection.execute(update(_T).where(_T.c.id.in_(found)).values(values))


async def change_run(context: Context, run: Run, **values: Any) -> None:  # noqa: ANN401  fields of the row
    async with context.database.write() as connection:
        await connection.execute(update(tables.runs).where(tables.runs.c.id == run.id).values(values))


async def found(context: Context) -> dict[str, tuple[Wait, int]]:
    """Why each run waits, and how many of its deliveries."""
    waiting = (await survey_desk(context, 20)).attention.waiting
    return {one.run_id: (one.wait, one.count) for one in waiting}


async def test_runs_that_were_stopped_wait_until_a_person_goes_on_or_cancels(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    made = {reason: await make_run(database, 3) for reason in PauseReason if reason is not PauseReason.CANCELLED}
    assert await found(context) == {}
    for reason, run in made.items():
        async with database.write() as connection:
            assert await runs.pause(connection, run.id, "guard", reason, context.now())
    attention = (await survey_desk(context, 20)).attention
    assert not attention.is_nothing
    assert {one.run_id: one.wait.value for one in attention.waiting} == {
        run.id: reason.value for reason, run in made.items()
    }
    assert set(attention.titles) == {run.bulletin_id for run in made.values()}
    relay = made[PauseReason.RELAY]
    await change(context, relay, {"state": DeliveryState.SENT})
    async with database.write() as connection:
        await runs.resume(connection, made[PauseReason.RESTORED].id, context.now())
    await cancel_run(context, Actor("li"), made[PauseReason.PAST_DUE].id)
    left = {made[PauseReason.PERSON].id, made[PauseReason.MASS_FAILURE].id}
    assert set(await found(context)) == left


async def test_runs_in_which_nothing_moves_wait(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    async with database.read() as connection:
        now = await database.now(connection)
    unbegun, stuck, going, refused, doubtful, overdue, preparing = [await make_run(database, 3) for _ in range(7)]
    for run in (unbegun, stuck, going):
        await change(context, run, {"next_attempt": now - _OLD})
    for run in (stuck, going, refused, doubtful):
        await change_run(context, run, began=now - timedelta(hours=1))
    await change(context, going, {"state": DeliveryState.SENT, "finished": now}, 1)
    later = {"state": DeliveryState.DEFERRED, "next_attempt": now + timedelta(hours=1)}
    await change(context, refused, {**later, "refusal": RefusalClass.POLICY}, 2)
    held = {"state": DeliveryState.IN_DOUBT, "lease_until": now, "worker": None}
    await change(context, doubtful, held, 1)
    await change_run(context, overdue, began=now - timedelta(hours=73))
    await change(context, overdue, {**later, "refusal": RefusalClass.CONNECTION})
    await change_run(context, preparing, ready=None, created=now - _OLD)
    assert await found(context) == {
        unbegun.id: (Wait.UNBEGUN, 3),
        stuck.id: (Wait.STUCK, 3),
        refused.id: (Wait.REFUSED, 2),
        doubtful.id: (Wait.DOUBTFUL, 1),
        overdue.id: (Wait.OVERDUE, 3),
        preparing.id: (Wait.PREPARING, 3),
    }


async def test_a_run_of_which_no_recipient_was_written_yet_waits_too(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    async with database.write() as connection:
        await connection.execute(delete(_T).where(_T.c.run_id == run.id))
    await change_run(context, run, ready=None, created=context.now() - _OLD)
    assert await found(context) == {run.id: (Wait.PREPARING, 0)}


async def test_the_doctor_names_the_runs_that_wait(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 3)
    async with database.write() as connection:
        await runs.pause(connection, run.id, "breaker", PauseReason.RELAY, context.now())
    diagnosis = await diagnose(context, Installation((), tmp_path / "secrets", "https://a.example"))
    (told,) = [finding for finding in diagnosis.findings if finding.code == "doctor-runs-wait"]
    assert told.parameters == {"count": "1", "runs": run.id}
