"""How often free satellites pass: the chance follows from stay and days, and every row names it."""

from __future__ import annotations

import re

import pytest

from skytally.core import data_registry, read_table
from skytally.press.sphinx_ext import satellite_revisit_and_stay_directive
from skytally.press.sphinx_ext.satellite_revisit_and_stay_directive import (
    NOT_TRIED,
    STAY,
    SatellitePasses,
    chance_of_pass,
    found_in_simulations,
)
from tests.support.directives_without_page import bare


def test_a_stay_as_long_as_the_gap_always_meets_a_pass() -> None:
    """The chance grows with the stay, and ends at certainty."""
    assert chance_of_pass(1.5, 6.0) == pytest.approx(0.25)
    assert chance_of_pass(6.0, 6.0) == chance_of_pass(9.0, 6.0) == 1.0


def test_a_sensor_without_simulations_says_so() -> None:
    """No number stands where nothing was tried."""
    table = satellite_revisit_and_stay_directive.results("simulated_recall_and_bias")
    assert found_in_simulations(table, "modis") == NOT_TRIED
    assert re.fullmatch(r"\d+ to \d+ of \d+", found_in_simulations(table, "landsat"))


def test_more_satellites_pass_more_often_and_each_row_names_its_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The table has both stays of the finding, and a chance for each."""
    known = {STAY: {"low": 1.5, "high": 6.0}}
    monkeypatch.setattr(satellite_revisit_and_stay_directive, "findings", lambda _app: known)
    html = bare(SatellitePasses, docname="lines/coverage").html()
    passes = read_table(data_registry.path("satellite_repeat_cycles"))
    assert html.count("percent") == 2 * len(passes)
    assert "a stay of 1.5 days meets a pass" in html
    assert html.count("https://") == len(passes)
    halves = passes.pivot_table(index="sensor", columns="satellites", values="days")
    assert (halves[1] == 2 * halves[2]).all()
