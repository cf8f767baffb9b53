"""Items of every provider, old shape and new, become items of one shape; broken ones do not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from skytally.core.errors_and_fault_lists import AcquisitionError
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.stac.item_parser import parse_item
from tests.support.faulty_stac_catalogue_server import (
    CORNER,
    PROVIDERS,
    RAJIN,
    SITES,
    changed,
    copernicus,
    earth_search,
    landsat,
    planetary_s2,
    radar,
)


def _item(item: dict[str, Any], provider: str = "earth-search") -> SceneItem:
    return parse_item(item, PROVIDERS[provider], RAJIN)


def test_earth_search_item() -> None:
    """Scale, offset, size, checksum and grid come from each asset, the orbit from the name."""
    item = _item(earth_search())
    assert (item.item_id, item.time) == ("S2B_T52TFM_20230827T021549_L2A", "2023-08-27T02:15:49Z")
    assert (item.platform, item.relative_orbit, item.tile) == ("sentinel-2b", 89, "52TFM")
    assert (item.baseline, item.sequence, item.epsg) == ("05.09", 0, 32652)
    assert (item.orbit_state, item.offset_applied_flag, item.missing_bands) == ("", None, ())
    assert item.sun_zenith == pytest.approx(36.75)
    assert (item.view_zenith, item.view_azimuth) == (3.05, 303.68)
    assert item.window_share == 1.0
    assert set(item.assets) == {"b02", "b03", "b04", "b08", "b11", "quality"}
    red, swir = item.assets["b04"], item.assets["b11"]
    assert (red.scale, red.offset, red.nodata, red.dtype) == (0.0001, -0.1, 0.0, "uint16")
    assert (red.size, red.checksum) == (10264111, "1220" + "ab" * 32)
    assert red.transform == (10.0, 0.0, CORNER[0], 0.0, -10.0, CORNER[1])
    assert (swir.gsd, swir.shape) == (20.0, (5490, 5490))
    assert (item.assets["quality"].scale, item.assets["quality"].dtype) == (None, "uint8")


def test_copernicus_item_of_the_new_shape() -> None:
    """STAC 1.1 puts scale, offset and type on the asset, and the zone into proj:code."""
    item = _item(copernicus(), "copernicus-data-space")
    red = item.assets["b04"]
    assert (red.scale, red.offset, red.nodata, red.dtype) == (0.0001, -0.1, 0.0, "uint16")
    assert red.href.startswith("s3://eodata/")
    assert (item.epsg, item.baseline, item.relative_orbit) == (32652, "05.11", 122)
    assert (item.orbit_state, item.tile, item.platform) == (
        "descending",
        "52TFM",
        "sentinel-2c",
    )
    assert (item.missing_bands, item.assets["quality"].scale) == ((), None)


def test_band_of_the_new_shape_may_hold_the_numbers() -> None:
    """Where the one band of an asset says more than the asset, the band counts."""
    item = copernicus()
    asset = item["assets"]["B04_10m"]
    asset["bands"][0] |= {"raster:scale": 0.0002, "data_type": "int16"}
    red = _item(item, "copernicus-data-space").assets["b04"]
    assert (red.scale, red.offset, red.dtype) == (0.0002, -0.1, "int16")


def test_planetary_item_states_no_scale() -> None:
    """What an item does not state is None, never a guess."""
    item = _item(planetary_s2(), "planetary-computer-s2")
    red = item.assets["b04"]
    assert (red.scale, red.offset, red.nodata, red.size) == (None, None, None, None)
    assert (item.baseline, item.calibration) == ("02.12", "baseline")
    assert (item.platform, item.tile) == ("sentinel-2b", "52TFM")
    assert (item.sun_zenith, item.sun_azimuth) == (37.91, 170.15)


def test_radar_item() -> None:
    """The grid of all files stands in the properties, with nine numbers; slices tell apart."""
    item = _item(radar(), "planetary-computer-s1-rtc")
    assert set(item.assets) == {"vv", "vh"}
    vv = item.assets["vv"]
    assert vv.transform == (10.0, 0.0, 480640.0, 0.0, -10.0, 4760600.0)
    assert (vv.shape, vv.gsd, vv.nodata, vv.dtype) == ((22203, 29533), 10.0, -32768.0, "float32")
    assert (item.platform, item.relative_orbit, item.tile) == ("sentinel-1a", 134, "slice-16")
    assert (item.time, item.baseline) == ("2024-03-25T21:50:50Z", "")


def test_landsat_item() -> None:
    """Path and row name the track and the tile."""
    item = _item(landsat(), "planetary-computer-landsat")
    assert (item.relative_orbit, item.tile, item.platform) == (114, "114031", "landsat-9")
    assert (item.assets["b08"].scale, item.assets["b08"].offset) == (2.75e-05, -0.2)
    assert (item.assets["b08"].gsd, item.baseline) == (30.0, "02")


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"datetime": None, "start_datetime": "2024-03-25 05:50:38.146465+00:00"}, "05:50:38"),
        ({"datetime": "2024-03-25T14:50:38.9+09:00"}, "05:50:38"),
        ({"datetime": "2024-03-25T05:50:38Z"}, "05:50:38"),
    ],
)
def test_time_is_utc_in_whole_seconds(properties: dict[str, Any], expected: str) -> None:
    """Every way of writing a time with its zone gives the same text."""
    assert _item(changed(earth_search(), **properties)).time == f"2024-03-25T{expected}Z"


def test_sequence_comes_from_the_property_or_the_name() -> None:
    """The older collection counts its processings in the id."""
    older = {**earth_search(), "id": "S2B_52TFM_20230827_1_L2A"}
    assert _item(older).sequence == 1
    assert _item(changed(earth_search(), s2__sequence="2")).sequence == 2


def test_flag_on_the_offset_is_kept() -> None:
    """The offset flag of the item is passed on to the later checks."""
    item = changed(earth_search(), earthsearch__boa_offset_applied=True)
    assert _item(item).offset_applied_flag is True


def test_footprint_beside_the_site_covers_nothing() -> None:
    """A scene whose swath misses the window says so, though its box meets it."""
    assert parse_item(earth_search(), PROVIDERS["earth-search"], SITES["dunai"]).window_share == 0
    item = earth_search()
    item["geometry"] = None
    assert _item(item).window_share is None


def test_item_is_not_changed() -> None:
    """Reading an item leaves it as it was."""
    item = earth_search()
    before = copy.deepcopy(item)
    _item(item)
    assert item == before


def _without(*path: str) -> dict[str, Any]:
    item = earth_search()
    holder: Any = item
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return item


def _with(value: object, *path: str) -> dict[str, Any]:
    item = earth_search()
    holder: Any = item
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return item


RED = ("assets", "red")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("no item", "id None"),
        (_with(123, "id"), "id 123, which is no text; write it in quotation marks"),
        (_with("a/b", "id"), "cannot be a file name"),
        (_with("", "id"), "cannot be a file name"),
        (_with("x" * 300, "id"), "cannot be a file name"),
        (_without("properties"), "no properties"),
        (_without("assets"), "no assets"),
        (_with([], "assets"), "no assets"),
        (_without("properties", "datetime"), "datetime is None"),
        (_with("2023-08-27T02:15:49", "properties", "datetime"), "no time zone"),
        (_with("sentinel-2-l1c", "collection"), "of collection 'sentinel-2-l1c'"),
        (_with("red.tif", *RED), "asset 'red' has no address"),
        (_with(7, *RED, "href"), "asset 'red' has no address"),
        (_with("big", *RED, "file:size"), "file:size is 'big', no number"),
        (_with(1.5, *RED, "file:size"), "no whole number"),
        (_with(True, *RED, "gsd"), "gsd is True, no number"),
        (_with([10, 0, 0], *RED, "proj:transform"), "proj:transform is"),
        (_with([10, 1, 0, 0, -10, 0], *RED, "proj:transform"), "not that of an upright grid"),
        (_with([10, 0, 0, 0, 10, 0], *RED, "proj:transform"), "not that of an upright grid"),
        (_with([10, 0, 0, 0, -20, 0], *RED, "proj:transform"), "not square"),
        (_with([20, 0, 0, 0, -20, 0], *RED, "proj:transform"), "pixels of 20 m"),
        (_with([0, 10980], *RED, "proj:shape"), "proj:shape is"),
        (_with([{}, {}], *RED, "raster:bands"), "2 bands where one is expected"),
        (_with("x", *RED, "raster:bands"), "its bands are no list"),
        (_with("EPSG:four", *RED, "proj:code"), "proj:code is 'EPSG:four'"),
        (_with("EPSG:32653", *RED, "proj:code"), "EPSG:32652 in the properties, EPSG:32653"),
        (_with(32653, "properties", "proj:epsg"), "does not hold the bbox"),
        (_with(99999, "properties", "proj:epsg"), "EPSG:99999 cannot be used"),
        (_with([1, 2, 3], "bbox"), "bbox is"),
        (_with([130, 95, 131, 96], "bbox"), "is not on Earth"),
        (_with({"type": "Polygon", "coordinates": [[1]]}, "geometry"), "cannot be drawn"),
        (
            _with("s3://bucket/red.tif", *RED, "href"),
            "which the row 'earth-search' does not sign; g",
        ),
        (
            changed(
                earth_search(),
                datetime=None,
                start_datetime="2023-08-01T00:00:00Z",
                end_datetime="2023-08-31T23:59:59Z",
            ),
            "a composite of the days from '2023-08-01T00:00:00Z' to '2023-08-31T23:59:59Z', which",
        ),
        (_with("much", "properties", "eo:cloud_cover"), "eo:cloud_cover is 'much', no number"),
        (_with("R1", "properties", "sat:relative_orbit"), "no number"),
    ],
)
def test_malformed_item_is_refused(item: dict[str, Any], words: str) -> None:
    """Each fault is one error that names provider, item and what was found."""
    with pytest.raises(AcquisitionError, match="malformed") as error:
        _item(item)
    assert words in str(error.value)
    assert str(error.value).startswith("earth-search, item ")


def _across(bbox: list[float]) -> dict[str, Any]:
    """Item of a tile at 70 degrees north whose grid reaches across the 180th meridian."""
    item = earth_search()
    for asset in item["assets"].values():
        asset["proj:transform"][2], asset["proj:transform"][5] = 609_000, 7_800_000
    item["properties"]["proj:epsg"] = 32660
    return {**item, "bbox": bbox, "geometry": None}


@pytest.mark.parametrize(
    "bbox",
    [
        [179.8, 69.3, -177.3, 70.2],
        [179.8, 69.3, 179.95, 70.2],
        [-179.9, 69.3, -177.3, 70.2],
    ],
)
def test_item_across_the_180th_meridian_is_read(bbox: list[float]) -> None:
    """Its footprint may lie on one side, on the other, or on both."""
    assert _item(_across(bbox)).epsg == 32660


def test_item_of_the_other_side_of_the_earth_is_refused() -> None:
    """A box that no turn of the Earth brings onto the grid."""
    with pytest.raises(AcquisitionError, match="does not hold the bbox"):
        _item(_across([100.0, 69.3, 101.0, 70.2]))


def test_mixed_zones_among_the_assets_are_refused() -> None:
    """Two bands in two zones are not one scene."""
    item = copernicus()
    item["assets"]["B08_10m"]["proj:code"] = "EPSG:32653"
    with pytest.raises(AcquisitionError, match="EPSG:32652, EPSG:32653 mixed"):
        _item(item, "copernicus-data-space")
