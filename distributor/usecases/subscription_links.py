"""The signed links that letters and digests of subscribers carry, and whose they are."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import tokens
from distributor.errors import Refused
from distributor.model.recipient import RecipientList, Role
from distributor.model.subscriber import Subscription
from distributor.store import address_book, subscribers
from distributor.usecases.context import Context
from distributor.usecases.request_unsubscribe import PURPOSE as LEAVE

PREFERENCES = "preferences"
CONFIRM = "confirm-subscription"
ADDRESS = "change-address"


def preferences_url(context: Context, address: str) -> str:
    """Give the page of a subscription; a link stops working when the subscriber changes the address.

    Args:
        context: the installation.
        address: of the subscriber.
    """
    return _page(context, "preferences", PREFERENCES, [address])


def leave_url(context: Context, address: str, list_ids: Sequence[str]) -> str:
    """Give the page that ends lists, which also takes the one-click POST (RFC 8058).

    Args:
        context: the installation.
        address: of the subscriber.
        list_ids: the lists.
    """
    return _page(context, "unsubscribe", LEAVE, [address, *list_ids])


def confirm_url(context: Context, subscription: Subscription, list_ids: Sequence[str]) -> str:
    """Give the page that confirms a request; it holds for some days.

    Args:
        context: the installation.
        subscription: of whom.
        list_ids: the lists that were asked for.
    """
    who = subscription.subscriber
    return _page(context, "subscribe/confirm", CONFIRM, [who.id, who.address, context.now().isoformat(), *list_ids])


def address_url(context: Context, subscription: Subscription, new: str) -> str:
    """Give the page that confirms a new address; it holds for some days.

    Args:
        context: the installation.
        subscription: of whom.
        new: the new address.
    """
    who = subscription.subscriber
    return _page(context, "preferences/address", ADDRESS, [who.id, who.address, context.now().isoformat(), new])


async def holder(connection: AsyncConnection, context: Context, token: str) -> Subscription:
    """Find whose preferences a link opens.

    Args:
        connection: an open transaction.
        context: the installation.
        token: of the link.

    Raises:
        Refused: `token-invalid`.
    """
    values = tokens.verify(PREFERENCES, token, context.token_keys)
    found = await subscribers.find(connection, values[0]) if len(values) == 1 else None
    if found is None:
        raise Refused("token-invalid")
    return found


async def asker(
    connection: AsyncConnection, context: Context, purpose: str, token: str
) -> tuple[Subscription, tuple[str, ...]]:
    """Find who asked for something that a link confirms, and for what.

    Args:
        connection: an open transaction.
        context: the installation.
        purpose: CONFIRM or ADDRESS.
        token: of the link.

    Raises:
        Refused: `token-invalid`, or `link-expired` with the number of days it held.
    """
    values = tokens.verify(purpose, token, context.token_keys)
    if len(values) < 4:  # noqa: PLR2004  who, address, when, and at least one thing
        raise Refused("token-invalid")
    subscriber_id, address, issued = values[:3]
    life = context.subscriptions.token_life
    if context.now() - datetime.fromisoformat(issued) > life:
        raise Refused("link-expired", days=life // timedelta(days=1))
    found = await subscribers.find(connection, address)
    if found is None or found.subscriber.id != subscriber_id:
        raise Refused("token-invalid")
    return found, values[3:]


async def open_lists(connection: AsyncConnection) -> tuple[RecipientList, ...]:
    """Give the lists that anybody may subscribe to.

    Args:
        connection: an open transaction.
    """
    return tuple(one for one in await address_book.load_lists(connection) if one.role is Role.SUBSCRIBER)


def names_of(lists: Sequence[RecipientList], list_ids: Sequence[str]) -> tuple[str, ...]:
    """Give the names of lists for people; one that is gone keeps its id.

    Args:
        lists: all that are open.
        list_ids: the ones in question.
    """
    names = {one.id: one.name for one in lists}
    return tuple(names.get(one, one) for one in list_ids)


def _page(context: Context, path: str, purpose: str, values: Sequence[str]) -> str:
    return f"{context.publication.base_url}/{path}/{tokens.sign(purpose, values, context.token_keys)}"
