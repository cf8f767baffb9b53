"""Figures of own imagery: what each look said, detection limits, small pictures and the slider."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from playwright.sync_api import Browser, Locator

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.figures.embed import Shown
from skytally.imagery.acquire.inventory_files import BREAK_COLUMNS, LOOK_COLUMNS
from skytally.imagery.figures.chip_slider import chips_shown, slider_shown
from skytally.imagery.figures.detection_limit_charts import limits_chart
from skytally.imagery.figures.measured_charts import measured_chart
from skytally.imagery.figures.observation_rug import (
    LOST,
    TOLD,
    UNTOLD,
    blind_gap,
    gap_words,
    rug,
)
from skytally.imagery.measure.observation import Look, line_of_looks, unclear
from skytally.imagery.pipeline.image_chips import Chip
from tests.support.browser import ABSENT, chromium, chromium_path, tab

ROOT = Path(__file__).resolve().parents[2]
NASTY = "</script><script>alert(1)</script>\"'&"
PERIOD = ("2023-01-01", "2023-12-31")
SPAN = (pd.Timestamp(PERIOD[0]), pd.Timestamp(PERIOD[1]))
NO_BREAKS = pd.DataFrame(columns=list(BREAK_COLUMNS), dtype=str)
needs_browser = pytest.mark.skipif(not chromium_path(), reason=ABSENT)


def _time(day: str) -> np.datetime64:
    return np.datetime64(f"{day}T02:15:49")


def _look(day: str, state: str, value: float = math.nan, item: str = "") -> Look:
    item = item or f"S2_{day}"
    if state == n.UNCLEAR:
        return unclear(_time(day), "cloud over the ring", unit="m", item_id=item)
    half = 10.0 if state == n.COUNTED else 0.0
    high = 55.0 if state == n.NOTHING_SEEN else value + half
    reason = "hull cut by a shade" if state == n.SOMETHING_SEEN else ""
    return Look(_time(day), item, value, value - half, high, "m", 0.9, 0.01, state, reason)


EACH = (
    _look("2023-02-01", n.COUNTED, 120.0),
    _look("2023-03-01", n.NOTHING_SEEN, 0.0),
    _look("2023-04-01", n.SOMETHING_SEEN),
    _look("2023-05-01", n.UNCLEAR),
    _look("2023-06-30", n.COUNTED, 100.0),
)
"""One look of each state, and one more that ends the longest gap."""


def _line(*looks: Look) -> xr.Dataset:
    return line_of_looks(
        looks, quantity="ship length", scope="berth", method="fit", history="made for a test"
    )


def _acquired(day: str, **changes: str) -> dict[str, str]:
    row = {
        **dict.fromkeys(LOOK_COLUMNS, ""), "site": "rajin", "item_id": f"S2_{day}",
        "provider": "made-up", "sensor": "sentinel-2", "time_utc": f"{day}T02:15:49Z",
        "fate": "stored", "usable": "yes", "searched": "2026-11-22",
    }  # fmt: skip
    return {**row, **changes}


def _looks(*rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(LOOK_COLUMNS), dtype=str)


def _chart(line: xr.Dataset, looks: pd.DataFrame | None = None, **options: Any) -> Shown:
    plain = {
        "name": "made-up", "ylabel": "m", "period": PERIOD, "rehearsal": False,
        "caption": "Made up.",
    }  # fmt: skip
    acquired = _looks() if looks is None else looks
    return measured_chart({"Berth no. 1": line}, acquired, NO_BREAKS, **{**plain, **options})


def _glyphs(shown: Shown) -> list[tuple[dict[str, Any], dict[str, list[Any]]]]:
    """Give the look of each set of points, and its numbers."""
    found = re.search(r'<script type="application/json">(.*?)</script>', shown.block, re.DOTALL)
    assert found
    made: list[tuple[dict[str, Any], dict[str, list[Any]]]] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("name") == "GlyphRenderer":
                given = node["attributes"]
                if given["glyph"]["name"] == "Scatter":
                    source = given["data_source"]["attributes"]["data"]["entries"]
                    glyph = {"marker": {"value": "circle"}, **given["glyph"]["attributes"]}
                    made.append((glyph, dict(source)))
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(json.loads(found[1]))
    return made


def _tags(block: str) -> list[str]:
    tags: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
            """Collect the tag."""
            tags.append(tag)

    Parser().feed(block)
    return tags


def test_states_are_drawn_apart() -> None:
    """Counted is filled, nothing seen an open circle, seen a cross, and unclear no point at all."""
    drawn = {}
    for glyph, source in _glyphs(_chart(_line(*EACH))):
        for row in source["row"]:
            drawn[row] = (glyph["marker"]["value"], glyph["fill_color"]["value"])
    assert set(drawn) == {f"S2_2023-{day}" for day in ("02-01", "03-01", "04-01", "06-30")}
    assert drawn["S2_2023-03-01"] == ("circle", "white")
    assert drawn["S2_2023-04-01"][0] == "x"
    assert drawn["S2_2023-02-01"][1] not in ("white", None)


def test_a_look_that_cannot_tell_never_becomes_a_number() -> None:
    """Missing is not zero: with unclear looks alone there is a rug and no point."""
    shown = _chart(_line(_look("2023-05-01", n.UNCLEAR)))
    assert _glyphs(shown) == []
    assert "could tell, 0; could not tell, 1; lost, 0" in shown.text
    assert "fewer than two looks could tell" in shown.text


def test_words_carry_the_interval_of_each_look() -> None:
    """Who sees no chart is told the interval, and what an empty look may have missed."""
    told = _chart(_line(*EACH)).text
    assert "about 120 m (110 to 130 m)" in told
    assert "nothing found; up to 55 m may have been missed" in told
    assert "no number: hull cut by a shade" in told


def test_the_rug_holds_every_look_once() -> None:
    """Measured or lost, with the reason; what stands in another row or has no time is left out."""
    looks = _looks(
        _acquired("2023-02-01"),
        _acquired("2023-05-01"),
        _acquired("2023-07-01", usable="no", reason="cloud: 63 % of the ring"),
        _acquired("2023-07-05", fate="failed", usable="", fate_reason="http: status 503"),
        _acquired("2023-07-09"),
        _acquired("2023-07-11", fate="superseded", usable="", fate_reason="older: of X"),
        _acquired("2023-07-12", fate="rejected", usable="", fate_reason="no time", time_utc=""),
        _acquired("2024-07-12"),
    )
    table = rug({"a": _line(*EACH)}, looks, SPAN)
    assert table["kind"].value_counts().to_dict() == {TOLD: 4, LOST: 3, UNTOLD: 1}
    lost = table[table["kind"] == LOST]
    assert lost["why"].tolist() == [
        "cloud: 63 % of the ring",
        "http: status 503",
        "its chip is not on this machine; make refresh brings it back",
    ]
    told = rug({"a": _line(*EACH)}, looks, SPAN, left_out={"S2_2023-07-09": "of processor L1C"})
    assert "of processor L1C" in told["why"].tolist()


def test_the_rug_knows_a_look_by_its_time_where_names_differ() -> None:
    """A look without a name in the cube is not counted a second time as lost."""
    looks = _looks(_acquired("2023-02-01", item_id="another name"))
    assert len(rug({"a": _line(EACH[0])}, looks, SPAN)) == 1


def test_a_look_at_two_berths_is_one_tick_that_could_tell() -> None:
    """It could tell when one of the two could."""
    one, other = _line(_look("2023-02-01", n.UNCLEAR)), _line(EACH[0])
    assert rug({"a": one, "b": other}, _looks(), SPAN)["kind"].tolist() == [TOLD]


def test_the_gap_ends_at_looks_that_could_tell() -> None:
    """An unclear look does not end a gap; something seen without a number does."""
    gap = blind_gap(rug({"a": _line(*EACH)}, _looks(), SPAN))
    said = "90 days without a look that could tell, 1 April 2023 to 30 June 2023"
    assert gap_words(*gap) == said
    shown = _chart(_line(*EACH))
    assert f"Shaded: {said}." in shown.text
    given = (pd.Timestamp("2023-02-01"), pd.Timestamp("2023-02-03"))
    assert "Shaded: 2 days" in _chart(_line(*EACH), gap=given).text


def test_gaps_that_are_as_long_are_not_shaded() -> None:
    """A satellite's usual interval is no blindness; the words say how often it stood."""
    days = ("2023-02-01", "2023-02-06", "2023-02-11")
    shown = _chart(_line(*(_look(day, n.NOTHING_SEEN, 0.0) for day in days)))
    words = "No gap is shaded: the longest without a look that could tell is 5 days, 2 times."
    assert words in shown.text
    assert "blind for" not in shown.text


def test_published_counts_have_marks_of_their_own() -> None:
    """Another marker and colour, their own words, and no mark where they give no number."""
    published = pd.DataFrame(
        {
            "date_first": pd.to_datetime(["2023-02-03", "2023-02-05"]),
            "date_last": pd.to_datetime(["2023-02-03", "2023-02-05"]),
            "value": [90.0, math.nan], "low": math.nan, "high": math.nan,
            "counter": ["CSIS", "nobody"], "said": ["at least 90 m", "no number"],
            "bound": [n.AT_LEAST, ""],
        }
    )  # fmt: skip
    shown = _chart(_line(EACH[0]), published=published)
    by = {who: glyph["marker"]["value"] for glyph, source in _glyphs(shown) for who in source["who"]
          if glyph["marker"]["value"] != "triangle"}  # fmt: skip
    assert by["CSIS"] != by["skytally"]
    assert "nobody" not in by
    assert "3 February 2023: at least 90 m (published: CSIS)" in shown.text


@pytest.mark.parametrize(
    ("rehearsal", "attribute", "label", "word"),
    [
        (True, "", "", "REHEARSAL"),
        (False, "simulated", "", "SIMULATED"),
        (False, "", "simulated", "SIMULATED"),
        (False, "", "", ""),
    ],
)
def test_made_up_looks_are_labelled(rehearsal: bool, attribute: str, label: str, word: str) -> None:
    """The label stands in the caption, in the words, and in both pictures."""
    line = _line(*EACH).assign_attrs(label=attribute)
    shown = _chart(line, _looks(_acquired("2023-02-01", label=label)), rehearsal=rehearsal)
    assert bool(re.search("REHEARSAL|SIMULATED", shown.block)) == bool(word)
    assert shown.text.startswith(word)
    assert shown.block.count(f'"text":"{word}: ') == bool(word)


def test_a_period_without_looks_is_a_sentence() -> None:
    """There is no empty frame, and the label stays."""
    shown = _chart(_line(*EACH), period=("2020-01-01", "2020-02-01"), rehearsal=True)
    assert "<figure" not in shown.block
    assert shown.text.startswith("REHEARSAL")
    assert "No look between 1 January 2020 and 1 February 2020 was measured." in shown.text


def test_hostile_words_stay_words() -> None:
    """An id that looks like a script is drawn as text everywhere."""
    line = _line(_look("2023-02-01", n.COUNTED, 120.0, item=NASTY))
    chart = _chart(line, _looks(_acquired("2023-03-01", item_id=NASTY, fate_reason=NASTY)))
    assert _tags(chart.block).count("script") == 2
    chip = _chip(item_id=NASTY, when=NASTY, said=NASTY)
    pictures = chips_shown([chip], caption=NASTY, empty="")
    slider = slider_shown(chip, chip, caption=NASTY)
    card = limits_chart(_limits(), title=NASTY, xlabel="m", sentence=NASTY)
    for shown in (pictures, slider):
        assert "script" not in _tags(shown.block)
        assert html.escape(NASTY, quote=True) in shown.block
    assert _tags(card.block).count("script") == 2


def _limits(*, simulated: bool = True) -> pd.DataFrame:
    rows = [(0.0, math.nan, 1, 0.02), (50.0, 0.05, 10, 0.2), (100.0, 0.05, 48, 0.96)]
    return pd.DataFrame(
        [
            {
                "size": size, "contrast": contrast, "looks": 50, "found": found, "something": 0,
                "recall": recall, "low": recall / 2, "high": (1 + recall) / 2, "bias": 3.0,
                "bias_low": -1.0, "bias_high": 5.0, "simulated": simulated,
            }
            for size, contrast, found, recall in rows
        ]
    )  # fmt: skip


@pytest.mark.parametrize("simulated", [True, False])
def test_a_card_says_when_it_rests_on_simulated_looks(simulated: bool) -> None:
    """The title begins so, on the page and in the picture; the sentence stands over the chart."""
    table = _limits(simulated=simulated)
    shown = limits_chart(table, title="Ships", xlabel="m", sentence="Found in 48 of 50.")
    assert shown.text.startswith("Simulated: Ships.") == simulated
    assert ('"text":"Simulated: Ships"' in shown.block) == simulated
    assert shown.block.index("Found in 48 of 50.") < shown.block.index("<figure")
    assert "<details>" in shown.block


def test_a_card_draws_no_false_alarm_as_a_size() -> None:
    """Looks with nothing put in stand in the table and in the sentence, not on the curve."""
    glyphs = _glyphs(limits_chart(_limits(), title="Ships", xlabel="m", sentence="Found."))
    (words,) = (source["said"] for _, source in glyphs)
    assert [each.partition(" (")[0] for each in words] == ["10 of 50 found", "48 of 50 found"]


def test_a_card_of_nothing_is_a_sentence() -> None:
    """Before anything was tried no limit is known, and the card says so."""
    shown = limits_chart(_limits().iloc[:0], title="Ships", xlabel="m", sentence="")
    assert "<figure" not in shown.block
    assert "no limit is known" in shown.text


def _chip(rows: int = 24, columns: int = 32, **changes: Any) -> Chip:
    picture = np.full((rows, columns, 3), 90, np.uint8)
    ring = np.array([[2.0, 2.0], [30.0, 2.0], [30.0, 20.0]])
    plain = {"when": "3 May 2023", "said": "about 120 m", "item_id": "S2_A", "outlines": (ring,)}
    return Chip(picture, 10.0, **{**plain, **changes})


@pytest.mark.parametrize(
    ("label", "word"), [("", ""), ("rehearsal", "REHEARSAL"), ("simulated", "SIMULATED")]
)
def test_chips_tell_in_words_what_they_show(label: str, word: str) -> None:
    """When, what was said, the scene and the label, under the picture and for who sees none."""
    shown = chips_shown([_chip(label=label)], caption="Berth 1.", empty="")
    (caption,) = re.findall(r"<figcaption>(.*?)</figcaption>", shown.block)
    (alt,) = re.findall(r'alt="(.*?)"', shown.block)
    for told in (caption, alt, shown.text):
        assert all(each in told for each in ("3 May 2023", "about 120 m", "S2_A", word))
        assert bool(re.search("REHEARSAL|SIMULATED", told)) == bool(word)
    assert "320 by 240 m" in alt
    assert 'points="2.00,2.00 30.00,2.00 30.00,20.00"' in shown.block


def test_no_chips_are_a_sentence() -> None:
    """An empty row of pictures is never shown."""
    assert chips_shown([], caption="x", empty="None was found.").text == "None was found."


def test_the_slider_refuses_pictures_of_different_windows() -> None:
    """An edge between pictures of different ground would lie."""
    with pytest.raises(DataError, match="32 by 24 pixels of 10 m and 33 by 24"):
        slider_shown(_chip(), _chip(columns=33), caption="x")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser once."""
    with chromium() as started:
        yield started


@pytest.fixture
def sliders(tmp_path: Path) -> Path:
    """Write a page with two sliders and nothing else."""
    blocks = "".join(
        slider_shown(_chip(), _chip(when="9 June 2023"), caption=f"Berth {i}.").block
        for i in (1, 2)
    )
    style = (ROOT / "book" / "_static" / "skytally.css").read_text(encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sliders</title>'
        f"<style>{style}</style>{blocks}",
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
