"""Everything in this folder is slow: whole copies of the project, servers, clusters, kills."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, so that `make test` leaves them to `make test-all`."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
