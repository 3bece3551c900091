"""A real browser for every file here."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browsing import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that is started once a file; its driver keeps a loop running, which tests of other rooms need free."""
    with chromium() as started:
        yield started
