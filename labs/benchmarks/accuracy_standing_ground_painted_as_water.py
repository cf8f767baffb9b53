"""Accuracy of the ship sweep with standing ground painted as water.

No past image of the labelled ports was to be had, and no outline drawn by anybody who had not
seen the labels. Their outline is made here of what is not water less the labelled hulls: it knows
which objects are ships, so these rows are a bound, and no score of the sweep. Simulated harbours
have past images, moving cranes, and ships whose place is known.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import ndimage

from labs.benchmarks.accuracy_row_format import Rows, on_imagery, row, share, told
from labs.benchmarks.accuracy_ship_sweep_labelled_ports import (
    FOLDER,
    MEASURE,
    PORTS,
    SMALL,
    Port,
    matched_candidates,
    read_port,
)
from skytally.imagery.cube import Bools, Floats, Frame, iter_frames
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.measure.ships.harbour_ship_detection import (
    MIN_COUNTED_SCORE,
    Sweep,
    swept_image,
    water_residual,
)
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import FREE
from skytally.imagery.measure.ships.standing_ground_painted_as_water import (
    MIN_STEP_ALONGSIDE,
    StandingGround,
    standing_from_history,
    standing_from_outline,
)
from skytally.imagery.measure.stable_ground_coregistration import shift_image
from skytally.imagery.simulate import optical_harbour_images

STEPS = (0.02, 0.03, 0.04, 0.05, 0.06, 0.08)
"""Steps of near infrared tried for a hull alongside."""
OFFSETS = (0.0, 0.5, 1.0)
"""Pixels by which an outline is displaced before it is aligned."""
MIN_GROUND_M2 = 20_000.0
"""Square metres of what is not water from which it is part of an outline: no craft."""
PAST, LOOKS, SEEDS = 24, 34, 3
"""Images from which the ground is learnt, images in all, and simulated harbours a family."""


def outline_of(port: Port) -> Floats:
    """Outline of what stands in a port: not water, and no labelled hull, dims (y, x)."""
    around = water_residual(port.frame)
    hulls = np.logical_or.reduce([ndimage.binary_erosion(each) for each in port.labels])
    margins = np.logical_or.reduce([ndimage.binary_dilation(each) for each in port.labels])
    ground = ~around.water & ~hulls
    labels, count = ndimage.label(ground)
    large = np.bincount(labels.ravel(), minlength=count + 1) * port.frame.gsd**2 > MIN_GROUND_M2
    large[0] = False
    ground = large[labels]
    inner = ndimage.binary_erosion(ground, iterations=2)
    weight = ndimage.gaussian_filter((inner & ~margins).astype(np.float32), 4.0) + 1e-6
    bright = around.layer("b08")
    land = ndimage.gaussian_filter(np.where(inner & ~margins, bright, 0.0), 4.0) / weight
    return np.asarray(ground & ((bright > 0.5 * land) | inner), np.float32)


def counts_of(port: Port, swept: Sweep, step: float = 0.0) -> tuple[int, int, int]:
    """Hits, false objects of `SMALL` and more, and objects counted."""
    found = [
        each
        for each in swept.found
        if each.score >= MIN_COUNTED_SCORE and (each.kind == FREE or each.contrast >= step)
    ]
    told = matched_candidates(found, port)
    hits = sum(k >= 0 for k in told)
    false = sum(k < 0 and each.place.length >= SMALL for k, each in zip(told, found, strict=True))
    return hits, false, len(found)


def _moved(ground: Floats, pixels: float) -> StandingGround:
    # up and to the right, by parts of a pixel along both axes
    moved = shift_image(ground, -0.8 * pixels, 0.6 * pixels) if pixels else ground
    return standing_from_outline(np.clip(moved, 0.0, 1.0))


def painted_ports(root: Path) -> Rows:
    """Score the sweep painted from an outline that knows the hulls: a bound."""
    rows: Rows = []
    held = [read_port(root, name) for name in PORTS]
    sha = hashlib.sha256("".join(each.sha256 for each in held).encode()).hexdigest()
    grounds = [outline_of(port) for port in held]
    for pixels in OFFSETS:
        swept = [
            swept_image(port.frame, standing=_moved(ground, pixels), alongside_step=min(STEPS))
            for port, ground in zip(held, grounds, strict=True)
        ]
        note = f"bound: outline of the labelled image itself, displaced by {pixels:g} pixels"
        counts = [
            counts_of(port, each, MIN_STEP_ALONGSIDE)
            for port, each in zip(held, swept, strict=True)
        ]
        rows += _pair("four labelled ports", counts, held, sha, note)
        left = [each.details.get("offset_left_m", math.nan) for each in swept]
        rows.append(row(MEASURE, "four labelled ports", "sweep, painted", "offset left, m",
                        max(left), len(left), sha, note=note))  # fmt: skip
        if not pixels:
            rows += _left_out(held, swept, sha, note)
    return rows


def _left_out(held: Sequence[Port], swept: Sequence[Sweep], sha: str, note: str) -> Rows:
    """Score each port with the step that is best on the other three."""
    table = {
        step: [counts_of(port, each, step) for port, each in zip(held, swept, strict=True)]
        for step in STEPS
    }
    chosen, rows = [], []
    for i, port in enumerate(held):
        others = [j for j in range(len(held)) if j != i]
        labels = sum(len(held[j].labels) for j in others)
        step = max(STEPS, key=lambda each: _balance([table[each][j] for j in others], labels))
        chosen.append(table[step][i])
        rows += _pair(port.name, [table[step][i]], [port], port.sha256,
                      f"{note}; step {step:g} from the other ports")  # fmt: skip
    return rows + _pair("four labelled ports", chosen, held, sha,
                        f"{note}; each port left out of its own step")  # fmt: skip


def _balance(counts: Sequence[tuple[int, int, int]], labels: int) -> float:
    """Harmonic mean of precision and recall."""
    hits, false, _ = map(sum, zip(*counts, strict=True))
    return 2.0 * hits / (hits + false + labels)


def _pair(dataset: str, counts: Sequence[tuple[int, int, int]], held: Sequence[Port], sha: str,
          note: str) -> Rows:  # fmt: skip
    hits, false, _ = map(sum, zip(*counts, strict=True))
    labels = sum(len(port.labels) for port in held)
    return [
        share(MEASURE, dataset, "sweep, painted", "precision", hits, hits + false, sha, note=note),
        share(MEASURE, dataset, "sweep, painted", "recall", hits, labels, sha, note=note),
    ]


def _near_berth(swept: Sweep, berth: Bools) -> list[bool]:
    """Tell for each counted object whether it lies at the berth."""
    grown = ndimage.binary_dilation(berth, iterations=2)
    rows, columns = grown.shape
    return [
        bool(grown[min(max(round(e.place.row), 0), rows - 1),
                   min(max(round(e.place.column), 0), columns - 1)])
        for e in swept.found if e.score >= MIN_COUNTED_SCORE
    ]  # fmt: skip


def simulated_berths() -> Rows:
    """Score the sweep of simulated harbours with and without their past images."""
    rows: Rows = []
    for family in (optical_harbour_images.FIRST, optical_harbour_images.SECOND):
        tally = {"sweep": np.zeros(4, int), "sweep, painted": np.zeros(4, int)}
        for seed in range(SEEDS):
            harbour = optical_harbour_images.Harbour(
                40 + seed, n_looks=LOOKS, family=family, cloud=0.0, haze=0.0, shadow=0.0
            )
            cube, truth = optical_harbour_images.harbour_cube(harbour)
            where = optical_harbour_images.harbour_masks(harbour)
            until = truth["time"].to_numpy()[PAST]
            known = references(cube, ring=where["land"], until=until)
            ground = standing_from_history(next(iter(known.values())))
            frames: list[Frame] = list(iter_frames(cube))[PAST:]
            for frame, ships in zip(frames, truth["ships"].to_numpy()[PAST:], strict=True):
                for method, standing in (("sweep", None), ("sweep, painted", ground)):
                    at_berth = _near_berth(swept_image(frame, standing=standing), where["berth"])
                    seen = min(sum(at_berth), int(ships))
                    tally[method] += (seen, int(ships), len(at_berth) - seen, len(at_berth))
        named = f"made-up harbours, {family} family"
        for method, (hits, ships, false, found) in tally.items():
            note = "simulated; a ship at a quay with moving cranes, 24 past images"
            rows.append(share(MEASURE, named, method, "recall alongside", int(hits), int(ships), "",
                              note=note))  # fmt: skip
            rows.append(share(MEASURE, named, method, "precision", int(found - false), int(found),
                              "", note=note))  # fmt: skip
    return rows


def run() -> Rows:
    """Run the painted sweep; return its accuracy rows."""
    return [*on_imagery(MEASURE, FOLDER, painted_ports), *simulated_berths()]


if __name__ == "__main__":
    told(run())
