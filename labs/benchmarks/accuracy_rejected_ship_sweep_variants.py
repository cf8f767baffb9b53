"""Accuracy of two variants of the ship sweep that were tried on labelled ports and not kept.

*Painted by its own water mask*: an outline made without the labels, from the image alone. What is
not water is opened at the scale of a quay, so that what is narrower is no ground. Width of the
opening and least step alongside are chosen for each port on the other three.

*Sides in colour too*: straight sides beside a quay are sought in the mean of blue, green and red
as well as in the near infrared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from unittest import mock

import numpy as np
from scipy import ndimage

from labs.benchmarks.accuracy_row_format import Rows, on_imagery, share, told
from labs.benchmarks.accuracy_ship_sweep_labelled_ports import FOLDER, PORTS, Port, read_port
from labs.benchmarks.accuracy_standing_ground_painted_as_water import (
    MEASURE,
    MIN_GROUND_M2,
    STEPS,
    counts_of,
)
from skytally.imagery.cube import Bools, Floats
from skytally.imagery.measure.ships import harbour_ship_detection
from skytally.imagery.measure.ships.alongside_hulls import hulls_alongside
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import (
    Candidate,
    WaterResidual,
)
from skytally.imagery.measure.ships.standing_ground_painted_as_water import standing_from_outline

OWN_WATER, COLOUR = "sweep, painted by its own water mask", "sweep, sides in colour too"
WIDTHS_M = (40.0, 60.0, 120.0)
"""Metres below which what is not water is no ground: wider than a hull, as wide as a quay."""
Counts = tuple[int, int, int]
Tried = Mapping[tuple[float, float], Counts]
"""Width and step to hits, false objects and objects counted."""


def opened(mask: Bools, width_m: float, gsd: float) -> Bools:
    """Leave out of a mask what is narrower than a width; the image's edge is no edge of it."""
    reach = 0.5 * width_m / gsd
    wide = int(np.ceil(reach)) + 1
    inside = ndimage.distance_transform_edt(np.pad(mask, wide, constant_values=True)) > reach
    kept = ndimage.distance_transform_edt(~inside) <= reach
    return np.asarray(kept[wide:-wide, wide:-wide] & mask)


def own_outline(around: WaterResidual, width_m: float) -> Floats:
    """Outline of what stands in a port, from the image's own water mask, dims (y, x)."""
    ground = opened(~around.water, width_m, around.gsd)
    labels, count = ndimage.label(ground)
    large = np.bincount(labels.ravel(), minlength=count + 1) * around.gsd**2 > MIN_GROUND_M2
    large[0] = False
    ground = large[labels]
    inner = ndimage.binary_erosion(ground, iterations=2)
    weight = ndimage.gaussian_filter(inner.astype(np.float32), 4.0) + 1e-6
    bright = around.layer("b08")
    land = ndimage.gaussian_filter(np.where(inner, bright, 0.0), 4.0) / weight
    return np.asarray(ground & ((bright > 0.5 * land) | inner), np.float32)


def tried_on(port: Port) -> Tried:
    """Sweep a port painted by its own water mask, for every width and step."""
    around = harbour_ship_detection.water_residual(port.frame)
    made: dict[tuple[float, float], Counts] = {}
    for width in WIDTHS_M:
        ground = standing_from_outline(own_outline(around, width))
        swept = harbour_ship_detection.swept_image(
            port.frame, standing=ground, alongside_step=min(STEPS)
        )
        made |= {(width, step): counts_of(port, swept, step) for step in STEPS}
    return made


def _balance(counts: Sequence[Counts], labels: int) -> float:
    hits, false, _ = map(sum, zip(*counts, strict=True))
    return 2.0 * hits / (hits + false + labels)


def left_out_rows(held: Sequence[Port], tried: Sequence[Tried], sha: str) -> Rows:
    """Score each port with the width and step that are best on the others."""
    chosen, rows = [], []
    for i, port in enumerate(held):
        others = [j for j in range(len(held)) if j != i]
        labels = sum(len(held[j].labels) for j in others)
        width, step = max(
            tried[i], key=lambda each: _balance([tried[j][each] for j in others], labels)
        )
        chosen.append(tried[i][width, step])
        note = f"outline made without the labels; opened at {width:g} m, step {step:g}, both from "
        rows += _pair(OWN_WATER, port.name, [chosen[-1]], len(port.labels), port.sha256,
                      f"{note}the other ports")  # fmt: skip
    total = sum(len(port.labels) for port in held)
    note = "outline made without the labels; each port left out of its own tuning"
    return rows + _pair(OWN_WATER, "four labelled ports", chosen, total, sha, note)


def _pair(method: str, dataset: str, counts: Sequence[Counts], labels: int, sha: str,
          note: str = "") -> Rows:  # fmt: skip
    hits, false, _ = map(sum, zip(*counts, strict=True))
    return [
        share(MEASURE, dataset, method, "precision", hits, hits + false, sha, note=note),
        share(MEASURE, dataset, method, "recall", hits, labels, sha, note=note),
    ]


class _InColour(WaterResidual):
    """An image whose sides are sought in the mean of blue, green and red."""

    def layer(self, name: str) -> Floats:
        """Signal of one band; of the near infrared, that of the colours."""
        colours = np.asarray(self.signal[:3].mean(axis=0), np.float32)
        return colours if name == "b08" else super().layer(name)


def _sides_in_both(around: WaterResidual) -> Iterator[Candidate]:
    yield from hulls_alongside(around)
    coloured = {each.name: getattr(around, each.name) for each in fields(around)}
    yield from hulls_alongside(_InColour(**coloured))


def in_colour(port: Port) -> Counts:
    """Sweep a port with sides sought in colour as well."""
    with mock.patch.object(harbour_ship_detection, "hulls_alongside", _sides_in_both):
        return counts_of(port, harbour_ship_detection.swept_image(port.frame))


def variant_rows(held: Sequence[Port], tried: Sequence[Tried], coloured: Sequence[Counts]) -> Rows:
    """Rows of both variants."""
    sha = hashlib.sha256("".join(each.sha256 for each in held).encode()).hexdigest()
    rows = left_out_rows(held, tried, sha)
    for port, counts in zip(held, coloured, strict=True):
        rows += _pair(COLOUR, port.name, [counts], len(port.labels), port.sha256)
    total = sum(len(port.labels) for port in held)
    return rows + _pair(COLOUR, "four labelled ports", coloured, total, sha)


def tried_ports(root: Path) -> Rows:
    """Score both variants on the four labelled ports."""
    held = [read_port(root, name) for name in PORTS]
    return variant_rows(held, list(map(tried_on, held)), list(map(in_colour, held)))


def run() -> Rows:
    """Run both variants; return their accuracy rows."""
    return on_imagery(MEASURE, FOLDER, tried_ports)


if __name__ == "__main__":
    told(run())
