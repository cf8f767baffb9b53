"""The laboratory of the pages beside Python, under settings drawn by seed."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from skytally import claims
from skytally.claims.hypothesis_priors_and_likelihoods_reader import Hypotheses
from skytally.claims.verdict_scale import worst
from skytally.claims.verdict_sensitivity_to_removed_evidence import VerdictFlips
from skytally.findings import VOID, Finding, Reevaluation
from skytally.findings.finding_computation_from_declarations import without
from skytally.findings.smallest_flip_set_search import flip_words
from skytally.press import notebook_parameter_reader_and_checks
from skytally.press.book_evaluation import book_outcomes, declared_outcomes, whole_record
from skytally.record import WholeRecord
from tests.support.laboratory_script_runner import ABSENT, answers, can_run, laboratory, run_script
from tests.support.random_laboratory_settings import (
    differences,
    hypotheses_under,
    random_settings,
    stay_taken,
    under,
)
from tests.support.real_record_evidence_and_made_up_rule import (
    claim_tables,
    one_rule,
    reason_of,
    record_tables,
)

pytestmark = pytest.mark.skipif(not can_run(), reason=ABSENT)
SETTINGS, SEED = 200, 14
PRINTED = 2
"""Settings of which all findings and verdicts of a page are compared with those of the book."""
PARTS = 8
"""Tests into which the settings are divided, so that one part can run by itself."""
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


@cache
def _all_settings() -> list[dict[str, Any]]:
    return random_settings(laboratory().reevaluation, SETTINGS, seed=SEED)


def _hypotheses(setting: dict[str, Any], removed: frozenset[str]) -> Hypotheses:
    known = claims.read_hypotheses(laboratory().tables, claims.gather_evidence(record_tables(), []))
    return hypotheses_under(known, setting, removed)


def _rival_faults(known: Hypotheses, evidence: Any, page: dict[str, Any]) -> list[str]:
    rivals = {each.key: each for each in claims.rival_findings(known, evidence)}
    faults = [f"{key}: on one side only" for key in {*rivals} ^ {*page}]
    return faults + [
        fault for key in {*rivals} & {*page} for fault in differences(key, rivals[key], page[key])
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_200_settings_agree_with_python(part: int) -> None:
    """Findings, to 1e-9 and letter by letter, rival explanations and verdicts are Python's."""
    lab = laboratory()
    again, settings = lab.reevaluation, _all_settings()[part::PARTS]
    judged = VerdictFlips(lab.tables["rules"], lab.evidence, again)._outcomes
    faults: list[str] = []
    for setting, page in zip(settings, answers(settings), strict=True):
        changed, removed = under(again, setting)
        with stay_taken(setting):
            for key in again.declarations:
                found = changed.finding(key, removed)
                faults += differences(key, found, page["findings"][key])
            outcomes = replace(judged, reevaluation=changed, _known={})
            faults += _verdict_faults(outcomes, removed, page["claims"])
        faults += _rival_faults(_hypotheses(setting, removed), lab.evidence, page["rivals"])
    assert faults == []


def test_most_findings_follow_200_settings() -> None:
    """Of all findings under all settings, and of those always, most are computed in the page."""
    keys = laboratory().reevaluation.declarations
    unknown = Counter[str]()
    for page in answers(_all_settings(), claims=False):
        unknown.update(key for key in keys if "unknown" in page["findings"][key])
    assert 1 - unknown.total() / (SETTINGS * len(keys)) >= SHARE_THAT_FOLLOWS
    assert sum(not unknown[key] for key in keys) / len(keys) >= SHARE_THAT_FOLLOWS


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
    known = _hypotheses(setting, removed)
    faults = _rival_faults(known, evidence, page["rivals"])
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
    faults: list[str] = []
    for setting, page in zip(settings, pages, strict=True):
        with stay_taken(setting):
            faults += _flip_faults(setting, page)
    assert faults == []


def _few_parameters(number: int) -> list[dict[str, Any]]:
    """Draw settings that parameter files can hold, of a few parameters and a prior each."""
    rng, priors = random.Random(SEED), random.Random(SEED + 1)
    drawn = random_settings(laboratory().reevaluation, number, seed=SEED + 2)
    left = {"sources": [], "counters": [], "prior": None, "stay": None}
    return [
        {
            **left,
            "parameters": dict(rng.sample(sorted(each["parameters"].items()), 2)),
            "prior": round(priors.uniform(0.11, 0.89), 2),
        }
        for each in drawn
    ]


def _printed_faults(page: dict[str, Any], record: WholeRecord) -> list[str]:
    """List findings and verdicts of a page that `make book` would print otherwise, or refuse."""
    made, refused = declared_outcomes(None, record)
    whole = book_outcomes(made, record)
    known = {field.name for field in fields(Finding)}
    printed = {
        each["key"]: Finding(**{name: cell for name, cell in each.items() if name in known})
        for each in whole.findings
    }
    faults = [*refused]
    for key, each in {**page["findings"], **page["rivals"]}.items():
        faults += differences(key, printed.get(key, "not printed"), each)
    judged = {each["id"]: each["verdict"] for each in whole.claims}
    return faults + [
        f"{name}: {judged[name]}, {each}"
        for name, each in page["claims"].items()
        if "unknown" not in each and each["verdict"] != judged[name]
    ]


def test_copied_parameter_files_make_the_book_print_the_numbers_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting copied as YAML gives the page's findings and verdicts, or is refused as there."""
    settings = _few_parameters(12)
    call = """.map((setting) => skytallyLaboratory.setting.asYaml(
      setting, new skytallyLaboratory.Book(skytallyLaboratoryData)).files)"""
    copied = run_script(f"{json.dumps(settings)}{call}", record=True, cheap=False)
    monkeypatch.setattr(notebook_parameter_reader_and_checks, "parameters_folder", lambda: tmp_path)
    record, whole = whole_record(), 0
    for files, page in zip(copied, answers(settings), strict=True):
        for old in tmp_path.iterdir():
            old.unlink()
        for name, text in files.items():
            (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
        assert notebook_parameter_reader_and_checks.parameter_faults() == []
        void = [key for key, each in page["findings"].items() if "void" in each]
        if void:
            _, refused = declared_outcomes(void, record)
            assert len(refused) >= len(void)
        elif whole < PRINTED:
            whole += 1
            assert _printed_faults(page, record) == []
    assert whole == PRINTED


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
