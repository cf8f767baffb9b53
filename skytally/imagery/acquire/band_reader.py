"""The pixels of a scene over a site: every band read, checked, tried again, and put on one grid."""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import affine
import numpy.typing as npt

from skytally.core.errors import AcquisitionError
from skytally.imagery.acquire.band_windows import SNAP, Block, Bounds, OutsideError, Reader
from skytally.imagery.acquire.byte_ranges import Fault, Settings, Sign, bare, scrubbed
from skytally.imagery.acquire.gdal_fallback import JPEG_2000, read_any
from skytally.imagery.acquire.geotiff import OtherLayoutError
from skytally.imagery.acquire.stac.scene_items import Asset, Offer
from skytally.imagery.acquire.tiled_windows import read_tiled
from skytally.imagery.acquire.utm_zones import bounds_in, warpable
from skytally.imagery.sites.site_register import Site

__all__ = ["OutsideError", "Pixels", "Settings", "read_pixels", "read_scene"]
PATIENCE = 4
"""A scene may take this many times the time of one file, because its files wait for a turn."""


@dataclass(frozen=True)
class Pixels:
    """A scene over one site, as stored by its provider."""

    arrays: dict[str, npt.NDArray[Any]]
    """Band to stored numbers, dims (y, x), all on the finest grid of the scene; a pixel of a
    coarser band is repeated, never interpolated."""
    transform: affine.Affine
    """The grid of the arrays."""
    epsg: int
    """Coordinate system of the grid."""
    gsd: dict[str, float]
    """Band to the metres of its own pixels."""
    nodata: dict[str, float | None]
    """Band to the stored number that means no data."""
    bytes_read: int
    """Bytes from which the pixels come, without those of attempts that failed."""
    requests: int
    """Requests that brought them."""
    sources: dict[str, dict[str, Any]]
    """Band to address without query, size, checksum and mark of its file."""
    resampled_from: int | None = None
    """Coordinate system of the scene where it is not that of the grid, else None."""


@dataclass(frozen=True)
class _Got:
    blocks: list[Block | None]
    received: int
    requests: int


@functools.lru_cache(maxsize=4)
def _files(process: int, concurrency: int) -> ThreadPoolExecutor:
    """Give the threads of this process in which files are read."""
    assert process == os.getpid()
    return ThreadPoolExecutor(concurrency, thread_name_prefix="file")


def _once(reader: Reader, sites: Sequence[Bounds], epsg: int | None) -> _Got:
    head = reader.head()
    try:
        read = read_any if head.startswith(JPEG_2000) else read_tiled
        blocks = read(reader, head, sites, item_epsg=epsg)
    except OtherLayoutError:
        blocks = read_any(reader, head, sites, item_epsg=epsg)
    return _Got(blocks, reader.received, reader.requests)


def _read_file(
    asset: Asset,
    sites: Sequence[Bounds],
    *,
    epsg: int | None,
    sign: Sign,
    settings: Settings,
    stop: threading.Event,
) -> _Got:
    """Read one file, again and again while a fault may pass."""
    until = time.monotonic() + settings.deadline_s
    pause = settings.pause_s
    said, attempt = "", 0
    while attempt < settings.tries and not stop.is_set():
        attempt += 1
        asked, final = 0.0, False
        try:
            return _once(Reader(asset, sign, settings, until), sites, epsg)
        except Fault as fault:
            said, asked, final = str(fault), fault.pause_s, fault.final
        except AcquisitionError as error:
            said, final = str(error), True
        # whatever else broken bytes make a decoder say is a fault of this file as well
        except Exception as error:
            said = scrubbed(error)
        rest = min(max(pause, asked), settings.longest_pause_s)
        if final or attempt == settings.tries or time.monotonic() + rest > until:
            break
        stop.wait(rest)
        pause *= 2
    tried = f"{attempt} attempt{'s' if attempt > 1 else ''}"
    message = f"band {asset.band}: {said} (in {tried}) [{bare(asset.href)}]"
    raise AcquisitionError(message)


def _all_files(
    offer: Offer, sites: Sequence[Bounds], sign: Sign, settings: Settings
) -> dict[str, _Got]:
    stop = threading.Event()
    pool = _files(os.getpid(), settings.concurrency)
    futures: dict[str, Future[_Got]] = {
        band: pool.submit(
            _read_file,
            asset,
            sites,
            epsg=offer.epsg,
            sign=sign,
            settings=settings,
            stop=stop,
        )
        for band, asset in sorted(offer.assets.items())
    }
    done, late = wait(futures.values(), PATIENCE * settings.deadline_s, FIRST_EXCEPTION)
    stop.set()
    for future in late:
        future.cancel()
    failed = [f.exception() for f in futures.values() if f in done and f.exception()]
    if failed or late:
        told = str(failed[0]) if failed else "not read in the time for a scene"
        message = f"{offer.item_id}, {told}; the next refresh tries again"
        raise AcquisitionError(message)
    return {band: future.result() for band, future in futures.items()}


def _on_grid(block: Block, fine: Block) -> npt.NDArray[Any]:
    """Repeat the pixels of a block on a finer grid, and cut what lies beyond it."""
    k = round(block.gsd / fine.gsd)
    col = (fine.transform.c - block.transform.c) / fine.gsd
    row = (block.transform.f - fine.transform.f) / fine.gsd
    top, left = round(row), round(col)
    rows, cols = fine.pixels.shape
    nested = max(abs(row - top), abs(col - left), abs(block.gsd / fine.gsd - k)) < SNAP
    array = block.pixels if k == 1 else block.pixels.repeat(k, 0).repeat(k, 1)
    if not nested or min(top, left) < 0 or top + rows > len(array) or left + cols > array.shape[1]:
        message = (
            f"pixels of {block.gsd:g} m at {tuple(block.transform[:6])} do not nest in "
            f"those of {fine.gsd:g} m at {tuple(fine.transform[:6])}"
        )
        raise AcquisitionError(message)
    return array[top : top + rows, left : left + cols]


def _share(total: int, part: int, parts: int) -> int:
    """Give the part-th of nearly equal whole shares that sum to the total."""
    return total * (part + 1) // parts - total * part // parts


def _pixels(offer: Offer, got: dict[str, _Got], which: int, parts: int) -> Pixels | OutsideError:
    blocks = {band: found.blocks[which] for band, found in got.items()}
    there = {band: block for band, block in blocks.items() if block is not None}
    if len(there) < len(blocks):
        absent = ", ".join(sorted(set(blocks) - set(there)))
        return OutsideError(f"{offer.item_id}: no pixel of the site in {absent}")
    fine = min(there.values(), key=lambda block: block.gsd)
    return Pixels(
        arrays={band: _on_grid(block, fine) for band, block in there.items()},
        transform=fine.transform,
        epsg=int(offer.epsg or 0),
        gsd={band: block.gsd for band, block in there.items()},
        nodata={band: block.nodata for band, block in there.items()},
        bytes_read=_share(sum(found.received for found in got.values()), which, parts),
        requests=sum(found.requests for found in got.values()),
        sources={band: block.source for band, block in there.items()},
    )


def read_scene(
    offer: Offer, sites: Sequence[Site], *, settings: Settings, sign: Sign
) -> list[Pixels | OutsideError]:
    """Read one scene over all sites that it shows, each byte once.

    Parameters
    ----------
    offer : Offer
        The scene; its files are the same for every site.
    sites : sequence of Site
        Their grids lie in the scene's coordinate system, or in a zone beside it if the sensor's
        scenes may be brought over.
    settings : Settings
        Limits and attempts.
    sign : callable
        Makes an address readable; called right before each request.

    Returns
    -------
    list of Pixels or OutsideError
        One a site, in order; an error (not raised) where the scene holds no pixel of it.

    Raises
    ------
    AcquisitionError
        If a file cannot be had in all attempts, contradicts its item, or the bands' grids do not
        nest. The text names scene, band and address, and holds nothing secret.
    """
    other = sorted(
        {
            site.grid.epsg
            for site in sites
            if site.grid.epsg != offer.epsg and not warpable(offer.epsg, site, offer.sensor)
        }
    )
    if other or not sites or not offer.assets:
        message = (
            f"{offer.item_id}: EPSG:{offer.epsg} with {len(offer.assets)} files for sites in "
            f"EPSG {other}; choose scenes of the site's own zone"
        )
        raise AcquisitionError(message)
    bounds: list[Bounds] = [bounds_in(site, offer.epsg or site.grid.epsg) for site in sites]
    got = _all_files(offer, bounds, sign, settings)
    try:
        return [_pixels(offer, got, i, len(sites)) for i in range(len(sites))]
    except AcquisitionError as error:
        message = f"{offer.item_id}: {error}"
        raise AcquisitionError(message) from None


def read_pixels(
    offer: Offer, site: Site, *, settings: Settings | None = None, sign: Sign = str
) -> Pixels:
    """Read one scene over one site.

    Parameters
    ----------
    offer : Offer
        The scene.
    site : Site
        Its grid lies in the scene's coordinate system.
    settings : Settings, optional
        Limits and attempts.
    sign : callable
        Makes an address readable; called right before each request.

    Returns
    -------
    Pixels
        Of the smallest window of whole pixels that covers the site.

    Raises
    ------
    AcquisitionError
        As `read_scene`; `OutsideError` if the scene holds no pixel of the site.
    """
    found = read_scene(offer, [site], settings=settings or Settings(), sign=sign)[0]
    if isinstance(found, OutsideError):
        raise found
    return found
