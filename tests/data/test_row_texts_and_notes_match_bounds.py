"""Bounds of numbers: the words and the note beside a number say no more and no less than it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from skytally.core import number

Table = Callable[[str], pd.DataFrame]
TABLES = (
    "ship_sightings", "quay_stocks", "rail_counts", "depot_observations", "voyage_counts",
    "voyages", "official_claims",
)  # fmt: skip
SOFTENED = re.compile(
    r"about|roughly|\dth |approx|around|at least|at most|more than|no more|over |up to|upward"
    r"|nearly|almost|as many as|or more|-odd|estimate|close to|half|likely|some |'",
    re.IGNORECASE,
)
BOUNDED = r"(?:at least|more than|over|up to|at most|as many as|about|nearly)\s+"


def _numbers(row: dict[str, Any]) -> Iterator[str]:
    """Spellings of the number of a row, or of the ends of its range."""
    for column in ("value", "low", "high"):
        if not pd.isna(row[column]):
            yield number(float(row[column]))
            yield f"{row[column]:g}"


def _says(text: str, words: str) -> bool:
    return bool(re.search(rf"(?<![\d,.]){re.escape(words)}(?![\d,]*\d)", text))


@pytest.mark.parametrize("name", TABLES)
def test_words_keep_the_bound_of_the_number_that_they_give(table: Table, name: str) -> None:
    """A card heads a sentence with its bounded number, and the sentence must not drop the bound."""
    rows = table(name).to_dict("records")
    bounded = [
        row
        for row in rows
        if row["bound"] not in ("", "exactly")
        # a printed range is what its bound says
        and not (row["low"] < row["high"] and re.search(r"\d to \d", row["text"]))
    ]
    lost = [
        f"{row['id']}: {row['text']}"
        for row in bounded
        if any(_says(row["text"], words) for words in _numbers(row))
        and not SOFTENED.search(row["text"])
    ]
    assert lost == []


@pytest.mark.parametrize("name", TABLES)
def test_no_note_bounds_a_number_that_its_row_gives_as_exact(table: Table, name: str) -> None:
    """A bound that stands in the note alone is missed by everything that quotes the number."""
    rows = table(name).to_dict("records")
    alone = [
        f"{row['id']}: {row['note']}"
        for row in rows
        if row["bound"] == "exactly" and row["value"] > 0
        for words in set(_numbers(row))
        if re.search(rf"{BOUNDED}{re.escape(words)}(?![\d,]*\d| of )", row["note"])
    ]
    assert alone == []


@pytest.mark.parametrize("name", TABLES)
def test_no_note_denies_a_day_or_a_number_that_its_row_gives(table: Table, name: str) -> None:
    """What the row was before it was checked is told as such, not as what it is."""
    rows = table(name).to_dict("records")
    denied = [
        f"{row['id']}: {row['note']}"
        for row in rows
        if (
            row.get("precision_first") == "day"
            and re.search(r"exact day not given|image date not stated", row["note"])
        )
        or (row["bound"] and re.search(r"no exact number", row["note"]))
    ]
    assert denied == []
