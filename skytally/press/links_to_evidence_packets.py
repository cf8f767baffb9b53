"""Links from cards and charts to the evidence packets of the newest edition."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from skytally.editions import (
    chart_pages,
    editions_folder,
    packet_address,
    packet_editions,
    packet_name,
    read_editions,
)
from skytally.press.cards.card_fields_and_text_shortening import Card, Fact, Part

CITE = "cite"
"""Last fact of a card, before which its packet stands."""
FIGURE = re.compile(r'(<figure class="sk-figure" id="([^"]+)">.*?)(</figure>)', re.DOTALL)
HOW_TO_CHECK = "packets.html"


def newest_packets() -> tuple[str, dict[str, str]]:
    """Id of the newest edition, and name of each of its packets to the edition that made it.

    Returns
    -------
    edition : str
        Empty without one.
    packets : dict of str to str
        Without those that a damaged edition made: the files to check them with may be damaged,
        too.
    """
    editions, _ = read_editions(editions_folder())
    if not editions:
        return "", {}
    sound = {edition.id for edition in editions}
    made = packet_editions(editions[-1].folder)
    return editions[-1].id, {name: maker for name, maker in made.items() if maker in sound}


def with_packets(cards: Iterable[Card], edition: str, packets: Mapping[str, str]) -> Iterator[Card]:
    """Yield cards, with a link to the packet where the edition has one.

    Parameters
    ----------
    cards : iterable of Card
        Cards of all kinds.
    edition : str
        Id of the edition.
    packets : mapping of str to str
        Name of each of its packets to the edition that made it.

    Yields
    ------
    Card
    """
    for card in cards:
        maker = packets.get(packet_name(card.kind, card.id), "")
        if not maker:
            yield card
            continue
        words = f"of edition {maker}"
        if maker != edition:
            words += f", unchanged in edition {edition}"
        link = Part(words, packet_address(maker, card.kind, card.id))
        fact = Fact("evidence packet", (link, Part("how to check it", HOW_TO_CHECK)))
        before = [each for each in card.facts if each.label != CITE]
        after = [each for each in card.facts if each.label == CITE]
        yield replace(card, facts=(*before, fact, *after))


def add_under_charts(site: Path, made: Callable[[str, str, str], str]) -> None:
    """Add markup at the end of each printed chart, and write the pages that this changes.

    Parameters
    ----------
    site : Path
        Root of the printed site.
    made : callable
        Gives the markup for the address of a page, the anchor of a chart and the chart's markup.
    """
    for path in chart_pages(site):
        page, address = path.read_text(encoding="utf-8"), path.relative_to(site).as_posix()

        def longer(match: re.Match[str], address: str = address) -> str:
            return f"{match[1]}{made(address, match[2], match[1])}{match[3]}"

        changed = FIGURE.sub(longer, page)
        if changed != page:
            path.write_text(changed, encoding="utf-8")


def _chart_link(page: str, anchor: str, up: str, packets: Mapping[str, str]) -> str:
    name = f"{page}.{anchor}"
    maker = packets.get(packet_name("chart", name), "")
    if not maker:
        return ""
    address = html.escape(up + packet_address(maker, "chart", name))
    link = f'<a href="{address}" download>Evidence packet of this chart</a>'
    return f'<p class="sk-packet">{link}</p>'


def add_chart_links(site: Path, packets: Mapping[str, str]) -> None:
    """Link each printed chart to its packet, under its caption.

    Parameters
    ----------
    site : Path
        Root of the printed site.
    packets : mapping of str to str
        Name of each packet to the edition that made it.
    """
    if not packets:
        return

    def link(address: str, anchor: str, _: str) -> str:
        up = "../" * address.count("/")
        return _chart_link(PurePosixPath(address).stem, anchor, up, packets)

    add_under_charts(site, link)
