"""Pixel windows of a scene's files over the sites: reading a file in one attempt, and its grid."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import affine
import numpy as np
import numpy.typing as npt

from skytally.core import AcquisitionError
from skytally.imagery.acquire.byte_range_fetching import (
    ByteRange,
    FetchAttemptError,
    FetchSettings,
    SignUrl,
    fetch_range,
)
from skytally.imagery.acquire.offered_scene import Asset
from skytally.web import url_without_query

SHA2_256_PREFIX = "1220"
"""Multihash prefix of a SHA-256 of 32 bytes."""
EDGE_TOLERANCE_PX = 1e-3
"""Share of a pixel within which a bound counts as lying on the pixel's edge."""
MIN_PIXEL_M = 0.1
"""Smallest pixel in metres; the finest satellite images have pixels of 0.3 m."""
MIN_SHARE_OF_STATED_PIXEL = 0.3
"""A file's pixels are not finer than this share of what its item states."""
MAX_WINDOW_PX = 1 << 29
"""Most pixels of a window: a site of 7 km in pixels of 0.3 m."""
MAX_UNFILLED_PX = 1 << 24
"""Pixels of a window above which the file must fill an eighth of it."""
MAX_UNPACKING = 1 << 12
"""Most bytes of pixels a byte of a file, of the compressions whose limit is known."""
DETECTED_HINT = "name a product of amplitude or power, such as GRD, in the provider's row"
Bounds = tuple[float, float, float, float]
PixelWindow = tuple[int, int, int, int]
"""First row, first column, rows, columns."""


class OutsideSceneError(AcquisitionError):
    """The file contains no pixel of the site."""


class ComplexNumbersError(AcquisitionError):
    """The file holds complex numbers, whose phase would be dropped without a word."""


def complex_fault(dtype: str) -> str:
    """Fault of complex numbers, as of single-look complex products; empty for other numbers.

    Parameters
    ----------
    dtype : str
        Type of the numbers, as numpy, GDAL (``complex_int16``) or STAC (``cfloat32``) names it.
    """
    if not dtype.startswith(("complex", "cint", "cfloat")):
        return ""
    return f"complex numbers ({dtype}), of which no measure takes the phase; {DETECTED_HINT}"


@dataclass(frozen=True)
class BandWindow:
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
    """Address without query, size, checksum as the item states it, and ETag of the file."""
    extent: Bounds
    """West, south, east, north of the whole file, in the units of its grid."""


@dataclass
class RangeReader:
    """Reader of byte ranges of one file in one attempt, with integrity checks and counters."""

    asset: Asset
    """The file."""
    sign: SignUrl
    """Signs its address."""
    settings: FetchSettings
    """Limits."""
    until: float
    """Value of `time.monotonic` after which no request starts."""
    total: int = 0
    """Size of the file, once known."""
    etag: str = ""
    """ETag of the file, once known."""
    requests: int = 0
    """Requests so far."""
    received: int = 0
    """Bytes so far."""
    verified: bool = False
    """Whether the whole file was read and has the checksum that the item states."""

    def head(self) -> bytes:
        """Fetch the first bytes, or a whole small file, whose checksum must be the item's."""
        size = self.asset.size
        small = size is not None and size <= self.settings.whole_bytes
        part = self.get(0, int(size or 1) if small else self.settings.head_bytes)
        stated = (self.asset.checksum or "").lower()
        if len(part.data) == part.total and stated.startswith(SHA2_256_PREFIX):
            actual = hashlib.sha256(part.data).hexdigest()
            if actual != stated.removeprefix(SHA2_256_PREFIX):
                message = f"sha256 {actual[:12]}, the item says {stated[4:16]}"
                raise FetchAttemptError(message)
            self.verified = True
        return part.data

    def get(self, first: int, count: int) -> ByteRange:
        """Fetch a range and check that it belongs to the same file as the ones before."""
        self.requests += 1
        part = fetch_range(
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
            raise FetchAttemptError(message)
        if self.asset.size is not None and part.total != self.asset.size:
            message = f"the file has {part.total} bytes, the item says {self.asset.size}"
            raise FetchAttemptError(message)
        self.total, self.etag = part.total, part.etag
        return part


def header_contradictions(
    asset: Asset,
    *,
    transform: affine.Affine,
    shape: tuple[int, int],
    dtype: str,
    epsgs: tuple[int | None, int | None],
) -> list[str]:
    """List contradictions of a file's header and its item; `epsgs` are of file and item.

    Raises
    ------
    ComplexNumbersError
        If the file holds complex numbers.
    """
    if fault := complex_fault(dtype):
        raise ComplexNumbersError(fault)
    faults = []
    if asset.transform is not None and not np.allclose(
        transform[:6], asset.transform[:6], rtol=0, atol=EDGE_TOLERANCE_PX * abs(transform.a)
    ):
        faults.append(f"grid {tuple(transform[:6])}, the item says {tuple(asset.transform)}")
    if asset.shape is not None and shape != tuple(asset.shape):
        faults.append(f"{shape} rows and columns, the item says {tuple(asset.shape)}")
    if asset.gsd is not None and transform.a < MIN_SHARE_OF_STATED_PIXEL * asset.gsd:
        faults.append(f"pixels of {transform.a:g} m, the item says {asset.gsd:g} m")
    if asset.dtype is not None and dtype != np.dtype(asset.dtype).name:
        faults.append(f"numbers of type {dtype}, the item says {asset.dtype}")
    if None not in epsgs and epsgs[0] != epsgs[1]:
        faults.append(f"EPSG:{epsgs[0]}, the item says EPSG:{epsgs[1]}")
    return faults


def covering_window(transform: affine.Affine, bounds: Bounds) -> PixelWindow:
    """Smallest window of whole pixels that covers bounds.

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
        If the grid is turned, its pixels are not square, or no satellite has such fine ones.

    Examples
    --------
    >>> grid = affine.Affine(10, 0, 500000, 0, -10, 4700000)
    >>> covering_window(grid, (500100, 4699900, 500200, 4700000))
    (0, 10, 10, 10)
    """
    west, south, east, north = bounds
    gsd = transform.a
    if transform.b or transform.d or gsd <= 0 or not math.isclose(gsd, -transform.e, rel_tol=1e-6):
        message = f"a grid that is turned or has no square pixels: {tuple(transform[:6])}"
        raise AcquisitionError(message)
    if not gsd >= MIN_PIXEL_M or not all(map(math.isfinite, transform[:6])):
        message = f"pixels of {gsd:g} m at {transform.c:g}, {transform.f:g}, finer than any image's"
        raise AcquisitionError(message)
    col = math.floor((west - transform.c) / gsd + EDGE_TOLERANCE_PX)
    row = math.floor((transform.f - north) / gsd + EDGE_TOLERANCE_PX)
    cols = math.ceil((east - transform.c) / gsd - EDGE_TOLERANCE_PX) - col
    rows = math.ceil((transform.f - south) / gsd - EDGE_TOLERANCE_PX) - row
    return row, col, rows, cols


def nodata_value(asset: Asset, stated: float | None, dtype: str) -> float | None:
    """No-data number as the item states it, else as the file does, or None.

    NaN counts as not stated where the pixels are whole numbers: none of them can be it.
    """
    floats = np.dtype(dtype).kind == "f"
    for number in (asset.nodata, stated):
        if number is not None and (floats or not math.isnan(number)):
            return number
    return math.nan if floats else None


def window_overlap(at: PixelWindow, shape: tuple[int, int]) -> PixelWindow | None:
    """Part of a window that lies inside a file, or None.

    Examples
    --------
    >>> window_overlap((-2, 5, 10, 10), (100, 100)), window_overlap((100, 0, 5, 5), (100, 100))
    ((0, 5, 8, 10), None)
    """
    row, col = max(at[0], 0), max(at[1], 0)
    rows, cols = min(at[0] + at[2], shape[0]) - row, min(at[1] + at[3], shape[1]) - col
    return (row, col, rows, cols) if rows > 0 and cols > 0 else None


def unread_window(
    reader: RangeReader,
    at: PixelWindow,
    shape: tuple[int, int],
    *,
    nodata: float | None,
    dtype: str,
) -> npt.NDArray[Any]:
    """Array of a window before it is read, bounded by what its file can hold.

    Parameters
    ----------
    reader : RangeReader
        The file.
    at : tuple of int
        First row, first column, rows and columns of the window.
    shape : (int, int)
        Rows and columns of the file.
    nodata : float or None
        Fill value; 0 where the file has none.
    dtype : str
        Type of the numbers.

    Returns
    -------
    numpy.ndarray, dims (y, x)
        Of one pixel where the file holds nothing of the window.

    Raises
    ------
    FetchAttemptError
        If the window has more pixels than any image of a site, or than the file can hold.
    """
    inside = window_overlap(at, shape)
    if inside is None:
        return np.zeros((1, 1), dtype)
    pixels, held = at[2] * at[3], inside[2] * inside[3]
    fault = ""
    if pixels > MAX_WINDOW_PX:
        fault = f"a window of {at[2]} x {at[3]} pixels"
    elif pixels > max(MAX_UNFILLED_PX, 8 * held):
        fault = f"a window of {at[2]} x {at[3]} pixels, of which the file holds {held}"
    elif held * np.dtype(dtype).itemsize > MAX_UNPACKING * reader.total:
        fault = f"{held} pixels in a file of {reader.total} bytes"
    if fault:
        raise FetchAttemptError(fault)
    return np.full(at[2:], 0 if nodata is None else nodata, dtype)


def band_window(
    reader: RangeReader,
    pixels: npt.NDArray[Any],
    grid: affine.Affine,
    at: PixelWindow,
    *,
    shape: tuple[int, int],
    nodata: float | None,
) -> BandWindow:
    """Combine pixels, their grid and the description of their file.

    Where the window reaches beyond a file that states no number for missing data, 0 means missing:
    it is what stands there.
    """
    if nodata is None and window_overlap(at, shape) != at:
        nodata = 0.0
    asset = reader.asset
    source = {
        "href": url_without_query(asset.href),
        "size": reader.total,
        "checksum": asset.checksum,
        "etag": reader.etag,
    }
    corner = grid @ affine.Affine.translation(at[1], at[0])
    west, north = grid @ (0, 0)
    east, south = grid @ (shape[1], shape[0])
    return BandWindow(pixels, corner, grid.a, nodata, source, (west, south, east, north))
