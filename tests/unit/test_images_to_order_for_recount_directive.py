"""What to order to repeat a published count."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.press.sphinx_ext.images_to_order_for_recount_directive import CountsToRepeat
from tests.support.directives_without_page import bare

FINDING: dict[str, Any] = {
    "key": "port-imagery.containers_highest",
    "said": "about 1,010 containers",
    "when": "15 November 2023",
    "inputs": ["P029"],
}


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
