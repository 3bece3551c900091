"""One run per occurrence, however often and by however many it is started; on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import anyio
import pytest

from distributor.clock import FixedClock
from distributor.model.audit import AuditAct, Origin
from distributor.model.schedule import Schedule
from distributor.schedule import parse_trigger
from distributor.store import bulletins, schedules
from distributor.store.engine import Database
from distributor.store.schedules import PlannedSchedule
from distributor.store.unbegun import Hindrance
from distributor.usecases.claim_occurrences import ClaimedOccurrence, claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.list_runs import list_runs
from distributor.usecases.prepare_digests import prepare_digests
from distributor.usecases.read_audit import read_trail
from distributor.usecases.survey_desk import never_begun
from distributor.usecases.verify_audit import verify_audit
from tests.support.subscribing import join
from tests.support.worlds import NOW, SEED, at, make_world, publish_seed, receive_seed

pytestmark = pytest.mark.anyio


async def swept(context: Context, moment: datetime) -> list[tuple[str, str | None, Hindrance]]:
    async with context.database.read() as connection:
        found = await never_begun(connection, at(context, moment))
    return [(one.schedule_id, one.list_id, one.hindrance) for one in found]


async def _replace_schedules(context: Context, *wanted: PlannedSchedule) -> None:
    async with context.database.write() as connection:
        await schedules.replace(connection, wanted)


def _weekly(next_run_at: object = None, **fields: object) -> PlannedSchedule:
    schedule = Schedule("weekly", "bao", parse_trigger("每周五 16:00"), **fields)  # type: ignore[arg-type]  a builder
    return PlannedSchedule(schedule, NOW - timedelta(days=30), next_run_at or NOW)  # type: ignore[arg-type]  as above


async def test_publication_starts_one_run_for_each_list_that_waits_for_it(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    assert {occurrence.outcome for occurrence in await claim_occurrences(context)} <= {"empty"}
    bulletin_id = await publish_seed(context)
    claimed = await claim_occurrences(context)
    outcomes = {occurrence.schedule_id: occurrence.outcome for occurrence in claimed}
    # nobody has subscribed
    assert outcomes == {"bao-on-publication": "sent", "song-on-publication": "sent", "public-issue": "empty"}
    assert sorted(entry.run.list_id for entry in await list_runs(context)) == ["bao", "song"]
    assert {entry.run.bulletin_id for entry in await list_runs(context)} == {bulletin_id}
    assert await claim_occurrences(context) == ()


async def test_a_scheduled_run_stands_in_the_audit_log_as_an_act_of_the_program(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(context)
    claimed = await claim_occurrences(context)
    sent = [entry for entry in await read_trail(context, "bulletin", bulletin_id) if entry.act == AuditAct.SEND]
    runs = {frozen.run.id: frozen for occurrence in claimed for frozen in occurrence.runs}
    assert [entry.details["run"] for entry in sent] == list(runs)
    for entry in sent:
        frozen = runs[str(entry.details["run"])]
        assert (entry.origin, entry.actor) == (Origin.PROGRAM, f"schedule {frozen.run.schedule_id}")
        assert entry.details["addresses"] == len(frozen.deliveries) > 0
        assert entry.touched.after is not None
    assert (await verify_audit(context)).broken is None


async def test_three_schedulers_at_once_start_one_run(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await publish_seed(context)
    claimed: list[ClaimedOccurrence] = []

    async def claim() -> None:
        claimed.extend(await claim_occurrences(context))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(claim)
    assert sorted(occurrence.schedule_id for occurrence in claimed) == sorted(
        {occurrence.schedule_id for occurrence in claimed}
    )
    assert len(await list_runs(context)) == 2


async def test_a_recurring_schedule_sends_what_was_published_since_the_last_time(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    await _replace_schedules(context, _weekly(NOW + timedelta(hours=1)))
    bulletin_id = await publish_seed(context)
    assert await claim_occurrences(context) == ()
    (claimed,) = await claim_occurrences(at(context, NOW + timedelta(hours=1)))
    assert [frozen.run.bulletin_id for frozen in claimed.runs] == [bulletin_id]
    async with database.read() as connection:
        (planned,) = await schedules.load(connection)
    assert planned.next_run_at is not None
    assert planned.next_run_at.astimezone(NOW.tzinfo).strftime("%a %H:%M") == "Fri 16:00"
    (again,) = await claim_occurrences(at(context, planned.next_run_at))
    assert (again.outcome, again.runs) == ("empty", ())


async def test_a_late_occurrence_asks_a_person(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await _replace_schedules(context, _weekly())
    await publish_seed(at(context, NOW - timedelta(hours=1)))
    (claimed,) = await claim_occurrences(at(context, NOW + timedelta(hours=7)))
    assert (claimed.outcome, claimed.runs) == ("ask", ())
    assert await list_runs(context) == ()
    assert await swept(context, NOW + timedelta(hours=8)) == [("weekly", "bao", Hindrance.ASK)]
    await _replace_schedules(context)
    assert await swept(context, NOW + timedelta(hours=8)) == [("weekly", None, Hindrance.ASK)]


async def test_a_moment_that_no_scheduler_looked_at_is_found(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await _replace_schedules(context, _weekly())
    assert await swept(context, NOW + timedelta(minutes=9)) == []
    assert await swept(context, NOW + timedelta(minutes=11)) == [("weekly", "bao", Hindrance.OVERDUE)]
    await publish_seed(at(context, NOW - timedelta(hours=1)))
    await claim_occurrences(at(context, NOW + timedelta(minutes=12)))
    assert await swept(context, NOW + timedelta(minutes=13)) == []


async def test_digests_that_cannot_be_written_are_found(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await join(context, "reader@reader.example")
    bulletin_id = await publish_seed(context)
    await claim_occurrences(context)
    async with database.write() as connection:
        record = await bulletins.get(connection, bulletin_id)
        gone = replace(record.items[0], withdrawn=NOW)
        await bulletins.save_publication(connection, replace(record, items=(gone, *record.items[1:])))
    await prepare_digests(context)
    found = await swept(context, NOW + timedelta(minutes=11))
    assert ("public-issue", "public", Hindrance.UNPREPARED) in found


async def test_what_a_person_must_look_at_blocks_its_occurrence_alone(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await _replace_schedules(context, _weekly(NOW + timedelta(hours=1)))
    bulletin_id = await publish_seed(context)
    async with database.write() as connection:
        record = await bulletins.get(connection, bulletin_id)
        gone = replace(record.items[0], withdrawn=NOW)
        await bulletins.save_publication(connection, replace(record, items=(gone, *record.items[1:])))
    (claimed,) = await claim_occurrences(at(context, NOW + timedelta(hours=1)))
    assert claimed.outcome == "sign-off-outdated"
    blocked = ("weekly", "bao", Hindrance.BLOCKED)
    assert blocked in await swept(context, NOW + timedelta(days=6))
    assert blocked not in await swept(context, NOW + timedelta(days=8))


async def test_a_draft_is_never_sent_by_a_schedule(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await _replace_schedules(context, _weekly(NOW + timedelta(hours=1)))
    await receive_seed(context, text=SEED.read_text("utf-8").replace("近日在上海", "日前在上海"))
    (claimed,) = await claim_occurrences(replace(context, clock=FixedClock(NOW + timedelta(hours=1))))
    assert claimed.outcome == "empty"
