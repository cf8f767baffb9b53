"""Tables of which only cited rows count in a content key: rows nobody cites change no finding."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from skytally.core import data_registry
from skytally.core.table_reader import read_table
from skytally.findings.finding_computation_from_declarations import REFERRED_TO, evaluate
from skytally.findings.finding_declarations import read_declarations, tables_read
from skytally.press.declared_finding_checks_with_parameters import page_parameters
from skytally.record.copied_reports import drop_copies

PAGES = sorted(
    path.stem
    for path in (Path(__file__).resolve().parents[2] / "data/findings").glob("*.csv")
    if not path.name.endswith(".dictionary.csv") and path.stem != "vocabulary"
)


def _with_uncited(table: pd.DataFrame) -> pd.DataFrame:
    """Put a copy of the first rows before a table, under ids that nothing cites."""
    new = table.head(5).assign(id=[f"UNCITED_{number}" for number in range(min(5, len(table)))])
    grown = pd.concat([new, table], ignore_index=True)
    grown.attrs = table.attrs
    return grown


@pytest.mark.parametrize("page", PAGES)
def test_uncited_rows_change_no_finding(page: str) -> None:
    """A source, scope or counter that no row cites leaves every finding of a page as it is."""
    slug = f"findings_{page.replace('-', '_')}"
    declarations = read_declarations([data_registry.path(slug)])
    tables = {name: read_table(data_registry.path(name)) for name in tables_read(declarations)}
    parameters = page_parameters()
    grown = {
        name: _with_uncited(table) if name in REFERRED_TO else table
        for name, table in tables.items()
    }
    assert any(len(grown[name]) > len(tables[name]) for name in tables)
    before = evaluate(declarations, tables, parameters=parameters)
    assert evaluate(declarations, grown, parameters=parameters) == before
    assert before


@pytest.mark.parametrize("name", ["ship_sightings", "official_claims", "events"])
def test_uncited_sources_drop_no_row(name: str) -> None:
    """Which rows are copies follows from the sources that they cite."""
    rows, sources = read_table(data_registry.path(name)), read_table(data_registry.path("sources"))
    assert list(drop_copies(rows, _with_uncited(sources))["id"]) == list(
        drop_copies(rows, sources)["id"]
    )
