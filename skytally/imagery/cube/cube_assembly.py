"""Cubes read from the stored chips of a site: one sensor, one processor, each acquisition once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import rioxarray  # noqa: F401  # gives the datasets their CRS
import xarray as xr

from skytally.core import DataError
from skytally.imagery.acquire import (
    LANDSAT,
    QUALITY,
    SAME_PASS_S,
    SENTINEL_1,
    SENTINEL_2,
    ChipManifest,
    apply_calibration,
    baseline_version,
    chip_store,
)
from skytally.imagery.cube.chip_placement_on_site_grid import common_gsd, on_site_grid
from skytally.imagery.cube.cube_image_iteration_and_grouping import Screening
from skytally.imagery.sites import Site

RADAR, OPTICAL = "gamma0", "reflectance"
CLASSIFIED = {SENTINEL_2: ("scl", "uint8"), LANDSAT: ("qa_pixel", "uint16")}
"""Sensor to the name and type of its classification in a cube."""
TIME_COORDINATES = (
    "item_id",
    "relative_orbit",
    "orbit_state",
    "platform",
    "processor",
    "baseline",
    "offset",
    "sun_zenith",
    "sun_azimuth",
    "view_zenith",
    "view_azimuth",
    "label",
)
"""Coordinates along time that come from the manifests."""


@dataclass(frozen=True)
class StoredSelection:
    """The stored images that make one cube, and what was left out of it."""

    manifests: tuple[ChipManifest, ...]
    """In the order of time."""
    left_out: tuple[str, ...] = field(default=())
    """One sentence an image."""


def _moment(manifest: ChipManifest) -> datetime:
    return datetime.fromisoformat(manifest.time)


def _passes(manifests: Iterable[ChipManifest]) -> list[list[ChipManifest]]:
    """Group images that one satellite took within a minute: they show the same moment."""
    ordered = sorted(manifests, key=lambda each: (each.platform, each.time, each.item_id))
    passes: list[list[ChipManifest]] = []
    for manifest in ordered:
        first = passes[-1][0] if passes else None
        if (
            first is not None
            and first.platform == manifest.platform
            and (_moment(manifest) - _moment(first)).total_seconds() <= SAME_PASS_S
        ):
            passes[-1].append(manifest)
        else:
            passes.append([manifest])
    return passes


def _newest_processings(manifests: Iterable[ChipManifest]) -> StoredSelection:
    """Keep one processing of each acquisition: two providers may have brought the same one."""
    kept, left_out = [], []
    for group in _passes(manifests):
        newest = max(group, key=lambda each: (baseline_version(each.baseline), each.item_id))
        kept.append(newest)
        left_out += [
            f"{manifest.item_id}: the same acquisition as {newest.item_id}"
            for manifest in group
            if manifest is not newest
        ]
    ordered = sorted(kept, key=lambda each: (each.time, each.item_id))
    return StoredSelection(tuple(ordered), tuple(sorted(left_out)))


def select_stored(
    folder: Path,
    site: Site,
    *,
    sensor: str,
    processor: str | None = None,
    relative_orbit: int | None = None,
    period: tuple[str, str] | None = None,
) -> StoredSelection:
    """Choose the stored images of a cube by their manifests, without reading a pixel.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : Site
        The site.
    sensor : str
        ``sentinel-2``, ``sentinel-1``, ``landsat`` or ``other``.
    processor : str, optional
        Needed where the store holds images of several.
    relative_orbit : int, optional
        Only this orbit.
    period : (str, str), optional
        First and last day, UTC, both included.

    Returns
    -------
    StoredSelection

    Raises
    ------
    DataError
        If there is no such image, or several processors would be mixed.
    IntegrityError
        If a manifest is not what was written.
    """
    chosen = [m for m in chip_store.stored_manifests(folder, site.slug) if m.sensor == sensor]
    if processor is not None:
        chosen = [each for each in chosen if each.processor == processor]
    if relative_orbit is not None:
        chosen = [each for each in chosen if each.relative_orbit == relative_orbit]
    if period is not None:
        chosen = [each for each in chosen if period[0] <= each.time[:10] <= period[1]]
    processors = sorted({each.processor for each in chosen})
    labels = sorted({each.label for each in chosen})
    if len(processors) > 1 or len(labels) > 1:
        mixed = processors if len(processors) > 1 else labels
        message = (
            f"{site.slug}, {sensor}: images of {', '.join(map(repr, mixed))}; name one processor"
        )
        raise DataError(message)
    if not chosen:
        message = f"{site.slug}: no image of {sensor} in {folder} fits; run refresh for it"
        raise DataError(message)
    return _newest_processings(chosen)


def _shared_offset(manifest: ChipManifest) -> float:
    offsets = set(manifest.offset.values())
    return offsets.pop() if len(offsets) == 1 and manifest.sensor != SENTINEL_1 else float("nan")


def _manifest_coordinates(manifests: Sequence[ChipManifest]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "time": ("time", [np.datetime64(each.time[:-1], "ns") for each in manifests])
    }
    for word in TIME_COORDINATES:
        values = [
            _shared_offset(each) if word == "offset" else getattr(each, word) for each in manifests
        ]
        if word == "relative_orbit":
            columns[word] = ("time", np.array([-1 if v is None else v for v in values], "int32"))
        elif word == "offset" or word.endswith(("zenith", "azimuth")):
            columns[word] = ("time", np.array([np.nan if v is None else v for v in values], float))
        else:
            columns[word] = ("time", np.array(values, dtype=str))
    return columns


def _screening_coordinates(
    answers: Sequence[Screening], *, dim: str, bands: Sequence[str]
) -> dict[str, Any]:
    offsets = [[each.offset.get(band, np.nan) for band in bands] for each in answers]
    return {
        "usable": ("time", np.array([each.usable for each in answers], bool)),
        "reason": ("time", np.array([each.reason for each in answers], str)),
        "flags": ("time", np.array([" ".join(each.flags) for each in answers], str)),
        "clear_share": ("time", np.array([each.clear_share for each in answers], float)),
        "ring_offset": (("time", dim), np.array(offsets, float)),
    }


@dataclass(frozen=True)
class CubeFrame:
    """What all images of a cube share."""

    site: Site
    """On whose grid it lies."""
    cell: float
    """Side of a pixel, metres."""
    bands: tuple[str, ...]
    """Bands in its order."""
    screenings: Mapping[str, Screening] | None
    """Item id to screening; None for images that were never stored, which measures judge."""


def cube_frame(
    site: Site,
    manifests: Sequence[ChipManifest],
    bands: Sequence[str] | None,
    screenings: Mapping[str, Screening] | None,
) -> CubeFrame:
    """Check that images can make one cube, and return what they share.

    Raises
    ------
    DataError
        If no image has one of the bands, or their pixels have other sizes.
    """
    cells = {common_gsd(each, site) for each in manifests}
    known = sorted({band for each in manifests for band in each.bands} - {QUALITY})
    unknown = sorted(set(bands or ()) - set(known))
    if unknown or len(cells) > 1:
        what = f"no band {', '.join(unknown)}; there are {', '.join(known)}"
        if len(cells) > 1:
            sizes = ", ".join(f"{cell:g} m" for cell in sorted(cells))
            what = f"images of {sizes}; name a processor"
        message = f"{site.slug}: {what}"
        raise DataError(message)
    return CubeFrame(site, cells.pop(), tuple(bands or known), screenings)


def _screening(
    manifest: ChipManifest, screenings: Mapping[str, Screening], site: Site
) -> Screening:
    answer = screenings.get(manifest.item_id)
    if answer is None:
        message = (
            f"{site.slug}: {manifest.item_id} was never screened for clouds; give the "
            "screenings that stored_image_screening_cache.read_screenings finds in the same folder"
        )
        raise DataError(message)
    return answer


def calibrated_pixels(
    arrays: Mapping[str, Any], manifest: ChipManifest, frame: CubeFrame
) -> tuple[Any, Any]:
    """Reflectance or backscatter (band, y, x) and the classification of one image."""
    laid = on_site_grid(arrays, manifest, frame.site, fill=manifest.nodata)
    absent = np.full(frame.site.grid.shape(frame.cell), np.nan, np.float32)
    values = [
        apply_calibration(
            laid[band], manifest.scale[band], manifest.offset[band], manifest.nodata[band]
        )
        if band in manifest.scale
        else absent
        for band in frame.bands
    ]
    return np.stack(values), laid.get(QUALITY)


def _read_pixels(folder: Path, manifest: ChipManifest, frame: CubeFrame) -> tuple[Any, Any]:
    _, arrays = chip_store.read_chip(folder, frame.site.slug, manifest.item_id)
    return calibrated_pixels(arrays, manifest, frame)


def _spatial_ref(site: Site, cell: float) -> xr.DataArray:
    """CRS and grid as rioxarray writes them.

    They are written to a dataset without pixels: what rioxarray touches holds a reference to
    itself, and would keep the pixels of image after image in memory.
    """
    empty = xr.Dataset().rio.write_crs(site.grid.epsg)
    return empty.rio.write_transform(site.grid.transform(cell))["spatial_ref"]


def assembled_cube(
    frame: CubeFrame,
    manifests: Sequence[ChipManifest],
    numbers: Any,
    quality: Any,
    left_out: Sequence[str] = (),
) -> xr.Dataset:
    """Cube of the pixels of some images, with all that their manifests say along time.

    Parameters
    ----------
    frame : CubeFrame
        From `cube_frame`.
    manifests : sequence of ChipManifest
        In the order of time.
    numbers : numpy.ndarray, dims (time, band, y, x)
        From `calibrated_pixels`.
    quality : numpy.ndarray or None, dims (time, y, x)
        Classification.
    left_out : sequence of str
        One sentence for each image that is not in it.

    Returns
    -------
    xarray.Dataset
        As `stored_cube`; without the coordinates of the screening where there was none.

    Raises
    ------
    DataError
        If an image has no screening among those of the frame.
    """
    site, cell, sensor = frame.site, frame.cell, manifests[0].sensor
    west, south, east, north = site.grid.bounds
    name, dim = (RADAR, "pol") if sensor == SENTINEL_1 else (OPTICAL, "band")
    variables: dict[str, Any] = {name: (("time", dim, "y", "x"), numbers)}
    if quality is not None:
        variables[CLASSIFIED[sensor][0]] = (("time", "y", "x"), quality)
    judged: dict[str, Any] = {}
    if frame.screenings is not None:
        answers = [_screening(each, frame.screenings, site) for each in manifests]
        judged = _screening_coordinates(answers, dim=dim, bands=frame.bands)
    cube = xr.Dataset(
        variables,
        coords={
            **_manifest_coordinates(manifests),
            **judged,
            dim: list(frame.bands),
            "y": ("y", np.arange(north - cell / 2, south, -cell)),
            "x": ("x", np.arange(west + cell / 2, east, cell)),
            "spatial_ref": _spatial_ref(site, cell),
        },
        attrs={
            "title": f"{site.name}, {sensor}",
            "site": site.slug,
            "sensor": sensor,
            "processor": manifests[0].processor,
            "gsd": cell,
            "gsd_native": [manifests[0].gsd.get(band, cell) for band in frame.bands],
            "label": manifests[0].label,
            "left_out": list(left_out),
        },
    )
    for variable in variables:
        cube[variable].encoding["grid_mapping"] = "spatial_ref"
    cube[name].attrs = {
        "units": "1",
        "long_name": "linear backscatter, gamma nought" if dim == "pol" else "surface reflectance",
    }
    return cube


def stored_observations(
    folder: Path,
    site: Site,
    *,
    sensor: str,
    screenings: Mapping[str, Screening],
    bands: Sequence[str] | None = None,
    **selection: Any,
) -> Iterator[xr.Dataset]:
    """Read the stored images of a site one at a time, so that memory does not grow with them.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : Site
        The site.
    sensor : str
        Sensor.
    screenings : mapping of str to Screening
        Item id to the answer of the clear-sky screening, from
        `skytally.imagery.clear_sky.stored_image_screening_cache.read_screenings`.
    bands : sequence of str, optional
        All if not given.
    **selection
        ``processor``, ``relative_orbit`` and ``period`` as in `select_stored`.

    Yields
    ------
    xarray.Dataset
        A cube of one time, as `stored_cube`.

    Raises
    ------
    DataError, IntegrityError
        As `stored_cube`.
    """
    chosen = select_stored(folder, site, sensor=sensor, **selection).manifests
    frame = cube_frame(site, chosen, bands, screenings)
    for manifest in chosen:
        numbers, quality = _read_pixels(folder, manifest, frame)
        typed = None if quality is None else quality.astype(CLASSIFIED[sensor][1])[None]
        yield assembled_cube(frame, [manifest], numbers[None], typed)


def stored_cube(
    folder: Path,
    site: Site,
    *,
    sensor: str,
    screenings: Mapping[str, Screening],
    bands: Sequence[str] | None = None,
    **selection: Any,
) -> xr.Dataset:
    """Read the stored images of a site into one cube.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : Site
        The site.
    sensor : str
        Sensor.
    screenings : mapping of str to Screening
        Item id to the answer of the clear-sky screening, from
        `skytally.imagery.clear_sky.stored_image_screening_cache.read_screenings`.
    bands : sequence of str, optional
        All if not given.
    **selection
        ``processor``, ``relative_orbit`` and ``period`` as in `select_stored`.

    Returns
    -------
    xarray.Dataset, dims (time, band, y, x) or (time, pol, y, x)
        ``reflectance`` 0 to 1, or ``gamma0`` linear, float32, NaN where there are no data;
        ``scl`` or ``qa_pixel``, dims (time, y, x), where the sensor has a classification. The
        answer of the screening lies along time in ``usable``, ``reason``, ``flags``,
        ``clear_share`` and ``ring_offset`` (time, band): images that cannot be used are kept,
        so that a measure says of them why it has no number. ``attrs["left_out"]`` names images
        that are stored but repeat another one.

    Raises
    ------
    DataError
        If there is no such image, no such band, several processors or grids would be mixed, or
        an image was never screened.
    IntegrityError
        If a chip is not what was stored.
    """
    stored = select_stored(folder, site, sensor=sensor, **selection)
    manifests = stored.manifests
    frame = cube_frame(site, manifests, bands, screenings)
    shape = (len(manifests), len(frame.bands), *site.grid.shape(frame.cell))
    numbers = np.empty(shape, np.float32)
    quality: Any = None
    if sensor in CLASSIFIED and any(QUALITY in each.bands for each in manifests):
        quality = np.zeros((shape[0], *shape[2:]), CLASSIFIED[sensor][1])
    for i, manifest in enumerate(manifests):
        numbers[i], classified = _read_pixels(folder, manifest, frame)
        if quality is not None and classified is not None:
            quality[i] = classified
    return assembled_cube(frame, manifests, numbers, quality, stored.left_out)
