"""Scenes of a generated archive: the satellite passes over each site, and the deliberate faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from rasterio.warp import transform_bounds

from skytally.imagery.simulate.rehearsal_site_layouts import grid_around, seeded_generator
from skytally.imagery.sites import Site

COLLECTIONS = {
    "sentinel-2-c1-l2a": "Sentinel-2 Collection 1 Level-2A",
    "sentinel-2-l2a": "Sentinel-2 Level-2A",
    "sentinel-1-rtc": "Sentinel 1 Radiometrically Terrain Corrected (RTC)",
    "landsat-c2-l2": "Landsat Collection 2 Level-2",
}
"""Collections of the archive and the titles their providers give them."""
C1, V1, RTC, C2 = COLLECTIONS
PLAIN, MISSING, MISLABELLED, REPROCESSED = "plain", "missing asset", "mislabelled offset", "older"
OTHER_ZONE, ADJACENT, EDGE = "other zone", "adjacent tile", "swath edge"
NEIGHBOURS = 3000
"""Metres between the grids of two sites below which the same files cover both."""
BORDER = (32652, 32653)
"""The two zones whose border the route crosses."""


@dataclass(frozen=True)
class ScenePass:
    """One scene of the generated archive."""

    area: str
    """Slugs of the sites it covers, joined by ``+``."""
    collection: str
    """Word of `COLLECTIONS`."""
    time: datetime
    """Time of acquisition, UTC."""
    platform: str
    """Satellite, such as ``sentinel-2a``."""
    orbit: int
    """Relative orbit, or WRS path and row as one number."""
    tile: str
    """MGRS tile, such as ``52TDM``; empty for radar and Landsat."""
    baseline: str
    """Processing baseline, such as ``05.09``; empty for radar and Landsat."""
    sequence: int
    """Number of the processing, 0 for the first."""
    epsg: int
    """UTM zone of the files."""
    cloud: float
    """Share under cloud, 0 to 1."""
    snow: bool
    """Whether snow lies."""
    covered: float
    """Share of the drawing inside the swath."""
    case: str
    """What this scene rehearses, such as ``plain`` or ``missing asset``."""


@dataclass(frozen=True)
class ArchivePlan:
    """What a generated archive holds."""

    seed: int = 1
    """Seed of every draw."""
    periods: tuple[tuple[date, date], ...] = (
        (date(2021, 12, 20), date(2022, 1, 20)),
        (date(2022, 6, 1), date(2023, 11, 1)),
        (date(2025, 3, 20), date(2025, 4, 5)),
    )
    """Spans with passes, first and last day; between them nobody looked. The second begins well
    over a year before the study, from which references are learnt, and holds three months of it."""
    optical_days: int = 6
    """Days between Sentinel-2 passes."""
    radar_days: int = 12
    """Days between Sentinel-1 passes."""
    landsat_days: int = 8
    """Days between Landsat passes."""
    study: date = date(2023, 8, 1)
    """First day of the study, before which the rehearsed places are empty."""
    cloud: float = 0.1
    """Share of optical passes under cloud."""
    margin: int = 300
    """Metres of each file around the site's grid, a multiple of 60."""
    block: int = 256
    """Pixels along the side of a block of a file."""


SMALL = ArchivePlan(
    periods=((date(2021, 12, 1), date(2022, 2, 10)), (date(2023, 10, 1), date(2023, 11, 30))),
    optical_days=18,
    radar_days=40,
    landsat_days=70,
    cloud=0.45,
)
"""A plan that tests can afford: two spans, some ten scenes a site."""


def mgrs_square(epsg: int, x: float, y: float, latitude: float) -> str:
    """MGRS square of 100 km that holds a point of a northern UTM zone.

    Examples
    --------
    >>> mgrs_square(32652, 441_000.0, 4_676_000.0, 42.23)
    '52TDM'
    """
    zone = epsg - 32600
    columns = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")[zone % 3]
    rows = "ABCDEFGHJKLMNPQRSTUV"
    row = (int(y // 100_000) + (0 if zone % 2 else 5)) % 20
    band = "CDEFGHJKLMNPQRSTUVWX"[int((latitude + 80) // 8)]
    return f"{zone}{band}{columns[int(x // 100_000) - 1]}{rows[row]}"


def scene_id(scene: ScenePass) -> str:
    """Id that the provider would give a scene."""
    when = scene.time
    craft = f"S{scene.platform[-2].upper()}{scene.platform[-1].upper()}"
    if scene.collection == "sentinel-2-c1-l2a":
        return f"{craft}_T{scene.tile}_{when:%Y%m%dT%H%M%S}_L2A"
    if scene.collection == "sentinel-2-l2a":
        return f"{craft}_{scene.tile}_{when:%Y%m%d}_{scene.sequence}_L2A"
    if scene.collection == "sentinel-1-rtc":
        end = when + timedelta(seconds=25)
        count = (when - datetime(2014, 4, 3, tzinfo=UTC)).days * 14
        return (
            f"{craft}_IW_GRDH_1SDV_{when:%Y%m%dT%H%M%S}_{end:%Y%m%dT%H%M%S}"
            f"_{count:06}_{count * 13 % 0xFFFFFF:06X}_rtc"
        )
    return f"LC0{scene.platform[-1]}_L2SP_{scene.orbit:06}_{when:%Y%m%d}_02_T1"


def _days(plan: ArchivePlan, every: int, *, start: int) -> list[date]:
    return [
        first + timedelta(days=step)
        for first, last in plan.periods
        for step in range(start, (last - first).days + 1, every)
    ]


def _at(day: date, hour: int, minute: int, second: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)


def _baseline(day: date) -> str:
    steps = (("2024-07-23", "05.11"), ("2023-12-13", "05.10"), ("2022-12-06", "05.09"))
    return next((word for since, word in steps if day.isoformat() >= since), "05.00")


@dataclass(frozen=True)
class SiteArea:
    """Neighbouring sites that the same files cover."""

    sites: tuple[Site, ...]
    """The sites, all of one zone."""
    number: int
    """Number of the area in the archive, from 0: its passes fall on days of their own."""

    @property
    def name(self) -> str:
        """Slugs of its sites."""
        return "+".join(site.slug for site in self.sites)


def site_areas(sites: Mapping[str, Site]) -> list[SiteArea]:
    """Group sites whose grids lie within `NEIGHBOURS` metres of one another."""
    groups: list[list[Site]] = []
    for _, site in sorted(sites.items()):
        near = [group for group in groups if any(_near(site, other) for other in group)]
        rest = [group for group in groups if group not in near]
        groups = [*rest, [*(each for group in near for each in group), site]]
    groups.sort(key=lambda group: group[0].slug)
    return [SiteArea(tuple(group), number) for number, group in enumerate(groups)]


def _near(one: Site, other: Site) -> bool:
    if one.grid.epsg != other.grid.epsg:
        return False
    a, b = one.grid.bounds, other.grid.bounds
    apart = (max(a[i], b[i]) - min(a[i + 2], b[i + 2]) for i in (0, 1))
    return all(gap < NEIGHBOURS for gap in apart)


def _tiles(area: SiteArea) -> tuple[str, str]:
    grid = grid_around(area.sites, margin=0)
    west, south, east, north = grid.bounds
    box = transform_bounds(f"EPSG:{grid.epsg}", "EPSG:4326", *grid.bounds)
    x, y, latitude = (west + east) / 2, (south + north) / 2, (box[1] + box[3]) / 2
    here, beside = (mgrs_square(grid.epsg, x + d, y, latitude) for d in (0, 100_000))
    return here, beside


def _optical_passes(
    area: SiteArea, plan: ArchivePlan, rng: np.random.Generator
) -> Iterable[ScenePass]:
    tile, _ = _tiles(area)
    for i, day in enumerate(_days(plan, plan.optical_days, start=3 + area.number)):
        cloudy = rng.random() < plan.cloud
        old = day < date(2022, 1, 25)
        # images are compared with those of the same orbit only
        span = next(n for n, (_, last) in enumerate(plan.periods) if day <= last)
        yield ScenePass(
            area=area.name,
            collection=V1 if old else C1,
            time=_at(day, 2, 15 + i % 30, 49),
            platform=("sentinel-2b", "sentinel-2a")[span % 2],
            orbit=(46, 89)[span % 2],
            tile=tile,
            baseline="03.01" if old else _baseline(day),
            sequence=0,
            epsg=area.sites[0].grid.epsg,
            cloud=float(np.round(rng.uniform(0.3, 1.0), 3)) if cloudy else 0.0,
            snow=day.month in (12, 1) and not cloudy and i % 9 == 0,
            covered=1.0,
            case=REPROCESSED if old else PLAIN,
        )


def _special_passes(area: SiteArea, plan: ArchivePlan) -> Iterable[ScenePass]:
    """Scenes with the faults that real catalogues also hold."""
    tile, beside = _tiles(area)
    epsg = area.sites[0].grid.epsg
    day = plan.periods[-1][0] + timedelta(days=8 + area.number)
    first = ScenePass(
        area.name, C1, _at(day, 2, 45, 7 + area.number), "sentinel-2b", 46, tile, _baseline(day), 0,
        epsg, 0.0, False, 1.0, PLAIN,
    )  # fmt: skip
    yield first
    yield replace(first, time=first.time + timedelta(seconds=14), tile=beside, case=ADJACENT)
    for step, case in ((2, MISSING), (4, MISLABELLED), (6, EDGE)):
        part = 0.55 if case == EDGE else 1.0
        yield replace(first, time=first.time + timedelta(days=step), covered=part, case=case)
    if epsg in BORDER:
        other = sum(BORDER) - epsg
        there = f"{other - 32600}{tile[2]}{'BG' if other == BORDER[1] else 'FT'}"
        when = first.time + timedelta(days=10)
        yield replace(first, time=when, tile=there, epsg=other, case=OTHER_ZONE)


def _radar_passes(area: SiteArea, plan: ArchivePlan) -> Iterable[ScenePass]:
    for i, day in enumerate(_days(plan, plan.radar_days, start=5 + area.number)):
        platform = "sentinel-1b" if day < date(2021, 12, 23) and i % 2 else "sentinel-1a"
        if day >= date(2025, 3, 26) and i % 2:
            platform = "sentinel-1c"
        orbit = (127, 134)[i % 2]
        when = _at(day, *((9, 0, 24) if orbit % 2 else (21, 15, 12)))
        epsg = area.sites[0].grid.epsg
        yield ScenePass(
            area.name, RTC, when, platform, orbit, "", "", 0, epsg, 0.0, False, 1.0, PLAIN
        )


def _landsat_passes(
    area: SiteArea, plan: ArchivePlan, rng: np.random.Generator
) -> Iterable[ScenePass]:
    for i, day in enumerate(_days(plan, plan.landsat_days, start=11 + area.number)):
        cloudy = float(np.round(rng.uniform(0.3, 1.0), 3)) if rng.random() < plan.cloud else 0.0
        yield ScenePass(
            area.name, C2, _at(day, 2, 4, 31), ("landsat-8", "landsat-9")[i % 2],
            114_031 + area.number, "", "", 0, area.sites[0].grid.epsg, cloudy,
            day.month in (12, 1) and not cloudy and i % 9 == 0, 1.0, PLAIN,
        )  # fmt: skip


def optical_days(area: SiteArea, plan: ArchivePlan) -> list[date]:
    """Days of the Sentinel-2 passes over an area, ascending."""
    return sorted(_days(plan, plan.optical_days, start=3 + area.number))


def planned_passes(area: SiteArea, plan: ArchivePlan) -> list[ScenePass]:
    """List every scene that is offered for an area, in order of time.

    Parameters
    ----------
    area : SiteArea
        The sites.
    plan : ArchivePlan
        What the archive holds.

    Returns
    -------
    list of Pass
        Each autumn scene of the older collection comes twice: as first processed, and
        reprocessed with the offset in its numbers.
    """
    rng = seeded_generator(plan.seed, area.name, "passes")
    found = [*_optical_passes(area, plan, rng), *_special_passes(area, plan)]
    twice = [scene for scene in found if scene.case == REPROCESSED]
    found += [replace(s, baseline="05.00", sequence=1, case=PLAIN) for s in twice]
    found += [*_radar_passes(area, plan), *_landsat_passes(area, plan, rng)]
    return sorted(found, key=lambda s: (s.time, s.collection, s.sequence, s.tile))
