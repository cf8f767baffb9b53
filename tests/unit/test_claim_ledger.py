"""Claims: numbers, dates and states held against the record, and verdicts that move with it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.claims import gather_evidence, judge_claims
from skytally.claims.claim_ledger import Claim, as_json, ledger_faults
from skytally.claims.comparison import BoundedNumber, compare
from skytally.claims.rule_evaluation import judge_rules, rules_faults
from skytally.claims.rule_evidence import Evidence, read_tables
from skytally.claims.rule_kinds import KINDS
from skytally.claims.verdicts import (
    BOUND,
    CANNOT,
    CONTRADICTED,
    FIXED,
    HOLDS,
    LIKELIHOODS,
    REFINED,
    UNTESTED,
    VERDICTS,
    likelihood,
)
from skytally.core import names as n
from skytally.core.data_dictionary import words
from skytally.core.errors import DataError
from skytally.findings.finding_kinds import quoted, ratio, row_of

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = ROOT / "book/_build/html/findings.json"
NAN, INF = math.nan, math.inf
NEAR = {"value": 50.0, "bound": "at most", "unit": "km"}
HALF = {"value": 50.0, "bound": "more than", "unit": "percent"}
MILES = {"value": 120.0, "bound": "about", "unit": "miles"}
ONE = {"value": 1.0, "bound": "exactly", "unit": "counts"}
TWO = {"value": 2.0, "bound": "at least", "unit": "counts"}
Tables = dict[str, pd.DataFrame]
Judge = Callable[..., str]

pytestmark = pytest.mark.skipif(
    not FINDINGS.is_file(), reason="the findings are not built; run make book"
)


@pytest.fixture(scope="module")
def record_tables() -> Tables:
    """Tables of the record."""
    return read_tables(ROOT / "data/record")


@pytest.fixture(scope="module")
def claim_tables() -> Tables:
    """Tables of the claims."""
    return read_tables(ROOT / "data/claims")


@pytest.fixture(scope="module")
def findings() -> list[dict[str, Any]]:
    """Built findings of the last build."""
    return json.loads(FINDINGS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def given(record_tables: Tables, findings: list[dict[str, Any]]) -> Evidence:
    """Evidence that the rules are evaluated on."""
    return gather_evidence(record_tables, findings)


@pytest.fixture(scope="module")
def claims(claim_tables: Tables, given: Evidence) -> dict[str, Claim]:
    """Real claims with their verdicts."""
    return {each.id: each for each in judge_claims(claim_tables, given)}


@pytest.fixture
def verdict(claim_tables: Tables, given: Evidence) -> Judge:
    """Build a function that evaluates one fictitious rule."""

    def run(kind: str, *, on: Evidence | None = None, **cells: object) -> str:
        blank = {
            column: NAN if column == n.VALUE else pd.NaT if column in ("first", "last") else ""
            for column in claim_tables["rules"]
        }
        rule = pd.DataFrame([{**blank, "line": 2, "id": "T1", "kind": kind, **cells}])
        return judge_rules(rule, on or given)["T1"].verdict

    return run


def changed(tables: Tables, table: str, row: str, **cells: object) -> Tables:
    """Copy the tables with some cells of one row changed."""
    copy = tables[table].copy()
    for column, cell in cells.items():
        copy.loc[copy["id"] == row, column] = cell
    copy.attrs = tables[table].attrs
    return {**tables, table: copy}


def grown(tables: Tables, table: str, like: str, **cells: object) -> Tables:
    """Copy the tables with one row more, made from another."""
    one = tables[table][tables[table]["id"] == like].assign(**cells)
    more = pd.concat([tables[table], one], ignore_index=True)
    more.attrs = tables[table].attrs
    return {**tables, table: more}


def rebuilt(findings: list[dict[str, Any]], tables: Tables) -> list[dict[str, Any]]:
    """Make the findings on the rail counts again, as their notebook does."""
    rail = tables["rail_counts"]
    made = {
        "rail-counts.railcars_october_2023": quoted("x.x", row_of([rail], "R031"), text="{number}"),
        "rail-counts.baseline": quoted("x.x", row_of([rail], "R001"), text="{number}"),
        "rail-counts.multiple_of_baseline": ratio(
            "x.x", row_of([rail], "R031"), row_of([rail], "R001"), text="{number}"
        ),
    }
    return [
        {**vars(replace(made[key], key=key))} if (key := each["key"]) in made else each
        for each in findings
    ]


def level(value: float, low: float, high: float, bound: str = n.ABOUT) -> BoundedNumber:
    """Make a number of railcars."""
    return BoundedNumber(value, low, high, bound, "railcars", f"{bound} {value:g}")


@pytest.mark.parametrize(
    ("claimed", "found", "expected"),
    [
        (level(73, 73, 73, n.EXACTLY), level(73, 72.5, 73.5), HOLDS),
        (level(70, 65, 75), level(73, 72.5, 73.5), HOLDS),
        (level(60, 60, 60, n.EXACTLY), level(73, 72.5, 73.5), CONTRADICTED),
        (level(74, 73.4, 75), level(73, 72, 73.5), REFINED),
        (level(20, 20, 20, n.EXACTLY), level(20, 0, 25, n.AT_MOST), REFINED),
        (level(12, 12, 12, n.EXACTLY), level(20, 0, 25, n.AT_MOST), UNTESTED),
        (level(40, 40, 40, n.EXACTLY), level(25, 25, INF, n.AT_LEAST), UNTESTED),
        (level(10, 10, 10, n.EXACTLY), level(25, 25, INF, n.AT_LEAST), CONTRADICTED),
        (level(20, 20, INF, n.AT_LEAST), level(25, 25, INF, n.AT_LEAST), BOUND),
        (level(30, 30, INF, n.AT_LEAST), level(25, 25, INF, n.AT_LEAST), UNTESTED),
        (level(20, 0, 20, n.AT_MOST), level(20, 0, 25, n.AT_MOST), BOUND),
        (level(20, 20, INF, n.AT_LEAST), level(73, 72.5, 73.5), BOUND),
        (level(1000, 0, 1000, n.AT_MOST), level(1000, 1000, INF, n.MORE_THAN), CONTRADICTED),
        (level(1000, 0, 1000, n.AT_MOST), level(1000, 1000, INF, n.AT_LEAST), UNTESTED),
        (level(0, 0, 0, n.AT_MOST), level(0, 0, INF, n.AT_LEAST), UNTESTED),
        (level(73, 73, 73, n.EXACTLY), level(NAN, NAN, NAN, ""), UNTESTED),
    ],
)
def test_compare_follows_both_bounds(
    claimed: BoundedNumber, found: BoundedNumber, expected: str
) -> None:
    """A level is compared with a level, a bound with a bound, and one stated as the other."""
    assert compare(claimed, found) == expected


def test_compare_refuses_two_units_and_a_claim_without_a_number() -> None:
    """Railcars are not compared with trains."""
    cars = level(73, 73, 73)
    with pytest.raises(DataError, match="compare one unit"):
        compare(replace(cars, unit="trains"), cars)
    with pytest.raises(DataError, match="carries no number"):
        compare(replace(cars, low=NAN), cars)


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        ("number", {"left": "D005 D006", **MILES}, REFINED),
        ("number", {"left": "D006", **MILES}, HOLDS),
        ("number", {"left": "R030", "claimed": "S2-09"}, UNTESTED),
        ("change", {"left": "R031", "right": "R001", "relation": "more"}, BOUND),
        ("change", {"left": "R051", "right": "R031", "relation": "more"}, HOLDS),
        ("change", {"left": "R031", "right": "R051", "relation": "more"}, CONTRADICTED),
        ("change", {"left": "V008", "right": "V007", "relation": "more"}, UNTESTED),
        ("order", {"left": "P003", "right": "E013", "relation": "before"}, HOLDS),
        ("order", {"left": "P003", "right": "E013", "relation": "after"}, CONTRADICTED),
        ("order", {"left": "R040", "right": "P049", "relation": "after"}, UNTESTED),
        ("window", {"left": "O003", "right": "S1-08"}, REFINED),
        ("window", {"left": "P010", "right": "A003"}, HOLDS),
        ("window", {"left": "P053", "right": "A003"}, CONTRADICTED),
        ("span", {"left": "P004", "right": "E018", "claimed": "S0-04"}, HOLDS),
        ("state", {"left": "P049", "relation": "nothing-seen"}, HOLDS),
        ("state", {"left": "P049", "relation": "seen"}, CONTRADICTED),
        ("state", {"left": "R030", "relation": "seen"}, UNTESTED),
        ("distance", {"left": "rajin", "right": "khasan", **NEAR}, BOUND),
        ("distance", {"left": "rajin", "right": "dunai", **NEAR}, CONTRADICTED),
        ("distance", {"left": "rajin", "right": "mozdok", **NEAR}, UNTESTED),
        ("portion", {"left": "R046 R048", "right": "R051", **HALF}, BOUND),
        ("independence", {"left": "R031 R032", "relation": "origins", **ONE}, HOLDS),
        ("independence", {"left": "P049 R040", "relation": "families", **TWO}, CONTRADICTED),
    ],
)
def test_rules_of_each_kind_on_the_record(
    verdict: Judge, kind: str, cells: dict[str, object], expected: str
) -> None:
    """Each kind of rule on rows whose numbers, dates and places are known."""
    assert verdict(kind, **cells) == expected


def test_a_count_of_the_record_is_exact_and_of_the_world_a_lower_bound(verdict: Judge) -> None:
    """That the record has no row does not show that there was none."""
    none = {"table": "ais_events", "where": "place~Rajin; kind=transmitting", "unit": "events"}
    cells = {**none, "value": 0.0, "bound": "at most"}
    assert verdict("count", about="record", **cells) == BOUND
    assert verdict("count", about="world", **cells) == UNTESTED


def test_a_nominal_day_decides_no_order(verdict: Judge) -> None:
    """A day that stands for words may be half a month off: early March, and 12 March."""
    assert verdict("order", left="R040", right="R041", relation="before") == UNTESTED
    assert verdict("order", left="E022", right="P034", relation="before") == UNTESTED


def test_a_distance_carries_the_uncertainty_of_both_places(verdict: Judge) -> None:
    """36.7 km between two points known to 2 km and 300 m is 34.4 to 39 km."""
    sides = {"left": "rajin", "right": "khasan", "bound": "at most", "unit": "km"}
    assert [verdict("distance", value=each, **sides) for each in (40.0, 38.0, 34.0)] == [
        BOUND,
        UNTESTED,
        CONTRADICTED,
    ]


def test_peak_and_ceiling_see_what_exceeds_them(
    verdict: Judge, record_tables: Tables, findings: list[dict[str, Any]]
) -> None:
    """An earlier count of 80 would end the superlative and break the ceiling."""
    where = "quantity=railcars; scope=tumangang-rail-facility"
    peak = {"left": "R031", "table": "rail_counts", "where": where}
    under = {"claimed": "S3-12", "table": "rail_counts", "where": f"{where}; date_last<=2023-09-30"}
    assert verdict("peak", **peak) == BOUND
    assert verdict("ceiling", **under) == BOUND
    more = changed(record_tables, "rail_counts", "R012", value=80.0)
    assert verdict("peak", on=gather_evidence(more, findings), **peak) == CONTRADICTED
    assert verdict("ceiling", on=gather_evidence(more, findings), **under) == CONTRADICTED
    assert verdict("ceiling", **{**under, "where": "id=none"}) == UNTESTED


def test_rules_refuse_everything_that_does_not_exist_at_once(
    claim_tables: Tables, given: Evidence
) -> None:
    """One message names each broken rule: finding, row, site, table, column, sign, number."""
    rules = claim_tables["rules"].copy()
    breaks = {
        "S2-09": {"left": "rail-counts.no_such_finding"},
        "S0-18": {"left": "E999"},
        "S1-06": {"right": "atlantis"},
        "S0-09": {"table": "rumours"},
        "S1-04": {"distinct": "captain"},
        "S0-10": {"where": "kind is silent"},
        "S1-15": {"claimed": "", "value": NAN},
        "S2-10": {"left": "port-imagery.calls_csis"},
        "S3-07": {"left": "rail-counts.baseline"},
        "S0-02a": {"where": "date_last<=soon"},
    }
    for rule, cells in breaks.items():
        for column, cell in cells.items():
            rules.loc[rules["id"] == rule, column] = cell
    with pytest.raises(DataError, match=r"rules: .* faults") as caught:
        judge_rules(rules, given)
    message = str(caught.value)
    assert message.startswith(f"rules: {len(breaks)} faults")
    assert all(f"{rule}:" in message for rule in breaks)


CARS = {"value": 73.0, "bound": "about", "unit": "railcars"}
IN_RAIL = {"table": "rail_counts", "where": "quantity=railcars"}


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        (
            "window",
            {
                "left": "R031",
                "first": pd.Timestamp("2023-10-31"),
                "last": pd.Timestamp("2023-08-01"),
            },
            "first 2023-10-31 after last 2023-08-01",
        ),
        ("window", {"left": "R031", "first": pd.Timestamp("2023-10-31")}, "no window"),
        ("window", {"left": "rail-counts.baseline", "right": "S0-15"}, "takes dated rows"),
        ("number", {"left": "R031", "relation": "families", **CARS}, "relation is filled"),
        ("number", {"left": "R031", "right": "R001", **CARS}, "right is filled"),
        ("number", {"left": "R031", **CARS, "unit": ""}, "nothing claimed"),
        ("number", {"left": "R031", **CARS, "value": -1.0}, "below zero"),
        ("number", {"left": "R031", "claimed": "S2-09", **CARS}, "claimed twice"),
        ("number", {"left": "R031", "claimed": "S0-05"}, "'S0-05' carries no number"),
        ("number", {"left": "R031 R031", **CARS}, "'R031' stands twice"),
        ("number", {"left": "V015", **CARS}, "compare one unit"),
        ("change", {"left": "R031", "right": "R001", "relation": "before"}, "takes more or less"),
        ("change", {"left": "R031 R032", "right": "R001", "relation": "more"}, "2 ids in left"),
        ("change", {"left": "R031", "right": "R001 R032", "relation": "more"}, "2 ids in right"),
        (
            "change",
            {"left": "R031", "right": "R001", "relation": "more", **CARS},
            "a claimed number",
        ),
        ("order", {"left": "R031", "right": "E013", "relation": "more"}, "takes before or after"),
        ("state", {"left": "P049", "relation": "origins"}, "takes seen or nothing-seen"),
        ("independence", {"left": "R031", "relation": "seen", **ONE}, "takes origins or families"),
        ("independence", {"left": "rail-counts.baseline", "relation": "origins", **ONE}, "finding"),
        ("peak", {"left": "R031 R032", **IN_RAIL}, "2 ids in left"),
        ("portion", {"left": "R046", "right": "R051 R056", **HALF}, "2 ids in right"),
        ("distance", {"left": "rajin khasan", "right": "dunai", **NEAR}, "2 ids in left"),
        ("share", {"table": "rail_counts", "part": "family<=planet", **HALF}, "holds words"),
        ("share", {"table": "rail_counts", "part": "text~(unclosed", **HALF}, "no pattern"),
        ("share", {"table": "rail_counts", "part": "value>=many", **HALF}, "is no number"),
        ("share", {"table": "rail_counts", "part": "date_last<=2023-13-01", **HALF}, "is no date"),
        ("share", {"table": "lineage", "part": "rows=R031", **HALF}, "no ids"),
        ("extent", {"left": "D021", **IN_RAIL, "about": "record", **ONE}, "counted twice"),
        ("extent", {**IN_RAIL, **ONE}, "about is empty"),
        ("extent", {"left": "D021", "distinct": "scope", **ONE}, "without a table"),
    ],
)
def test_a_rule_that_its_kind_cannot_read_is_refused_with_its_line(
    verdict: Judge, kind: str, cells: dict[str, object], expected: str
) -> None:
    """Dates the wrong way round, words for another kind, too many ids, words put in order."""
    with pytest.raises(DataError, match=rf"rules\.csv, line 2, T1: .*{expected}"):
        verdict(kind, **cells)


def test_every_real_rule_is_in_order_before_any_finding_is_made(
    claim_tables: Tables, record_tables: Tables, findings: list[dict[str, Any]]
) -> None:
    """Keys alone are enough to check the rules and the ledger."""
    keys = gather_evidence(record_tables, [{"key": each["key"]} for each in findings])
    assert rules_faults(claim_tables["rules"], keys) == []
    assert ledger_faults(claim_tables, keys) == []
    twice = pd.concat([claim_tables["rules"], claim_tables["rules"][:1]])
    assert "the id a second time" in rules_faults(twice, keys)[0]


def test_a_site_without_its_uncertainty_is_not_located(
    verdict: Judge, record_tables: Tables, findings: list[dict[str, Any]]
) -> None:
    """Without a radius there is no distance to hold a claim against, and no crash."""
    for column in ("lat", "lon", "uncertainty_m"):
        tables = changed(record_tables, "sites", "rajin", **{column: NAN})
        on = gather_evidence(tables, findings)
        assert verdict("distance", on=on, left="rajin", right="khasan", **NEAR) == UNTESTED


def test_every_press_claim_stands_in_the_ledger_once(
    claims: dict[str, Claim], record_tables: Tables
) -> None:
    """All 81, with the wording of the record, beside sentences of the book itself."""
    press = record_tables["press_claims"]
    assert len(press) == 81
    assert set(press["id"]) <= set(claims)
    own = [each for each in claims if each.startswith("OWN-")]
    assert len(own) > 20
    assert len(claims) == len(press) + len(own)


def test_verdicts_are_computed_wherever_a_rule_can(
    claims: dict[str, Claim], record_tables: Tables, claim_tables: Tables
) -> None:
    """At least 30 testable press claims rest on rules, and only two verdicts may be typed."""
    press = record_tables["press_claims"]
    testable = press[press["testable"] == "yes"]["id"]
    assert sum(bool(claims[each].why) for each in testable) >= 30
    assert {each.verdict for each in claims.values()} == set(VERDICTS)
    assert {each.verdict for each in claims.values() if not each.why} <= set(FIXED)
    assert "verdict" not in claim_tables["ledger"]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("S2-09", HOLDS),
        ("S2-10", REFINED),
        ("S3-12", BOUND),
        ("S3-07", CONTRADICTED),
        ("S1-07", CONTRADICTED),
        ("S1-08", REFINED),
        ("S1-15", REFINED),
        ("S0-02", UNTESTED),
        ("S0-07", CANNOT),
    ],
)
def test_verdicts_of_the_known_cases(claims: dict[str, Claim], claim: str, expected: str) -> None:
    """The cases that the notes on the record describe in words."""
    assert claims[claim].verdict == expected


def test_a_changed_count_flips_the_verdict(
    claim_tables: Tables, record_tables: Tables, findings: list[dict[str, Any]]
) -> None:
    """93 railcars in row R031 instead of 73, and the two claims of 73 no longer hold."""
    before = {
        each.id: each.verdict
        for each in judge_claims(
            claim_tables, gather_evidence(record_tables, rebuilt(findings, record_tables))
        )
    }
    tables = changed(record_tables, "rail_counts", "R031", value=93.0)
    after = {
        each.id: each.verdict
        for each in judge_claims(claim_tables, gather_evidence(tables, rebuilt(findings, tables)))
    }
    moved = {each: (before[each], after[each]) for each in before if before[each] != after[each]}
    assert moved == {"S2-09": (HOLDS, CONTRADICTED), "S3-11": (HOLDS, CONTRADICTED)}


def test_a_changed_bound_and_a_new_row_flip_verdicts(
    claim_tables: Tables, record_tables: Tables, findings: list[dict[str, Any]]
) -> None:
    """A ceiling turned into a level holds as one; a ship heard at Rajin ends a silence."""
    tables = changed(record_tables, "rail_counts", "R001", bound="exactly", wording="")
    tables = grown(tables, "ais_events", "A006", id="A900", place="Rajin")
    after = {
        each.id: each.verdict
        for each in judge_claims(claim_tables, gather_evidence(tables, rebuilt(findings, tables)))
    }
    assert after["S2-10"] == HOLDS
    assert after["S0-10"] == CONTRADICTED
    assert after["OWN-ais-1"] == CONTRADICTED


def with_copies(tables: Tables) -> Tables:
    """Add a copy of every source, and a row of the copy for every row of the record."""
    sources = tables["sources"]
    copied = sources.assign(
        derived_from=sources["id"],
        id=sources["id"] + "-copy",
        tier="secondary",
        reliability="D",
        reliability_reason="repost",
    )
    made = {**tables, "sources": pd.concat([sources, copied], ignore_index=True)}
    for name, table in tables.items():
        if {"id", "source_id"} <= set(table) and name not in ("press_claims", "sites"):
            again = table.assign(
                id=table["id"] + "-copy",
                source_id=table["source_id"] + "-copy",
                reading="secondhand",
            )
            made[name] = pd.concat([table, again], ignore_index=True)
            made[name].attrs = table.attrs
    others = tables["press_claims"]["other_sources"]
    made["press_claims"] = tables["press_claims"].assign(
        other_sources=others + " " + others.str.replace(r"(\S+)", r"\1-copy", regex=True)
    )
    return made


def test_copies_move_no_verdict_strength_or_count(
    claim_tables: Tables,
    record_tables: Tables,
    findings: list[dict[str, Any]],
    claims: dict[str, Claim],
) -> None:
    """Every page copied once more, cited and read into rows: nothing moves."""
    more = [
        {**each, "inputs": [*each["inputs"], *(f"{row}-copy" for row in each["inputs"])]}
        for each in findings
    ]
    after = judge_claims(claim_tables, gather_evidence(with_copies(record_tables), more))
    for claim in after:
        before = claims[claim.id]
        for word in (
            "verdict",
            "why",
            "confidence",
            "likelihood",
            "independent_origins",
            "independent_image_families",
        ):
            assert getattr(claim, word) == getattr(before, word), (claim.id, word)


def test_ledger_refuses_broken_references_and_double_verdicts_at_once(
    claim_tables: Tables, given: Evidence
) -> None:
    """A missing claim, a second verdict, none at all, a strange wording, rows that are not."""
    rows = claim_tables["ledger"].set_index("id", drop=False)
    rows = rows.drop("S3-16")
    rows.loc["S2-09", "fixed_verdict"] = CANNOT
    rows.loc["S0-07", "fixed_verdict"] = ""
    rows.loc["S0-05", "text"] = "the cargo is known"
    rows.loc["S1-01", "rows"] = "P999"
    rows.loc["S1-02", "findings"] = "no.finding"
    rows.loc["S1-03", "copied_from"] = "NOBODY"
    rows.loc["S1-05", "rules"] = "S1-05a"
    rows.loc["OWN-ais-1", "origin"] = "press"
    rows.loc["S1-06", "origin"] = "book"
    drift = claim_tables["drift"].copy()
    drift.loc[0, "copy_source"] = "NOWHERE"
    tables = {**claim_tables, "ledger": rows.reset_index(drop=True), "drift": drift}
    with pytest.raises(DataError, match=r"claims ledger: .* faults") as caught:
        judge_claims(tables, given)
    message = str(caught.value)
    for words_of_it in (
        "S3-16: a press claim without a row",
        "S2-09: give rules, or a fixed verdict",
        "S0-07: give rules, or a fixed verdict",
        "S0-05: text or asserted_by differ",
        "S1-01, rows: no 'P999'",
        "S1-02, findings: no 'no.finding'",
        "S1-03, copied_from: no 'NOBODY'",
        "rule S1-05b: used by no claim",
        "OWN-ais-1: origin 'press', and press_claims has no such row",
        "S1-06: origin 'book', and press_claims has a row of this id",
        "drift W01, copy_source: no 'NOWHERE'",
    ):
        assert words_of_it in message


def test_a_probability_brings_its_word_and_says_of_what(
    claim_tables: Tables, record_tables: Tables, findings: list[dict[str, Any]]
) -> None:
    """A word of likelihood stands only beside what it is the likelihood of."""
    chance = {**findings[0], "key": "x.chance", "unit": "p", "value": 0.3, "low": 0.1, "high": 0.4}
    rows = claim_tables["ledger"].assign(probability="", probability_of="")
    rows.loc[rows["id"] == "S0-09", ["probability", "probability_of"]] = ["x.chance", "it was so"]
    made = judge_claims(
        {**claim_tables, "ledger": rows}, gather_evidence(record_tables, [*findings, chance])
    )
    told = {each.id: (each.likelihood, each.likelihood_of) for each in made if each.likelihood}
    assert told == {"S0-09": ("very unlikely to unlikely", "it was so")}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"probability_of": ""}, "give probability and what it is of, or neither"),
        ({"probability": ""}, "give probability and what it is of, or neither"),
        ({"probability": "rail-counts.baseline"}, "is in railcars; name a probability"),
        ({"probability": "ais-gaps.reach port-imagery.presence"}, "2 findings; name one"),
        ({"probability": "no.such"}, "probability: no 'no.such'"),
    ],
    ids=["of-nothing", "nothing-of", "no-probability", "two", "missing"],
)
def test_ledger_refuses_a_likelihood_of_nothing(
    claim_tables: Tables, given: Evidence, cells: dict[str, str], expected: str
) -> None:
    """A word without its subject, a number that is no probability, two at once."""
    rows = claim_tables["ledger"].copy()
    for column, cell in cells.items():
        rows.loc[rows["id"] == "OWN-ais-3", column] = cell
    with pytest.raises(DataError, match=expected):
        judge_claims({**claim_tables, "ledger": rows}, given)


def test_likelihoods_of_the_ledger_are_of_probabilities_and_never_of_chance_alone(
    claims: dict[str, Claim], claim_tables: Tables
) -> None:
    """Time for a call and presence are probabilities; how often chance gives as many is not."""
    keys = set(claim_tables["ledger"]["probability"]) - {""}
    assert keys == {"ais-gaps.reach", "port-imagery.presence"}
    worded = {each.id for each in claims.values() if each.likelihood}
    assert worded == {"S0-03", "S0-09", "S1-13", "OWN-ais-3"}
    assert claims["OWN-ais-3"].likelihood == "almost certain"


def test_at_least_thirty_verdicts_rest_on_findings(
    claims: dict[str, Claim], record_tables: Tables
) -> None:
    """Of the press claims whose verdict is computed, thirty list the findings they rest on."""
    press = record_tables["press_claims"]
    decided = [claims[each] for each in press["id"] if claims[each].verdict not in FIXED]
    assert sum(bool(each.findings) for each in decided) >= 30
    testable = [claims[each] for each in press[press["testable"] == "yes"]["id"]]
    assert sum(bool(each.findings and each.why) for each in testable) >= 30


@pytest.mark.parametrize(
    ("claim", "key"),
    [
        ("S0-17", "depot-expansion.distance_us"),
        ("S3-07", "rail-counts.railcars_october_2023"),
        ("S1-08", "official-claims.containers_us_first"),
        ("S0-04", "port-imagery.first_ship"),
        ("S1-12", "port-imagery.trips_rusi"),
        ("S0-09", "ais-gaps.silences_autumn"),
        ("S1-03", "port-imagery.days_until_report"),
        ("S1-05", "port-imagery.russian_ports"),
        ("S2-11", "official-claims.us_before_report"),
    ],
)
def test_findings_of_the_rows_of_a_rule_are_found_by_computation(
    claims: dict[str, Claim], claim_tables: Tables, claim: str, key: str
) -> None:
    """A finding that is made of nothing but the rows of a rule stands in the claim untyped."""
    typed = claim_tables["ledger"].set_index("id").loc[claim, "findings"].split()
    assert key not in typed
    assert key in claims[claim].findings


@pytest.mark.parametrize(
    ("claim", "keys"),
    [
        ("S2-08", {"rail-counts.chance_in_rakes", "rail-counts.chance_by_bound"}),
        ("S2-01", {"rail-counts.chance_in_rakes", "rail-counts.onset_trains"}),
        ("S0-09", {"ais-gaps.reach"}),
        ("S1-13", {"ais-gaps.reach"}),
        ("S0-03", {"port-imagery.calls_by_presence", "port-imagery.calls_by_looks"}),
    ],
)
def test_claims_rest_on_the_statistics_that_speak_to_them(
    claims: dict[str, Claim], keys: set[str], claim: str
) -> None:
    """Surge, onset, reach and visits stand where a claim is of what they estimate."""
    assert keys <= set(claims[claim].findings)


def test_a_finding_of_other_rows_is_not_taken_in(
    claim_tables: Tables, record_tables: Tables, findings: list[dict[str, Any]]
) -> None:
    """A finding with one row more than the rules name is no finding of that claim."""
    inner = {**findings[0], "key": "x.inner", "inputs": ["D005"]}
    outer = {**findings[0], "key": "x.outer", "inputs": ["D005", "D006", "D012"]}
    made = judge_claims(claim_tables, gather_evidence(record_tables, [*findings, inner, outer]))
    (near,) = (each for each in made if each.id == "S0-17")
    assert "x.inner" in near.findings
    assert "x.outer" not in near.findings


def test_a_probability_adds_no_eyes(
    claims: dict[str, Claim], record_tables: Tables, claim_tables: Tables, given: Evidence
) -> None:
    """The chance reckoned for another ship leaves the rows and origins of the claim alone."""
    rows = claim_tables["ledger"].copy()
    of_claim = rows["id"] == "S0-09"
    rows.loc[of_claim, ["findings", "probability", "probability_of"]] = ""
    (bare,) = (
        each for each in judge_claims({**claim_tables, "ledger": rows}, given) if each.id == "S0-09"
    )
    assert claims["S0-09"].rows == bare.rows
    assert claims["S0-09"].independent_origins == bare.independent_origins


def test_estimates_have_rows_of_the_book_itself(
    claims: dict[str, Claim], findings: list[dict[str, Any]]
) -> None:
    """Every finding that is a probability or a number of calls estimated backs an own sentence."""
    own = {key for each in claims.values() if each.id.startswith("OWN-") for key in each.findings}
    estimates = {each["key"] for each in findings if each["unit"] == "p"}
    estimates |= {"port-imagery.calls_by_presence", "port-imagery.calls_by_looks"}
    assert estimates <= own


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 0.04, "almost no chance"),
        (0.05, 0.19, "very unlikely"),
        (0.2, 0.2, "unlikely"),
        (0.45, 0.54, "roughly even chance"),
        (0.55, 0.9, "likely to very likely"),
        (0.95, 1.0, "almost certain"),
    ],
)
def test_likelihood_words_follow_the_bands(low: float, high: float, expected: str) -> None:
    """The lower end of each band belongs to it."""
    assert likelihood(low, high) == expected


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.5), (0.5, 1.1), (0.6, 0.5), (NAN, 0.5)])
def test_likelihood_refuses_what_is_no_probability(low: float, high: float) -> None:
    """A p-value over one, an inverted interval, a missing number."""
    with pytest.raises(DataError, match="no probability"):
        likelihood(low, high)


def test_claims_json_is_sorted_whole_and_without_nan(claims: dict[str, Claim]) -> None:
    """The file that others read has every promised field of every claim."""
    text = as_json(claims.values())
    shown = json.loads(text)
    assert "NaN" not in text
    assert text.endswith("]\n")
    assert [each["id"] for each in shown] == sorted(claims)
    assert text == as_json(reversed(list(claims.values())))
    wanted = {
        *("id", "text", "asserted_by", "line", "verdict", "confidence", "rests_on"),
        *("independent_origins", "independent_image_families", "changes_if", "drift"),
    }
    assert all(wanted <= set(each) for each in shown)
    (railcars,) = (each for each in shown if each["id"] == "S2-09")
    assert railcars["rests_on"]["findings"] == ["rail-counts.railcars_october_2023"]
    assert "R031" in railcars["rests_on"]["rows"]
    assert railcars["drift"][0]["change"] == "bound lost"


def test_vocabularies_of_claims_agree_with_code_and_record(claims: dict[str, Claim]) -> None:
    """Verdicts, kinds and bands are one list in code and data; shared words are the record's."""
    ours, record = words(ROOT / "data/claims"), words(ROOT / "data/record")
    assert ours["verdict"] == VERDICTS
    assert set(ours["fixed_verdict"]) == set(FIXED)
    assert set(ours["rule_kind"]) == set(KINDS)
    assert ours["bound"] == record["bound"]
    assert set(ours["unit"]) <= set(record["unit"])
    assert [word for _, word in LIKELIHOODS][3] == "roughly even chance"
    assert {each.line for each in claims.values()} <= set(ours["claim_line"])


def test_sentences_of_the_book_name_a_page_that_exists(claims: dict[str, Claim]) -> None:
    """Each OWN row says on which page or notebook its sentence stands."""
    for claim in claims.values():
        if claim.id.startswith("OWN-"):
            assert (ROOT / claim.asserted_by.removeprefix("this book, ")).is_file(), claim.id
