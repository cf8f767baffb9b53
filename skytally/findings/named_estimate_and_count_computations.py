"""The estimates and counts that a declared finding may name, with the arguments each takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from skytally.core import DataError, data_registry, with_unit
from skytally.record import by_statement, claim_pairs, falling_totals
from skytally.statistics import Estimate

if TYPE_CHECKING:
    from skytally.statistics import Calls, Surge, TrainChange

# Each computation imports the statistics that it needs when it is asked for: what a notebook
# depends on is what its own findings name, so that a change of one method reruns no other page.

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Count:
    """An exact number that a named count returns, and what it rests on."""

    number: int
    """The count."""
    rows: pd.DataFrame
    """The rows that were counted or compared; of none, all that were searched."""
    dates: str = ""
    """The period it belongs to, in words."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Further words that the sentence may name in braces."""
    decisive: frozenset[str] | None = None
    """Ids of the rows without which the number may be another; None where any row may be one."""


@dataclass(frozen=True)
class Named:
    """How one named estimate is computed: a computation that others may share, and a choice."""

    compute: Callable[..., Any]
    """From rows, tables and arguments to a result; computed once for the same rows."""
    choose: Callable[..., Estimate | Count]
    """From that result, the rows and the choosing argument to an estimate or a count."""
    rows: int = 0
    """How many rows it takes, in their order; 0 for any number that conditions select."""
    arguments: tuple[str, ...] = ()
    """Arguments of the computation, all needed."""
    choice: tuple[str, ...] = ()
    """Words of the argument ``answer``; none if it takes none."""
    reads: tuple[str, ...] = ()
    """Further tables that it reads."""
    further: Callable[..., frozenset[str]] | None = None
    """From tables and arguments to the rows of those tables that it reads; all where None."""
    digits: int = 2
    """Significant digits to which the ends of its interval are printed, rounded outwards."""


def _one_by_one(rows: pd.DataFrame) -> list[pd.DataFrame]:
    return [rows.iloc[[position]] for position in range(len(rows))]


def _pair(values: Sequence[Any], *, name: str) -> tuple[Any, Any]:
    if isinstance(values, str) or not isinstance(values, Sequence) or len(values) != 2:
        message = f"argument {name}: found {values!r}; give a list of two"
        raise DataError(message)
    return values[0], values[1]


def _dated_stays(tables: Tables, site: str) -> pd.DataFrame:
    """Stays at one site whose rows all stand in the tables of observations."""
    stays = tables["port_stays"]
    standing = {*tables["ship_sightings"]["id"], *tables["voyages"]["id"]}
    whole = stays["rows"].map(lambda cell: set(str(cell).split()) <= standing)
    return stays[(stays["site"] == site) & whole]


def _rows_of_stays(tables: Tables, *, site: str, **_: Any) -> frozenset[str]:
    """Stays at one site, and the rows of observations by which they are dated."""
    stays = _dated_stays(tables, site)
    return frozenset(stays["id"]).union(*(str(cell).split() for cell in stays["rows"]))


def _mean_stay(rows: pd.DataFrame, _: Tables) -> Estimate:
    from skytally.statistics import mean_stay

    return mean_stay(rows)


def _calls_by_presence(
    rows: pd.DataFrame, tables: Tables, *, site: str, ships_at_once: Sequence[int], seed: int
) -> Calls:
    from skytally.statistics import calls_by_share

    seen, imaged = _one_by_one(rows)
    ships = _pair(ships_at_once, name="ships_at_once")
    stays = _dated_stays(tables, site)
    return calls_by_share(seen, imaged, stays=stays, ships_at_once=ships, seed=seed)


def _calls_not_below_count(rows: pd.DataFrame, tables: Tables, **given: Any) -> Estimate:
    calls = _calls_by_presence(rows.iloc[:2], tables, **given).calls
    counted = float(rows["value"].iloc[2])
    if not counted <= calls.high:
        message = f"row {rows['id'].iloc[2]}: {counted:g} lies above every number of calls found"
        raise DataError(message)
    low = max(calls.low, counted)
    return Estimate(math.nan, low, calls.high, calls.unit, calls.level, calls.method)


def _missed_calls(rows: pd.DataFrame, tables: Tables, *, site: str) -> Estimate:
    from skytally.statistics import chance_missed

    return chance_missed(rows, stays=_dated_stays(tables, site))


def _share_imaged(rows: pd.DataFrame, _: Tables) -> Estimate:
    from skytally.statistics import share_imaged

    return share_imaged(rows)


def _surge(rows: pd.DataFrame, _: Tables, *, closure: Sequence[str], sites: int) -> Surge:
    from skytally.statistics import surge_of_rows

    closed = _pair(closure, name="closure")
    return surge_of_rows(*_one_by_one(rows), closed=closed, sites=sites)


def _images_behind_ceiling(surge: Surge, _: pd.DataFrame) -> Estimate:
    from skytally.statistics import images_behind_ceiling

    return images_behind_ceiling(surge)


def _trains(rows: pd.DataFrame, _: Tables, *, change: str) -> TrainChange:
    from skytally.statistics import change_of_trains

    return change_of_trains(rows, change=change)


def _train_ratio(found: TrainChange, _: pd.DataFrame, *, answer: str) -> Estimate:
    return found.ratios[answer].ratio


def _train_rise(found: TrainChange, _: pd.DataFrame, *, answer: str) -> Estimate:
    compare, rise = answer.split("-")
    return found.noticed(compare, times=RISES[rise])


def _independent(found: TrainChange, rows: pd.DataFrame, *, answer: str) -> Count:
    before, after = found.ratios[answer].numbers
    words = {"before": str(before), "after": str(after), "independent": str(before + after)}
    return Count(found.observed, rows, words=words)


def _gaps(rows: pd.DataFrame, tables: Tables, *, port: str, land: str) -> pd.DataFrame:
    from skytally.statistics import gap_table

    outlines = data_registry.path(land)
    return gap_table(rows, tables["scopes"], tables["sites"], port=port, land=outlines)


def _sites_of_sightings(tables: Tables, *, port: str, **_: Any) -> frozenset[str]:
    """Sites whose positions the gaps between sightings are measured from."""
    scopes = tables["scopes"]
    seen = scopes["id"].isin(tables["ship_sightings"]["scope"])
    return frozenset({port, *scopes.loc[seen, "site"]}) & frozenset(tables["sites"]["id"])


def _open_gaps(gaps: pd.DataFrame, rows: pd.DataFrame) -> Count:
    from skytally.statistics import OPEN

    seen = rows[rows["id"].isin([*gaps["before"], *gaps["after"]])]
    number = int((gaps["answer"] == OPEN).sum())
    return Count(
        number,
        rows if seen.empty else seen,
        words={"gaps": with_unit(str(len(gaps)), len(gaps), "pairs")},
        decisive=frozenset(seen["id"]),
    )


def _border_distance(rows: pd.DataFrame, _: Tables, *, border: str) -> Estimate:
    from skytally.statistics import border_distance_of_site

    return border_distance_of_site(rows, data_registry.path(border))


def _difference_of_counters(rows: pd.DataFrame, _: Tables) -> Estimate:
    from skytally.statistics import difference_of_rows

    return difference_of_rows(*_one_by_one(rows))


def _pairs_of_counters(rows: pd.DataFrame, _: Tables) -> pd.DataFrame:
    from skytally.statistics import pairs_of_counters

    return pairs_of_counters(by_statement(rows) if "statement_first" in rows else rows)


def _words_of_pairs(pairs: int, apart: int) -> dict[str, str]:
    return {"pairs": with_unit(str(pairs), pairs, "pairs"), "apart": str(apart)}


def _compared(pairs: pd.DataFrame, rows: pd.DataFrame, *, answer: str) -> Count:
    apart = int((~pairs["compatible"].astype(bool)).sum())
    ids = " ".join([*pairs["rows_a"], *pairs["rows_b"]]).split()
    compared = rows[rows["id"].isin(ids)]
    number = {"pairs": len(pairs), "apart": apart}[answer]
    return Count(
        number,
        rows if compared.empty else compared,
        words=_words_of_pairs(len(pairs), apart),
        decisive=frozenset(compared["id"]),
    )


def _pairs_of_statements(
    rows: pd.DataFrame, _: Tables, *, within_days: int
) -> tuple[pd.DataFrame, int]:
    return claim_pairs(rows, within_days=within_days), within_days


def _stated(result: tuple[pd.DataFrame, int], rows: pd.DataFrame, *, answer: str) -> Count:
    pairs, within_days = result
    close = rows[rows["id"].isin([*pairs["first"], *pairs["second"]])]
    apart = int((~pairs["overlap"].astype(bool)).sum())
    number = {"pairs": len(pairs), "apart": apart, "days": within_days}[answer]
    days = with_unit(str(within_days), within_days, "days")
    return Count(
        number,
        rows if close.empty else close,
        words={**_words_of_pairs(len(pairs), apart), "days": days},
        decisive=frozenset(() if answer == "days" else close["id"]),
    )


def _totals_that_fall(rows: pd.DataFrame, _: Tables) -> pd.DataFrame:
    return falling_totals(rows)


def _fallen(pairs: pd.DataFrame, rows: pd.DataFrame) -> Count:
    fallen = rows[rows["id"].isin([*pairs["first"], *pairs["second"]])]
    return Count(
        len(pairs), rows if fallen.empty else fallen, words={}, decisive=frozenset(fallen["id"])
    )


def _readers(rows: pd.DataFrame, _: Tables) -> pd.DataFrame:
    from skytally.statistics import readers_of_one_place

    return readers_of_one_place(rows)


def _number_of_kind(value: float, kind: str) -> str:
    return f"{value:g} (kind: {kind})" if value else "none"


def _paired_readers(pairs: pd.DataFrame, rows: pd.DataFrame) -> Count:
    if pairs.empty:
        return Count(0, rows, words={"counts": "", "families": ""})
    kinds = dict(zip(rows["id"], rows["car_kind"], strict=True))
    counts = [
        " and ".join(
            _number_of_kind(pair[f"value_{side}"], kinds[pair[f"row_{side}"]]) for side in "ab"
        )
        for pair in pairs.to_dict("records")
    ]
    one_family = (pairs["shared_family"] == "yes").all()
    words = {
        "counts": ", or ".join(counts),
        "families": "of images of one company" if one_family else "of images",
    }
    return Count(len(pairs), rows[rows["id"].isin([*pairs["row_a"], *pairs["row_b"]])], words=words)


def _railcars_by_length(rows: pd.DataFrame, _: Tables) -> Estimate:
    from skytally.statistics import railcars_by_length

    return railcars_by_length(rows.iloc[[0]], rows.iloc[[1]], rows.iloc[2:])


def _load_of_containers(rows: pd.DataFrame, _: Tables, *, shells: Sequence[float]) -> Estimate:
    from skytally.statistics import load_of_containers

    return load_of_containers(rows, shells=shells)


def _rate_of_count(rows: pd.DataFrame, _: Tables) -> Estimate:
    from skytally.statistics import rate_of_count

    return rate_of_count(rows)


def _calls_between(rows: pd.DataFrame, _: Tables) -> Estimate:
    from skytally.statistics import calls_between

    return calls_between(*_one_by_one(rows))


def _rate_between(rows: pd.DataFrame, _: Tables) -> Estimate:
    from skytally.statistics import rate_between

    return rate_between(*_one_by_one(rows))


def _rate_ratio(rows: pd.DataFrame, _: Tables) -> Estimate:
    from skytally.statistics import rate_ratio

    return rate_ratio(*_one_by_one(rows))


def _itself(estimate: Estimate, _: pd.DataFrame) -> Estimate:
    return estimate


SURGE = ("closure", "sites")
CHANGE = ("change",)
COMPARED = ("trains", "metres")
RISES = {"doubled": 2.0, "trebled": 3.0}
COMPARED_RISES = tuple(f"{word}-{rise}" for word in COMPARED for rise in RISES)
PRESENCE = ("site", "ships_at_once", "seed")
STAYS = ("port_stays", "ship_sightings", "voyages")
ESTIMATES: Mapping[str, Named] = {
    "mean-stay": Named(_mean_stay, _itself),
    "calls-by-presence": Named(
        _calls_by_presence,
        lambda calls, _: calls.calls,
        2,
        PRESENCE,
        reads=STAYS,
        further=_rows_of_stays,
    ),
    "calls-not-below-count": Named(
        _calls_not_below_count, _itself, 3, PRESENCE, reads=STAYS, further=_rows_of_stays
    ),
    "presence": Named(
        _calls_by_presence,
        lambda calls, _: calls.presence,
        2,
        PRESENCE,
        reads=STAYS,
        further=_rows_of_stays,
    ),
    "missed-calls": Named(
        _missed_calls, _itself, 0, ("site",), reads=STAYS, further=_rows_of_stays
    ),
    "imaged-share": Named(_share_imaged, _itself),
    "surge-limit": Named(_surge, lambda surge, _: surge.limit, 4, SURGE),
    "images-behind-ceiling": Named(_surge, _images_behind_ceiling, 4, SURGE, digits=3),
    "trains-ratio": Named(_trains, _train_ratio, 0, CHANGE, COMPARED),
    "trains-rise-noticed": Named(_trains, _train_rise, 0, CHANGE, COMPARED_RISES),
    "railcars-by-length": Named(_railcars_by_length, _itself, 5),
    "railcars-by-range": Named(_railcars_by_length, _itself, 4),
    "load-of-containers": Named(_load_of_containers, _itself, 1, ("shells",), digits=3),
    "border-distance": Named(_border_distance, _itself, 1, ("border",), digits=3),
    "difference-of-counters": Named(_difference_of_counters, _itself, 2),
    "rate-of-count": Named(_rate_of_count, _itself, 1),
    "calls-between-totals": Named(_calls_between, _itself, 2),
    "rate-between-totals": Named(_rate_between, _itself, 2),
    "rate-ratio-of-totals": Named(_rate_ratio, _itself, 2),
}
"""Estimates with an interval, for findings of kind *estimate*."""
COUNTS: Mapping[str, Named] = {
    "open-gaps": Named(
        _gaps, _open_gaps, 0, ("port", "land"), reads=("sites",), further=_sites_of_sightings
    ),
    "trains-observed": Named(_trains, _independent, 0, CHANGE, COMPARED),
    "readers-of-one-place": Named(_readers, _paired_readers),
    "pairs-of-counters": Named(_pairs_of_counters, _compared, choice=("pairs", "apart")),
    "pairs-of-statements": Named(
        _pairs_of_statements, _stated, 0, ("within_days",), choice=("pairs", "apart", "days")
    ),
    "totals-that-fall": Named(_totals_that_fall, _fallen),
}
"""Exact numbers that more than a condition finds, for findings of kind *count*."""
