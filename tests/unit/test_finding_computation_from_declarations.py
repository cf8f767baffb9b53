"""Declared findings evaluated: every kind, rows that change them, what is left without a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from skytally.core import data_registry
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.table_reader import read_table
from skytally.findings.finding import Finding
from skytally.findings.finding_computation_from_declarations import (
    EVALUATED,
    evaluate,
    evaluate_page,
    outcomes,
)
from skytally.findings.finding_declarations import (
    COLUMNS,
    KINDS,
    Declaration,
    read_declarations,
    tables_read,
)
from skytally.press.declared_finding_checks_with_parameters import page_parameters
from tests.support.expected_sentences import same_sentence

Rows = Callable[..., pd.DataFrame]
Tables = dict[str, pd.DataFrame]
PAGES = (
    "ais-gaps", "depot-expansion", "official-claims", "port-imagery", "rail-counts", "synthesis",
)  # fmt: skip
CSIS = {"scope": "rajin-port-area", "counter": "csis"}


@pytest.fixture(scope="module")
def declared() -> list[Declaration]:
    """Read the declarations of all pages."""
    return read_declarations(
        data_registry.path(f"findings_{page.replace('-', '_')}") for page in PAGES
    )


@pytest.fixture
def tables(declared: list[Declaration]) -> Tables:
    """Read the tables that they need."""
    return {name: read_table(data_registry.path(name)) for name in tables_read(declared)}


@pytest.fixture(scope="module")
def parameters() -> dict[str, dict[str, Any]]:
    """Read the parameters of the notebooks; a page of the book without one has none."""
    return page_parameters()


def by_key(findings: list[Finding]) -> dict[str, Finding]:
    """Index findings by their keys."""
    return {finding.key: finding for finding in findings}


def added(tables: Tables, name: str, like: str, **changes: object) -> Tables:
    """Tables with one more row, like another but for some cells; ``day`` sets both ends."""
    table = tables[name]
    row = table[table["id"] == like].iloc[0].to_dict()
    if "day" in changes:
        day = pd.Timestamp(str(changes.pop("day")))
        row |= {"date_first": day, "date_last": day}
    more = pd.concat([table, pd.DataFrame([{**row, "id": "NEW", **changes}])], ignore_index=True)
    more.attrs = table.attrs
    return {**tables, name: more}


def test_a_higher_count_moves_the_finding_its_value_and_its_sentence(
    declared: list[Declaration], tables: Tables, parameters: Mapping[str, Any]
) -> None:
    """A stock of 1,500 on 5 December 2023 becomes the peak, and the latest of its series."""
    before = by_key(evaluate(declared, tables, parameters=parameters))
    more = added(tables, "quay_stocks", "P029", value=1500.0, day="2023-12-05")
    after = by_key(evaluate(declared, more, parameters=parameters))
    key = "port-imagery.containers_peak"
    assert (before[key].value, before[key].inputs) == (1010.0, ("P029",))
    assert (after[key].value, after[key].inputs) == (1500.0, ("NEW",))
    assert after[key].when == "5 December 2023"
    same_sentence("findings.containers_peak", after[key].text)
    assert after["port-imagery.containers_last"].inputs == ("NEW",)
    assert after["port-imagery.containers_first"] == before["port-imagery.containers_first"]
    assert after["port-imagery.csis_stocks"].value == 9


def test_a_higher_total_without_kinds_leaves_no_share_of_boxcars(
    declared: list[Declaration], tables: Tables, parameters: Mapping[str, Any]
) -> None:
    """On a day for which no boxcars are printed their share is not that of another day."""
    more = added(tables, "rail_counts", "R031", value=300.0, day="2025-03-01")
    found = by_key(evaluate(declared, more, parameters=parameters))
    assert found["rail-counts.railcars_highest"].inputs == ("NEW",)
    share = found["rail-counts.boxcar_share_june_2024"]
    assert (share.value, share.low, share.high, share.inputs) == (None, 0, 100, ("NEW",))
    assert share.text.startswith("On the day with the highest total at Tumangang nobody printed")
    assert found["rail-counts.railcars_june_2024"].inputs == ("R051",)


def test_each_sentence_holds_its_number_and_can_stand_alone(
    declared: list[Declaration], tables: Tables, parameters: Mapping[str, Any]
) -> None:
    """The number is the link to the card; a popover shows the sentence without its neighbours."""
    leaning = ("Of these", "It ", "Its ", "The same", "These", "Afterwards", "Then ")
    awkward = re.compile(r"\b0 (?!to)[a-z]| -\d| (look|looks|boxes)\b")
    for finding in evaluate(declared, tables, parameters=parameters):
        assert finding.said in finding.text, finding.key
        assert not finding.text.startswith(leaning), finding.key
        assert not awkward.search(finding.text), finding.key


def test_an_earlier_and_a_later_row_move_first_and_latest(
    declared: list[Declaration], tables: Tables, parameters: Mapping[str, Any]
) -> None:
    """An earlier statement becomes the first, a later total the latest."""
    early = {
        "statement_first": pd.Timestamp("2022-09-01"),
        "statement_last": pd.Timestamp("2022-09-01"),
    }
    late = {
        "statement_first": pd.Timestamp("2027-01-01"),
        "statement_last": pd.Timestamp("2027-01-01"),
    }
    first = by_key(
        evaluate(declared, added(tables, "official_claims", "O001", **early), parameters=parameters)
    )
    assert first["official-claims.first_statement"].when == "1 September 2022"
    last = by_key(
        evaluate(
            declared,
            added(tables, "official_claims", "O045", value=40000.0, **late),
            parameters=parameters,
        )
    )
    assert last["official-claims.containers_rok_latest"].value == 40000


def test_two_counters_on_one_day_are_told_as_soon_as_their_rows_exist(
    declared: list[Declaration], tables: Tables, parameters: Mapping[str, Any]
) -> None:
    """VOA with 700 on the day and the quay of CSIS's 1,010: one pair, which no number satisfies."""
    key = "port-imagery.stocks_compared"
    before = by_key(evaluate(declared, tables, parameters=parameters))[key]
    assert before.value == 0
    assert before.said == "no pair"
    assert before.text.startswith("The record has no pair in which two counters give")
    more = added(tables, "quay_stocks", "P029", counter="voa", value=700.0, source_id="X")
    after = by_key(evaluate(declared, more, parameters=parameters))[key]
    assert (after.value, after.inputs) == (1.0, ("P029", "NEW"))
    same_sentence("findings.stocks_compared", after.text)


def test_the_only_one_is_told_no_more_once_there_is_another(
    declared: list[Declaration], tables: Tables, parameters: Mapping[str, Any]
) -> None:
    """A second counter that prints its imaged days, and a second day with kinds of railcars."""
    key = "port-imagery.imaged_days_given"
    before = by_key(evaluate(declared, tables, parameters=parameters))
    assert before[key].text.endswith("in 1 count only, by CSIS Beyond Parallel (109 days).")
    more = added(tables, "voyage_counts", "P002", counter="voa", source_id="X")
    after = by_key(evaluate(declared, more, parameters=parameters))[key]
    assert after.value == 2.0
    same_sentence("findings.imaged_days_given", after.text)
    more = added(tables, "rail_counts", "R047", day="2025-01-02")
    again = added(more, "rail_counts", "R046", id="NEW2", day="2025-01-02")
    days = by_key(evaluate(declared, again, parameters=parameters))["rail-counts.days_with_kinds"]
    assert days.value == 2.0
    same_sentence("findings.days_with_kinds", days.text)


def test_parameters_of_the_notebook_override_what_is_declared(
    declared: list[Declaration], tables: Tables, parameters: Mapping[str, Any]
) -> None:
    """Eight sites instead of four double the chance; a longer window finds more pairs."""
    changed = {
        **parameters,
        "rail-counts": {**parameters["rail-counts"], "sites_watched": 8},
        "official-claims": {**parameters["official-claims"], "within_days": 40},
    }
    before = by_key(evaluate(declared, tables, parameters=parameters))
    after = by_key(evaluate(declared, tables, parameters=changed))
    assert after["rail-counts.sites_watched"].value == 8
    chance = "rail-counts.chance_of_surge"
    assert after[chance].value == pytest.approx(2 * before[chance].value, rel=0.1)
    assert after["official-claims.days_window"].value == 40
    assert after["official-claims.pairs"].value > before["official-claims.pairs"].value


def test_evaluate_page_refuses_a_parameter_that_is_not_passed() -> None:
    """All findings that miss it are reported at once, with file and line."""
    with pytest.raises(DataError, match=r"findings/rail-counts\.csv, line \d+") as error:
        evaluate_page("rail-counts", parameters={"closure": ["2020-02-01", "2022-10-31"]})
    assert "no parameter 'baseline_row'" in str(error.value)
    assert "faults" in str(error.value).splitlines()[0]


# What each finding would be without a row or a source


def test_without_its_row_a_superlative_is_the_next(
    declared: list[Declaration], tables: Tables, parameters: Mapping[str, Any]
) -> None:
    """Without the 1,010 the peak is 990, and a quote of the row cannot be made."""
    left = outcomes(declared, tables, parameters=parameters, without_rows=["P029", "P017"])
    peak = left["port-imagery.containers_peak"]
    assert isinstance(peak, Finding)
    assert (peak.value, peak.when) == (990.0, "20 November 2023")
    missing = left["port-imagery.containers_16_october"]
    assert isinstance(missing, str)
    assert "no row 'P017' in quay_stocks" in missing
    with pytest.raises(DataError, match="no row 'P017' in quay_stocks"):
        evaluate(declared, tables, parameters=parameters, without_rows=["P017"])


def test_without_a_source_its_rows_are_left_out_and_a_copy_stands_in(
    declared: list[Declaration], tables: Tables, parameters: Mapping[str, Any]
) -> None:
    """A page that copied the count speaks for it, once the page it copied is left out."""
    stocks, sources = tables["quay_stocks"], tables["sources"]
    origin = stocks.loc[stocks["id"] == "P029", "source_id"].iloc[0]
    copy = sources[sources["id"] == origin].assign(id="COPY", derived_from=origin)
    copied = added(tables, "quay_stocks", "P029", source_id="COPY")
    copied["sources"] = pd.concat([sources, copy], ignore_index=True)
    whole = outcomes(declared, copied, parameters=parameters)
    left = outcomes(declared, copied, parameters=parameters, without_sources=[origin])
    peaks = [each["port-imagery.containers_peak"] for each in (whole, left)]
    assert [peak.inputs for peak in peaks if isinstance(peak, Finding)] == [("P029",), ("NEW",)]


# Each kind on made-up rows


def declaration(**cells: str) -> Declaration:
    """Make a declaration of rows of a fictitious table."""
    plain = dict.fromkeys(COLUMNS, "")
    given = {"key": "page.key", "table": "made_up", "sentence": "{number} ({when}).", **cells}
    return Declaration(**{**plain, **given}, file="findings/page.csv", line=2)


def made_up(table: pd.DataFrame, *groups: tuple[str, str, str, str]) -> Tables:
    """Tables of a fictitious record."""
    table["vessel"] = table.get("vessel", "")
    names = ["group", "row_id", "relation", "keep"]
    return {
        "made_up": table,
        "same_observation": pd.DataFrame(groups, columns=names),
        "scopes": pd.DataFrame({"id": ["pier"], "site": ["port"], "name": ["The pier"]}),
        "counters": pd.DataFrame({"id": ["csis", "voa"], "name": ["CSIS", "VOA"]}),
        "sources": pd.DataFrame({"id": ["BP_20231017"], "derived_from": [""]}),
    }


@pytest.fixture
def record(rows: Rows) -> Tables:
    """Make five rows: three days of one counter, two of another, one sighting reported twice."""
    table = rows(
        {"id": "A", "day": "2023-10-01", "value": 10.0},
        {"id": "B", "day": "2023-10-02", "value": 40.0, "bound": "about"},
        {"id": "C", "day": "2023-10-03", "value": 0.0, "state": "nothing-seen"},
        {"id": "D", "day": "2023-10-02", "value": 20.0, "counter": "voa", "scope": "pier"},
        {"id": "E", "day": "2023-10-02", "value": 20.0, "counter": "voa", "scope": "pier"},
    )
    return made_up(table, ("G", "D", "one-sighting", "yes"), ("G", "E", "one-sighting", "no"))


@pytest.mark.parametrize(
    ("cells", "text", "inputs"),
    [
        ({"kind": "quote", "rows": "$named"}, "about 40 containers (2 October 2023).", "B"),
        (
            {"kind": "dated", "rows": "A", "unit": "looks", "sentence": "It was {number}."},
            "It was on 1 October 2023.", "A",
        ),
        (
            {"kind": "quote", "rows": "A", "of": "B", "sentence": "{number} of {whole}."},
            "10 containers of about 40 containers.", "A B",
        ),
        ({"kind": "latest", "unit": "looks", "sentence": "{text}"}, "containers on the quay", "C"),
        (
            {"kind": "highest", "where": "counter=csis"},
            "about 40 containers (2 October 2023).", "B",
        ),
        ({"kind": "latest", "where": "counter=csis"}, "no container (3 October 2023).", "C"),
        ({"kind": "first", "where": "counter=csis"}, "10 containers (1 October 2023).", "A"),
        (
            {"kind": "first", "where": "date_first>=@other.key:date_last", "unit": "looks"},
            "on 1 October 2023 (1 October 2023).", "A",
        ),
        ({"kind": "tally", "where": "site=port", "unit": "looks"}, "2 looks ().", "D E"),
        (
            {"kind": "tally", "where": "site=port", "once": "yes", "unit": "looks"},
            "1 look ().", "D",
        ),
        (
            {"kind": "tally", "where": "one_day=yes", "part": "value>=20", "unit": "looks"},
            "3 looks ().", "A B C D E",
        ),
        (
            {
                "kind": "tally", "distinct": "date_first", "part": "value>=99", "unit": "days",
                "sentence": "On {number} of {total}.",
            },
            "On no day of 3 days.", "A B C D E",
        ),
        ({"kind": "tally", "distinct": "date_first", "unit": "days"}, "3 days ().", "A B C D E"),
        (
            {
                "kind": "tally", "distinct": "date_first", "unit": "days",
                "part": "state=counted & not counter=voa",
            },
            "1 day ().", "A B C D E",
        ),
        (
            {"kind": "tally", "distinct": "counter", "part": "rows>=3", "unit": "counts"},
            "1 count ().", "A B C D E",
        ),
        (
            {"kind": "tally", "where": "value>=99", "unit": "looks"},
            "finding page.key: rests on no row", "",
        ),
        (
            {"kind": "tally", "part": "value>=99", "unit": "looks", "otherwise": "None."},
            "None.", "A B C D E",
        ),
        (
            {
                "kind": "tally", "unit": "looks", "dates": "$period month",
            },
            "5 looks (October 2023).", "A B C D E",
        ),
        (
            {
                "kind": "only", "where": "counter=voa", "once": "yes", "unit": "counts",
                "sentence": "Only {counter} at {scope}: {row}.", "otherwise": "{number}.",
            },
            "Only VOA at The pier: 20 containers.", "D",
        ),
        (
            {
                "kind": "only", "unit": "counts", "distinct": "counter",
                "sentence": "Only {counter}.", "otherwise": "{number}.",
            },
            "2 counts.", "A B C D E",
        ),
        ({"kind": "ratio", "rows": "A", "of": "D"}, "about 0.5 times ().", "A D"),
        ({"kind": "share", "rows": "A", "of": "D"}, "about 50 percent ().", "A D"),
        (
            {"kind": "share", "where": "value>=10;value<=10", "of": "@other.key"},
            "about 100 percent ().", "A A",
        ),
        (
            {"kind": "share", "where": "value>=99", "of": "A", "otherwise": "Nobody printed it."},
            "Nobody printed it.", "A",
        ),
        (
            {"kind": "estimate", "rows": "B D", "estimate": "difference-of-counters"},
            "scope: csis has rajin-port-area, voa has pier", "",
        ),
        (
            {
                "kind": "count", "where": "", "estimate": "pairs-of-counters", "unit": "pairs",
                "arguments": "answer=pairs", "otherwise": "No pair.",
            },
            "No pair.", "A B C D E",
        ),
        (
            {"kind": "assumption", "rows": "A", "value": "$sites", "unit": "sites"},
            "4 sites ().", "A",
        ),
        (
            {"kind": "began", "where": "counter=csis;value>=1", "otherwise": "{when}, open."},
            "on or before 1 October 2023, open.", "A",
        ),
        (
            {"kind": "ended", "rows": "A B C"},
            "between 2 and 3 October 2023 (between 2 and 3 October 2023).", "B C",
        ),
        (
            {"kind": "ended", "rows": "A B C", "arguments": "lasting=maybe"},
            "argument lasting=maybe: write lasting=yes, or leave it out", "",
        ),
        (
            {"kind": "stated", "rows": "B", "arguments": "day=first", "of": "@other.end"},
            "on 2 October 2023 (on 2 October 2023).", "B C",
        ),
        (
            {"kind": "stated", "rows": "A", "arguments": "day=first", "of": "@other.end"},
            "row A puts the change on 1 October 2023, but rows B C between 2 and 3 October", "",
        ),
        (
            {"kind": "lag", "of": "@other.start @other.day", "sentence": "{lag}, {number}."},
            "at least 1 day after, at least 1 day after.", "A D",
        ),
        (
            {"kind": "order", "of": "@other.day @other.end", "otherwise": "{chance}, {lag}."},
            "75 percent, on the day of or up to 1 day after.", "D B C",
        ),
    ],
    ids=lambda case: case["kind"] if isinstance(case, dict) else "",
)  # fmt: skip
def test_each_kind_of_finding(
    record: Tables, cells: dict[str, str], text: str, inputs: str
) -> None:
    """What each kind selects, counts and says, worked by hand on five rows."""
    others = [
        declaration(key="other.key", kind="quote", rows="A"),
        declaration(key="other.start", kind="began", rows="A B"),
        declaration(key="other.end", kind="ended", rows="A B C"),
        declaration(key="other.day", kind="stated", rows="D", arguments="day=first"),
    ]
    named = {"named": ["B"], "sites": 4, "period": ["2023-10-01", "2023-10-31"]}
    declared = [declaration(**cells), *others]
    tried = outcomes(declared, record, parameters={"page": named})["page.key"]
    if isinstance(tried, str):
        assert text in tried
        assert tried.startswith("findings/page.csv, line 2, column ")
    else:
        assert (tried.text, " ".join(tried.inputs)) == (text, inputs)


def test_every_kind_is_evaluated_and_tried() -> None:
    """No kind stands in the vocabulary alone."""
    assert set(EVALUATED) == set(KINDS)
    (marks,) = (
        mark
        for mark in test_each_kind_of_finding.pytestmark
        if mark.name == "parametrize"  # type: ignore[attr-defined]
    )
    assert {cells["kind"] for cells, _, _ in marks.args[1]} == set(KINDS)


@pytest.mark.parametrize("kind", ["highest", "latest", "first"])
def test_a_superlative_of_no_row_is_refused(record: Tables, kind: str) -> None:
    """Nothing is the highest of nothing; the file and the line are named."""
    nothing = declaration(kind=kind, where="counter=csis;value>=99")
    with pytest.raises(
        DataError, match=r"page\.csv, line 2, column where: page\.key: no row meets"
    ):
        evaluate([nothing], record, parameters={})


def test_all_findings_that_cannot_be_made_are_told_at_once(record: Tables) -> None:
    """One message, a line each."""
    wrong = [
        declaration(key="page.one", kind="quote", rows="Z"),
        declaration(key="page.two", kind="highest", where="value>=99"),
    ]
    with pytest.raises(DataError, match="findings: 2 faults") as error:
        evaluate(wrong, record, parameters={})
    assert "no row 'Z' in made_up" in str(error.value)
    assert "page.two: no row meets the conditions" in str(error.value)
