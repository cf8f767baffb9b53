"""Pages of cards: small and valid, every link leads somewhere, and words of any kind stay words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from skytally.press.cards.card_fields_and_text_shortening import Card, Fact, Part, fact, shortened
from skytally.press.cards.card_files import LARGEST_PAGE, card_page, write_cards
from skytally.press.cards.finding_and_claim_cards import finding_card
from skytally.press.cards.record_cards import CardRecord, record_cards
from tests.support.laboratory_script_runner import ABSENT, can_run, run_script
from tests.support.made_up_finding_for_cards import CITE, FINDING
from tests.support.parsed_charts import NASTY, tags

ABOUT = {"title": "Counted from Above", "licence": "CC BY 4.0", "author": "The skytally authors"}


def test_every_page_is_small_and_valid_and_every_link_of_a_card_exists(
    cards_of: CardRecord, tmp_path: Path
) -> None:
    """No page exceeds its limit, and no card leads to a card that is not written."""
    cards = [finding_card(cards_of, FINDING, CITE), *record_cards(cards_of, [FINDING])]
    write_cards(tmp_path, cards, ABOUT)
    pages = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.html")}
    assert len(pages) == len(cards)
    assert max(path.stat().st_size for path in pages.values()) <= LARGEST_PAGE
    urls = {part.url for card in cards for each in card.facts for part in each.parts}
    assert {url for url in urls if url.startswith("cards/")} <= set(pages)


@pytest.mark.skipif(not can_run(), reason=ABSENT)
def test_file_of_all_cards_and_its_script_say_the_same(tmp_path: Path) -> None:
    """Others read the one, pages on a disk the other, which holds once what cards share."""
    shared, page = Fact("note", (Part("<b>"),)), Part("read in a long newspaper", "https://x.org")
    cards = [
        Card("row", "P1", "</script> 1", "\u2028", (shared, Fact("read in", (page,)))),
        Card("row", "P2", "second", "sentence", (shared, Fact("date", (page, Part("1"))))),
    ]
    write_cards(tmp_path, cards, ABOUT)
    whole = json.loads((tmp_path / "cards.json").read_text(encoding="utf-8"))
    script = (tmp_path / "cards.js").read_text(encoding="utf-8")
    assert "</script" not in script
    assert "\u2028" not in script
    assert script.count("long newspaper") == script.count("u003cb>") == 1
    loaded = run_script(f"(function(){{var window={{}};{script}return window.skytallyCards;}})()")
    assert loaded == whole
    assert whole["cards"]["row/P1"]["page"] == "cards/row/P1.html"


@pytest.mark.parametrize("words", [*NASTY, "위성 사진 " * 300, "שלום", "x" * 9000])
def test_words_of_any_kind_stay_words_and_fit(words: str) -> None:
    """Tags, Korean, right-to-left and endless words are shown as text on a page of its size."""
    card = Card("row", "P1", shortened(words), shortened(words), tuple(fact("note", [words])))
    page = card_page(card, title=words[:50], licence="CC BY 4.0")
    assert len(page.encode()) <= LARGEST_PAGE
    allowed = {"html", "head", "meta", "title", "link", "body", "main", "p", "h1", "dl", "dt", "dd",
               "footer", "a"}  # fmt: skip
    assert {tag for tag, _ in tags(page)} <= allowed


def test_page_that_would_be_too_long_leaves_out_the_longest_fact_and_says_so() -> None:
    """What is cut ends in an ellipsis; the short facts and the citation stay."""
    long = Fact("rows", tuple(Part("x" * 400, f"cards/row/{i}.html") for i in range(20)))
    cite = Fact("cite", (Part("c" * 2600),))
    page = card_page(
        Card("row", "P1", "1", "1", (Fact("date", (Part("2023"),)), long, cite)),
        title="t",
        licence="l",
    )
    assert "c" * 2600 in page
    assert len(page.encode()) <= LARGEST_PAGE
    assert "2023" in page
    assert "..." in page


def test_a_caveat_ends_at_a_sentence_and_leads_to_the_full_table() -> None:
    """Lists are cut before a caveat, and a caveat is never cut within a sentence."""
    caveat = " ".join(f"The page says so of ship {i}, and nobody checked it." for i in range(18))
    note = fact("note", [caveat])
    assert note[0].parts[0].text == caveat
    row = Fact("all its cells", (Part("row P1", "record.html#P1"),))
    links = Fact("rows", tuple(Part("x" * 300, f"cards/row/{i}.html") for i in range(9)))
    page = card_page(Card("row", "P1", "1", "1", (*note, links, row)), title="t", licence="l")
    assert caveat in page
    assert "..." in page
    many = Fact("note", (Part(" ".join([caveat] * 5)),))
    page = card_page(Card("row", "P1", "1", "1", (many, row)), title="t", licence="l")
    assert len(page.encode()) <= LARGEST_PAGE
    kept = page.partition("<dt>note</dt>")[2]
    assert re.search(
        r'checked it, <a href="[./]*record\.html#P1">the rest stands in the full table</a>', kept
    )
