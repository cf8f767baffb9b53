"""Rows on which a declared finding depends: without the others it stays as it is."""

from __future__ import annotations

import pandas as pd

from skytally.findings.declarations import REFERENCE, Declaration
from skytally.findings.evaluation import (
    PICKED,
    Evaluation,
    clauses_of,
    estimate_of,
    further_rows,
    matching_rows,
    selected_rows,
)
from skytally.record import SAME_SIGHTING

COUNTED = ("tally", "only")
FEW = 3
"""Where so few rows are selected all are decisive: without them nothing is left to count."""


def _stands_for_others(rows: pd.DataFrame, evaluation: Evaluation) -> set[str]:
    """Rows kept for a sighting: without them another row of it is counted in their place."""
    groups = evaluation.tables["same_observation"]
    kept = groups["relation"].isin(SAME_SIGHTING) & (groups["keep"] == "yes")
    return set(groups.loc[kept, "row_id"]) & set(rows["id"])


def _counted_rows(
    declaration: Declaration, rows: pd.DataFrame, evaluation: Evaluation
) -> pd.DataFrame:
    """Rows whose loss can change a count: those that are in it, unless a clause rules rows out."""
    clauses = clauses_of(declaration, evaluation)
    if any(clause.startswith("not ") for clause in clauses):
        return rows
    return rows.loc[matching_rows(rows, declaration, clauses).index]


def _decisive(declaration: Declaration, rows: pd.DataFrame, evaluation: Evaluation) -> set[str]:
    """Rows of the selection whose loss can change the finding."""
    if declaration.kind in PICKED:
        return set(PICKED[declaration.kind](rows)["id"])
    if len(rows) <= FEW:
        return set(rows["id"])
    if declaration.kind in COUNTED:
        return set(_counted_rows(declaration, rows, evaluation)["id"])
    if declaration.kind == "count":
        result, _ = estimate_of(declaration, evaluation)
        named = getattr(result, "decisive", None)
        return set(rows["id"]) if named is None else set(named)
    return set(rows["id"])


def rows_read(
    declaration: Declaration, evaluation: Evaluation, *, copied: frozenset[str]
) -> set[str]:
    """Ids of the rows on which a finding depends.

    Parameters
    ----------
    declaration : Declaration
        Of a finding that can be evaluated.
    evaluation : Evaluation
        The tables it is evaluated on.
    copied : frozenset of str
        Rows that other pages copied: without one of them its copy is counted.

    Returns
    -------
    set of str
        If every row of a set is outside, the finding is the same without the set: a highest
        row stays the highest, whichever lower ones are missing, and a count counts the same.
        Rows that other findings select, to which this one refers, are among them.
    """
    rows = selected_rows(declaration, evaluation)
    read = _decisive(declaration, rows, evaluation) | (set(rows["id"]) & copied)
    if declaration.once:
        read |= _stands_for_others(rows, evaluation)
    for match in REFERENCE.finditer(f"{declaration.of} {declaration.where}"):
        read |= rows_read(evaluation.declarations[match[1]], evaluation, copied=copied)
    return read | further_rows(declaration, evaluation)
