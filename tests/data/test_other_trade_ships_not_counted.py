"""Ships of other trade, such as coal, never enter what is counted of the ships with containers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.core import columns, data_folder, table_names
from skytally.record import filtered, with_derived_columns

DATA = Path(__file__).resolve().parents[2] / "data"
RECORD = DATA / "record"
WITH_CARGO = sorted(
    name
    for name in table_names(RECORD)
    if "cargo" in {column.name for column in columns(RECORD / f"{name}.csv")}
)
PLACES = {
    **{f"findings/{name}.csv": "where" for name in table_names(DATA / "findings")},
    "claims/rules.csv": "where",
    "charts/timeline_lanes.csv": "condition",
}
"""Table of selections to the column with their conditions."""
Table = Callable[[str], pd.DataFrame]


def _selections() -> list[tuple[str, str, str]]:
    """Name, table and conditions of each selection from a table with ships of other trade."""
    found = []
    for place, conditions in PLACES.items():
        with (DATA / place).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                # a finding on other findings rests on the rows that those select
                elsewhere = row.get("rows") or "@" in row.get("of", "")
                if row["table"] in WITH_CARGO and not elsewhere:
                    found.append((next(iter(row.values())), row["table"], row[conditions]))
    return found


@pytest.fixture(scope="module")
def derived(table: Table) -> dict[str, pd.DataFrame]:
    """Tables with ships of other trade, and the columns that conditions may use."""
    return with_derived_columns({name: table(name) for name in (*WITH_CARGO, "scopes")})


def test_tables_with_ships_have_a_cargo_and_rows_of_other_trade(table: Table) -> None:
    """The column is there for something: coal lies in each of the tables."""
    assert WITH_CARGO == ["ais_events", "quay_stocks", "ship_sightings", "voyage_counts"]
    for name in WITH_CARGO:
        assert "coal" in set(table(name)["cargo"]), name


@pytest.mark.parametrize(("name", "table_name", "where"), _selections())
def test_a_selection_takes_no_ship_of_other_trade_unawares(
    derived: dict[str, pd.DataFrame], name: str, table_name: str, where: str
) -> None:
    """Whatever is selected by conditions leaves other trade out, or names it."""
    # what depends on a parameter or another finding narrows the selection further
    clauses = [each for each in where.split(";") if "$" not in each and "@" not in each]
    rows = filtered(derived[table_name], ";".join(clauses))
    assert "cargo" in where or not (rows["cargo"] != "").any(), name


def test_quoted_rows_are_of_no_other_trade(table: Table) -> None:
    """A row that a finding names by its id is of the ships with containers."""
    cargo = {row["id"]: row["cargo"] for name in WITH_CARGO for _, row in table(name).iterrows()}
    for name in table_names(data_folder() / "findings"):
        with (DATA / f"findings/{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert {cargo.get(each, "") for each in row["rows"].split()} <= {""}, row["key"]
