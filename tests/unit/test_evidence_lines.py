"""Lines of evidence: what is kept apart, what counts once, and CF on disk."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.evidence_line_netcdf_and_csv_writer import write_lines
from skytally.record import lines
from skytally.record.evidence_lines import (
    OPEN_START,
    SAME_CALL,
    by_statement,
    count_once,
    durations,
    line,
    with_numbers,
)

Rows = Callable[..., pd.DataFrame]
Groups = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]
NUMBERED = (
    "ship_sightings",
    "quay_stocks",
    "voyage_counts",
    "rail_counts",
    "depot_observations",
)


def test_line_of_a_constant_is_constant(rows: Rows) -> None:
    """The same number on four days stays that number, with its bounds."""
    days = [f"2023-10-{day:02}" for day in (5, 8, 9, 30)]
    made = line(rows(*({"day": day, "value": 73.0} for day in days)), title="t", history="h")
    assert made[n.VALUE].to_numpy().tolist() == [73.0] * 4
    assert made[n.LOW].to_numpy().tolist() == [73.0] * 4
    assert made[n.HIGH].to_numpy().tolist() == [73.0] * 4


def test_line_puts_rows_in_order_of_time(rows: Rows) -> None:
    """Rows given out of order come back in order, each with its own cells."""
    made = line(
        rows(
            {"day": "2023-10-09", "value": 2.0, "source_id": "B"},
            {"day": "2023-10-05", "value": 1.0, "source_id": "A"},
        ),
        title="t",
        history="h",
    )
    assert made[n.VALUE].to_numpy().tolist() == [1.0, 2.0]
    assert made[n.ROW].to_numpy().tolist() == ["X2", "X1"]
    assert made[n.SOURCE].to_numpy().tolist() == ["A", "B"]


@pytest.mark.parametrize(
    ("first", "last", "time", "bounds"),
    [
        ("2023-10-05", "2023-10-05", "2023-10-05", ("2023-10-05", "2023-10-06")),
        ("2023-08-01", "2023-08-31", "2023-08-16", ("2023-08-01", "2023-09-01")),
        ("2023-10-05", "2023-10-06", "2023-10-05", ("2023-10-05", "2023-10-07")),
        (None, "2023-10-05", "2023-10-05", ("1900-01-01", "2023-10-06")),
        ("2023-10-05", None, "2023-10-05", ("2023-10-05", "2023-10-06")),
    ],
)
def test_line_time_is_inside_its_interval(
    rows: Rows, first: str | None, last: str | None, time: str, bounds: tuple[str, str]
) -> None:
    """Time is the middle day, and the end of the interval is exclusive."""
    made = line(
        rows({"date_first": pd.Timestamp(first), "date_last": pd.Timestamp(last), "value": 1.0}),
        title="t",
        history="h",
    )
    assert made[n.TIME].to_numpy()[0] == np.datetime64(time)
    assert made[n.TIME_BOUNDS].to_numpy()[0].tolist() == [
        int(np.datetime64(day, "ns").astype(int)) for day in bounds
    ]


@pytest.mark.parametrize(
    ("change", "word"),
    [({"counter": "voa"}, "counter"), ({"unit": "m"}, "unit"), ({"quantity": "ships"}, "quantity")],
)
def test_line_refuses_to_merge(rows: Rows, change: dict[str, str], word: str) -> None:
    """Two counters, two units or two quantities are two lines."""
    two = rows({"value": 1.0}, {"value": 2.0, "day": "2023-10-06", **change})
    with pytest.raises(DataError, match=f"rows must share one {word}; split them"):
        line(two, title="t", history="h")


def test_line_refuses_rows_without_any_date(rows: Rows) -> None:
    """A row without a date has no place on an axis of time."""
    undated = rows({"value": 1.0, "date_first": pd.NaT, "date_last": pd.NaT})
    with pytest.raises(DataError, match="rows without any date: X1; leave them out"):
        line(undated, title="t", history="h")


@pytest.mark.parametrize("state", [n.UNCLEAR, n.SOMETHING_SEEN])
def test_line_of_a_look_without_a_number_is_missing(rows: Rows, state: str) -> None:
    """Could not tell, and seen without a count, are NaN and never 0."""
    look = {"state": state, "bound": "", "day": "2023-10-06"}
    made = line(rows({"value": 5.0}, look), title="t", history="h")
    assert made[n.VALUE].to_numpy()[0] == 5.0
    assert all(math.isnan(made[word].to_numpy()[1]) for word in (n.VALUE, n.LOW, n.HIGH))


def test_line_of_nothing_seen_is_zero(rows: Rows) -> None:
    """An observation of nothing is a count of 0."""
    made = line(rows({"state": n.NOTHING_SEEN, "value": 0.0}), title="t", history="h")
    assert made[n.VALUE].to_numpy().tolist() == [0.0]


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (n.EXACTLY, (20.0, 20.0)),
        (n.ABOUT, (15.0, 25.0)),
        (n.AT_LEAST, (20.0, math.inf)),
        (n.MORE_THAN, (20.0, math.inf)),
        (n.AT_MOST, (0.0, 20.0)),
    ],
)
def test_line_carries_the_bound(rows: Rows, bound: str, expected: tuple[float, float]) -> None:
    """Low and high say on which side a number is open."""
    made = line(rows({"value": 20.0, "bound": bound}), title="t", history="h")
    assert (float(made[n.LOW][0]), float(made[n.HIGH][0])) == expected


def test_lines_keep_counters_and_scopes_apart(rows: Rows, groups: Groups) -> None:
    """Two counters at one pier, and one counter at two piers, make three lines."""
    made = lines(
        rows(
            {"value": 1.0},
            {"value": 2.0, "counter": "voa"},
            {"value": 3.0, "counter": "voa", "scope": "rajin-nk-only-pier"},
        ),
        groups(),
        quantity="containers",
    )
    assert {key: each[n.VALUE].to_numpy().tolist() for key, each in made.items()} == {
        "csis.rajin-port-area": [1.0],
        "voa.rajin-nk-only-pier": [3.0],
        "voa.rajin-port-area": [2.0],
    }


def test_lines_keep_two_counters_of_one_sighting(rows: Rows, groups: Groups) -> None:
    """Where two counters disagree both stay, even of one sighting."""
    two = rows({"value": 1.0}, {"value": 2.0, "counter": "voa"})
    one = groups(("G1", "X1", "one-sighting", "yes"), ("G1", "X2", "one-sighting", "no"))
    assert list(lines(two, one, quantity="containers", by=("counter",))) == ["csis", "voa"]


def test_lines_count_one_sighting_of_one_counter_once(rows: Rows, groups: Groups) -> None:
    """A copy of a number by the same counter is left out."""
    two = rows({"value": 73.0}, {"value": 70.0})
    one = groups(("G1", "X1", "one-sighting", "yes"), ("G1", "X2", "one-sighting", "no"))
    (made,) = lines(two, one, quantity="containers").values()
    assert made[n.VALUE].to_numpy().tolist() == [73.0]


def test_lines_of_several_units_and_quantities_are_named(rows: Rows, groups: Groups) -> None:
    """A name says quantity and unit only where they differ."""
    table = rows(
        {"value": 1.0, "quantity": "trains", "unit": "trains"},
        {"value": 2.0, "quantity": "trains", "unit": "trains per month"},
        {"value": 3.0, "quantity": "train length", "unit": "m"},
    )
    made = lines(table, groups(), quantity=("trains", "train length"), by=("counter",))
    assert list(made) == [
        "train length.csis",
        "trains.csis.trains",
        "trains.csis.trains per month",
    ]


def test_lines_put_a_look_without_unit_beside_what_was_looked_for(
    rows: Rows, groups: Groups
) -> None:
    """An observation without a number has no unit of its own and stays in its line."""
    look = {"state": n.UNCLEAR, "bound": "", "unit": "", "day": "2023-10-06"}
    (made,) = lines(rows({"value": 5.0}, look), groups(), quantity="containers").values()
    assert made[n.ROW].to_numpy().tolist() == ["X1", "X2"]


def test_lines_leave_out_rows_without_a_date(rows: Rows, groups: Groups) -> None:
    """A row without any date is no part of a line."""
    undated = {"value": 2.0, "date_first": pd.NaT, "date_last": pd.NaT}
    (made,) = lines(rows({"value": 1.0}, undated), groups(), quantity="containers").values()
    assert made[n.ROW].to_numpy().tolist() == ["X1"]


def test_lines_refuse_a_quantity_without_rows(rows: Rows, groups: Groups) -> None:
    """A misspelt quantity is reported, not answered with nothing."""
    with pytest.raises(DataError, match="made_up: no dated row of container"):
        lines(rows({"value": 1.0}), groups(), quantity="container")


def test_count_once_keeps_a_row_whose_keeper_is_elsewhere(rows: Rows, groups: Groups) -> None:
    """A row goes only if the row that stands for it is in the same table."""
    one = groups(("G1", "Y9", "one-sighting", "yes"), ("G1", "X1", "one-sighting", "no"))
    assert count_once(rows({"value": 1.0}), one)["id"].tolist() == ["X1"]


@pytest.mark.parametrize(
    ("relation", "relations", "expected"),
    [
        ("one-sighting", None, ["X1"]),
        ("probably-one", None, ["X1"]),
        ("one-report", None, ["X1", "X2"]),
        ("one-image", None, ["X1", "X2"]),
        ("part-of", None, ["X1", "X2"]),
        ("part-of", SAME_CALL, ["X1"]),
        ("one-call", SAME_CALL, ["X1"]),
        ("one-report", SAME_CALL, ["X1", "X2"]),
    ],
)
def test_count_once_follows_the_relation(
    rows: Rows,
    groups: Groups,
    relation: str,
    relations: tuple[str, ...] | None,
    expected: list[str],
) -> None:
    """Only rows that are one and the same thing are counted once."""
    two = rows({"value": 1.0}, {"value": 1.0})
    one = groups(("G1", "X1", relation, "yes"), ("G1", "X2", relation, "no"))
    asked = {} if relations is None else {"relations": relations}
    assert count_once(two, one, **asked)["id"].tolist() == expected


def test_with_numbers_drops_lines_of_looks_only(rows: Rows, groups: Groups) -> None:
    """A line that never gives a number has no place on a chart of numbers."""
    look = {"state": n.UNCLEAR, "bound": "", "counter": "voa"}
    made = lines(
        rows({"value": 0.0, "state": n.NOTHING_SEEN}, look), groups(), quantity="containers"
    )
    assert list(with_numbers(made)) == ["csis.rajin-port-area"]


def test_durations_reach_a_day_to_either_side(table: Table) -> None:
    """Days between known ends are 'about'; an end that is not a known day gives no number."""
    events = table("ais_events")
    made = durations(events).set_index("id")
    known = events.set_index("id")
    both = (known["precision_first"] == "day") & (known["precision_last"] == "day")
    assert made.loc[~both, ["value", "low", "high"]].isna().all(axis=None)
    one = made.loc["A013"]
    days = (known.loc["A013", "date_last"] - known.loc["A013", "date_first"]).days
    assert (one["value"], one["low"], one["high"]) == (days, max(0, days - 1), days + 1)
    assert set(made.loc[both, "bound"]) == {n.ABOUT}


def test_by_statement_dates_a_claim_by_its_statement(table: Table) -> None:
    """The day of the statement takes the place of the period, which moves into the text."""
    claims = table("official_claims").set_index("id")
    dated = by_statement(table("official_claims")).set_index("id")
    assert dated.loc["O003", "date_first"] == claims.loc["O003", "statement_first"]
    assert dated.loc["O003", "date_last"] == claims.loc["O003", "statement_last"]
    assert dated.loc["O003", "text"].startswith(claims.loc["O003", "text"] + " [period: ")
    assert by_statement(table("official_claims")).attrs["table"] == "official_claims"


# The record itself.


def test_rounding_copy_of_the_railcar_count_is_not_in_the_line(table: Table) -> None:
    """R032 repeats R031 rounded; the CSIS line counts the day once."""
    rail = table("rail_counts")
    whole = rail[(rail["counter"] == "csis") & (rail["date_first"] == "2023-10-05")]
    assert {"R031", "R032"} <= set(whole["id"])
    made = lines(
        rail[rail["role"] == "observation"], table("same_observation"), quantity="railcars"
    )
    drawn = {row for each in made.values() for row in each[n.ROW].to_numpy()}
    assert "R031" in drawn
    assert "R032" not in drawn


def test_one_ship_at_the_pier_counts_once(table: Table) -> None:
    """P020 and P021 are one ship on one day, in two reports."""
    left = set(count_once(table("ship_sightings"), table("same_observation"))["id"])
    assert len({"P020", "P021"} & left) == 1


def test_count_once_never_loses_a_sighting(table: Table) -> None:
    """Every row that goes is stood for by a row that stays, by way of others if need be."""
    groups = table("same_observation")
    for name in (*NUMBERED, "official_claims", "ais_events", "voyages"):
        rows = table(name)
        for relations in (("one-sighting", "probably-one"), SAME_CALL):
            left = set(count_once(rows, groups, relations=relations)["id"])
            of_kind = groups[groups["relation"].isin(relations)]
            keepers: dict[str, set[str]] = {}
            for _, group in of_kind.groupby("group"):
                kept = set(group.loc[group["keep"] == "yes", "row_id"]) & set(rows["id"])
                for row in group.loc[group["keep"] == "no", "row_id"]:
                    keepers.setdefault(row, set()).update(kept)
            stood_for = set(left)
            while True:
                more = {row for row, kept in keepers.items() if kept & stood_for} - stood_for
                if not more:
                    break
                stood_for |= more
            assert set(rows["id"]) <= stood_for, (name, relations)


@pytest.mark.parametrize("name", NUMBERED)
def test_lines_hold_printed_numbers_only(table: Table, name: str) -> None:
    """Every number of every line is the number of its own row: nothing is added or averaged."""
    rows = table(name)
    printed = rows.set_index("id")["value"]
    state = rows.set_index("id")["state"]
    dated = rows[rows["date_first"].notna() | rows["date_last"].notna()]
    # a quantity that is never counted has no unit, so no line
    for quantity in sorted(set(dated.loc[dated["unit"] != "", "quantity"])):
        for key, each in lines(rows, table("same_observation"), quantity=quantity).items():
            found = pd.Series(each[n.VALUE].to_numpy(), index=each[n.ROW].to_numpy())
            pd.testing.assert_series_equal(
                found, printed[found.index], check_names=False, check_index_type=False, obj=key
            )
            assert len(set(rows.loc[rows["id"].isin(found.index), "counter"])) == 1
            empty = state[found.index] == n.NOTHING_SEEN
            assert (found[empty] == 0).all()
            untold = state[found.index].isin([n.UNCLEAR, n.SOMETHING_SEEN])
            assert found[untold].isna().all()


def test_the_one_series_of_stocks_is_whole(table: Table) -> None:
    """CSIS printed eight stocks; the line has these eight, as stocks of single days."""
    made = lines(table("quay_stocks"), table("same_observation"), quantity="containers")
    series = made["csis.rajin-port-area"]
    expected = [150.0, 430.0, 780.0, 800.0, 1010.0, 990.0, 550.0, 490.0]
    assert series[n.VALUE].to_numpy().tolist() == expected
    spans = np.diff(series[n.TIME_BOUNDS].to_numpy(), axis=1)
    assert (spans == np.timedelta64(1, "D")).all()


@pytest.mark.parametrize("folder", ["skytally", "skytally/record", "skytally/figures", "notebooks"])
def test_no_code_accumulates_or_fills(root: Path, folder: str) -> None:
    """On the way from table to chart stocks are never added up and gaps are never filled."""
    banned = {"cumsum", "nansum", "nancumsum", "interpolate", "interpolate_na", "ffill", "bfill"}
    banned |= {"resample", "rolling", "interp"}
    code = {path: path.read_text(encoding="utf-8") for path in (root / folder).glob("*.py")}
    for path in (root / folder).glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        code[path] = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert code
    for path, text in code.items():
        used = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
        assert not used & banned, path


# On disk.


@pytest.fixture
def saved(rows: Rows, groups: Groups, tmp_path: Path) -> Path:
    """Save one line with a number, a bound, an observation without a number and an open start."""
    table = rows(
        {"day": "2023-10-05", "value": 73.0, "quantity": "railcars", "unit": "railcars"},
        {
            "day": "2023-10-06",
            "value": 25.0,
            "bound": n.AT_LEAST,
            "quantity": "railcars",
            "unit": "railcars",
        },
        {
            "day": "2023-10-07",
            "state": n.UNCLEAR,
            "bound": "",
            "quantity": "railcars",
            "unit": "railcars",
        },
        {
            "date_first": pd.NaT,
            "date_last": pd.Timestamp("2023-10-08"),
            "precision_first": "open",
            "value": 0.0,
            "state": n.NOTHING_SEEN,
            "quantity": "railcars",
            "unit": "railcars",
        },
    )
    made = lines(table, groups(), quantity="railcars")
    _, file = write_lines(made, tmp_path, name="made-up.railcars")
    return tmp_path / "data" / file


def test_netcdf_gives_back_what_was_written(saved: Path) -> None:
    """NaN stays NaN, infinity stays infinity, 0 stays 0."""
    with xr.open_dataset(saved) as back:
        np.testing.assert_array_equal(back[n.VALUE], [73.0, 25.0, np.nan, 0.0])
        np.testing.assert_array_equal(back[n.LOW], [73.0, 25.0, np.nan, 0.0])
        np.testing.assert_array_equal(back[n.HIGH], [73.0, np.inf, np.nan, 0.0])
        assert back[n.STATE].to_numpy().tolist() == [
            n.COUNTED,
            n.COUNTED,
            n.UNCLEAR,
            n.NOTHING_SEEN,
        ]


def test_netcdf_keeps_intervals_of_time(saved: Path) -> None:
    """Bounds come back as dates and hold their time."""
    with xr.open_dataset(saved, decode_coords="all") as back:
        assert back[n.TIME].encoding["units"] == "days since 1970-01-01"
        bounds = back[n.TIME_BOUNDS].to_numpy()
        assert bounds[0].tolist() == [
            int(np.datetime64(day, "ns").astype(int)) for day in ("2023-10-05", "2023-10-06")
        ]
        assert bounds[3, 0] == OPEN_START
        time = back[n.TIME].to_numpy()
        assert ((bounds[:, 0] <= time) & (time < bounds[:, 1])).all()


def test_netcdf_follows_cf(saved: Path) -> None:
    """Conventions, units, bounds and the links between variables stand in the file."""
    with xr.open_dataset(saved, decode_times=False) as raw:
        assert raw.attrs["Conventions"] == "CF-1.11"
        assert raw.attrs["title"]
        assert raw.attrs["history"]
        assert raw[n.TIME].attrs["standard_name"] == "time"
        assert raw[n.TIME].attrs["bounds"] == n.TIME_BOUNDS
        assert raw[n.TIME_BOUNDS].dims == (n.TIME, n.BNDS)
        # CF: a boundary variable takes its units from its parent or repeats them
        assert (
            raw[n.TIME_BOUNDS].attrs.get("units", raw[n.TIME].attrs["units"])
            == (raw[n.TIME].attrs["units"])
        )
        assert "_FillValue" not in raw[n.TIME_BOUNDS].encoding
        for word in (n.VALUE, n.LOW, n.HIGH):
            assert raw[word].attrs["units"] == "1"
            assert raw[word].attrs["long_name"]
        assert raw[n.VALUE].attrs["ancillary_variables"] == "low high"
        assert raw[n.VALUE].attrs["counter"] == "csis"


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("m", "m"), ("tonnes", "t"), ("miles", "mile"), ("percent", "percent"), ("shells", "1")],
)
def test_line_units_are_cf(rows: Rows, unit: str, expected: str) -> None:
    """Physical units have their UDUNITS spelling, counts are 1, the word is kept beside."""
    made = line(rows({"value": 1.0, "unit": unit}), title="t", history="h")
    assert made[n.VALUE].attrs["units"] == expected
    assert made[n.VALUE].attrs["unit"] == unit
