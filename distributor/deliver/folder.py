"""Sending into a folder: for staging, for machines without a network, and for looking before the first real run."""

import asyncio
from pathlib import Path

from distributor.deliver.shelf import Shelf
from distributor.deliver.transport import BeforeDot, LeaseLost, Opened
from distributor.model.run import DeliveryState, Outcome, Phase, RefusalClass, Reply


class FolderTransport(Opened):
    """Writes every mail as a file instead of sending it.

    Args:
        folder: where the files go; it is made when it does not exist.

    Raises:
        Misconfigured: `folder-not-writable`.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._shelf = Shelf(folder, sync=True)

    async def send(
        self,
        envelope_from: str,
        recipient: str,
        message: bytes,
        before_dot: BeforeDot,
        *,
        envelope_id: str | None = None,
    ) -> Outcome:
        """Write the mail; a full disk defers it. See Transport."""
        del envelope_from, envelope_id
        try:
            draft = await asyncio.to_thread(self._shelf.prepare, message)
        except OSError as error:
            reply = Reply(Phase.DATA, 0, "folder-not-writable")
            del error
            return Outcome(DeliveryState.DEFERRED, reply, RefusalClass.CONNECTION)
        try:
            if not await before_dot():
                raise LeaseLost(recipient)
            name = await asyncio.to_thread(self._shelf.show, draft, recipient)
        except OSError:
            return Outcome(DeliveryState.DEFERRED, Reply(Phase.DOT, 0, "folder-not-writable"), RefusalClass.CONNECTION)
        finally:
            self._shelf.drop(draft)
        return Outcome(DeliveryState.SENT, Reply(Phase.DOT, 250, name))
