"""A real count: labelled Sentinel-2 images of four ports, opened and counted in the bench.

Skipped where they do not lie beside the project; the reason says which variable names them.
"""

from __future__ import annotations

import io
import json
import math
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.warp import transform

from skytally.press.recount_server import RecountServer, count_page_state
from skytally.recount import (
    CountImage,
    CountJournal,
    CountState,
    CountTask,
    compare_counts,
    read_count,
    result_of,
)
from skytally.recount.object_mark import BOX, POINT
from skytally.recount.recount_image_identity_and_tiles import TILE
from tests.support.optional_external_test_data import imagery

PORTS = ("casablanca", "honolulu", "hedland", "cartagena")


def red(port: str) -> Path:
    """Path of the red band of a labelled port."""
    return next(imagery(f"01_s2_ports_labelled/{port}").glob("*_B04.tiff"))


def hulls(port: str) -> list[tuple[float, float, float, float]]:
    """Box around each vessel that the publisher of the labels marked: columns and rows."""
    path = imagery(f"01_s2_ports_labelled/{port}") / f"{port}_coco.json"
    labelled = json.loads(path.read_text(encoding="utf-8"))["annotations"]
    boxes = [each["bbox"] for each in labelled]
    return [(left, top, left + width, top + height) for left, top, width, height in boxes]


@contextmanager
def bench(path: Path, journal: CountJournal, image: CountImage) -> Iterator[str]:
    """Serve a count; yield the address below which its page lies."""
    server = RecountServer(
        image, lambda: count_page_state(journal.state, []), journal=journal,
        today=lambda: "2026-11-29",
    )  # fmt: skip
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(ready,))
    thread.start()
    try:
        assert ready.wait(30), path
        yield server.address.rpartition("/")[0]
    finally:
        server.stop()
        thread.join()
        journal.close()
        image.close()


def post(root: str, entry: dict[str, Any]) -> None:
    """Send an entry as the page does; it is answered once it is kept."""
    request = urllib.request.Request(
        f"{root}/entry", json.dumps(entry).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["kept"]


def counted(path: Path, folder: Path, counter: str, marks: list[dict[str, Any]]) -> CountState:
    """Count on an image in the bench, from its page's entries to the journal as it is read."""
    image = CountImage(path)
    task = CountTask(image.identity, "ships", "practice", counter, "2023-01-01", "none")
    journal_file = folder / f"{counter}.marks.jsonl"
    with bench(path, CountJournal(journal_file, task), image) as root:
        with urllib.request.urlopen(f"{root}/state.json", timeout=30) as answer:
            assert json.load(answer)["image"]["sha256"] == image.identity.sha256
        for mark in marks:
            post(root, {"entry": "put", "mark": {**mark, "certainty": "sure"}})
        post(root, {"entry": "seen", "share": 1})
        post(root, {"entry": "finish"})
    return read_count(journal_file)


@pytest.mark.parametrize("port", PORTS)
def test_real_image_opens_with_its_true_scale_and_pixels(port: str) -> None:
    """A pixel of the web projection is smaller on the ground; a tile shows the numbers."""
    path = red(port)
    image = CountImage(path)
    with rasterio.open(path) as source:
        grid, values = source.transform, source.read(1)
        x, y = grid @ (source.width / 2, source.height / 2)
        _, (latitude,) = transform(source.crs, "EPSG:4326", [x], [y])
    wanted = grid.a * math.cos(math.radians(latitude))
    assert image.identity.scale_m == pytest.approx(wanted, rel=0.01)
    tile = np.asarray(Image.open(io.BytesIO(image.tile(0, 0, 0))))[..., 0].astype(float)
    inside = values[: tile.shape[0], : tile.shape[1]].astype(float)
    assert tile.shape == tuple(min(side, TILE) for side in values.shape)
    assert ((tile > 0) & (tile < 255)).mean() > 0.5
    # one number is one grey, and a higher one is never darker
    assert (np.diff(tile.ravel()[np.argsort(inside, axis=None)]) >= 0).all()
    image.close()


@pytest.mark.parametrize("port", ["casablanca", "honolulu"])
def test_real_ships_are_counted_twice_and_compared(port: str, tmp_path: Path) -> None:
    """Points of one count and boxes of another on the labelled vessels are the same objects."""
    path, boxes = red(port), hulls(port)
    points = [
        {"name": f"p{i}", "kind": POINT, "corners": [[(left + right) / 2, (top + bottom) / 2]]}
        for i, (left, top, right, bottom) in enumerate(boxes)
    ]
    drawn = [
        {"name": f"b{i}", "kind": BOX, "corners": [[left, top], [right, bottom]]}
        for i, (left, top, right, bottom) in enumerate(boxes[1:])
    ]
    first = counted(path, tmp_path, "first-desk", points)
    second = counted(path, tmp_path, "second-desk", drawn)
    assert (result_of(first).value, result_of(second).value) == (len(boxes), len(boxes) - 1)
    found = compare_counts([first, second])
    assert (found.common, len(found.objects)) == (len(boxes) - 1, len(boxes))
    # each vessel is seen by one of the two at least
    assert found.present is not None
    assert found.present.low <= len(boxes) <= found.present.high
