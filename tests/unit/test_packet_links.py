"""Links from cards and charts to packets."""

from __future__ import annotations

from pathlib import Path

from skytally.press.cards.card import Card, Fact, Part
from skytally.press.packet_links import add_chart_links, with_packets
from tests.support.packet_edition import made_up_site

PACKETS = frozenset({"finding-a.b.zip", "chart-rail-counts.railcars.zip"})


def test_with_packets_links_what_the_edition_has() -> None:
    """A card of the edition gets its packet before the citation, another card nothing."""
    facts = (Fact("rows", (Part("R001"),)), Fact("cite", (Part("words"),)))
    cards = [Card("finding", "a.b", "1", "One.", facts), Card("finding", "a.c", "2", "Two.", facts)]
    first, second = with_packets(cards, "2026-11-29", PACKETS)
    assert [fact.label for fact in first.facts] == ["rows", "evidence packet", "cite"]
    link = first.facts[1].parts[0]
    assert link.url == "editions/2026-11-29/packets/finding-a.b.zip"
    assert link.text == "of edition 2026-11-29"
    assert second.facts == facts


def test_add_chart_links_links_a_chart_from_its_page(tmp_path: Path) -> None:
    """The link leads from the folder of the page to a file of the site; pages stay else."""
    site = made_up_site(tmp_path / "site")
    page = site / "lines/rail-counts.html"
    before = page.read_text(encoding="utf-8")
    add_chart_links(site, "2026-11-29", frozenset())
    assert page.read_text(encoding="utf-8") == before
    add_chart_links(site, "2026-11-29", PACKETS)
    link = (
        '<p class="sk-packet"><a href="../editions/2026-11-29/packets/chart-rail-counts.railcars'
        '.zip" download>Evidence packet of this chart</a></p></figure>'
    )
    assert page.read_text(encoding="utf-8") == before.replace("</figure>", link)
