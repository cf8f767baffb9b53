"""Lines of the sweep from stored images to the file: what was painted, and when nothing was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import affine
import numpy as np
import pandas as pd
import pytest
from rasterio.warp import transform_geom
from scipy import ndimage

from skytally.core import evidence_line_name_constants as n
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.inventory_and_search_log import INVENTORY_COLUMNS
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels
from skytally.imagery.measure import pixel_shares
from skytally.imagery.measure.ships.harbour_ship_detection import PAINTED_SCORED, SCORED
from skytally.imagery.measure.stable_ground_coregistration import shift_image
from skytally.imagery.pipeline.measured_line_and_target import MeasuredLine, targets_of
from skytally.imagery.pipeline.measured_line_content_keys import key_without_images
from skytally.imagery.pipeline.measured_line_folder import read_line, stored_key
from skytally.imagery.pipeline.stale_measured_line_remeasurement import update_lines
from skytally.imagery.simulate import optical_harbour_images, ship_drawing
from skytally.imagery.sites.site_model import CONFIRMED, TO_CONFIRM, Grid, Outline, Site
from tests.support import simulated_scenes_and_sites as chips

SIDE, FINER = 96, 5
QUAY_M, PIER = 353.0, (600.0, 700.0, 560.0)
"""Where the quay's edge lies, and the pier: from, to, and where it ends."""
BANDS = (*ship_drawing.BANDS, "b11")
STUDY, CARD = "2023-08-01", "alongside-sentinel-2"
SHIP = ship_drawing.ShipDrawing(300.0, QUAY_M + 11.0, 92.0, 18.0, 90.0)
"""A hull too short to be told from the steps of the shore itself."""


def ground() -> np.ndarray:
    """Share of each pixel that is quay or pier."""
    fine = np.zeros((SIDE * FINER, SIDE * FINER), bool)
    fine[: int(QUAY_M / 2)] = True
    fine[: int(PIER[2] / 2), int(PIER[0] / 2) : int(PIER[1] / 2)] = True
    return pixel_shares(fine, finer=FINER)


def image(seed: int, *, ship: bool, moved: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Draw the harbour, with or without its ship, moved by parts of a pixel; five bands."""
    rng, share = np.random.default_rng(seed), ground()
    rough = 1.0 + 0.1 * ndimage.gaussian_filter(
        np.random.default_rng(99).normal(size=share.shape), 0.7
    ) / 0.4  # fmt: skip
    concrete, water = (
        each[:, None, None]
        for each in (optical_harbour_images.CONCRETE, optical_harbour_images.WATER)
    )
    values = water + share * (concrete * rough - water)
    values = np.stack([ndimage.gaussian_filter(each, 0.52) for each in values]).astype(np.float32)
    if ship:
        ship_drawing.paint_sprite(values, ship_drawing.draw_ship(SHIP, (SIDE, SIDE), rng))
    values = shift_image(values, *moved) + rng.normal(0, 0.003, values.shape)
    return np.concatenate([values, 0.6 * values[3:4]])


def outline(kind: str, west: float, north: float, east: float, south: float,
            status: str = CONFIRMED) -> Outline:  # fmt: skip
    """Make a rectangle, metres from the north-western corner."""
    xs, ys = (chips.WEST + west, chips.WEST + east), (chips.NORTH - north, chips.NORTH - south)
    ring = [[xs[i], ys[j]] for i, j in ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))]
    square = {"type": "Polygon", "coordinates": [ring]}
    there = transform_geom(f"EPSG:{chips.EPSG}", "EPSG:4326", square, precision=9)
    return Outline(kind, f"made-up {kind}", dict(there), "made up", 2.0, status, 90.0)


BERTH = outline("berth", 150.0, QUAY_M, 598.0, QUAY_M + 45.0)
QUAY = outline("quay", 0.0, 0.0, 950.0, QUAY_M)
HEAD = replace(outline("quay", PIER[0], QUAY_M, PIER[1], PIER[2]), name="made-up pier")


def site(*outlines: Outline) -> Site:
    """Make a port."""
    edge = 10 * SIDE
    grid = Grid(chips.EPSG, (chips.WEST, chips.NORTH - edge, chips.WEST + edge, chips.NORTH))
    return Site("here", "Here", "KP", 9.0, grid, outlines, "evidence", 2.0, "made up")


def store(folder: Path, images: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Store images by day; return the inventory."""
    rows = []
    for day, values in images.items():
        arrays = {
            band: np.clip(np.round((each + 0.1) / 1e-4), 1, 65_535).astype("uint16")
            for band, each in zip(BANDS, values, strict=True)
        }
        arrays["b11"] = arrays["b11"][::2, ::2].repeat(2, 0).repeat(2, 1)
        arrays["quality"] = np.full((SIDE, SIDE), 5, "uint8")
        held = ScenePixels(
            arrays=arrays, transform=affine.Affine(10, 0, chips.WEST, 0, -10, chips.NORTH),
            epsg=chips.EPSG, gsd={band: float(chips.gsd_of(band)) for band in arrays},
            nodata=dict.fromkeys(arrays, 0.0), bytes_read=1, requests=1,
            sources={b: {"href": f"https://host/{b}.tif", "size": 9, "checksum": None, "etag": ""}
                     for b in arrays},
        )  # fmt: skip
        item = chips.whole_item(item_id=f"image-{day}", time=f"{day}T02:15:49Z")
        manifest = chip_store.store_chip(folder, "here", item, held)
        row = {"site": "here", "item_id": item.item_id, "status": "stored",
               "sensor": "sentinel-2", "chip_sha256": manifest.sha256}  # fmt: skip
        rows.append({**dict.fromkeys(INVENTORY_COLUMNS, ""), **row})
    return pd.DataFrame(rows, columns=list(INVENTORY_COLUMNS))


def past(count: int) -> dict[str, np.ndarray]:
    """Draw images before the study, each lying a little elsewhere; no ship."""
    days = np.datetime64("2023-03-01") + 5 * np.arange(count)
    return {
        str(day): image(i, ship=False, moved=(0.2 * (-1) ** i, 0.1 * (i % 3)))
        for i, day in enumerate(days)
    }


LATER = {
    "2023-08-06": image(50, ship=False, moved=(0.3, -0.2)),
    "2023-08-11": image(51, ship=True, moved=(-0.3, 0.2)),
}
"""After the start of the study: an empty quay, and a moored ship."""


def measured(folder: Path, images: Mapping[str, np.ndarray], place: Site) -> MeasuredLine:
    """Store, measure, write and read the line of ships alongside."""
    inventory = store(folder / "scenes", images)
    report = update_lines(
        [place], [STUDY], scenes=folder / "scenes", inventory=inventory, folder=folder / "lines"
    )
    assert report.faults == []
    (target,) = (each for each in targets_of([place], study=STUDY) if each.kind.card == CARD)
    line = read_line(folder / "lines", target, key_without_images(target, inventory))
    assert line is not None
    assert line.line is not None, line.why
    return line


def test_past_images_are_painted_and_the_line_says_so(tmp_path: Path) -> None:
    """The moored ship is found, the empty quay is not; source, images and offset are kept."""
    line = measured(tmp_path, past(10) | LATER, site(BERTH))
    empty, moored = line.rows[-2:]
    assert (empty.value, moored.value) == (0.0, 1.0)
    for row in (empty, moored):
        assert not {"no-history", "unpainted"} & set(row.flags)
        assert row.details["offset_left_m"] < 5.0
    assert line.line is not None
    held = line.line.attrs
    assert held["standing_ground"] == "history"
    used = held["standing_ground_images"].split()
    assert 8 <= len(used) <= 10
    assert all(each < f"image-{STUDY}" for each in used)
    assert len(held["standing_ground_sha256"]) == 64
    (note,) = line.notes
    assert "painted as water before the sweep, from 1" in note
    assert "an offset of at most" in note


def test_an_outline_is_painted_where_past_images_are_too_few(tmp_path: Path) -> None:
    """The confirmed quay and pier serve instead; the note says why."""
    line = measured(tmp_path, past(3) | LATER, site(BERTH, QUAY, HEAD))
    empty, moored = line.rows[-2:]
    assert (empty.value, moored.value) == (0.0, 1.0)
    assert moored.details["offset_left_m"] < 5.0
    assert line.line is not None
    assert line.line.attrs["standing_ground"] == "outline"
    assert line.line.attrs["standing_ground_images"] == ""
    assert "'made-up quay', 'made-up pier', since past images do not tell" in line.notes[0]


@pytest.mark.parametrize("quay", [(), (replace(QUAY, status=TO_CONFIRM),)], ids=["none", "guess"])
def test_without_either_nothing_is_painted_and_that_is_said(
    tmp_path: Path, quay: tuple[Outline, ...]
) -> None:
    """A quay that nobody confirmed is not painted either."""
    line = measured(tmp_path, past(3) | LATER, site(BERTH, *quay))
    assert all("no-history" in row.flags for row in line.rows)
    assert line.rows[-1].value == 0.0
    assert line.line is not None
    assert line.line.attrs["standing_ground"] == "none"
    assert line.notes[0].startswith("Swept without painting what always stands there")
    assert "no outline of a quay is confirmed" in line.notes[0]


def test_counts_use_the_score_of_the_sweep_that_made_them(tmp_path: Path) -> None:
    """Painted images have the score measured with painting, others the one without."""
    painted = measured(tmp_path / "a", past(10) | LATER, site(BERTH)).rows[-1]
    plain = measured(tmp_path / "b", LATER, site(BERTH)).rows[-1]
    assert painted.p_detect <= PAINTED_SCORED.p_detect
    assert painted.p_false == PAINTED_SCORED.p_false
    assert plain.p_false == SCORED.p_false


def test_the_key_holds_images_and_outlines_of_the_ground(tmp_path: Path) -> None:
    """One past image more, or a quay moved by a metre, measures the line anew."""
    place = site(BERTH, QUAY, HEAD)
    (target,) = (each for each in targets_of([place], study=STUDY) if each.kind.card == CARD)
    keys = []
    for count, other in ((3, place), (4, place), (4, site(BERTH, QUAY))):
        measured(tmp_path, past(count) | LATER, other)
        keys.append(stored_key(tmp_path / "lines", target))
    assert keys[0]["images"] != keys[1]["images"]
    assert keys[0]["outlines"] == keys[1]["outlines"] != keys[2]["outlines"]
    assert keys[1]["images"] == keys[2]["images"]
    assert all(set(key) >= {"code", "parameters"} and n.VALUE not in key for key in keys)
