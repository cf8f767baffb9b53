"""Encode a scene over a site as a GeoTIFF chip and its JSON manifest, both protected by hashes."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.io import MemoryFile

from skytally.core import DataError, IntegrityError
from skytally.imagery.acquire.offered_scene import ITEM_ID, SceneItem
from skytally.imagery.acquire.reflectance_and_backscatter_scaling import band_calibrations
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels

SEAL_KEY = "seal"
"""Key of a manifest's hash of everything else in it."""


@dataclass(frozen=True)
class ChipManifest:
    """Description of a chip: the scene it was cut from, its grid and calibration, its hash."""

    site: str
    """Slug of the site."""
    item_id: str
    """Id of the item."""
    provider: str
    """Name of the provider."""
    label: str
    """Empty, or ``rehearsal``."""
    sensor: str
    """Sensor of the provider's row."""
    platform: str
    """Satellite."""
    processor: str
    """Processing that made the pixels, such as ``L2A``."""
    time: str
    """Time of acquisition, UTC."""
    relative_orbit: int | None
    """Track, or None."""
    orbit_state: str
    """``ascending``, ``descending`` or empty."""
    baseline: str
    """Version of the processing."""
    tile: str
    """Tile or frame."""
    sun_zenith: float | None
    """Degrees from the vertical, or None."""
    sun_azimuth: float | None
    """Degrees clockwise from north, or None."""
    view_zenith: float | None
    """Degrees from the vertical, or None."""
    view_azimuth: float | None
    """Degrees clockwise from north, or None."""
    epsg: int
    """Coordinate system of the chip."""
    transform: tuple[float, ...]
    """Grid of the chip, six numbers in the order of `affine.Affine`."""
    shape: tuple[int, int]
    """Rows and columns."""
    bands: tuple[str, ...]
    """Bands in the order of the chip."""
    dtypes: dict[str, str]
    """Band to the type of its numbers at the provider."""
    gsd: dict[str, float]
    """Band to the metres of its own pixels."""
    nodata: dict[str, float | None]
    """Band to the number that means no data; NaN is written as the word."""
    scale: dict[str, float]
    """Band to the factor from stored numbers to reflectance or backscatter."""
    offset: dict[str, float]
    """Band to the addend after that."""
    sources: dict[str, dict[str, Any]]
    """Band to address without query, size, checksum and ETag of its file."""
    bytes_read: int
    """Bytes from which the chip was cut."""
    sha256: str
    """Of the chip's bytes."""
    size: int
    """Bytes of the chip."""
    resampled_from: int | None = None
    """Coordinate system of the scene if its pixels were resampled from another zone, or None."""
    licence: str = ""
    """Licence of the image; empty where nobody stated one."""


def checked_item_id(item_id: str) -> str:
    """Return an item's id if it is safe as a file name, else raise."""
    if not ITEM_ID.fullmatch(item_id):
        message = f"item id {item_id[:60]!r} is no file name; only letters, digits and ._- can be"
        raise DataError(message)
    return item_id


def _encode_geotiff(pixels: ScenePixels, bands: tuple[str, ...]) -> bytes:
    stack = np.stack([pixels.arrays[band] for band in bands])
    floating = stack.dtype.kind == "f"
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            count=len(bands),
            height=stack.shape[1],
            width=stack.shape[2],
            dtype=stack.dtype.name,
            crs=f"EPSG:{pixels.epsg}",
            transform=pixels.transform,
            interleave="band",
            blockysize=stack.shape[1],
            compress="DEFLATE",
            predictor=3 if floating else 2,
        ) as chip:
            chip.write(stack)
            chip.descriptions = bands
        return bytes(memory.read())


def scene_manifest(item: SceneItem, pixels: ScenePixels) -> ChipManifest:
    """Describe the pixels of a scene over a site, without encoding them.

    Parameters
    ----------
    item : SceneItem
        The scene and its site.
    pixels : ScenePixels
        What was read.

    Returns
    -------
    ChipManifest
        Without hash and size of a chip.

    Raises
    ------
    AcquisitionError
        If the scene has no calibration.
    """
    bands = tuple(sorted(pixels.arrays))
    calibrations = band_calibrations(item)
    shared = {field.name for field in fields(SceneItem)}
    shared &= {field.name for field in fields(ChipManifest)}
    return ChipManifest(
        **{name: getattr(item, name) for name in shared - {"epsg"}},
        epsg=pixels.epsg,
        transform=tuple(float(number) for number in pixels.transform[:6]),
        shape=next(iter(pixels.arrays.values())).shape[:2],
        bands=bands,
        dtypes={band: pixels.arrays[band].dtype.name for band in bands},
        gsd=pixels.gsd,
        nodata=pixels.nodata,
        scale={band: scale for band, (scale, _) in calibrations.items()},
        offset={band: offset for band, (_, offset) in calibrations.items()},
        sources=pixels.sources,
        bytes_read=pixels.bytes_read,
        sha256="",
        size=0,
        resampled_from=pixels.resampled_from,
    )


def encode_chip(item: SceneItem, pixels: ScenePixels) -> tuple[ChipManifest, bytes]:
    """Encode the chip of a scene over a site and its manifest, without writing anything.

    Parameters
    ----------
    item : SceneItem
        The scene and its site.
    pixels : ScenePixels
        What was read.

    Returns
    -------
    ChipManifest, bytes
        The same pixels give the same bytes.

    Raises
    ------
    AcquisitionError
        If the scene has no calibration.
    DataError
        If the id of the item cannot be a file name.
    """
    manifest = scene_manifest(item, pixels)
    data = _encode_geotiff(pixels, manifest.bands)
    return replace(manifest, sha256=hashlib.sha256(data).hexdigest(), size=len(data)), data


def decode_chip(manifest: ChipManifest, data: bytes) -> dict[str, npt.NDArray[Any]]:
    """Decode the stored numbers of a chip after checking its hash.

    Parameters
    ----------
    manifest : ChipManifest
        Of the chip.
    data : bytes
        The chip.

    Returns
    -------
    dict of str to numpy.ndarray
        Band to stored numbers, dims (y, x), in the provider's type.

    Raises
    ------
    IntegrityError
        If the bytes are not those of the manifest.
    """
    if hashlib.sha256(data).hexdigest() != manifest.sha256:
        message = f"{manifest.item_id}: the bytes are not those that were stored"
        raise IntegrityError(message)
    with MemoryFile(data) as memory, memory.open() as source:
        stack = source.read()
    return {
        band: stack[i].astype(manifest.dtypes[band], copy=False)
        for i, band in enumerate(manifest.bands)
    }


def _canonical_json(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, indent=1, allow_nan=False)


def manifest_to_json(manifest: ChipManifest) -> str:
    """Serialise a manifest as JSON with a hash of its content; NaN, unknown to JSON, as a word."""
    content = asdict(manifest)
    content["nodata"] = {
        band: "nan" if number is not None and math.isnan(number) else number
        for band, number in manifest.nodata.items()
    }
    content[SEAL_KEY] = hashlib.sha256(_canonical_json(content).encode()).hexdigest()
    return _canonical_json(content)


def manifest_from_json(text: bytes) -> ChipManifest:
    """Parse a manifest and verify its hash.

    Raises
    ------
    IntegrityError
        If it is not, to the last bit, what `manifest_to_json` wrote.
    """
    try:
        content = json.loads(text)
        seal = content.pop(SEAL_KEY)
        if seal != hashlib.sha256(_canonical_json(content).encode()).hexdigest():
            message = "its seal is broken"
            raise ValueError(message)
        content["nodata"] = {
            band: None if number is None else float(number)
            for band, number in content["nodata"].items()
        }
        for name in ("transform", "shape", "bands"):
            content[name] = tuple(content[name])
        return ChipManifest(**content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = f"no manifest as this project wrote it ({error})"
        raise IntegrityError(message) from None
