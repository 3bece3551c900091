"""A subscriber looks at their subscription and changes it, by a signed link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from distributor import recipients
from distributor.compose.messages_subscribers import AddressChange
from distributor.errors import Conflict, Refused
from distributor.log import mask
from distributor.model.feeds import ChannelCount, ChannelKind
from distributor.model.recipient import RecipientList
from distributor.model.subscriber import Consent, ConsentAct, MembershipState, Preferences, Subscription
from distributor.store import catalogue, letters, subscribers, suppressions
from distributor.store.suppressions import UNSUBSCRIBED
from distributor.usecases.context import Context
from distributor.usecases.leave_lists import leave_lists
from distributor.usecases.subscription_links import ADDRESS, address_url, asker, holder, open_lists
from distributor.usecases.write_letter import house, write_letter

_MOST_CHOICES = 50
_LONGEST_WORD = 60
_LONGEST_PAUSE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a subscriber sees of their subscription.

    Args:
        subscription: everything that is kept.
        lists: the lists that are open.
        sections: headings that can be chosen.
        contributors: bodies that can be chosen.
    """

    subscription: Subscription
    lists: tuple[RecipientList, ...]
    sections: tuple[str, ...]
    contributors: tuple[str, ...]


async def read_preferences(context: Context, token: str) -> Choices:
    """Show a subscription; changes nothing.

    Args:
        context: the installation.
        token: of the link.

    Raises:
        Refused: `token-invalid`.
    """
    async with context.database.read() as connection:
        found = await holder(connection, context, token)
        lists = await open_lists(connection)
        counted = await catalogue.counts(connection)
    return Choices(found, lists, _names(counted, ChannelKind.SECTION), _names(counted, ChannelKind.CONTRIBUTOR))


async def change_preferences(context: Context, token: str, wanted: Preferences, origin: str = "") -> Subscription:
    """Write to a subscriber in another way from now on; what they have not had yet comes with the next digest.

    Args:
        context: the installation.
        token: of the link.
        wanted: how they want to be written to.
        origin: network address of the request.

    Raises:
        Refused: `token-invalid`, `too-many-interests`, or `pause-unusable` for a day that is past or far ahead.
    """
    _require_sound(wanted, context.now().date())
    async with context.database.write() as connection:
        found = await holder(connection, context, token)
        who = found.subscriber
        if wanted == who.preferences:
            return found
        await subscribers.set_preferences(connection, who.id, wanted)
        line = Consent(
            context.now(), ConsentAct.CHANGED, None, _difference(who.preferences, wanted), wanted.language, origin
        )
        await subscribers.record(connection, who.id, line)
        return await subscribers.get(connection, who.id)


async def leave_by_preferences(context: Context, token: str, list_ids: Sequence[str], origin: str = "") -> Subscription:
    """Leave lists from the page of the subscription.

    Args:
        context: the installation.
        token: of the link.
        list_ids: the lists.
        origin: network address of the request.

    Raises:
        Refused: `token-invalid`.
    """
    async with context.database.write() as connection:
        found = await holder(connection, context, token)
        mine = [one for one in list_ids if one in found.lists(*MembershipState)]
        await leave_lists(connection, context, found.subscriber.address, mine, origin)
        return await subscribers.get(connection, found.subscriber.id)


async def ask_address_change(context: Context, token: str, address: str, origin: str = "") -> str:
    """Ask the new address to confirm, at most once a day; the answer is the same whether or not it is known here.

    Args:
        context: the installation.
        token: of the link.
        address: the new address as typed.
        origin: network address of the request.

    Raises:
        Refused: `token-invalid`.
        AddressRefused: what is wrong with the address.
    """
    new = recipients.clean_address(address)
    async with context.database.write() as connection:
        found = await holder(connection, context, token)
        who, now = found.subscriber, context.now()
        stopped = any(one.list_id is None for one in await suppressions.of_address(connection, new))
        earlier = await letters.count_since(connection, new, AddressChange.kind, now - timedelta(days=1))
        known = await subscribers.find(connection, new)
        if not (stopped or earlier or known):
            days = context.subscriptions.token_life // timedelta(days=1)
            words = AddressChange(house(context), mask(who.address), address_url(context, found, new), days)
            await write_letter(connection, context, new, words, who.preferences.language)
            line = Consent(now, ConsentAct.ADDRESS_ASKED, None, mask(new), who.preferences.language, origin)
            await subscribers.record(connection, who.id, line)
    return new


async def read_address_change(context: Context, token: str) -> tuple[str, str]:
    """Give the old and the new address that a link would confirm; changes nothing.

    Args:
        context: the installation.
        token: of the link.

    Raises:
        Refused: `token-invalid` or `link-expired`.
    """
    async with context.database.read() as connection:
        found, values = await asker(connection, context, ADDRESS, token)
    return found.subscriber.address, values[0]


async def confirm_address_change(context: Context, token: str, origin: str = "") -> str:
    """Write to the new address from now on; links in mails to the old one open nothing any more.

    Args:
        context: the installation.
        token: of the link.
        origin: network address of the request.

    Raises:
        Refused: `token-invalid` or `link-expired`.
        Conflict: `address-taken` when somebody subscribed with it meanwhile.
    """
    async with context.database.write() as connection:
        found, (new, *_) = await asker(connection, context, ADDRESS, token)
        who = found.subscriber
        if await subscribers.find(connection, new) is not None:
            raise Conflict("address-taken")
        await subscribers.set_address(connection, who.id, new)
        for list_id in found.lists(MembershipState.ACTIVE):
            # confirmed here and now, whatever the address once left
            await suppressions.lift(connection, new, list_id, UNSUBSCRIBED)
        text = f"{mask(who.address)} → {mask(new)}"
        line = Consent(context.now(), ConsentAct.ADDRESS_CHANGED, None, text, who.preferences.language, origin)
        await subscribers.record(connection, who.id, line)
    return new


def _names(counted: Sequence[ChannelCount], kind: ChannelKind) -> tuple[str, ...]:
    return tuple(one.name for one in counted if one.channel.kind is kind)


def _require_sound(wanted: Preferences, today: date) -> None:
    interests = wanted.interests
    chosen = (*interests.sections, *interests.contributors, *interests.words)
    if len(chosen) > _MOST_CHOICES or any(len(word) > _LONGEST_WORD for word in interests.words):
        raise Refused("too-many-interests", most=_MOST_CHOICES, longest=_LONGEST_WORD)
    until = wanted.paused_until
    if until is not None and not today < until <= today + _LONGEST_PAUSE:
        raise Refused("pause-unusable", day=until.isoformat())


def _difference(old: Preferences, new: Preferences) -> str:
    changed = [name for name in Preferences.__dataclass_fields__ if getattr(old, name) != getattr(new, name)]
    return "; ".join(f"{name}: {_shown(getattr(old, name))} → {_shown(getattr(new, name))}" for name in changed)


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
