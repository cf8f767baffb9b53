"""Pictures of the findings that moved between two editions."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from skytally.editions import moved_numbers_charts
from skytally.editions.changed_findings_chart import _figure


def moved(key: str, unit: str, now_in: str = "") -> dict[str, Any]:
    """Return a finding that moved from 10 to 11 in a unit."""
    old = {"low": 9.0, "value": 10.0, "high": 11.0, "unit": unit, "said": f"10 {unit}"}
    now = {**old, "value": 11.0, "high": 12.0, "said": f"11 {unit}",
           "unit": now_in or unit}  # fmt: skip
    return {"key": key, "kind": "moved", "old": old, "new": now, "inside": True}


@pytest.mark.parametrize(("count", "pictures"), [(1, 1), (12, 1), (13, 2), (34, 3)])
def test_every_finding_that_can_be_drawn_is_drawn_once(count: int, pictures: int) -> None:
    """Each stands in one picture with its old and new words, those of one unit together."""
    units = ["days" if number % 3 else "calls" for number in range(count)]
    rows = [moved(f"made.up_{number:02}", unit) for number, unit in enumerate(units)]
    block = "\n".join(moved_numbers_charts(rows, name="moved-numbers", since="2026-01-02"))
    alts = [html.unescape(each) for each in re.findall(r'alt="([^"]*)"', block)]
    assert len(alts) == pictures
    said = " ".join(alts)
    assert [said.count(f"{row['key']}: old 10 ") for row in rows] == [1] * count
    order = re.findall(r"old 10 (days|calls)", said)
    assert order == sorted(order, key=lambda unit: (-order.count(unit), unit))
    anchors = re.findall(r'id="([^"]*)"', block)
    assert anchors == ["moved-numbers", "moved-numbers-2", "moved-numbers-3"][:pictures]
    assert ("part 1 of" in said) == (pictures > 1)


def test_what_cannot_be_drawn_is_counted() -> None:
    """A finding whose unit changed has no common scale, and the caption says that it is left."""
    rows = [moved("made.up", "days"), moved("other.unit", "days", "calls")]
    block = "\n".join(moved_numbers_charts(rows, name="moved-numbers", since="2026-01-02"))
    assert "other.unit" not in block
    assert " Not drawn, but in the table: 1 whose unit changed or whose number is a day." in block
    alone = "\n".join(moved_numbers_charts(rows[1:], name="moved-numbers", since="2026-01-02"))
    assert "No finding with a number in one unit moved." in alone


def test_an_open_side_is_an_arrow() -> None:
    """*More than* has no upper end, and an arrow says so; a closed interval has none."""
    row = moved("made.up", "days")
    row["new"] |= {"low": 11.0, "value": None, "high": None, "said": "more than 11 days"}
    (axes,) = _figure([row]).axes
    arrows = [each for each in axes.texts if getattr(each, "arrow_patch", None)]
    assert [(each.xy, each.get_position()[0] > 0) for each in arrows] == [((11.0, 0.0), True)]
