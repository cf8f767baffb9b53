"""Thumbnails of images and the slider between two: words, keyboard, paper, narrow screens."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.figures.thumbnails_and_before_after_slider import (
    slider_block,
    thumbnails_block,
)
from skytally.imagery.pipeline.thumbnails import Thumbnail
from tests.support.browser_tabs_server_and_charts import ABSENT, chromium, chromium_path, tab
from tests.support.parsed_charts import NASTY, tags

ROOT = Path(__file__).resolve().parents[2]
needs_browser = pytest.mark.skipif(not chromium_path(), reason=ABSENT)


def _chip(rows: int = 24, columns: int = 32, **changes: Any) -> Thumbnail:
    picture = np.full((rows, columns, 3), 90, np.uint8)
    ring = np.array([[2.0, 2.0], [30.0, 2.0], [30.0, 20.0]])
    plain = {"when": "3 May 2023", "finding": "about 120 m", "item_id": "S2_A", "outlines": (ring,)}
    return Thumbnail(picture, 10.0, **{**plain, **changes})


@pytest.mark.parametrize(
    ("label", "word"), [("", ""), ("rehearsal", "REHEARSAL"), ("simulated", "SIMULATED")]
)
def test_chips_tell_in_words_what_they_show(label: str, word: str) -> None:
    """Date, result, scene and label are under the picture and in its alternative text."""
    shown = thumbnails_block([_chip(label=label)], caption="Berth 1.", empty="")
    (caption,) = re.findall(r"<figcaption>(.*?)</figcaption>", shown.block)
    (alt,) = re.findall(r'alt="(.*?)"', shown.block)
    for told in (caption, alt, shown.text):
        assert all(each in told for each in ("3 May 2023", "about 120 m", "S2_A", word))
        assert bool(re.search("REHEARSAL|SIMULATED", told)) == bool(word)
    assert "320 by 240 m" in alt
    assert 'points="2.00,2.00 30.00,2.00 30.00,20.00"' in shown.block


def test_no_chips_are_a_sentence() -> None:
    """An empty row of pictures is never shown."""
    assert thumbnails_block([], caption="x", empty="None was found.").text == "None was found."


def test_the_slider_refuses_pictures_of_different_windows() -> None:
    """An edge between pictures of different ground would lie."""
    with pytest.raises(DataError, match="32 by 24 pixels of 10 m and 33 by 24"):
        slider_block(_chip(), _chip(columns=33), caption="x")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser once."""
    with chromium() as started:
        yield started


@pytest.fixture
def sliders(tmp_path: Path) -> Path:
    """Write a page with two sliders and nothing else."""
    blocks = "".join(
        slider_block(_chip(), _chip(when="9 June 2023"), caption=f"Berth {i}.").block
        for i in (1, 2)
    )
    style, script = (
        (ROOT / "book" / "_static" / name).read_text(encoding="utf-8")
        for name in ("skytally.css", "slider.js")
    )
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sliders</title>'
        f"<style>{style}</style>{blocks}<script>{script}</script>",
        encoding="utf-8",
    )
    return page


def _cut(figure: Locator) -> str:
    return str(figure.evaluate("each => getComputedStyle(each).getPropertyValue('--sk-cut')"))


@needs_browser
def test_the_slider_moves_by_keyboard(browser: Browser, sliders: Path) -> None:
    """Arrows, Home and End move one edge and its words; the other slider stands still."""
    with tab(browser, root=sliders.parent.as_uri()) as (page, faults):
        page.goto(sliders.as_uri())
        one, other = page.locator(".sk-between").all()
        page.keyboard.press("Tab")
        edge = one.get_by_role("slider", name="Berth 1.")
        assert edge.evaluate(
            "each => each === document.activeElement && each.matches(':focus-visible')"
        )
        assert edge.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
        for key, cut in (("ArrowRight", 51), ("End", 100), ("Home", 0), ("ArrowRight", 1)):
            page.keyboard.press(key)
            assert _cut(one) == f"{cut}%"
            told = edge.get_attribute("aria-valuetext")
            assert told == f"{cut} percent from the left shows before, the rest after"
        assert _cut(other) == "50%"
        assert faults == []


@needs_browser
def test_the_edge_shows_before_on_its_left(browser: Browser, sliders: Path) -> None:
    """Both pictures fill one place, and the upper one is cut where the slider stands."""
    with tab(browser, root=sliders.parent.as_uri()) as (page, _):
        page.goto(sliders.as_uri())
        upper, lower = page.locator(".sk-between").first.locator(".sk-chip").all()
        page.locator(".sk-between input").first.fill("30")
        assert upper.bounding_box() == lower.bounding_box()
        assert "70%" in upper.evaluate("each => getComputedStyle(each).clipPath")
        assert lower.evaluate("each => getComputedStyle(each).clipPath") == "none"


@needs_browser
@pytest.mark.parametrize("paper", [False, True], ids=["no scripts", "paper"])
def test_without_scripts_and_on_paper_both_pictures_stand_apart(
    browser: Browser, sliders: Path, paper: bool
) -> None:
    """Neither picture hides the other, and no control stands there that does nothing."""
    with tab(browser, root=sliders.parent.as_uri(), width=1000, scripts=paper) as (page, faults):
        page.goto(sliders.as_uri())
        if paper:
            page.emulate_media(media="print")
        figure = page.locator(".sk-between").first
        left, right = (each.bounding_box() for each in figure.locator(".sk-chip").all())
        assert left is not None
        assert right is not None
        assert left["x"] + left["width"] <= right["x"]
        assert not figure.locator("input").is_visible()
        assert faults == []


@needs_browser
def test_the_slider_fits_a_narrow_screen(browser: Browser, sliders: Path) -> None:
    """At 400 pixels nothing runs over the edge."""
    with tab(browser, root=sliders.parent.as_uri(), width=400) as (page, _):
        page.goto(sliders.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_pictures_show_code_as_text() -> None:
    """Words that look like a script start no tag, beside a picture or over a slider."""
    chip = _chip(item_id=NASTY, when=NASTY, finding=NASTY)
    pictures = thumbnails_block([chip], caption=NASTY, empty="")
    for shown in (pictures, slider_block(chip, chip, caption=NASTY)):
        assert "script" not in {tag for tag, _ in tags(shown.block)}
        assert html.escape(NASTY, quote=True) in shown.block
