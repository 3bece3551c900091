"""Fixtures of the whole suite; keep them few, builders live in tests/support."""

import coverage
import hypothesis
import pytest

from tests.support.databases import database, empty_database, postgres_address
from tests.support.installations import run
from tests.support.steady_tracing import steady_tracing

__all__ = ["anyio_backend", "database", "empty_database", "postgres_address", "run"]

# a busy machine is no fault of the code: no deadlines, and the same examples on every run of CI
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.load_profile("suite")

if coverage.Coverage.current() is not None:
    steady_tracing()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their length and first bytes: a zip file holds the time it was made, a name must not."""
    return f"{len(val)} bytes {val[:4].hex()}" if isinstance(val, bytes) else None


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the product does."""
    return "asyncio"
