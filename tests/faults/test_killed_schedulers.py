"""Three schedulers that are killed again and again: each occurrence once, each item once for each reader."""

import random
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import anyio
import pytest
from sqlalchemy import select

from distributor.clock import FixedClock
from distributor.model.message import Variant
from distributor.model.schedule import Misfire, Schedule
from distributor.model.subscriber import Frequency
from distributor.schedule import parse_trigger, upcoming
from distributor.store import blobs, bulletins, schedules
from distributor.store.engine import Database
from distributor.store.schedules import PlannedSchedule
from distributor.store.tables import deliveries, occurrences, runs
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.prepare_digests import prepare_digests
from tests.faults.conftest import Size
from tests.support.subscribing import join, make_preferences
from tests.support.ticking import FastClock, Scheduler
from tests.support.worlds import NOW, SEED, at, make_world, publish_seed

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.slow]

SCHEDULERS = 3
ISSUES = 4
# one second is half an hour
SPEED = 1800
READERS = {f"{frequency.value}{number}@reader.example": frequency for frequency in Frequency for number in range(3)}


def hourly(frequency: Frequency, minute: int) -> Schedule:
    trigger = parse_trigger(f"cron: {minute} * * * *")
    return Schedule(f"public-{frequency.value}", "public", trigger, misfire=Misfire.CATCH_UP, frequency=frequency)


WANTED = tuple(hourly(frequency, 10 * place) for place, frequency in enumerate(Frequency))


async def set_up(database: Database, folder: Path) -> Context:
    context = await make_world(database, folder)
    async with database.write() as connection:
        first = [upcoming(one, NOW, context.calendar, 1)[0].moment for one in WANTED]
        await schedules.replace(
            connection, [PlannedSchedule(one, NOW, moment) for one, moment in zip(WANTED, first, strict=True)]
        )
    for address, frequency in READERS.items():
        await join(context, address, make_preferences(frequency))
    return context


async def suffer(context: Context, folder: Path, kills: int) -> datetime:
    """Publish issue after issue while schedulers die; gives the moment at which it ends."""
    chance = random.Random(7)  # noqa: S311  the same kills every time
    clock = FastClock(time.time(), NOW, SPEED)
    with ExitStack() as stack:
        living = [stack.enter_context(Scheduler(context.database.url, folder, clock)) for _ in range(SCHEDULERS)]
        for round_ in range(kills):
            number, rest = divmod(round_, kills // ISSUES)
            if rest == 0 and number < ISSUES:
                text = SEED.read_text("utf-8").replace("近日在上海", f"第{number}日在上海")
                await publish_seed(at(context, clock.now()), issue=f"第{number}期", text=text)
            await anyio.sleep(0.3 + chance.random())
            victim = chance.randrange(SCHEDULERS)
            await anyio.to_thread.run_sync(living[victim].__exit__, None, None, None)
            living[victim] = stack.enter_context(Scheduler(context.database.url, folder, clock))
        # whoever was started last has time to begin
        await anyio.sleep(2)
    return clock.now()


async def test_each_occurrence_runs_once_and_each_reader_gets_each_item_once(
    database: Database, tmp_path: Path, size: Size
) -> None:
    context = await set_up(database, tmp_path)
    end = await suffer(context, tmp_path, kills=2 * size.faults + 2)
    # one more issue closes the last windows, and what nobody was left to do is done now
    text = SEED.read_text("utf-8").replace("近日在上海", "末日在上海")
    await publish_seed(at(context, end), issue="第99期", text=text)
    last = replace(context, clock=FixedClock(end + timedelta(hours=2)))
    while await claim_occurrences(last):
        await prepare_digests(last)
    await prepare_digests(last)
    async with database.read() as connection:
        claimed = (await connection.execute(select(occurrences.c.schedule_id, occurrences.c.moment))).all()
        ready = (await connection.execute(select(runs.c.ready))).scalars().all()
        records = await bulletins.list_published(connection)
        rows = (await connection.execute(select(deliveries.c.address, deliveries.c.variant))).all()
        texts = {
            variant: Variant.from_bytes(await blobs.get(connection, variant)).text
            for variant in {row.variant for row in rows}
        }
    for wanted in WANTED:
        mine = sorted(moment for name, moment in claimed if name == wanted.id)
        due = [one.moment for one in upcoming(wanted, NOW, context.calendar, len(mine))]
        assert mine == due
        assert len(mine) > 4
    assert None not in ready
    items = [item.key for record in records for item in record.items]
    assert len(records) == ISSUES + 1
    for address in READERS:
        got = Counter(key for row in rows if row.address == address for key in items if key in texts[row.variant])
        assert got == Counter(items), address
