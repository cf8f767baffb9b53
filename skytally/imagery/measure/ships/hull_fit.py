"""Length, width and axis of a hull, from a fit of a blurred rectangle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from skytally.core import DataError
from skytally.imagery.cube import Bools, Floats

Doubles = npt.NDArray[np.float64]

MTF_SENTINEL2 = {"b02": 0.26, "b03": 0.28, "b04": 0.24, "b08": 0.26}
"""Modulation at the Nyquist frequency, a band (METHODS section 4.3)."""
MTF_USUAL = 0.26
LENGTH_RANGE, WIDTH_RANGE = (20.0, 420.0), (4.0, 75.0)
"""Metres within which a hull is looked for: a coaster's boat to the longest ship afloat."""
AXIS_PRIOR_DEG = 5.0
"""How well a moored hull keeps the axis of its quay (METHODS section 4.3)."""
TAPER_LOSS = 0.04
"""Share of its length by which a rectangle falls short of a hull: a pointed bow of 12 percent
takes 6 by area, a bright house at the stern gives back some 4 (both families of hulls)."""
TAPER_SPREAD = 0.03
"""Standard deviation of that share over hull forms: from a barge (0) to fine lines (0.12)."""
TEXTURE_FLOOR = 5.0
"""Metres of length that deck texture leaves open, however clear the image (METHODS 4.3)."""
WIDTH_FLOOR, WIDTH_SHARE = 3.0, 0.10
"""The same for the width, in metres and as a share: a deck brighter along its middle images
narrower than its hull (the second family of simulated hulls, 4 m at 18 m, 7 m at 44 m)."""
TEXTURE_SHARE = 0.25
"""Share of the mean contrast by which a deck varies; residuals of that size are expected."""
NINETY = 1.645
WINDOW_SIGMAS = 4.0
"""Blurs beyond the hull that the fit looks at: the profile has faded to nothing by then."""


@dataclass(frozen=True)
class Rectangle:
    """A rectangle on the grid of an image."""

    row: float
    """Row of its centre, in pixels."""
    column: float
    """Column of its centre, in pixels."""
    length: float
    """Metres."""
    width: float
    """Metres."""
    axis_deg: float
    """Bearing of the long axis, degrees clockwise from grid north, 0 up to 180."""


@dataclass(frozen=True)
class HullFit:
    """A hull as the fit finds it."""

    place: Rectangle
    """The hull; its length is corrected for the bow's taper."""
    length_low: float
    """Lower end of the 90 percent interval of the length, metres."""
    length_high: float
    """Upper end of it."""
    width_low: float
    """Lower end of the 90 percent interval of the width, metres."""
    width_high: float
    """Upper end of it."""
    contrast: tuple[float, ...]
    """Hull minus its surroundings, a layer, in the unit of the image."""
    contrast_to_noise: float
    """Euclidean norm of contrast over noise, over the layers."""
    explained: float
    """Share of the weighted variance in the window that the rectangle explains, 0 to 1."""
    residual: float
    """Root mean square of the residual over its expected size; near 1 for a plain hull."""
    at_limit: bool
    """Whether length or width ran to the end of its range: then it is no hull."""


def sigma_psf(mtf: float, *, gsd: float = 10.0) -> float:
    """Spread of the Gaussian blur with a modulation at Nyquist.

    Parameters
    ----------
    mtf : float
        Modulation transfer at the Nyquist frequency, between 0 and 1.
    gsd : float
        Side of a pixel in metres.

    Returns
    -------
    float
        Metres: ``gsd sqrt(-2 ln mtf) / pi``.

    Raises
    ------
    DataError
        If the modulation is not between 0 and 1.

    Examples
    --------
    >>> round(sigma_psf(0.26), 2)
    5.22
    """
    if not 0.0 < mtf < 1.0:
        message = f"modulation {mtf}; give a number between 0 and 1"
        raise DataError(message)
    return gsd * math.sqrt(-2.0 * math.log(mtf)) / math.pi


def band_blurs(layers: Sequence[str], *, native: float = 10.0) -> tuple[float, ...]:
    """Blur of each band in metres, of bands with pixels of `native` metres."""
    return tuple(sigma_psf(MTF_SENTINEL2.get(each, MTF_USUAL), gsd=native) for each in layers)


def along_across(place: Rectangle, rows: Doubles, columns: Doubles, *, gsd: float) -> Doubles:
    """Coordinates of pixels along and across a rectangle, in metres.

    Parameters
    ----------
    place : Rectangle
        Where and how it lies.
    rows, columns : ndarray
        Pixel coordinates.
    gsd : float
        Side of a pixel in metres.

    Returns
    -------
    ndarray, dims (2, ...)
        Along the axis (positive along its bearing) and across it (positive to the right).

    Examples
    --------
    >>> east = Rectangle(0.0, 0.0, 100.0, 20.0, 90.0)
    >>> along_across(east, np.array([0.0]), np.array([3.0]), gsd=10.0).round(6).ravel().tolist()
    [30.0, 0.0]
    """
    bearing = math.radians(place.axis_deg)
    east, south = (columns - place.column) * gsd, (rows - place.row) * gsd
    along = east * math.sin(bearing) - south * math.cos(bearing)
    across = east * math.cos(bearing) + south * math.sin(bearing)
    return np.stack([along, across])


def _box(t: Doubles, size: float, sigma: float) -> Doubles:
    half = 0.5 * size
    return np.asarray(special.ndtr((t + half) / sigma) - special.ndtr((t - half) / sigma))


def profile(place: Rectangle, shape: tuple[int, int], *, gsd: float, sigma_m: float) -> Doubles:
    """Blurred rectangle of height 1 on a grid.

    Parameters
    ----------
    place : Rectangle
        Where it lies.
    shape : tuple of int
        Rows and columns of the grid.
    gsd, sigma_m : float
        Side of a pixel and standard deviation of the blur, in metres.

    Returns
    -------
    ndarray, dims (y, x)
        Between 0 and 1.
    """
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    u, v = along_across(place, rows, columns, gsd=gsd)
    return _box(u, place.length, sigma_m) * _box(v, place.width, sigma_m)


def initial_rectangle(
    weights: npt.NDArray[np.floating], *, gsd: float, sigma_m: float
) -> Rectangle:
    """First guess of a rectangle from the moments of an object.

    Parameters
    ----------
    weights : ndarray, dims (y, x)
        How strongly each pixel differs; 0 or less outside the object.
    gsd, sigma_m : float
        Side of a pixel and blur, in metres.

    Returns
    -------
    Rectangle
        Its second moments, less those of the blur, are those of the anomaly.

    Raises
    ------
    DataError
        If no weight is positive.
    """
    held = np.where(weights > 0, weights, 0.0)
    total = float(held.sum())
    if not total > 0:
        message = "no pixel differs from its surroundings; there is no object to fit"
        raise DataError(message)
    rows, columns = np.mgrid[: held.shape[0], : held.shape[1]]
    row, column = float((held * rows).sum() / total), float((held * columns).sum() / total)
    down, right = (rows - row) * gsd, (columns - column) * gsd
    moments = [float((held * each).sum() / total) for each in (right**2, down**2, right * down)]
    matrix = np.array([[moments[0], -moments[2]], [-moments[2], moments[1]]])
    values, vectors = np.linalg.eigh(matrix)
    east, north = vectors[:, 1]
    sizes = np.sqrt(12.0 * np.maximum(values - sigma_m**2, gsd**2 / 12.0))
    return Rectangle(
        row, column, float(np.clip(sizes[1], 25.0, 400.0)), float(np.clip(sizes[0], 8.0, 60.0)),
        math.degrees(math.atan2(east, north)) % 180.0,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Problem:
    signal: Doubles  # (layer, pixel)
    noise: Doubles  # (layer, pixel)
    rows: Doubles
    columns: Doubles
    gsd: float
    sigma_m: tuple[float, ...]
    start: Rectangle
    axis_prior: float | None
    beside: int

    def place(self, p: Doubles) -> Rectangle:
        """Rectangle of the five unknowns."""
        s = self.start
        return Rectangle(
            s.row + p[0], s.column + p[1], math.exp(p[2]), math.exp(p[3]), s.axis_deg + p[4]
        )

    def terms_of(self, place: Rectangle) -> Doubles:
        """Design matrices: hull, level, and the quay beside it, dims (layer, pixel, term)."""
        u, v = along_across(place, self.rows, self.columns, gsd=self.gsd)
        blurs = sorted(set(self.sigma_m))
        made = np.ones((len(blurs), u.size, 3 if self.beside else 2))
        for terms, sigma in zip(made, blurs, strict=True):
            terms[:, 0] = _box(u, place.length, sigma) * _box(v, place.width, sigma)
            if self.beside:
                far = self.beside * v - 0.5 * place.width
                terms[:, 2] = special.ndtr((far - 2.0) / sigma)
        return np.asarray(made[[blurs.index(sigma) for sigma in self.sigma_m]])

    def solve(self, p: Doubles) -> tuple[Doubles, Doubles]:
        """Weighted residuals (layer, pixel) and amplitudes (layer, term)."""
        weighed = self.terms_of(self.place(p)) / self.noise[:, :, None]
        seen = (self.signal / self.noise)[:, :, None]
        across = weighed.transpose(0, 2, 1)
        normal = across @ weighed + 1e-9 * np.eye(weighed.shape[2])
        found = np.asarray(np.linalg.solve(normal, across @ seen), np.float64)
        return (seen - weighed @ found)[:, :, 0], found[:, :, 0]

    def cost(self, p: Doubles) -> Doubles:
        """All residuals, and that of the axis from the quay's."""
        left = self.solve(p)[0].ravel()
        if self.axis_prior is None:
            return left
        apart = (self.start.axis_deg + p[4] - self.axis_prior + 90.0) % 180.0 - 90.0
        return np.append(left, apart / AXIS_PRIOR_DEG)


def _problem(
    signal: Floats,
    noise: Floats,
    start: Rectangle,
    use: Bools | None,
    gsd: float,
    sigma_m: tuple[float, ...],
    axis_prior: float | None,
    beside: int,
) -> _Problem:
    rows, columns = np.mgrid[: signal.shape[1], : signal.shape[2]].astype(np.float64)
    u, v = along_across(start, rows, columns, gsd=gsd)
    reach = WINDOW_SIGMAS * max(sigma_m)
    near = (np.abs(u) < 0.75 * start.length + reach) & (np.abs(v) < 0.75 * start.width + reach)
    near &= np.isfinite(signal).all(axis=0)
    if use is not None:
        near &= use
    if np.count_nonzero(near) < 12:
        message = "fewer than 12 usable pixels at the hull; a fit of a hull needs more"
        raise DataError(message)
    seen, sensor = signal[:, near].astype(np.float64), noise[:, near].astype(np.float64)
    # deck texture is part of what is expected: without it a bright patch would be an error
    inside = profile(start, (signal.shape[1], signal.shape[2]), gsd=gsd, sigma_m=max(sigma_m))[near]
    level = np.abs((seen * inside).sum(axis=1) / max(float(inside.sum()), 1e-6))
    wide = np.sqrt(sensor**2 + (TEXTURE_SHARE * level[:, None] * inside) ** 2)
    return _Problem(
        seen, wide, rows[near], columns[near], gsd, sigma_m, start, axis_prior, beside
    )  # fmt: skip


def fit_hull(
    signal: Floats,
    noise: Floats,
    start: Rectangle,
    *,
    gsd: float,
    sigma_m: Sequence[float],
    axis_prior: float | None = None,
    use: Bools | None = None,
    beside: int = 0,
) -> HullFit:
    """Fit one blurred rectangle to all layers at once.

    Parameters
    ----------
    signal : ndarray of float32, dims (layer, y, x)
        The image minus what is expected there when it is empty.
    noise : ndarray of float32, dims (layer, y, x)
        Standard deviation of each pixel.
    start : Rectangle
        Where to begin, as from `initial_rectangle`.
    gsd : float
        Side of a pixel in metres.
    sigma_m : sequence of float
        Blur of each layer in metres.
    axis_prior : float, optional
        Bearing of the quay in degrees, which a moored hull keeps within `AXIS_PRIOR_DEG`.
    use : ndarray of bool, dims (y, x), optional
        Pixels to look at; all near the start if not given.
    beside : int
        1 or -1 to add a quay to the right or to the left of the axis, 2 m off the hull: for
        an image with nothing taken off.

    Returns
    -------
    HullFit

    Raises
    ------
    DataError
        If there are fewer than 12 usable pixels near the start.

    Notes
    -----
    ``A_b = a_b [Phi((u + L/2)/s) - Phi((u - L/2)/s)] [Phi((v + W/2)/s) - Phi((v - W/2)/s)] +
    c_b`` (METHODS section 4.3); amplitudes and levels are solved for at each step, five
    unknowns remain, with a soft L1 loss.
    """
    task = _problem(signal, noise, start, use, gsd, tuple(sigma_m), axis_prior, beside)
    guess = np.array([0.0, 0.0, math.log(start.length), math.log(start.width), 0.0])
    drift = max(0.5 * start.length / gsd, 2.0)
    low = np.array([-drift, -drift, math.log(LENGTH_RANGE[0]), math.log(WIDTH_RANGE[0]), -60.0])
    high = np.array([drift, drift, math.log(LENGTH_RANGE[1]), math.log(WIDTH_RANGE[1]), 60.0])
    found = optimize.least_squares(
        task.cost, np.clip(guess, low + 1e-6, high - 1e-6), bounds=(low, high), loss="soft_l1",
        x_scale=(1.0, 1.0, 0.1, 0.1, 5.0), max_nfev=40, ftol=1e-4, xtol=1e-4,
    )  # fmt: skip
    return _fitted(task, found.x, np.asarray(found.jac), low, high)


def _fitted(task: _Problem, p: Doubles, jacobian: Doubles, low: Doubles, high: Doubles) -> HullFit:
    residual, amplitudes = task.solve(p)
    place = task.place(p)
    size = float(np.sqrt(np.mean(residual**2)))
    spread = float(np.clip(size, 1.0, 10.0))
    normal = jacobian.T @ jacobian
    normal[np.diag_indices(5)] += 1e-9
    error = spread * np.sqrt(np.diag(np.linalg.inv(normal)))
    flat = task.signal / task.noise
    flat = flat - flat.mean(axis=1, keepdims=True)
    explained = 1.0 - float((residual**2).sum() / max(float((flat**2).sum()), 1e-12))
    length = place.length * (1.0 + TAPER_LOSS)
    along = NINETY * math.sqrt(
        (place.length * error[2]) ** 2 + TEXTURE_FLOOR**2 + (TAPER_SPREAD * place.length) ** 2
    )
    across = NINETY * math.hypot(place.width * error[3], WIDTH_FLOOR, WIDTH_SHARE * place.width)
    contrast = amplitudes[:, 0]
    floor = task.noise.min(axis=1)
    return HullFit(
        place=Rectangle(place.row, place.column, length, place.width, place.axis_deg % 180.0),
        length_low=max(length - along, 0.0),
        length_high=length + along,
        width_low=max(place.width - across, 0.0),
        width_high=place.width + across,
        contrast=tuple(map(float, contrast)),
        contrast_to_noise=float(np.sqrt(np.sum((contrast / floor) ** 2))),
        explained=float(np.clip(explained, 0.0, 1.0)),
        residual=size,
        at_limit=bool(np.any(p[2:4] < low[2:4] + 0.01) or np.any(p[2:4] > high[2:4] - 0.01)),
    )
