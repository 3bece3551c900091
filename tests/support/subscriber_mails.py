"""Digests and letters to subscribers, as the templates get them."""

import html

from distributor.compose.messages_subscribers import (
    AddressChange,
    ConfirmSubscription,
    House,
    LetterContext,
    SignupApproval,
    Welcome,
)
from distributor.compose.subscriptions import Chosen, Reading, SubscriptionContext, subscription_context
from distributor.compose.theme import theme_view
from distributor.model.message import Slot, marker
from distributor.model.recipient import MailFormat
from distributor.model.record import BulletinRecord
from distributor.model.subscriber import DigestKey, Frequency, Interests
from distributor.model.theme import Theme
from tests.support.messages import make_personal
from tests.support.records import make_publication

SITE = "https://bulletin.xiefa.example/"


def make_house(theme: Theme | None = None) -> House:
    """Who writes."""
    view = theme_view(theme or Theme())
    return House("联盟协发网简报", "联盟协发网秘书处", "secretariat@xiefa.example", SITE, view)


def make_letters(theme: Theme | None = None) -> tuple[LetterContext, ...]:
    """One letter of each kind."""
    house = make_house(theme)
    return (
        ConfirmSubscription(house, ("公众订阅",), f"{SITE}c", 7, "寄送"),
        Welcome(house, ("公众订阅",), "weekly", f"{SITE}p", f"{SITE}l"),
        AddressChange(house, "r***@reader.example", f"{SITE}a", 7),
        SignupApproval(house, "reader@reader.example", ("公众订阅",), f"{SITE}d"),
    )


def reading(
    frequency: Frequency = Frequency.WEEKLY,
    interests: Interests | None = None,
    *,
    without: tuple[str, ...] = (),
    first: bool = False,
) -> Reading:
    """Somebody on one list who reads HTML."""
    key = DigestKey(0, ("public",), "zh-CN", MailFormat.HTML, interests or Interests(), first=first, without=without)
    return Reading(key, frequency, ("公众订阅",))


def everything(record: BulletinRecord, day: str = "2026-01-05") -> Chosen:
    """All items of a bulletin, published on a day."""
    return Chosen(record, frozenset(item.key for item in record.items), day)


def make_digest(*records: BulletinRecord, theme: Theme | None = None, first: bool = False) -> SubscriptionContext:
    """A digest of whole bulletins."""
    chosen = [everything(record) for record in records]
    made = subscription_context(make_publication(), chosen, reading(first=first), theme)
    assert made is not None
    return made


def as_received(document: str) -> str:
    """HTML with the values of a reader in it."""
    for slot in Slot:
        document = document.replace(marker(slot), html.escape(make_personal().value(slot)))
    return document
