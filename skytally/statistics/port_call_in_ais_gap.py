"""Chance that a ship had time for a call at a port during an AIS silence: route, dates, speed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from skytally.core import DataError, refuse
from skytally.statistics.argument_checks import MAX_DAYS
from skytally.statistics.estimate import Estimate
from skytally.statistics.sea_distance import (
    KM_PER_DEGREE,
    KM_PER_NAUTICAL_MILE,
    Floats,
    Port,
    SeaRoutes,
    miles_from_positions,
    place_faults,
    routes_around_land,
)
from skytally.statistics.ship_speed_distribution import SpeedLaw

SPEED_KNOTS, SPEED_SPREAD, FASTEST_KNOTS = 12.5, 1.0, 14.0
"""Mean, standard deviation and upper end of the speed a small cargo ship keeps up, in knots."""
DWELL_HOURS = 12.0
"""Shortest call in hours: time to berth, to work cargo and to leave."""
NOMINAL_DAYS = 15
"""Days by which a nominal date is widened on either side: it stands for words like mid-August."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years between which a time is believed."""
MAX_CALL_HOURS = 24.0 * MAX_DAYS
"""Longest call asked about, in hours."""
DRAWS = 4000
"""Draws of the Monte Carlo."""
LEVEL = 0.9
"""Coverage of the intervals."""
DAY_LONG = ("day", "month", "year", "nominal")
"""Words of the vocabulary *precision* whose last day belongs to the interval as a whole."""
PRECISIONS = ("exact", *DAY_LONG, "open")
"""How exact a time may be: the vocabulary *precision*, and ``exact`` for an instant."""
NO_CALL = "Time enough for a call shows no call."
"""Ends every answer that leaves a call possible."""
HOW_OFTEN = (
    (0.95, "at almost all of the speeds and dates tried"),
    (0.5, "at most of the speeds and dates tried"),
    (0.05, "at some of the speeds and dates tried, not at most"),
    (0.0, "at few of the speeds and dates tried"),
)
"""Words for a probability above each threshold."""


@dataclass(frozen=True)
class Fix:
    """Where and when a ship was heard last, or heard again, as far as it is known."""

    first: pd.Timestamp | None
    """First day or instant it can have been, None where not known."""
    last: pd.Timestamp | None
    """Last day, included, or last instant, None where not known."""
    lon: float | None
    """Longitude in degrees east, None where not known."""
    lat: float | None
    """Latitude in degrees north, None where not known."""
    radius_km: float = 0.0
    """Radius in km of the disc in which it lay."""
    precision: str = "day"
    """Word of `PRECISIONS`; take the coarser where the two ends differ."""

    def __post_init__(self) -> None:
        """Refuse a position or an interval of time that is invalid."""
        refuse(_fix_faults(self), what="position of a ship")

    @property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """First instant and end of the time it can have been, None where not known."""
        if self.first is None or self.last is None or self.precision == "open":
            return None
        wider = pd.Timedelta(days=NOMINAL_DAYS if self.precision == "nominal" else 0)
        whole = pd.Timedelta(days=1 if self.precision in DAY_LONG else 0)
        return self.first - wider, self.last + whole + wider


def _time_faults(time: pd.Timestamp) -> Iterator[str]:
    """Yield a message for a time that is missing or carries a time zone."""
    if pd.isna(time) or time.tzinfo is not None or not FIRST_YEAR <= time.year <= LAST_YEAR:
        yield (
            f"time {time}; give one in UTC without a zone, from {FIRST_YEAR} to {LAST_YEAR}, "
            "or None where it is not known"
        )


def _fix_faults(fix: Fix) -> Iterator[str]:
    if fix.precision not in PRECISIONS:
        yield f"precision {fix.precision!r}; use one of {', '.join(PRECISIONS)}"
    known = [each for each in (fix.first, fix.last) if each is not None]
    faults = [fault for each in known for fault in _time_faults(each)]
    yield from faults
    if len(known) == 2 and not faults and not known[0] <= known[1]:
        yield f"time from {fix.first} to {fix.last}; give two times, the earlier first"
    if (fix.lon is None) != (fix.lat is None):
        yield f"longitude {fix.lon}, latitude {fix.lat}; give both or neither"
    lon, lat = (0.0 if each is None else each for each in (fix.lon, fix.lat))
    yield from place_faults(lon, lat, fix.radius_km)


@dataclass(frozen=True)
class Reach:
    """Whether a ship could have called at a port within its silence; never whether it called."""

    port: str
    """Name of the port."""
    probability: Estimate
    """Share of the speeds, dates and positions tried that leave time for a call.

    `low` and `high` are the answers for the least and the most favourable dates and
    positions, widened by the Monte Carlo error; `value` is NaN where a position or time is
    not known.
    """
    monte_carlo: float
    """Half-width of the 90 percent Monte Carlo error of the value."""
    slack: Estimate | None
    """Days left after sailing both legs, below 0 where there is no time; None if not known."""
    window: tuple[pd.Timestamp, pd.Timestamp] | None
    """When it could have been in port: 5th percentile of the earliest arrival to 95th of the
    latest departure over the feasible draws; None where there are none."""
    nautical_miles: tuple[float | None, float | None]
    """Sea route to the port and on from it, None where that position is not known."""
    at_looks: tuple[float | None, ...]
    """For each look asked about, the share of draws in which it could have lain in port then;
    None where a position or time is not known."""
    words: str
    """The answer in words."""


def _disc(radius: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw points of a disc, the middle first: km east and north."""
    far = radius * np.sqrt(rng.random(DRAWS))
    turn = rng.uniform(0, 2 * math.pi, DRAWS)
    far[0] = 0.0
    return far * np.sin(turn), far * np.cos(turn)


def _legs(ways: SeaRoutes, fix: Fix, rng: np.random.Generator) -> Floats | None:
    """Draw sea routes between the disc of a position and that of the port, dims (draw)."""
    if fix.lon is None or fix.lat is None:
        return None
    east, north = _disc(fix.radius_km, rng)
    lat = fix.lat + north / KM_PER_DEGREE
    miles = miles_from_positions(
        ways, fix.lon + east / (KM_PER_DEGREE * np.cos(np.radians(lat))), lat
    )
    shift, _ = _disc(ways.port.radius_km, rng)
    return np.maximum(miles + shift / KM_PER_NAUTICAL_MILE, 0.0)


@dataclass(frozen=True)
class _Silence:
    """Draws of a silence, in hours from its earliest beginning."""

    start: pd.Timestamp
    gone: Floats
    back: Floats
    shortest: float
    longest: float

    def instant(self, hours: float) -> pd.Timestamp:
        """Turn hours into a time."""
        return (self.start + pd.Timedelta(hours=float(hours))).round("min")


def _silence(before: Fix, after: Fix, rng: np.random.Generator) -> _Silence | None:
    """Draw when the ship fell silent and was heard again, None where a time is not known."""
    if before.span is None or after.span is None:
        return None
    start = before.span[0]
    ends = [(each - start) / pd.Timedelta(hours=1) for each in (*before.span, *after.span)]
    gone = ends[1] * rng.random(16 * DRAWS)
    back = ends[2] + (ends[3] - ends[2]) * rng.random(16 * DRAWS)
    ordered = np.flatnonzero(gone <= back)
    if ordered.size == 0:
        message = (
            f"last heard from {start}, heard again until {after.span[1]}: no room for a silence; "
            "check the order of the two positions"
        )
        raise DataError(message)
    taken = np.resize(ordered, DRAWS)
    return _Silence(start, gone[taken], back[taken], max(ends[2] - ends[1], 0.0), ends[3] - ends[0])


def _chance(gap: float, miles: float, dwell: float, law: SpeedLaw) -> float:
    """Share of speeds that leave time for a call, gap and dwell in hours."""
    if gap < dwell:
        return 0.0
    return 1.0 if miles == 0 else law.share_above(miles / (gap - dwell)) if gap > dwell else 0.0


def reach(
    before: Fix,
    after: Fix,
    ways: SeaRoutes,
    *,
    seed: int,
    looks: Sequence[pd.Timestamp] = (),
    dwell_hours: float = DWELL_HOURS,
    knots: float = SPEED_KNOTS,
    spread: float = SPEED_SPREAD,
    fastest: float = FASTEST_KNOTS,
) -> Reach:
    """Chance that a ship had time to call at a port between two positions.

    Parameters
    ----------
    before, after : Fix
        Last position before the silence and first one after it.
    ways : SeaRoutes
        Sea routes to the port.
    seed : int
        Seed of the draws.
    looks : sequence of pandas.Timestamp
        Moments at which the ship might have lain in port, such as the time of an image.
    dwell_hours : float
        Shortest call in hours.
    knots, spread, fastest : float
        Speed kept up over both legs: normal, cut off above `fastest`, in knots.

    Returns
    -------
    Reach
        The probability that the silence leaves time for the call. Without a time it may be
        anything from 0 to 1; without a position it is at most what the other leg leaves.

    Raises
    ------
    DataError
        If the ship is heard again before it falls silent, a position lies off the grid or no
        sea leads to the port, or a speed or call makes no sense.

    Notes
    -----
    slack = (t2 - t1) - (d1 + d2) / v; a call is feasible where the slack is no less than
    `dwell_hours`. Times are drawn evenly over their intervals, positions over their discs.
    A silence that covers a sighting is consistent with a call, never evidence of one by
    itself.
    """
    law = SpeedLaw(knots, spread, fastest)
    if not 0 <= dwell_hours <= MAX_CALL_HOURS:
        message = f"call of {dwell_hours} hours; give 0 or more, up to {MAX_CALL_HOURS:,.0f}"
        raise DataError(message)
    refuse([fault for look in looks for fault in _time_faults(look)], what="looks asked about")
    rng = np.random.default_rng(seed)
    silence = _silence(before, after, rng)
    first, second = _legs(ways, before, rng), _legs(ways, after, rng)
    if silence is None or first is None or second is None:
        bound = _most_favourable(silence, first, second, law, dwell_hours)
        return _not_known(ways.port.name, silence, first, second, bound, len(looks))
    speed = law.draws(DRAWS, rng)
    arrive, leave = silence.gone + first / speed, silence.back - second / speed
    able = leave - arrive >= dwell_hours
    value = float(able.mean())
    error = float(special.ndtri((1 + LEVEL) / 2)) * math.sqrt(value * (1 - value) / DRAWS)
    least = _chance(silence.shortest, float(first.max() + second.max()), dwell_hours, law)
    most = _most_favourable(silence, first, second, law, dwell_hours)
    low, high = max(min(least, value - error), 0.0), min(max(most, value + error), 1.0)
    return Reach(
        port=ways.port.name,
        probability=Estimate(value, low, high, "p", LEVEL, "speeds, dates and positions drawn"),
        monte_carlo=error,
        slack=_middle((leave - arrive) / 24, "days", "silence less the time at sea"),
        window=_window(silence, arrive[able], leave[able]),
        nautical_miles=(_miles(first), _miles(second)),
        at_looks=tuple(_at(look, silence, arrive, leave, able) for look in looks),
        words=_words(ways.port.name, value),
    )


def _most_favourable(
    silence: _Silence | None,
    first: Floats | None,
    second: Floats | None,
    law: SpeedLaw,
    dwell: float,
) -> float:
    """Upper bound on the chance: the longest silence and the shortest routes."""
    if silence is None:
        return 1.0
    near = sum(float(leg.min()) for leg in (first, second) if leg is not None)
    return _chance(silence.longest, near, dwell, law)


def _miles(leg: Floats | None) -> float | None:
    return None if leg is None else round(float(leg[0]), 1)


def _middle(draws: Floats, unit: str, method: str) -> Estimate:
    low, value, high = (float(each) for each in np.quantile(draws, [0.05, 0.5, 0.95]))
    return Estimate(value, low, high, unit, LEVEL, method)


def _window(
    silence: _Silence, arrive: Floats, leave: Floats
) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    if arrive.size == 0:
        return None
    return silence.instant(np.quantile(arrive, 0.05)), silence.instant(np.quantile(leave, 0.95))


def _at(
    look: pd.Timestamp,
    silence: _Silence,
    arrive: Floats,
    leave: Floats,
    able: npt.NDArray[np.bool_],
) -> float:
    hour = (look - silence.start) / pd.Timedelta(hours=1)
    return float(np.mean(able & (arrive <= hour) & (hour <= leave)))


def _words(port: str, value: float) -> str:
    if value == 0:
        return (
            f"It could not have called at {port} within this silence, at the speeds and on the "
            "dates tried."
        )
    often = next(words for least, words in HOW_OFTEN if value > least)
    return f"It could have called at {port}: there is time for it {often}. {NO_CALL}"


def _not_known(
    port: str,
    silence: _Silence | None,
    first: Floats | None,
    second: Floats | None,
    bound: float,
    looks: int,
) -> Reach:
    """Answer for a missing time or position: as wide as that leaves it."""
    what = "time" if silence is None else "position"
    words = f"Whether it could have called at {port} cannot be said: a {what} is missing."
    return Reach(
        port=port,
        probability=Estimate(
            0.0 if bound == 0 else math.nan, 0.0, bound, "p", 1.0, f"a {what} is missing"
        ),
        monte_carlo=0.0,
        slack=None,
        window=None,
        nautical_miles=(_miles(first), _miles(second)),
        at_looks=(None,) * looks,
        words=_words(port, 0.0) if bound == 0 else words,
    )


def reach_of_rows(
    before: pd.DataFrame,
    after: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    port: str,
    land: Path,
    seed: int,
) -> Reach:
    """Chance that a ship had time to call at a port between two sightings of the record.

    Parameters
    ----------
    before, after : pandas.DataFrame
        One row each of ``ship_sightings`` whose scope is the id of a site.
    sites : pandas.DataFrame
        The table ``sites``.
    port : str
        Id of the site in question.
    land : Path
        GeoJSON of the land around.
    seed : int
        Seed of the draws.

    Returns
    -------
    Reach
        As `reach`; a site without a position, or a date that is not known, gives an answer as
        wide as that leaves it.

    Raises
    ------
    DataError
        If there is not one row each, a row's scope or the port is no site of the table (a pier
        or a route has no position of its own), the port has no position, or as `reach`.
    """
    rows = {"before": before, "after": after}
    faults = [fault for name in rows for fault in _sighting_faults(name, rows[name], sites)]
    refuse([*_site_faults(sites, port), *faults], what="reach of two sightings")
    places = sites.set_index("id")
    there = places.loc[port]
    asked = Port(there["name"], there["lon"], there["lat"], there["uncertainty_m"] / 1000)
    one, two = (_fix_of(each.iloc[0], places) for each in (before, after))
    return reach(one, two, routes_around_land(land, asked), seed=seed)


def _has_place(site: pd.Series) -> bool:
    return bool(np.isfinite([site["lon"], site["lat"], site["uncertainty_m"]]).all())


def _site_faults(sites: pd.DataFrame, port: str) -> Iterator[str]:
    missing = sorted({"id", "name", "lon", "lat", "uncertainty_m"} - set(sites.columns))
    if missing:
        yield f"sites: columns missing: {', '.join(missing)}; give the table of sites"
        return
    twice = sorted(set(sites["id"][sites["id"].duplicated()]))
    if twice:
        yield f"sites: {', '.join(twice)} stand twice; leave one of each"
    rows = sites[sites["id"] == port]
    if rows.empty:
        yield f"port {port!r} is no site; use one of {', '.join(map(str, sites['id']))}"
    elif not _has_place(rows.iloc[0]):
        yield f"port {port!r} has no position; give one that has"


def _sighting_faults(name: str, rows: pd.DataFrame, sites: pd.DataFrame) -> Iterator[str]:
    needed = {"id", "scope", "date_first", "date_last", "precision_first", "precision_last"}
    missing = sorted(needed - set(rows.columns))
    if missing:
        yield f"{name}: columns missing: {', '.join(missing)}; give a row of ship_sightings"
    elif len(rows) != 1:
        yield f"{name}: {len(rows)} rows; give one"
    elif "id" in sites and rows.iloc[0]["scope"] not in set(sites["id"]):
        row = rows.iloc[0]
        yield (
            f"{name}: row {row['id']} is of {row['scope']!r}, which is no site with a position; "
            f"give a row of one of {', '.join(map(str, sites['id']))}"
        )


def _fix_of(row: pd.Series, places: pd.DataFrame) -> Fix:
    site = places.loc[row["scope"]]
    known = _has_place(site)
    ends = [None if pd.isna(row[end]) else row[end] for end in ("date_first", "date_last")]
    said = [row["precision_first"], row["precision_last"]]
    strange = [each for each in said if each not in PRECISIONS]
    return Fix(
        first=ends[0],
        last=ends[1],
        lon=float(site["lon"]) if known else None,
        lat=float(site["lat"]) if known else None,
        radius_km=float(site["uncertainty_m"]) / 1000 if known else 0.0,
        precision=strange[0] if strange else max(said, key=PRECISIONS.index),
    )
