"""Addresses for reports that name the delivery (variable envelope return paths), sealed against forgery."""

import re
from collections.abc import Sequence
from typing import Final

from distributor import tokens
from distributor.deliver.transport import BeforeDot, Opened, Transport
from distributor.model.run import Outcome

_PURPOSE: Final = "verp"
_TAG: Final = "+b."
# RFC 5321 §4.5.3.1.1
_LONGEST_LOCAL: Final = 64
_SEALED: Final = re.compile(r"\+b\.([a-z0-9]{1,40})\.([a-z2-7]{16})@")


def return_address(sender: str, delivery_id: str, keys: Sequence[str]) -> str:
    """Make the envelope address to which the report about one delivery comes back: `bulletin+b.<id>.<mac>@…`.

    Args:
        sender: usual envelope address.
        delivery_id: the delivery.
        keys: secret keys of links, newest last.

    Returns:
        The usual address where its local part leaves no room.
    """
    local, at, domain = sender.rpartition("@")
    tagged = f"{local}{_TAG}{delivery_id}.{tokens.mac(_PURPOSE, delivery_id, keys[-1])}"
    fits = local and len(tagged.encode()) <= _LONGEST_LOCAL and _SEALED.search(f"{tagged}@")
    return f"{tagged}{at}{domain}" if fits else sender


def delivery_of(address: str, keys: Sequence[str]) -> str | None:
    """Give the delivery that a return address names, or None when it is not one of ours.

    Args:
        address: an address in any case.
        keys: secret keys of links.
    """
    match = _SEALED.search(address.lower())
    if match is None or not tokens.is_mac(_PURPOSE, match.group(1), match.group(2), keys):
        return None
    return match.group(1)


class VerpTransport(Opened):
    """Passes on with a return address of its own for each delivery.

    Args:
        inner: the way of sending behind it.
        keys: secret keys of links, newest last.
    """

    def __init__(self, inner: Transport, keys: Sequence[str]) -> None:
        super().__init__(inner)
        self._inner = inner
        self._keys = tuple(keys)

    async def send(
        self,
        envelope_from: str,
        recipient: str,
        message: bytes,
        before_dot: BeforeDot,
        *,
        envelope_id: str | None = None,
    ) -> Outcome:
        """Send with an address for reports that names the delivery; see Transport."""
        if envelope_from and envelope_id:
            envelope_from = return_address(envelope_from, envelope_id, self._keys)
        return await self._inner.send(envelope_from, recipient, message, before_dot, envelope_id=envelope_id)
