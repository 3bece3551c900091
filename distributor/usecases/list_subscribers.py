"""The secretariat looks at subscribers, takes a list of them, or removes one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from distributor import access
from distributor.access import Act, Actor
from distributor.model.audit import AuditAct, Touched
from distributor.model.recipient import RecipientList
from distributor.model.subscriber import MembershipState, Subscription
from distributor.store import subscribers
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.own_data import everything_about, forget_subscriber
from distributor.usecases.subscription_links import open_lists

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class FoundSubscribers:
    """A page of subscribers.

    Args:
        found: the page.
        total: how many there are.
        counts: subscriptions by list and state.
        lists: the lists that are open.
    """

    found: tuple[Subscription, ...]
    total: int
    counts: dict[tuple[str, MembershipState], int]
    lists: tuple[RecipientList, ...]


async def list_subscribers(
    context: Context,
    actor: Actor,
    words: str = "",
    state: MembershipState | None = None,
    *,
    limit: int = 50,
    offset: int = 0,
) -> FoundSubscribers:
    """Give a page of subscribers by address.

    Args:
        context: the installation.
        actor: who looks.
        words: part of an address.
        state: only those with a subscription in this state.
        limit: how many at most.
        offset: how many to pass over.
    """
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.read() as connection:
        found, total = await subscribers.search(connection, words, state, limit=limit, offset=offset)
        return FoundSubscribers(
            found, total, await subscribers.count_by_state(connection), await open_lists(connection)
        )


async def show_subscriber(context: Context, actor: Actor, subscriber_id: str) -> tuple[Subscription, dict[str, object]]:
    """Give a subscriber with the record of consent, and everything that is kept as plain values.

    Args:
        context: the installation.
        actor: who looks.
        subscriber_id: whom.

    Raises:
        NotFound: `subscriber-unknown`.
    """
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.read() as connection:
        found = await subscribers.get(connection, subscriber_id)
        return found, await everything_about(connection, found)


async def export_subscribers(context: Context, actor: Actor) -> AsyncIterator[Subscription]:
    """Give every subscriber; the act goes into the audit log before the first one is given.

    Args:
        context: the installation.
        actor: who takes the list.
    """
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.write() as connection:
        _, total = await subscribers.search(connection, limit=0)
        touched = Touched("subscribers", "all")
        await record_act(connection, context, actor, AuditAct.EXPORT_SUBSCRIBERS, touched, {"count": total})
    last = ""
    while True:
        async with context.database.read() as connection:
            page = await subscribers.page_after(connection, last, _PAGE)
        for one in page:
            yield one
        if len(page) < _PAGE:
            return
        last = page[-1].subscriber.id


async def remove_subscriber(context: Context, actor: Actor, address: str) -> bool:
    """Forget a subscriber on their wish; returns whether anybody had the address.

    Args:
        context: the installation.
        actor: who removes them.
        address: cleaned.
    """
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.write() as connection:
        found = await subscribers.find(connection, address)
        if found is None:
            return False
        await forget_subscriber(connection, context, found)
        # the log says that, not whom: it is never changed
        touched = Touched("subscriber", found.subscriber.id)
        await record_act(connection, context, actor, AuditAct.REMOVE_SUBSCRIBER, touched)
    return True
