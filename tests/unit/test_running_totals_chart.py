"""Chart of running totals: what is a total, the names at its marks, its bounds and key."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skytally.figures.running_totals_chart import (
    colour_key,
    running_totals,
    spelled_names,
    totals_chart,
)
from tests.support.official_total_rows import Rows, claims
from tests.support.parsed_charts import svg_words


def drawn(totals: pd.DataFrame) -> Any:
    """Chart of totals with plain words."""
    names = {"csis": "CSIS", "rok": "Seoul"}
    return totals_chart(totals, names, name="t", title="T", caption="C", source_line="SRC")


def test_totals_leave_out_parts_and_other_directions(rows: Rows) -> None:
    """A subset of a total, a delivery the other way and a row without number are no totals."""
    table = claims(
        rows,
        {"id": "A", "value": 1000.0},
        {"id": "B", "value": 300.0, "cumulative": "no"},
        {"id": "C", "value": 9000.0, "sense": "to-dprk"},
        {"id": "D", "value": float("nan"), "bound": ""},
        {"id": "E", "value": 500.0, "method": "estimate", "day": "2023-09-01"},
    )
    totals = running_totals(table, unit="containers", sense="delivered")
    assert totals["id"].tolist() == ["E", "A"]
    assert totals["counted"].tolist() == [True, False]


def test_short_names_at_the_marks_are_spelled_out(rows: Rows) -> None:
    """One short name of several agencies lists them; a name that is no shorter is left out."""
    table = claims(rows, *({"counter": each} for each in ("osc", "us", "us-un", "csis")))
    short = {"osc": "OSC", "us": "US", "us-un": "US", "csis": "CSIS"}
    full = {"osc": "Open Source Centre", "us": "US NSC", "us-un": "US mission", "csis": "CSIS"}
    assert spelled_names(table, short, full) == "OSC: Open Source Centre; US: US NSC and US mission"
    assert spelled_names(table, {}, full) == ""


def test_totals_chart_names_its_marks_and_keeps_bounds(rows: Rows) -> None:
    """Highest total of each counter, with its bound, at the mark and in the alternative text."""
    table = claims(
        rows,
        {"value": 1000.0, "bound": "more than", "counter": "rok", "day": "2023-10-13"},
        {"value": 7000.0, "bound": "about", "counter": "rok", "day": "2024-03-18"},
        {"value": 1500.0, "method": "estimate", "counter": "csis", "day": "2024-05-01"},
    )
    chart = drawn(running_totals(table, unit="containers", sense="delivered"))
    words = svg_words(chart)
    assert "Seoul: about 7,000" in words
    assert "CSIS" in words
    assert "SRC" in words
    assert "13 October 2023: Seoul: more than 1,000" in chart.text


def test_a_total_that_was_repeated_is_named_once(rows: Rows) -> None:
    """Two equal labels side by side read like two totals; the months tell the statements apart."""
    same = {"value": 20000.0, "bound": "more than", "counter": "us-un"}
    days = ({"day": "2024-12-18"}, {"day": "2025-01-08"})
    table = claims(rows, {"value": 100.0, "day": "2023-10-13"}, *({**same, **day} for day in days))
    words = svg_words(drawn(running_totals(table, unit="containers", sense="delivered")))
    assert words.count("20,000, Dec") == 1
    assert "Jan 2025" in words


def test_each_shade_has_its_body_in_the_key(rows: Rows) -> None:
    """Two bodies of one government are told apart; a counter without a short name has no line."""
    table = claims(rows, *({"value": 9.0, "counter": each} for each in ("rok-mnd", "rok-dia", "x")))
    totals = running_totals(table, unit="containers", sense="delivered")
    assert [line.get_label() for line in colour_key(totals)] == ["Seoul (MND)", "Seoul (DIA)"]
    words = svg_words(drawn(totals))
    assert "Seoul (MND)" in words
    assert "Seoul (DIA)" in words


def test_year_only_total_is_drawn_over_its_year(rows: Rows) -> None:
    """No day is invented: the words say the year alone."""
    table = claims(rows, {"value": 33000.0, "counter": "rok", "statement_precision": "year"})
    table = table.assign(statement_last=pd.Timestamp("2023-12-31"))
    chart = drawn(running_totals(table, unit="containers", sense="delivered"))
    assert "2023: Seoul" in chart.text
    assert "October" not in chart.text


def test_no_total_is_a_sentence(rows: Rows) -> None:
    """A new book has none yet."""
    table = claims(rows, {"value": 1.0, "unit": "shells"})
    chart = drawn(running_totals(table, unit="containers", sense="delivered"))
    assert chart.text == "The record has no running total yet."


def test_year_only_total_ends_with_the_newest_page(rows: Rows) -> None:
    """A mark never stands after the last day on which the record could know of it."""
    table = claims(rows, {"value": 33000.0, "counter": "rok", "statement_precision": "year"})
    table = table.assign(statement_last=pd.Timestamp("2023-12-31"))
    day = pd.Timestamp("2023-11-01")
    (end,) = running_totals(table, unit="containers", sense="delivered", until=day)[
        "statement_last"
    ]
    assert end == day
