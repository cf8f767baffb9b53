"""Ground laid bare: how much, since when, in what stages, and when an image cannot tell."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from labs.benchmarks import interval_coverage_yards_quays_depots
from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.evidence_line_schema import check_line
from skytally.imagery.measure.ground.bare_soil_index import (
    INDEX_LAYERS,
    SOIL_INDEX_BANDS,
    bare_soil_series,
    soil_index,
)
from skytally.imagery.measure.ground.disturbed_area import SOIL, ground_laid_bare
from skytally.imagery.measure.ground.level_change_date_and_segments import date_change, segments
from skytally.imagery.measure.observation_and_evidence_line import observation_line
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference, references
from skytally.imagery.simulate import rail_yard_quay_field_cubes, railcar_stack_and_pit_layouts

STUDY = "2023-06-01"
EARLY = 16
Made = tuple[
    rail_yard_quay_field_cubes.SimulatedPlace,
    xr.Dataset,
    dict[str, Reference],
    list[railcar_stack_and_pit_layouts.Depot],
]


@pytest.fixture(scope="module", params=[False, True], ids=["first family", "second family"])
def world(request: pytest.FixtureRequest) -> Made:
    """Simulate a field: sixteen undisturbed images, then 0, 1 and 6 pits."""
    rng = np.random.default_rng(14)
    place = rail_yard_quay_field_cubes.simulated_field(rng, other=request.param)
    depots = [
        railcar_stack_and_pit_layouts.depot(
            rng, rows=rows, columns=columns, start=(235.0, 195.0), apart=65.0
        )
        for rows, columns in ((0, 0), (1, 1), (2, 3))
    ]
    boxes = [*([()] * EARLY), *(each.boxes for each in depots)]
    cube = rail_yard_quay_field_cubes.place_cube(place, boxes, rng, first="2023-03-29", days=4.0)
    made = references(cube, ring=place.ring, until=STUDY, layers=INDEX_LAYERS)
    return place, cube, made, depots


def test_disturbed_measures_the_pits(world: Made) -> None:
    """Nothing is 0, and the area of one pit and of six lies in the interval and near it."""
    place, cube, made, depots = world
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


def test_disturbed_flags_what_is_not_soil(world: Made) -> None:
    """A new pale roof is counted as change and flagged as not soil."""
    place, cube, made, _ = world
    look = cube.isel(time=slice(EARLY, EARLY + 1)).copy(deep=True)
    look["reflectance"][:, :3, 28:33, 28:33] = 0.6
    row, _ = next(iter(ground_laid_bare(look, place.target, made, ring=place.ring)))
    assert row.value > 0.0
    assert "not-soil" in row.flags


def test_disturbed_says_when_it_cannot_tell(world: Made) -> None:
    """Under cloud, without a reference and over bare ground the row is unclear, with a reason."""
    place, cube, made, _ = world
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


def test_disturbed_cannot_tell_on_bare_ground(world: Made) -> None:
    """Where the reference is soil already, nothing more can be laid bare, and the row says so."""
    place, cube, made, _ = world
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
def test_disturbed_refuses_other_bands(world: Made, word: str) -> None:
    """Soil without a band, or references of other bands, are refused with what to give."""
    place, cube, made, _ = world
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


def test_ground_looks_follow_the_ground(world: Made) -> None:
    """The index of the field rises with the pits; an image under cloud gives a reason."""
    place, cube, _, _ = world
    looks = list(bare_soil_series(cube, place.target, ring=place.ring))
    assert len(looks) == cube.sizes["time"]
    assert looks[-1].bare > np.mean([each.bare for each in looks[:EARLY]]) + 3 * looks[-1].error
    assert looks[0].row().unit == "refl"
    cloud = xr.full_like(cube["reflectance"].isel(band=0, drop=True), 9.0).astype("uint8")
    cloudy = cube.assign(scl=cloud).isel(time=slice(0, 1))
    for ring in (place.ring, None):
        told = next(iter(bare_soil_series(cloudy, place.target, ring=ring)))
        assert "clear" in (told.reason if ring is None else told.screening_reason)
    assert told.row().state == n.UNCLEAR


def test_ground_looks_leave_snow_out(world: Made) -> None:
    """White ground with dark short-wave infrared is snow and no bare soil."""
    place, cube, _, _ = world
    snowy = cube.isel(time=slice(0, 1)).copy(deep=True)
    snowy["reflectance"][:, :4] = 0.5
    snowy["reflectance"][:, 4] = 0.1
    told = next(iter(bare_soil_series(snowy, place.target)))
    assert told.reason == "snow on the ground"
    assert told.flags == ("snow",)


def test_ground_looks_do_without_green(world: Made) -> None:
    """The bands of the index alone are enough, with a ring too; its snow is then not seen."""
    place, cube, _, _ = world
    last = cube.isel(time=slice(-1, None))
    told = next(
        iter(bare_soil_series(last, place.target, ring=place.ring, layers=SOIL_INDEX_BANDS))
    )
    whole = next(iter(bare_soil_series(last, place.target, ring=place.ring)))
    assert told.bare == whole.bare


def test_ground_looks_refuse_a_missing_band(world: Made) -> None:
    """The index is refused without its short-wave infrared."""
    place, cube, _, _ = world
    with pytest.raises(DataError, match="b11 missing; the index needs them"):
        next(iter(bare_soil_series(cube, place.target, layers=("b02", "b04", "b08"))))


def test_soil_index_does_not_divide_by_nothing() -> None:
    """Black pixels have index 0, not a fault."""
    zero = [np.zeros(3, np.float32) for _ in range(4)]
    assert soil_index(*zero).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("gap", [3.0, 20.0, 90.0])
def test_change_date_is_never_finer_than_the_gap(gap: float) -> None:
    """However clear the step, the interval holds both images about it."""
    days = np.concatenate([np.arange(0.0, 100.0, 5.0), 95.0 + gap + np.arange(0.0, 100.0, 5.0)])
    values = np.where(days > 95.0, 0.25, 0.0)
    found = date_change(days, values, 0.001)
    assert found.interval[0] <= np.datetime64("1970-01-01") + np.timedelta64(95, "D")
    assert found.interval[1] >= np.datetime64("1970-01-01") + np.timedelta64(int(95 + gap), "D")
    assert found.probability.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("days", "values", "scale", "words"),
    [
        ([0.0], [0.1], 0.1, "1 usable images of 1: no change can be dated"),
        ([0.0, 1.0], [math.nan, math.nan], 0.1, "0 usable images of 2"),
        ([0.0, 0.0], [0.1, 0.2], 0.1, "days repeat, run backwards or are missing"),
        ([1.0, 0.0], [0.1, 0.2], 0.1, "days repeat, run backwards or are missing"),
        ([0.0, 1.0], [0.1, 0.2], 0.0, "an image without spread"),
        ([0.0, 1.0, 2.0], [0.1, 0.2], 0.1, "3 days but 2 values"),
    ],
)
def test_change_date_refuses(days: list, values: list, scale: float, words: str) -> None:
    """A single date, no usable image, repeated or unsorted dates are refused with what to do."""
    with pytest.raises(DataError, match=words):
        date_change(days, values, scale)


def test_stages_split_dug_and_covered() -> None:
    """Three levels give three stages, bracketed by their images; noise alone gives one."""
    days = np.arange(0.0, 300.0, 5.0)
    rng = np.random.default_rng(2)
    levels = np.select([days < 100.0, days < 200.0], [0.0, 0.2], 0.08)
    found = segments(days, levels + rng.normal(0.0, 0.02, days.size), 0.02)
    assert [each.value for each in found] == pytest.approx([0.0, 0.2, 0.08], abs=0.03)
    began = found[1].began
    assert began is not None
    assert began[0] == np.datetime64("1970-01-01") + np.timedelta64(95, "D")
    assert began[1] == np.datetime64("1970-01-01") + np.timedelta64(100, "D")
    assert len(segments(days, rng.normal(0.0, 0.02, days.size), 0.02)) == 1


def test_the_committed_calibration_of_the_ground_is_in_the_band(root: Path) -> None:
    """Rows at .90: 300 worlds or more, .85 to .95; those that hold more by design: at least."""
    table = pd.read_csv(root / "data/results/calibration.csv", keep_default_na=False)
    rows = table[table["estimator"].isin(["rail", "stacks", "disturbed", "works", "area"])]
    more = rows["note"].str.contains("at least 0.90 by design")
    assert len(rows) == 6
    assert (rows["worlds"] >= 300).all()
    assert (rows.loc[more, "coverage"] >= 0.85).all()
    assert rows.loc[~more, "coverage"].between(0.85, 0.95).all(), rows[["target", "coverage"]]
