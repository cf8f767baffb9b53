"""The site keeps what was published: its addresses, its editions and their feeds."""

from __future__ import annotations

import csv
import json
import re

import pytest

from skytally.editions import Edition, editions_folder, read_editions
from skytally.press.edition_pages import ATOM, JSON_FEED
from tests.support.feed_rules import atom_faults, json_feed_faults
from tests.support.site_pages import KEPT, PAGES, ROOT, SITE, broken_link, needs_site, parsed_page

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
        moved = [row["old"] for row in csv.DictReader(file)]
    published = {address for edition in editions for address in edition.addresses}
    assert len(moved) >= 3
    assert [each for each in sorted({*moved, *published}) if not (SITE / each).is_file()] == []


def test_kept_addresses_lead_on() -> None:
    """A page in place of another has no broken link, and runs no script."""
    assert len(KEPT) >= 3
    for name in KEPT:
        links = parsed_page(name).links
        assert [f for each in links if (f := broken_link(SITE, name, each, parsed_page))] == []
        assert any(tag == "a" for tag, _, _ in links)
        assert "<script" not in (SITE / name).read_text(encoding="utf-8")


def test_editions_have_pages_and_valid_feeds(editions: list[Edition]) -> None:
    """Each edition has a page in the menu and an entry in both feeds, which are valid."""
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


def test_every_foot_names_the_edition(editions: list[Edition]) -> None:
    """A page says which edition it is, or after which one it was changed."""
    wanted = re.compile(rf">(after )?edition {editions[-1].id}<" if editions else "sk-foot")
    lacking = [
        name for name in PAGES if not wanted.search((SITE / name).read_text(encoding="utf-8"))
    ]
    assert lacking == []
