"""Read windows of files that only GDAL decodes (JPEG 2000, LZW, strips) through our byte ranges.

GDAL never opens a connection here: it reads from a file-like object whose every byte came
through `skytally.imagery.acquire.byte_range_fetching`, so that limits, retries and checks are
the same. Corrupt bits inside such a file are found only by its size, its checksum and the band
checks.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence

import numpy as np
import rasterio
import rasterio.errors
import rasterio.windows

from skytally.imagery.acquire.byte_range_fetching import FetchAttemptError
from skytally.imagery.acquire.byte_range_reader_and_window_geometry import (
    BandWindow,
    Bounds,
    RangeReader,
    band_window,
    covering_window,
    header_contradictions,
    nodata_value,
    unread_window,
    window_overlap,
)
from skytally.imagery.acquire.tiff_directory_parser_and_checks import (
    MAX_BLOCK_BYTES,
    directory_faults,
    fetch_directory,
    order_faults,
)
from skytally.web import redacted_message

JPEG_2000_SIGNATURE = b"\0\0\0\x0cjP  "
"""First bytes of a JPEG 2000 file, in which the Copernicus Data Space keeps Sentinel-2."""
GDAL_CHUNK_BYTES = 1 << 16
"""Smallest fetch in bytes, so that a header read in small steps is one request."""


class _CachedBytes:
    """Cache of a file's bytes, fetched on demand; after the first fault it returns nothing more."""

    def __init__(self, reader: RangeReader, head: bytes) -> None:
        self._reader, self._lock = reader, threading.Lock()
        self._chunks = {
            i: head[i * GDAL_CHUNK_BYTES : (i + 1) * GDAL_CHUNK_BYTES]
            for i in range(len(head) // GDAL_CHUNK_BYTES)
        }
        if len(head) == reader.total:
            self._chunks[len(head) // GDAL_CHUNK_BYTES] = head[
                len(head) // GDAL_CHUNK_BYTES * GDAL_CHUNK_BYTES :
            ]
        self.total = reader.total
        self.fault: Exception | None = None

    def between(self, begin: int, end: int) -> bytes:
        """Bytes of a range, or none after a fault, since GDAL would swallow the exception."""
        with self._lock:
            if self.fault or end <= begin:
                return b""
            first, last = begin // GDAL_CHUNK_BYTES, (end - 1) // GDAL_CHUNK_BYTES
            try:
                self._fetch([i for i in range(first, last + 1) if i not in self._chunks])
            # kept, and raised once GDAL has returned
            except Exception as error:
                self.fault = error
                return b""
            data = b"".join(self._chunks[i] for i in range(first, last + 1))
        return data[begin - first * GDAL_CHUNK_BYTES : end - first * GDAL_CHUNK_BYTES]

    def _fetch(self, missing: list[int]) -> None:
        if not missing:
            return
        first, last = missing[0], missing[-1]
        data = self._reader.get(
            first * GDAL_CHUNK_BYTES, (last - first + 1) * GDAL_CHUNK_BYTES
        ).data
        for i in range(first, last + 1):
            self._chunks[i] = data[
                (i - first) * GDAL_CHUNK_BYTES : (i - first + 1) * GDAL_CHUNK_BYTES
            ]


class _FileObject(io.RawIOBase):
    """File object for GDAL, which opens one in each thread, each with a position of its own."""

    def __init__(self, content: _CachedBytes) -> None:
        self._content, self._at = content, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._content.total}[whence]
        self._at = start + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        total = self._content.total
        data = self._content.between(self._at, total if size < 0 else min(self._at + size, total))
        self._at += len(data)
        return data


def _read_windows(
    source: rasterio.DatasetReader,
    reader: RangeReader,
    sites: Sequence[Bounds],
    item_epsg: int | None,
) -> list[BandWindow | None]:
    dtype = source.dtypes[0]
    faults = header_contradictions(
        reader.asset,
        transform=source.transform,
        shape=source.shape,
        dtype=dtype,
        epsgs=(source.crs.to_epsg() if source.crs else None, item_epsg),
    )
    if source.count != 1:
        faults.append(f"{source.count} bands where one belongs; store one band a file")
    rows, cols = source.block_shapes[0]
    if rows * cols * np.dtype(dtype).itemsize > MAX_BLOCK_BYTES:
        faults.append(f"blocks of {rows} x {cols} pixels, too large to unpack")
    if faults:
        message = "; ".join(faults)
        raise FetchAttemptError(message)
    nodata = nodata_value(reader.asset, source.nodata, dtype)
    windows: list[BandWindow | None] = []
    for bounds in sites:
        at = covering_window(source.transform, bounds)
        inside = window_overlap(at, source.shape)
        array = unread_window(reader, at, source.shape, nodata=nodata, dtype=dtype)
        if inside is None:
            windows.append(None)
            continue
        row, col, rows, cols = inside
        top, left = row - at[0], col - at[1]
        array[top : top + rows, left : left + cols] = source.read(
            1, window=rasterio.windows.Window(col, row, cols, rows)
        )
        windows.append(
            band_window(reader, array, source.transform, at, shape=source.shape, nodata=nodata)
        )
    return windows


def _check_tiff(reader: RangeReader, head: bytes) -> None:
    """Refuse a TIFF whose directory no file of images has, before GDAL sees it."""
    directory, head = fetch_directory(reader, head)
    faults = directory_faults(directory, total=reader.total)
    if not faults and not reader.verified:
        faults = order_faults(*directory.blocks)
    if faults:
        message = f"a header with {'; '.join(faults)}"
        raise FetchAttemptError(message)


def read_with_gdal(
    reader: RangeReader, head: bytes, sites: Sequence[Bounds], *, item_epsg: int | None
) -> list[BandWindow | None]:
    """Read the windows of several sites from a GeoTIFF or JPEG 2000 file by way of GDAL.

    Parameters
    ----------
    reader : RangeReader
        The file.
    head : bytes
        Its first bytes.
    sites : sequence of tuple
        West, south, east, north of each site, in the units of the file's grid.
    item_epsg : int or None
        Coordinate system that the item states.

    Returns
    -------
    list of BandWindow or None
        One a site; None where the file holds no pixel of it.

    Raises
    ------
    FetchAttemptError
        If a range cannot be fetched, GDAL cannot read the file, or it contradicts its item.
    """
    jpeg_2000 = head.startswith(JPEG_2000_SIGNATURE)
    if not jpeg_2000:
        _check_tiff(reader, head)
    content = _CachedBytes(reader, head)
    name = f"{id(content):x}.bin"

    def opener(path: str, mode: str = "rb") -> _FileObject:
        if path != name or mode not in ("r", "rb"):
            raise FileNotFoundError(path)
        return _FileObject(content)

    # other formats are not opened: a VRT, for example, could name further files
    driver = "JP2OpenJPEG" if jpeg_2000 else "GTiff"
    try:
        # GDAL's own threads would share one position in the file
        with (
            rasterio.Env(GDAL_NUM_THREADS="1"),
            rasterio.open(name, opener=opener, driver=driver, sharing=False) as source,
        ):
            windows = _read_windows(source, reader, sites, item_epsg)
    except rasterio.errors.RasterioError as error:
        if content.fault:
            raise content.fault from None
        message = redacted_message(error).replace(name, "the file")
        raise FetchAttemptError(message) from None
    if content.fault:
        raise content.fault
    return windows
