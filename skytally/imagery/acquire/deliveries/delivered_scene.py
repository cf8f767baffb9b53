"""One scene of a delivery: when and by which satellite it was taken, and where its bands lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile

VALID_WHERE_NONZERO, UDM, UDM2 = "valid where not 0", "UDM", "UDM2"
"""How a mask file marks pixels without data."""


@dataclass(frozen=True)
class BandSource:
    """Where one band of a scene lies."""

    names: tuple[str, ...]
    """Names under which a provider's row may ask for it, lower case."""
    files: tuple[DeliveredFile, ...]
    """One file, or the tiles of which the image consists."""
    layer: int = 1
    """Number of the band in each file, from 1."""
    layers: int | None = None
    """Bands that each file must hold by its metadata, or None where they do not say."""
    scale: float | None = None
    """Factor from stored numbers to reflectance, or None where nothing states it."""
    offset: float | None = None
    """What is added after scaling, or None."""
    nodata: float | None = None
    """Stored number that means no data, as the metadata say, or None."""


@dataclass(frozen=True)
class MaskSource:
    """A file beside the image that marks its pixels without data."""

    file: DeliveredFile
    """The file."""
    kind: str
    """``valid where not 0``, ``UDM`` or ``UDM2``."""


@dataclass(frozen=True)
class DeliveredScene:
    """One scene of a delivery, before any site is considered."""

    key: str
    """Its name below the provider's folder, folders included."""
    product: str
    """What it was taken for, for readers."""
    moment: datetime | None
    """Time of acquisition, UTC, or None where `fault` says why."""
    clue: str
    """Where the day was read."""
    bands: tuple[BandSource, ...]
    """Its bands."""
    platform: str = ""
    """Satellite in lower case; empty where nothing says."""
    sensor: str = ""
    """``sentinel-2``, ``landsat`` or ``other`` where the delivery says; else empty."""
    level: str = ""
    """Processing in the words of the providers' rows, such as ``L2A``; empty if unknown."""
    baseline: str = ""
    """Version of the processing."""
    relative_orbit: int | None = None
    """Track of the repeating orbit, or None."""
    orbit_state: str = ""
    """``ascending``, ``descending`` or empty."""
    tile: str = ""
    """Tile or frame."""
    cloud_cover: float | None = None
    """Cloud share of the whole scene, 0 to 100, or None."""
    sun_zenith: float | None = None
    """Degrees from the vertical, or None."""
    sun_azimuth: float | None = None
    """Degrees clockwise from north, or None."""
    view_zenith: float | None = None
    """Degrees from the vertical, or None."""
    mask: MaskSource | None = None
    """The mask beside it, or None."""
    copyright_notice: str = ""
    """What the metadata say of rights."""
    fault: str = ""
    """Why it cannot be used; empty where it can."""


@dataclass
class Recognition:
    """What every file of a delivery was taken for."""

    scenes: list[DeliveredScene] = field(default_factory=list)
    """Scenes, those with a fault among them."""
    taken_for: dict[str, str] = field(default_factory=dict)
    """Path of each file to what it was taken for."""

    def claim(self, files: Iterable[DeliveredFile], words: str) -> None:
        """Note what some files were taken for."""
        for file in files:
            self.taken_for.setdefault(file.path, words)

    def add(self, scene: DeliveredScene, metadata: Iterable[DeliveredFile] = ()) -> None:
        """Keep a scene, and say which files are its bands, its mask and its metadata."""
        self.scenes.append(scene)
        named: dict[DeliveredFile, list[str]] = {}
        for band in scene.bands:
            for file in band.files:
                named.setdefault(file, []).append(band.names[0])
        for file, names in named.items():
            self.claim([file], f"{', '.join(names)} of {scene.key} ({scene.product})")
        if scene.mask is not None:
            self.claim([scene.mask.file], f"mask ({scene.mask.kind}) of {scene.key}")
        self.claim(metadata, f"metadata of {scene.key}")

    def unclaimed(self, files: Iterable[DeliveredFile]) -> list[DeliveredFile]:
        """Files that were not taken for anything yet."""
        return [file for file in files if file.path not in self.taken_for]


def scene_key(folder: str, name: str) -> str:
    """Name of a scene below the provider's folder, the same however often it is listed.

    Examples
    --------
    >>> scene_key("", "pier_20230827"), scene_key("march/west", "pier"), scene_key("pier", "pier")
    ('pier_20230827', 'march/west/pier', 'pier')
    """
    if folder.rpartition("/")[2] == name:
        return folder
    return f"{folder}/{name}" if folder else name
