"""The coverage page: sentences, charts and the notebook in both states."""

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

from skytally.figures.chart_and_sentence_html_blocks import PageBlock
from skytally.figures.html_tables import table_block
from skytally.findings.finding import Finding, interval_words
from skytally.imagery.acquire.image_provider_table import is_rehearsal, rehearsal_marked
from skytally.imagery.acquire.inventory_and_search_log import write_inventory, write_searches
from skytally.imagery.acquire.monthly_coverage_losses_and_gaps import (
    NONE_USABLE,
    NOT_SEARCHED,
    NOTHING_OFFERED,
    USABLE,
    coverage_gaps,
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
from tests.support.made_up_month_coverage import (
    SITES,
    Tables,
    coverage_tables,
    made_up_search,
    months_of,
    unusable_row,
)

ROOT = Path(__file__).resolve().parents[2]
NASTY = "</script><script>alert(1)</script>\"'&"


@pytest.fixture
def breaks() -> pd.DataFrame:
    """Two breaks close to each other and one far away."""
    rows = [
        ("2023-02-01", "sentinel-2", "offset came", "numbers rise", ""),
        ("2023-02-03", "sentinel-1", "radar lost", "fewer looks", ""),
        ("2031-01-01", "sentinel-1", "never drawn", "", ""),
    ]
    return pd.DataFrame(rows, columns=["date", "sensor", "what", "effect", "reference"])


# Words.


def test_is_rehearsal_from_one_row(searched_months: Tables) -> None:
    """One labelled row among real ones labels the whole page."""
    looks, searches = searched_months
    assert not is_rehearsal(looks, searches)
    looks.loc[0, "label"] = "rehearsal"
    assert is_rehearsal(looks, searches)
    assert is_rehearsal(searched_months[0][:0], searches.assign(label="rehearsal"))


def _found(tables: Tables) -> dict[str, Finding]:
    table = months_of(tables)
    found = acquisition_coverage_findings.coverage_findings(*tables, table, sites=SITES)
    return {each.key.removeprefix("coverage."): each for each in found}


def test_findings_before_any_refresh_say_that_nothing_was_searched(no_search: Tables) -> None:
    """The answer says that there is no image and no search, and no gap is given a length."""
    found = _found(no_search)
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


def test_findings_of_some_looks_count_them(searched_months: Tables) -> None:
    """Offered, superseded, usable and lost add up, and the answer names the commonest loss."""
    found = _found(searched_months)
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


def test_findings_of_a_rehearsal_say_so(searched_months: Tables) -> None:
    """Every sentence begins with the word, and no source vouches for it."""
    looks, searches = (each.assign(label="rehearsal") for each in searched_months)
    for found in _found((looks, searches)).values():
        assert found.text.startswith("REHEARSAL"), found.key
        assert found.support is None


def test_findings_keep_their_shape_in_every_state(
    searched_months: Tables, no_search: Tables
) -> None:
    """The same keys before and after, so that no page loses a sentence."""
    before, after = _found(no_search), _found(searched_months)
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


def test_control_sites_are_shown_once_searched_and_never_counted(searched_months: Tables) -> None:
    """Images of a control site change no finding; its months are listed under its own name."""
    both = {**SITES, "zarubino": "Zarubino (control site for Rajin)"}
    period = ("2023-01", "2023-04")
    before = monthly_coverage(*searched_months, sites=both, sensors=["sentinel-2"], period=period)
    assert "zarubino" not in set(before["site"])
    tables = [
        pd.concat([table, table[table["site"] == "rajin"].assign(site="zarubino")])
        for table in searched_months
    ]
    after = monthly_coverage(*tables, sites=both, sensors=["sentinel-2"], period=period)
    assert "Zarubino (control site for Rajin)" in set(after["name"])
    assert (after["site"] == "zarubino").sum() == (after["site"] == "rajin").sum()
    alone, beside = (
        acquisition_coverage_findings.coverage_findings(*given, table, sites=both)
        for given, table in ((searched_months, before), (tables, after))
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


def test_runs_join_months_of_one_state(searched_months: Tables) -> None:
    """Months that follow each other in one state are one mark, part of a month one of its own."""
    table = months_of(searched_months)
    spans = state_spans(table.assign(lane=table["name"] + table["sensor"]))
    rajin = spans[spans["lane"] == "Rajinsentinel-2"]
    assert list(rajin["kind"]) == [
        USABLE, NONE_USABLE, NOTHING_OFFERED, NOTHING_OFFERED, NOT_SEARCHED,
    ]  # fmt: skip
    assert rajin["state"].iloc[3].endswith("(only part of the month was searched)")
    assert (rajin["x1"].iloc[:-1].to_numpy() == rajin["x0"].iloc[1:].to_numpy()).all()


def test_states_chart_before_any_refresh_is_blank_and_has_its_breaks(
    no_search: Tables, breaks: pd.DataFrame
) -> None:
    """Every lane says not searched, and the breaks are there."""
    shown = states_chart(months_of(no_search), breaks, rehearsal=False)
    assert shown.text.count(": not searched, no number") == 4
    assert "offset came" in _document(shown)
    assert "REHEARSAL" not in shown.block
    # a chart of nothing is folded away
    assert shown.block.startswith("<details><summary>The chart of months is blank")


def _charts(tables: Tables, breaks: pd.DataFrame, *, rehearsal: bool) -> Iterator[PageBlock]:
    table = months_of(tables)
    yield states_chart(table, breaks, rehearsal=rehearsal)
    yield months_chart(table, breaks, sensor="sentinel-2", rehearsal=rehearsal)
    yield gaps_chart(coverage_gaps(*tables, sites=SITES), breaks, rehearsal=rehearsal)


def test_every_chart_marks_the_breaks_and_tells_its_numbers(
    searched_months: Tables, breaks: pd.DataFrame
) -> None:
    """Live and static figure, caption with the breaks, words with a number of the chart."""
    for shown in _charts(searched_months, breaks, rehearsal=False):
        document = _document(shown)
        assert "offset came" in document
        assert "never drawn" not in document
        assert "1 February 2023: offset came" in html.unescape(shown.block)
        assert "data:image/svg+xml;base64," in shown.block
        assert re.search(r"\d+ (acquired|days)", shown.text)


def test_every_chart_of_a_rehearsal_says_so(searched_months: Tables, breaks: pd.DataFrame) -> None:
    """Caption and words begin with it; a chart without it would pass for an observation."""
    for shown in _charts(searched_months, breaks, rehearsal=True):
        assert shown.text.startswith("REHEARSAL")
        assert "<figcaption>REHEARSAL" in shown.block


def test_charts_without_any_search_are_a_sentence(no_search: Tables, breaks: pd.DataFrame) -> None:
    """Without data, a sentence replaces the chart."""
    _, months, blind = _charts(no_search, breaks, rehearsal=False)
    assert months.text.startswith("No month was searched for Sentinel-2 yet")
    assert blind.text.startswith("No site was searched yet")
    assert "<figure" not in months.block + blind.block


def test_months_chart_says_what_was_lost(searched_months: Tables, breaks: pd.DataFrame) -> None:
    """Each loss has its pattern and its word; an image that failed to load is not a cloudy one."""
    shown = months_chart(months_of(searched_months), breaks, sensor="sentinel-2", rehearsal=False)
    assert "level lines, lost: cloud" in shown.text
    assert "crosses, lost: failed, http" in shown.text
    assert "cloud 1; failed, http 1" in _document(shown)


def test_months_chart_gathers_rare_losses(breaks: pd.DataFrame) -> None:
    """More reasons than patterns: the rare ones share one that says so."""
    looks = [
        unusable_row(f"2023-01-{day:02}", f"reason {day}: because", item_id=f"X{day}")
        for day in range(1, 7)
    ]
    tables = coverage_tables(looks, [made_up_search("2023-01-01", "2023-01-31", 6)])
    shown = months_chart(months_of(tables), breaks, sensor="sentinel-2", rehearsal=False)
    assert shown.text.count("lost: reason") == 3
    assert "lost: anything else" in shown.text


def test_charts_show_code_as_text(breaks: pd.DataFrame) -> None:
    """A reason that looks like a script starts no tag."""
    tables = coverage_tables(
        [unusable_row("2023-01-10", NASTY)], [made_up_search("2023-01-01", "2023-01-31", 1)]
    )
    nasty = breaks.assign(what=NASTY)
    for shown in _charts(tables, nasty, rehearsal=False):
        assert "<script>alert" not in shown.block


# The notebook through the press, in both states.


@pytest.mark.slow
def test_charts_give_the_same_bytes_twice(searched_months: Tables, breaks: pd.DataFrame) -> None:
    """Neither clock nor chance stands in a chart."""
    one, other = (
        [shown.block for shown in _charts(searched_months, breaks, rehearsal=False)]
        for _ in range(2)
    )
    assert one == other


def test_charts_of_many_sites_draw_the_first(no_search: Tables, breaks: pd.DataFrame) -> None:
    """A chart stays readable and light; it says what it leaves to the file."""
    sites = {f"s{i}": f"Site {i}" for i in range(MAX_SITES + 3)}
    table = monthly_coverage(
        *no_search, sites=sites, sensors=["sentinel-2"], period=("2023-01", "2023-02")
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


@pytest.mark.slow
@pytest.mark.parametrize("state", ["now", "rehearsed"])
def test_notebook_is_true_in_both_states(project: Any, searched_months: Tables, state: str) -> None:
    """The press runs it as it is, with no image and with rehearsed ones."""
    if state == "rehearsed":
        looks, searches = (each.assign(label="rehearsal") for each in searched_months)
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
