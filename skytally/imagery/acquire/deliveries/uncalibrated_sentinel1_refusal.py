"""Products of Sentinel-1 before any map projection: GRD and SLC, in SAFE folders or loose files.

They are recognised to be refused as one product, with one reason: their numbers are not calibrated
and their pixels lie in the geometry of the radar. Names as in the Sentinel-1 Product Specification.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasterio.errors import RasterioError

from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile
from skytally.imagery.acquire.deliveries.delivered_scene import (
    DeliveredScene,
    Recognition,
    scene_key,
)
from skytally.imagery.acquire.deliveries.image_header import image_header
from skytally.imagery.acquire.image_provider_table import SENTINEL_1

IMAGE = re.compile(
    r"(s1[a-d]-\w\w\d?-(?P<kind>grd|slc))[fhmn]?-(?:vv|vh|hh|hv)-(\d{8}t\d{6}-\d{8}t\d{6}-\d+-\w+)"
    r"-\d+.*",
    re.IGNORECASE,
)
"""Name of one polarisation, without its suffix."""
MEASUREMENT = "/measurement"
"""Folder of the images within a SAFE."""
NEITHER = (
    "neither calibrated nor terrain-corrected, so it is no backscatter on the ground; order the "
    "RTC product, or calibrate and terrain-correct it"
)


def _is_raw(file: DeliveredFile) -> bool:
    """Whether an image has no map projection, or whole numbers as before the calibration."""
    try:
        header = image_header(file)
    except (RasterioError, ValueError, OSError):
        return False
    return header.crs is None or header.dtype.startswith(("int", "uint", "complex"))


def recognise(files: Sequence[DeliveredFile], recognition: Recognition, _counts: Any) -> None:
    """Find products of Sentinel-1 that were not calibrated and projected, each with one reason."""
    products: dict[str, tuple[str, list[DeliveredFile]]] = {}
    for file in recognition.unclaimed(files):
        match = IMAGE.fullmatch(file.stem)
        if match is None or file.suffix not in (".tif", ".tiff") or not _is_raw(file):
            continue
        inside = f"/{file.folder}".endswith(MEASUREMENT)
        folder = f"/{file.folder}".removesuffix(MEASUREMENT).lstrip("/") if inside else file.folder
        parent, _, safe = folder.rpartition("/")
        in_safe = inside and safe.upper().endswith(".SAFE")
        key = (
            scene_key(parent, safe.removesuffix(".SAFE"))
            if in_safe
            else scene_key(file.folder, f"{match[1]}-{match[3]}")
        )
        below = f"{folder}/" if in_safe else file.path
        part = [each for each in recognition.unclaimed(files) if each.path.startswith(below)]
        kind = match["kind"].upper()
        products.setdefault(key, (kind, []))[1].extend(part)
    for key, (kind, parts) in products.items():
        fault = f"a Sentinel-1 {kind} product, {NEITHER}"
        recognition.scenes.append(
            DeliveredScene(
                key, f"Sentinel-1 {kind}", None, "", (), sensor=SENTINEL_1, level=kind, fault=fault
            )
        )
        recognition.claim(parts, f"part of {key}: {fault}")
