"""Send a signed bulletin at once."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access
from distributor.access import Act, Actor
from distributor.errors import Conflict
from distributor.model.record import BulletinRecord
from distributor.store import bulletins
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import FrozenRun, Start, freeze, prepare_runs, write_large
from distributor.usecases.plan_state import plan_state
from distributor.usecases.record_sending import record_sending

# a plan that changes that often is worked out with everybody else waiting
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Started:
    """What sending a bulletin has started.

    Args:
        record: the bulletin.
        runs: the runs that were frozen, or would be.
    """

    record: BulletinRecord
    runs: tuple[FrozenRun, ...]


async def send_bulletin(
    context: Context,
    actor: Actor,
    bulletin_id: str,
    list_ids: Collection[str] | None = None,
    *,
    dry_run: bool = False,
) -> Started:
    """Freeze runs for everybody who has not been served yet; a worker sends them.

    Args:
        context: the installation.
        actor: who sends.
        bulletin_id: the bulletin.
        list_ids: only these lists, None for all that the footer names.
        dry_run: show what would be sent and change nothing.

    Raises:
        NotFound: `bulletin-unknown` or `list-unknown`.
        NotSignedOff: when no sign-off holds, or somebody joined the plan since.
        Conflict: `bulletin-withdrawn`.
    """
    access.require(actor, Act.SEND)
    wanted = _Wanted(context, actor, bulletin_id, list_ids)
    if dry_run:
        async with context.database.read() as connection:
            return await _prepare(connection, wanted)
    started = await _start(wanted)
    await write_large(context, started.runs)
    return started


@dataclass(frozen=True, slots=True)
class _Wanted:
    context: Context
    actor: Actor
    bulletin_id: str
    list_ids: Collection[str] | None


async def _start(wanted: _Wanted) -> Started:
    """Work out who gets it without holding the database, and begin if nothing has changed since; else anew."""
    database = wanted.context.database
    for _ in range(_TRIES):
        async with database.read() as connection:
            before = await plan_state(connection)
            started = await _prepare(connection, wanted)
        # acts on runs stand in no audit log: a run that was reopened meanwhile is noticed by its keys
        with suppress(IntegrityError):
            async with database.write() as connection:
                if await plan_state(connection) == before:
                    return await _begin(connection, wanted, started)
    async with database.write() as connection:
        return await _begin(connection, wanted, await _prepare(connection, wanted))


async def _prepare(connection: AsyncConnection, wanted: _Wanted) -> Started:
    record = await bulletins.get(connection, wanted.bulletin_id)
    if record.withdrawn is not None:
        raise Conflict("bulletin-withdrawn", id=record.id)
    start = Start(wanted.actor.name)
    return Started(record, await prepare_runs(connection, wanted.context, record, start, wanted.list_ids))


async def _begin(connection: AsyncConnection, wanted: _Wanted, started: Started) -> Started:
    await freeze(connection, started.runs)
    await record_sending(connection, wanted.context, wanted.actor, started.runs)
    return started
