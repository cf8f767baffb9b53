"""Every claim with its verdict, the evidence it rests on, and how its wording drifted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from skytally.claims.rule_evidence import Evidence
from skytally.claims.rule_evaluation import Outcome, judge
from skytally.claims.verdicts import likelihood, worst
from skytally.core import names as n
from skytally.core.errors import refuse
from skytally.record.provenance import support

DRIFT = ("original_source", "original", "copy_source", "copy", "change")
"""What is told of a change of wording."""
RESTS_ON = ("findings", "rows", "sites", "sources")


@dataclass(frozen=True)
class Claim:
    """One claim with its verdict."""

    id: str
    """Id of the row of ``press_claims``, or ``OWN-...`` for a sentence of this book."""
    text: str
    """The claim, paraphrased."""
    asserted_by: str
    """Who asserts it."""
    line: str
    """Evidence line that could test it."""
    tested_part: str
    """What of it the verdict speaks of; empty where it is the whole."""
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
    """Keys of the findings it was held against, and of those made of nothing but its rows."""
    rows: tuple[str, ...]
    """Rows it was held against, those behind the findings included."""
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


def _ledger_faults(rows: pd.DataFrame, rules: pd.DataFrame, given: Evidence) -> Iterator[str]:
    press = given.tables["press_claims"].set_index("id")
    missing = sorted(set(press.index) - set(rows["id"]))
    yield from (f"{each}: a press claim without a row; add it" for each in missing)
    twice = rows[rows["id"].duplicated()]["id"]
    yield from (f"{each}: stands twice; keep one" for each in twice)
    for _, row in rows.iterrows():
        own = row["id"].startswith("OWN-")
        if own == (row["id"] in press.index):
            yield f"{row['id']}: neither a press claim nor OWN-...; correct the id"
        elif not own and tuple(row[["text", "asserted_by"]]) != tuple(
            press.loc[row["id"], ["text", "asserted_by"]]
        ):
            yield f"{row['id']}: text or asserted_by differ from press_claims; make them agree"
        if bool(row["probability"]) != bool(row["probability_of"]):
            yield f"{row['id']}: give probability and what it is of, or neither"
        if bool(row["rules"]) == bool(row["fixed_verdict"]):
            yield f"{row['id']}: give rules, or a fixed verdict where no rule can decide, not both"
        for column, known in (
            ("rules", set(rules["id"])),
            ("findings", set(given.findings)),
            ("rows", set(given.rows)),
            ("copied_from", set(given.known.parents) | set(rows["id"])),
            ("probability", set(given.findings)),
        ):
            for ref in sorted(set(row[column].split()) - known):
                yield f"{row['id']}, {column}: no {ref!r}; correct it, or build its line"
        yield from _chance_faults(row, given)
    unused = sorted(set(rules["id"]) - set(" ".join(rows["rules"]).split()))
    yield from (f"rule {each}: used by no claim; remove it or name it" for each in unused)


def _chance_faults(row: Mapping[str, Any], given: Evidence) -> Iterator[str]:
    keys = [key for key in row["probability"].split() if key in given.findings]
    if len(row["probability"].split()) > 1:
        yield f"{row['id']}, probability: {len(keys)} findings; name one"
    for key in keys:
        unit = given.findings[key].get("unit", "p")
        if unit != "p":
            yield f"{row['id']}, probability: {key} is in {unit}; name a probability"


def _drift_faults(drift: pd.DataFrame, rows: pd.DataFrame, given: Evidence) -> Iterator[str]:
    for _, row in drift.iterrows():
        for column, known in (
            ("claim", set(rows["id"])),
            ("original_source", set(given.known.parents)),
            ("copy_source", set(given.known.parents)),
            ("rows", set(given.rows)),
        ):
            for ref in sorted(set(row[column].split()) - known):
                yield f"drift {row['id']}, {column}: no {ref!r}; correct it"


def _behind(keys: Iterable[str], given: Evidence) -> list[str]:
    """Give the rows of findings; those of a probability are no further eyes on the claim."""
    found = (given.findings[key]["inputs"] for key in keys if given.findings[key]["unit"] != "p")
    return [ref for ref in chain(*found) if ref in given.rows]


def _repeating(
    row: Mapping[str, Any], outcomes: Iterable[Outcome], given: Evidence
) -> Iterator[str]:
    """Give the findings that are made of nothing but rows that the claim is held against.

    Of rows that a rule only counts, those findings that count the very same rows.
    """
    outcomes = list(outcomes)
    named = set(row["rows"].split()).union(*(each.named for each in outcomes))
    counted = [each.selected for each in outcomes if each.selected]
    for key, found in given.findings.items():
        inputs = set(found["inputs"])
        if inputs and (inputs <= named or inputs in counted):
            yield key


def _judged(
    row: Mapping[str, Any],
    outcomes: list[Outcome],
    drift: Iterable[Mapping[str, Any]],
    given: Evidence,
) -> Claim:
    refs = dict.fromkeys(chain(*(each.refs for each in outcomes)))
    keys = {*row["findings"].split(), *(ref for ref in refs if ref in given.findings)}
    keys.update(_repeating(row, outcomes, given))
    rows = {*row["rows"].split(), *(ref for ref in refs if ref in given.rows)}
    rows |= set(_behind(keys, given))
    press = given.rows.get(row["id"], {"other_sources": ""})
    sources = tuple(sorted(press["other_sources"].split()))
    eyes = support([given.rows[each] for each in sorted(rows)], sources, given.known)
    word = None
    if row["probability"]:
        chance = given.findings[row["probability"]]
        word = likelihood(float(chance[n.LOW]), float(chance[n.HIGH]))
    return Claim(
        id=row["id"],
        text=row["text"],
        asserted_by=row["asserted_by"],
        line=row["could_test"],
        tested_part=row["tested_part"],
        verdict=worst(each.verdict for each in outcomes) if outcomes else row["fixed_verdict"],
        why=tuple(f"{each.why}: {each.verdict}" for each in outcomes),
        confidence=eyes.confidence,
        likelihood=word,
        likelihood_of=row["probability_of"] or None,
        findings=tuple(sorted(keys)),
        rows=tuple(sorted(rows)),
        sites=tuple(ref for ref in refs if ref in given.sites),
        sources=sources,
        independent_origins=eyes.independent_origins,
        independent_image_families=eyes.independent_families,
        changes_if=row["changes_if"],
        copied_from=tuple(row["copied_from"].split()),
        drift=tuple(
            {word: str(each[word]) for word in DRIFT}
            for each in drift
            if each["claim"] == row["id"]
        ),
    )


def ledger_faults(tables: Mapping[str, pd.DataFrame], given: Evidence) -> list[str]:
    """Collect what the ledger and its drift point to that does not exist, or say twice.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The tables ``ledger``, ``rules`` and ``drift``.
    given : Evidence
        Its findings need only their keys.

    Returns
    -------
    list of str
        One sentence a fault.
    """
    rows, rules, drift = (tables[name] for name in ("ledger", "rules", "drift"))
    return [*_ledger_faults(rows, rules, given), *_drift_faults(drift, rows, given)]


def ledger(tables: Mapping[str, pd.DataFrame], given: Evidence) -> list[Claim]:
    """Give every claim with its verdict.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The tables ``ledger``, ``rules`` and ``drift``, as `read_tables` gives them.
    given : Evidence

    Returns
    -------
    list of Claim
        Sorted by id. A verdict is typed only where the ledger names no rule; of several
        rules the worst counts.

    Raises
    ------
    DataError
        If a claim, rule or drift points to what does not exist, a press claim is missing,
        or a claim has both or neither of rules and a fixed verdict. All faults at once.
    """
    rows, rules, drift = (tables[name] for name in ("ledger", "rules", "drift"))
    refuse(ledger_faults(tables, given), what="claims ledger")
    outcomes = judge(rules, given)
    changes = drift.to_dict("records")
    made = [
        _judged(row, [outcomes[each] for each in row["rules"].split()], changes, given)
        for _, row in rows.iterrows()
    ]
    return sorted(made, key=lambda each: each.id)


def as_json(claims: Iterable[Claim]) -> str:
    """Write claims as JSON sorted by id, without NaN, ending in a newline."""
    shown = []
    for claim in sorted(claims, key=lambda each: each.id):
        row = {word: cell for word, cell in vars(claim).items() if word not in RESTS_ON}
        row["rests_on"] = {word: list(getattr(claim, word)) for word in RESTS_ON}
        shown.append(row)
    return json.dumps(shown, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
