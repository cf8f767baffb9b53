"""The laboratory of the pages beside Python, under settings drawn by seed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from skytally import claims
from skytally.claims.bayes_update import even_prior
from skytally.claims.rival_hypothesis_table_reader import Hypotheses
from skytally.claims.verdict_row_removal import VerdictFlips
from skytally.claims.verdict_scale import worst
from skytally.findings import VOID, Finding, Reevaluation
from skytally.findings.declared_finding_evaluation import without
from skytally.findings.row_removal_search import flip_words
from skytally.record import WholeRecord
from tests.support.claim_evidence import claim_tables, one_rule, reason_of, record_tables
from tests.support.laboratory_script_runner import ABSENT, answers, can_run, laboratory, run_script
from tests.support.random_laboratory_settings import differences, random_settings, under

pytestmark = pytest.mark.skipif(not can_run(), reason=ABSENT)
SETTINGS, SEED = 200, 14
SHARE_THAT_FOLLOWS = 0.95


def _verdict(claim: dict[str, Any], outcomes: Any, removed: frozenset[str]) -> str:
    rules = claim["rules"].split()
    found = [outcomes.outcome(rule, removed) for rule in rules]
    if not rules:
        return str(claim["fixed_verdict"])
    return VOID if None in found else worst(each.verdict for each in found)


def _verdict_faults(outcomes: Any, removed: frozenset[str], page: dict[str, Any]) -> list[str]:
    judged = [
        (claim["id"], _verdict(claim, outcomes, removed), page[claim["id"]])
        for claim in claim_tables()["ledger"].to_dict("records")
        if "unknown" not in page[claim["id"]]
    ]
    return [f"{name}: {ours}, {page}" for name, ours, page in judged if ours != page["verdict"]]


def test_200_settings_agree_with_python() -> None:
    """Findings, to 1e-9 and letter by letter, and verdicts are those of Python; most follow."""
    lab = laboratory()
    again, settings = lab.reevaluation, random_settings(lab.reevaluation, SETTINGS, seed=SEED)
    judged = VerdictFlips(lab.tables["rules"], lab.evidence, again)._outcomes
    faults, unknown, asked = [], Counter[str](), 0
    for setting, page in zip(settings, answers(settings), strict=True):
        changed, removed = under(again, setting)
        for key in again.declarations:
            asked += 1
            unknown[key] += "unknown" in page["findings"][key]
            faults += differences(key, changed.finding(key, removed), page["findings"][key])
        outcomes = replace(judged, reevaluation=changed, _known={})
        faults += _verdict_faults(outcomes, removed, page["claims"])
    assert faults == []
    assert 1 - unknown.total() / asked >= SHARE_THAT_FOLLOWS
    always = sum(not unknown[key] for key in again.declarations)
    assert always / len(again.declarations) >= SHARE_THAT_FOLLOWS


def _moved(known: Hypotheses, share: float) -> Hypotheses:
    """Rival explanations with another starting probability in place of the even one."""
    even, name = even_prior(known), f"{100 * share:g} percent"
    rest = 1 - known.priors[even][known.proposition]
    shares = {
        each: share if each == known.proposition else part * (1 - share) / rest
        for each, part in known.priors[even].items()
    }
    return replace(
        known,
        priors={name if each == even else each: shares if each == even else old
                for each, old in known.priors.items()},
    )  # fmt: skip


def _flip_faults(setting: dict[str, Any], page: dict[str, Any]) -> list[str]:
    """Flip sets, reasons and rival explanations of a page that Python finds otherwise."""
    lab = laboratory()
    changed, removed = under(lab.reevaluation, setting)
    tables = without(record_tables(), rows=removed)
    again = Reevaluation(
        changed.declarations, WholeRecord(tables), changed.parameters, lab.reevaluation.ranges
    )
    made = {key: again.finding(key) for key in again.declarations}
    evidence = claims.gather_evidence(
        tables, [vars(each) for each in made.values() if isinstance(each, Finding)]
    )
    known = claims.read_hypotheses(lab.tables, claims.gather_evidence(record_tables(), []))
    known = _moved(known, setting["prior"]) if "prior" in setting else known
    known = replace(known, items=tuple(i for i in known.items if not removed & {*i.rows}))
    rivals = {each.key: each for each in claims.rival_findings(known, evidence)}
    faults = [
        fault
        for key, each in rivals.items()
        for fault in differences(key, each, page["rivals"][key])
    ]
    flips = {key: again.flip_sets(key) for key, each in made.items() if isinstance(each, Finding)}
    flips |= claims.flips_of_rivals(known, evidence)
    verdicts = claims.flips_of_verdicts(lab.tables["ledger"], lab.tables["rules"], evidence, again)
    words = {key: flip_words(each) for key, each in flips.items()}
    words |= {key: flip_words(each) for key, each in verdicts.items() if each is not None}
    shown = page["flips"] | {
        name: each for name, each in page["claim_flips"].items()
        if page["claims"][name].get("verdict") != VOID
    }  # fmt: skip
    computed = {key: each for key, each in shown.items() if not each.startswith("not computed")}
    assert len(computed) >= SHARE_THAT_FOLLOWS * len(shown)
    return faults + [
        f"{key}: {words[key]}, {each}"
        for key, each in computed.items()
        if key in words and each != words[key]
    ]


def test_flip_sets_and_rivals_agree_with_python() -> None:
    """What would change a finding or verdict is the same as Python finds on what is left."""
    drawn = random_settings(laboratory().reevaluation, 2, seed=SEED + 1)
    parameters = {"rail-counts.sites_watched": 8, "port-imagery.ships_at_once": [1, 2]}
    # without parameters of other days, whose stated ranges would not be accepted either
    settings = [{**each, "parameters": parameters, "prior": 0.3} for each in drawn]
    settings = [{}, *settings]
    pages = answers(settings, flips=[0, 1, 2])
    faults = [
        fault
        for setting, page in zip(settings, pages, strict=True)
        for fault in _flip_faults(setting, page)
    ]
    assert faults == []


def test_reasons_of_verdicts_agree_with_python() -> None:
    """The sentence behind each verdict is the one that the book prints."""
    lab, (page,) = laboratory(), answers([{}])
    judged = claims.judge_claims(lab.tables, lab.evidence)
    ours = {each.id: (each.verdict, list(each.why), list(each.later)) for each in judged}
    theirs = {
        name: (each["verdict"], each["why"], each["later"]) for name, each in page["claims"].items()
    }
    assert theirs == ours


@pytest.mark.parametrize("distinct", ["", "scope", "counter"])
def test_rule_that_counts_different_words_reads_both_reports_of_a_sighting(distinct: str) -> None:
    """A fictitious count of rows, and of different words in them, is worded as by Python."""
    cells: dict[str, Any] = {
        "table": "ship_sightings", "where": "cargo=;state=seen",
        "about": "world", "distinct": distinct, "value": 1.0, "bound": "at least", "unit": "sites",
        "sentence": "The record has {count} in {rows}.",
    }  # fmt: skip
    evidence = claims.gather_evidence(record_tables(), [])
    rule = {key: cell for key, cell in one_rule("count", **cells).iloc[0].items() if cell == cell}
    call = f"""(() => {{ const lab = globalThis.skytallyLaboratory;
      const book = new lab.Book(skytallyLaboratoryData);
      const evidence = new lab.rules.Evidence(book.under({{}}), book.graph);
      return lab.rules.judge({json.dumps(rule, default=str)}, evidence).why; }})()"""
    assert run_script(call, record=True) == reason_of("count", on=evidence, **cells)
