"""Runs that wait for a person: why, and since when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.model.run import PauseReason, Run


class Wait(StrEnum):
    """Why a run waits for a person; the sentence is `desk.wait.<value>`."""

    PERSON = "person"
    MASS_FAILURE = "mass failure"
    RELAY = "relay"
    PAST_DUE = "past due"
    RESTORED = "restored"
    PREPARING = "preparing"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"
    UNBEGUN = "unbegun"
    STUCK = "stuck"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that has not come to its end.

    Args:
        run: the run.
        left: deliveries that are not final.
        refused: those that wait because of a refusal that only a person ends.
        doubtful: those in doubt that no worker waits for.
        held: those a worker has in hand.
        due: when the oldest of those that wait is due, None when none waits.
        ended: when the newest of the others came to its end, None before the first one.
    """

    run: Run
    left: int
    refused: int = 0
    doubtful: int = 0
    held: int = 0
    due: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A run that waits for a person.

    Args:
        run_id: the run.
        bulletin_id: its bulletin.
        list_id: its list.
        wait: why.
        since: since when, or when it was made.
        count: how many deliveries that concerns.
    """

    run_id: str
    bulletin_id: str
    list_id: str
    wait: Wait
    since: datetime
    count: int


def waits(one: OpenRun, late: datetime, overdue: datetime) -> WaitingRun | None:
    """Say why a run waits for a person, None when it does not.

    Args:
        one: the run.
        late: what was due before this moment should be under way.
        overdue: what began before this moment should have ended.
    """
    found = _stands_still(one.run) or _asks(one) or _does_not_move(one, late) or _is_overdue(one.run, overdue)
    if found is None:
        return None
    wait, since = found
    count = {Wait.DOUBTFUL: one.doubtful, Wait.REFUSED: one.refused}.get(wait, one.left)
    return WaitingRun(one.run.id, one.run.bulletin_id, one.run.list_id, wait, since, count)


def _stands_still(run: Run) -> tuple[Wait, datetime] | None:
    if run.paused is None or run.pause_reason in {None, PauseReason.CANCELLED}:
        return None
    return Wait(str(run.pause_reason)), run.paused


def _asks(one: OpenRun) -> tuple[Wait, datetime] | None:
    since = one.run.began or one.run.created
    if one.run.paused is not None or not (one.doubtful or one.refused):
        return None
    return (Wait.DOUBTFUL if one.doubtful else Wait.REFUSED), since


def _does_not_move(one: OpenRun, late: datetime) -> tuple[Wait, datetime] | None:
    run = one.run
    if run.paused is not None:
        return None
    if run.ready is None:
        return (Wait.PREPARING, run.created) if run.created < late else None
    if one.held or one.due is None or one.due >= late:
        return None
    if run.began is None:
        return Wait.UNBEGUN, run.created
    return (Wait.STUCK, one.due) if one.ended is None or one.ended < late else None


def _is_overdue(run: Run, overdue: datetime) -> tuple[Wait, datetime] | None:
    if run.paused is not None or run.began is None or run.began >= overdue:
        return None
    return Wait.OVERDUE, run.began
