"""Chart of the findings that moved between two editions."""

from __future__ import annotations

import re
from typing import Any

import pytest

from skytally.editions import moved_numbers_chart
from skytally.editions.changed_findings_chart import MOST_SHOWN, NOTHING
from skytally.editions.edition_differences import MOVED


def moved(key: str) -> dict[str, Any]:
    """Return a made-up finding whose number moved."""
    old = {"value": 1.0, "low": 0.0, "high": 2.0, "unit": "ships", "said": "1 ship"}
    new = {**old, "value": 2.0, "said": "2 ships"}
    return {"key": key, "kind": MOVED, "inside": True, "old": old, "new": new}


@pytest.mark.parametrize(
    ("number", "ids", "fold"),
    [
        (1, ["moved"], ""),
        (MOST_SHOWN, ["moved"], ""),
        (MOST_SHOWN + 1, ["moved", "moved-13"], "The other finding whose number moved"),
        (35, ["moved", "moved-13", "moved-25"], "The other 23 findings whose number moved"),
    ],
)
def test_all_findings_that_moved_are_drawn(number: int, ids: list[str], fold: str) -> None:
    """Those that one chart has no room for are drawn behind a fold, each once."""
    rows = [moved(f"page.finding_{at:02}") for at in range(number)]
    chart = moved_numbers_chart(rows, name="moved", since="2026-01-02")
    assert re.findall(r'<figure[^>]* id="([^"]+)"', chart) == ids
    assert re.findall(r"<summary>([^<]*)</summary>", chart.partition("<details>")[2])[:1] == (
        [fold] if fold else []
    )
    words = " ".join(re.findall(r'alt="([^"]*)"', chart))
    assert all(words.count(row["key"]) == 1 for row in rows)


def test_nothing_that_moved_is_one_sentence() -> None:
    """Without a number in one unit there is no chart."""
    assert NOTHING in moved_numbers_chart([], name="moved", since="2026-01-02")
