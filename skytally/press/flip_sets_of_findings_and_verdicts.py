"""Flip sets of all findings and verdicts of a build, added to what the pages read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from skytally.claims import Evidence, flips_of_rivals, flips_of_verdicts, read_hypotheses
from skytally.core import IntegrityError, files_at_once, side_by_side
from skytally.findings import (
    ESTIMATES,
    Finding,
    FlipSets,
    Reevaluation,
    flips_as_json,
    flips_of_findings,
)
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)
from skytally.press.parameter_values_to_try import stated_ranges
from skytally.record import WholeRecord

FLIPS = "flips_if"
"""Field of a finding or a claim that says what would change it."""
SHARE = 4
"""One in so many light searches goes with the verdicts, so that both shares take as long."""


def reevaluation(record: WholeRecord) -> Reevaluation:
    """Make the declared findings of all pages ready to be evaluated without some rows.

    Parameters
    ----------
    record : WholeRecord
        All tables of the record.

    Returns
    -------
    Reevaluation
    """
    declarations, _ = declared_findings()
    parameters = page_parameters()
    keyed = {declaration.key: declaration for declaration in declarations}
    return Reevaluation(keyed, record, parameters, stated_ranges(parameters))


def _check_same(staged: Mapping[str, str], again: Reevaluation, keys: Iterable[str]) -> None:
    """Refuse findings of the notebooks that differ from those evaluated here."""
    differing = [
        key
        for key in keys
        if key in staged and getattr(again.finding(key), "text", None) != staged[key]
    ]
    if differing:
        message = (
            f"findings {', '.join(differing)}: the notebook gave another sentence than their "
            "declaration; run make book again, or pass every parameter of the cell to evaluate_page"
        )
        raise IntegrityError(message)


@files_at_once()
def all_flips(
    findings: Sequence[Mapping[str, Any]],
    tables: Mapping[str, pd.DataFrame],
    evidence: Evidence,
) -> tuple[dict[str, FlipSets], dict[str, FlipSets | None]]:
    """Search the flip sets of every declared finding and of every verdict.

    Parameters
    ----------
    findings : sequence of mapping
        Rows of ``findings.json``.
    tables : mapping of str to pandas.DataFrame
        The tables of the claims.
    evidence : Evidence
        What the claims were judged on.

    Returns
    -------
    tuple of dict
        By key of the finding, and by id of the claim.

    Raises
    ------
    DataError
        If a search cannot even leave out one row at a time, or a stated range is faulty.
    IntegrityError
        If a finding differs from the one that its declaration gives now.
    """
    again = reevaluation(evidence.record)
    staged = {finding["key"]: finding["text"] for finding in findings}
    known = read_hypotheses(tables, evidence)
    costly = [key for key in again.declarations if again.declarations[key].kind in ESTIMATES]
    light = [key for key in again.declarations if again.declarations[key].kind not in ESTIMATES]

    def searched(keys: Sequence[str]) -> dict[str, FlipSets]:
        _check_same(staged, again, keys)
        possible = (key for key in keys if isinstance(again.finding(key), Finding))
        return flips_of_findings(again, [key for key in possible if key in staged])

    def with_verdicts() -> tuple[dict[str, FlipSets], dict[str, FlipSets | None]]:
        of_findings = {**searched(light[::SHARE]), **flips_of_rivals(known, evidence)}
        return of_findings, flips_of_verdicts(tables["ledger"], tables["rules"], evidence, again)

    def without_verdicts() -> tuple[dict[str, FlipSets], dict[str, FlipSets | None]]:
        rest = [key for at, key in enumerate(light) if at % SHARE]
        return searched([*costly, *rest]), {}

    shares = side_by_side([without_verdicts, with_verdicts])
    found = {key: flips for of_findings, _ in shares for key, flips in of_findings.items()}
    return found, {claim: flips for _, of_claims in shares for claim, flips in of_claims.items()}


def with_flips(
    rows: Sequence[Mapping[str, Any]], flips: Mapping[str, FlipSets | None], *, key: str
) -> list[dict[str, Any]]:
    """Rows of ``findings.json`` or ``claims.json`` with what would flip each.

    Parameters
    ----------
    rows : sequence of mapping
        Findings or claims.
    flips : mapping of str to FlipSets or None
        By key or id.
    key : str
        Name of that key.

    Returns
    -------
    list of dict
        With `FLIPS`; null where nothing was searched: a finding that images or judgements
        made, a claim that no rule decides.
    """
    shown = []
    for row in rows:
        found = flips.get(row[key])
        shown.append({**row, FLIPS: None if found is None else flips_as_json(found)})
    return shown
