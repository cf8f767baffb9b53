"""Accuracy of the radar berth measure when another satellite takes over on an unknown day.

Simulated: no image of Sentinel-1C or 1D was to be had when this was written. Their noise is
reported to differ from that of 1A by 1.4 to 1.8 dB, a figure not checked here; the larger one is
taken, in both directions. An error of calibration of half a decibel is taken as well. Berths share
their dates, as berths of one harbour do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from labs.benchmarks.accuracy_berth_ships_real_images import by_date
from labs.benchmarks.accuracy_row_format import Rows, row, share, told
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    RadarBerth,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.simulate.radar_berth_images import (
    NESZ_DB,
    RadarHarbour,
    RadarInstrument,
    radar_cube,
    radar_masks,
)

Bools = npt.NDArray[np.bool_]

BERTHS = 12
"""Berths that share their dates."""
LEARNT, TESTED = 25, 40
"""Looks before the study, and in it."""
NOISE_STEP_DB = 1.8
"""Reported difference of noise between Sentinel-1A and its successors, the larger end."""
GAIN_STEP_DB = 0.5
"""Error of calibration that comes with the satellite, half of what the calibration is good to."""
MEASURE, METHOD = "ships at berth, radar", "radar berth"
SIDES = {"descending": "sea side", "ascending": "lee of the quay"}
NOTE = (
    "simulated; noise of 1C and 1D as reported, not checked, and no image of either; berths share "
    f"{TESTED} dates, the day of the change is drawn"
)


@dataclass(frozen=True)
class Handover:
    """One satellite that takes over from another."""

    name: str
    """How the row calls it."""
    first: RadarInstrument
    """The satellite that was learnt from."""
    then: RadarInstrument
    """The one that takes over."""


EARLY, LATE = RadarInstrument("sentinel-1a"), RadarInstrument("sentinel-1c")
LESS = NESZ_DB - NOISE_STEP_DB
HANDOVERS = (
    Handover("less noise, not named", EARLY, replace(EARLY, noise_db=LESS)),
    Handover("less noise, named", EARLY, replace(LATE, noise_db=LESS)),
    Handover(
        "more noise, not named", replace(LATE, noise_db=LESS), replace(LATE, noise_db=NESZ_DB)
    ),
    Handover("more noise, named", replace(LATE, noise_db=LESS), EARLY),
    Handover("half a decibel brighter, not named", EARLY, replace(EARLY, gain_db=GAIN_STEP_DB)),
    Handover("half a decibel darker, not named", EARLY, replace(EARLY, gain_db=-GAIN_STEP_DB)),
)


@lru_cache(maxsize=2 * len(HANDOVERS) * BERTHS)
def _unnamed(harbour: RadarHarbour) -> tuple[xr.Dataset, pd.DataFrame]:
    """Draw the images of a berth once for all names that its satellites are given."""
    return radar_cube(harbour)


def _images(harbour: RadarHarbour) -> tuple[xr.Dataset, pd.DataFrame]:
    """Draw the images of a berth under the names of its satellites, and the truth."""
    first = replace(harbour.instrument, platform="")
    then = replace(harbour.successor, platform="") if harbour.successor else None
    cube, truth = _unnamed(replace(harbour, instrument=first, successor=then))
    names = [harbour.satellite(look).platform for look in range(harbour.n_looks)]
    return cube.assign_coords(platform=("time", names)), truth


def _seen(harbour: RadarHarbour) -> tuple[Bools, Bools, int]:
    """Measure a berth: looks called occupied, those with a ship, and how many could not tell."""
    cube, truth = _images(harbour)
    where = radar_masks(harbour)
    place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
    known, usual = learn_radar_background(cube, place, until=truth["time"].to_numpy()[LEARNT])
    late: xr.Dataset = cube.isel(time=slice(LEARNT, None))
    looks = list(radar_ships_at_berth(late, place, references=known, backgrounds=usual))
    called = np.array([look.ships.value > 0 for look in looks])
    blind = sum(not np.isfinite(look.ships.value) for look in looks)
    return called, truth["ships"].to_numpy()[LEARNT:] > 0, blind


def _all_seen(side: str, first: RadarInstrument, then: RadarInstrument, day: int) -> tuple[
    Bools, Bools, int
]:  # fmt: skip
    """Measure every berth, dims (berth, look)."""
    made = [
        _seen(
            RadarHarbour(
                400 + seed, n_looks=LEARNT + TESTED, rows=52, columns=52, orbit_state=side,
                empty_until=LEARNT, weather_seed=17, instrument=first, successor=then,
                succeeds_at=LEARNT + day,
            )
        )
        for seed in range(BERTHS)
    ]  # fmt: skip
    called, truth = (np.array([each[k] for each in made]) for k in (0, 1))
    return called, truth, sum(each[2] for each in made)


def handed_over(side: str, change: Handover, day: int, before: Bools) -> Rows:
    """Rows of one handover on one side of the quay, beside the looks without a change."""
    called, truth, blind = _all_seen(side, change.first, change.then, day)
    dataset = f"simulated handover, {change.name}, {SIDES[side]}"
    empty = int((~truth).sum())
    recall = float(called[truth].mean())
    gained = called[:, day:] & ~before[:, day:]
    lost = before[:, day:] & ~called[:, day:]
    told_apart = (MEASURE, dataset, METHOD)
    return [
        share(*told_apart, "false alarms per look", int((called & ~truth).sum()), empty, "",
              note=NOTE),
        *by_date(called & ~truth, dataset, METHOD, "", empty=~truth),
        share(*told_apart, "false change: looks free before and occupied after",
              int((gained & ~truth[:, day:]).sum()), int((~truth[:, day:]).sum()), "",
              note="the same looks without the change beside them; at most 0.01 wanted"),
        row(*told_apart, "recall lost by the change",
            float((lost & truth[:, day:]).sum() - (gained & truth[:, day:]).sum())
            / max(int(truth[:, day:].sum()), 1),
            int(truth[:, day:].sum()), "", note=f"recall {recall:.3f}; at most 0.01 wanted"),
        share(*told_apart, "looks that could not tell", blind, called.size, "", note=NOTE),
    ]  # fmt: skip


def run() -> Rows:
    """Run every handover on either side of the quay; no real data."""
    rows: Rows = []
    rng = np.random.default_rng(20261129)
    for side in SIDES:
        day = int(rng.integers(5, TESTED - 15))
        without = {
            first: _all_seen(side, first, first, TESTED)[0]
            for first in dict.fromkeys(each.first for each in HANDOVERS)
        }
        for change in HANDOVERS:
            rows += handed_over(side, change, day, without[change.first])
    return rows


if __name__ == "__main__":
    told(run())
