"""Places of names, marks and numbers in a chart of lanes."""

from __future__ import annotations

import pandas as pd
import pytest

from skytally.figures.label_placement import LETTER
from skytally.figures.timeline_lane_layout import LEAST_WIDTH, MARK_LINE, lane_layout


def _marks(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Make marks of lanes: lane, first day, last day and number."""
    return pd.DataFrame(
        [
            {
                "lane": lane, "x0": pd.Timestamp(first), "x1": pd.Timestamp(last), "said": said,
                "counter": "voa", "state": "counted", "open_start": False, "open_end": False,
            }
            for lane, first, last, said in rows
        ]
    )  # fmt: skip


LONG = "a name of a lane that is so long that it takes two lines of its own"


def test_a_long_name_stands_over_its_marks() -> None:
    """No line of a lane runs through a name, and no two names meet."""
    table = _marks(
        (LONG, "2024-01-01", "2024-03-01", "1 ship"), ("b", "2024-02-01", "2024-02-01", "")
    )
    layout = lane_layout(table, order=[LONG, "b"], numbered=False)
    (first, words), (second, _) = layout.names
    assert words.count("\n") == 1
    tall = 15.0 * 2
    assert first + tall / 2 == 0.0
    assert layout.rules[0] < first - tall / 2
    assert second + 7.5 < layout.rules[0] - 7.0
    assert layout.rules[1] > layout.bottom


def test_numbered_rows_of_one_lane_never_share_a_line() -> None:
    """Totals that overlap in time stand one below the other, each with its own number."""
    table = _marks(
        ("calls", "2023-08-26", "2023-12-05", "20 calls"),
        ("calls", "2023-08-26", "2023-12-09", "at least 21 calls"),
        ("voyages", "2023-08-26", "2025-03-09", "no number"),
    )
    layout = lane_layout(table, order=["calls", "voyages"], numbered=True)
    assert layout.marks["y"].is_unique
    assert layout.marks["y"].iloc[0] - layout.marks["y"].iloc[1] == MARK_LINE
    assert [word.text for word in layout.words] == ["20", "at least 21"]  # the lane names the unit
    assert [word.y for word in layout.words] == layout.marks["y"].tolist()[:2]


@pytest.mark.parametrize(
    ("first", "last", "side"),
    [("2023-08-01", "2025-03-09", "left"), ("2025-03-01", "2025-03-09", "right")],
)
def test_a_number_finds_room_beside_its_mark(first: str, last: str, side: str) -> None:
    """It stands right of a bar over the whole time, left of one at its end, always on the chart."""
    table = _marks(
        ("a", first, last, "more than 100 pits"), ("b", "2023-08-01", "2023-08-01", "no number")
    )
    layout = lane_layout(table, order=["a", "b"], numbered=True)
    (word,) = layout.words
    assert (word.align, word.text) == (side, "more than 100 pits")
    left, right = layout.ends
    room = (right - word.x if side == "left" else word.x - left) / (right - left) * LEAST_WIDTH
    assert room >= LETTER * len(word.text) + abs(word.dx)


@pytest.mark.parametrize(
    ("lane", "said", "words"),
    [
        ("RUSI: round trips, Dunai", "at least 5 round trips", "at least 5"),
        ("stores: at least 2,000 tonnes", "at least 2,000 tonnes", "at least 2,000"),
        ("share in use", "slightly over 50 percent", "slightly over 50 percent"),
    ],
)
def test_a_unit_in_the_name_is_not_said_twice(lane: str, said: str, words: str) -> None:
    """A unit of two words goes as a whole, and the number and its bound stay."""
    table = _marks((lane, "2024-01-01", "2024-01-01", said))
    assert [word.text for word in lane_layout(table, order=[lane], numbered=True).words] == [words]


def test_an_open_beginning_has_room_for_its_arrow() -> None:
    """The axis begins before the tip of the arrow."""
    table = _marks(("a", "2023-08-01", "2023-08-26", "no number"))
    layout = lane_layout(table.assign(open_start=True), order=["a"], numbered=False)
    assert layout.arrow > pd.Timedelta(days=1)
    assert layout.ends[0] < pd.Timestamp("2023-08-01") - layout.arrow
