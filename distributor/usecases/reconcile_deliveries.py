"""Look at every delivery that is not final and make those of dead workers due again."""

from dataclasses import dataclass

from distributor.store import deliveries
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found.

    Args:
        claimed: deliveries whose worker died before the final dot.
        in_doubt: deliveries whose worker died after it; they are sent again under the same Message-ID.
    """

    claimed: int
    in_doubt: int


async def reconcile(context: Context) -> Reconciled:
    """Make deliveries whose lease has run out due again; safe to run at any time, by anybody.

    Args:
        context: the installation.
    """
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        claimed, in_doubt = await deliveries.release_expired(connection, now)
    return Reconciled(claimed, in_doubt)
