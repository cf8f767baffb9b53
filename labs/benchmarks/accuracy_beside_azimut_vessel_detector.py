"""Accuracy of azimut's optical vessel detector on the labelled ports, by the sweep's rules.

The peer runs in its own interpreter, named by SKYTALLY_AZIMUT (an environment with
``pip install azimut==0.3.2``; it is under the AGPL); without one, a single row says that the part
was skipped. Its recipe *Vessels* is run as delivered on each whole image, not on tiles with a
margin, with no scene classes to mask clouds: the images are clear.
"""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from labs.benchmarks.accuracy_row_format import Rows, on_imagery, row, told
from labs.benchmarks.accuracy_ship_sweep_labelled_ports import (
    FOLDER,
    MARGIN,
    MEASURE,
    PORTS,
    Port,
    label_length,
    precision_and_recall,
    read_port,
    scored_objects,
)
from skytally.imagery.cube.cube_mask_and_argument_checks import Bools
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import FREE

NAME = "azimut 0.3.2"
Object = tuple[Any, Bools, float]


def detect(held: list[Port], interpreter: str) -> list[list[Object]]:
    """Run the peer; return window, pixels and length in metres of its objects, strongest first."""
    with tempfile.TemporaryDirectory() as scratch:
        images, objects = (Path(scratch) / each for each in ("images.npz", "objects.npz"))
        arrays: dict[str, Any] = {f"{port.name}.gsd": port.frame.gsd for port in held}
        arrays |= {
            f"{port.name}.{band}": port.frame.layer(band)
            for port in held
            for band in ("b03", "b08", "b11")
        }
        np.savez(images, **arrays)
        script = Path(__file__).with_name("run_azimut_vessel_detector.py")
        subprocess.run([interpreter, str(script), str(images), str(objects)], check=True)
        with np.load(objects) as made:
            return [
                _objects(made[f"{port.name}.objects"], made[f"{port.name}.margins"], port)
                for port in held
            ]


def _objects(numbered: Any, margins: Any, port: Port) -> list[Object]:
    gsd, found = port.frame.gsd, []
    for number, window in enumerate(ndimage.find_objects(numbered), start=1):
        inside = numbered[window] == number
        length = label_length(np.pad(inside, 1), gsd) + MARGIN * gsd
        found.append((margins[number - 1], (window, inside, length)))
    return [each for _, each in sorted(found, key=lambda pair: -pair[0])]


def labelled_ports(root: Path, interpreter: str) -> Rows:
    """Score the peer on the four labelled ports together and on each."""
    held = [read_port(root, name) for name in PORTS]
    sha = hashlib.sha256("".join(each.sha256 for each in held).encode()).hexdigest()
    parts = [
        scored_objects(port, found, [1.0] * len(found), [FREE] * len(found))
        for port, found in zip(held, detect(held, interpreter), strict=True)
    ]
    note = "recipe Vessels as delivered, whole image, no scene classes"
    return precision_and_recall(parts, held, NAME, sha, note)


def run() -> Rows:
    """Run the peer on the labelled ports; return its accuracy rows."""
    interpreter = os.environ.get("SKYTALLY_AZIMUT", "")
    if not interpreter:
        return [row(MEASURE, "four labelled ports", NAME, "skipped", math.nan, 0, "",
                    note="set SKYTALLY_AZIMUT to an interpreter that has it")]  # fmt: skip
    return on_imagery(MEASURE, FOLDER, lambda root: labelled_ports(root, interpreter))


if __name__ == "__main__":
    told(run())
