"""What own imagery shows of one kind of place, read from the measured lines for a notebook."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from skytally.core import data_registry, number
from skytally.imagery.acquire import (
    is_rehearsal,
    read_breaks,
    read_inventory,
    read_providers,
    sensor_name,
)
from skytally.imagery.cube import check_day
from skytally.imagery.pipeline.measured_line_and_target import (
    NO_IMAGE,
    MeasuredLine,
    Target,
    targets_of,
)
from skytally.imagery.pipeline.measured_line_content_keys import key_without_images, stored_rows
from skytally.imagery.pipeline.measured_line_folder import read_line
from skytally.imagery.pipeline.measured_line_kinds import LINE_KINDS
from skytally.imagery.pipeline.outline_confirmed_and_located_well_enough import measuring_obstacle
from skytally.imagery.pipeline.publishing_rights import may_be_shown
from skytally.imagery.sites import defining_kind, read_sites
from skytally.statistics import Rank, change_score, rank_among

CARDS_OF_PLACE = {
    "berth": (
        "berth-sentinel-2", "berth-sentinel-1", "berth-sentinel-1-lee", "berth-landsat",
        "alongside-sentinel-2", "harbour-sentinel-2", "harbour-sentinel-1", "stacks-sentinel-2",
    ),
    "track": ("rail-sentinel-2",),
    "pit_area": ("ground-sentinel-2", "pits-sentinel-2", "rail-sentinel-2"),
}  # fmt: skip
"""Kind of place to the detection-limit summaries that bound what could be seen there."""


@dataclass(frozen=True, eq=False)
class SiteImagery:
    """Own imagery of one kind of place."""

    kind: str
    """``berth`` for ports, ``track`` for yards, ``pit_area`` for depots."""
    study: str
    """First day of the study."""
    measured: tuple[MeasuredLine, ...]
    """One an outline and sensor, those of control sites last."""
    looks: pd.DataFrame
    """The inventory."""
    breaks: pd.DataFrame
    """The break register."""
    simulated: pd.DataFrame
    """Detection limits in simulated places, all measures."""
    reach: str
    """Day of the last image stored, or of the study where there is none."""

    @property
    def evidence(self) -> list[MeasuredLine]:
        """Lines of the sites that are evidence, measured or not."""
        return [each for each in self.measured if not each.control]

    @property
    def rehearsal(self) -> bool:
        """Whether any image is of generated ground."""
        return is_rehearsal(self.looks)


def line_or_reason(target: Target, inventory: pd.DataFrame, folder: Path) -> MeasuredLine:
    """Line of one outline and sensor as it was measured, or the reason why there is none."""
    stored = stored_rows(inventory, target.site.slug, target.kind.sensor)
    if stored.empty:
        return target.without_line(_absent(target, inventory))
    label, count = str(stored["label"].iloc[0]), number(len(stored))
    why = measuring_obstacle(target.outline, target.site)
    if why:
        return target.without_line(f"{count} images are stored, but {why}", label)
    line = read_line(folder, target, key_without_images(target, inventory), label=label)
    if line is not None:
        return line
    why = (
        f"{count} images are in the table, but they were not measured on this machine; make "
        "refresh brings back what is missing here, and measures it"
    )
    return target.without_line(why, label)


def _absent(target: Target, inventory: pd.DataFrame) -> str:
    """Why there is no line where no image of the sensor is stored."""
    site = inventory[inventory["site"] == target.site.slug]
    sensors = {kind.sensor for kind in LINE_KINDS}
    others = site[(site["chip_sha256"] != "") & ~site["sensor"].isin(sensors)]
    if others.empty:
        return NO_IMAGE
    are = "image of another satellite is" if len(others) == 1 else "images of other satellites are"
    return (
        f"no image of {sensor_name(target.kind.sensor)} was acquired; {number(len(others))} {are} "
        "stored, for whose pixels no measure was tested"
    )


def _shown_pictures(line: MeasuredLine, shown: Container[str]) -> MeasuredLine:
    """Line without pictures that must not be published, and a note that says so."""
    kept = tuple(chip for chip in line.chips if chip.label or chip.item_id in shown)
    left = len(line.chips) - len(kept)
    if not left:
        return line
    note = (
        f"Pictures that are not shown, because the row of their provider states no right to "
        f"publish them: {number(left)} of {number(len(line.chips))}."
    )
    return replace(line, chips=kept, notes=(*line.notes, note), withheld=left)


def read_imagery(kind: str, *, study: str) -> SiteImagery:
    """Read the measured lines of all places of one kind, control sites included.

    Nothing is measured here and no image is opened: `make refresh` and `make site` measure.

    Parameters
    ----------
    kind : str
        ``berth``, ``track`` or ``pit_area``.
    study : str
        First day of the study; it must be chosen before the images are seen.

    Returns
    -------
    SiteImagery

    Raises
    ------
    DataError
        If a table or an outline is not what it should be.
    """
    places = data_registry.folder("sites")
    sites = [site for site in read_sites(places).values() if defining_kind(site) == kind]
    study = str(check_day(study, what="study").astype("datetime64[D]"))
    ordered = sorted(sites, key=lambda site: site.is_control)
    inventory = read_inventory(data_registry.path("inventory"))
    limits = pd.read_csv(data_registry.path("simulated_recall_and_bias"))
    folder = data_registry.measured()
    stored = inventory[inventory["chip_sha256"] != ""]
    allowed = may_be_shown(stored, read_providers(places / "providers.toml"))
    # a name may stand for a free image of one site and for a bought one of another
    shown = allowed.groupby("site")["item_id"].agg(frozenset).to_dict()
    return SiteImagery(
        kind,
        study,
        tuple(
            _shown_pictures(
                line_or_reason(target, inventory, folder), shown.get(target.site.slug, frozenset())
            )
            for target in targets_of(ordered, study=study)
        ),
        inventory,
        read_breaks(data_registry.path("sensor_breaks")),
        limits,
        max([study, *stored["time_utc"].str[:10]]),
    )


def change_ranks(own: SiteImagery) -> list[tuple[MeasuredLine, Rank]]:
    """Rank of each measured outline's change among those of the control sites, by measure.

    Parameters
    ----------
    own : SiteImagery
        Own imagery of one kind of place.

    Returns
    -------
    list of tuple of Measured and Rank
        Outlines of evidence that have a line; the score is how far the line stands above its
        own past.
    """

    def score(each: MeasuredLine) -> float:
        values = [row.value for row in each.rows]
        return change_score(values, [row.time for row in each.rows], own.study).value

    found = []
    for each in own.evidence:
        if each.line is not None:
            alike = [
                other
                for other in own.measured
                if other.control and other.line is not None and other.kind == each.kind
            ]
            found.append((each, rank_among(score(each), [score(other) for other in alike])))
    return found
