"""An image of open water with land along its upper edge."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from skytally.imagery.simulate import optical_harbour_images

ROWS, COLUMNS = 150, 160


def roads(seed: int, *, quay: bool = True) -> np.ndarray:
    """Make an image of open water with land along its upper edge, dims (band, y, x)."""
    rng = np.random.default_rng(seed)
    image = np.repeat(optical_harbour_images.WATER[:, None, None], ROWS, axis=1)
    image = np.repeat(image, COLUMNS, axis=2).astype(np.float64)
    if quay:
        image[:, :35] = optical_harbour_images.CONCRETE[:, None, None] * (
            1 + 0.1 * rng.normal(size=(35, COLUMNS))
        )
    image = np.stack([ndimage.gaussian_filter(each, 0.52) for each in image])
    return (image + rng.normal(0, 0.004, image.shape)).astype(np.float32)
