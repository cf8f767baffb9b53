"""Occupied track: acceptance in made-up yards, and refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import xarray as xr

from labs.benchmarks import interval_coverage_yards_quays_depots
from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.evidence_line_schema import check_line
from skytally.imagery.measure.observation_and_evidence_line import Observation, observation_line
from skytally.imagery.measure.rail.occupied_length_fit import car_contrast
from skytally.imagery.measure.rail.occupied_track_series import (
    PER_CAR,
    occupied_tracks,
    rail_light_index,
)
from skytally.imagery.measure.rail.track_forward_model import Corridor, lay_corridor
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference, references
from skytally.imagery.simulate import rail_yard_quay_field_cubes, railcar_stack_and_pit_layouts
from tests.support.made_up_straight_rail_tracks import SIGMA

STUDY = "2023-06-01"


@pytest.fixture(scope="module")
def world() -> tuple[
    rail_yard_quay_field_cubes.SimulatedPlace,
    xr.Dataset,
    Corridor,
    dict[str, Reference],
    list[railcar_stack_and_pit_layouts.Yard],
]:
    """Simulate a rail yard: sixteen empty images, then 0, 20 and 73 dark cars."""
    rng = np.random.default_rng(11)
    place = rail_yard_quay_field_cubes.simulated_yard(rng)
    yards = [
        railcar_stack_and_pit_layouts.yard(place.lines, rng, cars=each, contrast=-0.08)
        for each in (0, 20, 73)
    ]
    boxes = [*([()] * 16), *(each.boxes for each in yards)]
    cube = rail_yard_quay_field_cubes.place_cube(place, boxes, rng, first="2023-03-29", days=4.0)
    tracks = lay_corridor(place.tracks, cube.x, cube.y, sigma=SIGMA)
    made = references(cube, ring=tracks.ring, until=STUDY)
    return place, cube, tracks, made, yards


def test_rail_finds_the_cars(world: tuple) -> None:
    """Of 0, 20 and 73 cars the first image shows nothing and the others the right length."""
    _, cube, tracks, made, yards = world
    late = cube.isel(time=slice(16, None))
    looks = [row for row, _ in occupied_tracks(late, tracks, made, known=car_contrast(-0.08))]
    assert [each.state for each in looks] == [n.NOTHING_SEEN, n.COUNTED, n.COUNTED]
    assert looks[0].value == 0.0
    for look, truth in zip(looks[1:], yards[1:], strict=True):
        assert look.low <= truth.metres <= look.high
        assert look.value == pytest.approx(truth.metres, rel=0.25)
        assert look.details["cars_mid"] == pytest.approx(look.value / PER_CAR["cars_mid"])
        assert look.details["cars_low"] < look.details["cars_mid"] < look.details["cars_high"]


def test_rail_makes_a_line(world: tuple) -> None:
    """The rows make a valid line of evidence in metres."""
    _, cube, tracks, made, _ = world
    looks = [row for row, _ in occupied_tracks(cube.isel(time=slice(16, None)), tracks, made)]
    line = observation_line(
        looks, quantity="occupied track", scope="made-up-yard", method="rail", history="test"
    )
    assert check_line(line).sizes["time"] == 3


def test_rail_is_wider_without_a_known_contrast(world: tuple) -> None:
    """The interval of 73 cars grows when their contrast is not known."""
    _, cube, tracks, made, _ = world
    last = cube.isel(time=slice(18, None))
    known, unknown = (
        next(row for row, _ in occupied_tracks(last, tracks, made, known=each))
        for each in (car_contrast(-0.08, spread=0.0), None)
    )
    assert unknown.high - unknown.low > known.high - known.low


def test_rail_says_when_it_cannot_tell(world: tuple) -> None:
    """Under cloud and over a hole the row is unclear, with a reason."""
    _, cube, tracks, made, _ = world
    cloudy = cube.isel(time=slice(16, 17)).copy(deep=True)
    cloudy["reflectance"] += 0.3
    holed = cube.isel(time=slice(16, 17)).copy(deep=True)
    holed["reflectance"][:, :, 12:20, 20:60] = np.nan
    for each, words in ((cloudy, "haze: blue"), (holed, "can be seen")):
        row, fit = next(iter(occupied_tracks(each, tracks, made)))
        assert row.state == n.UNCLEAR
        assert math.isnan(row.value)
        assert words in row.reasons
        assert bool(row.screening_reason) != bool(row.reason)
        assert fit is None


def test_rail_says_when_a_group_has_no_reference(world: tuple) -> None:
    """An image of another orbit is unclear, never compared with another orbit's reference."""
    _, cube, tracks, made, _ = world
    other = cube.isel(time=slice(16, 17)).assign_coords(relative_orbit=("time", [60]))
    row, _ = next(iter(occupied_tracks(other, tracks, made)))
    assert row.state == n.UNCLEAR
    assert "no reference" in row.reason


def test_rail_refuses_a_feature_that_is_not_read(world: tuple) -> None:
    """A band of the feature that is not read is refused."""
    _, cube, tracks, made, _ = world
    with pytest.raises(DataError, match="feature of b11, which is not read"):
        next(iter(occupied_tracks(cube, tracks, made, feature={"b11": 1.0})))


def test_rail_index_is_in_units_of_the_early_looks() -> None:
    """The index of an image is its change of light over the 95th percentile before the study."""
    days = np.datetime64("2023-01-01") + np.arange(10)
    light = [1.0] * 9 + [5.0]
    looks = [
        Observation(
            day, "", 0.0, 0.0, 1.0, "m", 1.0, 0.01, n.NOTHING_SEEN, "", details={"light": each}
        )
        for day, each in zip(days, light, strict=True)
    ]
    assert rail_light_index(looks, until=days[9])[9] == pytest.approx(5.0)
    with pytest.raises(DataError, match="3 usable images before"):
        rail_light_index(looks, until=days[3])


@pytest.mark.slow
def test_a_hole_in_the_history_is_not_judged(world: tuple[Any, ...]) -> None:
    """Beside a pixel without history no noise is known: it is left out, and the rest counted."""
    _, cube, tracks, _, _ = world
    row, column = np.argwhere(tracks.pixels)[np.count_nonzero(tracks.pixels) // 2]
    holed = cube.copy(deep=True)
    holed["reflectance"][:16, :, row, column] = np.nan
    made = references(holed, ring=tracks.ring, until=STUDY)
    empty, _, full = (
        row for row, _ in occupied_tracks(cube.isel(time=slice(16, None)), tracks, made)
    )
    assert empty.state == n.NOTHING_SEEN
    assert full.low <= 73 * 13.92 <= full.high


@pytest.mark.parametrize("yards", [10, pytest.param(40, marks=pytest.mark.slow)])
def test_empty_yards_show_at_most_four_cars(yards: int) -> None:
    """METHODS 14, test 6: 95 percent of empty yards show at most 4 cars."""
    cases = interval_coverage_yards_quays_depots.rail_cases(yards, 6, known=True, cars=(0,))
    cars = [look.details["cars_mid"] for _, look in cases]
    assert len(cars) == yards
    assert np.quantile(cars, 0.95) <= 4.0


@pytest.mark.parametrize("yards", [10, pytest.param(40, marks=pytest.mark.slow)])
def test_yards_of_73_cars_show_58_to_82(yards: int) -> None:
    """METHODS 14, test 6: with the right contrast 90 percent lie in 58 to 82."""
    cases = interval_coverage_yards_quays_depots.gondolas(yards, 7)
    assert np.mean([58.0 <= each <= 82.0 for each in cases]) >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("yards", [8, 60])
def test_intervals_hold_the_truth_when_the_contrast_is_not_known(yards: int) -> None:
    """METHODS 14, test 7: with cars of any contrast 85 percent hold the truth."""
    cases = [
        case for case, _ in interval_coverage_yards_quays_depots.rail_cases(yards, 8, known=False)
    ]
    held = [low <= truth <= high for truth, _, low, high in cases]
    assert np.mean(held) >= 0.85
