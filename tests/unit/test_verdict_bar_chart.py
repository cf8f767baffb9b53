"""The bar of verdicts: every verdict with its count, words that do not meet, empty states."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from skytally.claims import VERDICTS
from skytally.core import chart_style
from skytally.figures.chart_and_sentence_html_blocks import PageBlock
from skytally.figures.verdict_bar_chart import verdict_bar
from tests.support.parsed_charts import svg, svg_words

COLOURS = dict(zip(VERDICTS, chart_style.VERDICT_COLOURS, strict=True))
SVG = "{http://www.w3.org/2000/svg}"


def drawn(counts: dict[str, int]) -> PageBlock:
    """Bar of some counts."""
    return verdict_bar(
        counts, COLOURS, name="bar", title="Claims", caption="By verdict.", source_line="SRC"
    )


def test_every_verdict_stands_at_the_bar_with_its_count() -> None:
    """Words and counts are in the picture and in its text; a verdict of no claim is in neither."""
    bar = drawn({"contradicted": 0, "differs from its source": 3, "holds": 1200})
    for words in ("3 differs from its source", "1,200 holds"):
        assert words in svg_words(bar)
        assert words in bar.text
    assert "contradicted" not in svg_words(bar) + bar.text
    assert "SRC" in svg_words(bar)


def _heights(bar: PageBlock) -> dict[str, float]:
    """Height of the base line of each text, in points from the top, by its words."""
    heights = {}
    for text in ET.fromstring(svg(bar)).iter(f"{SVG}text"):
        moved = re.findall(r"[-\d.]+", text.get("transform", ""))
        heights[text.text or ""] = float(text.get("y") or moved[1])
    return heights


@pytest.mark.parametrize("large", [VERDICTS[0], VERDICTS[-1]], ids=["first", "last"])
def test_words_of_small_segments_do_not_meet(large: str) -> None:
    """Segments of one claim are thinner than a line of text, and their words still stand apart."""
    bar = drawn(dict.fromkeys(VERDICTS, 1) | {large: 150})
    heights = _heights(bar)
    words = sorted(y for text, y in heights.items() if text.partition(" ")[2] in VERDICTS)
    assert len(words) == len(VERDICTS)
    assert all(below - above > 11 for above, below in pairwise(words))
    top = min(
        float(y)
        for path in ET.fromstring(svg(bar)).iter(f"{SVG}path")
        if COLOURS[VERDICTS[0]] in path.get("style", "")
        for y in re.findall(r"[ML] [-\d.]+ ([-\d.]+)", path.get("d", ""))
    )
    assert words[0] > top
    assert words[-1] + 5 < heights["SRC"]


def test_letters_are_large_enough_on_a_narrow_screen() -> None:
    """Where the picture is 350 px wide, the words at the bar are at least 11 px high."""
    root = ET.fromstring(svg(drawn(dict.fromkeys(VERDICTS, 10))))
    width = float(root.get("viewBox", "").split()[2])
    assert chart_style.TEXT_PT * 350 / width >= 11


def test_no_claim_is_a_sentence() -> None:
    """A new book has no claim, and no empty picture."""
    bar = drawn({"holds": 0})
    assert bar.text == "There is no claim yet."
    assert 'id="bar"' in bar.block
