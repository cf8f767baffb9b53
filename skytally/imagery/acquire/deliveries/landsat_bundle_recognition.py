"""Landsat Collection 2 as the USGS delivers it: one GeoTIFF a band, and an MTL file.

Layout as in the USGS' Landsat 8-9 Collection 2 Level 2 Science Product Guide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from skytally.imagery.acquire.deliveries.acquisition_day_from_names import parsed_time
from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile
from skytally.imagery.acquire.deliveries.delivered_scene import (
    BandSource,
    DeliveredScene,
    Recognition,
    scene_key,
)
from skytally.imagery.acquire.deliveries.vendor_metadata_parsing import (
    grouped_parameters,
    json_object,
    number_or_none,
    xml_tree,
)
from skytally.imagery.acquire.image_provider_table import LANDSAT

METADATA = re.compile(r"(L[COTEM]\d\d_.+)_MTL", re.IGNORECASE)
BAND = re.compile(r"_(SR_B\d+|ST_B\d+|B\d+|QA_PIXEL|QA_RADSAT|SR_QA_AEROSOL)$", re.IGNORECASE)
COMMON_NAMES = {
    "8": {"2": "blue", "3": "green", "4": "red", "5": "nir08", "6": "swir16", "7": "swir22"},
    "5": {"1": "blue", "2": "green", "3": "red", "4": "nir08", "5": "swir16", "7": "swir22"},
}
"""Number of a band to the key under which catalogues offer it, for Landsat 8 and 9, and before."""
LEVELS = {"L2SP": "C2L2", "L2SR": "C2L2", "L1TP": "C2L1", "L1GT": "C2L1", "L1GS": "C2L1"}
"""Processing in the words of the metadata to that of the providers' rows."""

Groups = dict[str, dict[str, str]]


def _groups(file: DeliveredFile) -> Groups:
    """Read the groups of an MTL file in any of its three forms."""
    if file.suffix == ".txt":
        return grouped_parameters(file)
    if file.suffix == ".json":
        content = json_object(file)
        content = content.get("LANDSAT_METADATA_FILE", content)
        return {
            str(name): {str(key): str(text) for key, text in values.items()}
            for name, values in content.items()
            if isinstance(values, dict)
        }
    return {
        group.tag: {each.tag: (each.text or "").strip() for each in group}
        for group in xml_tree(file)
    }


def _value(groups: Groups, key: str) -> str:
    return next((values[key] for values in groups.values() if key in values), "")


def _calibration(groups: Groups, number: str, level: str) -> tuple[float | None, float | None]:
    """Scale and offset of reflectance of one band, of the level of the product."""
    wanted = "LEVEL2_SURFACE_REFLECTANCE" if level == "C2L2" else "LEVEL1_RADIOMETRIC"
    for name, values in groups.items():
        if name.startswith(wanted):
            scale = number_or_none(values.get(f"REFLECTANCE_MULT_BAND_{number}", ""))
            offset = number_or_none(values.get(f"REFLECTANCE_ADD_BAND_{number}", ""))
            if scale is not None and offset is not None:
                return scale, offset
    return None, None


def _bands(
    product: str, files: Sequence[DeliveredFile], groups: Groups, level: str
) -> tuple[BandSource, ...]:
    newer = _value(groups, "SPACECRAFT_ID") in ("LANDSAT_8", "LANDSAT_9")
    common = COMMON_NAMES["8" if newer else "5"]
    bands = []
    for file in files:
        match = BAND.search(file.stem)
        if match is None or file.suffix not in (".tif", ".tiff"):
            continue
        word = match[1].upper()
        names = [word.lower()]
        scale = offset = None
        number = word.removeprefix("SR_").removeprefix("B")
        if word.startswith(("SR_B", "B")) and number.isdecimal():
            names += [f"b{number}", *([common[number]] if number in common else ())]
            scale, offset = _calibration(groups, number, level)
        qa = word.startswith("QA_PIXEL")
        nodata = 1.0 if qa else 0.0
        bands.append(BandSource(tuple(dict.fromkeys(names)), (file,), 1, 1, scale, offset, nodata))
    if not bands:
        message = f"no band of {product} beside its metadata"
        raise ValueError(message)
    return tuple(bands)


def _scene(product: str, metadata: DeliveredFile, files: Sequence[DeliveredFile]) -> DeliveredScene:
    scene = DeliveredScene(
        scene_key(metadata.folder, product), "Landsat Collection 2", None, "", (), sensor=LANDSAT
    )
    try:
        groups = _groups(metadata)
        day, time = _value(groups, "DATE_ACQUIRED"), _value(groups, "SCENE_CENTER_TIME")
        if not day:
            message = "no time: its metadata have no DATE_ACQUIRED"
            raise ValueError(message)
        stated = _value(groups, "PROCESSING_LEVEL")
        level = LEVELS.get(stated, stated)
        elevation = number_or_none(_value(groups, "SUN_ELEVATION"))
        path, row = (_value(groups, f"WRS_{word}") for word in ("PATH", "ROW"))
        return replace(
            scene, product=f"Landsat {stated}", moment=parsed_time(f"{day}T{time or '00:00:00'}"),
            clue=metadata.name, bands=_bands(product, files, groups, level), level=level,
            platform=_value(groups, "SPACECRAFT_ID").lower().replace("_", "-"),
            baseline=_value(groups, "COLLECTION_NUMBER"),
            relative_orbit=int(path) if path.isdecimal() else None,
            tile=f"{path.zfill(3)}{row.zfill(3)}" if path and row else "",
            cloud_cover=number_or_none(_value(groups, "CLOUD_COVER")),
            sun_zenith=None if elevation is None else 90 - elevation,
            sun_azimuth=number_or_none(_value(groups, "SUN_AZIMUTH")),
        )  # fmt: skip
    except (ValueError, OSError) as error:
        return replace(scene, fault=str(error))


def recognise(files: Sequence[DeliveredFile], recognition: Recognition, _counts: Any) -> None:
    """Find the bundles of Landsat among some files, and say what each file was taken for."""
    order = (".txt", ".json", ".xml")
    bundles: dict[tuple[str, str], list[DeliveredFile]] = {}
    for file in recognition.unclaimed(files):
        match = METADATA.fullmatch(file.stem)
        if match and file.suffix in order:
            bundles.setdefault((file.folder, match[1]), []).append(file)
    for (folder, product), metadata in bundles.items():
        metadata.sort(key=lambda file: order.index(file.suffix))
        inside = [
            each
            for each in recognition.unclaimed(files)
            if each.folder == folder and each.name.startswith(f"{product}_")
        ]
        scene = _scene(product, metadata[0], inside)
        recognition.add(scene, metadata)
        recognition.claim(inside, f"part of {scene.key}, not read")
