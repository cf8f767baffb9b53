"""The evidence that rules are evaluated on: findings, rows and sites, and how to look them up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from skytally.claims.verdict_on_claimed_number import BoundedNumber, comparable
from skytally.core import (
    DataError,
    evidence_line_name_constants as n,
    limits,
    listed,
    plain_rows,
    quantity_of,
    quantity_text,
    read_table,
    table_names,
    when,
    with_preposition,
)
from skytally.record import (
    INTERVAL,
    NOTHING,
    STATEMENT,
    VOYAGE,
    Graph,
    Removed,
    WholeRecord,
    copying_graph,
)

NOMINAL_UNCERTAINTY = pd.Timedelta(days=15)
"""How far a nominal day may be from the true one; it stands for words such as *mid-August*."""


@dataclass(frozen=True)
class Evidence:
    """Findings, rows of the record, sites and sources, each by its id."""

    record: WholeRecord
    """Tables of the record, and what conditions select in them."""
    findings: Mapping[str, Mapping[str, Any]]
    """Findings by key, as in ``findings.json``."""
    rows: Mapping[str, Mapping[str, Any]]
    """Rows of all tables of observations and claims, by id."""
    sites: Mapping[str, Mapping[str, Any]]
    """Sites by id."""
    provenance: Graph
    """Who copied and who cites whom."""
    counters: Mapping[str, str]
    """Names of counters by id."""
    removed: Removed = NOTHING
    """Rows that are left out of what rules count."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables of the record by name, with all rows."""
        return self.record.raw


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read every table of a folder that has a dictionary, by name."""
    return {name: read_table(folder / f"{name}.csv") for name in table_names(folder)}


def gather_evidence(
    record: Mapping[str, pd.DataFrame], findings: Iterable[Mapping[str, Any]]
) -> Evidence:
    """Gather the evidence that rules are evaluated on.

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
        name: table for name, table in record.items() if {"id", "source_id"} <= {*table.columns}
    }
    rows = {
        str(row["id"]): {**row, "table": name}
        for name, table in observed.items()
        for row in plain_rows(table)
    }
    sites = {str(row): rows.pop(str(row)) for row in record["sites"]["id"]}
    keyed = {str(finding["key"]): finding for finding in findings}
    graph = copying_graph(record["sources"], record["same_observation"])
    counters = dict(zip(record["counters"]["id"], record["counters"]["name"], strict=True))
    return Evidence(WholeRecord(record), keyed, rows, sites, graph, counters)


def number_of(ref: str, evidence: Evidence) -> BoundedNumber:
    """Value and bounds of a finding or of a row of the record.

    Raises
    ------
    DataError
        If there is neither a finding nor a row of that name.
    """
    if ref in evidence.findings:
        finding = evidence.findings[ref]
        value, low, high = (
            missing if finding[end] is None else float(finding[end])
            for end, missing in ((n.VALUE, math.nan), (n.LOW, -math.inf), (n.HIGH, math.inf))
        )
        bound, unit, words = (finding[field] for field in ("bound", "unit", "said"))
        return comparable(BoundedNumber(value, low, high, bound, unit, words))
    blank = dict.fromkeys((n.VALUE, n.LOW, n.HIGH), math.nan)
    return number_of_row({**blank, n.BOUND: "", "unit": "", "wording": "", **row_of(ref, evidence)})


def number_of_row(row: Mapping[str, Any]) -> BoundedNumber:
    """Value and bounds that a row prints, NaN where it prints none."""
    quantity = quantity_of(row)
    low, high = limits(quantity)
    words = quantity_text(quantity)
    return comparable(
        BoundedNumber(quantity.value, low, high, quantity.bound, quantity.unit, words)
    )


def rows_of(rule: Mapping[str, Any], evidence: Evidence) -> pd.DataFrame:
    """Rows that a rule selects, no copies, and each observation once unless words are counted."""
    record, name = evidence.record, rule["table"]
    found = record.selection(name, rule["where"])
    # copies first: a copy stands in no group, so it would outlive the row it copies
    present = record.repeated_in(name).intersection(found.ids) - evidence.removed
    gone = evidence.removed | record.copies(name, present)
    if rule["distinct"]:
        # different words count once anyhow, and one of two reports of a sighting may have its own
        return found.without(gone)
    return found.without(gone | record.seen_twice(found.ids, gone))


def size_of_part(rule: Mapping[str, Any], evidence: Evidence) -> int:
    """Count the selected rows that are in the part of a rule."""
    inside = evidence.record.met(rule["table"], rule["part"])
    return int(inside[rule["selected"].index].sum())


def row_of(ref: str, evidence: Evidence) -> Mapping[str, Any]:
    """Row of the record with an id.

    Raises
    ------
    DataError
        If no row of the record has it.
    """
    if ref not in evidence.rows:
        message = f"{ref!r} is no row with dates; name a row of the record"
        raise DataError(message)
    return evidence.rows[ref]


def numbers_of(rows: pd.DataFrame, evidence: Evidence) -> list[tuple[str, BoundedNumber]]:
    """Id and number of each row that carries a number."""
    numbers = [(str(ref), number_of(str(ref), evidence)) for ref in rows["id"]]
    return [(ref, number) for ref, number in numbers if not math.isnan(number.low)]


class Observed(NamedTuple):
    """First and last day that a row may refer to, and both in words."""

    first: pd.Timestamp
    """First day, as early as it may have been."""
    last: pd.Timestamp
    """Last day, as late as it may have been."""
    words: str
    """The dates as the pages print them."""


def dates_of(ref: str, evidence: Evidence, *, stated: bool) -> Observed:
    """First and last day that a row may refer to.

    Raises
    ------
    DataError
        If no row of the record has the id.
    """
    row = row_of(ref, evidence)
    columns = INTERVAL
    if stated and {*STATEMENT} <= {*row}:
        columns = STATEMENT
    elif not {*INTERVAL} <= {*row}:
        columns = VOYAGE
    first, last, *precision = (row[column] for column in columns)
    shown = when(first, last, *precision)
    first = (
        pd.Timestamp.min
        if pd.isna(first)
        else first - NOMINAL_UNCERTAINTY * int(precision[0] == "nominal")
    )
    last = (
        pd.Timestamp.max
        if pd.isna(last)
        else last + NOMINAL_UNCERTAINTY * int(precision[1] == "nominal")
    )
    return Observed(first, last, shown)


def period_of(refs: Iterable[str], evidence: Evidence, *, stated: bool = True) -> str:
    """Dates of findings and rows in words, with the preposition that they take.

    More than two different dates are given as first and last day.
    """
    refs = list(refs)
    dates = [
        str(evidence.findings[ref]["when"])
        if ref in evidence.findings
        else dates_of(ref, evidence, stated=stated).words
        for ref in refs
    ]
    distinct = [words for words in dict.fromkeys(dates) if words and not words.startswith("no ")]
    if len(distinct) < 3 or set(refs) & set(evidence.findings):
        return listed([with_preposition(words) for words in distinct])
    known = [dates_of(ref, evidence, stated=stated) for ref in refs]
    first, last = min(each.first for each in known), max(each.last for each in known)
    return with_preposition(when(first, last, "day", "day"))


def counters_of(refs: Iterable[str], evidence: Evidence) -> str:
    """Names of the counters of rows, as a list in words; an event has none."""
    ids = dict.fromkeys(str(row_of(ref, evidence).get("counter", "")) for ref in refs)
    return listed([evidence.counters.get(who, who) for who in ids if who])
