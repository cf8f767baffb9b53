"""Rows at a site or on one day: every scope of a site is taken, and only days known exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from skytally.record.rows_at_site_or_on_exact_day import at_site, on_one_day

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]


def test_at_site_takes_every_scope_of_a_site(table: Table) -> None:
    """Rows of all piers of a port belong to it, those of another port do not."""
    ships, scopes = table("ship_sightings"), table("scopes")
    chosen = at_site(ships, scopes, site="rajin")
    of_site = dict(zip(scopes["id"], scopes["site"], strict=True))
    assert len(chosen["scope"].unique()) > 1
    assert {of_site[scope] for scope in chosen["scope"]} == {"rajin"}
    left = ships[~ships["id"].isin(chosen["id"])]
    assert "rajin" not in {of_site[scope] for scope in left["scope"]}
    assert chosen.attrs["table"] == "ship_sightings"


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, True),
        ({"precision_first": "nominal"}, False),
        ({"precision_last": "month"}, False),
        ({"date_last": pd.Timestamp("2023-10-06")}, False),
        ({"date_first": pd.NaT, "precision_first": "open"}, False),
    ],
)
def test_on_one_day_takes_known_days_only(rows: Rows, change: dict[str, Any], kept: bool) -> None:
    """A nominal day, a month or an interval says nothing about one day."""
    assert len(on_one_day(rows({"value": 1.0, **change}))) == kept
