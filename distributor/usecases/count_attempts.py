"""Count attempts to give a password, and say who has to wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access
from distributor.access import ACCOUNT, ADDRESS, Actor, Limit, Origin
from distributor.model.audit import AuditAct, Touched
from distributor.model.user import Failures
from distributor.store import users
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context

_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """What an attempt is counted against.

    Args:
        subject: name or address, with its kind before it.
        limit: how many are free.
    """

    subject: str
    limit: Limit


def of_account(name: str) -> Counted:
    """Count against an account, whether there is one of that name or not."""
    return Counted(f"name:{name}", ACCOUNT)


def of_address(address: str) -> Counted:
    """Count against a network address."""
    return Counted(f"address:{access.network_of(address)}", ADDRESS)


async def count_attempt(
    connection: AsyncConnection,
    context: Context,
    name: str,
    against: Sequence[Counted],
) -> timedelta:
    """Count an attempt as failed before it is looked at, so that many at the same time count as many.

    Gives how long it has to wait instead; an attempt that came too early is not counted.

    Args:
        connection: an open writing transaction.
        context: the installation.
        name: folded name of the account.
        against: what it is counted against.
    """
    now = context.now()
    await users.forget_failures(connection, now - _REMEMBERED)
    taken = [(one, await users.take_failures(connection, one.subject, now)) for one in against]
    pause = max(access.wait(failures, one.limit, now) for one, failures in taken)
    if pause:
        return pause
    counted = [(one, access.counted(failures, now)) for one, failures in taken]
    for one, failures in counted:
        await users.set_failures(connection, one.subject, failures)
    is_slowed = any(failures.count == one.limit.free for one, failures in counted)
    if is_slowed and await users.find(connection, name) is not None:
        program = Actor("login", origin=Origin.PROGRAM)
        await record_act(connection, context, program, AuditAct.LOG_IN_SLOWED, Touched("user", name))
    return pause


async def forgive(connection: AsyncConnection, against: Sequence[Counted], now: datetime) -> None:
    """Forget the failures of an account that gave its password; of an address take back this attempt alone.

    Args:
        connection: an open writing transaction.
        against: what the attempt was counted against.
        now: the present moment.
    """
    for one in against:
        failures = await users.take_failures(connection, one.subject, now)
        left = Failures(0, now) if one.limit is ACCOUNT else access.uncounted(failures)
        await users.set_failures(connection, one.subject, left)
