"""Words and intervals that the verifier works out by itself: those of the package."""

from __future__ import annotations

import math
import random
from datetime import date
from pathlib import Path

import pytest

from skytally.core import (
    limits,
    quantity_of,
    quantity_text,
    read_table,
    rounding_interval,
    when,
    when_stated,
    with_preposition,
)
from skytally.editions.edition_rows_and_hashes import table_rows
from skytally.editions.packet_verifier import recompute
from skytally.findings.date_lag_and_order_findings import _chance_words
from skytally.record import date_columns
from skytally.statistics import Bracket, change_order

TABLES = ("rail_counts", "quay_stocks", "ship_sightings", "voyage_counts", "official_claims",
          "depot_observations")  # fmt: skip
BRACKETS = 400
"""Pairs of brackets drawn by seed."""


@pytest.mark.parametrize("table", TABLES)
def test_numbers_and_words_of_rows_are_those_of_the_book(root: Path, table: str) -> None:
    """For every row of the record interval, words and dates are those of the package."""
    path = root / "data/record" / f"{table}.csv"
    cells, compared = table_rows(path)[1], 0
    rows = read_table(path)
    columns = date_columns(rows.columns)
    for row in rows.to_dict("records"):
        mine, quantity = cells[row["id"]], quantity_of(row)
        dates = (when if columns[0] == "date_first" else when_stated)(*map(row.get, columns))
        assert recompute._row_dates(mine, [*columns]) == dates, row["id"]
        assert recompute._placed(dates) == with_preposition(dates)
        low, high = limits(quantity)
        if math.isnan(low) or math.isnan(high):
            continue
        found = recompute._interval(mine)
        assert found == pytest.approx((low, high), abs=1e-9), row["id"]
        said = quantity_text(quantity)
        assert recompute._quantity_words(mine, said) == said, row["id"]
        compared += 1
    assert compared > 20


@pytest.mark.parametrize(
    ("bound", "wording", "method", "ends", "words"),
    [
        ("about", "", "statement", (1005.0, 1015.0), "about 1,010 ships"),
        ("about", "", "count", (909.0, 1111.0), "about 1,010 ships"),
        ("about", "-odd", "statement", (1010.0, 1020.0), "1,010-odd ships"),
        ("at most", "no more than about", "statement", (0.0, 1015.0),
         "no more than about 1,010 ships"),
        ("more than", "", "count", (1010.0, math.inf), "more than 1,010 ships"),
        ("exactly", "", "count", (1010.0, 1010.0), "1,010 ships"),
    ],
)  # fmt: skip
def test_made_up_numbers_worked_by_hand(
    bound: str, wording: str, method: str, ends: tuple[float, float], words: str
) -> None:
    """A number of 1010 in all wordings."""
    cells = {"value": "1010", "low": "", "high": "", "bound": bound, "wording": wording,
             "method": method, "unit": "ships"}  # fmt: skip
    assert recompute._interval(cells) == pytest.approx(ends, abs=1e-9)
    assert rounding_interval(1010) == (1005.0, 1015.0)
    assert recompute._quantity_words(cells, "") == words


@pytest.mark.parametrize(
    ("value", "said", "words"),
    [
        ("1", "1 ship", "1 ship"),
        ("1", "1 shipyard of many", "1 ships"),
        ("1", "1 train", "1 ships"),
        ("0", "no ship", "no ship"),
        ("0", "no doubt", "no ships"),
        ("2", "2 ship", "2 ships"),
    ],
)
def test_a_unit_may_be_singular_after_one_and_none(value: str, said: str, words: str) -> None:
    """Other words than the unit in the singular are not taken for it."""
    row = {"value": value, "low": "", "high": "", "bound": "exactly", "wording": "",
           "unit": "ships"}  # fmt: skip
    assert recompute._quantity_words(row, said) == words


def test_words_of_brackets_and_orders_are_those_of_the_book() -> None:
    """The words of dates, lags and chances drawn by seed are those of the package."""
    chance, settled = random.Random(1873), 0
    epoch = date(1970, 1, 1).toordinal()
    for _ in range(BRACKETS):
        ends = [sorted(chance.choices(range(19600, 19700), k=2)) for _ in "ab"]
        if chance.random() < 0.2:
            ends[chance.randrange(2)][0] = -math.inf
        if chance.random() < 0.3:
            ends[0][0] = ends[0][1]
        first, second = (Bracket(*map(float, pair), ("made up",)) for pair in ends)
        one, other = ([epoch + day for day in pair] for pair in ends)
        assert recompute._bracket_words(*one) == first.words
        order = change_order(first, second)
        lag = (order.low, order.high)
        if math.isfinite(max(map(abs, lag))) or min(map(abs, lag)) < math.inf:
            assert recompute._lag_words(*lag) == order.words
        settled += order.is_settled
        if not order.is_settled:
            found = recompute._chance((one[0], one[1]), (other[0], other[1]))
            assert found == pytest.approx(order.p_first, nan_ok=True, abs=1e-9)
            assert recompute._chance_words(found) == f"a chance of {_chance_words(order.p_first)}"
    assert 20 < settled < BRACKETS - 20
