"""Rates of port calls on the page: rows with counter, bound and period, and the file under them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.press.sphinx_ext import voyage_and_port_call_directives
from skytally.press.sphinx_ext.voyage_and_port_call_directives import (
    BASELINE,
    CallRates,
    rated_counts,
)
from tests.support.directives_without_page import bare
from tests.support.evaluated_findings import evaluated_findings
from tests.support.made_up_call_counts import call_count

Rows = Callable[..., pd.DataFrame]


def test_table_has_the_last_total_of_a_year_and_every_single_period(rows: Rows) -> None:
    """A total within a later one of the same year is left out, a single month is not."""
    made = [
        call_count(rows, id="A", date_last="2023-10-31"),
        call_count(rows, id="B", date_last="2023-12-31"),
        call_count(rows, id="C", date_last="2024-12-31"),
        call_count(rows, id="D", date_first="2024-01-01", date_last="2024-01-31"),
        call_count(rows, id="E", unit="calls per month", value=1.0, date_first="2024-03-01"),
        call_count(rows, id="F", vessel="Angara"),
        call_count(rows, id="G", cargo="coal"),
    ]
    table = pd.DataFrame(made).assign(vessel=[row.get("vessel") or "" for row in made])
    table["cargo"] = [row.get("cargo") or "" for row in made]
    groups = pd.DataFrame(columns=["group", "row_id", "relation", "keep"])
    assert {row["id"] for row in rated_counts(table, groups)} == {"B", "C", "D", "E"}


def test_rates_of_the_record_name_counter_bound_and_period(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Few signs of shipments give no rate; who called at Vostochny stands beside the number."""
    monkeypatch.setattr(voyage_and_port_call_directives, "findings", lambda _app: {})
    shown = bare(CallRates, srcdir=str(tmp_path), docname="lines/port-imagery").html()
    for words in ("at least 3.8", "at least 25 calls", "1 to 2"):
        assert f">{words}<" in shown
    assert ">none<" not in shown
    assert "(dark vessels)" in shown


def test_rates_have_no_baseline_while_the_beginning_is_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The line above the table goes when an observation from before is dated."""
    began: dict[str, Any] = {"value": None, "said": "on or before 26 August 2023"}
    known = {BASELINE: began}
    monkeypatch.setattr(voyage_and_port_call_directives, "findings", lambda _app: known)
    shown = bare(CallRates, srcdir=str(tmp_path), docname="lines/port-imagery").html()
    assert "no dated observation of that pier from earlier" in shown
    began["value"] = 9.0
    assert (
        "from earlier"
        not in bare(CallRates, srcdir=str(tmp_path), docname="lines/port-imagery").html()
    )


def test_the_file_under_the_table_has_its_rows_and_their_rates(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A line of the file is a line of the table; a count of at least has no upper end."""
    known = {each["key"]: each for each in evaluated_findings()}
    monkeypatch.setattr(voyage_and_port_call_directives, "findings", lambda _app: known)
    shown = bare(CallRates, srcdir=str(tmp_path), docname="lines/port-imagery").html()
    assert 'href="../data/call-rates.csv" download>' in shown
    made = pd.read_csv(tmp_path / "data/call-rates.csv").set_index("row")
    assert len(made) == shown.partition("<tbody>")[2].count("<tr")
    assert math.isnan(made.loc["V015", "per_month_high"])
    assert made.loc["P038", "per_month_low"] == pytest.approx(9, abs=0.3)
    assert "109 days" in shown
