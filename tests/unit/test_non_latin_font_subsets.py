"""Names in other alphabets, drawn with pinned fonts that pictures and pages bring themselves."""

from __future__ import annotations

import base64
import io
import json
import re
import warnings
from pathlib import Path

import holoviews as hv
import pytest
from fontTools.ttLib import TTFont

from skytally.figures import bokeh_charts, chart_and_sentence_html_blocks
from skytally.figures.letters_without_font import undrawn_letters
from skytally.figures.link_preview_picture import preview_picture
from skytally.figures.matplotlib_charts import as_svg, canvas
from skytally.figures.non_latin_font_subsets import (
    FAMILY,
    font_faces,
    font_of,
    pinned_fonts,
    special_letters,
)
from skytally.press.page_font_subset_embedding import write_page_letters

FACE = re.compile(r'@font-face\{font-family:"([^"]+)";unicode-range:([^;]+);'
                  r"src:url\(data:font/otf;base64,([^)]+)\)\}")  # fmt: skip
SHOWN = (
    ("Rajin, Раджин, Αθήνα, Ñ, ≥ 5 µm $6", ""),
    ("나진항 부두", "나두부진항"),
    ("羅津港の埠頭、レール", "、のルレー埠津港羅頭"),
    ("北京 码头", "京北头码"),
    ("ميناء 12", "ءامين"),
    ("נמל $3", "למנ"),
)
"""Words, and the letters of them that a picture brings."""


@pytest.mark.parametrize(("words", "letters"), SHOWN)
def test_letters_that_need_a_font_are_found_and_drawn(words: str, letters: str) -> None:
    """Latin, Greek and Cyrillic need none; each other letter is in a pinned font."""
    assert set(special_letters(words)) == set(letters)
    assert undrawn_letters(words) == []


def _codes(ranges: str) -> set[int]:
    return {int(code.removeprefix("U+"), 16) for code in ranges.split(",")}


@pytest.mark.filterwarnings("error")
def test_a_static_chart_brings_its_letters() -> None:
    """The words stay words; the font within the picture has those letters and names its licence."""

    def drawn() -> str:
        figure, axes = canvas(2.0)
        axes.set_yticks(range(len(SHOWN)), [words for words, _ in SHOWN])
        return as_svg(figure)

    svg = drawn()
    assert svg == drawn()
    assert {words for words, _ in SHOWN} <= set(re.findall(r">([^<]+)</text>", svg))
    faces = FACE.findall(svg)
    assert len(faces) == len(pinned_fonts())
    for family, ranges, encoded in faces:
        font = TTFont(io.BytesIO(base64.b64decode(encoded)))
        assert family == FAMILY
        assert _codes(ranges) <= set(font.getBestCmap())
        assert font["name"].getDebugName(13) or font["name"].getDebugName(0)
        assert len(encoded) < 60_000
    brought = {chr(code) for _, ranges, _ in faces for code in _codes(ranges)}
    assert brought == set("".join(letters for _, letters in SHOWN))
    # words that need no font are set as ever
    assert svg.count(f"'{FAMILY}', 'DejaVu Sans'") == sum(bool(letters) for _, letters in SHOWN)


def test_a_static_chart_without_such_letters_brings_none() -> None:
    """Its bytes are what they were: no font, no rule."""
    figure, axes = canvas(2.0)
    axes.set_yticks([0], [SHOWN[0][0]])
    svg = as_svg(figure)
    assert FAMILY not in svg
    assert "@font-face" not in svg


def test_a_picture_brings_the_letters_of_its_caption() -> None:
    """What is written around a picture when it is saved is drawn, too."""
    figure, _ = canvas(2.0)
    faces = FACE.findall(as_svg(figure, beside="נמל"))
    assert [ranges for _, ranges, _ in faces] == ["U+5DC,U+5DE,U+5E0"]


@pytest.mark.parametrize("words", [words for words, _ in SHOWN])
def test_pictures_of_pixels_draw_every_letter(words: str) -> None:
    """Matplotlib misses no letter, and the picture is another one than that of boxes."""
    with warnings.catch_warnings(record=True) as missed:
        warnings.simplefilter("always")
        made = preview_picture(title=words, number=words, sentence=words, foot=words)
        again = preview_picture(title=words, number=words, sentence=words, foot=words)
    assert [str(each.message) for each in missed] == []
    assert made == again


@pytest.mark.parametrize(("words", "letters"), SHOWN)
def test_a_live_chart_waits_for_its_letters(words: str, letters: str) -> None:
    """Its block names the letters, and every text of it falls back to their font."""
    assert bokeh_charts.frame  # loads the backend
    chart = hv.Points([(0, 1)], label=words).opts(title=words) * hv.Text(0, 1, words)
    figure, _ = canvas(2.0)
    block = chart_and_sentence_html_blocks.show(
        chart, figure, name="t", alt=words, caption="C"
    ).block
    found = re.search(r' data-letters="([^"]*)"', block)
    assert set(found[1] if found else "") == set(letters)
    item = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', block)[0])
    fonts = [
        value for key, value in _pairs(item) if key.endswith("text_font") and value is not None
    ]
    assert bool(fonts) is bool(letters)
    assert all(FAMILY in json.dumps(font) for font in fonts)


def _pairs(node: object) -> list[tuple[str, object]]:
    """Every key of nested JSON with its value."""
    if isinstance(node, list):
        return [pair for each in node for pair in _pairs(each)]
    if not isinstance(node, dict):
        return []
    return [*node.items(), *(pair for each in node.values() for pair in _pairs(each))]


def test_only_pages_with_such_letters_bring_a_font(tmp_path: Path) -> None:
    """A page gets its own letters, the search those of all, every other page nothing."""
    head = "<html><head><title>t</title></head><body>{}</body></html>"
    words = {
        "plain.html": "Rajin and Раджин",
        "ko.html": "나진",
        "lines/chart.html": r'<script type="application/json">"\ubd80"</script>',
        "cards/row/A1.html": "נמל",
        "search.html": "Search",
    }
    for name, body in words.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(head.format(body), encoding="utf-8")
    write_page_letters(tmp_path)
    pages = {name: (tmp_path / name).read_text(encoding="utf-8") for name in words}
    codes = {
        name: {chr(code) for _, ranges, _ in FACE.findall(page) for code in _codes(ranges)}
        for name, page in pages.items()
    }
    assert codes == {
        "plain.html": set(), "ko.html": set("나진"), "lines/chart.html": {"부"},
        "cards/row/A1.html": set("נמל"), "search.html": set("나진부נמל"),
    }  # fmt: skip
    assert pages["plain.html"] == head.format(words["plain.html"])


def test_a_font_of_the_system_is_never_used() -> None:
    """Fonts come from packages of the lock, so another machine draws the same."""
    assert [font.name for font in pinned_fonts()] == ["DejaVuSans.ttf", "NotoSansCJKtc-Regular.otf"]
    assert all("site-packages" in font.parts for font in pinned_fonts())
    assert font_of("한") == pinned_fonts()[1]
    assert font_of("घ") is None
    assert font_faces("घ") == ""
