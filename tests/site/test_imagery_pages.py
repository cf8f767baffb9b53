"""The blocks of the pages on own imagery: plans, providers, windows, and what was tried."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from skytally.core.errors import IntegrityError

ROOT = Path(__file__).resolve().parents[2]
NASTY = "</td><script>alert(1)</script>"


@pytest.fixture
def imagery() -> ModuleType:
    """Import the extension as Sphinx does."""
    return importlib.import_module("skytally.press.sphinx_ext.imagery_pages")


@pytest.fixture
def results() -> ModuleType:
    """Import the extension as Sphinx does."""
    return importlib.import_module("skytally.press.sphinx_ext.results_pages")


def _bare(kind: Any) -> Any:
    """Give a directive without a page around it."""
    return object.__new__(kind)


@pytest.mark.parametrize("name", ["FaultsTable", "CrashesTable"])
def test_trials_that_were_not_run_are_said(
    results: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Without its table the page says so and shows no empty one."""
    monkeypatch.setattr(results.registry, "entries", dict)
    shown = _bare(getattr(results, name)).html()
    assert "not tried on this copy yet" in shown
    assert "<table" not in shown


def test_trials_are_counted_and_the_feared_outcomes_named(
    results: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outcomes are counted, the commonest first; those that must not occur stand there as zero."""
    row = {"where": "w", "how_often": "once", "detail": NASTY, "date": "2026-11-22"}
    table = pd.DataFrame(
        [
            {"case": "hang", "outcome": "recovered", **row},
            {"case": "reset", "outcome": "recovered", **row},
            {"case": "503", "outcome": "failed with its reason", **row},
        ]
    )
    monkeypatch.setattr(results, "_results", lambda _: table)
    monkeypatch.setattr(results.registry, "entries", lambda: {"faults": {}})
    shown = _bare(results.FaultsTable).html()
    assert (
        "3 cases: recovered: 2, failed with its reason: 1, SILENT WRONG PIXELS: 0, HUNG: 0."
    ) in shown
    assert "<script>" not in shown
    assert "(run on 2026-11-22)" in shown


def test_windows_table_reckons_what_a_look_takes(imagery: ModuleType) -> None:
    """A window of six by six kilometres has 600 by 600 pixels, six bands, two bytes each."""
    shown = _bare(imagery.WindowsTable).html()
    assert '<th scope="row">Rajin</th><td>6 by 6 km</td><td>EPSG:32652</td>' in shown
    assert "<td>4.3 MB</td>" in shown


def test_twins_table_gives_each_twin_its_reason_and_its_source(imagery: ModuleType) -> None:
    """Every twin stands there by its label, and nothing of the evidence does."""
    shown = _bare(imagery.TwinsTable).html()
    for site in imagery.sites().values():
        assert (f'<th scope="row">{site.name}</th>' in shown) == site.is_twin
    assert "geonameid 2012646 (CC-BY-4.0)" in shown
    assert "<td>4,000 m</td>" in shown


def test_providers_table_shows_addresses_and_no_secret(imagery: ModuleType) -> None:
    """Each row says where it is asked and what it wants; nothing in it is a credential."""
    shown = _bare(imagery.ProvidersTable).html()
    assert "https://earth-search.aws.element84.com/v1" in shown
    assert "sentinel-2-c1-l2a" in shown
    assert "a token, fetched for you" in shown


def test_plan_without_looks_says_that_there_are_none(
    imagery: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The plan is drawn, its file lies beside, and the caption says what is missing."""
    monkeypatch.setenv("SKYTALLY_SCENES", str(tmp_path / "nowhere"))
    site = imagery.sites()["khasan"]
    shown = _bare(imagery.SitePlans)._section(site, tmp_path)
    assert (tmp_path / "khasan.svg").is_file()
    assert 'src="_static/plans/khasan.svg"' in shown
    assert "no usable look is stored here yet" in shown
    assert 'href="data/sites/khasan.geojson"' in shown
    assert shown.count("to be confirmed on imagery") >= 2 * len(site.outlines)


def test_plan_shows_names_as_text(imagery: ModuleType, tmp_path: Path) -> None:
    """An outline's name that looks like a tag is shown, not run."""
    site = imagery.sites()["khasan"]
    outlines = (replace(site.outlines[0], name=NASTY),)
    shown = _bare(imagery.SitePlans)._section(replace(site, outlines=outlines), tmp_path)
    assert "<script>" not in shown


def test_damaged_look_stops_the_page_with_its_message(
    imagery: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chip that is not what was stored is a warning, which stops the build, and no picture."""

    def damaged(self: Any) -> str:
        message = "rajin/L1.tif: not what was stored"
        raise IntegrityError(message)

    told = []

    class Reporter:
        def warning(self, message: str, *, line: int) -> str:
            told.append((message, line))
            return message

    class Document:
        reporter = Reporter()

    class State:
        document = Document()

    monkeypatch.setattr(imagery.SitePlans, "html", damaged)
    directive = _bare(imagery.SitePlans)
    directive.state, directive.lineno = State(), 7
    assert directive.run() == ["rajin/L1.tif: not what was stored"]
    assert told == [("rajin/L1.tif: not what was stored", 7)]
