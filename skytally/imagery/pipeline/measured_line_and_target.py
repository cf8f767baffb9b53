"""What is to be measured in an outline, and the measured line with all that a page shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import xarray as xr

from skytally.imagery.measure import Observation
from skytally.imagery.pipeline.detection_limit_summaries import CARDS, Card, SiteLimits
from skytally.imagery.pipeline.measured_line_kinds import LINE_KINDS, LineKind
from skytally.imagery.pipeline.outline_confirmed_and_located_well_enough import outline_title
from skytally.imagery.pipeline.thumbnails import Thumbnail
from skytally.imagery.sites import Outline, Site

NO_IMAGE = "no image was acquired"
"""Why there is no line where nothing is stored."""


@dataclass(frozen=True, eq=False)
class MeasuredLine:
    """What own images say of one outline by one sensor, or why they say nothing."""

    kind: LineKind
    """What was to be measured."""
    site: str
    """Slug of the site."""
    outline: str
    """Name of the outline."""
    scope: str
    """Site and outline for readers."""
    control: bool
    """Whether the site is a control site, at which nothing should show."""
    line: xr.Dataset | None
    """The line, None where there is none."""
    rows: tuple[Observation, ...]
    """One row an image."""
    why: str
    """Why there is no line; empty where there is one."""
    chips: tuple[Thumbnail, ...] = ()
    """The clearest empty image before the study, then the largest detections by date."""
    label: str = ""
    """``rehearsal`` for generated ground."""
    limits: SiteLimits = field(default_factory=lambda: SiteLimits(None))
    """Detection limits of the site's own clear images."""
    notes: tuple[str, ...] = ()
    """What else the images say, in sentences."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Images that are stored and have no row, by name, each with the reason."""
    withheld: int = 0
    """Pictures that a page must not show; a stored line has all of them."""

    @property
    def card(self) -> Card:
        """Detection-limit summary."""
        return CARDS[self.kind.card]


@dataclass(frozen=True, eq=False)
class Target:
    """One line that is to be measured."""

    kind: LineKind
    """What is measured, by which sensor."""
    site: Site
    """Where."""
    outline: Outline
    """One of the site's outlines, of the kind that is needed."""
    study: str
    """First day of the study; earlier images teach what the outline usually shows."""

    def without_line(self, why: str, label: str = "") -> MeasuredLine:
        """Measured line without observations, with the reason."""
        return MeasuredLine(
            self.kind, self.site.slug, self.outline.name, outline_title(self.site, self.outline),
            self.site.is_control, None, (), why, label=label,
        )  # fmt: skip


def targets_of(sites: Iterable[Site], *, study: str) -> list[Target]:
    """Every line that own images could give of some sites.

    Parameters
    ----------
    sites : iterable of Site
        The sites, control sites among them.
    study : str
        First day of the study, ISO.

    Returns
    -------
    list of Target
        In the order of the sites, of `LINE_KINDS`, of the outlines.
    """
    return [
        Target(kind, site, outline, study)
        for site in sites
        for kind in LINE_KINDS
        for outline in site.outlines
        if outline.kind == kind.outline_kind
    ]
