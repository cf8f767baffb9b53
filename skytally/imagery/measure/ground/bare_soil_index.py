"""Disturbed ground at a depot: how bare it looks from look to look, and when that changed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.imagery.clear_sky.target_ring import NOT_CLEAR, ring_state
from skytally.imagery.cube.cube_checks import Bools, check_day, check_mask
from skytally.imagery.cube.frames import Floats, Frame, Source, Window, frames, window_of
from skytally.imagery.measure.ground.change_date import ChangeDate, Stage, change_date, stages
from skytally.imagery.measure.ground.seasonal_cycle import Season, season
from skytally.imagery.measure.observation import Look, unclear

Doubles = npt.NDArray[np.float64]

LAYERS = ("b02", "b03", "b04", "b08", "b11")
"""Bands of the soil, vegetation and snow indices."""
BARE = ("b02", "b04", "b08", "b11")
"""Bands of the bare soil index alone."""
COARSE_FACTOR = 4.0
"""Pixels of 10 m in one of b11: they share its light, and count as one (METHODS trap T13)."""
LEAST_CLEAR = 0.7
"""Share of the ground that must be clear (METHODS 6.2)."""
SNOW_OVER = 0.2
"""Snow index of the ground above which the look is left out (METHODS 6.2)."""
INDEX_FLOOR = 0.005
"""Least standard error of an index over any ground: the calibration of one band against another
to about 1 percent."""
EPOCH = np.datetime64("1970-01-01")
DAY = np.timedelta64(1, "D")


def soil_index(b02: Floats, b04: Floats, b08: Floats, b11: Floats) -> Floats:
    """Give the bare soil index.

    Parameters
    ----------
    b02, b04, b08, b11 : ndarray
        Reflectance of blue, red, near and short-wave infrared.

    Returns
    -------
    ndarray
        ``((b11 + b04) - (b08 + b02)) / ((b11 + b04) + (b08 + b02))`` (METHODS 6.1), -1 to 1.

    Examples
    --------
    >>> band = [np.array([each], np.float32) for each in (0.1, 0.2, 0.2, 0.3)]
    >>> soil_index(*band).round(3).tolist()
    [0.25]
    """
    warm, cool = b11 + b04, b08 + b02
    total = warm + cool
    warm -= cool
    return np.divide(warm, total, out=warm, where=total > 0)


@dataclass(frozen=True)
class GroundLook:
    """What one look says of one piece of ground."""

    time: np.datetime64
    """Acquisition, UTC."""
    item_id: str
    """Name of the scene."""
    bare: float
    """Mean bare soil index of the clear pixels, NaN when the look cannot tell."""
    error: float
    """Its standard error from pixel to pixel, NaN when the look cannot tell."""
    bright: float
    """Mean reflectance of the visible bands, NaN when the look cannot tell."""
    clear_share: float
    """Share of the ground that is clear, 0 to 1."""
    reason: str
    """Why the look cannot tell; empty when it can."""
    group: str
    """Sensor, orbit, direction and processor."""
    flags: tuple[str, ...] = ()
    """``snow``."""

    def row(self) -> Look:
        """Give the look as a row of a line of evidence, unit ``refl``."""
        details = {"clear_share": self.clear_share, "bright": self.bright}
        if self.reason:
            return unclear(
                self.time,
                self.reason,
                unit="refl",
                item_id=self.item_id,
                flags=self.flags,
                group=self.group,
                details=details,
            )
        reach = 1.645 * self.error
        return Look(
            self.time, self.item_id, self.bare, self.bare - reach, self.bare + reach, "refl",
            1.0, 0.0, n.COUNTED, "", self.flags, self.group, details,
        )  # fmt: skip


def _mean(values: Floats) -> float:
    return float(values.mean(dtype=np.float64))


def _told(frame: Frame, ground: Bools, pixels: int) -> GroundLook:
    """Give the indices over the clear pixels of a window that holds the ground."""
    held = frame.values[:, ground]
    good = np.isfinite(held[0])
    for layer in held[1:]:
        good &= np.isfinite(layer)
    if frame.scl is not None:
        good &= ~np.isin(frame.scl[ground], NOT_CLEAR)
    clear = float(np.count_nonzero(good)) / pixels
    nan = math.nan

    def cannot(reason: str, flags: tuple[str, ...] = ()) -> GroundLook:
        return GroundLook(
            frame.time, frame.item_id, nan, nan, nan, clear, reason, frame.group, flags
        )

    if clear < LEAST_CLEAR:
        return cannot(f"only {clear:.0%} of the ground is clear; {LEAST_CLEAR:.0%} is needed")
    if not good.all():
        held = held[:, good]
    bands = dict(zip(frame.layers, held, strict=True))
    if "b03" in bands:
        green, short = _mean(bands["b03"]), _mean(bands["b11"])
        if (green - short) / max(green + short, 1e-6) > SNOW_OVER:
            return cannot("snow on the ground", ("snow",))
    seen = [bands[word] for word in ("b02", "b03", "b04") if word in bands]
    bright = sum(_mean(each) for each in seen) / len(seen)
    index = soil_index(*(bands[word] for word in BARE))
    several = max(index.size / COARSE_FACTOR, 1.0)
    error = math.hypot(float(index.std(dtype=np.float64)) / math.sqrt(several), INDEX_FLOOR)
    return GroundLook(
        frame.time, frame.item_id, _mean(index), error, bright, clear, "", frame.group
    )


def ground_looks(
    source: Source,
    ground: npt.ArrayLike,
    *,
    ring: npt.ArrayLike | None = None,
    layers: tuple[str, ...] = LAYERS,
) -> Iterator[GroundLook]:
    """Say of each look how bare a piece of ground is.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or looks in the order of time.
    ground : array_like of bool, dims (y, x)
        One object: a field, a row of pits. Its mean is followed, never a pixel.
    ring : array_like of bool, dims (y, x), optional
        Stable ground around it, which judges the sky; without it only the ground itself does.
    layers : tuple of str
        Bands; `BARE` where green is missing, and then snow is not recognised by its colour.

    Yields
    ------
    GroundLook
        One a look, with a reason where it cannot tell.

    Raises
    ------
    DataError
        As `skytally.imagery.cube.frames.frames` and `skytally.imagery.cube.cube_checks.check_mask`; and if
        a band of the index is missing from `layers`.
    """
    missing = [word for word in BARE if word not in layers]
    if missing:
        message = f"layers {', '.join(layers)}: {', '.join(missing)} missing; the index needs them"
        raise DataError(message)
    window: Window | None = None
    for frame in frames(source, layers=layers):
        if window is None:
            shape = (frame.values.shape[1], frame.values.shape[2])
            held = check_mask(ground, shape, what="ground")
            around = None if ring is None else check_mask(ring, shape, what="stable ring")
            window = window_of(held)
            inside, pixels = held[window], int(np.count_nonzero(held))
            wide = window if around is None else window_of(around)
        if around is not None:
            state = ring_state(frame.crop(wide), around[wide])
            if not state.usable:
                nan = math.nan
                yield GroundLook(
                    frame.time, frame.item_id, nan, nan, nan, nan, state.reason, frame.group,
                    state.flags,
                )  # fmt: skip
                continue
        yield _told(frame.crop(window), inside, pixels)


@dataclass(frozen=True, eq=False)
class Works:
    """When ground was laid bare, and what came after."""

    began: ChangeDate
    """The one change of the bare soil index."""
    stages: tuple[Stage, ...]
    """Stretches of one level, at most four, of the index less its season."""
    labels: tuple[str, ...]
    """What each stage is, by the sign of its change alone."""
    season: Season
    """What the years before show."""
    usable: int
    """Looks of the study that could tell."""
    looks: int
    """Looks of the study."""


def _label(before: Stage, after: Stage, season: Season) -> str:
    """Name a stage by its sign only: what was done to the ground is not seen from 10 m."""
    if after.value - before.value > 2.0 * season.drift:
        return "barer"
    if before.value - after.value > 2.0 * season.drift:
        return "surface changed again" if before.value > 2.0 * season.drift else "less bare"
    return "little changed"


def works(looks: Iterable[GroundLook], *, study: np.datetime64 | str, level: float = 0.9) -> Works:
    """Date the beginning of works on a piece of ground, and split what followed into stages.

    Parameters
    ----------
    looks : iterable of GroundLook
        From `ground_looks`, times rising, two years before the study and more.
    study : numpy.datetime64 or str
        First day of the study. It must be chosen before the looks are seen.
    level : float
        Stated coverage of the interval of the date.

    Returns
    -------
    Works
        A date interval that holds the gap between looks; nothing is "filled" or "covered" here,
        which 10 m do not show.

    Raises
    ------
    DataError
        As `skytally.imagery.measure.ground.seasonal_cycle.season` and `skytally.imagery.measure.ground.change_date.change_date`.
    """
    held = list(looks)
    days = np.array([(each.time - EPOCH) / DAY for each in held], float)
    values = np.array([each.bare for each in held], float)
    errors = np.array([each.error for each in held], float)
    since = check_day(study, what="study").astype("datetime64[D]")
    start = float((since - EPOCH) / DAY)
    usual = season(days, values, until=start)
    late = days >= start
    left = values[late] - usual.level(days[late])
    told = np.isfinite(left)
    if np.count_nonzero(told) < 2:
        message = (
            f"{np.count_nonzero(told)} usable looks of {left.size} in the study: no change can be "
            "dated; read more scenes"
        )
        raise DataError(message)
    when, left = days[late][told], left[told]
    # the season's spread holds the usual error of a look; a look half hidden errs by more
    usually = float(np.nanmedian(errors))
    more = np.maximum(errors[late][told] ** 2 - usually**2, 0.0)
    scale = np.sqrt(usual.scale**2 + more)
    began = change_date(when, left, scale, drift=usual.drift, share=usual.share, level=level)
    parts = stages(when, left, scale, share=usual.share)
    names = ["as before", *(_label(a, b, usual) for a, b in itertools.pairwise(parts))]
    if abs(parts[0].value) > 2.0 * usual.drift + 2.0 * usual.scale / math.sqrt(parts[0].n_looks):
        names[0] = "barer" if parts[0].value > 0 else "less bare"
    return Works(began, parts, tuple(names), usual, int(told.sum()), int(late.sum()))
