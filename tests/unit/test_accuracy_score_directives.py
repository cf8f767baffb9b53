"""The accuracy page: measures that evidence pages use first, all others apart."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from skytally.core import data_registry
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.table_reader import read_table
from skytally.press.sphinx_ext import accuracy_score_directives
from skytally.press.sphinx_ext.accuracy_score_directives import (
    ALONE,
    CAR_METRES,
    CARS,
    DRAWN,
    EARLIER,
    IN_USE,
    REAL,
    SIMULATED,
    UNUSED,
    AccuracyCharts,
    AccuracyTable,
    PlainScore,
    RailLengthError,
    SideBySideTable,
    SweepChecks,
    scores_of,
    simulated,
    size_of_count,
)
from skytally.press.sphinx_ext.benchmark_result_reader import results
from tests.support.directives_without_page import bare

ROOT = Path(__file__).resolve().parents[2]


def test_scores_of_splits_every_row_by_use() -> None:
    """Each row stands in one of the two parts, and each measure in one alone."""
    used, unused = scores_of(IN_USE), scores_of(UNUSED)
    assert len(used) + len(unused) == len(scores_of(""))
    assert len(used)
    assert len(unused)
    assert not set(used["measure"]) & set(unused["measure"])
    lead = {"ships in one look", "ships at sea, radar", "ships at berth, optical", "reach"}
    assert lead <= set(used["measure"])
    assert "change" in set(unused["measure"])


def test_evidence_pages_of_measures_exist() -> None:
    """A measure is used by a page of this book, not by a name that nobody printed."""
    pages = read_table(data_registry.path("evidence_pages_by_measure"))["pages"]
    names = {page for cell in pages for page in cell.split()}
    assert names <= {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_scores_of_refuses_a_measure_of_unknown_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """A benchmark of a new measure cannot slip into either part unseen."""
    table = pd.DataFrame({"measure": ["change points", "smoke", "smoke"]})
    monkeypatch.setattr(accuracy_score_directives, "results", lambda _: table)
    with pytest.raises(DataError, match=r"1 fault\n.*no row 'smoke'; add it, with the pages"):
        scores_of(IN_USE)


def test_unused_measures_have_tables_and_charts_of_their_own() -> None:
    """Anchors and charts differ, so that both parts stand on one page."""
    used, unused = (bare(AccuracyTable, measures=word).html() for word in (IN_USE, UNUSED))
    assert 'id="table-measurement_accuracy"' in used
    assert 'id="table-measurement_accuracy-unused"' in unused
    assert '<th scope="row">change</th>' not in used
    assert '<th scope="row">change</th>' in unused
    assert 'id="table-side-by-side-unused"' in bare(SideBySideTable, measures=UNUSED).html()
    charts = [bare(AccuracyCharts, measures=word).html() for word in (IN_USE, UNUSED)]
    assert all("<figure" in each for each in charts)
    assert len(set(charts)) == 2


def test_best_of_several_methods_is_bold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Highest or lowest as the score wants it; a method alone is no winner."""
    rows = [
        ("a", "recall", "0.5"), ("b", "recall", "0.7"), ("a", "mean error", "3"),
        ("b", "mean error", "2"), ("a", "precision", "0.9"), ("a", "seconds", "1"),
        ("b", "seconds", "2"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["method", "metric", "value"]).assign(
        measure="change points", dataset="d", low="", high="", n="1", note="", date="2026-11-22"
    )
    monkeypatch.setattr(accuracy_score_directives, "results", lambda _: table)
    assert re.findall("<strong>(.*?)</strong>", bare(AccuracyTable).html()) == ["0.7", "2"]


def test_a_method_tried_in_several_settings_stands_in_its_best(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The detection of one setting never stands beside the false alarms of another."""
    rows = [
        ("berth", metric, value, "") for metric, value in (("recall", "0.9"), ("false alarms", "0"))
    ] + [
        ("b", "recall", "0.7", "0 m"), ("b", "false alarms", "0.4", "0 m"),
        ("b", "recall", "0", "30 m"), ("b", "false alarms", "0", "30 m"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["method", "metric", "value", "note"]).assign(
        measure="radar", dataset="d", low="", high=""
    )
    monkeypatch.setattr(accuracy_score_directives, "results", lambda _: table)
    html = bare(SideBySideTable).html()
    assert html.count("b (0 m)") == 2
    assert "b (30 m)" not in html


def test_the_page_opens_with_a_few_lines_from_the_scores() -> None:
    """Berths first, and each number is that of a row of the results."""
    shown = str(bare(PlainScore).html())
    rows = re.findall(r"<tr>(<t[hd].*?)</tr>", shown, re.DOTALL)[1:]
    assert 6 <= len(rows) <= 8
    assert "a berth against earlier images" in rows[0]
    assert "railcars in a yard" in rows[-2]
    assert "stacks that cover" in rows[-1]
    assert all(SIMULATED in row for row in rows[-2:])
    # which images, and whose word the truth is, stand in every row
    for row in rows:
        images, truth = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[-2:]
        assert images.startswith(
            (f"{SIMULATED}, {EARLIER}", f"{REAL}, {EARLIER}", f"{REAL}, {ALONE}")
        )
        assert (truth == DRAWN) == images.startswith(SIMULATED)
        assert truth
    # the real berth was read without earlier images of it
    berth = next(row for row in rows if "Vancouver" in row)
    assert "earlier images of it" not in berth
    assert ALONE in berth
    assert "read by eye for this book" in berth
    assert sum("a single image" in row for row in rows) == 2
    ports = next(row for row in rows if "four labelled ports" in row)
    table = results("measurement_accuracy")
    same = (table[["measure", "dataset", "method"]] == [*accuracy_score_directives.PORTS]).all(
        axis=1
    )
    whole = table[same].drop_duplicates("metric").set_index("metric")
    found, marked = (int(whole.loc[word, "n"]) for word in ("recall", "precision"))
    right = round(float(whole.loc["precision", "value"]) * marked)
    assert f"of {found} labelled ships, of any length" in ports
    assert (
        f"marked {marked} objects; {marked - right} of its marks match no labelled ship (" in ports
    )
    on_hull = whole.loc["false objects on a labelled hull"]
    on = round(float(on_hull["value"]) * int(on_hull["n"]))
    assert f"percent): {on} of them lie on a labelled hull ({on_hull['note']}), and some" in ports
    low, high = (100 * float(whole.loc["recall", word]) for word in ("low", "high"))
    assert f"labelled ships, of any length ({low:.0f} to {high:.0f} percent)" in ports
    sentence = shown.partition("<table")[0]
    assert f"of {found} labelled ships, of any length ({low:.0f}" in sentence
    assert "Sentinel-2" in ports


def test_cars_and_stacks_have_the_numbers_of_the_simulation() -> None:
    """Found at high and at low contrast, and by how much the size is off, as the rows say."""
    shown = str(bare(PlainScore).html())
    table = simulated(results("simulated_recall_and_bias"), CARS)
    of_size = table[table["size"] == size_of_count(results("simulated_recall_and_bias"))]
    alike = of_size[of_size["contrast"] == 0].iloc[0]
    assert f"as bright as the ballast: {alike['found']} of {alike['looks']} images" in shown
    assert f"length at the median {-alike['bias']:,.0f} m too little" in shown


def test_length_of_a_train_is_too_short_to_settle_a_count() -> None:
    """The worst median error over the contrasts, in metres and in cars."""
    shown = str(bare(RailLengthError).html())
    table = simulated(results("simulated_recall_and_bias"), CARS)
    of_size = table[table["size"] == size_of_count(results("simulated_recall_and_bias"))]
    short = -of_size["bias"].min()
    assert f"up to {short:,.0f} m too short" in shown
    assert f"as much as {short / CAR_METRES:.0f} cars take" in shown
    assert "as many as were counted in October 2023" in shown


def test_what_painting_gives_and_what_a_grid_moves_is_said_from_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which outline knew the ships is said; a count that moves by a tenth is called so."""
    columns = ["method", "metric", "value", "n", "note"]
    rows = [
        ("sweep", "precision", "0.5", "64", ""), ("sweep", "recall", "0.5", "64", ""),
        ("sweep, painted", "precision", "0.75", "64", "bound: displaced by 0 pixels"),
        ("sweep, painted", "recall", "0.5", "64", "bound: displaced by 0 pixels"),
        ("sweep, painted", "precision", "0.25", "64", "bound; each port left out of its own step"),
        ("sweep, painted", "recall", "0.75", "64", "bound; each port left out of its own step"),
        ("sweep", "change of count with the grid", "-0.02", "50", "cut: 49 for 50"),
        ("sweep", "change of count with the grid", "-0.12", "50", "blurred: 44 for 50"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns).assign(
        measure="ships in one look", dataset="four labelled ports", low="", high=""
    )
    monkeypatch.setattr(accuracy_score_directives, "results", lambda _: table)
    shown = str(bare(SweepChecks).html())
    assert "32 of 64 ships found and 32 of 64 of the marks right without painting" in shown
    assert "48 of 64 ships found and 16 of 64 of the marks right with an outline that" in shown
    assert "which is a bound" in shown
    assert "cut, 49 objects for 50; blurred, 44 objects for 50" in shown
    assert "by a tenth or more on 1 of 2 grids, only where the image was blurred" in shown
    assert "own water mask" not in shown


def test_our_own_method_with_help_is_no_other_method() -> None:
    """What has an outline that no site has stands beside nobody."""
    shown = str(bare(SideBySideTable, measures=IN_USE).html())
    assert "painted" not in shown
    assert "the intervals overlap" in shown
    assert "<details>" in shown
    assert "painted" in str(bare(AccuracyTable, measures=IN_USE).html())
