"""The catalogue: the order of the archive in each channel, what its feed holds, and what precedes what (RFC 5005)."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice

from distributor.publish.channels import EVERYTHING, Card, Channel, kind_order


@dataclass(frozen=True)
class Chain:
    """The bulletins of one channel in the order in which they became public.

    Args:
        channel: the channel.
        cards: newest first, backfilled ones at the place of the day on which they were added.
        items: number of public items of all its bulletins.
        window: how many bulletins the subscription feed holds.
    """

    channel: Channel
    cards: tuple[Card, ...]
    items: int
    window: int

    @property
    def name(self) -> str:
        """The name that the newest bulletin uses for the channel."""
        return self.name_in(self.cards[0]) if self.cards else ""

    def name_in(self, card: Card) -> str:
        """Give the name that a bulletin uses for the channel."""
        return next((share.name for share in card.shares if share.channel == self.channel), "")

    @cached_property
    def current(self) -> tuple[Card, ...]:
        """What the subscription feed holds, newest first: never a backfilled bulletin."""
        return self._regular[: self.window]

    @cached_property
    def edge(self) -> tuple[Card, ...]:
        """The bulletins on both sides of the end of the window: one of them has just left it, or come back."""
        return self._regular[max(self.window - 1, 0) :]

    @cached_property
    def before_current(self) -> Card | None:
        """The bulletin whose archive document continues the subscription feed (RFC 5005, `prev-archive`)."""
        held = {card.id for card in self.current}
        return next((card for card in self.cards if card.id not in held), None)

    @cached_property
    def archived(self) -> tuple[Card, ...]:
        """What has an archive document, oldest first.

        In the channel of everything each bulletin has one from its first day; in the others, of which there are
        many, it gets one when it leaves the subscription feed.
        """
        held = set() if self.channel == EVERYTHING else {card.id for card in self.current}
        return tuple(card for card in reversed(self.cards) if card.id not in held)

    def is_archived(self, card: Card) -> bool:
        """Tell whether a bulletin has an archive document."""
        at = bisect_left(self.archived, card.place, key=_place)
        return at < len(self.archived) and self.archived[at].place == card.place

    def before(self, card: Card) -> Card | None:
        """Give the bulletin whose archive document precedes that of a bulletin, or None for the oldest."""
        at = bisect_left(self.archived, card.place, key=_place)
        return self.archived[at - 1] if at > 0 else None

    def after(self, card: Card) -> Card | None:
        """Give the bulletin whose archive document names a bulletin, or its place, as the one before it."""
        at = bisect_right(self.archived, card.place, key=_place)
        return self.archived[at] if at < len(self.archived) else None

    @cached_property
    def _regular(self) -> tuple[Card, ...]:
        return tuple(islice((card for card in self.cards if not card.backfilled), self.window + 1))


class Catalogue:
    """The cards of all bulletins that were ever published.

    Args:
        cards: in any order.
        window: how many bulletins a subscription feed holds.
    """

    def __init__(self, cards: Iterable[Card], window: int) -> None:
        ordered = sorted(cards, key=_place, reverse=True)
        by_channel: dict[Channel, list[Card]] = {EVERYTHING: []}
        items: Counter[Channel] = Counter()
        for card in ordered:
            for share in card.shares:
                by_channel.setdefault(share.channel, []).append(card)
                items[share.channel] += share.items
        self._window = window
        self._changed = max((card.changed for card in ordered), default=None)
        self._chains = {
            channel: Chain(channel, tuple(by_channel[channel]), items[channel], window)
            for channel in sorted(by_channel, key=lambda channel: (kind_order(channel.kind), channel.slug))
        }

    @property
    def changed(self) -> datetime | None:
        """When anything in it last changed for readers, or None while it is empty."""
        return self._changed

    def chain(self, channel: Channel) -> Chain:
        """Give the bulletins of a channel; an unknown channel has none."""
        return self._chains.get(channel) or Chain(channel, (), 0, self._window)

    def chains(self) -> tuple[Chain, ...]:
        """Give all channels that have a bulletin, and everything: in the order of kinds, then by address."""
        return tuple(self._chains.values())


def _place(card: Card) -> tuple[datetime, str]:
    return card.place
