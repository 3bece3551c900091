"""A restored copy sends nothing by itself: what the original may have sent since is decided by a person."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from distributor.access import Actor
from distributor.clock import FixedClock
from distributor.model.notice import Notice, NoticeKind
from distributor.model.run import PauseReason, RunStatus
from distributor.model.schedule import Schedule
from distributor.schedule import parse_trigger
from distributor.store import instance, letters, notices, schedules, tables
from distributor.store.engine import Database
from distributor.store.letters import Letter, LetterState
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.backup_reader import BackupReader
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.decide_occurrence import decide_occurrence
from distributor.usecases.follow_up_failures import follow_up_failures
from distributor.usecases.guard_instance import guard_instance
from distributor.usecases.list_runs import list_runs
from distributor.usecases.make_backup import Wanted, make_backup
from distributor.usecases.prepare_digests import prepare_digests
from distributor.usecases.restore_backup import restore_backup
from distributor.usecases.resume_run import resume_run
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.send_due import send_due
from distributor.usecases.send_letters import send_letters
from distributor.usecases.send_notices import send_notices
from tests.support.filled import make_premises
from tests.support.transports import ScriptedTransport
from tests.support.worlds import APPROVER, NOW, SEED, at, make_world, publish_seed

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

WANG = Actor("wang")
# the time of the database itself: what waits in it is due
BEFORE = datetime.fromisoformat("2026-01-01T00:00:00+08:00")


async def work(context: Context) -> ScriptedTransport:
    """Everything that a worker does at its ticks; gives what it sent."""
    transport = ScriptedTransport()
    # nobody else sends from it
    await guard_instance(context, patience=timedelta(0))
    await claim_occurrences(context)
    await prepare_digests(context)
    await send_letters(context, transport)
    await send_notices(context, transport)
    await follow_up_failures(context, patience=timedelta())
    await send_due(context, transport, 2)
    return transport


async def restored(database: Database, context: Context, folder: Path, moment: datetime) -> Context:
    """Put a backup of now in the place of the database, as the operator does at a later moment."""
    premises = make_premises(folder, database.url, moment=context.now())
    made = await make_backup(premises, Wanted(folder / "backup.tar"))
    async with database.write() as connection:
        # the service was stopped
        await connection.execute(update(tables.instance).values(beaten=BEFORE))
    await database.dispose()
    with BackupReader(made.file) as reader:
        reader.verify()
        later = replace(premises, clock=FixedClock(moment))
        await restore_backup(later, WANG, reader, lambda *_: None, replace=True)
    return at(context, moment)


async def waiting_things(context: Context) -> None:
    """A letter and a notice that are due."""
    async with context.database.write() as connection:
        letter = Letter("l1", "confirm", "reader@kjt-gd.example", "{}", "l1@xiefa.example", BEFORE)
        await letters.add(connection, letter)
        notice = Notice("n1", NoticeKind.RUN_REPORT, "r1", "editor@xiefa.example", BEFORE)
        await notices.add(connection, notice, BEFORE)


async def weekly(context: Context) -> None:
    """One schedule for the 报 list, every day at nine."""
    schedule = Schedule("daily", "bao", parse_trigger("每天 9:00"), catch_up=timedelta(hours=6))
    planned = PlannedSchedule(schedule, NOW - timedelta(days=1), NOW + timedelta(days=1))
    async with context.database.write() as connection:
        await schedules.replace(connection, [planned])


async def test_a_run_under_way_a_letter_and_a_notice_wait_for_a_person(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    await weekly(context)
    await send_bulletin(context, APPROVER, bulletin_id, ["bao"])
    await waiting_things(context)
    copy = await restored(database, context, tmp_path, NOW + timedelta(minutes=1))
    assert (await work(copy)).recipients == []
    entries = await list_runs(copy)
    assert [(entry.status, entry.run.pause_reason) for entry in entries] == [(RunStatus.ASKING, PauseReason.RESTORED)]
    async with database.read() as connection:
        assert await connection.scalar(select(tables.letters.c.state)) == LetterState.FAILED
        assert await connection.scalar(select(tables.notices.c.failed)) is not None
        assert await instance.restored(connection) is not None
    # a person says that it may go on
    await resume_run(copy, WANG, entries[0].run.id)
    assert len((await work(copy)).recipients) == entries[0].counts.total


async def test_the_next_occurrence_of_each_schedule_asks_whenever_it_comes(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await publish_seed(context)
    await weekly(context)
    # the original sent at nine, died at ten, and the backup of the night is restored at half past ten
    copy = await restored(database, context, tmp_path, NOW + timedelta(days=1, hours=1, minutes=30))
    assert (await work(copy)).recipients == []
    async with database.read() as connection:
        asked = await schedules.asking(connection)
    assert [one.schedule_id for one in asked] == ["daily"]
    # nobody decides: the day after it asks again
    copy = at(copy, NOW + timedelta(days=2))
    assert (await work(copy)).recipients == []
    async with database.read() as connection:
        assert [one.outcome for one in await schedules.asking(connection)] == ["ask", "ask"]
    decided = await decide_occurrence(copy, APPROVER, "daily", asked[0].moment, run=True)
    assert decided.outcome == "sent"
    assert (await work(copy)).recipients != []


async def test_what_is_published_after_a_person_has_decided_goes_out_by_itself(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    await publish_seed(context)
    await weekly(context)
    copy = await restored(database, context, tmp_path, NOW + timedelta(hours=1))
    copy = at(copy, NOW + timedelta(days=1))
    assert (await work(copy)).recipients == []
    async with database.read() as connection:
        (asked,) = await schedules.asking(connection)
    await decide_occurrence(copy, APPROVER, "daily", asked.moment, run=False)
    copy = at(copy, NOW + timedelta(days=1, hours=2))
    fresh = await publish_seed(copy, issue="第13期", text=_another_issue())
    copy = at(copy, NOW + timedelta(days=2))
    assert (await work(copy)).recipients != []
    assert {entry.run.bulletin_id for entry in await list_runs(copy)} == {fresh}


async def test_a_failure_that_nobody_looked_at_reaches_no_backup_mailbox(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    await weekly(context)
    await send_bulletin(context, APPROVER, bulletin_id, ["bao"])
    async with database.write() as connection:
        await connection.execute(update(tables.deliveries).values(state="failed", finished=BEFORE, refusal="address"))
    copy = await restored(database, context, tmp_path, NOW + timedelta(minutes=1))
    assert (await work(copy)).recipients == []
    assert {entry.run.pause_reason for entry in await list_runs(copy)} == {PauseReason.RESTORED}


def _another_issue() -> str:
    return SEED.read_text("utf-8").replace("召开", "举行")
