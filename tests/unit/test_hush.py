"""What rasterio says of its own arrays in memory does not reach whoever runs a refresh."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

SCRIPT = textwrap.dedent(
    """
    import sys, warnings
    from dataclasses import replace

    import numpy as np
    import rasterio

    import skytally.scenes

    # as if another thread had undone, at the worst moment, what rasterio does to hush itself
    warnings.simplefilter = lambda *_, **__: None

    from skytally.imagery.sites.site_register import mask, share_inside
    from skytally.imagery.acquire.reprojection import on_own_grid
    from tests.support import chips

    here = chips.site()
    mask(here, "berth", gsd=10)
    share_inside(here, here.outlines[0].geometry)
    on_own_grid(replace(chips.pixels(), epsg=chips.EPSG + 1), here)
    print("done")
    if len(sys.argv) > 1:
        words = {"driver": "GTiff", "width": 1, "height": 1, "count": 1, "dtype": "uint8"}
        with rasterio.open(sys.argv[1], "w", **words) as file:
            file.write(np.ones((1, 1, 1), "uint8"))
        rasterio.open(sys.argv[1])
    """
)


def _said(root: Path, *words: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(root / "book")))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout, done.stderr


def test_nothing_is_said_of_arrays_in_memory(root: Path) -> None:
    """Outlines are burnt and scenes brought over without a word, whatever other threads do."""
    assert _said(root) == ("done\n", "")


def test_a_file_without_a_place_is_still_told(root: Path, tmp_path: Path) -> None:
    """Only those two places are hushed."""
    assert "NotGeoreferencedWarning" in _said(root, str(tmp_path / "nowhere.tif"))[1]
