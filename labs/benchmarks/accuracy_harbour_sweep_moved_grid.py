"""Accuracy of the ship sweep when the pixel grid moves, on labelled images of ports.

The same ships are counted on grids that are cut or shifted. The interval of a count is scored with
the precision and recall of the other ports.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy import ndimage

from labs.benchmarks.accuracy_row_format import Rows, on_imagery, row, share, told
from labs.benchmarks.accuracy_ship_sweep_labelled_ports import FOLDER, PORTS, Port, read_port
from labs.benchmarks.accuracy_standing_ground_painted_as_water import MEASURE, counts_of
from skytally.imagery.cube import Floats
from skytally.imagery.measure.ships.count_interval_from_precision_recall import (
    ScoredSweep,
    count_interval,
)
from skytally.imagery.measure.ships.harbour_ship_detection import MIN_COUNTED_SCORE, swept_image
from skytally.imagery.measure.stable_ground_coregistration import shift_image

MIRRORED_PX = 32
"""Pixels mirrored at each edge, so that a shift by frequencies does not wrap around."""


def shift_by_frequencies(values: Floats, rows: float, columns: float) -> Floats:
    """Move an image by a part of a pixel without blurring it, positive down and to the right."""
    moved = []
    for layer in values:
        padded = np.pad(layer, MIRRORED_PX, mode="reflect")
        spectrum = ndimage.fourier_shift(np.fft.rfft2(padded), (rows, columns), n=padded.shape[1])
        moved.append(np.fft.irfft2(spectrum, s=padded.shape))
    inner = slice(MIRRORED_PX, -MIRRORED_PX)
    return np.asarray(np.stack(moved)[:, inner, inner], np.float32)


def _there_and_back(values: Floats) -> Floats:
    """Image on its own grid, blurred by the interpolation of two shifts."""
    return shift_image(shift_image(values, 0.5, 0.5), -0.5, -0.5)


GRIDS: dict[str, Callable[[Floats], Floats]] = {
    "as it is": lambda values: values,
    "cut 3 rows and 5 columns in": lambda values: np.ascontiguousarray(values[:, 3:, 5:]),
    "cut 11 rows and 8 columns in": lambda values: np.ascontiguousarray(values[:, 11:, 8:]),
    "moved by half a pixel without blur": lambda values: shift_by_frequencies(values, 0.5, 0.5),
    "blurred: resampled by half a pixel": lambda values: shift_image(values, 0.5, 0.5),
    "blurred: resampled by half a pixel and back": _there_and_back,
}
"""Grids on which one image is swept: the first keeps its own. Cubic convolution blurs what it moves
by half a pixel, so what it changes on another grid is told apart from what it changes on the
image's own."""


def moved_grids(root: Path) -> Rows:
    """Count the same ships on other grids, and hold the interval left out port by port."""
    held = [read_port(root, name) for name in PORTS]
    sha = hashlib.sha256("".join(each.sha256 for each in held).encode()).hexdigest()
    totals, scored = {}, []
    for name, grid in GRIDS.items():
        total = 0
        for port in held:
            swept = swept_image(port.frame.with_values(grid(port.frame.values)))
            total += sum(each.score >= MIN_COUNTED_SCORE for each in swept.found)
            if name == "as it is":
                hits, false, count = counts_of(port, swept)
                scored.append((hits, hits + false, len(port.labels), count))
        totals[name] = total
    usual = totals["as it is"]
    rows = [
        row(MEASURE, "four labelled ports", "sweep", "change of count with the grid",
            total / usual - 1.0, usual, sha, note=f"{name}: {total} for {usual}")
        for name, total in totals.items() if name != "as it is"
    ]  # fmt: skip
    return rows + _held_out(scored, held, sha)


def _held_out(scored: Sequence[tuple[int, int, int, int]], held: Sequence[Port], sha: str) -> Rows:
    """Interval of each port from precision and recall of the other three."""
    covered, rows = 0, []
    for i, port in enumerate(held):
        hits, found, labels = (
            sum(each[k] for j, each in enumerate(scored) if j != i) for k in range(3)
        )
        low, high = count_interval(scored[i][3], ScoredSweep(hits, found, labels))
        covered += low <= len(port.labels) <= high
        rows.append(row(MEASURE, port.name, "sweep", "count, interval from the other ports",
                        scored[i][3], 1, port.sha256, note=f"{len(port.labels)} are labelled",
                        bounds=(low, high)))  # fmt: skip
    rows.append(share(MEASURE, "four labelled ports", "sweep", "ports whose count is covered",
                      covered, len(held), sha, note="nominal 0.90"))  # fmt: skip
    return rows


def run() -> Rows:
    """Sweep the labelled ports on each grid; return the accuracy rows."""
    return on_imagery(MEASURE, FOLDER, moved_grids)


if __name__ == "__main__":
    told(run())
