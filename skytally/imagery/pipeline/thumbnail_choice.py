"""Which thumbnails of an outline are shown: the last empty image, and the largest detections."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from skytally.core import day, evidence_line_name_constants as n
from skytally.imagery.measure import Observation
from skytally.imagery.pipeline.outline_masks_and_track_lines import OutlineArea
from skytally.imagery.pipeline.thumbnails import Points, Thumbnail, radar_grey, true_colour
from skytally.imagery.sites import rings_in_metres

MAX_DETECTIONS = 8
"""Detections shown as pictures; all are in the table."""
MARGIN = 15
"""Pixels shown around an outline."""
MAX_SIDE = 96
"""Pixels along a picture at most."""


def _outline_points(area: OutlineArea, cut: tuple[slice, slice]) -> tuple[Points, ...]:
    """Rings of an outline in pixels of a cut-out."""
    west, _, _, north = area.site.grid.bounds
    left = west + (area.window[1].start + cut[1].start) * area.gsd
    top = north - (area.window[0].start + cut[0].start) * area.gsd
    return tuple(
        np.stack([(ring[:, 0] - left) / area.gsd, (top - ring[:, 1]) / area.gsd], axis=1)
        for ring in rings_in_metres(area.outline, area.site)
    )


def _cut(area: OutlineArea) -> tuple[slice, slice]:
    """Rows and columns around an outline that a picture shows."""
    parts = []
    for axis in (1, 0):
        covered = np.flatnonzero(area.target.any(axis=axis))
        middle = (covered[0] + covered[-1]) // 2
        half = min((covered[-1] - covered[0]) // 2 + MARGIN, MAX_SIDE // 2)
        parts.append(slice(max(middle - half, 0), middle + half))
    return parts[0], parts[1]


def thumbnail(image: xr.Dataset, row: Observation, area: OutlineArea) -> Thumbnail:
    """Cut the picture of an image around an outline, with what was measured as its caption."""
    cut = _cut(area)
    part = image.isel(y=cut[0], x=cut[1])
    if "gamma0" in part:
        picture = radar_grey(part["gamma0"].to_numpy()[0])
    else:
        bands = [str(band) for band in part["band"].to_numpy()]
        picture = true_colour(part["reflectance"].to_numpy(), bands)
    stamp = pd.Timestamp(row.time)
    words = {n.NOTHING_SEEN: "nothing found", n.SOMETHING_SEEN: row.reason}
    value = f"{row.value:.0f} ({row.low:.0f} to {row.high:.0f}) {row.unit}"
    return Thumbnail(
        picture, area.gsd, f"{day(stamp)}, {stamp:%H:%M} UTC", words.get(row.state, value),
        row.item_id, _outline_points(area, cut), str(image["label"].to_numpy()),
    )  # fmt: skip


class ThumbnailPicker:
    """Keeps the picture of the last empty image before a date, and of the largest detections."""

    def __init__(self, area: OutlineArea, study: np.datetime64) -> None:
        self.area, self.study = area, study
        self.before: Thumbnail | None = None
        self.detections: list[tuple[float, Observation, Thumbnail]] = []

    def offer(self, image: xr.Dataset, row: Observation) -> None:
        """Keep a picture where the row is worth one."""
        if row.time < self.study:
            if row.state == n.NOTHING_SEEN:
                self.before = thumbnail(image, row, self.area)
            return
        if row.state == n.COUNTED and row.value > 0:
            self.detections.append((row.value, row, thumbnail(image, row, self.area)))
            self.detections.sort(key=lambda detection: -detection[0])
            del self.detections[MAX_DETECTIONS:]

    def thumbnails(self) -> tuple[Thumbnail, ...]:
        """Pictures kept, the empty one first, the others by date."""
        by_date = sorted(self.detections, key=lambda detection: detection[1].time)
        late = [picture for _, _, picture in by_date]
        return tuple([self.before, *late] if self.before is not None else late)
