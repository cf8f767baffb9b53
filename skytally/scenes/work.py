"""One scene, all its sites: the unit of work, the same on a thread and on another machine.

It takes nothing but its task and gives nothing but its result; what it gives is written by
whoever asked. So it may be run twice, or be lost with its machine and run again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from skytally.checks import AcquisitionError, DataError
from skytally.scenes import guards, strangers
from skytally.scenes.fetch import Settings, scrubbed
from skytally.scenes.looks import FAILED, REJECTED, STORED, UNVERIFIED
from skytally.scenes.manifests import Manifest, pack, safe_name
from skytally.scenes.offers import Offer
from skytally.scenes.providers import Provider
from skytally.scenes.read import OutsideError, Pixels, read_scene
from skytally.scenes.signing import signer
from skytally.scenes.sites import Site
from skytally.scenes.usable import Ring, measure
from skytally.scenes.warps import on_own_grid

READINGS = 2
"""Times a scene is read whose pixels contradict or do not vouch for each other."""


@dataclass(frozen=True)
class Task:
    """One scene to be read."""

    provider: Provider
    """Who offers it."""
    offers: tuple[Offer, ...]
    """The scene as it was offered, once a site; its files are the same."""
    sites: tuple[Site, ...]
    """The sites, in the same order."""
    settings: Settings
    """Limits and attempts."""

    @property
    def name(self) -> str:
        """Name that no other task of a refresh has."""
        return f"{self.provider.name}/{self.offers[0].item_id}/{self.sites[0].slug}"


@dataclass(frozen=True)
class Taken:
    """What became of one look."""

    offer: Offer
    """The scene and its site."""
    fate: str
    """``stored`` (once it is written), ``failed`` or ``rejected``."""
    reason: str
    """Why not, ``<class>: <detail>``; empty if it can be stored."""
    manifest: Manifest | None = None
    """Of the chip."""
    data: bytes = field(default=b"", repr=False)
    """The chip."""
    ring: Ring | None = None
    """The look, measured on the stable ring."""


def not_taken(task: Task, fate: str, reason: str) -> list[Taken]:
    """Give the same fate to every look of a task."""
    return [Taken(offer, fate, reason) for offer in task.offers]


def _taken(offer: Offer, site: Site, pixels: Pixels | OutsideError) -> Taken:
    if isinstance(pixels, OutsideError):
        return Taken(offer, REJECTED, f"window not held: {pixels}")
    faults = guards.faults(offer, pixels)
    if faults:
        return Taken(offer, FAILED, f"contradictory pixels: {'; '.join(faults)}")
    doubts = strangers.doubts(offer, pixels)
    if doubts:
        return Taken(offer, REJECTED, f"{UNVERIFIED}: {doubts}")
    try:
        laid = on_own_grid(pixels, site)
        manifest, data = pack(offer, laid)
        ring = measure(manifest, laid.arrays, site)
    except DataError as error:
        return Taken(offer, REJECTED, f"other grid: {error}")
    return Taken(offer, STORED, "", manifest, data, ring)


def _doubtful(look: Taken) -> bool:
    return look.fate == FAILED or look.reason.startswith(UNVERIFIED)


def acquire(task: Task) -> list[Taken]:
    """Read one scene over its sites, doubt it, and make its chips.

    Parameters
    ----------
    task : Task
        The scene.

    Returns
    -------
    list of Taken
        One a site, in order. No error is raised: what goes wrong is the fate of the looks.
    """
    try:
        for offer in task.offers:
            safe_name(offer.item_id)
        for reading in range(READINGS):
            found = read_scene(
                task.offers[0], task.sites, settings=task.settings, sign=signer(task.provider)
            )
            looks = [
                _taken(offer, site, pixels)
                for offer, site, pixels in zip(task.offers, task.sites, found, strict=True)
            ]
            if reading == READINGS - 1 or not any(_doubtful(look) for look in looks):
                break
        return looks
    except AcquisitionError as error:
        return not_taken(task, FAILED, f"reading: {error}")
    except DataError as error:
        return not_taken(task, REJECTED, f"other grid: {error}")
    # one scene that nobody foresaw must not cost all the others
    except Exception as error:
        return not_taken(task, FAILED, f"reading: {task.offers[0].item_id}: {scrubbed(error)}")
