"""Tiled GeoTIFFs from a few byte ranges: where the tiles lie, and what is in them.

Readers that decode for us accept single wrong bits in silence. Here every tile is unpacked with
its Adler-32 sum checked, and a header that is cut short is told from a sparse file.
What this module does not know (strips, LZW, JPEG 2000) it refuses; `skytally.imagery.acquire.band_reader` then
lets GDAL decode.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

import affine
import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT, BITS, COMPRESSION = 256, 257, 258, 259
SAMPLES, PLANAR, PREDICTOR = 277, 284, 317
TILE_WIDTH, TILE_HEIGHT, OFFSETS, COUNTS = 322, 323, 324, 325
SAMPLE_FORMAT, PIXEL_SCALE, TIE_POINT, GEO_KEYS, NODATA = 339, 33550, 33922, 34735, 42113
MATRIX = 34264
DEFLATE = (8, 32946)
"""The two numbers of one compression, whose streams end with an Adler-32 sum."""
FORMATS = {1: "u", 2: "i", 3: "f"}
TYPES = {
    1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii",
    11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q",
}  # fmt: skip
"""TIFF field type to its code in `struct`."""
RASTER_TYPE, PROJECTED, POINT = 1025, 3072, 2
"""Keys of the GeoTIFF directory, and the value by which a tie point is a pixel's centre."""
USER_DEFINED = 32767


class MoreBytesError(ValueError):
    """The header goes on behind the bytes at hand; `needed` says to where."""

    def __init__(self, needed: int) -> None:
        """Keep the first length that may do."""
        self.needed = needed
        super().__init__(f"the header needs {needed} bytes")


class OtherLayoutError(ValueError):
    """A sound file, but of a kind this module does not decode."""


@dataclass(frozen=True)
class Layout:
    """What the header of a tiled GeoTIFF says."""

    shape: tuple[int, int]
    """Rows and columns of the file."""
    tile: tuple[int, int]
    """Rows and columns of a tile."""
    dtype: np.dtype[Any]
    """Type of the stored numbers, in the file's byte order."""
    predictor: int
    """1 none, 2 differences along a row, 3 differences of the bytes of floats."""
    transform: affine.Affine
    """From column and row to map units; the corner of the first pixel is its origin."""
    epsg: int | None
    """Code of the projected system, or None where the file has none."""
    nodata: float | None
    """Stored number that means no data, or None."""
    offsets: tuple[int, ...]
    """First byte of each tile, row by row; 0 where a tile was left out."""
    counts: tuple[int, ...]
    """Length of each tile in bytes."""

    @property
    def across(self) -> int:
        """Tiles in a row of tiles."""
        return -(-self.shape[1] // self.tile[1])


def _unpack(order: str, form: str, data: bytes, at: int, n: int) -> tuple[Any, ...]:
    size = struct.calcsize("=" + form) * n
    if at + size > len(data):
        raise MoreBytesError(at + size)
    if form == "s":
        return (data[at : at + n],)
    return struct.unpack_from(f"{order}{len(form) * n}{form[0]}", data, at)


def _fields(head: bytes) -> tuple[str, dict[int, tuple[Any, ...]]]:
    """Give the byte order and the fields of the first image."""
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    version = struct.unpack_from(f"{order}H", head, 2)[0] if order and len(head) > 16 else 0
    if version not in (42, 43):
        message = f"not a TIFF: it begins with {head[:8]!r}"
        raise ValueError(message)
    big = version == 43
    word, width, length = ("Q", 20, 8) if big else ("I", 12, 4)
    at = _unpack(str(order), word, head, 8 if big else 4, 1)[0]
    n = _unpack(str(order), "Q" if big else "H", head, at, 1)[0]
    start = at + (8 if big else 2)
    if start + n * width > len(head):
        raise MoreBytesError(start + n * width)
    fields = {}
    for i in range(n):
        entry = start + i * width
        tag, kind = struct.unpack_from(f"{order}HH", head, entry)
        count = _unpack(str(order), word, head, entry + 4, 1)[0]
        if kind not in TYPES:
            continue
        place = entry + 4 + length
        if struct.calcsize("=" + TYPES[kind]) * count > length:
            place = _unpack(str(order), word, head, place, 1)[0]
        fields[tag] = _unpack(str(order), TYPES[kind], head, place, count)
    return str(order), fields


def _transform(fields: dict[int, tuple[Any, ...]], keys: dict[int, int]) -> affine.Affine:
    if MATRIX in fields:
        a, b, _, c, d, e, _, f = fields[MATRIX][:8]
        found = affine.Affine(a, b, c, d, e, f)
    elif PIXEL_SCALE in fields and TIE_POINT in fields:
        (sx, sy), (col, row, _, x, y) = fields[PIXEL_SCALE][:2], fields[TIE_POINT][:5]
        found = affine.Affine(sx, 0.0, x - col * sx, 0.0, -sy, y + row * sy)
    else:
        message = "no place on the ground"
        raise OtherLayoutError(message)
    half = 0.5 if keys.get(RASTER_TYPE) == POINT else 0.0
    return found @ affine.Affine.translation(-half, -half)


def _one(fields: dict[int, tuple[Any, ...]], tag: int, default: int) -> int:
    return int(fields.get(tag, (default,))[0])


def _missing(fields: dict[int, tuple[Any, ...]]) -> str:
    """Say what this module cannot decode, or nothing."""
    found = {
        "strips": TILE_WIDTH not in fields or OFFSETS not in fields or COUNTS not in fields,
        f"compression {_one(fields, COMPRESSION, 1)}": _one(fields, COMPRESSION, 1) not in DEFLATE,
        "several samples a pixel": _one(fields, SAMPLES, 1) != 1,
        "an unknown predictor": _one(fields, PREDICTOR, 1) not in (1, 2, 3),
        "an unknown kind of number": _one(fields, SAMPLE_FORMAT, 1) not in FORMATS
        or _one(fields, BITS, 1) not in (8, 16, 32, 64),
    }
    return ", ".join(what for what, is_so in found.items() if is_so)


def read_layout(head: bytes) -> Layout:
    """Read the header of a tiled, deflated GeoTIFF of one band.

    Parameters
    ----------
    head : bytes
        The first bytes of the file.

    Returns
    -------
    Layout
        Of the first image of the file (its full resolution).

    Raises
    ------
    MoreBytesError
        If the header is longer than `head`; its ``needed`` says how far to read.
    OtherLayoutError
        If the file is a TIFF of another kind.
    ValueError
        If it is no TIFF, or its header contradicts itself.
    """
    order, fields = _fields(head)
    missing = _missing(fields)
    if missing:
        message = f"decoded by GDAL: {missing}"
        raise OtherLayoutError(message)
    listed = fields.get(GEO_KEYS, ())
    keys = {listed[i]: listed[i + 3] for i in range(4, len(listed) - 3, 4) if listed[i + 1] == 0}
    kind = FORMATS[_one(fields, SAMPLE_FORMAT, 1)]
    nodata = bytes(fields[NODATA][0]).strip(b"\0 ").decode("ascii") if NODATA in fields else ""
    layout = Layout(
        shape=(_one(fields, HEIGHT, 0), _one(fields, WIDTH, 0)),
        tile=(_one(fields, TILE_HEIGHT, 0), _one(fields, TILE_WIDTH, 0)),
        dtype=np.dtype(f"{order}{kind}{_one(fields, BITS, 1) // 8}"),
        predictor=_one(fields, PREDICTOR, 1),
        transform=_transform(fields, keys),
        epsg=keys.get(PROJECTED) if keys.get(PROJECTED) != USER_DEFINED else None,
        nodata=float(nodata) if nodata else None,
        offsets=tuple(fields[OFFSETS]),
        counts=tuple(fields[COUNTS]),
    )
    if not all(0 < n <= 1 << 16 for n in layout.tile) or not all(n > 0 for n in layout.shape):
        message = f"a header with an image of {layout.shape} in tiles of {layout.tile}"
        raise ValueError(message)
    tiles = -(-layout.shape[0] // layout.tile[0]) * layout.across
    if not tiles == len(layout.offsets) == len(layout.counts):
        message = f"a header with {len(layout.offsets)} tiles where {tiles} belong"
        raise ValueError(message)
    return layout


def decode(layout: Layout, packed: bytes) -> npt.NDArray[Any]:
    """Unpack one tile, its sum checked.

    Parameters
    ----------
    layout : Layout
        Of the file the tile comes from.
    packed : bytes
        The tile as it is in the file.

    Returns
    -------
    numpy.ndarray, dims (y, x)
        In the machine's byte order.

    Raises
    ------
    ValueError
        If the bytes are no sound stream, their sum differs, or they give another number of
        pixels than a tile has.
    """
    rows, cols = layout.tile
    stream = zlib.decompressobj()
    try:
        flat = stream.decompress(packed, rows * cols * layout.dtype.itemsize + 1)
    except zlib.error as error:
        message = f"a tile does not unpack ({error})"
        raise ValueError(message) from None
    if not stream.eof or len(flat) != rows * cols * layout.dtype.itemsize:
        message = f"a tile unpacks to {len(flat)} bytes, not to {rows} x {cols} pixels"
        raise ValueError(message)
    native = layout.dtype.newbyteorder("=")
    if layout.predictor == 3:
        size = layout.dtype.itemsize
        rowwise = np.frombuffer(flat, np.uint8).reshape(rows, cols * size)
        planes = np.cumsum(rowwise, axis=1, dtype=np.uint8).reshape(rows, size, cols)
        joined = np.ascontiguousarray(planes.transpose(0, 2, 1))
        return joined.view(layout.dtype.newbyteorder(">")).reshape(rows, cols).astype(native)
    tile = np.frombuffer(flat, layout.dtype).reshape(rows, cols).astype(native, copy=False)
    if layout.predictor == 2:
        # differences wrap round; unsigned sums of the same width undo them for every integer
        unsigned = tile.view(f"u{native.itemsize}")
        return np.cumsum(unsigned, axis=1, dtype=unsigned.dtype).view(native)
    return tile
