"""Files of the cards: a page each, and all of them as JSON and as a script."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from skytally.core import DataError
from skytally.figures import spaced_elements
from skytally.press.cards.book_citation_by_edition_or_copy import BookCitations
from skytally.press.cards.card_fields_and_text_shortening import (
    CAVEATS,
    CITE,
    SENTENCE_END,
    WEB,
    Card,
    Fact,
    Part,
)
from skytally.press.cards.finding_and_claim_cards import claim_card, finding_card
from skytally.press.cards.record_cards import CardRecord, record_cards
from skytally.press.cards.ship_cards import ship_cards, with_ship_links

LARGEST_PAGE = 4096
"""Most bytes of a card's page."""
CARDS_JSON = "cards.json"
CARDS_SCRIPT = "cards.js"
POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none';style-src 'self' file:;img-src 'self'\">"
)
"""No script, and of other files only the sheet of styles."""
FULL = ("all its cells", "all of it")
"""Labels of the link from a card to its full table."""
REST = "the rest stands in the full table"
UP = "../../"
"""From a card's page to the root of the site."""
WITH_REPEATED = """window.skytallyCards=(function(all,facts,parts){
function part(p){return typeof p==="number"?parts[p]:p;}
function whole(f){return{label:f.label,parts:f.parts.map(part)};}
facts=facts.map(whole);
Object.values(all.cards).forEach(function(card){
card.facts=card.facts.map(function(f){return typeof f==="number"?facts[f]:whole(f);});});
return all;})"""
"""Start of the script: puts facts and pieces of facts that many cards share in their places."""


def _link(part: Part, up: str) -> str:
    words = html.escape(part.text)
    if not part.url:
        return words
    url = part.url if part.url.startswith(WEB) else up + part.url
    return f'<a href="{html.escape(url)}">{words}</a>'


def _fact(fact: Fact, up: str) -> str:
    parts = [_link(part, up) for part in fact.parts]
    return f"<dt>{html.escape(fact.label)}</dt><dd>{', '.join(parts)}</dd>"


def card_page(
    card: Card, *, title: str, licence: str, edition: str = "", edition_page: str = ""
) -> str:
    """Page of one card, which a browser shows without scripts.

    Parameters
    ----------
    card : Card
        The card.
    title : str
        Title of the book.
    licence : str
        Licence of its text.
    edition : str
        Words on the edition that the book is or comes after; empty without one.
    edition_page : str
        Address of its page from the root of the site.

    Returns
    -------
    str
        HTML of at most `LARGEST_PAGE` bytes: facts that would exceed them are left to the
        page that the card links last.
    """
    facts = list(card.facts)
    foot = html.escape(licence)
    if edition:
        foot += f" · {_link(Part(edition, edition_page), UP)}"
    while True:
        page = _page(card, facts, title=title, foot=foot)
        if len(page.encode()) <= LARGEST_PAGE or not facts:
            return page
        longest = max(facts, key=_first_to_shorten)
        facts = [_trimmed(each, card) if each is longest else each for each in facts]
        facts = [each for each in facts if each.parts]


def _first_to_shorten(fact: Fact) -> tuple[bool, bool, int]:
    """Order in which facts are shortened: the longest, then caveats, then the citation."""
    return fact.label != CITE, fact.label not in CAVEATS, len(_fact(fact, UP))


def _trimmed(fact: Fact, card: Card) -> Fact:
    """Leave out the last piece of a fact, or the last sentence of a caveat, and say so."""
    sentences = SENTENCE_END.split(fact.parts[0].text) if fact.label in CAVEATS else []
    if len(sentences) > 1:
        text = " ".join(sentences[:-1]).removesuffix(".")
        return Fact(fact.label, (Part(text), Part(REST, _full_table(card))))
    kept = fact.parts[: -2 if fact.parts[-1].text == "..." else -1]
    return Fact(fact.label, (*kept, Part("...")) if kept else ())


def _full_table(card: Card) -> str:
    """Address of the row of a card in its full table; empty where the card links none."""
    linked = (each.parts[0].url for each in card.facts if each.label in FULL)
    return next(linked, "")


def _page(card: Card, facts: list[Fact], *, title: str, foot: str) -> str:
    heading, sentence = html.escape(card.heading), html.escape(card.sentence)
    lines = "".join(_fact(each, UP) for each in facts)
    return spaced_elements(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{POLICY}'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{heading} ({html.escape(card.id)})</title>"
        f'<meta name="description" content="{sentence[:150]}">'
        f'<link rel="stylesheet" href="{UP}_static/cards/card_page.css"></head><body>'
        f'<main class="card"><p class="kind">{card.kind} {html.escape(card.id)}</p>'
        f"<h1>{heading}</h1><p>{sentence}</p><dl>{lines}</dl></main>"
        f'<footer><a href="{UP}index.html">{html.escape(title)}</a> · {foot}'
        "</footer></body></html>\n"
    )


def _as_json(card: Card) -> dict[str, Any]:
    return {
        "kind": card.kind,
        "id": card.id,
        "heading": card.heading,
        "sentence": card.sentence,
        "page": card.address,
        "facts": [
            {
                "label": fact.label,
                "parts": [
                    {"text": part.text, "url": part.url} if part.url else {"text": part.text}
                    for part in fact.parts
                ],
            }
            for fact in card.facts
        ],
    }


def all_cards(
    record: CardRecord,
    findings: list[dict[str, Any]],
    claims: list[dict[str, Any]],
    *,
    cited: BookCitations,
) -> list[Card]:
    """Cards of all findings, claims, rows, sources and ships.

    Parameters
    ----------
    record : CardRecord
        The record.
    findings, claims : list of dict
        Entries of ``findings.json`` and ``claims.json``.
    cited : BookCitations
        How the book is cited for a finding or a claim.

    Raises
    ------
    DataError
        If two of one kind have the same id.
    """
    cards = [finding_card(record, each, cited.of_finding(each)) for each in findings]
    cards += [claim_card(record, each, cited.of_claim(each)) for each in claims]
    cards += record_cards(record, findings)
    cards = [*with_ship_links(record, cards), *ship_cards(record)]
    # file systems that ignore the case of letters would keep one of two
    counts = Counter(card.address.lower() for card in cards)
    twice = [address for address, count in counts.items() if count > 1]
    if twice:
        message = f"two cards of one id: {', '.join(twice)}; give one of them another"
        raise DataError(message)
    return cards


def write_cards(site: Path, cards: Iterable[Card], about: Mapping[str, str]) -> None:
    """Write the pages of the cards, `CARDS_JSON` and its twin as a script.

    Parameters
    ----------
    site : pathlib.Path
        Root of the site.
    cards : iterable of Card
        All cards.
    about : mapping of str to str
        ``title``, ``author``, ``licence`` and whatever else every card should carry.
    """
    listed = list(cards)
    words = {"title": about["title"], "licence": about["licence"]}
    words |= {name: about[name] for name in ("edition", "edition_page") if name in about}
    for card in listed:
        path = site / card.address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(card_page(card, **words), encoding="utf-8")
    content = {
        "about": dict(about),
        "cards": {f"{card.kind}/{card.id}": _as_json(card) for card in listed},
    }
    (site / CARDS_JSON).write_text(_plain(content) + "\n", encoding="utf-8")
    # pages on a disk may load a script, and fetch nothing
    (site / CARDS_SCRIPT).write_text(f"{WITH_REPEATED}({_repeated_once(content)});\n", "utf-8")


def _plain(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    """Texts that occur more than once, numbered from 0."""
    repeated = (text for text, count in Counter(texts).items() if count > 1)
    return {text: at for at, text in enumerate(repeated)}


def _repeated_once(content: Mapping[str, Any]) -> str:
    """Arguments of `WITH_REPEATED`: a third of the cards' text stands on many of them."""
    facts = [fact for card in content["cards"].values() for fact in card["facts"]]
    parts = _numbered(_plain(part) for fact in facts for part in fact["parts"])

    def short(fact: Mapping[str, Any]) -> dict[str, Any]:
        return {**fact, "parts": [parts.get(_plain(part), part) for part in fact["parts"]]}

    known = _numbered(_plain(short(fact)) for fact in facts)
    cards = {
        key: {**card, "facts": [known.get(_plain(short(f)), short(f)) for f in card["facts"]]}
        for key, card in content["cards"].items()
    }
    whole = _plain({**content, "cards": cards})
    texts = f"{whole},[{','.join(known)}],[{','.join(parts)}]"
    return texts.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
