"""What to do about a refusal, and when to try again (RFC 5321 §4.5.4.1)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Final

from distributor.model.run import DeliveryState, RefusalClass

_C = RefusalClass


class Scope(StrEnum):
    """What a refusal stops: nothing, the lane (everything for one recipient domain), or everything at one relay."""

    NOTHING = "nothing"
    LANE = "lane"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a refusal.

    Args:
        state: DEFERRED, or FAILED when trying again is useless.
        stops: what must not go on as it did.
        slows: send fewer messages at a time and a connection there.
        suspends_address: write to this address no more.
        suspends_after: suspend the address after so many issues in a row with this class, or None.
        tries_backup: try the backup contact of the body.
        tells_secretariat: the secretariat has to know.
        alarms: the operator has to act.
        asks_doctor: `distributor doctor` shows what is wrong.
        repeats: try again by itself.
    """

    state: DeliveryState
    stops: Scope = Scope.NOTHING
    slows: bool = False
    suspends_address: bool = False
    suspends_after: int | None = None
    tries_backup: bool = False
    tells_secretariat: bool = False
    alarms: bool = False
    asks_doctor: bool = False
    repeats: bool = True


_DEFERRED: Final = DeliveryState.DEFERRED
_FAILED: Final = DeliveryState.FAILED

ADVICE: Final = {
    _C.ADDRESS: Advice(_FAILED, suspends_address=True, tries_backup=True, tells_secretariat=True, repeats=False),
    _C.MAILBOX_FULL: Advice(_DEFERRED, suspends_after=3, tells_secretariat=True),
    _C.THROTTLE: Advice(_DEFERRED, slows=True),
    _C.DAY_LIMIT: Advice(_DEFERRED, stops=Scope.LANE, slows=True),
    _C.GREYLIST: Advice(_DEFERRED),
    _C.POLICY: Advice(_DEFERRED, stops=Scope.LANE, alarms=True),
    _C.SET_UP: Advice(_DEFERRED, stops=Scope.LANE, alarms=True, asks_doctor=True),
    _C.AUTHENTICATION: Advice(_DEFERRED, stops=Scope.RELAY, alarms=True, asks_doctor=True, repeats=False),
    _C.TEMPORARY: Advice(_DEFERRED),
    _C.CONNECTION: Advice(_DEFERRED, stops=Scope.RELAY),
    _C.MESSAGE: Advice(_FAILED, tells_secretariat=True, repeats=False),
}


def advise(refusal: RefusalClass, *, permanent: bool = True) -> Advice:
    """Say what to do about a refusal.

    Args:
        refusal: its class.
        permanent: the server said so (5xx, 5.x.x); a temporary answer never costs an address.
    """
    advice = ADVICE[refusal]
    if permanent or advice.state is _DEFERRED:
        return advice
    return Advice(_DEFERRED)


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """When to try again.

    Args:
        steps: minutes to wait after the first, second … attempt; the last one repeats.
        up_to: hours after the first attempt when a delivery that only this recipient's server refuses is given up.
        greylist: least minutes to wait after greylisting.
        full: least minutes to wait for a full mailbox.
        spread: largest part by which a wait is lengthened at random.
        day_begins: when a relay's day limit starts anew.
        day_zone: hours east of UTC in which day_begins is meant.
    """

    steps: tuple[float, ...] = (2, 5, 15, 30, 60, 120, 240)
    up_to: float = 72
    greylist: float = 5
    full: float = 60
    spread: float = 0.2
    day_begins: time = time(0, 10)
    day_zone: float = 8


USUAL: Final = RetryPlan()

# these speak of us or of the relay: time does not make the recipient guilty, only a person gives up
_PATIENT: Final = frozenset({_C.THROTTLE, _C.POLICY, _C.SET_UP, _C.AUTHENTICATION, _C.CONNECTION, _C.DAY_LIMIT})


def retry_after(
    attempts: int,
    refusal: RefusalClass,
    *,
    now: datetime,
    jitter: float = 0.0,
    plan: RetryPlan = USUAL,
) -> timedelta | None:
    """Say how long to wait before the next attempt; None means that it is given up.

    Args:
        attempts: how often it was tried, this attempt included, at least 1.
        refusal: class of the last answer.
        now: the present moment, with its zone.
        jitter: a random number of 0 to 1, so that deliveries refused together do not return together.
        plan: the waits.
    """
    stretch = 1 + plan.spread * jitter
    if refusal is _C.DAY_LIMIT:
        # all that wait for the morning still come back one after the other, within ten minutes
        return _until_day_begins(now, plan) + timedelta(minutes=10 * jitter)
    if refusal not in _PATIENT and sum(_wait(n, plan) for n in range(1, attempts + 1)) > plan.up_to * 60:
        return None
    least = {_C.GREYLIST: plan.greylist, _C.MAILBOX_FULL: plan.full}.get(refusal, 0)
    return timedelta(minutes=max(_wait(attempts, plan), least) * stretch)


def _wait(attempt: int, plan: RetryPlan) -> float:
    return plan.steps[min(attempt, len(plan.steps)) - 1]


def _until_day_begins(now: datetime, plan: RetryPlan) -> timedelta:
    zone = timezone(timedelta(hours=plan.day_zone))
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), plan.day_begins, zone)
    if morning <= local:
        morning += timedelta(days=1)
    return morning - local
