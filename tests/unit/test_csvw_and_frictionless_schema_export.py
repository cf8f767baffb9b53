"""Dictionaries for other programs: what they say is what our own reader holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from skytally.core import columns, evidence_line_name_constants as n, table_names, words
from skytally.imagery.acquire.monthly_coverage_losses_and_gaps import MONTH_COLUMNS
from skytally.press.csvw_and_frictionless_schema_export import (
    CSVW,
    FRICTIONLESS,
    LIMIT_PATTERN,
    chart_columns,
    write_schemas,
)
from skytally.press.site_build_and_swap import _copy_archive_tables, _copy_tables

FOLDERS = ("record", "sites", "results", "claims")


@pytest.fixture(scope="module")
def described(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the data as the site has it, with both descriptions."""
    data, target = root / "data", tmp_path_factory.mktemp("site") / "data"
    target.mkdir()
    _copy_archive_tables(data, target)
    for name in FOLDERS:
        _copy_tables(data / name, target / name)
    write_schemas(data, target)
    return target


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_every_published_table_is_described_twice(described: Path, root: Path) -> None:
    """No table with a dictionary is left out, and both descriptions name the same."""
    tables = {f"{folder}/{name}.csv" for folder in FOLDERS for name in
              table_names(root / "data" / folder)}  # fmt: skip
    package = {each["path"] for each in _read(described / FRICTIONLESS)["resources"]}
    group = {each["url"] for each in _read(described / CSVW)["tables"]}
    assert tables < package
    assert package == group
    assert {"archive.csv", "archived_numbers.csv", "record/vocabulary.csv"} <= package
    assert all((described / path).is_file() for path in package)


def test_columns_say_what_the_dictionary_says(described: Path, root: Path) -> None:
    """Order, type, words, requirement and meaning of each column of a table."""
    record = root / "data" / "record"
    (table,) = (
        each for each in _read(described / FRICTIONLESS)["resources"]
        if each["path"] == "record/rail_counts.csv"
    )  # fmt: skip
    fields = {each["name"]: each for each in table["schema"]["fields"]}
    header = (described / "record" / "rail_counts.csv").read_text(encoding="utf-8").split("\n")[0]
    assert list(fields) == header.split(",")
    for column in columns(record / "rail_counts.csv"):
        field = fields[column.name]
        assert field["description"].startswith(column.meaning)
        assert field.get("constraints", {}).get("required", False) == column.required
        if column.type == "word":
            assert field["constraints"]["enum"] == list(words(record)[column.vocabulary])
    assert fields["value"]["type"] == "number"
    assert fields["date_first"]["type"] == "date"
    assert table["schema"]["primaryKey"] == ["id"]
    keys = {each["fields"][0]: each["reference"] for each in table["schema"]["foreignKeys"]}
    assert keys["source_id"] == {"resource": "record-sources", "fields": ["id"]}


def test_lists_of_ids_are_lists_in_csvw(described: Path) -> None:
    """Their separator is told, and a number of ours is a decimal."""
    (table,) = (
        each for each in _read(described / CSVW)["tables"] if each["url"] == "record/sources.csv"
    )
    known = {each["name"]: each for each in table["tableSchema"]["columns"]}
    assert known["derived_from"]["separator"] == " "
    assert known["published_first"]["datatype"] == {"base": "date", "format": "yyyy-MM-dd"}


def test_descriptions_are_the_same_twice(described: Path, root: Path) -> None:
    """The same tables give the same bytes."""
    before = [(described / name).read_bytes() for name in (FRICTIONLESS, CSVW)]
    write_schemas(root / "data", described)
    assert [(described / name).read_bytes() for name in (FRICTIONLESS, CSVW)] == before


LINE_HEADER = (
    *("line", "first_day", "last_day", n.VALUE, n.LOW, n.HIGH, "unit", "counter"),
    *n.LINE_COORDS,
)


@pytest.mark.parametrize(
    ("header", "described"),
    [
        (LINE_HEADER, True),
        ((*LINE_HEADER, "label"), True),
        ((*MONTH_COLUMNS, "acquired", "state", "name"), True),
        (("line", "id", "date_first", "scope", "quantity", "text"), True),
        (("row", "counter", "per_month_low", "per_month_high", "counted"), True),
        (("row", "per_month_lowest"), False),
    ],
)
def test_a_file_under_a_chart_is_described_by_its_columns(
    header: tuple[str, ...],
    described: bool,
    root: Path,
    tmp_path: Path,
) -> None:
    """Lines, months, rates and rows of the record are; a column that nobody described is not."""
    (tmp_path / "a.chart.csv").write_text(",".join(header) + "\n", encoding="utf-8")
    write_schemas(root / "data", tmp_path)
    found = {each["path"]: each for each in _read(tmp_path / FRICTIONLESS)["resources"]}
    assert ("a.chart.csv" in found) is described
    if described:
        fields = found["a.chart.csv"]["schema"]["fields"]
        assert [each["name"] for each in fields] == list(header)
        assert all(each["description"] for each in fields)


def test_an_end_that_is_none_fits_the_description(root: Path) -> None:
    """Numbers and inf are ends of an interval, and words are not; CSVW has no infinite decimal."""
    ends = [each for each in chart_columns(root / "data")["line"] if each.type == "limit"]
    assert [each.name for each in ends] == [n.LOW, n.HIGH]
    for cell, fits in (("inf", True), ("300.5", True), ("1e6", True), ("about 3", False)):
        assert bool(re.fullmatch(LIMIT_PATTERN, cell)) is fits
