"""Who has a bulletin already: what the relay took, or may have taken."""

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import LedgerRow
from distributor.model.run import DeliveryState, Mailing
from distributor.store.claims import delivery_of, reply_of
from distributor.store.tables import deliveries
from distributor.store.values import restore

# a delivery in doubt may have arrived: who may have it counts as having it
_HAVE = (DeliveryState.SENT, DeliveryState.IN_DOUBT)


async def readers(
    connection: AsyncConnection, bulletin_id: str, mailing: Mailing = Mailing.DIGEST
) -> tuple[LedgerRow, ...]:
    """Give the deliveries by which a bulletin has reached somebody, or may have, in their order.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
        mailing: kind of mailing.
    """
    query = (
        select(deliveries)
        .where(
            deliveries.c.bulletin_id == bulletin_id,
            deliveries.c.mailing == mailing,
            deliveries.c.state.in_(_HAVE),
        )
        .order_by(deliveries.c.list_id, deliveries.c.position, deliveries.c.address)
    )
    return tuple(_row(row) for row in (await connection.execute(query)).mappings())


def _row(row: RowMapping) -> LedgerRow:
    facts = {name: row[name] for name in ("refusal", "next_attempt", "finished")}
    return restore(LedgerRow, {"delivery": delivery_of(row), "reply": reply_of(row), **facts})
