"""Whose images stand behind published counts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest

from skytally.core import DataError
from skytally.press.sphinx_ext.images_behind_counts_directives import (
    NO_PAGE,
    PAGES_SHOWN,
    REPORTED,
    SEEN_FROM_ABOVE,
    ImageOwners,
    ImagePages,
    PictureOwners,
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


def test_pages_with_an_image_are_listed_by_place_the_counters_own_first() -> None:
    """A journalist finds the newest pages of a place, and sees which are reports by others."""
    shown = bare(ImagePages, places="rajin dunai tumangang tikhoretsk").html()
    lines = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", shown, re.DOTALL)
    for place in ("Rajin", "Dunai", "Tumangang", "Tikhoretsk"):
        own = ["a report by others" not in line for line in lines if line.startswith(place)]
        assert 0 < len(own) <= PAGES_SHOWN
        assert own == sorted(own, reverse=True)
    unfilled = bare(ImagePages)
    unfilled.name = "image-pages"
    with pytest.raises(DataError, match="no places"):
        unfilled.html()
    with pytest.raises(DataError, match="no site rajinn; correct the id"):
        bare(ImagePages, places="rajin rajinn").html()


def test_what_no_page_says_is_called_not_stated() -> None:
    """A size of pixels is never inferred from the name of a company."""
    words = re.sub(r"<[^>]*>", " ", bare(ImageOwners).html())
    assert re.search(r"RFA\s+\d+\s+Planet Labs: \d+\s+not stated", words)
    assert re.search(r"high-resolution, no figure \(\s*\w+", words)


def test_a_counters_own_page_behind_a_report_is_no_page_unread() -> None:
    """The count on an Airbus image was read in a report, and the page reported on was read, too."""
    shown = bare(PictureOwners, docname="about").html()
    airbus = shown.partition(">Airbus<")[2].partition("</tr>")[0]
    assert "BP_20241218" in airbus
    assert REPORTED in airbus
    assert NO_PAGE not in airbus
    assert REPORTED not in shown.partition(">Planet Labs<")[2].partition("</tr>")[0]
