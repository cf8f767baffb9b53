"""Findings: values, intervals, confidence, and the file that pages quote."""

from __future__ import annotations

import itertools
import json
import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.findings.finding import (
    LEVELS,
    Finding,
    as_json,
    as_table,
    computed,
    folded,
    level,
    quoted,
    quoted_all,
    ratio,
    row_of,
    share,
    tally,
    write_findings,
)

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]


OF_LOOKS = re.compile(r"looks\.|[\w-]+\.own_")
"""Keys of findings that rest on looks and not on the record."""


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([("csis", "planet", "direct"), ("voa", "airbus", "direct")], "high"),
        ([("csis", "planet", "direct"), ("voa", "planet", "direct")], "moderate"),
        ([("csis", "planet", "direct"), ("voa", "unstated", "direct")], "moderate"),
        ([("csis", "planet", "direct"), ("csis", "airbus", "direct")], "moderate"),
        ([("csis", "planet", "direct"), ("voa", "airbus", "secondhand")], "moderate"),
        ([("csis", "planet", "direct")], "moderate"),
        ([("csis", "planet", "secondhand"), ("voa", "airbus", "secondhand")], "moderate"),
        ([("csis", "planet", "secondhand"), ("csis", "airbus", "secondhand")], "low"),
        ([("csis", "planet", "secondhand")], "low"),
        ([("csis", "planet", "compiler")], "low"),
    ],
)
def test_level_follows_the_sources(
    rows: Rows, looks: list[tuple[str, str, str]], expected: str
) -> None:
    """High takes two counters on two image families, each read in its own page."""
    table = rows(*({"counter": who, "family": eye, "reading": how} for who, eye, how in looks))
    assert level(table) == expected
    assert expected in LEVELS


def test_computed_fills_in_the_sentence(rows: Rows) -> None:
    """Value, interval, words, dates and rows come together."""
    found = computed(
        "rail.cars",
        value=73.0,
        low=72.5,
        high=73.5,
        unit="railcars",
        bound=n.ABOUT,
        rows=rows({"value": 73.0}),
        text="Counted {said} on {when}.",
        dates="5 October 2023",
    )
    assert found == Finding(
        key="rail.cars",
        value=73.0,
        low=72.5,
        high=73.5,
        unit="railcars",
        bound="about",
        level="moderate",
        said="about 73 railcars",
        when="5 October 2023",
        text="Counted about 73 railcars on 5 October 2023.",
        inputs=("X1",),
    )


def _computed(rows: pd.DataFrame, **changes: Any) -> Finding:
    plain = {"value": 2.0, "low": 1.0, "high": 3.0, "unit": "ships", "bound": n.ABOUT, "text": ""}
    return computed("a.b", rows=rows, **{**plain, **changes})


@pytest.mark.parametrize(
    "changes",
    [{"value": 4.0}, {"value": 0.0}, {"low": math.nan}, {"high": math.nan}],
    ids=["above", "below", "no low", "no high"],
)
def test_computed_refuses_a_value_outside_its_interval(
    rows: Rows, changes: dict[str, float]
) -> None:
    """A number without an interval, or outside it, is no finding."""
    with pytest.raises(DataError, match=r"finding a\.b: interval .* does not hold .*; give its"):
        _computed(rows({"value": 1.0}), **changes)


def test_computed_refuses_a_finding_without_rows(rows: Rows) -> None:
    """A finding rests on rows."""
    with pytest.raises(DataError, match=r"finding a\.b: rests on no row"):
        _computed(rows({"value": 1.0}).iloc[:0])


def test_computed_leaves_an_open_side_empty(rows: Rows) -> None:
    """Infinity and NaN are written as nothing, so that the file is plain JSON."""
    found = _computed(rows({"value": 1.0}), value=1.0, high=math.inf, bound=n.AT_LEAST)
    assert (found.value, found.low, found.high) == (1.0, 1.0, None)
    found = _computed(rows({"value": 1.0}), value=math.nan)
    assert (found.value, found.low, found.high) == (None, 1.0, 3.0)


def test_computed_takes_an_open_interval_without_a_value(rows: Rows) -> None:
    """A lower bound alone, without a value, is a finding too."""
    found = _computed(
        rows({"value": 1.0}), value=math.nan, low=1.0, high=math.inf, bound=n.AT_LEAST
    )
    assert (found.value, found.low, found.high) == (None, 1.0, None)


def test_row_of_finds_a_row_in_several_tables(rows: Rows) -> None:
    """The first table that has the id gives the row."""
    one, two = rows({"id": "A"}), rows({"id": "B", "value": 2.0})
    assert row_of([one, two], "B")["value"].tolist() == [2.0]


def test_row_of_refuses_an_id_nobody_has(rows: Rows) -> None:
    """A misspelt id is told with the tables that were searched."""
    with pytest.raises(DataError, match="no row 'Z' in made_up, made_up; correct the parameter"):
        row_of([rows({"id": "A"}), rows({"id": "B"})], "Z")


def test_quoted_repeats_the_row(table: Table) -> None:
    """R001 is a bound: the finding has no level of 20, but at most about 20."""
    found = quoted("rail.base", row_of([table("rail_counts")], "R001"), text="{said} in {when}.")
    assert (found.value, found.low, found.high, found.bound) == (20.0, 0.0, 25.0, "at most")
    assert found.text == "no more than about 20 railcars in October 2018 to September 2023."


def test_quoted_dates_a_claim_by_its_statement(table: Table) -> None:
    """A claim is dated by the day it was made, not by the period it covers."""
    found = quoted("claims.us", row_of([table("official_claims")], "O003"), text="{when}")
    assert found.when == "13 October 2023"


def test_quoted_refuses_a_row_without_a_number(rows: Rows) -> None:
    """A row of words cannot be quoted as a number."""
    with pytest.raises(DataError, match=r"finding a\.b: row X1 carries no number"):
        quoted("a.b", rows({"bound": ""}), text="")


def test_quoted_all_makes_a_key_of_line_and_quantity(rows: Rows) -> None:
    """Each quotation of a notebook becomes a finding under the name of its line."""
    quotes = {"one": ["X1", "{said}."], "two": ["X2", "{said}."]}
    found = quoted_all("a-line", [rows({"value": 1.0}, {"value": 2.0})], quotes)
    assert [(each.key, each.text) for each in found] == [
        ("a-line.one", "1 container."),
        ("a-line.two", "2 containers."),
    ]


@pytest.mark.parametrize(
    ("over", "under", "expected"),
    [
        # 73 (72.5 to 73.5) over at most 20 (0 to 20): at least 72.5 / 20 = 3.625, to two digits
        ((73.0, n.ABOUT), (20.0, n.AT_MOST), (3.6, 3.6, None)),
        # exactly 60 over exactly 20
        ((60.0, n.EXACTLY), (20.0, n.EXACTLY), (None, 3.0, 3.0)),
        # about 73 over about 30 (25 to 35): 72.5 / 35 = 2.07 to 73.5 / 25 = 2.94, outwards
        ((73.0, n.ABOUT), (30.0, n.ABOUT), (None, 2.0, 3.0)),
    ],
)
def test_ratio_spans_both_intervals(
    rows: Rows,
    over: tuple[float, str],
    under: tuple[float, str],
    expected: tuple[float | None, float, float | None],
) -> None:
    """Against a bound only the least multiple is known."""
    top, base = (rows({"value": value, "bound": bound}) for value, bound in (over, under))
    found = ratio("a.b", top, base, text="{said}")
    assert (found.value, found.low, found.high) == expected
    assert found.unit == "times"
    assert found.inputs == ("X1", "X1")


def test_ratio_of_a_bound_is_worded_as_a_bound(rows: Rows) -> None:
    """Over a ceiling, a multiple is at least so much."""
    found = ratio(
        "a.b",
        rows({"value": 73.0, "bound": n.ABOUT}),
        rows({"value": 20.0, "bound": n.AT_MOST}),
        text="{said} the ceiling",
    )
    assert found.text == "at least 3.6 times the ceiling"


def test_ratio_never_rounds_inwards(rows: Rows) -> None:
    """149 over at most 50 is at least 2.98 times, which is not at least 3."""
    found = ratio("a.b", rows({"value": 149.0}), rows({"value": 50.0, "bound": n.AT_MOST}), text="")
    assert found.low is not None
    assert found.low <= 149 / 50


def test_ratio_refuses_two_units(rows: Rows) -> None:
    """Railcars are not compared with metres."""
    with pytest.raises(DataError, match=r"finding a\.b: railcars against m; compare one unit"):
        ratio("a.b", rows({"value": 1.0, "unit": "railcars"}), rows({"unit": "m"}), text="")


def test_share_spans_both_intervals(rows: Rows) -> None:
    """About 14 of about 258: 13.5 / 258.5 to 14.5 / 257.5."""
    found = share(
        "a.b",
        rows({"value": 14.0, "bound": n.ABOUT}),
        rows({"value": 258.0, "bound": n.ABOUT}),
        text="{said}",
    )
    assert (found.value, found.low, found.high) == (5.4, 5.22, 5.64)
    assert (found.unit, found.text) == ("percent", "about 5.4 percent")


@pytest.mark.parametrize(("part", "whole"), [(14.0, 258.0), (1.0, 3.0), (2.0, 3.0)])
def test_share_of_exact_numbers_lies_in_its_interval(rows: Rows, part: float, whole: float) -> None:
    """Two exact counts give a share, whatever the digits it is rounded to."""
    found = share("a.b", rows({"value": part}), rows({"value": whole}), text="")
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 100 * part / whole <= found.high


@pytest.mark.parametrize(
    ("part", "whole", "expected", "words"),
    [
        # 49 / 109 is 44.95 percent, to three digits downwards
        ((49.0, n.AT_LEAST), (109.0, n.EXACTLY), (44.9, 44.9, 100.0), "at least 44.9 percent"),
        ((49.0, n.MORE_THAN), (109.0, n.EXACTLY), (44.9, 44.9, 100.0), "at least 44.9 percent"),
        ((49.0, n.AT_MOST), (109.0, n.EXACTLY), (45.0, 0.0, 45.0), "at most 45 percent"),
        ((49.0, n.EXACTLY), (109.0, n.AT_LEAST), (45.0, 0.0, 45.0), "at most 45 percent"),
        ((49.0, n.EXACTLY), (109.0, n.AT_MOST), (44.9, 44.9, 100.0), "at least 44.9 percent"),
        ((0.0, n.EXACTLY), (109.0, n.EXACTLY), (0.0, 0.0, 0.0), "about 0 percent"),
        ((109.0, n.EXACTLY), (109.0, n.EXACTLY), (100.0, 100.0, 100.0), "about 100 percent"),
    ],
)
def test_share_of_a_bound_is_a_bound(
    rows: Rows,
    part: tuple[float, str],
    whole: tuple[float, str],
    expected: tuple[float, float, float],
    words: str,
) -> None:
    """At least 49 of 109 is at least a share, and never more than all."""
    top, base = (rows({"value": value, "bound": bound}) for value, bound in (part, whole))
    found = share("a.b", top, base, text="{said}")
    assert (found.value, found.low, found.high, found.text) == (*expected, words)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ({"value": math.nan, "bound": ""}, {"value": 9.0}, "row X1 carries no number"),
        ({"value": 9.0}, {"value": math.nan, "bound": ""}, "row Y1 carries no number"),
        ({"value": 0.0}, {"value": 0.0}, "row Y1 is 0 containers"),
        ({"value": 9.0}, {"value": 8.0}, "rows X1 and Y1: 9 of 8; a part is no larger"),
        ({"value": 9.0, "bound": "at least"}, {"value": 20.0, "bound": "at least"}, "every share"),
    ],
    ids=["no-part", "no-whole", "zero", "more", "open"],
)
def test_share_refuses_rows_by_their_names(
    rows: Rows, part: dict[str, object], whole: dict[str, object], expected: str
) -> None:
    """What is no share is told with the rows, and nothing is divided by nothing."""
    with pytest.raises(DataError, match=expected):
        share("a.b", rows(part), rows({"id": "Y1", **whole}), text="")


@pytest.mark.parametrize(
    ("over", "under", "expected"),
    [
        ({"value": math.nan, "bound": ""}, {"value": 9.0}, "row X1 carries no number"),
        ({"value": 9.0}, {"value": math.nan, "bound": ""}, "row Y1 carries no number"),
        ({"value": 9.0}, {"value": 0.0}, "row Y1 is 0 containers"),
        ({"value": 9.0, "bound": "at most"}, {"value": 3.0, "bound": "at most"}, "every multiple"),
    ],
    ids=["no-top", "no-base", "zero", "open"],
)
def test_ratio_refuses_rows_by_their_names(
    rows: Rows, over: dict[str, object], under: dict[str, object], expected: str
) -> None:
    """A multiple of nothing, or of no number, is told with its row."""
    with pytest.raises(DataError, match=expected):
        ratio("a.b", rows(over), rows({"id": "Y1", **under}), text="")


def test_ratio_over_a_lower_bound_is_an_upper_bound(rows: Rows) -> None:
    """Exactly 60 over at least 20 is at most three times as much."""
    under = rows({"value": 20.0, "bound": n.AT_LEAST})
    found = ratio("a.b", rows({"value": 60.0}), under, text="{said}")
    assert (found.low, found.high, found.text) == (0.0, 3.0, "at most 3 times")


def test_folded_shows_tables_under_one_title() -> None:
    """Without a script the fold opens, and what stands in it is text."""
    shown = folded("more & more", {"<b>one</b>": pd.DataFrame({"a": ["<i>x</i>"]})}).data
    assert shown.startswith("<details><summary>more &amp; more</summary>")
    assert "&lt;b&gt;one&lt;/b&gt;" in shown
    assert "&lt;i&gt;x&lt;/i&gt;" in shown


def test_tally_is_exact(rows: Rows) -> None:
    """Rows of the record are counted exactly."""
    found = tally("a.b", rows({"value": 1.0}), count=1, unit="looks", text="{said}", dates="2023")
    assert (found.value, found.low, found.high, found.bound) == (1.0, 1.0, 1.0, "exactly")
    assert (found.text, found.when) == ("1 look", "2023")


def _finding(key: str, rows: pd.DataFrame) -> Finding:
    return tally(key, rows, count=1, unit="looks", text="")


def test_as_json_is_sorted_and_plain(rows: Rows) -> None:
    """Keys are in order, an open side is null, the text ends in one newline."""
    open_above = computed(
        "a.z",
        value=1.0,
        low=1.0,
        high=math.inf,
        unit="ships",
        bound=n.AT_LEAST,
        rows=rows({"value": 1.0}),
        text="“Angara”",
    )
    text = as_json([open_above, _finding("a.b", rows({"value": 1.0}))])
    assert text.endswith("]\n")
    assert "“Angara”" in text
    first, second = json.loads(text, parse_constant=pytest.fail)
    assert (first["key"], second["key"]) == ("a.b", "a.z")
    assert (second["value"], second["low"], second["high"]) == (1.0, 1.0, None)
    assert {"key", "value", "low", "high", "unit", "level", "text", "inputs"} <= set(first)
    assert first["inputs"] == ["X1"]


def test_as_json_does_not_depend_on_order(rows: Rows) -> None:
    """The same findings in another order give the same bytes."""
    three = [_finding(key, rows({"value": 1.0})) for key in ("a.b", "a.c", "b.a")]
    texts = {as_json(order) for order in itertools.permutations(three)}
    assert len(texts) == 1


def test_as_json_refuses_a_key_twice(rows: Rows) -> None:
    """Two findings under one key are told, once."""
    with pytest.raises(DataError, match=r"findings: 1 fault\n  a\.b: found twice"):
        as_json([_finding("a.b", rows({"value": 1.0}))] * 3)


def test_write_findings_makes_its_folder(rows: Rows, tmp_path: Path) -> None:
    """The file is what `as_json` gives."""
    found = [_finding("a.b", rows({"value": 1.0}))]
    write_findings(found, tmp_path / "new" / "line")
    assert (tmp_path / "new/line/findings.json").read_text(encoding="utf-8") == as_json(found)


def test_as_table_shows_text_as_text(rows: Rows) -> None:
    """A sentence with markup in it is shown, not run, and not cut short."""
    long = "<script>alert(1)</script>" + "x" * 300
    shown = as_table([tally("a.b", rows({"value": 1.0}), count=1, unit="looks", text=long)]).data
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" + "x" * 300 in shown


# The findings of the book, where it is built.


@pytest.fixture(scope="module")
def built() -> list[dict[str, Any]]:
    """Read the findings of every line that was built."""
    lines = Path(__file__).resolve().parents[2] / "book/_build/lines"
    files = sorted(lines.glob("[!.]*/findings.json"))
    if not files:
        pytest.skip("the book is not built; run make book")
    return [finding for file in files for finding in json.loads(file.read_bytes())]


def test_built_findings_hold_together(built: list[dict[str, Any]]) -> None:
    """Each has a level of the scale, an interval that holds its value, and rows."""
    for found in built:
        assert found["level"] in LEVELS, found["key"]
        assert found["inputs"], found["key"]
        assert found["text"].endswith("."), found["key"]
        low = -math.inf if found["low"] is None else found["low"]
        high = math.inf if found["high"] is None else found["high"]
        assert low <= high, found["key"]
        if found["value"] is not None:
            assert low <= found["value"] <= high, found["key"]


def test_built_findings_have_units_of_the_vocabulary(
    built: list[dict[str, Any]], root: Path
) -> None:
    """The unit of every finding is a word of the closed list."""
    vocabulary = pd.read_csv(root / "data/record/vocabulary.csv")
    units = set(vocabulary.loc[vocabulary["vocabulary"] == "unit", "word"])
    assert {found["unit"] for found in built} <= units


def test_built_findings_rest_on_rows_of_the_record(
    built: list[dict[str, Any]], table: Table
) -> None:
    """Every input is the id of a row that pages can link to."""
    ids = {
        row
        for name in ("ship_sightings", "quay_stocks", "voyage_counts", "voyages", "rail_counts")
        for row in table(name)["id"]
    } | {
        row
        for name in ("depot_observations", "ais_events", "official_claims", "events")
        for row in table(name)["id"]
    }
    record = [found for found in built if not OF_LOOKS.match(found["key"])]
    assert {row for found in record for row in found["inputs"]} <= ids


def test_built_findings_of_looks_rest_on_their_tables(
    built: list[dict[str, Any]], root: Path
) -> None:
    """What the page of looks says rests on the table of looks and on the providers asked."""
    providers = tomllib.loads((root / "data/sites/providers.toml").read_text(encoding="utf-8"))
    inputs = {each for found in built if OF_LOOKS.match(found["key"]) for each in found["inputs"]}
    assert inputs <= {"looks.csv", *providers}


@pytest.mark.parametrize(
    ("key", "inputs"),
    [
        ("rail-counts.chance_in_rakes", {"R031", "R001"}),
        ("rail-counts.chance_in_rakes_one_place", {"R031", "R001"}),
        ("rail-counts.chance_by_bound", {"R031", "R001"}),
        ("rail-counts.chance_by_bound_one_place", {"R031", "R001"}),
        ("port-imagery.calls_by_presence", {"P002.2", "P002"}),
        ("port-imagery.presence", {"P002.2", "P002"}),
        ("ais-gaps.reach", {"P056", "P057"}),
        ("depot-expansion.toropets_difference", {"D027", "D028"}),
    ],
)
def test_built_estimates_list_every_row(
    built: list[dict[str, Any]], key: str, inputs: set[str]
) -> None:
    """What is estimated from several rows names all of them."""
    (found,) = (each for each in built if each["key"] == key)
    assert set(found["inputs"]) == inputs


def test_built_chances_are_given_with_and_without_the_factor(built: list[dict[str, Any]]) -> None:
    """The look-elsewhere factor stands in its own finding, and both chances beside each other."""
    by_key = {each["key"]: each for each in built}
    factor = by_key["rail-counts.sites_watched"]["value"]
    for word in ("rakes", "bound"):
        name = {"rakes": "chance_in_rakes", "bound": "chance_by_bound"}[word]
        many, one = by_key[f"rail-counts.{name}"], by_key[f"rail-counts.{name}_one_place"]
        assert many["high"] == pytest.approx(factor * one["high"], rel=0.1)
        assert "times their assumed number" in many["text"]
        assert "this one facility" in one["text"]


def test_built_findings_never_add_up_stocks(built: list[dict[str, Any]], table: Table) -> None:
    """No finding is the sum, or a running sum, of the stocks CSIS counted on the quay."""
    stocks = table("quay_stocks")
    csis = stocks[
        (stocks["counter"] == "csis")
        & (stocks["quantity"] == "containers")
        & (stocks["scope"] == "rajin-port-area")
    ].sort_values("date_first")
    running = list(itertools.accumulate(csis["value"]))
    assert running[-1] == 5200
    numbers = {
        found[word]
        for found in built
        for word in ("value", "low", "high")
        if found["unit"] == "containers"
    }
    assert not numbers & set(running[1:])
