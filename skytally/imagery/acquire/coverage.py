"""What the looks table says: the denominators, what was lost to what, and how long nobody saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from skytally.core.errors import refuse
from skytally.imagery.acquire.inventory_files import FAILED, NO, STORED, SUPERSEDED, YES

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
"""Columns of the table of months."""
UNJUDGED = "not judged"
"""Reason of a stored look that nobody has told usable or not."""


def reason_class(reason: str) -> str:
    """Give the class of a reason, what stands before its first colon.

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


def _lost_to(row: dict[Hashable, Any]) -> str:
    """Say what a look was lost to; nothing if it is usable or stands in another row."""
    if row["fate"] == SUPERSEDED or row["usable"] == YES:
        return ""
    if row["fate"] == STORED:
        return reason_class(row["reason"]) if row["usable"] == NO else UNJUDGED
    what = reason_class(row["fate_reason"])
    return f"{FAILED}, {what}" if row["fate"] == FAILED and what != FAILED else what


def losses(looks: pd.DataFrame) -> pd.DataFrame:
    """Count the looks that were lost, by what they were lost to.

    Parameters
    ----------
    looks : pandas.DataFrame
        The looks table.

    Returns
    -------
    pandas.DataFrame
        Columns site, sensor, month (empty where the scene has no time), reason, count; a
        superseded row is no loss, since its acquisition stands in another row.
    """
    counted = Counter(
        (row["site"], row["sensor"], row["time_utc"][:7], _lost_to(row))
        for row in looks.to_dict("records")
    )
    rows = [(*key, count) for key, count in sorted(counted.items()) if key[-1]]
    return pd.DataFrame(rows, columns=["site", "sensor", "month", "reason", "count"])


def _days(searches: pd.DataFrame) -> set[date]:
    return {
        day
        for first, last in zip(searches["first"], searches["last"], strict=True)
        for day in _span(date.fromisoformat(first), date.fromisoformat(last))
    }


def _span(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def _coverage(days: set[date]) -> dict[str, str]:
    """Say of each month from the first to the last day whether all its days were searched."""
    if not days:
        return {}
    found = Counter(day.strftime("%Y-%m") for day in days)
    whole = Counter(
        day.strftime("%Y-%m") for day in _span(min(days).replace(day=1), _month_end(max(days)))
    )
    return {
        month: YES if found[month] == whole[month] else "part" if found[month] else NO
        for month in sorted(whole)
    }


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def months(looks: pd.DataFrame, searches: pd.DataFrame) -> pd.DataFrame:
    """Say of every site, sensor and month how many looks were offered, usable and lost.

    Parameters
    ----------
    looks : pandas.DataFrame
        The looks table.
    searches : pandas.DataFrame
        The searches table; a month nobody searched is not a month without looks.

    Returns
    -------
    pandas.DataFrame
        Columns `MONTH_COLUMNS`. ``searched`` is yes, part or no; ``offered`` counts rows,
        ``lost`` is offered less superseded and usable, and ``lost_to`` says to what, most
        first. Rows whose scene has no time stand under an empty month.
    """
    lost = losses(looks)
    rows = []
    keys = {*zip(searches["site"], searches["sensor"], strict=True)}
    keys |= {*zip(looks["site"], looks["sensor"], strict=True)}
    for site, sensor in sorted(keys):
        asked = searches[(searches["site"] == site) & (searches["sensor"] == sensor)]
        mine = looks[(looks["site"] == site) & (looks["sensor"] == sensor)]
        here = lost[(lost["site"] == site) & (lost["sensor"] == sensor)]
        covered = _coverage(_days(asked))
        month_of = mine["time_utc"].str[:7]
        for month in sorted({*covered, *month_of}):
            part = mine[month_of == month]
            to = here[here["month"] == month].sort_values(
                ["count", "reason"], ascending=[False, True]
            )
            rows.append(
                {
                    "site": site,
                    "sensor": sensor,
                    "month": month,
                    "searched": covered.get(month, "" if not month else NO),
                    "offered": len(part),
                    "superseded": int((part["fate"] == SUPERSEDED).sum()),
                    "stored": int((part["fate"] == STORED).sum()),
                    "usable": int((part["usable"] == YES).sum()),
                    "lost": int(to["count"].sum()),
                    "lost_to": "; ".join(
                        f"{reason} {count}"
                        for reason, count in zip(to["reason"], to["count"], strict=True)
                    ),
                }
            )
    return pd.DataFrame(rows, columns=list(MONTH_COLUMNS))


def blind_gaps(
    looks: pd.DataFrame,
    site: str,
    sensor: str = "",
    *,
    searches: pd.DataFrame | None = None,
    most: int = 10,
) -> pd.DataFrame:
    """Give the longest stretches in which a site had no usable look.

    Parameters
    ----------
    looks : pandas.DataFrame
        The looks table.
    site : str
        Slug of the site.
    sensor : str
        Sensor, or empty for a look by any.
    searches : pandas.DataFrame, optional
        With them, the stretches before the first and after the last usable look count, too,
        from the first to the last day searched.
    most : int
        How many to give.

    Returns
    -------
    pandas.DataFrame
        Columns first, last (UTC, of the looks or days that bound the gap), days; longest
        first, earlier first where equally long.
    """
    mine = looks[(looks["site"] == site) & (looks["usable"] == YES)]
    asked = searches[searches["site"] == site] if searches is not None else None
    if sensor:
        mine = mine[mine["sensor"] == sensor]
        asked = asked[asked["sensor"] == sensor] if asked is not None else None
    times = set(mine["time_utc"])
    if asked is not None and len(asked):
        times |= {f"{asked['first'].min()}T00:00:00Z", f"{asked['last'].max()}T23:59:59Z"}
    ordered = sorted(times)
    gaps = pd.DataFrame(
        [
            {"first": before, "last": after, "days": round(_apart(before, after), 2)}
            for before, after in pairwise(ordered)
        ],
        columns=["first", "last", "days"],
    )
    return gaps.sort_values(
        ["days", "first"], ascending=[False, True], kind="stable", ignore_index=True
    ).head(most)


def _apart(before: str, after: str) -> float:
    return (datetime.fromisoformat(after) - datetime.fromisoformat(before)) / timedelta(days=1)


def accounts(searches: pd.DataFrame, looks: pd.DataFrame) -> int:
    """Refuse tables in which a scene that was offered has no row, or a row was never offered.

    A look names the day of the last search that offered it.
    Where no later search covers the same days, the looks of that day are counted exactly;
    where one does, a search can only have lost rows to the later one.

    Parameters
    ----------
    searches : pandas.DataFrame
        The searches table.
    looks : pandas.DataFrame
        The looks table.

    Returns
    -------
    int
        Number of looks accounted for: all of them.

    Raises
    ------
    DataError
        If rows are missing or too many, with the provider, site and day of each.
    """
    key = ["provider", "site", "label", "searched"]
    faults = []
    held = looks.groupby(key).size().to_dict()
    asked = dict(iter(searches.groupby(key)))
    for group, count in held.items():
        if group not in asked:
            faults.append(f"{_named(group)}: {count} looks, but no search; run refresh again")
    for group, rows in asked.items():
        count, offered = held.get(group, 0), rows["offered"].astype(int).sum()
        later = searches[
            (searches[key[:3]] == list(group[:3])).all(axis=1) & (searches["searched"] > group[3])
        ]
        alone = not _overlap(rows, later) and len(_days(rows)) == sum(
            len(_days(rows.iloc[[i]])) for i in range(len(rows))
        )
        if count > offered or (alone and count != offered):
            faults.append(
                f"{_named(group)}: {offered} scenes were offered, {count} have a row; "
                "run refresh again for that period"
            )
    refuse(faults, what="accounts of the looks table")
    return len(looks)


def _named(group: tuple[str, ...]) -> str:
    provider, site, label, searched = group
    return f"{provider}{f' ({label})' if label else ''}, {site}, searched {searched}"


def _overlap(rows: pd.DataFrame, later: pd.DataFrame) -> bool:
    return bool(_days(rows) & _days(later))
