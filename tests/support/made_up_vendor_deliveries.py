"""Made-up deliveries of image vendors, in the layouts that they publish, over one test site.

Nothing here is a vendor's image or metadata file: names and elements follow the published
layouts, numbers and pixels are drawn.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
import rasterio
from scipy.ndimage import gaussian_filter

from skytally.imagery.acquire.image_provider_table import Provider
from tests.support import simulated_scenes_and_sites as chips

DAY = "2023-08-27"
MOMENT = "2023-08-27T02:15:49Z"
PLANET_ITEM = "20230827_021549_12_2486"
S2_NAME = "S2A_MSIL2A_20230827T021549_N0509_R003_T52TFN_20230827T054821"
LANDSAT_NAME = "LC08_L2SP_114031_20230827_20230902_02_T1"
MAXAR_NAME = "23AUG27021549-M2AS-059123456010_01_P001"
AIRBUS_NAME = "PHR1B_MS_202308270215491_ORT_6153375101-2"
PNEO_NAME = "PNEO4_202308270215491_MS-FS_ORT_PWOI_000071864_1_1_F_1"

SENTINEL_2_ROW: dict[str, Any] = {
    "sensor": "sentinel-2",
    "processor": "L2A",
    "bands": {"b02": "B02", "b03": "green", "b04": "B04_10m", "b08": "B08"},
    "quality": "SCL",
    "calibration": "metadata",
}
"""Words of a row for products of Sentinel-2."""


def row(folder: Path, bands: dict[str, str] | None = None, **words: Any) -> Provider:
    """Make the row of a provider whose folder holds a delivery."""
    known: dict[str, Any] = {
        "name": "mine",
        "kind": "folder",
        "url": str(folder),
        "collection": "",
        "sensor": "other",
        "processor": "as delivered",
        "bands": bands or {"b02": "blue", "b03": "green", "b04": "red", "b08": "nir"},
        "quality": "",
        "signing": "none",
        "calibration": "linear",
        "page_size": 1,
        "label": "",
    }
    return Provider(**{**known, **words})


def ground(shape: tuple[int, int], *, seed: int = 0, low: int = 400) -> npt.NDArray[np.uint16]:
    """Draw stored numbers with the detail of ground, none of them 0."""
    random = np.random.default_rng(seed)
    detail = gaussian_filter(random.normal(size=shape), 2)
    return np.asarray(low + 200 * (detail - detail.min()), "uint16")


def image(
    path: Path,
    bands: list[npt.NDArray[Any]],
    *,
    gsd: float = 3.0,
    corner: tuple[float, float] = (chips.WEST, chips.NORTH),
    turned: float = 0.0,
    mask: npt.NDArray[np.bool_] | None = None,
    **profile: Any,
) -> Path:
    """Write an image; `mask` becomes a mask inside the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    grid = affine.Affine.translation(*corner) @ affine.Affine.rotation(turned)
    jpeg_2000 = path.suffix.lower() == ".jp2"
    lossless = {"QUALITY": "100", "REVERSIBLE": "YES"} if jpeg_2000 else {}
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(
            path,
            "w",
            **{
                "driver": "JP2OpenJPEG" if jpeg_2000 else "GTiff",
                "count": len(bands),
                "height": bands[0].shape[0],
                "width": bands[0].shape[1],
                "dtype": bands[0].dtype.name,
                "crs": f"EPSG:{chips.EPSG}",
                "transform": grid @ affine.Affine.scale(gsd, -gsd),
                **lossless,
                **profile,
            },
        ) as dataset,
    ):
        dataset.write(np.stack(bands))
        if mask is not None:
            dataset.write_mask(mask)
    return path


def plain(folder: Path, name: str, **words: Any) -> Path:
    """Write an image of one or more bands under a name of no vendor."""
    bands = words.pop("bands", 1)
    return image(folder / name, [ground((60, 60), seed=n) for n in range(bands)], **words)


def write_text(path: Path, text: str) -> Path:
    """Write a metadata file, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def planet(folder: Path, *, count: int = 4, acquired: str = MOMENT) -> Path:
    """Make an order of one PlanetScope scene: surface reflectance, UDM2, metadata, manifest."""
    here = folder / "PSScene"
    asset = "AnalyticMS_SR_8b_clip" if count == 8 else "AnalyticMS_SR_clip"
    shape = (200, 200)
    image(
        here / f"{PLANET_ITEM}_3B_{asset}.tif",
        [ground(shape, seed=band, low=400 + 300 * band) for band in range(count)],
        nodata=0,
    )
    udm = np.zeros((8, *shape), "uint8")
    udm[0], udm[5, :20], udm[7, :, :10] = 1, 1, 1
    image(here / f"{PLANET_ITEM}_3B_udm2_clip.tif", list(udm))
    properties = {
        "acquired": acquired,
        "item_type": "PSScene",
        "satellite_id": "2486",
        "sun_elevation": 52.0,
        "cloud_cover": 0.05,
        "view_angle": 3.1,
    }
    item = {"id": PLANET_ITEM, "type": "Feature", "properties": properties}
    write_text(here / f"{PLANET_ITEM}_metadata.json", json.dumps(item))
    write_text(folder / "manifest.json", json.dumps({"name": "", "files": []}))
    return folder


def composite(folder: Path, *moments: str, name: str = "composite") -> Path:
    """Make a composite of Planet: one image and its mask, with the metadata of its scenes."""
    shape = (200, 200)
    image(folder / f"{name}.tif", [ground(shape, seed=band) for band in range(4)], nodata=0)
    udm = np.zeros((8, *shape), "uint8")
    udm[0], udm[5, :20] = 1, 1
    image(folder / f"{name}_udm2.tif", list(udm))
    for place, moment in enumerate(moments):
        item = f"{moment[:10].replace('-', '')}_0215{place:02}_84_24bb"
        properties = {"acquired": moment, "item_type": "PSScene", "satellite_id": "24bb"}
        content = {"id": item, "type": "Feature", "properties": properties}
        write_text(folder / f"{item}_metadata.json", json.dumps(content))
        write_text(folder / f"{item}_3B_AnalyticMS_metadata.xml", "<x/>")
    write_text(folder / "manifest.json", json.dumps({"name": "", "files": []}))
    return folder


def maxar(folder: Path, *, first_line: str = f"{DAY}T02:15:49.123456Z") -> Path:
    """Make a product of two tiles with IMD, XML and TIL."""
    here = folder / "059123456010_01" / "059123456010_01_P001_MUL"
    letters = ("B", "G", "R", "N")
    for tile in (1, 2):
        image(
            here / f"{MAXAR_NAME.replace('M2AS', f'M2AS_R1C{tile}')}.TIF",
            [ground((150, 150), seed=band + 10 * tile) for band in range(4)],
            gsd=2.0,
            corner=(chips.WEST + 300 * (tile - 1), chips.NORTH),
        )
    bands = "".join(
        f"BEGIN_GROUP = BAND_{letter}\n\tabsCalFactor = 9.0e-03;\nEND_GROUP = BAND_{letter}\n"
        for letter in letters
    )
    write_text(
        here / f"{MAXAR_NAME}.IMD",
        f'version = "28.3";\nbandId = "BGRN";\n{bands}BEGIN_GROUP = IMAGE_1\n\tsatId = "WV02";\n'
        f"\tfirstLineTime = {first_line};\n\tmeanSunEl = 52.0;\n\tcloudCover = 0.018;\n"
        "END_GROUP = IMAGE_1\nEND;\n",
    )
    tiles = "".join(
        f"BEGIN_GROUP = TILE_{tile}\n"
        f'\tfilename = "{MAXAR_NAME.replace("M2AS", f"M2AS_R1C{tile}")}.TIF";\n'
        f"END_GROUP = TILE_{tile}\n"
        for tile in (1, 2)
    )
    write_text(here / f"{MAXAR_NAME}.TIL", f'bandId = "BGRN";\nnumTiles = 2;\n{tiles}END;\n')
    write_text(
        here / f"{MAXAR_NAME}.XML",
        "<isd><IMD><BANDID>BGRN</BANDID><IMAGE><SATID>WV02</SATID>"
        f"<FIRSTLINETIME>{DAY}T02:15:49.123456Z</FIRSTLINETIME></IMAGE></IMD></isd>",
    )
    write_text(here / "059123456010_01_P001_README.TXT", "made up")
    return folder


def maxar_pan(folder: Path, *, first_line: str = f"{DAY}T02:15:49.123456Z") -> Path:
    """Make the panchromatic product that an order holds beside the one in colours."""
    here = folder / "059123456010_01" / "059123456010_01_P001_PAN"
    name = MAXAR_NAME.replace("M2AS", "P2AS")
    image(here / f"{name}.TIF", [ground((300, 300), seed=7)], gsd=1.0)
    write_text(
        here / f"{name}.IMD",
        'version = "28.3";\nbandId = "P";\nBEGIN_GROUP = BAND_P\n\tabsCalFactor = 9.0e-03;\n'
        'END_GROUP = BAND_P\nBEGIN_GROUP = IMAGE_1\n\tsatId = "WV02";\n'
        f"\tfirstLineTime = {first_line};\nEND_GROUP = IMAGE_1\nEND;\n",
    )
    return folder


def _dimap(sources: str, files: str, display: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Dimap_Document><Dataset_Identification>'
        "<Legal_Constraints><COPYRIGHT>made up, all rights reserved</COPYRIGHT></Legal_Constraints>"
        f"</Dataset_Identification>{sources}<Raster_Data><Data_Access>{files}</Data_Access>"
        f"{display}</Raster_Data></Dimap_Document>"
    )


def _source(mission: str, index: str, day: str) -> str:
    return (
        "<Dataset_Sources><Source_Identification><Strip_Source>"
        f"<MISSION>{mission}</MISSION><MISSION_INDEX>{index}</MISSION_INDEX>"
        f"<IMAGING_DATE>{day}</IMAGING_DATE><IMAGING_TIME>02:15:49.1Z</IMAGING_TIME>"
        "</Strip_Source></Source_Identification></Dataset_Sources>"
    )


def airbus(
    folder: Path, *, days: tuple[str, ...] = (DAY,), suffix: str = ".JP2", gsd: float = 2.0
) -> Path:
    """Make a Pleiades product in DIMAP 2: four bands in one JPEG 2000 file, red first."""
    here = folder / "6153375101" / "IMG_PHR1B_MS_002"
    name = f"IMG_{AIRBUS_NAME}_R1C1{suffix}"
    bands = [ground((240, 240), seed=band, low=300 + 500 * band) for band in range(4)]
    bands[0][:20] = bands[1][:20] = bands[2][:20] = bands[3][:20] = 0
    image(here / name, bands, gsd=gsd)
    shown = "".join(
        f"<{tag}_CHANNEL>{band}</{tag}_CHANNEL>"
        for tag, band in zip(
            ("RED", "GREEN", "BLUE", "ALPHA"), ("B2", "B1", "B0", "B3"), strict=True
        )
    )
    display = (
        "<Raster_Dimensions><NBANDS>4</NBANDS></Raster_Dimensions><Raster_Display>"
        f"<Band_Display_Order>{shown}</Band_Display_Order><Special_Value>"
        "<SPECIAL_VALUE_TEXT>NODATA</SPECIAL_VALUE_TEXT><SPECIAL_VALUE_COUNT>0"
        "</SPECIAL_VALUE_COUNT></Special_Value></Raster_Display>"
    )
    files = f'<Data_Files><Data_File><DATA_FILE_PATH href="{name}"/></Data_File></Data_Files>'
    sources = "".join(_source("PHR", "1B", day) for day in days)
    write_text(here / f"DIM_{AIRBUS_NAME}.XML", _dimap(sources, files, display))
    lineage = _source("PHR", "1A", "2019-01-01")
    write_text(here / "LINEAGE" / f"STRIP_{AIRBUS_NAME}_DIM.XML", _dimap(lineage, ""))
    write_text(here.parent / "VOL_PHR.XML", _dimap("", ""))
    return folder


def pleiades_neo(folder: Path) -> Path:
    """Make a Pleiades Neo product: red, green, blue in one file, the other bands in a second."""
    here = folder / "000071864" / "IMG_01_PNEO4_MS-FS"
    groups = ""
    for place, (word, ids) in enumerate((("RGB", ("R", "G", "B")), ("NED", ("NIR", "RE", "DB")))):
        name = f"IMG_{PNEO_NAME}_{word}_R1C1.TIF"
        image(
            here / name,
            [ground((150, 150), seed=10 * place + band) for band in range(3)],
            gsd=1.2,
            nodata=0,
        )
        indexed = "".join(
            f"<Raster_Index><BAND_ID>{band}</BAND_ID><BAND_INDEX>{index}</BAND_INDEX>"
            "</Raster_Index>"
            for index, band in enumerate(ids, start=1)
        )
        groups += (
            f'<Data_Files><Data_File><DATA_FILE_PATH href="{name}"/></Data_File><Raster_Display>'
            f"<Raster_Index_List>{indexed}</Raster_Index_List></Raster_Display></Data_Files>"
        )
    text = _dimap(_source("PNEO", "4", DAY), groups)
    write_text(here / f"DIM_{PNEO_NAME}.XML", text)
    return folder


def sentinel2(folder: Path, *, level: str = "L2A", sensed: str = MOMENT) -> Path:
    """Make a SAFE product: bands as JPEG 2000 at 10, 20 and 60 m, and its metadata."""
    name = S2_NAME.replace("L2A", level)
    safe = folder / f"{name}.SAFE"
    granule = safe / "GRANULE" / "L2A_T52TFN_A042713_20230827T021550"
    stored = chips.numbers()
    for band, gsd in (("B02", 10), ("B03", 10), ("B04", 10), ("B08", 10), ("SCL", 20)):
        key = "quality" if band == "SCL" else band.lower()
        step = gsd // chips.gsd_of(key)
        image(
            granule / "IMG_DATA" / f"R{gsd}m" / f"T52TFN_20230827T021549_{band}_{gsd}m.jp2",
            [stored[key][::step, ::step]],
            gsd=float(gsd),
        )
    image(
        granule / "IMG_DATA" / "R20m" / "T52TFN_20230827T021549_B02_20m.jp2",
        [np.ascontiguousarray(stored["b02"][::2, ::2])],
        gsd=20.0,
    )
    offsets = "".join(
        f'<BOA_ADD_OFFSET band_id="{band}">-1000</BOA_ADD_OFFSET>' for band in range(13)
    )
    write_text(
        safe / f"MTD_MSI{level}.xml",
        '<n1:Level-2A_User_Product xmlns:n1="urn:made-up"><Product_Info>'
        f"<PRODUCT_START_TIME>{sensed}</PRODUCT_START_TIME>"
        "<PROCESSING_BASELINE>05.09</PROCESSING_BASELINE>"
        "<SPACECRAFT_NAME>Sentinel-2A</SPACECRAFT_NAME>"
        "<SENSING_ORBIT_NUMBER>3</SENSING_ORBIT_NUMBER>"
        "<SENSING_ORBIT_DIRECTION>DESCENDING</SENSING_ORBIT_DIRECTION></Product_Info>"
        "<BOA_QUANTIFICATION_VALUE unit='none'>10000</BOA_QUANTIFICATION_VALUE>"
        f"{offsets}</n1:Level-2A_User_Product>",
    )
    write_text(
        granule / "MTD_TL.xml",
        f"<Granule><SENSING_TIME>{sensed}</SENSING_TIME><Mean_Sun_Angle>"
        "<ZENITH_ANGLE>38.1</ZENITH_ANGLE><AZIMUTH_ANGLE>150.2</AZIMUTH_ANGLE>"
        "</Mean_Sun_Angle></Granule>",
    )
    return folder


def landsat(folder: Path, *, level: str = "L2SP") -> Path:
    """Make a bundle of Collection 2: one GeoTIFF a band, and its MTL file."""
    name = LANDSAT_NAME.replace("L2SP", level)
    shape = (60, 60)
    words = {"SR_B2": 2, "SR_B3": 3, "SR_B4": 4, "SR_B5": 5, "SR_B6": 6}
    corner = (chips.WEST - 285, chips.NORTH + 285)
    for word, seed in words.items():
        band = np.asarray(7000 + 4 * ground(shape, seed=seed), "uint16")
        image(folder / name / f"{name}_{word}.TIF", [band], gsd=30.0, corner=corner, nodata=0)
    quality = np.full(shape, 21824, "uint16")
    image(folder / name / f"{name}_QA_PIXEL.TIF", [quality], gsd=30.0, corner=corner, nodata=1)
    scaling = "".join(
        f"    REFLECTANCE_MULT_BAND_{band} = 2.75e-05\n    REFLECTANCE_ADD_BAND_{band} = -0.2\n"
        for band in range(1, 8)
    )
    top = scaling.replace("2.75e-05", "2.0000E-05").replace("-0.2", "-0.100000")
    write_text(
        folder / name / f"{name}_MTL.txt",
        "GROUP = LANDSAT_METADATA_FILE\n  GROUP = PRODUCT_CONTENTS\n"
        f'    LANDSAT_PRODUCT_ID = "{name}"\n    PROCESSING_LEVEL = "{level}"\n'
        "    COLLECTION_NUMBER = 02\n  END_GROUP = PRODUCT_CONTENTS\n"
        '  GROUP = IMAGE_ATTRIBUTES\n    SPACECRAFT_ID = "LANDSAT_8"\n    WRS_PATH = 114\n'
        f"    WRS_ROW = 31\n    DATE_ACQUIRED = {DAY}\n\n"
        '    SCENE_CENTER_TIME = "02:15:49.1234567Z"\n'
        "    SUN_ELEVATION = 52.0\n  END_GROUP = IMAGE_ATTRIBUTES\n"
        f"  GROUP = LEVEL1_RADIOMETRIC_RESCALING\n{top}  END_GROUP = LEVEL1_RADIOMETRIC_RESCALING\n"
        f"  GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS\n{scaling}"
        "  END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS\n"
        "END_GROUP = LANDSAT_METADATA_FILE\nEND\n",
    )
    return folder


def browser(folder: Path, *, first: str = DAY, last: str = DAY, colon: str = "_") -> Path:
    """Make a download of raw bands from a web viewer, in degrees, and a picture beside it."""
    search = f"{first}-00{colon}00_{last}-23{colon}59_Sentinel-2_L2A"
    shape = (150, 170)
    for place, band in enumerate(("B02", "B03", "B04", "B08")):
        reflectance = ground(shape, seed=place).astype("float32") / 10000
        path = folder / f"{search}_{band}_(Raw).tiff"
        path.parent.mkdir(parents=True, exist_ok=True)
        with rasterio.open(
            path, "w", driver="GTiff", count=1, height=shape[0], width=shape[1], dtype="float32",
            crs="EPSG:4326", transform=affine.Affine(1e-4, 0, 130.2085, 0, -1e-4, 42.2659),
        ) as dataset:  # fmt: skip
            dataset.write(reflectance, 1)
    (folder / f"{search}_True_color.jpg").write_bytes(b"a picture")
    return folder


def zipped(folder: Path, archive: Path) -> Path:
    """Pack a folder into one archive, as an order is delivered."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(folder))
    return archive
