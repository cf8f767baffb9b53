"""Downloads from web viewers: Copernicus Browser, EO Browser and the Sentinel Hub API.

Names as the viewers give them: begin and end of the search, data set, then the layer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from skytally.imagery.acquire.deliveries.acquisition_day_from_names import parsed_time
from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile
from skytally.imagery.acquire.deliveries.delivered_scene import (
    VALID_WHERE_NONZERO,
    BandSource,
    DeliveredScene,
    MaskSource,
    Recognition,
    scene_key,
)
from skytally.imagery.acquire.deliveries.sentinel2_safe_recognition import COMMON_NAMES
from skytally.imagery.acquire.deliveries.vendor_metadata_parsing import json_object
from skytally.imagery.acquire.image_provider_table import LANDSAT, SENTINEL_1, SENTINEL_2

BROWSER_EXPORT, HUB_REQUEST = "browser export", "Sentinel Hub request"
"""What the downloads are called for readers."""
CLOCK = r"(\d{2})[:_-]?(\d{2})"
NAME = re.compile(
    rf"(\d{{4}}-\d{{2}}-\d{{2}})-{CLOCK}_(\d{{4}}-\d{{2}}-\d{{2}})-{CLOCK}"
    r"_(?P<layer>.+?)(?: ?\(\d+\))?"
)
"""Begin and end of the search, then data set and layer; a number follows a second download."""
RAW = re.compile(
    r"(?P<set>.+?)_(?P<band>B\d[0-9A]|SCL|VV|VH|HH|HV|dataMask)_\(Raw\)", re.IGNORECASE
)
SENSORS = {"sentinel-2": SENTINEL_2, "sentinel-1": SENTINEL_1, "landsat": LANDSAT}
LEVELS = ("L1C", "L2A")
DATA_MASK = "DATAMASK"
"""Layer that is 0 where the other layers of the download hold no data."""
IMAGES = (".tif", ".tiff")
PICTURES = (".png", ".jpg", ".jpeg", ".kmz")


def _moment(match: re.Match[str]) -> datetime:
    first, hour, minute, last = match[1], match[2], match[3], match[4]
    if first != last:
        message = (
            f"it covers {first} to {last}: a mosaic of several days is no image of one; "
            "download one day"
        )
        raise ValueError(message)
    return parsed_time(f"{first}T{hour}:{minute}:00")


def _sensor(data_set: str) -> str:
    lower = data_set.lower()
    return next((sensor for word, sensor in SENSORS.items() if word in lower), "other")


def _scenes_of_names(files: Sequence[DeliveredFile], recognition: Recognition) -> None:
    """Raw bands of one data set and one search are the bands of one scene."""
    found: dict[str, tuple[DeliveredScene, list[BandSource]]] = {}
    masks: dict[str, MaskSource] = {}
    for file in files:
        match = NAME.fullmatch(file.stem)
        if match is None or file.suffix not in (*IMAGES, *PICTURES):
            continue
        raw = RAW.fullmatch(match["layer"])
        data_set = raw["set"] if raw else match["layer"]
        key = scene_key(file.folder, re.sub(r"[:]", "_", f"{match[1]}-{match[2]}_{match[3]}"))
        scene = DeliveredScene(f"{key}_{data_set}", f"{BROWSER_EXPORT}, {data_set}", None, "", ())
        if raw is None or file.suffix in PICTURES:
            words = "a picture of a layer, not a band; download the raw bands as TIFF"
            alone = replace(scene, key=scene_key(file.folder, file.stem), fault=words)
            recognition.scenes.append(alone)
            recognition.claim([file], words)
            continue
        try:
            scene = replace(
                scene, moment=_moment(match), clue="its name", sensor=_sensor(data_set),
                level=next((level for level in LEVELS if level in data_set.upper()), ""),
            )  # fmt: skip
        except ValueError as error:
            scene = replace(scene, fault=str(error))
        band = raw["band"].upper()
        names = (band.lower(), *([COMMON_NAMES[band]] if band in COMMON_NAMES else ()))
        bands = found.setdefault(scene.key, (scene, []))[1]
        if band == DATA_MASK:
            masks[scene.key] = MaskSource(file, VALID_WHERE_NONZERO)
            continue
        bands.append(BandSource(tuple(dict.fromkeys(names)), (file,), 1, 1))
    for key, (scene, bands) in found.items():
        recognition.add(replace(scene, bands=tuple(bands), mask=masks.get(key)))


def _request_moment(file: DeliveredFile) -> datetime:
    """Day of a Sentinel Hub request, which its time range must lie in."""
    content = json_object(file)
    payload = content.get("payload") or content.get("request", {}).get("payload") or content
    data = payload.get("input", {}).get("data", []) if isinstance(payload, dict) else []
    for each in data if isinstance(data, list) else []:
        span = each.get("dataFilter", {}).get("timeRange", {}) if isinstance(each, dict) else {}
        if isinstance(span, dict) and "from" in span and "to" in span:
            first, last = (parsed_time(str(span[word])) for word in ("from", "to"))
            if first.date() != last.date():
                message = (
                    f"its request covers {first.date()} to {last.date()}: a mosaic of several "
                    "days is no image of one; request one day"
                )
                raise ValueError(message)
            return first
    message = "its request states no time range"
    raise ValueError(message)


def recognise(files: Sequence[DeliveredFile], recognition: Recognition, counts: Any) -> None:
    """Find the downloads of web viewers, and say what each file was taken for."""
    _scenes_of_names(recognition.unclaimed(files), recognition)
    for request in recognition.unclaimed(files):
        if request.name != "request.json":
            continue
        beside = [
            file
            for file in recognition.unclaimed(files)
            if file.folder == request.folder and file.suffix in IMAGES
        ]
        for file in beside:
            key = scene_key(file.folder, file.stem)
            scene = DeliveredScene(key, HUB_REQUEST, None, request.name, ())
            try:
                bands = tuple(
                    BandSource((str(layer),), (file,), layer)
                    for layer in range(1, counts(file) + 1)
                )
                scene = replace(scene, moment=_request_moment(request), bands=bands)
            except (ValueError, OSError, AttributeError) as error:
                scene = replace(scene, fault=str(error))
            recognition.add(scene, [request])
