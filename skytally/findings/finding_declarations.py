"""Findings as declared in ``data/findings``: their kinds, cells and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from skytally.core import DataError, Fault, plain_rows, refuse, scan
from skytally.findings.named_estimate_and_count_computations import COUNTS, ESTIMATES, Named

PARAMETER = re.compile(r"\$(\w+)(?:\[(\d+)\])?")
"""``$name`` or, of a list, ``$name[position]``: a parameter of the page's notebook."""
REFERENCE = re.compile(r"@([\w-]+\.[\w-]+)(?::(\w+))?")
"""``@key`` or ``@key:column``: the row that another finding selects, or a cell of it."""
ROWS_PER_GROUP = re.compile(r"rows>=(\d+)")
"""A clause of *part* on the number of rows in a group."""


@dataclass(frozen=True)
class Kind:
    """Which cells a kind of finding needs and which it may use."""

    needs: tuple[str, ...]
    """Columns that must be filled."""
    uses: tuple[str, ...] = ()
    """Columns that may be filled."""
    one_row: bool = False
    """Whether it selects one row, to which other findings may refer."""
    arguments: tuple[str, ...] = ()
    """Arguments that it takes without naming an estimate."""
    refers: tuple[int, int] | None = None
    """Fewest and most findings on a date to which *of* refers; None where it names a row."""


SELECTION = ("where", "once", "order")
BRACKET = ("lasting", "moment", "parts")
KINDS: Mapping[str, Kind] = {
    "quote": Kind(("rows",), ("of",), one_row=True),
    "dated": Kind(("rows", "unit"), one_row=True),
    "highest": Kind(("where",), ("once", "unit", "otherwise"), one_row=True),
    "latest": Kind((), ("where", "once", "unit", "otherwise"), one_row=True),
    "first": Kind((), ("where", "once", "unit", "otherwise"), one_row=True),
    "only": Kind(("unit", "otherwise"), (*SELECTION, "distinct", "part")),
    "tally": Kind(("unit",), (*SELECTION, "distinct", "part", "dates", "otherwise")),
    "ratio": Kind(("rows", "of")),
    "share": Kind(("of",), ("rows", "where", "once", "otherwise")),
    "estimate": Kind(("estimate",), ("rows", *SELECTION, "arguments")),
    "count": Kind(("estimate", "unit"), ("rows", *SELECTION, "arguments", "otherwise")),
    "assumption": Kind(("rows", "value", "unit")),
    "began": Kind(
        (), ("rows", "of", *SELECTION, "arguments", "otherwise"), arguments=BRACKET, refers=(0, 1)
    ),
    "ended": Kind(
        (), ("rows", "of", *SELECTION, "arguments", "otherwise"), arguments=BRACKET, refers=(0, 1)
    ),
    "stated": Kind(("rows", "arguments"), ("of",), arguments=("day",), refers=(0, 1)),
    "lag": Kind(("of",), ("otherwise",), refers=(2, 2)),
    "order": Kind(("of",), ("otherwise",), refers=(2, 2)),
}
"""Kind of finding to the cells that it reads; the same words as the vocabulary *finding_kind*."""
ALWAYS = ("key", "kind", "table", "sentence", "note")


@dataclass(frozen=True)
class Declaration:
    """One row of a table of findings."""

    key: str
    """``<page>.<quantity>``; lives for ever."""
    kind: str
    """A word of `KINDS`."""
    table: str
    """Table of the record in which its rows stand."""
    rows: str
    """Ids of rows or parameters that name them, separated by spaces."""
    of: str
    """For a ratio, a share or a quote: the row that the number is compared with, or is a part of;
    for findings on dates: the findings whose dates are compared."""
    where: str
    """Conditions that select rows, as `skytally.record.row_conditions.filtered` takes them."""
    once: str
    """*yes* where rows that describe one sighting count once."""
    order: str
    """Columns by which the rows are listed; empty for the order of the table."""
    distinct: str
    """Columns whose different words are counted instead of rows."""
    part: str
    """Clauses, joined by ``&``, that a row (or some row of a group) must meet to be counted."""
    estimate: str
    """A name of `skytally.findings.named_estimate_and_count_computations`."""
    arguments: str
    """Arguments of the estimate, ``name=value``, separated by spaces."""
    value: str
    """For an assumption: the parameter that holds it."""
    unit: str
    """Word of the vocabulary *unit*; empty where the rows or the estimate have one."""
    dates: str
    """Parameter that holds a period, and its precision."""
    sentence: str
    """One sentence, with words in braces."""
    otherwise: str
    """The sentence where no row is selected, the count is 0 or, for *only*, not one."""
    note: str
    """How the choice is meant, and doubts."""
    file: str = ""
    """The table it stands in, for messages."""
    line: int = 0
    """Its line there."""

    @property
    def page(self) -> str:
        """The notebook whose parameters and prose it belongs to."""
        return self.key.partition(".")[0]

    @cached_property
    def named(self) -> Named | None:
        """The named estimate or count, None for other kinds or an unknown name."""
        known = ESTIMATES if self.kind == "estimate" else COUNTS
        return known.get(self.estimate) if self.kind in ("estimate", "count") else None

    def fault(self, column: str, found: str, advice: str) -> Fault:
        """Fault of one of its cells."""
        return Fault(self.file, self.line, column, found, advice)


COLUMNS = tuple(each.name for each in fields(Declaration) if each.name not in ("file", "line"))


def scan_declarations(path: Path) -> tuple[list[Declaration], list[Fault]]:
    """Read one table of findings and collect its faults instead of raising them.

    Parameters
    ----------
    path : Path
        ``<page>.csv`` with its dictionary and ``vocabulary.csv`` beside it.

    Returns
    -------
    declarations : list of Declaration
        Those without a faulty cell, in the order of the file.
    faults : list of Fault
        Cells that are not of their type or vocabulary.
    """
    file = f"{path.parent.name}/{path.name}"
    table, faults = scan(path)
    sound = table[table["sound"].astype(bool)] if len(table) else table
    declarations = [
        Declaration(**{name: row[name] for name in COLUMNS}, file=file, line=int(row["line"]))
        for row in plain_rows(sound)
    ]
    return declarations, [replace(fault, file=file) for fault in faults]


def read_declarations(paths: Iterable[Path]) -> list[Declaration]:
    """Read tables of findings.

    Parameters
    ----------
    paths : iterable of Path
        ``<page>.csv``, each with its dictionary and ``vocabulary.csv`` beside it.

    Returns
    -------
    list of Declaration
        In the order of the files and their rows.

    Raises
    ------
    DataError
        If a cell is not of its type or vocabulary. All faults at once.
    """
    scanned = [scan_declarations(path) for path in paths]
    refuse((str(fault) for _, faults in scanned for fault in faults), what="findings")
    return [declaration for declarations, _ in scanned for declaration in declarations]


def tables_read(declarations: Iterable[Declaration]) -> list[str]:
    """Names of the tables of the record that declarations need, in alphabetical order."""
    names = {"same_observation", "scopes", "counters", "sources"}
    for declaration in declarations:
        names.add(declaration.table)
        names.update(declaration.named.reads if declaration.named else ())
    return sorted(names)


def substituted(text: str, parameters: Mapping[str, Any]) -> str:
    """Text with each ``$name`` replaced by the value of that parameter.

    Raises
    ------
    DataError
        If a parameter is missing, or is a list without the position that is named.
    """

    def value_of(match: re.Match[str]) -> str:
        value = parameter(match[0], parameters)
        plain = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        if ";" in plain:
            message = f"parameter {match[0]}: {plain!r} holds a semicolon; remove it"
            raise DataError(message)
        return plain

    return PARAMETER.sub(value_of, text)


def parameter(text: str, parameters: Mapping[str, Any]) -> Any:
    """Value of ``$name`` or ``$name[position]``; other text is a number or a plain word.

    Raises
    ------
    DataError
        If a parameter is missing, or is a list without the position that is named.
    """
    match = PARAMETER.fullmatch(text)
    if match is None:
        return int(text) if text.isdecimal() else _number_or_word(text)
    name, position = match.groups()
    if name not in parameters:
        known = ", ".join(sorted(parameters)) or "none"
        message = f"no parameter {name!r}; the notebook passes: {known}"
        raise DataError(message)
    value = parameters[name]
    if position is None:
        return value
    if not isinstance(value, list | tuple) or int(position) >= len(value):
        message = f"parameter {name!r} is {value!r} and has no [{position}]; correct the position"
        raise DataError(message)
    return value[int(position)]


def _number_or_word(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def arguments_of(declaration: Declaration, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a named estimate, parameters replaced by their values.

    Raises
    ------
    DataError
        If an argument is not written ``name=value``, or its parameter is missing.
    """
    arguments = {}
    for each in declaration.arguments.split():
        name, equals, value = each.partition("=")
        if not equals or not value:
            message = f"{each!r}: write name=value"
            raise DataError(message)
        arguments[name] = parameter(value, parameters)
    return arguments
