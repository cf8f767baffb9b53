"""Facts on the sources of findings: how their rows were read, who counted, whose images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from skytally.findings.finding import Finding
from skytally.record import copying_graph, drop_copies, support

WITHOUT_SUPPORT = {"tally", "only", "count", "assumption"}
"""Kinds of findings that count rows of the record or state a choice: no source vouches for them."""

COMPUTED = {"estimate", "ratio", "share", "lag", "order", *WITHOUT_SUPPORT}
"""Kinds of findings whose number no row prints: this book computed, counted or chose it."""


def with_support(
    findings: Iterable[Finding], kinds: Mapping[str, str], tables: Mapping[str, pd.DataFrame]
) -> list[Finding]:
    """Add to each finding the facts on the sources of its rows, and whether it was computed here.

    Parameters
    ----------
    findings : iterable of Finding
    kinds : mapping of str to str
        Key of a finding to its kind.
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name, ``sources`` and ``same_observation`` among them.

    Returns
    -------
    list of Finding
        A finding of one of `WITHOUT_SUPPORT`, and one that rests on no row of an observer, has
        none.

    Notes
    -----
    METHODS 9.9.
    """
    graph = copying_graph(tables["sources"], tables.get("same_observation"))
    rows = {
        str(row["id"]): row
        for table in tables.values()
        if {"id", "source_id", "reading"} <= {*table.columns} and "lat" not in table
        for row in drop_copies(table, tables["sources"]).to_dict("records")
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
