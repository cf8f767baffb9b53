"""The about page: contact, badge, files to download."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.findings.quote_ratio_share_estimate_findings import row_of, share
from skytally.press.site_build_and_swap import _copy_tables
from skytally.press.sphinx_ext import contact_badge_and_download_directives
from skytally.press.sphinx_ext.contact_badge_and_download_directives import Contact, DataFiles
from tests.support.directives_without_page import bare


def test_without_a_repository_the_page_says_that_no_contact_is_set() -> None:
    """Nothing is invented, and a reader learns whom to ask instead."""
    shown = str(bare(Contact).html())
    assert "No repository and no contact address are set" in shown
    assert "<a " not in shown


def test_with_a_repository_the_page_links_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one setting of the configuration is the contact."""
    about = {"repository": "https://example.org/book?a=1&b=2"}
    monkeypatch.setattr(contact_badge_and_download_directives, "book_details", lambda: about)
    assert 'href="https://example.org/book?a=1&amp;b=2"' in bare(Contact).html()


def test_files_with_coordinates_come_first_and_every_table_is_listed(root: Path) -> None:
    """Positions, outlines, results and the whole record, each under its address in the site."""
    shown = str(bare(DataFiles).html())
    assert shown.index("data/record/sites.csv") < shown.index("cards.json")
    assert "data/sites/rajin.geojson" in shown
    tables = {path.name for path in (root / "data/record").glob("*.csv")}
    for name in tables:
        assert (f'href="data/record/{name}"' in shown) == (".dictionary" not in name), name


def test_definitions_of_findings_are_offered_with_their_dictionaries(root: Path) -> None:
    """What a number is made from can be had without the folder of the project."""
    shown = str(bare(DataFiles).html())
    made = {path.relative_to(root).as_posix() for path in (root / "data/findings").glob("*.csv")}
    offered = made | {"data/parameter_limits.csv", "data/charts/chart_titles.dictionary.csv"}
    assert [path for path in sorted(offered) if f'href="{path}"' not in shown] == []


def test_example_of_the_page_computes_a_share_from_two_downloads(
    root: Path, tmp_path: Path, table: Callable[[str], pd.DataFrame]
) -> None:
    """A reader with the two tables and Python gets the number of the page."""
    page = (root / "book/rerun.md").read_text("utf-8")
    code = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]
    for folder, name in (("findings", "port-imagery.csv"), ("record", "voyage_counts.csv")):
        _copy_tables(root / "data" / folder, tmp_path, pattern=name)
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    counts = table("voyage_counts")
    found = share("a.b", row_of([counts], "P002.2"), row_of([counts], "P002"), text="")
    (printed,) = re.findall(r"on ([\d.]+) percent of the days", run.stdout)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= float(printed) <= found.high
