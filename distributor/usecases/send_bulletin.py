"""Send a signed bulletin at once."""

from collections.abc import Collection
from dataclasses import dataclass

from distributor import access
from distributor.access import Act, Actor
from distributor.errors import Conflict
from distributor.model.record import BulletinRecord
from distributor.store import bulletins
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import FrozenRun, Start, freeze, prepare_runs, write_large
from distributor.usecases.record_sending import record_sending


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
            await record_sending(connection, context, actor, prepared)
    if not dry_run:
        await write_large(context, prepared)
    return Started(record, prepared)
