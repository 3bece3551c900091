"""How logins are slowed: the more attempts have failed in a row, the longer the next one waits; pure."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.model.user import Failures

_FORGOTTEN_AFTER = timedelta(hours=1)
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(minutes=15)
_IPV6_NETWORK = 64
# beyond this many doublings the longest wait is reached whatever happens
_MOST_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts in a row may fail before the next one waits."""

    free: int


ACCOUNT = Limit(5)
# one address may stand for a whole office behind one router
ADDRESS = Limit(20)


def wait(failures: Failures, limit: Limit, now: datetime) -> timedelta:
    """Say how long the next attempt has to wait: 15 s, doubling with each failure to 15 minutes at most.

    Args:
        failures: what was counted.
        limit: how many are free.
        now: the present moment.
    """
    if failures.count < limit.free or now - failures.last >= _FORGOTTEN_AFTER:
        return timedelta()
    doublings = min(failures.count - limit.free, _MOST_DOUBLINGS)
    pause = min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
    return max(failures.last + pause - now, timedelta())


def counted(failures: Failures, now: datetime) -> Failures:
    """Count one more failure; after an hour of peace counting begins anew.

    Args:
        failures: what was counted so far.
        now: the present moment.
    """
    if now - failures.last >= _FORGOTTEN_AFTER:
        return Failures(1, now)
    return Failures(failures.count + 1, now)


def uncounted(failures: Failures) -> Failures:
    """Take the newest failure back, because it was none after all.

    Args:
        failures: what was counted so far.
    """
    return Failures(max(failures.count - 1, 0), failures.last)


def network_of(address: str) -> str:
    """Give what an address is counted as: itself, or its /64 network, of which one caller has every address.

    Args:
        address: as the server gives it; anything that is no address is counted as it is.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
    return str(parsed)
