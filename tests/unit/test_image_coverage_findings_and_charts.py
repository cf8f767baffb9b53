"""The coverage page: months with their state, gaps, charts and sentences in both states."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.figures.chart_and_sentence_html_blocks import PageBlock
from skytally.figures.html_tables import table_block
from skytally.findings.finding import Finding, interval_words
from skytally.imagery.acquire.image_provider_table import is_rehearsal, rehearsal_marked
from skytally.imagery.acquire.inventory_and_search_log import (
    INVENTORY_COLUMNS,
    SEARCH_COLUMNS,
    write_inventory,
    write_searches,
)
from skytally.imagery.acquire.monthly_coverage_losses_and_gaps import (
    ANY_SENSOR,
    COVERAGE_STATES,
    NONE_USABLE,
    NOT_SEARCHED,
    NOTHING_OFFERED,
    USABLE,
    coverage_gaps,
    coverage_totals,
    monthly_coverage,
)
from skytally.imagery.figures.coverage_gap_chart import gaps_chart
from skytally.imagery.figures.coverage_lane_drawing import MAX_SITES
from skytally.imagery.figures.coverage_month_charts import months_chart, state_spans, states_chart
from skytally.imagery.figures.sensor_break_marks import breaks_text, numbered_breaks
from skytally.imagery.pipeline import acquisition_coverage_findings
from skytally.imagery.sites.control_sites import evidence_names, site_names
from skytally.press.notebook_parameter_reader_and_checks import declared_parameters
from tests.support.expected_sentences import same_sentence

ROOT = Path(__file__).resolve().parents[2]
SITES = {"rajin": "Rajin", "khasan": "Khasan"}
NASTY = "</script><script>alert(1)</script>\"'&"
Row = dict[str, str]
Tables = tuple[pd.DataFrame, pd.DataFrame]


def _look(day: str, **changes: str) -> Row:
    row = {
        "site": "rajin",
        "item_id": f"S2_{day}_{len(changes)}",
        "provider": "made-up",
        "sensor": "sentinel-2",
        "platform": "sentinel-2a",
        "processor": "L2A",
        "time_utc": f"{day}T02:15:49Z",
        "status": "stored",
        "usable": "yes",
        "search_date": "2026-11-22",
    }
    return {column: {**row, **changes}.get(column, "") for column in INVENTORY_COLUMNS}


def _search(first: str, last: str, offered: int, **changes: str) -> Row:
    row = {
        "site": "rajin",
        "provider": "made-up",
        "sensor": "sentinel-2",
        "first_day": first,
        "last_day": last,
        "search_date": "2026-11-22",
        "items_returned": str(offered),
        "items_malformed": "0",
        "pages_read": "1",
    }
    return {column: {**row, **changes}.get(column, "") for column in SEARCH_COLUMNS}


def _tables(looks: list[Row], searches: list[Row]) -> Tables:
    return (
        pd.DataFrame(looks, columns=list(INVENTORY_COLUMNS), dtype=str),
        pd.DataFrame(searches, columns=list(SEARCH_COLUMNS), dtype=str),
    )


def _unusable(day: str, reason: str, **changes: str) -> Row:
    return _look(day, usable="no", unusable_reason=reason, **changes)


@pytest.fixture
def some() -> Tables:
    """Four months at one site: two images, a clouded one, none offered, and half a month."""
    looks = [
        _look("2023-01-10"),
        _look("2023-01-20"),
        _look("2023-01-20", status="superseded", status_reason="older: of X", usable=""),
        _unusable("2023-02-10", "cloud: 63 % of the ring"),
        _look("2023-02-15", status="failed", status_reason="http: status 503", usable=""),
    ]
    return _tables(looks, [_search("2023-01-01", "2023-04-15", len(looks))])


@pytest.fixture
def none() -> Tables:
    """Nobody has refreshed."""
    return _tables([], [])


@pytest.fixture
def breaks() -> pd.DataFrame:
    """Two breaks close to each other and one far away."""
    rows = [
        ("2023-02-01", "sentinel-2", "offset came", "numbers rise", ""),
        ("2023-02-03", "sentinel-1", "radar lost", "fewer looks", ""),
        ("2031-01-01", "sentinel-1", "never drawn", "", ""),
    ]
    return pd.DataFrame(rows, columns=["date", "sensor", "what", "effect", "reference"])


def _monthly(tables: Tables, period: tuple[str, str] = ("2023-01", "2023-05")) -> pd.DataFrame:
    return monthly_coverage(
        *tables, sites=SITES, sensors=["sentinel-2", "sentinel-1"], period=period
    )


def _at(table: pd.DataFrame, month: str, site: str = "rajin") -> pd.Series:
    chosen = (table["month"] == month) & (table["site"] == site)
    return table[chosen & (table["sensor"] == "sentinel-2")].iloc[0]


# Months.


@pytest.mark.parametrize(
    ("month", "state"),
    [
        ("2023-01", USABLE),
        ("2023-02", NONE_USABLE),
        ("2023-03", NOTHING_OFFERED),
        ("2023-04", NOTHING_OFFERED),
        ("2023-05", NOT_SEARCHED),
    ],
)
def test_monthly_tells_the_states_apart(some: Tables, month: str, state: str) -> None:
    """Not searched, nothing offered, none usable and usable are four things."""
    assert _at(_monthly(some), month)["state"] == state


def test_monthly_says_when_only_part_of_a_month_was_searched(some: Tables) -> None:
    """Half a month searched is neither searched nor not."""
    table = _monthly(some)
    assert _at(table, "2023-04")["searched"] == "part"
    assert _at(table, "2023-03")["searched"] == "yes"


def test_monthly_counts_an_acquisition_once(some: Tables) -> None:
    """Superseded rows were offered and are no acquisition of their own."""
    row = _at(_monthly(some), "2023-01")
    assert (row["offered"], row["superseded"], row["acquired"], row["usable"]) == (3, 1, 2, 2)


def test_monthly_has_every_month_of_every_site_and_sensor(none: Tables) -> None:
    """Where nobody searched, each month is there and is not searched."""
    table = _monthly(none)
    assert len(table) == 2 * 2 * 5
    assert set(table["state"]) == {NOT_SEARCHED}
    assert list(table["name"])[:5] == ["Rajin"] * 5


def test_monthly_draws_months_searched_outside_its_period(some: Tables) -> None:
    """A period that is too short hides nothing that was searched."""
    table = _monthly(some, ("2023-03", "2023-03"))
    assert sorted(set(table["month"])) == ["2023-01", "2023-02", "2023-03", "2023-04"]


def test_monthly_keeps_a_site_that_left_the_register(some: Tables) -> None:
    """Images of a site that is no more are still counted."""
    table = monthly_coverage(
        *some, sites={"khasan": "Khasan"}, sensors=[], period=("2023-01", "2023-01")
    )
    assert set(table["name"]) == {"Khasan", "rajin"}


def test_monthly_refuses_looks_without_an_account(some: Tables) -> None:
    """A scene that was offered and has no row is a fault, not a month without images."""
    looks, searches = some
    with pytest.raises(DataError, match="5 scenes were offered, 4 have a row"):
        _monthly((looks[:-1], searches))


def test_balance_leaves_out_what_nobody_searched(some: Tables, none: Tables) -> None:
    """The sums are of searched sites and sensors only, and each month has one state."""
    (row,) = coverage_totals(_monthly(some)).to_dict("records")
    assert (row["site"], row["sensor"], row["offered"], row["lost"]) == (
        "Rajin",
        "Sentinel-2",
        5,
        2,
    )
    assert sum(row[f"months: {state}"] for state in COVERAGE_STATES) == 5
    assert coverage_totals(_monthly(none)).empty


# Gaps.


def test_gaps_are_bounded_by_what_was_searched(some: Tables) -> None:
    """The longest gap runs from the last usable image to the last day searched."""
    table = coverage_gaps(*some, sites=SITES)
    of_any = table[table["sensor"] == ANY_SENSOR]
    worst = of_any.iloc[0]
    assert (worst["first"], worst["last"]) == ("2023-01-20T02:15:49Z", "2023-04-15T23:59:59Z")
    assert worst["days"] == pytest.approx(85.9, abs=0.05)
    assert set(table["sensor"]) == {ANY_SENSOR, "sentinel-2"}
    assert set(table["site"]) == {"rajin"}


def test_gaps_say_how_much_of_them_nobody_searched(some: Tables) -> None:
    """A stretch between two searches is a hole of the search, and says of how many days."""
    looks, searches = some
    later = _search("2023-06-01", "2023-06-30", 1)
    table = _tables(
        [*looks.to_dict("records"), _look("2023-06-10")], [*searches.to_dict("records"), later]
    )
    worst = coverage_gaps(*table, sites=SITES).iloc[0]
    # 16 April to 31 May
    assert worst["unsearched"] == 46


def test_gaps_of_nothing_are_none(none: Tables) -> None:
    """Without any search there is no gap to measure."""
    assert coverage_gaps(*none, sites=SITES).empty


# Words.


def test_is_rehearsal_from_one_row(some: Tables) -> None:
    """One labelled row among real ones labels the whole page."""
    looks, searches = some
    assert not is_rehearsal(looks, searches)
    looks.loc[0, "label"] = "rehearsal"
    assert is_rehearsal(looks, searches)
    assert is_rehearsal(some[0][:0], searches.assign(label="rehearsal"))


def _found(tables: Tables) -> dict[str, Finding]:
    table = _monthly(tables)
    found = acquisition_coverage_findings.coverage_findings(*tables, table, sites=SITES)
    return {each.key.removeprefix("coverage."): each for each in found}


def test_findings_before_any_refresh_say_that_nothing_was_searched(none: Tables) -> None:
    """The answer says that there is no image and no search, and no gap is given a length."""
    found = _found(none)
    assert found["answer"].text.startswith("This edition has no satellite images of its own")
    assert "have not been searched" in found["answer"].text
    assert "a blank is not an absence" in found["answer"].text
    assert found["answer"].value == 0
    assert (found["longest_gap"].value, found["longest_gap"].high) == (None, None)
    assert "is not known" in found["longest_gap"].text
    assert found["longest_gap"].said == "not known"
    assert interval_words(vars(found["longest_gap"])) == ""
    assert found["months"].text == acquisition_coverage_findings.NEVER_SEARCHED
    assert found["scenes"].text == acquisition_coverage_findings.NO_SCENE_YET


def test_findings_of_some_looks_count_them(some: Tables) -> None:
    """Offered, superseded, usable and lost add up, and the answer names the commonest loss."""
    found = _found(some)
    assert found["offered"].value == 5
    assert found["superseded"].value == 1
    assert found["answer"].value == 2
    assert found["lost"].value == 2
    assert found["offered"].value == sum(
        int(found[key].value or 0) for key in ("superseded", "answer", "lost")
    )
    for words in ("5 images, every processing", "1 of them gave way", "and 2 were lost"):
        assert words in found["scenes"].text
    assert f"and {found['months_usable'].said} had a usable image" in found["months"].text
    same_sentence("coverage.answer", found["answer"].text)
    assert found["longest_gap"].said == "85 days"
    same_sentence("coverage.longest_gap", found["longest_gap"].text)


def test_findings_of_a_rehearsal_say_so(some: Tables) -> None:
    """Every sentence begins with the word, and no source vouches for it."""
    looks, searches = (each.assign(label="rehearsal") for each in some)
    for found in _found((looks, searches)).values():
        assert found.text.startswith("REHEARSAL"), found.key
        assert found.support is None


def test_findings_keep_their_shape_in_every_state(some: Tables, none: Tables) -> None:
    """The same keys before and after, so that no page loses a sentence."""
    before, after = _found(none), _found(some)
    assert before.keys() == after.keys()
    for found in (*before.values(), *after.values()):
        assert found.support is None
        assert found.inputs
        assert found.text.endswith(".")


def test_site_names_come_without_outlines() -> None:
    """The register alone is read, so a moved outline does not rerun the page."""
    names = site_names(ROOT / "data/sites/register.csv")
    assert names["rajin"] == "Rajin"
    evidence = {"rajin", "dunai", "vostochny", "tumangang", "khasan", "tikhoretsk"}
    assert evidence <= set(evidence_names(names))
    assert "zarubino" not in evidence_names(names)
    assert names["zarubino"] == "Zarubino (control site for Rajin)"


def test_control_sites_are_shown_once_searched_and_never_counted(some: Tables) -> None:
    """Images of a control site change no finding; its months are listed under its own name."""
    both = {**SITES, "zarubino": "Zarubino (control site for Rajin)"}
    period = ("2023-01", "2023-04")
    before = monthly_coverage(*some, sites=both, sensors=["sentinel-2"], period=period)
    assert "zarubino" not in set(before["site"])
    tables = [
        pd.concat([table, table[table["site"] == "rajin"].assign(site="zarubino")])
        for table in some
    ]
    after = monthly_coverage(*tables, sites=both, sensors=["sentinel-2"], period=period)
    assert "Zarubino (control site for Rajin)" in set(after["name"])
    assert (after["site"] == "zarubino").sum() == (after["site"] == "rajin").sum()
    alone, beside = (
        acquisition_coverage_findings.coverage_findings(*given, table, sites=both)
        for given, table in ((some, before), (tables, after))
    )
    assert [(f.key, f.value, f.text) for f in alone] == [(f.key, f.value, f.text) for f in beside]
    said = next(f for f in beside if f.key == "coverage.sites")
    assert said.value == len(SITES)
    assert "their 1 control site is not counted here" in said.text


# Charts.


def _document(shown: PageBlock) -> str:
    found = re.search(r'<script type="application/json">(.*?)</script>', shown.block, re.DOTALL)
    assert found
    json.loads(found[1])
    return found[1]


def test_numbered_breaks_are_those_of_the_period(breaks: pd.DataFrame) -> None:
    """Breaks are numbered by day, those outside are left out, close numbers turn apart."""
    period = (pd.Timestamp("2023-01-01"), pd.Timestamp("2023-12-31"))
    marks = numbered_breaks(breaks, period)
    assert list(marks["number"]) == ["1", "2"]
    assert list(marks["side"]) == ["right", "left"]
    assert "1, 1 February 2023: offset came" in breaks_text(marks)
    assert breaks_text(marks[:0]) == ""


def test_runs_join_months_of_one_state(some: Tables) -> None:
    """Months that follow each other in one state are one mark, part of a month one of its own."""
    table = _monthly(some)
    spans = state_spans(table.assign(lane=table["name"] + table["sensor"]))
    rajin = spans[spans["lane"] == "Rajinsentinel-2"]
    assert list(rajin["kind"]) == [
        USABLE, NONE_USABLE, NOTHING_OFFERED, NOTHING_OFFERED, NOT_SEARCHED,
    ]  # fmt: skip
    assert rajin["state"].iloc[3].endswith("(only part of the month was searched)")
    assert (rajin["x1"].iloc[:-1].to_numpy() == rajin["x0"].iloc[1:].to_numpy()).all()


def test_states_chart_before_any_refresh_is_blank_and_has_its_breaks(
    none: Tables, breaks: pd.DataFrame
) -> None:
    """Every lane says not searched, and the breaks are there."""
    shown = states_chart(_monthly(none), breaks, rehearsal=False)
    assert shown.text.count(": not searched, no number") == 4
    assert "offset came" in _document(shown)
    assert "REHEARSAL" not in shown.block
    # a chart of nothing is folded away
    assert shown.block.startswith("<details><summary>The chart of months is blank")


def _charts(tables: Tables, breaks: pd.DataFrame, *, rehearsal: bool) -> Iterator[PageBlock]:
    table = _monthly(tables)
    yield states_chart(table, breaks, rehearsal=rehearsal)
    yield months_chart(table, breaks, sensor="sentinel-2", rehearsal=rehearsal)
    yield gaps_chart(coverage_gaps(*tables, sites=SITES), breaks, rehearsal=rehearsal)


def test_every_chart_marks_the_breaks_and_tells_its_numbers(
    some: Tables, breaks: pd.DataFrame
) -> None:
    """Live and static figure, caption with the breaks, words with a number of the chart."""
    for shown in _charts(some, breaks, rehearsal=False):
        document = _document(shown)
        assert "offset came" in document
        assert "never drawn" not in document
        assert "1 February 2023: offset came" in html.unescape(shown.block)
        assert "data:image/svg+xml;base64," in shown.block
        assert re.search(r"\d+ (acquired|days)", shown.text)


def test_every_chart_of_a_rehearsal_says_so(some: Tables, breaks: pd.DataFrame) -> None:
    """Caption and words begin with it; a chart without it would pass for an observation."""
    for shown in _charts(some, breaks, rehearsal=True):
        assert shown.text.startswith("REHEARSAL")
        assert "<figcaption>REHEARSAL" in shown.block


def test_charts_without_any_search_are_a_sentence(none: Tables, breaks: pd.DataFrame) -> None:
    """Without data, a sentence replaces the chart."""
    _, months, blind = _charts(none, breaks, rehearsal=False)
    assert months.text.startswith("No month was searched for Sentinel-2 yet")
    assert blind.text.startswith("No site was searched yet")
    assert "<figure" not in months.block + blind.block


def test_months_chart_says_what_was_lost(some: Tables, breaks: pd.DataFrame) -> None:
    """Each loss has its pattern and its word; an image that failed to load is not a cloudy one."""
    shown = months_chart(_monthly(some), breaks, sensor="sentinel-2", rehearsal=False)
    assert "level lines, lost: cloud" in shown.text
    assert "crosses, lost: failed, http" in shown.text
    assert "cloud 1; failed, http 1" in _document(shown)


def test_months_chart_gathers_rare_losses(breaks: pd.DataFrame) -> None:
    """More reasons than patterns: the rare ones share one that says so."""
    looks = [
        _unusable(f"2023-01-{day:02}", f"reason {day}: because", item_id=f"X{day}")
        for day in range(1, 7)
    ]
    tables = _tables(looks, [_search("2023-01-01", "2023-01-31", 6)])
    shown = months_chart(_monthly(tables), breaks, sensor="sentinel-2", rehearsal=False)
    assert shown.text.count("lost: reason") == 3
    assert "lost: anything else" in shown.text


def test_charts_show_code_as_text(breaks: pd.DataFrame) -> None:
    """A reason that looks like a script starts no tag."""
    tables = _tables([_unusable("2023-01-10", NASTY)], [_search("2023-01-01", "2023-01-31", 1)])
    nasty = breaks.assign(what=NASTY)
    for shown in _charts(tables, nasty, rehearsal=False):
        assert "<script>alert" not in shown.block


@pytest.mark.slow
def test_charts_give_the_same_bytes_twice(some: Tables, breaks: pd.DataFrame) -> None:
    """Neither clock nor chance stands in a chart."""
    one, other = (
        [shown.block for shown in _charts(some, breaks, rehearsal=False)] for _ in range(2)
    )
    assert one == other


def test_charts_of_many_sites_draw_the_first(none: Tables, breaks: pd.DataFrame) -> None:
    """A chart stays readable and light; it says what it leaves to the file."""
    sites = {f"s{i}": f"Site {i}" for i in range(MAX_SITES + 3)}
    table = monthly_coverage(
        *none, sites=sites, sensors=["sentinel-2"], period=("2023-01", "2023-02")
    )
    shown = states_chart(table, breaks, rehearsal=False)
    assert f"the first {MAX_SITES} of {MAX_SITES + 3} sites" in shown.text
    assert f"Site {MAX_SITES + 1}" not in _document(shown)


def test_table_shown_escapes_and_says_when_it_is_empty() -> None:
    """A cell is text, and a table without rows is a sentence."""
    shown = table_block(pd.DataFrame({"a": [NASTY], "b": [1]}), caption="c", empty="none")
    assert "<script>" not in shown.block
    assert html.escape(NASTY, quote=True) in shown.block
    assert table_block(pd.DataFrame({"a": []}), caption="c", empty="None at all.").text == (
        "None at all."
    )


def test_marked_changes_nothing_without_a_rehearsal() -> None:
    """Real images carry no label."""
    assert rehearsal_marked("Looks.", rehearsal=False) == "Looks."


# The notebook through the press, in both states.


@pytest.mark.slow
@pytest.mark.parametrize("state", ["now", "rehearsed"])
def test_notebook_is_true_in_both_states(project: Any, some: Tables, state: str) -> None:
    """The press runs it as it is, with no image and with rehearsed ones."""
    if state == "rehearsed":
        looks, searches = (each.assign(label="rehearsal") for each in some)
        write_inventory(project.folder / "data/inventory.csv", looks)
        write_searches(project.folder / "data/catalogue_searches.csv", searches)
    out = project.folder / "book/_build/lines/coverage"
    out.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-m", "skytally.press.notebook_execution", "coverage", str(out)],
        cwd=project.folder,
        env={
            **os.environ,
            "PYTHONPATH": str(project.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SKYTALLY_BOOK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = {each["key"]: each for each in json.loads((out / "findings.json").read_bytes())}
    cells = json.loads((out / "notebook.ipynb").read_bytes())["cells"]
    blocks = [
        "".join(output["data"]["text/html"])
        for cell in cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    # the schematic of pixel sizes is simulated in both states
    drawn = [block for block in blocks if "<figure" in block and "sk-photo" not in block]
    assert "Sentinel-1B lost its radar" in drawn[0]
    if state == "now":
        assert found["coverage.answer"]["text"].startswith(
            "This edition has no satellite images of its own"
        )
        assert len(drawn) == 1
    else:
        assert found["coverage.answer"]["text"].startswith("REHEARSAL")
        assert len(drawn) == 3
        assert all("<figcaption>REHEARSAL" in block for block in drawn)


def test_the_months_drawn_end_with_the_newest_dated_observation(
    table: Callable[[str], pd.DataFrame],
) -> None:
    """The parameter's comment says so; a statement of a year, or of nobody who looked, is none."""
    newest = pd.Timestamp.min
    for name in ("ship_sightings", "quay_stocks", "voyage_counts", "rail_counts"):
        rows = table(name)
        seen = rows[rows["precision_last"].isin(["day", "month"]) & (rows["state"] != "stated")]
        newest = max(newest, seen["date_last"].max())
    assert declared_parameters("coverage")["last"] == f"{newest:%Y-%m}"
