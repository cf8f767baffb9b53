"""The image file directory of a TIFF: its fields, and bounds that no sound file of images breaks.

A single wrong bit in a directory turns a field into another one: a predictor that is lost, tiles
that are exchanged, a grid of a thousand times as many pixels. So every field must be one that
images have, of its own type and length, the fields in ascending order, and what the directory
promises must be able to stand in a file of its size. All of it is checked before memory is asked
for, and before GDAL sees the file.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skytally.imagery.acquire.byte_range_fetching import FetchAttemptError
from skytally.imagery.acquire.byte_range_reader_and_window_geometry import RangeReader

TAG_WIDTH, TAG_HEIGHT, TAG_BITS, TAG_COMPRESSION = 256, 257, 258, 259
TAG_FILL_ORDER, TAG_STRIP_OFFSETS, TAG_SAMPLES = 266, 273, 277
TAG_ROWS_PER_STRIP, TAG_STRIP_BYTE_COUNTS, TAG_PLANAR, TAG_PREDICTOR = 278, 279, 284, 317
TAG_TILE_WIDTH, TAG_TILE_HEIGHT, TAG_TILE_OFFSETS, TAG_TILE_BYTE_COUNTS = 322, 323, 324, 325
TAG_SAMPLE_FORMAT, TAG_PIXEL_SCALE, TAG_TIE_POINT, TAG_TRANSFORM = 339, 33550, 33922, 34264
TAG_GEO_KEYS, TAG_NODATA = 34735, 42113
TIFF_FIELD_TYPES = {
    1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii",
    11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q",
}  # fmt: skip
"""TIFF field type to its code in `struct`."""
TEXT, SHORT, NUMBER, FRACTION, DOUBLE, ANY = (
    frozenset({2}),
    frozenset({3}),
    frozenset({3, 4, 16}),
    frozenset({5}),
    frozenset({12}),
    frozenset(TIFF_FIELD_TYPES),
)
IMAGE_TAGS = {
    **dict.fromkeys((254, 255, TAG_WIDTH, TAG_HEIGHT, TAG_ROWS_PER_STRIP), NUMBER),
    **dict.fromkeys((TAG_TILE_WIDTH, TAG_TILE_HEIGHT, TAG_STRIP_OFFSETS), NUMBER),
    **dict.fromkeys((TAG_STRIP_BYTE_COUNTS, TAG_TILE_OFFSETS, TAG_TILE_BYTE_COUNTS), NUMBER),
    **dict.fromkeys((TAG_BITS, TAG_COMPRESSION, 262, TAG_FILL_ORDER, 274, TAG_SAMPLES), SHORT),
    **dict.fromkeys((280, 281, TAG_PLANAR, 296, TAG_PREDICTOR, 320, 338), SHORT),
    **dict.fromkeys((TAG_SAMPLE_FORMAT, 530, 531), SHORT),
    **dict.fromkeys((269, 270, 271, 272, 305, 306, 315, 316), TEXT),
    **dict.fromkeys((282, 283, 286, 287, 318, 319, 529, 532), FRACTION),
    **dict.fromkeys((297, 330, 340, 341, 347, 700), ANY),
    TAG_PIXEL_SCALE: DOUBLE,
    TAG_TIE_POINT: DOUBLE,
    TAG_TRANSFORM: DOUBLE,
    TAG_GEO_KEYS: SHORT,
    34736: DOUBLE,
    34737: TEXT,
    42112: TEXT,
    TAG_NODATA: TEXT,
}
"""Fields of TIFF 6.0, GeoTIFF and GDAL that files of images have, to their types."""
PRIVATE_TAGS = 32768
"""First of the tags that anybody may register: unknown ones are passed over."""
SINGLE_VALUES = (
    TAG_WIDTH, TAG_HEIGHT, TAG_COMPRESSION, 262, TAG_FILL_ORDER, 274, TAG_SAMPLES,
    TAG_ROWS_PER_STRIP, TAG_PLANAR, TAG_PREDICTOR, TAG_TILE_WIDTH, TAG_TILE_HEIGHT,
)  # fmt: skip
"""Fields of one number each."""
USED_TAGS = {
    *SINGLE_VALUES, TAG_BITS, TAG_SAMPLE_FORMAT, TAG_STRIP_OFFSETS, TAG_STRIP_BYTE_COUNTS,
    TAG_TILE_OFFSETS, TAG_TILE_BYTE_COUNTS, TAG_PIXEL_SCALE, TAG_TIE_POINT, TAG_TRANSFORM,
    TAG_GEO_KEYS, TAG_NODATA,
}  # fmt: skip
"""Fields whose values are read; the others may be long, and lie anywhere in the file."""
FIELD_LENGTHS = {**dict.fromkeys(SINGLE_VALUES, 1), TAG_PIXEL_SCALE: 3, TAG_TRANSFORM: 16}
"""Numbers of the fields that have a fixed number of them."""
MAX_HEADER_BYTES = 1 << 22
"""A header longer than this many bytes is corrupt."""
MAX_FIELDS = 512
"""A directory with more fields is corrupt; those of images have about twenty."""
MAX_SIDE_PX = 1 << 19
"""Longest side of an image in pixels: 160 km in pixels of 0.3 m."""
MAX_BLOCK_BYTES = 1 << 28
"""Largest tile or strip, unpacked; a strip may be a whole image."""
TILE_STEP_PX = 16
"""The sides of a tile are multiples of it (TIFF 6.0)."""
MAX_SAMPLES = 64
"""Most samples a pixel."""
SAMPLE_BITS = (1, 2, 4, 8, 12, 16, 32, 64, 128)
DEFLATE_CODES = (8, 32946)
"""The two codes of DEFLATE compression, whose streams end with an Adler-32 checksum."""
DEFLATE_RATIO = 1032
"""DEFLATE cannot pack bytes more tightly (zlib's technical details)."""
MAX_RATIO = {1: 1, 5: 4096, **dict.fromkeys(DEFLATE_CODES, DEFLATE_RATIO), 32773: 128}
"""Compression to the largest ratio it can reach: none, LZW, DEFLATE, PackBits."""
RATIO_OF_OTHERS = 1 << 16
RATIO_SLACK_BYTES = 64
"""Bytes of a stream that carry no pixels, at most."""


class TruncatedHeaderError(ValueError):
    """The header is longer than the bytes at hand; `needed` is the length to fetch."""

    def __init__(self, needed: int) -> None:
        """Keep the smallest length that may suffice."""
        self.needed = needed
        super().__init__(f"the header needs {needed} bytes")


@dataclass(frozen=True)
class TiffDirectory:
    """The fields of the first image of a TIFF."""

    order: str
    """Byte order as in `struct`."""
    fields: dict[int, tuple[Any, ...]]
    """Tag to values, of `USED_TAGS` only."""

    def first(self, tag: int, default: int) -> int:
        """First value of a field, or a default."""
        return int(self.fields.get(tag, (default,))[0])

    @property
    def tiled(self) -> bool:
        """Whether the image is kept in tiles, not in strips."""
        return TAG_TILE_WIDTH in self.fields

    @property
    def blocks(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """First byte and length of each tile or strip."""
        tags = (TAG_STRIP_OFFSETS, TAG_STRIP_BYTE_COUNTS)
        if self.tiled:
            tags = (TAG_TILE_OFFSETS, TAG_TILE_BYTE_COUNTS)
        offsets, counts = (self.fields.get(tag, ()) for tag in tags)
        return offsets, counts


def _unpack(order: str, form: str, data: bytes, at: int, n: int) -> tuple[Any, ...]:
    size = struct.calcsize("=" + form) * n
    if at + size > len(data):
        raise TruncatedHeaderError(at + size)
    if form == "s":
        return (data[at : at + n],)
    return struct.unpack_from(f"{order}{len(form) * n}{form[0]}", data, at)


def _check_field(tag: int, kind: int, count: int, before: int) -> None:
    """Refuse a field that no sound image has: unknown, of another type or length, or misplaced."""
    fault = ""
    if tag <= before:
        fault = f"field {tag} after field {before}"
    elif tag < PRIVATE_TAGS and tag not in IMAGE_TAGS:
        fault = f"a field {tag}, which images do not have"
    elif tag in IMAGE_TAGS and kind not in IMAGE_TAGS[tag]:
        fault = f"field {tag} of type {kind}"
    elif not count or count != FIELD_LENGTHS.get(tag, count):
        fault = f"field {tag} with {count} values"
    if fault:
        message = f"a header with {fault}; the file is corrupt, or must be stored anew"
        raise ValueError(message)


def read_directory(head: bytes) -> TiffDirectory:
    """Read the first directory of a TIFF; refuse fields that no sound image has.

    Parameters
    ----------
    head : bytes
        The first bytes of the file.

    Returns
    -------
    TiffDirectory

    Raises
    ------
    TruncatedHeaderError
        If the directory is longer than `head`; its ``needed`` says how far to read.
    ValueError
        If it is not a TIFF, or a field is unknown, misplaced, or of another type or length.
    """
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    version = struct.unpack_from(f"{order}H", head, 2)[0] if order and len(head) > 16 else 0
    big = version == 43
    if version not in (42, 43) or (big and struct.unpack_from(f"{order}HH", head, 4) != (8, 0)):
        message = f"not a TIFF: it begins with {head[:8]!r}"
        raise ValueError(message)
    order = str(order)
    word, width, length = ("Q", 20, 8) if big else ("I", 12, 4)
    at = _unpack(order, word, head, 8 if big else 4, 1)[0]
    n = _unpack(order, "Q" if big else "H", head, at, 1)[0]
    if not 0 < n <= MAX_FIELDS:
        message = f"a header with {n} fields"
        raise ValueError(message)
    start = at + (8 if big else 2)
    if start + n * width > len(head):
        raise TruncatedHeaderError(start + n * width)
    fields: dict[int, tuple[Any, ...]] = {}
    before = -1
    for entry in range(start, start + n * width, width):
        tag, kind = struct.unpack_from(f"{order}HH", head, entry)
        count = _unpack(order, word, head, entry + 4, 1)[0]
        _check_field(tag, kind, count, before)
        before = tag
        if tag not in USED_TAGS:
            continue
        place = entry + 4 + length
        if struct.calcsize("=" + TIFF_FIELD_TYPES[kind]) * count > length:
            place = _unpack(order, word, head, place, 1)[0]
        fields[tag] = _unpack(order, TIFF_FIELD_TYPES[kind], head, place, count)
    return TiffDirectory(order, fields)


def fetch_directory(reader: RangeReader, head: bytes) -> tuple[TiffDirectory, bytes]:
    """Read the first directory of a file, and more of its bytes where the header is longer.

    Parameters
    ----------
    reader : RangeReader
        The file.
    head : bytes
        Its first bytes.

    Returns
    -------
    TiffDirectory, bytes
        The directory, and the first bytes as far as they were fetched.

    Raises
    ------
    FetchAttemptError
        If the header points beyond the file, or is longer than any.
    ValueError
        As `read_directory`.
    """
    while True:
        try:
            return read_directory(head), head
        except TruncatedHeaderError as more:
            needed = max(more.needed, 2 * len(head))
            if len(head) >= reader.total or more.needed > min(reader.total, MAX_HEADER_BYTES):
                message = f"a header that points to byte {more.needed} of {reader.total}"
                raise FetchAttemptError(message) from None
            head += reader.get(len(head), needed - len(head)).data


def _block_shape(directory: TiffDirectory) -> tuple[int, int]:
    """Rows and columns of a tile or a strip."""
    rows, cols = directory.first(TAG_HEIGHT, 0), directory.first(TAG_WIDTH, 0)
    if directory.tiled:
        return directory.first(TAG_TILE_HEIGHT, 0), directory.first(TAG_TILE_WIDTH, 0)
    return min(directory.first(TAG_ROWS_PER_STRIP, rows), rows), cols


def _size_faults(directory: TiffDirectory) -> list[str]:
    rows, cols = directory.first(TAG_HEIGHT, 0), directory.first(TAG_WIDTH, 0)
    samples, bits = directory.first(TAG_SAMPLES, 1), directory.first(TAG_BITS, 1)
    height, width = _block_shape(directory)
    faults = []
    if not (0 < rows <= MAX_SIDE_PX and 0 < cols <= MAX_SIDE_PX):
        faults.append(f"an image of {rows} x {cols} pixels")
    if not (0 < height <= MAX_SIDE_PX and 0 < width <= MAX_SIDE_PX):
        faults.append(f"blocks of {height} x {width} pixels")
    if directory.tiled and (height % TILE_STEP_PX or width % TILE_STEP_PX):
        faults.append(f"tiles of {height} x {width} pixels, no multiples of {TILE_STEP_PX}")
    if not 0 < samples <= MAX_SAMPLES:
        faults.append(f"{samples} samples a pixel")
    listed = directory.fields.get(TAG_BITS, (1,))
    if bits not in SAMPLE_BITS or (len(listed) != samples and len(listed) != 1):
        faults.append(f"samples of {listed[0]} bits, stated {len(listed)} times")
    if directory.first(TAG_FILL_ORDER, 1) != 1 or directory.first(TAG_PLANAR, 1) not in (1, 2):
        faults.append("bits or samples in an unknown order")
    return faults


def _block_sizes(directory: TiffDirectory) -> tuple[int, int, int]:
    """Count the tiles or strips; bytes of one unpacked, and of the last one."""
    height, width = _block_shape(directory)
    rows, cols = directory.first(TAG_HEIGHT, 0), directory.first(TAG_WIDTH, 0)
    samples, planes = directory.first(TAG_SAMPLES, 1), 1
    if directory.first(TAG_PLANAR, 1) == 2:
        samples, planes = 1, samples
    line = -(-width * samples * directory.first(TAG_BITS, 1) // 8)
    down, across = -(-rows // height), -(-cols // width)
    # the last strip of an image is only as high as what is left of it
    last = height if directory.tiled else rows - (down - 1) * height
    return down * across * planes, height * line, last * line


def _index_faults(directory: TiffDirectory, total: int | None) -> list[str]:
    """Faults of the index of tiles or strips that no file can have, whatever its layout."""
    (offsets, counts), noun = directory.blocks, "tiles" if directory.tiled else "strips"
    wanted, unpacked, last = _block_sizes(directory)
    if not wanted == len(offsets) == len(counts):
        return [f"{len(offsets)} {noun} with {len(counts)} lengths where {wanted} belong"]
    if unpacked > MAX_BLOCK_BYTES:
        return [f"{noun} of {unpacked} bytes, more than {MAX_BLOCK_BYTES}"]
    ratio = MAX_RATIO.get(directory.first(TAG_COMPRESSION, 1), RATIO_OF_OTHERS)
    faults = []
    if any(bool(first) != bool(count) for first, count in zip(offsets, counts, strict=True)):
        faults.append(f"{noun} with a first byte and no length, or the reverse")
    smallest = min(filter(None, counts), default=unpacked)
    if ratio * (smallest + RATIO_SLACK_BYTES) < min(unpacked, last):
        faults.append(f"{noun} of {unpacked} bytes packed into {smallest}")
    ends = [first + count for first, count in zip(offsets, counts, strict=True)]
    if total is not None and max(ends) > total:
        faults.append(f"{noun} that end at byte {max(ends)} of {total}")
    return faults


def directory_faults(directory: TiffDirectory, *, total: int | None = None) -> list[str]:
    """List what in a directory cannot be true of any file of images.

    Parameters
    ----------
    directory : TiffDirectory
        As it was read.
    total : int, optional
        Bytes of the whole file.

    Returns
    -------
    list of str
        A few words a fault: sizes, samples, index of tiles or strips, compression ratio.
    """
    return _size_faults(directory) or _index_faults(directory, total)


def order_faults(offsets: Sequence[int], counts: Sequence[int]) -> list[str]:
    """List tiles or strips that share bytes, or do not follow one another in the file.

    Writers of images for the network keep their order, and none lets two share their bytes. Where
    nothing else vouches for the file, another order may be that of two that were exchanged.

    Examples
    --------
    >>> order_faults((100, 0, 200), (50, 0, 50))
    []
    >>> order_faults((100, 120), (50, 50))
    ['tiles that share bytes of the file']
    >>> order_faults((200, 100), (50, 50))
    ['tiles that do not follow one another in the file, as if they were exchanged']
    """
    spans = [(first, first + count) for first, count in zip(offsets, counts, strict=True) if count]
    pairs = list(itertools.pairwise(sorted(spans)))
    if any(before[1] > after[0] for before, after in pairs):
        return ["tiles that share bytes of the file"]
    if any(before[0] > after[0] for before, after in itertools.pairwise(spans)):
        return ["tiles that do not follow one another in the file, as if they were exchanged"]
    return []
