"""Sweep of one image of a harbour for ships: free-floating hulls and hulls alongside."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import ndimage

from skytally.core import DataError, evidence_line_name_constants as n
from skytally.imagery.cube import (
    OPTICAL_BANDS,
    Bools,
    CubeSource,
    Floats,
    Frame,
    Screening,
    check_mask,
    check_positive,
    finite_pixels,
    iter_frames,
)
from skytally.imagery.measure.observation_and_evidence_line import Observation, unclear_observation
from skytally.imagery.measure.ships.alongside_hulls import hulls_alongside
from skytally.imagery.measure.ships.count_interval_from_precision_recall import (
    ScoredSweep,
    count_interval,
)
from skytally.imagery.measure.ships.floating_hulls import (
    floating_hulls,
    hot_pixels,
    unresolved_objects,
)
from skytally.imagery.measure.ships.hull_fit import band_blurs
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import (
    Candidate,
    WaterResidual,
    pixels_inside,
    without_overlaps,
    without_wakes,
)
from skytally.imagery.measure.ships.standing_ground_painted_as_water import (
    MIN_STEP_ALONGSIDE,
    StandingGround,
    painted,
    told_apart,
)
from skytally.imagery.measure.water_mask import large_water, smooth_water, water_around

MIN_COUNTED_SCORE = 0.35
"""Score from which a candidate is counted: what a hull of usual form keeps when its side is a
pixel from straight, its ends are blurred and its width is half a pixel off."""
KNOWN_SHARE = 0.3
"""Share of a candidate that may lie on ground known to stand there always."""
MIN_READ_SHARE = 0.8
"""Share of an image that must have been read: a ship in what was not read is not seen."""
MIN_WATER_SHARE = 0.01
"""Share of an image that must be water for a sweep to mean anything."""
SCORED = ScoredSweep(hits=34, found=64, labels=64)
"""On four labelled ports, ships of 50 m and more, one image without history
(``labs/benchmarks/accuracy_ship_sweep_labelled_ports.py``): half are found, and half of what is
found is labelled."""
PAINTED_SCORED = ScoredSweep(hits=46, found=64, labels=64)
"""The same with standing ground painted as water, each port left out of its own step
(``labs/benchmarks/accuracy_standing_ground_painted_as_water.py``). The outlines knew which objects
are ships, as past images do and a person who draws from one image does not: it is a bound."""
INFRARED = "b11"
"""Band of 1.6 micrometres, in which water is dark through haze and land is not."""
DARK_WATER, DARK_SHARE = 0.10, 0.95
"""Near infrared that this share of the water found stays below where there is no b11: clear
water and silt reflect less (under 0.06), haze over dark land that passes for water more."""


@dataclass(frozen=True)
class HarbourObservation:
    """What one image says of a harbour."""

    ships: Observation
    """Number of ships found."""
    found: tuple[Candidate, ...]
    """Everything of a score of 0.05 and more, from the best down, for a curve."""


def water_residual(frame: Frame, *, native: float = 10.0) -> WaterResidual:
    """Take the water off an image.

    Parameters
    ----------
    frame : Frame
        An image with b02, b03, b04, b08 in this order, and b11 after them where there is one.
    native : float
        Pixel in metres by which the sensor blurs, where the image was resampled.

    Returns
    -------
    WaterResidual
        Of the first four bands.

    Raises
    ------
    DataError
        If too little of the image was read, it holds too little water, or it has no b11 and what
        passes for water is not dark.
    """
    read = float(finite_pixels(frame.values).mean())
    if read < MIN_READ_SHARE:
        message = f"only {read:.0%} of the image was read; {MIN_READ_SHARE:.0%} is needed"
        raise DataError(message)
    filled = _filled(frame)
    water = smooth_water(filled, frame.layers)
    if water.mean() < MIN_WATER_SHARE:
        message = f"only {water.mean():.1%} of the image is water; choose a window with a harbour"
        raise DataError(message)
    if INFRARED not in frame.layers:
        _check_dark(filled, frame.layers, water)
    optical = filled[: len(OPTICAL_BANDS)]
    level, noise = water_around(optical, water, gsd=frame.gsd)
    signal = optical - level
    return WaterResidual(
        signal=signal,
        noise=noise,
        water=large_water(signal, noise, water, gsd=frame.gsd),
        layers=frame.layers[: len(OPTICAL_BANDS)],
        gsd=frame.gsd,
        sigma_m=band_blurs(frame.layers[: len(OPTICAL_BANDS)], native=native),
    )


def _filled(frame: Frame) -> Floats:
    return np.where(np.isfinite(frame.values), frame.values, 0.0).astype(np.float32)


def _check_dark(values: Floats, layers: Sequence[str], water: Bools) -> None:
    """Refuse an image without b11 whose water is not dark in the near infrared."""
    found = float(np.quantile(values[list(layers).index("b08")][water], DARK_SHARE))
    if found > DARK_WATER:
        message = (
            f"without {INFRARED}, what passes for water reflects up to {found:.2f} in b08 (over "
            f"{DARK_WATER:.2f}): hazy land cannot be told from water; read {INFRARED} as well"
        )
        raise DataError(message)


@dataclass(frozen=True, eq=False)
class Sweep:
    """Candidate ships of one image, and what to know before using them."""

    found: list[Candidate]
    """From the best down."""
    flags: tuple[str, ...]
    """``no-history``, ``unpainted``, ``no-infrared``, ``packed-craft``."""
    details: dict[str, float]
    """``unresolved``: objects of no one hull's form, uncounted; ``offset_left_m``: what is left
    of the image's offset against the ground painted."""
    reason: str
    """Why standing ground was not painted; empty otherwise."""

    @property
    def painted(self) -> bool:
        """Whether standing ground was painted as water."""
        return not {"no-history", "unpainted"} & set(self.flags)


def swept_candidates(
    frame: Frame,
    *,
    native: float = 10.0,
    known: Bools | None = None,
    standing: StandingGround | None = None,
) -> list[Candidate]:
    """Candidate ships of one image, from the best down; parameters as `swept_image`."""
    return swept_image(frame, native=native, known=known, standing=standing).found


def swept_image(
    frame: Frame,
    *,
    native: float = 10.0,
    known: Bools | None = None,
    standing: StandingGround | None = None,
    alongside_step: float = MIN_STEP_ALONGSIDE,
) -> Sweep:
    """Sweep one image for ships.

    Parameters
    ----------
    frame : Frame
        As for `water_residual`.
    native : float
        As for `water_residual`.
    known : ndarray of bool, dims (y, x), optional
        Piers, jetties and shores known from history: what lies on them is left out.
    standing : StandingGround, optional
        What always stands there; painted as water before the sweep.
    alongside_step : float
        Near infrared of a hull beside painted ground below which it is left out.

    Returns
    -------
    Sweep
    """
    around = water_residual(frame, native=native)
    shape = (frame.values.shape[1], frame.values.shape[2])
    flags = [] if INFRARED in frame.layers else ["no-infrared"]
    details, reason, ground = {}, "", None
    if standing is None:
        flags.append("no-history")
    else:
        done = painted(_filled(frame), around, standing)
        around, reason = done.around, done.reason
        if reason:
            flags.append("unpainted")
        else:
            ground = done.standing
            details["offset_left_m"] = done.left_m
    found = _candidates(around, shape)
    if ground is not None:
        found = told_apart(found, ground, gsd=frame.gsd, step=alongside_step)
    unresolved = unresolved_objects(around, found)
    details["unresolved"] = float(unresolved)
    if unresolved:
        flags.append("packed-craft")
    if known is not None:
        found = [each for each in found if _share(each, known, frame.gsd) <= KNOWN_SHARE]
    return Sweep(found, tuple(flags), details, reason)


def _candidates(around: WaterResidual, shape: tuple[int, int]) -> list[Candidate]:
    alone = without_overlaps(list(floating_hulls(around)), shape, gsd=around.gsd)
    # an object that lies alone is judged whole: its wake has straight sides too
    claimed = _claimed(around, alone)
    at_shores = [
        each for each in hulls_alongside(around) if _share(each, claimed, around.gsd) <= KNOWN_SHARE
    ]
    found = without_overlaps([*alone, *at_shores], shape, gsd=around.gsd)
    return without_wakes(found, gsd=around.gsd)


def _claimed(around: WaterResidual, alone: list[Candidate]) -> Bools:
    """Hot pixels of the free-floating candidates."""
    labels, _ = ndimage.label(hot_pixels(around), np.ones((3, 3)))
    numbers: set[int] = set()
    for each in alone:
        window, inside = pixels_inside(each.place, labels.shape, gsd=around.gsd, share=1.0)
        numbers |= set(np.unique(labels[window][inside]).tolist())
    return np.asarray(np.isin(labels, list(numbers - {0})))


def _share(each: Candidate, known: Bools, gsd: float) -> float:
    shape = (known.shape[0], known.shape[1])
    window, inside = pixels_inside(each.place, shape, gsd=gsd, share=1.0)
    return float(known[window][inside].mean()) if inside.any() else 1.0


def _observed(frame: Frame, swept: Sweep, least_score: float) -> HarbourObservation:
    count = sum(each.score >= least_score for each in swept.found)
    scored = PAINTED_SCORED if swept.painted else SCORED
    low, high = count_interval(count, scored)
    part = () if finite_pixels(frame.values).all() else ("partly-read",)
    ships = Observation(
        frame.time, frame.item_id, float(count), float(min(low, count)), float(max(high, count)),
        "ships", scored.p_detect, scored.p_false, n.COUNTED if count else n.NOTHING_SEEN,
        swept.reason, (*swept.flags, *part), frame.group, swept.details,
    )  # fmt: skip
    return HarbourObservation(ships, tuple(swept.found))


def _refused(frame: Frame, answer: Screening) -> Observation:
    return unclear_observation(
        frame.time, "", unit="ships", item_id=frame.item_id, flags=answer.flags,
        group=frame.group, screening_reason=answer.reason,
    )  # fmt: skip


def sweep_harbour(
    source: CubeSource,
    *,
    known: npt.ArrayLike | None = None,
    standing: StandingGround | None = None,
    layers: tuple[str, ...] | None = None,
    native: float = 10.0,
    least_score: float = MIN_COUNTED_SCORE,
) -> Iterator[HarbourObservation]:
    """Count the ships in each image of a harbour, each image by itself.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, or images in the order of time.
    known : array_like of bool, dims (y, x), optional
        Structures known from history; without it, piers shaped like hulls are counted.
    standing : StandingGround, optional
        What always stands there, from past images or an outline; painted as water before the
        sweep, so that moored hulls lie free. Images so painted have the score and interval of
        the painted sweep.
    layers : tuple of str, optional
        b02, b03, b04, b08 in this order, and b11, which tells hazy land from water; if not
        given, b11 wherever the first image has it.
    native : float
        Pixel in metres by which the sensor blurs, where the cube was resampled.
    least_score : float
        Score from which a candidate is counted.

    Yields
    ------
    HarbourObservation
        Unclear where the image shows no water, and where without b11 what passes for water is
        not dark in the near infrared.

    Raises
    ------
    DataError
        As `iter_frames`; and if `layers` are others, or a number is none.
    """
    check_positive(native, what="native pixel")
    if not 0.0 <= least_score <= 1.0:
        message = f"least_score {least_score}; give a score from 0 to 1"
        raise DataError(message)
    source, layers = _with_infrared(source, layers)
    if tuple(layers[: len(OPTICAL_BANDS)]) != OPTICAL_BANDS:
        message = (
            f"layers {', '.join(layers)}; give {', '.join(OPTICAL_BANDS)} first, in this order"
        )
        raise DataError(message)
    structures: Bools | None = None
    for frame in iter_frames(source, layers=layers):
        if known is not None and structures is None:
            shape = (frame.values.shape[1], frame.values.shape[2])
            structures = check_mask(known, shape, what="known structures")
        if frame.screening is not None and not frame.screening.usable:
            yield HarbourObservation(_refused(frame, frame.screening), ())
            continue
        try:
            swept = swept_image(frame, native=native, known=structures, standing=standing)
        except DataError as fault:
            row = unclear_observation(
                frame.time, str(fault), unit="ships", item_id=frame.item_id, group=frame.group
            )
            yield HarbourObservation(row, ())
            continue
        yield _observed(frame, swept, least_score)


def _with_infrared(
    source: CubeSource, layers: tuple[str, ...] | None
) -> tuple[CubeSource, tuple[str, ...]]:
    """Bands to read: those asked for, or the optical ones and b11 where the first image has it."""
    if layers is not None:
        return source, layers
    first: object = source
    if isinstance(source, Iterable) and not isinstance(source, xr.Dataset | str | xr.DataArray):
        images = iter(source)
        head = list(itertools.islice(images, 1))
        first, source = (head[0] if head else None), itertools.chain(head, images)
    bands: set[str] = set()
    if isinstance(first, xr.Dataset) and "band" in first.coords:
        bands = set(np.asarray(first["band"]).astype(str).ravel())
    return source, (*OPTICAL_BANDS, *([INFRARED] if INFRARED in bands else []))
