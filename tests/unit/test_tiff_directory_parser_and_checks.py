"""Directories of TIFFs: what no sound file has is refused before memory is asked for."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import AcquisitionError
from skytally.imagery.acquire import tiff_directory_parser_and_checks as tiff
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.scene_reader import read_scene_over_site
from tests.support import simulated_scenes_and_sites as chips

PARTS = FetchSettings(tries=1, head_bytes=1024, whole_bytes=0)
WHOLE = FetchSettings(tries=1)
HERE = chips.site()
Change = Callable[[bytearray], None]


def _entry(content: bytes, tag: int) -> int:
    """First byte of a field of a small-endian TIFF."""
    at = struct.unpack_from("<I", content, 4)[0]
    for entry in range(at + 2, at + 2 + 12 * struct.unpack_from("<H", content, at)[0], 12):
        if struct.unpack_from("<H", content, entry)[0] == tag:
            return entry
    raise AssertionError(tag)


def _set(tag: int, number: int) -> Change:
    def change(content: bytearray) -> None:
        struct.pack_into("<I", content, _entry(content, tag) + 8, number)

    return change


def _part(tag: int, form: str, shift: int, number: int) -> Change:
    def change(content: bytearray) -> None:
        struct.pack_into(form, content, _entry(content, tag) + shift, number)

    return change


def _scale(number: float) -> Change:
    def change(content: bytearray) -> None:
        place = struct.unpack_from("<I", content, _entry(content, tiff.TAG_PIXEL_SCALE) + 8)[0]
        struct.pack_into("<dd", content, place, number, number)

    return change


def _index(one: int, other: int, *tags: int, exchange: bool = True) -> Change:
    """Exchange two entries of the index of tiles, or repeat one of them."""

    def change(content: bytearray) -> None:
        for tag in tags:
            entry = _entry(content, tag)
            width = {3: 2, 4: 4}[struct.unpack_from("<H", content, entry + 2)[0]]
            place = struct.unpack_from("<I", content, entry + 8)[0]
            a, b = place + width * one, place + width * other
            kept = bytes(content[a : a + width])
            content[a : a + width] = content[b : b + width]
            if exchange:
                content[b : b + width] = kept

    return change


def _file(path: Path, change: Change | None = None, **words: Any) -> Path:
    pixels = chips.numbers(1)["b08"]
    chips.write(path, pixels, blockxsize=32, blockysize=32, **words)
    content = bytearray(path.read_bytes())
    if change is not None:
        change(content)
    path.write_bytes(content)
    return path


def _read(path: Path, settings: FetchSettings = PARTS, **stated: Any) -> Any:
    item = chips.scene_item({"b08": chips.asset("b08", str(path), **stated)})
    return read_scene_over_site(item, HERE, settings=settings).arrays["b08"]


OFFSETS, COUNTS = tiff.TAG_TILE_OFFSETS, tiff.TAG_TILE_BYTE_COUNTS
REFUSED = {
    "predictor under another tag": (_part(tiff.TAG_PREDICTOR, "<H", 0, 313), "a field 313"),
    "predictor as a text's tag": (_part(tiff.TAG_PREDICTOR, "<H", 0, 316), "field 316 of type 3"),
    "predictor out of order": (_part(tiff.TAG_PREDICTOR, "<H", 0, 270), "field 270 after"),
    "predictor of another type": (_part(tiff.TAG_PREDICTOR, "<H", 2, 7), "field 317 of type 7"),
    "predictor without a value": (_part(tiff.TAG_PREDICTOR, "<I", 4, 0), "317 with 0 values"),
    "sample format under another tag": (_part(tiff.TAG_SAMPLE_FORMAT, "<H", 0, 336), "field 336"),
    "offsets exchanged": (_index(0, 5, OFFSETS), "share bytes|follow one another"),
    "tiles exchanged": (_index(0, 5, OFFSETS, COUNTS), "do not follow one another"),
    "a tile repeated": (_index(0, 5, OFFSETS, COUNTS, exchange=False), "share bytes"),
    "lengths exchanged": (_index(0, 5, COUNTS), "share bytes|unpack|before its length"),
    "an image of 2 thousand million columns": (_set(tiff.TAG_WIDTH, 1 << 31), "an image of"),
    "an image without rows": (_set(tiff.TAG_HEIGHT, 0), "an image of 0"),
    "tiles of a side that none has": (_set(tiff.TAG_TILE_WIDTH, 33), "no multiples of 16"),
    "tiles of a thousand million pixels": (_set(tiff.TAG_TILE_WIDTH, 1 << 20), "blocks of"),
    "more rows than tiles": (_set(tiff.TAG_HEIGHT, 1 << 14), "16 tiles with 16 lengths where"),
    "65535 samples a pixel": (_set(tiff.TAG_SAMPLES, 65535), "65535 samples"),
    "samples of 17 bits": (_set(tiff.TAG_BITS, 17), "samples of 17 bits"),
    "pixels of a tenth of a millimetre": (_scale(1e-4), "finer than any"),
    "pixels of no size": (_scale(0.0), "no square pixels"),
    "pixels that are no number": (_scale(float("nan")), "turned|finer"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_directory_that_no_sound_file_has_is_refused(tmp_path: Path, case: str) -> None:
    """Fields, sizes, the index of the tiles: refused in a file that is read in parts."""
    change, words = REFUSED[case]
    with pytest.raises(AcquisitionError, match=words):
        _read(_file(tmp_path / "b08.tif", change))


def test_sound_file_is_read_in_parts(tmp_path: Path) -> None:
    """Without any change, the file of the cases above gives its pixels."""
    np.testing.assert_array_equal(_read(_file(tmp_path / "b08.tif")), chips.numbers(1)["b08"])


@pytest.mark.parametrize("byte", range(12))
def test_no_bit_of_the_predictor_field_is_lost_in_silence(tmp_path: Path, byte: int) -> None:
    """Each bit of the field gives the right pixels, or an error."""
    right = chips.numbers(1)["b08"]
    for bit in range(8):
        path = _file(tmp_path / "b08.tif")
        content = bytearray(path.read_bytes())
        content[_entry(content, tiff.TAG_PREDICTOR) + byte] ^= 1 << bit
        path.write_bytes(content)
        try:
            found = _read(path)
        except AcquisitionError:
            continue
        np.testing.assert_array_equal(found, right)


def test_another_order_is_read_where_the_checksum_vouches_for_it(tmp_path: Path) -> None:
    """A sound file need not have its tiles in order, but nothing else tells it from an exchange."""
    path = tmp_path / "b08.tif"
    chips.write(path, chips.numbers(1)["b08"], blockxsize=32, blockysize=32)
    content = bytearray(path.read_bytes())
    _index(0, 5, OFFSETS, COUNTS)(content)
    path.write_bytes(content)
    stated = chips.asset("b08", str(path), path)
    found = read_scene_over_site(chips.scene_item({"b08": stated}), HERE, settings=WHOLE)
    assert found.arrays["b08"].shape == (120, 120)
    with pytest.raises(AcquisitionError, match="follow one another"):
        read_scene_over_site(chips.scene_item({"b08": stated}), HERE, settings=PARTS)


STRIPS = dict.fromkeys(("blockxsize", "blockysize"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set(tiff.TAG_ROWS_PER_STRIP, 1), "strips with .* lengths where 120 belong"),
        (_set(tiff.TAG_ROWS_PER_STRIP, 0), "blocks of 0"),
        (_index(0, 2, tiff.TAG_STRIP_OFFSETS), "share bytes|follow one another"),
        (_part(tiff.TAG_PREDICTOR, "<H", 0, 313), "a field 313"),
    ],
)
def test_strips_are_checked_before_gdal_sees_them(
    tmp_path: Path, change: Change, words: str
) -> None:
    """A file in strips has no checksums: its directory is all that can be compared."""
    path = tmp_path / "b08.tif"
    chips.write(path, chips.numbers(1)["b08"], tiled=False, compress="LZW", **STRIPS)
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)
    with pytest.raises(AcquisitionError, match=words):
        _read(path)


def test_a_small_file_cannot_hold_a_large_window(tmp_path: Path) -> None:
    """A sparse file of some kilobytes with pixels of a third of a metre costs no memory."""
    path = tmp_path / "b08.tif"
    grid = chips.grid_of(0.3)
    words = {"blockxsize": 4096, "blockysize": 4096, "SPARSE_OK": True, "transform": grid}
    chips.write(path, np.zeros((4000, 4000), "uint16"), **words)
    assert path.stat().st_size < 4000
    with pytest.raises(AcquisitionError, match="pixels in a file of"):
        _read(path)


@pytest.mark.parametrize(
    ("stated", "words"),
    [({"gsd": 100.0}, "pixels of 10 m, the item says 100 m"), ({"gsd": 20.0}, None)],
)
def test_pixels_much_finer_than_the_item_says_are_refused(
    tmp_path: Path, stated: dict[str, float], words: str | None
) -> None:
    """An item may state the resolution, which is coarser than the pixels, but not ten times."""
    path = _file(tmp_path / "b08.tif")
    if words is None:
        assert _read(path, **stated).shape == (120, 120)
    else:
        with pytest.raises(AcquisitionError, match=words):
            _read(path, **stated)


def test_a_band_that_covers_another_area_is_refused(tmp_path: Path) -> None:
    """A file of the neighbouring tile, whose item states no grid, differs in its corners."""
    item = chips.scene(tmp_path)
    beside = chips.grid_of(10) @ chips.grid_of(10).translation(-20, 0)
    path = chips.write(tmp_path / "beside.tif", np.ones((120, 140), "uint16"), transform=beside)
    wrong = replace(item.assets["b08"], href=str(path), size=None, checksum=None)
    with pytest.raises(AcquisitionError, match="b08 cover another area"):
        read_scene_over_site(
            replace(item, assets={**item.assets, "b08": wrong}), HERE, settings=PARTS
        )
