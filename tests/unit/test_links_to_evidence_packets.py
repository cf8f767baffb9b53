"""Links from cards and charts to packets."""

from __future__ import annotations

from pathlib import Path

from skytally.press.cards.card_fields_and_text_shortening import Card, Fact, Part
from skytally.press.links_to_evidence_packets import add_chart_links, with_packets
from tests.support.edition_packets_and_tampering import made_up_site

PACKETS = {
    "finding-a.b.zip": "2026-11-29",
    "finding-a.d.zip": "2026-10-01",
    "chart-rail-counts.railcars.zip": "2026-11-29",
}


def test_with_packets_links_what_the_edition_has() -> None:
    """A card gets its packet before the citation, named with its edition; another nothing."""
    facts = (Fact("rows", (Part("R001"),)), Fact("cite", (Part("words"),)))
    cards = [Card("finding", key, "1", "One.", facts) for key in ("a.b", "a.c", "a.d")]
    first, second, third = with_packets(cards, "2026-11-29", PACKETS)
    assert [fact.label for fact in first.facts] == ["rows", "evidence packet", "cite"]
    link = first.facts[1].parts[0]
    assert link.url == "editions/2026-11-29/packets/finding-a.b.zip"
    assert link.text == "of edition 2026-11-29"
    assert second.facts == facts
    kept = third.facts[1].parts[0]
    assert kept.url == "editions/2026-10-01/packets/finding-a.d.zip"
    assert kept.text == "of edition 2026-10-01, unchanged in edition 2026-11-29"


def test_add_chart_links_links_a_chart_from_its_page(tmp_path: Path) -> None:
    """The link leads from the folder of the page to a file of the site; pages stay else."""
    site = made_up_site(tmp_path / "site")
    page = site / "lines/rail-counts.html"
    before = page.read_text(encoding="utf-8")
    add_chart_links(site, {})
    assert page.read_text(encoding="utf-8") == before
    add_chart_links(site, PACKETS)
    link = (
        '<p class="sk-packet"><a href="../editions/2026-11-29/packets/chart-rail-counts.railcars'
        '.zip" download>Evidence packet of this chart</a></p></figure>'
    )
    assert page.read_text(encoding="utf-8") == before.replace("</figure>", link)
