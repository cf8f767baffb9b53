"""A file of a scene in one attempt, and the windows of it that hold the sites."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import affine
import numpy as np
import numpy.typing as npt

from skytally.core.errors import AcquisitionError
from skytally.imagery.acquire.byte_ranges import Fault, Part, Settings, Sign, bare, get_range
from skytally.imagery.acquire.stac.scene_items import Asset

SHA2_256 = "1220"
"""Multihash prefix of a SHA-256 of 32 bytes."""
SNAP = 1e-3
"""A bound that lies closer to a pixel's edge than this share of a pixel lies on it."""
Bounds = tuple[float, float, float, float]
Window = tuple[int, int, int, int]
"""First row, first column, rows, columns."""


class OutsideError(AcquisitionError):
    """The file holds no pixel of the site."""


@dataclass(frozen=True)
class Block:
    """The pixels of one file over one site."""

    pixels: npt.NDArray[Any]
    """Stored numbers, dims (y, x), on the file's own grid; no data outside the file."""
    transform: affine.Affine
    """Grid of the pixels."""
    gsd: float
    """Metres a pixel."""
    nodata: float | None
    """Stored number that means no data."""
    source: dict[str, Any]
    """Address without query, size, checksum as the item states it, mark of the server."""


@dataclass
class Reader:
    """One file in one attempt: its ranges, doubted and counted."""

    asset: Asset
    """The file."""
    sign: Sign
    """Makes its address readable."""
    settings: Settings
    """Limits."""
    until: float
    """Moment of `time.monotonic` after which nothing is begun."""
    total: int = 0
    """Size of the file, once known."""
    etag: str = ""
    """The server's mark of the file, once known."""
    requests: int = 0
    """Requests so far."""
    received: int = 0
    """Bytes so far."""

    def head(self) -> bytes:
        """Fetch the first bytes, or all of a small file and hold its checksum to the item's."""
        size = self.asset.size
        whole = size is not None and size <= self.settings.whole_bytes
        part = self.get(0, int(size or 1) if whole else self.settings.head_bytes)
        stated = (self.asset.checksum or "").lower()
        if len(part.data) == part.total and stated.startswith(SHA2_256):
            found = hashlib.sha256(part.data).hexdigest()
            if found != stated.removeprefix(SHA2_256):
                message = f"sha256 {found[:12]}, the item says {stated[4:16]}"
                raise Fault(message)
        return part.data

    def get(self, first: int, count: int) -> Part:
        """Fetch a range, and see that it is of the same file as the ones before."""
        self.requests += 1
        part = get_range(
            self.asset.href,
            first,
            count,
            sign=self.sign,
            settings=self.settings,
            until=self.until,
        )
        self.received += len(part.data)
        if self.total and (part.total, part.etag) != (self.total, self.etag):
            message = "the file changed between two requests"
            raise Fault(message)
        if self.asset.size is not None and part.total != self.asset.size:
            message = f"the file has {part.total} bytes, the item says {self.asset.size}"
            raise Fault(message)
        self.total, self.etag = part.total, part.etag
        return part


def contradictions(
    asset: Asset,
    *,
    transform: affine.Affine,
    shape: tuple[int, int],
    dtype: str,
    epsgs: tuple[int | None, int | None],
) -> list[str]:
    """Say where the header of a file contradicts its item; `epsgs` are the file's, the item's."""
    found = []
    if asset.transform is not None and not np.allclose(
        transform[:6], asset.transform[:6], rtol=0, atol=SNAP * abs(transform.a)
    ):
        found.append(f"grid {tuple(transform[:6])}, the item says {tuple(asset.transform)}")
    if asset.shape is not None and shape != tuple(asset.shape):
        found.append(f"{shape} rows and columns, the item says {tuple(asset.shape)}")
    if asset.dtype is not None and dtype != np.dtype(asset.dtype).name:
        found.append(f"numbers of type {dtype}, the item says {asset.dtype}")
    if None not in epsgs and epsgs[0] != epsgs[1]:
        found.append(f"EPSG:{epsgs[0]}, the item says EPSG:{epsgs[1]}")
    return found


def window(transform: affine.Affine, bounds: Bounds) -> Window:
    """Give the smallest window of whole pixels that covers bounds.

    Parameters
    ----------
    transform : affine.Affine
        Grid of the file, north up.
    bounds : tuple of float
        West, south, east, north in the units of the grid.

    Returns
    -------
    tuple of int
        First row, first column, rows and columns; they may lie outside the file.

    Raises
    ------
    AcquisitionError
        If the grid is turned, or its pixels are not square.

    Examples
    --------
    >>> window(affine.Affine(10, 0, 500000, 0, -10, 4700000), (500100, 4699900, 500200, 4700000))
    (0, 10, 10, 10)
    """
    west, south, east, north = bounds
    gsd = transform.a
    if transform.b or transform.d or gsd <= 0 or not math.isclose(gsd, -transform.e, rel_tol=1e-6):
        message = f"a grid that is turned or has no square pixels: {tuple(transform[:6])}"
        raise AcquisitionError(message)
    col = math.floor((west - transform.c) / gsd + SNAP)
    row = math.floor((transform.f - north) / gsd + SNAP)
    cols = math.ceil((east - transform.c) / gsd - SNAP) - col
    rows = math.ceil((transform.f - south) / gsd - SNAP) - row
    return row, col, rows, cols


def no_data(asset: Asset, stated: float | None, dtype: str) -> float | None:
    """Give the stored number that means no data: the item's, else the file's, or None."""
    if asset.nodata is not None:
        return asset.nodata
    return math.nan if stated is None and np.dtype(dtype).kind == "f" else stated


def blank(nodata: float | None, dtype: str, at: Window) -> npt.NDArray[Any]:
    """Give an array of no data; where no number means that, it is 0."""
    return np.full(at[2:], 0 if nodata is None else nodata, dtype)


def overlap(at: Window, shape: tuple[int, int]) -> Window | None:
    """Give the part of a window that lies inside a file, or None.

    Examples
    --------
    >>> overlap((-2, 5, 10, 10), (100, 100)), overlap((100, 0, 5, 5), (100, 100))
    ((0, 5, 8, 10), None)
    """
    row, col = max(at[0], 0), max(at[1], 0)
    rows, cols = min(at[0] + at[2], shape[0]) - row, min(at[1] + at[3], shape[1]) - col
    return (row, col, rows, cols) if rows > 0 and cols > 0 else None


def block(
    reader: Reader, pixels: npt.NDArray[Any], grid: affine.Affine, at: Window, nodata: float | None
) -> Block:
    """Put pixels, their grid and where they come from together."""
    asset = reader.asset
    source = {
        "href": bare(asset.href),
        "size": reader.total,
        "checksum": asset.checksum,
        "etag": reader.etag,
    }
    corner = grid @ affine.Affine.translation(at[1], at[0])
    return Block(pixels, corner, grid.a, nodata, source)
