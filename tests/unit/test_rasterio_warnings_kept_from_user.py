"""Warnings of rasterio about its own arrays in memory do not reach whoever runs a refresh."""

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

    from skytally.imagery.acquire.neighbouring_utm_zone_resampling import resample_to_site_grid
    from skytally.imagery.sites.outline_geometry_and_ring_faults import (
        outline_mask,
        window_share_inside,
    )
    from tests.support import simulated_scenes_and_sites as chips

    # as if another thread had undone, at the worst moment, what rasterio does to mute itself
    warnings.simplefilter = lambda *_, **__: None

    here = chips.site()
    outline_mask(here, "berth", gsd=10)
    window_share_inside(here, here.outlines[0].geometry)
    resample_to_site_grid(replace(chips.pixels(), epsg=chips.EPSG + 1), here)
    print("done")
    if len(sys.argv) > 1:
        words = {"driver": "GTiff", "width": 1, "height": 1, "count": 1, "dtype": "uint8"}
        with rasterio.open(sys.argv[1], "w", **words) as file:
            file.write(np.ones((1, 1, 1), "uint8"))
        rasterio.open(sys.argv[1])
    """
)


def _output(root: Path, *words: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(root / "book")))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout, done.stderr


def test_arrays_in_memory_raise_no_warning(root: Path) -> None:
    """Outlines are rasterized and scenes resampled without a warning, whatever other threads do."""
    assert _output(root) == ("done\n", "")


def test_a_file_without_georeferencing_still_warns(root: Path, tmp_path: Path) -> None:
    """Only those two places are muted."""
    assert "NotGeoreferencedWarning" in _output(root, str(tmp_path / "nowhere.tif"))[1]
