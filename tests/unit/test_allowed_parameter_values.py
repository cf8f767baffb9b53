"""Limits of parameters: what a value may be is known before any notebook runs."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from skytally.claims import read_tables
from skytally.core import data_folder
from skytally.press import declared_finding_checks_with_parameters
from skytally.press.allowed_parameter_values import limit_table_faults, read_limits
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    finding_faults,
    page_parameters,
)
from skytally.press.notebook_parameter_reader_and_checks import (
    declared_parameters,
    parameter_faults,
)
from skytally.press.parameter_values_to_try import range_faults
from skytally.press.project_paths import line_names
from skytally.record import WholeRecord

Write = Callable[[str, str], None]


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the data and the notebooks."""
    made = tmp_path_factory.mktemp("limits") / "project"
    ignored = shutil.ignore_patterns("_build", "params", "scenes", "measured", ".*")
    for part in ("data", "notebooks", "book"):
        shutil.copytree(root / part, made / part, ignore=ignored)
    (made / "notebooks/params").mkdir()
    return made


@pytest.fixture
def write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Return a function that writes a parameter file of the copy."""
    monkeypatch.setenv("SKYTALLY_PROJECT", str(folder))
    limits = folder / "data/parameter_limits.csv"
    before = limits.read_bytes()

    def write_file(page: str, text: str) -> None:
        (folder / f"notebooks/params/{page}.yml").write_text(text, encoding="utf-8")

    yield write_file
    limits.write_bytes(before)
    for path in (folder / "notebooks/params").iterdir():
        path.unlink()


def test_every_parameter_of_the_book_has_limits(write: Write) -> None:
    """A parameter whose values nobody limits is refused by a notebook, minutes later."""
    limits = read_limits(["2023-01-01"])
    every = {(page, name) for page in line_names() for name in declared_parameters(page)}
    assert {pair for pair in every if pair[1] != "out"} == set(limits)
    assert limit_table_faults(page_parameters()) == []
    assert parameter_faults() == []


@pytest.mark.parametrize(
    ("page", "text", "expected"),
    [
        ("rail-counts", "sites_watched: 0", "sites_watched: found 0; allowed is 1 to 1000 ("),
        ("rail-counts", "sites_watched: 1001", "sites_watched: found 1001; allowed is 1 to 1000"),
        ("rail-counts", 'summit: "1950-01-01"', 'summit: found "1950-01-01"; allowed is 2006-'),
        ("port-imagery", "ships_at_once: [3, 1]", "ships_at_once: found 3 before 1; write the sma"),
        ("port-imagery", "ships_at_once: [0, 2]", "ships_at_once: found 0; allowed is 1 to 9"),
        ("coverage", 'last: "3023-01"', 'last: found "3023-01"; allowed is 2006-10-14 to'),
        ("coverage", "longest_gaps: 0", "longest_gaps: found 0; allowed is 1 to 100 ("),
        (
            "coverage",
            'sensors: ["sentinel-2", "sentinel-1", "landsatt"]',
            'sensors: found "landsatt", which is not in providers.sensor; the nearest is "landsat"',
        ),
        (
            "depot-expansion",
            'depot: "tikhoretzk-depot"',
            'depot: found "tikhoretzk-depot"; no row with this id in scopes; the nearest is "tikh',
        ),
        (
            "depot-expansion",
            'depot: "border-track"',
            'depot: found "border-track", which is not in depot_observations.scope; ',
        ),
        ("ais-gaps", 'first_named: "Angara("', 'first_named: found "Angara(": no pattern ('),
        ("ais-gaps", 'first_named: "Angara|"', 'first_named: found "Angara|", a part of which is'),
        ("ais-gaps", 'first_named: "(a+)+"', 'first_named: found "(a+)+": a pattern that repeats'),
        ("ais-gaps", 'first_named: "a;kind=b"', 'first_named: found "a;kind=b": '),
        (
            "ais-gaps",
            'first_named: "Angra|Maria"',
            'first_named: found "Angra", which finds nothing in ais_events.vessel; the nearest is '
            '"Angara"',
        ),
    ],
)
def test_a_value_beyond_its_limits_names_the_file(
    write: Write, page: str, text: str, expected: str
) -> None:
    """File, parameter, what was found, what is allowed: in one sentence, before anything runs."""
    write(page, text)
    (fault,) = parameter_faults()
    assert fault.startswith(f"notebooks/params/{page}.yml, line 1: {expected}")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("summit", "2023-09-31", 'found "2023-09-31"; write a day that exists, as YYYY-MM-DD'),
        ("summit", "13.09.2023", 'found "13.09.2023"; write a day that exists, as YYYY-MM-DD'),
        ("sites_watched", "4", 'found "4" in quotation marks; write a number without'),
        (
            "closure",
            ["2022-10-31", "2020-02-01"],
            "found 2022-10-31 before 2020-02-01; write the earlier day first",
        ),
    ],
)
def test_a_default_that_is_no_value_of_its_kind_names_the_notebook(
    write: Write, folder: Path, name: str, value: object, expected: str
) -> None:
    """In the parameters cell nothing else says what a value must be: its limits do."""
    write("coverage", "")
    path = folder / "notebooks/rail-counts.ipynb"
    before = path.read_text(encoding="utf-8")
    notebook = json.loads(before)
    (cell,) = (c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", []))
    source = "".join(cell["source"])
    cell["source"] = re.sub(rf"(?m)^{name} = [^#\n]+", f"{name} = {value!r}  ", source)
    assert cell["source"] != source
    path.write_text(json.dumps(notebook), encoding="utf-8")
    try:
        (fault,) = parameter_faults()
        assert fault.startswith(f"notebooks/rail-counts.ipynb: {name}: {expected}")
    finally:
        path.write_text(before, encoding="utf-8")


def test_sensors_that_nobody_offers_may_be_named(write: Write, folder: Path) -> None:
    """Whoever leaves one provider in the table still has a book, which says that none searched."""
    providers = folder / "data/sites/providers.toml"
    before = providers.read_text(encoding="utf-8")
    kept = [name for name, row in tomllib.loads(before).items() if row["sensor"] == "sentinel-2"]
    first = re.search(rf"^\[{re.escape(kept[0])}\]\n(?:(?!\[).*\n?)*", before, re.MULTILINE)
    assert first
    providers.write_text(first[0], encoding="utf-8")
    try:
        assert parameter_faults() == []
    finally:
        providers.write_text(before, encoding="utf-8")


def test_what_no_limit_foresaw_names_the_file_too(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day without observations before it passes the limits, and no finding can be made of it."""
    write("rail-counts", 'summit: "2014-01-01"\nsites_watched: 5\n')
    assert parameter_faults() == []
    trains = [each for each in declared_findings()[0] if each.key == "rail-counts.trains_observed"]
    monkeypatch.setattr(
        declared_finding_checks_with_parameters, "declared_findings", lambda: (trains, [])
    )
    (fault,) = finding_faults(WholeRecord(read_tables(data_folder() / "record")))
    start = 'notebooks/params/rail-counts.yml, line 1: summit: found "2014-01-01", with which find'
    assert fault.startswith(start)
    assert fault.endswith('write another value, such as the notebook\'s "2023-09-13"')


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("rail-counts,sites,1,2,,,x", "line 2, column parameter: rail-counts has no parameter"),
        ("rail-counts,sites_watched,9,2,,,x", "line 2, column least: found 9 above 2; exchange"),
        ("rail-counts,sites_watched,,,,,x", "line 2, column least: found no limit; give least"),
        ("ais-gaps,first_named,,,ships.name,,x", "line 2, column names: found 'ships.name', whi"),
        ("ais-gaps,first_named,,,ships.name,pattern,x", "line 2, column names: found 'ships.na"),
        ("rail-counts,sites_watched,one,,,,x", "line 2, column least: found 'one' for a number"),
    ],
)
def test_a_limit_that_limits_nothing_is_told(
    write: Write, folder: Path, row: str, expected: str
) -> None:
    """Lines of the table that do nothing would be believed to guard something."""
    path = folder / "data/parameter_limits.csv"
    header = path.read_text(encoding="utf-8").splitlines()[0]
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    (fault,) = limit_table_faults(page_parameters())
    if "names" in expected:
        assert parameter_faults() == [], "the notebook is not to blame"
    assert fault.startswith(f"parameter_limits.csv, {expected}")


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("sites_watched", 0, "column value: rail-counts, sites_watched: found 0; allowed is 1 to"),
        ("closure", ["2022-10-31", "2020-02-01"], "closure: found 2022-10-31 before 2020-02-01"),
        ("closure", ["2022-10-31"], "give both as values of one kind"),
        ("summit", "2023-02-30", 'summit: found "2023-02-30"; write a day that exists'),
    ],
)
def test_values_that_are_tried_keep_the_limits(
    write: Write, folder: Path, parameter: str, value: object, expected: str
) -> None:
    """The ranges under which findings are tried hold values that a reader could set."""
    path = folder / "data/parameter_ranges.csv"
    before = path.read_text(encoding="utf-8")
    cell = json.dumps(value).replace('"', '""')
    header = before.splitlines()[0]
    path.write_text(f'{header}\nrail-counts,{parameter},"{cell}",tried\n', encoding="utf-8")
    try:
        (fault,) = range_faults(page_parameters())
    finally:
        path.write_text(before, encoding="utf-8")
    assert fault.startswith("parameter_ranges.csv, line 2, column value: ")
    assert expected in fault
