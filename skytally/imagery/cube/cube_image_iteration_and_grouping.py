"""Images of a cube one at a time as plain arrays, with the answer of their screening."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from skytally.core import DataError, evidence_line_name_constants as n
from skytally.imagery.cube.cube_mask_and_argument_checks import (
    GAMMA0,
    LAYER_DIM,
    OPTICAL_BANDS,
    REFLECTANCE,
    Bools,
    check_cube,
    coordinate_strings,
)

Floats = npt.NDArray[np.float32]
PixelIndices = npt.NDArray[np.intp]
"""Pixels, as places in the flattened image."""
Window = tuple[slice, slice]
Corner = tuple[float, float] | None
"""East and north of the middle of the first pixel, metres; None where not known."""
CubeSource = xr.Dataset | Iterable[xr.Dataset]
"""A cube, lazy or not, or images one at a time in the order of time."""

MAX_TYPICAL_REFLECTANCE = 2.0
"""No surface reflects more than about 1.6 in one pixel (low sun on snow or glint): above it,
the typical value of an image is a digital number, not a reflectance."""
MAX_CHECKED_PIXELS = 10_000
"""Pixels that tell decibels and digital numbers from reflectance and backscatter."""
ALIKE_SATELLITES = {
    "sentinel-2": ("sentinel-2a", "sentinel-2b", "sentinel-2c"),
    "landsat": ("landsat-8", "landsat-9"),
}
"""Satellites whose images may share a reference, since their calibrations were compared: A and B
of Sentinel-2 and both Landsats within 1 % (CALCON 2025, deep convective clouds), C and A of
Sentinel-2 within 2 % in the visible and near infrared and 5 % in the short-wave infrared (CALCON
2025, tandem phase), of which most goes with the offset on stable ground. Those of Sentinel-1
differ where the backscatter is low (Schmidt et al., A and B), as on water: each is of its own."""
ANGLES = ("sun_zenith", "sun_azimuth", "view_zenith", "view_azimuth", "inc_angle")


def window_corner(corner: Corner, window: Window, *, gsd: float) -> Corner:
    """Corner of a window of rows and columns of a grid with pixels of `gsd` metres."""
    if corner is None:
        return None
    rows, columns = (each.start or 0 for each in window)
    return corner[0] + columns * gsd, corner[1] - rows * gsd


@dataclass(frozen=True)
class Screening:
    """Answer of the screening of one image: `skytally.imagery.clear_sky.clear_sky_screening`."""

    usable: bool
    """Whether the image can be used over its site."""
    reason: str
    """Why not, ``<class>: <detail>``; empty when usable."""
    flags: tuple[str, ...]
    """``haze``, ``shadow``, ``snow``, ``ring-not-drawn``, ``glint``, ``water-bright``,
    ``not-audited``."""
    clear_share: float
    """Share of the ring in clear view, NaN where the image has no classes."""
    offset: Mapping[str, float] = field(default_factory=dict)
    """Reflectance of the ring beyond its usual one by band; empty where that is not known."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One image as plain arrays."""

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
    """Sensor, orbit, direction and processor: only images of one group are ever compared."""
    gsd: float
    """Side of a pixel in metres."""
    angles: Mapping[str, float] = field(default_factory=dict)
    """Sun and view angles in degrees, where known."""
    corner: Corner = None
    """Where its grid begins."""
    screening: Screening | None = None
    """Answer of the clear-sky screening; None for an image that never was stored."""

    def layer(self, name: str) -> Floats:
        """One band or polarisation, dims (y, x)."""
        return self.values[self.layers.index(name)]

    def crop(self, window: Window) -> Frame:
        """Crop to a window of rows and columns; nothing is copied."""
        scl = None if self.scl is None else self.scl[window]
        corner = window_corner(self.corner, window, gsd=self.gsd)
        return replace(self, values=self.values[(slice(None), *window)], scl=scl, corner=corner)

    def packed(self) -> Frame:
        """Copy with the pixels contiguous in memory, which are measured faster."""
        return self.with_values(np.ascontiguousarray(self.values))

    def with_values(self, values: Floats) -> Frame:
        """Copy with other pixel values."""
        return replace(self, values=values)


def finite_pixels(values: Floats) -> Bools:
    """Pixels that have a value in every layer, dims (y, x)."""
    known = np.isfinite(values[0])
    for layer in values[1:]:
        known &= np.isfinite(layer)
    return np.asarray(known)


def bounding_window(mask: Bools, *, margin: int = 0) -> Window:
    """Rows and columns that enclose a mask.

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
    >>> bounding_window(mask, margin=2)
    (slice(2, 7, None), slice(3, 8, None))
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(int(rows[0]) - margin, 0), min(int(rows[-1]) + margin + 1, mask.shape[0])),
        slice(max(int(columns[0]) - margin, 0), min(int(columns[-1]) + margin + 1, mask.shape[1])),
    )


def subsample_mask(mask: Bools, most: int) -> PixelIndices:
    """Subsample at most `most` pixels of a mask, spread evenly over it.

    Examples
    --------
    >>> subsample_mask(np.ones((2, 5), bool), 5).tolist()
    [0, 2, 4, 6, 8]
    """
    return subsample(np.flatnonzero(mask), most)


def subsample(places: PixelIndices, most: int) -> PixelIndices:
    """Subsample at most `most` of some pixel indices, spread evenly over them."""
    return places[:: -(-places.size // most)] if places.size > most else places


def group_name(platform: str, orbit: str | int | None, direction: str, processor: str) -> str:
    """Name of the group within which images may be compared (METHODS trap T3).

    Parameters
    ----------
    platform : str
        Satellite; those of `ALIKE_SATELLITES` share one name.
    orbit : str, int or None
        Relative orbit; empty or None where it is not known.
    direction, processor : str
        ``ascending`` or ``descending``, and the processing.

    Returns
    -------
    str

    Examples
    --------
    >>> group_name("sentinel-2b", 3, "descending", "l2a")
    'sentinel-2 orbit 3 descending L2A'
    >>> group_name("sentinel-1c", 134, "descending", "rtc")
    'sentinel-1c orbit 134 descending RTC'
    """
    satellite = re.sub(r"(?<=[a-z])[-_ ]?(?=\d)", "-", platform.lower().strip())
    alike = (name for name, group in ALIKE_SATELLITES.items() if satellite in group)
    family = next(alike, satellite)
    track = "orbit unknown" if orbit in (None, "") else f"orbit {int(float(orbit or 0))}"
    return " ".join(filter(None, (family, track, direction.lower(), processor.upper())))


def group_of(observation: xr.Dataset) -> str:
    """Name of the group of one observation of a cube, as `group_name`, from its coordinates."""

    def cell(word: str) -> str:
        strings = coordinate_strings(observation, word)
        return strings[0] if strings and strings[0] not in ("", "nan", "None", "NaN") else ""

    words = ("platform", "relative_orbit", "orbit_state", "processor")
    return group_name(*(cell(word) for word in words))


def screening_of(observation: xr.Dataset) -> Screening | None:
    """Answer of the clear-sky screening that an observation of a stored cube carries."""
    variables = observation.variables
    if "usable" not in observation.coords:
        return None
    offset: dict[str, float] = {}
    if "ring_offset" in variables:
        bands = coordinate_strings(observation, str(variables["ring_offset"].dims[-1]))
        pairs = zip(bands, variables["ring_offset"].to_numpy().ravel(), strict=True)
        offset = {band: float(value) for band, value in pairs if np.isfinite(value)}
    return Screening(
        usable=bool(variables["usable"].to_numpy().item()),
        reason=coordinate_strings(observation, "reason")[0],
        flags=tuple(coordinate_strings(observation, "flags")[0].split()),
        clear_share=float(variables["clear_share"].to_numpy().item()),
        offset=offset,
    )


def _first_value(observation: xr.Dataset, word: str) -> float:
    """First value of a coordinate, NaN where there is none."""
    variable = observation.variables.get(word)
    return math.nan if variable is None else float(variable.to_numpy()[0])


def _as_frame(observation: xr.Dataset, variable: str, layers: Sequence[str], gsd: float) -> Frame:
    variables = observation.variables
    named = [str(each) for each in variables[LAYER_DIM[variable]].to_numpy()]
    order = [named.index(each) for each in layers]
    values = variables[variable].to_numpy()
    # layers that follow one another are not copied
    run = slice(order[0], order[0] + len(order))
    together = order == list(range(run.start, run.stop))
    values = np.asarray(values[run] if together else values[order], np.float32)
    return Frame(
        values=values,
        layers=tuple(layers),
        scl=variables["scl"].to_numpy() if "scl" in variables else None,
        time=np.datetime64(variables[n.TIME].to_numpy().item(), "ns"),
        item_id=(coordinate_strings(observation, "item_id") or [""])[0],
        group=group_of(observation),
        gsd=gsd,
        angles={
            word: float(variables[word].to_numpy().item())
            for word in ANGLES
            if word in observation.coords and variables[word].size == 1
        },
        corner=(_first_value(observation, "x"), _first_value(observation, "y")),
        screening=screening_of(observation),
    )


def _check_values(frame: Frame, variable: str) -> None:
    # an image is of one kind: one pixel in some thousands tells it
    step = max(1, math.isqrt(frame.values[0].size // MAX_CHECKED_PIXELS))
    thin = frame.values[:, ::step, ::step]
    thin = thin[np.isfinite(thin)]
    if thin.size == 0:
        return
    if variable == GAMMA0 and float(thin.min()) < 0:
        message = (
            f"image {frame.item_id or frame.time}: backscatter below 0 (down to {thin.min():g}); "
            "it is in dB, give linear values"
        )
        raise DataError(message)
    # the median is not taken where fewer than half are as bright
    bright = 2 * np.count_nonzero(thin > MAX_TYPICAL_REFLECTANCE) > thin.size - 2
    if variable == REFLECTANCE and bright and float(np.median(thin)) > MAX_TYPICAL_REFLECTANCE:
        message = (
            f"image {frame.item_id or frame.time}: typical value {np.median(thin):g}; these are "
            "digital numbers, apply the scale and offset of the item's metadata"
        )
        raise DataError(message)


def _observations(source: CubeSource) -> Iterator[xr.Dataset]:
    if not isinstance(source, xr.Dataset):
        for observation in source:
            yield from _observations(observation)
    elif n.TIME not in source.dims:
        yield source
    else:
        for i in range(source.sizes[n.TIME]):
            yield source.isel({n.TIME: i})


def iter_frames(
    source: CubeSource, *, variable: str = REFLECTANCE, layers: Sequence[str] = OPTICAL_BANDS
) -> Iterator[Frame]:
    """Iterate over the images of a cube as plain arrays, one in memory at a time.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube, or images in the order of time.
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
        As `check_cube`; and if an image has another grid or processor than the first, is not
        later than the one before, or holds decibels or digital numbers.
    """
    if isinstance(source, str | xr.DataArray) or not isinstance(source, Iterable):
        message = (
            f"images: found {type(source).__name__}; give a Dataset with {variable}, or Datasets "
            "one an image"
        )
        raise DataError(message)
    first: xr.Dataset | None = None
    before: Frame | None = None
    if isinstance(source, xr.Dataset):
        check_cube(source, variable=variable, layers=layers)
    for observation in _observations(source):
        if first is None:
            first = check_cube(observation, variable=variable, layers=layers)
            gsd = abs(float(observation["x"][1] - observation["x"][0]))
        _same_as_first(observation, first)
        frame = _as_frame(observation, variable, layers, gsd)
        if before is not None and frame.time <= before.time:
            message = (
                f"image {frame.time} after {before.time}; sort the images and keep one of each"
            )
            raise DataError(message)
        _check_values(frame, variable)
        before = frame.with_values(frame.values[:, :1, :1])
        yield frame
    if first is None:
        message = "no image at all; give at least one"
        raise DataError(message)


def _same_as_first(observation: xr.Dataset, first: xr.Dataset) -> None:
    same = all(
        observation.sizes.get(word) == first.sizes[word]
        and _first_value(observation, word) == _first_value(first, word)
        for word in ("y", "x")
    )
    if not same:
        message = (
            f"image {observation[n.TIME].to_numpy()}: another grid than the first image; "
            "put all images on the site's own grid"
        )
        raise DataError(message)
    here, there = (
        coordinate_strings(observation, "processor"),
        coordinate_strings(first, "processor"),
    )
    if here != there:
        message = (
            f"image {observation[n.TIME].to_numpy()}: processor {here}, the first has {there}; "
            "make one cube a processor"
        )
        raise DataError(message)


def require_one_group(found: Iterable[Frame]) -> Iterator[Frame]:
    """Pass frames through, and refuse the first of another group than the one before it.

    Raises
    ------
    DataError
        If orbits, directions, satellites or processors are mixed (METHODS trap T3).
    """
    group: str | None = None
    for frame in found:
        if group is not None and frame.group != group:
            message = (
                f"image {frame.item_id or frame.time} is of {frame.group!r}, the others are of "
                f"{group!r}; choose one orbit, or ask for a reference a group"
            )
            raise DataError(message)
        group = frame.group
        yield frame
