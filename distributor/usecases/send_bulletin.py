"""Send a signed bulletin at once."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access
from distributor.access import Act, Actor
from distributor.errors import Conflict
from distributor.model.audit import AuditAct, Touched
from distributor.model.record import BulletinRecord
from distributor.store import bulletins
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import FrozenRun, Start, freeze, prepare_runs


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
    opened = context.database.read if dry_run else context.database.write
    async with opened() as connection:
        record = await bulletins.get(connection, bulletin_id)
        if record.withdrawn is not None:
            raise Conflict("bulletin-withdrawn", id=bulletin_id)
        prepared = await prepare_runs(connection, context, record, Start(actor.name), list_ids)
        if not dry_run:
            await freeze(connection, prepared)
            await _record(connection, context, actor, record, prepared)
    return Started(record, prepared)


async def _record(
    connection: AsyncConnection,
    context: Context,
    actor: Actor,
    record: BulletinRecord,
    prepared: tuple[FrozenRun, ...],
) -> None:
    """Write into the audit log what was started; nobody left to serve is no act."""
    for frozen in prepared:
        touched = Touched("bulletin", record.id, record.content_hash, record.content_hash)
        details = {"run": frozen.run.id, "list": frozen.run.list_id, "addresses": len(frozen.deliveries)}
        await record_act(connection, context, actor, AuditAct.SEND, touched, details)
