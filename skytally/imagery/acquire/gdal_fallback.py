"""Windows of files that only GDAL can decode (JPEG 2000, LZW, strips), over the same ranges.

GDAL never opens a connection here: it reads from a file-like object whose every byte came
through `skytally.imagery.acquire.byte_ranges`, so that limits, retries and doubts are the same.
Wrong bits inside such a file are found by its size, its checksum and the guards only.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence

import rasterio
import rasterio.errors
import rasterio.windows

from skytally.imagery.acquire.band_windows import (
    Block,
    Bounds,
    Reader,
    blank,
    block,
    contradictions,
    no_data,
    overlap,
    window,
)
from skytally.imagery.acquire.byte_ranges import Fault, scrubbed

JPEG_2000 = b"\0\0\0\x0cjP  "
"""First bytes of a JPEG 2000 file, in which the Copernicus Data Space keeps Sentinel-2."""
CHUNK = 1 << 16
"""Bytes fetched at least, so that a header read in small steps is one request."""


class _Bytes:
    """The bytes of a file, fetched when they are asked for; the first fault ends it."""

    def __init__(self, reader: Reader, head: bytes) -> None:
        self._reader, self._lock = reader, threading.Lock()
        self._chunks = {i: head[i * CHUNK : (i + 1) * CHUNK] for i in range(len(head) // CHUNK)}
        if len(head) == reader.total:
            self._chunks[len(head) // CHUNK] = head[len(head) // CHUNK * CHUNK :]
        self.total = reader.total
        self.fault: Exception | None = None

    def between(self, begin: int, end: int) -> bytes:
        """Give a range, or nothing once there was a fault, which GDAL would swallow."""
        with self._lock:
            if self.fault or end <= begin:
                return b""
            first, last = begin // CHUNK, (end - 1) // CHUNK
            try:
                self._fetch([i for i in range(first, last + 1) if i not in self._chunks])
            # kept, and raised when GDAL is back
            except Exception as error:
                self.fault = error
                return b""
            data = b"".join(self._chunks[i] for i in range(first, last + 1))
        return data[begin - first * CHUNK : end - first * CHUNK]

    def _fetch(self, absent: list[int]) -> None:
        if not absent:
            return
        first, last = absent[0], absent[-1]
        data = self._reader.get(first * CHUNK, (last - first + 1) * CHUNK).data
        for i in range(first, last + 1):
            self._chunks[i] = data[(i - first) * CHUNK : (i - first + 1) * CHUNK]


class _File(io.RawIOBase):
    """One opening of the file: GDAL opens it once a thread, and each has a place of its own."""

    def __init__(self, content: _Bytes) -> None:
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


def _windows(
    source: rasterio.DatasetReader, reader: Reader, sites: Sequence[Bounds], item_epsg: int | None
) -> list[Block | None]:
    dtype = source.dtypes[0]
    wrong = contradictions(
        reader.asset,
        transform=source.transform,
        shape=source.shape,
        dtype=dtype,
        epsgs=(source.crs.to_epsg() if source.crs else None, item_epsg),
    )
    if source.count != 1:
        wrong.append(f"{source.count} bands where one belongs; store one band a file")
    if wrong:
        message = "; ".join(wrong)
        raise Fault(message)
    nodata = no_data(reader.asset, source.nodata, dtype)
    found: list[Block | None] = []
    for bounds in sites:
        at = window(source.transform, bounds)
        array, inside = blank(nodata, dtype, at), overlap(at, source.shape)
        if inside is None:
            found.append(None)
            continue
        row, col, rows, cols = inside
        top, left = row - at[0], col - at[1]
        array[top : top + rows, left : left + cols] = source.read(
            1, window=rasterio.windows.Window(col, row, cols, rows)
        )
        found.append(block(reader, array, source.transform, at, nodata))
    return found


def read_any(
    reader: Reader, head: bytes, sites: Sequence[Bounds], *, item_epsg: int | None
) -> list[Block | None]:
    """Read the windows of several sites from a file of any kind that GDAL knows.

    Parameters
    ----------
    reader : Reader
        The file.
    head : bytes
        Its first bytes.
    sites : sequence of tuple
        West, south, east, north of each site, in the units of the file's grid.
    item_epsg : int or None
        Coordinate system that the item states.

    Returns
    -------
    list of Block or None
        One a site; None where the file holds no pixel of it.

    Raises
    ------
    Fault
        If a range cannot be had, GDAL cannot read the file, or it contradicts its item.
    """
    content = _Bytes(reader, head)
    name = f"{id(content):x}.bin"

    def opener(path: str, mode: str = "rb") -> _File:
        if path != name or mode not in ("r", "rb"):
            raise FileNotFoundError(path)
        return _File(content)

    # no other format is opened: a VRT, for one, could name further files
    driver = "JP2OpenJPEG" if head.startswith(JPEG_2000) else "GTiff"
    try:
        # its own threads would share one place in the file, and decode what is not there
        with (
            rasterio.Env(GDAL_NUM_THREADS="1"),
            rasterio.open(name, opener=opener, driver=driver, sharing=False) as source,
        ):
            found = _windows(source, reader, sites, item_epsg)
    except rasterio.errors.RasterioError as error:
        if content.fault:
            raise content.fault from None
        said = scrubbed(error).replace(name, "the file")
        raise Fault(said) from None
    if content.fault:
        raise content.fault
    return found
