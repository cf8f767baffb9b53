"""Accuracy of CFAR detection of ships at sea, on real radar images."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from labs.benchmarks.accuracy_berth_ships_real_images import OPERA, opera_looks, opera_paths
from labs.benchmarks.accuracy_row_format import Rows, on_imagery, row, sha_of, share, told
from skytally.imagery.measure.radar.cfar import (
    bright_targets,
    cfar_detections,
    cfar_multiplier,
    texture_of,
)


def sea_alarms(root: Path) -> Rows:
    """Count pixels over a CFAR threshold on sea without ships."""
    paths = opera_paths(root, "open sea")
    cube, sha = opera_looks(paths), sha_of(paths)
    rows = []
    for law in ("gamma", "K, shape estimated from each look"):
        for p_false in (1e-3, 1e-4):
            hits = total = 0
            for i in range(cube.sizes["time"]):
                values = cube["gamma0"].to_numpy()[i, 0]
                texture = None if law == "gamma" else texture_of(values)
                found = cfar_detections(values, cfar_multiplier(p_false, texture=texture), guard=9,
                             training=25)  # fmt: skip
                hits, total = hits + int(found.sum()), total + found.size
            rows.append(share("ships at sea, radar", "OPERA RTC, open sea", f"CFAR, {law}",
                              "false alarms per pixel", hits, total, sha,
                              note=f"stated {p_false:g}; 30 m pixels, 4.4 looks"))  # fmt: skip
    return rows


def _overlap(one: Sequence[float], two: Sequence[float]) -> float:
    across = min(one[2], two[2]) - max(one[0], two[0])
    down = min(one[3], two[3]) - max(one[1], two[1])
    if across <= 0 or down <= 0:
        return 0.0
    areas = [(each[2] - each[0]) * (each[3] - each[1]) for each in (one, two)]
    return across * down / (sum(areas) - across * down)


def chips(root: Path) -> Rows:
    """Count the labelled ships of radar chips that are detected, and the false alarms elsewhere."""
    rows = []
    for name in ("sar_ship_chips", "ls_ssdd"):
        boxes = found = loose = others = empty = 0
        paths = sorted((root / name).glob("*.jpg"))
        for path in paths:
            grey = np.asarray(Image.open(path).convert("L"), np.float32)
            # eight bits of amplitude, black clipped: one step stands for what was cut off
            hits = bright_targets((grey + 1.0) ** 2, cfar_multiplier(1e-6, texture=4.0),
                                  guard=61, training=121, least=6)  # fmt: skip
            seen = [(b[1].start, b[0].start, b[1].stop, b[0].stop) for b in hits]
            tree = ET.parse(path.with_suffix(".xml")).getroot()
            true = [[float(each.findtext(f"bndbox/{side}") or 0)
                     for side in ("xmin", "ymin", "xmax", "ymax")]
                    for each in tree.findall("object")]  # fmt: skip
            best = [max((_overlap(t, s) for s in seen), default=0.0) for t in true]
            boxes += len(true)
            found += sum(each >= 0.3 for each in best)
            loose += sum(each > 0.1 for each in best)
            near = sum(any(_overlap(t, s) > 0.0 for t in true) for s in seen)
            others += len(seen) - near
            empty += not true
        sha = sha_of([*paths, *(p.with_suffix(".xml") for p in paths)])
        note = f"{len(paths)} images of 8 bits, {empty} without a box; no land mask"
        rows += [
            share("ships at sea, radar", name, "K CFAR, 1e-6, shape 4", "boxes found, overlap 0.3",
                  found, boxes, sha, note=note),
            share("ships at sea, radar", name, "K CFAR, 1e-6, shape 4", "boxes found, overlap 0.1",
                  loose, boxes, sha, note=note),
            row("ships at sea, radar", name, "K CFAR, 1e-6, shape 4", "other objects an image",
                others / len(paths), len(paths), sha, note=f"{note}; land and piers among them"),
        ]  # fmt: skip
    return rows


def run() -> Rows:
    """Count false alarms on sea without ships, and labelled ships that are found."""
    return [
        *on_imagery("ships at sea, radar", OPERA, sea_alarms),
        *on_imagery("ships at sea, radar", "03_s1_ships", chips),
    ]


if __name__ == "__main__":
    told(run())
