"""Cubes from GeoTIFFs of a band table, for a measure without catalogue, store or inventory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from skytally.core import DataError
from skytally.imagery.acquire import (
    LANDSAT,
    SENTINEL_2,
    ChipManifest,
    OutsideSceneError,
    SceneItem,
    ScenePixels,
    band_table_items,
    decode_classification,
    read_delivered_scene,
    resample_to_site_grid,
    scene_manifest,
)
from skytally.imagery.cube.cube_assembly import (
    CLASSIFIED,
    CubeFrame,
    assembled_cube,
    calibrated_pixels,
    cube_frame,
)
from skytally.imagery.sites import Site

LAND, WATER, SNOW, SHADOW, CLOUD, NO_DATA = 5, 6, 11, 3, 9, 0
"""Scene classes of Sentinel-2."""


def with_scene_classes(image: xr.Dataset) -> xr.Dataset:
    """Image whose classes of Landsat are translated to those of Sentinel-2, which measures read.

    Parameters
    ----------
    image : xarray.Dataset
        A cube, or one image of it.

    Returns
    -------
    xarray.Dataset
        With ``scl`` in place of ``qa_pixel``; unchanged where it has none.
    """
    if "qa_pixel" not in image:
        return image
    classes = decode_classification(image["qa_pixel"].to_numpy(), LANDSAT)
    if classes is None:
        return image.drop_vars("qa_pixel")
    scl = np.full(image["qa_pixel"].shape, LAND, np.uint8)
    for code, where in ((WATER, classes.water), (SNOW, classes.snow), (SHADOW, classes.shadow)):
        scl[where] = code
    scl[classes.cloud], scl[classes.void] = CLOUD, NO_DATA
    return image.drop_vars("qa_pixel").assign(scl=(image["qa_pixel"].dims, scl))


def _read(item: SceneItem, site: Site) -> tuple[ChipManifest, ScenePixels]:
    (pixels,) = read_delivered_scene(item, [site])
    if isinstance(pixels, OutsideSceneError):
        message = f"{pixels}; leave the rows of {item.time} out of the band table"
        raise DataError(message)
    pixels = resample_to_site_grid(pixels, site)
    return scene_manifest(item, pixels), pixels


def _classes(found: list[Any], frame: CubeFrame, sensor: str) -> Any:
    """Classification of all images, 0 where an image has none; None where no image has one."""
    if all(each is None for each in found):
        return None
    shape, dtype = frame.site.grid.shape(frame.cell), CLASSIFIED[sensor][1]
    return np.stack([np.zeros(shape, dtype) if each is None else each for each in found])


def cube_from_geotiffs(table: Path | str, site: Site, *, sensor: str = SENTINEL_2) -> xr.Dataset:
    """Read GeoTIFFs into a cube on the grid of a site, which every measure takes.

    Parameters
    ----------
    table : Path or str
        CSV file with a row for each band of each image: ``time_utc``, ``file`` and ``band``, and
        where needed ``layer``, ``scale``, ``offset``, ``platform``, ``relative_orbit``,
        ``orbit_state``, ``processor``, ``sun_zenith``, ``sun_azimuth`` and ``label``
        (`skytally.imagery.acquire.band_file_table_reader.band_table_items`).
    site : Site
        On whose grid the images are laid.
    sensor : str
        ``sentinel-2``, ``sentinel-1``, ``landsat`` or ``other``: the pixels to which images are
        brought (10 m, of Landsat half of its 30 m, of others their own), and what their
        classification means.

    Returns
    -------
    xarray.Dataset, dims (time, band, y, x) or (time, pol, y, x)
        ``reflectance`` or linear ``gamma0``, float32, NaN where there are no data, and ``scl``
        where the table has a classification; all in memory.

    Raises
    ------
    DataError
        If the table, a file or an image is not what it should be, all faults at once; or an
        image has no data in the window of the site, or pixels of another size than the others.
    AcquisitionError
        If a file cannot be read to its end, or is too coarse for the measures of its sensor.

    Notes
    -----
    Files on the lattice of the site are taken as they are; others, of another projection or with
    corners off it, are resampled once, as `make refresh` does with own images. The images have no
    screening, so each measure judges by itself which it can use, on the stable ground it is given.
    """
    read = [_read(item, site) for item in band_table_items(Path(table), site, sensor=sensor)]
    manifests = [manifest for manifest, _ in read]
    frame = cube_frame(site, manifests, None, None)
    numbers, classes = [], []
    for manifest, pixels in read:
        values, quality = calibrated_pixels(pixels.arrays, manifest, frame)
        numbers.append(values)
        classes.append(quality)
    cube = assembled_cube(frame, manifests, np.stack(numbers), _classes(classes, frame, sensor))
    return with_scene_classes(cube)
