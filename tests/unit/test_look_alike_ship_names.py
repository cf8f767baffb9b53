"""Names of ships that look alike: one ship must not become two."""

from __future__ import annotations

import pandas as pd
import pytest

from skytally.core import data_folder, read_table
from skytally.core.data_dictionaries_and_vocabularies import table_names
from skytally.record.look_alike_ship_names import look_alike_faults
from skytally.record.record_consistency_rules import record_faults


def _table(*names: str, column: str = "vessel") -> pd.DataFrame:
    return pd.DataFrame({"line": range(2, 2 + len(names)), column: names})


@pytest.mark.parametrize(
    "name",
    ["Maia\u20111", "Maia\u20131", "\u041caia-1", "Mai\u0430-1", "maia-1", "MAIA-1", "Maia 1",
     "Maia - 1"],
)  # fmt: skip
def test_a_spelling_that_looks_like_the_usual_one_is_refused(name: str) -> None:
    """The fault shows which signs differ, and which spelling to copy."""
    (fault,) = look_alike_faults({"a": _table("Maia-1", "Maia-1"), "b": _table("Angara", name)})
    assert (fault.file, fault.line, fault.column) == ("b.csv", 3, "vessel")
    assert fault.found.isascii()
    assert "'Maia-1'" in fault.advice


def test_of_two_single_spellings_that_of_plain_letters_stands() -> None:
    """A name pasted once is refused even where the ship is new."""
    (fault,) = look_alike_faults({"a": _table("Adler\u2011M", "Adler-M", column="other_ship")})
    assert (fault.line, fault.column) == (2, "other_ship")


def test_other_ships_and_doubtful_names_are_let_pass() -> None:
    """A word more is another name, and no name is none."""
    names = "Maria", "Maria E", "Lady R", "Lady R (probable)", "Angara or Lady R", ""
    assert [*look_alike_faults({"a": _table(*names)})] == []


def test_the_record_has_no_such_names_and_the_check_asks() -> None:
    """Every table with ships is looked through."""
    folder = data_folder() / "record"
    tables = {name: read_table(folder / f"{name}.csv") for name in table_names(folder)}
    assert [*look_alike_faults(tables)] == []
    assert record_faults(folder) == []
