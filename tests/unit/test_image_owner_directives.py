"""Whose images stand behind published counts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from skytally.press.sphinx_ext.image_owner_directives import (
    SEEN_FROM_ABOVE,
    ImageOwners,
    image_rows,
)
from tests.support.directives_without_page import bare

Rows = Callable[..., pd.DataFrame]


def test_rows_without_an_image_and_ships_of_other_trade_are_left_out(
    rows: Rows, table: Callable[[str], pd.DataFrame]
) -> None:
    """Statements, photographs from the ground and coal ships are no images of this traffic."""
    seen = rows(
        {"id": "A", "cargo": ""},
        {"id": "B", "cargo": "coal"},
        {"id": "C", "cargo": "", "family": "none"},
        {"id": "D", "cargo": "", "family": "ground"},
        {"id": "E", "cargo": "", "note": "images of 50 cm a pixel"},
        {"id": "F", "cargo": "", "text": "a high-resolution image"},
    )
    empty = seen.iloc[:0]
    found = image_rows(
        {name: seen if name == "ship_sightings" else empty for name in SEEN_FROM_ABOVE},
        table("sources"),
    )
    assert dict(zip(found["id"], found["says"], strict=True)) == {
        "A": "",
        "E": "50 cm a pixel",
        "F": "high-resolution",
    }


def test_what_no_page_says_is_called_not_stated() -> None:
    """A size of pixels is never inferred from the name of a company."""
    words = re.sub(r"<[^>]*>", " ", bare(ImageOwners).html())
    assert re.search(r"RFA\s+\d+\s+Planet Labs: \d+\s+not stated", words)
    assert re.search(r"high-resolution, no figure \(\s*\w+", words)
