"""Chips laid on the fixed grid of their site, cut and repeated, never interpolated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from skytally.core import DataError
from skytally.imagery.acquire import ChipManifest
from skytally.imagery.sites import Site

MAX_SUBDIVISION = 8
"""Times a pixel of a chip may be split along one side to nest in the site's grid."""


def common_gsd(manifest: ChipManifest, site: Site) -> float:
    """Pixel size at which both the chip's pixels and the site's window are whole.

    It is the chip's own size where its grid and the site's nest; half of it for Landsat, whose
    corners lie half a pixel off.

    Parameters
    ----------
    manifest : ChipManifest
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
    if manifest.epsg != site.grid.epsg or not cell or a / cell > MAX_SUBDIVISION:
        message = (
            f"{manifest.item_id}: pixels of {a:g} m at {x:g}, {y:g} in EPSG:{manifest.epsg} do not "
            f"fit the grid of {site.slug}; bring the image onto that grid before storing it"
        )
        raise DataError(message)
    return cell


def on_site_grid(
    arrays: Mapping[str, npt.NDArray[Any]],
    manifest: ChipManifest,
    site: Site,
    *,
    fill: Mapping[str, float | None],
) -> dict[str, npt.NDArray[Any]]:
    """Lay the bands of a chip on the site's grid.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray, dims (y, x)
        Bands of the chip.
    manifest : ChipManifest
        Of the chip.
    site : Site
        Its grid.
    fill : mapping of str to float or None
        Band to the number that stands where the chip does not reach; 0 for None.

    Returns
    -------
    dict of str to numpy.ndarray, dims (y, x)
        Of ``site.grid.shape(common_gsd(manifest, site))``.

    Raises
    ------
    DataError
        As `common_gsd`.
    """
    cell = common_gsd(manifest, site)
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
