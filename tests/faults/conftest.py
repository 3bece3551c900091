"""How much of the fault set runs: a small part with the suite, all of it by `make faults`."""

import os
from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Size:
    """How much is injected.

    Args:
        recipients: deliveries of the run.
        faults: how often the worker is hit.
        connections: of the worker.
    """

    recipients: int
    faults: int
    connections: int

    @property
    def is_full(self) -> bool:
        """Whether this is the set of the promise."""
        return self.faults > 3

    def leave_out(self, *, unless: bool) -> None:
        """Skip a test in the small set, but for one kind of it."""
        if not self.is_full and not unless:
            pytest.skip("part of the full set (make faults)")


@pytest.fixture(scope="session")
def size() -> Size:
    """The small set, or the full one of the promise."""
    full = os.environ.get("DISTRIBUTOR_TEST_FAULTS") == "full"
    return Size(2000, 12, 10) if full else Size(200, 3, 4)
