"""The chart of running totals: a panel for each counter, unit and place."""

from __future__ import annotations

import base64
import re

import pandas as pd

from skytally.figures import totals_panels


def _row(value: float, last: str, **words: str) -> dict[str, object]:
    dates = {"date_first": pd.Timestamp("2023-08-26"), "date_last": pd.Timestamp(last)}
    other = {"precision_first": "day", "precision_last": "day", "method": "count", "wording": ""}
    row = {"counter": "voa", "scope": "pier", "unit": "ships", "bound": "exactly", "value": value}
    return {**row, **dates, **other, "low": None, "high": None, **words}


def _svg(block: str) -> str:
    (text,) = re.findall(r"base64,([^\"]+)", block)
    return base64.b64decode(text).decode()


def test_counters_units_and_places_never_share_a_panel() -> None:
    """Three panels of four totals; numbers that lie close share a label, with their bounds."""
    rows = pd.DataFrame(
        [
            _row(20, "2023-12-05"),
            _row(21, "2023-12-09", bound="at least"),
            _row(62, "2025-03-09", unit="calls"),
            _row(5, "2023-10-14", scope="quay", method="statement"),
        ]
    )
    labels = {"voa": "VOA", "pier": "the pier", "quay": "the quay"}
    shown = totals_panels(rows, labels, name="calls", caption="Totals.", files=["a.csv"])
    drawn = _svg(shown.block)
    for words in (
        "VOA: calls, the pier", "VOA: ships, the pier", "VOA: ships, the quay",
        "20, at least 21", "62",
    ):  # fmt: skip
        assert words in drawn, words
    assert "4 totals: VOA: calls, the pier, 26 August 2023 to 9 March 2025: 62" in shown.text
    assert 'href="../data/a.csv"' in shown.block


def test_no_total_is_a_sentence() -> None:
    """An empty record, or one without numbers, has a sentence with the chart's anchor."""
    rows = pd.DataFrame([_row(float("nan"), "2023-12-05")])
    shown = totals_panels(rows, {}, name="calls", caption="Totals.")
    assert shown.text == "The record has no running total yet."
    assert 'id="calls"' in shown.block
