"""Search of the book, its script run under Node with pages made for the test."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from skytally.core import project_root
from tests.support.laboratory_script_runner import NODE

SCRIPT = project_root() / "skytally/press/scripts/book_search.js"
DOCUMENT = """
const made = name => ({ name, text: "", children: [], style: {}, before() {}, setAttribute() {},
  set textContent(words) { this.text = words; this.children = []; },
  appendChild(child) { this.children.push(child); if (child.onload) { child.onload(); } } });
let start = null, shown = null;
globalThis.window = { location: { search: SEARCH }, skytallyPages: PAGES, skytallyCards: CARDS,
  skytallySynonyms: [] };
globalThis.document = { documentElement: { dataset: {} }, head: made("head"),
  addEventListener: (_, listener) => { start = listener; },
  getElementById: () => ({ style: {}, before: place => { shown = place; } }),
  createElement: made, createTextNode: text => ({ name: "#text", text, children: [] }) };
"""
COLLECT = """
start();
const all = [], walk = each => { all.push([each.name, each.text]); each.children.forEach(walk); };
walk(shown);
process.stdout.write(JSON.stringify(all));
"""
pytestmark = pytest.mark.skipif(NODE is None, reason="no node on PATH; install it to run this test")


def spans(typed: str, pages: list[str]) -> list[str]:
    """Return the pages that stand beside hits of sections of one title."""
    made = [["What images add", "x.html", "images of ours", 0, page] for page in pages]
    return [text for name, text in _found(typed, made) if name == "span"]


def searched(typed: str, *texts: str) -> tuple[list[str], str]:
    """Return the marked words of a search of pages with these texts, and the note above them."""
    found = _found(
        typed, [[f"Page {which}", "x.html", text, 0, ""] for which, text in enumerate(texts)]
    )
    note = next(text for name, text in found if name == "p" and text)
    return [text for name, text in found if name == "mark"], note


def _found(typed: str, pages: list[Any], cards: dict[str, Any] | None = None) -> list[list[str]]:
    """Return name and text of every element that a search shows."""
    document = DOCUMENT.replace("SEARCH", json.dumps(f"?q={typed}")).replace(
        "PAGES", json.dumps(pages)
    )
    document = document.replace("CARDS", json.dumps({"cards": cards or {}}))
    whole = document + SCRIPT.read_text(encoding="utf-8") + COLLECT
    run = subprocess.run([str(NODE), "-"], input=whole, capture_output=True, text=True, check=False)
    assert not run.returncode, run.stderr[-2000:]
    found: list[list[str]] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("per", "percent of the period, 3 per month", ["per"]),
        ("car", "cars carried cargo by car", ["car"]),
        ("car", "cars carried cargo", ["cars"]),
        ("cars", "a car, not cargo", ["car"]),
        ("pit", "pits, pitted ground and pitch", ["pits", "pitted"]),
        ("ship", "shipping and a shipment", ["shipping", "shipment"]),
        ("1000", "some 1,000 containers", ["1,000"]),
        ("voyages", "a voyage of many voyagers", ["voyage", "voyagers"]),
    ],
)
def test_short_word_finds_its_forms_and_no_longer_word(
    typed: str, text: str, marked: list[str]
) -> None:
    """The word *per* begins *percent* and *period*, which are other words."""
    assert searched(typed, text)[0] == marked


def test_a_hit_names_the_page_of_its_section() -> None:
    """Three pages have a section of one title; without the page nobody could tell them apart."""
    assert spans("images", ["Ports", "Railway"]) == [" \u2013 Ports", " \u2013 Railway"]
    assert spans("images", ["", ""]) == []


def test_note_says_in_plain_words_which_places_are_listed() -> None:
    """Places with only some of the words come after those with all, and the note says so."""
    every, some = "voyages per year", "a voyage"
    assert searched("voyages+year", every)[1] == "1 place with all 2 words."
    two = "2 places with all 2 words, the best first."
    assert searched("voyages+year", every, every)[1] == two
    asked = searched("how+many+voyages+per+year", every)[1]
    assert asked == "Searched for voyages, year: 1 place with all 2 words."
    assert searched("voyages+year", every, some)[1] == (
        "1 place with all 2 words; the list also has places with only some of the words."
    )
    assert searched("voyages+year", some)[1] == (
        "No place has all 2 words; the list has places with some of them."
    )


def test_a_heading_with_all_words_comes_first() -> None:
    """A section of that very thing is not behind one that repeats the words."""
    pages = [
        [
            "Totals",
            "x.html",
            "shells shells shells in a container, container, calls per month",
            4,
            "",
        ],
        ["Shells per container, by each claimant", "y.html", "the table divides numbers", 2, ""],
    ]
    found = [text for name, text in _found("shells per container".replace(" ", "+"), pages)
             if name == "a"]  # fmt: skip
    assert found == ["Shells per container, by each claimant", "Totals"]


@pytest.mark.parametrize(
    "typed", ["what was in the containers", "has anyone seen inside the containers"]
)
def test_two_ways_of_asking_for_contents_lead_to_one_section(typed: str) -> None:
    """Who asks whether anybody looked inside wants the section on what was in the containers."""
    pages = [
        ["Days", "x.html", "anyone has seen the containers, inside and outside", 4, ""],
        ["What was in the containers", "y.html", "nobody looked", 4, ""],
    ]
    found = [text for name, text in _found(typed.replace(" ", "+"), pages) if name == "a"]
    assert found[0] == "What was in the containers"


def test_one_sentence_under_two_ids_is_shown_once() -> None:
    """Two findings of one number and sentence are one answer."""
    card = {"heading": "about 7,000", "kind": "finding", "sentence": "Containers.", "facts": []}
    cards = {"a": {**card, "id": "a", "page": "a"}, "b": {**card, "id": "b", "page": "b"}}
    cards["c"] = {**card, "heading": "about 9,000", "id": "c", "page": "c"}
    found = [text for name, text in _found("containers", [], cards) if name == "a"]
    assert len(found) == 2


def test_a_place_on_real_images_comes_before_one_on_simulated_ones_alone() -> None:
    """Who does not ask for simulations is led to real ships first; who asks for them is not."""
    pages = [
        ["Ships at a berth", "a.html", "On simulated images 9 ships were found.", 2, ""],
        ["A ship at a berth", "b.html", "Of ships on real images of ports 17 were found.", 2, ""],
    ]
    for typed, first in (("ships found", "A ship at a berth"), ("ships simulated", pages[0][0])):
        links = [text for name, text in _found(typed, pages) if name == "a"]
        assert links[0] == first
