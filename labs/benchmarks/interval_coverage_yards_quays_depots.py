"""Coverage of the intervals measured at yards, quays and depots, in simulations of known truth.

Run: ``python -m labs.benchmarks.interval_coverage_yards_quays_depots [worlds] [seed]``. Every
second simulation has the texture, blur and noise of the second family. Nothing here is an
observation. Last come the acceptance tests of the rail measure, on as many yards as METHODS 14
requires.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from labs.benchmarks.interval_scores_against_known_truth import interval_scores
from labs.methods.area_estimation import stratified_area
from labs.simulated_bare_soil_seasons import Field, field_series
from skytally.imagery.cube.cube_mask_and_argument_checks import OPTICAL_BANDS
from skytally.imagery.measure.ground.bare_soil_index import INDEX_LAYERS, GroundObservation
from skytally.imagery.measure.ground.bermed_pit_detection import corrected_pit_count
from skytally.imagery.measure.ground.disturbed_area import ground_laid_bare
from skytally.imagery.measure.ground.ground_works_dating import date_ground_works
from skytally.imagery.measure.observation_and_evidence_line import Observation
from skytally.imagery.measure.quay.stack_area_series_and_container_bounds import stacks_on_quay
from skytally.imagery.measure.rail.occupied_length_fit import CarContrast, car_contrast
from skytally.imagery.measure.rail.occupied_track_series import occupied_tracks
from skytally.imagery.measure.rail.track_forward_model import lay_corridor
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.measure.ships.hull_fit import sigma_psf
from skytally.imagery.simulate import rail_yard_quay_field_cubes, railcar_stack_and_pit_layouts

NOMINAL = 0.9
EARLY = 16
"""Images before the study, without objects or pits."""
LATE = 10
"""Images of the study at one simulated site; then a new site is drawn."""
STUDY = "2023-06-01"
STEP = 4.0
"""Days from image to image."""
CARS = (0, 8, 20, 40, 73, 110)
CONTRASTS = (0.04, 0.12)
"""Contrast of cars that are drawn, either way: wider than any one hypothesis of the measure."""
SLOTS = (0, 8, 32, 100, 200)
GREYER = (
    "; its upper end allows for paints that mix to the quay's own grey, so at least 0.90 by design"
)
AT_LEAST = "; its upper end allows for trains too faint for the fit, so at least 0.90 by design"
DEPOTS = ((0, 0), (1, 1), (1, 3), (2, 3), (3, 4))
FIELDS = (Field(), Field(ramp=40.0), Field(step=0.08), Field(squared=True), Field(step=0.25))

Case = tuple[float, float, float, float]
"""Truth, value, low, high."""


def _study(
    place: rail_yard_quay_field_cubes.SimulatedPlace, drawn: Sequence[Any], rng: np.random.Generator
) -> xr.Dataset:
    """Simulate the empty images before the study period, and the images of the study period."""
    first = np.datetime64(STUDY) - np.timedelta64(int(EARLY * STEP), "D")
    boxes = [*([()] * EARLY), *(each.boxes for each in drawn)]
    return rail_yard_quay_field_cubes.place_cube(place, boxes, rng, first=str(first), days=STEP)


def _worlds(worlds: int, seed: int) -> Iterator[tuple[np.random.Generator, bool]]:
    for k in range(-(-worlds // LATE)):
        yield np.random.default_rng([seed, k]), bool(k % 2)


def _cases(truths: Sequence[float], looks: Sequence[Observation]) -> list[tuple[Case, Observation]]:
    """Pair each usable observation with the truth."""
    return [
        ((truth, look.value, look.low, look.high), look)
        for truth, look in zip(truths, looks, strict=True)
        if np.isfinite(look.value)
    ]


def rail_cases(
    worlds: int, seed: int, *, known: bool, cars: Sequence[int] = CARS
) -> list[tuple[Case, Observation]]:
    """Measure occupied length in simulated rail yards, with the contrast of cars known or not."""
    found: list[tuple[Case, Observation]] = []
    for rng, other in _worlds(worlds, seed):
        place = rail_yard_quay_field_cubes.simulated_yard(
            rng, count=int(rng.integers(2, 6)), other=other
        )
        yards = []
        for _ in range(LATE):
            level = -0.08 if known else float(rng.choice((-1, -1, 1)) * rng.uniform(*CONTRASTS))
            yards.append(
                railcar_stack_and_pit_layouts.yard(
                    place.lines, rng, cars=int(rng.choice(cars)), contrast=level,
                    spread=0.2 * abs(level), pitch=None,
                )
            )  # fmt: skip
        cube = _study(place, yards, rng)
        tracks = lay_corridor(place.tracks, cube.x, cube.y, sigma=sigma_psf(0.26))
        made = references(cube, ring=tracks.ring, until=STUDY)
        prior: CarContrast = car_contrast(-0.08) if known else car_contrast()
        late = cube.isel(time=slice(EARLY, None))
        looks = [row for row, _ in occupied_tracks(late, tracks, made, known=prior)]
        found += _cases([each.metres for each in yards], looks)
    return found[:worlds]


def gondolas(worlds: int, seed: int) -> list[float]:
    """Estimated cars in simulated yards of 73 gondolas of known contrast (METHODS 14, test 6)."""
    found: list[float] = []
    for rng, _ in _worlds(worlds, seed):
        place = rail_yard_quay_field_cubes.simulated_yard(rng)
        yards = [
            railcar_stack_and_pit_layouts.yard(place.lines, rng, cars=73, contrast=-0.08)
            for _ in range(LATE)
        ]
        cube = _study(place, yards, rng)
        tracks = lay_corridor(place.tracks, cube.x, cube.y, sigma=sigma_psf(0.26))
        made = references(cube, ring=tracks.ring, until=STUDY)
        late = cube.isel(time=slice(EARLY, None))
        rows = [row for row, _ in occupied_tracks(late, tracks, made, known=car_contrast(-0.08))]
        found += [row.details["cars_mid"] for row in rows if np.isfinite(row.value)]
    return found[:worlds]


def stack_cases(worlds: int, seed: int) -> list[tuple[Case, Observation]]:
    """Measure stacked area on simulated quays without cranes, with the crane count set to 0."""
    found: list[tuple[Case, Observation]] = []
    for rng, other in _worlds(worlds, seed):
        place = rail_yard_quay_field_cubes.simulated_quay(rng, other=other)
        drawn = [
            railcar_stack_and_pit_layouts.stacks(rng, slots=int(rng.choice(SLOTS)), quay=place.free)
            for _ in range(LATE)
        ]
        cube = _study(place, drawn, rng)
        made = references(cube, ring=place.ring, until=STUDY, layers=OPTICAL_BANDS)
        late = cube.isel(time=slice(EARLY, None))
        looks = [
            row for row, _ in stacks_on_quay(late, place.target, made, ring=place.ring, cranes=0)
        ]
        found += _cases([each.area for each in drawn], looks)
    return found[:worlds]


def _depots(
    worlds: int, seed: int
) -> list[tuple[railcar_stack_and_pit_layouts.Depot, Observation]]:
    """Simulate depots; pair each with its usable observation."""
    found: list[tuple[railcar_stack_and_pit_layouts.Depot, Observation]] = []
    for rng, other in _worlds(worlds, seed):
        place = rail_yard_quay_field_cubes.simulated_field(rng, other=other)
        drawn = []
        for _ in range(LATE):
            rows, columns = DEPOTS[int(rng.integers(len(DEPOTS)))]
            inner = (float(rng.uniform(15.0, 45.0)), float(rng.uniform(12.0, 25.0)))
            drawn.append(
                railcar_stack_and_pit_layouts.depot(
                    rng, rows=rows, columns=columns, start=(235.0, 195.0), inner=inner, apart=65.0
                )
            )
        cube = _study(place, drawn, rng)
        made = references(cube, ring=place.ring, until=STUDY, layers=INDEX_LAYERS)
        late = cube.isel(time=slice(EARLY, None))
        looks = [row for row, _ in ground_laid_bare(late, place.target, made, ring=place.ring)]
        told = zip(drawn, looks, strict=True)
        found += [(depot, look) for depot, look in told if np.isfinite(look.value)]
    return found[:worlds]


def depot_cases(worlds: int, seed: int) -> list[tuple[Case, Observation]]:
    """Measure the bare area of simulated depots."""
    drawn, looks = zip(*_depots(worlds, seed), strict=True)
    return _cases([each.area for each in drawn], looks)


def pit_ranges(worlds: int, seed: int) -> tuple[float, float]:
    """Coverage of the pit-count range, as counted and after correction.

    What the correction takes from made-up looks, it takes from the first half of them; the
    second half is judged.
    """
    told = [
        (len(depot.pits), look.details["pits_low"], look.details["pits_high"])
        for depot, look in _depots(worlds, seed)
    ]
    first, second = told[: len(told) // 2], told[len(told) // 2 :]
    p_detect = float(np.mean([min(high / true, 1.0) for true, _, high in first if true]))
    false = float(np.mean([max(high - true, 0.0) for true, _, high in first]))
    ends = [
        corrected_pit_count(low, high, p_detect=p_detect, false_matches=false)
        for _, low, high in second
    ]
    plain = [low <= true <= high for true, low, high in second]
    better = [low <= each[0] <= high for each, (low, high) in zip(second, ends, strict=True)]
    return float(np.mean(plain)), float(np.mean(better))


def ground_looks_of(
    plan: Field, rng: np.random.Generator
) -> tuple[list[GroundObservation], float, float]:
    """Simulate observations of a field; return them, the first study day and the works' start."""
    made = field_series(plan, rng)
    looks = [
        GroundObservation(
            np.datetime64(round(day * 86_400), "s"), "", float(value) if snow < 0.2 else np.nan,
            0.005, 0.1, 1.0, "" if snow < 0.2 else "snow", "made up",
        )
        for day, value, snow in zip(made.days, made.values, made.snow, strict=True)
    ]  # fmt: skip
    return looks, made.study, made.began


def date_cases(worlds: int, seed: int) -> list[tuple[Case, float]]:
    """Estimate the start of works in simulated series, with the log Bayes factor."""
    found = []
    for k in range(worlds):
        rng = np.random.default_rng([seed, k])
        looks, study, began = ground_looks_of(FIELDS[k % len(FIELDS)], rng)
        day = np.datetime64(int(study), "D")
        date = date_ground_works(looks, study=day).began
        middle = float(np.interp(0.5, np.cumsum(date.probability), date.grid))
        ends = [float((each - np.datetime64("1970-01-01")).astype(int)) for each in date.interval]
        found.append(((began, middle, ends[0], ends[1] + 1.0), date.log_bayes_factor))
    return found


def area_cases(worlds: int, seed: int) -> list[Case]:
    """Estimate the area of change from labelled samples of simulated maps."""
    shares = np.array([0.85, 0.3, 0.03])
    areas = {"change": 20.0, "buffer": 30.0, "stable": 950.0}
    truth = float(np.array(list(areas.values())) @ shares)
    found = []
    for k in range(worlds):
        rng = np.random.default_rng([seed, k])
        hits = rng.binomial(60, shares)
        sample = pd.DataFrame({"change": hits, "stable": 60 - hits}, list(areas))
        each = stratified_area(sample, areas).of("change")
        found.append((truth, each.area, each.low, each.high))
    return found


def _row(
    estimator: str, target: str, unit: str, cases: Sequence[Case], note: str
) -> dict[str, Any]:
    return {
        "estimator": estimator,
        "target": target,
        "unit": unit,
        "nominal": NOMINAL,
        "worlds": len(cases),
        **interval_scores(*np.array(cases, float).T),
        "note": note,
    }


def _parted(pairs: Sequence[tuple[Case, Observation]]) -> tuple[list[Case], str]:
    """Cases with an object present, and a note on false alarms and recall."""
    empty = [look for (truth, *_), look in pairs if truth == 0]
    full = [(case, look) for case, look in pairs if case[0] > 0]
    false = sum(look.value > 0 for look in empty)
    seen = sum(look.value > 0 for _, look in full)
    note = f"nothing there: {false} of {len(empty)} called something; "
    note += f"something there: {seen} of {len(full)} found"
    return [case for case, _ in full], note


def run(worlds: int, seed: int) -> list[dict[str, Any]]:
    """Coverage, bias, RMSE and width of every estimate of the ground measures.

    Parameters
    ----------
    worlds : int
        Number of simulated images, of series and of maps.
    seed : int
        Seed.

    Returns
    -------
    list of dict
        One row an estimate.
    """
    rows = []
    calls: dict[tuple[str, str, str, str], Callable[[], list[tuple[Case, Observation]]]] = {
        ("rail", "occupied length, contrast known", "m", AT_LEAST): lambda: rail_cases(
            worlds, seed, known=True
        ),
        ("rail", "occupied length, contrast not known", "m", ""): lambda: rail_cases(
            worlds, seed, known=False
        ),
        ("stacks", "stacked area, no cranes", "m2", GREYER): lambda: stack_cases(worlds, seed),
        ("disturbed", "ground laid bare", "m2", ""): lambda: depot_cases(worlds, seed),
    }
    for (estimator, target, unit, more), call in calls.items():
        cases, note = _parted(call())
        rows.append(_row(estimator, target, unit, cases, note + more))
    dates = [case for case, _ in date_cases(worlds, seed)]
    parts = []
    for k, plan in enumerate(FIELDS):
        held = np.mean([low <= true <= high for true, _, low, high in dates[k :: len(FIELDS)]])
        family = ", second family" * plan.squared
        parts.append(f"{held:.2f} for a step of {plan.step:g} over {plan.ramp:g} days{family}")
    note = f"joined with the bracketing gap, so at least 0.90 by design; {', '.join(parts)}"
    rows.append(_row("works", "day they began", "days", dates, note))
    rows.append(
        _row("area", "area of change, 60 labels a stratum", "area", area_cases(worlds, seed), "")
    )
    return rows


def acceptance(seed: int) -> list[str]:
    """Results of METHODS 14, tests 6 and 7, on 100 and on 500 yards, and of the pit count."""
    empty = [look.details["cars_mid"] for _, look in rail_cases(100, seed, known=True, cars=(0,))]
    full = gondolas(500, seed)
    cases = [case for case, _ in rail_cases(500, seed, known=False)]
    held = float(np.mean([low <= truth <= high for truth, _, low, high in cases]))
    within = float(np.mean([58.0 <= each <= 82.0 for each in full]))
    few = float(np.mean([each <= 4.0 for each in empty]))
    plain, better = pit_ranges(400, seed)
    return [
        f"empty yards: {few:.3f} of {len(empty)} show at most 4 cars; 0.95 is asked",
        f"73 cars, contrast known: {within:.3f} of {len(full)} show 58 to 82; 0.90 is asked",
        f"contrast not known: {held:.3f} of {len(cases)} intervals hold; 0.85 is asked",
        f"pits: {plain:.3f} of 200 ranges hold the number, {better:.3f} once corrected",
    ]


if __name__ == "__main__":
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    which = int(sys.argv[2]) if len(sys.argv) > 2 else 20231005
    for row in run(how_many, which):
        print(
            f"{row['estimator']:9} {row['target']:52} n {row['worlds']:4} "
            f"coverage {row['coverage']:.3f} bias {row['bias']:+9.2f} rmse {row['rmse']:9.2f} "
            f"width {row['width']:9.2f} {row['unit']}; {row['note']}",
            flush=True,
        )
    print("\n".join(acceptance(which)))
