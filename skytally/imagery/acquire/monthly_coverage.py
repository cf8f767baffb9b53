"""What was acquired, for the pages: every month with its state, balances and blind gaps."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from skytally.imagery.acquire.coverage import accounts, blind_gaps, months
from skytally.imagery.sites.site_register import TWIN_MARK

REHEARSAL = "rehearsal"
"""Label of looks at generated ground."""
NOT_SEARCHED = "not searched"
NOTHING_OFFERED = "searched, nothing offered"
NONE_USABLE = "offered, none usable"
USABLE = "usable"
STATES = (NOT_SEARCHED, NOTHING_OFFERED, NONE_USABLE, USABLE)
"""What a month can be; the first three are never confused."""
IN_PART = "part"
"""Of a month of which only some days were searched."""
ANY = "any sensor"
SENSOR_NAMES = {"sentinel-2": "Sentinel-2", "sentinel-1": "Sentinel-1", "landsat": "Landsat"}


def site_names(register: Path) -> dict[str, str]:
    """Give slug to name of the sites of a register, without their outlines."""
    with register.open(encoding="utf-8", newline="") as file:
        return {row["slug"]: row["name"] for row in csv.DictReader(file)}


def is_twin(name: str) -> bool:
    """Tell by its name whether a site is a twin, which is shown and never counted as evidence.

    Examples
    --------
    >>> is_twin("Zarubino (twin of Rajin)"), is_twin("Rajin")
    (True, False)
    """
    return TWIN_MARK in name


def of_evidence(sites: Mapping[str, str]) -> dict[str, str]:
    """Leave out the twins of slug to name."""
    return {slug: name for slug, name in sites.items() if not is_twin(name)}


def sensor_name(sensor: str) -> str:
    """Give the name of a sensor for readers."""
    return SENSOR_NAMES.get(sensor, sensor)


def _rank(sensor: str) -> tuple[int, str]:
    """Order sensors as `SENSOR_NAMES` has them, others after them."""
    known = list(SENSOR_NAMES)
    return (known.index(sensor) if sensor in known else len(known), sensor)


def is_rehearsal(*tables: pd.DataFrame) -> bool:
    """Tell whether any row of looks or searches is of generated ground."""
    return any(bool((table["label"] == REHEARSAL).any()) for table in tables)


def marked(words: str, *, rehearsal: bool) -> str:
    """Put the word REHEARSAL before a title, caption or answer where it is due.

    Examples
    --------
    >>> marked("Looks.", rehearsal=True)
    'REHEARSAL, generated ground and no observation: Looks.'
    """
    return f"REHEARSAL, generated ground and no observation: {words}" if rehearsal else words


def _months_between(first: str, last: str) -> list[str]:
    return [str(each) for each in pd.period_range(first, last, freq="M")]


def _state(searched: str, offered: int, usable: int) -> str:
    if usable:
        return USABLE
    if offered:
        return NONE_USABLE
    return NOT_SEARCHED if searched in ("", "no") else NOTHING_OFFERED


def monthly(
    looks: pd.DataFrame,
    searches: pd.DataFrame,
    *,
    sites: Mapping[str, str],
    sensors: Iterable[str],
    period: tuple[str, str],
) -> pd.DataFrame:
    """Say of every site, sensor and month in which of four states it is, and of how many looks.

    Parameters
    ----------
    looks, searches : pandas.DataFrame
        The two tables of a refresh, which may be empty.
    sites : mapping of str to str
        Slug to name, in the order of the register.
    sensors : iterable of str
        Sensors that have a row even where nobody searched; others follow as they occur. A
        twin has rows once it was searched: before, it would only be one more blank.
    period : (str, str)
        First and last month, ``2019-01``; months searched outside it are there, too.

    Returns
    -------
    pandas.DataFrame
        As `skytally.imagery.acquire.coverage.months`, every month from first to last for every site and
        sensor, with ``state`` (one of `STATES`), ``name`` of the site and ``acquired``, which
        is offered less superseded. Scenes without a time belong to no month and are left out.

    Raises
    ------
    DataError
        If rows found are not rows offered.
    """
    accounts(searches, looks)
    found = months(looks, searches)
    found = found[found["month"] != ""]
    first = min([period[0], *found["month"]])
    last = max([period[1], *found["month"]])
    rows = found.set_index(["site", "sensor", "month"])
    searched = dict.fromkeys(found["site"])
    asked = [slug for slug in sites if slug in searched or slug in of_evidence(sites)]
    everywhere = [*asked, *(each for each in searched if each not in sites)]
    everything = sorted({*sensors, *found["sensor"]}, key=_rank)
    grid = pd.MultiIndex.from_product(
        [everywhere, everything, _months_between(first, last)], names=rows.index.names
    )
    counts = ["offered", "superseded", "stored", "usable", "lost"]
    whole = rows.reindex(grid).reset_index()
    whole[counts] = whole[counts].fillna(0).astype(int)
    whole[["searched", "lost_to"]] = whole[["searched", "lost_to"]].fillna("")
    return whole.assign(
        searched=whole["searched"].replace("", "no"),
        acquired=whole["offered"] - whole["superseded"],
        state=[
            _state(*row)
            for row in zip(whole["searched"], whole["offered"], whole["usable"], strict=True)
        ],
        name=[sites.get(site, site) for site in whole["site"]],
    )


def _days_searched(searches: pd.DataFrame) -> set[date]:
    days = set()
    for first, last in zip(searches["first"], searches["last"], strict=True):
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        days |= {start + timedelta(days=i) for i in range((end - start).days + 1)}
    return days


def gaps(
    looks: pd.DataFrame, searches: pd.DataFrame, *, sites: Mapping[str, str], most: int = 3
) -> pd.DataFrame:
    """Give the longest stretches without a usable look, by site for each sensor and for any.

    Parameters
    ----------
    looks, searches : pandas.DataFrame
        The two tables of a refresh.
    sites : mapping of str to str
        Slug to name.
    most : int
        How many of each site and sensor.

    Returns
    -------
    pandas.DataFrame
        ``site, name, sensor`` (`ANY` for a look by any), ``first``, ``last`` (moments of the
        looks, or ends of what was searched), ``days``, and ``unsearched``, the whole days
        between them that nobody searched: such a stretch is a hole of the search, not of the sky.
    """
    found = []
    for slug, name in sites.items():
        mine = searches[searches["site"] == slug]
        for sensor in ["", *sorted(set(mine["sensor"]), key=_rank)]:
            asked = mine[mine["sensor"] == sensor] if sensor else mine
            covered = _days_searched(asked)
            table = blind_gaps(looks, slug, sensor, searches=searches, most=most)
            for row in table.itertuples():
                between = pd.date_range(str(row.first)[:10], str(row.last)[:10]).date
                found.append(
                    {
                        "site": slug,
                        "name": name,
                        "sensor": sensor or ANY,
                        "first": row.first,
                        "last": row.last,
                        "days": row.days,
                        "unsearched": sum(each not in covered for each in between),
                    }
                )
    columns = ["site", "name", "sensor", "first", "last", "days", "unsearched"]
    return pd.DataFrame(found, columns=columns)


def balance(table: pd.DataFrame) -> pd.DataFrame:
    """Add up the months of each site and sensor that was searched.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `monthly`.

    Returns
    -------
    pandas.DataFrame
        One row a site and sensor, with words for columns: scenes offered, superseded, usable
        and lost, and the months by state.
    """
    searched = table.groupby(["name", "sensor"])["searched"].transform(
        lambda column: bool((column != "no").any())
    )
    grouped = table[searched.astype(bool)].groupby(["name", "sensor"], sort=False)
    sums = grouped[["offered", "superseded", "usable", "lost"]].sum()
    for state in STATES:
        sums[f"months: {state}"] = grouped["state"].agg(_counter(state))
    sums = sums.reset_index().rename(columns={"name": "site"})
    return sums.assign(sensor=sums["sensor"].map(sensor_name))


def _counter(state: str) -> Callable[[pd.Series], int]:
    return lambda column: int((column == state).sum())
