"""Reading: the same pixels as GDAL, the least requests, and no fault that passes for pixels."""

from __future__ import annotations

import itertools
import time
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from skytally.core.errors_and_fault_lists import AcquisitionError
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.byte_range_reader_and_window_geometry import OutsideSceneError
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import (
    joined_ids,
    joined_pixels,
    unread_mask,
)
from skytally.imagery.acquire.scene_reader import read_scene, read_scene_over_site
from skytally.imagery.acquire.tiff_directory_parser_and_checks import (
    TruncatedHeaderError,
    read_directory,
)
from skytally.imagery.acquire.tiled_geotiff_reader import (
    TiffLayout,
    UnsupportedLayoutError,
    decode_tile,
    tile_layout,
)
from skytally.imagery.sites.site_model import Grid
from skytally.web import redacted_message, url_without_query
from tests.support import server_fault_proxy as faults, simulated_scenes_and_sites as chips

QUICK = FetchSettings(timeout_s=0.6, connect_s=0.6, tries=3, pause_s=0.01, deadline_s=6)
HERE = chips.site()


def parse_header(content: bytes) -> TiffLayout:
    """Parse the header of a tiled file."""
    return tile_layout(read_directory(content), total=len(content))


def _random(dtype: str, shape: tuple[int, int] = (150, 170)) -> Any:
    return np.random.default_rng(3).normal(100, 20, shape).astype(dtype)


def _kinds() -> list[tuple[str, int, str, bool, str, str]]:
    every = itertools.product(
        ("uint8", "int16", "uint16", "float32", "float64"),
        (1, 2, 3),
        ("DEFLATE", "LZW", "NONE"),
        (True, False),
        ("YES", "NO"),
        ("LITTLE", "BIG"),
    )
    return [
        kind
        for kind in every
        if not (kind[1] == 3 and kind[0][0] != "f")
        and not (kind[1] == 2 and kind[0] == "float64")
        and not (kind[1] > 1 and kind[2] == "NONE")
    ]


def test_every_kind_of_geotiff_is_read_as_gdal_reads_it(tmp_path: Path) -> None:
    """Types, predictors, compressions, tiles, sizes and byte orders."""
    path = tmp_path / "any.tif"
    grid = Grid(
        chips.EPSG, (chips.WEST + 300, chips.NORTH - 1200, chips.WEST + 900, chips.NORTH - 600)
    )
    for dtype, predictor, compress, tiled, big, order in _kinds():
        pixels = _random(dtype)
        how = {"predictor": None if compress == "NONE" else predictor, "compress": compress}
        blocks = (
            {"blockxsize": 64, "blockysize": 48}
            if tiled
            else dict.fromkeys(("blockxsize", "blockysize"))
        )
        chips.write(path, pixels, tiled=tiled, BIGTIFF=big, ENDIANNESS=order, **how, **blocks)
        item = chips.scene_item({"b02": chips.asset("b02", str(path))})
        found = read_scene_over_site(item, replace(HERE, grid=grid), settings=QUICK).arrays["b02"]
        np.testing.assert_array_equal(found, pixels[60:120, 30:90])
        assert found.dtype == dtype


def _jpeg_2000(path: Path, side: int) -> Any:
    pixels = np.random.default_rng(3).normal(2000, 50, (side, side)).astype("uint16")
    none = dict.fromkeys(("compress", "predictor", "tiled", "nodata"))
    how = {"QUALITY": "100", "REVERSIBLE": "YES", "blockxsize": 256, "blockysize": 256}
    chips.write(path, pixels, driver="JP2OpenJPEG", **none, **how)
    return pixels


def test_jpeg_2000_is_read_tile_by_tile(tmp_path: Path) -> None:
    """The Copernicus Data Space has no other files; four tiles, whole or in ranges."""
    path = tmp_path / "b02.jp2"
    pixels = _jpeg_2000(path, 700)
    here = replace(HERE, grid=chips.site(west=chips.WEST + 1980, north=chips.NORTH - 1980).grid)
    for stated in (path, None):
        item = chips.scene_item({"b02": chips.asset("b02", str(path), stated)})
        found = read_scene_over_site(item, here, settings=QUICK)
        np.testing.assert_array_equal(found.arrays["b02"], pixels[198:318, 198:318])


def test_jpeg_2000_whose_tiles_cannot_be_had_is_an_error(tmp_path: Path) -> None:
    """GDAL swallows a fault of the transport; it must come out all the same."""
    _jpeg_2000(tmp_path / "b02.jp2", 1500)
    origin = faults.files(tmp_path)

    def without_tiles(request: faults.Request) -> faults.Answer:
        first, _ = request.span or (0, None)
        return faults.Answer(503, {}, b"") if first else origin(request)

    with faults.serving(without_tiles) as server:
        item = chips.scene_item({"b02": chips.asset("b02", f"{server.url}/b02.jp2")})
        with pytest.raises(AcquisitionError, match="status 503"):
            read_scene_over_site(item, HERE, settings=QUICK)


def test_coarse_bands_are_repeated_and_never_interpolated(tmp_path: Path) -> None:
    """A pixel of 20 m becomes four of 10 m with the same number."""
    drawn = chips.numbers()
    found = read_scene_over_site(chips.scene(tmp_path), HERE, settings=QUICK)
    assert found.gsd == {band: float(chips.gsd_of(band)) for band in drawn}
    np.testing.assert_array_equal(found.arrays["b11"][::2, ::2], drawn["b11"])
    np.testing.assert_array_equal(found.arrays["b11"][1::2, 1::2], drawn["b11"])
    np.testing.assert_array_equal(found.arrays["b04"], drawn["b04"])


def test_what_lies_outside_the_file_is_no_data(tmp_path: Path) -> None:
    """A site on the edge of a tile keeps its shape."""
    item = chips.scene(tmp_path)
    site = chips.site(west=chips.WEST - 600)
    found = read_scene_over_site(item, site, settings=QUICK).arrays["b02"]
    assert found.shape == (120, 120)
    assert (found[:, :60] == 0).all()
    np.testing.assert_array_equal(found[:, 60:], chips.numbers()["b02"][:, :60])


def test_a_scene_beside_the_site_is_told(tmp_path: Path) -> None:
    """No pixel of the site is no scene of zeros."""
    with pytest.raises(OutsideSceneError, match="no pixel of the site"):
        read_scene_over_site(
            chips.scene(tmp_path), chips.site(west=chips.WEST - 60_000), settings=QUICK
        )


def test_several_sites_of_a_scene_cost_one_reading(tmp_path: Path) -> None:
    """Each gets what it would have got alone, and its share of the bytes."""
    with faults.serving(faults.files(tmp_path)) as server:
        item = chips.scene(tmp_path, base=server.url)
        sites = [chips.site("one"), chips.site("two", west=chips.WEST + 300, side=30)]
        found = read_scene(item, sites, settings=QUICK, sign=str)
        asked = len(server.asked)
    assert asked == len(item.assets)
    assert sum(each.bytes_read for each in found if not isinstance(each, OutsideSceneError)) == sum(
        each.size or 0 for each in item.assets.values()
    )
    alone = read_scene_over_site(offer_of(tmp_path), sites[1], settings=QUICK)
    for band, array in alone.arrays.items():
        np.testing.assert_array_equal(found[1].arrays[band], array)  # type: ignore[union-attr]


@pytest.mark.parametrize("cut", [20, 60, 100])
def test_parts_of_a_pass_are_joined(tmp_path: Path, cut: int) -> None:
    """A strip that ends in the window: each part has nothing where the other one begins."""
    drawn, items = chips.numbers(), []
    for name, keep in (("first", slice(None, cut)), ("second", slice(cut - 10, None))):
        assets = {}
        for band, pixels in drawn.items():
            gsd = chips.gsd_of(band)
            part = np.zeros_like(pixels)
            rows = slice(*((n and n * 10 // gsd) for n in (keep.start, keep.stop)))
            part[rows] = pixels[rows]
            path = chips.write(tmp_path / f"{name}_{band}.tif", part, gsd=gsd)
            assets[band] = chips.asset(band, str(path), path)
        items.append(chips.scene_item(assets, item_id=name))
    found = read_scene_over_site(replace(items[0], joined=(items[1],)), HERE, settings=QUICK)
    np.testing.assert_array_equal(found.arrays["b04"], drawn["b04"])
    np.testing.assert_array_equal(found.arrays["quality"][::2, ::2], drawn["quality"])
    assert joined_ids(found.sources) == {"second"}
    alone = read_scene_over_site(items[0], HERE, settings=QUICK)
    assert (alone.arrays["b04"][cut:] == 0).all()
    assert joined_ids(alone.sources) == set()


def test_parts_on_other_grids_are_not_joined() -> None:
    """What does not lie pixel on pixel is no part of the same image."""
    one = chips.pixels()
    other = replace(one, transform=one.transform @ one.transform.translation(0.5, 0))
    with pytest.raises(AcquisitionError, match="different grids"):
        joined_pixels(one, other)


def offer_of(folder: Path) -> SceneItem:
    """Offer the scene of a folder again."""
    return chips.scene(folder)


def test_files_without_a_stated_size_cost_two_requests_at_most(tmp_path: Path) -> None:
    """One for the header, one for the tiles, however many."""
    pixels = np.random.default_rng(1).integers(1, 60_000, (512, 512)).astype("uint16")
    path = chips.write(tmp_path / "b02.tif", pixels, driver="COG", blocksize=128, predictor=None,
                       tiled=None, blockxsize=None, blockysize=None)  # fmt: skip
    with faults.serving(faults.files(tmp_path)) as server:
        item = chips.scene_item({"b02": chips.asset("b02", f"{server.url}/{path.name}")})
        found = read_scene_over_site(item, HERE, settings=replace(QUICK, gap_bytes=1 << 20))
        assert [each.method for each in server.asked] == ["GET", "GET"]
    np.testing.assert_array_equal(found.arrays["b02"], pixels[:120, :120])


def test_header_that_goes_on_is_fetched_on(tmp_path: Path) -> None:
    """A header cut short is never taken for a sparse file."""
    path = chips.write(
        tmp_path / "b02.tif", _random("uint16", (640, 640)), blockxsize=16, blockysize=16
    )
    item = chips.scene_item({"b02": chips.asset("b02", str(path))})
    found = read_scene_over_site(item, HERE, settings=replace(QUICK, head_bytes=64))
    np.testing.assert_array_equal(found.arrays["b02"], _random("uint16", (640, 640))[:120, :120])
    content = path.read_bytes()
    for cut in (0, 10, 100, 1000, 8000):
        with pytest.raises((TruncatedHeaderError, ValueError), match=r"header|TIFF"):
            parse_header(content[:cut])


def test_tile_that_was_left_out_is_no_data(tmp_path: Path) -> None:
    """A tile left out of a sparse file is read as nodata."""
    pixels = np.zeros((128, 128), "uint16")
    pixels[:64, :64] = _random("uint16", (64, 64))
    path = chips.write(tmp_path / "b02.tif", pixels, SPARSE_OK=True)
    assert 0 in parse_header(path.read_bytes()).counts
    found = read_scene_over_site(
        chips.scene_item({"b02": chips.asset("b02", str(path))}), HERE, settings=QUICK
    )
    np.testing.assert_array_equal(found.arrays["b02"], pixels[:120, :120])


def test_nan_as_no_data_of_whole_numbers_counts_as_not_stated(tmp_path: Path) -> None:
    """No pixel of a whole number is NaN, and NumPy need not warn of it."""
    path = chips.write(tmp_path / "b02.tif", _random("uint16", (128, 128)))
    asset = replace(chips.asset("b02", str(path)), nodata=float("nan"))
    found = read_scene_over_site(chips.scene_item({"b02": asset}), HERE, settings=QUICK)
    assert found.nodata["b02"] == 0
    bare = chips.write(tmp_path / "bare.tif", _random("uint16", (128, 128)), nodata=None)
    asset = replace(chips.asset("b02", str(bare)), nodata=float("nan"))
    found = read_scene_over_site(chips.scene_item({"b02": asset}), HERE, settings=QUICK)
    assert found.nodata["b02"] is None


def test_pixels_beyond_a_file_without_a_number_for_no_data_are_missing(tmp_path: Path) -> None:
    """What no file holds is no ground of number 0."""
    path = chips.write(tmp_path / "b02.tif", _random("uint16", (60, 120)), nodata=None)
    found = read_scene_over_site(
        chips.scene_item({"b02": chips.asset("b02", str(path), nodata=None)}),
        HERE,
        settings=QUICK,
    )
    assert found.nodata["b02"] == 0
    assert unread_mask(found)[60:].all()
    assert not unread_mask(found)[:60].any()


def test_single_wrong_bits_never_pass_for_pixels(tmp_path: Path) -> None:
    """Each of 400 bits of a file: the right pixels, or an error."""
    pixels = _random("uint16", (120, 120))
    path = chips.write(tmp_path / "b02.tif", pixels)
    content = path.read_bytes()
    stated = chips.asset("b02", str(path), transform=(10, 0, chips.WEST, 0, -10, chips.NORTH),
                         shape=(120, 120), dtype="uint16", nodata=0.0)  # fmt: skip
    item = chips.scene_item({"b02": stated})
    silent = 0
    for bit in np.random.default_rng(5).integers(0, 8 * len(content), 400):
        spoiled = bytearray(content)
        spoiled[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(spoiled)
        try:
            found = read_scene_over_site(item, HERE, settings=replace(QUICK, tries=1)).arrays["b02"]
        except AcquisitionError:
            continue
        silent += not np.array_equal(found, pixels)
    assert silent == 0


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"transform": (10, 0, 0, 0, -10, 0)}, "the item says"),
        ({"shape": (7, 7)}, "rows and columns"),
        ({"dtype": "float32"}, "type uint16"),
        ({"size": 7}, "the item says 7"),
        ({"checksum": "1220" + "0" * 64, "size": None}, "sha256"),
    ],
)
def test_a_file_that_contradicts_its_item_is_refused(
    tmp_path: Path, stated: dict[str, Any], words: str
) -> None:
    """Grid, shape, type, size and checksum are compared with the item."""
    item = chips.scene(tmp_path)
    sized = {"size": item.assets["b02"].size}
    wrong = {
        **item.assets,
        "b02": replace(item.assets["b02"], **{**stated, **({} if stated.get("size") else sized)}),
    }
    with pytest.raises(AcquisitionError, match=words):
        read_scene_over_site(replace(item, assets=wrong), HERE, settings=QUICK)


def test_an_error_names_scene_band_and_address_and_nothing_secret(tmp_path: Path) -> None:
    """The signature is in the address that is read, never in a message."""
    with faults.serving(faults.files(tmp_path)) as server:
        item = chips.scene(tmp_path, base=server.url)
        gone = replace(item.assets["b04"], href=f"{server.url}/gone.tif")
        item = replace(item, assets={**item.assets, "b04": gone})
        with pytest.raises(AcquisitionError, match=r"band b04: status 404.*gone\.tif\]") as told:
            read_scene_over_site(item, HERE, settings=QUICK, sign=lambda href: f"{href}?sig=SECRET")
        assert item.item_id in str(told.value)
        assert "SECRET" not in "".join(
            map(str, (told.value, told.value.__cause__, told.value.__context__))
        )
        assert all(each.query == "sig=SECRET" for each in server.asked)


def test_a_signature_is_made_for_every_request(tmp_path: Path) -> None:
    """What expires is made anew before each attempt."""
    made = itertools.count()
    with faults.serving(faults.files(tmp_path)) as server:
        item = chips.scene(tmp_path, base=server.url)
        item = replace(item, assets={"b02": item.assets["b02"]})
        read_scene_over_site(item, HERE, settings=QUICK, sign=lambda href: f"{href}?n={next(made)}")
        read_scene_over_site(item, HERE, settings=QUICK, sign=lambda href: f"{href}?n={next(made)}")
        assert [each.query for each in server.asked] == ["n=0", "n=1"]


def test_a_site_of_another_zone_is_refused(tmp_path: Path) -> None:
    """Pixels are never brought from one zone to another in silence."""
    with pytest.raises(AcquisitionError, match="own zone"):
        read_scene_over_site(replace(chips.scene(tmp_path), epsg=32653), HERE, settings=QUICK)


def test_a_missing_file_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    """Trying again does not bring it."""
    start = time.monotonic()
    with pytest.raises(AcquisitionError, match="No such file"):
        read_scene_over_site(
            chips.scene_item({"b02": chips.asset("b02", str(tmp_path / "no.tif"))}), HERE
        )
    assert time.monotonic() - start < 0.4


def test_decode_refuses_a_bomb(tmp_path: Path) -> None:
    """A tile that unpacks to more than a tile is broken, and is not unpacked to its end."""
    layout = parse_header(chips.write(tmp_path / "b02.tif", _random("uint16")).read_bytes())
    with pytest.raises(ValueError, match="not to 64 x 64 pixels"):
        decode_tile(layout, zlib.compress(b"\0" * 10_000_000))


def test_layout_of_what_is_no_tiff_is_refused() -> None:
    """An HTML page is no header."""
    with pytest.raises(ValueError, match="not a TIFF"):
        parse_header(b"<html><body>Please log in to go on</body></html>")


def test_layout_of_strips_is_left_to_gdal(tmp_path: Path) -> None:
    """It is another layout, not a fault."""
    path = chips.write(
        tmp_path / "b02.tif", _random("uint8"), tiled=False, blockxsize=None, blockysize=None
    )
    with pytest.raises(UnsupportedLayoutError, match="strips"):
        parse_header(path.read_bytes())


def test_layout_takes_a_tie_point_at_a_pixels_centre(tmp_path: Path) -> None:
    """As GDAL, for files that are points."""
    path = chips.write(tmp_path / "b02.tif", _random("uint8"))
    with rasterio.open(path, "r+") as file:
        file.update_tags(AREA_OR_POINT="Point")
    layout = parse_header(path.read_bytes())
    with rasterio.open(path) as file:
        assert layout.transform.almost_equals(file.transform)
        assert layout.epsg == file.crs.to_epsg() == chips.EPSG


def test_addresses_are_told_without_what_is_secret() -> None:
    """Neither query nor user."""
    assert url_without_query("https://me:pw@host/a.tif?sig=1") == "https://host/a.tif"
    told = redacted_message(ValueError("https://me:pw@host/a.tif?sig=SECRET timed out"))
    assert told == "ValueError: https://host/a.tif timed out"
