"""Fixtures of the whole suite; keep them few, builders live in tests/support."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the product does."""
    return "asyncio"
