"""A satellite that takes over from another: whose reference it may use, and what that costs."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from labs.benchmarks.accuracy_berth_ships_real_images import by_date
from skytally.imagery.cube import Frame
from skytally.imagery.measure.radar.backscatter_offset_correction import (
    MAX_OFFSET_DB,
    ground_offset,
    levelled,
)
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    OTHER_SATELLITE,
    RadarBerth,
    RadarObservation,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.measure.radar.cross_satellite_radar_reference_check import (
    Likeness,
    sibling_group,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference
from skytally.imagery.simulate.radar_berth_images import (
    NESZ_DB,
    RadarHarbour,
    RadarInstrument,
    radar_cube,
    radar_masks,
)

QUIET, STUDY = 14, 12


def looks_after(successor: RadarInstrument | None) -> tuple[list[RadarObservation], np.ndarray]:
    """Measure simulated looks from whose first another satellite takes over; and the truth."""
    harbour = RadarHarbour(
        5, n_looks=QUIET + STUDY, rows=44, columns=44, empty_until=QUIET, successor=successor,
        succeeds_at=QUIET,
    )  # fmt: skip
    cube, truth = radar_cube(harbour)
    where = radar_masks(harbour)
    place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
    known, usual = learn_radar_background(cube, place, until=truth["time"].to_numpy()[QUIET])
    late = cube.isel(time=slice(QUIET, None))
    looks = list(radar_ships_at_berth(late, place, references=known, backgrounds=usual))
    return looks, truth["ships"].to_numpy()[QUIET:]


def test_a_satellite_shown_alike_uses_the_reference_of_another() -> None:
    """Ships are found as before, and each look says whose reference it was compared with."""
    alike = RadarInstrument("sentinel-1c", noise_db=NESZ_DB - 1.8)
    looks, truth = looks_after(alike)
    same, _ = looks_after(None)
    assert all(OTHER_SATELLITE in look.ships.flags for look in looks)
    assert not any(OTHER_SATELLITE in look.ships.flags for look in same)
    assert [look.ships.value > 0 for look in looks] == [bool(each) for each in truth]
    assert looks[0].ships.group.startswith("sentinel-1c")


def test_a_satellite_not_shown_alike_is_unclear_and_says_why() -> None:
    """One calibrated 3 dB higher is not compared: a difference of that size looks like a ship."""
    looks, _ = looks_after(RadarInstrument("sentinel-1d", gain_db=3.0))
    assert all(np.isnan(look.ships.value) for look in looks)
    assert all(re.search(r"hard ground lies \+[23]\.\d dB", look.ships.reason) for look in looks)
    assert all("give images of this satellite" in look.ships.reason for look in looks)


def test_noise_that_steps_down_or_up_makes_no_ship() -> None:
    """An empty berth stays empty when the noise changes by 1.8 dB under the same name."""
    for before, after in ((NESZ_DB, NESZ_DB - 1.8), (NESZ_DB - 1.8, NESZ_DB)):
        first = RadarInstrument(noise_db=before)
        harbour = RadarHarbour(
            9, n_looks=QUIET + STUDY, rows=44, columns=44, occupancy=0.0, instrument=first,
            successor=replace(first, noise_db=after), succeeds_at=QUIET,
        )  # fmt: skip
        cube, truth = radar_cube(harbour)
        where = radar_masks(harbour)
        place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
        since = truth["time"].to_numpy()[QUIET]
        known, usual = learn_radar_background(cube, place, until=since)
        looks = radar_ships_at_berth(
            cube.isel(time=slice(QUIET, None)), place, references=known, backgrounds=usual
        )
        assert sum(look.ships.value > 0 for look in looks) == 0


def test_an_error_of_calibration_makes_and_hides_no_ship() -> None:
    """What hard ground shows is taken off: rises of the berth stay within a sixth of the step."""
    same, truth = looks_after(None)
    for gain in (0.7, -0.7):
        looks, _ = looks_after(RadarInstrument(gain_db=gain))
        moved = [a.backscatter_rise - b.backscatter_rise for a, b in zip(looks, same, strict=True)]
        assert abs(float(np.mean(moved))) < abs(gain) / 6.0
        assert [look.ships.value > 0 for look in looks] == [bool(each) for each in truth]


def test_offset_of_ground_is_bounded_and_needs_ground() -> None:
    """Ground that moves by more than a calibration errs moves the berth by 1 dB and no more."""
    level = np.full((2, 10, 10), -10.0, np.float32)
    day = np.datetime64("2021-01-05", "ns")
    usual = Reference(
        level, level, np.ones_like(level), np.full((10, 10), 9, np.int16), ("vv", "vh"), "g", 10.0,
        day, day, 9, 9,
    )  # fmt: skip
    image = Frame(level + np.float32(0.4), ("vv", "vh"), None, day, "", "g", 10.0)
    everywhere = np.ones((10, 10), bool)
    assert ground_offset(image, usual, everywhere) == pytest.approx(0.4, abs=1e-5)
    frozen = image.with_values(level - np.float32(4.0))
    assert ground_offset(frozen, usual, everywhere) == -MAX_OFFSET_DB
    few = np.zeros((10, 10), bool)
    few[:4] = True
    assert np.isnan(ground_offset(image, usual, few))
    assert levelled(image, usual, few) is image


def test_only_the_letter_of_the_satellite_may_differ() -> None:
    """Another orbit, another processor and another mission lend nothing."""
    held = ["sentinel-1a orbit 134 descending RTC", "sentinel-1b orbit 134 descending GRD"]
    assert sibling_group("sentinel-1d orbit 134 descending RTC", held) == held[0]
    assert sibling_group("sentinel-1c orbit 54 ascending RTC", held) is None
    assert sibling_group("sentinel-1c orbit 134 descending GRD", held) == held[1]
    assert sibling_group("sentinel-2a orbit 134 descending RTC", held) is None


def test_likeness_without_hard_ground_shows_nothing() -> None:
    """A berth that is all water cannot show two satellites alike, and says what to do."""
    assert "12 pixels of hard ground" in Likeness("sentinel-1a", float("nan"), 12).reason
    assert "widen the grid over land" in Likeness("sentinel-1a", float("nan"), 12).reason
    assert Likeness("sentinel-1a", -1.4, 300).reason == ""


def test_false_alarms_of_one_date_count_as_one_date() -> None:
    """Ten places false on one date of ten: one date in ten, and an interval that knows it."""
    false = np.zeros((10, 10), bool)
    false[:, 3] = True
    rows = {each["metric"]: each for each in by_date(false, "made up", "radar berth", "")}
    assert rows["dates with a false alarm"]["value"] == pytest.approx(0.1)
    assert "0.65 would have one" in rows["dates with a false alarm"]["note"]
    assert rows["false alarms per place on the worst date"]["value"] == 1.0
    rate = rows["false alarms per look, by date"]
    assert rate["value"] == pytest.approx(0.1)
    assert (rate["low"], rate["high"]) == pytest.approx((0.0, 0.3), abs=0.1)
    none = by_date(np.zeros((10, 9), bool), "made up", "radar berth", "")[0]
    assert none["high"] == pytest.approx(0.283, abs=0.001)
