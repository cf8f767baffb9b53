"""Whether something can be measured in an outline yet: confirmed, and known well enough."""

from __future__ import annotations

import numpy as np

from skytally.core import number
from skytally.imagery.sites import CONFIRMED, Outline, Site, rings_in_metres

TRACK_SPACING = 5.0
"""Metres from track to track in a yard: a loading gauge of 3.4 m and a way between."""
TRACK_SIGMA = 3.0
"""Metres to which the lines of tracks must be known: beyond 5 m a full yard is missed by a sixth
(METHODS 5.1, 5.2)."""
MAX_SIGMA_SHARE = 0.25
"""Share of its extent to which an outline must be known before anything is measured in it."""


def outline_title(site: Site, outline: Outline) -> str:
    """Site and outline for readers."""
    return f"{site.name}, {outline.name}"


def width_m(outline: Outline, site: Site) -> float:
    """Width of an outline in the direction in which it is narrowest, metres."""
    points = np.concatenate(rings_in_metres(outline, site))
    turned = np.radians(np.arange(180.0))
    return float(np.ptp(points @ np.stack([np.sin(turned), np.cos(turned)]), axis=0).min())


def measuring_obstacle(outline: Outline, site: Site) -> str:
    """Reason why nothing can be measured in an outline yet; empty where there is none."""
    if outline.status != CONFIRMED:
        return (
            f"its outline is {outline.status}: it is known to about "
            f"{number(round(outline.pos_sigma_m))} m, and everything within is drawn"
        )
    if outline.kind == "track" and outline.pos_sigma_m > TRACK_SIGMA:
        return (
            f"its outline is known to {number(round(outline.pos_sigma_m))} m only; lines of "
            f"tracks {TRACK_SPACING:g} m apart must be known to {TRACK_SIGMA:g} m"
        )
    if outline.kind != "track" and outline.pos_sigma_m > MAX_SIGMA_SHARE * width_m(outline, site):
        return (
            f"its outline is known to {number(round(outline.pos_sigma_m))} m only, too little "
            f"for something {number(round(width_m(outline, site)))} m wide"
        )
    if outline.kind in ("berth", "quay", "track") and outline.axis_deg is None:
        return "its outline has no axis; write axis_deg"
    return ""
