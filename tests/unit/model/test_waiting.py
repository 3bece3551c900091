"""Why a run waits for a person: decided from what is known of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from distributor.model.run import Mailing, PauseReason, Run
from distributor.model.waiting import OpenRun, Wait, WaitingRun, waits

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATE = NOW - timedelta(minutes=10)
OVERDUE = NOW - timedelta(hours=72)
HOUR = NOW - timedelta(hours=1)
RUN = Run("r1", "b1", "bao", Mailing.DIGEST, "s1", HOUR, "li", ready=HOUR, began=HOUR)
GOING = OpenRun(RUN, 9, due=HOUR, ended=NOW)


def judged(one: OpenRun) -> WaitingRun | None:
    return waits(one, LATE, OVERDUE)


def why(one: OpenRun) -> Wait | None:
    found = judged(one)
    return None if found is None else found.wait


@pytest.mark.parametrize("reason", [reason for reason in PauseReason if reason is not PauseReason.CANCELLED])
def test_whatever_stands_still_waits_with_its_reason_and_moment(reason: PauseReason) -> None:
    paused = replace(GOING, refused=3, run=replace(RUN, paused=NOW, pause_reason=reason))
    assert judged(paused) == WaitingRun("r1", "b1", "bao", Wait(reason.value), NOW, 9)


def test_a_run_that_goes_on_waits_for_nobody_however_long_its_queue_is() -> None:
    assert why(GOING) is None
    assert why(replace(GOING, ended=HOUR, held=1)) is None
    assert why(replace(GOING, ended=HOUR, due=NOW)) is None
    assert why(replace(GOING, ended=HOUR, due=None)) is None


def test_what_was_cancelled_waits_for_nobody() -> None:
    assert why(replace(GOING, run=replace(RUN, paused=NOW, pause_reason=PauseReason.CANCELLED))) is None


def test_a_run_that_does_not_begin_waits() -> None:
    unbegun = replace(RUN, began=None)
    assert why(OpenRun(unbegun, 9, due=HOUR)) is Wait.UNBEGUN
    assert why(OpenRun(unbegun, 9, due=NOW)) is None


def test_recipients_that_are_written_for_too_long_wait() -> None:
    assert why(OpenRun(replace(RUN, ready=None, began=None), 0)) is Wait.PREPARING
    assert why(OpenRun(replace(RUN, ready=None, began=None, created=NOW), 0)) is None


def test_a_run_in_which_nothing_moves_waits_since_it_was_due() -> None:
    assert judged(replace(GOING, ended=HOUR)) == WaitingRun("r1", "b1", "bao", Wait.STUCK, HOUR, 9)
    assert why(replace(GOING, ended=None)) is Wait.STUCK


def test_refusals_and_doubts_that_a_person_ends_are_counted() -> None:
    assert judged(replace(GOING, refused=2)) == WaitingRun("r1", "b1", "bao", Wait.REFUSED, HOUR, 2)
    assert judged(replace(GOING, doubtful=1, refused=2)) == WaitingRun("r1", "b1", "bao", Wait.DOUBTFUL, HOUR, 1)


def test_a_run_that_should_have_ended_waits() -> None:
    old = OVERDUE - timedelta(seconds=1)
    assert why(replace(GOING, run=replace(RUN, began=old))) is Wait.OVERDUE
    assert why(replace(GOING, run=replace(RUN, began=OVERDUE))) is None
