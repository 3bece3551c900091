"""What the templates of letters to subscribers may use: typed, documented, compared with the templates by a test."""

from dataclasses import dataclass, field
from typing import ClassVar

from distributor.compose.theme import ThemeView, theme_view
from distributor.model.theme import Theme


@dataclass(frozen=True, slots=True)
class House:
    """Who writes: what every letter says at its end.

    Args:
        title: name of the publication.
        publisher: the body that edits it.
        contact: address of the secretariat.
        archive_url: page of past bulletins.
        theme: colours, and words above and below the masthead.
    """

    title: str
    publisher: str
    contact: str
    archive_url: str
    theme: ThemeView = field(default_factory=lambda: theme_view(Theme()))


@dataclass(frozen=True, slots=True)
class ConfirmSubscription:
    """Everything the templates of `mail/confirm-subscription` may use.

    Args:
        house: who writes.
        lists: names of the lists that were asked for.
        confirm_url: page with the button.
        days: how many days the link holds.
        purpose: why the address is kept.
    """

    kind: ClassVar[str] = "confirm-subscription"

    house: House
    lists: tuple[str, ...]
    confirm_url: str
    days: int
    purpose: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """Everything the templates of `mail/welcome` may use.

    Args:
        house: who writes.
        lists: names of the lists.
        frequency: how often mails come, the last part of `subscribe.frequency-…`.
        preferences_url: page on which everything can be changed.
        leave_url: page with the button that ends it.
        waits: the secretariat has still to approve.
        again: the reader was subscribed already and asked once more.
    """

    kind: ClassVar[str] = "welcome"

    house: House
    lists: tuple[str, ...]
    frequency: str
    preferences_url: str
    leave_url: str
    waits: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class AddressChange:
    """Everything the templates of `mail/address-change` may use.

    Args:
        house: who writes.
        old: the address until now, masked.
        confirm_url: page with the button.
        days: how many days the link holds.
    """

    kind: ClassVar[str] = "address-change"

    house: House
    old: str
    confirm_url: str
    days: int


@dataclass(frozen=True, slots=True)
class SignupApproval:
    """Everything the templates of `mail/signup-approval` may use.

    Args:
        house: who writes.
        address: who asks.
        lists: names of the lists.
        desk_url: page of the desk that lists requests.
    """

    kind: ClassVar[str] = "signup-approval"

    house: House
    address: str
    lists: tuple[str, ...]
    desk_url: str


LetterContext = ConfirmSubscription | Welcome | AddressChange | SignupApproval
