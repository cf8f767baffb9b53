"""One browser and one server for all tests of the site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import chromium, served
from tests.support.site_pages import SITE


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Browser that all tests share."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Address of the site, served on this machine only."""
    with served(SITE) as root:
        yield root
