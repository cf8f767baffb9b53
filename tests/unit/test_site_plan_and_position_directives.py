"""The blocks on the imaged sites: plans, windows, control sites, published points."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skytally.core.errors_and_fault_lists import IntegrityError
from skytally.press.sphinx_ext import site_plan_and_position_directives
from tests.support.directives_without_page import bare

NASTY = "</td><script>alert(1)</script>"


def test_windows_table_reckons_what_a_look_takes() -> None:
    """A window of six by six kilometres has 600 by 600 pixels, six bands, two bytes each."""
    shown = bare(site_plan_and_position_directives.WindowsTable).html()
    assert '<th scope="row">Rajin</th><td>6 by 6 km</td><td>EPSG:32652</td>' in shown
    assert "<td>4.3 MB</td>" in shown


def test_control_sites_table_gives_reason_and_source_of_each() -> None:
    """Every control site stands there by its label, and no site of the evidence does."""
    shown = bare(site_plan_and_position_directives.ControlSitesTable).html()
    for site in site_plan_and_position_directives.sites().values():
        assert (f'<th scope="row">{site.name}</th>' in shown) == site.is_control
    assert "geonameid 2012646 (CC-BY-4.0)" in shown
    assert "<td>4,000 m</td>" in shown


def test_positions_table_says_what_each_point_may_be_used_for() -> None:
    """A search window is called one, and each point names its source and licence."""
    shown = bare(site_plan_and_position_directives.PositionsTable).html()
    assert "<td>42.2268 N, 130.2850 E, within a radius of 700 m</td><td>position</td>" in shown
    assert (
        "<td>42.9020 N, 132.3570 E, within a radius of 2,500 m</td><td>search window</td>" in shown
    )
    assert "ODbL 1.0" in shown


def test_plan_without_looks_says_that_there_are_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The plan is drawn, its file lies beside, and the caption says what is missing."""
    monkeypatch.setenv("SKYTALLY_SCENES", str(tmp_path / "nowhere"))
    site = site_plan_and_position_directives.sites()["khasan"]
    shown = bare(site_plan_and_position_directives.SitePlans)._section(site, tmp_path)
    assert (tmp_path / "khasan.svg").is_file()
    assert 'src="_static/plans/khasan.svg"' in shown
    assert "no usable image is stored here yet" in shown
    assert 'href="data/sites/khasan.geojson"' in shown
    assert shown.count("to be confirmed on imagery") >= 2 * len(site.outlines)


def test_plan_shows_names_as_text(tmp_path: Path) -> None:
    """An outline's name that looks like a tag is shown, not run."""
    site = site_plan_and_position_directives.sites()["khasan"]
    outlines = (replace(site.outlines[0], name=NASTY),)
    shown = bare(site_plan_and_position_directives.SitePlans)._section(
        replace(site, outlines=outlines), tmp_path
    )
    assert "<script>" not in shown


def test_damaged_look_stops_the_page_with_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chip that is not what was stored is a warning, which stops the build, and no picture."""

    def damaged(self: Any) -> str:
        message = "rajin/L1.tif: not what was stored"
        raise IntegrityError(message)

    told = []

    class Reporter:
        def warning(self, message: str, *, line: int) -> str:
            told.append((message, line))
            return message

    monkeypatch.setattr(site_plan_and_position_directives.SitePlans, "html", damaged)
    directive = bare(site_plan_and_position_directives.SitePlans)
    directive.state.document.reporter, directive.lineno = Reporter(), 7
    assert directive.run() == ["rajin/L1.tif: not what was stored"]
    assert told == [("rajin/L1.tif: not what was stored", 7)]
