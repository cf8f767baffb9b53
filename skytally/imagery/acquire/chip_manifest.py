"""A look as it is stored: the chip's bytes, and a manifest that is sealed by its own hash."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.io import MemoryFile

from skytally.core.errors import DataError, IntegrityError
from skytally.imagery.acquire.band_reader import Pixels
from skytally.imagery.acquire.radiometry import calibrations
from skytally.imagery.acquire.stac.scene_items import Offer

ITEM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
SEAL = "seal"
"""Key under which a manifest carries the hash of everything else in it."""


@dataclass(frozen=True)
class Manifest:
    """What a chip is: the scene it was cut from, how to read its numbers, its hash."""

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
    """What made the pixels."""
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
    """Band to what is added after that."""
    sources: dict[str, dict[str, Any]]
    """Band to address without query, size, checksum and mark of its file."""
    bytes_read: int
    """Bytes from which the chip was cut."""
    sha256: str
    """Of the chip's bytes."""
    size: int
    """Bytes of the chip."""
    resampled_from: int | None = None
    """Coordinate system of the scene where its pixels were brought from another zone, or None."""


def safe_name(item_id: str) -> str:
    """Give the id of an item back if it can be a file name, or refuse it."""
    if not ITEM_ID.fullmatch(item_id):
        message = f"item id {item_id[:60]!r} is no file name; only letters, digits and ._- can be"
        raise DataError(message)
    return item_id


def _encoded(pixels: Pixels, bands: tuple[str, ...]) -> bytes:
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


def pack(offer: Offer, pixels: Pixels) -> tuple[Manifest, bytes]:
    """Make the chip of a look and its manifest, without writing anything.

    Parameters
    ----------
    offer : Offer
        The scene and its site.
    pixels : Pixels
        What was read.

    Returns
    -------
    Manifest, bytes
        The same pixels give the same bytes.

    Raises
    ------
    AcquisitionError
        If the scene has no calibration.
    DataError
        If the id of the item cannot be a file name.
    """
    bands = tuple(sorted(pixels.arrays))
    data = _encoded(pixels, bands)
    numbers = calibrations(offer)
    known = {field.name for field in fields(Manifest)} & {field.name for field in fields(Offer)}
    manifest = Manifest(
        **{word: getattr(offer, word) for word in known - {"epsg"}},
        epsg=pixels.epsg,
        transform=tuple(float(number) for number in pixels.transform[:6]),
        shape=next(iter(pixels.arrays.values())).shape[:2],
        bands=bands,
        dtypes={band: pixels.arrays[band].dtype.name for band in bands},
        gsd=pixels.gsd,
        nodata=pixels.nodata,
        scale={band: scale for band, (scale, _) in numbers.items()},
        offset={band: offset for band, (_, offset) in numbers.items()},
        sources=pixels.sources,
        bytes_read=pixels.bytes_read,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        resampled_from=pixels.resampled_from,
    )
    return manifest, data


def unpack(manifest: Manifest, data: bytes) -> dict[str, npt.NDArray[Any]]:
    """Give the stored numbers of a chip, its hash checked.

    Parameters
    ----------
    manifest : Manifest
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


def _text(told: dict[str, Any]) -> str:
    return json.dumps(told, sort_keys=True, indent=1, allow_nan=False)


def as_json(manifest: Manifest) -> str:
    """Write a manifest as JSON, sealed; NaN is written as a word, since JSON has none."""
    told = asdict(manifest)
    told["nodata"] = {
        band: "nan" if number is not None and math.isnan(number) else number
        for band, number in manifest.nodata.items()
    }
    told[SEAL] = hashlib.sha256(_text(told).encode()).hexdigest()
    return _text(told)


def from_json(text: bytes) -> Manifest:
    """Read a manifest.

    Raises
    ------
    IntegrityError
        If it is not, to the last bit, what `as_json` wrote.
    """
    try:
        told = json.loads(text)
        seal = told.pop(SEAL)
        if seal != hashlib.sha256(_text(told).encode()).hexdigest():
            message = "its seal is broken"
            raise ValueError(message)
        told["nodata"] = {
            band: None if number is None else float(number)
            for band, number in told["nodata"].items()
        }
        for word in ("transform", "shape", "bands"):
            told[word] = tuple(told[word])
        return Manifest(**told)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = f"no manifest as this project wrote it ({error})"
        raise IntegrityError(message) from None
