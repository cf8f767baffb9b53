"""Own images as vendors deliver them: every layout, every contradiction, every kind of no data.

The deliveries are made up (`tests.support.made_up_vendor_deliveries`); none was tried on a vendor's
own files.
"""

from __future__ import annotations

import gzip
import json
import re
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import affine
import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint

from skytally.core import AcquisitionError
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.deliveries import delivered_pixels_on_site_grid
from skytally.imagery.acquire.deliveries.acquisition_day_from_names import (
    DayConflictError,
    moment_in_name,
)
from skytally.imagery.acquire.deliveries.delivered_pixels_on_site_grid import read_delivered_scene
from skytally.imagery.acquire.deliveries.delivery_recognition import recognised_delivery
from skytally.imagery.acquire.image_provider_table import QUALITY
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.one_scene_per_pass import select_items
from skytally.imagery.acquire.own_image_scene_items import item_id_of, items_in_folder
from skytally.imagery.acquire.scene_classification_masks import decode_classification
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels
from skytally.imagery.pipeline.scene_job_reading_and_chip_encoding import SceneJob, read_job
from tests.support import (
    made_up_vendor_deliveries as deliveries,
    simulated_scenes_and_sites as chips,
)

HERE = chips.site()
S2 = deliveries.SENTINEL_2_ROW
LANDSAT = {
    "sensor": "landsat",
    "processor": "C2L2",
    "bands": {"b02": "blue", "b04": "SR_B4", "b08": "nir08"},
    "quality": "qa_pixel",
    "calibration": "metadata",
}
MOON = (
    'GEOGCS["Moon 2000",DATUM["D_Moon_2000",SPHEROID["Moon_2000_IAU_IAG",1737400,0]],'
    'PRIMEM["Reference_Meridian",0],UNIT["degree",0.0174532925199433]]'
)
RADAR_TIE_POINTS: dict[str, Any] = {
    "crs": "EPSG:4326",
    "transform": None,
    "gcps": [
        GroundControlPoint(row, col, 130.2 + col / 1e4, 42.3 - row / 1e4, 0)
        for row, col in ((0, 0), (0, 59), (59, 0), (59, 59))
    ],
}
"""Tie points of an image in the geometry of the radar."""
Found = tuple[list[SceneItem], dict[str, str]]


def found(folder: Path, **words: Any) -> Found:
    """List the scenes of a folder at the site, and the reasons of those that cannot be used."""
    row = deliveries.row(folder, **words)
    items, malformed = items_in_folder(row, HERE, first=date(2019, 1, 1), last=date(2024, 12, 31))
    return items, dict(malformed)


def read(item: SceneItem) -> ScenePixels:
    """Read the pixels of a scene at the site."""
    (pixels,) = read_delivered_scene(item, [HERE])
    assert isinstance(pixels, ScenePixels)
    return pixels


def missing(pixels: ScenePixels, band: str = "b02") -> np.ndarray:
    """Pixels of a band that hold no data."""
    values, nodata = pixels.arrays[band], pixels.nodata[band]
    assert nodata is not None
    return np.isnan(values) if np.isnan(nodata) else values == nodata


@pytest.mark.parametrize(
    ("make", "words", "platform", "layers", "scale"),
    [
        (deliveries.planet, {}, "planetscope-2486", (1, 2, 3, 4), 1e-4),
        (lambda f: deliveries.planet(f, count=8), {}, "planetscope-2486", (2, 4, 6, 8), 1e-4),
        (deliveries.maxar, {}, "worldview-2", (1, 2, 3, 4), None),
        (deliveries.airbus, {}, "pleiades-1b", (3, 2, 1, 4), None),
        (lambda f: deliveries.airbus(f, suffix=".TIF"), {}, "pleiades-1b", (3, 2, 1, 4), None),
        (deliveries.pleiades_neo, {}, "pleiades-neo-4", (3, 2, 1, 1), None),
        (deliveries.sentinel2, S2, "sentinel-2a", (1, 1, 1, 1, 1), 1e-4),
        (deliveries.landsat, LANDSAT, "landsat-8", (1, 1, 1, 1), 2.75e-5),
        (deliveries.browser, {**S2, "bands": {"b02": "B02", "b04": "red"}, "quality": ""}, "",
         (1, 1), 1.0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True])
def test_each_layout_gives_one_scene(
    tmp_path: Path,
    make: Callable[[Path], Path],
    words: dict[str, Any],
    platform: str,
    layers: tuple[int, ...],
    scale: float | None,
    packed: bool,
) -> None:
    """Day, satellite, bands and scale come from the metadata, in a folder as in a ZIP."""
    folder = make(tmp_path / "order")
    if packed:
        folder = deliveries.zipped(folder, tmp_path / "orders" / "order.zip").parent
    items, _ = found(folder, **words)
    assert len(items) == 1
    (item,) = items
    assert item.time[:10] == deliveries.DAY
    assert item.time[11:] in ("02:15:49Z", "00:00:00Z")
    assert (item.platform, item.missing_bands) == (platform, ())
    assets = list(item.assets.values())
    assert tuple(asset.layer for asset in assets) == layers
    assert assets[0].scale == scale
    (result,) = read_job(
        SceneJob(deliveries.row(folder, **words), (item,), (HERE,), FetchSettings())
    )
    assert (result.status, result.reason) == ("stored", "")
    assert result.manifest is not None
    assert set(result.manifest.bands) == set(item.assets)


def test_every_file_is_named_with_what_it_was_taken_for(tmp_path: Path) -> None:
    """No file of an order is passed over in silence, but those that programs leave behind."""
    for place, make in enumerate((deliveries.planet, deliveries.maxar, deliveries.airbus)):
        make(tmp_path / str(place))
    (tmp_path / "0" / ".DS_Store").write_bytes(b"")
    (tmp_path / "0" / "notes.docx").write_bytes(b"made up")
    taken = recognised_delivery(deliveries.row(tmp_path)).taken_for
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert set(taken) == files - {"0/.DS_Store"}
    assert taken["0/notes.docx"] == "no image; not read"
    assert "mask (UDM2)" in taken[f"0/PSScene/{deliveries.PLANET_ITEM}_3B_udm2_clip.tif"]


def test_a_bundle_of_the_usgs_is_read_from_its_tar(tmp_path: Path) -> None:
    """Landsat comes as one TAR file, which is read where it lies."""
    folder = deliveries.landsat(tmp_path / "made")
    (tmp_path / "order").mkdir()
    with tarfile.open(tmp_path / "order" / f"{deliveries.LANDSAT_NAME}.tar", "w") as packed:
        for path in (folder / deliveries.LANDSAT_NAME).iterdir():
            packed.add(path, path.name)
    (item,), _ = found(tmp_path / "order", **LANDSAT)
    assert (item.item_id, item.platform) == (deliveries.LANDSAT_NAME, "landsat-8")
    assert not missing(read(item)).any()


def _landsat_tar(path: Path, made: Path, front: str, form: int = tarfile.PAX_FORMAT) -> Path:
    """Pack a bundle with something in front of the name of each member."""
    folder = deliveries.landsat(made) / deliveries.LANDSAT_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w", format=form) as packed:
        for each in sorted(folder.iterdir()):
            packed.add(each, f"{front}{each.name}")
    return path


@pytest.mark.parametrize(
    "front",
    [
        "./",
        "././",
        ".\\",
        "a\\b\\",
        "a//b/",
        "a/./b/",
        "나진 (1)/",
        f"{'n' * 60}/{'m' * 90}/",
        "a{b}/",
    ],
)
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_members_of_an_archive_are_read_under_every_legal_name(
    tmp_path: Path, front: str, form: int
) -> None:
    """As other programs and systems pack a folder: its bands are read, not only listed."""
    _landsat_tar(tmp_path / "orders" / "bundle (1).tar", tmp_path / "made", front, form)
    (item,), reasons = found(tmp_path / "orders", **LANDSAT)
    assert reasons == {}
    assert not missing(read(item)).any()


@pytest.mark.parametrize("front", ["", "./", "a\\b\\", "././", "a//b/"])
def test_a_zip_with_odd_names_is_read_or_told(tmp_path: Path, front: str) -> None:
    """Windows packs with backslashes; what cannot be read in place is told to be unpacked."""
    folder = deliveries.landsat(tmp_path / "made") / deliveries.LANDSAT_NAME
    (tmp_path / "orders").mkdir()
    with zipfile.ZipFile(tmp_path / "orders" / "bundle.zip", "w") as packed:
        for each in sorted(folder.iterdir()):
            member = zipfile.ZipInfo(each.name)
            member.filename = f"{front}{each.name}"
            packed.writestr(member, each.read_bytes())
    items, reasons = found(tmp_path / "orders", **LANDSAT)
    if front in ("././", "a//b/"):
        assert "has an odd name; unpack it" in reasons["bundle.zip"]
        return
    assert not missing(read(items[0])).any()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", lambda whole: whole("zip")[:-400], "is not complete, as where a download broke"),
        ("a.zip", lambda whole: whole("zip")[:60], "is not complete"),
        ("a.tar", lambda whole: whole("tar")[:-20_000], "is not complete"),
        ("a.tar", lambda whole: whole("tar").rstrip(b"\0") + b"\0" * 10, "is not complete"),
        ("a.tar", lambda whole: gzip.compress(whole("tar")), "a packed archive; unpack it"),
        ("a.zip", lambda _: b"\n<!DOCTYPE html><html>", "a web page and no .zip file"),
        ("a.tar", lambda _: b"<html>log in</html>", "a web page and no .tar file"),
        ("a.zip", lambda _: b"", "an empty file; download it again"),
        ("a.zip", lambda _: b"made up", "it is no .zip file, or is broken; download it again"),
    ],
)
def test_a_broken_archive_says_to_download_it_again(
    tmp_path: Path, name: str, content: Callable[..., bytes], reason: str
) -> None:
    """One message in words of this project, for every way in which a download goes wrong."""

    def whole(kind: str) -> bytes:
        if kind == "tar":
            return _landsat_tar(tmp_path / "b.tar", tmp_path / "made", "").read_bytes()
        made = deliveries.landsat(tmp_path / "made")
        return deliveries.zipped(made, tmp_path / "b.zip").read_bytes()

    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / name).write_bytes(content(whole))
    items, reasons = found(tmp_path / "orders", **LANDSAT)
    assert items == []
    (told,) = reasons.values()
    assert reason in told
    assert str(tmp_path) not in told


def test_no_folder_of_this_machine_stands_in_a_reason(tmp_path: Path) -> None:
    """What a library says of a file is told with the name below the provider's folder."""
    order = tmp_path / "orders"
    deliveries.planet(order / "plain")
    next((order / "plain").rglob("*SR*.tif")).write_bytes(b"II*")
    deliveries.zipped(order / "plain", order / "packed" / "order.zip")
    items, reasons = found(order)
    assert items == []
    assert len(reasons) == 2
    assert not any(str(tmp_path) in told or "/vsi" in told for told in reasons.values())


def test_a_picture_with_a_world_file_is_told_what_it_lacks(tmp_path: Path) -> None:
    """Its place is known and the coordinate system of that is not, which a GeoTIFF can hold."""
    for name in ("quay.png", "quay.pgw", "alone.png"):
        (tmp_path / name).write_bytes(b"made up")
    taken = {
        Path(name).name: words
        for name, words in recognised_delivery(deliveries.row(tmp_path)).taken_for.items()
    }
    assert "make a GeoTIFF of it" in taken["quay.png"]
    assert taken["alone.png"] == "a picture without a place on the ground; not read"


def _in_colours_and_grey(folder: Path) -> Path:
    words = {"gsd": 10.0}
    for band in ("blue", "green", "red", "nir"):
        deliveries.plain(folder, f"WV02_20230827T021549_{band}.tif", **words)
    path = deliveries.plain(folder, "WV02_20230827T021550.tif", bands=2, **words)
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = ("pan", "ir")
    return folder


@pytest.mark.parametrize(
    "make", [lambda f: deliveries.maxar_pan(deliveries.maxar(f)), _in_colours_and_grey]
)
def test_an_image_beside_the_one_with_the_bands_is_left_out(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    """An order of both is ordinary: the other image is told, and is no fault of the run."""
    items, reasons = found(make(tmp_path / "order"))
    assert reasons == {}
    told = {each.item.item_id: each.reason for each in select_items(items, HERE)}
    (left_out,) = filter(None, told.values())
    assert left_out.startswith("other bands: it has pan")
    assert "the row names blue, green, red, nir, which " in left_out
    assert len(told) == 2


def test_an_image_of_other_bands_alone_is_a_fault(tmp_path: Path) -> None:
    """Without the other image, or with one of another day, nothing of it would be stored."""
    deliveries.maxar(deliveries.maxar_pan(tmp_path / "order"), first_line="2023-08-26T02:15:49Z")
    deliveries.maxar_pan(tmp_path / "alone")
    for folder in ("order", "alone"):
        _, reasons = found(tmp_path / folder)
        assert any("none of the bands that the row names" in told for told in reasons.values())


@pytest.mark.parametrize("bits", ["uint8", "uint16"])
def test_a_download_of_whole_numbers_says_how_to_ask_for_reflectance(
    tmp_path: Path, bits: str
) -> None:
    """No metadata file comes with it, so none is asked for."""
    for band in ("B02", "B04"):
        path = tmp_path / f"2023-08-27-00_00_2023-08-27-23_59_Sentinel-2_L2A_{band}_(Raw).tiff"
        deliveries.image(path, [np.full((60, 60), 90, bits)], gsd=20.0)
    items, reasons = found(tmp_path, **{**S2, "bands": {"b02": "B02", "b04": "B04"}, "quality": ""})
    assert items == []
    assert list(reasons.values()) == [
        f"no scale is stated for b02, b04 ({bits} numbers); download it again with the image "
        "format TIFF (32-bit float)"
    ]


def test_an_archive_inside_an_archive_is_told(tmp_path: Path) -> None:
    """It is not opened, and not passed over in silence."""
    inner = deliveries.zipped(deliveries.planet(tmp_path / "order"), tmp_path / "in" / "order.zip")
    deliveries.zipped(inner.parent, tmp_path / "out" / "outer.zip")
    items, reasons = found(tmp_path / "out")
    assert (items, list(reasons.values())) == (
        [], ["an archive inside an archive; unpack the outer one"],
    )  # fmt: skip


def test_an_older_planet_mask_is_no_image(tmp_path: Path) -> None:
    """The mask of the first kind has a name that begins as that of an image."""
    order = deliveries.planet(tmp_path)
    udm2 = next(order.rglob("*udm2*"))
    old = np.zeros((200, 200), "uint8")
    old[:50] = 1
    deliveries.image(
        udm2.with_name(f"{deliveries.PLANET_ITEM}_3B_AnalyticMS_DN_udm_clip.tif"), [old]
    )
    udm2.unlink()
    (item,), _ = found(order)
    assert missing(read(item)).mean() == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("make", "words", "reason"),
    [
        (lambda f: deliveries.planet(f, acquired="2023-08-26T02:15:49Z") and deliveries.write_text(
            f / "PSScene" / f"{deliveries.PLANET_ITEM}_3B_AnalyticMS_metadata.xml",
            "<e><acquisitionDateTime>2023-08-27T02:15:49Z</acquisitionDateTime></e>"), {},
         "two days for one image"),
        (lambda f: deliveries.maxar(f, first_line="2023-08-26T02:15:49Z"), {}, "two days"),
        (lambda f: deliveries.airbus(f, days=("2023-08-27", "2023-08-30")), {}, "two days"),
        (lambda f: deliveries.sentinel2(f, sensed="2023-08-25T02:15:49Z"), S2, "two days"),
        (lambda f: deliveries.sentinel2(f, level="L1C"), S2, "processing L1C"),
        (lambda f: deliveries.landsat(f, level="L1TP"), LANDSAT, "processing C2L1"),
        (deliveries.sentinel2, {}, "is of sensor 'sentinel-2'"),
        (lambda f: deliveries.browser(f, last="2023-09-05"), {**S2, "quality": ""},
         "2023-08-27 to 2023-09-05"),
        (lambda f: (f / deliveries.planet(f).name, next(f.rglob("*SR*.tif")).write_bytes(b"II*"))
         and f, {}, "Cannot read TIFF header"),
        (lambda f: next(deliveries.maxar(f).rglob("*R1C2*")).unlink() or f, {}, "not here"),
        (lambda f: deliveries.plain(f, "a_20230805_red.tif", crs=None), {"bands": {"b04": "red"}},
         r"no map projection; write the code of that projection into the file \(gdal_edit"),
        (lambda f: deliveries.plain(f, "a_20230805_red.tif", crs="EPSG:4326"),
         {"bands": {"b04": "red"}}, "a_20230805_red.tif: its corner at .* is no place on Earth in "
         r"EPSG:4326, whose units are degrees; write the right code into the file"),
        (lambda f: deliveries.plain(f, "a_20230805_red.tif", crs='LOCAL_CS["plan",UNIT["m",1]]'),
         {"bands": {"b04": "red"}}, "a_20230805_red.tif: its coordinate system is of no place on"),
        (lambda f: deliveries.plain(
            f, "a_20230805_red.tif", transform=affine.Affine(0, 0, 604000, 0, 0, 4677000)),
         {"bands": {"b04": "red"}}, "a_20230805_red.tif: its pixels have no size on the ground"),
        (lambda f: deliveries.plain(f, "a_20230805_red.tif", crs=MOON, corner=(130, 42), gsd=1e-4),
         {"bands": {"b04": "red"}}, "_red.tif: its corner at 130, 42 is no place on Earth"),
        (lambda f: deliveries.plain(f, "a_20230805_red.tif", corner=(130.26, 42.25), gsd=0.0001),
         {"bands": {"b04": "red"}},
         r"_red.tif: its corners at 130.26, 42.25 and .* are degrees, but EPSG:32652 has metres"),
        (lambda f: deliveries.plain(f, "a 20230805 red.tif"),
         {"bands": {"b04": "red", "b02": "blue"}}, "which stand behind an underscore, as in …_red"),
        (lambda f: deliveries.plain(f, "a_20230805_infra_red.tif"),
         {"bands": {"b04": "red", "b02": "blue"}}, "ends with no band of the row"),
        (lambda f: deliveries.plain(f, "no-time_red.tif"), {"bands": {"b04": "red"}}, "no time"),
        (lambda f: deliveries.plain(f, "a_20230805_20230901_red.tif"), {"bands": {"b04": "red"}},
         "two days in its name, 2023-08-05 and 2023-09-01"),
        (lambda f: deliveries.plain(f / "2023-08-01", "rajin 2023-02-30.tif"),
         {"bands": {"b04": "red"}}, "^2023-02-30 stands in its name .* is no day"),
        (lambda f: deliveries.plain(f / "2023-02-30", "rajin.tif"), {"bands": {"b04": "red"}},
         "^2023-02-30 stands in its name or its folder's and is no day"),
        (lambda f: deliveries.plain(f, "08-09-2023_rajin.tif"), {"bands": {"b04": "red"}},
         "reads as 2023-08-09 or as 2023-09-08"),
        (lambda f: deliveries.image(f / "a_20230805.tif", [np.full((60, 60), 1 + 2j, "c8")]),
         {"bands": {"b04": "vv"}},
         r"complex numbers \(complex64\), of which no measure takes the phase; name a product of"),
        (lambda f: deliveries.plain(f, "a_20230805_nir.tif"), {"bands": {"b04": "red"}},
         "nir is another"),
        (lambda f: deliveries.plain(f, "a_20230805_B08.tif"), {"bands": {"b04": "B04"}},
         "B08 is another"),
        (lambda f: deliveries.plain(f, "a_20230805_red.tif", bands=4), {"bands": {"b04": "red"}},
         "holds 4 bands"),
        (lambda f: deliveries.plain(f, "a_20230805.tif", bands=4), {"bands": {"b04": "swir"}},
         r"none of the bands that the row names \(swir\); the scene has 1, 2, 3, 4; write those"),
        (lambda f: f.mkdir() or (f / "x.zip").write_bytes(b"PK no archive"), {},
         "archive cannot be read"),
        (lambda f: f.mkdir() or (f / "x.rar").write_bytes(b"Rar!"), {}, "unpack it"),
        (lambda f: f.mkdir() or (f / "pan_20230805.ntf").write_bytes(b"NITF"), {}, "to GeoTIFF"),
        (lambda f: f.mkdir() or (f / "e_20230805_red.tif").write_bytes(b"no"),
         {"bands": {"b04": "red"}}, "cannot be opened as an image: 'e_20230805_red.tif' not"),
        (lambda f: f.mkdir() or (f / "e_20230805_red.tif").write_bytes(b""),
         {"bands": {"b04": "red"}}, "an empty file; download it again"),
        (lambda f: f.mkdir() or (f / "e_20230805_red.tif").write_bytes(
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 9\n"),
         {"bands": {"b04": "red"}}, "a pointer of Git LFS .*; fetch it with git lfs pull"),
        (lambda f: f.mkdir() or (f / "e_20230805_red.tif.crdownload").write_bytes(b"II*"),
         {"bands": {"b04": "red"}}, "a download that did not end; finish it, or remove it"),
        (lambda f: deliveries.plain(f, "a_20230805_red.tif") and deliveries.write_text(
            f / "a_20230805_red.json", json.dumps({"properties": {
                "start_datetime": "2023-08-05T00:00Z", "end_datetime": "2023-08-20T00:00Z"}})),
         {"bands": {"b04": "red"}}, "a composite of 2023-08-05T00:00Z to 2023-08-20"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_has_its_reason(
    tmp_path: Path, make: Callable[[Path], Any], words: dict[str, Any], reason: str
) -> None:
    """Contradictions, other sensors, other bands and broken files are never read as something."""
    make(tmp_path / "order")
    items, reasons = found(tmp_path / "order", **words)
    assert items == []
    assert any(re.search(reason, text) for text in reasons.values()), reasons


@pytest.mark.parametrize("folder", [".\\", "D:\\Orders\\6153375101\\IMG_PHR1B_MS_002\\"])
def test_metadata_of_windows_name_their_files_with_backslashes(tmp_path: Path, folder: str) -> None:
    """The list of images of a product that was packed on Windows, or moved there."""
    deliveries.airbus(tmp_path)
    (dim,) = tmp_path.rglob("DIM_PHR*.XML")
    dim.write_text(dim.read_text().replace('href="', f'href="{folder}'), encoding="utf-8")
    assert f'"{folder}IMG_' in dim.read_text()
    (item,), reasons = found(tmp_path)
    assert (set(item.assets), reasons) == ({"b02", "b03", "b04", "b08"}, {})


@pytest.mark.parametrize("copy", ["a_20230805_red (1).tif", "a_20230805_red - Copy.tif"])
def test_a_second_download_is_no_second_image(tmp_path: Path, copy: str) -> None:
    """A copy by its name is told as such, and the image beside it is taken."""
    path = deliveries.plain(tmp_path, "a_20230805_red.tif")
    deliveries.plain(tmp_path, copy)
    (tmp_path / copy).write_bytes(path.read_bytes() + b"other")
    items, reasons = found(tmp_path, bands={"b04": "red"})
    assert len(items) == 1
    assert list(reasons.values()) == [
        "a copy of a_20230805_red.tif by its name; remove one of the two"
    ]


def _taken(folder: Path, **words: Any) -> dict[str, str]:
    return recognised_delivery(deliveries.row(folder, **words)).taken_for


@pytest.mark.parametrize("copy", ["a_20230805_red (1).tif", "z_20230805_red.tif", "red.tif"])
def test_the_same_bytes_twice_are_told_once_and_one_is_taken(tmp_path: Path, copy: str) -> None:
    """Whatever the second is called; that of which the day is known is taken."""
    path = deliveries.plain(tmp_path, "a_20230805_red.tif")
    (tmp_path / copy).write_bytes(path.read_bytes())
    (item,), reasons = found(tmp_path, bands={"b04": "red"})
    assert (item.item_id, item.time[:10], reasons) == ("a_20230805", "2023-08-05", {})
    assert _taken(tmp_path, bands={"b04": "red"})[copy] == (
        "the same bytes as a_20230805_red.tif; not read"
    )


def test_the_same_bytes_of_two_days_are_refused(tmp_path: Path) -> None:
    """One image under two days would be two observations; which is wrong, nobody knows here."""
    path = deliveries.plain(tmp_path, "a_20230805_red.tif")
    (tmp_path / "a_20230901_red.tif").write_bytes(path.read_bytes())
    items, reasons = found(tmp_path, bands={"b04": "red"})
    assert items == []
    assert sorted(reasons.values()) == [
        "the same bytes as a_20230805_red.tif, of 2023-08-05; remove the one that is wrong",
        "the same bytes as a_20230901_red.tif, of 2023-09-01; remove the one that is wrong",
    ]


def test_an_archive_downloaded_twice_is_read_once(tmp_path: Path) -> None:
    """The members of the second are no files of a scene of their own."""
    order = deliveries.sentinel2(tmp_path / "order")
    archive = deliveries.zipped(order, tmp_path / "orders" / "order.zip")
    (archive.parent / "order (1).zip").write_bytes(archive.read_bytes())
    for name in ("rajin-in-august.zip", ".o.zip"):
        (archive.parent / name).write_bytes(archive.read_bytes())
    items, reasons = found(archive.parent, **S2)
    assert (len(items), reasons) == (1, {})
    taken = _taken(archive.parent, **S2)
    told = {path: words for path, words in taken.items() if "same bytes" in words}
    assert told == dict.fromkeys(
        ("order (1).zip", "rajin-in-august.zip"), "the same bytes as order.zip; not read"
    )


def test_a_picture_with_a_table_of_colours_is_no_measurement(tmp_path: Path) -> None:
    """Numbers that are places in a palette are refused as a band, and taken as classes."""
    for name in ("pier_20230805_red.tif", "pier_20230805_SCL.tif"):
        classes = np.full((60, 60), 4, "uint8")
        path = deliveries.image(tmp_path / name, [classes], photometric="palette")
        with rasterio.open(path, "r+") as dataset:
            dataset.write_colormap(1, {4: (0, 160, 0, 255)})
    items, reasons = found(tmp_path, bands={"b04": "red"}, quality="SCL")
    assert items == []
    (reason,) = reasons.values()
    assert "band 1 has a table of colours, so it is a picture" in reason
    deliveries.plain(tmp_path, "pier_20230805_red.tif", gsd=10.0)
    (item,), _ = found(tmp_path, bands={"b04": "red"}, quality="SCL")
    assert set(item.assets) == {"b04", QUALITY}


def _strip_of_two(folder: Path, **second: Any) -> tuple[SceneItem, SceneItem]:
    """Make two scenes of one strip, the second south of the first, each as its own item."""
    for place, name in enumerate(("20230827_021549_12_2486", "20230827_021551_45_2486")):
        corner = (chips.WEST, chips.NORTH - 300 * place)
        bands = [deliveries.ground((100, 100), seed=n + 10 * place) for n in range(3)]
        words = {"nodata": 0, **(second if place else {})}
        deliveries.image(folder / f"{name}.tif", bands, corner=corner, **words)
    items, _ = found(folder, bands={"b02": "1", "b03": "2", "b04": "3"})
    one, other = items
    return one, other


def test_scenes_of_one_strip_are_joined(tmp_path: Path) -> None:
    """Every pixel of both parts is stored, and the manifest names both."""
    one, other = _strip_of_two(tmp_path)
    (chosen,) = [each.item for each in select_items([one, other], HERE) if not each.reason]
    (part,) = chosen.joined
    pixels = read(chosen)
    apart = {item.item_id: read(item).arrays["b02"] for item in (one, other)}
    assert pixels.arrays["b02"].shape == (200, 100)
    np.testing.assert_array_equal(
        pixels.arrays["b02"], np.vstack([apart[one.item_id], apart[other.item_id]])
    )
    assert set(pixels.sources["b02"]["joined"]) == {part.item_id}


@pytest.mark.parametrize(
    "second", [{"gsd": 2.0}, {"corner": (chips.WEST + 1.3, chips.NORTH - 301)}]
)
def test_parts_on_other_grids_are_brought_onto_one(tmp_path: Path, second: dict[str, Any]) -> None:
    """A part of another pixel size or off the lattice fills what the other lacks."""
    one, other = _strip_of_two(tmp_path)
    path = tmp_path / f"{other.item_id}.tif"
    bands = [deliveries.ground((100, 100), seed=n) for n in range(3)]
    words = {"corner": (chips.WEST, chips.NORTH - 300), "nodata": 0, **second}
    deliveries.image(path, bands, **words)
    joined = read(replace(one, joined=(other,)))
    lower = joined.arrays["b02"][
        int(310 / joined.transform.a) : int(450 / joined.transform.a), 10:60
    ]
    assert (lower > 0).all()


def test_parts_that_are_stored_otherwise_are_not_joined(tmp_path: Path) -> None:
    """A part with other numbers or another scale costs itself, with its reason."""
    one, other = _strip_of_two(tmp_path)
    scaled = replace(
        other, assets={band: replace(each, scale=2e-4) for band, each in other.assets.items()}
    )
    decisions = select_items([one, scaled], HERE)
    assert [each.item.joined for each in decisions] == [(), ()]
    assert sum(bool(each.reason) for each in decisions) == 1
    bands = [deliveries.ground((100, 100)).astype("float32") for _ in range(3)]
    deliveries.image(
        tmp_path / f"{other.item_id}.tif", bands, corner=(chips.WEST, chips.NORTH - 300), nodata=0
    )
    with pytest.raises(AcquisitionError, match="a part of its pass, has other bands or types"):
        read(replace(one, joined=(other,)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20230827_021549_12_2486_3B", "2023-08-27 02:15:49"),
        ("S2A_MSIL2A_20230827T021549_N0509", "2023-08-27 02:15:49"),
        ("16AUG31104614-S3DS-056956784010_01_P001", "2016-08-31 10:46:14"),
        ("PHR1B_MS_202308270215491_ORT", "2023-08-27 02:15:49"),
        ("pier 27-08-2023", "2023-08-27 00:00:00"),
        ("27 August 2023", "2023-08-27 00:00:00"),
        ("2023_08_27 rajin", "2023-08-27 00:00:00"),
        ("08-27-2023 rajin", "2023-08-27 00:00:00"),
        ("09-09-2023 rajin", "2023-09-09 00:00:00"),
        ("08-09-2023_20230908 rajin", "2023-09-08 00:00:00"),
        (deliveries.S2_NAME, "2023-08-27 02:15:49"),
        ("20230827T021549_20230827T022212_T52TFN", "2023-08-27 02:15:49"),
        ("2023-08-27 rajin 20230827_021549", "2023-08-27 02:15:49"),
        ("pier_20230805T081500+0900", "2023-08-04 23:15:00"),
        ("2023-08-05T20-15-00-08:00 rajin", "2023-08-06 04:15:00"),
        ("2023-08-05T08:15:00Z", "2023-08-05 08:15:00"),
        ("20230805_081500-0900", "2023-08-05 08:15:00"),
        ("23OCT27021549-0930-M2AS", "2023-10-27 02:15:49"),
        ("order_056956784010_01", None),
        ("rajin_20231345", None),
    ],
)
def test_a_day_is_read_from_names_as_people_write_them(name: str, expected: str | None) -> None:
    """Numbers of orders are no days, and impossible days are none."""
    moment = moment_in_name(name)
    assert (None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}") == expected


def test_two_days_in_a_name_are_never_the_first_that_fits() -> None:
    """Acquisition and processing day in one name say nothing without metadata."""
    with pytest.raises(DayConflictError, match="2023-08-27 and 2023-09-02"):
        moment_in_name("LC08_L2SP_114031_20230827_20230902_02_T1")


@pytest.mark.parametrize("name", ["08-09-2023_rajin", "rajin 09.08.2023"])
def test_a_day_that_reads_two_ways_is_not_guessed(name: str) -> None:
    """Day before month or month before day: both are named, neither is taken."""
    with pytest.raises(DayConflictError, match="reads as 2023-08-09 or as 2023-09-08"):
        moment_in_name(name)


NUMBERED = {"b02": "1", "b03": "2", "b04": "3", "b08": "4"}
TWO_DAYS = ("2023-08-27T02:15:49Z", "2023-08-29T02:15:52Z")


@pytest.mark.parametrize("where", [".", "2023-08-27 order"])
@pytest.mark.parametrize(
    "name", ["composite", "a_composite_20230827", "a mosaic", "a", "a 20230828"]
)
def test_a_composite_of_several_days_is_a_fault(tmp_path: Path, where: str, name: str) -> None:
    """The metadata beside it say so, whatever day the folder or the file is named after."""
    deliveries.composite(tmp_path / where, *TWO_DAYS, name=name)
    items, reasons = found(tmp_path, bands=NUMBERED)
    assert items == []
    (told,) = reasons.values()
    assert "the metadata of 2 scenes of 2023-08-27 and 2023-08-29" in told
    assert "order the scenes of each day apart" in told
    assert "YYYYMMDD" not in told


@pytest.mark.parametrize(
    ("moments", "name", "expected"),
    [
        (("2023-08-27T02:15:52Z", "2023-08-27T02:15:49Z"), "composite", "2023-08-27T02:15:49Z"),
        (("2023-08-27T02:15:49Z",), "a_composite_20230827", "2023-08-27T02:15:49Z"),
        (("2023-08-27T00:10:00Z", "2023-08-27T02:15:49Z"), "mosaic", "2023-08-27T00:00:00Z"),
    ],
)
def test_a_composite_of_one_day_has_its_time(
    tmp_path: Path, moments: tuple[str, ...], name: str, expected: str
) -> None:
    """Of one pass it is that of the first scene, else the day; a name of its own stays its own."""
    deliveries.composite(tmp_path, *moments, name=name)
    (item,), reasons = found(tmp_path, bands=NUMBERED)
    assert (item.time, reasons) == (expected, {})
    assert missing(read(item)).mean() == pytest.approx(0.1)
    taken = recognised_delivery(deliveries.row(tmp_path, NUMBERED)).taken_for
    used = [words for words in taken.values() if words == f"metadata of {item.item_id} (time)"]
    assert len(used) == len(moments)


@pytest.mark.parametrize(
    ("name", "reason"), [("composite", "nothing beside it says of which days"), ("mosaic", "")]
)
def test_a_composite_without_metadata_has_no_day(tmp_path: Path, name: str, reason: str) -> None:
    """The folder may be named after any of its days; a mosaic of one flight has that day."""
    deliveries.composite(tmp_path / "2023-08-27 order", name=name)
    items, reasons = found(tmp_path, bands=NUMBERED)
    assert len(items) == (not reason)
    assert all(reason in told for told in reasons.values())


def test_an_image_without_a_day_takes_none_of_another_order(tmp_path: Path) -> None:
    """Metadata of scenes whose images lie beside it are theirs, whatever bands those hold."""
    deliveries.planet(tmp_path)
    deliveries.plain(tmp_path / "PSScene", "rajin.tif", bands=4)
    for day in ("2023-08-27", "2023-08-29"):
        deliveries.plain(tmp_path / "PSScene", f"x {day}_swir.tif")
        stated = json.dumps({"properties": {"datetime": f"{day}T02:15:49Z"}})
        deliveries.write_text(tmp_path / "PSScene" / f"x {day}.json", stated)
    _, reasons = found(tmp_path, bands=NUMBERED)
    assert "no time" in reasons["PSScene.rajin"]


@pytest.mark.parametrize(
    ("name", "stated", "platform", "words"),
    [
        ("pier_20230805", {"platform": " Sentinel-2B "}, "sentinel-2b", "time, satellite"),
        ("WV03_20230805", {"platform": "worldview-3"}, "worldview-3", "time"),
        ("pier_20230805", {"platform": None}, "", "time"),
        ("pier_20230805", {"platform": "<b>\n"}, "", "time"),
        ("pier_20230805", {"platform": 7}, "", "time"),
    ],
)
def test_an_item_beside_an_image_gives_its_satellite(
    tmp_path: Path, name: str, stated: dict[str, Any], platform: str, words: str
) -> None:
    """What was taken from it is said; the name of the image stands first."""
    deliveries.plain(tmp_path, f"{name}_red.tif")
    stated = {"properties": {"datetime": "2023-08-05T02:03:04Z", **stated}}
    deliveries.write_text(tmp_path / f"{name}.json", json.dumps(stated))
    (item,), _ = found(tmp_path, bands={"b04": "red"})
    assert (item.platform, item.time) == (platform, "2023-08-05T02:03:04Z")
    taken = recognised_delivery(deliveries.row(tmp_path, {"b04": "red"})).taken_for
    assert taken[f"{name}.json"] == f"metadata of {name} ({words})"


def test_folders_of_pixel_sizes_are_one_scene(tmp_path: Path) -> None:
    """Bands of Sentinel-2 without the metadata of their product: each in its finest file."""
    for band, gsd in (("B02", 10), ("B04", 10), ("B02", 20), ("B11", 20), ("SCL", 20)):
        values = np.full((600 // gsd, 600 // gsd), 4 if band == "SCL" else 900, "uint16")
        name = f"T52TFN_20230827T021549_{band}_{gsd}m.jp2"
        deliveries.image(tmp_path / f"IMG_DATA/R{gsd}m" / name, [values], gsd=float(gsd))
    words = {**S2, "bands": {"b02": "B02", "b04": "B04", "b11": "B11"}, "calibration": "linear"}
    (item,), reasons = found(tmp_path, **words)
    assert (reasons, item.missing_bands) == ({}, ())
    assert {band: asset.gsd for band, asset in item.assets.items()} == {
        "b02": 10.0, "b04": 10.0, "b11": 20.0, "quality": 20.0,
    }  # fmt: skip
    taken = recognised_delivery(deliveries.row(tmp_path, **words)).taken_for
    (coarse,) = [words for path, words in taken.items() if path.endswith("B02_20m.jp2")]
    assert coarse == "B02 in larger pixels than T52TFN_20230827T021549_B02_10m.jp2; not read"


def test_plain_files_by_name_folder_and_sidecar(tmp_path: Path) -> None:
    """Equal names in different folders are different scenes; a sidecar settles two days."""
    for day in ("2023-08-05", "2023-08-06"):
        for band in ("blue", "red"):
            deliveries.plain(tmp_path, f"{day}/pier_{band}.tif")
    deliveries.plain(tmp_path, "a_20230807_20230901_blue.tif")
    stated = {"properties": {"datetime": "2023-08-07T02:03:04Z"}}
    (tmp_path / "a_20230807_20230901.json").write_text(json.dumps(stated), encoding="utf-8")
    items, reasons = found(tmp_path, bands={"b02": "blue", "b04": "red"})
    assert {item.item_id: item.time for item in items} == {
        "2023-08-05.pier": "2023-08-05T00:00:00Z",
        "2023-08-06.pier": "2023-08-06T00:00:00Z",
        "a_20230807_20230901": "2023-08-07T02:03:04Z",
    }
    assert items[-1].missing_bands == ("b04 (red)",)
    assert reasons == {}


def test_many_bands_in_one_file_are_found_by_description_or_number(tmp_path: Path) -> None:
    """A band is taken by what the file says of it, never by its place alone."""
    path = deliveries.plain(tmp_path, "pier_20230805.tif", bands=4)
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = ("nir", "red", "green", "blue")
    (item,), _ = found(tmp_path, bands={"b02": "blue", "b08": "1"})
    assert {band: asset.layer for band, asset in item.assets.items()} == {"b02": 4, "b08": 1}


def test_ids_are_file_names_and_stay_apart() -> None:
    """Letters of other alphabets, long names and folders give different, safe ids."""
    keys = ["3월/pier", "4월/pier", "a b", "a-b", "x" * 300, "x" * 301, "/.hidden"]
    ids = [item_id_of(key) for key in keys]
    assert len(set(ids)) == len(keys)
    assert all(len(each) <= 200 and each.isascii() for each in ids)


def _values(where: tuple[slice, slice], *, rows: int = 100) -> list[np.ndarray]:
    bands = [deliveries.ground((rows, rows), seed=n) for n in range(3)]
    for band in bands:
        band[where] = 0
    return bands


EDGE, HOLE = (slice(0, 20), slice(None)), (slice(40, 50), slice(40, 50))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("collar", 0.20),
        ("hole", 0.0),
        ("one band", 0.0),
        ("nodata", 0.20),
        ("alpha", 0.20),
        ("internal", 0.20),
        ("beside", 0.20),
        ("udm beside", 0.20),
        ("all in use", 0.20),
    ],
)
def test_missing_pixels_are_missing_and_never_zero(
    tmp_path: Path, how: str, expected: float
) -> None:
    """Masks, alpha, stated numbers and black collars are missing; a dark pixel inside is not."""
    words: dict[str, Any] = {"gsd": 5.0}
    bands = _values(HOLE if how == "hole" else EDGE)
    seen = np.ones((100, 100), bool)
    seen[:20] = False
    if how == "one band":
        bands[1:] = _values((slice(0, 0), slice(0, 0)))[1:]
    elif how == "nodata":
        words["nodata"] = 0
    elif how == "alpha":
        bands.append(np.where(seen, 65535, 0).astype("uint16"))
        words |= {"photometric": "RGB", "alpha": "yes"}
    elif how == "internal":
        words["mask"] = seen
    elif how == "beside":
        deliveries.image(tmp_path / "pier_20230805_mask.tif", [seen.astype("uint8")], gsd=5.0)
    elif how == "udm beside":
        deliveries.image(tmp_path / "pier_20230805_udm.tif", [(~seen).astype("uint8")], gsd=5.0)
    elif how == "all in use":
        bands = [np.arange(10000).reshape(100, 100).astype("uint8") for _ in range(3)]
        bands[1] = bands[1][:, ::-1].copy()
        words["mask"] = seen
    deliveries.image(tmp_path / "pier_20230805.tif", bands, **words)
    (item,), _ = found(tmp_path, bands={"b02": "3", "b03": "2", "b04": "1"})
    pixels = read(item)
    assert missing(pixels).mean() == pytest.approx(expected)
    if how == "hole":
        assert (pixels.arrays["b02"] == 0).sum() == 100
    if how == "all in use":
        assert pixels.arrays["b02"].dtype == "uint16"
        assert (pixels.arrays["b02"][20:] == 0).any()


@pytest.mark.parametrize(
    ("name", "corner", "reason"),
    [
        ("udm2", (chips.WEST, chips.NORTH), "its UDM2 has 1 bands, not 8"),
        ("mask", (chips.WEST + 50, chips.NORTH), "its mask lies on another grid"),
    ],
)
def test_a_mask_that_cannot_be_trusted_is_refused(
    tmp_path: Path, name: str, corner: tuple[float, float], reason: str
) -> None:
    """The first band of a short UDM2 marks clear ground, and a shifted mask hides other ground."""
    seen = np.ones((100, 100), "uint8")
    deliveries.image(tmp_path / "pier_20230805.tif", _values(EDGE), gsd=5.0)
    deliveries.image(tmp_path / f"pier_20230805_{name}.tif", [seen], gsd=5.0, corner=corner)
    (item,), _ = found(tmp_path, bands={"b02": "3", "b03": "2", "b04": "1"})
    with pytest.raises(AcquisitionError, match=reason):
        read(item)


def test_a_download_lacks_what_its_data_mask_hides(tmp_path: Path) -> None:
    """Radar of a half that the satellite did not see is missing, and not an echo of zero."""
    search = "2023-08-27-00_00_2023-08-27-23_59_Sentinel-1_IW_VV+VH"
    seen = np.ones((120, 120), "float32")
    seen[:, 60:] = 0
    echo = deliveries.ground((120, 120)).astype("float32") / 1000
    for layer, values in (("VV", echo * seen), ("VH", echo * seen), ("dataMask", seen)):
        deliveries.image(tmp_path / f"{search}_{layer}_(Raw).tiff", [values], gsd=10.0)
    row = {"sensor": "sentinel-1", "processor": "GRD", "calibration": "metadata"}
    (item,), _ = found(tmp_path, bands={"vv": "VV", "vh": "VH"}, **row)
    pixels = read(item)
    assert missing(pixels, "vv").mean() == pytest.approx(0.5, abs=0.01)
    assert np.nanmin(pixels.arrays["vv"]) > 0


@pytest.mark.parametrize("kind", ["SAFE", "loose", "warped"])
def test_a_grd_product_is_refused_as_one(tmp_path: Path, kind: str) -> None:
    """Both polarisations of a product without calibration get one reason, and none to rename."""
    safe = "S1A_IW_GRDH_1SDV_20230827T092405_20230827T092430_050058_060626_5A3C"
    folder = tmp_path / f"{safe}.SAFE" / "measurement" if kind == "SAFE" else tmp_path
    times = "20230827t092405-20230827t092430-050058-060626"
    for number, band in ((1, "vv"), (2, "vh")):
        path = folder / f"s1a-iw-grd-{band}-{times}-00{number}.tiff"
        tied = RADAR_TIE_POINTS if kind != "warped" else {}
        deliveries.image(path, [deliveries.ground((60, 60))], gsd=10.0, **tied)
    if kind == "SAFE":
        deliveries.write_text(folder.parent / "manifest.safe", "<xfdu/>")
    row = {"sensor": "sentinel-1", "processor": "RTC", "bands": {"vv": "vv", "vh": "vh"}}
    items, reasons = found(tmp_path, **row)
    assert not items
    ((name, reason),) = reasons.items()
    assert name == (safe if kind == "SAFE" else f"s1a-iw-grd-{times}")
    assert "Sentinel-1 GRD" in reason
    assert "order the RTC product, or calibrate and terrain-correct it" in reason
    taken = recognised_delivery(deliveries.row(tmp_path, **row)).taken_for
    assert all("Sentinel-1 GRD" in words for words in taken.values())


def test_radar_without_a_projection_needs_more_than_one(tmp_path: Path) -> None:
    """Its advice is no `gdalwarp`, which leaves digital numbers as they are."""
    for band in ("vv", "vh"):
        path = tmp_path / f"s1a_20230827t092405_{band}.tif"
        deliveries.image(path, [deliveries.ground((60, 60))], gsd=10.0, **RADAR_TIE_POINTS)
    row = {"sensor": "sentinel-1", "processor": "RTC", "bands": {"vv": "vv", "vh": "vh"}}
    _, reasons = found(tmp_path, **row)
    (reason,) = reasons.values()
    assert "order the RTC product" in reason
    assert "gdalwarp" not in reason


def test_classes_that_an_image_does_not_reach_are_no_data(tmp_path: Path) -> None:
    """A classification of half the window, in whole or broken numbers, leaves half unread."""
    for dtype in ("uint8", "float32"):
        folder = tmp_path / dtype
        classes = np.full((60, 120), 4, dtype)
        deliveries.image(folder / "pier_20230805_SCL.tif", [classes], gsd=10.0)
        whole = deliveries.ground((120, 120))
        deliveries.image(folder / "pier_20230805_B02.tif", [whole], gsd=10.0)
        (item,), _ = found(folder, **{**S2, "bands": {"b02": "B02"}, "quality": "SCL"})
        quality = read(item).arrays[QUALITY]
        masks = decode_classification(quality, "sentinel-2")
        assert quality.dtype == "uint8"
        assert masks is not None
        assert masks.unread.mean() == pytest.approx(0.5, abs=0.1)
        assert masks.clear.mean() == pytest.approx(0.5, abs=0.1)


def test_a_udm2_hides_cloud_shadow_and_fill(tmp_path: Path) -> None:
    """A tenth is cloud, a twentieth is black fill: neither is stored as ground."""
    (item,), _ = found(deliveries.planet(tmp_path))
    assert missing(read(item)).mean() == pytest.approx(0.1 + 0.05 - 0.1 * 0.05)


@pytest.mark.parametrize("turned", [0.0, 7.0])
def test_odd_corners_cost_memory_by_the_window(tmp_path: Path, turned: float) -> None:
    """Half-metre pixels at odd corners, upright or turned, come onto the lattice of the site."""
    truth = deliveries.ground((400, 400))
    deliveries.image(
        tmp_path / "pier_20230805.tif", [truth] * 3, gsd=0.5, turned=turned, nodata=0,
        corner=(chips.WEST + 300.0625, chips.NORTH - 300.1875),
    )  # fmt: skip
    (item,), _ = found(tmp_path, bands={"b02": "1", "b03": "2", "b04": "3"})
    tracemalloc.start()
    pixels = read(item)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert pixels.transform.a == 0.5
    assert (pixels.transform.c - chips.WEST) % 0.5 == 0
    assert pixels.arrays["b02"].size < 1.6 * truth.size
    assert peak < 40 * truth.size
    known = pixels.arrays["b02"][~missing(pixels)]
    assert float(np.median(known)) == pytest.approx(float(np.median(truth)), rel=0.02)


def test_a_part_with_too_many_pixels_is_averaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large fine image is stored with larger pixels, each the mean of those that it holds."""
    monkeypatch.setattr(delivered_pixels_on_site_grid, "MAX_PIXELS", 10_000)
    truth = deliveries.ground((400, 400))
    deliveries.image(tmp_path / "pier_20230805.tif", [truth] * 3, gsd=0.5, nodata=0)
    (item,), _ = found(tmp_path, bands={"b02": "1", "b03": "2", "b04": "3"})
    pixels = read(item)
    assert pixels.transform.a == 2.0
    assert pixels.gsd["b02"] == 0.5
    means = truth.reshape(100, 4, 100, 4).mean(axis=(1, 3))
    assert np.abs(pixels.arrays["b02"] - means).max() <= 1


@pytest.mark.parametrize(("gsd", "fits"), [(14.0, True), (40.0, False)])
def test_an_export_coarser_than_the_measures_need_is_refused(
    tmp_path: Path, gsd: float, fits: bool
) -> None:
    """A preview of Sentinel-2 is no measurement; one a little coarser is brought to 10 m."""
    name = "2023-08-27-00_00_2023-08-27-23_59_Sentinel-2_L2A_B02_(Raw).tiff"
    bands = [deliveries.ground((60, 60)).astype("float32") / 10000]
    deliveries.image(tmp_path / name, bands, gsd=gsd, corner=(chips.WEST + 3, chips.NORTH - 3))
    (item,), _ = found(tmp_path, **{**S2, "bands": {"b02": "B02"}, "quality": ""})
    if fits:
        assert read(item).transform.a == 10.0
        return
    with pytest.raises(AcquisitionError, match="40 m, too coarse for the measures of sentinel-2"):
        read(item)


def test_degrees_are_brought_onto_the_ground(tmp_path: Path) -> None:
    """A bright block of an export in degrees lies where its corners say."""
    bands = [deliveries.ground((150, 170)) for _ in range(3)]
    for band in bands:
        band[70:80, 80:90] = 9000
    path = tmp_path / "pier_20230805.tif"
    grid = affine.Affine(1e-4, 0, 130.2085, 0, -1e-4, 42.2659)
    deliveries.image(path, bands, crs="EPSG:4326", transform=grid, nodata=0)
    (item,), _ = found(tmp_path, bands={"b02": "1", "b03": "2", "b04": "3"})
    pixels = read(item)
    rows, cols = np.nonzero(pixels.arrays["b02"] > 8000)
    x, y = pixels.transform @ (cols.mean() + 0.5, rows.mean() + 0.5)
    (there_x,), (there_y,) = rasterio.warp.transform(
        "EPSG:4326", f"EPSG:{chips.EPSG}", [130.2085 + 85e-4], [42.2659 - 75e-4]
    )
    assert (x, y) == (pytest.approx(there_x, abs=8), pytest.approx(there_y, abs=8))


def test_a_scene_carries_its_licence(tmp_path: Path) -> None:
    """The row's words stand first, else what the metadata say of rights."""
    (item,), _ = found(deliveries.airbus(tmp_path))
    assert item.licence == "made up, all rights reserved"
    (item,), _ = found(tmp_path, licence="for this study only")
    assert item.licence == "for this study only"
