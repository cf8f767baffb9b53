"""Ships in one image: free by radar, and the sweep within an outline, on simulated images."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from skytally.core import DataError, evidence_line_name_constants as n
from skytally.imagery.measure import radar_ships_on_open_water
from skytally.imagery.pipeline.detection_limit_summaries import CARDS
from skytally.imagery.pipeline.measured_line_kinds import LINE_KINDS
from skytally.imagery.pipeline.measured_lines_for_notebook import CARDS_OF_PLACE
from skytally.imagery.pipeline.measures_with_references_and_injection_per_outline import (
    SETUPS,
    set_up,
)
from skytally.imagery.pipeline.outline_masks_and_track_lines import outline_area
from skytally.imagery.simulate import inject_anchored_radar_ship
from skytally.imagery.simulate.object_injection import InjectionArea
from skytally.imagery.simulate.radar_berth_images import RadarHarbour, radar_cube, radar_masks
from skytally.imagery.simulate.rehearsal_port_yard_and_depot import BANDS, rehearsed_site
from skytally.imagery.sites import CONFIRMED, Grid, Outline, Site

EMPTY = RadarHarbour(3, n_looks=3, rows=72, columns=96, occupancy=0.0)


@pytest.fixture(scope="module")
def sea() -> tuple[xr.Dataset, np.ndarray]:
    """Simulate three radar images of a harbour without a ship; return its open water, too."""
    return radar_cube(EMPTY)[0], radar_masks(EMPTY)["openwater"]


def test_radar_finds_a_strong_ship_and_nothing_on_empty_sea(
    sea: tuple[xr.Dataset, np.ndarray],
) -> None:
    """No target on empty water; a ship of a usual cross section is one, with its bounds."""
    cube, water = sea
    empty = list(radar_ships_on_open_water(cube, water))
    assert [row.state for row in empty] == [n.NOTHING_SEEN] * 3
    assert [(row.low, row.high) for row in empty] == [(0.0, 1.0)] * 3
    rng = np.random.default_rng(1)
    look, truth = inject_anchored_radar_ship(
        cube.isel(time=1), InjectionArea(water), 120.0, 44.0, rng
    )
    (row,) = radar_ships_on_open_water([look], water)
    assert row.low <= truth <= row.high
    assert row.value == truth
    assert row.flags == ("no-history",)


def test_a_long_ship_does_not_hide_itself(sea: tuple[xr.Dataset, np.ndarray]) -> None:
    """Ships of 200 m and a usual cross section are found: they do not count as rough sea."""
    cube, water = sea
    rng = np.random.default_rng(2)
    found = 0
    for time in range(3):
        look, _ = inject_anchored_radar_ship(
            cube.isel(time=time), InjectionArea(water), 200.0, 38.0, rng
        )
        (row,) = radar_ships_on_open_water([look], water)
        found += row.state == n.COUNTED
    assert found == 3


def test_radar_says_what_was_not_read(sea: tuple[xr.Dataset, np.ndarray]) -> None:
    """Water outside the swath is unclear with its share, never empty; a mask of nothing refused."""
    cube, water = sea
    half = cube.isel(time=[0]).copy(deep=True)
    half["gamma0"][..., 60:] = np.nan
    (row,) = radar_ships_on_open_water(half, water)
    assert row.state == n.UNCLEAR
    assert "of the open water was read" in row.reason
    few = np.zeros_like(water)
    few[:3, -3:] = True
    (row,) = radar_ships_on_open_water(cube.isel(time=[0]), few)
    assert "9 pixels of open water; 200 are needed" in row.reason
    with pytest.raises(DataError, match="the open water lies outside the cube"):
        list(radar_ships_on_open_water(cube, np.zeros_like(water)))


def test_every_kind_of_line_has_its_card_and_its_setup() -> None:
    """A line of a page is set up and has a summary of what it would have found."""
    cards = {kind.card for kind in LINE_KINDS}
    assert set(SETUPS) == cards
    assert cards <= set(CARDS)
    shown = {card for place in CARDS_OF_PLACE.values() for card in place}
    assert cards <= shown


def _port() -> tuple[Site, list[xr.Dataset]]:
    """Draw the port of the rehearsal, with one image before the study and two after it."""
    grid = Grid(32652, (500_040, 4_700_040, 503_040, 4_703_040))
    berth = Outline("berth", "made-up berth", {}, "made up", 5.0, CONFIRMED, 60.0)
    bare = Site("made-up", "Made-up port", "XX", 9.0, grid, (berth,), "evidence", 5.0, "")
    site, place = rehearsed_site(bare, 1, 2, seed=4, step_days=2.0, status=CONFIRMED)
    west, _, _, north = site.grid.bounds
    rows, columns = place.shape
    looks = [
        xr.Dataset(
            {"reflectance": (("band", "y", "x"), image.astype(np.float32))},
            coords={
                "band": list(BANDS), "y": north - 5.0 - 10.0 * np.arange(rows),
                "x": west + 5.0 + 10.0 * np.arange(columns), "item_id": f"made-up-{i}",
                "time": np.datetime64("2023-07-30", "ns") + np.timedelta64(2 * i, "D"),
            },
        ).rio.write_crs(site.grid.epsg)
        for i, image in enumerate(place.images)
    ]  # fmt: skip
    return site, looks


def test_sweep_counts_what_lies_in_its_outline() -> None:
    """The ship at anchor counts on the roads and not at the berth; no earlier image is needed."""
    site, looks = _port()
    outlines = {outline.kind: outline for outline in site.outlines}
    found = {}
    for kind in LINE_KINDS:
        if kind.card in ("harbour-sentinel-2", "alongside-sentinel-2"):
            area = outline_area(site, outlines[kind.outline_kind], gsd=10.0)
            cut = [look.isel(y=area.window[0], x=area.window[1]) for look in looks]
            setup = set_up(kind, area, lambda: iter([]), np.datetime64("2023-08-01", "ns"))
            found[kind.card] = [row.value for row in setup.measure(cut)]
    assert found["harbour-sentinel-2"] == [0.0, 0.0, 1.0]
    assert found["alongside-sentinel-2"][0] == 0.0
