"""How often free satellites pass: the chance follows from stay and days, and every row names it."""

from __future__ import annotations

import re

import pytest

from skytally.core import DataError, data_registry, read_table
from skytally.press.sphinx_ext import free_satellite_image_capability_directives
from skytally.press.sphinx_ext.free_satellite_image_capability_directives import (
    NOT_TRIED,
    READABLE,
    STAY,
    FreeImages,
    RefreshSize,
    SatellitePasses,
    chance_of_pass,
    combined,
    found_in_simulations,
)
from tests.support.directives_without_page import bare


def test_a_stay_as_long_as_the_gap_always_meets_a_pass() -> None:
    """The chance grows with the stay, and ends at certainty."""
    assert chance_of_pass(1.5, 6.0) == pytest.approx(0.25)
    assert chance_of_pass(6.0, 6.0) == chance_of_pass(9.0, 6.0) == 1.0


def test_a_sensor_without_simulations_says_so() -> None:
    """No number stands where nothing was tried."""
    table = free_satellite_image_capability_directives.results("simulated_recall_and_bias")
    assert found_in_simulations(table, "modis") == NOT_TRIED
    assert re.fullmatch(r"\d+ to \d+ of \d+", found_in_simulations(table, "landsat"))


def test_more_satellites_pass_more_often_and_each_row_names_its_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The table has both stays of the finding, and a chance for each."""
    known = {STAY: {"low": 1.5, "high": 6.0}}
    monkeypatch.setattr(free_satellite_image_capability_directives, "findings", lambda _app: known)
    html = bare(SatellitePasses, docname="lines/coverage").html()
    passes = read_table(data_registry.path("satellite_repeat_cycles"))
    cells = re.findall(r"<td>\d+ percent</td>", html)
    assert len(cells) == 2 * len(passes)
    real = re.findall(r"<td>(\d+ of \d+ \(\d+ to \d+ percent\)|not tried)</td>", html)
    assert len(real) == len(passes)
    assert sum(each != NOT_TRIED for each in real) == sum(passes["sensor"] == "sentinel-2")
    assert "a stay of 1.5 days meets a pass" in html
    assert html.count("https://") == len(passes)
    halves = passes.pivot_table(index="sensor", columns="satellites", values="days")
    assert (halves[1] == 2 * halves[2]).all()


def test_passes_of_the_period_are_its_days_over_the_days_of_a_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the first day of the study to the end of the newest month, by the parameters."""
    given = {"port-imagery": {"study": "2024-01-01"}, "coverage": {"last": "2024-12"}}
    monkeypatch.setattr(
        free_satellite_image_capability_directives, "page_parameters", lambda: given
    )
    monkeypatch.setattr(free_satellite_image_capability_directives, "findings", lambda _app: {})
    html = bare(SatellitePasses, docname="lines/coverage").html()
    assert "passes of a place, 1 January 2024 to 31 December 2024" in html
    # 366 days, of 12, 6, 10, 5, 16 and 8 days each
    assert re.findall(r"<td>about (\d+)</td>", html) == ["30", "61", "37", "73", "23", "46"]


def test_a_whole_refresh_is_passes_times_one_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rajin, six by six kilometres: six bands of two bytes, 600 by 600 pixels, 4.32 MB."""
    given = {"coverage": {"last": "2019-12"}}
    monkeypatch.setattr(
        free_satellite_image_capability_directives, "page_parameters", lambda: given
    )
    html = bare(RefreshSize, arguments=("rajin",)).html()
    # 365 days, a pass every 5, 6 and 8 days
    assert "<td>about 73</td><td>4.3 MB</td><td>0.3 GB</td>" in html
    assert "<td>about 61</td><td>2.9 MB</td><td>0.2 GB</td>" in html
    assert "<td>about 46</td><td>0.5 MB</td><td>0.0 GB</td>" in html
    assert "<td>about 180</td><td></td><td>0.5 GB</td>" in html
    with pytest.raises(DataError, match="no site 'nowhere'"):
        bare(RefreshSize, arguments=("nowhere",)).html()


def test_ends_of_a_product_are_the_products_of_the_ends() -> None:
    """They are rounded outwards, and a product that is whole stays as it is."""
    assert combined((0.28, 1.0), (0.65, 0.76), (0.2803, 0.5205)) == (5, 40)
    assert combined((0.1, 0.7)) == (10, 70)


def test_the_box_has_real_ships_passes_cloud_and_their_product(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is known stands first; without a number of readable days there is no product."""
    known = {
        STAY: {"low": 1.5, "high": 6.0},
        READABLE: {"low": 50.0, "high": 60.0, "said": "50 to 60 percent"},
    }
    monkeypatch.setattr(free_satellite_image_capability_directives, "findings", lambda _app: known)
    html = bare(FreeImages, docname="lines/coverage").html()
    scores = read_table(data_registry.path("measurement_accuracy"))
    quay = scores[scores["note"].str.startswith("hulls beside a quay")].iloc[0]
    ships = int(quay["n"])
    assert f"found {round(float(quay['value']) * ships)} of {ships} (" in html
    low, high = 0.3 * 0.5 * float(quay["low"]), 0.6 * float(quay["high"])
    assert f"marked in {int(100 * low)} to {int(100 * high) + 1} percent" in html
    assert html.index("Railcars") < html.index("Never tried on this route")
    del known[READABLE]
    assert "together" not in bare(FreeImages, docname="lines/coverage").html()
