"""What a declared finding is computed from, with every reference filled in, for others to redo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skytally.findings.date_lag_and_order_findings import BETWEEN, DATED, YES
from skytally.findings.finding import Finding
from skytally.findings.finding_computation_from_declarations import (
    PICKED,
    Evaluation,
    clauses_of,
    compared_row,
    conditions_of,
    further_rows,
    named_rows,
    one_row,
    rows_kept_instead,
    selected_rows,
)
from skytally.findings.finding_declarations import (
    REFERENCE,
    ROWS_PER_GROUP,
    Declaration,
    arguments_of,
    parameter,
)
from skytally.findings.quote_ratio_share_estimate_findings import may_round
from skytally.record import condition_parts, date_columns

COUNTED_KINDS = ("tally", "only")
COMPARED_KINDS = ("ratio", "share")
QUOTED_KINDS = ("quote", "dated", *PICKED)
REPEATED = "the same report on another page"
SEEN_TWICE = "another row of the same sighting counts in its place"
"""Why a row that meets the conditions is left out."""


@dataclass(frozen=True)
class Computation:
    """How one finding was computed, in terms of rows and cells only."""

    steps: Mapping[str, Any] | None
    """Kind, rows or conditions, and what is done with them; None where cells alone do not give
    the number."""
    method: str
    """In words, what computes the number where `steps` is None."""
    rows: tuple[str, ...]
    """Ids of all rows that it takes, of those that it left out and of those it compared."""


def _conditions(text: str) -> list[list[str]]:
    return [list(part) for part in condition_parts(text)]


def _clause(text: str) -> dict[str, Any]:
    """One clause of the column *part*."""
    size = ROWS_PER_GROUP.fullmatch(text)
    if size:
        return {"rows": int(size[1])}
    excluded = text.startswith("not ")
    clause: dict[str, Any] = {"where": _conditions(text.removeprefix("not "))}
    return {**clause, "not": True} if excluded else clause


def _left_out(declaration: Declaration, evaluation: Evaluation, where: str) -> dict[str, str]:
    """Rows that meet the conditions and do not count, each with the reason."""
    tables = evaluation.tables
    candidates = tables.whole.selection(declaration.table, where)
    gone = tables.gone(declaration.table)
    twice = tables.whole.seen_twice(candidates.ids, gone) if declaration.once == "yes" else set()
    return {
        row: REPEATED if row in gone else SEEN_TWICE
        for row in candidates.ids
        if row in gone or row in twice
    }


def _selection(declaration: Declaration, evaluation: Evaluation) -> dict[str, Any]:
    """Rows by their ids, or conditions and what they leave out."""
    if declaration.rows:
        return {"rows": list(selected_rows(declaration, evaluation)["id"])}
    where = conditions_of(declaration, evaluation)
    return {
        "table": declaration.table,
        "where": _conditions(where),
        "left_out": _left_out(declaration, evaluation, where),
    }


def _stated_number(declaration: Declaration, evaluation: Evaluation) -> Any:
    """Find a number that no cell prints: a parameter, or 1 for a row quoted for its date."""
    if declaration.kind == "assumption":
        return parameter(declaration.value, evaluation.parameters_of(declaration))
    return 1 if declaration.kind in QUOTED_KINDS and declaration.unit else None


def _steps(declaration: Declaration, evaluation: Evaluation) -> dict[str, Any]:
    kind = declaration.kind
    steps: dict[str, Any] = {"kind": kind, **_selection(declaration, evaluation), "of": []}
    steps["value"] = _stated_number(declaration, evaluation)
    if kind in COUNTED_KINDS:
        steps["distinct"] = declaration.distinct.split()
        steps["part"] = [_clause(clause) for clause in clauses_of(declaration, evaluation)]
    elif kind in COMPARED_KINDS:
        steps["of"] = list(compared_row(declaration, evaluation)["id"])
    elif kind in QUOTED_KINDS:
        if declaration.of:
            steps["of"] = list(named_rows(declaration.of, declaration, evaluation)["id"])
        row = one_row(declaration, evaluation)
        steps["dated_by"] = list(date_columns(row))
        steps["not_below"] = _bounds(declaration, evaluation, row)
    return steps


def _bounds(declaration: Declaration, evaluation: Evaluation, row: pd.DataFrame) -> list[str]:
    """Rows of the same sighting that bound a quoted number from below, and are not its rounding."""
    if declaration.unit:
        return []
    kept = rows_kept_instead(row, declaration, evaluation)
    bounds = kept[kept["bound"].isin(("at least", "more than")) & kept["value"].notna()]
    value = row.iloc[0]["value"]
    raising = ~bounds["value"].map(lambda bound: may_round(value, bound)).astype(bool)
    return list(bounds.loc[(bounds["unit"] == row.iloc[0]["unit"]) & raising, "id"])


def _referred(declaration: Declaration, evaluation: Evaluation) -> list[Declaration]:
    """Find the declarations of the findings on dates to which one refers."""
    keys = [match[1] for match in REFERENCE.finditer(declaration.of)]
    return [evaluation.declarations[key] for key in keys]


def _date_steps(declaration: Declaration, evaluation: Evaluation) -> dict[str, Any]:
    """Take a finding on dates apart, with the changes that it compares or is narrowed by."""
    changes = [_date_steps(each, evaluation) for each in _referred(declaration, evaluation)]
    steps: dict[str, Any] = {"kind": declaration.kind, "changes": changes}
    if declaration.kind in BETWEEN:
        return steps
    arguments = arguments_of(declaration, evaluation.parameters_of(declaration))
    seen = {name: arguments.get(name) == YES for name in ("lasting", "moment")}
    return {**steps, **_selection(declaration, evaluation), **seen, "day": arguments.get("day", "")}


def _taken(
    declaration: Declaration, evaluation: Evaluation, steps: Mapping[str, Any]
) -> Iterator[str]:
    """Rows that steps select, leave out or are compared with."""
    if declaration.kind not in BETWEEN:
        yield from selected_rows(declaration, evaluation)["id"]
    yield from (*steps.get("left_out", ()), *steps.get("not_below", ()))
    for change, inner in zip(
        _referred(declaration, evaluation), steps.get("changes", ()), strict=False
    ):
        yield from _taken(change, evaluation, inner)


def _unique(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(str, ids)))


def declared_computation(
    declaration: Declaration, evaluation: Evaluation, finding: Finding
) -> Computation:
    """Take a finding apart into the cells and steps that give its number.

    Parameters
    ----------
    declaration : Declaration
        As in the table of findings.
    evaluation : Evaluation
        Of all findings, from `skytally.findings.evaluation_of`.
    finding : Finding
        What it evaluates to.

    Returns
    -------
    Computation
        Without steps for an estimate and a named count, which take more than cells.
    """
    taken = [*finding.inputs, *finding.further]
    if declaration.kind in ("estimate", "count"):
        taken += selected_rows(declaration, evaluation)["id"].tolist()
        taken += further_rows(declaration, evaluation)
        return Computation(None, f"{declaration.kind} by {declaration.estimate}", _unique(taken))
    dated = declaration.kind in (*DATED, *BETWEEN)
    steps = (_date_steps if dated else _steps)(declaration, evaluation)
    return Computation(steps, "", _unique([*taken, *_taken(declaration, evaluation, steps)]))
