"""Ships at Rajin by year: a count stands once, and a year without one says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.press.sphinx_ext import ship_traffic_by_year_directive
from skytally.press.sphinx_ext.ship_traffic_by_year_directive import (
    NO_COUNT,
    NO_SHIP,
    TrafficByYear,
    years_of_traffic,
)
from tests.support.directives_without_page import bare
from tests.support.evaluated_findings import evaluated_findings

Rows = Callable[..., pd.DataFrame]
Groups = Callable[..., pd.DataFrame]
SCOPES = pd.DataFrame({"id": ["pier", "whole", "dunai"], "site": ["rajin", "rajin", "dunai"]})
BETWEEN = ("port-imagery.calls_voa_after_2023", "port-imagery.rate_voa_after_2023")


def counts(rows: Rows, *changes: dict[str, Any]) -> pd.DataFrame:
    """Make counts of calls at a pier of Rajin by VOA in the year 2023, unless changed."""
    plain = {"unit": "calls", "vessel": "", "cargo": "", "scope": "pier", "counter": "voa"}
    days = {"date_first": "2023-08-01", "date_last": "2023-12-31", "value": 26.0}
    made = [{**plain, **days, **change} for change in changes]
    ends = ("date_first", "date_last")
    return rows(*[{**row, **{end: pd.Timestamp(row[end]) for end in ends}} for row in made])


def sightings(rows: Rows, *changes: dict[str, Any]) -> pd.DataFrame:
    """Make sightings of a ship at a pier of Rajin in 2023, unless changed."""
    plain = {"scope": "pier", "cargo": "", "state": "seen"}
    made = [{**plain, **change} for change in changes]
    for row in made:
        row["date_first"] = row["date_last"] = pd.Timestamp(row["day"])
    return rows(*made)


def test_each_count_stands_in_its_year_and_a_longer_one_in_a_row_of_its_own(
    rows: Rows, groups: Groups
) -> None:
    """Coal, other ports and ships beside calls are left out; the year between has no count."""
    table = counts(
        rows,
        {"id": "A"},
        {"id": "B", "unit": "ships"},
        {"id": "C", "scope": "dunai"},
        {"id": "D", "cargo": "coal"},
        {"id": "E", "value": 62.0, "date_last": "2025-03-09"},
        {"id": "F", "unit": "ships", "date_first": "2025-04-01", "date_last": "2025-06-30"},
        {"id": "G", "unit": "ships", "scope": "whole", "date_last": "2024-09-04"},
        {"id": "H", "cargo": "mixed", "date_first": "2025-10-01", "date_last": "2025-10-31"},
    )
    seen = sightings(
        rows,
        {"id": "S1", "day": "2023-09-01"},
        {"id": "S2", "day": "2023-10-01"},
        {"id": "S3", "day": "2023-11-01", "state": "nothing-seen"},
        {"id": "S4", "day": "2026-01-13"},
    )
    made = years_of_traffic(table, seen, groups(), SCOPES, pd.Timestamp("2026-07-08"))
    found = {
        (each.first, each.last): (
            [row["id"] for row in each.counts],
            each.newest and each.newest["id"],
        )
        for each in made
    }
    assert found == {
        (2023, 2023): (["A"], "S2"),
        (2023, 2024): (["G"], None),
        (2023, 2025): (["E"], None),
        (2024, 2024): ([], None),
        (2025, 2025): (["H"], None),
        (2026, 2026): ([], "S4"),
    }


def test_no_count_at_all_makes_no_year(rows: Rows, groups: Groups) -> None:
    """A table without counts of the port is empty."""
    table = counts(rows, {"id": "A", "scope": "dunai"})
    assert (
        years_of_traffic(table, sightings(rows, {"day": "2023-09-01"}), groups(), SCOPES, None)
        == []
    )


def test_the_record_fills_each_year(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The calls between two totals stand once, with bound and rate, and no year takes another's."""
    known = {each["key"]: each for each in evaluated_findings()}
    monkeypatch.setattr(ship_traffic_by_year_directive, "findings", lambda _app: known)
    html = bare(
        TrafficByYear, srcdir=str(tmp_path), docname="synthesis", between=" ".join(BETWEEN)
    ).html()
    rows = html.partition("<tbody>")[2].split("</tr>")
    heads = re.findall(r'<tr><th scope="row">(.*?)</th>', html)
    assert heads == sorted(heads)
    assert [each for each in heads if " to " not in each] == ["2023", "2024", "2025", "2026"]
    (both,) = [row for row in rows if '"row">2024 to 2025<' in row]
    assert both.count("between its two totals (1.9 to 3.2 a month)") == 1
    assert html.count("between its two totals") == 1
    (longer,) = [row for row in rows if '"row">2023 to 2024<' in row]
    assert "at least 25 calls" in longer
    assert html.count("at least 25 calls") == 1
    assert "20 ships" in longer
    # the page that was read stands beside each card
    assert longer.count('<a href="http') >= 2
    assert both.count('<a href="http') >= 2
    assert ", ships of other trade among them, " in html
    assert "no call<" not in html
    assert NO_COUNT not in html
    assert NO_SHIP not in html


def test_voyages_of_nearly_a_year_stand_in_that_year(rows: Rows, groups: Groups) -> None:
    """A count of whole voyages stands with a year that it nearly fills, or with its years."""
    voyages = {"unit": "voyages", "scope": "no-port", "date_last": "2024-12-15"}
    table = counts(
        rows,
        {"id": "A"},
        {"id": "B", **voyages, "date_first": "2024-01-01"},
        {"id": "C", **voyages, "date_first": "2024-06-01"},
        {"id": "D", **voyages},
    )
    seen = sightings(rows, {"id": "S", "day": "2023-09-01"})
    made = years_of_traffic(table, seen, groups(), SCOPES, pd.Timestamp("2024-12-31"))
    found = {(each.first, each.last): [row["id"] for row in each.voyages] for each in made}
    assert found == {(2023, 2023): [], (2023, 2024): ["D"], (2024, 2024): ["B"]}


def test_words_without_a_number_stand_in_their_year(rows: Rows, groups: Groups) -> None:
    """Who wrote that there were few signs gave no count, and is not silent on that year."""
    wordless = {"unit": "", "bound": "", "quantity": "ship calls", "value": None}
    days = {"date_first": "2025-08-01", "date_last": "2025-09-30"}
    table = counts(rows, {"id": "A"}, {"id": "F", **wordless, **days})
    seen = sightings(rows, {"day": "2023-09-01"})
    made = years_of_traffic(table, seen, groups(), SCOPES, pd.Timestamp("2025-12-31"))
    assert {each.first: [row["id"] for row in each.words] for each in made} == {
        2023: [],
        2024: [],
        2025: ["F"],
    }
    assert made[-1].counts == ()
