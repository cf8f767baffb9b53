"""A site as data: its fixed grid, its outlines and its role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import affine

TO_CONFIRM, CONFIRMED = "to be confirmed on imagery", "confirmed on imagery"
"""Words of the vocabulary ``outline_status``."""
EVIDENCE, CONTROL = "evidence", "control"
"""Words of the vocabulary ``site_role``."""
GRID_STEP_M = 60
"""Metres; the corners of a grid are multiples of it, so that 10, 20 and 60 m pixels nest."""
STABLE_GROUND, OPEN_WATER = "stable", "openwater"
"""Words of the vocabulary ``outline_kind`` for the outlines on which images are screened."""
CONTROL_LABEL = " (control site for "
"""Part of the name of every control site and of no other, so that no page prints one unlabelled."""


@dataclass(frozen=True)
class Grid:
    """The fixed grid of a site, onto which every image is cut."""

    epsg: int
    """UTM zone of the site."""
    bounds: tuple[int, int, int, int]
    """West, south, east, north in metres, multiples of 60 so that 10, 20 and 60 m nest."""

    def shape(self, gsd: float) -> tuple[int, int]:
        """Rows and columns for pixels of `gsd` metres."""
        west, south, east, north = self.bounds
        return round((north - south) / gsd), round((east - west) / gsd)

    def transform(self, gsd: float) -> affine.Affine:
        """Affine transform from column and row to metres, for pixels of `gsd` metres."""
        return affine.Affine(gsd, 0.0, self.bounds[0], 0.0, -gsd, self.bounds[3])


@dataclass(frozen=True)
class Outline:
    """Where an object of a site lies, as far as is known."""

    kind: str
    """Word of the vocabulary ``outline_kind``, such as ``berth``, ``stable`` or ``openwater``."""
    name: str
    """Name of the outline, unique within its site."""
    geometry: dict[str, Any]
    """GeoJSON polygon or multipolygon, longitude and latitude on WGS 84."""
    digitised_from: str
    """What it was drawn from."""
    pos_sigma_m: float
    """One standard deviation of its position, metres."""
    status: str
    """``to be confirmed on imagery`` or ``confirmed on imagery``."""
    axis_deg: float | None
    """Direction of its long side, degrees clockwise from north, 0 to 180; None if unknown."""


@dataclass(frozen=True)
class Site:
    """A place of which images are acquired."""

    slug: str
    """Name in files and tables."""
    name: str
    """Name for readers."""
    country: str
    """ISO 3166 code of two letters."""
    utc_offset_hours: float
    """Local standard time minus UTC."""
    grid: Grid
    """Grid of every image."""
    outlines: tuple[Outline, ...]
    """Outlines of what lies there."""
    role: str
    """``evidence`` or ``control``."""
    pos_sigma_m: float
    """One standard deviation of the position of the site's point, metres."""
    position_source: str
    """Id of a row of the record's sites, for a control site of ``positions.csv``."""
    control_for: str = ""
    """Slug of the site for which it was chosen as a control; empty for evidence."""
    control_reason: str = ""
    """Why it is alike and should show nothing; empty for evidence."""

    @property
    def is_control(self) -> bool:
        """Whether it is a control site, which is imaged and never counted as evidence."""
        return self.role == CONTROL
