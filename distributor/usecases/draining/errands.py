"""What is done in the transactions of a group beside the marks: claim ahead, renew leases, look for objections."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import Claim, Mark
from distributor.model.run import Delivery, DeliveryState
from distributor.store import claims, left_out, marks, runs
from distributor.usecases.context import Context
from distributor.usecases.draining.pacing import Pacing
from distributor.usecases.draining.stock import Stock, Stop, boot_seconds

_LOOK_SECONDS = 0.25
_RUNS_SECONDS = 1.0
_LARGEST_CLAIM = 250


class ClaimAhead:
    """Claims what is due while there is room; suppressed addresses and full lanes are sorted out at once.

    Args:
        context: the installation.
        worker: name of the worker.
        stock: where it goes.
        pacing: who may be written to now.
    """

    def __init__(self, context: Context, worker: str, stock: Stock, pacing: Pacing) -> None:
        self.stopped = False
        self.is_dry = False
        self.suppressed = 0
        self._context = context
        self._worker = worker
        self._stock = stock
        self._pacing = pacing
        self._run_ids: tuple[str, ...] = ()
        self._runs_read = float("-inf")
        self._asked_at = 0.0
        self._room = 0
        self._batch: Sequence[Delivery] = ()
        self._left_out = 0
        self._found_nothing = False
        self._has_news = False

    def is_due(self) -> bool:
        """Claim when half of the stock is gone."""
        if self.stopped or self.is_dry or self._pacing.rests:
            return False
        self._room, self._has_news = self._stock.room, False
        return self._room * 2 >= self._stock.capacity

    def look_again(self) -> None:
        """Claim once more although nothing was due: something was given back that may be sent at once."""
        self.is_dry = False
        self._has_news = True

    async def work(self, connection: AsyncConnection, now: datetime) -> None:
        """Claim a batch."""
        self._asked_at = boot_seconds()
        self._batch, self._left_out, self._found_nothing = (), 0, False
        if await self._pacing.is_closed(connection, now):
            self._found_nothing = True
            return
        if not self._run_ids or self._asked_at - self._runs_read > _RUNS_SECONDS:
            fresh_after = self._context.now() - self._context.conduct.catch_up
            self._run_ids = await claims.due_runs(connection, now, fresh_after=fresh_after)
            self._runs_read = self._asked_at
        limit = min(self._room, _LARGEST_CLAIM)
        claim = Claim(self._worker, self._context.conduct.lease.total_seconds(), limit)
        claimed = await claims.claim(connection, claim, now, self._run_ids)
        wanted, self._left_out = await self._without_suppressed(connection, claimed, now)
        self._batch = await self._pacing.admit(connection, wanted, now)
        if not claimed:
            # the list of runs may be a second old; only a fresh one that gives nothing means that nothing is due
            self._found_nothing = not self._run_ids or self._runs_read == self._asked_at
            self._run_ids = ()

    def committed(self) -> None:
        """Take the batch in."""
        self._stock.add(self._batch, self._asked_at + self._context.conduct.lease.total_seconds())
        self._batch = ()
        self.suppressed += self._left_out
        # what was given back meanwhile was not there to be found
        self.is_dry = self._found_nothing and not self._has_news

    async def _without_suppressed(
        self, connection: AsyncConnection, claimed: Sequence[Delivery], now: datetime
    ) -> tuple[list[Delivery], int]:
        """Suppress at once who has asked to be left out since the run was frozen."""
        if not claimed:
            return [], 0
        stopped = await left_out.among(connection, [delivery.address for delivery in claimed])
        if not stopped:
            return list(claimed), 0
        unwanted = [one for one in claimed if one.unwanted_by(stopped)]
        await marks.apply(connection, [Mark(one, DeliveryState.SUPPRESSED, self._worker) for one in unwanted], now)
        ids = {one.id for one in unwanted}
        return [one for one in claimed if one.id not in ids], len(ids)


class RenewLeases:
    """Lengthens the leases of what is held, in good time.

    Args:
        context: the installation.
        worker: name of the worker.
        stock: what is held.
    """

    def __init__(self, context: Context, worker: str, stock: Stock) -> None:
        self._conduct = context.conduct
        self._worker = worker
        self._stock = stock
        self._renewed_at = self._asked_at = boot_seconds()
        self._held: frozenset[tuple[str, int]] = frozenset()

    def is_due(self) -> bool:
        """Renew every few seconds while something is held."""
        due = self._renewed_at + self._conduct.renewal.total_seconds()
        return not self._stock.is_empty and boot_seconds() >= due

    async def work(self, connection: AsyncConnection, now: datetime) -> None:
        """Renew; what another worker has by now is not among it."""
        self._asked_at = boot_seconds()
        self._held = await claims.renew(connection, self._worker, now + self._conduct.lease)

    def committed(self) -> None:
        """Trust the new leases."""
        self._renewed_at = self._asked_at
        self._stock.renewed(self._held, self._asked_at + self._conduct.lease.total_seconds())


class Watch:
    """Looks several times a second whether a run was paused or a reader wants to be left out.

    Args:
        stock: what is held.
    """

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._looked_at = boot_seconds()
        self._run_ids: frozenset[str] = frozenset()
        self._newest: int | None = None
        self._paused: frozenset[str] = frozenset()
        self._left: frozenset[tuple[str, str]] = frozenset()

    def is_due(self) -> bool:
        """Look while something is held."""
        # the first look comes before the first claim, so that nobody can slip through between them
        if self._newest is not None and (self._stock.is_empty or boot_seconds() - self._looked_at < _LOOK_SECONDS):
            return False
        self._run_ids = self._stock.run_ids
        return True

    async def work(self, connection: AsyncConnection, now: datetime) -> None:
        """Look."""
        del now
        self._looked_at = boot_seconds()
        self._paused = await runs.paused_among(connection, self._run_ids)
        if self._newest is None:
            self._newest = await left_out.newest(connection)
        self._left, self._newest = await left_out.since(connection, self._newest)

    def committed(self) -> None:
        """Forbid what must not be sent any more."""
        if self._paused:
            self._stock.stop(Stop.PAUSED, run_ids=self._paused)
        if self._left:
            self._stock.stop(Stop.SUPPRESSED, addresses=self._left)


def given_back(delivery: Delivery, worker: str, due: datetime | None = None) -> Mark:
    """Make the mark that gives a claimed delivery back untouched, due at once if it has no later turn."""
    return Mark(delivery, DeliveryState.PENDING, worker, next_attempt=due)
