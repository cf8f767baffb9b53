"""Products of Airbus: Pleiades, Pleiades Neo and SPOT in DIMAP version 2, JPEG 2000 or GeoTIFF.

Layout as of the vendor's user guides and of the DIMAP 2 files that open projects keep for tests:
``DIM_*.XML`` names the tiles and, for Pleiades Neo, the bands of each file; in the four-band files
of Pleiades and SPOT the bands stand in the order of display, red first, near infrared last.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
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
    listed_path,
    number_or_none,
    texts,
    xml_tree,
)

BAND_NAMES = {
    "P": ("pan",), "PAN": ("pan",), "B0": ("blue",), "B1": ("green",), "B2": ("red",),
    "B3": ("nir",), "R": ("red",), "G": ("green",), "B": ("blue",), "NIR": ("nir",),
    "RE": ("rededge",), "DB": ("deep_blue", "coastal_blue"),
}  # fmt: skip
"""Identifiers of bands in the metadata to names under which a row may ask for them."""
PLATFORMS = {"PHR": "pleiades", "PNEO": "pleiades-neo", "SPOT": "spot", "PER": "perusat"}
CHANNELS = ("RED_CHANNEL", "GREEN_CHANNEL", "BLUE_CHANNEL", "ALPHA_CHANNEL")


def _layer_ids(group: ET.Element, root: ET.Element) -> list[tuple[int, str]]:
    """List number and identifier of each band in one group of files."""
    listed = [
        (int(number_or_none(first_text(each, "BAND_INDEX")) or 0), first_text(each, "BAND_ID"))
        for each in group.iter("Raster_Index")
    ]
    if listed:
        return listed
    shown = [text for tag in CHANNELS for text in texts(root, tag)[:1]]
    count = int(number_or_none(first_text(root, "NBANDS")) or 0)
    if count == 1:
        return [(1, "P")]
    if not shown or len(shown) < count:
        message = f"its metadata name {len(shown)} of {count} bands"
        raise ValueError(message)
    return list(enumerate(shown[:count], start=1))


def _moments(root: ET.Element, name: str) -> list[tuple[str, datetime]]:
    found = []
    for source in [*root.iter("Source_Identification"), *root.iter("Strip_Source")]:
        day, time = first_text(source, "IMAGING_DATE"), first_text(source, "IMAGING_TIME")
        if day:
            found.append((name, parsed_time(f"{day}T{time or '00:00:00'}")))
    return found


def _path_of(name: str, place: str, folder: dict[str, DeliveredFile]) -> str:
    """Path of an image that metadata list; beside them, where the listed folder is not here."""
    path = scene_key(place, listed_path(name)).upper()
    beside = scene_key(place, PurePosixPath(listed_path(name)).name).upper()
    return path if path in folder or beside not in folder else beside


def _bands(
    root: ET.Element, folder: dict[str, DeliveredFile], place: str
) -> tuple[BandSource, ...]:
    special = {
        first_text(each, "SPECIAL_VALUE_TEXT"): first_text(each, "SPECIAL_VALUE_COUNT")
        for each in root.iter("Special_Value")
    }
    nodata = number_or_none(special.get("NODATA", ""))
    bands: list[BandSource] = []
    for group in root.iter("Data_Files"):
        names = [str(each.get("href")) for each in group.iter("DATA_FILE_PATH") if each.get("href")]
        paths = [_path_of(name, place, folder) for name in names]
        absent = [name for name, path in zip(names, paths, strict=True) if path not in folder]
        if absent:
            message = f"its metadata list images that are not here: {', '.join(absent)}"
            raise ValueError(message)
        tiles = tuple(folder[path] for path in paths)
        layers = _layer_ids(group, root)
        bands += [
            BandSource(BAND_NAMES.get(word, (word.lower(),)), tiles, layer, len(layers),
                       nodata=nodata)
            for layer, word in layers
        ]  # fmt: skip
    if not bands:
        message = "its metadata list no image"
        raise ValueError(message)
    return tuple(bands)


def _scene(file: DeliveredFile, folder: dict[str, DeliveredFile]) -> DeliveredScene:
    key = scene_key(file.folder, file.stem.removeprefix("DIM_"))
    scene = DeliveredScene(key, "Airbus", None, "", (), sensor="other")
    try:
        root = xml_tree(file)
        moments = _moments(root, file.name)
        if not moments:
            message = "no time: its metadata have no IMAGING_DATE"
            raise ValueError(message)
        mission = first_text(root, "MISSION")
        index = first_text(root, "MISSION_INDEX")
        elevation = number_or_none(first_text(root, "SUN_ELEVATION"))
        name = next((word for begin, word in PLATFORMS.items() if mission.startswith(begin)), "")
        kind = first_text(root, "SPECTRAL_PROCESSING")
        return replace(
            scene, product=f"Airbus, {mission} {index} {kind}".strip(), moment=one_day(moments),
            clue=file.name, bands=_bands(root, folder, file.folder),
            platform="-".join(part for part in (name or mission.lower(), index.lower()) if part),
            cloud_cover=number_or_none(first_text(root, "CLOUD_COVERAGE")),
            sun_zenith=None if elevation is None else 90 - elevation,
            sun_azimuth=number_or_none(first_text(root, "SUN_AZIMUTH")),
            view_zenith=number_or_none(first_text(root, "INCIDENCE_ANGLE")),
            copyright_notice=first_text(root, "COPYRIGHT"),
        )  # fmt: skip
    except (ValueError, OSError) as error:
        return replace(scene, fault=str(error))


def recognise(files: Sequence[DeliveredFile], recognition: Recognition, _counts: Any) -> None:
    """Find the products of Airbus among some files, and say what each file was taken for."""
    by_path = {file.path.upper(): file for file in files}
    for file in recognition.unclaimed(files):
        if file.suffix != ".xml" or not file.name.upper().startswith("DIM_"):
            continue
        scene = _scene(file, by_path)
        recognition.add(scene, [file])
        beside = [
            each
            for each in recognition.unclaimed(files)
            if each.path.startswith(f"{file.folder}/" if file.folder else "")
            and (each.name.upper().startswith("IMG_") or file.folder)
        ]
        recognition.claim(beside, f"beside {scene.key}: {scene.fault or 'not read'}")
