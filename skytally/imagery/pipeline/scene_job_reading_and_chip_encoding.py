"""Reading one scene for all its sites: the unit of work, on a thread or on another machine."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from skytally.core import AcquisitionError, DataError
from skytally.imagery.acquire import (
    FAILED,
    FOLDER,
    REJECTED,
    STORED,
    UNVERIFIED,
    ChipManifest,
    ComplexNumbersError,
    FetchSettings,
    OutsideSceneError,
    Provider,
    SceneItem,
    ScenePixels,
    address_rules,
    checked_item_id,
    corrupt_or_mismatched_band_checks,
    encode_chip,
    read_delivered_scene,
    read_scene,
    resample_to_site_grid,
    url_signer,
)
from skytally.imagery.clear_sky import RingStatistics, ring_statistics
from skytally.imagery.sites import Site
from skytally.web import redacted_message

COMPLEX_NUMBERS = "complex numbers"
"""Class of the reason of scenes whose files hold a phase, too."""
MAX_READS = 2
"""Times a scene is read whose pixels contradict or do not vouch for each other."""


@dataclass(frozen=True)
class SceneJob:
    """One scene to be read."""

    provider: Provider
    """Who has it."""
    items: tuple[SceneItem, ...]
    """The scene as the catalogue lists it, once a site; its files are the same."""
    sites: tuple[Site, ...]
    """The sites, in the same order."""
    settings: FetchSettings
    """Limits and attempts."""

    @property
    def name(self) -> str:
        """Unique name of the job within a refresh."""
        return f"{self.provider.name}/{self.items[0].item_id}/{self.sites[0].slug}"


@dataclass(frozen=True)
class SceneResult:
    """What became of one scene at one site."""

    item: SceneItem
    """The scene and its site."""
    status: str
    """``stored`` (once it is written), ``failed`` or ``rejected``."""
    reason: str
    """Why not, ``<class>: <detail>``; empty if it can be stored."""
    manifest: ChipManifest | None = None
    """Of the chip."""
    data: bytes = field(default=b"", repr=False)
    """The chip."""
    statistics: RingStatistics | None = None
    """What the stable ground of the site shows in it."""


def same_result(job: SceneJob, status: str, reason: str) -> list[SceneResult]:
    """One result, with the same status, for every site of a scene."""
    return [SceneResult(item, status, reason) for item in job.items]


def _chip(item: SceneItem, site: Site, pixels: ScenePixels | OutsideSceneError) -> SceneResult:
    """Check the pixels of one site and make its chip."""
    if isinstance(pixels, OutsideSceneError):
        return SceneResult(item, REJECTED, f"window not held: {pixels}")
    faults = corrupt_or_mismatched_band_checks.pixel_faults(item, pixels)
    if faults:
        return SceneResult(item, FAILED, f"contradictory pixels: {'; '.join(faults)}")
    doubts = corrupt_or_mismatched_band_checks.unverified_reason(item, pixels)
    if doubts:
        return SceneResult(item, REJECTED, f"{UNVERIFIED}: {doubts}")
    try:
        resampled = resample_to_site_grid(pixels, site)
        manifest, data = encode_chip(item, resampled)
        statistics = ring_statistics(manifest, resampled.arrays, site)
    except DataError as error:
        return SceneResult(item, REJECTED, f"other grid: {error}")
    return SceneResult(item, STORED, "", manifest, data, statistics)


def _windows(job: SceneJob) -> list[ScenePixels | OutsideSceneError]:
    """Pixels of a scene over its sites, from its vendor's files or by ranges of a provider's."""
    if job.provider.kind == FOLDER:
        return read_delivered_scene(job.items[0], job.sites)
    settings = replace(job.settings, addresses=address_rules(job.provider))
    return read_scene(job.items[0], job.sites, settings=settings, sign=url_signer(job.provider))


def _doubtful(result: SceneResult) -> bool:
    return result.status == FAILED or result.reason.startswith(UNVERIFIED)


def read_job(job: SceneJob) -> list[SceneResult]:
    """Read one scene over its sites, check its pixels, and make its chips.

    It takes nothing but its job and returns nothing but its results, which the caller writes; so
    it may be run twice, or be lost with its machine and run again.

    Parameters
    ----------
    job : SceneJob
        The scene.

    Returns
    -------
    list of SceneResult
        One a site, in order. No error is raised: what goes wrong is the status of the results.
    """
    try:
        for item in job.items:
            checked_item_id(item.item_id)
        for attempt in range(MAX_READS):
            windows = _windows(job)
            results = [
                _chip(item, site, pixels)
                for item, site, pixels in zip(job.items, job.sites, windows, strict=True)
            ]
            if attempt == MAX_READS - 1 or not any(map(_doubtful, results)):
                break
        return results
    except ComplexNumbersError as error:
        return same_result(job, REJECTED, f"{COMPLEX_NUMBERS}: {error}")
    except AcquisitionError as error:
        return same_result(job, FAILED, f"reading: {error}")
    except DataError as error:
        return same_result(job, REJECTED, f"other grid: {error}")
    # one scene that nobody foresaw must not cost all the others
    except Exception as error:
        return same_result(
            job, FAILED, f"reading: {job.items[0].item_id}: {redacted_message(error)}"
        )
