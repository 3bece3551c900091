"""Runs that are too large for one transaction: begun at once, written in chunks, completed by others after a crash."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from distributor.errors import NotSignedOff
from distributor.model.recipient import Suppression
from distributor.model.run import Delivery, DeliveryState, RunStatus
from distributor.store import freezing, suppressions
from distributor.store.engine import Database
from distributor.usecases import send_bulletin as sending
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.freeze_in_chunks import freeze_in_chunks
from distributor.usecases.list_runs import list_runs
from distributor.usecases.reconcile_deliveries import reconcile
from distributor.usecases.resume_freezing import resume_freezing
from distributor.usecases.send_bulletin import send_bulletin
from tests.support.ledger import rows_of
from tests.support.worlds import APPROVER, NOW, at, make_world, publish_seed

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two addresses are many, one is a chunk."""
    monkeypatch.setattr("distributor.usecases.freeze_runs._AT_ONCE", 1)
    monkeypatch.setattr("distributor.usecases.freeze_in_chunks._CHUNK", 1)


async def statuses(context: Context) -> set[RunStatus]:
    return {summary.status for summary in await list_runs(context)}


class _CrashError(Exception):
    pass


def _dies_after(monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
    """Let whoever writes a run die after so many chunks, once."""
    usual = freezing.add_chunk
    left = [chunks]

    async def add_chunk(*given: object) -> None:
        if left[0] == 0:
            monkeypatch.setattr(freezing, "add_chunk", usual)
            raise _CrashError
        left[0] -= 1
        await usual(*given)  # type: ignore[arg-type]  passed on

    monkeypatch.setattr(freezing, "add_chunk", add_chunk)


async def test_everybody_is_in_the_ledger_when_sending_returns(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    started = await send_bulletin(context, APPROVER, await publish_seed(context))
    for frozen in started.runs:
        assert frozen.is_large
        written = [row.delivery.address for row in await rows_of(database, frozen.run)]
        assert written == [delivery.address for delivery in frozen.deliveries]
    assert await statuses(context) == {RunStatus.WAITING}


async def test_an_occurrence_writes_its_large_runs_too(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await publish_seed(context)
    assert any(occurrence.runs for occurrence in await claim_occurrences(context))
    assert await statuses(context) == {RunStatus.WAITING}


@pytest.mark.parametrize("chunks", [0, 2])
async def test_what_a_dead_writer_left_is_completed_with_everybody_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunks: int
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    planned = await send_bulletin(context, APPROVER, bulletin_id, dry_run=True)
    _dies_after(monkeypatch, chunks)
    with pytest.raises(ExceptionGroup):
        await send_bulletin(context, APPROVER, bulletin_id)
    assert await statuses(context) == {RunStatus.PREPARING}
    # whoever sends again, or is asked by a schedule, starts nothing beside it
    assert (await send_bulletin(context, APPROVER, bulletin_id)).runs == ()
    # its writer may still be alive
    assert await resume_freezing(context) == 0
    assert await resume_freezing(at(context, LATER)) == len(planned.runs)
    assert await statuses(context) == {RunStatus.WAITING}
    wanted = {frozen.run.list_id: {one.address for one in frozen.deliveries} for frozen in planned.runs}
    for summary in await list_runs(context):
        rows = await rows_of(database, summary.run)
        assert {row.delivery.address for row in rows} == wanted[summary.run.list_id]
        assert len(rows) == len(wanted[summary.run.list_id])
    assert await resume_freezing(at(context, LATER)) == 0


@pytest.mark.parametrize("worth_copying", [1, 500])
async def test_of_two_writers_one_gives_way(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worth_copying: int
) -> None:
    monkeypatch.setattr(freezing, "_WORTH_COPYING", worth_copying)
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    prepared = (await send_bulletin(context, APPROVER, bulletin_id, dry_run=True)).runs[0]
    run = replace(prepared.run, id="large")
    made = [replace(one, run_id="large") for one in prepared.deliveries]
    async with database.write() as connection:
        await freezing.add(connection, run)
        # another one has written the last address of it
        await freezing.add_chunk(connection, run, made[-1:], len(made) - 1)
    assert not await freeze_in_chunks(context, run, iter(made), len(made))
    assert await statuses(context) == {RunStatus.PREPARING}
    assert await resume_freezing(at(context, LATER)) == 1


async def test_a_run_that_is_cancelled_while_it_is_written_is_written_no_further(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    prepared = (await send_bulletin(context, APPROVER, bulletin_id, dry_run=True)).runs[0]
    run = replace(prepared.run, id="large")
    made = [replace(one, run_id="large") for one in prepared.deliveries]
    async with database.write() as connection:
        await freezing.add(connection, run)
        await freezing.add_chunk(connection, run, made[:1], 0)
    await cancel_run(context, APPROVER, "large")
    assert not await freeze_in_chunks(context, run, iter(made[1:]), len(made), begin=1)
    assert not await freeze_in_chunks(context, run, iter(()), len(made), begin=1)
    assert await resume_freezing(at(context, LATER)) == 0
    await reconcile(at(context, NOW + timedelta(hours=2)))
    (row,) = await rows_of(database, run)
    assert row.delivery.state is DeliveryState.CANCELLED


async def test_a_run_whose_plan_has_grown_is_not_completed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    _dies_after(monkeypatch, 1)
    with pytest.raises(ExceptionGroup):
        await send_bulletin(context, APPROVER, bulletin_id)

    def refuse(*_given: object) -> None:
        raise NotSignedOff("plan-grew", id=bulletin_id)

    monkeypatch.setattr("distributor.usecases.freeze_runs.require_plan", refuse)
    assert await resume_freezing(at(context, LATER)) == 0
    # nothing of it was ever due, and in the end it makes room for a new start
    await reconcile(at(context, NOW + timedelta(hours=2)))
    assert await list_runs(context) == ()


async def test_deliveries_are_made_while_they_are_written(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    prepared = (await send_bulletin(context, APPROVER, bulletin_id, dry_run=True)).runs[0]
    run = replace(prepared.run, id="large")
    asked: list[str] = []

    def made() -> Iterator[Delivery]:
        for one in prepared.deliveries:
            asked.append(one.address)
            yield replace(one, run_id="large")

    async with database.write() as connection:
        await freezing.add(connection, run)
    deliveries = made()
    assert asked == []
    assert await freeze_in_chunks(context, run, deliveries, len(prepared.deliveries))
    assert len(asked) == len(prepared.deliveries)


@pytest.mark.parametrize("changes", [1, 5])
async def test_who_is_left_out_while_a_plan_is_worked_out_is_left_out(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    everybody = (await send_bulletin(context, APPROVER, bulletin_id, dry_run=True)).runs[0].deliveries
    usual = sending.prepare_runs
    left = [one.address for one in everybody[:changes]]
    rounds: list[int] = []

    async def prepare_runs(*given: Any) -> Any:  # noqa: ANN401  passed on
        prepared = await usual(*given)
        rounds.append(len(rounds))
        if left and len(rounds) <= 3:
            # another process, while this one has only read
            async with database.write() as connection:
                await suppressions.add(connection, Suppression(left.pop(), "unsubscribed"), NOW)
        return prepared

    monkeypatch.setattr(sending, "prepare_runs", prepare_runs)
    started = await send_bulletin(context, APPROVER, bulletin_id)
    gone = {one.address for one in everybody[:changes]} - set(left)
    assert len(rounds) == len(gone) + 1
    served = {one.address for frozen in started.runs for one in frozen.deliveries}
    assert not gone & served
