"""Titles of charts: filled from findings, linked to their cards, and refused where typed."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from skytally.core import DataError, data_registry, read_table
from skytally.figures.chart_titles_from_findings import (
    chart_title,
    drawn_period,
    read_chart_titles,
    titles_of,
)
from skytally.figures.value_lane_and_bar_charts import values_chart
from skytally.findings import evaluate, read_declarations
from skytally.record import with_derived_columns
from tests.support.parsed_charts import document, models

CHARTS = data_registry.path("chart_titles").parent
PEAK = {"key": "a.peak", "said": "about 9 <ships>", "when": "2 May 2024", "level": 0.9}
WORDS = "The most seen: {f}`a.peak` ({f-when}`a.peak`)"


def test_title_quotes_number_level_and_date_and_links_each_to_its_card() -> None:
    """What is quoted is text, leads to the card, and keeps the level of its interval."""
    title = chart_title([PEAK], WORDS, "Ships at <one> pier")
    assert title.words == "The most seen: about 9 <ships> (90 % interval) (2 May 2024)"
    shown = title.html(["", "May 2024"])
    assert shown.count('href="../cards/finding/a.peak.html"') == 2
    assert "about 9 &lt;ships&gt;</a> (90 % interval)" in shown
    assert "Ships at &lt;one&gt; pier · May 2024" in shown
    assert html.unescape(re.sub(r"<[^>]+>", "", title.markup)) == title.words


def _table(folder: Path, *rows: str) -> Path:
    shutil.copyfile(CHARTS / "chart_titles.dictionary.csv", folder / "chart_titles.dictionary.csv")
    path = folder / "chart_titles.csv"
    path.write_text("\n".join(["id,headline,subtitle", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("a.c,At most 73 cars: {f}`a.peak`,Cars", "'73' is a typed number"),
        ("a.c,Many: {f}`a.peak`,Cars in 2024", "'2024' is a typed number"),
        ("a.c,Many \uff5bf\uff5d: {f}`a.peak`,Ships", "'\uff5b' that names nothing"),
        ("a.c,Many {f}: {f}`a.peak`,Ships", "'{' that names nothing"),
        ("a.c,Many ships were seen,Ships", "quotes no finding"),
        ("a.c,Many: {f}`a.gone`,Ships", r"no finding 'a\.gone'"),
        ("chart,Many: {f}`a.peak`,Ships", "write the page, a dot and the name of the chart"),
    ],
)
def test_table_of_titles_refuses_what_is_typed_or_not_there(
    tmp_path: Path, row: str, found: str
) -> None:
    """A typed number, a title without a finding, an unknown one, and no chart."""
    with pytest.raises(DataError, match=found):
        read_chart_titles(_table(tmp_path, row), keys={"a.peak"})


def test_all_faults_of_the_table_are_told_at_once(tmp_path: Path) -> None:
    """Two faulty rows are two faults of one message."""
    path = _table(tmp_path, "a.c,Many ships,Ships", "a.d,Five: {f}`a.gone`,Ships")
    with pytest.raises(DataError, match=r"chart_titles\.csv: 2 faults"):
        read_chart_titles(path, keys={"a.peak"})


def test_a_title_that_asks_for_a_date_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finding without a date cannot fill one, and the page says where."""
    path = _table(tmp_path, f"a.ships,{WORDS},Ships")
    monkeypatch.setattr(data_registry, "path", lambda _: path)
    with pytest.raises(DataError, match=r"line 2.*\{f-when\}`a\.peak`"):
        titles_of("a", [PEAK | {"when": ""}])
    assert titles_of("a", [PEAK])["ships"].words.startswith("The most seen: about 9")
    assert titles_of("b", [PEAK]) == {}


def test_a_changed_row_changes_the_title_of_its_chart() -> None:
    """The containers chart says the new number once a row has a higher one."""
    folder = data_registry.path("key_dates").parents[1]
    tables = {
        name: read_table(folder / "record" / f"{name}.csv")
        for name in ("quay_stocks", "scopes", "counters", "sources", "same_observation")
    }
    key = "port-imagery.containers_highest"
    declared = read_declarations([folder / "findings" / "port-imagery.csv"])
    wanted = [each for each in declared if each.key == key]
    row = read_table(CHARTS / "chart_titles.csv").set_index("id").loc["port-imagery.containers"]

    def title(stocks: pd.DataFrame) -> str:
        found = evaluate(
            wanted, with_derived_columns({**tables, "quay_stocks": stocks}), parameters={}
        )
        return chart_title(found, row["headline"]).words

    before = tables["quay_stocks"]
    after = before.assign(value=before["value"].where(before["id"] != "P011", 4321.0))
    assert (before["id"] == "P011").any()
    assert "4,321 containers" not in title(before)
    assert "4,321 containers" in title(after)


def test_chart_carries_its_title_over_both_twins_and_shared_words_under_it(
    one_line: Callable[..., xr.Dataset],
) -> None:
    """One title in the page, read by a screen reader, and none inside the pictures."""
    lines = {key: one_line({"value": 5.0, "day": "2024-05-02"}) for key in ("csis.rajin", "csis.b")}
    titles = {"ships": chart_title([PEAK], WORDS, "Ships")}
    shown = values_chart(lines, {}, name="ships", ylabel="ships", caption="Ships.", titles=titles)
    assert shown.block.count('class="sk-headline"') == 1
    assert shown.block.index("sk-headline") < shown.block.index("sk-live")
    assert "Ships · CSIS · May 2024" in html.unescape(shown.block)
    assert f'aria-label="{html.escape(titles["ships"].words)}"' in shown.block
    assert not any(each.get("text") for each in models(document(shown), "Title"))
    assert not models(document(shown), "SaveTool")


def test_period_of_marks_is_told_in_months() -> None:
    """From the first to the last mark; nothing where no mark has a day."""
    days = pd.DataFrame(
        {"x0": pd.to_datetime(["2023-10-05"]), "x1": pd.to_datetime(["2024-02-01"])}
    )
    assert drawn_period(days) == "October 2023 to February 2024"
    assert drawn_period(days.iloc[:0]) == ""
