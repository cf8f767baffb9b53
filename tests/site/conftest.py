"""One browser and one server for each file of tests of the site.

They end with the file: while a browser runs, no other test of the process can use an event loop.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser_tabs_server_and_charts import chromium, served
from tests.support.built_site_pages import SITE


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Browser that the tests of a file share."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Address of the site, served on this machine only."""
    with served(SITE) as root:
        yield root
