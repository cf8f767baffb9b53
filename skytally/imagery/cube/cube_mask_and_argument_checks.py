"""Checks of cubes, masks and arguments, with every fault at once and what to do."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import rioxarray  # noqa: F401  gives a cube its CRS
import xarray as xr

from skytally.core import DataError, evidence_line_name_constants as n, refuse

Bools = npt.NDArray[np.bool_]

REFLECTANCE, GAMMA0 = "reflectance", "gamma0"
LAYER_DIM = {REFLECTANCE: "band", GAMMA0: "pol"}
OPTICAL_BANDS = ("b02", "b03", "b04", "b08")
"""The 10 m bands, in the order of wavelength, which measures of ships, stacks and rail use."""
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d(:\d\d){0,2}(\.\d+)?)?")
MIN_GSD, MAX_GSD = 3.0, 60.0
"""Pixel sizes in metres that the measures were thought through for."""
MIN_MASK_PIXELS = 2


def _crs_faults(cube: xr.Dataset) -> Iterable[str]:
    crs = cube.rio.crs
    if crs is None:
        yield "no CRS; write it with rio.write_crs, from the scene's own metadata"
    elif not crs.is_projected:
        yield f"CRS {crs.to_string()} is in degrees; reproject to the UTM zone of the site"
    elif crs.to_epsg() == 3857:
        yield (
            "CRS EPSG:3857, whose metres are not metres on the ground away from the equator; "
            "reproject to the UTM zone of the site"
        )


def _grid_faults(cube: xr.Dataset) -> Iterable[str]:
    if not {"y", "x"} <= set(cube.coords):
        yield "no coordinates y and x of the pixel centres in metres; give them"
        return
    x, y = cube["x"].to_numpy(), cube["y"].to_numpy()
    if x.size < 2 or y.size < 2:
        yield f"{y.size} rows and {x.size} columns; give at least 2 by 2 pixels"
        return
    across, down = np.diff(x), np.diff(y)
    if across[0] <= 0 or down[0] >= 0:
        yield "x must rise and y must fall; flip the cube"
    gsd = abs(float(across[0]))
    uneven = not (np.allclose(across, across[0]) and np.allclose(down, down[0]))
    if uneven or not np.isclose(gsd, abs(float(down[0])), rtol=0.01):
        yield "pixels are not square and even; resample to a regular grid"
    elif not MIN_GSD <= gsd <= MAX_GSD:
        yield f"pixels of {gsd:g} m; the measures hold for {MIN_GSD:g} to {MAX_GSD:g} m"


def _layer_faults(cube: xr.Dataset, variable: str, layers: Sequence[str]) -> Iterable[str]:
    word = LAYER_DIM[variable]
    if word not in cube.coords or cube[word].dtype.kind not in "UOT":
        yield (
            f"coordinate {word!r} does not name the layers; name them ({', '.join(layers)}), "
            "so that their order cannot be mistaken"
        )
        return
    names = [str(each) for each in np.atleast_1d(cube[word].to_numpy())]
    if len(set(names)) < len(names):
        yield f"{word} repeats a name: {', '.join(names)}; name each layer once"
    missing = [each for each in layers if each not in names]
    if missing:
        yield f"{word} has {', '.join(names)}, not {', '.join(missing)}; read those layers too"


def _value_faults(cube: xr.Dataset, variable: str) -> Iterable[str]:
    dims = tuple(cube[variable].dims)
    wanted = (n.TIME, LAYER_DIM[variable], "y", "x")
    if dims not in (wanted, wanted[1:]):
        yield f"{variable} has dims {dims}; transpose to {wanted}"
    if cube[variable].dtype.kind != "f":
        yield (
            f"{variable} is {cube[variable].dtype}: integers without scale; "
            "apply the scale and offset of each item's metadata first"
        )


def _time_faults(cube: xr.Dataset) -> Iterable[str]:
    if n.TIME not in cube.coords or cube[n.TIME].dtype.kind != "M":
        yield "no coordinate time of dates; give the UTC time of each image"
        return
    times = np.atleast_1d(cube[n.TIME].to_numpy())
    if times.size == 0:
        yield "no image at all; give at least one"
    if np.isnat(times).any():
        yield f"{np.count_nonzero(np.isnat(times))} times are not known; leave those images out"
        return
    steps = np.diff(times)
    for i in np.flatnonzero(steps < np.timedelta64(0, "ns")):
        yield f"time {times[i + 1]} comes after {times[i]}; sort the images by time"
    for i in np.flatnonzero(steps == np.timedelta64(0, "ns")):
        yield f"time {times[i]} is repeated; keep one image of each acquisition"


def coordinate_strings(cube: xr.Dataset, word: str) -> list[str]:
    """Values of a coordinate of a cube or of one image as strings, empty where it is absent."""
    if word not in cube.coords:
        return []
    return [str(each) for each in np.atleast_1d(cube.variables[word].to_numpy())]


def cube_faults(cube: xr.Dataset, *, variable: str, layers: Sequence[str]) -> Iterator[str]:
    """Faults of a cube, one sentence each with what to do; used by `check_cube`."""
    if variable not in cube:
        present = ", ".join(map(str, cube.data_vars)) or "nothing"
        yield f"no variable {variable!r}, found {present}; give a cube of {variable}"
        return
    yield from _crs_faults(cube)
    yield from _grid_faults(cube)
    yield from _value_faults(cube, variable)
    yield from _layer_faults(cube, variable, layers)
    yield from _time_faults(cube)
    processors = sorted(set(coordinate_strings(cube, "processor")))
    if len(processors) > 1:
        yield f"processors {', '.join(processors)} mixed; make one cube a processor"
    if variable == GAMMA0 and "relative_orbit" not in cube.coords:
        yield "no coordinate relative_orbit; radar images are compared within one orbit only"


def check_cube(
    cube: xr.Dataset, *, variable: str = REFLECTANCE, layers: Sequence[str] = OPTICAL_BANDS
) -> xr.Dataset:
    """Return the cube unchanged, or refuse it with all its faults.

    Parameters
    ----------
    cube : xarray.Dataset
        ``reflectance`` (time, band, y, x) or ``gamma0`` (time, pol, y, x).
    variable : str
        Which of the two is wanted.
    layers : sequence of str
        Bands or polarisations that must be there, in any order.

    Returns
    -------
    xarray.Dataset
        The same object.

    Raises
    ------
    DataError
        If the cube has no CRS, is in degrees or Web Mercator, has uneven or unsuited
        pixels, integers, unnamed or missing layers, no dates, dates out of order or
        repeated, mixed processors, or (radar) no orbit.
    """
    refuse(cube_faults(cube, variable=variable, layers=layers), what="cube")
    return cube


def check_day(day: np.datetime64 | dt.date | str, *, what: str) -> np.datetime64:
    """Check a date and convert it to NumPy.

    Parameters
    ----------
    day : numpy.datetime64, datetime.date or str
        ISO 8601, such as ``2023-08-01``.
    what : str
        What it is, for the message.

    Returns
    -------
    numpy.datetime64

    Raises
    ------
    DataError
        If it is no date.

    Examples
    --------
    >>> check_day("2023-08-01", what="until")
    np.datetime64('2023-08-01')
    """
    moment = day if isinstance(day, np.datetime64) else np.datetime64("NaT", "D")
    if isinstance(day, dt.date):
        day = day.isoformat()
    # NumPy also takes "today", and a number without dashes as a year
    if isinstance(day, str) and ISO_DAY.fullmatch(day):
        with contextlib.suppress(ValueError):
            moment = np.datetime64(day)
    if np.isnat(moment):
        message = f"{what} {str(day)!r} is no date; write it as 2023-08-01"
        raise DataError(message)
    return moment


def check_bearing(degrees: float, *, what: str) -> float:
    """Check that a bearing is a finite number of degrees.

    Raises
    ------
    DataError
        If it is not finite.
    """
    if not isinstance(degrees, int | float | np.number) or not math.isfinite(degrees):
        message = f"{what} {degrees!r}; give degrees clockwise from grid north"
        raise DataError(message)
    return float(degrees)


def check_positive(metres: float, *, what: str) -> float:
    """Check that a size in metres is above 0.

    Raises
    ------
    DataError
        If it is 0, below, or no number.
    """
    if not 0.0 < metres < math.inf:
        message = f"{what} {metres} m; give metres above 0"
        raise DataError(message)
    return metres


def check_probability(chance: float, *, what: str) -> float:
    """Check that a probability lies from 0 to 1.

    Raises
    ------
    DataError
        If it is not from 0 to 1.
    """
    if not 0.0 <= chance <= 1.0:
        message = f"{what} {chance}; give a probability from 0 to 1"
        raise DataError(message)
    return chance


def check_mask(mask: npt.ArrayLike, shape: tuple[int, int], *, what: str) -> Bools:
    """Check that a mask lies on the cube's grid and holds enough pixels.

    Parameters
    ----------
    mask : array_like of bool, dims (y, x)
        True inside the polygon.
    shape : tuple of int
        Rows and columns of the cube.
    what : str
        What the mask is of, for the message.

    Returns
    -------
    ndarray of bool, dims (y, x)

    Raises
    ------
    DataError
        If the shape or type is another, or the polygon lies outside the cube or holds fewer
        than two pixels.
    """
    found = np.asarray(mask)
    if found.dtype != np.bool_ or found.shape != shape:
        message = (
            f"mask of the {what}: {found.dtype} of shape {found.shape}, the cube has {shape}; "
            "give True and False on the cube's own grid"
        )
        raise DataError(message)
    pixels = int(np.count_nonzero(found))
    if pixels == 0:
        message = f"the {what} lies outside the cube; check its coordinates and CRS"
        raise DataError(message)
    if pixels < MIN_MASK_PIXELS:
        message = (
            f"the {what} holds {pixels} pixel; a polygon smaller than {MIN_MASK_PIXELS} pixels "
            "tells nothing, draw it larger or leave it out"
        )
        raise DataError(message)
    return found
