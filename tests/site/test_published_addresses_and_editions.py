"""The site keeps what was published: its addresses, its editions and their feeds."""

from __future__ import annotations

import csv
import html
import json
import re

import pytest

from skytally.editions import (
    Edition,
    editions_folder,
    packet_paths,
    published_places,
    read_editions,
)
from skytally.press.edition_pages import ATOM, JSON_FEED
from skytally.press.moved_and_withdrawn_pages import MARK
from skytally.press.site_size import LARGEST_SITE
from tests.support.atom_and_json_feed_validation import atom_faults, json_feed_faults
from tests.support.built_site_pages import (
    KEPT,
    PAGES,
    ROOT,
    SITE,
    broken_link,
    needs_site,
    parsed_page,
)

pytestmark = needs_site


@pytest.fixture(scope="module")
def editions() -> list[Edition]:
    """Return the committed editions, all of which are as they were published."""
    found, faults = read_editions(editions_folder())
    assert [str(fault) for fault in faults] == []
    return found


def test_no_published_address_disappears(editions: list[Edition]) -> None:
    """Each address of each edition, and each that was renamed, is a page of the present site."""
    with (ROOT / "data/moved_addresses.csv").open(encoding="utf-8", newline="") as file:
        moved = [row["old"].partition("#")[0] for row in csv.DictReader(file)]
    published = {address for edition in editions for address in edition.addresses}
    assert len(moved) >= 3
    assert [each for each in sorted({*moved, *published}) if not (SITE / each).is_file()] == []


def test_no_published_file_or_place_in_a_page_disappears() -> None:
    """Each file and each citable anchor of each edition is in the present site."""
    places = published_places(editions_folder())
    assert sum("#" in place for place in places) > 2000
    assert "findings.html#official-claims.missiles_msmt_2024" in places
    assert "data/results/interrupted_refreshes.csv" in places
    lost = []
    for place in sorted(places):
        page, _, anchor = place.partition("#")
        there = (SITE / page).is_file()
        if there and anchor and page not in KEPT:
            there = parsed_page(page).ids[anchor] == 1
        lost += [] if there else [place]
    assert lost == []


def test_what_moved_leads_to_a_place_that_is_there() -> None:
    """The table of moves names pages, files and anchors of the present site."""
    with (ROOT / "data/moved_addresses.csv").open(encoding="utf-8", newline="") as file:
        targets = {row["new"].partition("#") for row in csv.DictReader(file)}
    assert [place for place, _, _ in targets if not (SITE / place).is_file()] == []
    lost = [target for target in targets if target[2] and not parsed_page(target[0]).ids[target[2]]]
    assert lost == []


def test_kept_addresses_lead_on() -> None:
    """A page in place of another has no broken link, and runs no script."""
    assert len(KEPT) >= 3
    for name in KEPT:
        links = parsed_page(name).links
        assert [f for each in links if (f := broken_link(SITE, name, each, parsed_page))] == []
        assert any(tag == "a" for tag, _, _ in links)
        assert "<script" not in (SITE / name).read_text(encoding="utf-8")


def test_editions_have_pages_and_valid_feeds(editions: list[Edition]) -> None:
    """Each edition has a page of its own and an entry in both feeds, which are valid."""
    for edition in editions:
        page = (SITE / f"editions/{edition.id}.html").read_text(encoding="utf-8")
        assert MARK not in page
        assert f"published-findings-{edition.id}" in page
        assert edition.about["packet_root"] in page
    index = (SITE / "editions.html").read_text(encoding="utf-8")
    assert [edition.id for edition in editions if f"editions/{edition.id}.html" not in index] == []
    assert (SITE / ATOM).is_file() == bool(editions)
    if editions:
        assert atom_faults((SITE / ATOM).read_text(encoding="utf-8")) == []
        feed = json.loads((SITE / JSON_FEED).read_text(encoding="utf-8"))
        assert json_feed_faults(feed) == []
        assert [item["id"] for item in feed["items"]] == [
            edition.about["feed_id"] for edition in reversed(editions)
        ]


def test_the_folder_of_each_edition_answers(editions: list[Edition]) -> None:
    """A reader who cuts an address short meets what lies there, with the page to index."""
    for edition in editions:
        page = (SITE / f"editions/{edition.id}/index.html").read_text(encoding="utf-8")
        assert f'<link rel="canonical" href="../{edition.id}.html">' in page
        assert 'href="findings.jsonl"' in page
        assert f'href="../{edition.id}.html#evidence-packets"' in page
    assert (SITE / "editions/index.html").is_file() == bool(editions)


def test_every_packet_has_its_address(editions: list[Edition]) -> None:
    """Each packet of each edition lies where it was published, to the last byte."""
    for edition in editions:
        assert packet_paths(edition.folder)
        for name, path in packet_paths(edition.folder).items():
            maker = path.parents[1].name
            assert (SITE / f"editions/{maker}/packets/{name}").read_bytes() == path.read_bytes()


def test_the_site_stays_small() -> None:
    """The whole site, with the packets of all editions, is under 60 MB."""
    assert sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file()) < LARGEST_SITE


def test_citations_name_the_edition(editions: list[Edition]) -> None:
    """Once there is an edition, the page on citing and the cards name it and its day."""
    about = html.unescape((SITE / "about.html").read_text(encoding="utf-8"))
    cards = json.loads((SITE / "cards.json").read_text(encoding="utf-8"))
    cited = cards["about"]["citation"]
    assert cited in about
    known = f"edition {editions[-1].id}" if editions else "no day of issue is set"
    assert known in about
    assert about.count("no day of issue is set") == (0 if editions else 2)
    if editions:
        assert known in cited
        front = (SITE / "index.html").read_text(encoding="utf-8")
        changes = f'href="editions/{editions[-1].id}.html#what-changed"'
        assert changes in front or 'href="editions/this-copy.html"' in front


def test_every_foot_names_the_edition(editions: list[Edition]) -> None:
    """A page says which edition it is, or after which one it was changed."""
    wanted = re.compile(rf">(after )?edition {editions[-1].id}<" if editions else "sk-foot")
    lacking = [
        name for name in PAGES if not wanted.search((SITE / name).read_text(encoding="utf-8"))
    ]
    assert lacking == []
