"""The catalogue: the order of the archive in each channel, what its feed holds, and what precedes what (RFC 5005)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from distributor.model.feeds import EVERYTHING, Card, Channel, ChannelCount
from distributor.publish.channels import kind_order


@dataclass(frozen=True)
class Chain:
    """The bulletins of one channel in the order in which they became public.

    It may be a part of the channel: the newest bulletins of both kinds and the neighbours of those that are asked
    about; see `reach`.

    Args:
        channel: the channel.
        cards: newest first, backfilled ones at the place of the day on which they were added.
        window: how many bulletins the subscription feed holds.
    """

    channel: Channel
    cards: tuple[Card, ...]
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

    def edge(self, changes: int = 1) -> tuple[Card, ...]:
        """Give the bulletins on both sides of the end of the window: some have just left it, or come back.

        Args:
            changes: how many bulletins changed.
        """
        return self._regular[max(self.window - changes, 0) : self.window + changes]

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
        return tuple(card for card in self.cards if not card.backfilled)


def reach(window: int, changes: int = 1) -> int:
    """Tell how far one must look from a place to find its neighbours: what stands in a window may lie between.

    A chain of a part of a channel must hold that many of its newest bulletins, as many of its newest that are not
    backfilled, and as many on either side of every bulletin that changed and of the edge of the window.

    Args:
        window: how many bulletins a subscription feed holds.
        changes: how many bulletins changed.
    """
    return window + changes + 2


@dataclass(frozen=True)
class Catalogue:
    """What is known of all bulletins that were ever published, or as much of it as one change needs.

    Args:
        channels: the chains that are known, by channel.
        counts: all channels that have a bulletin, and everything.
        changed: when anything last changed for readers, or None while nothing was published.
        window: how many bulletins a subscription feed holds.
    """

    channels: Mapping[Channel, Chain]
    counts: tuple[ChannelCount, ...]
    changed: datetime | None
    window: int

    @classmethod
    def of(cls, cards: Iterable[Card], window: int) -> Self:
        """Make the whole catalogue of the cards of all bulletins.

        Args:
            cards: in any order.
            window: how many bulletins a subscription feed holds.
        """
        ordered = sorted(cards, key=_place, reverse=True)
        by_channel: dict[Channel, list[Card]] = {EVERYTHING: []}
        for card in ordered:
            for share in card.shares:
                by_channel.setdefault(share.channel, []).append(card)
        chains = {channel: Chain(channel, tuple(held), window) for channel, held in by_channel.items()}
        counts = tuple(_count(chain) for chain in chains.values())
        return cls(chains, counts, max((card.changed for card in ordered), default=None), window)

    def chain(self, channel: Channel) -> Chain:
        """Give the bulletins of a channel; an unknown channel has none."""
        return self.channels.get(channel) or Chain(channel, (), self.window)

    def chains(self) -> tuple[Chain, ...]:
        """Give all chains, in the order of kinds, then by address."""
        return tuple(self.channels[channel] for channel in sorted(self.channels, key=_order))


def _count(chain: Chain) -> ChannelCount:
    shares = (share for card in chain.cards for share in card.shares if share.channel == chain.channel)
    return ChannelCount(chain.channel, chain.name, len(chain.cards), sum(share.items for share in shares))


def _order(channel: Channel) -> tuple[int, str]:
    return kind_order(channel.kind), channel.slug


def _place(card: Card) -> tuple[datetime, str]:
    return card.place
