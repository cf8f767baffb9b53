"""The record without some rows: what is selected in it is what a search in smaller tables gives."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.record.copied_reports import drop_copies
from skytally.record.evidence_lines import count_once
from skytally.record.record_without_rows import ReducedRecord, WholeRecord
from skytally.record.row_conditions import filtered

Rows = Callable[..., pd.DataFrame]
Tables = dict[str, pd.DataFrame]
ROWS = (
    {"source_id": "A", "value": 5.0},
    {"source_id": "B", "value": 5.0},
    {"source_id": "C", "value": 5.0, "text": "a copy of a copy"},
    {"source_id": "D", "value": 3.0, "counter": "voa"},
    {"source_id": "D", "value": 9.0, "counter": "voa"},
    {"source_id": "E", "value": 7.0, "state": "nothing seen"},
)
"""B copied A, and C copied B; the fourth and fifth are one sighting, and so are the last two."""


@pytest.fixture
def tables(rows: Rows) -> Tables:
    """Make a small record."""
    groups = [("G1", "X5", "yes"), ("G1", "X4", "no"), ("G2", "X5", "yes"), ("G2", "X6", "no")]
    return {
        "looks": rows(*ROWS),
        "sources": pd.DataFrame({"id": [*"ABCDE"], "derived_from": ["", "A", "B", "", ""]}),
        "same_observation": pd.DataFrame(
            [(*each, "one-sighting") for each in groups],
            columns=["group", "row_id", "keep", "relation"],
        ),
    }


@pytest.mark.parametrize(
    ("conditions", "once", "order"),
    [
        ("", True, "value text"),
        ("counter=csis", False, "value"),
        ("value>=5; state=counted", True, ""),
        ("text=a copy of a copy", False, ""),
    ],
)
def test_selected_rows_are_those_of_the_tables_without_the_rows(
    tables: Tables, conditions: str, once: bool, order: str
) -> None:
    """Every set of up to two rows of six, left out of the tables first and cut out afterwards."""
    whole, looks = WholeRecord(tables), tables["looks"]
    for size in range(3):
        for gone in map(frozenset, combinations(looks["id"], size)):
            left = drop_copies(looks[~looks["id"].isin(gone)], tables["sources"])
            plain = filtered(left, conditions)
            if once:
                plain = count_once(plain, tables["same_observation"])
            if order:
                plain = plain.sort_values(order.split(), kind="stable")
            reduced = ReducedRecord(whole, gone)
            found = reduced.selected("looks", conditions, once=once, order=order)
            assert [*found["id"]] == [*plain["id"]], gone
            assert [*reduced["looks"]["id"]] == [*left["id"]], gone


def test_rows_by_id_are_in_the_order_asked_for_and_must_be_left(tables: Tables) -> None:
    """Neither a row that is left out, nor a copy of one that is not, nor an unknown one."""
    whole = WholeRecord(tables)
    assert [*ReducedRecord(whole).rows("looks", ["X6", "X1"])["id"]] == ["X6", "X1"]
    without = ReducedRecord(whole, frozenset({"X1", "X6"}))
    assert [*without.rows("looks", ["X2"])["id"]] == ["X2"]
    for row in ("X6", "X3", "X9"):
        with pytest.raises(DataError, match=f"no row '{row}' in looks; correct the parameter"):
            without.rows("looks", [row])


def test_rows_that_agree_belong_together(tables: Tables) -> None:
    """One of three pages with the same row brings in the other two, and no row of its own."""
    whole = WholeRecord(tables)
    assert whole.with_copies("looks", ["X2", "X6"]) == {"X1", "X2", "X3", "X6"}
    assert whole.repeated == {"X1", "X2", "X3"}


def test_a_condition_that_cannot_be_read_is_refused(tables: Tables) -> None:
    """As in the tables themselves."""
    with pytest.raises(DataError, match="write column, one of"):
        ReducedRecord(WholeRecord(tables)).selected("looks", "nonsense")
