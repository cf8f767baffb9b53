"""Simulated measured lines for tests, with everything that a page shows of one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skytally.core import evidence_line_name_constants as n
from skytally.imagery.measure.observation_and_evidence_line import (
    Observation,
    observation_line,
    unclear_observation,
)
from skytally.imagery.pipeline.detection_limit_summaries import CARDS, SiteLimits
from skytally.imagery.pipeline.measured_line_and_target import MeasuredLine, Target
from skytally.imagery.pipeline.measured_line_kinds import LINE_KINDS
from skytally.imagery.pipeline.thumbnails import Thumbnail
from skytally.imagery.sites.site_model import Grid, Outline, Site

STUDY = "2023-08-01"
KIND = next(kind for kind in LINE_KINDS if kind.card == "berth-sentinel-2")
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[130.3, 42.2], [130.31, 42.2], [130.31, 42.21], [130.3, 42.2]]],
}


def site(name: str = "Pier") -> Site:
    """Make a port with one confirmed berth."""
    berth = Outline("berth", name, SQUARE, "made up", 5.0, "confirmed on imagery", 60.0)
    grid = Grid(32652, (600_000, 4_676_000, 606_000, 4_682_000))
    return Site("rajin", "Rajin", "KP", 9.0, grid, (berth,), "evidence", 5.0, "rajin")


def target(name: str = "Pier", *, study: str = STUDY) -> Target:
    """Make the target of a line of ships at the berth."""
    port = site(name)
    return Target(KIND, port, port.outlines[0], study)


def _row(day: str, value: float, **details: float) -> Observation:
    state = n.COUNTED if value else n.NOTHING_SEEN
    time = np.datetime64(f"{day}T02:15:49.024", "ns")
    return Observation(
        time, f"item {day}", value, 0.0, value + 1.0, "ships", 0.9, 0.01, state, "",
        ("haze", "unregistered"), "sentinel-2 orbit 3 L2A", details,
    )  # fmt: skip


def _chip(item: str, rows: int) -> Thumbnail:
    picture = np.arange(rows * 7 * 3, dtype=np.uint8).reshape(rows, 7, 3)
    corners = np.array([[0.1, 1 / 3], [2.5, np.pi]])
    return Thumbnail(picture, 10.0, "1 August 2023", "nothing found", item, (corners,), "rehearsal")


def line(name: str = "Pier") -> MeasuredLine:
    """Make a measured line with rows of each state, pictures, limits, notes and a left-out image.

    A diagnostic is NaN in one row and absent in another; a picture is smaller than the other.
    """
    fog = np.datetime64("2023-08-06T02:15:49", "ns")
    rows = (
        _row("2023-07-27", 0.0, shift_m=np.nan, clear_share=1 / 3),
        _row("2023-08-01", 2.0, length_m=101.5),
        unclear_observation(
            fog, "fog, \u00e4 \u6f22", unit="ships", item_id="fog", screening_reason="cloud"
        ),
    )
    made = observation_line(
        rows, quantity=KIND.quantity, scope=f"Rajin, {name}", method=CARDS[KIND.card].title,
        history="measured by skytally from looks of somebody", source="somebody",
    ).assign_attrs(label="rehearsal")  # fmt: skip
    table = pd.DataFrame(
        {"size": [0.0, 100.0], "contrast": [np.nan, 0.05], "looks": [12, 12], "found": [0, 11],
         "recall": [0.0, 11 / 12], "simulated": [False, False]}
    )  # fmt: skip
    return MeasuredLine(
        KIND, "rajin", name, f"Rajin, {name}", False, made, rows, "",
        (_chip("a", 5), _chip("b", 6)), "rehearsal", SiteLimits(table),
        ("A note.", "Another, \u00e4."), {"item x": "radiometric audit: dark"},
    )  # fmt: skip
