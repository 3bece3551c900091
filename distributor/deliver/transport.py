"""What every way of sending offers, and the guard that lets staging write to allowed domains only."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol, Self

from distributor.errors import Conflict
from distributor.model.run import DeliveryState, Outcome, Phase, Reply

BeforeDot = Callable[[], Awaitable[bool]]


class LeaseLost(Conflict):
    """The delivery belongs to another worker now; nothing was sent and nothing is to be recorded."""

    def __init__(self, recipient: str) -> None:
        super().__init__("lease-lost", recipient=recipient)


class Transport(Protocol):
    """A way of sending."""

    async def __aenter__(self) -> Self:
        """Get ready to send."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what is open."""

    def resume(self) -> None:
        """Try again what was left alone for a while because of a trouble that a person has dealt with by now."""

    async def send(
        self,
        envelope_from: str,
        recipient: str,
        message: bytes,
        before_dot: BeforeDot,
        *,
        envelope_id: str | None = None,
    ) -> Outcome:
        """Try to send one message to one address.

        Args:
            envelope_from: address for reports, empty for none.
            recipient: the address.
            message: the bytes to be sent, lines ended by CRLF.
            before_dot: awaited when only the final dot is missing; it notes the doubt durably and checks the lease.
                False gives the message up.
            envelope_id: name of the delivery in reports, where the relay offers that (RFC 3461).

        Raises:
            LeaseLost: before_dot said no; nothing was sent.
            RelayTrouble: `relay-authentication` when the relay does not take our credentials.
        """


class Opened:
    """What every way of sending does at begin and end: nothing, or what those behind it do.

    Args:
        behind: ways of sending that open and close with it.
    """

    def __init__(self, *behind: Transport) -> None:
        self._behind = behind
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Get ready to send."""
        for transport in self._behind:
            await self._open.enter_async_context(transport)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what is open."""
        await self._open.__aexit__(kind, error, trace)

    def resume(self) -> None:
        """Try again what was left alone."""
        for transport in self._behind:
            transport.resume()


class AllowListTransport(Opened):
    """Passes on what goes to allowed domains and suppresses the rest.

    Args:
        inner: the way of sending behind it.
        domains: domains that may be written to, A-labels, subdomains not included; empty allows every one.
    """

    def __init__(self, inner: Transport, domains: Collection[str]) -> None:
        super().__init__(inner)
        self._inner = inner
        self._domains = frozenset(domain.strip().lower().removeprefix("@") for domain in domains)

    async def send(
        self,
        envelope_from: str,
        recipient: str,
        message: bytes,
        before_dot: BeforeDot,
        *,
        envelope_id: str | None = None,
    ) -> Outcome:
        """Send where it is allowed, otherwise answer SUPPRESSED without asking the lease; see Transport."""
        if self._domains and recipient.rpartition("@")[2].lower() not in self._domains:
            return Outcome(DeliveryState.SUPPRESSED, Reply(Phase.RCPT, 0, "domain-not-allowed"))
        return await self._inner.send(envelope_from, recipient, message, before_dot, envelope_id=envelope_id)
