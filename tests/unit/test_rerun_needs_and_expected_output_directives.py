"""Directives of the page on rerunning: what the examples print is computed, and is true."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skytally.core import DataError
from skytally.press.sphinx_ext import rerun_needs_and_expected_output_directives
from skytally.press.sphinx_ext.rerun_needs_and_expected_output_directives import (
    ChartAgain,
    LoadAgain,
    RerunNeeds,
    SettingExample,
    ShareAgain,
    chart_line,
    finding_with,
    load_lines,
    share_sentence,
)
from tests.support.directives_without_page import bare

ROOT = Path(__file__).resolve().parents[2]
SHARE = "port-imagery.share_of_imaged_days"
LOAD_KEY = "official-claims.shells_if_osc"
CHANCE = "rail-counts.chance_of_surge"


def _page(name: str) -> str:
    return (ROOT / f"book/{name}.md").read_text(encoding="utf-8")


def test_lines_of_the_first_recipe_print_what_the_page_says(tmp_path: Path) -> None:
    """The lines, run in a folder with the two files alone, print the sentence."""
    script = re.findall(r"```python\n(.*?)```", _page("rerun"), re.DOTALL)[0]
    for name in ("findings/port-imagery.csv", "record/voyage_counts.csv"):
        shutil.copy(ROOT / "data" / name, tmp_path)
    run = subprocess.run(
        [sys.executable, "-I", "-c", script],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout == share_sentence(SHARE) + "\n"
    assert f"```{{share-again}} {SHARE}\n" in _page("rerun")
    assert share_sentence(SHARE) in bare(ShareAgain, arguments=(SHARE,)).html()


@pytest.mark.parametrize("key", ["port-imagery.imaged_days", "port-imagery.nothing"])
def test_what_is_no_share_is_refused(key: str) -> None:
    """A finding of another kind, or none, has no share to compute."""
    with pytest.raises(DataError, match="is no share"):
        share_sentence(key)


def test_lines_on_the_rerun_page_print_the_products(tmp_path: Path) -> None:
    """The second exercise, run with its two files alone, prints what the page says."""
    after = _page("rerun").partition("### Multiply containers by shells")[2]
    script = re.findall(r"```python\n(.*?)```", after, re.DOTALL)[0]
    for name in ("voyage_counts.csv", "official_claims.csv"):
        shutil.copy(ROOT / "data/record" / name, tmp_path)
    run = subprocess.run(
        [sys.executable, "-I", "-c", script],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.splitlines() == load_lines(LOAD_KEY)
    assert f"```{{load-again}} {LOAD_KEY}\n" in after
    assert load_lines(LOAD_KEY)[1] in bare(LoadAgain, arguments=(LOAD_KEY,)).html()


def test_what_is_no_load_is_refused() -> None:
    """A share is no product of containers and shells."""
    with pytest.raises(DataError, match="is no load"):
        load_lines(SHARE)


CHART = """\
line,first_day,last_day,value,low,high,unit,counter
a.quay,2024-01-02,2024-01-02,300,250,350,containers,a
a.quay,2024-02-02,2024-02-02,0,0,0,containers,a
b.quay,2024-03-04,2024-03-05,,54,198,containers,b
,2024-05-13,2024-05-13,,,,containers,b
"""


def test_lines_of_the_third_recipe_draw_the_chart_and_print_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines, run beside the file alone, leave a picture; a range without a number is drawn."""
    after = _page("rerun").partition("## Draw a chart again")[2]
    script = re.findall(r"```python\n(.*?)```", after, re.DOTALL)[0]
    folder = tmp_path / "port-imagery" / "data"
    folder.mkdir(parents=True)
    (folder / "port-imagery.containers.csv").write_text(CHART, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", script],
        cwd=folder, capture_output=True, text=True, check=True, env={"MPLBACKEND": "agg"},
    )  # fmt: skip
    monkeypatch.setattr(
        rerun_needs_and_expected_output_directives, "lines_folder", lambda: tmp_path
    )
    assert run.stdout == chart_line("port-imagery.containers") + "\n"
    assert run.stdout.startswith("3 rows with a number, 1 without; highest 300")
    assert (folder / "containers.png").read_bytes().startswith(b"\x89PNG")
    assert "```{chart-again} port-imagery.containers\n" in after
    assert "highest 300" in bare(ChartAgain, arguments=("port-imagery.containers",)).html()
    with pytest.raises(DataError, match="no file port-imagery"):
        chart_line("port-imagery.nothing")


def test_setting_of_the_page_is_that_of_its_parameter_file() -> None:
    """The table under the steps is about the very line that the reader writes."""
    page = _page("rerun")
    (line,) = re.findall(r"```yaml\n(.*?)\n```", page)
    assert f"```{{setting-example}}\n{line}\n" in page


def test_more_sites_watched_give_a_higher_limit(tmp_path: Path) -> None:
    """Twice the sites allow up to twice the chance; the value in use gives the limit in use."""
    now, more = (finding_with(CHANCE, "sites_watched", count) for count in (4, 8))
    assert now.high < more.high <= 2 * now.high * 1.05
    shown: Any = bare(SettingExample, srcdir=str(tmp_path))
    shown.content = ["sites_watched: 8", CHANCE]
    known = [{"key": CHANCE, "said": now.said}]
    (tmp_path / "findings.json").write_text(json.dumps(known), encoding="utf-8")
    assert now.said in shown.html()
    assert more.said in shown.html()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (["sites_watched"], "write name: number"),
        (["sites_watched: 8"], "write name: number"),
        (["sites_watched: 8", "rail-counts.nothing"], "no finding rail-counts.nothing"),
        (["sites: 8", CHANCE], "no parameter sites"),
    ],
)
def test_setting_that_cannot_be_shown_is_refused(
    tmp_path: Path, content: list[str], said: str
) -> None:
    """A line that is no setting, an unknown finding and an unknown parameter are named."""
    shown: Any = bare(SettingExample, srcdir=str(tmp_path))
    shown.content = content
    known = [{"key": CHANCE, "said": "x"}]
    (tmp_path / "findings.json").write_text(json.dumps(known), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        shown.html()


def test_needs_of_a_rerun(tmp_path: Path) -> None:
    """Downloads are named where the site has them; Python is that of the project."""
    assert "project.zip" not in bare(RerunNeeds, srcdir=str(tmp_path)).html()
    (tmp_path / "project.zip").write_bytes(b"0" * 3_600_000)
    said = bare(RerunNeeds, srcdir=str(tmp_path)).html()
    assert "project.zip</a> (3.6 MB" in said
    assert "Python 3.11 or newer" in said
    assert "GB" in said
    assert re.search(r"measured on \d{4}-\d\d-\d\d\)", said)
