"""Image reads needed to measure every outline once; notebooks then read none.

``python -m labs.benchmarks.image_read_counts`` writes data/results/image_decodes.csv. Three sites
with simulated images are refreshed in a copy of the project. Their lines are measured twice: once
by the present code, which decodes each image once and cuts it to the window of every outline; and
once as before, when references, measure, notes and injection tests each opened the archive for
themselves. Then a caption of a notebook is changed, the folder of scenes is moved away, and the
notebook is run: it shows the measured line, so it decoded no image.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import xarray as xr

from skytally.core.project_root_lookup import data_folder
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.inventory_and_search_log import read_inventory
from skytally.imagery.cube import cube_assembly
from skytally.imagery.cube.cube_image_iteration_and_grouping import Window
from skytally.imagery.pipeline import measurement_within_outlines, stale_measured_line_remeasurement
from skytally.imagery.pipeline.temporary_decoded_window_cutouts import OpenImages
from skytally.imagery.sites.site_register import read_sites
from tests.support import project_with_simulated_images as simulated

COLUMNS = ("site", "sensor", "outlines", "images", "how", "decoded_per_image", "bytes_per_image",
           "ratio", "date")  # fmt: skip
ONCE, EACH_TIME, NOTEBOOK = "measured once", "archive opened each time", "caption changed"
"""Ways of measuring, as the table names them."""
LINE, CAPTION = "port-imagery", "Containers standing on the quay"
"""Notebook whose caption is changed, and the first words of the caption."""


@dataclass
class Reads:
    """Chips decoded, and their bytes, by site."""

    chips: dict[str, int] = field(default_factory=dict)
    """Site to chips."""
    bytes: dict[str, int] = field(default_factory=dict)
    """Site to bytes."""

    def count(self, folder: Path, site: str, item_id: str) -> object:
        """Decode a chip, and count it."""
        manifest, arrays = READ_CHIP(folder, site, item_id)
        self.chips[site] = self.chips.get(site, 0) + 1
        self.bytes[site] = self.bytes.get(site, 0) + manifest.size
        return manifest, arrays


READ_CHIP = chip_store.read_chip


class Reopening:
    """Opens the archive anew for every reader, as notebooks did."""

    def __init__(self) -> None:
        self.words: dict[str, object] = {}

    def observations(self, *words: object, **more: object) -> Iterator[xr.Dataset]:
        """Remember how the archive was opened."""
        self.words = {"words": words, "more": more}
        return iter(())

    def cut_out(
        self, images: Iterable[xr.Dataset], windows: Sequence[Window], folder: Path
    ) -> list[OpenImages]:
        """Open the archive for a window whenever its images are opened."""
        del images, folder
        words, more = self.words["words"], self.words["more"]

        def opener(window: Window) -> OpenImages:
            def opened() -> Iterator[xr.Dataset]:
                for image in cube_assembly.stored_observations(*words, **more):  # type: ignore
                    yield image.isel(time=0, y=window[0], x=window[1])

            return opened

        return [opener(window) for window in windows]


def measured(project: Path, folder: Path, *, how: str) -> Reads:
    """Measure all lines of the copy in one of the two ways; return what was decoded."""
    reads, reopening = Reads(), Reopening()
    sites = read_sites(project / "data/sites")
    with mock.patch.object(chip_store, "read_chip", reads.count):
        patches = [
            mock.patch.object(measurement_within_outlines, "cut_out", reopening.cut_out),
            mock.patch.object(
                measurement_within_outlines, "stored_observations", reopening.observations
            ),
        ]
        for patch in patches if how == EACH_TIME else ():
            patch.start()
        try:
            stale_measured_line_remeasurement.update_lines(
                [sites[slug] for slug in simulated.SLUGS], [str(simulated.STUDY)],
                scenes=project / "data/scenes", folder=folder,
                inventory=read_inventory(project / "data/inventory.csv"),
            )  # fmt: skip
        finally:
            mock.patch.stopall()
    return reads


def same_lines(one: Path, other: Path) -> bool:
    """Whether two folders of measured lines hold the same bytes."""
    names = [
        sorted(path.relative_to(each) for path in each.glob("*/*.nc")) for each in (one, other)
    ]
    return names[0] == names[1] and all(
        (one / name).read_bytes() == (other / name).read_bytes() for name in names[0]
    )


def notebook_without_scenes(project: Path) -> bool:
    """Whether a notebook with a changed caption shows its line while no image is there."""
    path = project / f"notebooks/{LINE}.ipynb"
    text = path.read_text(encoding="utf-8")
    if CAPTION not in text:
        message = f"{path}: no caption begins with {CAPTION!r}; name another one here"
        raise RuntimeError(message)
    path.write_text(text.replace(CAPTION, f"Now: {CAPTION}"), encoding="utf-8")
    scenes = project / "data/scenes"
    scenes.rename(scenes.with_name("scenes-away"))
    try:
        run = simulated.run(
            project, "skytally.press.notebook_execution", LINE, str(project / "results")
        )
    finally:
        scenes.with_name("scenes-away").rename(scenes)
    if run.returncode:
        raise RuntimeError(run.stdout + run.stderr)
    cells = json.loads((project / "results/notebook.ipynb").read_bytes())["cells"]
    shown = json.dumps([cell.get("outputs", []) for cell in cells])
    return f"Now: {CAPTION}" in shown and "sk-chip" in shown


def rows(project: Path) -> Iterator[dict[str, object]]:
    """Yield the rows of the table, those of one site together."""
    inventory = read_inventory(project / "data/inventory.csv")
    sites = read_sites(project / "data/sites")
    with tempfile.TemporaryDirectory() as folder:
        once, each_time = Path(folder, "once"), Path(folder, "each-time")
        by_way = {
            EACH_TIME: measured(project, each_time, how=EACH_TIME),
            ONCE: measured(project, once, how=ONCE),
        }
        if not same_lines(once, each_time):
            message = "the two ways of measuring give different lines"
            raise RuntimeError(message)
    today = datetime.now(UTC).date().isoformat()
    for site in simulated.SLUGS:
        images = int((inventory["site"] == site).sum())
        for how, reads in by_way.items():
            yield {
                "site": site, "sensor": "sentinel-2", "outlines": len(sites[site].outlines),
                "images": images, "how": how,
                "decoded_per_image": round(reads.chips[site] / images, 2),
                "bytes_per_image": round(reads.bytes[site] / images),
                "ratio": round(reads.chips[site] / by_way[ONCE].chips[site], 1), "date": today,
            }  # fmt: skip
    if not notebook_without_scenes(project):
        message = f"{LINE}: the changed caption or the line is not shown"
        raise RuntimeError(message)
    yield {
        "site": "rajin", "sensor": "sentinel-2", "outlines": len(sites["rajin"].outlines),
        "images": int((inventory["site"] == "rajin").sum()), "how": NOTEBOOK,
        "decoded_per_image": 0.0, "bytes_per_image": 0, "ratio": 0.0, "date": today,
    }  # fmt: skip


def main() -> int:
    """Make the copy, measure both ways, write the table."""
    with tempfile.TemporaryDirectory() as folder:
        simulated.make(Path(folder))
        project = Path(folder) / "project"
        run = simulated.run(
            project, "skytally.press.image_refresh_and_measurement_command", *simulated.PERIOD
        )
        if run.returncode:
            print(run.stdout, run.stderr, sep="\n", file=sys.stderr)
            return 1
        found = list(rows(project))
    for row in found:
        print(*(f"{word} {value}" for word, value in row.items()), sep=", ")
    target = data_folder() / "results" / "image_decodes.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
