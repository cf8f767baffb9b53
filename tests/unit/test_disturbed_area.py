"""Ground laid bare: its area, its false alarms, and when it cannot be told."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from labs.benchmarks import interval_coverage_yards_quays_depots
from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.evidence_line_schema import check_line
from skytally.imagery.measure.ground.bare_soil_index import INDEX_LAYERS
from skytally.imagery.measure.ground.disturbed_area import SOIL, ground_laid_bare
from skytally.imagery.measure.observation_and_evidence_line import observation_line
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.simulate import rail_yard_quay_field_cubes
from tests.support.made_up_pit_field import EARLY, STUDY, PitField


def test_disturbed_measures_the_pits(pit_field: PitField) -> None:
    """Nothing is 0, and the area of one pit and of six lies in the interval and near it."""
    place, cube, made, depots = pit_field
    late = cube.isel(time=slice(EARLY, None))
    looks = [row for row, _ in ground_laid_bare(late, place.target, made, ring=place.ring)]
    assert [each.state for each in looks] == [n.NOTHING_SEEN, n.COUNTED, n.COUNTED]
    assert looks[0].value == 0.0
    assert looks[0].high > 0.0
    for look, depot in zip(looks[1:], depots[1:], strict=True):
        assert look.unit == "m2"
        assert look.low <= depot.area <= look.high
        assert look.value == pytest.approx(depot.area, rel=0.25)
        assert look.details["pits_low"] <= len(depot.pits) <= look.details["pits_high"]
    line = observation_line(
        looks, quantity="disturbed ground", scope="made-up-field", method="soil", history="test"
    )
    assert check_line(line).sizes["time"] == 3


@pytest.mark.slow
def test_disturbed_has_few_false_alarms() -> None:
    """Of 100 untouched images of both families at most 4 show works; one in a hundred is wanted."""
    false = looks = 0
    for k in range(10):
        rng = np.random.default_rng([21, k])
        place = rail_yard_quay_field_cubes.simulated_field(rng, other=bool(k % 2))
        first = str(np.datetime64(STUDY) - np.timedelta64(4 * EARLY, "D"))
        cube = rail_yard_quay_field_cubes.place_cube(
            place, [()] * (EARLY + 10), rng, first=first, days=4.0
        )
        made = references(cube, ring=place.ring, until=STUDY, layers=INDEX_LAYERS)
        late = cube.isel(time=slice(EARLY, None))
        rows = [row for row, _ in ground_laid_bare(late, place.target, made, ring=place.ring)]
        false += sum(each.value > 0 for each in rows)
        looks += len(rows)
    assert looks == 100
    assert false <= 4


@pytest.mark.slow
def test_disturbed_intervals_hold_the_truth() -> None:
    """On 50 simulated images the interval at 0.90 holds the area of four in five or more."""
    cases = [
        case for case, _ in interval_coverage_yards_quays_depots.depot_cases(50, 13) if case[0] > 0
    ]
    held = np.mean([low <= truth <= high for truth, _, low, high in cases])
    assert len(cases) > 30
    assert held >= 0.8


def test_disturbed_flags_what_is_not_soil(pit_field: PitField) -> None:
    """A new pale roof is counted as change and flagged as not soil."""
    place, cube, made, _ = pit_field
    look = cube.isel(time=slice(EARLY, EARLY + 1)).copy(deep=True)
    look["reflectance"][:, :3, 28:33, 28:33] = 0.6
    row, _ = next(iter(ground_laid_bare(look, place.target, made, ring=place.ring)))
    assert row.value > 0.0
    assert "not-soil" in row.flags


def test_disturbed_says_when_it_cannot_tell(pit_field: PitField) -> None:
    """Under cloud, without a reference and over bare ground the row is unclear, with a reason."""
    place, cube, made, _ = pit_field
    look = cube.isel(time=slice(EARLY, EARLY + 1))
    cloudy = look.copy(deep=True)
    cloudy["reflectance"] += 0.3
    elsewhere = look.assign_coords(relative_orbit=("time", [60]))
    for each, words in ((cloudy, "haze: blue"), (elsewhere, "no reference")):
        row, fit = next(iter(ground_laid_bare(each, place.target, made, ring=place.ring)))
        assert row.state == n.UNCLEAR
        assert math.isnan(row.value)
        assert words in row.reasons
        assert bool(row.screening_reason) == (each is cloudy)
        assert bool(row.reason) != bool(row.screening_reason)
        assert fit is None


def test_disturbed_cannot_tell_on_bare_ground(pit_field: PitField) -> None:
    """Where the reference is soil already, nothing more can be laid bare, and the row says so."""
    place, cube, made, _ = pit_field
    soil = np.array(list(SOIL.values()), np.float32)[:, None]
    look = cube.isel(time=slice(EARLY, EARLY + 1)).copy(deep=True)
    look["reflectance"].to_numpy()[0][:, place.target] = soil
    (group, held), *_ = made.items()
    level = held.level.copy()
    level[:, place.target] = soil
    bare = {group: dataclasses.replace(held, level=level)}
    row, _ = next(iter(ground_laid_bare(look, place.target, bare, ring=place.ring)))
    assert "nothing more can be laid bare" in row.reason


@pytest.mark.parametrize("word", ["soil", "references"])
def test_disturbed_refuses_other_bands(pit_field: PitField, word: str) -> None:
    """Soil without a band, or references of other bands, are refused with what to give."""
    place, cube, made, _ = pit_field
    soil = {k: v for k, v in SOIL.items() if k != "b11"} if word == "soil" else dict(SOIL)
    layers = INDEX_LAYERS if word == "soil" else INDEX_LAYERS[:4]
    with pytest.raises(DataError, match="give both for"):
        next(
            iter(
                ground_laid_bare(
                    cube, place.target, made, ring=place.ring, soil=soil, layers=layers
                )
            )
        )
