"""Tables of voyages on the ports page: by counter, and by ship."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from skytally.press.sphinx_ext.voyage_and_port_call_directives import (
    ShipVoyages,
    VoyageTotals,
    is_one_ship,
    larger_before,
    latest_totals,
    named_voyages,
)
from tests.support.directives_without_page import bare

Rows = Callable[..., pd.DataFrame]
Groups = Callable[..., pd.DataFrame]


def counts(rows: Rows, *changes: dict[str, Any]) -> pd.DataFrame:
    """Make running counts of calls since August 2023, unless changed."""
    plain = {"unit": "calls", "vessel": "", "cargo": "", "date_first": pd.Timestamp("2023-08-01")}
    made = [{**plain, **change, "date_last": pd.Timestamp(change["until"])} for change in changes]
    return rows(*made)


@pytest.mark.parametrize(
    ("names", "one"),
    [
        ("Lady R", True),
        ("Maia-1", True),
        ("", False),
        ("four ships", False),
        ("all large vessels", False),
        ("Angara and Maria together", False),
        ("Angara or Lady R", False),
        ("Angara; Maria", False),
        ("Angara, Lady R, Maria, Maia-1", False),
    ],
)
def test_only_a_name_is_a_ship(names: str, one: bool) -> None:
    """A phrase and a list of names belong to no single ship."""
    assert is_one_ship(names) == one


def test_a_total_below_an_earlier_one_of_its_counter_is_noted(rows: Rows) -> None:
    """Only what is the larger for certain, of the same counter, and not of one ship."""
    table = counts(
        rows,
        {"id": "A", "value": 26.0, "until": "2023-12-31", "bound": "about"},
        {"id": "B", "value": 20.0, "until": "2024-09-04", "bound": "exactly"},
        {"id": "C", "value": 25.0, "until": "2024-09-04", "bound": "exactly"},
        {"id": "D", "value": 20.0, "until": "2024-09-04", "bound": "at least"},
        {"id": "E", "value": 20.0, "until": "2024-09-04", "bound": "exactly", "counter": "voa"},
        {"id": "F", "value": 9.0, "until": "2024-09-04", "bound": "exactly", "vessel": "Angara"},
    ).assign(counter=["csis"] * 4 + ["voa", "csis"])
    found = {row["id"]: larger_before(row, table) for row in table.to_dict("records")}
    assert {name: row and row["id"] for name, row in found.items()} == {
        "A": None, "B": "A", "C": None, "D": None, "E": None, "F": None,
    }  # fmt: skip
    shown = bare(VoyageTotals, docname="lines/port-imagery").html()
    assert re.search(r"total, <a [^>]*>an estimated 26 calls</a> to 31 December 2023", shown)


def test_totals_keep_the_last_of_each_counter_and_leave_out_other_trade(
    rows: Rows, groups: Groups
) -> None:
    """Earlier totals, single weeks, coal ships and rows without a number are not in the table."""
    table = counts(
        rows,
        {"id": "A", "value": 10.0, "until": "2023-10-31"},
        {"id": "B", "value": 25.0, "until": "2024-02-12"},
        {"id": "C", "value": 35.0, "until": "2024-02-12", "counter": "voa"},
        {"id": "D", "value": 4.0, "until": "2024-02-12", "cargo": "coal", "scope": "rajin"},
        {"id": "E", "bound": "", "until": "2024-03-12"},
        {"id": "F", "value": 11.0, "until": "2024-01-31", "vessel": "Angara"},
    )
    week = table[table["id"] == "A"].assign(
        id="G", date_first=pd.Timestamp("2024-03-01"), date_last=pd.Timestamp("2024-03-07")
    )
    chosen = latest_totals(pd.concat([table, week], ignore_index=True), groups())
    assert set(chosen["id"]) == {"B", "C", "F"}


def test_a_voyage_that_two_rows_describe_stands_once(rows: Rows, groups: Groups) -> None:
    """The row that stands for its group is shown; single voyages come by ship and day."""
    single = rows(
        {"id": "V1", "vessel": "Maria", "depart_first": pd.Timestamp("2023-10-01")},
        {"id": "V2", "vessel": "Angara", "depart_first": pd.Timestamp("2023-09-08")},
        {"id": "V3", "vessel": "Angara", "depart_first": pd.Timestamp("2023-09-07")},
        {"id": "V4", "vessel": "Angara; Maria", "depart_first": pd.Timestamp("2023-09-01")},
    )
    totals = counts(rows, {"id": "T1", "value": 9.0, "until": "2024-02-29", "vessel": "Maia-1"})
    same = groups(("G1", "V2", "one-sighting", "yes"), ("G1", "V3", "one-sighting", "no"))
    assert [row["id"] for row in named_voyages(single, totals, same)] == ["V2", "T1", "V1"]


@pytest.mark.parametrize("directive", [VoyageTotals, ShipVoyages])
def test_tables_link_each_row_from_a_page_in_a_folder(directive: type) -> None:
    """The page of a line lies in a folder, so its links go up one; each number has its bound."""
    shown = str(bare(directive, docname="lines/port-imagery").html())
    body = shown.partition("<tbody>")[2]
    links = re.findall(r'href="([^"]*)"', body)
    assert links
    rows = [link for link in links if link.startswith("../cards/row/")]
    others = ("../cards/ship/", "../cards/source/")
    assert all(link.startswith(others) for link in links if link not in rows)
    noted = body.count("; its earlier total, ")
    assert len(rows) == body.count("<tr") + noted


def test_a_day_comes_after_the_month_that_holds_it(rows: Rows, groups: Groups) -> None:
    """One total that two pages date, one to the day and one to the month, ends on the day."""
    table = counts(
        rows,
        {"id": "A", "value": 32.0, "until": "2024-02-12", "precision_last": "day"},
        {"id": "B", "value": 32.0, "until": "2024-02-29", "precision_last": "month"},
    )
    assert list(latest_totals(table, groups())["id"]) == ["A"]


def test_totals_of_the_record_name_counter_ships_and_period() -> None:
    """What a reader asks: who counted how many, of which ships, from when to when."""
    words = re.sub(r"<[^>]*>", " ", bare(VoyageTotals).html())
    assert re.search(r"CSIS Beyond Parallel\s+at least 25 calls\s+Rajin, whole port", words)
    assert "August 2023 to 12 February 2024" in words
    assert "owner not stated; no, a report" in words
    assert "Planet Labs; yes" in words
