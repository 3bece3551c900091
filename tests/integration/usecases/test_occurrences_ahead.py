"""Who gets an occurrence is worked out before the database is held for it; what changes meanwhile counts."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from distributor.model.recipient import Suppression
from distributor.model.schedule import Schedule
from distributor.schedule import parse_trigger
from distributor.store import schedules, suppressions
from distributor.store.engine import Database
from distributor.store.schedules import PlannedSchedule
from distributor.usecases import prepare_ahead
from distributor.usecases.claim_occurrences import ClaimedOccurrence, claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.decide_occurrence import decide_occurrence
from distributor.usecases.send_bulletin import send_bulletin
from tests.support.worlds import APPROVER, NOW, at, make_world, publish_seed

pytestmark = pytest.mark.anyio

DUE = NOW + timedelta(hours=1)
LATE = NOW + timedelta(hours=9)


async def _schedule(context: Context, *names: str) -> None:
    planned = [
        PlannedSchedule(Schedule(name, "bao", parse_trigger("每周五 16:00")), NOW - timedelta(days=30), DUE)
        for name in names
    ]
    async with context.database.write() as connection:
        await schedules.replace(connection, planned)


def _addresses(claimed: Sequence[ClaimedOccurrence]) -> list[str]:
    return [one.address for occurrence in claimed for frozen in occurrence.runs for one in frozen.deliveries]


class _Meanwhile:
    """Lets another process suppress an address whenever a plan has been worked out, as long as there are any."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch, leaving: Sequence[str]) -> None:
        self.rounds = 0
        self._database = database
        self._leaving = list(leaving)
        self._usual = prepare_ahead.prepare_runs
        monkeypatch.setattr(prepare_ahead, "prepare_runs", self)

    async def __call__(self, *given: Any) -> Any:  # noqa: ANN401  passed on
        prepared = await self._usual(*given)
        self.rounds += 1
        if self._leaving:
            # with the database held this would wait for ever
            async with self._database.write() as connection:
                await suppressions.add(connection, Suppression(self._leaving.pop(), "unsubscribed"), NOW)
        return prepared


async def _everybody(context: Context, bulletin_id: str) -> list[str]:
    started = await send_bulletin(context, APPROVER, bulletin_id, ["bao"], dry_run=True)
    return [one.address for frozen in started.runs for one in frozen.deliveries]


async def test_a_plan_that_still_holds_is_worked_out_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = await make_world(database, tmp_path)
    await _schedule(context, "weekly")
    everybody = await _everybody(context, await publish_seed(context))
    meanwhile = _Meanwhile(database, monkeypatch, [])
    assert _addresses(await claim_occurrences(at(context, DUE))) == everybody
    assert meanwhile.rounds == 1


async def test_who_is_left_out_while_an_occurrence_is_worked_out_gets_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = await make_world(database, tmp_path)
    await _schedule(context, "weekly")
    gone, *stay = await _everybody(context, await publish_seed(context))
    meanwhile = _Meanwhile(database, monkeypatch, [gone])
    assert _addresses(await claim_occurrences(at(context, DUE))) == stay
    assert meanwhile.rounds == 2


async def test_two_schedules_of_a_list_at_the_same_moment_write_to_nobody_twice(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    await _schedule(context, "weekly", "again")
    everybody = await _everybody(context, await publish_seed(context))
    claimed = await claim_occurrences(at(context, DUE))
    assert [(one.schedule_id, one.outcome) for one in claimed] == [("weekly", "sent"), ("again", "empty")]
    assert _addresses(claimed) == everybody


async def test_a_late_occurrence_that_a_person_lets_run_heeds_who_left_meanwhile(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = await make_world(database, tmp_path)
    await _schedule(context, "weekly")
    gone, *stay = await _everybody(context, await publish_seed(context))
    (asked,) = await claim_occurrences(at(context, LATE))
    assert asked.outcome == "ask"
    meanwhile = _Meanwhile(database, monkeypatch, [gone])
    decided = await decide_occurrence(at(context, LATE), APPROVER, "weekly", DUE, run=True)
    assert (decided.outcome, _addresses([decided])) == ("sent", stay)
    assert meanwhile.rounds == 2
