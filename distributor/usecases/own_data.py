"""A subscriber takes their own data with them, or has it deleted (个人信息保护法 §45, §47)."""

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.canonical import plain
from distributor.model.recipient import Suppression
from distributor.model.subscriber import MembershipState, Subscription
from distributor.store import letters, subscriber_traces, subscribers, suppressions
from distributor.store.suppressions import UNSUBSCRIBED
from distributor.usecases.context import Context
from distributor.usecases.subscription_links import holder

DELETED = "deleted"


async def export_own_data(context: Context, token: str) -> dict[str, object]:
    """Give everything that is kept about a subscriber, as plain values; changes nothing.

    Args:
        context: the installation.
        token: of the link.

    Raises:
        Refused: `token-invalid`.
    """
    async with context.database.read() as connection:
        found = await holder(connection, context, token)
        return await everything_about(connection, found)


async def everything_about(connection: AsyncConnection, found: Subscription) -> dict[str, object]:
    """Give everything that is kept about a subscriber, as plain values.

    Args:
        connection: an open transaction.
        found: who.
    """
    address = found.subscriber.address
    stopped = await suppressions.of_address(connection, address)
    return {
        "subscriber": plain(found.subscriber),
        "lists": plain(found.memberships),
        "consents": plain(found.consents),
        "stopped": plain(stopped),
        "mails": plain(await subscriber_traces.mails_to(connection, address)),
    }


async def delete_own_data(context: Context, token: str) -> None:
    """Forget a subscriber: their record, their letters, and their address in the ledger of what was sent.

    The address stays among those that are not written to until the nightly job takes it away, so that nothing that is
    under way reaches them.

    Args:
        context: the installation.
        token: of the link.

    Raises:
        Refused: `token-invalid`.
    """
    async with context.database.write() as connection:
        found = await holder(connection, context, token)
        await forget_subscriber(connection, context, found)


async def forget_subscriber(connection: AsyncConnection, context: Context, found: Subscription) -> None:
    """Forget a subscriber, within an open transaction.

    Args:
        connection: an open writing transaction.
        context: the installation.
        found: who.
    """
    address = found.subscriber.address
    for list_id in found.lists(*MembershipState):
        await suppressions.lift(connection, address, list_id, UNSUBSCRIBED)
        await suppressions.add(connection, Suppression(address, DELETED, list_id), context.now())
    await letters.remove_of(connection, address)
    await subscribers.remove(connection, found.subscriber.id)
    await subscriber_traces.blank_mails_to(connection, address)
