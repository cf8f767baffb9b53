"""Coverage: every scene and every day accounted for, no blank mistaken for an absence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.acquire.monthly_coverage_losses_and_gaps import (
    ANY_SENSOR,
    COVERAGE_STATES,
    NONE_USABLE,
    NOT_SEARCHED,
    NOTHING_OFFERED,
    USABLE,
    check_accounts,
    coverage_gaps,
    coverage_totals,
    losses_by_reason,
    monthly_counts,
    monthly_coverage,
    unobserved_gaps,
)
from tests.support.inventory_and_search_log_rows import (
    cloudy_row,
    image_row,
    inventory_of,
    search_row,
    searches_of,
)
from tests.support.made_up_month_coverage import (
    SITES,
    Tables,
    coverage_tables,
    made_up_look,
    made_up_search,
    months_of,
)

DATA = Path(__file__).resolve().parents[2] / "data"

MONTH = [
    image_row("2023-08-02"),
    cloudy_row("2023-08-07"),
    cloudy_row("2023-08-12"),
    image_row("2023-08-17", usable="no", unusable_reason="snow: 30 % of the ring"),
    image_row("2023-08-22", status="superseded", usable="", status_reason="older processing: x"),
    image_row("2023-08-27", status="failed", usable="", status_reason="network: lost"),
    image_row("2023-09-01", status="rejected", usable="", status_reason="other zone: EPSG:32653"),
    image_row("2023-09-06", usable=""),
    image_row("x", time_utc="", status="rejected", usable="", status_reason="malformed: no assets"),
]


def test_months_add_up() -> None:
    """Offered is superseded, usable and lost together, in every month."""
    table = monthly_counts(
        inventory_of(*MONTH), searches_of(search_row("2023-08-01", "2023-10-15", 9))
    )
    assert table["month"].tolist() == ["", "2023-08", "2023-09", "2023-10"]
    assert table["searched"].tolist() == ["", "yes", "yes", "part"]
    assert table["offered"].tolist() == [1, 6, 2, 0]
    assert table["usable"].tolist() == [0, 1, 0, 0]
    assert table["stored"].tolist() == [0, 4, 1, 0]
    assert table["lost_to"].tolist() == [
        "malformed 1",
        "cloud 2; failed, network 1; snow 1",
        "not judged 1; other zone 1",
        "",
    ]
    assert (table["offered"] == table["superseded"] + table["usable"] + table["lost"]).all()


def test_month_nobody_searched_is_said() -> None:
    """No search is not the same as no scene."""
    table = monthly_counts(
        inventory_of(image_row("2023-08-02")),
        searches_of(
            search_row("2023-08-01", "2023-08-31", 1), search_row("2023-10-01", "2023-10-31", 0)
        ),
    )
    assert dict(zip(table["month"], table["searched"], strict=True)) == {
        "2023-08": "yes",
        "2023-09": "no",
        "2023-10": "yes",
    }


def test_months_of_nothing() -> None:
    """Tables that are empty give a table that is empty."""
    table = monthly_counts(inventory_of(), searches_of())
    assert list(table.columns)[:4] == ["site", "sensor", "month", "searched"]
    assert table.empty
    assert losses_by_reason(inventory_of()).empty
    assert unobserved_gaps(inventory_of(), "rajin").empty
    assert check_accounts(searches_of(), inventory_of()) == 0


def test_losses_count_every_reason() -> None:
    """Each lost scene is counted once under what stands before the colon."""
    counted = losses_by_reason(inventory_of(*MONTH))
    assert counted["count"].sum() == 7
    assert counted.loc[counted["reason"] == "cloud", "count"].tolist() == [2]
    assert "older processing" not in set(counted["reason"])


def test_blind_gaps_lie_between_usable_inventory() -> None:
    """Cloudy scenes end no gap; gaps are sorted by length, then by time."""
    table = inventory_of(
        image_row("2023-08-01"),
        cloudy_row("2023-08-06"),
        image_row("2023-08-11"),
        image_row("2023-08-16"),
        image_row("2023-08-21"),
    )
    gaps = unobserved_gaps(table, "rajin", "sentinel-2")
    assert gaps["days"].tolist() == [10.0, 5.0, 5.0]
    assert gaps["first"].tolist()[:2] == ["2023-08-01T02:15:49Z", "2023-08-11T02:15:49Z"]
    assert len(unobserved_gaps(table, "rajin", "sentinel-2", count=1)) == 1
    assert unobserved_gaps(table, "dunai", "sentinel-2").empty


def test_blind_gaps_reach_to_the_ends_of_the_search() -> None:
    """With the searches, the time before the first and after the last scene counts."""
    asked = searches_of(search_row("2023-08-01", "2023-08-31", 1))
    gaps = unobserved_gaps(
        inventory_of(image_row("2023-08-11")), "rajin", "sentinel-2", searches=asked
    )
    assert gaps["days"].tolist() == [20.91, 10.09]
    never = unobserved_gaps(
        inventory_of(cloudy_row("2023-08-11")), "rajin", "sentinel-2", searches=asked
    )
    assert never["days"].tolist() == [31.0]


def test_any_sensor_ends_a_gap() -> None:
    """Without a sensor, a radar scene counts as a scene."""
    table = inventory_of(
        image_row("2023-08-01"),
        image_row("2023-08-11"),
        image_row("2023-08-06", sensor="sentinel-1"),
    )
    assert unobserved_gaps(table, "rajin")["days"].tolist() == [5.0, 5.0]
    assert unobserved_gaps(table, "rajin", "sentinel-2")["days"].tolist() == [10.0]


def test_accounts_balance() -> None:
    """As many rows as were offered, of every search."""
    rows = [image_row("2023-08-02"), cloudy_row("2023-08-07")]
    assert (
        check_accounts(searches_of(search_row("2023-08-01", "2023-08-31", 2)), inventory_of(*rows))
        == 2
    )


@pytest.mark.parametrize("offered", [1, 3])
def test_accounts_refuse_a_difference(offered: int) -> None:
    """A row too few or too many is reported with provider, site and day."""
    rows = [image_row("2023-08-02"), cloudy_row("2023-08-07")]
    words = f"earth-search, rajin, searched 2023-09-01: {offered} scenes were offered, 2 have"
    with pytest.raises(DataError, match=words):
        check_accounts(
            searches_of(search_row("2023-08-01", "2023-08-31", offered)), inventory_of(*rows)
        )


def test_accounts_refuse_scenes_without_a_search() -> None:
    """A row that nobody asked for is no scene."""
    with pytest.raises(DataError, match="1 items, but no search"):
        check_accounts(searches_of(), inventory_of(image_row()))


def test_accounts_know_what_is_gone_since() -> None:
    """A row of a search that was repeated later stays; one outside its period has no search."""
    later = search_row("2023-08-01", "2023-08-31", 1, search_date="2023-10-01")
    rows = [image_row("2023-08-02"), image_row("2023-08-27", search_date="2023-10-01")]
    assert check_accounts(searches_of(later), inventory_of(*rows)) == 2
    with pytest.raises(DataError, match="1 items, but no search"):
        check_accounts(searches_of(later), inventory_of(rows[1], image_row("2023-07-02")))


def test_accounts_of_searches_that_overlap() -> None:
    """A scene counts for the last search that offered it; the earlier one has lost it to that."""
    rows = [
        image_row("2023-08-02"),
        image_row("2023-08-27", search_date="2023-10-01"),
        image_row("2023-09-06", search_date="2023-10-01"),
    ]
    asked = [
        search_row("2023-08-01", "2023-08-31", 2),
        search_row("2023-08-15", "2023-09-30", 2, search_date="2023-10-01"),
    ]
    assert check_accounts(searches_of(*asked), inventory_of(*rows)) == 3
    with pytest.raises(DataError, match="2 scenes were offered, 1 have a row"):
        check_accounts(searches_of(*asked), inventory_of(*rows[:2]))
    with pytest.raises(DataError, match="2 scenes were offered, 3 have a row"):
        check_accounts(
            searches_of(*asked),
            inventory_of(*rows, image_row("2023-08-03"), image_row("2023-08-04")),
        )


def test_accounts_keep_rehearsal_apart() -> None:
    """Images of a rehearsal are not counted for a real search."""
    with pytest.raises(DataError, match=r"earth-search \(rehearsal\), rajin"):
        check_accounts(
            searches_of(search_row("2023-08-01", "2023-08-31", 1)),
            inventory_of(image_row("2023-08-02", label="rehearsal")),
        )


def _at(table: pd.DataFrame, month: str, site: str = "rajin") -> pd.Series:
    chosen = (table["month"] == month) & (table["site"] == site)
    return table[chosen & (table["sensor"] == "sentinel-2")].iloc[0]


# Months in their states.


@pytest.mark.parametrize(
    ("month", "state"),
    [
        ("2023-01", USABLE),
        ("2023-02", NONE_USABLE),
        ("2023-03", NOTHING_OFFERED),
        ("2023-04", NOTHING_OFFERED),
        ("2023-05", NOT_SEARCHED),
    ],
)
def test_monthly_tells_the_states_apart(searched_months: Tables, month: str, state: str) -> None:
    """Not searched, nothing offered, none usable and usable are four things."""
    assert _at(months_of(searched_months), month)["state"] == state


def test_monthly_says_when_only_part_of_a_month_was_searched(searched_months: Tables) -> None:
    """Half a month searched is neither searched nor not."""
    table = months_of(searched_months)
    assert _at(table, "2023-04")["searched"] == "part"
    assert _at(table, "2023-03")["searched"] == "yes"


def test_monthly_counts_an_acquisition_once(searched_months: Tables) -> None:
    """Superseded rows were offered and are no acquisition of their own."""
    row = _at(months_of(searched_months), "2023-01")
    assert (row["offered"], row["superseded"], row["acquired"], row["usable"]) == (3, 1, 2, 2)


def test_monthly_has_every_month_of_every_site_and_sensor(no_search: Tables) -> None:
    """Where nobody searched, each month is there and is not searched."""
    table = months_of(no_search)
    assert len(table) == 2 * 2 * 5
    assert set(table["state"]) == {NOT_SEARCHED}
    assert list(table["name"])[:5] == ["Rajin"] * 5


def test_monthly_draws_months_searched_outside_its_period(searched_months: Tables) -> None:
    """A period that is too short hides nothing that was searched."""
    table = months_of(searched_months, ("2023-03", "2023-03"))
    assert sorted(set(table["month"])) == ["2023-01", "2023-02", "2023-03", "2023-04"]


def test_monthly_keeps_a_site_that_left_the_register(searched_months: Tables) -> None:
    """Images of a site that is no more are still counted."""
    table = monthly_coverage(
        *searched_months, sites={"khasan": "Khasan"}, sensors=[], period=("2023-01", "2023-01")
    )
    assert set(table["name"]) == {"Khasan", "rajin"}


def test_monthly_refuses_looks_without_an_account(searched_months: Tables) -> None:
    """A scene that was offered and has no row is a fault, not a month without images."""
    looks, searches = searched_months
    with pytest.raises(DataError, match="5 scenes were offered, 4 have a row"):
        months_of((looks[:-1], searches))


def test_balance_leaves_out_what_nobody_searched(
    searched_months: Tables, no_search: Tables
) -> None:
    """The sums are of searched sites and sensors only, and each month has one state."""
    (row,) = coverage_totals(months_of(searched_months)).to_dict("records")
    assert (row["site"], row["sensor"], row["offered"], row["lost"]) == (
        "Rajin",
        "Sentinel-2",
        5,
        2,
    )
    assert sum(row[f"months: {state}"] for state in COVERAGE_STATES) == 5
    assert coverage_totals(months_of(no_search)).empty


# Gaps.


def test_gaps_are_bounded_by_what_was_searched(searched_months: Tables) -> None:
    """The longest gap runs from the last usable image to the last day searched."""
    table = coverage_gaps(*searched_months, sites=SITES)
    of_any = table[table["sensor"] == ANY_SENSOR]
    worst = of_any.iloc[0]
    assert (worst["first"], worst["last"]) == ("2023-01-20T02:15:49Z", "2023-04-15T23:59:59Z")
    assert worst["days"] == pytest.approx(85.9, abs=0.05)
    assert set(table["sensor"]) == {ANY_SENSOR, "sentinel-2"}
    assert set(table["site"]) == {"rajin"}


def test_gaps_say_how_much_of_them_nobody_searched(searched_months: Tables) -> None:
    """A stretch between two searches is a hole of the search, and says of how many days."""
    looks, searches = searched_months
    later = made_up_search("2023-06-01", "2023-06-30", 1)
    table = coverage_tables(
        [*looks.to_dict("records"), made_up_look("2023-06-10")],
        [*searches.to_dict("records"), later],
    )
    worst = coverage_gaps(*table, sites=SITES).iloc[0]
    # 16 April to 31 May
    assert worst["unsearched"] == 46


def test_gaps_of_nothing_are_none(no_search: Tables) -> None:
    """Without any search there is no gap to measure."""
    assert coverage_gaps(*no_search, sites=SITES).empty
