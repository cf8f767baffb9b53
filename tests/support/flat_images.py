"""Images without any texture, into which objects are drawn."""

from __future__ import annotations

import numpy as np
import xarray as xr

BANDS = ("b02", "b03", "b04", "b08", "b11")


def flat_image(*, side: int = 80, level: float = 0.1) -> xr.Dataset:
    """Make an image without any texture."""
    values = np.full((len(BANDS), side, side), level, np.float32)
    return xr.Dataset(
        {"reflectance": (("band", "y", "x"), values)},
        coords={
            "band": list(BANDS),
            "x": 500_005.0 + 10.0 * np.arange(side),
            "y": 4_699_995.0 - 10.0 * np.arange(side),
            "time": np.datetime64("2023-08-01", "ns"),
            "item_id": "flat",
        },
    )


def middle_mask(*, half: int = 15, side: int = 80) -> np.ndarray:
    """Make a square in the middle."""
    mask = np.zeros((side, side), bool)
    mask[side // 2 - half : side // 2 + half, side // 2 - half : side // 2 + half] = True
    return mask
