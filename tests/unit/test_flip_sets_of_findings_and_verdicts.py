"""Flip sets of findings, verdicts and rival accounts: what counts as flipped, on all rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import pandas as pd
import pytest

from skytally import claims
from skytally.claims.verdict_sensitivity_to_removed_evidence import VerdictFlips
from skytally.core import data_folder
from skytally.core.errors_and_fault_lists import DataError, IntegrityError
from skytally.findings.finding import Finding
from skytally.findings.finding_computation_from_declarations import outcomes
from skytally.findings.finding_declarations import REFERENCE, tables_read
from skytally.findings.finding_sensitivity_to_removed_evidence import (
    OTHER_BOUND,
    OTHER_ORDER,
    OTHER_SENTENCE,
    OTHER_VALUE,
    Reevaluation,
    flipped,
)
from skytally.findings.findings_json_writer import as_json
from skytally.findings.smallest_flip_set_search import VOID, FlipSet, FlipSets, Search
from skytally.press.flip_sets_of_findings_and_verdicts import all_flips, reevaluation, with_flips
from skytally.press.parameter_values_to_try import range_faults, stated_ranges
from skytally.record import WholeRecord

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def record() -> Tables:
    """Read all tables of the record."""
    return claims.read_tables(data_folder() / "record")


@pytest.fixture(scope="module")
def again(record: Tables) -> Reevaluation:
    """Make the declared findings ready to be evaluated without rows."""
    return reevaluation(WholeRecord(record))


@pytest.fixture(scope="module")
def staged(again: Reevaluation, record: Tables) -> tuple[list[dict[str, Any]], claims.Evidence]:
    """Evaluate all declared findings, and gather the evidence for the claims."""
    found = [again.finding(key) for key in again.declarations]
    rows = json.loads(as_json(each for each in found if isinstance(each, Finding)))
    return rows, claims.gather_evidence(record, rows)


# What counts as flipped


def finding(**changes: Any) -> Finding:
    """Make a finding of about 10, from 8 to 12 railcars."""
    plain = {
        "key": "page.key", "value": 10.0, "low": 8.0, "high": 12.0, "unit": "railcars",
        "bound": "about", "said": "", "when": "", "text": "About 10 railcars.", "inputs": (),
    }  # fmt: skip
    return Finding(**{**plain, **changes})


@pytest.mark.parametrize(
    ("changes", "kind", "word"),
    [
        ({"value": 11.0, "low": 9.0, "high": 13.0, "text": "About 11 railcars."}, "quote", ""),
        ({"value": 14.0, "low": 12.5, "high": 15.0}, "quote", OTHER_VALUE),
        ({"bound": "at least"}, "quote", OTHER_BOUND),
        ({"unit": "trains"}, "quote", OTHER_BOUND),
        ({"text": "About 11 railcars."}, "highest", OTHER_SENTENCE),
        ({"text": "None, really."}, "tally", OTHER_SENTENCE),
        ({"low": -1.0}, "lag", OTHER_ORDER),
        ({"low": 0.9}, "ratio", OTHER_ORDER),
    ],
)
def test_flipped_by_hand(changes: dict[str, Any], kind: str, word: str) -> None:
    """Each reason alone, and a shift within the interval, which is none."""
    assert flipped(finding(), finding(**changes), kind=kind) == word


def test_an_interval_without_a_value_is_held_by_its_middle() -> None:
    """The geometric middle of 1 to 100 is 10, in 9 to 20 and not in 11 to 200."""
    wide = finding(value=None, low=1.0, high=100.0)
    assert flipped(wide, finding(value=None, low=9.0, high=20.0), kind="estimate") == ""
    moved = finding(value=None, low=11.0, high=200.0)
    assert flipped(wide, moved, kind="estimate") == OTHER_VALUE
    assert flipped(wide, "no row", kind="estimate") == VOID


# The whole record


def evaluated(again: Reevaluation, keys: Iterable[str], without: Iterable[str]) -> dict[str, Any]:
    """Evaluate findings, and those to which they refer, in full tables without some rows."""
    wanted: dict[str, Any] = {}
    waiting = [*keys]
    while waiting:
        declared = again.declarations[waiting.pop()]
        wanted[declared.key] = declared
        waiting += [each[1] for each in REFERENCE.finditer(f"{declared.of} {declared.where}")]
    return outcomes(
        wanted.values(), again.record.raw, parameters=again.parameters, without_rows=[*without]
    )


@pytest.mark.slow
def test_flip_sets_are_those_of_a_full_evaluation(again: Reevaluation) -> None:
    """Sets of rows of a sample: each flips in a full evaluation, and no smaller part of it."""
    keys = [key for key in again.declarations if isinstance(again.finding(key), Finding)]
    tried = 0
    for key in keys[::7]:
        whole, kind = again.finding(key), again.declarations[key].kind
        assert isinstance(whole, Finding)
        for found in again.flip_sets(key).rows.sets[:1]:
            left = evaluated(again, [key], found.without)[key]
            assert flipped(whole, left, kind=kind) == found.becomes, key
            for smaller in combinations(found.without, len(found.without) - 1):
                left = evaluated(again, [key], smaller)[key] if smaller else whole
                assert flipped(whole, left, kind=kind) == "", key
            tried += 1
    assert tried >= 10


def test_rows_that_a_finding_does_not_depend_on_change_nothing(again: Reevaluation) -> None:
    """Without ten rows outside what they read, a sample of findings stands, word for word."""
    keys = [key for key in again.declarations if isinstance(again.finding(key), Finding)]
    for key in keys[::9]:
        outside = sorted(frozenset(again.record.source_of) - again.reads(key))
        left = evaluated(again, [key], outside[:: len(outside) // 10])[key]
        assert getattr(left, "said", left) == getattr(again.finding(key), "said", ""), key


@pytest.mark.parametrize("key", ["ais-gaps.silences", "port-imagery.containers_peak"])
def test_rows_and_pairs_of_a_table_change_what_a_plain_evaluation_says(
    again: Reevaluation, key: str
) -> None:
    """Rows of the table are left out, whether the search thinks that they matter or not."""
    declared, whole = again.declarations[key], again.finding(key)
    assert isinstance(whole, Finding)
    tables = {name: again.record.raw[name] for name in tables_read([declared])}
    rows = sorted(tables[declared.table]["id"])
    pairs = [*combinations(rows, 2)]
    words = set()
    for gone in [*((row,) for row in rows[::2]), *pairs[:: len(pairs) // 15]]:
        left = outcomes([declared], tables, parameters=again.parameters, without_rows=gone)[key]
        word = flipped(whole, left, kind=declared.kind)
        assert again.trial(key, frozenset(gone))[0] == word, gone
        words.add(word)
    assert len(words) > 1


def test_rows_that_a_finding_can_never_read_are_not_evaluated_for(again: Reevaluation) -> None:
    """Without a row of another table the finding is the very same object."""
    key = "port-imagery.containers_peak"
    assert "R001" not in again.may_read(key)
    assert again.finding(key, frozenset({"R001"})) is again.finding(key)


def test_verdicts_flip_where_a_full_judgement_gives_another_word(
    again: Reevaluation, record: Tables, staged: tuple[list[dict[str, Any]], claims.Evidence]
) -> None:
    """A sample of verdicts without the rows of their sets, on findings evaluated anew."""
    _, evidence = staged
    tables = claims.read_tables(data_folder() / "claims")
    flips = VerdictFlips(tables["rules"], evidence, again)
    tried = 0
    for claim in tables["ledger"].to_dict("records")[::6]:
        found = flips.of_claim(claim)
        if found is None or not found.rows.sets:
            continue
        gone = found.rows.sets[0]
        rules = tables["rules"][tables["rules"]["id"].isin(claim["rules"].split())]
        named = " ".join([*rules["left"], *rules["right"]]).split()
        left = evaluated(again, set(named) & {*again.declarations}, gone.without)
        rest = {
            name: table[~table["id"].isin(gone.without)] if "source_id" in table else table
            for name, table in record.items()
        }
        made = json.loads(as_json(each for each in left.values() if isinstance(each, Finding)))
        try:
            judged = claims.judge_rules(rules, claims.gather_evidence(rest, made))
            word = claims.worst(each.verdict for each in judged.values())
        except DataError:
            word = VOID
        assert word == gone.becomes, claim["id"]
        tried += 1
    assert tried >= 6


def test_press_claims_are_no_evidence_for_themselves(
    again: Reevaluation, staged: tuple[list[dict[str, Any]], claims.Evidence]
) -> None:
    """No flip set of a press claim holds its own row or the page it stands in alone."""
    _, evidence = staged
    tables = claims.read_tables(data_folder() / "claims")
    flips = VerdictFlips(tables["rules"], evidence, again)
    for claim in tables["ledger"].to_dict("records")[:30:2]:
        found = flips.of_claim(claim)
        assert found is None or all(claim["id"] not in each.without for each in found.rows.sets)


def test_rivals_flip_without_an_observation_where_weighing_anew_says_so(
    record: Tables, again: Reevaluation
) -> None:
    """Each observation left out by hand; several origins carry the chance from even odds."""
    evidence = claims.gather_evidence(record, [])
    known = claims.read_hypotheses(claims.read_tables(data_folder() / "claims"), evidence)
    flips = claims.flips_of_rivals(known, evidence)
    before = {each.key: each for each in claims.rival_findings(known, evidence)}
    assert set(flips) == set(before)
    found: dict[str, set[str]] = {key: set() for key in before}
    for item in known.items:
        others = tuple(other for other in known.items if other is not item)
        for made in claims.rival_findings(replace(known, items=others), evidence):
            if flipped(before[made.key], made, kind="estimate"):
                found[made.key].add(item.rows[0])
    for key, sets in found.items():
        named = {each.without[0] for each in flips[key].rows.sets}
        assert named <= sets, key
        assert bool(named) == bool(sets), key
    assert any(found.values())


def test_flips_stand_in_the_json_and_are_null_where_nothing_was_searched() -> None:
    """A finding made from images has none."""
    search = Search((FlipSet(("R1",), VOID),), listed=True, searched=1)
    rows = [{"key": "a.b"}, {"key": "a.own"}]
    shown = with_flips(rows, {"a.b": FlipSets(search, search, ())}, key="key")
    assert shown[1]["flips_if"] is None
    assert shown[0]["flips_if"]["size"] == 1
    assert shown[0]["flips_if"]["rows"] == {
        "sets": [{"without": ["R1"], "becomes": "void"}],
        "all_of_this_size": True,
        "searched_up_to": 1,
    }


def test_findings_of_another_build_are_refused(
    staged: tuple[list[dict[str, Any]], claims.Evidence],
) -> None:
    """A sentence that its declaration no longer gives."""
    findings, evidence = staged
    changed = [{**findings[0], "text": "Something else."}, *findings[1:]]
    tables = claims.read_tables(data_folder() / "claims")
    with pytest.raises(IntegrityError, match=rf"findings {findings[0]['key']}: the notebook gave"):
        all_flips(changed, tables, evidence)


# Stated ranges of parameters


def test_ranges_name_parameters_of_notebooks(again: Reevaluation) -> None:
    """Each value of the table is tried on findings that depend on the parameter."""
    mentioned = set().union(*(again.depends_on(key) for key in again.declarations))
    assert {*again.ranges} <= mentioned
    assert again.ranges


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, r"parameter_ranges\.csv, line 2, column parameter: .* has no parameter"),
        ({"within_days": "ten"}, 'found 5, but official-claims has within_days = "ten"; give both'),
    ],
)
def test_ranges_of_no_parameter_or_of_another_kind_are_refused(
    again: Reevaluation, parameters: Mapping[str, Any], message: str
) -> None:
    """All faulty lines at once."""
    known = {page: dict(values) for page, values in again.parameters.items()}
    known["official-claims"] = {**known["official-claims"], **parameters}
    if not parameters:
        known = {}
    with pytest.raises(DataError, match=message):
        stated_ranges(known)


def test_a_parameter_may_have_a_value_of_its_range(again: Reevaluation) -> None:
    """A reader sets a value that the table lists; the others are still tried, and it is not."""
    key = "rail-counts", "sites_watched"
    default, (chosen, *others) = again.parameters[key[0]][key[1]], again.ranges[key]
    known = {page: dict(values) for page, values in again.parameters.items()}
    known[key[0]][key[1]] = chosen
    assert default not in again.ranges[key]
    assert range_faults(known) == []
    assert stated_ranges(known)[key] == others
