"""Links from cards and charts to the evidence packets of the newest edition."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from skytally.editions import (
    PACKETS,
    chart_pages,
    editions_folder,
    newest_edition,
    packet_address,
    packet_name,
    published_packets,
)
from skytally.press.cards.card import Card, Fact, Part

CITE = "cite"
"""Last fact of a card, before which its packet stands."""
FIGURE = re.compile(r'(<figure class="sk-figure" id="([^"]+)">.*?)(</figure>)', re.DOTALL)
HOW_TO_CHECK = "packets.html"


def newest_packets() -> tuple[str, frozenset[str]]:
    """Id of the newest edition and the names of its packets; empty without one."""
    edition = newest_edition(editions_folder())
    if edition is None:
        return "", frozenset()
    known = published_packets(edition.folder)
    begin = f"{PACKETS}/"
    return edition.id, frozenset(
        name.removeprefix(begin) for name in known if name.startswith(begin)
    )


def with_packets(cards: Iterable[Card], edition: str, packets: frozenset[str]) -> Iterator[Card]:
    """Yield cards, with a link to the packet where the edition has one.

    Parameters
    ----------
    cards : iterable of Card
        Cards of all kinds.
    edition : str
        Id of the edition.
    packets : frozenset of str
        Names of its packets.

    Yields
    ------
    Card
    """
    for card in cards:
        if packet_name(card.kind, card.id) not in packets:
            yield card
            continue
        link = Part(f"of edition {edition}", packet_address(edition, card.kind, card.id))
        fact = Fact("evidence packet", (link, Part("how to check it", HOW_TO_CHECK)))
        before = [each for each in card.facts if each.label != CITE]
        after = [each for each in card.facts if each.label == CITE]
        yield replace(card, facts=(*before, fact, *after))


def _chart_link(page: str, anchor: str, up: str, found: Mapping[str, str]) -> str:
    name = packet_name("chart", f"{page}.{anchor}")
    if name not in found:
        return ""
    link = f'<a href="{html.escape(up + found[name])}" download>Evidence packet of this chart</a>'
    return f'<p class="sk-packet">{link}</p>'


def add_chart_links(site: Path, edition: str, packets: frozenset[str]) -> None:
    """Link each printed chart to its packet, under its caption.

    Parameters
    ----------
    site : Path
        Root of the printed site.
    edition : str
        Id of the edition.
    packets : frozenset of str
        Names of its packets.
    """
    found = {name: f"editions/{edition}/{PACKETS}/{name}" for name in packets}
    for path in chart_pages(site) if packets else ():
        page = path.read_text(encoding="utf-8")
        up = "../" * (len(path.relative_to(site).parts) - 1)

        def linked(match: re.Match[str], stem: str = path.stem, up: str = up) -> str:
            return f"{match[1]}{_chart_link(stem, match[2], up, found)}{match[3]}"

        with_links = FIGURE.sub(linked, page)
        if with_links != page:
            path.write_text(with_links, encoding="utf-8")
