"""Rows on which a declared finding depends: without the others it stays as it is."""

from __future__ import annotations

import pandas as pd

from skytally.findings.finding_computation_from_declarations import (
    PICKED,
    Evaluation,
    clauses_of,
    estimate_of,
    further_rows,
    matching_rows,
    selected_rows,
)
from skytally.findings.finding_declarations import REFERENCE, Declaration

COUNTED = ("tally", "only")
FEW = 3
"""Where so few rows are selected all are decisive: without them nothing is left to count."""


def _counted_rows(declaration: Declaration, rows: pd.DataFrame, evaluation: Evaluation) -> set[str]:
    """Rows whose loss can change a count: those that are in it, unless a clause rules rows out."""
    clauses, whole = clauses_of(declaration, evaluation), evaluation.tables.whole
    if any(clause.startswith("not ") for clause in clauses):
        return {*rows["id"]}
    ids = whole.table(declaration.table).ids
    return {ids[row] for row in matching_rows(rows, declaration, clauses, whole)}


def _decisive(declaration: Declaration, rows: pd.DataFrame, evaluation: Evaluation) -> set[str]:
    """Rows of the selection whose loss can change the finding."""
    if declaration.kind in PICKED:
        return set(PICKED[declaration.kind](rows)["id"])
    if len(rows) <= FEW:
        return set(rows["id"])
    if declaration.kind in COUNTED:
        return _counted_rows(declaration, rows, evaluation)
    if declaration.kind == "count":
        result, _ = estimate_of(declaration, evaluation)
        named = getattr(result, "decisive", None)
        return set(rows["id"]) if named is None else set(named)
    return set(rows["id"])


def rows_read(declaration: Declaration, evaluation: Evaluation) -> set[str]:
    """Ids of the rows on which a finding depends.

    Parameters
    ----------
    declaration : Declaration
        Of a finding that can be evaluated.
    evaluation : Evaluation
        The tables it is evaluated on.

    Returns
    -------
    set of str
        If every row of a set is outside, the finding is the same without the set: a highest
        row stays the highest, whichever lower ones are missing, and a count counts the same.
        Rows that other findings select, to which this one refers, are among them, and so are
        rows without which a copy, or another row of the sighting, is counted in their place.
    """
    rows, record = selected_rows(declaration, evaluation), evaluation.tables.whole
    read = _decisive(declaration, rows, evaluation) | (record.repeated & {*rows["id"]})
    if declaration.once:
        read |= record.kept_for_others & {*rows["id"]}
    for match in REFERENCE.finditer(f"{declaration.of} {declaration.where}"):
        read |= rows_read(evaluation.declarations[match[1]], evaluation)
    return read | further_rows(declaration, evaluation)
