"""Straight tracks over the middle of a made-up grid."""

from __future__ import annotations

import numpy as np

from skytally.imagery.measure.rail.track_forward_model import Corridor, lay_corridor
from skytally.imagery.measure.ships.hull_fit import sigma_psf

SIGMA = sigma_psf(0.26)
X = 500_005.0 + 10.0 * np.arange(100)
Y = 4_699_995.0 - 10.0 * np.arange(40)
WEST, MIDDLE = 500_100.0, 4_699_800.0


def straight(count: int = 4, *, length: float = 600.0, apart: float = 5.0) -> Corridor:
    """Lay straight tracks from west to east over the middle of a grid of 40 by 100 pixels."""
    lines = [
        np.array([[WEST, MIDDLE - i * apart], [WEST + length, MIDDLE - i * apart]])
        for i in range(count)
    ]
    return lay_corridor(lines, X, Y, sigma=SIGMA)
