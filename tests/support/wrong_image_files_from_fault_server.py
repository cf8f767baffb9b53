"""Substituted files: wrong content that a fault server sends under the right name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.io import MemoryFile

from skytally.imagery.simulate.rehearsal_stac_items import with_server_addresses
from tests.support.server_fault_proxy import Origin, catalogue, files, routed


@dataclass(frozen=True)
class World:
    """The archive on which all cases are tried."""

    folder: Path
    """Its files."""
    items: list[dict[str, Any]]
    """Its items, with addresses in the archive."""

    def origin(self, url: str) -> Origin:
        """Fault-free server of the catalogue and its files."""
        there = [with_server_addresses(item, f"{url}/files/") for item in self.items]
        return routed(stac=catalogue(there), files=files(self.folder))

    def donor(self, fault: str, path: Path) -> bytes:
        """Bytes of the file served in place of another, by fault."""
        right = path.read_bytes()
        if fault == "blank tile":
            return blank(right)
        if fault == "another band":
            return self.sibling(path).read_bytes()
        if fault == "another place":
            return moved(right)
        others = sorted(
            other
            for other in (self.folder / path.relative_to(self.folder).parts[0]).rglob("*.*")
            if other.parent != path.parent and _band_of(other) == _band_of(path)
        )
        sized = [each for each in others if each.stat().st_size <= len(right)]
        chosen = (sized or others)[0].read_bytes()
        return chosen.ljust(len(right), b"\0") if fault.endswith("same size") else chosen

    def sibling(self, path: Path) -> Path:
        """Path of another band of the same scene and grid."""
        swap = {"SCL": "B11", "iw-vv": "iw-vh", "B08": "B04", "SR_B3": "SR_B6", "SR_B5": "SR_B4"}
        swap["QA_PIXEL"] = "SR_B4"
        old, new = next(pair for pair in swap.items() if pair[0] in path.name)
        return path.with_name(path.name.replace(old, new))


def _band_of(path: Path) -> str:
    return path.stem if path.suffix != ".TIF" else path.stem.split("_T1_")[1]


def _rewritten(content: bytes, change: Callable[[np.ndarray, dict[str, Any]], None]) -> bytes:
    with MemoryFile(content) as memory, memory.open() as file:
        values, profile = file.read(1), dict(file.profile)
    change(values, profile)
    words = {"driver": "COG", "compress": "DEFLATE", "blocksize": 128, "num_threads": 1}
    words |= {word: profile[word] for word in ("dtype", "crs", "transform", "nodata")}
    predictor = "NO" if values.dtype == np.uint8 else "YES"
    with MemoryFile() as memory:
        with memory.open(
            count=1,
            height=values.shape[0],
            width=values.shape[1],
            predictor=predictor,
            overview_resampling="NEAREST",
            **words,
        ) as file:
            file.write(values, 1)
        return memory.read()


def blank(content: bytes) -> bytes:
    """Make a valid file of the same length in which one tile is nodata."""

    def change(values: np.ndarray, profile: dict[str, Any]) -> None:
        values[:128, :128] = profile["nodata"]

    return _rewritten(content, change).ljust(len(content), b"\0")[: len(content)]


def moved(content: bytes) -> bytes:
    """Make a valid file of the same length that covers a place 3 km away."""

    def change(values: np.ndarray, profile: dict[str, Any]) -> None:
        a = profile["transform"]
        profile["transform"] = rasterio.Affine(a.a, a.b, a.c + 3000, a.d, a.e, a.f)
        values[:] = values[::-1]

    return _rewritten(content, change).ljust(len(content), b"\0")[: len(content)]
