"""Accuracy of the berth measures on simulated harbours of two families, optical and radar."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from labs.benchmarks.accuracy_row_format import Rows, row, share, told
from skytally.imagery.clear_sky.stable_ground_and_water_masks import ring_mask
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    RadarBerth,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.measure.ships.berth_ships import ships_at_berth
from skytally.imagery.measure.ships.berth_water_anomalies import Berth
from skytally.imagery.simulate import optical_harbour_images, radar_berth_images


def optical() -> Rows:
    """Score the optical berth measure on harbours of both families."""
    rows = []
    for family in (optical_harbour_images.FIRST, optical_harbour_images.SECOND):
        counts, errors, held, unsure = np.zeros(4, int), [], [], np.zeros(2, int)
        for seed in range(6):
            harbour = optical_harbour_images.Harbour(
                seed, n_looks=60, family=family, empty_until=20
            )
            cube, truth = optical_harbour_images.harbour_cube(harbour)
            where = optical_harbour_images.harbour_masks(harbour)
            ring = ring_mask([where["berth"], where["quay"]], gsd=10.0) & where["land"]
            place = Berth(where["berth"], ring, where["openwater"], harbour.axis_deg)
            made = references(cube, ring=ring, until=truth["time"].to_numpy()[20])
            looks = ships_at_berth(cube, place, references=made)
            for look, true in zip(looks, truth.itertuples(), strict=True):
                unsure += (look.others > 0 and not look.hulls, look.ships.state != "unclear")
                if not math.isfinite(look.ships.value):
                    continue
                counts[2 * int(true.ships) + int(look.ships.value > 0)] += 1
                if true.ships and look.hulls:
                    errors.append(look.length.value - true.length)
                    held.append(look.length.low <= true.length <= look.length.high)
        rows += _rates("ships at berth, optical", f"made-up harbours, {family} family", counts)
        rows.append(share("ships at berth, optical", f"made-up harbours, {family} family", "berth",
                          "something, no hull", int(unsure[0]), int(unsure[1]), "",
                          note="simulated; said to be no number"))  # fmt: skip
        rows.append(row("ships at berth, optical", f"made-up harbours, {family} family", "berth",
                        "length error, m", float(np.mean(errors)), len(errors), "",
                        note=f"simulated; interval of 0.90 held {np.mean(held):.2f}",
                        bounds=(float(np.percentile(errors, 5)),
                                float(np.percentile(errors, 95)))))  # fmt: skip
    return rows


def radar() -> Rows:
    """Score the radar berth measure on either side of the quay."""
    rows = []
    for state, side in (("descending", "sea side"), ("ascending", "lee of the quay")):
        counts = np.zeros(4, int)
        for seed in range(4):
            harbour = radar_berth_images.RadarHarbour(
                seed, n_looks=60, orbit_state=state, empty_until=20
            )
            cube, truth = radar_berth_images.radar_cube(harbour)
            where = radar_berth_images.radar_masks(harbour)
            place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
            made, backgrounds = learn_radar_background(
                cube, place, until=truth["time"].to_numpy()[20]
            )
            looks = list(
                radar_ships_at_berth(cube, place, references=made, backgrounds=backgrounds)
            )[20:]
            for look, true in zip(looks, truth["ships"].to_numpy()[20:], strict=True):
                counts[2 * int(true) + int(look.ships.value > 0)] += 1
        rows += _rates("ships at berth, radar", f"made-up berths, {side}", counts)
    return rows


def _rates(measure: str, dataset: str, counts: npt.NDArray[np.int_]) -> Rows:
    free, false, missed, found = (int(each) for each in counts)
    return [
        share(measure, dataset, "berth", "detection per look", found, found + missed, "",
              note="simulated"),
        share(measure, dataset, "berth", "false alarms per look", false, free + false, "",
              note="simulated"),
    ]  # fmt: skip


def run() -> Rows:
    """Run both berth measures on simulated harbours; no real data."""
    return optical() + radar()


if __name__ == "__main__":
    told(run())
