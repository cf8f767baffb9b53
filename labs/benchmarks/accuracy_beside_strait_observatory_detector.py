"""Accuracy of ``strait-observatory`` and of the project's measures on the same radar images.

The peer runs in its own interpreter, named by SKYTALLY_PEERS (an environment with
``pip install strait-observatory==0.2.1``); without one, a single row says that
the part was skipped. It is set up as its authors advise: the trimmed CFAR with their preset
"balanced". It needs a shore buffer, and none is advised for a quay: 0, 30 and 100 m are all shown.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from labs.benchmarks.accuracy_berth_ships_real_images import OPERA, opera_looks, opera_paths
from labs.benchmarks.accuracy_row_format import Rows, row, sha_of, share, told
from labs.benchmarks.real_imagery_location import imagery_folder
from skytally.imagery.cube.cube_mask_and_argument_checks import Bools
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    RadarBerth,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.measure.radar.cfar import bright_targets, cfar_multiplier, texture_of
from skytally.imagery.simulate import radar_berth_images

NAME = "strait-observatory 0.2.1"
PRESET = "balanced"
BUFFERS = (0.0, 30.0, 100.0)
"""Metres of water beside land that the peer is not shown."""
WIDE = 192
"""Pixels of a side of a simulated harbour: three CFAR windows of the peer, in sea."""
LEARNT = 20
"""Images without a ship at the start of a simulated berth."""
SEEDS = 3
"""Simulated berths for each viewing side and ship strength."""
NEAR = 3
"""Pixels by which a vessel may lie beside the berth, or a target beside its box."""
Found = list[tuple[int, float, float]]
Points = Mapping[str, Found]


@dataclass(frozen=True, eq=False)
class Job:
    """Radar scenes and land mask passed to the peer."""

    scenes: npt.NDArray[np.float32]
    """Linear backscatter, dims (time, y, x)."""
    land: Bools
    """Pixels masked as land, dims (y, x)."""


def detect(jobs: Mapping[str, Job], interpreter: str) -> Points:
    """Run the peer; return scene, row and column of each vessel it detects in each job."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = [Path(scratch) / each for each in ("jobs.npz", "settings.json", "found.json")]
        held: dict[str, Any] = {f"{n}.scenes": job.scenes for n, job in jobs.items()}
        held |= {f"{n}.land": job.land for n, job in jobs.items()}
        np.savez(paths[0], **held)
        paths[1].write_text(json.dumps(dict.fromkeys(jobs, PRESET)), encoding="utf-8")
        script = Path(__file__).with_name("run_strait_observatory_detector.py")
        subprocess.run([interpreter, str(script), *map(str, paths)], check=True)
        made: dict[str, Found] = json.loads(paths[2].read_text(encoding="utf-8"))
        return made


def _near(points: Found, mask: Bools) -> set[int]:
    """Scenes with a detected vessel inside a mask dilated by `NEAR` pixels."""
    grown = ndimage.binary_dilation(mask, np.ones((3, 3)), iterations=NEAR)
    rows, columns = grown.shape
    return {
        scene
        for scene, y, x in points
        if grown[min(int(y), rows - 1), min(int(x), columns - 1)]
    }  # fmt: skip


def _rates(dataset: str, method: str, seen: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_],
           note: str) -> Rows:  # fmt: skip
    name = "ships at berth, radar"
    return [
        share(name, dataset, method, "detection per look", int((seen & true).sum()),
              int(true.sum()), "", note=note),
        share(name, dataset, method, "false alarms per look", int((seen & ~true).sum()),
              int((~true).sum()), "", note=note),
    ]  # fmt: skip


def berths(interpreter: str) -> Rows:
    """Score both on simulated berths: seen from the sea or over the quay, strong and weak ships."""
    rows: Rows = []
    for state, side in (("descending", "sea side"), ("ascending", "lee of the quay")):
        for strength, word in (((32.0, 44.0), "32 to 44"), ((28.0, 32.0), "28 to 32")):
            jobs, true, ours = {}, [], []
            for seed in range(SEEDS):
                harbour = radar_berth_images.RadarHarbour(
                    100 + seed, n_looks=50, orbit_state=state, empty_until=LEARNT, rows=WIDE,
                    columns=WIDE, strength_db=strength,
                )  # fmt: skip
                cube, truth = radar_berth_images.radar_cube(harbour)
                where = radar_berth_images.radar_masks(harbour)
                scenes = cube["gamma0"].sel(pol="vv").to_numpy()[LEARNT:]
                far = ndimage.distance_transform_edt(~_ashore(harbour)) * harbour.gsd
                for buffer in BUFFERS:
                    jobs[f"{seed}.{buffer:.0f}"] = Job(scenes, far <= buffer)
                true.append(truth["ships"].to_numpy()[LEARNT:] > 0)
                place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
                made, backgrounds = learn_radar_background(
                    cube, place, until=truth["time"].to_numpy()[LEARNT]
                )
                looks = list(
                    radar_ships_at_berth(cube, place, references=made, backgrounds=backgrounds)
                )[LEARNT:]
                ours.append([look.ships.value > 0 for look in looks])
            named = f"made-up berths, {side}, {word} dBm2"
            truths = np.concatenate(true)
            rows += _rates(named, "radar berth", np.concatenate(ours), truths, "simulated")
            found = detect(jobs, interpreter)
            for buffer in BUFFERS:
                seen = [
                    np.isin(np.arange(true[seed].size),
                            sorted(_near(found[f"{seed}.{buffer:.0f}"], where["berth"])))
                    for seed in range(SEEDS)
                ]  # fmt: skip
                note = f"simulated; preset {PRESET}, {buffer:.0f} m of water beside land masked"
                rows += _rates(named, NAME, np.concatenate(seen), truths, note)
    return rows


def _ashore(harbour: radar_berth_images.RadarHarbour) -> Bools:
    """Land mask: the quay, the land, and the strip between their outlines."""
    where = radar_berth_images.radar_masks(harbour)
    padded = np.pad(where["quay"] | where["land"], 4, mode="edge")
    return np.asarray(ndimage.binary_closing(padded, iterations=3)[4:-4, 4:-4])


def open_sea(interpreter: str) -> Rows:
    """Count the false vessels that each method finds on real sea without ships."""
    root = imagery_folder() / OPERA
    if not root.is_dir():
        return []
    paths = opera_paths(root, "open sea")
    scenes = opera_looks(paths)["gamma0"].to_numpy()[:, 0]
    sea = np.zeros(scenes.shape[1:], bool)
    theirs = len(detect({"sea": Job(scenes, sea)}, interpreter)["sea"])
    ours = sum(
        len(bright_targets(each, cfar_multiplier(1e-6, texture=texture_of(each)), guard=9,
                           training=25))
        for each in scenes
    )  # fmt: skip
    area = sea.size * 0.03**2
    rows = []
    for method, count, setup in (("K CFAR, 1e-6, shape of each look", ours, "guard 9, window 25"),
                                 (NAME, theirs, f"preset {PRESET}")):  # fmt: skip
        note = f"{setup}; {area:.0f} km2 of 30 m pixels without ships, like polarisation"
        rows.append(row("ships at sea, radar", "OPERA RTC, open sea", method,
                        "false targets a look", count / len(scenes), len(scenes), sha_of(paths),
                        note=note))  # fmt: skip
    return rows


def _boxes(path: Path) -> list[list[float]]:
    tree = ET.parse(path.with_suffix(".xml")).getroot()
    sides = ("xmin", "ymin", "xmax", "ymax")
    return [
        [float(each.findtext(f"bndbox/{side}") or 0) for side in sides]
        for each in tree.findall("object")
    ]


def _inside(box: list[float], points: list[tuple[float, float]]) -> bool:
    left, top, right, bottom = box
    return any(
        left - NEAR <= x <= right + NEAR and top - NEAR <= y <= bottom + NEAR for y, x in points
    )


def chips(interpreter: str) -> Rows:
    """Count the labelled ships of radar chips with a detection, and detections outside labels."""
    rows: Rows = []
    for name in ("sar_ship_chips", "ls_ssdd"):
        paths = sorted((imagery_folder() / "03_s1_ships" / name).glob("*.jpg"))
        if not paths:
            continue
        grey = [np.asarray(Image.open(each).convert("L"), np.float32) for each in paths]
        power = [(each + 1.0) ** 2 for each in grey]
        jobs = {str(i): Job(each[None], np.zeros(each.shape, bool)) for i, each in enumerate(power)}
        found = detect(jobs, interpreter)
        theirs = [[(y, x) for _, y, x in found[str(i)]] for i in range(len(paths))]
        k = cfar_multiplier(1e-6, texture=4.0)
        ours = [
            [(0.5 * (b[0].start + b[0].stop), 0.5 * (b[1].start + b[1].stop))
             for b in bright_targets(each, k, guard=61, training=121, least=6)]
            for each in power
        ]  # fmt: skip
        boxes, sha = [_boxes(each) for each in paths], sha_of(paths)
        for method, points in (("K CFAR, 1e-6, shape 4", ours), (NAME, theirs)):
            rows += _chip_rows(name, method, boxes, points, sha)
    return rows


def _chip_rows(dataset: str, method: str, boxes: list[list[list[float]]],
               points: list[list[tuple[float, float]]], sha: str) -> Rows:  # fmt: skip
    hits = sum(_inside(box, p) for b, p in zip(boxes, points, strict=True) for box in b)
    outside = sum(
        not any(_inside(box, [point]) for box in b)
        for b, p in zip(boxes, points, strict=True)
        for point in p
    )
    note = f"{len(boxes)} images of 8 bits, uncalibrated; no land mask"
    return [
        share("ships at sea, radar", dataset, method, "boxes that hold a target", hits,
              sum(map(len, boxes)), sha, note=note),
        row("ships at sea, radar", dataset, method, "targets in no box, an image",
            outside / len(boxes), len(boxes), sha, note=note),
    ]  # fmt: skip


def run() -> Rows:
    """Run the peer and the project's measures on the same inputs; return their accuracy rows."""
    interpreter = os.environ.get("SKYTALLY_PEERS", "")
    if not interpreter:
        return [row("ships at berth, radar", "made-up berths", NAME, "skipped", math.nan, 0, "",
                    note="set SKYTALLY_PEERS to an interpreter that has it")]  # fmt: skip
    return berths(interpreter) + open_sea(interpreter) + chips(interpreter)


if __name__ == "__main__":
    told(run())
