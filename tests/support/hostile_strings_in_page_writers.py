"""Hostile strings put through the functions that write pages, scripts, pictures and downloads.

A string is drawn from its number alone, so that any one of them can be tried again. What is written
is parsed and held against the same thing written of a harmless word.
"""

from __future__ import annotations

import base64
import csv
import json
import random
import re
import tempfile
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import holoviews as hv
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from skytally.core import read_json
from skytally.core.table_reader import scan
from skytally.figures.chart_alt_text import alt_text
from skytally.figures.chart_and_sentence_html_blocks import sentence, show
from skytally.figures.html_tables import table_block
from skytally.findings import write_table
from skytally.imagery.figures.thumbnails_and_before_after_slider import thumbnails_block
from skytally.imagery.pipeline import Thumbnail
from skytally.press.cards.card_fields_and_text_shortening import Card, fact, web_link
from skytally.press.cards.card_files import card_page, write_cards
from skytally.press.search_index import _script, page_sections
from skytally.press.sphinx_ext.html_blocks import (
    computed_table,
    empty_state,
    filtered_table,
    small_table,
    table_row,
)

REFUSED, TEXT, ALTERED, MARKUP = "refused", "text", "altered", "markup"
"""Refused by the check, shown as text, shown with other letters, became markup or a formula."""
OUTCOMES = (REFUSED, TEXT, ALTERED, MARKUP)
Outcome = tuple[str, str, str, str]
"""Family, outcome, where it became markup or other letters, and the string."""
BATCH = 100
"""Strings in one chart and one file."""
LONGEST_DRAWN = 200
"""Letters of the longest string that is drawn; the check refuses longer names."""
RUN = "window.ran=1"
ENDS = ("", '">', "'>", "</td>", "</title>", "</script>", "-->", "]]>", "</textarea>", "\\", "`")
FAMILIES: dict[str, tuple[str, ...]] = {
    "script tags": (
        f"<script>{RUN}</script>", f"<ScRiPt/x>{RUN}</sCrIpT >", "<script src=//a.example/x.js>",
        f"<scr<script>ipt>{RUN}</scr</script>ipt>", f"<!--<script>{RUN}//", "</script><script>",
    ),
    "handlers": (
        f"<img src=x onerror={RUN}>", f"<svg/onload={RUN}>", f'" autofocus onfocus="{RUN}',
        f"' onmouseover='{RUN}", f"<details open ontoggle={RUN}>", f"<body onload={RUN}>",
    ),
    "other markup": (
        "<iframe srcdoc='<b>x'>", "<base href=//a.example/>", "<style>*{display:none}</style>",
        "<meta http-equiv=refresh content=0>", "<form action=//a.example><button>", "<x",
        "<math><mi//xlink:href='data:x'>", "<!DOCTYPE html>", "<?xml version='1.0'?>",
    ),
    "template braces": (
        "{{ 7*7 }}", "{% raw %}{{ x }}{% endraw %}", "{value}", "{0.__class__}", "${7*7}", "#{7*7}",
        "@{value}{safe}", "%(value)s %s %n", "{said}", "{{ config.items() }}", "$$", "@ID@",
    ),
    "MyST and Markdown": (
        "{f}`port-imagery.peak`", "```{raw} html\n<b>\n```", "{src}`X`", "[a](javascript:alert(1))",
        "![a](x)", "(label)=", "# heading", "<https://a.example>", "| a | b |", "---", "`x`",
        "{eval-rst}", ":::{note}", "[^1]: x", "&amp;nbsp;", "**x** _y_",
    ),
    "LaTeX": (
        r"\input{/etc/passwd}", r"$\frac{1}{2}$", r"\write18{ls}", r"\end{document}", "$x^2$",
        "50%", r"$\unknown{$", "a_b^c", r"\href{x}{y}", "$",
    ),
    "formulas": (
        '=HYPERLINK("x";"y")', "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\uff1d1+1", " =1+1",
        "a;=1+1", "a|+1", "\u200b=1+1", "=IMPORTXML(1)", "\ufe63" + "2+3", "%0A=1",
    ),
    "control characters": (
        "a\x00b", "a\x1b[2Jb", "a\x08b", "a\x0bb", "a\x7fb", "a\x85b", "a\r\nb", "a\tb", "a\x0cb",
    ),
    "direction and unseen characters": (
        "a\u202eb", "a\u2066b\u2069", "a\u200bb", "\ufeffa", "a\u00adb", "a\u2028b", "a\U000e0041b",
        "a\u061cb", "a\ufffeb", "a\u034fb",
    ),
    "half characters": ("a\ud800b", "\udfff", "a\udc80b"),
    "entities": (
        "&lt;script&gt;", "&#60;b&#62;", "&#x3c;b>", "&quot;&gt;<b>", "&nbsp", "&amp;lt;",
        "\\u003cb>", "%3Cscript%3E", "\\x3cb", "&NotAnEntity;", "&#0;", "&",
    ),
    "addresses": (
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:x",
        "data:text/html,<script>1</script>", "vbscript:x", "//a.example/x", 'https://a.example/"x=1',
        "http://a@b.example/<b>", "file:///etc/passwd", "https://a.example/?q=</script>", "blob:x",
    ),
    "long strings": ("x", "<b>", "위성 ", "a b ", "&", "'\"", "ﷺ", "🛳", "é", "=1;"),
}  # fmt: skip
DICTIONARY = (
    "column,type,vocabulary,required,refers_to,meaning,empty_means\n"
    "id,id,,yes,,row,\ntext,text,,no,,words,nothing\n"
)
PLAIN = "harmless words"
ABOUT = {"title": "Made up", "licence": "CC BY 4.0", "author": "Nobody"}
UNSEEN = re.compile(
    r"[\s\u0000-\u0020\u007f-\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+"
)
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
SAFE_SCHEMES = {"http", "https", "data"}
"""Of a written address; pictures are data, and their tags are counted."""
NUMBER = re.compile(r"\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*", re.ASCII)


def payload(number: int) -> tuple[str, str]:
    """Draw a string and its family from its number."""
    draw = random.Random(f"payload {number}")
    family = list(FAMILIES)[number % len(FAMILIES)]
    core = draw.choice(FAMILIES[family])
    if family == "long strings":
        return family, core * draw.choice((50, 300, 1000, 6_000 // len(core)))
    if draw.random() < 0.3:
        core = "".join(draw.choice((sign.upper(), sign.lower(), sign)) for sign in core)
    if draw.random() < 0.3:
        core += draw.choice(FAMILIES[draw.choice(list(FAMILIES)[:-1])])
    before, after = (
        draw.choice(("", "seen ", "73 ", "\u8239 ")),
        draw.choice(("", " cars", ">", "'")),
    )
    if family == "formulas":
        before = draw.choice(("", "", " ", "\t"))
    return family, f"{before}{draw.choice(ENDS)}{core}{after}"


class _Skeleton(HTMLParser):
    """Tags with the names of their attributes, and the words, of what was written."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[tuple[str, ...]] = Counter()
        self.words: list[str] = []
        self.unsafe: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag, and keep what a reader gets of its attributes."""
        self.tags[(tag, *sorted(name for name, _ in attrs))] += 1
        for name, value in attrs:
            if name in ("alt", "aria-label", "content", "title"):
                self.words.append(value or "")
            if name in ("href", "src", "action"):
                scheme = SCHEME.match(re.sub(r"[\x00-\x20]", "", value or ""))
                if scheme and scheme[1].lower() not in SAFE_SCHEMES:
                    self.unsafe.append(value or "")

    def handle_data(self, data: str) -> None:
        """Keep words."""
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        """Count a comment as a tag."""
        self.tags["--", data[:1]] += 1

    def handle_decl(self, decl: str) -> None:
        """Count a declaration as a tag."""
        self.tags["!", decl[:9]] += 1

    def handle_pi(self, data: str) -> None:
        """Count an instruction as a tag."""
        self.tags["?", data[:1]] += 1


def _read(page: str) -> _Skeleton:
    found = _Skeleton()
    found.feed(page)
    found.close()
    return found


def _seen(text: str) -> str:
    """Text without spaces and what nobody sees, as two readers would compare it."""
    return UNSEEN.sub("", text.encode("utf-8", "replace").decode())


def _page_table(text: str) -> str:
    rows = [table_row((text, text)), table_row((text, 1))]
    return filtered_table("made-up", text, [text, "more"], rows, empty=text, choices=[text])


def _notebook_table(text: str) -> str:
    return table_block(pd.DataFrame({"a": [text], "b": [text]}), caption=text, empty=text).block


def _card(text: str) -> Card:
    facts = [
        *fact("note", [text]), *fact("page", [web_link(text, text)]), *fact("counter", [text, text])
    ]  # fmt: skip
    return Card("row", "R1", text, text, tuple(facts))


def _card_html(text: str) -> str:
    return card_page(_card(text), title=text, licence=text)


def _picture(text: str) -> str:
    chip = Thumbnail(np.zeros((2, 2, 3), np.uint8), 10.0, text, text, text)
    return thumbnails_block([chip], caption=text, empty=text).block


def _nothing(text: str) -> str:
    return empty_state(text, anchor=text) + sentence(text, name=text).block


def _two_columns(text: str) -> str:
    return small_table(text, [text, "b"], [[text, text]], empty=text)


PAGES: dict[str, Callable[[str], str]] = {
    "table of a page": _page_table,
    "small table": _two_columns,
    "table of a notebook": _notebook_table,
    "card": _card_html,
    "alternative text of a picture": _picture,
    "sentence in place of a table": _nothing,
}
"""What writes HTML of one string."""


@cache
def _usual(name: str) -> Counter[tuple[str, ...]]:
    """Tags of what is written of harmless words, the most of each."""
    most: Counter[tuple[str, ...]] = Counter()
    for words in (PLAIN, "https://a.example/b", f"{PLAIN} " * 500, "harmless" * 800):
        most |= _read(PAGES[name](words)).tags
    return most


def _page_fault(name: str, text: str) -> str:
    """Outcome of one string on one kind of page; empty where it is shown as text."""
    found = _read(PAGES[name](text))
    if found.tags - _usual(name) or found.unsafe:
        return MARKUP
    # a card shortens what it has no room for
    wanted = _seen(text)[: 30 if name == "card" else None]
    return "" if wanted in _seen("\n".join(found.words)) else ALTERED


def _script_fault(text: str) -> str:
    """Outcome in the script of the search, whose words come from a printed page."""
    page = f"<article><section id='a'><h1>Made up</h1>{_nothing(text)}</section></article>"
    words = [list(section) for section in page_sections(page)]
    script = _script("made_up", words)
    if "<" in script:
        return MARKUP
    again = json.loads(script.removeprefix("window.made_up=").rstrip(";\n"))
    return "" if again == words and _seen(text) in _seen(words[0][2]) else ALTERED


def refused(folder: Path, text: str) -> bool:
    """Whether the check refuses a row with this cell."""
    path = folder / "t.csv"
    if not (folder / "t.dictionary.csv").is_file():
        (folder / "t.dictionary.csv").write_text(DICTIONARY, encoding="utf-8")
        (folder / "vocabulary.csv").write_text("vocabulary,word,meaning\n", encoding="utf-8")
    quoted = text.replace('"', '""')
    path.write_bytes(f'id,text\nA1,"{quoted}"\n'.encode("utf-8", "surrogatepass"))
    return bool(scan(path)[1])


def _is_text(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _runs(cell: str) -> bool:
    """Whether any part of a cell would be run by a spreadsheet of some locale."""
    for part in re.split(r"[;|\t\r\n]", cell):
        first = unicodedata.normalize("NFKC", UNSEEN.sub("", part)[:1])
        if first and first in "=+-@" and not NUMBER.fullmatch(cell):
            return True
    return False


def _file_faults(folder: Path, texts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Outcomes in the files that a reader takes away: two ways to write CSV, and the cards."""
    table = pd.DataFrame({"id": [f"A{k}" for k in range(len(texts))], "text": list(texts)})
    write_table(table, folder, name="made-up.rows")
    computed_table(folder / "computed", "made-up", table)
    written = (folder / "data/made-up.rows.csv", folder / "computed/data/made-up.csv")
    for path in written:
        with path.open(encoding="utf-8", newline="") as file:
            _, *rows = csv.reader(file)
        for text, (_, cell) in zip(texts, rows, strict=True):
            if _runs(cell):
                yield "download", MARKUP, text
            elif _seen(cell.replace("'", "")) != _seen(text.replace("'", "")):
                yield "download", ALTERED, text
    cards = [Card("row", f"R{k}", PLAIN, text) for k, text in enumerate(texts)]
    write_cards(folder / "site", cards, ABOUT)
    known = read_json(folder / "site/cards.json")["cards"]
    for k, text in enumerate(texts):
        if known[f"row/R{k}"]["sentence"] != text:
            yield "file of the cards", ALTERED, text


def _chart_faults(texts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Outcomes in a chart: its JSON, its SVG, alternative text and caption."""
    k = np.arange(len(texts), dtype=float)
    named = {"label": list(texts), "said": list(texts), "when": list(texts)}
    marks = pd.DataFrame({"x": k, "y": k, **named})
    live = hv.Scatter(marks, "x", ["y", "said"]) * hv.Labels(marks, ["x", "y"], "label")
    figure = Figure(figsize=(4, 0.3 * len(texts)))
    axes = figure.subplots()
    axes.set_ylim(0, len(texts))
    for y, text in enumerate(texts):
        axes.text(0.0, y, text)
    alt = alt_text(marks, subject=PLAIN, filed=False)
    block = show(live, figure, name="made-up", alt=alt, caption="\n".join(texts)).block
    found = _read(block)
    plain = {"figure", "div", "script", "img", "figcaption"}
    if {tag for tag, *_ in found.tags} - plain or found.unsafe or sum(found.tags.values()) > 6:
        yield "chart", MARKUP, " ".join(texts)[:500]
    scripts = re.findall(r'<script type="application/json">(.*?)</script>', block, re.DOTALL)
    words = json.dumps(json.loads(scripts[0]), ensure_ascii=False)
    (picture,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', block)
    drawn = ET.fromstring(base64.b64decode(picture))
    names = {element.tag.rpartition("}")[2] for element in drawn.iter()}
    handlers = [
        name for element in drawn.iter() for name in element.attrib if name.startswith("on")
    ]
    if names & {"script", "foreignObject", "a", "iframe"} or handlers:
        yield "SVG", MARKUP, " ".join(texts)[:500]
    svg_words = _seen("".join(drawn.itertext()))
    shown = _seen("\n".join(found.words))
    for text in texts:
        inside = json.dumps(text, ensure_ascii=False)[1:-1]
        for where, known, wanted in (
            ("JSON of a chart", words, inside),
            ("words of an SVG", svg_words, _seen(text)),
            ("caption of a chart", shown, _seen(text)),
        ):
            if wanted not in known:
                yield where, ALTERED, text


def outcomes(numbers: range) -> Iterator[Outcome]:
    """Put strings through everything that writes them.

    Parameters
    ----------
    numbers : range
        Numbers of the strings.

    Yields
    ------
    tuple of str
        One a string. A string that the check refuses never reaches a page; pages and scripts are
        tried with it all the same, charts and files are not.
    """
    drawn = {number: payload(number) for number in numbers}
    worst: dict[str, list[tuple[str, str]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept_out = {text for _, text in drawn.values() if refused(folder, text)}
        for text in {text for _, text in drawn.values()}:
            if not _is_text(text):
                worst[text] = []  # no file can hold it
                continue
            found = [(each, _page_fault(each, text)) for each in PAGES]
            found.append(("search", _script_fault(text)))
            worst[text] = [(where, fault) for where, fault in found if fault]
        accepted = sorted(worst.keys() - kept_out)
        short = [text for text in accepted if len(text) <= LONGEST_DRAWN]
        for k in range(0, len(accepted), BATCH):
            for where, fault, text in _file_faults(folder, accepted[k : k + BATCH]):
                worst.setdefault(text, []).append((where, fault))
        for k in range(0, len(short), BATCH):
            for where, fault, text in _chart_faults(short[k : k + BATCH]):
                worst.setdefault(text, []).append((where, fault))
    for family, text in drawn.values():
        bad = [(where, fault) for where, fault in worst[text] if fault == MARKUP]
        if text in kept_out and not bad:
            yield family, REFUSED, "", text
        elif worst[text]:
            where, fault = bad[0] if bad else worst[text][0]
            yield family, fault, where, text
        else:
            yield family, TEXT, "", text
