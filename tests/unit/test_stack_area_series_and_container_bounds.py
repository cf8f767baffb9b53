"""Stacks on a quay: area with interval, containers only as a wide bound, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage, optimize, stats

from labs.benchmarks import interval_coverage_yards_quays_depots
from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.evidence_line_schema import check_line
from skytally.imagery.clear_sky.stable_ground_and_water_masks import ring_mask
from skytally.imagery.measure.observation_and_evidence_line import observation_line
from skytally.imagery.measure.quay.quay_change_and_detection_probability import (
    QUAY_P_FALSE,
    changed_pixels,
)
from skytally.imagery.measure.quay.stack_area_series_and_container_bounds import (
    stacks_on_quay,
    teu_bounds,
    teu_observation,
)
from skytally.imagery.measure.quay.stacked_area import (
    CRANE_M2,
    ENDMEMBERS,
    crane_allowance,
    endmember_table,
    unmix,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import (
    NORMAL_MAD,
    Reference,
    references,
)
from skytally.imagery.simulate import (
    optical_harbour_images,
    rail_yard_quay_field_cubes,
    railcar_stack_and_pit_layouts,
)

STUDY = "2023-06-01"
EARLY = 16
Made = tuple[
    rail_yard_quay_field_cubes.SimulatedPlace,
    xr.Dataset,
    dict[str, Reference],
    list[railcar_stack_and_pit_layouts.Stacks],
]


@pytest.fixture(scope="module")
def world() -> Made:
    """Simulate a quay: sixteen empty images, then 0, 32 and 200 containers."""
    rng = np.random.default_rng(14)
    place = rail_yard_quay_field_cubes.simulated_quay(rng)
    drawn = [
        railcar_stack_and_pit_layouts.stacks(rng, slots=each, quay=place.free)
        for each in (0, 32, 200)
    ]
    boxes = [*([()] * EARLY), *(each.boxes for each in drawn)]
    cube = rail_yard_quay_field_cubes.place_cube(place, boxes, rng, first="2023-03-29", days=4.0)
    return place, cube, references(cube, ring=place.ring, until=STUDY), drawn


def test_stacks_measure_the_area(world: Made) -> None:
    """Nothing is 0; 32 and 200 containers lie in the interval, the many within a third."""
    place, cube, made, drawn = world
    late = cube.isel(time=slice(EARLY, None))
    looks = [row for row, _ in stacks_on_quay(late, place.target, made, ring=place.ring)]
    assert [each.state for each in looks] == [n.NOTHING_SEEN, n.COUNTED, n.COUNTED]
    assert looks[0].value == 0.0
    assert looks[0].high > 0.0
    for look, true in zip(looks[1:], drawn[1:], strict=True):
        assert look.low <= true.area <= look.high
    assert looks[2].value == pytest.approx(drawn[2].area, rel=0.33)
    line = observation_line(
        looks, quantity="stacked area", scope="made-up-quay", method="stacks", history="test"
    )
    assert check_line(line).sizes["time"] == 3


@pytest.mark.slow
def test_a_hole_in_the_history_is_not_judged(world: Made) -> None:
    """Beside pixels without history nothing is known, and the rest of the quay is measured."""
    place, cube, _, drawn = world
    row, column = np.argwhere(place.target)[0]
    holed = cube.copy(deep=True)
    holed["reflectance"][:EARLY, :, row : row + 2, column : column + 2] = np.nan
    made = references(holed, ring=place.ring, until=STUDY)
    late = cube.isel(time=slice(EARLY, None))
    looks = [row for row, _ in stacks_on_quay(late, place.target, made, ring=place.ring)]
    assert [each.state for each in looks] == [n.NOTHING_SEEN, n.COUNTED, n.COUNTED]
    assert looks[2].low <= drawn[2].area <= looks[2].high


def test_stacks_give_containers_only_as_bounds(world: Made) -> None:
    """The number of containers is never a value; its bounds hold the truth and are wide."""
    place, cube, made, drawn = world
    late = cube.isel(time=slice(EARLY, None))
    rows = [
        teu_observation(row) for row, _ in stacks_on_quay(late, place.target, made, ring=place.ring)
    ]
    assert rows[0].state == n.NOTHING_SEEN
    assert rows[0].unit == "teu"
    for row, true in zip(rows[1:], drawn[1:], strict=True):
        assert row.state == n.SOMETHING_SEEN
        assert math.isnan(row.value)
        assert row.low <= true.slots <= row.high
        assert row.high > 4.0 * row.low


def test_teu_bounds_are_those_of_the_example() -> None:
    """METHODS 4.5: 3000 m2 bound 91 to 547 containers of twenty feet."""
    low, high = teu_bounds(3000.0, 3000.0)
    assert (round(low), round(high)) == (91, 547)


@pytest.mark.slow
@pytest.mark.parametrize("quays", [15, 50])
def test_stack_intervals_hold_the_truth(quays: int) -> None:
    """On simulated quays the interval at 0.90 holds the area of four in five or more."""
    cases = [
        case
        for case, _ in interval_coverage_yards_quays_depots.stack_cases(quays, 15)
        if case[0] > 0
    ]
    held = np.mean([low <= truth <= high for truth, _, low, high in cases])
    assert len(cases) > 0.6 * quays
    assert held >= 0.8


def test_one_odd_band_is_no_stack(world: Made) -> None:
    """A value far off in one band is the camera's, in two bands it stands on the quay."""
    place, cube, made, _ = world
    odd = cube.isel(time=slice(EARLY, EARLY + 1)).copy(deep=True)
    odd["reflectance"][:, 0, 25, 30] += 0.15
    row, _ = next(iter(stacks_on_quay(odd, place.target, made, ring=place.ring)))
    assert row.state == n.NOTHING_SEEN
    odd["reflectance"][:, 1, 25, 30] += 0.15
    row, _ = next(iter(stacks_on_quay(odd, place.target, made, ring=place.ring)))
    assert row.value > 0.0


def noise_of(heavy: bool, rng: np.random.Generator) -> np.ndarray:
    """Make noise of either family of ground, as `terrain_images_under_weather.seen` does."""
    shape = (4, 60, 70)
    if not heavy:
        return rng.normal(size=shape)
    made = ndimage.gaussian_filter(rng.standard_t(4, shape), (0.0, 0.5, 0.5))
    return made / made.std()


@pytest.mark.parametrize("heavy", [False, True])
def test_empty_quays_are_called_as_seldom_as_stated(heavy: bool) -> None:
    """Of 600 empty images in either family no more are called than one in a hundred makes."""
    quay, ring = np.zeros((2, 60, 70), bool)
    quay[17:33, 12:58], ring[35:] = True, True
    called = 0
    for place in range(10):
        rng = np.random.default_rng([38, place])
        early = np.stack([noise_of(heavy, rng) for _ in range(20)])
        level = np.median(early, axis=0)
        spread = NORMAL_MAD * np.median(np.abs(early - level), axis=0)
        for _ in range(60):
            values = noise_of(heavy, rng) - level
            called += bool(changed_pixels(values, spread, quay, ring).hot.any())
    assert called <= stats.binom.ppf(0.95, 600, QUAY_P_FALSE)


@pytest.mark.slow
@pytest.mark.parametrize("family", [optical_harbour_images.FIRST, optical_harbour_images.SECOND])
def test_a_crane_alone_is_no_gain_in_stacks(family: str) -> None:
    """A crane that moves is found and called so; in few images is the lower end above 0."""
    harbour = optical_harbour_images.Harbour(
        901, n_looks=36, occupancy=0.0, cloud=0.0, haze=0.0, shadow=0.0, cranes=1, family=family
    )
    cube, where = (
        optical_harbour_images.harbour_cube(harbour)[0],
        optical_harbour_images.harbour_masks(harbour),
    )
    ring = ring_mask([where["berth"], where["quay"]], gsd=10.0) & where["land"]
    made = references(cube, ring=ring, until=cube["time"].to_numpy()[12])
    late = cube.isel(time=slice(12, None))
    found = [
        row for row, _ in stacks_on_quay(late, where["quay"], made, ring=ring) if row.value > 0
    ]
    assert len(found) > 12
    assert np.mean([row.low > 0 for row in found]) <= 0.1
    assert np.mean(["crane-size" in row.flags for row in found]) > 0.8
    assert np.mean(["short-lived" in row.flags for row in found]) > 0.5


def test_cranes_widen_the_interval_downwards_only(world: Made) -> None:
    """Many containers stay a gain; without cranes the lower end is higher, the rest the same."""
    place, cube, made, _ = world
    look = cube.isel(time=slice(EARLY + 2, EARLY + 3))
    (some, _), (none, _) = (
        next(iter(stacks_on_quay(look, place.target, made, ring=place.ring, cranes=count)))
        for count in (2, 0)
    )
    assert 0.0 < some.low < none.low
    assert (some.value, some.high) == (none.value, none.high)
    assert (some.flags, none.details["crane_m2"]) == ((), 0.0)
    assert 0.0 < some.details["crane_m2"] <= 2 * CRANE_M2


def test_one_piece_accounts_for_as_many_cranes_as_there_are() -> None:
    """Each crane takes what is left of the largest piece, and never more than there is."""
    found = np.zeros((12, 40), bool)
    found[4:8, 4:7], found[4:8, 15:30] = True, True
    cover = np.where(found, np.float32(50.0), np.float32(0.0))
    told = [crane_allowance(found, cover, count) for count in (0, 1, 2, 30)]
    assert told == pytest.approx([0.0, CRANE_M2, 2 * CRANE_M2, 3600.0])


@pytest.mark.parametrize(
    ("shown", "days", "flagged"),
    [
        ("-A-", 4.0, (False, True, False)),
        ("AA-", 4.0, (False, False, False)),
        ("-A", 4.0, (False, False)),
        ("-A-", 20.0, (False, False, False)),
        ("-A?-", 4.0, (False, True, False, False)),
        ("-A????-", 4.0, (False,) * 7),
        ("-AA-", 4.0, (False,) * 4),
    ],
)
def test_what_stood_in_one_look_only_is_flagged(
    world: Made, shown: str, days: float, flagged: tuple[bool, ...]
) -> None:
    """Only what both neighbours within days do not show is short-lived; no row is lost."""
    place, cube, made, _ = world
    kinds = {"-": 0, "A": 2, "?": 0}
    looks = []
    for i, kind in enumerate(shown):
        look = cube.isel(time=EARLY + kinds[kind]).copy(deep=True)
        look["reflectance"] += 0.3 * (kind == "?")
        step = np.timedelta64(round(i * days * 86_400), "s")
        looks.append(look.assign_coords(time=np.datetime64("2023-07-01", "ns") + step))
    rows = [row for row, _ in stacks_on_quay(looks, place.target, made, ring=place.ring)]
    assert [str(row.time)[:10] for row in rows] == [str(each.time.values)[:10] for each in looks]
    assert tuple("short-lived" in row.flags for row in rows) == flagged
    assert [row.state == n.UNCLEAR for row in rows] == [kind == "?" for kind in shown]


def test_stacks_say_when_they_cannot_tell(world: Made) -> None:
    """Under cloud, over a hole and without a reference the row is unclear, with a reason."""
    place, cube, made, _ = world
    look = cube.isel(time=slice(EARLY, EARLY + 1))
    cloudy, holed = look.copy(deep=True), look.copy(deep=True)
    cloudy["reflectance"] += 0.3
    holed["reflectance"][:, :, 17:33, 12:40] = np.nan
    elsewhere = look.assign_coords(relative_orbit=("time", [60]))
    told = ((cloudy, "haze: blue"), (holed, "can be seen"), (elsewhere, "no reference"))
    for each, words in told:
        row, fit = next(iter(stacks_on_quay(each, place.target, made, ring=place.ring)))
        assert row.state == n.UNCLEAR
        assert words in row.reasons
        assert bool(row.screening_reason) == (each is cloudy)
        assert bool(row.reason) != bool(row.screening_reason)
        assert fit is None
        assert teu_observation(row).state == n.UNCLEAR


@pytest.mark.parametrize(
    ("layers", "endmembers", "words"),
    [
        (("b02", "b03"), {"red": (0.1,)}, "endmembers red: give one reflectance for each"),
        (("b02",), {"red": (0.1,)}, "one band does not tell paint from noise"),
    ],
)
def test_endmembers_refuse(layers: tuple, endmembers: dict, words: str) -> None:
    """Paints of another number of bands, and a single band, are refused with what to do."""
    with pytest.raises(DataError, match=words):
        endmember_table(layers, endmembers)


def test_unmixed_equals_scipy() -> None:
    """Where the sum is free, trying every set finds what non-negative least squares finds."""
    rng = np.random.default_rng(16)
    quay = np.array([0.18, 0.19, 0.20, 0.22])
    ways = (np.array(list(ENDMEMBERS.values())) - quay) / 0.01
    light = rng.dirichlet(np.ones(6), 60)[:, :5] * 0.5 @ ways + rng.normal(0.0, 1.0, (60, 4))
    found = unmix(light, ways)
    for pixel, shares in zip(light, found, strict=True):
        other, left = optimize.nnls(ways.T, pixel)
        if other.sum() < 1.0 and np.count_nonzero(other) <= 3:
            assert np.hypot.reduce(pixel - shares @ ways) == pytest.approx(left, abs=1e-3)
    assert (found >= 0.0).all()
    assert (found.sum(1) <= 1.0 + 1e-6).all()
