"""Standing ground of an outline for the ship sweep: past images, else a confirmed quay outline."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from skytally.core import DataError, evidence_line_name_constants as n, number
from skytally.imagery.cube import OPTICAL_BANDS
from skytally.imagery.measure import (
    MOST_LEFT_PIXELS,
    Observation,
    StandingGround,
    pixel_shares,
    references,
    standing_from_history,
    standing_from_outline,
)
from skytally.imagery.pipeline.outline_confirmed_and_located_well_enough import measuring_obstacle
from skytally.imagery.pipeline.outline_masks_and_track_lines import Bools, OutlineArea, dry_ground
from skytally.imagery.pipeline.temporary_decoded_window_cutouts import OpenImages
from skytally.imagery.sites import Outline, outline_mask

FINER = 5
"""Parts of a pixel's side by which an outline is drawn: its edge is then off by a tenth at most."""
GROUND_KINDS = ("quay", "stable")
"""Kinds of outline of ground that always stands there."""
INFRARED = "b11"
NOTHING = "none"
"""Source of standing ground that nobody knows."""
OFFSET_LEFT = "offset_left_m"
"""Diagnostic of a row that was painted: metres by which image and ground still differ."""


@dataclass(frozen=True, eq=False)
class KnownGround:
    """What always stands around an outline, and how it is known."""

    ground: StandingGround | None
    """To paint as water; None where neither past images nor an outline tell."""
    words: str
    """From what it is known, or why it is not, as part of a sentence."""
    item_ids: tuple[str, ...] = ()
    """Past images used."""

    @property
    def source(self) -> str:
        """How it is known: ``history``, ``outline`` or ``none``."""
        return NOTHING if self.ground is None else self.ground.source

    def attributes(self) -> dict[str, str]:
        """Attributes of a line that was swept with it: source, images, hash of what was painted."""
        whole = hashlib.sha256()
        if self.ground is not None:
            for part in (self.ground.share, self.ground.excess, self.ground.level):
                whole.update(b"" if part is None else np.ascontiguousarray(part).tobytes())
        return {
            "standing_ground": self.source,
            "standing_ground_known_from": self.words,
            "standing_ground_images": " ".join(self.item_ids),
            "standing_ground_sha256": "" if self.ground is None else whole.hexdigest(),
        }

    def notes(self, rows: Sequence[Observation]) -> tuple[str, ...]:
        """Sentences for readers: what was painted, the offset left, and which images were not."""
        read = [row for row in rows if row.state != n.UNCLEAR]
        if self.ground is None:
            return (
                "Swept without painting what always stands there: " + self.words + ". Beside a "
                "quay most ships are then missed.",
            )
        left = [row.details[OFFSET_LEFT] for row in read if OFFSET_LEFT in row.details]
        parts = [f"What always stands there was painted as water before the sweep, {self.words}"]
        if left:
            parts.append(
                f"an offset of at most {max(left):.1f} m was left ({number(len(left))} images)"
            )
        others = len(read) - len(left)
        if others:
            are, its = ("image was", "its") if others == 1 else ("images were", "their")
            parts.append(
                f"{number(others)} {are} swept unpainted, because {its} offset could not be told, "
                f"or not be brought below {MOST_LEFT_PIXELS:g} pixels"
            )
        return ("; ".join(parts) + ".",)


def known_ground(
    area: OutlineArea, images: OpenImages, study: np.datetime64, counted: Bools
) -> KnownGround:
    """Find what always stands around an outline.

    Parameters
    ----------
    area : OutlineArea
        The outline in which ships are counted.
    images : callable
        Opens the images of its window, all of one sensor.
    study : numpy.datetime64
        First day of the study: images before it are past images.
    counted : ndarray of bool, dims (y, x)
        Where ships are counted.

    Returns
    -------
    KnownGround
        From the past clear images of the group that has most, else from confirmed outlines of
        quays and stable ground, else of nothing, with both reasons.
    """
    try:
        return _from_history(area, images, study)
    except DataError as fault:
        short = f"past images do not tell ({_short(fault)})"
    outlines = [
        each
        for each in area.site.outlines
        if each.kind in GROUND_KINDS and not measuring_obstacle(each, area.site)
    ]
    if outlines:
        try:
            ground = _from_outlines(area, outlines, counted)
        except DataError as fault:
            return KnownGround(None, f"{short}, and the outline does not serve: {_short(fault)}")
        names = ", ".join(repr(each.name) for each in outlines)
        return KnownGround(ground, f"from the confirmed outlines of {names}, since {short}")
    return KnownGround(None, f"{short}, and no outline of a quay is confirmed")


def _short(fault: DataError) -> str:
    """Strip a message of its advice."""
    return str(fault).splitlines()[0].removeprefix("no reference: ").partition("; read ")[0]


def _from_history(area: OutlineArea, images: OpenImages, study: np.datetime64) -> KnownGround:
    first = next(iter(images()), None)
    bands = () if first is None else tuple(np.asarray(first["band"]).astype(str).ravel())
    layers = (*OPTICAL_BANDS, *((INFRARED,) if INFRARED in bands else ()))
    day = str(study.astype("datetime64[D]"))
    rough = max(
        references(images(), until=day, layers=layers).values(), key=lambda each: each.n_images
    )
    ring = dry_ground(area, rough)
    by_group = references(images(), ring=ring, until=day, layers=layers)
    # what stands there is the same whichever way the satellite passes
    known = max(by_group.values(), key=lambda each: each.n_images)
    days = " to ".join(str(each.astype("datetime64[D]")) for each in (known.first, known.last))
    words = f"from {number(known.n_images)} past clear images ({days})"
    return KnownGround(standing_from_history(known), words, known.item_ids)


def _from_outlines(
    area: OutlineArea, outlines: Sequence[Outline], counted: Bools
) -> StandingGround:
    fine = area.gsd / FINER
    drawn = [
        outline_mask(replace(area.site, outlines=(each,)), each.kind, gsd=fine) for each in outlines
    ]
    share = pixel_shares(np.logical_or.reduce(drawn), finer=FINER)[area.window]
    return standing_from_outline(share, counted=counted)
