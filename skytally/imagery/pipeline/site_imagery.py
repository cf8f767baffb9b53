"""Everything own imagery has to say for one notebook, read from the registered data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from skytally.core import registry
from skytally.core.wording import number
from skytally.imagery.acquire.inventory_files import read_breaks, read_looks
from skytally.imagery.acquire.monthly_coverage import is_rehearsal
from skytally.imagery.cube.cube_checks import check_day
from skytally.imagery.pipeline.measured_lines import NO_LOOK, Measured, measured
from skytally.imagery.sites.control_sites import place
from skytally.imagery.sites.site_register import read_sites
from skytally.statistics.control_site_ranks import Rank, change_score, rank_among

CARDS_AT = {
    "berth": (
        "berth-sentinel-2", "berth-sentinel-1", "berth-sentinel-1-lee", "berth-landsat",
        "harbour-sentinel-2", "stacks-sentinel-2",
    ),
    "track": ("rail-sentinel-2",),
    "pit_area": ("ground-sentinel-2", "pits-sentinel-2", "rail-sentinel-2"),
}  # fmt: skip
"""Kind of place to the cards that bound what could be seen there."""


@dataclass(frozen=True, eq=False)
class Own:
    """Own imagery of one kind of place."""

    kind: str
    """``berth`` for ports, ``track`` for yards, ``pit_area`` for depots."""
    study: str
    """First day of the study."""
    measured: tuple[Measured, ...]
    """One an outline and sensor, those of twins last."""
    looks: pd.DataFrame
    """The table of looks."""
    breaks: pd.DataFrame
    """The break register."""
    simulated: pd.DataFrame
    """Detection limits in made-up places, all cards."""
    reach: str
    """Day of the last look stored, or of the study where there is none."""

    @property
    def evidence(self) -> list[Measured]:
        """Give what was to be measured at the sites of evidence."""
        return [each for each in self.measured if not each.twin]

    @property
    def rehearsal(self) -> bool:
        """Tell whether any look is of generated ground."""
        return is_rehearsal(self.looks)


def _not_here(each: Measured, stored: pd.DataFrame) -> Measured:
    """Say of looks that were acquired elsewhere that their chips are not on this machine."""
    told = stored[(stored["site"] == each.site) & (stored["sensor"] == each.task.sensor)]
    if each.why != NO_LOOK or told.empty:
        return each
    why = (
        f"{number(len(told))} looks are in the table, but none of their chips is on this machine; "
        "make refresh brings them back"
    )
    return replace(each, why=why, label=str(told["label"].iloc[0]))


def read_own(kind: str, *, study: str) -> Own:
    """Measure all places of one kind, twins included.

    Parameters
    ----------
    kind : str
        ``berth``, ``track`` or ``pit_area``.
    study : str
        First day of the study; it must be chosen before the looks are seen.

    Returns
    -------
    Own

    Raises
    ------
    DataError, IntegrityError
        If a table, an outline or a chip is not what it should be.
    """
    sites = [each for each in read_sites(registry.folder("sites")).values() if place(each) == kind]
    study = str(check_day(study, what="study").astype("datetime64[D]"))
    ordered = sorted(sites, key=lambda each: each.is_twin)
    looks = read_looks(registry.path("looks"))
    limits = pd.read_csv(registry.path("limits"))
    stored = looks[looks["chip_sha256"] != ""]
    found = measured(ordered, registry.scenes(), study=study)
    return Own(
        kind,
        study,
        tuple(_not_here(each, stored) for each in found),
        looks,
        read_breaks(registry.path("breaks")),
        limits,
        max([study, *stored["time_utc"].str[:10]]),
    )


def ranks(own: Own) -> list[tuple[Measured, Rank]]:
    """Give the rank of each measured outline among those of the twins, by measure.

    Parameters
    ----------
    own : Own
        Own imagery of one kind of place.

    Returns
    -------
    list of tuple of Measured and Rank
        Outlines of evidence that have a line; the score is how far the line stands above its
        own past.
    """

    def score(each: Measured) -> float:
        values = [row.value for row in each.rows]
        return change_score(values, [row.time for row in each.rows], own.study).value

    found = []
    for each in own.evidence:
        if each.line is not None:
            alike = [
                other
                for other in own.measured
                if other.twin and other.line is not None and other.task == each.task
            ]
            found.append((each, rank_among(score(each), [score(other) for other in alike])))
    return found
