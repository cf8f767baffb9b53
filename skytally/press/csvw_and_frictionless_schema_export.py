"""The dictionaries of the tables as Frictionless Table Schema and as CSVW, for other programs.

Both describe the tables as the site offers them, so that anybody can check the record with tools
of their own: ``frictionless validate data/datapackage.json``, ``csvwvalidate --lax data/csvw.json``
(lax: a reference that is not required may be empty).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skytally.core import (
    VOCABULARY,
    VOCABULARY_COLUMNS,
    Column,
    columns,
    csv_text,
    dictionary_path,
    file_bytes,
    header_of,
    read_table,
    slug_of,
    table_names,
    words,
)
from skytally.press.book_metadata import book_details

FRICTIONLESS, CSVW = "datapackage.json", "csvw.json"
"""Names of the files beside the tables of the site."""
LICENCE = {
    "name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}  # fmt: skip
URL_PATTERN = r"https?://[^\s<>\"]+"
IMO_PATTERN = r"[1-9][0-9]{6}"
ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]*"
PATTERNS = {"url": URL_PATTERN, "imo": IMO_PATTERN, "id": ID_PATTERN, "ref": ID_PATTERN}
CHART_COLUMNS = "charts/columns_of_chart_files.csv"
"""Table of the columns of the files under charts and under tables that the book computes."""
OF_ROWS = "row"
"""Its kind of files that hold rows of one table, with the line of each before them."""
LIMIT = "limit"
"""Type of its columns of a number that may have no end, which is then written as inf."""
LIMIT_PATTERN = r"-?(inf|[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)"
RECORD = "record"
"""Folder of the tables whose rows such files hold, and of the words in them."""
ANY_TABLE = "rows"
"""What a dictionary writes where a reference may name a row of any table."""


@dataclass(frozen=True)
class PublishedTable:
    """A table of the site and its columns, in the order of its file."""

    path: str
    """Path from the folder of the data in the site."""
    columns: tuple[Column, ...]
    """Its columns."""
    vocabularies: Mapping[str, tuple[str, ...]]
    """Closed vocabularies of its folder."""
    key: str
    """First column, where it is of ids and tells the rows apart; else empty."""

    @property
    def name(self) -> str:
        """Name of the table, unlike any other's."""
        return slug_of(self.path.removesuffix(".csv"))


def published_tables(data: Path, site_data: Path) -> list[PublishedTable]:
    """List the tables that lie in a site and have a dictionary.

    Parameters
    ----------
    data : Path
        The data folder of the project, which has the dictionaries.
    site_data : Path
        The folder of the data in the site.
    """
    found = []
    kinds = chart_columns(data)
    for path in sorted(site_data.rglob("*.csv")):
        name = path.relative_to(site_data)
        source = data / name
        if path.name == VOCABULARY and source.is_file():
            described: Sequence[Column] = [
                Column(each, "text", "", True, "", each, "") for each in VOCABULARY_COLUMNS
            ]
        elif source.is_file() and dictionary_path(source).is_file():
            described = columns(source)
        else:
            described = columns_under_chart(data, header_of(path), kinds)
        if not described:
            continue
        by_name = {column.name: column for column in described}
        ordered = tuple(by_name[each] for each in header_of(path))
        key = _key(path, ordered[0])
        folder = source.parent if source.is_file() else data / RECORD
        found.append(PublishedTable(name.as_posix(), ordered, words(folder), key))
    return found


def chart_columns(data: Path) -> dict[str, list[Column]]:
    """Read the columns of files under charts, by what such a file holds.

    Parameters
    ----------
    data : Path
        The data folder of the project; without `CHART_COLUMNS` nothing is known.
    """
    path = data / CHART_COLUMNS
    kinds: dict[str, list[Column]] = {}
    for row in read_table(path).to_dict("records") if path.is_file() else ():
        kinds.setdefault(str(row["kind"]), []).append(
            Column(
                name=str(row["column"]),
                type=str(row["type"]),
                vocabulary=str(row["vocabulary"]),
                required=row["required"] == "yes",
                refers_to=str(row["refers_to"]),
                meaning=str(row["meaning"]),
                empty_means=str(row["empty_means"]),
            )
        )
    return kinds


def columns_under_chart(
    data: Path, header: Sequence[str], kinds: Mapping[str, Sequence[Column]]
) -> Sequence[Column]:
    """Describe the columns of a file under a chart; empty where nothing describes them all.

    Parameters
    ----------
    data : Path
        The data folder of the project.
    header : sequence of str
        Columns of the file.
    kinds : mapping of str to sequence of Column
        From `chart_columns`; a file may also hold rows of a table of the record or of the
        inventory of images, whose dictionary then describes it.
    """
    wanted = set(header)
    others = [each for kind, each in kinds.items() if kind != OF_ROWS]
    tables = [
        [*kinds.get(OF_ROWS, ()), *columns(folder / f"{name}.csv")]
        for folder in (data / RECORD, data)
        if folder.is_dir()
        for name in table_names(folder)
    ]
    return next(
        (known for known in [*others, *tables] if wanted <= {column.name for column in known}), ()
    )


def _key(path: Path, first: Column) -> str:
    cells = [row[0] for _, row in csv_text(path.name, file_bytes(path)).rows]
    return first.name if first.type == "id" and len(set(cells)) == len(cells) else ""


def _description(column: Column) -> str:
    empty = f" Empty: {column.empty_means}." if column.empty_means else ""
    return f"{column.meaning}.{empty}"


def _target(
    table: PublishedTable, column: Column, tables: Mapping[str, PublishedTable]
) -> PublishedTable | None:
    """Table of the same folder to whose rows a column refers, one row a cell.

    Across folders a reference may lead to one of two tables, which its meaning says in words.
    """
    if column.type != "ref" or not column.refers_to or column.refers_to == ANY_TABLE:
        return None
    beside = (Path(table.path).parent / f"{column.refers_to}.csv").as_posix()
    target = tables.get(beside)
    return target if target is not None and target.key else None


def _field(table: PublishedTable, column: Column) -> dict[str, Any]:
    """Column as a field of a Table Schema."""
    kinds = {"date": "date", "number": "number", "share": "number", LIMIT: "number"}
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.type == "word":
        constraints["enum"] = list(table.vocabularies[column.vocabulary])
    if column.type == "share":
        constraints |= {"minimum": 0, "maximum": 1}
    if column.type in PATTERNS:
        constraints["pattern"] = PATTERNS[column.type]
    if column.name == table.key:
        constraints["unique"] = True
    field = {
        "name": column.name, "type": kinds.get(column.type, "string"),
        "description": _description(column),
    }  # fmt: skip
    return field | ({"constraints": constraints} if constraints else {})


def table_schema(table: PublishedTable, tables: Mapping[str, PublishedTable]) -> dict[str, Any]:
    """Frictionless Table Schema of a table.

    Parameters
    ----------
    table : PublishedTable
        The table.
    tables : mapping of str to PublishedTable
        All tables by path, to which references lead.
    """
    schema: dict[str, Any] = {
        "fields": [_field(table, column) for column in table.columns], "missingValues": [""],
    }  # fmt: skip
    if table.key:
        schema["primaryKey"] = [table.key]
    keys = [
        {"fields": [column.name], "reference": {"resource": target.name, "fields": [target.key]}}
        for column in table.columns
        if (target := _target(table, column, tables)) is not None
    ]
    return schema | ({"foreignKeys": keys} if keys else {})


def _csvw_column(table: PublishedTable, column: Column) -> dict[str, Any]:
    """Column as CSVW describes it; a list of ids is separated by spaces."""
    datatype: dict[str, Any] = {"base": "string"}
    if column.type == "date":
        datatype = {"base": "date", "format": "yyyy-MM-dd"}
    elif column.type in ("number", "share"):
        datatype = {"base": "decimal"}
    if column.type == LIMIT:
        # a decimal of CSVW has no infinity
        datatype["format"] = LIMIT_PATTERN
    if column.type == "share":
        datatype |= {"minimum": 0, "maximum": 1}
    if column.type == "word":
        known = "|".join(map(re.escape, table.vocabularies[column.vocabulary]))
        datatype["format"] = f"({known})"
    if column.type in PATTERNS:
        datatype["format"] = PATTERNS[column.type]
    described = {
        "name": column.name, "titles": column.name, "datatype": datatype, "null": "",
        "required": column.required, "dc:description": _description(column),
    }  # fmt: skip
    return described | ({"separator": " "} if column.type == "refs" else {})


def csvw_table(table: PublishedTable, tables: Mapping[str, PublishedTable]) -> dict[str, Any]:
    """CSVW description of a table; see `table_schema`."""
    schema: dict[str, Any] = {"columns": [_csvw_column(table, each) for each in table.columns]}
    if table.key:
        schema["primaryKey"] = [table.key]
    keys = [
        {
            "columnReference": [column.name],
            "reference": {"resource": target.path, "columnReference": [target.key]},
        }
        for column in table.columns
        if (target := _target(table, column, tables)) is not None
    ]
    if keys:
        schema["foreignKeys"] = keys
    return {"url": table.path, "tableSchema": schema}


def _resources(tables: Mapping[str, PublishedTable]) -> Iterator[dict[str, Any]]:
    for table in tables.values():
        yield {
            "name": table.name, "path": table.path, "profile": "tabular-data-resource",
            "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
            "schema": table_schema(table, tables),
        }  # fmt: skip


def write_schemas(data: Path, site_data: Path) -> None:
    """Write both descriptions beside the tables of a site.

    Parameters
    ----------
    data : Path
        The data folder of the project.
    site_data : Path
        The folder of the data in the site, with its tables.
    """
    tables = {each.path: each for each in published_tables(data, site_data)}
    about = book_details()
    package = {
        "name": slug_of(about["title"]), "title": about["title"], "version": about["version"],
        "profile": "tabular-data-package", "licenses": [LICENCE],
        "resources": list(_resources(tables)),
    }  # fmt: skip
    group = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": about["title"], "dc:license": {"@id": LICENCE["path"]},
        "dialect": {"header": True, "encoding": "utf-8"},
        "tables": [csvw_table(table, tables) for table in tables.values()],
    }  # fmt: skip
    for name, content in ((FRICTIONLESS, package), (CSVW, group)):
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        (site_data / name).write_text(text, encoding="utf-8")
