"""Run the detector of ``strait-observatory`` for `accuracy_beside_strait_observatory_detector`.

``python run_strait_observatory_detector.py jobs.npz settings.json found.json`` imports nothing of
this project, so that the peer needs no place in its lock files.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from strait.detect import PRESETS, detect_vessels


def main(jobs: str, settings: str, found: str) -> None:
    """Detect in every job's scenes; write (scene, row, column) of each vessel."""
    made = {}
    with np.load(jobs) as held:
        for name, preset in json.loads(Path(settings).read_text(encoding="utf-8")).items():
            scenes, land = held[f"{name}.scenes"], held[f"{name}.land"]
            rows, columns = land.shape
            setup = {k: v for k, v in PRESETS[preset].items() if k != "description"}
            # bounds in pixels: its longitude is then a column, its latitude counts rows upwards
            table = detect_vessels(
                list(scenes), [str(i) for i in range(len(scenes))], land, shape=(rows, columns),
                bounds=(0.0, 0.0, columns, rows), **setup,
            )  # fmt: skip
            made[name] = [
                (int(each.date), rows - float(each.lat), float(each.lon))
                for each in table.itertuples()
            ]
    Path(found).write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:4])
