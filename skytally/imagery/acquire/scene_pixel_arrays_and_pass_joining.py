"""Pixels of a scene over a site, band by band, and the parts of one pass joined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import affine
import numpy as np
import numpy.typing as npt

from skytally.core import AcquisitionError


@dataclass(frozen=True)
class ScenePixels:
    """Pixels of a scene over one site, as stored by its provider."""

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
    """Band to address without query, size, checksum and ETag of its file."""
    resampled_from: int | None = None
    """Coordinate system of the scene where it is not that of the grid, else None."""


def unread_mask(pixels: ScenePixels) -> npt.NDArray[np.bool_]:
    """Mask of the pixels, dims (y, x), for which no band of a scene has data."""
    masks = []
    for band, values in pixels.arrays.items():
        nodata = pixels.nodata[band]
        missing = np.zeros(values.shape, bool) if nodata is None else values == nodata
        masks.append(missing | np.isnan(values) if values.dtype.kind == "f" else missing)
    return np.asarray(np.logical_and.reduce(masks))


def joined_pixels(one: ScenePixels, other: ScenePixels) -> ScenePixels:
    """Join two parts of one pass: the second fills what the first lacks, pixel by pixel.

    Parameters
    ----------
    one, other : ScenePixels
        Parts over one site.

    Returns
    -------
    ScenePixels
        On the grid of the first.

    Raises
    ------
    AcquisitionError
        If the parts have other bands, types, grids or numbers for no data.
    """
    kinds = [
        (
            {band: (array.shape, array.dtype.name) for band, array in part.arrays.items()},
            {band: str(number) for band, number in part.nodata.items()},
            (part.epsg, tuple(round(number, 3) for number in part.transform[:6]), part.gsd),
        )
        for part in (one, other)
    ]
    if kinds[0] != kinds[1]:
        message = "the parts of its pass lie on different grids, or have different bands"
        raise AcquisitionError(message)
    missing = unread_mask(one)
    return replace(
        one,
        arrays={b: np.where(missing, other.arrays[b], array) for b, array in one.arrays.items()},
        bytes_read=one.bytes_read + other.bytes_read,
        requests=one.requests + other.requests,
    )


def joined_ids(sources: dict[str, dict[str, Any]]) -> set[str]:
    """Ids of the items whose files were joined to those of a scene."""
    return {item_id for source in sources.values() for item_id in source.get("joined", {})}
