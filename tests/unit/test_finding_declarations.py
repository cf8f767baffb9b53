"""Tables of findings: their vocabulary and dictionary, their parameters and derived columns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from skytally.core import data_registry
from skytally.core.data_dictionaries_and_vocabularies import columns, words
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.table_reader import read_table
from skytally.findings.finding_declarations import (
    COLUMNS,
    KINDS,
    arguments_of,
    parameter,
    read_declarations,
    substituted,
)
from skytally.findings.named_estimate_and_count_computations import COUNTS, ESTIMATES
from skytally.press.declared_finding_checks_with_parameters import findings_folder
from skytally.record import with_derived_columns
from tests.support.made_up_declarations import PARAMETERS, estimate

PAGES = (
    "ais-gaps", "depot-expansion", "official-claims", "port-imagery", "rail-counts", "synthesis",
)  # fmt: skip


def test_the_vocabulary_is_what_the_code_knows(root: Path) -> None:
    """A kind or an estimate cannot be declared without code, nor stand in code unseen."""
    known = words(root / "data/findings")
    assert set(known["finding_kind"]) == set(KINDS)
    assert set(known["estimate"]) == {*ESTIMATES, *COUNTS}


def test_every_page_has_the_same_dictionary(root: Path) -> None:
    """The tables have one shape, and the columns that the code reads."""
    tables = [columns(root / f"data/findings/{page}.csv") for page in PAGES]
    assert all(table == tables[0] for table in tables)
    assert tuple(column.name for column in tables[0]) == COLUMNS


def test_every_word_of_the_vocabulary_is_used_or_tried() -> None:
    """Estimates are all declared by some page; so nothing stands there for its own sake."""
    declared = read_declarations(findings_folder() / f"{page}.csv" for page in PAGES)
    assert {each.estimate for each in declared} - {""} == {*ESTIMATES, *COUNTS}
    assert {each.kind for each in declared} == set(KINDS)


def test_a_parameter_is_a_value_a_position_or_a_list_of_ids() -> None:
    """A list names several rows, a position one; what is no parameter stays as it is."""
    assert substituted("R031 $baseline_row", PARAMETERS) == "R031 R001"
    assert substituted("date_first>=$closure[0]", PARAMETERS) == "date_first>=2020-02-01"
    assert [parameter(text, PARAMETERS) for text in ("$sites_watched", "7", "0.5", "rajin")] == [
        4, 7, 0.5, "rajin",
    ]  # fmt: skip
    assert arguments_of(estimate(), PARAMETERS) == {
        "closure": PARAMETERS["closure"],
        "sites": 4,
    }


def test_a_parameter_cannot_smuggle_in_a_condition() -> None:
    """A semicolon would begin another condition."""
    with pytest.raises(DataError, match="holds a semicolon"):
        substituted("vessel~$name", {"name": "Angara;counter=csis"})


def test_derived_columns_are_site_and_one_day() -> None:
    """The site of a scope, and whether a row is dated to one known day."""
    tables = {name: read_table(data_registry.path(name)) for name in ("ship_sightings", "scopes")}
    derived = with_derived_columns(tables)["ship_sightings"].set_index("id")
    assert derived.loc["P004", ["site", "one_day"]].tolist() == ["rajin", "yes"]
    assert derived.loc["P049", "one_day"] == "no"
    assert isinstance(derived, pd.DataFrame)
