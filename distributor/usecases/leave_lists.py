"""A subscriber leaves lists: honoured at once, queued messages included."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.recipient import Suppression
from distributor.model.subscriber import Consent, ConsentAct, MembershipState
from distributor.store import subscribers, suppressions
from distributor.store.suppressions import UNSUBSCRIBED
from distributor.usecases.context import Context


async def leave_lists(
    connection: AsyncConnection, context: Context, address: str, list_ids: Sequence[str], origin: str = ""
) -> None:
    """Stop writing to an address for lists; idempotent, also for an address that nobody knows.

    Args:
        connection: an open writing transaction.
        context: the installation.
        address: who leaves.
        list_ids: the lists.
        origin: network address of the request.
    """
    now = context.now()
    found = await subscribers.find(connection, address)
    for list_id in list_ids:
        # the workers look for this while they send, so that nothing queued goes out
        await suppressions.add(connection, Suppression(address, UNSUBSCRIBED, list_id), now)
        if found is None or list_id in found.lists(MembershipState.LEFT):
            continue
        if list_id in found.lists(*MembershipState):
            who = found.subscriber
            await subscribers.set_membership(connection, who.id, list_id, MembershipState.LEFT, now)
            line = Consent(now, ConsentAct.LEFT, list_id, "", who.preferences.language, origin)
            await subscribers.record(connection, who.id, line)
