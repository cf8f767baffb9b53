"""Kinds of rules: verdict, reason and refusals of each, on the real record."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd
import pytest

from skytally.claims import gather_evidence, judge_rules, ledger_faults, rules_faults
from skytally.claims.claim_rule_checks_and_evaluation import reason_in_words
from skytally.claims.verdict_scale import (
    BOUND,
    CONTRADICTED,
    DIFFERS,
    FAITHFUL,
    HOLDS,
    IN_PART,
    UNTESTED,
)
from skytally.core.errors_and_fault_lists import DataError
from tests.support.real_record_evidence_and_made_up_rule import (
    NAN,
    changed,
    claim_tables,
    real_evidence,
    real_findings,
    reason_of,
    record_tables,
    verdict_of,
)

Cells = dict[str, Any]
NEAR: Cells = {"value": 50.0, "bound": "at most", "unit": "km"}
HALF: Cells = {"value": 50.0, "bound": "more than", "unit": "percent"}
MILES: Cells = {"value": 120.0, "bound": "about", "unit": "miles"}
ONE: Cells = {"value": 1.0, "bound": "exactly", "unit": "counts"}
TWO: Cells = {"value": 2.0, "bound": "at least", "unit": "counts"}


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        ("number", {"left": "D005 D006", **MILES}, IN_PART),
        ("number", {"left": "D006", **MILES}, HOLDS),
        ("number", {"left": "R030", "claimed": "S2-09"}, UNTESTED),
        ("change", {"left": "R031", "right": "R001", "relation": "more"}, BOUND),
        ("change", {"left": "R051", "right": "R031", "relation": "more"}, HOLDS),
        ("change", {"left": "R031", "right": "R051", "relation": "more"}, CONTRADICTED),
        ("change", {"left": "V008", "right": "V007", "relation": "more"}, UNTESTED),
        ("order", {"left": "P003", "right": "E013", "relation": "before"}, HOLDS),
        ("order", {"left": "P003", "right": "E013", "relation": "after"}, CONTRADICTED),
        ("order", {"left": "R040", "right": "P049", "relation": "after"}, UNTESTED),
        ("window", {"left": "O003", "right": "S1-08"}, IN_PART),
        ("window", {"left": "P010", "right": "A003"}, HOLDS),
        ("window", {"left": "P053", "right": "A003"}, CONTRADICTED),
        ("span", {"left": "P004", "right": "E018", "claimed": "S0-04"}, HOLDS),
        ("state", {"left": "P049", "relation": "nothing-seen"}, HOLDS),
        ("state", {"left": "P049", "relation": "seen"}, CONTRADICTED),
        ("state", {"left": "R030", "relation": "seen"}, UNTESTED),
        ("distance", {"left": "rajin", "right": "khasan", **NEAR}, BOUND),
        ("distance", {"left": "rajin", "right": "dunai", **NEAR}, CONTRADICTED),
        ("distance", {"left": "rajin", "right": "mozdok", **NEAR}, UNTESTED),
        ("number", {"left": "D006", **MILES, "about": "source"}, FAITHFUL),
        ("number", {"left": "O003", "claimed": "S1-07", "about": "source"}, DIFFERS),
        ("number", {"left": "R031", "claimed": "S2-09", "about": "source"}, IN_PART),
        ("number", {"left": "R031", "claimed": "S2-09"}, HOLDS),
        ("number", {"left": "R001", "claimed": "S3-12", "about": "source"}, IN_PART),
        ("window", {"left": "O003", "right": "S1-08", "about": "source"}, DIFFERS),
        ("order", {"left": "R026 O001", "right": "E013", "relation": "after"}, IN_PART),
        ("portion", {"left": "R046 R048", "right": "R051", **HALF}, BOUND),
        ("independence", {"left": "R031 R032", "relation": "origins", **ONE}, HOLDS),
        ("independence", {"left": "P049 R040", "relation": "owners", **TWO}, CONTRADICTED),
        ("independence", {"left": "P010 V006", "relation": "origins", **TWO}, UNTESTED),
        ("independence", {"left": "V006 V009", "relation": "origins", **TWO}, BOUND),
    ],
)
def test_rules_of_each_kind_on_the_record(kind: str, cells: dict[str, Any], expected: str) -> None:
    """Each kind of rule on rows whose numbers, dates and places are known."""
    assert verdict_of(kind, **cells) == expected


def test_a_count_of_the_record_is_exact_and_of_the_world_a_lower_bound() -> None:
    """That the record has no row does not show that there was none."""
    where = "place~Rajin; kind=transmitting"
    none: Cells = {"table": "ais_events", "where": where, "unit": "events"}
    cells: Cells = {**none, "value": 0.0, "bound": "at most"}
    assert verdict_of("count", about="record", **cells) == BOUND
    assert verdict_of("count", about="world", **cells) == UNTESTED


def test_two_reports_of_one_ship_on_two_days_are_two_days() -> None:
    """P023 is probably the ship of the next day: one sighting, and still two days with a ship."""
    days = "scope~rajin; date_first>=2023-10-26; date_last<=2023-10-27; state=counted"
    cells: Cells = {"table": "ship_sightings", "where": days, "bound": "exactly", "about": "record"}
    distinct = {"distinct": "date_first", "unit": "days"}
    assert verdict_of("count", value=2.0, **cells, **distinct) == HOLDS
    assert verdict_of("count", value=1.0, **cells, unit="observations") == HOLDS


def test_a_nominal_day_decides_no_order() -> None:
    """A day that stands for words may be half a month off: about 20 February, and the 17th."""
    assert verdict_of("order", left="A027", right="A026", relation="after") == UNTESTED
    assert verdict_of("order", left="E022", right="P034", relation="before") == UNTESTED


def test_a_distance_carries_the_uncertainty_of_both_places() -> None:
    """The distance is an interval, and a limit inside it cannot be told."""
    sides: Cells = {"left": "rajin", "right": "khasan", "bound": "at most", "unit": "km"}
    assert [verdict_of("distance", value=each, **sides) for each in (40.0, 38.0, 34.0)] == [
        BOUND,
        UNTESTED,
        CONTRADICTED,
    ]


def test_a_peak_ends_with_an_earlier_count_above_it() -> None:
    """An earlier count of 93 ends the superlative, and without any earlier it is untested."""
    where = "quantity=railcars; scope=tumangang-rail-facility; date_first<=2023-10-06"
    peak: Cells = {"left": "R031", "table": "rail_counts", "where": where}
    assert verdict_of("peak", **peak) == BOUND
    more = changed(record_tables(), "rail_counts", "R001", value=93.0, bound="exactly")
    assert verdict_of("peak", on=gather_evidence(more, real_findings()), **peak) == CONTRADICTED
    assert verdict_of("peak", **{**peak, "where": "id=R031"}) == UNTESTED
    without = changed(record_tables(), "rail_counts", "R001", value=math.nan)
    assert verdict_of("peak", on=gather_evidence(without, real_findings()), **peak) == BOUND


def test_a_part_without_a_number_is_no_part_of_zero() -> None:
    """What nobody printed tests nothing, not even a claim that every share would meet."""
    blank = {"value": math.nan, "low": math.nan, "high": math.nan}
    without = gather_evidence(
        changed(record_tables(), "rail_counts", "R046", **blank), real_findings()
    )
    claim: Cells = {"value": 100.0, "bound": "at most", "unit": "percent"}
    assert verdict_of("portion", on=without, left="R046 R048", right="R051", **claim) == UNTESTED


def test_a_statement_holds_where_a_row_says_so() -> None:
    """Without such a row it is untested, and holds in part if the row lacks a part of it."""
    where = "counter=us-nsc; statement_last<=2022-12-31"
    cells: Cells = {"table": "official_claims", "otherwise": "Nobody says so."}
    assert verdict_of("statement", where=where, **cells) == HOLDS
    assert verdict_of("statement", where=where, about="source", **cells) == FAITHFUL
    assert verdict_of("statement", where=where, part="text~Wagner", **cells) == HOLDS
    assert verdict_of("statement", where=where, part="text~no such words", **cells) == IN_PART
    none = "counter=us-nsc; statement_last<=2021-12-31"
    assert verdict_of("statement", where=none, **cells) == UNTESTED
    assert reason_of("statement", where=none, **cells) == "Nobody says so."


def test_an_absence_needs_observations_that_could_have_shown_the_thing() -> None:
    """With them it holds as a bound, without them it is untested, and one sighting ends it."""
    cells: Cells = {"table": "ship_sightings", "part": "vessel~Angara"}
    before = "scope~rajin; date_last<=2023-08-25"
    assert verdict_of("absence", where=before, **cells) == UNTESTED
    assert verdict_of("absence", where="id=P003|P014", **cells) == BOUND
    assert verdict_of("absence", where="id=P003|P010", **cells) == CONTRADICTED


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        (
            "order",
            {"left": "R031", "right": "E016", "relation": "after"},
            "Seen on 5 October 2023, the day before the report on 6 October 2023.",
        ),
        (
            "order",
            {"left": "E016", "right": "R031", "relation": "after"},
            "Seen on 6 October 2023, the day after the report on 5 October 2023.",
        ),
        (
            "order",
            {"left": "R024", "right": "E013", "relation": "before"},
            "Seen in June 2023, 75 to 104 days before the report on 13 September 2023.",
        ),
        (
            "order",
            {"left": "A027", "right": "A026", "relation": "after"},
            "Seen on about 20 February 2025, in a time that overlaps with the report on 17 "
            "February 2025.",
        ),
    ],
    ids=["day before", "day after", "month", "overlap"],
)
def test_the_reason_of_an_order_says_how_long_before_or_after(
    kind: str, cells: dict[str, Any], expected: str
) -> None:
    """Dates with their prepositions, and the gap as its interval of days."""
    sentence = "seen {left_when}, {gap} the report {right_when}."
    assert reason_of(kind, sentence=sentence, **cells) == expected


def test_a_share_says_for_how_many_rows_the_owner_is_not_stated() -> None:
    """Rows that the condition leaves out for want of an owner are counted in the reason."""
    where = "family!=unstated|commercial-unstated|none"
    reason = reason_of(
        "share", table="quay_stocks", where=where, part="family=planet", about="record",
        sentence="{part} of {whole}, and {owner_not_stated} more.", **HALF,
    )  # fmt: skip
    assert re.fullmatch(r"[1-9]\d* of [1-9]\d*, and [1-9]\d* more\.", reason)
    every = reason_of(
        "share", table="quay_stocks", part="family=planet", about="record",
        sentence="{owner_not_stated}.", **HALF,
    )  # fmt: skip
    assert reason.endswith(f"and {every.removesuffix('.')} more.")


@pytest.mark.parametrize(
    ("count", "part", "expected"),
    [
        (1, 0, "one entry; it does not call it secret."),
        (1, 1, "one entry; it calls it secret."),
        (3, 0, "3 entries; none of them calls it secret."),
        (3, 1, "3 entries; one of them calls it secret."),
        (3, 2, "3 entries; 2 of them call it secret."),
        (3, 3, "3 entries; all of them call it secret."),
    ],
)
def test_a_reason_has_nouns_and_verbs_in_the_right_number(
    count: int, part: int, expected: str
) -> None:
    """None, one, some and all of one row or of several."""
    words = {"count": str(count), "part": str(part)}
    assert reason_in_words("{count:entry|entries}; {part:calls|call} it secret.", words) == expected


def test_no_reason_is_a_list_of_counts() -> None:
    """A number stands in a sentence with its noun, not after a colon."""
    rules = claim_tables()["rules"]
    listed = rules[rules["sentence"].str.contains(r": \{(?:count|part)\}|of these,", regex=True)]
    assert not len(listed), listed["id"].tolist()


def test_rules_refuse_everything_that_does_not_exist_at_once() -> None:
    """One message names each broken rule: finding, row, site, table, column, sign, number."""
    rules = claim_tables()["rules"].copy()
    breaks: dict[str, Cells] = {
        "S2-09": {"left": "rail-counts.no_such_finding"},
        "S0-18": {"left": "E999"},
        "S1-06": {"right": "atlantis"},
        "S0-09": {"table": "rumours"},
        "S1-12a": {"distinct": "captain"},
        "S0-11a": {"where": "kind is silent"},
        "S1-15": {"claimed": "", "value": NAN},
        "S2-10": {"left": "port-imagery.calls_csis"},
        "S3-07": {"left": "rail-counts.baseline"},
        "S0-02": {"where": "date_last<=soon"},
    }
    for rule, cells in breaks.items():
        for column, cell in cells.items():
            rules.loc[rules["id"] == rule, column] = cell
    with pytest.raises(DataError, match=r"rules: .* faults") as caught:
        judge_rules(rules, real_evidence())
    message = str(caught.value)
    assert message.startswith(f"rules: {len(breaks)} faults")
    assert all(f"{rule}:" in message for rule in breaks)


CARS: Cells = {"value": 73.0, "bound": "about", "unit": "railcars"}
IN_RAIL: Cells = {"table": "rail_counts", "where": "quantity=railcars"}


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
        ("number", {"left": "R031", "relation": "owners", **CARS}, "relation is filled"),
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
        ("independence", {"left": "R031", "relation": "seen", **ONE}, "takes origins or owners"),
        ("independence", {"left": "rail-counts.baseline", "relation": "origins", **ONE}, "finding"),
        ("peak", {"left": "R031 R032", **IN_RAIL}, "2 ids in left"),
        ("portion", {"left": "R046", "right": "R051 R056", **HALF}, "2 ids in right"),
        ("distance", {"left": "rajin khasan", "right": "dunai", **NEAR}, "2 ids in left"),
        ("share", {"table": "rail_counts", "part": "family<=planet", **HALF}, "holds words"),
        ("share", {"table": "rail_counts", "part": "text~(unclosed", **HALF}, "no pattern"),
        ("share", {"table": "rail_counts", "part": "value>=many", **HALF}, "is no number"),
        ("share", {"table": "rail_counts", "part": "date_last<=2023-13-01", **HALF}, "is no date"),
        (
            "share",
            {"table": "rail_counts", "part": "date_last!=2023-10-06|2023-9-1", **HALF},
            "column part: .*'2023-9-1' is no date",
        ),
        ("share", {"table": "lineage", "part": "rows=R031", **HALF}, "no ids"),
        ("extent", {"left": "D021", **IN_RAIL, "about": "record", **ONE}, "counted twice"),
        ("extent", {**IN_RAIL, **ONE}, "about is empty"),
        ("extent", {"left": "D021", "distinct": "scope", **ONE}, "without a table"),
    ],
)
def test_a_rule_that_its_kind_cannot_read_is_refused_with_its_line(
    kind: str, cells: dict[str, Any], expected: str
) -> None:
    """Dates the wrong way round, words for another kind, too many ids, words put in order."""
    with pytest.raises(DataError, match=rf"rules\.csv, line 2, T1: .*{expected}"):
        verdict_of(kind, **cells)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"sentence": "Row R031 says so."}, "sentence names R031; say who saw what"),
        ({"sentence": "The claim S2-09 says so."}, "sentence names S2-09; say who saw what"),
        ({"sentence": "It has {gap}."}, r"sentence names \{gap\}; a rule of kind number has"),
        ({"sentence": "It has {left:one|ones}."}, r"sentence gives \{left\} two forms; only count"),
        ({"sentence": "It has { count }."}, r"sentence has '\{' that names nothing; write such as"),
        ({"sentence": "It has \uff5bcount\uff5d."}, "sentence has '\uff5b' that names nothing"),
        ({"sentence": "It has a number"}, "sentence does not end as a sentence"),
        ({"about": "world"}, "about is 'world'; a rule of kind number takes 'source' or none"),
    ],
    ids=["row", "claim", "word", "forms", "spaced brace", "wide brace", "stop", "about"],
)
def test_a_reason_that_is_no_sentence_of_its_kind_is_refused(
    cells: dict[str, Any], expected: str
) -> None:
    """A reason names no id, fills only words of its kind, and ends with a full stop."""
    with pytest.raises(DataError, match=expected):
        verdict_of("number", left="R031", **CARS, **cells)


def test_every_real_rule_is_in_order_before_any_finding_is_made() -> None:
    """Keys alone are enough to check the rules and the ledger."""
    keys = [{"key": each["key"]} for each in real_findings()]
    known = gather_evidence(record_tables(), keys)
    rules = claim_tables()["rules"]
    assert rules_faults(rules, known) == []
    assert ledger_faults(claim_tables(), known) == []
    assert "the id a second time" in rules_faults(pd.concat([rules, rules[:1]]), known)[0]


def test_a_site_without_its_uncertainty_is_not_located() -> None:
    """Without a radius there is no distance to hold a claim against, and no crash."""
    for column in ("lat", "lon", "uncertainty_m"):
        tables = changed(record_tables(), "sites", "rajin", **{column: NAN})
        on = gather_evidence(tables, real_findings())
        assert verdict_of("distance", on=on, left="rajin", right="khasan", **NEAR) == UNTESTED
