"""Rows that meet a condition: with their number, by day, or a sentence where there is none."""

from __future__ import annotations

import re

import pytest

from skytally.core import DataError
from skytally.press.sphinx_ext.rows_by_condition_directive import ChosenRows
from tests.support.directives_without_page import bare

FREIGHT = {"table": "rail_counts", "where": "quantity=rail freight", "caption": "Freight"}


def shown(**options: str) -> str:
    """HTML of the directive."""
    return str(bare(ChosenRows, arguments=("freight",), docname="rivals", **options).html())


def test_rows_stand_by_day_and_keep_their_bounds() -> None:
    """A bound stays, and each number leads to its row."""
    html = shown(**FREIGHT)
    years = [int(year) for year in re.findall(r'<th scope="row">(\d{4})', html)]
    assert years == sorted(years)
    assert ">more than 50,000 tonnes per year</a>" in html
    assert 'href="cards/row/R063.html"' in html


def test_no_row_is_said_to_be_none() -> None:
    """An empty table is a sentence."""
    assert "no such row yet" in shown(**{**FREIGHT, "where": "quantity=rail freight;value>=9e9"})


def test_a_missing_option_is_named() -> None:
    """The message names what is missing."""
    directive = bare(ChosenRows, arguments=("freight",), docname="rivals", caption="Freight")
    directive.name = "chosen-rows"
    with pytest.raises(DataError, match="chosen-rows: no table, where"):
        directive.html()
