"""What is decided about the plan of one bulletin: further recipients (本期增发), and bodies that may go without."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extra:
    """A body, group or address that one bulletin goes to although its footer does not name it.

    Args:
        list_id: the recipient list it is served by.
        target: id of a body or group, or an e-mail address.
        name: display name of an address, or None.
        note: why, or None.
    """

    list_id: str
    target: str
    name: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A body that the footer names, that has no mailbox, and of which a person said that this is in order.

    Args:
        organization: id of the body, or of a group without members.
        note: why, for example that it gets the paper copy.
    """

    organization: str
    note: str


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Everything that was decided about the plan of one bulletin."""

    extras: tuple[Extra, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def all(self) -> tuple[Extra | Waiver, ...]:
        """Additions, then waivers."""
        return (*self.extras, *self.waivers)
