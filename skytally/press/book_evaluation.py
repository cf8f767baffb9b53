"""``python -m skytally.press.book_evaluation``: findings and verdicts, without a kernel.

Editions call it on projects made of an older and a newer one, with the code of either.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from skytally import claims
from skytally.claims import Evidence
from skytally.core import DataError, IntegrityError, data_folder
from skytally.findings import Finding, as_json, evaluation_of, kept_findings, with_support
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)
from skytally.press.notebook_parameter_reader_and_checks import book_prior
from skytally.record import WholeRecord

REQUEST = "evaluation_request.json"
"""In the folder of a project: ``measured``, the findings that its notebooks made from images, and
``wanted``, the keys of the declared findings to evaluate, or null for all and the claims."""
OUTCOMES = "outcomes.json"
"""Written into it: its findings, claims, and what could not be evaluated."""


@dataclass(frozen=True)
class BookOutcomes:
    """Findings and verdicts of a whole book, before anything would flip them."""

    findings: list[dict[str, Any]]
    """Entries of ``findings.json``, sorted by key."""
    claims: list[dict[str, Any]]
    """Entries of ``claims.json``, sorted by id."""
    tables: Mapping[str, pd.DataFrame]
    """Tables of the claims by name."""
    evidence: Evidence
    """What the claims were judged on."""


def whole_record() -> WholeRecord:
    """Read the record as it is now.

    Raises
    ------
    DataError
        If a table has faults.
    """
    return WholeRecord(claims.read_tables(data_folder() / "record"))


def claims_tables() -> dict[str, pd.DataFrame]:
    """Tables of the claims and of the rival explanations, with the prior that the book's file sets.

    Raises
    ------
    DataError
        If a table has faults.
    """
    tables, prior = claims.read_tables(data_folder() / "claims"), book_prior()
    return tables if prior is None else claims.with_prior(tables, prior)


def book_outcomes(
    findings: list[dict[str, Any]], record: WholeRecord | None = None
) -> BookOutcomes:
    """Weigh the rival explanations and judge the claims on the findings of all pages.

    Parameters
    ----------
    findings : list of dict
        Entries of ``findings.json`` of all pages.
    record : WholeRecord or None
        The record, where it was read already.

    Returns
    -------
    BookOutcomes

    Raises
    ------
    DataError
        If a table of the claims has faults, or points to what does not exist.
    """
    record = record or whole_record()
    tables = claims_tables()
    evidence = replace(claims.gather_evidence(record.raw, findings), record=record)
    weighed = claims.rival_findings(claims.read_hypotheses(tables, evidence), evidence)
    listed = [*findings, *json.loads(as_json(weighed))]
    listed.sort(key=lambda finding: finding["key"])
    judged = json.loads(claims.as_json(claims.judge_claims(tables, evidence)))
    return BookOutcomes(listed, judged, tables, evidence)


def declared_outcomes(
    wanted: Collection[str] | None, record: WholeRecord
) -> tuple[list[dict[str, Any]], list[str]]:
    """Evaluate what is declared in data; findings, and what is wrong with the others."""
    declarations, faults = declared_findings()
    evaluation = evaluation_of(declarations, record, parameters=page_parameters())
    results = kept_findings(evaluation, wanted)
    made = [each for each in results.values() if isinstance(each, Finding)]
    kinds = {each.key: each.kind for each in declarations}
    faults += [each for each in results.values() if isinstance(each, str)]
    return json.loads(as_json(with_support(made, kinds, evaluation.tables))), faults


def _evaluated(project: Path) -> dict[str, Any]:
    """Evaluate a project; what cannot be evaluated is among the faults."""
    asked = json.loads((project / REQUEST).read_bytes())
    findings: list[dict[str, Any]] = []
    judged: list[dict[str, Any]] = []
    faults: list[str] = []
    try:
        record = whole_record()
        findings, faults = declared_outcomes(asked["wanted"], record)
        known = {finding["key"] for finding in findings}
        findings += [each for each in asked["measured"] if each["key"] not in known]
        if asked["wanted"] is None:
            whole = book_outcomes(findings, record)
            findings, judged = whole.findings, whole.claims
    except (DataError, IntegrityError) as error:
        faults.append(str(error))
    return {"findings": findings, "claims": judged, "faults": faults}


def _write_outcomes(folder: str) -> None:
    os.environ["SKYTALLY_PROJECT"] = folder
    project = Path(folder)
    text = json.dumps(_evaluated(project), ensure_ascii=False, allow_nan=False)
    (project / OUTCOMES).write_text(text, encoding="utf-8")


def main(folders: list[str]) -> int:
    """Evaluate projects, each in a process of its own, since tables are read once a process."""
    workers = min(len(folders), os.cpu_count() or 1)
    with multiprocessing.get_context("fork").Pool(max(workers, 1), maxtasksperchild=1) as pool:
        pool.map(_write_outcomes, folders, chunksize=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
