"""The dictionary beside each table and the closed vocabularies: columns, types, allowed words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from skytally.core.errors_and_fault_lists import Fault, refuse
from skytally.core.hidden_and_backup_files import original_of, visible_paths
from skytally.core.text_csv_toml_json_reader import CACHED_FILES, CsvText, csv_text, file_bytes

VOCABULARY = "vocabulary.csv"
SUFFIX = ".dictionary.csv"
VOCABULARY_COLUMNS = ("vocabulary", "word", "meaning")
DICTIONARY_COLUMNS = (
    *("column", "type", "vocabulary", "required", "refers_to", "meaning", "empty_means"),
)
REFERENCES = ("ref", "refs")
TYPES = ("id", "text", "date", "number", "word", "url", "imo", "share", *REFERENCES)
NAMELESS_ADVICE = "remove the column; programs write the numbers of the rows into one"
"""What to do with a column without a name."""
NUMERIC = ("number", "share")
"""Types of columns of numbers; a share lies between 0 and 1."""
OBSERVATION_COLUMNS = {"id", "source_id", "text"}
"""A table with these holds observations or claims: each row is quoted, and linked to, by its id."""


@dataclass(frozen=True)
class Column:
    """One column of a table, as its dictionary describes it."""

    name: str
    """Header of the column."""
    type: str
    """One of `TYPES`."""
    vocabulary: str
    """Vocabulary of a ``word`` column, else empty."""
    required: bool
    """Whether an empty cell is a fault."""
    refers_to: str
    """Table whose ids a ``ref`` names; ``rows`` means any table."""
    meaning: str
    """What the column holds."""
    empty_means: str
    """What an empty cell says."""


def dictionary_path(table: Path) -> Path:
    """Path of the dictionary that belongs beside a table."""
    return table.with_name(table.stem + SUFFIX)


def table_names(folder: Path) -> list[str]:
    """Names of the tables of a folder that have a dictionary, in alphabetical order."""
    described = visible_paths(folder, f"*{SUFFIX}")
    return [path.name.removesuffix(SUFFIX) for path in described if not original_of(path)]


def observation_tables(folder: Path) -> list[str]:
    """Names of the tables of observations and claims, to whose rows pages link by their ids.

    Parameters
    ----------
    folder : Path
        A folder of tables with dictionaries.

    Returns
    -------
    list of str
        Tables that have all of `OBSERVATION_COLUMNS`, in alphabetical order.
    """
    return [
        name
        for name in table_names(folder)
        if {column.name for column in columns(folder / f"{name}.csv")} >= OBSERVATION_COLUMNS
    ]


def tables_without_dictionary(folder: Path) -> list[Fault]:
    """Faults of the tables of a folder that no dictionary describes and so nobody can check.

    The vocabulary needs none: its three columns are fixed.
    """
    described = {f"{name}.csv" for name in table_names(folder)} | {VOCABULARY}
    faults = []
    for path in visible_paths(folder, "*.csv"):
        # the registry asks about copies
        own = not path.name.endswith(SUFFIX) and not original_of(path)
        if own and path.name not in described:
            advice = f"describe its columns in {dictionary_path(path).name}, or remove the table"
            faults.append(Fault(path.name, 0, "", "a table without a dictionary", advice))
    return faults


def is_header(header: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether a first line names at least one of the columns, and so is a header."""
    return bool(set(header) & set(wanted))


def _relettered(header: tuple[str, ...], wanted: tuple[str, ...]) -> list[tuple[str, str]]:
    """Names of a header that differ from those of the dictionary in capitals and spaces only."""
    meant = {re.sub(r"[\W_]", "", column).lower(): column for column in wanted}
    pairs = [(column, meant.get(re.sub(r"[\W_]", "", column).lower(), "")) for column in header]
    return [(column, name) for column, name in pairs if name and name not in header]


def column_faults(name: str, header: tuple[str, ...], wanted: tuple[str, ...]) -> list[Fault]:
    """Faults of a header: a first line that is none, columns missing, unknown or repeated.

    Names in other letters, as some programs write them, are one fault that stands alone.
    """
    if relettered := _relettered(header, wanted):
        written, meant = relettered[0]
        more = f" and {len(relettered) - 1} more" if len(relettered) > 1 else ""
        found = f"{written!r} for {meant!r}{more} among the names of the columns"
        return [Fault(name, 1, "", found, "write them in the letters of the dictionary")]
    if not is_header(header, wanted):
        found = f"{', '.join(filter(None, header))[:60]!r} where the columns are named"
        advice = f"begin the table with its header ({', '.join(wanted)[:60]}...)"
        return [Fault(name, 1, "", found, f"{advice} and nothing above it")]
    missing = [
        Fault(name, 1, column, "no such column", "add it, as the dictionary has it")
        for column in wanted
        if column not in header
    ]
    unknown = [
        Fault(name, 1, column, "a column the dictionary does not have", "remove it")
        if column
        else Fault(name, 1, "", f"no name over column {place}", NAMELESS_ADVICE)
        for place, column in enumerate(header, start=1)
        if column not in wanted
    ]
    repeated = [
        Fault(name, 1, column, "the column twice", "keep one")
        for column, times in sorted(Counter(header).items())
        if times > 1
    ]
    return [*missing, *unknown, *repeated]


def header_faults(name: str, content: CsvText, wanted: tuple[str, ...]) -> list[Fault]:
    """Faults of the header of a table and of lines that do not fit it.

    Parameters
    ----------
    name : str
        File name, for the messages.
    content : CsvText
        The file, split into cells.
    wanted : tuple of str
        Columns of its dictionary.

    Returns
    -------
    list of Fault
        Where the first line is no header, that alone: what lies below fits no width.
    """
    misnamed = column_faults(name, content.header, wanted) if content.header else []
    if content.header and not is_header(content.header, wanted):
        return misnamed
    return [*misnamed, *content.faults]


def _rows(
    content: CsvText, name: str, wanted: tuple[str, ...]
) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    misnamed = column_faults(name, content.header, wanted) if content.header else []
    rows = [
        (line, {column: cell.strip() for column, cell in zip(content.header, cells, strict=True)})
        for line, cells in (() if misnamed else content.rows)
    ]
    return rows, header_faults(name, content, wanted)


@lru_cache(maxsize=CACHED_FILES)
def _words(name: str, raw: bytes | None) -> tuple[Mapping[str, tuple[str, ...]], tuple[Fault, ...]]:
    if raw is None:
        return MappingProxyType({}), ()
    rows, faults = _rows(csv_text(name, raw), name, VOCABULARY_COLUMNS)
    known: dict[str, tuple[str, ...]] = {}
    for line, row in rows:
        vocabulary, word = row["vocabulary"], row["word"]
        if word in known.get(vocabulary, ()):
            advice = "a word has one meaning; keep one row"
            faults.append(Fault(name, line, "word", f"{word!r} of {vocabulary} twice", advice))
        faults += [
            Fault(name, line, column, "nothing", "fill it; every word has a meaning")
            for column in VOCABULARY_COLUMNS
            if not row[column]
        ]
        known[vocabulary] = (*known.get(vocabulary, ()), word)
    return MappingProxyType(known), tuple(faults)


def _vocabulary(folder: Path) -> tuple[str, bytes | None]:
    return f"{folder.name}/{VOCABULARY}", file_bytes(folder / VOCABULARY)


def words(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Read the closed vocabularies of a folder of tables.

    Parameters
    ----------
    folder : Path
        The folder that holds ``vocabulary.csv``; without the file there is no vocabulary.

    Returns
    -------
    mapping of str to tuple of str
        Vocabulary to its words, in the order of the file; it cannot be changed.
    """
    return _words(*_vocabulary(folder))[0]


def vocabulary_faults(folder: Path) -> list[Fault]:
    """Faults of ``vocabulary.csv``: its file, its header, words without meaning or repeated."""
    return list(_words(*_vocabulary(folder))[1])


def _column_row_faults(
    name: str, line: int, row: Mapping[str, str], vocabularies: Mapping[str, object]
) -> Iterator[Fault]:
    if row["type"] not in TYPES:
        advice = f"use one of {', '.join(TYPES)}"
        yield Fault(name, line, "type", repr(row["type"]), advice)
    if row["required"] not in ("yes", "no"):
        yield Fault(name, line, "required", repr(row["required"]), "write yes or no")
    if (row["type"] == "word") != bool(row["vocabulary"]):
        advice = "a column of type word names its vocabulary, every other column none"
        yield Fault(name, line, "vocabulary", repr(row["vocabulary"]), advice)
    elif row["vocabulary"] and row["vocabulary"] not in vocabularies:
        advice = f"no such list in {VOCABULARY}; add its words there"
        yield Fault(name, line, "vocabulary", repr(row["vocabulary"]), advice)
    if row["refers_to"] and row["type"] not in REFERENCES:
        advice = f"only a column of type {' or '.join(REFERENCES)} refers to a table"
        yield Fault(name, line, "refers_to", repr(row["refers_to"]), advice)
    for column in ("column", "meaning"):
        if not row[column]:
            yield Fault(name, line, column, "nothing", "fill it")
    if (row["required"] == "no") != bool(row["empty_means"]):
        advice = "say what an empty cell means where it may be empty, and only there"
        yield Fault(name, line, "empty_means", repr(row["empty_means"]), advice)


@lru_cache(maxsize=CACHED_FILES)
def dictionary(
    name: str, raw: bytes | None, vocabulary: tuple[str, bytes | None]
) -> tuple[tuple[Column, ...], tuple[Fault, ...]]:
    """Parse the content of a dictionary.

    Parameters
    ----------
    name : str
        File name, for the messages.
    raw : bytes or None
        Content; None where the file does not exist.
    vocabulary : tuple of str and bytes or None
        Name and content of the vocabulary that the dictionary refers to.

    Returns
    -------
    columns : tuple of Column
        In the order of the dictionary; empty where there are faults.
    faults : tuple of Fault
    """
    if raw is None:
        advice = "describe the columns of the table in it"
        return (), (Fault(name, 0, "", "no such file", advice),)
    rows, faults = _rows(csv_text(name, raw), name, DICTIONARY_COLUMNS)
    vocabularies, unknown = _words(*vocabulary)
    if unknown and not vocabularies:
        # which words a column takes is not known, and the vocabulary says why
        return (), unknown
    for line, row in rows:
        faults += _column_row_faults(name, line, row, vocabularies)
        if [each["column"] for _, each in rows].count(row["column"]) > 1:
            faults.append(Fault(name, line, "column", f"{row['column']!r} twice", "keep one"))
    known = tuple(
        Column(
            name=row["column"],
            type=row["type"],
            vocabulary=row["vocabulary"],
            required=row["required"] == "yes",
            refers_to=row["refers_to"],
            meaning=row["meaning"],
            empty_means=row["empty_means"],
        )
        for _, row in rows
    )
    return (() if faults else known), tuple(faults)


def dictionary_of(table: Path) -> tuple[tuple[Column, ...], tuple[Fault, ...]]:
    """Columns of a table and the faults of its dictionary; see `dictionary`."""
    path = dictionary_path(table)
    return dictionary(path.name, file_bytes(path), _vocabulary(table.parent))


def columns(table: Path) -> tuple[Column, ...]:
    """Read the dictionary that lies beside a table.

    Parameters
    ----------
    table : Path
        Path of the table itself, ``<name>.csv``.

    Returns
    -------
    tuple of Column
        In the order of the dictionary.

    Raises
    ------
    DataError
        If the dictionary is missing or has faults. All faults at once.
    """
    known, faults = dictionary_of(table)
    refuse(faults, what=f"dictionary {dictionary_path(table).name}")
    return known
