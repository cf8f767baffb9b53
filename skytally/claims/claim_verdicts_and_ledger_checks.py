"""Every claim with its verdict, the evidence it rests on, and how its wording drifted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import pandas as pd
from pandas.tseries.offsets import MonthEnd

from skytally.claims.claim_rule_checks_and_evaluation import (
    DATE_COLUMNS,
    Outcome,
    capitalised,
    judge_rules,
)
from skytally.claims.findings_and_rows_lookup_for_claim_rules import Evidence, dates_of
from skytally.claims.verdict_scale import GOOD, IN_PART, on_this_point, worst
from skytally.core import day, evidence_line_name_constants as n, refuse
from skytally.record import Support, support

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
    """One sentence a rule, with the verdict of a part that differs; empty without rules."""
    later: tuple[str, ...]
    """One sentence for each thing seen after the claim was made; no part of the verdict."""
    later_widened: bool
    """Whether that goes beyond a claim which held for its time."""
    remark: str
    """What a reader should know beside the reasons; of a fixed verdict, why no rule can decide."""
    against: tuple[str, ...]
    """Sentences of findings that speak against it without deciding; no part of the verdict."""
    findings: tuple[str, ...]
    """Keys of the findings it was compared with, and of those computed from its rows alone."""
    rows: tuple[str, ...]
    """Rows it was compared with, those behind the findings included."""
    sites: tuple[str, ...]
    """Sites whose positions were used."""
    sources: tuple[str, ...]
    """Pages with the same or another account, where there is one."""
    support: Support | None
    """Facts on the sources of the rows that observed what is claimed; None where none did."""
    changes_if: str
    """What observation would change the verdict."""
    copied_from: tuple[str, ...]
    """Sources or claims it came from."""
    drift: tuple[Mapping[str, str], ...]
    """How its wording changed on the way."""


def _origin_faults(row: Mapping[str, Any], press: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    from_press = row["origin"] == PRESS
    if from_press != (row["id"] in press):
        found = "no such row" if from_press else "a row of this id"
        yield (
            f"{row['id']}: origin {row['origin']!r}, and press_claims has {found}; correct the id "
            "or the origin"
        )
    elif from_press and any(
        row[word] != press[row["id"]][word] for word in ("text", "asserted_by")
    ):
        yield f"{row['id']}: text or asserted_by differ from press_claims; make them agree"


def _ledger_faults(rows: pd.DataFrame, rules: pd.DataFrame, evidence: Evidence) -> Iterator[str]:
    press = {str(row["id"]): row for row in evidence.tables["press_claims"].to_dict("records")}
    missing = sorted({*press} - set(rows["id"]))
    yield from (f"{claim}: a press claim without a row; add it" for claim in missing)
    repeated = rows[rows["id"].duplicated()]["id"]
    yield from (f"{claim}: stands twice; keep one" for claim in repeated)
    known_in = {
        "rules": set(rules["id"]),
        "later_rules": set(rules["id"]),
        "findings": set(evidence.findings),
        "against": set(evidence.findings),
        "rows": set(evidence.rows),
        "copied_from": set(evidence.provenance.parents) | set(rows["id"]),
    }
    for row in rows.to_dict("records"):
        yield from _origin_faults(row, press)
        if bool(row["rules"]) == bool(row["fixed_verdict"]):
            yield f"{row['id']}: give rules, or a fixed verdict where no rule can decide, not both"
        if row["fixed_verdict"] and not row["note"]:
            yield f"{row['id']}, note: empty; say why no rule can decide"
        for column, known in known_in.items():
            for ref in sorted(set(row[column].split()) - known):
                yield (
                    f"{row['id']}, {column}: no {ref!r}; it was withdrawn, or its line is not "
                    "built: name another, or build it"
                )
    used = " ".join([*rows["rules"], *rows["later_rules"]]).split()
    unused = sorted(set(rules["id"]) - set(used))
    yield from (f"rule {rule}: used by no claim; remove it or name it" for rule in unused)


def _time_faults(
    row: Mapping[str, Any], outcomes: Mapping[str, Outcome], evidence: Evidence
) -> Iterator[str]:
    """Evidence that is later than the claim, for which there are rules of its own."""
    made = row["made_on"]
    if pd.isna(made):
        if row["later_rules"]:
            yield f"{row['id']}: later_rules without made_on; give the day of the claim"
        return
    for column in ("rules", "later_rules"):
        for rule in row[column].split():
            refs = [ref for ref in sorted(outcomes[rule].observers) if _dated(ref, evidence)]
            later = [ref for ref in refs if _is_later(ref, made, evidence)]
            if later and column == "rules":
                part = "all its evidence" if len(later) == len(refs) else "part of its evidence"
                yield (
                    f"{row['id']}, rule {rule}: the claim is of {day(made)}, older than {part} "
                    f"({', '.join(later)}); name what was seen by then, or put the rule under "
                    "later_rules"
                )
            if refs and not later and column == "later_rules":
                yield f"{row['id']}, rule {rule}: nothing in it is later; put it under rules"


def _dated(ref: str, evidence: Evidence) -> bool:
    return bool(DATE_COLUMNS & set(evidence.rows[ref]))


def _is_later(ref: str, made: pd.Timestamp, evidence: Evidence) -> bool:
    """Whether a row begins after a day, or ends after the month of that day."""
    seen = dates_of(ref, evidence, stated=True)
    return seen.first > made or (seen.last > made + MonthEnd(0) and seen.last < pd.Timestamp.max)


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
    """Rows of findings; those of a probability say nothing further of the claim."""
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


def as_sentence(words: str) -> str:
    """Begin words with a capital and end them with a full stop.

    Examples
    --------
    >>> as_sentence("a fear is an opinion")
    'A fear is an opinion.'
    """
    return f"{capitalised(words)}."


def _reasons(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """One sentence a rule; where the parts of a claim fare differently, each with its verdict."""
    outcomes = list(outcomes)
    if len({outcome.verdict for outcome in outcomes}) < 2:
        return tuple(outcome.why for outcome in outcomes)
    return tuple(f"{outcome.why} {on_this_point(outcome.verdict)}" for outcome in outcomes)


def _judged_claim(
    row: Mapping[str, Any],
    known: Mapping[str, Outcome],
    drift: Iterable[Mapping[str, Any]],
    evidence: Evidence,
) -> Claim:
    outcomes = [known[rule] for rule in row["rules"].split()]
    later = [known[rule] for rule in row["later_rules"].split()]
    refs = dict.fromkeys(chain(*(outcome.refs for outcome in (*outcomes, *later))))
    keys = {*row["findings"].split(), *(ref for ref in refs if ref in evidence.findings)}
    keys.update(_findings_of_same_rows(row, outcomes, evidence))
    rows = {*row["rows"].split(), *(ref for ref in refs if ref in evidence.rows)}
    rows |= set(_rows_behind(keys, evidence))
    observers = sorted(set().union(*(outcome.observers for outcome in outcomes)))
    press = evidence.rows.get(row["id"], {"other_sources": ""})
    verdict = worst(each.verdict for each in outcomes) if outcomes else row["fixed_verdict"]
    return Claim(
        id=row["id"],
        text=row["text"],
        asserted_by=row["asserted_by"],
        line=row["could_test"],
        tested_part=row["tested_part"],
        verdict=verdict,
        why=_reasons(outcomes),
        later=tuple(outcome.why for outcome in later),
        later_widened=verdict in GOOD and any(outcome.verdict == IN_PART for outcome in later),
        remark=as_sentence(row["note"]) if row["note"] else "",
        against=tuple(str(evidence.findings[key]["text"]) for key in row["against"].split()),
        findings=tuple(sorted(keys)),
        rows=tuple(sorted(rows)),
        sites=tuple(ref for ref in refs if ref in evidence.sites),
        sources=tuple(sorted(press["other_sources"].split())),
        support=support([evidence.rows[ref] for ref in observers], evidence.provenance),
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
        The tables ``ledger``, ``rules`` and ``drift``.
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
        The tables ``ledger``, ``rules`` and ``drift``, as `read_tables` gives them.
    evidence : Evidence

    Returns
    -------
    list of Claim
        Sorted by id. A verdict is entered by hand only where the ledger names no rule; of several
        rules the worst counts. What was seen after a claim was made changes no verdict.

    Raises
    ------
    DataError
        If a claim, rule or drift points to what does not exist, a press claim is missing,
        a claim has both or neither of rules and a fixed verdict, or evidence is later than
        the claim. All faults of a kind at once.
    """
    rows, rules, drift = (tables[name] for name in ("ledger", "rules", "drift"))
    refuse(ledger_faults(tables, evidence), what="claims ledger")
    outcomes = judge_rules(rules, evidence)
    refuse(
        chain(*(_time_faults(row, outcomes, evidence) for row in rows.to_dict("records"))),
        what="claims ledger",
    )
    changes = drift.to_dict("records")
    claims = [_judged_claim(row, outcomes, changes, evidence) for row in rows.to_dict("records")]
    return sorted(claims, key=lambda claim: claim.id)


def as_json(claims: Iterable[Claim]) -> str:
    """Write claims as JSON sorted by id, without NaN, ending in a newline."""
    shown = []
    for claim in sorted(claims, key=lambda claim: claim.id):
        row = {field: value for field, value in asdict(claim).items() if field not in RESTS_ON}
        row["rests_on"] = {field: list(getattr(claim, field)) for field in RESTS_ON}
        shown.append(row)
    return json.dumps(shown, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
