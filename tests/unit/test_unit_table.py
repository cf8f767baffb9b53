"""Units are data: singular, UDUNITS spelling and conversion come from the table of the record."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.claims.verdict_on_claimed_number import BoundedNumber, comparable
from skytally.core import evidence_line_name_constants as n
from skytally.core.data_dictionaries_and_vocabularies import words
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.number_and_date_words import with_unit
from skytally.core.project_root_lookup import PROJECT_VARIABLE
from skytally.core.unit_table import Unit, unit_of
from skytally.record.evidence_lines import line
from skytally.record.record_consistency_rules import record_faults

ROOT = Path(__file__).resolve().parents[2]
Rows = Callable[..., pd.DataFrame]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the record of another project, on which this process works."""
    ignored = shutil.ignore_patterns("editions", "scenes")
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=ignored)
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path))
    return tmp_path / "data" / "record"


def _append(path: Path, row: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("railcars", Unit("railcar", "1", "railcars", 1.0)),
        ("tonnes per year", Unit("tonnes per year", "t year-1", "tonnes per year", 1.0)),
        ("miles", Unit("mile", "mile", "km", 1.609344)),
        ("parsecs", Unit("parsecs", "1", "parsecs", 1.0)),
    ],
)
def test_unit_of_reads_the_table(word: str, expected: Unit) -> None:
    """Each word has its row; a word without one is counted, and the same in the singular."""
    assert unit_of(word) == expected


def test_a_new_unit_needs_rows_and_no_code(project: Path, rows: Rows) -> None:
    """Two rows of data give its singular in sentences, its CF unit in lines and its conversion."""
    _append(project / "vocabulary.csv", "unit,versts,versts")
    _append(project / "units.csv", "versts,verst,1.0668 km,km,1.0668")
    assert record_faults(project) == []
    assert with_unit("1", 1.0, "versts") == "1 verst"
    made = line(rows({"value": 2.0, "unit": "versts"}), title="t", history="h")
    assert made[n.VALUE].attrs["units"] == "1.0668 km"
    known = comparable(BoundedNumber(10.0, 10.0, 10.0, n.EXACTLY, "versts", "10 versts"))
    assert (known.value, known.unit) == (10.668, "km")


@pytest.mark.parametrize(
    ("vocabulary", "units", "expected"),
    [
        ("unit,versts,versts", "", "units.csv, column unit: found no row for 'versts'; add one"),
        ("", "versts,verst,,,", "column unit: found 'versts'; use a word of vocabulary unit"),
        ("", "miles,mile,mile,km,1.609344", "column unit: found 'miles' twice; keep one row"),
        ("unit,versts,versts", "versts,verst,,km,", "found one without the other; give compared"),
        ("unit,versts,versts", "versts,verst,,,2", "found one without the other; give compared"),
    ],
)
def test_units_out_of_step_are_refused(
    project: Path, vocabulary: str, units: str, expected: str
) -> None:
    """A word without a row, a row without a word, two rows and half a conversion are faults."""
    for name, row in (("vocabulary.csv", vocabulary), ("units.csv", units)):
        if row:
            _append(project / name, row)
    (fault,) = map(str, record_faults(project))
    assert expected in fault


FACTORS = [
    ("feet,foot,ft,m,0.3048", ""),
    ("feet,foot,ft,km,0.0003048", ""),
    ("feet,foot,,m,0.305", ""),
    ("yards,yard,0.9144 m,m,0.9144", ""),
    ("acres,acre,acre,m2,4046.86", ""),
    ("square feet,square foot,ft2,m2,0.09290304", ""),
    ("pounds,pound,lb,tonnes,0.000453592", ""),
    ("nautical miles,nautical mile,nautical_mile,km,1.852", ""),
    ("weeks,week,week,days,7", ""),
    ("pood,pood,,tonnes,0.01638", ""),
    ("versts,verst,1.0668 km,km,1.0668", ""),
    (
        "feet,foot,ft,m,3.28084",
        "column factor: found 3.28084, by which one foot is 3.28084 m; one foot is 0.3048 m; "
        "write 0.3048, or correct its other cells",
    ),
    ("feet,foot,ft,km,3280.84", "one foot is 0.0003048 km; write 0.0003048"),
    ("feet,,,m,3.28084", "by which one feet is 3.28084 m; one feet is 0.3048 m"),
    ("feet,foot,ft,m,304.8", "one foot is 0.3048 m; write 0.3048"),
    ("versts,verst,1.0668 km,km,0.937383", "one verst is 1.0668 km; write 1.0668"),
    ("acres,acre,acre,m2,0.000247", "one acre is 4046.8564224 m2"),
    ("hectares,hectare,ha,km2,100", "one hectare is 0.01 km2; write 0.01"),
    ("pounds,pound,lb,tonnes,2204.62", "one pound is 0.000453592 tonnes"),
    ("weeks,week,week,days,0.142857", "one week is 7 days; write 7"),
    ("weeks,week,week,days,70", "one week is 7 days; write 7"),
    ("nautical miles,nautical mile,nmile,miles,0.868976", "is 1.150779448 miles"),
    ("feet,foot,ft,tonnes,0.3048", "column compared_in: found 'tonnes' for 'feet', a unit of"),
    ("feet,foot,m,m,1", "column udunits: found 'm', which is not one foot; correct one of the two"),
]
"""Row of a new unit, and words of its one fault; empty for none."""


@pytest.mark.parametrize(("row", "expected"), FACTORS, ids=[row for row, _ in FACTORS])
def test_a_factor_that_no_unit_of_the_name_has_is_refused(
    project: Path, row: str, expected: str
) -> None:
    """The inverse of a factor, one of another prefix, and a unit of something else."""
    word = row.partition(",")[0]
    _append(project / "vocabulary.csv", f"unit,{word},{word}")
    _append(project / "units.csv", row)
    faults = [str(fault) for fault in record_faults(project)]
    assert len(faults) == (1 if expected else 0), faults
    assert not expected or expected in faults[0]


def test_every_unit_of_the_vocabulary_has_its_row() -> None:
    """The delivered vocabulary and the delivered table name the same units."""
    described = pd.read_csv(ROOT / "data/record/units.csv")["unit"]
    assert list(described) == list(words(ROOT / "data/record")["unit"])


def test_a_project_without_the_table_is_refused(project: Path) -> None:
    """A unit is never guessed where the table is gone."""
    (project / "units.csv").unlink()
    with pytest.raises(DataError, match=r"data/record/units\.csv: registered as 'units' but miss"):
        unit_of("railcars")
