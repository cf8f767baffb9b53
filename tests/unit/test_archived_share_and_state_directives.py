"""The page of sources: what of the cited pages is archived, in sentences and tables."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from skytally.page_archive import Archive, ArchiveRows, cited_addresses
from skytally.page_archive.polite_fetch import ArchiveSettings
from skytally.press.sphinx_ext import archived_share_and_state_directives
from skytally.press.sphinx_ext.archived_share_and_state_directives import (
    ArchivedShareRole,
    ArchiveManner,
    ArchiveState,
    archive_lead,
    archived_share,
)
from tests.support.directives_without_page import bare


@pytest.fixture
def visited(root: Path) -> ArchiveRows:
    """Made-up visits of two cited addresses, one of them kept."""
    first, second = cited_addresses(root / "data")[:2]
    rows = [
        {"address": first.url, "fetched": "2026-12-01T08:00:00Z", "state": "whole"},
        {"address": second.url, "fetched": "2026-12-02T08:00:00Z", "state": "gone"},
    ]
    number = {"address": first.url, "fetched": rows[0]["fetched"], "row": "X1", "found": "found"}
    return ArchiveRows(tuple(rows), (number,))


def test_page_says_that_nothing_was_fetched_yet(root: Path) -> None:
    """Without a visit one sentence says so, and where it was tried."""
    count = len(cited_addresses(root / "data"))
    # an address that several tables cite counts once
    assert count == len({each.url for each in cited_addresses(root / "data")}) > 300
    shown = archive_lead(cited_addresses(root / "data"), ArchiveRows())
    assert f"This book has archived none of the {count} addresses" in shown
    assert "has not been run on the internet" in shown


def test_a_clause_says_how_many_are_archived(root: Path, visited: ArchiveRows) -> None:
    """None before the first visit; afterwards those that were kept, with a link to the page."""
    addresses = cited_addresses(root / "data")
    count = len(addresses)
    words = f"of the {count} addresses that it cites, of which 1 is itself a page of a web archive"
    assert archived_share(addresses, ArchiveRows()) == f"this book has archived none {words}"
    assert archived_share(addresses, visited) == f"this book has archived 1 {words}"
    others = [each for each in addresses if "webarchive" not in each.url]
    end = f"of the {len(others)} addresses that it cites"
    assert archived_share(others, visited) == f"this book has archived 1 {end}"
    role = ArchivedShareRole()
    settings = SimpleNamespace(env=SimpleNamespace(docname="index"))
    inliner: Any = SimpleNamespace(document=SimpleNamespace(settings=settings))
    role.inliner, role.text = inliner, "count"
    (node,), problems = role.run()
    assert (node["refuri"], problems) == ("sources.html#archived-copies", [])
    assert "addresses that it cites" in node.astext()


def test_page_counts_states_and_numbers(
    root: Path, visited: ArchiveRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each state with its meaning and how many; what was never asked for is not archived yet."""
    archive = Archive(visited, {"whole": "the page came whole", "gone": "no such page"})
    monkeypatch.setattr(archived_share_and_state_directives, "known_archive", lambda _: archive)
    shown = str(bare(ArchiveState).html())
    count = len(cited_addresses(root / "data"))
    assert f"Of {count} addresses that the data cite, this book has archived 1, " in shown
    assert "between 2026-12-01 and 2026-12-02" in shown
    for words in ("not archived yet", str(count - 2), "the page came whole", "no such page"):
        assert words in shown
    assert "it stands in a sentence with a word of its unit" in shown


def test_manner_names_the_limits_of_the_command() -> None:
    """The numbers of the paragraph are those that the command uses."""
    known, shown = ArchiveSettings(), str(bare(ArchiveManner).html())
    assert f"every {known.gap_s:g} seconds" in shown
    assert f"{known.max_bytes // 10**6} MB" in shown
