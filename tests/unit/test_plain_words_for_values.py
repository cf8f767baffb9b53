"""Values in words of the file that holds them."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from skytally.core import kind_words, written


@pytest.mark.parametrize(
    ("value", "shown", "kind"),
    [
        (None, "null", "nothing"),
        (True, "true", "one of true and false"),
        (3, "3", "a whole number"),
        (2.5, "2.5", "a number with decimals"),
        (float("-inf"), "-Infinity", "no number"),
        (date(2023, 10, 1), "2023-10-01", "a day without quotation marks"),
        (
            datetime(2023, 10, 1, 5),
            "2023-10-01 05:00:00",
            "a day and a time without quotation marks",
        ),
        (time(5), "05:00:00", "a time without quotation marks"),
        ("it's", '"it\'s"', "text"),
        ("C:\\new", "'C:\\new'", "text"),
        ([1, "a", None], '[1, "a", null]', "a list of 3"),
        ({"a": False}, '{"a": false}', "names with values"),
    ],
)
def test_written_and_kind_words(value: object, shown: str, kind: str) -> None:
    """As the file has it, and what it is."""
    assert (written(value), kind_words(value)) == (shown, kind)


def test_written_is_cut() -> None:
    """A long value does not fill the message."""
    assert written(["x" * 200], most=10) == '["xxxxxxx\u2026'
