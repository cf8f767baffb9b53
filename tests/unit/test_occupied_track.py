"""Occupied track: forward model, solver, acceptance in made-up yards, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import optimize

from labs.benchmarks import interval_coverage_yards_quays_depots
from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.evidence_line_schema import check_line
from skytally.imagery.measure.observation_and_evidence_line import Observation, observation_line
from skytally.imagery.measure.rail.occupancy_solver import solve_occupancy
from skytally.imagery.measure.rail.occupied_length_fit import (
    CarContrast,
    CorridorNoise,
    car_contrast,
    invert_occupancy,
)
from skytally.imagery.measure.rail.occupied_track_series import (
    PER_CAR,
    occupied_tracks,
    rail_light_index,
)
from skytally.imagery.measure.rail.track_forward_model import (
    BODY,
    CAR_WIDTH,
    Corridor,
    blurred_box,
    lay_corridor,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference, references
from skytally.imagery.measure.ships.hull_fit import sigma_psf
from skytally.imagery.simulate import rail_yard_quay_field_cubes, railcar_stack_and_pit_layouts

SIGMA = sigma_psf(0.26)
X = 500_005.0 + 10.0 * np.arange(100)
Y = 4_699_995.0 - 10.0 * np.arange(40)
WEST, MIDDLE = 500_100.0, 4_699_800.0
STUDY = "2023-06-01"


def straight(count: int = 4, *, length: float = 600.0, apart: float = 5.0) -> Corridor:
    """Lay straight tracks from west to east over the middle of a grid of 40 by 100 pixels."""
    lines = [
        np.array([[WEST, MIDDLE - i * apart], [WEST + length, MIDDLE - i * apart]])
        for i in range(count)
    ]
    return lay_corridor(lines, X, Y, sigma=SIGMA)


def plain_noise(tracks: Corridor, size: float = 0.004) -> CorridorNoise:
    """Independent noise of one standard deviation along the corridor."""
    flat = np.full(tracks.light.shape[0], size)
    return CorridorNoise(flat, flat, np.zeros((flat.size, 1)))


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


def test_blurred_box_holds_all_its_light() -> None:
    """The light of a car over points a metre apart is its area."""
    across = np.arange(-200.0, 201.0)
    x, y = np.meshgrid(across, across)
    assert blurred_box(x, y, 12.75, 3.1, SIGMA).sum() == pytest.approx(12.75 * 3.1, rel=1e-6)


def test_corridor_light_is_the_area_of_the_cars() -> None:
    """A full yard covers length times width of a car times the part of it that is body."""
    tracks = straight(2, length=600.0)
    assert tracks.length == pytest.approx(1200.0)
    assert tracks.light.sum() * 100 == pytest.approx(1200.0 * CAR_WIDTH * BODY, rel=0.02)


def test_corridor_ring_lies_beside_the_tracks() -> None:
    """The stable ring starts beyond the tracks and ends 60 m from them."""
    tracks = straight(1)
    distance = np.abs(np.nonzero(tracks.ring)[0] * 10.0 + 5.0 - 200.0)
    assert distance.max() <= 70.0
    assert not (tracks.ring & tracks.pixels).any()


def test_corridor_knows_its_bearing() -> None:
    """Tracks from west to east bear 90 degrees."""
    assert straight(3).axis_deg == pytest.approx(90.0)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "0 tracks; give 1 to 8"),
        ([np.array([[0.0, 0.0], [600.0, 0.0]])] * 9, "9 tracks; give 1 to 8"),
        ([np.array([[0.0, 0.0], [40.0, 0.0]])], "track 1 is shorter than 60 m"),
        ([np.array([[0.0, 0.0, 1.0]])], "give points"),
        ([np.array([[0.0, 0.0], [600.0, 0.0]])], "outside the cube; check their coordinates"),
    ],
)
def test_corridor_refuses(lines: list, words: str) -> None:
    """Tracks that cannot be laid over the cube are refused with what to do."""
    with pytest.raises(DataError, match=words):
        lay_corridor(lines, X, Y, sigma=SIGMA)


def test_occupancies_equal_scipy() -> None:
    """The batch solver finds what scipy's bounded least squares finds, case by case."""
    tracks = straight(3)
    rng = np.random.default_rng(5)
    truth = (rng.random(tracks.metres.size) < 0.5).astype(float)
    levels = np.array([-0.08, 0.05, -0.12])
    seen = tracks.light @ (truth[:, None] * -0.08) + rng.normal(0, 0.004, (len(tracks.light), 3))
    noise = rng.uniform(0.003, 0.006, len(tracks.light))
    found, misfit = solve_occupancy(tracks.light, tracks.rough, seen, noise, levels, smooth=2.25)
    for k, level in enumerate(levels):
        matrix = np.vstack([level * tracks.light / noise[:, None], 1.5 * tracks.rough])
        wanted = np.concatenate([seen[:, k] / noise, np.zeros(len(tracks.rough))])
        other = optimize.lsq_linear(matrix, wanted, (0.0, 1.0), tol=1e-12)
        assert found[:, k] == pytest.approx(other.x, abs=0.01)
        assert misfit[k] == pytest.approx(2.0 * other.cost, rel=1e-3)


def test_occupied_finds_a_planted_train() -> None:
    """A train of 300 m on one of four tracks comes back within 15 percent."""
    tracks = straight(4)
    truth = np.zeros(tracks.metres.size)
    truth[np.flatnonzero(tracks.track == 1)[4:14]] = 1.0
    rng = np.random.default_rng(2)
    seen = tracks.light @ truth * -0.08 + rng.normal(0.0, 0.004, len(tracks.light))
    found = invert_occupancy(tracks, seen, plain_noise(tracks), known=car_contrast(-0.08))
    assert found.shown
    assert found.metres == pytest.approx(300.0, rel=0.15)
    assert found.low <= 300.0 <= found.high
    assert found.car_contrast == pytest.approx(-0.08, rel=0.2)


def test_occupied_of_nothing_is_nothing() -> None:
    """An anomaly of 0 everywhere shows nothing, and still says what may have been missed."""
    tracks = straight(2)
    found = invert_occupancy(
        tracks, np.zeros(len(tracks.light)), plain_noise(tracks), known=car_contrast()
    )
    assert not found.shown
    assert found.metres == pytest.approx(0.0, abs=20.0)
    assert found.high > 0.0


def test_occupied_is_blind_to_cars_of_the_ballast_colour() -> None:
    """Cars without contrast leave no trace: the fit does not invent them."""
    tracks = straight(4)
    seen = np.random.default_rng(3).normal(0.0, 0.004, len(tracks.light))
    assert not invert_occupancy(tracks, seen, plain_noise(tracks), known=car_contrast()).shown


def test_occupied_is_the_same_twice() -> None:
    """The seed alone decides the simulated images."""
    tracks = straight(2)
    seen = np.random.default_rng(4).normal(-0.01, 0.004, len(tracks.light))
    one, two = (
        invert_occupancy(tracks, seen, plain_noise(tracks), known=car_contrast()) for _ in range(2)
    )
    assert (one.metres, one.low, one.high) == (two.metres, two.low, two.high)


@pytest.mark.parametrize(
    ("levels", "weights", "words"),
    [
        ((0.001,), (1.0,), "ballast's colour cannot be seen"),
        ((0.1,), (0.5,), "weights of 0.5 in all"),
        ((0.1, 0.2), (1.0,), "2 contrasts"),
    ],
)
def test_contrast_refuses(levels: tuple, weights: tuple, words: str) -> None:
    """Contrasts that show nothing, or weights that are no probabilities, are refused."""
    with pytest.raises(DataError, match=words):
        CarContrast(levels, weights)


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
