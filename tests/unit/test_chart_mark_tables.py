"""Marks: the plain rows that both figures of a chart draw, and their words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.figures.bar_chart_layout import bar_looks
from skytally.figures.chart_alt_text import alt_text
from skytally.figures.chart_mark_tables import (
    BAR_COLUMNS,
    HOVER,
    LANE_COLUMNS,
    MARK_COLUMNS,
    bar_marks,
    dated_and_lasting,
    lane_marks,
    names_of,
    pointed,
    value_marks,
)
from skytally.record import line
from tests.support.expected_sentences import same_sentence

Rows = Callable[..., pd.DataFrame]
Lines = Callable[..., xr.Dataset]
LABELS = {"csis": "CSIS", "rajin-port-area": "Rajin, whole port"}


def test_names_of_joins_tables() -> None:
    """Ids of several tables map to the names used on the pages."""
    one = pd.DataFrame({"id": ["csis"], "name": ["CSIS"]})
    two = pd.DataFrame({"id": ["rajin"], "name": ["Rajin"]})
    assert names_of(one, two) == {"csis": "CSIS", "rajin": "Rajin"}


def test_marks_carry_value_bound_counter_and_source(one_line: Lines) -> None:
    """A mark holds all that the hover text shows, in the names of the pages."""
    line = one_line({"value": 430.0, "bound": n.ABOUT, "day": "2023-10-16"})
    (mark,) = value_marks({"csis.rajin-port-area": line}, LABELS).to_dict("records")
    assert (mark["y"], mark["lo"], mark["hi"]) == (430.0, 387.0, 473.0)
    assert (mark["x"], mark["x0"], mark["x1"]) == (pd.Timestamp("2023-10-16"),) * 3
    assert {word: mark[word] for word in HOVER} == {
        "when": "16 October 2023",
        "said": "about 430 containers",
        "bound": "about",
        "who": "CSIS",
        "where": "Rajin, whole port",
        "seen": "containers on the quay",
        "source": "BP_20231017",
        "row": "X1",
    }
    assert mark["series"] == "CSIS, Rajin, whole port"


def test_marks_keep_missing_missing(one_line: Lines) -> None:
    """An unclear observation has no height, and its bound is "none"."""
    line = one_line({"value": 5.0}, {"state": n.UNCLEAR, "bound": "", "day": "2023-10-06"})
    mark = value_marks({"csis": line}, LABELS).iloc[1]
    assert all(math.isnan(mark[word]) for word in ("y", "lo", "hi"))
    assert (mark["bound"], mark["said"], mark["state"]) == ("none", "no number", "unclear")


def test_marks_draw_an_interval_as_an_interval(one_line: Lines) -> None:
    """A month reaches from its first to its last day; an open start begins at its end."""
    month = {"date_first": pd.Timestamp("2023-08-01"), "date_last": pd.Timestamp("2023-08-31")}
    until = {"date_first": pd.NaT, "date_last": pd.Timestamp("2023-10-05")}
    table = value_marks(
        {"csis": one_line({"value": 1.0, **month}, {"value": 2.0, **until})}, LABELS
    )
    assert table[["x0", "x1"]].to_numpy().tolist() == [
        [pd.Timestamp("2023-08-01").value, pd.Timestamp("2023-08-31").value],
        [pd.Timestamp("2023-10-05").value, pd.Timestamp("2023-10-05").value],
    ]


def test_marks_keep_an_open_bound_open(one_line: Lines) -> None:
    """A lower bound has no upper end, so that it is drawn as an arrow."""
    table = value_marks({"csis": one_line({"value": 25.0, "bound": n.AT_LEAST})}, LABELS)
    assert (table["lo"][0], table["hi"][0]) == (25.0, math.inf)


def test_marks_are_sorted_by_series_and_time(one_line: Lines) -> None:
    """The order of the marks does not depend on the order of the lines."""
    late, early = (one_line({"value": 1.0, "day": day}) for day in ("2023-10-09", "2023-10-05"))
    table = value_marks({"b": late, "a": early}, {})
    assert table["series"].tolist() == ["a", "b"]
    pd.testing.assert_frame_equal(table, value_marks({"a": early, "b": late}, {}))


def test_marks_shorten_long_words(one_line: Lines) -> None:
    """Hover text is cut to one line with a sign that it was cut."""
    (seen,) = value_marks({"a": one_line({"value": 1.0, "text": "x" * 200})}, {})["seen"]
    assert seen == "x" * 89 + "…"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ("2023-10-05", "2023-10-05", False, False)),
        ({"date_first": pd.NaT}, ("2023-10-05", "2023-10-05", True, False)),
        ({"date_last": pd.NaT}, ("2023-10-05", "2023-10-05", False, True)),
        ({"date_last": pd.Timestamp("2023-10-07")}, ("2023-10-05", "2023-10-07", False, False)),
    ],
)
def test_lane_marks_say_which_side_is_open(
    rows: Rows, change: dict[str, Any], expected: tuple[str, str, bool, bool]
) -> None:
    """An open side is marked as open; it is never drawn as if it had a date."""
    (mark,) = lane_marks(rows({"value": 1.0, **change}), LABELS, lane=["a"]).to_dict("records")
    first, last, *is_open = expected
    assert (mark["x0"], mark["x1"]) == (pd.Timestamp(first), pd.Timestamp(last))
    assert [mark["open_start"], mark["open_end"]] == is_open


def test_lane_marks_leave_out_rows_without_a_date(rows: Rows) -> None:
    """A row without any date has no place on the axis."""
    table = rows({"value": 1.0}, {"value": 2.0, "date_first": pd.NaT, "date_last": pd.NaT})
    assert lane_marks(table, LABELS, lane=["a", "a"])["row"].tolist() == ["X1"]


def test_lane_marks_refuse_lanes_that_do_not_match(rows: Rows) -> None:
    """Each row has one lane."""
    with pytest.raises(ValueError, match="zip"):
        lane_marks(rows({"value": 1.0}), LABELS, lane=["a", "b"])


@pytest.mark.parametrize(
    ("state", "last", "points"),
    [
        (n.SOMETHING_SEEN, "2023-10-05", ["2023-10-05"]),
        (n.SOMETHING_SEEN, "2023-10-31", []),
        (n.NOTHING_SEEN, "2023-10-31", []),
        (n.UNCLEAR, "2023-10-31", []),
    ],
)
def test_pointed_names_no_day_that_no_source_names(
    rows: Rows, state: str, last: str, points: list[str]
) -> None:
    """An interval is a bar: no point in its middle, and no two at its ends."""
    table = rows({"state": state, "bound": "", "date_last": pd.Timestamp(last)})
    found = pointed(lane_marks(table, LABELS, lane=["a"]))
    assert found["x"].tolist() == [pd.Timestamp(day) for day in points]


@pytest.mark.parametrize(
    ("last", "points"),
    [
        ("2026-01-01", ["2026-01-01"]),
        ("2026-01-31", ["2026-01-16"]),
        ("2026-12-31", []),
    ],
)
def test_a_number_known_to_the_year_stands_on_no_day_of_it(
    rows: Rows, last: str, points: list[str]
) -> None:
    """It is a bar over the year and no point, so that it does not pass for two observations."""
    first = pd.Timestamp("2026-01-01")
    made = line(
        rows({"value": 1.0, "date_first": first, "date_last": pd.Timestamp(last)}),
        title="made up",
        history="made for a test",
    )
    dated, lasting = dated_and_lasting(value_marks({"csis": made}, LABELS))
    assert dated["x"].tolist() == [pd.Timestamp(day) for day in points]
    assert len(lasting) == (not points)


def test_bars_tell_what_was_seen_from_what_was_not(rows: Rows) -> None:
    """Seen is filled, nothing seen hollow, and what could not be told dotted."""
    states = [n.COUNTED, n.SOMETHING_SEEN, n.NOTHING_SEEN, n.UNCLEAR]
    made = line(
        rows(
            {"value": 1.0, "state": n.COUNTED},
            *({"state": state, "bound": ""} for state in (n.SOMETHING_SEEN, n.UNCLEAR)),
            {"value": 0.0, "state": n.NOTHING_SEEN},
        ),
        title="made up",
        history="made for a test",
    )
    marks = value_marks({"csis": made}, LABELS)
    looks = dict(zip(marks["state"], bar_looks(marks), strict=True))
    assert [looks[state] for state in states] == ["filled", "dotted", "hollow", "dotted"]
    # in a lane a thing seen without a number is a thing seen
    alike = bar_looks(marks.drop(columns="y"))
    assert alike[marks["state"] == n.SOMETHING_SEEN].tolist() == ["filled"]


def test_bar_marks_keep_the_order_and_the_bound(rows: Rows) -> None:
    """Bars stand in the order of the table, each with its interval."""
    table = rows({"value": 32.0, "bound": n.AT_LEAST}, {"value": 26.0})
    found = bar_marks(table, LABELS, label=["b", "a"])
    assert found["label"].tolist() == ["b", "a"]
    assert found[["y", "lo", "hi"]].to_numpy().tolist() == [
        [32.0, 32.0, math.inf],
        [26.0, 26.0, 26.0],
    ]
    assert set(HOVER) <= set(found.columns)


def test_bars_of_several_units_share_an_axis(rows: Rows) -> None:
    """A number of miles is drawn in the unit of its comparison, and worded as it was printed."""
    table = rows(
        {"value": 290.0, "unit": "km", "bound": n.ABOUT},
        {"value": 180.0, "unit": "miles", "bound": n.ABOUT},
        {"value": 180.0, "unit": "miles", "bound": n.AT_LEAST},
    )
    found = bar_marks(table, LABELS, label=["a", "b", "c"])
    assert found["y"].round(1).tolist() == [290.0, 289.7, 289.7]
    assert found["lo"].iloc[1] < found["y"].iloc[1] < found["hi"].iloc[1]
    assert math.isinf(found["hi"].iloc[2])
    assert found["said"].tolist() == ["about 290 km", "about 180 miles", "at least 180 miles"]


def test_alt_text_carries_numbers_bounds_and_dates(one_line: Lines) -> None:
    """The alternative text names each mark with its date and bound."""
    line = one_line(
        {"value": 430.0, "bound": n.ABOUT, "day": "2023-10-16"},
        {"state": n.UNCLEAR, "bound": "", "day": "2023-10-17"},
    )
    told = alt_text(value_marks({"csis": line}, LABELS), subject="Containers")
    same_sentence("chart_alt_text.alt_text", told)


def test_alt_text_ends_the_caption_once(one_line: Lines) -> None:
    """A caption with a full stop is one sentence, not one and a half."""
    told = alt_text(value_marks({"csis": one_line({"value": 1.0})}, LABELS), subject="Containers.")
    assert told.startswith("Containers. ")


def test_alt_text_counts_what_it_leaves_out(one_line: Lines) -> None:
    """The alternative text of a long chart names some marks and counts the rest."""
    days = [{"value": 1.0, "day": f"2023-10-{day:02}"} for day in range(1, 16)]
    told = alt_text(value_marks({"csis": one_line(*days)}, LABELS), subject="Containers", most=12)
    days[13]["value"] = 9.0
    told = alt_text(value_marks({"csis": one_line(*days)}, LABELS), subject="Containers", most=12)
    assert told.partition("; and 3 more, all in the CSV file")[0].count("October 2023") == 12
    assert "the last of them 15 October 2023: 1 " in told
    assert re.search(r"the highest of all is 14 October 2023: 9 \w+ \(.*\)\.$", told)


def test_alt_text_describes_every_mark_where_no_file_has_them(one_line: Lines) -> None:
    """A chart without a download sends nobody to a file."""
    days = [{"value": 1.0, "day": f"2023-10-{day:02}"} for day in range(1, 16)]
    told = alt_text(
        value_marks({"csis": one_line(*days)}, LABELS), subject="Containers", filed=False
    )
    assert told.count("October 2023") == 15
    assert "CSV" not in told


def test_marks_of_no_row_have_their_columns(rows: Rows) -> None:
    """Without a line or a row there is no mark, and every column is there."""
    none = rows({"value": 1.0}).iloc[:0]
    for drawn, columns in (
        (value_marks({}, LABELS), MARK_COLUMNS),
        (lane_marks(none, LABELS, lane=[]), LANE_COLUMNS),
        (bar_marks(none, LABELS, label=[]), BAR_COLUMNS),
    ):
        assert len(drawn) == 0
        assert tuple(drawn.columns) == columns
