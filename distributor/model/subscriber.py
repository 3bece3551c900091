"""Subscribers (订阅者): people of the public who asked for the bulletin, what they want, and what they agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from distributor.model.canonical import digest
from distributor.model.recipient import MailFormat


class Frequency(StrEnum):
    """How often a subscriber is written to; digests close when a schedule of the same frequency runs."""

    ISSUE = "issue"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class MembershipState(StrEnum):
    """Where a subscription of one list stands."""

    REQUESTED = "requested"
    WAITING = "waiting"
    ACTIVE = "active"
    LEFT = "left"


class ConsentAct(StrEnum):
    """What stands in the record of consent."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    DECLINED = "declined"
    CHANGED = "changed"
    ADDRESS_ASKED = "address asked"
    ADDRESS_CHANGED = "address changed"
    LEFT = "left"
    EXPORTED = "exported"


@dataclass(frozen=True, slots=True)
class Interests:
    """What a subscriber wants to read; an empty part leaves nothing out, an item must pass every part.

    Args:
        sections: headings, any of them.
        contributors: names of contributing bodies, any of them.
        words: words of title or text, any of them.
    """

    sections: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is wanted."""
        return not (self.sections or self.contributors or self.words)

    def wants(self, section: str | None, contributors: Sequence[str], text: str) -> bool:
        """Tell whether an item is wanted.

        Args:
            section: heading it stands under, or None.
            contributors: bodies that supplied it.
            text: title and paragraphs.
        """
        if self.sections and section not in self.sections:
            return False
        if self.contributors and not set(self.contributors) & set(contributors):
            return False
        folded = text.casefold()
        return not self.words or any(word.casefold() in folded for word in self.words)


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a subscriber wants to be written to.

    Args:
        frequency: how often.
        language: BCP 47, language of the words around the bulletin.
        format: HTML with text, or text alone.
        interests: what they want to read.
        paused_until: first day on which they are written to again, or None.
    """

    frequency: Frequency = Frequency.ISSUE
    language: str = "zh-CN"
    format: MailFormat = MailFormat.HTML
    interests: Interests = field(default_factory=Interests)
    paused_until: date | None = None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One person, by one address, however many lists they are on.

    Args:
        id: unguessable.
        address: cleaned.
        preferences: how they want to be written to.
        created: when they first asked.
        seen: number of the last entry of the digest log that they had, or that was there before they joined.
        greeted: whether they had a digest that explains itself.
    """

    id: str
    address: str
    preferences: Preferences
    created: datetime
    seen: int = 0
    greeted: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """The subscription of one list.

    Args:
        list_id: the list.
        state: where it stands.
        since: since when it stands there.
    """

    list_id: str
    state: MembershipState
    since: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """One line of the record of consent (个人信息保护法 §14): who agreed to what, when, and from where.

    Args:
        at: when.
        act: what was done.
        list_id: of which list, None for all.
        text: the text they were shown, or what changed.
        language: language of the text.
        origin: address of the request, empty when nobody asked over the web.
    """

    at: datetime
    act: ConsentAct
    list_id: str | None
    text: str
    language: str
    origin: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscriber with everything that is kept about them.

    Args:
        subscriber: who.
        memberships: their lists.
        consents: the record, oldest first.
    """

    subscriber: Subscriber
    memberships: tuple[Membership, ...]
    consents: tuple[Consent, ...] = ()

    def lists(self, *states: MembershipState) -> tuple[str, ...]:
        """Give the ids of the lists in some states, sorted."""
        return tuple(sorted(one.list_id for one in self.memberships if one.state in states))


@dataclass(frozen=True, slots=True)
class SubscriptionRules:
    """What the operator has decided about subscribing.

    Args:
        approval: ids of the lists whose requests the secretariat approves.
        purpose: why addresses are kept, shown on the form; empty for the usual sentence.
        confirmations_a_day: mails that ask for a confirmation, at most, to one address in 24 hours.
        requests_an_hour: requests from one network address.
        requests_a_domain: requests for addresses of one domain in an hour.
        token_life: how long the link of a confirmation holds.
    """

    approval: tuple[str, ...] = ()
    purpose: str = ""
    confirmations_a_day: int = 1
    requests_an_hour: int = 20
    requests_a_domain: int = 200
    token_life: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DigestKey:
    """What makes two readers of one digest run get the same bytes.

    Args:
        seen: where their window begins.
        lists: the subscriber lists they are on, sorted.
        language: BCP 47.
        format: HTML with text, or text alone.
        interests: what they want to read.
        first: whether it is their first digest, which explains itself.
        without: bulletins that their address got officially.
    """

    seen: int
    lists: tuple[str, ...]
    language: str
    format: MailFormat
    interests: Interests
    first: bool
    without: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """Digest of the key."""
        return digest(self)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One item in the digest log: items enter it in the order in which they became ready to be sent.

    Args:
        number: counts up without gaps; windows are half-open ranges of numbers.
        bulletin_id: the bulletin.
        item_key: the item.
        opens_issue: it entered with its bulletin; False for a late item of a bulletin that was there before.
        published: when readers could first see it.
    """

    number: int
    bulletin_id: str
    item_key: str
    opens_issue: bool
    published: datetime
