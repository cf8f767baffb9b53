"""Last day of the record: its newest dated page, with which statements of a year end."""

from __future__ import annotations

import pandas as pd

from skytally.core import data_registry, read_table

PUBLISHED = ("day", "nominal")
"""Precision of a publication that is known to about a day."""


def newest_page(sources: pd.DataFrame) -> pd.Timestamp | None:
    """Day on which the newest dated page of the record was published; None without one."""
    dated = sources[sources["published_precision"].isin(PUBLISHED)]["published_last"].dropna()
    return dated.max() if len(dated) else None


def read_newest_page() -> pd.Timestamp | None:
    """Read the day of `newest_page` from the project's record, and nothing else of its sources.

    Raises
    ------
    DataError
        If the table cannot be read.
    """
    days = ("published_last", "published_precision")
    return newest_page(read_table(data_registry.path("sources", latest=days)))


def within_record(claims: pd.DataFrame, newest: pd.Timestamp | None) -> pd.DataFrame:
    """End statements known to their year, and their periods, with the newest page of the record.

    Parameters
    ----------
    claims : pandas.DataFrame
        The table ``official_claims``.
    newest : pandas.Timestamp or None
        Day of the newest page, from `newest_page`; None where none is dated.

    Returns
    -------
    pandas.DataFrame
        The same rows: nobody can have said anything after the record was completed.
    """
    if newest is None:
        return claims
    ends = {name: claims[name].clip(upper=newest) for name in ("statement_last", "date_last")}
    made = claims.assign(**ends)
    made.attrs = claims.attrs
    return made
