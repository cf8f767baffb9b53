"""Whose images stand behind published counts, and what to order to repeat one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.core.errors import DataError
from skytally.press.sphinx_ext.image_owner_directives import (
    SEEN_FROM_ABOVE,
    CountsToRepeat,
    ImageOwners,
    image_rows,
)
from tests.support.directives_without_page import bare

Rows = Callable[..., pd.DataFrame]
FINDING: dict[str, Any] = {
    "key": "port-imagery.containers_highest",
    "said": "about 1,010 containers",
    "when": "15 November 2023",
    "inputs": ["P029"],
}


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


def _repeat(folder: Path, content: list[str]) -> str:
    (folder / "findings.json").write_text(json.dumps([FINDING]), encoding="utf-8")
    made = bare(CountsToRepeat, srcdir=str(folder))
    made.content = content
    return str(made.html())


def test_a_count_to_repeat_has_its_day_place_position_and_owner(tmp_path: Path) -> None:
    """Enough to search a seller's archive, and a link to the card of the count."""
    shown = _repeat(tmp_path, [FINDING["key"]])
    words = re.sub(r"<[^>]*>", " ", shown)
    for part in ("about 1,010 containers", "15 November 2023", "42.2268 N, 130.2850 E", "within"):
        assert part in words
    assert 'href="cards/finding/port-imagery.containers_highest.html"' in shown


def test_a_count_to_repeat_that_is_no_finding_is_refused(tmp_path: Path) -> None:
    """The message names the key."""
    with pytest.raises(DataError, match=r"no finding port-imagery\.gone; correct the key"):
        _repeat(tmp_path, ["port-imagery.gone"])
