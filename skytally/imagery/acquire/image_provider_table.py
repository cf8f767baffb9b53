"""Providers of scenes, read from `data/sites/providers.toml`, with their sensors and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from skytally.core import read_toml, refuse, written

STAC_API, STAC_STATIC, FOLDER = "stac-api", "stac-static", "folder"
PROVIDER_KINDS = (STAC_API, STAC_STATIC, FOLDER)
QUALITY = "quality"
"""Band name under which the pixel classification of a scene is kept."""
SENTINEL_2, SENTINEL_1, LANDSAT, OTHER_SENSOR = "sentinel-2", "sentinel-1", "landsat", "other"
SENSORS = (SENTINEL_2, SENTINEL_1, LANDSAT, OTHER_SENSOR)
S3_SIGNING = "s3"
SIGNING_METHODS = ("none", "planetary-computer", S3_SIGNING)
CALIBRATION_METHODS = ("metadata", "baseline", "linear")
PROVIDER_LABELS = ("", "rehearsal")


@dataclass(frozen=True)
class Provider:
    """A service, catalogue or folder that offers scenes of one collection."""

    name: str
    """Slug of the provider, as the inventory names it."""
    kind: str
    """``stac-api``, ``stac-static`` (a catalogue of files) or ``folder`` (of GeoTIFFs)."""
    url: str
    """Address of the landing page, of the catalogue's file, or path of the folder."""
    collection: str
    """Collection that is searched; empty for a folder."""
    sensor: str
    """``sentinel-2``, ``sentinel-1``, ``landsat`` or ``other``."""
    processor: str
    """What made the pixels: ``L2A``, ``RTC``, ``C2L2``, ``GRD``; never mixed in one time series."""
    bands: dict[str, str]
    """Our band name (``b02`` ... ``b11``, ``vv``, ``vh``) to the provider's asset key."""
    quality: str
    """Asset key of the pixel classification (scene classes, QA bits), or empty."""
    signing: str
    """``none``, ``planetary-computer`` or ``s3``: how addresses are signed."""
    calibration: str
    """Where scale and offset come from: ``metadata`` of the asset, the processing
    ``baseline``, or ``linear`` for radar, whose numbers are used as they are."""
    page_size: int
    """Items requested in one page of a search."""
    label: str
    """Empty, or ``rehearsal`` for a generated archive."""
    default: bool = False
    """Whether a refresh that names no provider searches this one."""
    note: str = ""
    """Why it is on or off, and what is known of it."""
    licence: str = ""
    """Licence of the images, in the words of whoever gave it; empty where nobody said."""
    republish: bool = False
    """Whether that licence lets pictures of the images be published."""
    local: bool | None = None
    """Whether its catalogue may name files of this machine and hosts of a private network; where
    it is not stated, only a catalogue that is a path of this machine may."""

    @property
    def is_local(self) -> bool:
        """Whether files of this machine and hosts that are not public may be read."""
        return "://" not in self.url if self.local is None else self.local

    @property
    def asset_keys(self) -> dict[str, str]:
        """Band to asset key, the pixel classification under ``quality`` included."""
        return {**self.bands, **({QUALITY: self.quality} if self.quality else {})}


REQUIRED_KEYS = tuple(field.name for field in fields(Provider) if field.default is MISSING)
CLOSED_VOCABULARIES = {
    "kind": PROVIDER_KINDS,
    "sensor": SENSORS,
    "signing": SIGNING_METHODS,
    "calibration": CALIBRATION_METHODS,
    "label": PROVIDER_LABELS,
}
"""Key of a provider's row to the words it may hold."""
PROVIDER_NAME = re.compile(r"[a-z0-9-]{1,40}")
BAND_NAME = re.compile(r"[a-z][a-z0-9]{0,15}")


def read_providers(path: Path) -> dict[str, Provider]:
    """Read the providers, one TOML table each.

    Parameters
    ----------
    path : Path
        TOML file; the path of a folder or catalogue file, named without ``://``, is relative
        to this file, and ``~`` is the user's home.

    Returns
    -------
    dict of str to Provider
        Name to provider, in the order of the file.

    Raises
    ------
    DataError
        If the file is missing or not TOML, a key is missing, unknown or of the wrong type, a
        word is unknown, or an address has a query, a password or another scheme than http and
        https. All faults at once.
    """
    tables = read_toml(path)
    faults = [
        f"[{name}]: {fault}" for name, table in tables.items() for fault in _faults(name, table)
    ]
    refuse(faults, what=f"providers in {path}")
    return {
        name: Provider(name=name, **{**table, "url": _absolute_url(table, path.parent)})
        for name, table in tables.items()
    }


def _absolute_url(table: dict[str, Any], folder: Path) -> str:
    url = str(table["url"])
    if "://" in url:
        return url
    return str((folder / Path(url).expanduser()).resolve())


def _faults(name: str, table: object) -> Iterator[str]:
    if not isinstance(table, dict):
        yield "no table; write the provider's keys below its name in brackets"
        return
    if not PROVIDER_NAME.fullmatch(name):
        yield "use lower-case letters, digits and dashes for the name"
    known = {field.name for field in fields(Provider)} - {"name"}
    for key in sorted(set(table) - known):
        yield f"unknown key {written(key)}; known: {', '.join(sorted(known))}"
    missing = [key for key in REQUIRED_KEYS if key != "name" and key not in table]
    for key in missing:
        yield f"no {key}; give it"
    for key, words in CLOSED_VOCABULARIES.items():
        if key in table and table[key] not in words:
            yield f"{key} {written(table[key])}; use one of {', '.join(map(written, words))}"
    if not missing:
        yield from _value_faults(table)


def _value_faults(table: dict[str, Any]) -> Iterator[str]:
    for key in ("url", "collection", "processor", "quality", "label", "note", "licence"):
        if not isinstance(table.get(key, ""), str):
            yield f"{key} {written(table[key])}; write text"
            return
    for key in ("default", "republish", "local"):
        if not isinstance(table.get(key, False), bool):
            found = written(table[key])
            yield f"{key} {found}; write true or false, in small letters and without quotes"
    if table.get("republish") and not table.get("licence"):
        yield "republish without a licence; name the licence that allows it"
    size = table["page_size"]
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= 1000:
        yield f"page_size {written(size)}; write a whole number from 1 to 1000"
    if not table["processor"]:
        yield "no processor; name what made the pixels, such as L2A"
    if table["kind"] == STAC_API and not table["collection"]:
        yield "no collection; a search needs one"
    bands = table["bands"]
    if not isinstance(bands, dict) or not bands:
        yield "no bands; name at least one and its asset key"
    else:
        for band, key in bands.items():
            if not BAND_NAME.fullmatch(band) or not isinstance(key, str) or not key:
                yield f"band {band} = {written(key)}; write our band name and the asset key"
        yield from _shared_key_faults({**bands, QUALITY: table["quality"]})
    yield from _address_faults(table)


def _shared_key_faults(asset_keys: dict[str, Any]) -> Iterator[str]:
    """Asset keys that stand for two bands: the same pixels would be stored as both."""
    bands_of: dict[str, list[str]] = {}
    for band, key in asset_keys.items():
        if isinstance(key, str) and key:
            bands_of.setdefault(key, []).append(band)
    for key, bands in bands_of.items():
        if len(bands) > 1:
            yield f"asset key {written(key)} for {' and '.join(bands)}; give each band its own"


def _address_faults(table: dict[str, Any]) -> Iterator[str]:
    url = table["url"]
    if not url:
        yield "no url; give the address"
    if "://" not in url:
        if table["kind"] == STAC_API:
            yield f"url {written(url)}; a search needs an http:// or https:// address"
        return
    try:
        parts = urlsplit(url)
        is_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        yield "url that is no address; give host and path, such as https://example.org/stac"
        return
    if parts.scheme not in ("http", "https"):
        yield f"url with {parts.scheme}://; give an http:// or https:// address"
    if table["kind"] == FOLDER:
        yield "url of a folder; give a path of this machine"
    if parts.query or parts.fragment or parts.username or parts.password:
        yield (
            "url with a query, a user or a password; credentials belong into the environment, "
            "never into this file"
        )


REHEARSAL = "rehearsal"
"""Label of scenes from a generated archive."""


SENSOR_NAMES = {"sentinel-2": "Sentinel-2", "sentinel-1": "Sentinel-1", "landsat": "Landsat"}


def sensor_name(sensor: str) -> str:
    """Name of a sensor for readers."""
    return SENSOR_NAMES.get(sensor, sensor)


def is_rehearsal(*tables: pd.DataFrame) -> bool:
    """Whether any row of the tables comes from a generated archive."""
    return any(bool((table["label"] == REHEARSAL).any()) for table in tables)


def rehearsal_marked(words: str, *, rehearsal: bool) -> str:
    """Prefix a title, caption or answer with REHEARSAL if it shows generated scenes.

    Examples
    --------
    >>> rehearsal_marked("Looks.", rehearsal=True)
    'REHEARSAL, generated ground and no observation: Looks.'
    """
    return f"REHEARSAL, generated ground and no observation: {words}" if rehearsal else words
