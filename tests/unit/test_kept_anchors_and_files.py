"""Files and places within pages that were published stay, or say where they went."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from skytally.core import DataError
from skytally.editions import ANCHORS, Edition, published_places, read_editions
from skytally.press.kept_anchors_and_files import site_places, write_kept_anchors, write_kept_places
from tests.support.made_up_editions import finding, make_edition, write_project

OLD = "2026-01-02"
REGISTRY = """\
[moved_addresses]
file = "moved_addresses.csv"
source = "made up"
licence = "CC-BY-4.0"
retrieved = "2026-01-01"
"""
MOVES = """\
old,new,why
index.html#old-words,index.html#new-words,reworded
findings.html#calls.old,findings.html#calls.new,withdrawn for a reason
data/old.csv,data/new.csv,renamed
"""
DICTIONARY = (
    "column,type,vocabulary,required,refers_to,meaning,empty_means\n"
    "old,text,,yes,,before,\nnew,text,,yes,,now,\nwhy,text,,yes,,why,\n"
)
LISTED = ["findings.html#calls.old", "index.html#gone", "index.html#old-words", "index.html#top"]


@pytest.fixture
def edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edition:
    """Return an edition whose list of places and files the present book no longer has whole."""
    project = write_project(tmp_path / "project", [("A1", "10", "")])
    (project / "data/registry.toml").write_text(REGISTRY)
    (project / "data/moved_addresses.csv").write_text(MOVES)
    (project / "data/moved_addresses.dictionary.csv").write_text(DICTIONARY)
    monkeypatch.setenv("SKYTALLY_PROJECT", str(project))
    files = ["index.html", "data/old.csv", "data/lost.csv", "lost.json", "data/lost.nc"]
    return make_edition(
        project, OLD, findings=[finding("calls.old", 1, 1, 1)], addresses=files, anchors=LISTED
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a printed site with two pages and one table."""
    pages = tmp_path / "site"
    (pages / "data").mkdir(parents=True)
    (pages / "data/new.csv").write_text("a\n1\n")
    (pages / "index.html").write_text(
        '<nav id="menu"></nav><article><section class="x" id="top"><p id="id1"></p>'
        '<section id="new-words"></section></section></article>'
    )
    (pages / "findings.html").write_text('<article><tr id="calls.new"></article>')
    return pages


def test_an_edition_lists_its_files_and_places(edition: Edition) -> None:
    """Files and anchors are read with the last edition that had them; pages have their own list."""
    assert (edition.folder / ANCHORS).is_file()
    places = published_places(edition.folder.parent)
    assert sorted(places) == sorted(
        [*LISTED, "data/old.csv", "data/lost.csv", "lost.json", "data/lost.nc"]
    )
    assert set(places.values()) == {OLD}


def test_places_of_a_site_are_those_a_reader_can_cite(site: Path) -> None:
    """Numbered anchors and the menu are left out, and so are scripts."""
    (site / "cards.js").write_text("")
    files, anchors = site_places(site)
    assert files == ["data/new.csv"]
    assert anchors == ["findings.html#calls.new", "index.html#top", "index.html#new-words"]


def test_no_place_and_no_file_is_lost(edition: Edition, site: Path) -> None:
    """A reworded heading keeps its anchor, a withdrawn finding a line, a renamed table its rows."""
    write_kept_places(site, edition.folder.parent)
    index = (site / "index.html").read_text()
    assert '<section id="new-words"><span id="old-words"></span>' in index
    assert '<li id="gone"><code>gone</code>: This page has no place of that name any more.' in index
    line = (site / "findings.html").read_text().partition('<li id="calls.old">')[2]
    assert "The finding as published: Made up: 1 calls. withdrawn for a reason" in line
    assert '<a href="findings.html#calls.new">read instead' in line
    assert (site / "data/old.csv").read_text() == "a\n1\n"
    last = f"Edition {OLD} was the last that had it."
    words = f"The book has no file at this address any more. {last}"
    assert (site / "data/lost.csv").read_text().splitlines() == ["note", words]
    assert json.loads((site / "lost.json").read_text()) == {"note": words}
    assert (site / "data/lost.nc").read_text() == f"{words}\n"
    assert (site / "index.html").read_text().count('id="top"') == 1


def test_a_place_that_was_reworded_again_leads_to_its_page(edition: Edition, site: Path) -> None:
    """The old anchor is kept with a link to the page; nothing is refused."""
    index = site / "index.html"
    index.write_text(index.read_text().replace("new-words", "newest-words"))
    write_kept_places(site, edition.folder.parent)
    line = index.read_text().partition('<li id="old-words">')[2]
    assert '<a href="index.html">read instead: index.html</a>' in line


def test_a_page_printed_alone_keeps_the_same_places(
    edition: Edition, site: Path, tmp_path: Path
) -> None:
    """A page of the live preview equals that of a whole print."""
    folder = edition.folder.parent
    for name in ("index.html", "findings.html"):
        (tmp_path / name).write_bytes((site / name).read_bytes())
    write_kept_places(site, folder)
    for name in ("index.html", "findings.html"):
        write_kept_anchors(tmp_path / name, name, folder, site=site)
        assert (tmp_path / name).read_bytes() == (site / name).read_bytes()


def test_lists_made_afterwards_count(edition: Edition, site: Path) -> None:
    """The first editions have lists beside them, of which a lost place is kept, too."""
    folder = edition.folder.parents[1] / "published_addresses"
    folder.mkdir()
    (folder / f"{OLD}.txt.gz").write_bytes(gzip.compress(b"index.html#later\n"))
    write_kept_places(site, edition.folder.parent)
    assert '<li id="later">' in (site / "index.html").read_text()


def test_a_damaged_edition_keeps_its_places(edition: Edition) -> None:
    """Lists that are as they were published are read even where another file is not."""
    (edition.folder / "findings.jsonl").write_text("{}\n")
    assert read_editions(edition.folder.parent)[0] == []
    assert set(LISTED) < set(published_places(edition.folder.parent))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no gzip", "found a list that cannot be read"),
        (gzip.compress(b"../x.html#a\n"), r"found '\.\./x\.html#a', outside the site"),
    ],
)
def test_a_bad_list_is_refused(edition: Edition, content: bytes, words: str) -> None:
    """A list that is damaged, or that leads outside the site, is named."""
    folder = edition.folder.parents[1] / "published_addresses"
    folder.mkdir()
    (folder / f"{OLD}.txt.gz").write_bytes(content)
    with pytest.raises(DataError, match=words):
        published_places(edition.folder.parent)
