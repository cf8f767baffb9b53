"""Pixels of a delivered scene over a site, on the site's lattice, at the cost of the window."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.warp import reproject, transform_bounds
from rasterio.windows import Window
from scipy import ndimage

from skytally.core import AcquisitionError
from skytally.imagery.acquire.byte_range_reader_and_window_geometry import Bounds, OutsideSceneError
from skytally.imagery.acquire.deliveries.image_header import open_image
from skytally.imagery.acquire.deliveries.nodata_masks import (
    black_collar,
    masked_by_file,
    stated_missing,
    with_nodata,
)
from skytally.imagery.acquire.image_provider_table import LANDSAT, OTHER_SENSOR, QUALITY, SENTINEL_2
from skytally.imagery.acquire.neighbouring_utm_zone_resampling import window_bounds_in
from skytally.imagery.acquire.offered_scene import Asset, SceneItem
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels
from skytally.imagery.sites import Site
from skytally.web import redacted_message

NESTING_SIZES = (
    0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 0.8, 1.0, 1.2, 1.25, 1.5, 2.0, 2.4, 2.5, 3.0, 4.0, 5.0, 6.0,
    7.5, 10.0, 12.0, 15.0, 20.0, 30.0,
)  # fmt: skip
"""Metres a pixel of which a site's window holds a whole number: its corners are multiples of 60."""
SENSOR_SIZES = {LANDSAT: 30.0}
"""Metres a pixel to which scenes of a measured sensor are brought; 10 for the others."""
COARSER_TOLERANCE = 1.5
"""Times the pixel size of its measures by which an image of a measured sensor may be coarser."""
MAX_PIXELS = 25_000_000
"""Pixels of a band that are stored; a larger window is averaged to larger pixels."""
OFF_LATTICE = 1e-3
"""Share of a pixel within which a corner counts as lying on the site's lattice."""
BLOCK_ROWS = 512
"""Rows resampled at a time."""
NO_CLASS = {SENTINEL_2: (0, "uint8"), LANDSAT: (1, "uint16")}
"""Class for missing data of a sensor's classification, and the type of its classes."""
SAME_GRID = 0.01
"""Share of a pixel within which a mask lies on the grid of its image."""
NEIGHBOURS_PX = 2
"""Pixels read around a window, so that each has its neighbours when it is resampled."""


_Hidden = Callable[[Window], Any]
"""From a window of an image to the pixels that its mask hides; False for none."""


@dataclass(frozen=True)
class _Target:
    """Grid onto which a scene is brought, or on which it lies already."""

    crs: CRS
    transform: affine.Affine
    shape: tuple[int, int]
    resampled: bool


def _paths(asset: Asset) -> tuple[str, ...]:
    return asset.parts or (asset.href,)


def _true_bounds(source: rasterio.DatasetReader) -> Bounds:
    """Bounds of an image, turned ones included."""
    rows, cols = source.shape
    corners = [source.transform @ corner for corner in ((0, 0), (cols, 0), (0, rows), (cols, rows))]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _pixel_size(source: rasterio.DatasetReader, crs: CRS) -> float:
    """Side of a pixel in metres of a system."""
    a, b, _, d, e, _ = tuple(source.transform)[:6]
    if source.crs == crs:
        return math.sqrt(abs(a * e - b * d))
    rows, cols = source.shape
    west, south, east, north = transform_bounds(source.crs, crs, *_true_bounds(source))
    return math.sqrt((east - west) * (north - south) / (rows * cols))


def _is_upright(source: rasterio.DatasetReader) -> bool:
    a, b, _, d, e, _ = tuple(source.transform)[:6]
    return not (b or d) and a > 0 and math.isclose(a, -e, rel_tol=1e-6)


def _nests(source: rasterio.DatasetReader, site: Site, *, half: bool) -> bool:
    """Whether pixels lie on the site's lattice, or `half` a pixel off as those of Landsat do."""
    if not _is_upright(source):
        return False
    size = source.transform.a
    step = size / 2 if half else size
    offsets = (
        (source.transform.c - site.grid.bounds[0]) / step,
        (source.transform.f - site.grid.bounds[3]) / step,
    )
    whole = all(abs(offset - round(offset)) < OFF_LATTICE for offset in offsets)
    return whole and any(math.isclose(size, each) for each in (*NESTING_SIZES, 60.0))


def _all_assets(item: SceneItem) -> Iterator[Asset]:
    """Yield the files of a scene and those of the other parts of its pass."""
    for part in (item, *item.joined):
        yield from part.assets.values()


def _covered(item: SceneItem, crs: CRS, bounds: Bounds) -> Bounds | None:
    """Part of some bounds that the files of a scene reach into, or None."""
    boxes = []
    for path in sorted({path for asset in _all_assets(item) for path in _paths(asset)}):
        with open_image(path) as source:
            box = _true_bounds(source)
            boxes.append(box if source.crs == crs else transform_bounds(source.crs, crs, *box))
    west, south = (max(bounds[i], min(box[i] for box in boxes)) for i in (0, 1))
    east, north = (min(bounds[i], max(box[i] for box in boxes)) for i in (2, 3))
    return (west, south, east, north) if west < east and south < north else None


def _lattice(bounds: Bounds, origin: tuple[float, float], cell: float, crs: CRS) -> _Target:
    """Grid of whole cells, counted from an origin, that covers some bounds."""
    left, top = (
        math.floor((bounds[0] - origin[0]) / cell + 1e-6),
        math.floor((origin[1] - bounds[3]) / cell + 1e-6),
    )
    right, bottom = (
        math.ceil((bounds[2] - origin[0]) / cell - 1e-6),
        math.ceil((origin[1] - bounds[1]) / cell - 1e-6),
    )
    transform = affine.Affine(cell, 0, origin[0] + left * cell, 0, -cell, origin[1] - top * cell)
    return _Target(crs, transform, (max(bottom - top, 1), max(right - left, 1)), True)


def _cell(item: SceneItem, finest: float, area: float) -> float:
    """Metres a pixel at which a scene is stored.

    Raises
    ------
    AcquisitionError
        If an image of a measured sensor is coarser than its measures allow.
    """
    if item.sensor != OTHER_SENSOR:
        cell = SENSOR_SIZES.get(item.sensor, 10.0)
        if finest > COARSER_TOLERANCE * cell:
            message = (
                f"pixels of {finest:.0f} m, too coarse for the measures of {item.sensor}, which "
                f"need {cell:g} m; export it at its full resolution"
            )
            raise AcquisitionError(message)
        return cell
    fitting = [size for size in NESTING_SIZES if size <= finest * 1.001]
    smallest = math.sqrt(area / MAX_PIXELS)
    cell = max(fitting, default=NESTING_SIZES[0])
    return next((size for size in NESTING_SIZES if size >= max(cell, smallest)), NESTING_SIZES[-1])


def _layout(item: SceneItem, site: Site, crs: CRS) -> tuple[float, tuple[float, float], bool]:
    """Smallest pixel, the corner of its file, and whether all files lie on a lattice of the site.

    Files of a neighbouring zone need lie on no lattice: they are brought to it once, after that.
    """
    beside, native, found = crs.to_epsg() != site.grid.epsg, True, []
    for asset in _all_assets(item):
        for path in _paths(asset):
            with open_image(path) as source:
                found.append((_pixel_size(source, crs), (source.transform.c, source.transform.f)))
                fits = _nests(source, site, half=item.sensor == LANDSAT)
                native &= source.crs == crs and (_is_upright(source) if beside else fits)
    finest, origin = min(found)
    return finest, origin, native


def _target(item: SceneItem, site: Site) -> _Target | None:
    """Grid of the pixels that are stored, None where the scene does not reach into the window."""
    epsg = item.epsg or site.grid.epsg
    crs = CRS.from_epsg(epsg)
    bounds = window_bounds_in(site, epsg)
    covered = _covered(item, crs, bounds)
    if covered is None:
        return None
    finest, origin, native = _layout(item, site, crs)
    area = (covered[2] - covered[0]) * (covered[3] - covered[1])
    measured = item.sensor != OTHER_SENSOR
    if native and (measured or area / finest**2 <= MAX_PIXELS):
        # scenes of a measured sensor have the whole window, as those of a catalogue have
        target = _lattice(bounds if measured else covered, origin, finest, crs)
        return replace(target, resampled=False)
    west, _, _, north = site.grid.bounds
    return _lattice(covered, (west, north), _cell(item, finest, area), crs)


def _source_window(source: rasterio.DatasetReader, crs: CRS, bounds: Bounds) -> Window | None:
    """Smallest window of an image that covers some bounds, with neighbours; None beside it."""
    west, south, east, north = (
        bounds if source.crs == crs else transform_bounds(crs, source.crs, *bounds)
    )
    inverse = ~source.transform
    corners = [inverse @ corner for corner in ((west, north), (east, north), (west, south),
                                               (east, south))]  # fmt: skip
    cols, rows = zip(*corners, strict=True)
    left, top = (max(math.floor(min(axis)) - NEIGHBOURS_PX, 0) for axis in (cols, rows))
    right = min(math.ceil(max(cols)) + NEIGHBOURS_PX, source.width)
    bottom = min(math.ceil(max(rows)) + NEIGHBOURS_PX, source.height)
    return Window(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _blocks(target: _Target) -> Iterator[tuple[slice, affine.Affine, Bounds]]:
    for first in range(0, target.shape[0], BLOCK_ROWS):
        rows = slice(first, min(first + BLOCK_ROWS, target.shape[0]))
        transform = target.transform @ affine.Affine.translation(0, first)
        west, north = transform.c, transform.f
        east = west + target.transform.a * target.shape[1]
        south = north - target.transform.a * (rows.stop - rows.start)
        yield rows, transform, (west, south, east, north)


def _resampling(asset: Asset, target: _Target, size: float) -> Resampling:
    if asset.band == QUALITY or not target.resampled:
        return Resampling.nearest
    return Resampling.average if target.transform.a >= 2 * size else Resampling.bilinear


@contextmanager
def _mask_beside(asset: Asset, source: rasterio.DatasetReader) -> Iterator[_Hidden]:
    """Open the mask file beside an image, if there is one, and give what it hides by window."""
    kind, _, path = asset.mask.partition("|")
    if not path:
        yield lambda _: False
        return
    with open_image(path) as mask:
        if mask.shape != source.shape:
            message = f"its mask has {mask.shape} rows and columns, the image {source.shape}"
            raise AcquisitionError(message)
        if not mask.transform.almost_equals(source.transform, precision=SAME_GRID * source.res[0]):
            message = "its mask lies on another grid than the image; deliver the mask of the image"
            raise AcquisitionError(message)
        yield lambda window: masked_by_file(mask, kind, window)


def _band_values(
    asset: Asset, target: _Target
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_], int]:
    """Numbers of one band on the target grid, which of them are missing, and bytes decoded."""
    floats = np.full(target.shape, np.nan, np.float32)
    dtype, decoded = np.dtype("float32"), 0
    for path in _paths(asset):
        with open_image(path) as source, _mask_beside(asset, source) as hidden:
            dtype = np.dtype(source.dtypes[asset.layer - 1])
            size = _pixel_size(source, target.crs)
            how = _resampling(asset, target, size)
            for rows, transform, bounds in _blocks(target):
                window = _source_window(source, target.crs, bounds)
                if window is None:
                    continue
                values = source.read(asset.layer, window=window)
                decoded += values.nbytes
                missing = stated_missing(source, asset.layer, window, values, asset.nodata)
                missing |= hidden(window)
                plain = values.astype(np.float32)
                plain[missing] = np.nan
                block = np.full((rows.stop - rows.start, target.shape[1]), np.nan, np.float32)
                corner = affine.Affine.translation(window.col_off, window.row_off)
                reproject(
                    plain, block, src_transform=source.transform @ corner, src_crs=source.crs,
                    src_nodata=np.nan, dst_transform=transform, dst_crs=target.crs,
                    dst_nodata=np.nan, resampling=how,
                )  # fmt: skip
                found = np.isfinite(block)
                floats[rows][found] = block[found]
    missing = ~np.isfinite(floats)
    if dtype.kind == "f":
        return floats, missing, decoded
    whole = np.where(missing, 0, np.rint(floats))
    return whole.astype(dtype), missing, decoded


def _as_classes(
    values: npt.NDArray[Any], missing: npt.NDArray[np.bool_], sensor: str
) -> tuple[npt.NDArray[Any], float]:
    """Classification of a scene with its own class for missing data, and that class."""
    number, dtype = NO_CLASS[sensor]
    whole = np.where(missing, number, values)
    classes = whole.astype(dtype)
    if (classes != whole).any():
        message = "its classification holds numbers that are no classes; deliver it unscaled"
        raise AcquisitionError(message)
    return classes, float(number)


def _has_collar(item: SceneItem) -> tuple[bool, bool]:
    """Whether a black edge of a scene may be a collar, and whether its compression is lossy."""
    stated = lossy = False
    for asset in item.assets.values():
        with open_image(_paths(asset)[0]) as source:
            own = source.nodata is not None or "alpha" in {c.name for c in source.colorinterp}
            stated |= own or asset.nodata is not None or bool(asset.mask)
            lossy |= str(source.profile.get("compress", "")).lower() in ("jpeg", "ycbcr jpeg")
    return not stated, lossy


_Bands = dict[str, npt.NDArray[Any]]
"""From a band to its pixels, or to a mask of them."""


def _part_on_grid(part: SceneItem, target: _Target) -> tuple[_Bands, _Bands, int]:
    """Numbers of the bands of one part on the target grid, which are missing, bytes decoded."""
    values, missing, decoded = {}, {}, 0
    for band, asset in sorted(part.assets.items()):
        values[band], missing[band], read = _band_values(asset, target)
        decoded += read
    may, lossy = _has_collar(part)
    if may and not all(each.all() for each in missing.values()):
        common = np.logical_and.reduce(list(missing.values()))
        collar = black_collar(values, common, lossy=lossy)
        if target.resampled and collar.any():
            # a pixel at the edge of the collar is mixed with it
            collar = ndimage.binary_dilation(collar)
        missing = {band: each | collar for band, each in missing.items()}
    return values, missing, decoded


def _parts_on_grid(item: SceneItem, target: _Target) -> tuple[_Bands, _Bands, int]:
    """As `_part_on_grid`, a pixel of which one part has no band being that of the next part.

    Raises
    ------
    AcquisitionError
        If the parts have other bands or numbers of another type.
    """
    values, missing, decoded = _part_on_grid(item, target)
    for part in item.joined:
        others, unknown, read = _part_on_grid(part, target)
        decoded += read
        if {b: each.dtype for b, each in others.items()} != {
            b: each.dtype for b, each in values.items()
        }:
            message = f"{part.item_id}, a part of its pass, has other bands or types of numbers"
            raise AcquisitionError(message)
        lacking = np.logical_and.reduce(list(missing.values()))
        values = {band: np.where(lacking, others[band], each) for band, each in values.items()}
        missing = {band: np.where(lacking, unknown[band], each) for band, each in missing.items()}
    return values, missing, decoded


def _source(item: SceneItem, band: str) -> dict[str, Any]:
    """Files from which a band was read, as the manifest names them."""
    asset = item.assets[band]
    joined = {part.item_id: part.assets[band].href for part in item.joined}
    named = {"href": asset.href, "size": asset.size, "checksum": None, "etag": ""}
    return {**named, "joined": joined} if joined else named


def _scene_over_site(item: SceneItem, site: Site) -> ScenePixels | OutsideSceneError:
    target = _target(item, site)
    if target is None:
        return OutsideSceneError(f"{item.item_id}: no pixel of the site in its files")
    values, missing, decoded = _parts_on_grid(item, target)
    if all(each.all() for each in missing.values()):
        return OutsideSceneError(f"{item.item_id}: its files have no data in the window")
    filled = {
        band: _as_classes(values[band], missing[band], item.sensor)
        if band == QUALITY and item.sensor in NO_CLASS
        else with_nodata(values[band], missing[band], item.assets[band].nodata)
        for band in values
    }
    return ScenePixels(
        arrays={band: array for band, (array, _) in filled.items()},
        transform=target.transform,
        epsg=int(item.epsg or site.grid.epsg),
        gsd={band: asset.gsd or target.transform.a for band, asset in item.assets.items()},
        nodata={band: nodata for band, (_, nodata) in filled.items()},
        bytes_read=decoded,
        requests=0,
        sources={band: _source(item, band) for band in item.assets},
    )


def read_delivered_scene(
    item: SceneItem, sites: Sequence[Site]
) -> list[ScenePixels | OutsideSceneError]:
    """Read one scene of a delivery over all sites that it shows.

    Pixels that lie on a site's lattice are taken as they are. Others, turned or of another
    system, are brought onto it: reflectance between its neighbours, averaged where the stored
    pixels are much larger, classes by the nearest. Memory grows with the part of the window that
    the image covers, at most `MAX_PIXELS` a band, and not with a grid that both would fit.
    Parts of the same pass that are joined to the scene fill the pixels that it lacks.

    Parameters
    ----------
    item : SceneItem
        The scene, from `skytally.imagery.acquire.own_image_scene_items`.
    sites : sequence of Site
        The sites.

    Returns
    -------
    list of ScenePixels or OutsideSceneError
        One a site, in order; an error (not raised) where the scene has no pixel of it.

    Raises
    ------
    AcquisitionError
        If a file cannot be read, is too coarse for its sensor, or has another grid than its mask.
    """
    try:
        return [_scene_over_site(item, site) for site in sites]
    except (RasterioError, OSError, ValueError, MemoryError) as error:
        message = f"{item.item_id}: {redacted_message(error)}"
        raise AcquisitionError(message) from None
    except AcquisitionError as error:
        message = f"{item.item_id}: {error}"
        raise AcquisitionError(message) from None
