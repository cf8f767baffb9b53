"""Table of shells a container: who reckoned with how many, by which two printed numbers."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from skytally.press.sphinx_ext.cached_record_and_findings import originals, table
from skytally.press.sphinx_ext.shells_per_container_directive import (
    CLAIMS,
    ShellsPerContainer,
    capacity_pairs,
    quotient_text,
    shells_without_pair,
)
from tests.support.directives_without_page import bare


def rows() -> list[list[str]]:
    """Cells of the table, as text."""
    shown = str(bare(ShellsPerContainer, docname="lines/official-claims").html())
    lines = shown.partition("<tbody>")[2].split("<tr")[1:]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in lines]


def test_each_pair_is_of_one_statement_or_names_whose_containers_it_takes() -> None:
    """Two alternatives stand apart, and a total of somebody else is named as such."""
    cells = {re.findall(r"row/(O[\d.]+)\.html", row[2])[0]: row for row in rows()}
    assert cells["O010.2"][1] == "1,000,000 / 2,000 = 500"
    assert cells["O010.3"][1] == "200,000 / 2,000 = 100"
    assert cells["O059"][1].endswith("= 300 to 500")
    assert "row/O003" in cells["O059"][3]
    assert ", by " in cells["O059"][3]
    assert ", by " not in cells["O042"][3]


def test_the_range_of_the_open_source_centre_takes_the_containers_of_its_rounding() -> None:
    """Its own row names no containers; the row that it stands for does."""
    pairs = {shells["id"]: boxes["id"] for shells, boxes in capacity_pairs(*_tables())}
    assert pairs["O065"] == "O033"
    assert "O034" not in pairs
    assert not {"O067", "O049"} & {*pairs}


def test_containers_of_another_page_are_named_as_such() -> None:
    """Two pages on one briefing, or on one estimate; all other pairs are of one page."""
    marked = [
        re.findall(r"row/(O[\d.]+)\.html", row[2])[0]
        for row in rows()
        if ", of another page" in row[3]
    ]
    assert marked == ["O015", "O015.2", "O065"]


def test_shells_stated_beside_containers_are_divided_and_marked() -> None:
    """Contents that are stated as delivered are in the table, too, if page and day are one."""
    cells = {re.findall(r"row/(O[\d.]+)\.html", row[2])[0]: row for row in rows()}
    assert cells["O046"][1].endswith("= 450")
    assert cells["O114.2"][1] == cells["O115.2"][1] == "6,000,000 / 20,000 = 300"
    assert all("no conversion named" in cells[row][2] for row in ("O046", "O114.2", "O115.2"))
    assert "no conversion named" not in cells["O042"][2]


def test_rows_without_containers_of_their_page_are_named() -> None:
    """No row of shells drops out without a word, of a body that states no containers neither."""
    left_out = shells_without_pair(*_tables())
    assert {"O037", "O043", "O049", "O067"} <= {*left_out}
    assert not {"O046", "O065"} & {*left_out}
    shown = str(bare(ShellsPerContainer, docname="lines/official-claims").html())
    assert all(f"row/{row}.html" in shown.partition("Not divided")[2] for row in left_out)


def test_a_statement_without_containers_has_no_quotient() -> None:
    """A row whose containers are gone is left out, and the others stay."""
    claims, groups = _tables()
    without = capacity_pairs(claims[claims["id"] != "O041"], groups)
    assert "O042" not in {shells["id"] for shells, _ in without}
    assert len(without) == len(capacity_pairs(claims, groups)) - 1


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (15e6, None, None, "15,000,000 / 33,000 = 450"),
        (None, 4.2e6, 5.8e6, "4,200,000 to 5,800,000 / 33,000 = 130 to 180"),
    ],
)
def test_a_range_is_divided_at_both_ends(
    value: float | None, low: float | None, high: float | None, words: str
) -> None:
    """Made-up numbers, worked by hand."""
    nan = float("nan")
    common = {"bound": "about", "wording": "", "method": "converted", "unit": "shells"}
    ends = {"value": value, "low": low, "high": high}
    shells = common | {key: nan if end is None else end for key, end in ends.items()}
    boxes = common | {"value": 33000.0, "low": nan, "high": nan, "unit": "containers"}
    assert quotient_text(shells, boxes) == words


def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    return originals(CLAIMS), table("same_observation")


def test_the_line_above_the_table_has_its_least_and_its_highest_quotient() -> None:
    """Both ends stand in the table below."""
    shown = str(bare(ShellsPerContainer, docname="lines/official-claims").html())
    said = re.search(r"comes to ([\d,]+) to ([\d,]+) shells", shown)
    assert said is not None
    found = [
        int(each.replace(",", ""))
        for row in rows()
        for each in re.findall(r"[\d,]+", row[1].partition("=")[2])
    ]
    assert [*map(int, said.groups())] == [min(found), max(found)]
