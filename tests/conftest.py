"""Fixtures of the whole suite; keep them few, builders live in tests/support."""

import pytest

from tests.support.databases import database, postgres_address

__all__ = ["anyio_backend", "database", "postgres_address"]


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the product does."""
    return "asyncio"
