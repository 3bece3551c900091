"""Somebody of the public asks for the bulletin; nothing is sent to them before they confirm."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, recipients, tokens
from distributor.compose.messages_subscribers import ConfirmSubscription, LetterContext, Welcome
from distributor.errors import Refused
from distributor.i18n import negotiate, translate
from distributor.model.recipient import RecipientList, address_key
from distributor.model.subscriber import (
    Consent,
    ConsentAct,
    MembershipState,
    Preferences,
    Subscriber,
    Subscription,
)
from distributor.store import letters, sign_ups, subscribers, suppressions
from distributor.store.letters import Letter
from distributor.usecases.context import Context
from distributor.usecases.render_mail import designed
from distributor.usecases.subscription_links import confirm_url, leave_url, names_of, open_lists, preferences_url
from distributor.usecases.write_letter import house, make_letter

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody sends with the form.

    Args:
        address: as typed.
        list_ids: the lists; the only one that is open when empty.
        preferences: how they want to be written to, if they are new.
        origin: network address of the request.
    """

    address: str
    list_ids: tuple[str, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)
    origin: str = ""


def purpose_sentence(context: Context, language: str) -> str:
    """Say why addresses are kept: what the operator wrote, or the usual sentence.

    Args:
        context: the installation.
        language: BCP 47.
    """
    usual = translate("subscribe.purpose", negotiate(language), title=context.publication.name)
    return context.subscriptions.purpose or usual


def consent_sentence(context: Context, language: str) -> str:
    """Give the words that stand beside the button, which the record of consent keeps.

    Args:
        context: the installation.
        language: BCP 47.
    """
    publication = context.publication
    parameters = {"title": publication.name, "publisher": publication.publisher, "contact": publication.contact}
    agreed = translate("subscribe.consent", negotiate(language), **parameters)
    return f"{agreed} {purpose_sentence(context, language)}"


async def subscribe(context: Context, sign_up: SignUp) -> None:
    """Take a request: a letter asks for confirmation, at most one a day; nobody learns whether an address is known.

    Whatever is known or limited, the same is done: counted, looked up, a letter rendered. Only whether the letter goes
    into the outbox differs.

    Args:
        context: the installation.
        sign_up: what was sent.

    Raises:
        AddressRefused: what is wrong with the address.
        Refused: `list-not-open`.
    """
    address = recipients.clean_address(sign_up.address)
    async with context.database.read() as connection:
        wanted = _wanted(await open_lists(connection), sign_up.list_ids)
        known = await subscribers.find(connection, address)
    asked = known or _new(context, address, sign_up.preferences)
    shown = await designed(context)
    letter = await anyio.to_thread.run_sync(partial(_letter, shown, asked, wanted, sign_up.preferences.language))
    async with context.database.write() as connection:
        now = context.now()
        allowed = await _within_limits(connection, context, address, sign_up.origin)
        stopped = any(one.list_id is None for one in await suppressions.of_address(connection, address))
        earlier = await letters.count_since(connection, address, letter.kind, now - _DAY)
        if not allowed or stopped or earlier >= context.subscriptions.confirmations_a_day:
            return
        current = await subscribers.find(connection, address)
        if (current is None) != (known is None) or (current and current.subscriber.id != asked.subscriber.id):
            # somebody else asked for the same address just now; their letter is on its way
            return
        await _record(connection, context, asked, wanted, sign_up, is_new=known is None)
        await letters.add(connection, letter)


def _wanted(lists: Sequence[RecipientList], list_ids: Sequence[str]) -> tuple[RecipientList, ...]:
    chosen = tuple(one for one in lists if one.id in list_ids) if list_ids else tuple(lists[:1])
    if not chosen or len(chosen) < len(set(list_ids)):
        raise Refused("list-not-open", lists="、".join(list_ids) or "-")
    return chosen


def _new(context: Context, address: str, preferences: Preferences) -> Subscription:
    return Subscription(Subscriber(tokens.new_id(), address, preferences, context.now()), ())


def _letter(context: Context, asked: Subscription, wanted: Sequence[RecipientList], language: str) -> Letter:
    active = asked.lists(MembershipState.ACTIVE, MembershipState.WAITING)
    missing = [one.id for one in wanted if one.id not in active]
    address = asked.subscriber.address
    words: LetterContext
    if not missing:
        words = Welcome(
            house(context),
            names_of(wanted, [one.id for one in wanted]),
            asked.subscriber.preferences.frequency.value,
            preferences_url(context, address),
            leave_url(context, address, active),
            again=True,
        )
    else:
        words = ConfirmSubscription(
            house(context),
            names_of(wanted, missing),
            confirm_url(context, asked, missing),
            context.subscriptions.token_life // _DAY,
            purpose_sentence(context, language),
        )
    return make_letter(context, address, words, language)


async def _within_limits(connection: AsyncConnection, context: Context, address: str, origin: str) -> bool:
    """Count the request by network address, domain and address; a limit that is passed stops the letter alone."""
    rules, now = context.subscriptions, context.now()
    network = access.network_of(origin) if origin else ""
    domain = address_key(address).rpartition("@")[2]
    by_address = await sign_ups.count(connection, ("address", address_key(address)), now, _HOUR)
    by_origin = await sign_ups.count(connection, ("origin", network), now, _HOUR) if network else 0
    by_domain = await sign_ups.count(connection, ("domain", domain), now, _HOUR)
    within = by_origin <= rules.requests_an_hour and by_domain <= rules.requests_a_domain
    return within and by_address <= rules.requests_an_hour


async def _record(
    connection: AsyncConnection,
    context: Context,
    asked: Subscription,
    wanted: Sequence[RecipientList],
    sign_up: SignUp,
    *,
    is_new: bool,
) -> None:
    now, who = context.now(), asked.subscriber
    if is_new:
        await subscribers.add(connection, who)
    active = asked.lists(MembershipState.ACTIVE, MembershipState.WAITING)
    language = sign_up.preferences.language
    for one in wanted:
        if one.id not in active:
            await subscribers.set_membership(connection, who.id, one.id, MembershipState.REQUESTED, now)
            text = consent_sentence(context, language)
            line = Consent(now, ConsentAct.REQUESTED, one.id, text, language, sign_up.origin)
            await subscribers.record(connection, who.id, line)
