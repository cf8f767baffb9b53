"""Read the pixels of a scene over its sites: all bands in parallel, with retries, on one grid."""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

import numpy.typing as npt

from skytally.core import AcquisitionError
from skytally.imagery.acquire.byte_range_fetching import FetchAttemptError, FetchSettings, SignUrl
from skytally.imagery.acquire.byte_range_reader_and_window_geometry import (
    EDGE_TOLERANCE_PX,
    BandWindow,
    Bounds,
    ComplexNumbersError,
    OutsideSceneError,
    RangeReader,
)
from skytally.imagery.acquire.gdal_fallback_reader import JPEG_2000_SIGNATURE, read_with_gdal
from skytally.imagery.acquire.neighbouring_utm_zone_resampling import (
    is_reprojectable,
    window_bounds_in,
)
from skytally.imagery.acquire.offered_scene import Asset, SceneItem
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels, joined_pixels
from skytally.imagery.acquire.tiled_geotiff_reader import UnsupportedLayoutError, read_tiled_windows
from skytally.imagery.sites import Site
from skytally.web import redacted_message, url_without_query

MAX_PIXEL_RATIO = 60
"""Most pixels of the finest band along the side of one of the coarsest."""
EXTENT_TOLERANCE_PX = 1.5
"""Pixels of a band by which its file may reach beyond that of the finest band."""
SCENE_TIME_FACTOR = 4
"""A scene may take this many times the deadline of one file, since its files queue for threads."""


@dataclass(frozen=True)
class _FileResult:
    blocks: list[BandWindow | None]
    received: int
    requests: int


@functools.lru_cache(maxsize=4)
def _thread_pool(process: int, concurrency: int) -> ThreadPoolExecutor:
    """Thread pool of this process in which files are read."""
    assert process == os.getpid()
    return ThreadPoolExecutor(concurrency, thread_name_prefix="file")


def _read_once(reader: RangeReader, sites: Sequence[Bounds], epsg: int | None) -> _FileResult:
    head = reader.head()
    try:
        read = read_with_gdal if head.startswith(JPEG_2000_SIGNATURE) else read_tiled_windows
        blocks = read(reader, head, sites, item_epsg=epsg)
    except UnsupportedLayoutError:
        blocks = read_with_gdal(reader, head, sites, item_epsg=epsg)
    return _FileResult(blocks, reader.received, reader.requests)


def _read_file(
    asset: Asset,
    sites: Sequence[Bounds],
    *,
    epsg: int | None,
    sign: SignUrl,
    settings: FetchSettings,
    stop: threading.Event,
) -> _FileResult:
    """Read one file, with retries while the fault may be transient."""
    until = time.monotonic() + settings.deadline_s
    pause = settings.pause_s
    message, attempt = "", 0
    kind: type[AcquisitionError] = AcquisitionError
    while attempt < settings.tries and not stop.is_set():
        attempt += 1
        retry_after, final = 0.0, False
        try:
            return _read_once(RangeReader(asset, sign, settings, until), sites, epsg)
        except FetchAttemptError as fault:
            message, retry_after, final = str(fault), fault.pause_s, fault.final
        except AcquisitionError as error:
            message, final = str(error), True
            kind = ComplexNumbersError if isinstance(error, ComplexNumbersError) else kind
        # corrupt bytes can make a decoder raise anything
        except Exception as error:
            message = redacted_message(error)
        rest = min(max(pause, retry_after), settings.longest_pause_s)
        if final or attempt == settings.tries or time.monotonic() + rest > until:
            break
        stop.wait(rest)
        pause *= 2
    attempts = f"{attempt} attempt{'s' if attempt > 1 else ''}"
    message = f"band {asset.band}: {message} (in {attempts}) [{url_without_query(asset.href)}]"
    raise kind(message)


def _read_files(
    item: SceneItem, sites: Sequence[Bounds], sign: SignUrl, settings: FetchSettings
) -> dict[str, _FileResult]:
    stop = threading.Event()
    pool = _thread_pool(os.getpid(), settings.concurrency)
    futures: dict[str, Future[_FileResult]] = {
        band: pool.submit(
            _read_file,
            asset,
            sites,
            epsg=item.epsg,
            sign=sign,
            settings=settings,
            stop=stop,
        )
        for band, asset in sorted(item.assets.items())
    }
    done, pending = wait(futures.values(), SCENE_TIME_FACTOR * settings.deadline_s, FIRST_EXCEPTION)
    stop.set()
    for future in pending:
        future.cancel()
    failed = [f.exception() for f in futures.values() if f in done and f.exception()]
    complex_numbers = [error for error in failed if isinstance(error, ComplexNumbersError)]
    if complex_numbers:
        message = f"{item.item_id}, {complex_numbers[0]}"
        raise ComplexNumbersError(message)
    if failed or pending:
        reason = str(failed[0]) if failed else "not read in the time for a scene"
        message = f"{item.item_id}, {reason}; the next refresh tries again"
        raise AcquisitionError(message)
    return {band: future.result() for band, future in futures.items()}


def _on_grid(block: BandWindow, fine: BandWindow) -> npt.NDArray[Any]:
    """Resample a band to a finer grid by repeating its pixels, cropped to that grid."""
    k = round(block.gsd / fine.gsd)
    col = (fine.transform.c - block.transform.c) / fine.gsd
    row = (block.transform.f - fine.transform.f) / fine.gsd
    top, left = round(row), round(col)
    rows, cols = fine.pixels.shape
    nested = max(abs(row - top), abs(col - left), abs(block.gsd / fine.gsd - k)) < EDGE_TOLERANCE_PX
    height, width = (k * side for side in block.pixels.shape)
    if (
        not (nested and k <= MAX_PIXEL_RATIO)
        or min(top, left) < 0
        or top + rows > height
        or left + cols > width
    ):
        message = (
            f"pixels of {block.gsd:g} m at {tuple(block.transform[:6])} do not nest in "
            f"those of {fine.gsd:g} m at {tuple(fine.transform[:6])}"
        )
        raise AcquisitionError(message)
    array = block.pixels if k == 1 else block.pixels.repeat(k, 0).repeat(k, 1)
    return array[top : top + rows, left : left + cols]


def _check_extents(present: dict[str, BandWindow], fine: BandWindow) -> None:
    """Refuse a file that covers another area than the other bands of its scene."""
    apart = {
        band: max(abs(one - other) for one, other in zip(block.extent, fine.extent, strict=True))
        for band, block in present.items()
    }
    others = [band for band in apart if apart[band] > EXTENT_TOLERANCE_PX * present[band].gsd]
    if others:
        message = (
            f"the files of {', '.join(sorted(others))} cover another area than that of the finest "
            f"band: {', '.join(f'{edge:g}' for edge in present[min(others)].extent)} and "
            f"{', '.join(f'{edge:g}' for edge in fine.extent)}"
        )
        raise AcquisitionError(message)


def _share(total: int, part: int, parts: int) -> int:
    """Share number `part` of a total split into nearly equal whole numbers."""
    return total * (part + 1) // parts - total * part // parts


def _scene_pixels(
    item: SceneItem, results: dict[str, _FileResult], index: int, parts: int
) -> ScenePixels | OutsideSceneError:
    blocks = {band: result.blocks[index] for band, result in results.items()}
    present = {band: block for band, block in blocks.items() if block is not None}
    if len(present) < len(blocks):
        absent = ", ".join(sorted(set(blocks) - set(present)))
        return OutsideSceneError(f"{item.item_id}: no pixel of the site in {absent}")
    fine = min(present.values(), key=lambda block: block.gsd)
    _check_extents(present, fine)
    return ScenePixels(
        arrays={band: _on_grid(block, fine) for band, block in present.items()},
        transform=fine.transform,
        epsg=int(item.epsg or 0),
        gsd={band: block.gsd for band, block in present.items()},
        nodata={band: block.nodata for band, block in present.items()},
        bytes_read=_share(sum(result.received for result in results.values()), index, parts),
        requests=sum(result.requests for result in results.values()),
        sources={band: block.source for band, block in present.items()},
    )


def _joined(
    own: ScenePixels | OutsideSceneError, other: ScenePixels | OutsideSceneError, part: SceneItem
) -> ScenePixels | OutsideSceneError:
    """Pixels with those of another part, if it has any of the site; its files are named."""
    if isinstance(own, OutsideSceneError):
        return own
    pixels = own if isinstance(other, OutsideSceneError) else joined_pixels(own, other)
    sources = {}
    for band, source in pixels.sources.items():
        address = url_without_query(part.assets[band].href)
        sources[band] = {**source, "joined": {**source.get("joined", {}), part.item_id: address}}
    return replace(pixels, sources=sources)


def read_scene(
    item: SceneItem, sites: Sequence[Site], *, settings: FetchSettings, sign: SignUrl
) -> list[ScenePixels | OutsideSceneError]:
    """Read one scene over all sites that it shows, fetching each byte once.

    Parts of the same pass that are joined to the item fill the pixels that it lacks.

    Parameters
    ----------
    item : SceneItem
        The scene; its files are the same for every site.
    sites : sequence of Site
        Their grids lie in the scene's coordinate system, or in a zone beside it if the sensor's
        scenes may be resampled.
    settings : FetchSettings
        Limits and attempts.
    sign : callable
        Signs an address; called right before each request.

    Returns
    -------
    list of ScenePixels or OutsideSceneError
        One a site, in order; an error (not raised) where the scene has no pixel of it.

    Raises
    ------
    ComplexNumbersError
        If a file holds complex numbers.
    AcquisitionError
        If a file cannot be read in all attempts, contradicts its item, or the bands' grids do not
        nest. The text names scene, band and address, and contains nothing secret.
    """
    unusable = sorted(
        {
            site.grid.epsg
            for site in sites
            if site.grid.epsg != item.epsg and not is_reprojectable(item.epsg, site, item.sensor)
        }
    )
    if unusable or not sites or not item.assets:
        message = (
            f"{item.item_id}: EPSG:{item.epsg} with {len(item.assets)} files for sites in "
            f"EPSG {unusable}; choose scenes of the site's own zone"
        )
        raise AcquisitionError(message)
    bounds: list[Bounds] = [window_bounds_in(site, item.epsg or site.grid.epsg) for site in sites]
    results = _read_files(item, bounds, sign, settings)
    try:
        windows = [_scene_pixels(item, results, i, len(sites)) for i in range(len(sites))]
        for part in item.joined:
            others = read_scene(part, sites, settings=settings, sign=sign)
            windows = [_joined(*pair, part) for pair in zip(windows, others, strict=True)]
        return windows
    except ComplexNumbersError:
        raise
    except AcquisitionError as error:
        message = f"{item.item_id}: {error}"
        raise AcquisitionError(message) from None


def read_scene_over_site(
    item: SceneItem, site: Site, *, settings: FetchSettings | None = None, sign: SignUrl = str
) -> ScenePixels:
    """Read one scene over one site.

    Parameters
    ----------
    item : SceneItem
        The scene.
    site : Site
        Its grid lies in the scene's coordinate system.
    settings : FetchSettings, optional
        Limits and attempts.
    sign : callable
        Signs an address; called right before each request.

    Returns
    -------
    ScenePixels
        Of the smallest window of whole pixels that covers the site.

    Raises
    ------
    AcquisitionError
        As `read_scene`; `OutsideSceneError` if the scene holds no pixel of the site.
    """
    pixels = read_scene(item, [site], settings=settings or FetchSettings(), sign=sign)[0]
    if isinstance(pixels, OutsideSceneError):
        raise pixels
    return pixels
