"""Every claim with its verdict, the evidence it rests on, and how its wording drifted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from skytally.claims.rule_evaluation import Outcome, judge_rules
from skytally.claims.rule_evidence import Evidence
from skytally.claims.verdicts import likelihood, worst
from skytally.core import names as n, refuse
from skytally.record import support

DRIFT_COLUMNS = ("original_source", "original", "copy_source", "copy", "change")
"""Columns that describe a change of wording."""
PRESS = "press"
"""Origin of a claim that is a row of ``press_claims``; every other is a sentence of the book."""
RESTS_ON = ("findings", "rows", "sites", "sources")
"""Fields of a claim that name its evidence."""


@dataclass(frozen=True)
class Claim:
    """One claim with its verdict."""

    id: str
    """Id of the row of ``press_claims``, or of a sentence of the book."""
    text: str
    """The claim, paraphrased."""
    asserted_by: str
    """Who asserts it."""
    line: str
    """Evidence line that could test it."""
    tested_part: str
    """Part of it that the verdict is about; empty where it is the whole."""
    verdict: str
    """One of `VERDICTS`."""
    why: tuple[str, ...]
    """One sentence a rule; empty where no rule can decide."""
    confidence: str
    """How good the sources are: *low*, *moderate* or *high*; never a probability."""
    likelihood: str | None
    """Word of `LIKELIHOODS`, None where there is no probability."""
    likelihood_of: str | None
    """What that word is the likelihood of, as the words after *that*; never a p-value."""
    findings: tuple[str, ...]
    """Keys of the findings it was compared with, and of those computed from its rows alone."""
    rows: tuple[str, ...]
    """Rows it was compared with, those behind the findings included."""
    sites: tuple[str, ...]
    """Sites whose positions were used."""
    sources: tuple[str, ...]
    """Pages with the same or another account, where there is one."""
    independent_origins: int
    """Origins of that evidence that did not copy each other."""
    independent_image_families: int
    """Image families behind it."""
    changes_if: str
    """What observation would change the verdict."""
    copied_from: tuple[str, ...]
    """Sources or claims it came from."""
    drift: tuple[Mapping[str, str], ...]
    """How its wording changed on the way."""


def _origin_faults(row: pd.Series, press: pd.DataFrame) -> Iterator[str]:
    from_press = row["origin"] == PRESS
    if from_press != (row["id"] in press.index):
        found = "no such row" if from_press else "a row of this id"
        yield (
            f"{row['id']}: origin {row['origin']!r}, and press_claims has {found}; correct the id "
            "or the origin"
        )
    elif from_press and tuple(row[["text", "asserted_by"]]) != tuple(
        press.loc[row["id"], ["text", "asserted_by"]]
    ):
        yield f"{row['id']}: text or asserted_by differ from press_claims; make them agree"


def _ledger_faults(rows: pd.DataFrame, rules: pd.DataFrame, evidence: Evidence) -> Iterator[str]:
    press = evidence.tables["press_claims"].set_index("id")
    missing = sorted(set(press.index) - set(rows["id"]))
    yield from (f"{claim}: a press claim without a row; add it" for claim in missing)
    repeated = rows[rows["id"].duplicated()]["id"]
    yield from (f"{claim}: stands twice; keep one" for claim in repeated)
    for _, row in rows.iterrows():
        yield from _origin_faults(row, press)
        if bool(row["probability"]) != bool(row["probability_of"]):
            yield f"{row['id']}: give probability and what it is of, or neither"
        if bool(row["rules"]) == bool(row["fixed_verdict"]):
            yield f"{row['id']}: give rules, or a fixed verdict where no rule can decide, not both"
        for column, known in (
            ("rules", set(rules["id"])),
            ("findings", set(evidence.findings)),
            ("rows", set(evidence.rows)),
            ("copied_from", set(evidence.provenance.parents) | set(rows["id"])),
            ("probability", set(evidence.findings)),
        ):
            for ref in sorted(set(row[column].split()) - known):
                yield f"{row['id']}, {column}: no {ref!r}; correct it, or build its line"
        yield from _probability_faults(row, evidence)
    unused = sorted(set(rules["id"]) - set(" ".join(rows["rules"]).split()))
    yield from (f"rule {rule}: used by no claim; remove it or name it" for rule in unused)


def _probability_faults(row: Mapping[str, Any], evidence: Evidence) -> Iterator[str]:
    keys = [key for key in row["probability"].split() if key in evidence.findings]
    if len(row["probability"].split()) > 1:
        yield f"{row['id']}, probability: {len(keys)} findings; name one"
    for key in keys:
        unit = evidence.findings[key].get("unit", n.PROBABILITY)
        if unit != n.PROBABILITY:
            yield f"{row['id']}, probability: {key} is in {unit}; name a probability"


def _drift_faults(drift: pd.DataFrame, rows: pd.DataFrame, evidence: Evidence) -> Iterator[str]:
    for _, row in drift.iterrows():
        for column, known in (
            ("claim", set(rows["id"])),
            ("original_source", set(evidence.provenance.parents)),
            ("copy_source", set(evidence.provenance.parents)),
            ("rows", set(evidence.rows)),
        ):
            for ref in sorted(set(row[column].split()) - known):
                yield f"drift {row['id']}, {column}: no {ref!r}; correct it"


def _rows_behind(keys: Iterable[str], evidence: Evidence) -> list[str]:
    """Rows of findings; those of a probability are no further observation of the claim."""
    findings = [evidence.findings[key] for key in keys]
    inputs = (found["inputs"] for found in findings if found["unit"] != n.PROBABILITY)
    return [ref for ref in chain(*inputs) if ref in evidence.rows]


def _findings_of_same_rows(
    row: Mapping[str, Any], outcomes: Iterable[Outcome], evidence: Evidence
) -> Iterator[str]:
    """Keys of findings computed from nothing but rows with which the claim is compared.

    Of rows that a rule only counts, those of findings that count exactly the same rows.
    """
    outcomes = list(outcomes)
    named = set(row["rows"].split()).union(*(outcome.named for outcome in outcomes))
    counted = [outcome.selected for outcome in outcomes if outcome.selected]
    for key, finding in evidence.findings.items():
        inputs = set(finding["inputs"])
        if inputs and (inputs <= named or inputs in counted):
            yield key


def _likelihood_word(row: Mapping[str, Any], evidence: Evidence) -> str | None:
    if not row["probability"]:
        return None
    chance = evidence.findings[row["probability"]]
    return likelihood(float(chance[n.LOW]), float(chance[n.HIGH]))


def _judged_claim(
    row: Mapping[str, Any],
    outcomes: list[Outcome],
    drift: Iterable[Mapping[str, Any]],
    evidence: Evidence,
) -> Claim:
    refs = dict.fromkeys(chain(*(outcome.refs for outcome in outcomes)))
    keys = {*row["findings"].split(), *(ref for ref in refs if ref in evidence.findings)}
    keys.update(_findings_of_same_rows(row, outcomes, evidence))
    rows = {*row["rows"].split(), *(ref for ref in refs if ref in evidence.rows)}
    rows |= set(_rows_behind(keys, evidence))
    press = evidence.rows.get(row["id"], {"other_sources": ""})
    sources = tuple(sorted(press["other_sources"].split()))
    backing = support([evidence.rows[ref] for ref in sorted(rows)], sources, evidence.provenance)
    verdicts = [outcome.verdict for outcome in outcomes]
    return Claim(
        id=row["id"],
        text=row["text"],
        asserted_by=row["asserted_by"],
        line=row["could_test"],
        tested_part=row["tested_part"],
        verdict=worst(verdicts) if outcomes else row["fixed_verdict"],
        why=tuple(f"{outcome.why}: {outcome.verdict}" for outcome in outcomes),
        confidence=backing.confidence,
        likelihood=_likelihood_word(row, evidence),
        likelihood_of=row["probability_of"] or None,
        findings=tuple(sorted(keys)),
        rows=tuple(sorted(rows)),
        sites=tuple(ref for ref in refs if ref in evidence.sites),
        sources=sources,
        independent_origins=backing.independent_origins,
        independent_image_families=backing.independent_families,
        changes_if=row["changes_if"],
        copied_from=tuple(row["copied_from"].split()),
        drift=tuple(
            {column: str(change[column]) for column in DRIFT_COLUMNS}
            for change in drift
            if change["claim"] == row["id"]
        ),
    )


def ledger_faults(tables: Mapping[str, pd.DataFrame], evidence: Evidence) -> list[str]:
    """Collect the faults of the ledger and its drift: broken references and repetitions.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The tables ``judge_claims``, ``rules`` and ``drift``.
    evidence : Evidence
        Its findings need only their keys.

    Returns
    -------
    list of str
        One sentence a fault.
    """
    rows, rules, drift = (tables[name] for name in ("ledger", "rules", "drift"))
    return [*_ledger_faults(rows, rules, evidence), *_drift_faults(drift, rows, evidence)]


def judge_claims(tables: Mapping[str, pd.DataFrame], evidence: Evidence) -> list[Claim]:
    """Judge every claim of the ledger.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The tables ``judge_claims``, ``rules`` and ``drift``, as `read_tables` gives them.
    evidence : Evidence

    Returns
    -------
    list of Claim
        Sorted by id. A verdict is entered by hand only where the ledger names no rule; of several
        rules the worst counts.

    Raises
    ------
    DataError
        If a claim, rule or drift points to what does not exist, a press claim is missing,
        or a claim has both or neither of rules and a fixed verdict. All faults at once.
    """
    rows, rules, drift = (tables[name] for name in ("ledger", "rules", "drift"))
    refuse(ledger_faults(tables, evidence), what="claims ledger")
    outcomes = judge_rules(rules, evidence)
    changes = drift.to_dict("records")
    claims = [
        _judged_claim(row, [outcomes[rule] for rule in row["rules"].split()], changes, evidence)
        for _, row in rows.iterrows()
    ]
    return sorted(claims, key=lambda claim: claim.id)


def as_json(claims: Iterable[Claim]) -> str:
    """Write claims as JSON sorted by id, without NaN, ending in a newline."""
    shown = []
    for claim in sorted(claims, key=lambda claim: claim.id):
        row = {field: value for field, value in vars(claim).items() if field not in RESTS_ON}
        row["rests_on"] = {field: list(getattr(claim, field)) for field in RESTS_ON}
        shown.append(row)
    return json.dumps(shown, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
