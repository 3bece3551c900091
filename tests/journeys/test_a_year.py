"""The year 2026 of the seed's publication: what went out when, by the shipped schedules and the published holidays."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, update

from distributor.clock import SystemClock
from distributor.i18n import translate
from distributor.model.subscriber import Frequency
from distributor.schedule import upcoming
from distributor.store import schedules, tables
from distributor.store.engine import Database
from distributor.store.tables import deliveries, occurrences, runs
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.prepare_digests import prepare_digests
from tests.support.databases import sqlite_url
from tests.support.scheduling import SHANGHAI, make_schedule
from tests.support.subscribing import join, make_preferences
from tests.support.worlds import SEED, make_world, publish_seed

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

GOLDEN = Path(__file__).parents[1] / "golden" / "year-2026.txt"
YEAR = 2026
NEW_YEAR, END = datetime(YEAR, 1, 1, tzinfo=SHANGHAI), datetime(YEAR + 1, 1, 1, tzinfo=SHANGHAI)
DAYS = "一二三四五六日"


async def open_house(folder: Path) -> Context:
    """An installation with a reader of each frequency; daily digests ask for no working days."""
    context = await make_world(Database(sqlite_url(folder)), folder)
    context = replace(context, clock=SystemClock())
    with time_machine.travel(NEW_YEAR, tick=False):
        async with context.database.write() as connection:
            planned = [
                replace(one, since=NEW_YEAR, next_run_at=first[0].moment if first else None)
                for one in await schedules.load(connection)
                if (first := upcoming(one.schedule, NEW_YEAR, context.calendar, 1)) or True
            ]
            await schedules.replace(connection, planned)
            # what was applied later begins with the year all the same
            await connection.execute(update(tables.schedules).values(since=NEW_YEAR))
        for frequency in Frequency:
            await join(context, f"{frequency.value}@reader.example", make_preferences(frequency))
    return context


def issue_days(context: Context) -> list[datetime]:
    """An issue a month, on the last working day at eight."""
    monthly = make_schedule("每月最后一个工作日 08:00")
    return [one.moment for one in upcoming(monthly, NEW_YEAR, context.calendar, 12)]


async def live_through(context: Context) -> list[str]:
    """Publish and tick through the year; gives a line for every run."""
    reasons: dict[tuple[str, datetime], str] = {}
    waiting = issue_days(context)
    number = 0
    while True:
        async with context.database.read() as connection:
            planned = await schedules.load(connection)
        moments = [one.next_run_at for one in planned if one.next_run_at is not None]
        now = min([*moments, *waiting[:1]])
        if now >= END:
            break
        for one in planned:
            if one.next_run_at == now:
                previous = upcoming(one.schedule, now - timedelta(seconds=1), context.calendar, 1)
                shifts = previous[0].shifts if previous else ()
                reasons[one.schedule.id, now] = "；".join(
                    translate(f"shift.{shift.code}", "zh_CN", **shift.parameters) for shift in shifts
                )
        with time_machine.travel(now, tick=False):
            if waiting and waiting[0] == now:
                waiting.pop(0)
                number += 1
                text = SEED.read_text("utf-8").replace("近日在上海", f"第{number}日在上海")
                await publish_seed(context, issue=f"第{number}期", text=text)
            await claim_occurrences(context)
            await prepare_digests(context)
    return await report(context, reasons)


async def report(context: Context, reasons: dict[tuple[str, datetime], str]) -> list[str]:
    """Write down every run: when, by which schedule, for how many, and why then; and what was moved for nothing."""
    async with context.database.read() as connection:
        found = (await connection.execute(select(runs).order_by(runs.c.created, runs.c.schedule_id))).mappings().all()
        sizes = Counter((await connection.execute(select(deliveries.c.run_id))).scalars())
        claimed = (await connection.execute(select(occurrences))).all()
    issues = list(dict.fromkeys(row["bulletin_id"] for row in found))
    went: dict[tuple[datetime, str], str] = {}
    for row in found:
        issue = f"第{issues.index(row['bulletin_id']) + 1}期"
        went[row["occurrence"], row["schedule_id"]] = f"{issue:<5} {sizes[row['id']]:>3}"
    for one in claimed:
        if one.outcome == "empty" and reasons.get((one.schedule_id, one.moment)):
            went.setdefault((one.moment, one.schedule_id), "没有新内容 ")
    lines = []
    for (moment, name), what in sorted(went.items()):
        local = moment.astimezone(SHANGHAI)
        day = f"{local:%m-%d} 周{DAYS[local.weekday()]} {local:%H:%M}"
        lines.append(f"{day}  {name:<20} {what}  {reasons.get((name, moment), '')}".rstrip())
    return lines


async def test_a_year_goes_out_as_it_should(tmp_path: Path) -> None:
    context = await open_house(tmp_path)
    lines = await live_through(context)
    await context.database.dispose()
    text = "\n".join([f"{YEAR}年", *lines]) + "\n"
    assert text == GOLDEN.read_text("utf-8")
    sent = Counter(line.split()[3] for line in lines if "没有新内容" not in line)
    # the weekly digest of the last issue goes out in the new year
    assert sent == Counter(
        {
            **dict.fromkeys(("bao-on-publication", "song-on-publication"), 12),
            **dict.fromkeys(("public-issue", "public-daily", "public-monthly"), 12),
            "public-weekly": 11,
        }
    )
    free = [date(YEAR, 2, day) for day in range(15, 24)] + [date(YEAR, 10, day) for day in range(1, 8)]
    assert not {_day(line) for line in lines if "public-weekly" in line} & set(free)


def _day(line: str) -> date:
    return datetime.strptime(f"{YEAR}-{line[:5]}", "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
