"""Cubes rebuilt from chips: one sensor, one processor, the site's fixed grid, nothing invented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rioxarray  # noqa: F401  # gives the datasets their CRS
import xarray as xr

from skytally.checks import DataError
from skytally.scenes import store
from skytally.scenes.grids import cell_of, on_site
from skytally.scenes.manifests import Manifest
from skytally.scenes.offers import QUALITY
from skytally.scenes.providers import LANDSAT, SENTINEL_1, SENTINEL_2
from skytally.scenes.quality import classes
from skytally.scenes.radiometry import audit, physical
from skytally.scenes.series import select
from skytally.scenes.sites import Site, mask

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
    _, arrays = store.get(folder, frame.site.slug, manifest.item_id)
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
