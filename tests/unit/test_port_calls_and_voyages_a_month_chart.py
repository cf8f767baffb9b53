"""Chart of rates: every count is drawn and worded, and a lower bound has no upper end."""

from __future__ import annotations

import pandas as pd
import pytest

from skytally.figures import call_rate_chart
from skytally.press.sphinx_ext import voyage_and_port_call_directives
from skytally.press.sphinx_ext.cached_record_and_findings import originals, table
from skytally.press.sphinx_ext.voyage_and_port_call_directives import CallRateChart, rated_counts
from tests.support.directives_without_page import bare
from tests.support.evaluated_findings import evaluated_findings


def test_no_rate_is_a_sentence() -> None:
    """An empty table of rates draws no chart."""
    block = call_rate_chart(pd.DataFrame(), name="x", caption="c", source_line="s")
    assert "No count in the record gives a rate" in block.block


def test_every_count_of_the_record_is_in_the_words_of_the_chart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The alternative text has each count of the table of rates, lower bounds as such."""
    known = {each["key"]: each for each in evaluated_findings()}
    monkeypatch.setattr(voyage_and_port_call_directives, "findings", lambda _app: known)
    html = bare(
        CallRateChart, docname="synthesis", arguments=("calls-a-month",), caption="c"
    ).html()
    rows = rated_counts(originals("voyage_counts"), table("same_observation"))
    assert html.count(" a month (") == len(rows)
    assert "Open Source Centre, August 2023 to March 2025: at least 3.1 a month" in html
    assert "By two estimates of VOA" in html
    assert 'href="data/call-rates.csv"' in html


def test_a_bound_and_a_range_are_told_apart() -> None:
    """A count with an upper end is a range; one without is at least so many."""
    days = {"date_first": pd.Timestamp("2024-01-01"), "date_last": pd.Timestamp("2024-01-31")}
    plain = {**days, "precision_first": "month", "precision_last": "month", "counter": "VOA"}
    rates = pd.DataFrame(
        [
            {**plain, "counter_id": "voa", "unit": "calls", **ends}
            for ends in (
                {"per_month_low": 5.0, "per_month_high": 7.0},
                {"per_month_low": 3.0, "per_month_high": float("nan")},
            )
        ]
    )
    words = call_rate_chart(rates, name="x", caption="c", source_line="s").text
    assert "5 to 7 a month (calls)" in words
    assert "at least 3 a month (calls)" in words
