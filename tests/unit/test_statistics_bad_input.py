"""Every public statistic under bad input: one clear refusal, or an honestly wide answer."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labs.methods import change_points_by_ruptures, semi_markov_port_calls
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics import (
    agreement_between_counters,
    interval_dated_counts,
    lead_lag,
    predictive_tail_given_ceiling,
    published_ceiling_and_independent_images,
    sea_distance,
)
from skytally.statistics.change_point_dates import Change
from skytally.statistics.estimate import Estimate
from skytally.statistics.level_ratio_and_power import Numbers, chance_to_notice, level_ratio
from skytally.statistics.port_call_in_ais_gap import Fix, reach, reach_of_rows
from skytally.statistics.port_calls import (
    berth_observations_and_stay_prior,
    littles_law,
    missed_port_calls,
    port_calls_from_ship_days,
    stay_length,
)
from skytally.statistics.series_change_points import change_points
from skytally.statistics.upper_limit_of_chance_of_new_count_given_ceiling import (
    predictive_limit,
    surge,
)

NAN, INF = math.nan, math.inf
HUGE = 1e200
NUMBERS = (NAN, INF, -INF, -1.0, 0.0, 0.5, 2.5, 3.0, HUGE, -HUGE, 1e-200)
PAIRS = (
    *((NAN, NAN), (NAN, 5.0), (5.0, NAN), (0.0, INF), (-INF, INF), (INF, INF), (5.0, 1.0)),
    *((1.0, 1.0), (0.0, 0.0), (-5.0, -1.0), (0.0, HUGE), (-HUGE, HUGE)),
)
DAYS = np.array([0.0, 5.0, 9.0, 20.0, 31.0, 44.0])
DWELL = berth_observations_and_stay_prior.Dwell(2.4, 0.2)
ADVICE = re.compile(
    r"\b(give|use|check|leave|exchange|mend|restore|allow|compare|sort|keep|widen|take|tabulate|build|write|"
    r"correct it, or name|counts are|bounds hold|bounds nothing|nothing (?:is|can)|"
    r"no change can|needs? its)\b"
)
"""Words with which a refusal says what to do."""


def looks(
    seen: Any = (1, 0, 1, 0, 0, 1), days: Any = DAYS, length: float = 60.0
) -> berth_observations_and_stay_prior.BerthObservations:
    """Make observations of a port."""
    return berth_observations_and_stay_prior.BerthObservations(
        np.asarray(days, float), np.asarray(seen, float), length
    )


def arrays(sound: Any) -> tuple[Any, ...]:
    """Faulty variants of an array: missing, infinite, negative, huge, reversed, repeated values."""
    good = np.asarray(sound, float)
    one_bad = [np.where(np.arange(good.size) == 1, bad, good) for bad in (NAN, INF, -INF, HUGE)]
    whole = [np.full(good.size, bad) for bad in (NAN, INF, -INF, -1.0, 0.0, 7.0, HUGE, 2.5)]
    shapes = [np.empty(0), good[:1], good[:2], good[::-1], np.repeat(good, 3), good.reshape(2, -1)]
    return (*one_bad, *whole, *shapes)


def row(**changes: Any) -> pd.DataFrame:
    """Make one row of a count of days."""
    plain = {
        "id": "P1",
        "date_first": pd.Timestamp("2024-01-01"),
        "date_last": pd.Timestamp("2024-03-31"),
        "scope": "rajin",
        "precision_first": "day",
        "precision_last": "day",
        "counter": "csis",
        "quantity": "imaged days",
        "value": 40.0,
        "low": NAN,
        "high": NAN,
        "bound": "exactly",
        "wording": "",
        "unit": "days",
    }
    return pd.DataFrame([plain | changes])


def stays(*ends: tuple[str, str, str, str]) -> pd.DataFrame:
    """Make stays: not yet there, seen first, seen last, gone; empty where not known."""
    columns = ("absent_before", "seen_first", "seen_last", "absent_after")
    rows = ends or (("2024-03-09", "2024-03-10", "2024-03-12", "2024-03-13"),)
    dated = [[pd.Timestamp(day) if day else pd.NaT for day in row] for row in rows]
    return pd.DataFrame(dated, columns=columns).assign(id=[f"B{i}" for i in range(len(rows))])


BAD_STAYS = (
    stays().iloc[:0],
    pd.DataFrame([{"id": "B0"}]),
    stays(("", "2024-03-10", "2024-03-10", "")),
    stays(("", "", "2024-03-10", "")),
    stays(("2024-03-12", "2024-03-12", "2024-03-10", "2024-03-10")),
    stays(("1824-03-12", "1824-03-12", "2024-03-10", "2024-03-10")),
    stays(("2024-03-10",) * 4, ("2023-03-10", "2023-03-10", "2024-03-12", "2024-03-12")),
)
"""No stay, no column, no length, no day, gone before seen, two centuries, a year beside a day."""


def bad_rows(**cells: tuple[Any, ...]) -> tuple[pd.DataFrame, ...]:
    """Faulty tables: empty, two rows, no columns, and one row with each bad cell."""
    plain = row()
    broken = [row(**{cell: bad}) for cell, all_bad in cells.items() for bad in all_bad]
    return (plain.iloc[:0], pd.concat([plain, plain]), pd.DataFrame([{"id": "P1"}]), *broken)


def nothing_missing(found: Any, where: str = "answer") -> Iterator[str]:
    """Yield every missing number of a result and every probability outside 0 to 1."""
    if isinstance(found, Estimate):
        if found.unit == "p" and not 0 <= found.low <= found.high <= 1:
            yield f"{where}: chance {found.low} to {found.high}"
        found = (found.low, found.high, found.level)
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        found = {each.name: getattr(found, each.name) for each in dataclasses.fields(found)}
    if isinstance(found, pd.DataFrame):
        found = {c: found[c].to_numpy() for c in found if not c.startswith("value_")}
    if isinstance(found, Mapping):
        for key, each in found.items():
            yield from nothing_missing(each, f"{where}.{key}")
    elif isinstance(found, list | tuple):
        for i, each in enumerate(found):
            yield from nothing_missing(each, f"{where}[{i}]")
    elif isinstance(found, float | np.floating | np.ndarray):
        cells = np.asarray(found)
        if np.issubdtype(cells.dtype, np.floating) and np.isnan(cells).any():
            yield f"{where}: {found}"


@dataclasses.dataclass(frozen=True)
class Case:
    """A public function, a valid call of it, and the bad values of each argument."""

    work: Callable[..., Any]
    """The function; what it gives may hold no missing number."""
    sound: dict[str, Any]
    """Arguments of a sound call."""
    bad: dict[str, tuple[Any, ...]]
    """Bad values by argument, put one by one into the sound call."""


COUNTS = [4, 0, 7, 3, 12, 5, 0, 1, 9, 2, 3, 6]
DATES = np.array("2023-01-01", "datetime64[D]") + np.arange(12) * np.timedelta64(20, "D")
BAD_DAYS = (
    *(("NaT", "2023-01-01"), ("2023-01-01", "NaT"), ("2023-02-01", "2023-01-01")),
    *(("2023-01", "2023-06"), ("soon", "later"), ("", ""), ("2023-01-01", "9999999-01-01")),
)
BAD_DATES = (
    DATES[::-1],
    DATES[:3],
    np.full(12, np.datetime64("NaT", "ns")),
    np.repeat(DATES[:1], 12),
    np.stack([DATES, DATES], axis=1),
    np.stack([DATES, DATES - np.timedelta64(3, "D")], axis=1),
    np.array([], "datetime64[D]"),
    ["soon"] * 12,
)
COUNTED = np.array([2.0, 1.0, 4.0, 3.0])
SERIES = np.random.default_rng(1).poisson(5, 120).astype(float)


def _change(**changes: Any) -> Change:
    given = {"start": DAYS, "low": [1, 0, 2, 30, 41, 38], **changes}
    settings = {each: given.pop(each) for each in ("dispersions", "level") if each in given}
    found = change_points(interval_dated_counts.interval_counts_from(**given), **settings)
    return found.changes[0]


def _lag(**changes: Any) -> lead_lag.Lag:
    return lead_lag.lag(_change(), _change(start=DAYS + 9), **changes)


def _looks(work: Callable[..., Any]) -> Callable[..., Any]:
    """Make a statistic of observations accept their parts as separate arguments."""

    def made(**given: Any) -> Any:
        parts = {each: given.pop(each) for each in ("seen", "days", "length") if each in given}
        return work(looks(**parts), **given)

    made.__name__ = work.__name__
    return made


def _surge_of_bound(**given: Any) -> Any:
    count = given.pop("count", 73)
    paid = {each: given.pop(each) for each in ("sites", "weeks") if each in given}
    whole = {"stated": 13, "period": ("2018-10-01", "2023-09-30"), **given}
    return surge(
        count,
        published_ceiling_and_independent_images.bounded_baseline(whole.pop("most", 20), **whole),
        **paid,
    )


def _level_ratio(**given: Any) -> Any:
    times = given.pop("times", 2.0)
    found = level_ratio(
        Numbers(given["low"], given["high"]), Numbers(COUNTED, COUNTED), kind="counts"
    )
    return found.ratio, chance_to_notice(found, times=times)


def _side(**cells: Any) -> pd.DataFrame:
    plain = {
        "id": "X1",
        "line": 2,
        "date_first": pd.Timestamp("2023-10-05"),
        "date_last": pd.Timestamp("2023-10-05"),
        "precision_first": "day",
        "precision_last": "day",
        "scope": "rajin",
        "counter": "csis",
        "quantity": "ships",
        "value": 3.0,
        "low": NAN,
        "high": NAN,
        "bound": "exactly",
        "wording": "",
        "unit": "ships",
        "method": "count",
        "state": "counted",
        "family": "planet",
        "source_id": "S1",
        "reading": "direct",
        "text": "",
        "note": "",
    }
    return pd.DataFrame([plain | cells])


TIME = pd.Timestamp("2024-03-05")
SITES = pd.DataFrame(
    {
        "id": ["farport", "here", "nameless"],
        "name": ["Farport", "Here", "Nameless"],
        "lon": [1.5, 0.5, NAN],
        "lat": [0.0, 0.0, NAN],
        "uncertainty_m": [500.0, 500.0, NAN],
    }
)
BAD_FIXES = (
    *({"lon": bad} for bad in (*NUMBERS, None)),
    *({"lat": bad} for bad in (*NUMBERS, None)),
    *({"radius_km": bad} for bad in NUMBERS),
    *({"lon": None, "lat": None}, {"precision": "soon"}, {"precision": "open"}),
    *({"first": bad} for bad in (None, pd.NaT, pd.Timestamp("2262-01-01"))),
    *({"last": bad} for bad in (None, pd.NaT, pd.Timestamp("2024-03-30", tz="UTC"))),
)


def land(bbox: Any = None, text: str | None = None) -> Path:
    """Write a wall in a toy sea, or what is none."""
    ring = [[0.99, -0.5], [1.01, -0.5], [1.01, 1.0], [0.99, 1.0], [0.99, -0.5]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    wall: dict[str, Any] = {
        "bbox": [0.0, -1.0, 2.0, 1.0] if bbox is None else bbox,
        "features": [{"type": "Feature", "properties": {}, "geometry": shape}],
    }
    path = Path(tempfile.mkdtemp()) / "land.geojson"
    path.write_text(json.dumps(wall) if text is None else text, encoding="utf-8")
    return path


@functools.cache
def walled() -> sea_distance.SeaRoutes:
    """Sea routes to the port of the toy sea."""
    return sea_distance.routes_to(
        sea_distance.read_sea([land()], cell_km=4.0), sea_distance.Port("Farport", 1.5, 0.0)
    )


def fix(day: str, **changes: Any) -> Fix:
    """Make a position of a ship on a day."""
    plain = {"first": pd.Timestamp(day), "last": pd.Timestamp(day), "lon": 0.5, "lat": 0.0}
    return Fix(**{**plain, **changes})


def sighting(day: str, **changes: Any) -> pd.DataFrame:
    """Make one row of a ship sighting."""
    plain = {
        "id": "P1",
        "scope": "here",
        "date_first": pd.Timestamp(day),
        "date_last": pd.Timestamp(day),
        "precision_first": "day",
        "precision_last": "day",
    }
    return pd.DataFrame([plain | changes])


def sightings() -> dict[str, Any]:
    """Make valid arguments: two sightings, the sites and a port."""
    ends = {"before": sighting("2024-03-01"), "after": sighting("2024-03-10")}
    return {**ends, "sites": SITES, "port": "farport"}


def bad_sightings(day: str) -> tuple[pd.DataFrame, ...]:
    """Faulty sightings: empty, two rows, no columns, a pier, no position, no date."""
    plain = sighting(day)
    return (
        *(plain.iloc[:0], pd.concat([plain, plain]), pd.DataFrame([{"id": "P1"}])),
        *(sighting(day, scope=bad) for bad in ("here-pier", "", NAN, "nameless")),
        *(sighting(day, **{end: pd.NaT}) for end in ("date_first", "date_last")),
        *(sighting(day, precision_first=bad) for bad in ("", "soon", "open", "year")),
        sighting(day, precision_last="nominal"),
        sighting(day, date_first=pd.Timestamp("2024-12-31")),
    )


LOOK_PARTS = {
    "seen": arrays([1, 0, 1, 0, 0, 1]),
    "days": arrays(DAYS),
    "length": (*NUMBERS, 30.0),
}
CHANCES = {"p_detect": NUMBERS, "p_false": NUMBERS, "level": NUMBERS}
SCHEDULE = {"looks": arrays(DAYS), "p_clear": (*NUMBERS, *arrays([0.4] * 6))}

CASES = [
    Case(
        _surge_of_bound,
        {"count": 73},
        {
            "count": (*NUMBERS, *PAIRS, ()),
            "most": (*NUMBERS, *PAIRS, (0, 0), 10**9, (), (1, 2, 3)),
            "stated": (*NUMBERS, 1, 10**9),
            "period": (*BAD_DAYS, ()),
            "closed": BAD_DAYS,
            "sites": NUMBERS,
            "weeks": NUMBERS,
        },
    ),
    Case(
        published_ceiling_and_independent_images.weeks_imaged,
        {"number": 36, "period": ("2022-11-01", "2023-01-31")},
        {"number": (*NUMBERS, 10**9), "period": (*BAD_DAYS, ())},
    ),
    Case(
        predictive_limit,
        {"most": 20, "images": 13},
        {"most": (*NUMBERS, 0, 10**9), "images": (*NUMBERS, 1, 10**9), "level": NUMBERS},
    ),
    Case(
        _level_ratio,
        {"low": COUNTED, "high": COUNTED},
        {
            "low": arrays(COUNTED),
            "high": (*arrays(COUNTED), COUNTED + INF),
            "times": NUMBERS,
        },
    ),
    Case(
        lambda top, **given: predictive_tail_given_ceiling.tail_of_bound(**given)(top),
        {"top": 73, "most": 20, "images": [5]},
        {
            "top": NUMBERS,
            "most": NUMBERS,
            "images": ([], [NAN], [INF], [0], [-1], [2.5], [HUGE]),
        },
    ),
    Case(
        lambda top, **given: [
            each(top) for each in predictive_tail_given_ceiling.tails_of_bound(**given).values()
        ],
        {"top": 73, "most": 20, "images": [5]},
        {"top": NUMBERS, "most": NUMBERS, "images": ([], [NAN], [INF], [0], [-1], [HUGE])},
    ),
    Case(
        interval_dated_counts.interval_counts_from,
        {"start": DAYS, "low": [1, 0, 2, 30, 41, 38]},
        {
            "start": (*arrays(DAYS), np.full(6, np.datetime64("NaT", "ns")), ["soon"] * 6),
            "low": arrays([1, 0, 2, 30, 41, 38]),
            "high": arrays([1, 0, 2, 30, 41, 38]),
            "end": arrays(DAYS + 3),
        },
    ),
    Case(
        _change,
        {},
        {
            "start": (*arrays(DAYS), np.full(6, np.datetime64("NaT", "ns"))),
            "low": (*arrays([1, 0, 2, 30, 41, 38]), [10**9] * 6, [0, 0, 0, 10**9, 10**9, 10**9]),
            "high": arrays([1, 0, 2, 30, 41, 38]),
            "end": arrays(DAYS + 3),
            "dispersions": ((), (NAN,), (-1.0,), (0.0,), (INF,), (HUGE,), (1e-200,), (1.0, NAN)),
            "level": NUMBERS,
        },
    ),
    Case(
        lambda **given: change_points_by_ruptures.cross_check(
            interval_dated_counts.interval_counts_from(**given)
        ),
        {"start": DAYS, "low": [1, 0, 2, 30, 41, 38]},
        {"start": arrays(DAYS), "low": arrays([1, 0, 2, 30, 41, 38])},
    ),
    Case(_lag, {}, {"level": NUMBERS}),
    Case(
        lambda changes: lead_lag.change_orders(changes),
        {"changes": {}},
        {"changes": ({}, {"a": None})},
    ),
    Case(
        lambda series: np.nan_to_num(lead_lag.prewhitened(series)),
        {"series": SERIES},
        {"series": arrays(SERIES)},
    ),
    Case(
        lead_lag.shift_null,
        {"series_a": SERIES, "series_b": np.roll(SERIES, 2), "min_shift": 8, "seed": 1},
        {
            "series_a": arrays(SERIES),
            "series_b": arrays(SERIES),
            "min_shift": NUMBERS,
            "n": NUMBERS,
            "max_lag": NUMBERS,
        },
    ),
    Case(_looks(lambda given: given.usable), {}, LOOK_PARTS),
    Case(
        berth_observations_and_stay_prior.Dwell,
        {"median": 2.4, "spread": 0.2},
        {"median": NUMBERS, "spread": NUMBERS},
    ),
    Case(
        lambda ends, **given: berth_observations_and_stay_prior.Dwell.between(*ends, **given),
        {"ends": (1.9, 3.1)},
        {"ends": PAIRS, "level": (*NUMBERS, 1.0)},
    ),
    Case(
        lambda median, spread: littles_law.calls_from_share(
            4,
            9,
            length=100.0,
            dwell=berth_observations_and_stay_prior.Dwell(median, spread),
            seed=1,
        ),
        {"median": 2.4, "spread": 0.2},
        {"median": NUMBERS, "spread": NUMBERS},
    ),
    Case(
        _looks(littles_law.calls_from_looks),
        {"dwell": DWELL, "seed": 1},
        {**LOOK_PARTS, **CHANCES, "berths": NUMBERS, "block_days": NUMBERS},
    ),
    Case(
        littles_law.calls_from_share,
        {"seen": 49, "usable": 109, "length": 172.0, "dwell": DWELL, "seed": 1},
        {
            "seen": NUMBERS,
            "usable": NUMBERS,
            "length": NUMBERS,
            **CHANCES,
            "berths": NUMBERS,
            "over_dispersion": NUMBERS,
        },
    ),
    Case(
        missed_port_calls.share_missed,
        {"dwell": 2.0, "looks": DAYS, "p_clear": 0.4},
        {"dwell": NUMBERS, **SCHEDULE, "period": (*PAIRS, ())},
    ),
    Case(
        missed_port_calls.mean_share_missed,
        {"means": (1.0, 3.0), "looks": DAYS, "p_clear": 0.4, "period": (0.0, 40.0)},
        {"means": ((), (NAN,), (INF,), (-1.0,), (0.0,), (HUGE,)), "period": PAIRS},
    ),
    Case(
        missed_port_calls.calls_missed,
        {
            "looks": DAYS,
            "p_clear": 0.4,
            "dwell": DWELL,
            "calls": 9,
            "period": (0.0, 40.0),
            "seed": 1,
        },
        {"calls": (*NUMBERS, 10**9), "period": PAIRS, "level": NUMBERS},
    ),
    Case(
        _looks(semi_markov_port_calls.calls_by_states),
        {"ships": 1, "transit_days": 0.45, "dwell": DWELL, "p_detect": 0.9, "p_false": 0.05},
        {
            "seen": arrays([1, 0, 1, 0, 0, 1]),
            "length": NUMBERS,
            **CHANCES,
            "ships": NUMBERS,
            "transit_days": NUMBERS,
            "dwell": (
                berth_observations_and_stay_prior.Dwell(1e6, 0.2),
                berth_observations_and_stay_prior.Dwell(1e-3, 0.2),
                berth_observations_and_stay_prior.Dwell(2.4, 0.0),
            ),
        },
    ),
    Case(
        port_calls_from_ship_days.calls_by_share,
        {
            "seen": row(value=20.0),
            "imaged": row(),
            "stays": stays(),
            "ships_at_once": (1, 2),
            "seed": 1,
        },
        {
            "seen": bad_rows(value=NUMBERS, date_first=(pd.NaT,), counter=("voa",)),
            "imaged": bad_rows(value=NUMBERS, date_last=(pd.NaT,), scope=("dunai",)),
            "stays": BAD_STAYS,
            "ships_at_once": (*PAIRS, (), (1,), (1, 2, 3)),
        },
    ),
    Case(
        port_calls_from_ship_days.chance_missed,
        {"days": row(), "stays": stays()},
        {
            "days": bad_rows(
                value=NUMBERS,
                date_last=(pd.NaT,),
                quantity=("unreadable days",),
                precision_first=("nominal", "open", "month"),
            ),
            "stays": BAD_STAYS,
        },
    ),
    Case(
        stay_length.mean_stay,
        {"stays": stays()},
        {"stays": BAD_STAYS, "level": NUMBERS},
    ),
    Case(
        lambda **given: (
            sea_distance.routes_to(walled().sea, sea_distance.Port("Farport", **given)).port
        ),
        {"lon": 1.5, "lat": 0.0},
        {"lon": NUMBERS, "lat": NUMBERS, "radius_km": NUMBERS},
    ),
    Case(
        lambda bbox=None, text=None, **given: (
            sea_distance.read_sea([land(bbox, text)], **given).step
        ),
        {"cell_km": 4.0},
        {
            "cell_km": NUMBERS,
            "bounds": (
                *((), (1.0,), (NAN,) * 4, (2.0, -1.0, 0.0, 1.0), (0.0, 1.0, 2.0, -1.0)),
                *((-INF, -1.0, INF, 1.0), (0.0, 0.0, 0.0, 0.0), (0.0, -HUGE, 2.0, HUGE)),
                *((0.0, -INF, 2.0, 1.0), (0.0, -1.0, NAN, 1.0)),
            ),
            "bbox": ([], [1.0], ["a"] * 4, [NAN] * 4, [None] * 4),
            "text": ("", "{}", "[]", '{"features": [{}]}', '{"features": []}'),
        },
    ),
    Case(
        lambda **given: sea_distance.route_miles(walled(), **given),
        {"lon": 0.5, "lat": 0.0},
        {"lon": NUMBERS, "lat": NUMBERS},
    ),
    Case(
        lambda **given: sea_distance.miles_from_positions(walled(), **given),
        {"lon": [0.5, 0.6], "lat": [0.0, 0.1]},
        {"lon": arrays([0.5, 0.6]), "lat": arrays([0.0, 0.1])},
    ),
    Case(
        lambda **given: reach(
            fix("2024-03-01", **given.pop("before", {})),
            fix("2024-03-10", **given.pop("after", {})),
            walled(),
            seed=1,
            **given,
        ),
        {},
        {
            "before": BAD_FIXES,
            "after": BAD_FIXES,
            "looks": ([pd.NaT], [pd.Timestamp("2024-03-05", tz="UTC")], [TIME], []),
            "dwell_hours": NUMBERS,
            "knots": NUMBERS,
            "spread": NUMBERS,
            "fastest": NUMBERS,
        },
    ),
    Case(
        lambda **given: reach_of_rows(
            **{**sightings(), **given}, land=land([0.0, -1.0, 2.0, 1.0]), seed=1
        ),
        {},
        {
            "before": bad_sightings("2024-03-01"),
            "after": bad_sightings("2024-03-10"),
            "port": ("nowhere", "", NAN, "nameless"),
            "sites": (
                SITES.iloc[:0],
                SITES[["id"]],
                pd.DataFrame(),
                pd.concat([SITES, SITES]),
                SITES.assign(lon=NAN),
                SITES.assign(uncertainty_m=NAN),
                SITES.assign(lat=INF),
                SITES.assign(lat=91.0),
                SITES.assign(uncertainty_m=HUGE),
            ),
        },
    ),
    Case(
        agreement_between_counters.mean_difference,
        {"differences": np.array([0.0, 2.0, 4.0]), "unit": "railcars"},
        {"differences": arrays([0.0, 2.0, 4.0, 5.0])},
    ),
    Case(
        lambda **given: agreement_between_counters.agreement(_side(**given), _side(counter="voa")),
        {},
        {
            "value": NUMBERS,
            "low": NUMBERS,
            "high": NUMBERS,
            "bound": ("", "about", "at least", "at most", "more than", "some"),
            "counter": ("", NAN),
            "unit": ("", "metres"),
            "date_first": (pd.NaT,),
        },
    ),
    Case(
        lambda **given: Estimate(**{**given}),
        {"value": 1.0, "low": 0.5, "high": 2.0, "unit": "days", "level": 0.9, "method": "made up"},
        {"value": NUMBERS, "low": NUMBERS, "high": NUMBERS, "level": NUMBERS},
    ),
]
"""Every public function of `skytally.statistics`."""


def _attempts(cases: list[Case]) -> Iterator[Any]:
    for number, case in enumerate(cases):
        for argument, values in case.bad.items():
            for i, bad in enumerate(values):
                name = f"{number}-{getattr(case.work, '__name__', 'case')}-{argument}-{i}"
                yield pytest.param(case, argument, bad, id=name)


@pytest.mark.parametrize("case", CASES)
def test_the_sound_call_of_each_statistic_answers(case: Case) -> None:
    """Else the refusals below would show nothing."""
    if case.work.__name__ != "<lambda>" or case.sound != {"changes": {}}:
        assert list(nothing_missing(case.work(**case.sound))) == []


@pytest.mark.parametrize(("case", "argument", "bad"), list(_attempts(CASES)))
def test_bad_input_is_refused_or_answered_widely(case: Case, argument: str, bad: Any) -> None:
    """No missing number, no chance above one, no error but the one that says what to do."""
    refusal, found = None, None
    try:
        found = case.work(**{**case.sound, argument: bad})
    except DataError as error:
        refusal = str(error)
    assert refusal is None or ADVICE.search(refusal), f"says not what to do: {refusal}"
    assert list(nothing_missing(found)) == []


@pytest.mark.parametrize(
    ("work", "match"),
    [
        (lambda: _surge_of_bound(stated=10**6), "1,826 open days hold 260 a week apart; mend"),
        (
            lambda: missed_port_calls.share_missed(2.0, DAYS, 0.4, period=(0.0, INF)),
            "arriving from day 0.0 to inf; give a length",
        ),
        (
            lambda: berth_observations_and_stay_prior.Dwell.between(1, 9, level=1),
            "level: found 1; give a level between",
        ),
        (lambda: stay_length.mean_stay(stays(), level=NAN), "level: found nan; give a level"),
        (
            lambda: lead_lag.shift_null(
                SERIES, np.where(SERIES > 9, INF, SERIES), min_shift=8, seed=1
            ),
            "second: found a value that is infinite",
        ),
        (
            lambda: lead_lag.shift_null(SERIES, SERIES * HUGE, min_shift=8, seed=1),
            "second: found a value that is infinite or beyond 1e",
        ),
        (
            lambda: littles_law.calls_from_share(1, INF, length=9.0, dwell=DWELL, seed=1),
            "a ship on 1 of inf usable looks; give whole numbers",
        ),
        (
            lambda: reach_of_rows(
                sighting("2024-03-01", scope="here-pier"),
                sighting("2024-03-10").iloc[:0],
                SITES,
                port="nowhere",
                land=land(),
                seed=1,
            ),
            r"3 faults\n.*port 'nowhere' is no site; use one of farport, here, nameless\n"
            r".*before: row P1 is of 'here-pier', which is no site .*\n.*after: 0 rows; give one",
        ),
        (
            lambda: port_calls_from_ship_days.calls_by_share(
                row(date_last=pd.NaT), row().iloc[:0], stays=stays(), ships_at_once=(1, 1), seed=1
            ),
            r"2 faults\n.*row P1: from .*; give a row .*\n.*imaged: 0 rows; give one",
        ),
    ],
)
def test_a_refusal_says_what_where_and_what_to_do(work: Callable[[], Any], match: str) -> None:
    """Each names the argument or the row, what was found, and the way out; all faults at once."""
    with pytest.raises(DataError, match=match):
        work()


def test_a_silence_between_dates_that_are_not_known_is_answered_widely() -> None:
    """A row without its last day, or at a site without a position, leaves any answer open."""
    for before in (sighting("2024-03-01", date_last=pd.NaT), sighting("2024-03-01", scope="here")):
        made = reach_of_rows(
            before.assign(precision_last="open"),
            sighting("2024-03-10"),
            SITES,
            port="farport",
            land=land(),
            seed=1,
        )
        assert (made.probability.low, made.probability.high) == (0.0, 1.0)
