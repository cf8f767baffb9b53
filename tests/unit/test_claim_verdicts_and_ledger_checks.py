"""The ledger: every claim with its verdict, what it rests on, and what moves it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.claims import gather_evidence, judge_claims, judge_rules
from skytally.claims.claim_rule_verdicts_by_kind import KINDS
from skytally.claims.claim_verdicts_and_ledger_checks import Claim, as_json
from skytally.claims.verdict_scale import (
    BOUND,
    CANNOT,
    CONTRADICTED,
    DIFFERS,
    FAITHFUL,
    FIXED,
    HOLDS,
    IN_PART,
    UNTESTED,
    VERDICTS,
)
from skytally.core.data_dictionaries_and_vocabularies import words
from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.quote_ratio_share_estimate_findings import quoted, ratio, row_of
from skytally.record.copied_reports import ancestors
from tests.support.real_record_evidence_and_made_up_rule import (
    Tables,
    changed,
    claim_tables,
    grown,
    real_evidence,
    real_findings,
    record_tables,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def claims() -> dict[str, Claim]:
    """Real claims with their verdicts."""
    return {each.id: each for each in judge_claims(claim_tables(), real_evidence())}


def rebuilt(tables: Tables) -> list[dict[str, Any]]:
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
        for each in real_findings()
    ]


def verdicts(tables: Tables) -> dict[str, str]:
    """Judge the real claims on other tables of the record."""
    made = judge_claims(claim_tables(), gather_evidence(tables, rebuilt(tables)))
    return {each.id: each.verdict for each in made}


def ledger_with(claim: str, **cells: object) -> Tables:
    """Tables of the claims with some cells of one claim changed."""
    return changed(claim_tables(), "ledger", claim, **cells)


def test_every_press_claim_stands_in_the_ledger_once(claims: dict[str, Claim]) -> None:
    """All 81, with the wording of the record, beside sentences of the book itself."""
    press = record_tables()["press_claims"]
    assert len(press) == 81
    assert set(press["id"]) <= set(claims)
    own = [each for each in claims if each.startswith("OWN-")]
    assert len(own) > 20
    assert len(claims) == len(press) + len(own)


def test_verdicts_are_computed_wherever_a_rule_can(claims: dict[str, Claim]) -> None:
    """At least 55 press claims rest on rules, and only two verdicts may be typed."""
    press = record_tables()["press_claims"]["id"]
    assert sum(bool(claims[each].why) for each in press) >= 55
    assert {each.verdict for each in claims.values() if not each.why} <= set(FIXED)
    assert {each.verdict for each in claims.values()} <= set(VERDICTS)
    assert "verdict" not in claim_tables()["ledger"]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("S2-09", IN_PART),
        ("S3-11", IN_PART),
        ("S0-12", IN_PART),
        ("S1-22", FAITHFUL),
        ("S2-07", FAITHFUL),
        ("S1-21", FAITHFUL),
        ("S3-12", IN_PART),
        ("S2-10", IN_PART),
        ("S2-03", IN_PART),
        ("S3-07", DIFFERS),
        ("S1-07", DIFFERS),
        ("S1-08", DIFFERS),
        ("S1-15", HOLDS),
        ("S0-17", BOUND),
        ("S0-09", IN_PART),
        ("S1-09", HOLDS),
        ("S0-02", UNTESTED),
        ("S0-10", UNTESTED),
        ("S0-15", UNTESTED),
        ("S0-07", CANNOT),
    ],
)
def test_verdicts_of_the_known_cases(claims: dict[str, Claim], claim: str, expected: str) -> None:
    """The cases that the notes on the record describe in words."""
    assert claims[claim].verdict == expected


def test_nothing_is_contradicted_that_a_reading_saves(claims: dict[str, Claim]) -> None:
    """A misquotation says nothing of the world, and is no contradiction."""
    assert [each.id for each in claims.values() if each.verdict == CONTRADICTED] == []


def test_a_changed_count_flips_the_verdict() -> None:
    """93 railcars in row R031 instead of 73, and the two copies of 73 misquote their source."""
    before = verdicts(record_tables())
    after = verdicts(changed(record_tables(), "rail_counts", "R031", value=93.0))
    moved = {each: (before[each], after[each]) for each in before if before[each] != after[each]}
    assert moved == {"S2-09": (IN_PART, DIFFERS), "S3-11": (IN_PART, DIFFERS)}


def test_a_changed_bound_and_a_new_row_flip_verdicts() -> None:
    """A ceiling turned into a level is a faithful copy; a ship heard at Rajin ends a silence."""
    tables = changed(record_tables(), "rail_counts", "R001", bound="exactly", wording="")
    tables = grown(tables, "ais_events", "A006", id="A900", place="Rajin")
    after = verdicts(tables)
    assert after["S2-10"] == FAITHFUL
    assert after["OWN-ais-1"] == CONTRADICTED


def test_sightings_of_one_ship_are_one_ship_and_a_loading_is_no_arrival() -> None:
    """Three sightings of containers that came to a Russian port are of two ships, once loaded."""
    rules = claim_tables()["rules"]
    outcome = judge_rules(rules[rules["id"] == "OWN-index-1a"], real_evidence())["OWN-index-1a"]
    assert outcome.selected == {"P010", "P056", "P085"}
    assert "3 observations of a ship" in outcome.why
    assert "they name 2 ships" in outcome.why


def test_counters_on_images_of_one_owner_are_not_called_independent(
    claims: dict[str, Claim],
) -> None:
    """Counters and owners of images are counted apart, and the reader sees both numbers."""
    for claim, counts, owners in (
        ("S0-01", "2 to 3", "Planet Labs, owner not stated for 1 row"),
        ("OWN-synthesis-4", "2", "Planet Labs"),
    ):
        reason = claims[claim].why[0]
        assert f"{counts} separate readings (image owners: {owners})." in reason
        assert "independent" not in reason


def test_a_claim_with_a_word_that_its_source_lacks_holds_in_part() -> None:
    """Without desperately in the remark, or with Russian troops and this route, verdicts move."""
    remark = (
        "US State Dept (Blinken): Russia looks for weapons and from Iran, which gave many drones"
    )
    tables = changed(record_tables(), "official_claims", "O055", text=remark)
    found = "North Korean rockets for Grad launchers, some of the 1980s, came by way of Rajin"
    tables = changed(tables, "events", "E052", actors="Ukraine; Russia", text=found)
    after = verdicts(tables)
    assert after["S1-22"] == IN_PART
    assert after["S1-24"] == FAITHFUL
    assert after["S0-12"] == HOLDS


@pytest.mark.parametrize(
    ("claim", "widened"),
    [("S1-04", True), ("S1-05", True), ("S2-08", True), ("S3-10", True)],
)
def test_what_was_seen_later_changes_no_verdict(
    claims: dict[str, Claim], claim: str, *, widened: bool
) -> None:
    """A claim that held for its time stays so, and later evidence is told apart."""
    assert claims[claim].verdict in (HOLDS, BOUND)
    assert claims[claim].later
    assert claims[claim].later_widened is widened


def test_what_was_seen_later_need_not_widen_a_claim(claims: dict[str, Claim]) -> None:
    """Later evidence of a claim that was no bound is told, and widens nothing."""
    assert claims["S1-01"].later
    assert claims["S1-01"].later_widened is False


def test_a_pier_found_empty_is_no_entry_of_containers(claims: dict[str, Claim]) -> None:
    """VOA saw no pile at one pier, which is none of the containers that nobody saw into."""
    assert {"P009", "P011", "P017"} <= set(claims["S1-01"].rows)
    assert "P018" not in claims["S1-01"].rows
    assert "has 3 entries of containers on the quays" in " ".join(claims["S1-01"].why)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"made_on": pd.Timestamp("2023-09-30")}, "of 30 September 2023, older than all its evid"),
        ({"made_on": pd.NaT}, "S2-08: later_rules without made_on; give the day"),
        ({"rules": "S2-08 S2-08-later", "later_rules": ""}, "older than all its evidence \\(R051"),
        ({"rules": "S2-08-later", "later_rules": "S2-08"}, "nothing in it is later; put it under"),
        ({"rows": "R999"}, "rows: no 'R999'; it was withdrawn, or its line is not built"),
    ],
    ids=["older", "no day", "later evidence", "nothing later", "withdrawn"],
)
def test_evidence_of_another_time_and_withdrawn_rows_are_refused(
    cells: dict[str, object], expected: str
) -> None:
    """A claim older than its evidence, evidence that is not later, a row that is gone."""
    with pytest.raises(DataError, match=expected):
        judge_claims(ledger_with("S2-08", **cells), real_evidence())


@pytest.mark.parametrize(
    ("claim", "named", "at_least", "read"),
    [
        ("S2-07", 1, 1, "on the counter's page"),
        ("S0-04", 1, 1, "in a report of it"),
        ("S1-14", 2, 1, "in a report of it"),
        ("S1-13", 3, 1, "on the counter's page, and in a report of it"),
        ("S3-12", 1, 1, "in a report of it"),
        ("S0-01", 3, 2, "in a report of it"),
    ],
)
def test_only_those_who_observed_what_is_claimed_count(
    claims: dict[str, Claim], claim: str, named: int, at_least: int, read: str
) -> None:
    """Counters who cite one another lower the second number; a yardstick adds nothing."""
    facts = claims[claim].support
    assert facts is not None
    assert (facts.named_origins, facts.origins_at_least, facts.read) == (named, at_least, read)


def test_tallies_of_the_record_and_untested_claims_have_no_sources(
    claims: dict[str, Claim],
) -> None:
    """No source vouches for a count of our own rows, or for what nobody observed."""
    of_record = ("OWN-depots-2", "OWN-ais-1", "OWN-index-3")
    bare = [each.id for each in claims.values() if not each.why]
    assert {claims[each].support for each in (*of_record, *bare, "S0-02")} == {None}


def test_no_claim_names_a_source_that_its_page_does_not_make_plain() -> None:
    """What a press claim was copied from stands in the sources of its page, or is not known."""
    sources, press = record_tables()["sources"], record_tables()["press_claims"]
    parents = dict(zip(sources["id"], sources["derived_from"].str.split(), strict=True))
    page = dict(zip(press["id"], press["source_id"], strict=True))
    ledger = claim_tables()["ledger"]
    for claim, copied in zip(ledger["id"], ledger["copied_from"], strict=True):
        if copied:
            assert set(copied.split()) <= ancestors(parents, page[claim]), claim


TIME_LIMIT = re.compile(r"\s*(date|statement)_(first|last)(<=|>=)")


def test_what_the_record_learnt_later_of_a_refined_word_stands_beside_it() -> None:
    """A word that no row of the time has, and a later row has, is named under later_rules."""
    tables = claim_tables()
    rules = tables["rules"]
    narrow = rules[(rules["kind"] == "statement") & (rules["part"] != "")]
    timeless = narrow.assign(
        where=[
            "; ".join(each for each in where.split(";") if not TIME_LIMIT.match(each))
            for where in narrow["where"]
        ]
    )
    then, ever = (
        {rule: outcome.verdict for rule, outcome in judge_rules(chosen, real_evidence()).items()}
        for chosen in (narrow, timeless)
    )
    learnt = {rule for rule in then if then[rule] == IN_PART and ever[rule] == HOLDS}
    for claim in tables["ledger"].to_dict("records"):
        if learnt & set(claim["rules"].split()):
            assert claim["later_rules"], claim["id"]


def test_the_condition_of_a_finding_stands_in_the_reason_that_uses_it() -> None:
    """A finding that says *if* is quoted by no rule without an *if* of its own."""
    sentences = {each["key"]: each["text"] for each in real_findings()}
    condition = re.compile(r"\bif\b", re.IGNORECASE)
    bare = [
        rule["id"]
        for rule in claim_tables()["rules"].to_dict("records")
        for ref in f"{rule['left']} {rule['right']}".split()
        if condition.search(sentences.get(ref, "")) and not condition.search(rule["sentence"])
    ]
    assert not bare


def test_reasons_are_sentences_without_ids(claims: dict[str, Claim]) -> None:
    """Each begins with a capital letter, ends with a full stop, and has all its words."""
    reasons = [(each.id, why) for each in claims.values() for why in (*each.why, *each.later)]
    assert len(reasons) > 100
    for claim, why in reasons:
        assert why[0].isupper() or why[0].isdigit(), claim
        assert why.endswith("."), claim
        assert not {"  ", " ,", " ."} & {why[at : at + 2] for at in range(len(why))}, claim
    assert (
        claims["S3-07"]
        .why[0]
        .startswith(
            "The railcars at Tumangang were seen on 5 October 2023, the day before the CSIS report"
        )
    )


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
    claims: dict[str, Claim],
) -> None:
    """Every page copied once more, cited and read into rows: nothing moves."""
    more = [
        {**each, "inputs": [*each["inputs"], *(f"{row}-copy" for row in each["inputs"])]}
        for each in real_findings()
    ]
    after = judge_claims(claim_tables(), gather_evidence(with_copies(record_tables()), more))
    for claim in after:
        before = claims[claim.id]
        for word in ("verdict", "why", "later", "support"):
            assert getattr(claim, word) == getattr(before, word), (claim.id, word)


def test_what_speaks_against_a_claim_changes_no_verdict() -> None:
    """Trains longer than the ceiling stand beside the rise, which is judged as before."""
    rows = claim_tables()["ledger"].set_index("id", drop=False)
    tables = {**claim_tables(), "ledger": rows.assign(against="").reset_index(drop=True)}
    bare = {claim.id: claim for claim in judge_claims(tables, real_evidence())}
    known = {claim.id: claim for claim in judge_claims(claim_tables(), real_evidence())}
    assert {name: claim.verdict for name, claim in bare.items()} == {
        name: claim.verdict for name, claim in known.items()
    }
    assert any("border track" in words for words in known["S2-01"].against)
    assert bare["S2-01"].against == ()


def test_a_silence_known_to_the_month_decides_only_what_lies_surely_within_it() -> None:
    """A ship seen in the first month of a silence may have been seen before it began."""
    tables = claim_tables()
    evidence = real_evidence()
    for rule in tables["rules"].to_dict("records"):
        frame = evidence.rows.get(rule["right"], {})
        if rule["kind"] == "window" and "precision_first" in frame and "counter" in frame:
            month = pd.offsets.MonthEnd(0)
            surely = frame["date_first"] + (
                month if frame["precision_first"] == "month" else 0 * month
            )
            for ref in rule["left"].split():
                assert evidence.rows[ref]["date_first"] >= surely, rule["id"]


def test_ledger_refuses_broken_references_and_double_verdicts_at_once() -> None:
    """A missing claim, a second verdict, none at all, a strange wording, rows that are not."""
    rows = claim_tables()["ledger"].set_index("id", drop=False)
    rows = rows.drop("S3-16")
    rows.loc["S2-09", "fixed_verdict"] = CANNOT
    rows.loc["S0-07", "fixed_verdict"] = ""
    rows.loc["S0-05", "text"] = "the cargo is known"
    rows.loc["S1-01", "rows"] = "P999"
    rows.loc["S1-02", "findings"] = "no.finding"
    rows.loc["S1-03", "copied_from"] = "NOBODY"
    rows.loc["S1-13", "rules"] = "S1-13a"
    rows.loc["OWN-ais-1", "origin"] = "press"
    rows.loc["S1-06", "origin"] = "book"
    drift = claim_tables()["drift"].copy()
    drift.loc[0, "copy_source"] = "NOWHERE"
    tables = {**claim_tables(), "ledger": rows.reset_index(drop=True), "drift": drift}
    with pytest.raises(DataError, match=r"claims ledger: .* faults") as caught:
        judge_claims(tables, real_evidence())
    message = str(caught.value)
    for words_of_it in (
        "S3-16: a press claim without a row",
        "S2-09: give rules, or a fixed verdict",
        "S0-07: give rules, or a fixed verdict",
        "S0-05: text or asserted_by differ",
        "S1-01, rows: no 'P999'",
        "S1-02, findings: no 'no.finding'",
        "S1-03, copied_from: no 'NOBODY'",
        "rule S1-13b: used by no claim",
        "OWN-ais-1: origin 'press', and press_claims has no such row",
        "S1-06: origin 'book', and press_claims has a row of this id",
        "drift W01, copy_source: no 'NOWHERE'",
    ):
        assert words_of_it in message


@pytest.mark.parametrize(
    ("claim", "key"),
    [
        ("S3-07", "rail-counts.railcars_october_2023"),
        ("S1-08", "official-claims.containers_us_first"),
        ("S0-04", "port-imagery.first_ship"),
        ("S1-12", "port-imagery.trips_rusi"),
        ("S0-09", "ais-gaps.silences_autumn"),
        ("S1-03", "port-imagery.days_until_report"),
    ],
)
def test_findings_of_the_rows_of_a_rule_are_found_by_computation(
    claims: dict[str, Claim], claim: str, key: str
) -> None:
    """A finding that is made of nothing but the rows of a rule stands in the claim untyped."""
    typed = claim_tables()["ledger"].set_index("id").loc[claim, "findings"].split()
    assert key not in typed
    assert key in claims[claim].findings


def test_a_finding_of_other_rows_is_not_taken_in() -> None:
    """A finding with one row more than the rules name is no finding of that claim."""
    findings = real_findings()
    inner = {**findings[0], "key": "x.inner", "inputs": ["D003"]}
    outer = {**findings[0], "key": "x.outer", "inputs": ["D003", "D004", "D012"]}
    more = gather_evidence(record_tables(), [*findings, inner, outer])
    (near,) = (each for each in judge_claims(claim_tables(), more) if each.id == "S1-14")
    assert "x.inner" in near.findings
    assert "x.outer" not in near.findings


def test_claims_json_is_sorted_whole_and_without_nan(claims: dict[str, Claim]) -> None:
    """The file that others read has every promised field of every claim."""
    text = as_json(claims.values())
    shown = json.loads(text)
    assert "NaN" not in text
    assert text.endswith("]\n")
    assert [each["id"] for each in shown] == sorted(claims)
    assert text == as_json(reversed(list(claims.values())))
    wanted = {
        *("id", "text", "asserted_by", "line", "verdict", "why", "later", "later_widened"),
        *("remark", "against", "support", "rests_on", "changes_if", "drift"),
    }
    assert all(wanted <= set(each) for each in shown)
    (railcars,) = (each for each in shown if each["id"] == "S2-09")
    assert railcars["rests_on"]["findings"] == ["rail-counts.railcars_october_2023"]
    assert "R031" in railcars["rests_on"]["rows"]
    assert railcars["drift"][0]["change"] == "about lost"


def test_vocabularies_of_claims_agree_with_code_and_record(claims: dict[str, Claim]) -> None:
    """Verdicts, kinds and bands are one list in code and data; shared words are the record's."""
    ours, record = words(ROOT / "data/claims"), words(ROOT / "data/record")
    assert ours["verdict"] == VERDICTS
    assert set(ours["fixed_verdict"]) == set(FIXED)
    assert set(ours["rule_kind"]) == set(KINDS)
    assert ours["bound"] == record["bound"]
    assert set(ours["unit"]) <= set(record["unit"])
    assert {each.line for each in claims.values()} <= set(ours["claim_line"])


def test_sentences_of_the_book_name_a_page_that_exists(claims: dict[str, Claim]) -> None:
    """Each OWN row says on which page or notebook its sentence stands."""
    for claim in claims.values():
        if claim.id.startswith("OWN-"):
            assert (ROOT / claim.asserted_by.removeprefix("this book, ")).is_file(), claim.id
