"""The catalogue: the order of the archive in each channel, what its feed holds, and what precedes what (RFC 5005)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from distributor.publish.channels import EVERYTHING, Card, Channel, kind_order


@dataclass(frozen=True, slots=True)
class Chain:
    """The bulletins of one channel in the order in which they became public, the newest first.

    Args:
        channel: the channel.
        cards: newest first, backfilled ones at the place of the day on which they were added.
        window: how many bulletins the subscription feed holds.
    """

    channel: Channel
    cards: tuple[Card, ...]
    window: int

    @property
    def current(self) -> tuple[Card, ...]:
        """What the subscription feed holds, newest first: never a backfilled bulletin."""
        return self._regular[: self.window]

    @property
    def archived(self) -> tuple[Card, ...]:
        """What has an archive document, newest first.

        In the channel of everything each bulletin has one from its first day; in the others, of which there are
        many, it gets one when it leaves the subscription feed.
        """
        return self.cards if self.channel == EVERYTHING else self._not_current

    @property
    def before_current(self) -> Card | None:
        """The bulletin whose archive document continues the subscription feed (RFC 5005, `prev-archive`)."""
        return next(iter(self._not_current), None)

    def before(self, card: Card) -> Card | None:
        """Give the bulletin whose archive document precedes that of a bulletin, or None for the oldest."""
        return next((older for older in self.archived if older.place < card.place), None)

    def after(self, card: Card) -> Card | None:
        """Give the bulletin whose archive document names a bulletin, or its place, as the one before it."""
        return next((newer for newer in reversed(self.archived) if newer.place > card.place), None)

    @property
    def edge(self) -> tuple[Card, ...]:
        """The bulletins on both sides of the end of the window: one of them has just left it, or come back."""
        return self._regular[max(self.window - 1, 0) : self.window + 1]

    @property
    def name(self) -> str:
        """The name that the newest bulletin uses for the channel."""
        return self.name_in(self.cards[0]) if self.cards else ""

    def name_in(self, card: Card) -> str:
        """Give the name that a bulletin uses for the channel."""
        return next((share.name for share in card.shares if share.channel == self.channel), "")

    @property
    def items(self) -> int:
        """Number of public items of all its bulletins."""
        return sum(share.items for card in self.cards for share in card.shares if share.channel == self.channel)

    @property
    def _regular(self) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if not card.backfilled)

    @property
    def _not_current(self) -> tuple[Card, ...]:
        held = {card.id for card in self.current}
        return tuple(card for card in self.cards if card.id not in held)


class Catalogue:
    """The cards of all bulletins that were ever published.

    Args:
        cards: in any order.
        window: how many bulletins a subscription feed holds.
    """

    def __init__(self, cards: Iterable[Card], window: int) -> None:
        self._window = window
        self._cards = sorted(cards, key=lambda card: card.place, reverse=True)
        self._by_channel: dict[Channel, list[Card]] = {EVERYTHING: []}
        for card in self._cards:
            for share in card.shares:
                self._by_channel.setdefault(share.channel, []).append(card)

    @property
    def changed(self) -> datetime | None:
        """When anything in it last changed for readers, or None while it is empty."""
        return max((card.changed for card in self._cards), default=None)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """All channels that have a bulletin, and everything: in the order of kinds, then by address."""
        return tuple(sorted(self._by_channel, key=lambda channel: (kind_order(channel.kind), channel.slug)))

    def chain(self, channel: Channel) -> Chain:
        """Give the bulletins of a channel; an unknown channel has none."""
        return Chain(channel, tuple(self._by_channel.get(channel, ())), self._window)

    def chains(self) -> tuple[Chain, ...]:
        """Give all channels with their bulletins."""
        return tuple(self.chain(channel) for channel in self.channels)
