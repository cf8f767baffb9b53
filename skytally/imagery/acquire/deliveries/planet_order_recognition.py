"""Orders of Planet: PlanetScope, RapidEye and SkySat images with metadata and usable data masks.

Layout and bands as Planet documents its item types and deliveries
(https://docs.planet.com/data/imagery/planetscope/psscene,
https://docs.planet.com/develop/apis/orders/delivery).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from skytally.imagery.acquire.deliveries.acquisition_day_from_names import (
    moment_in_name,
    one_day,
    parsed_time,
)
from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile
from skytally.imagery.acquire.deliveries.delivered_scene import (
    UDM,
    UDM2,
    BandSource,
    DeliveredScene,
    MaskSource,
    Recognition,
    scene_key,
)
from skytally.imagery.acquire.deliveries.vendor_metadata_parsing import (
    first_text,
    json_object,
    number_or_none,
    xml_tree,
)

IMAGE_NAME = re.compile(
    r"(?P<item>(?:\d{8}_\d{6}|\d{7,8}_\d{4}-\d{2}-\d{2}|s\d+_\d{8}T\d{6}Z).*?)"
    r"_(?:(?P<level>1B|3A|3B)_)?"
    r"(?P<asset>(?:panchromatic|pansharpened|analytic|visual|basic|udm)[A-Za-z0-9_]*)",
    re.IGNORECASE,
)
"""Name of an image of an order: item, level (none for SkySat) and asset."""
REFLECTANCE_SCALE = 1e-4
"""Reflectance a stored unit of Planet's surface reflectance assets (Planet's documentation)."""
LAYOUTS = {
    "analytic 3": ("red", "green", "blue"),
    "analytic 4": ("blue", "green", "red", "nir"),
    "analytic 5": ("blue", "green", "red", "rededge", "nir"),
    "analytic 8": ("coastal_blue", "blue", "green_i", "green", "yellow", "red", "rededge", "nir"),
    "visual 3": ("red", "green", "blue"),
    "pan 1": ("pan",),
}
"""Kind of asset and number of its bands to their names, in the order of the file."""
PLATFORMS = {"psscene": "planetscope", "psorthotile": "planetscope", "skysat": "skysat"}
"""Beginning of an item type to the name of its satellites."""


def _rank(asset: str) -> tuple[int, bool, str]:
    """Order in which the assets of one item are preferred: reflectance, radiance, picture."""
    lower = asset.lower()
    kinds = ("_sr", "analytic", "pansharpened", "panchromatic", "visual")
    kind = next((place for place, word in enumerate(kinds) if word in lower), len(kinds))
    return kind, "8b" not in lower, asset


def _kind(asset: str) -> str:
    lower = asset.lower()
    if "panchromatic" in lower:
        return "pan"
    return "visual" if "visual" in lower else "analytic"


def _layers(file: DeliveredFile, count: int, kind: str) -> tuple[str, ...]:
    """Names of the bands of a file, from its kind and its number of bands."""
    layout = LAYOUTS.get(f"{kind} {count}")
    if layout is None:
        message = f"{file.name} holds {count} bands; Planet's {kind} images hold no such number"
        raise ValueError(message)
    return layout


def _stated(metadata: Sequence[DeliveredFile]) -> tuple[dict[str, Any], dict[int, float]]:
    """Properties of an item, and the reflectance coefficient of each band, from its metadata."""
    properties: dict[str, Any] = {}
    coefficients: dict[int, float] = {}
    moments: list[tuple[str, datetime]] = []
    for file in metadata:
        if file.suffix == ".json":
            stated = json_object(file).get("properties")
            stated = stated if isinstance(stated, dict) else {}
            time = stated.get("acquired") or stated.get("datetime")
            properties |= stated
        else:
            root = xml_tree(file)
            time = first_text(root, "acquisitionDateTime", "acquisitionDate", "beginPosition")
            serial = first_text(root, "serialIdentifier")
            properties = {"satellite_id": serial, **properties} if serial else properties
            for band in root.iter("bandSpecificMetadata"):
                number = number_or_none(first_text(band, "bandNumber"))
                factor = number_or_none(first_text(band, "reflectanceCoefficient"))
                if number is not None and factor is not None:
                    coefficients[int(number)] = factor
        if time:
            moments.append((file.name, parsed_time(str(time))))
    if moments:
        properties["moment"] = one_day(moments)
        properties["clue"] = moments[0][0]
    return properties, coefficients


def _platform(properties: dict[str, Any], item: str) -> str:
    kind = str(properties.get("item_type") or "").lower()
    name = next((word for begin, word in PLATFORMS.items() if kind.startswith(begin)), "")
    if not name:
        name = "skysat" if re.search(r"_ssc?\d+", item) else "planetscope"
    serial = str(properties.get("satellite_id") or "")
    serial = serial or (re.search(r"_(?:ss(c?\d+)|([0-9a-f]{4}))(?:d\d|_|$)", item) or [""])[0]
    serial = serial.strip("_").lower()
    return f"{name}-{serial}" if serial else name


def _number(properties: dict[str, Any], key: str) -> float | None:
    value = properties.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _bands(
    file: DeliveredFile, asset: str, count: int, coefficients: dict[int, float]
) -> tuple[BandSource, ...]:
    kind = _kind(asset)
    names = _layers(file, count, kind)
    reflectance = "_sr" in asset.lower()
    bands = []
    for layer, name in enumerate(names, start=1):
        scale = REFLECTANCE_SCALE if reflectance else coefficients.get(layer)
        scale = scale if kind == "analytic" else None
        offset = None if scale is None else 0.0
        nodata = 0.0 if kind != "visual" else None
        bands.append(BandSource((name,), (file,), layer, count, scale, offset, nodata))
    return tuple(bands)


def _mask(files: Iterable[DeliveredFile]) -> MaskSource | None:
    """Choose the newest kind of mask of an item."""
    found = {(UDM2 if "udm2" in file.name.lower() else UDM): file for file in sorted(files)}
    kind = UDM2 if UDM2 in found else UDM
    return MaskSource(found[kind], kind) if kind in found else None


def _scene(
    key: str, images: dict[str, DeliveredFile], metadata: Sequence[DeliveredFile], counts: Any
) -> tuple[DeliveredScene, str]:
    """Make the scene of one item, and say which asset was taken of it."""
    item = key.rpartition("/")[2]
    asset = min((each for each in images if "udm" not in each.lower()),
                key=_rank)  # fmt: skip
    masks = [file for each, file in images.items() if "udm" in each.lower()]
    scene = DeliveredScene(key, f"Planet, {asset}", None, "", (), sensor="other")
    try:
        properties, coefficients = _stated(metadata)
        moment = properties.get("moment")
        clue = str(properties.get("clue") or "its name")
        if moment is None:
            moment = moment_in_name(item)
        count = counts(images[asset])
        elevation = _number(properties, "sun_elevation")
        cloud = _number(properties, "cloud_cover")
        return replace(
            scene, moment=moment, clue=clue, mask=_mask(masks), level="SR" if "_sr" in
            asset.lower() else "", bands=_bands(images[asset], asset, count, coefficients),
            platform=_platform(properties, item),
            sun_zenith=None if elevation is None else 90 - elevation,
            sun_azimuth=_number(properties, "sun_azimuth"),
            view_zenith=_number(properties, "view_angle"),
            cloud_cover=None if cloud is None else 100 * cloud,
            fault="" if moment else "no time: neither its metadata nor its name has one",
        ), asset  # fmt: skip
    except (ValueError, OSError) as error:
        return replace(scene, fault=str(error)), asset


def recognise(files: Sequence[DeliveredFile], recognition: Recognition, counts: Any) -> None:
    """Find the items of Planet among some files, and say what each file was taken for.

    Parameters
    ----------
    files : sequence of DeliveredFile
        All files.
    recognition : Recognition
        Gets the scenes.
    counts : callable
        Number of bands of an image file.
    """
    items: dict[str, dict[str, DeliveredFile]] = {}
    for file in recognition.unclaimed(files):
        match = IMAGE_NAME.fullmatch(file.stem)
        if match and file.suffix in (".tif", ".tiff"):
            key = scene_key(file.folder, match["item"])
            level = "basic_" if match["level"] == "1B" else ""
            items.setdefault(key, {})[f"{level}{match['asset']}"] = file
    for key, images in items.items():
        folder, _, item = key.rpartition("/")
        metadata = [
            file
            for file in recognition.unclaimed(files)
            if file.folder == folder
            and file.stem.startswith(f"{item}_")
            and "metadata" in file.stem
            and file.suffix in (".json", ".xml")
        ]
        pictures = [each for each in images if "udm" not in each.lower()]
        if not pictures:
            recognition.claim(images.values(), f"mask of {key}, whose image is not here")
            continue
        scene, asset = _scene(key, images, metadata, counts)
        recognition.add(scene, metadata)
        words = f"another image of {key}: {asset} is taken, one image of each scene"
        recognition.claim([file for each, file in images.items() if "udm" not in each.lower()],
                          words)  # fmt: skip
        recognition.claim(images.values(), f"another mask of {key}")
    manifests = [file for file in recognition.unclaimed(files) if file.name == "manifest.json"]
    recognition.claim(manifests, "list of an order; nothing is read from it")
