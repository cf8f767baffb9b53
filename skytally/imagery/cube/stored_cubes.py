"""Chips on the fixed grid of their site: cut and repeated, never interpolated.

Which stored looks make one series: one sensor, one processor, each acquisition once.

Cubes rebuilt from chips: one sensor, one processor, the site's fixed grid, nothing invented.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rioxarray  # noqa: F401  # gives the datasets their CRS
import xarray as xr

from skytally.core.errors import DataError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.chip_manifest import Manifest
from skytally.imagery.acquire.pixel_classes import classes
from skytally.imagery.acquire.providers import LANDSAT, SENTINEL_1, SENTINEL_2
from skytally.imagery.acquire.radiometry import audit, physical
from skytally.imagery.acquire.scene_selection import SAME_PASS_S, version
from skytally.imagery.acquire.stac.scene_items import QUALITY
from skytally.imagery.sites.site_register import Site, mask

MOST_REPEATED = 8
"""A pixel that would have to be cut finer than this is on no grid of ours."""


def cell_of(manifest: Manifest, site: Site) -> float:
    """Give the pixel size at which both the chip's pixels and the site's window are whole.

    It is the chip's own size where its grid and the site's nest; half of it for Landsat, whose
    corners lie half a pixel off.

    Parameters
    ----------
    manifest : Manifest
        Of the chip.
    site : Site
        Where it is to lie.

    Returns
    -------
    float
        Metres.

    Raises
    ------
    DataError
        If the chip is in another zone, or its grid does not fit the site's.
    """
    west, south, east, north = site.grid.bounds
    a, _, x, _, _, y = manifest.transform
    lengths = [a, x - west, y - north, east - west, north - south]
    millimetres = [round(1000 * length) for length in lengths]
    cell = math.gcd(*millimetres) / 1000
    if manifest.epsg != site.grid.epsg or not cell or a / cell > MOST_REPEATED:
        message = (
            f"{manifest.item_id}: pixels of {a:g} m at {x:g}, {y:g} in EPSG:{manifest.epsg} do not "
            f"fit the grid of {site.slug}; bring the image onto that grid before storing it"
        )
        raise DataError(message)
    return cell


def on_site(
    arrays: Mapping[str, npt.NDArray[Any]],
    manifest: Manifest,
    site: Site,
    *,
    fill: Mapping[str, float | None],
) -> dict[str, npt.NDArray[Any]]:
    """Lay a chip on the site's grid.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray, dims (y, x)
        Bands of the chip.
    manifest : Manifest
        Of the chip.
    site : Site
        Its grid.
    fill : mapping of str to float or None
        Band to the number that stands where the chip does not reach; 0 for None.

    Returns
    -------
    dict of str to numpy.ndarray, dims (y, x)
        Of ``site.grid.shape(cell_of(manifest, site))``.

    Raises
    ------
    DataError
        As `cell_of`.
    """
    cell = cell_of(manifest, site)
    a, _, x, _, _, y = manifest.transform
    k, rows_cols = round(a / cell), site.grid.shape(cell)
    left, top = round((site.grid.bounds[0] - x) / cell), round((y - site.grid.bounds[3]) / cell)
    found = {}
    for band, array in arrays.items():
        fine = array if k == 1 else array.repeat(k, 0).repeat(k, 1)
        if (top, left) == (0, 0) and fine.shape == rows_cols:
            found[band] = fine
            continue
        stated = fill.get(band)
        laid = np.full(rows_cols, 0 if stated is None else stated, array.dtype)
        row, col = max(top, 0), max(left, 0)
        rows = min(fine.shape[0], top + rows_cols[0]) - row
        cols = min(fine.shape[1], left + rows_cols[1]) - col
        if rows > 0 and cols > 0:
            piece = fine[row : row + rows, col : col + cols]
            laid[row - top : row - top + rows, col - left : col - left + cols] = piece
        found[band] = laid
    return found


@dataclass(frozen=True)
class Selection:
    """The looks of one cube, and what was left out of it."""

    manifests: tuple[Manifest, ...]
    """In the order of time."""
    left_out: tuple[str, ...] = field(default=())
    """One sentence a look."""


def _moment(manifest: Manifest) -> datetime:
    return datetime.fromisoformat(manifest.time)


def _passes(manifests: Iterable[Manifest]) -> list[list[Manifest]]:
    """Put looks of one satellite within a minute together: they show the same moment."""
    ordered = sorted(manifests, key=lambda each: (each.platform, each.time, each.item_id))
    passes: list[list[Manifest]] = []
    for each in ordered:
        first = passes[-1][0] if passes else None
        if (
            first is not None
            and first.platform == each.platform
            and (_moment(each) - _moment(first)).total_seconds() <= SAME_PASS_S
        ):
            passes[-1].append(each)
        else:
            passes.append([each])
    return passes


def _once(manifests: Iterable[Manifest]) -> Selection:
    """Keep one processing of each acquisition: two providers may have brought the same one."""
    kept, left = [], []
    for group in _passes(manifests):
        newest = max(group, key=lambda each: (version(each.baseline), each.item_id))
        kept.append(newest)
        left += [
            f"{each.item_id}: the same acquisition as {newest.item_id}"
            for each in group
            if each is not newest
        ]
    ordered = sorted(kept, key=lambda each: (each.time, each.item_id))
    return Selection(tuple(ordered), tuple(sorted(left)))


def select(
    folder: Path,
    site: Site,
    *,
    sensor: str,
    processor: str | None = None,
    relative_orbit: int | None = None,
    period: tuple[str, str] | None = None,
) -> Selection:
    """Choose the looks of a cube from the manifests, without reading a pixel.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : Site
        The site.
    sensor : str
        ``sentinel-2``, ``sentinel-1``, ``landsat`` or ``other``.
    processor : str, optional
        Needed where the store holds looks of several.
    relative_orbit : int, optional
        Only this track.
    period : (str, str), optional
        First and last day, UTC, both included.

    Returns
    -------
    Selection

    Raises
    ------
    DataError
        If there is no such look, or several processors would be mixed.
    IntegrityError
        If a manifest is not what was written.
    """
    found = [each for each in chip_store.manifests(folder, site.slug) if each.sensor == sensor]
    if processor is not None:
        found = [each for each in found if each.processor == processor]
    if relative_orbit is not None:
        found = [each for each in found if each.relative_orbit == relative_orbit]
    if period is not None:
        found = [each for each in found if period[0] <= each.time[:10] <= period[1]]
    processors = sorted({each.processor for each in found})
    labels = sorted({each.label for each in found})
    if len(processors) > 1 or len(labels) > 1:
        mixed = processors if len(processors) > 1 else labels
        message = (
            f"{site.slug}, {sensor}: looks of {', '.join(map(repr, mixed))}; name one processor"
        )
        raise DataError(message)
    if not found:
        message = f"{site.slug}: no look of {sensor} in {folder} fits; run refresh for it"
        raise DataError(message)
    return _once(found)


RADAR, OPTICAL = "gamma0", "reflectance"
CLASSIFIED = {SENTINEL_2: ("scl", "uint8"), LANDSAT: ("qa_pixel", "uint16")}
"""Sensor to the name and type of its classification in a cube."""
PER_LOOK = (
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
"""Coordinates along time."""


def _offset(manifest: Manifest) -> float:
    shifts = set(manifest.offset.values())
    return shifts.pop() if len(shifts) == 1 and manifest.sensor != SENTINEL_1 else float("nan")


def _per_look(manifests: Sequence[Manifest]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "time": ("time", [np.datetime64(each.time[:-1], "ns") for each in manifests])
    }
    for word in PER_LOOK:
        values = [_offset(each) if word == "offset" else getattr(each, word) for each in manifests]
        if word == "relative_orbit":
            columns[word] = ("time", np.array([-1 if v is None else v for v in values], "int32"))
        elif word == "offset" or word.endswith(("zenith", "azimuth")):
            columns[word] = ("time", np.array([np.nan if v is None else v for v in values], float))
        else:
            columns[word] = ("time", np.array(values, dtype=str))
    return columns


@dataclass(frozen=True)
class _Frame:
    """What all looks of a cube share."""

    site: Site
    cell: float
    bands: tuple[str, ...]
    water: npt.NDArray[np.bool_] | None


def _frame(site: Site, manifests: Sequence[Manifest], bands: Sequence[str] | None) -> _Frame:
    cells = {cell_of(each, site) for each in manifests}
    known = sorted({band for each in manifests for band in each.bands} - {QUALITY})
    unknown = sorted(set(bands or ()) - set(known))
    if unknown or len(cells) > 1:
        what = f"no band {', '.join(unknown)}; there are {', '.join(known)}"
        if len(cells) > 1:
            what = (
                f"looks of {', '.join(f'{cell:g} m' for cell in sorted(cells))}; name a processor"
            )
        message = f"{site.slug}: {what}"
        raise DataError(message)
    cell = cells.pop()
    there = any(outline.kind == "openwater" for outline in site.outlines)
    water = mask(site, "openwater", gsd=cell) if there else None
    return _Frame(site, cell, tuple(bands or known), water)


def _numbers(folder: Path, manifest: Manifest, frame: _Frame) -> tuple[Any, Any, str]:
    """Give the numbers (band, y, x) and the classification of one look, and why not to use it."""
    _, arrays = chip_store.get(folder, frame.site.slug, manifest.item_id)
    laid = on_site(arrays, manifest, frame.site, fill=manifest.nodata)
    values = {
        band: physical(
            laid[band], manifest.scale[band], manifest.offset[band], manifest.nodata[band]
        )
        for band in manifest.scale
    }
    quality = laid.get(QUALITY)
    seen = classes(quality, manifest.sensor) if quality is not None else None
    faults = audit(values, seen, open_water=frame.water) if seen else []
    absent = np.full(frame.site.grid.shape(frame.cell), np.nan, np.float32)
    return np.stack([values.get(band, absent) for band in frame.bands]), quality, "; ".join(faults)


def _reference(site: Site, cell: float) -> xr.DataArray:
    """Give CRS and grid as rioxarray writes them.

    It is written to a dataset without pixels: what rioxarray touches holds itself, and would keep
    the pixels of look after look in memory.
    """
    empty = xr.Dataset().rio.write_crs(site.grid.epsg)
    return empty.rio.write_transform(site.grid.transform(cell))["spatial_ref"]


def _dataset(
    frame: _Frame, manifests: Sequence[Manifest], numbers: Any, quality: Any, left: Sequence[str]
) -> xr.Dataset:
    site, cell, sensor = frame.site, frame.cell, manifests[0].sensor
    west, south, east, north = site.grid.bounds
    name, dim = (RADAR, "pol") if sensor == SENTINEL_1 else (OPTICAL, "band")
    variables: dict[str, Any] = {name: (("time", dim, "y", "x"), numbers)}
    if quality is not None:
        variables[CLASSIFIED[sensor][0]] = (("time", "y", "x"), quality)
    cube = xr.Dataset(
        variables,
        coords={
            **_per_look(manifests),
            dim: list(frame.bands),
            "y": ("y", np.arange(north - cell / 2, south, -cell)),
            "x": ("x", np.arange(west + cell / 2, east, cell)),
            "spatial_ref": _reference(site, cell),
        },
        attrs={
            "title": f"{site.name}, {sensor}",
            "site": site.slug,
            "sensor": sensor,
            "processor": manifests[0].processor,
            "gsd": cell,
            "gsd_native": [manifests[0].gsd.get(band, cell) for band in frame.bands],
            "label": manifests[0].label,
            "left_out": list(left),
        },
    )
    for variable in variables:
        cube[variable].encoding["grid_mapping"] = "spatial_ref"
    cube[name].attrs = {
        "units": "1",
        "long_name": "linear backscatter, gamma nought" if dim == "pol" else "surface reflectance",
    }
    return cube


def looks(
    folder: Path,
    site: Site,
    *,
    sensor: str,
    bands: Sequence[str] | None = None,
    left_out: dict[str, str] | None = None,
    **which: Any,
) -> Iterator[xr.Dataset]:
    """Give one look at a time, so that memory does not grow with their number.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : Site
        The site.
    sensor : str
        Sensor.
    bands : sequence of str, optional
        All if not given.
    left_out : dict of str to str, optional
        Takes the name of each look that is left out, with the reason.
    **which
        ``processor``, ``relative_orbit`` and ``period`` as in `select`.

    Yields
    ------
    xarray.Dataset
        A cube of one time. A look whose numbers contradict its declared offset is left out.

    Raises
    ------
    DataError, IntegrityError
        As `cube`.
    """
    chosen = select(folder, site, sensor=sensor, **which).manifests
    frame = _frame(site, chosen, bands)
    for manifest in chosen:
        numbers, quality, fault = _numbers(folder, manifest, frame)
        if fault:
            if left_out is not None:
                left_out[manifest.item_id] = f"radiometric audit: {fault}"
        else:
            typed = None if quality is None else quality.astype(CLASSIFIED[sensor][1])[None]
            yield _dataset(frame, [manifest], numbers[None], typed, [])


def cube(
    folder: Path, site: Site, *, sensor: str, bands: Sequence[str] | None = None, **which: Any
) -> xr.Dataset:
    """Build a cube from the chips of a site.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : Site
        The site.
    sensor : str
        Sensor.
    bands : sequence of str, optional
        All if not given.
    **which
        ``processor``, ``relative_orbit`` and ``period`` as in `select`.

    Returns
    -------
    xarray.Dataset, dims (time, band, y, x) or (time, pol, y, x)
        ``reflectance`` 0 to 1, or ``gamma0`` linear, float32, NaN where there are no data;
        ``scl`` or ``qa_pixel``, dims (time, y, x), where the sensor has a classification.
        ``attrs["left_out"]`` names looks that are stored but not used, with the reason.

    Raises
    ------
    DataError
        If there is no such look, no such band, or several processors or grids would be mixed.
    IntegrityError
        If a chip is not what was stored.
    """
    selection = select(folder, site, sensor=sensor, **which)
    frame = _frame(site, selection.manifests, bands)
    shape = (len(selection.manifests), len(frame.bands), *site.grid.shape(frame.cell))
    numbers = np.empty(shape, np.float32)
    quality: Any = None
    if sensor in CLASSIFIED and any(QUALITY in each.bands for each in selection.manifests):
        quality = np.zeros((shape[0], *shape[2:]), CLASSIFIED[sensor][1])
    kept: list[Manifest] = []
    left = list(selection.left_out)
    for manifest in selection.manifests:
        at = len(kept)
        numbers[at], classified, fault = _numbers(folder, manifest, frame)
        if fault:
            left.append(f"{manifest.item_id}: radiometric audit: {fault}")
            continue
        if quality is not None and classified is not None:
            quality[at] = classified
        kept.append(manifest)
    if not kept:
        message = f"{site.slug}: every look of {sensor} fails the audit: {'; '.join(left[:3])}"
        raise DataError(message)
    n = len(kept)
    return _dataset(frame, kept, numbers[:n], None if quality is None else quality[:n], left)
