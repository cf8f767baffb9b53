"""The newest total of each claimant: which it is, who is left out, and between which numbers."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.press.sphinx_ext.latest_totals_by_claimant_directive import (
    ClaimantTable,
    newest_totals,
    partial_totals,
)
from tests.support.directives_without_page import bare


def test_newest_total_of_a_claimant_is_a_running_one_of_what_was_delivered() -> None:
    """Capacities, single shipments and older totals are left out."""
    plain = {"counter": "dia", "cumulative": "yes", "sense": "delivered", "bound": "about"}
    rows = [
        {"id": "O1", "statement_last": "2024-08-27"},
        {"id": "O2", "statement_last": "2025-07-13"},
        {"id": "O3", "statement_last": "2025-08-13", "sense": "capacity"},
        {"id": "O4", "statement_last": "2025-09-13", "cumulative": "no"},
        {"id": "O5", "statement_last": "2023-09-13", "counter": "nis"},
    ]
    table = pd.DataFrame([{**plain, "quantity": "containers", **row} for row in rows])
    assert list(newest_totals(table, "containers")["id"]) == ["O2", "O5"]


@pytest.mark.parametrize(
    ("quantity", "words", "claimant"),
    [
        ("containers", "containers", "Multilateral Sanctions Monitoring Team"),
        ("artillery shells", "delivered shells", "Ukraine Foreign Intelligence Service (FISU)"),
    ],
)
def test_table_of_the_record_says_between_which_numbers(
    quantity: str, words: str, claimant: str
) -> None:
    """A minister reads how many separate lines there are, and why no more."""
    directive = bare(ClaimantTable)
    directive.options = {"quantity": quantity, "words": words}
    shown = directive.html()
    found = re.search(r"at least (\d+) and at most (\d+) separate lines", shown)
    assert found is not None
    assert 1 <= int(found[1]) < int(found[2]) <= shown.count("<tr>")
    assert claimant in shown
    assert 'href="cards/row/O0' in shown


def test_who_gives_a_number_for_a_part_of_the_time_only_is_named_as_left_out() -> None:
    """A number of one year is no running total, and a reader learns whose are missing."""
    claims = pd.DataFrame(
        [
            ("A", "nis", "delivered", "yes", "exactly", "shells"),
            ("B", "nis", "delivered", "no", "exactly", "shells"),
            ("C", "msmt", "delivered", "no", "at most", "shells"),
            ("D", "fisu", "delivered", "no", "about", "shells per month"),
            ("E", "osc", "capacity", "no", "about", "shells"),
            ("F", "un", "delivered", "no", "", "shells"),
        ],
        columns=["id", "counter", "sense", "cumulative", "bound", "unit"],
    ).assign(quantity="artillery shells", statement_last=pd.Timestamp("2025-05-29"))
    assert partial_totals(claims, "artillery shells")["id"].tolist() == ["C"]
    directive = bare(ClaimantTable, quantity="artillery shells", words="delivered shells")
    left_out = directive.html().partition("So the table leaves out")[2].partition("</p>")[0]
    assert "Multilateral Sanctions Monitoring Team with " in left_out
    assert "cards/row/O037" in left_out
    assert "Zelenskyy" in left_out


def test_an_option_that_is_missing_is_named() -> None:
    """The page is refused with what to give."""
    directive = bare(ClaimantTable)
    directive.name, directive.options = "claimant-table", {"quantity": "containers"}
    with pytest.raises(DataError, match="claimant-table: no words"):
        directive.html()
