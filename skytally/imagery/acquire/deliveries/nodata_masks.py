"""Pixels of a delivered image that hold no data: masks, alpha, stated numbers, black collars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.windows import Window
from scipy import ndimage

from skytally.core import AcquisitionError
from skytally.imagery.acquire.deliveries.delivered_scene import UDM, UDM2

Bools = npt.NDArray[np.bool_]
UDM2_HIDDEN = (3, 5, 6)
"""Bands of Planet's UDM2 that mark hidden ground: cloud shadow, heavy haze, cloud."""
UDM2_UNUSABLE = 8
"""Band of the UDM2 whose first bit marks black fill."""
JPEG_BLACK = 4
"""Stored number up to which a collar counts as black after lossy compression."""
WIDER = {"uint8": "uint16", "int8": "int16", "uint16": "float32", "int16": "float32"}
"""Type to the next one, for images in which every number is in use."""


def stated_missing(
    source: rasterio.DatasetReader,
    layer: int,
    window: Window,
    values: npt.NDArray[Any],
    nodata: float | None,
) -> Bools:
    """Pixels without data as the file itself and its metadata state them.

    Parameters
    ----------
    source : rasterio.DatasetReader
        The image; its alpha band, its own mask and its no-data number are respected.
    layer : int
        Band, from 1.
    window : rasterio.windows.Window
        Where `values` were read.
    values : numpy.ndarray, dims (y, x)
        Stored numbers of the band.
    nodata : float or None
        Number that means no data by the metadata.

    Returns
    -------
    numpy.ndarray of bool, dims (y, x)
    """
    missing: Bools = source.read_masks(layer, window=window) == 0
    if nodata is not None:
        missing |= np.isnan(values) if np.isnan(nodata) else values == nodata
    if values.dtype.kind == "f":
        missing |= ~np.isfinite(values)
    return missing


def masked_by_file(source: rasterio.DatasetReader, kind: str, window: Window) -> Bools:
    """Pixels that a mask file beside the image marks as without data or hidden.

    Raises
    ------
    AcquisitionError
        If a UDM2 has fewer bands than one has: its first is then a map of clear ground or none.
    """
    if kind == UDM2 and source.count < UDM2_UNUSABLE:
        message = f"its UDM2 has {source.count} bands, not {UDM2_UNUSABLE}; deliver it whole"
        raise AcquisitionError(message)
    if kind == UDM2:
        unusable = source.read(UDM2_UNUSABLE, window=window)
        hidden = source.read(UDM2_HIDDEN, window=window)
        return np.asarray((unusable & 1).astype(bool) | (hidden > 0).any(axis=0))
    mask = source.read(1, window=window)
    return np.asarray(mask != 0) if kind == UDM else np.asarray(mask == 0)


def black_collar(
    values: Mapping[str, npt.NDArray[Any]], missing: Bools, *, lossy: bool = False
) -> Bools:
    """Black pixels joined to the edge of an image that states no number for missing data.

    Parameters
    ----------
    values : mapping of str to numpy.ndarray, dims (y, x)
        Band to stored numbers.
    missing : numpy.ndarray of bool, dims (y, x)
        Pixels that are known to hold no data, among them all beyond the image.
    lossy : bool
        Whether the compression may have lifted black a little.

    Returns
    -------
    numpy.ndarray of bool, dims (y, x)
        Pixels that are black in every band and joined to the edge by such; a dark pixel
        inside the image, or one dark in one band only, stays.

    Examples
    --------
    >>> band = np.array([[0, 0, 7], [0, 7, 0], [7, 7, 7]])
    >>> black_collar({"red": band}, np.zeros((3, 3), bool))[:, 0].tolist()
    [True, True, False]
    """
    highest = JPEG_BLACK if lossy else 0
    black = ~missing
    for each in values.values():
        black &= each <= highest
    if not black.any():
        return black
    edge = np.zeros(black.shape, bool)
    edge[[0, -1], :] = edge[:, [0, -1]] = True
    edge |= ndimage.binary_dilation(missing)
    labels, _ = ndimage.label(black)
    touching = np.unique(labels[edge & black])
    return np.asarray(np.isin(labels, touching[touching > 0]))


def with_nodata(
    values: npt.NDArray[Any], missing: Bools, stated: float | None
) -> tuple[npt.NDArray[Any], float | None]:
    """Write a number that no pixel with data has into the pixels without.

    Parameters
    ----------
    values : numpy.ndarray, dims (y, x)
        Stored numbers.
    missing : numpy.ndarray of bool, dims (y, x)
        Pixels without data.
    stated : float or None
        Number that means no data by the file or its metadata; kept where it can be.

    Returns
    -------
    numpy.ndarray, float or None
        Numbers, of a wider type where every number is in use, and the one that means no data.
    """
    if values.dtype.kind == "f":
        filled = values.copy()
        filled[missing] = np.nan
        return filled, float("nan")
    present = values[~missing]
    limits = np.iinfo(values.dtype)
    wanted = [] if stated is None or not float(stated).is_integer() else [int(stated)]
    for number in (*wanted, int(limits.max), int(limits.min)):
        if limits.min <= number <= limits.max and not (present == number).any():
            filled = values.copy()
            filled[missing] = number
            return filled, float(number)
    return with_nodata(values.astype(WIDER.get(values.dtype.name, "float64")), missing, None)
