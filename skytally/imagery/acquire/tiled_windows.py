"""Windows of a tiled GeoTIFF: the least bytes that hold them, each tile fetched once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from skytally.imagery.acquire.band_windows import (
    Block,
    Bounds,
    Reader,
    Window,
    blank,
    block,
    contradictions,
    no_data,
    overlap,
    window,
)
from skytally.imagery.acquire.byte_ranges import Fault
from skytally.imagery.acquire.geotiff import Layout, MoreBytesError, decode, read_layout

LONGEST_HEAD = 1 << 22
"""A header longer than this many bytes is a broken one."""
Tile = tuple[int, int]
"""Row and column of a tile among the tiles."""
Span = tuple[int, int]
"""First byte, and the byte behind the last."""


def _layout(reader: Reader, head: bytes) -> tuple[Layout, bytes]:
    while True:
        try:
            return read_layout(head), head
        except MoreBytesError as more:
            needed = max(more.needed, 2 * len(head))
            if len(head) >= reader.total or needed > LONGEST_HEAD:
                message = f"a header that points to byte {more.needed} of {reader.total}"
                raise Fault(message) from None
            head += reader.get(len(head), needed - len(head)).data


def _touched(layout: Layout, at: Window | None) -> list[Tile]:
    if at is None:
        return []
    (row, col, rows, cols), (height, width) = at, layout.tile
    return [
        (j, i)
        for j in range(row // height, (row + rows - 1) // height + 1)
        for i in range(col // width, (col + cols - 1) // width + 1)
    ]


def _joined(spans: Sequence[Span], gap: int) -> list[Span]:
    """Join what lies close together.

    Examples
    --------
    >>> _joined([(100, 200), (0, 50), (400, 500)], 60)
    [(0, 200), (400, 500)]
    """
    joined: list[Span] = []
    for first, end in sorted(spans):
        if joined and first - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return joined


def _paste(
    out: npt.NDArray[Any], at: Window, tile: npt.NDArray[Any], corner: Tile, layout: Layout
) -> None:
    """Copy what a tile holds of a window; what it holds beyond the image is left out."""
    row, col = max(at[0], corner[0]), max(at[1], corner[1])
    end = min(at[0] + at[2], corner[0] + tile.shape[0], layout.shape[0])
    edge = min(at[1] + at[3], corner[1] + tile.shape[1], layout.shape[1])
    out[row - at[0] : end - at[0], col - at[1] : edge - at[1]] = tile[
        row - corner[0] : end - corner[0], col - corner[1] : edge - corner[1]
    ]


def _places(reader: Reader, layout: Layout, tiles: Sequence[Tile]) -> dict[Tile, Span]:
    """Give where each tile lies; a tile that was left out holds no data and lies nowhere."""
    places = {}
    for tile in tiles:
        n = tile[0] * layout.across + tile[1]
        first, end = layout.offsets[n], layout.offsets[n] + layout.counts[n]
        if end > reader.total:
            message = f"a tile that ends at byte {end} of {reader.total}"
            raise Fault(message)
        if layout.offsets[n] or layout.counts[n]:
            places[tile] = (first, end)
    return places


def _fill(
    reader: Reader,
    layout: Layout,
    head: bytes,
    windows: Sequence[Window],
    arrays: Sequence[npt.NDArray[Any]],
) -> None:
    """Fetch every tile that any window touches once, and copy it into each of them."""
    uses: dict[Tile, list[int]] = {}
    for which, at in enumerate(windows):
        for tile in _touched(layout, overlap(at, layout.shape)):
            uses.setdefault(tile, []).append(which)
    places = _places(reader, layout, list(uses))
    absent = [place for place in places.values() if place[1] > len(head)]
    had = [(0, len(head), head)]
    for first, end in _joined(absent, reader.settings.gap_bytes):
        had.append((first, end, reader.get(first, end - first).data))
    for tile, (first, end) in places.items():
        begin, _, data = next(piece for piece in had if piece[0] <= first and end <= piece[1])
        pixels = decode(layout, data[first - begin : end - begin])
        corner = (tile[0] * layout.tile[0], tile[1] * layout.tile[1])
        for which in uses[tile]:
            _paste(arrays[which], windows[which], pixels, corner, layout)


def read_tiled(
    reader: Reader, head: bytes, sites: Sequence[Bounds], *, item_epsg: int | None
) -> list[Block | None]:
    """Read the windows of several sites from one tiled, deflated GeoTIFF.

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
    OtherLayoutError
        If the file is of a kind that only GDAL decodes.
    Fault
        If the file contradicts its item, or a tile lies outside it.
    ValueError
        If it is no TIFF, or a tile does not unpack.
    """
    layout, head = _layout(reader, head)
    wrong = contradictions(
        reader.asset,
        transform=layout.transform,
        shape=layout.shape,
        dtype=layout.dtype.name,
        epsgs=(layout.epsg, item_epsg),
    )
    if wrong:
        message = "; ".join(wrong)
        raise Fault(message)
    dtype = layout.dtype.name
    nodata = no_data(reader.asset, layout.nodata, dtype)
    windows = [window(layout.transform, bounds) for bounds in sites]
    arrays = [blank(nodata, dtype, at) for at in windows]
    _fill(reader, layout, head, windows, arrays)
    return [
        block(reader, array, layout.transform, at, nodata) if overlap(at, layout.shape) else None
        for array, at in zip(arrays, windows, strict=True)
    ]
