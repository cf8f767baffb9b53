"""The traps of METHODS section 3 that no other file of tests holds, and a census of all."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.clear_sky.stable_ground_and_water_masks import ring_mask
from skytally.imagery.cube.cube_image_iteration_and_grouping import Frame
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    RadarBerth,
    backscatter_rise,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import (
    references,
    single_reference,
)
from skytally.imagery.measure.ships import hull_fit
from skytally.imagery.measure.ships.berth_ships import ships_at_berth
from skytally.imagery.measure.ships.berth_water_anomalies import Berth
from skytally.imagery.simulate import optical_harbour_images, radar_berth_images, ship_drawing

PIXEL_TRAPS = range(1, 14)
"""Traps of pixels; T14 and T15 are of choice and of dates, tested where those are made."""


@pytest.mark.parametrize("number", PIXEL_TRAPS)
def test_each_trap_is_named_by_a_test(number: int) -> None:
    """Each trap of pixels is named by the docstring of a test that springs it."""
    folder = Path(__file__).parent
    held = "".join(each.read_text(encoding="utf-8") for each in folder.glob("test_*.py"))
    assert re.search(rf'"""[^"]*trap T{number}\b', held)


def test_radar_of_two_processors_is_never_one_series() -> None:
    """GRD beside RTC is refused, not compared (METHODS trap T5)."""
    cube, _ = radar_berth_images.radar_cube(
        radar_berth_images.RadarHarbour(1, n_looks=4, rows=24, columns=24)
    )
    mixed = cube.assign_coords(processor=("time", ["RTC", "RTC", "GRD", "GRD"]))
    with pytest.raises(DataError, match="make one cube a processor"):
        single_reference(mixed, variable="gamma0", layers=("vv", "vh"))


def test_radar_noise_is_no_ground() -> None:
    """An image of noise over a reference of less noise rises by nothing (METHODS trap T5)."""
    cube, _ = radar_berth_images.radar_cube(
        radar_berth_images.RadarHarbour(1, n_looks=9, rows=24, columns=24, occupancy=0.0)
    )
    dark = cube.copy(deep=True)
    dark["gamma0"].to_numpy()[...] = 1e-4
    made = single_reference(dark, variable="gamma0", layers=("vv", "vh"))
    everywhere = np.ones((24, 24), bool)
    frame = Frame(np.full((2, 24, 24), -26.0, np.float32), ("vv", "vh"), None, made.last, "", "",
                  10.0)  # fmt: skip
    assert backscatter_rise(frame, made, everywhere, everywhere).top == pytest.approx(0.0)


def test_radar_ghost_that_is_always_there_is_no_ship() -> None:
    """An echo of one orbit's geometry stands in its reference too (METHODS trap T7)."""
    harbour = radar_berth_images.RadarHarbour(
        3, n_looks=24, rows=48, columns=48, occupancy=0.0, cranes=0, empty_until=24
    )
    cube, table = radar_berth_images.radar_cube(harbour)
    where = radar_berth_images.radar_masks(harbour)
    rows, columns = np.nonzero(where["berth"])
    ghost = cube.copy(deep=True)
    ghost["gamma0"].to_numpy()[:, :, rows[:12], columns[:12]] += 0.5
    place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
    rises = []
    for held in (cube, ghost):
        made, backgrounds = learn_radar_background(held, place, until=table["time"].to_numpy()[16])
        late = held.isel(time=slice(16, None))
        looks = list(radar_ships_at_berth(late, place, references=made, backgrounds=backgrounds))
        assert sum(look.ships.value > 0 for look in looks) <= 1
        rises.append(np.median([look.backscatter_rise for look in looks]))
    assert rises[1] < rises[0] + 0.5


@pytest.fixture(scope="module")
def empty() -> tuple[xr.Dataset, Berth]:
    """Twelve clear images of an empty berth, and its outlines."""
    harbour = optical_harbour_images.Harbour(
        9, n_looks=12, rows=90, columns=96, cloud=0.0, haze=0.0, shadow=0.0, occupancy=0.0,
        cranes=0,
    )  # fmt: skip
    where = optical_harbour_images.harbour_masks(harbour)
    ring = ring_mask([where["berth"], where["quay"]], gsd=10.0) & where["land"]
    place = Berth(where["berth"], ring, where["openwater"], harbour.axis_deg)
    return optical_harbour_images.harbour_cube(harbour)[0], place


def test_shadow_over_the_berth_is_no_ship(empty: tuple[xr.Dataset, Berth]) -> None:
    """Dark water is no hull: no number where all water changed (METHODS trap T9)."""
    cube, place = empty
    made = references(cube, ring=place.ring)
    look = cube.isel(time=-1)
    shaded = look.assign(reflectance=look["reflectance"] * np.float32(0.75))
    (found,) = ships_at_berth(shaded, place, references=made)
    assert not found.ships.value > 0
    assert not found.hulls
    assert "shadow" in found.ships.flags
    assert "the open water has changed too" in found.ships.reason


def test_snow_flags_a_berth_and_does_not_hide_it(empty: tuple[xr.Dataset, Berth]) -> None:
    """Snow on the ring flags the image of a berth (METHODS trap T10)."""
    cube, place = empty
    made = references(cube, ring=place.ring)
    classes = np.full(place.ring.shape, 4, np.uint8)
    rows, columns = np.nonzero(place.ring)
    few = slice(None, None, 8)
    classes[rows[few], columns[few]] = 11
    look = cube.isel(time=-1).drop_vars("scl", errors="ignore")
    (found,) = ships_at_berth(look.assign(scl=(("y", "x"), classes)), place, references=made)
    assert "snow" in found.ships.flags
    assert found.ships.value == 0


def test_reference_of_a_season_holds_no_other(empty: tuple[xr.Dataset, Berth]) -> None:
    """Only images within 45 days of the day of the year are compared (METHODS trap T11)."""
    cube, place = empty
    days = np.datetime64("2020-01-01T02:00", "ns") + 30 * np.arange(12).astype("timedelta64[D]")
    made = single_reference(
        cube.assign_coords(time=days), ring=place.ring, day_of_year=100, least=2
    )  # fmt: skip
    assert made.offered == 3
    assert np.datetime64("2020-02-25") < made.first
    assert made.last < np.datetime64("2020-05-26")


def test_bands_of_a_ship_under_way_lengthen_it_by_their_parallax() -> None:
    """Bands seen a second apart show a moving ship in two places (METHODS trap T12)."""
    rng = np.random.default_rng(4)
    image = np.full((4, 41, 41), 0.03, np.float32)
    for band, metres in enumerate((0.0, 4.0, 8.0, 2.0)):
        ship = ship_drawing.ShipDrawing(203.0, 200.0 + metres, 120.0, 18.0, 0.0, contrast=0.12)
        alone = np.full_like(image, 0.03)
        ship_drawing.paint_sprite(
            alone, ship_drawing.draw_ship(ship, (41, 41), np.random.default_rng(4))
        )
        image[band] = alone[band]
    seen = image - 0.03 + rng.normal(0.0, 0.004, image.shape).astype(np.float32)
    start = hull_fit.Rectangle(20.0, 20.0, 110.0, 20.0, 0.0)
    found = hull_fit.fit_hull(
        seen,
        np.full_like(seen, 0.004),
        start,
        gsd=10.0,
        sigma_m=hull_fit.band_blurs(ship_drawing.BANDS),
    )
    assert found.place.length == pytest.approx(120.0, abs=15.0)
    assert found.place.width == pytest.approx(18.0, abs=4.0)


def test_resampled_pixels_keep_the_blur_of_the_sensor(empty: tuple[xr.Dataset, Berth]) -> None:
    """Pixels of 20 m cut into 10 m are blurred like 20 m (METHODS trap T13)."""
    fine, coarse = (
        np.array(hull_fit.band_blurs(ship_drawing.BANDS, native=each)) for each in (10.0, 20.0)
    )
    np.testing.assert_allclose(coarse, 2.0 * fine)
    cube, place = empty
    made = references(cube, ring=place.ring)
    told = [next(ships_at_berth(cube.isel(time=-1), place, references=made, native=each)).ships
            for each in (10.0, 20.0)]  # fmt: skip
    assert [each.state for each in told] == [n.NOTHING_SEEN, n.NOTHING_SEEN]
    assert dataclasses.replace(told[0]) == told[1]
