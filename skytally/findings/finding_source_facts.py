"""Facts on the sources of findings: how their rows were read, who counted, whose images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from skytally.core import plain_rows
from skytally.findings.finding import Finding
from skytally.record import ReducedRecord, copying_graph, support

WITHOUT_SUPPORT = {"tally", "only", "count", "assumption"}
"""Kinds of findings that count rows of the record or state a choice: no source vouches for them."""

COMPUTED = {"estimate", "ratio", "share", "lag", "order", *WITHOUT_SUPPORT}
"""Kinds of findings whose number no row prints: this book computed, counted or chose it."""


def with_support(
    findings: Sequence[Finding], kinds: Mapping[str, str], tables: ReducedRecord
) -> list[Finding]:
    """Add to each finding the facts on the sources of its rows, and whether it was computed here.

    Parameters
    ----------
    findings : sequence of Finding
    kinds : mapping of str to str
        Key of a finding to its kind.
    tables : ReducedRecord
        The tables that they were evaluated on.

    Returns
    -------
    list of Finding
        A finding of one of `WITHOUT_SUPPORT`, and one that rests on no row of an observer, has
        none.

    Notes
    -----
    METHODS 9.9.
    """
    raw = tables.whole.raw
    graph = copying_graph(raw["sources"], raw.get("same_observation"))
    wanted = {ref for finding in findings for ref in (*finding.inputs, *finding.further)}
    rows = {
        str(row["id"]): row
        for name, table in raw.items()
        if {"id", "source_id", "reading"} <= {*table.columns} and "lat" not in table
        for row in plain_rows(table[table["id"].isin(wanted - tables.gone(name))])
    }
    return [
        replace(
            finding,
            own=kinds[finding.key] in COMPUTED,
            support=None
            if kinds[finding.key] in WITHOUT_SUPPORT
            else support(
                [rows[ref] for ref in (*finding.inputs, *finding.further) if ref in rows], graph
            ),
        )
        for finding in findings
    ]
