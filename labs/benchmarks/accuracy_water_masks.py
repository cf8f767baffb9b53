"""Accuracy of water masks by index and by backscatter, on real images beside hand-drawn masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from scipy import ndimage

from labs.benchmarks.accuracy_row_format import Rows, on_imagery, sha_of, share, told
from skytally.imagery.measure.water_mask import ndwi, otsu, water_threshold


def floods(root: Path) -> Rows:
    """Compare water by index and by backscatter with a hand-drawn mask."""
    stem = root / "Spain_7370579"
    paths = [stem.with_name(f"{stem.name}_{each}.tif") for each in
             ("LabelHand", "S1Hand", "S2Hand")]  # fmt: skip
    held = []
    for path in paths:
        with rasterio.open(path) as file:
            held.append(file.read().astype(np.float32))
    label, radar, optical = held[0][0], held[1], held[2] / 10_000.0
    told = label >= 0
    index = ndwi(optical[[2, 7]], ("b03", "b08"))
    modified = ndwi(optical[[2, 11]], ("b03", "b08"))
    smooth = ndimage.uniform_filter(np.nan_to_num(radar.mean(axis=0), nan=0.0), 3)
    masks = {
        "NDWI, Otsu with a guard": index > water_threshold(index[told]),
        "MNDWI, Otsu with a guard": modified > water_threshold(modified[told]),
        "VV and VH in dB, Otsu": smooth < otsu(smooth[told])[0],
    }
    rows = []
    for method, found in masks.items():
        water = label == 1
        both = int((found & water & told).sum())
        either = int(((found | water) & told).sum())
        same = int(((found == water) & told).sum())
        note = f"Spain_7370579; {float(water[told].mean()):.0%} water"
        rows += [
            share("water mask", "Sen1Floods11", method, "pixels alike", same, int(told.sum()),
                  sha_of(paths), note=note),
            share("water mask", "Sen1Floods11", method, "intersection over union", both, either,
                  sha_of(paths), note=note),
        ]  # fmt: skip
    return rows


def run() -> Rows:
    """Compare each mask with the hand-drawn one; return the accuracy rows."""
    return on_imagery("water mask", "04_s1_calibrated/sen1floods11", floods)


if __name__ == "__main__":
    told(run())
