"""Products of Sentinel-2 in the SAFE format: JPEG 2000 files a band, with their metadata.

Layout as in the Sentinel-2 Products Specification Document.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from skytally.imagery.acquire.deliveries.acquisition_day_from_names import one_day, parsed_time
from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile
from skytally.imagery.acquire.deliveries.delivered_scene import (
    BandSource,
    DeliveredScene,
    Recognition,
    scene_key,
)
from skytally.imagery.acquire.deliveries.vendor_metadata_parsing import (
    first_text,
    number_or_none,
    xml_tree,
)
from skytally.imagery.acquire.image_provider_table import SENTINEL_2

BAND_IDS = (
    "B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12",
)  # fmt: skip
"""Bands in the order of the identifiers in the metadata."""
COMMON_NAMES = {
    "B01": "coastal", "B02": "blue", "B03": "green", "B04": "red", "B08": "nir", "B8A": "nir08",
    "B11": "swir16", "B12": "swir22", "SCL": "scl",
}  # fmt: skip
"""Bands to the keys under which catalogues offer them, too."""
METADATA = re.compile(r"MTD_MSI(L1C|L2A)", re.IGNORECASE)
IMAGE = re.compile(r"(T\w{5})_(\d{8}T\d{6})_(B\d[0-9A]|SCL)(?:_(\d0)m)?", re.IGNORECASE)


def _calibration(root: ET.Element) -> tuple[float | None, dict[str, float]]:
    """Reflectance a stored unit, and the number added to each band before it is multiplied."""
    stated = first_text(root, "BOA_QUANTIFICATION_VALUE", "QUANTIFICATION_VALUE")
    divisor = number_or_none(stated)
    offsets = {}
    for tag in ("BOA_ADD_OFFSET", "RADIO_ADD_OFFSET"):
        for element in root.iter(tag):
            band, value = element.get("band_id", ""), number_or_none(element.text or "")
            if band.isdecimal() and int(band) < len(BAND_IDS) and value is not None:
                offsets[BAND_IDS[int(band)]] = value
    return (1 / divisor if divisor else None), offsets


def _bands(files: Sequence[DeliveredFile], root: ET.Element) -> tuple[BandSource, ...]:
    """Each band in its finest file, and under the name of every resolution."""
    scale, offsets = _calibration(root)
    finest: dict[str, tuple[int, DeliveredFile]] = {}
    exact: list[BandSource] = []
    for file in files:
        match = IMAGE.fullmatch(file.stem)
        if match is None or "/QI_DATA/" in f"/{file.path}":
            continue
        band, gsd = match[3].upper(), int(match[4] or 0)
        found = finest.get(band)
        if found is None or gsd < found[0]:
            finest[band] = (gsd, file)
        if gsd:
            exact.append(_source(f"{band}_{gsd}m", band, file, scale, offsets))
    best = [_source(band, band, file, scale, offsets) for band, (_, file) in finest.items()]
    return (*best, *exact)


def _source(
    name: str, band: str, file: DeliveredFile, scale: float | None, offsets: dict[str, float]
) -> BandSource:
    names = (name.lower(), *([COMMON_NAMES[band]] if name == band in COMMON_NAMES else ()))
    if band == "SCL":
        return BandSource(tuple(dict.fromkeys(names)), (file,), 1, 1, nodata=0.0)
    offset = None if scale is None else offsets.get(band, 0.0) * scale
    return BandSource(tuple(dict.fromkeys(names)), (file,), 1, 1, scale, offset, 0.0)


def _scene(metadata: DeliveredFile, files: Sequence[DeliveredFile], level: str) -> DeliveredScene:
    folder, _, product = metadata.folder.rpartition("/")
    name = product.removesuffix(".SAFE") or metadata.stem
    scene = DeliveredScene(
        scene_key(folder, name), f"Sentinel-2 {level}", None, "", (), sensor=SENTINEL_2,
        level=level,
    )  # fmt: skip
    try:
        root = xml_tree(metadata)
        inner = _granule(files)
        bands = _bands(files, root)
        tiled = next((IMAGE.fullmatch(band.files[0].stem) for band in bands), None)
        return replace(
            scene, moment=_moment(metadata, root, inner, tiled), clue=metadata.name, bands=bands,
            tile=tiled[1][1:].upper() if tiled else "",
            platform=first_text(root, "SPACECRAFT_NAME").lower(),
            baseline=first_text(root, "PROCESSING_BASELINE"),
            relative_orbit=int(number_or_none(first_text(root, "SENSING_ORBIT_NUMBER")) or 0)
            or None,
            orbit_state=first_text(root, "SENSING_ORBIT_DIRECTION").lower(),
            cloud_cover=number_or_none(first_text(root, "Cloud_Coverage_Assessment")),
            fault="" if bands else "no band lies in its IMG_DATA",
            sun_zenith=_sun(inner, "ZENITH_ANGLE"), sun_azimuth=_sun(inner, "AZIMUTH_ANGLE"),
        )  # fmt: skip
    except (ValueError, OSError) as error:
        return replace(scene, fault=str(error))


def _granule(files: Sequence[DeliveredFile]) -> ET.Element | None:
    """Metadata of the granule, None where they are not there."""
    file = next((each for each in files if each.name.upper() == "MTD_TL.XML"), None)
    return None if file is None else xml_tree(file)


def _moment(
    metadata: DeliveredFile,
    root: ET.Element,
    granule: ET.Element | None,
    tiled: re.Match[str] | None,
) -> datetime:
    """Time of a granule, which product, granule and the names of its files must agree on."""
    moments = []
    sensed = "" if granule is None else first_text(granule, "SENSING_TIME")
    if sensed:
        moments.append(("MTD_TL.xml", parsed_time(sensed)))
    started = first_text(root, "PRODUCT_START_TIME", "DATATAKE_SENSING_START")
    if started:
        moments.append((metadata.name, parsed_time(started)))
    if not moments:
        message = "no time: its metadata have no PRODUCT_START_TIME"
        raise ValueError(message)
    if tiled:
        moments.append((f"the name {tiled[0]}", parsed_time(tiled[2])))
    one_day(moments)
    return moments[0][1]


def _sun(granule: ET.Element | None, tag: str) -> float | None:
    """Mean angle of the sun; None where the metadata of the granule are not there."""
    mean = None if granule is None else next(granule.iter("Mean_Sun_Angle"), None)
    return None if mean is None else number_or_none(first_text(mean, tag))


def recognise(files: Sequence[DeliveredFile], recognition: Recognition, _counts: Any) -> None:
    """Find the products of Sentinel-2 among some files, and say what each file was taken for."""
    for file in recognition.unclaimed(files):
        match = METADATA.fullmatch(file.stem)
        if match is None or file.suffix != ".xml":
            continue
        below = f"{file.folder}/" if file.folder else ""
        inside = [each for each in recognition.unclaimed(files) if each.path.startswith(below)]
        scene = _scene(file, inside, match[1].upper())
        recognition.add(scene, [file, *(f for f in inside if f.name.upper() == "MTD_TL.XML")])
        recognition.claim(inside, f"part of {scene.key}, not read")
