"""Accuracy of the ship sweep on ships of known length drawn into real images of labelled ports."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from labs.benchmarks.accuracy_row_format import Rows, on_imagery, row, share, told
from labs.benchmarks.accuracy_ship_sweep_labelled_ports import FOLDER, PORTS, Port, read_port
from skytally.imagery.measure.ships.harbour_ship_detection import (
    MIN_COUNTED_SCORE,
    swept_candidates,
    water_residual,
)
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import Candidate
from skytally.imagery.simulate import held_out_ship_appearance_model, ship_drawing

INJECTED = (40.0, 60.0, 80.0, 105.0, 125.0, 160.0, 220.0)
"""Lengths of injected ships, metres."""
FAMILIES: dict[str, dict[str, Any]] = {
    "first": {},
    "second": {
        "outline": held_out_ship_appearance_model.rounded_hull,
        "paint": held_out_ship_appearance_model.hatched_deck,
        "blur": held_out_ship_appearance_model.haloed,
    },
}
"""How ships are drawn: the second family has another outline, other paint, another blur."""


def _spots(port: Port, rng: np.random.Generator, count: int) -> list[tuple[float, float]]:
    """Random positions in open water, 250 m from one another and 200 m from everything else."""
    gsd = port.frame.gsd
    around = water_residual(port.frame)
    far = ndimage.distance_transform_edt(np.pad(around.water, 1))[1:-1, 1:-1] * gsd > 200.0
    spots: list[tuple[float, float]] = []
    for at in rng.permutation(np.flatnonzero(far))[:20_000]:
        y, x = ((each + 0.5) * gsd for each in np.unravel_index(at, far.shape))
        if all(math.hypot(x - a, y - b) > 400.0 for a, b in spots):
            spots.append((float(x), float(y)))
        if len(spots) == count:
            break
    return spots


def _found_at(found: Sequence[Candidate], ship: ship_drawing.ShipDrawing, gsd: float) -> float:
    """Length of the detection at a drawn ship, in metres; NaN if it was missed."""
    for each in found:
        x, y = (each.place.column + 0.5) * gsd, (each.place.row + 0.5) * gsd
        near = math.hypot(x - ship.x, y - ship.y) < max(0.5 * ship.length, 20.0)
        if near and each.score >= MIN_COUNTED_SCORE:
            return each.place.length
    return math.nan


def injected(root: Path) -> Rows:
    """Draw ships of known length into the real images and count the detections."""
    told: list[tuple[str, float, float]] = []
    held = [read_port(root, name) for name in PORTS]
    for port in held:
        rng = np.random.default_rng(7)
        gsd, shape = port.frame.gsd, port.frame.values.shape[1:]
        for family, style in FAMILIES.items():
            spots = _spots(port, rng, 4 * len(INJECTED))
            values = port.frame.values.copy()
            ships = []
            for i, (x, y) in enumerate(spots):
                length = INJECTED[i % len(INJECTED)]
                ship = ship_drawing.ShipDrawing(
                    x, y, length, ship_drawing.beam(length, rng), rng.uniform(0, 360)
                )
                sprite = ship_drawing.draw_ship(
                    ship, (shape[0], shape[1]), rng, gsd=gsd, native=10.0, **style
                )
                ship_drawing.paint_sprite(values[:4], sprite)
                ships.append(ship)
            found = swept_candidates(port.frame.with_values(values))
            told += [(family, each.length, _found_at(found, each, gsd)) for each in ships]
    sha = hashlib.sha256("".join(each.sha256 for each in held).encode()).hexdigest()
    return _injected_rows(told, sha)


def _injected_rows(told: Sequence[tuple[str, float, float]], sha: str) -> Rows:
    rows = []
    for family in FAMILIES:
        for length in INJECTED:
            here = [found for name, true, found in told if name == family and true == length]
            hits = [each for each in here if math.isfinite(each)]
            note = f"{family} family, {length:.0f} m, open water"
            rows.append(share("ships in one look", "injected into four ports", "sweep",
                              "recall by length", len(hits), len(here), sha,
                              note=note))  # fmt: skip
            if hits:
                error = np.array(hits) - length
                rows.append(row("ships in one look", "injected into four ports", "sweep",
                                "length error, m", float(error.mean()), len(hits), sha, note=note,
                                bounds=(float(error.min()), float(error.max()))))  # fmt: skip
    return rows


def run() -> Rows:
    """Run the injection of ships; return its accuracy rows."""
    return on_imagery("ships in one look", FOLDER, injected)


if __name__ == "__main__":
    told(run())
