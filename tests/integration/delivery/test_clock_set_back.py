"""A clock that was set back, of the program or of the database, holds up no run for as long as the jump."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.lane import Lane
from distributor.model.ledger import Claim
from distributor.model.run import DeliveryState
from distributor.store import claims, lanes, moments, tables
from distributor.store.engine import Database
from distributor.usecases.reconcile_deliveries import reconcile
from distributor.usecases.send_due import drain_due
from tests.support.ledger import counts_of, later, make_context, make_run, rows_of, transport_to
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

_S = DeliveryState
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
CLOSE = timedelta(seconds=20)


async def now_of(database: Database) -> datetime:
    async with database.read() as connection:
        return await database.now(connection)


def set_back(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """From now on the clock of the database shows an earlier time; the program's does as it did."""
    usual = moments.read_clock

    async def earlier(connection: AsyncConnection) -> datetime:
        return await usual(connection) - by

    monkeypatch.setattr(moments, "read_clock", earlier)


@pytest.mark.parametrize("number", [5, 600])
async def test_a_run_is_due_by_the_clock_of_the_database_whatever_the_program_thinks(
    database: Database, number: int
) -> None:
    before = await now_of(database)
    run = await make_run(database, number, created=before + HOUR)
    due = {row.next_attempt for row in await rows_of(database, run)}
    assert before <= min(due)
    assert max(due) <= await now_of(database)


async def test_what_waits_is_sent_although_the_clock_was_set_back(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 5)
    await reconcile(context)
    set_back(monkeypatch, HOUR)
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        assert (await drain_due(context, transport, 2)).sent == 0
        await reconcile(context)
        assert (await drain_due(context, transport, 2)).sent == 5
    assert (await counts_of(database, run)).is_finished


async def test_a_later_turn_keeps_its_distance_and_is_not_pulled_back_twice(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    planned = await now_of(database) + 10 * MINUTE
    await later(database, run, planned)
    async with database.write() as connection:
        first = tables.deliveries.c.position == 0
        await connection.execute(update(tables.deliveries).where(first).values(state=_S.DEFERRED))
    await reconcile(context)
    set_back(monkeypatch, HOUR)
    for _ in range(3):
        await reconcile(context)
    for row in await rows_of(database, run):
        assert abs(row.next_attempt - (planned - HOUR)) < CLOSE


async def test_leases_of_the_dead_end_in_time_and_those_of_the_living_are_left_alone(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = make_context(database, tmp_path)
    await make_run(database, 4)
    await reconcile(context)

    async def take(worker: str, number: int) -> None:
        async with database.write() as connection:
            await claims.claim(connection, Claim(worker, 30, number), await database.now(connection))

    async def leases() -> dict[str, timedelta]:
        now = await now_of(database)
        table = tables.deliveries.c
        async with database.read() as connection:
            found = await connection.execute(select(table.worker, table.lease_until).where(table.worker.is_not(None)))
            return {row.worker: row.lease_until - now for row in found}

    await take("before", 2)
    set_back(monkeypatch, HOUR)
    async with database.write() as connection:
        waiting = update(tables.deliveries).where(tables.deliveries.c.state == _S.PENDING)
        await connection.execute(waiting.values(next_attempt=await database.now(connection)))
    await take("after", 2)
    assert (await leases())["before"] > HOUR
    await reconcile(context)
    found = await leases()
    assert found["before"] < timedelta(seconds=30) + CLOSE
    assert timedelta(seconds=10) < found["after"] <= timedelta(seconds=30)


async def test_lanes_are_pulled_back_too(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make_context(database, tmp_path)
    now = await now_of(database)
    closed = Lane("qq.example", 1.0, 2.0, 0.5, now, now, now + MINUTE, now + 30 * MINUTE)
    free = Lane("other.example", 1.0, 2.0, 0.5, now - 2 * HOUR)
    async with database.write() as connection:
        await lanes.save(connection, "relay", [closed, free])
    await reconcile(context)
    set_back(monkeypatch, HOUR)
    await reconcile(context)
    async with database.read() as connection:
        known = await lanes.load(connection, "relay")
    assert known["other.example"] == free
    moved = known["qq.example"]
    for found, planned in (
        (moved.filled, closed.filled),
        (moved.slowed, closed.slowed),
        (moved.booked_until, closed.booked_until),
        (moved.closed_until, closed.closed_until),
    ):
        assert found is not None
        assert planned is not None
        assert abs(found - (planned - HOUR)) < CLOSE


async def test_small_steps_and_a_clock_that_goes_on_change_nothing(database: Database) -> None:
    async with database.write() as connection:
        now = await database.now(connection)
        assert not await moments.gone_back(connection, now)
        assert not await moments.gone_back(connection, now - timedelta(seconds=4))
        assert not await moments.gone_back(connection, now + HOUR)
        assert await moments.gone_back(connection, now) == HOUR
        assert not await moments.gone_back(connection, now)
        assert await connection.scalar(select(tables.clock.c.seen)) == now
