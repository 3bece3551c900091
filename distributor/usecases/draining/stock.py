"""What a worker has claimed and not finished, and whether each of it may still be sent."""

import time
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

import anyio

from distributor.model.run import Delivery

# a mark just before the end of a lease must still reach the database in time
_MARGIN_SECONDS = 1.0


class Stop(StrEnum):
    """Why a claimed delivery is not sent after all."""

    LOST = "lost"
    PAUSED = "paused"
    SUPPRESSED = "suppressed"


def boot_seconds() -> float:
    """Read a clock that never jumps and goes on while the machine sleeps, for the ends of leases."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(slots=True)
class _Held:
    delivery: Delivery
    deadline: float


class Stock:
    """The deliveries one worker holds.

    Args:
        capacity: how many at most.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._held: dict[str, _Held] = {}
        self._fresh: deque[Delivery] = deque()
        self._stopped: dict[str, Stop] = {}
        self._arrival = anyio.Event()

    @property
    def room(self) -> int:
        """How many more may be claimed."""
        return self.capacity - len(self._held)

    @property
    def is_empty(self) -> bool:
        """Whether everything that was claimed is finished."""
        return not self._held

    @property
    def left(self) -> list[Delivery]:
        """What is not finished."""
        return [held.delivery for held in self._held.values()]

    @property
    def run_ids(self) -> frozenset[str]:
        """The runs of what is held."""
        return frozenset(held.delivery.run_id for held in self._held.values())

    def add(self, deliveries: Iterable[Delivery], deadline: float) -> None:
        """Take in what was claimed.

        Args:
            deliveries: the deliveries.
            deadline: end of their leases, by `boot_seconds`.
        """
        for delivery in deliveries:
            self._held[delivery.id] = _Held(delivery, deadline)
            self._fresh.append(delivery)
        self._arrival.set()

    def take(self, most: int) -> list[Delivery]:
        """Give deliveries to be made into messages; none when there are none."""
        return [self._fresh.popleft() for _ in range(min(most, len(self._fresh)))]

    async def arrival(self) -> None:
        """Wait until something was claimed."""
        while not self._fresh:
            # all that wait hear of the same event
            self._arrival = anyio.Event() if self._arrival.is_set() else self._arrival
            await self._arrival.wait()

    def finish(self, delivery: Delivery) -> None:
        """Forget a delivery: its last mark is written."""
        self._held.pop(delivery.id, None)
        self._stopped.pop(delivery.id, None)

    def renewed(self, held: Collection[tuple[str, int]], deadline: float) -> None:
        """Take notice of what a renewal of the leases found to be ours; the rest is lost.

        Args:
            held: ids and fences.
            deadline: new end of the leases, by `boot_seconds`.
        """
        ours = set(held)
        for key, one in self._held.items():
            if (key, one.delivery.fence) in ours:
                one.deadline = deadline

    def stop(self, reason: Stop, *, run_ids: Collection[str] = (), addresses: Collection[tuple[str, str]] = ()) -> None:
        """Forbid what is held of some runs, or to some addresses.

        Args:
            reason: why.
            run_ids: the runs.
            addresses: keys of addresses and lists, '' for every list.
        """
        for key, one in self._held.items():
            delivery = one.delivery
            if delivery.run_id in run_ids or delivery.unwanted_by(addresses):
                self._stopped[key] = reason

    def objection(self, delivery: Delivery) -> Stop | None:
        """Say why a delivery must not be sent; None when it may.

        Args:
            delivery: as it was claimed.
        """
        held = self._held.get(delivery.id)
        if held is None or held.deadline - _MARGIN_SECONDS < boot_seconds():
            return Stop.LOST
        return self._stopped.get(delivery.id)

    def drop_fresh(self) -> list[Delivery]:
        """Give up what no message was made of yet."""
        dropped = list(self._fresh)
        self._fresh.clear()
        return dropped
