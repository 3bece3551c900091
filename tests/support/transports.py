"""A way of sending that keeps what it gets and answers as it was told."""

from types import TracebackType
from typing import Self

from distributor.deliver.transport import BeforeDot
from distributor.model.run import DeliveryState, Outcome, Phase, Reply

TAKEN = Outcome(DeliveryState.SENT, Reply(Phase.DOT, 250, "2.0.0 taken"))


class ScriptedTransport:
    """Keeps messages and gives one answer to all of them.

    Args:
        answer: what it answers; taken by default.
    """

    def __init__(self, answer: Outcome = TAKEN) -> None:
        self.messages: list[bytes] = []
        self.recipients: list[str] = []
        self._answer = answer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def resume(self) -> None:
        """It is never left alone."""

    async def send(
        self,
        envelope_from: str,
        recipient: str,
        message: bytes,
        before_dot: BeforeDot,
        *,
        envelope_id: str | None = None,
    ) -> Outcome:
        """Keep a message and answer."""
        del envelope_from, envelope_id
        assert await before_dot()
        self.messages.append(message)
        self.recipients.append(recipient)
        return self._answer
