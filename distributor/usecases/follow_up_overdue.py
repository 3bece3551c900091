"""Answer bodies that were refused for long, although their deliveries stay open: backup mailboxes, a word to people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import deliver
from distributor.model.ledger import LedgerRow
from distributor.model.notice import NoticeKind
from distributor.model.run import DeliveryState, RefusalClass, Run
from distributor.model.ticket import TicketKind
from distributor.store import follow_ups, overdue, runs
from distributor.usecases.context import Context
from distributor.usecases.owe_alarms import owe_more
from distributor.usecases.take_bounce import open_ticket
from distributor.usecases.try_backup import try_backup

# what is tried for ever: one that is not repeated stops its run, and a person knows
_FOR_EVER: Final = frozenset(
    refusal for refusal in RefusalClass if deliver.advise(refusal).alarms and deliver.advise(refusal).repeats
)
_MOST: Final = 200
_GONE: Final = frozenset({DeliveryState.FAILED, DeliveryState.SUPPRESSED, DeliveryState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Answered:
    """What was done.

    Args:
        overdue: deliveries that were looked at.
        substituted: deliveries to backup mailboxes.
        missed: bodies that a bulletin reached nowhere.
    """

    overdue: int = 0
    substituted: int = 0
    missed: int = 0


async def follow_up_overdue(context: Context) -> Answered:
    """Look at every delivery that was refused for longer than others are tried, once; it stays open. Idempotent.

    Args:
        context: the installation.
    """
    patience = timedelta(hours=context.conduct.retry_hours)
    async with context.database.read() as connection:
        before = await context.database.now(connection) - patience
        if not await overdue.overdue(connection, before, _FOR_EVER, 1):
            return Answered()
    substituted = missed = 0
    async with context.database.write() as connection:
        rows = await overdue.overdue(connection, before, _FOR_EVER, _MOST)
        for run_id, group in groupby(rows, key=lambda row: row.delivery.run_id):
            run, mine = await runs.get(connection, run_id), list(group)
            await _record(connection, context, mine)
            for row in mine:
                found = await _answer(connection, context, run, row)
                substituted += found is DeliveryState.PENDING
                missed += found is DeliveryState.FAILED
            ids = [row.delivery.id for row in mine]
            await owe_more(connection, context, NoticeKind.RUN_OVERDUE, run_id, ids)
    return Answered(len(rows), substituted, missed)


async def _record(connection: AsyncConnection, context: Context, rows: Sequence[LedgerRow]) -> None:
    """Note that these were answered; if one fails later, that is looked at as any failure."""
    now = context.now()
    for row in rows:
        await follow_ups.record(connection, replace(row, finished=now), now, suspended=False)


async def _answer(connection: AsyncConnection, context: Context, run: Run, row: LedgerRow) -> DeliveryState | None:
    """Write to the next backup mailbox (PENDING), or have a person call the body (FAILED); None when it is served."""
    delivery = row.delivery
    others = await follow_ups.of_body(connection, run, delivery.organization or "")
    waiting = [one.id for one in others if one.state is DeliveryState.DEFERRED]
    hopeless = await overdue.followed_up_among(connection, waiting)
    if any(one.state not in _GONE and one.id not in hopeless for one in others):
        return None
    if await try_backup(connection, context, run, delivery) is not None:
        return DeliveryState.PENDING
    await open_ticket(connection, context, TicketKind.MISSED, delivery)
    return DeliveryState.FAILED
