"""Looks one at a time as plain arrays: only one is in memory at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.imagery.cube.cube_checks import (
    GAMMA0,
    LAYER,
    OPTICAL,
    REFLECTANCE,
    Bools,
    cells_of,
    check_cube,
)

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
"""Pixels, as places in the flattened image."""
Window = tuple[slice, slice]
Corner = tuple[float, float] | None
"""East and north of the middle of the first pixel, metres; None where not known."""
Source = xr.Dataset | Iterable[xr.Dataset]
"""A cube, lazy or not, or looks one at a time in the order of time."""

BRIGHTEST = 2.0
"""No surface reflects more than about 1.6 in one pixel (low sun on snow or glint): above it,
the typical value of a look is a digital number, not a reflectance."""
MOST_CHECKED = 10_000
"""Pixels that tell decibels and digital numbers from reflectance and backscatter."""
ANGLES = ("sun_zenith", "sun_azimuth", "view_zenith", "view_azimuth", "inc_angle")


def corner_of(corner: Corner, window: Window, *, gsd: float) -> Corner:
    """Give the corner of a window of rows and columns of a grid with pixels of `gsd` metres."""
    if corner is None:
        return None
    rows, columns = (each.start or 0 for each in window)
    return corner[0] + columns * gsd, corner[1] - rows * gsd


@dataclass(frozen=True, eq=False)
class Frame:
    """One look as plain arrays."""

    values: Floats
    """Reflectance 0 to 1 or linear backscatter, NaN where masked, dims (layer, y, x)."""
    layers: tuple[str, ...]
    """Names of the bands or polarisations."""
    scl: npt.NDArray[np.uint8] | None
    """Scene classes, dims (y, x), where the sensor has any."""
    time: np.datetime64
    """Acquisition, UTC."""
    item_id: str
    """Name of the scene, empty where the cube has none."""
    group: str
    """Sensor, orbit, direction and processor: only looks of one group are ever compared."""
    gsd: float
    """Side of a pixel in metres."""
    angles: Mapping[str, float] = field(default_factory=dict)
    """Sun and view angles in degrees, where known."""
    corner: Corner = None
    """Where its grid begins."""

    def layer(self, name: str) -> Floats:
        """Give one band or polarisation, dims (y, x)."""
        return self.values[self.layers.index(name)]

    def crop(self, window: Window) -> Frame:
        """Give the part inside a window of rows and columns; nothing is copied."""
        scl = None if self.scl is None else self.scl[window]
        corner = corner_of(self.corner, window, gsd=self.gsd)
        return replace(self, values=self.values[(slice(None), *window)], scl=scl, corner=corner)

    def packed(self) -> Frame:
        """Give the same look with its pixels end to end, which are measured faster."""
        return self.with_values(np.ascontiguousarray(self.values))

    def with_values(self, values: Floats) -> Frame:
        """Give the same look with other pixel values."""
        return replace(self, values=values)


def finite(values: Floats) -> Bools:
    """Tell which pixels have a value in every layer, dims (y, x)."""
    held = np.isfinite(values[0])
    for layer in values[1:]:
        held &= np.isfinite(layer)
    return np.asarray(held)


def window_of(mask: Bools, *, margin: int = 0) -> Window:
    """Give the rows and columns that hold a mask.

    Parameters
    ----------
    mask : ndarray of bool, dims (y, x)
        Where the mask is true; must not be empty.
    margin : int
        Pixels added on each side, as far as there are any.

    Returns
    -------
    tuple of slice
        Rows, columns.

    Examples
    --------
    >>> mask = np.zeros((9, 9), bool); mask[4, 5] = True
    >>> window_of(mask, margin=2)
    (slice(2, 7, None), slice(3, 8, None))
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(int(rows[0]) - margin, 0), min(int(rows[-1]) + margin + 1, mask.shape[0])),
        slice(max(int(columns[0]) - margin, 0), min(int(columns[-1]) + margin + 1, mask.shape[1])),
    )


def spread_over(mask: Bools, most: int) -> Places:
    """Give the places of at most `most` pixels of a mask, spread evenly over it.

    Examples
    --------
    >>> spread_over(np.ones((2, 5), bool), 5).tolist()
    [0, 2, 4, 6, 8]
    """
    return thinned(np.flatnonzero(mask), most)


def thinned(places: Places, most: int) -> Places:
    """Give at most so many of some places, spread evenly over them."""
    return places[:: -(-places.size // most)] if places.size > most else places


def group_of(look: xr.Dataset) -> str:
    """Give the group within which a look may be compared: METHODS trap T3.

    Parameters
    ----------
    look : xarray.Dataset
        One look of a cube.

    Returns
    -------
    str
        Platform family, relative orbit, direction and processor, as far as known.
    """

    def cell(word: str) -> str:
        found = cells_of(look, word)
        return found[0] if found and found[0] not in ("", "nan", "None", "NaN") else ""

    family = re.sub(r"(?<=\d)[-_ ]?[a-d]$", "", cell("platform").lower())
    family = re.sub(r"^landsat[-_ ]?\d$", "landsat", family)
    orbit = cell("relative_orbit")
    orbit = f"orbit {int(float(orbit))}" if orbit else "orbit unknown"
    return " ".join(
        filter(None, (family, orbit, cell("orbit_state").lower(), cell("processor").upper()))
    )


def _first(look: xr.Dataset, word: str) -> float:
    """Give the first value of a coordinate, NaN where there is none."""
    held = look.variables.get(word)
    return math.nan if held is None else float(held.to_numpy()[0])


def _frame(look: xr.Dataset, variable: str, layers: Sequence[str], gsd: float) -> Frame:
    held = look.variables
    named = [str(each) for each in held[LAYER[variable]].to_numpy()]
    order = [named.index(each) for each in layers]
    values = held[variable].to_numpy()
    # layers that follow one another are not copied
    run = slice(order[0], order[0] + len(order))
    together = order == list(range(run.start, run.stop))
    values = np.asarray(values[run] if together else values[order], np.float32)
    return Frame(
        values=values,
        layers=tuple(layers),
        scl=held["scl"].to_numpy() if "scl" in held else None,
        time=np.datetime64(held[n.TIME].to_numpy().item(), "ns"),
        item_id=(cells_of(look, "item_id") or [""])[0],
        group=group_of(look),
        gsd=gsd,
        angles={
            word: float(held[word].to_numpy().item())
            for word in ANGLES
            if word in look.coords and held[word].size == 1
        },
        corner=(_first(look, "x"), _first(look, "y")),
    )


def _check_values(frame: Frame, variable: str) -> None:
    # a look is of one kind: one pixel in some thousands tells it
    step = max(1, math.isqrt(frame.values[0].size // MOST_CHECKED))
    thin = frame.values[:, ::step, ::step]
    thin = thin[np.isfinite(thin)]
    if thin.size == 0:
        return
    if variable == GAMMA0 and float(thin.min()) < 0:
        message = (
            f"look {frame.item_id or frame.time}: backscatter below 0 (down to {thin.min():g}); "
            "it is in dB, give linear values"
        )
        raise DataError(message)
    # the median is not taken where fewer than half are as bright
    bright = 2 * np.count_nonzero(thin > BRIGHTEST) > thin.size - 2
    if variable == REFLECTANCE and bright and float(np.median(thin)) > BRIGHTEST:
        message = (
            f"look {frame.item_id or frame.time}: typical value {np.median(thin):g}; these are "
            "digital numbers, apply the scale and offset of the item's metadata"
        )
        raise DataError(message)


def _each(source: Source) -> Iterator[xr.Dataset]:
    if not isinstance(source, xr.Dataset):
        for look in source:
            yield from _each(look)
    elif n.TIME not in source.dims:
        yield source
    else:
        for i in range(source.sizes[n.TIME]):
            yield source.isel({n.TIME: i})


def frames(
    source: Source, *, variable: str = REFLECTANCE, layers: Sequence[str] = OPTICAL
) -> Iterator[Frame]:
    """Give looks one at a time as plain arrays; only one is in memory at once.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube, or looks in the order of time.
    variable : str
        ``reflectance`` or ``gamma0``.
    layers : sequence of str
        Bands or polarisations wanted, in this order.

    Yields
    ------
    Frame
        Layers by name, so that their order in the cube does not matter.

    Raises
    ------
    DataError
        As `check_cube`; and if a look has another grid or processor than the first, is not
        later than the one before, or holds decibels or digital numbers.
    """
    if isinstance(source, str | xr.DataArray) or not isinstance(source, Iterable):
        message = (
            f"looks: found {type(source).__name__}; give a Dataset with {variable}, or Datasets "
            "one a look"
        )
        raise DataError(message)
    first: xr.Dataset | None = None
    before: Frame | None = None
    if isinstance(source, xr.Dataset):
        check_cube(source, variable=variable, layers=layers)
    for look in _each(source):
        if first is None:
            first = check_cube(look, variable=variable, layers=layers)
            gsd = abs(float(look["x"][1] - look["x"][0]))
        _same_as_first(look, first)
        frame = _frame(look, variable, layers, gsd)
        if before is not None and frame.time <= before.time:
            message = f"look {frame.time} after {before.time}; sort the looks and keep one of each"
            raise DataError(message)
        _check_values(frame, variable)
        before = frame.with_values(frame.values[:, :1, :1])
        yield frame
    if first is None:
        message = "no look at all; give at least one"
        raise DataError(message)


def _same_as_first(look: xr.Dataset, first: xr.Dataset) -> None:
    same = all(
        look.sizes.get(word) == first.sizes[word] and _first(look, word) == _first(first, word)
        for word in ("y", "x")
    )
    if not same:
        message = (
            f"look {look[n.TIME].to_numpy()}: another grid than the first look; "
            "put all looks on the site's own grid"
        )
        raise DataError(message)
    here, there = cells_of(look, "processor"), cells_of(first, "processor")
    if here != there:
        message = (
            f"look {look[n.TIME].to_numpy()}: processor {here}, the first has {there}; "
            "make one cube a processor"
        )
        raise DataError(message)


def one_group(found: Iterable[Frame]) -> Iterator[Frame]:
    """Pass frames through, and refuse the first of another group than the one before it.

    Raises
    ------
    DataError
        If orbits, directions, platform families or processors are mixed (METHODS trap T3).
    """
    group: str | None = None
    for frame in found:
        if group is not None and frame.group != group:
            message = (
                f"look {frame.item_id or frame.time} is of {frame.group!r}, the others are of "
                f"{group!r}; choose one orbit, or ask for a reference a group"
            )
            raise DataError(message)
        group = frame.group
        yield frame
