"""Coverage by month from inventory and search log: scenes offered, usable and lost, and gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from skytally.core import refuse
from skytally.imagery.acquire.image_provider_table import SENSOR_NAMES, sensor_name
from skytally.imagery.acquire.inventory_and_search_log import FAILED, NO, STORED, SUPERSEDED, YES
from skytally.imagery.sites import evidence_names

MONTH_COLUMNS = (
    "site",
    "sensor",
    "month",
    "searched",
    "offered",
    "superseded",
    "stored",
    "usable",
    "lost",
    "lost_to",
)
"""Columns of the monthly table."""
NOT_SCREENED = "not judged"
"""Reason of a stored scene that has not been screened yet."""


NOT_SEARCHED = "not searched"
NOTHING_OFFERED = "searched, nothing offered"
NONE_USABLE = "offered, none usable"
USABLE = "usable"
COVERAGE_STATES = (NOT_SEARCHED, NOTHING_OFFERED, NONE_USABLE, USABLE)
"""States of a month; the first three are never confused."""
SEARCHED_IN_PART = "part"
"""Value of ``searched`` for a month of which only some days were searched."""
ANY_SENSOR = "any sensor"


def reason_class(reason: str) -> str:
    """Class of a reason: the part before its first colon.

    Parameters
    ----------
    reason : str
        Such as ``cloud: 63 % of the ring``.

    Examples
    --------
    >>> reason_class("cloud: 63 % of the ring")
    'cloud'
    """
    return reason.partition(":")[0].strip()


def _loss_reason(row: dict[Hashable, Any]) -> str:
    """Reason why a scene was lost; empty if it is usable or superseded by another row."""
    if row["status"] == SUPERSEDED or row["usable"] == YES:
        return ""
    if row["status"] == STORED:
        return reason_class(row["unusable_reason"]) if row["usable"] == NO else NOT_SCREENED
    cause = reason_class(row["status_reason"])
    return f"{FAILED}, {cause}" if row["status"] == FAILED and cause != FAILED else cause


def losses_by_reason(inventory: pd.DataFrame) -> pd.DataFrame:
    """Count the scenes that were lost, by reason.

    Parameters
    ----------
    inventory : pandas.DataFrame
        The acquisition inventory.

    Returns
    -------
    pandas.DataFrame
        Columns site, sensor, month (empty where the scene has no time), reason, count; a
        superseded row is no loss, since its acquisition stands in another row.
    """
    counted = Counter(
        (row["site"], row["sensor"], row["time_utc"][:7], _loss_reason(row))
        for row in inventory.to_dict("records")
    )
    rows = [(*key, count) for key, count in sorted(counted.items()) if key[-1]]
    return pd.DataFrame(rows, columns=["site", "sensor", "month", "reason", "count"])


def _days(searches: pd.DataFrame) -> set[date]:
    return {
        day
        for first, last in zip(searches["first_day"], searches["last_day"], strict=True)
        for day in _day_range(date.fromisoformat(first), date.fromisoformat(last))
    }


def _day_range(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def _search_state_by_month(days: set[date]) -> dict[str, str]:
    """For each month from the first to the last day: whether all, some or no days were searched."""
    if not days:
        return {}
    searched = Counter(day.strftime("%Y-%m") for day in days)
    in_month = Counter(
        day.strftime("%Y-%m") for day in _day_range(min(days).replace(day=1), _month_end(max(days)))
    )
    return {
        month: YES
        if searched[month] == in_month[month]
        else SEARCHED_IN_PART
        if searched[month]
        else NO
        for month in sorted(in_month)
    }


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def monthly_counts(inventory: pd.DataFrame, searches: pd.DataFrame) -> pd.DataFrame:
    """Count scenes offered, superseded, stored, usable and lost by site, sensor and month.

    Parameters
    ----------
    inventory : pandas.DataFrame
        The acquisition inventory.
    searches : pandas.DataFrame
        The search log; a month that nobody searched is not a month without scenes.

    Returns
    -------
    pandas.DataFrame
        Columns `MONTH_COLUMNS`. ``searched`` is yes, part or no; ``offered`` counts rows,
        ``lost`` is offered less superseded and usable, and ``lost_to`` says to what, most
        first. Rows whose scene has no time stand under an empty month.
    """
    lost = losses_by_reason(inventory)
    rows = []
    keys = {*zip(searches["site"], searches["sensor"], strict=True)}
    keys |= {*zip(inventory["site"], inventory["sensor"], strict=True)}
    for site, sensor in sorted(keys):
        searched = searches[(searches["site"] == site) & (searches["sensor"] == sensor)]
        of_pair = inventory[(inventory["site"] == site) & (inventory["sensor"] == sensor)]
        lost_here = lost[(lost["site"] == site) & (lost["sensor"] == sensor)]
        search_states = _search_state_by_month(_days(searched))
        month_of = of_pair["time_utc"].str[:7]
        for month in sorted({*search_states, *month_of}):
            in_month = of_pair[month_of == month]
            reasons = lost_here[lost_here["month"] == month].sort_values(
                ["count", "reason"], ascending=[False, True]
            )
            rows.append(
                {
                    "site": site,
                    "sensor": sensor,
                    "month": month,
                    "searched": search_states.get(month, "" if not month else NO),
                    "offered": len(in_month),
                    "superseded": int((in_month["status"] == SUPERSEDED).sum()),
                    "stored": int((in_month["status"] == STORED).sum()),
                    "usable": int((in_month["usable"] == YES).sum()),
                    "lost": int(reasons["count"].sum()),
                    "lost_to": "; ".join(
                        f"{reason} {count}"
                        for reason, count in zip(reasons["reason"], reasons["count"], strict=True)
                    ),
                }
            )
    return pd.DataFrame(rows, columns=list(MONTH_COLUMNS))


def unobserved_gaps(
    inventory: pd.DataFrame,
    site: str,
    sensor: str = "",
    *,
    searches: pd.DataFrame | None = None,
    count: int = 10,
) -> pd.DataFrame:
    """Longest gaps between usable images of a site.

    Parameters
    ----------
    inventory : pandas.DataFrame
        The acquisition inventory.
    site : str
        Slug of the site.
    sensor : str
        Sensor, or empty for images of any.
    searches : pandas.DataFrame, optional
        With them, the gaps before the first and after the last usable image count, too, from the
        first to the last day searched.
    count : int
        Largest number of gaps returned.

    Returns
    -------
    pandas.DataFrame
        Columns first, last (UTC, of the images or days that bound the gap), days; longest first,
        earlier first if equally long.
    """
    usable = inventory[(inventory["site"] == site) & (inventory["usable"] == YES)]
    searched = searches[searches["site"] == site] if searches is not None else None
    if sensor:
        usable = usable[usable["sensor"] == sensor]
        searched = searched[searched["sensor"] == sensor] if searched is not None else None
    times = set(usable["time_utc"])
    if searched is not None and len(searched):
        times |= {
            f"{searched['first_day'].min()}T00:00:00Z",
            f"{searched['last_day'].max()}T23:59:59Z",
        }
    ordered = sorted(times)
    gaps = pd.DataFrame(
        [
            {"first": before, "last": after, "days": round(_days_between(before, after), 2)}
            for before, after in pairwise(ordered)
        ],
        columns=["first", "last", "days"],
    )
    return gaps.sort_values(
        ["days", "first"], ascending=[False, True], kind="stable", ignore_index=True
    ).head(count)


def _days_between(before: str, after: str) -> float:
    return (datetime.fromisoformat(after) - datetime.fromisoformat(before)) / timedelta(days=1)


def check_accounts(searches: pd.DataFrame, inventory: pd.DataFrame) -> int:
    """Check that inventory and search log agree: one row for each item that a search returned.

    A row has the date of the last search that returned its item. If no later search covers the
    same days, the rows of that date must be exactly as many as were returned; otherwise a search
    can only have lost rows to the later one. A search repeated on a later day replaces the row of
    the earlier one in the log; a row of the earlier date is then of an item that is gone since.

    Parameters
    ----------
    searches : pandas.DataFrame
        The search log.
    inventory : pandas.DataFrame
        The acquisition inventory.

    Returns
    -------
    int
        Number of rows of the inventory, all of them accounted for.

    Raises
    ------
    DataError
        If rows are missing or too many, with the provider, site and day of each.
    """
    key = ["provider", "site", "label", "search_date"]
    faults = []
    row_counts = inventory.groupby(key).size().to_dict()
    searched = dict(iter(searches.groupby(key)))
    for group, count in row_counts.items():
        if group not in searched and not _asked_again(inventory, searches, group):
            faults.append(f"{_group_text(group)}: {count} items, but no search; run refresh again")
    for group, rows in searched.items():
        count, offered = row_counts.get(group, 0), rows["items_returned"].astype(int).sum()
        later = searches[
            (searches[key[:3]] == list(group[:3])).all(axis=1)
            & (searches["search_date"] > group[3])
        ]
        alone = not _days_overlap(rows, later) and len(_days(rows)) == sum(
            len(_days(rows.iloc[[i]])) for i in range(len(rows))
        )
        if count > offered or (alone and count != offered):
            faults.append(
                f"{_group_text(group)}: {offered} scenes were offered, {count} have a row; "
                "run refresh again for that period"
            )
    refuse(faults, what="agreement of inventory and search log")
    return len(inventory)


def _asked_again(inventory: pd.DataFrame, searches: pd.DataFrame, group: tuple[str, ...]) -> bool:
    """Whether later searches cover the days of the rows of a date, as far as these have a day."""
    key = ["provider", "site", "label"]
    later = searches[
        (searches[key] == list(group[:3])).all(axis=1) & (searches["search_date"] > group[3])
    ]
    rows = inventory[(inventory[[*key, "search_date"]] == list(group)).all(axis=1)]
    days = {date.fromisoformat(time[:10]) for time in rows["time_utc"] if time}
    return not later.empty and days <= _days(later)


def _group_text(group: tuple[str, ...]) -> str:
    provider, site, label, searched = group
    return f"{provider}{f' ({label})' if label else ''}, {site}, searched {searched}"


def _days_overlap(rows: pd.DataFrame, later: pd.DataFrame) -> bool:
    return bool(_days(rows) & _days(later))


def _sensor_rank(sensor: str) -> tuple[int, str]:
    """Order sensors as `SENSOR_NAMES` has them, others after them."""
    known = list(SENSOR_NAMES)
    return (known.index(sensor) if sensor in known else len(known), sensor)


def _months_between(first: str, last: str) -> list[str]:
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def _state(searched: str, offered: int, usable: int) -> str:
    if usable:
        return USABLE
    if offered:
        return NONE_USABLE
    return NOT_SEARCHED if searched in ("", "no") else NOTHING_OFFERED


def monthly_coverage(
    inventory: pd.DataFrame,
    searches: pd.DataFrame,
    *,
    sites: Mapping[str, str],
    sensors: Iterable[str],
    period: tuple[str, str],
) -> pd.DataFrame:
    """Coverage of every site, sensor and month: one of four states, and the counts of scenes.

    Parameters
    ----------
    inventory, searches : pandas.DataFrame
        Acquisition inventory and search log, which may be empty.
    sites : mapping of str to str
        Slug to name, in the order of the register.
    sensors : iterable of str
        Sensors that have rows even if nobody searched; others follow as they occur. A control
        site has rows once it was searched: before, it would only add blanks.
    period : (str, str)
        First and last month, ``2019-01``; months searched outside it are included, too.

    Returns
    -------
    pandas.DataFrame
        As `monthly_counts`, every month from first to last for every site and sensor, with
        ``state`` (one of `COVERAGE_STATES`), ``name`` of the site and ``acquired``, which is
        offered less superseded. Scenes without a time belong to no month and are left out.

    Raises
    ------
    DataError
        If inventory and search log do not agree.
    """
    check_accounts(searches, inventory)
    counted = monthly_counts(inventory, searches)
    counted = counted[counted["month"] != ""]
    first = min([period[0], *counted["month"]])
    last = max([period[1], *counted["month"]])
    rows = counted.set_index(["site", "sensor", "month"])
    searched = dict.fromkeys(counted["site"])
    registered = [slug for slug in sites if slug in searched or slug in evidence_names(sites)]
    all_sites = [*registered, *(slug for slug in searched if slug not in sites)]
    all_sensors = sorted({*sensors, *counted["sensor"]}, key=_sensor_rank)
    grid = pd.MultiIndex.from_product(
        [all_sites, all_sensors, _months_between(first, last)], names=rows.index.names
    )
    counts = ["offered", "superseded", "stored", "usable", "lost"]
    months = rows.reindex(grid).reset_index()
    months[counts] = months[counts].fillna(0).astype(int)
    months[["searched", "lost_to"]] = months[["searched", "lost_to"]].fillna("")
    return months.assign(
        searched=months["searched"].replace("", "no"),
        acquired=months["offered"] - months["superseded"],
        state=[
            _state(*row)
            for row in zip(months["searched"], months["offered"], months["usable"], strict=True)
        ],
        name=[sites.get(site, site) for site in months["site"]],
    )


def coverage_gaps(
    inventory: pd.DataFrame, searches: pd.DataFrame, *, sites: Mapping[str, str], count: int = 3
) -> pd.DataFrame:
    """Longest gaps between usable images, by site, for each sensor and for any.

    Parameters
    ----------
    inventory, searches : pandas.DataFrame
        Acquisition inventory and search log.
    sites : mapping of str to str
        Slug to name.
    count : int
        Largest number of gaps for each site and sensor.

    Returns
    -------
    pandas.DataFrame
        ``site, name, sensor`` (`ANY_SENSOR` for images of any), ``first``, ``last`` (times of the
        images, or ends of the period searched), ``days``, and ``unsearched``, the whole days
        between them that nobody searched: such a gap is one of the search, not of the sky.
    """
    gaps = []
    for slug, name in sites.items():
        of_site = searches[searches["site"] == slug]
        for sensor in ["", *sorted(set(of_site["sensor"]), key=_sensor_rank)]:
            searched = _days(of_site[of_site["sensor"] == sensor] if sensor else of_site)
            table = unobserved_gaps(inventory, slug, sensor, searches=searches, count=count)
            for row in table.itertuples():
                between = pd.date_range(str(row.first)[:10], str(row.last)[:10]).date
                gaps.append(
                    {
                        "site": slug,
                        "name": name,
                        "sensor": sensor or ANY_SENSOR,
                        "first": row.first,
                        "last": row.last,
                        "days": row.days,
                        "unsearched": sum(day not in searched for day in between),
                    }
                )
    columns = ["site", "name", "sensor", "first", "last", "days", "unsearched"]
    return pd.DataFrame(gaps, columns=columns)


def coverage_totals(table: pd.DataFrame) -> pd.DataFrame:
    """Sum of the months of each site and sensor that was searched.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `monthly_coverage`.

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
    for state in COVERAGE_STATES:
        sums[f"months: {state}"] = grouped["state"].agg(_counter(state))
    sums = sums.reset_index().rename(columns={"name": "site"})
    return sums.assign(sensor=sums["sensor"].map(sensor_name))


def _counter(state: str) -> Callable[[pd.Series], int]:
    return lambda column: int((column == state).sum())
