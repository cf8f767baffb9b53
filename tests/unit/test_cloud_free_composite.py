"""The composite under the outlines: a median of clear pixels of real images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from skytally.imagery.acquire.chip_and_manifest_encoding import ChipManifest
from skytally.imagery.acquire.inventory_and_search_log import INVENTORY_COLUMNS
from skytally.imagery.pipeline.cloud_free_composite import composite
from skytally.imagery.sites.site_model import Grid, Site
from tests.support import made_up_outlines as drawn_sites


def _stored(folder: Path, site: Site, number: int, level: float, *, cloud: bool) -> dict[str, str]:
    """Store a scene of one grey level, half of it under cloud if asked."""
    from skytally.imagery.acquire.chip_store import store_chip
    from skytally.imagery.acquire.offered_scene import Asset, SceneItem
    from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels

    shape = site.grid.shape(10)
    arrays = {
        band: np.full(shape, round(level * 1e4) + 1000, dtype=np.uint16)
        for band in ("b02", "b03", "b04")
    }
    quality = np.full(shape, 5, dtype=np.uint16)
    if cloud:
        quality[: shape[0] // 2] = 9
        for band in arrays:
            arrays[band][: shape[0] // 2] = 9000
    arrays["quality"] = quality
    blank = dict.fromkeys(Asset.__dataclass_fields__)
    assets = {
        band: Asset(**{**blank, "band": band, "href": "x", "scale": 1e-4, "offset": -0.1})
        for band in arrays
    }
    known = {
        "provider": "p", "site": site.slug, "item_id": f"L{number}", "assets": assets,
        "time": f"2023-08-{number:02}T02:15:49Z", "sensor": "sentinel-2", "platform": "s2a",
        "processor": "L2A", "baseline": "05.09", "orbit_state": "", "tile": "", "label": "",
        "sequence": 0, "calibration": "metadata", "epsg": site.grid.epsg,
    }  # fmt: skip
    defaults = {
        name: field.default
        for name, field in SceneItem.__dataclass_fields__.items()
        if name not in known and not callable(field.default_factory)
    }
    plain = {name: None if "MISSING" in repr(text) else text for name, text in defaults.items()}
    pixels = ScenePixels(
        arrays=arrays, transform=site.grid.transform(10), epsg=site.grid.epsg,
        gsd=dict.fromkeys(arrays, 10.0), nodata=dict.fromkeys(arrays, 0.0), bytes_read=1,
        requests=1, sources={band: {"href": "x"} for band in arrays},
    )  # fmt: skip
    manifest: ChipManifest = store_chip(folder, site.slug, SceneItem(**{**plain, **known}), pixels)
    row = dict.fromkeys(INVENTORY_COLUMNS, "")
    return row | {
        "site": site.slug, "item_id": manifest.item_id, "provider": "p", "sensor": "sentinel-2",
        "time_utc": manifest.time, "status": "stored", "usable": "yes", "cloud_share": "0.1",
    }  # fmt: skip


def test_composite_is_the_median_of_clear_pixels(tmp_path: Path) -> None:
    """Clouds fall out, a pixel seen by nobody is grey, and the days are those of the scenes."""
    site = replace(
        drawn_sites.site(),
        grid=Grid(
            32652,
            (drawn_sites.WEST, drawn_sites.SOUTH, drawn_sites.WEST + 600, drawn_sites.SOUTH + 600),
        ),
    )
    rows = [
        _stored(tmp_path, site, 1, 0.1, cloud=False),
        _stored(tmp_path, site, 2, 0.2, cloud=True),
        _stored(tmp_path, site, 3, 0.3, cloud=False),
    ]
    looks = pd.DataFrame(rows, columns=list(INVENTORY_COLUMNS), dtype=str)
    made = composite(tmp_path, site, looks)
    assert made is not None
    assert (made.looks, made.label) == (3, "")
    assert (made.first[:10], made.last[:10]) == ("2023-08-01", "2023-08-03")
    assert made.rgb.shape == (60, 60, 3)
    # the median is 0.2 above and below, whatever the cloud hid
    assert len(np.unique(made.rgb)) == 1
    (only,) = (composite(tmp_path, site, looks.iloc[[1]]),)
    assert only is not None
    assert set(np.unique(only.rgb[:30])) == {128}
    assert set(np.unique(only.rgb[30:])) != {128}


def test_composite_of_nothing_stored_is_none(tmp_path: Path) -> None:
    """A inventory without its chips, as after a fresh clone, gives no picture."""
    site = drawn_sites.site()
    row = dict.fromkeys(INVENTORY_COLUMNS, "") | {
        "site": site.slug, "item_id": "X", "sensor": "sentinel-2", "status": "stored",
        "usable": "yes",
    }  # fmt: skip
    looks = pd.DataFrame([row], columns=list(INVENTORY_COLUMNS), dtype=str)
    assert composite(tmp_path, site, looks) is None
    assert composite(tmp_path, site, looks[:0]) is None
