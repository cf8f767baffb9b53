"""Read windows of tiled, deflated GeoTIFFs from a few byte ranges, every tile verified.

Readers that decode for us accept single wrong bits in silence. Here every tile is unpacked with
its Adler-32 checksum verified, and a truncated header is told from a sparse file. Other layouts
(strips, LZW, JPEG 2000) are refused; `skytally.imagery.acquire.scene_reader` then lets GDAL decode.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import affine
import numpy as np
import numpy.typing as npt

from skytally.imagery.acquire.byte_range_fetching import FetchAttemptError
from skytally.imagery.acquire.byte_range_reader_and_window_geometry import (
    BandWindow,
    Bounds,
    PixelWindow,
    RangeReader,
    band_window,
    covering_window,
    header_contradictions,
    nodata_value,
    unread_window,
    window_overlap,
)
from skytally.imagery.acquire.tiff_directory_parser_and_checks import (
    DEFLATE_CODES,
    TAG_BITS,
    TAG_COMPRESSION,
    TAG_GEO_KEYS,
    TAG_HEIGHT,
    TAG_NODATA,
    TAG_PIXEL_SCALE,
    TAG_PREDICTOR,
    TAG_SAMPLE_FORMAT,
    TAG_SAMPLES,
    TAG_TIE_POINT,
    TAG_TILE_HEIGHT,
    TAG_TILE_WIDTH,
    TAG_TRANSFORM,
    TAG_WIDTH,
    TiffDirectory,
    directory_faults,
    fetch_directory,
    order_faults,
)

NUMBER_KINDS = {1: "u", 2: "i", 3: "f"}
GEOKEY_RASTER_TYPE, GEOKEY_PROJECTED_CRS, PIXEL_IS_POINT = 1025, 3072, 2
"""Keys of the GeoTIFF directory, and the value by which a tie point is a pixel's centre."""
USER_DEFINED_CRS = 32767
FLOAT_PREDICTOR = 3


class UnsupportedLayoutError(ValueError):
    """A sound file of a layout that this module does not decode."""


@dataclass(frozen=True)
class TiffLayout:
    """Grid, tiling and encoding of a tiled GeoTIFF, from its header."""

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
        """Number of tiles in a row of tiles."""
        return -(-self.shape[1] // self.tile[1])


def _geo_keys(directory: TiffDirectory) -> dict[int, int]:
    """Keys of the GeoTIFF directory that hold one number."""
    listed = directory.fields.get(TAG_GEO_KEYS, ())
    if not listed:
        return {}
    keys = listed[4::4]
    if listed[0] != 1 or len(listed) != 4 + 4 * listed[3] or list(keys) != sorted(set(keys)):
        message = "a header whose georeferencing is corrupt"
        raise ValueError(message)
    return {listed[i]: listed[i + 3] for i in range(4, len(listed), 4) if listed[i + 1] == 0}


def _transform(directory: TiffDirectory, keys: dict[int, int]) -> affine.Affine:
    fields = directory.fields
    if TAG_TRANSFORM in fields:
        a, b, _, c, d, e, _, f = fields[TAG_TRANSFORM][:8]
        grid = affine.Affine(a, b, c, d, e, f)
    elif TAG_PIXEL_SCALE in fields and TAG_TIE_POINT in fields:
        (sx, sy), (col, row, _, x, y) = fields[TAG_PIXEL_SCALE][:2], fields[TAG_TIE_POINT][:5]
        grid = affine.Affine(sx, 0.0, x - col * sx, 0.0, -sy, y + row * sy)
    else:
        message = "no georeferencing"
        raise UnsupportedLayoutError(message)
    half = 0.5 if keys.get(GEOKEY_RASTER_TYPE) == PIXEL_IS_POINT else 0.0
    return grid @ affine.Affine.translation(-half, -half)


def _unsupported_features(directory: TiffDirectory) -> str:
    """Features of the file that this module cannot decode; empty if there are none."""
    compression, predictor = directory.first(TAG_COMPRESSION, 1), directory.first(TAG_PREDICTOR, 1)
    kind = NUMBER_KINDS.get(directory.first(TAG_SAMPLE_FORMAT, 1), "")
    unsupported = {
        "strips": not directory.tiled,
        f"compression {compression}": compression not in DEFLATE_CODES,
        "several samples a pixel": directory.first(TAG_SAMPLES, 1) != 1,
        "an unknown predictor": predictor not in (1, 2, FLOAT_PREDICTOR),
        "a predictor of floats on whole numbers": predictor == FLOAT_PREDICTOR and kind != "f",
        "an unknown kind of number": not kind
        or directory.first(TAG_BITS, 1) not in (8, 16, 32, 64),
    }
    return ", ".join(feature for feature, present in unsupported.items() if present)


def tile_layout(directory: TiffDirectory, *, total: int | None = None) -> TiffLayout:
    """Layout of a tiled, deflated GeoTIFF of one band.

    Parameters
    ----------
    directory : TiffDirectory
        Of the first image of the file (its full resolution).
    total : int, optional
        Bytes of the whole file.

    Returns
    -------
    TiffLayout

    Raises
    ------
    UnsupportedLayoutError
        If the file is a TIFF of another kind.
    ValueError
        If its header contradicts itself.
    """
    faults = directory_faults(directory, total=total)
    if faults:
        message = f"a header with {'; '.join(faults)}"
        raise ValueError(message)
    unsupported = _unsupported_features(directory)
    if unsupported:
        message = f"decoded by GDAL: {unsupported}"
        raise UnsupportedLayoutError(message)
    keys = _geo_keys(directory)
    kind = NUMBER_KINDS[directory.first(TAG_SAMPLE_FORMAT, 1)]
    stated = directory.fields.get(TAG_NODATA, (b"",))[0]
    nodata = bytes(stated).strip(b"\0 ").decode("ascii")
    offsets, counts = directory.blocks
    code = keys.get(GEOKEY_PROJECTED_CRS)
    return TiffLayout(
        shape=(directory.first(TAG_HEIGHT, 0), directory.first(TAG_WIDTH, 0)),
        tile=(directory.first(TAG_TILE_HEIGHT, 0), directory.first(TAG_TILE_WIDTH, 0)),
        dtype=np.dtype(f"{directory.order}{kind}{directory.first(TAG_BITS, 1) // 8}"),
        predictor=directory.first(TAG_PREDICTOR, 1),
        transform=_transform(directory, keys),
        epsg=code if code != USER_DEFINED_CRS else None,
        nodata=float(nodata) if nodata else None,
        offsets=tuple(offsets),
        counts=tuple(counts),
    )


def decode_tile(layout: TiffLayout, packed: bytes) -> npt.NDArray[Any]:
    """Decompress one tile, its checksum verified.

    Parameters
    ----------
    layout : TiffLayout
        Of the file the tile comes from.
    packed : bytes
        The tile as it stands in the file.

    Returns
    -------
    numpy.ndarray, dims (y, x)
        In the machine's byte order.

    Raises
    ------
    ValueError
        If the bytes are not a sound stream, their checksum differs, or they decompress to
        another number of pixels than a tile has.
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
    if stream.unused_data:
        message = f"a tile ends {len(stream.unused_data)} bytes before its length, as another's"
        raise ValueError(message)
    native = layout.dtype.newbyteorder("=")
    if layout.predictor == FLOAT_PREDICTOR:
        size = layout.dtype.itemsize
        rowwise = np.frombuffer(flat, np.uint8).reshape(rows, cols * size)
        planes = np.cumsum(rowwise, axis=1, dtype=np.uint8).reshape(rows, size, cols)
        joined = np.ascontiguousarray(planes.transpose(0, 2, 1))
        return joined.view(layout.dtype.newbyteorder(">")).reshape(rows, cols).astype(native)
    tile = np.frombuffer(flat, layout.dtype).reshape(rows, cols).astype(native, copy=False)
    if layout.predictor == 2:
        # differences wrap around; unsigned sums of the same width undo them for every integer type
        unsigned = tile.view(f"u{native.itemsize}")
        return np.cumsum(unsigned, axis=1, dtype=unsigned.dtype).view(native)
    return tile


TileIndex = tuple[int, int]
"""Row and column of a tile among the tiles."""
ByteSpan = tuple[int, int]
"""First byte, and the byte after the last."""


def _tiles_in_window(layout: TiffLayout, at: PixelWindow | None) -> list[TileIndex]:
    if at is None:
        return []
    (row, col, rows, cols), (height, width) = at, layout.tile
    return [
        (j, i)
        for j in range(row // height, (row + rows - 1) // height + 1)
        for i in range(col // width, (col + cols - 1) // width + 1)
    ]


def _merged_spans(spans: Sequence[ByteSpan], gap: int) -> list[ByteSpan]:
    """Merge byte spans with small gaps between them.

    Examples
    --------
    >>> _merged_spans([(100, 200), (0, 50), (400, 500)], 60)
    [(0, 200), (400, 500)]
    """
    merged: list[ByteSpan] = []
    for first, end in sorted(spans):
        if merged and first - merged[-1][1] <= gap:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((first, end))
    return merged


def _copy_overlap(
    out: npt.NDArray[Any],
    at: PixelWindow,
    tile: npt.NDArray[Any],
    corner: TileIndex,
    layout: TiffLayout,
) -> None:
    """Copy the part of a tile that lies in a window and inside the image."""
    row, col = max(at[0], corner[0]), max(at[1], corner[1])
    end = min(at[0] + at[2], corner[0] + tile.shape[0], layout.shape[0])
    edge = min(at[1] + at[3], corner[1] + tile.shape[1], layout.shape[1])
    out[row - at[0] : end - at[0], col - at[1] : edge - at[1]] = tile[
        row - corner[0] : end - corner[0], col - corner[1] : edge - corner[1]
    ]


def _tile_spans(layout: TiffLayout, tiles: Sequence[TileIndex]) -> dict[TileIndex, ByteSpan]:
    """Byte span of each tile; a tile that was left out of a sparse file has none."""
    spans = {}
    for tile in tiles:
        n = tile[0] * layout.across + tile[1]
        first, end = layout.offsets[n], layout.offsets[n] + layout.counts[n]
        if layout.offsets[n] or layout.counts[n]:
            spans[tile] = (first, end)
    return spans


def _read_tiles(
    reader: RangeReader,
    layout: TiffLayout,
    head: bytes,
    windows: Sequence[PixelWindow],
    arrays: Sequence[npt.NDArray[Any]],
) -> None:
    """Fetch every tile that any window touches once, and copy it into each of those windows."""
    windows_of: dict[TileIndex, list[int]] = {}
    for index, at in enumerate(windows):
        for tile in _tiles_in_window(layout, window_overlap(at, layout.shape)):
            windows_of.setdefault(tile, []).append(index)
    spans = _tile_spans(layout, list(windows_of))
    to_fetch = [span for span in spans.values() if span[1] > len(head)]
    pieces = [(0, len(head), head)]
    for first, end in _merged_spans(to_fetch, reader.settings.gap_bytes):
        pieces.append((first, end, reader.get(first, end - first).data))
    for tile, (first, end) in spans.items():
        begin, _, data = next(piece for piece in pieces if piece[0] <= first and end <= piece[1])
        pixels = decode_tile(layout, data[first - begin : end - begin])
        corner = (tile[0] * layout.tile[0], tile[1] * layout.tile[1])
        for index in windows_of[tile]:
            _copy_overlap(arrays[index], windows[index], pixels, corner, layout)


def read_tiled_windows(
    reader: RangeReader, head: bytes, sites: Sequence[Bounds], *, item_epsg: int | None
) -> list[BandWindow | None]:
    """Read the windows of several sites from one tiled, deflated GeoTIFF.

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
    UnsupportedLayoutError
        If the file is of a kind that only GDAL decodes.
    FetchAttemptError
        If the file contradicts its item, or a tile lies outside it.
    ValueError
        If it is not a TIFF, or a tile does not unpack.
    """
    directory, head = fetch_directory(reader, head)
    layout = tile_layout(directory, total=reader.total)
    faults = header_contradictions(
        reader.asset,
        transform=layout.transform,
        shape=layout.shape,
        dtype=layout.dtype.name,
        epsgs=(layout.epsg, item_epsg),
    )
    if not reader.verified:
        faults += order_faults(layout.offsets, layout.counts)
    if faults:
        message = "; ".join(faults)
        raise FetchAttemptError(message)
    nodata = nodata_value(reader.asset, layout.nodata, layout.dtype.name)
    windows = [covering_window(layout.transform, bounds) for bounds in sites]
    arrays = [
        unread_window(reader, at, layout.shape, nodata=nodata, dtype=layout.dtype.name)
        for at in windows
    ]
    _read_tiles(reader, layout, head, windows, arrays)
    return [
        band_window(reader, array, layout.transform, at, shape=layout.shape, nodata=nodata)
        if window_overlap(at, layout.shape)
        else None
        for array, at in zip(arrays, windows, strict=True)
    ]
