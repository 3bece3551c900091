"""A lane that was slowed recovers, and so does what was postponed for it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from distributor.model.conduct import Conduct, Pace
from distributor.model.lane import FREE, Lane
from distributor.model.run import DeliveryState
from distributor.store import lanes, tables
from distributor.store.engine import Database
from distributor.usecases.drain_deliveries import Worker, drain
from tests.support.ledger import later, make_context, make_run, rows_of, transport_to
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

DOMAIN = "kjt-gd.example"
MINUTE = timedelta(minutes=1)


async def slow_since(database: Database, ago: timedelta) -> None:
    """Let the lane be at its slowest, with the last complaint so long ago."""
    async with database.write() as connection:
        now = await database.now(connection)
        await lanes.save(connection, "relay", [Lane(DOMAIN, 1 / 60, FREE, 1.0, now, slowed=now - ago)])


async def test_what_was_postponed_comes_as_the_lane_recovers(database: Database, tmp_path: Path) -> None:
    run, context = await make_run(database, 600), make_context(database, tmp_path)
    await slow_since(database, timedelta())
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        worker = Worker("w", transport, 2)
        assert (await drain(context, worker)).sent == 1
        async with database.read() as connection:
            now = await database.now(connection)
        waiting = [row for row in await rows_of(database, run) if row.delivery.state is DeliveryState.PENDING]
        turns = sorted(row.next_attempt - now for row in waiting)
        assert len(turns) == 599
        # at a minute each it would be ten hours; the lane is free again after half an hour
        assert turns[0] > MINUTE / 2
        assert turns[-1] < 35 * MINUTE

        await slow_since(database, 35 * MINUTE)
        await later(database, run, now)
        assert (await drain(context, worker)).sent == 599, "it has recovered although nobody looked meanwhile"
    async with database.read() as connection:
        assert (await lanes.load(connection, "relay"))[DOMAIN].slowed is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Pace(per_second=1 / 600), Pace(per_second=1000)),
        (Pace(per_second=1 / 600), Pace()),
        (Pace(domains={DOMAIN: 1 / 600}), Pace(domains={DOMAIN: 1000})),
        (Pace(domains={DOMAIN: 1 / 600}), Pace()),
    ],
)
async def test_a_pace_that_is_set_faster_reaches_who_was_postponed(
    database: Database, tmp_path: Path, before: Pace, after: Pace
) -> None:
    run = await make_run(database, 12)
    slow, fast = (make_context(database, tmp_path, conduct=Conduct(pace=pace)) for pace in (before, after))
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        worker = Worker("w", transport, 2)
        assert (await drain(slow, worker)).sent == 1
        assert (await drain(fast, worker)).sent == 0, "nothing is due"
        async with database.write() as connection:
            # the next turn has come
            first = (tables.deliveries.c.run_id == run.id, tables.deliveries.c.position == 1)
            moment = await database.now(connection)
            await connection.execute(update(tables.deliveries).where(*first).values(next_attempt=moment))
        assert (await drain(fast, worker)).sent == 11
