"""Run the optical vessel detector of ``azimut`` for `accuracy_beside_azimut_vessel_detector`.

``python run_azimut_vessel_detector.py images.npz objects.npz`` imports nothing of this project:
azimut is under the AGPL and stays out of its lock files.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np
from azimut.engine import analyzers, sentinel
from azimut.engine.analysis_models import BUILTINS


def product(nir: np.ndarray, swir: np.ndarray, green: np.ndarray) -> np.ndarray:
    """Bytes as azimut asks its provider for them; no pixel has a scene class."""
    gain = 255.0 * sentinel.BAND_GAIN
    index = (green - nir) / np.maximum(green + nir, 1e-6)
    return np.stack(
        [
            np.clip(np.round(nir * gain), 1, 255),
            np.clip(np.round(swir * gain), 0, 255),
            np.round((np.clip(index, -1.0, 1.0) + 1.0) * 127.5),
            np.zeros(nir.shape),
        ],
        axis=-1,
    ).astype(np.uint8)


def main(images: str, objects: str) -> None:
    """Detect in every image; write a raster of numbered objects and their margins."""
    recipe = next(each for each in BUILTINS if each.id == "boats")
    made = {}
    with np.load(images) as held:
        for name in sorted({key.rsplit(".", 1)[0] for key in held.files}):
            bands = (held[f"{name}.{band}"] for band in ("b08", "b11", "b03"))
            taken = product(*bands)
            everywhere = np.ones(taken.shape[:2], bool)
            found, contrast, threshold, _ = analyzers._vessels(
                taken, everywhere, ~everywhere, float(held[f"{name}.gsd"]), recipe.parameters
            )
            count, labels = cv2.connectedComponents(found.astype(np.uint8), connectivity=8)
            peaks = [contrast[labels == number].max() / threshold for number in range(1, count)]
            made |= {f"{name}.objects": labels, f"{name}.margins": np.array(peaks)}
    np.savez(objects, **made)


if __name__ == "__main__":
    main(*sys.argv[1:3])
