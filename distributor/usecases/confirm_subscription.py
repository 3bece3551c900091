"""The reader confirms a request to subscribe: by a button, since scanners open every link of a mail."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.compose.messages_subscribers import SignupApproval, Welcome
from distributor.model.recipient import RecipientList
from distributor.model.subscriber import Consent, ConsentAct, MembershipState, Subscription
from distributor.store import digests, subscribers, suppressions
from distributor.store.suppressions import UNSUBSCRIBED
from distributor.usecases.context import Context
from distributor.usecases.subscribe import consent_sentence
from distributor.usecases.subscription_links import (
    CONFIRM,
    asker,
    leave_url,
    names_of,
    open_lists,
    preferences_url,
)
from distributor.usecases.write_letter import house, write_letter


@dataclass(frozen=True, slots=True)
class Request:
    """A request to subscribe, as its link says.

    Args:
        address: who asks.
        list_names: names of the lists.
        waits: the secretariat has to approve.
        preferences_url: page of the subscription, once it is confirmed.
        text: what they agree to.
    """

    address: str
    list_names: tuple[str, ...]
    waits: bool
    preferences_url: str
    text: str


async def read_subscription_request(context: Context, token: str) -> Request:
    """Read what a link would confirm; changes nothing.

    Args:
        context: the installation.
        token: of the link.

    Raises:
        Refused: `token-invalid` or `link-expired`.
    """
    async with context.database.read() as connection:
        found, list_ids = await asker(connection, context, CONFIRM, token)
        return _request(context, found, list_ids, await open_lists(connection))


async def confirm_subscription(context: Context, token: str, origin: str = "") -> Request:
    """Confirm a request; doing it again changes nothing.

    Args:
        context: the installation.
        token: of the link.
        origin: network address of the request.

    Raises:
        Refused: `token-invalid` or `link-expired`.
    """
    async with context.database.write() as connection:
        found, list_ids = await asker(connection, context, CONFIRM, token)
        lists = await open_lists(connection)
        asked = set(found.lists(MembershipState.REQUESTED))
        fresh = [one for one in list_ids if one in asked]
        if fresh:
            await _confirm(connection, context, found, fresh, origin)
            await _letters(connection, context, found, fresh, lists)
        return _request(context, found, list_ids, lists)


async def join(connection: AsyncConnection, context: Context, found: Subscription, list_id: str) -> None:
    """Put a confirmed subscriber on a list; what is published from now on is theirs.

    Args:
        connection: an open writing transaction.
        context: the installation.
        found: who.
        list_id: the list.
    """
    who = found.subscriber
    if not found.lists(MembershipState.ACTIVE):
        await subscribers.set_seen(connection, who.id, await digests.enter(connection))
    await subscribers.set_membership(connection, who.id, list_id, MembershipState.ACTIVE, context.now())
    await suppressions.lift(connection, who.address, list_id, UNSUBSCRIBED)


async def _confirm(
    connection: AsyncConnection, context: Context, found: Subscription, list_ids: list[str], origin: str
) -> None:
    who, now = found.subscriber, context.now()
    language = who.preferences.language
    for list_id in list_ids:
        text = consent_sentence(context, language)
        line = Consent(now, ConsentAct.CONFIRMED, list_id, text, language, origin)
        await subscribers.record(connection, who.id, line)
        if list_id in context.subscriptions.approval:
            await subscribers.set_membership(connection, who.id, list_id, MembershipState.WAITING, now)
        else:
            await join(connection, context, found, list_id)


async def _letters(
    connection: AsyncConnection,
    context: Context,
    found: Subscription,
    list_ids: list[str],
    lists: tuple[RecipientList, ...],
) -> None:
    waiting = [one for one in list_ids if one in context.subscriptions.approval]
    joined = [one for one in list_ids if one not in waiting]
    address, language = found.subscriber.address, found.subscriber.preferences.language
    for ids, waits in ((joined, False), (waiting, True)):
        if ids:
            await write_welcome(connection, context, found, names_of(lists, ids), ids, waits=waits)
    if waiting:
        desk = f"{context.publication.base_url}/desk/subscribers?state=waiting"
        words = SignupApproval(house(context), address, names_of(lists, waiting), desk)
        await write_letter(connection, context, context.publication.contact, words, language)


async def write_welcome(
    connection: AsyncConnection,
    context: Context,
    found: Subscription,
    names: tuple[str, ...],
    list_ids: list[str],
    *,
    waits: bool,
) -> None:
    """Tell a reader that they are on lists now, or that the secretariat looks at their request.

    Args:
        connection: an open writing transaction.
        context: the installation.
        found: the reader.
        names: names of the lists.
        list_ids: their ids.
        waits: the secretariat has still to approve.
    """
    who = found.subscriber
    leaving = leave_url(context, who.address, list_ids)
    words = Welcome(
        house(context),
        names,
        who.preferences.frequency.value,
        preferences_url(context, who.address),
        leaving,
        waits=waits,
    )
    await write_letter(connection, context, who.address, words, who.preferences.language, leaving)


def _request(
    context: Context, found: Subscription, list_ids: tuple[str, ...], lists: tuple[RecipientList, ...]
) -> Request:
    who = found.subscriber
    return Request(
        address=who.address,
        list_names=names_of(lists, list_ids),
        waits=any(one in context.subscriptions.approval for one in list_ids),
        preferences_url=preferences_url(context, who.address),
        text=consent_sentence(context, who.preferences.language),
    )
