"""Everything a rule may ask for: findings, rows of the record, sites, and how to look them up."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.claims.comparison import Known, comparable
from skytally.core import names as n
from skytally.core.data_dictionary import table_names
from skytally.core.errors import DataError
from skytally.core.quantity import limits, quantity_of, said
from skytally.core.table_reader import read_table
from skytally.core.wording import when
from skytally.record.evidence_lines import count_once
from skytally.record.provenance import Graph, graph
from skytally.record.repeated_observations import drop_copies

SLACK = pd.Timedelta(days=15)
"""How far a nominal day may be from the true one; it stands for words such as *mid-August*."""
CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|!=|=|~)\s*(.*?)\s*")


@dataclass(frozen=True)
class Evidence:
    """Everything a rule may ask for."""

    tables: Mapping[str, pd.DataFrame]
    """Tables of the record, by name."""
    findings: Mapping[str, Mapping[str, Any]]
    """Findings by key, as in ``findings.json``."""
    rows: Mapping[str, Mapping[str, Any]]
    """Rows of all tables of observations and claims, by id."""
    sites: Mapping[str, Mapping[str, Any]]
    """Sites by id."""
    known: Graph
    """Who copied whom."""


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read every table of a folder that has a dictionary, by name."""
    return {name: read_table(folder / f"{name}.csv") for name in table_names(folder)}


def evidence(record: Mapping[str, pd.DataFrame], findings: Iterable[Mapping[str, Any]]) -> Evidence:
    """Gather what the rules are evaluated on.

    Parameters
    ----------
    record : mapping of str to pandas.DataFrame
        All tables of the record, as `read_tables` gives them.
    findings : iterable of mapping
        The rows of ``findings.json``.

    Returns
    -------
    Evidence

    Raises
    ------
    DataError
        If the sources have a circle, or copy a source that does not exist.
    """
    observed = {
        name: each for name, each in record.items() if {"id", "source_id"} <= {*each.columns}
    }
    rows = {
        str(row["id"]): {**{str(word): cell for word, cell in row.items()}, "table": name}
        for name, each in observed.items()
        for row in each.to_dict("records")
    }
    sites = {str(row["id"]): rows.pop(str(row["id"])) for _, row in record["sites"].iterrows()}
    keyed = {str(each["key"]): each for each in findings}
    return Evidence(record, keyed, rows, sites, graph(record["sources"]))


def known_of(ref: str, given: Evidence) -> Known:
    """Give the number of a finding or a row of the record.

    Raises
    ------
    DataError
        If there is neither a finding nor a row of that name.
    """
    if ref in given.findings:
        found = given.findings[ref]
        value, low, high = (
            missing if found[word] is None else float(found[word])
            for word, missing in ((n.VALUE, math.nan), (n.LOW, -math.inf), (n.HIGH, math.inf))
        )
        return comparable(Known(value, low, high, found["bound"], found["unit"], found["said"]))
    blank = dict.fromkeys((n.VALUE, n.LOW, n.HIGH), math.nan)
    return printed({**blank, n.BOUND: "", "unit": "", "wording": "", **row_of(ref, given)})


def printed(row: Mapping[str, Any]) -> Known:
    """Give the number that a row prints, NaN where it prints none."""
    quantity = quantity_of(row)
    low, high = limits(quantity)
    return comparable(
        Known(quantity.value, low, high, quantity.bound, quantity.unit, said(quantity))
    )


def _condition(table: pd.DataFrame, text: str) -> tuple[str, str, object]:
    """Read one condition into column, sign and what the cells are held against."""
    match = CONDITION.fullmatch(text)
    if match is None or match[1] not in table:
        message = f"{text.strip()!r}: write column, one of = != ~ <= >=, value"
        raise DataError(message)
    column, sign, words = match.groups()
    kind = table[column].dtype.kind
    if sign in ("<=", ">="):
        if kind not in "Mfiu":
            message = f"{text.strip()!r}: {column} holds words; compare a date or a number"
            raise DataError(message)
        edge = pd.to_datetime(words, errors="coerce") if kind == "M" else _as_number(words)
        if pd.isna(edge):
            message = f"{text.strip()!r}: {words!r} is no {'date' if kind == 'M' else 'number'}"
            raise DataError(message)
        return column, sign, edge
    if sign == "~":
        try:
            return column, sign, re.compile(words, re.IGNORECASE)
        except re.error as error:
            message = f"{text.strip()!r}: no pattern ({error}); correct it"
            raise DataError(message) from error
    return column, sign, words.split("|")


def _as_number(words: str) -> float:
    try:
        return float(words)
    except ValueError:
        return math.nan


def condition_faults(table: pd.DataFrame, conditions: str) -> list[str]:
    """Collect every condition that cannot be read or asks of a column what it does not hold."""
    faults = []
    for text in filter(str.strip, conditions.split(";")):
        try:
            _condition(table, text)
        except DataError as fault:
            faults.append(str(fault))
    return faults


def condition_words(conditions: str) -> list[tuple[str, list[str]]]:
    """Give column and words of each condition that asks for certain words, or for none of them."""
    matches = [CONDITION.fullmatch(text) for text in conditions.split(";")]
    return [(each[1], each[3].split("|")) for each in matches if each and each[2] in ("=", "!=")]


def filtered(table: pd.DataFrame, conditions: str) -> pd.DataFrame:
    """Choose the rows that meet every condition, each ``column sign value``, parted by semicolons.

    Raises
    ------
    DataError
        If a condition cannot be read, names no column of the table, orders words, or is no
        pattern.
    """
    chosen = pd.Series(data=True, index=table.index)
    for text in filter(str.strip, conditions.split(";")):
        column, sign, wanted = _condition(table, text)
        cells = table[column]
        if sign in ("<=", ">="):
            chosen &= cells <= wanted if sign == "<=" else cells >= wanted
        elif isinstance(wanted, re.Pattern):
            found = [bool(wanted.search(str(cell))) for cell in cells]
            chosen &= pd.Series(found, index=table.index, dtype=bool)
        else:
            chosen &= cells.astype(str).isin(wanted) == (sign == "=")
    return table[chosen]


def rows_of(rule: Mapping[str, Any], given: Evidence) -> pd.DataFrame:
    """Choose the rows a rule speaks of, each observation once and no copies of it."""
    rows = filtered(given.tables[rule["table"]], rule["where"])
    # copies first: a copy stands in no group, so it would outlive the row it copies
    rows, groups = drop_copies(rows, given.tables["sources"]), given.tables["same_observation"]
    return count_once(rows, groups[groups["row_id"].isin(rows["id"])])


def row_of(ref: str, given: Evidence) -> Mapping[str, Any]:
    """Give the row with an id.

    Raises
    ------
    DataError
        If no row of the record has it.
    """
    if ref not in given.rows:
        message = f"{ref!r} is no row with dates; name a row of the record"
        raise DataError(message)
    return given.rows[ref]


def numbers_of(rows: pd.DataFrame, given: Evidence) -> list[tuple[str, Known]]:
    """Give id and number of each row that carries one."""
    known = [(str(each), known_of(str(each), given)) for each in rows["id"]]
    return [(each, found) for each, found in known if not math.isnan(found.low)]


def dates_of(ref: str, given: Evidence, *, stated: bool) -> tuple[pd.Timestamp, pd.Timestamp, str]:
    """Give the first and last day a row may speak of, and both in words.

    Raises
    ------
    DataError
        If no row of the record has the id.
    """
    row = row_of(ref, given)
    words = ("date_first", "date_last", "precision_first", "precision_last")
    if row["table"] == "voyages":
        words = ("depart_first", "arrive_last", "depart_precision", "arrive_precision")
    elif stated and "statement_first" in row:
        words = ("statement_first", "statement_last", "statement_precision", "statement_precision")
    first, last, *precision = (row[word] for word in words)
    shown = when(first, last, *precision)
    first = pd.Timestamp.min if pd.isna(first) else first - SLACK * int(precision[0] == "nominal")
    last = pd.Timestamp.max if pd.isna(last) else last + SLACK * int(precision[1] == "nominal")
    return first, last, f"{ref} ({shown})"
