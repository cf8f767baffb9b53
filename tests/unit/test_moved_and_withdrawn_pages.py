"""Published addresses never disappear: renamed and withdrawn pages lead on."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.core import DataError
from skytally.editions import Edition, read_editions
from skytally.press import moved_and_withdrawn_pages as kept
from tests.support.made_up_editions import claim, finding, make_edition, write_project, write_rows

MOVED = "old,new,why\n"
DICTIONARY = (
    "column,type,vocabulary,required,refers_to,meaning,empty_means\n"
    "old,text,,yes,,before,\nnew,text,,yes,,now,\nwhy,text,,yes,,why,\n"
)
REGISTRY = """\
[moved_addresses]
file = "moved_addresses.csv"
source = "made up"
licence = "CC-BY-4.0"
retrieved = "2026-01-01"
"""


@pytest.fixture
def editions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Edition]:
    """Return two editions, the second without a finding, a claim and a row of the first."""
    project = write_project(tmp_path / "project", [("A1", "10", "a <note>"), ("A2", "20", "")])
    (project / "data/registry.toml").write_text(REGISTRY)
    (project / "data/moved_addresses.csv").write_text(
        f"{MOVED}looks.html,index.html,a better word\n"
    )
    (project / "data/moved_addresses.dictionary.csv").write_text(DICTIONARY)
    monkeypatch.setenv("SKYTALLY_PROJECT", str(project))
    names = ["cards/finding/calls.old.html", "cards/claim/C1.html", "cards/row/A1.html"]
    first = make_edition(
        project, "2026-01-02", findings=[finding("calls.old", 1, 1, 1)],
        claims=[claim("C1", "holds")], addresses=["index.html", "gone.html", *names],
    )  # fmt: skip
    write_rows(project / "data/record/calls.csv", [("A2", "20", "")])
    made = ("calls", "A1", "id", "A1", "", "a rumour", "S1")
    header = ("table", "row", "column", "old", "new", "why", "source")
    write_rows(project / "data/record/corrections.csv", [made], header)
    make_edition(project, "2026-01-03", findings=[], parent=first)
    return read_editions(project / "data/editions")[0]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Return a printed site with one page."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<p>now</p>")
    return site


def test_every_published_address_leads_somewhere(pages: Path, editions: list[Edition]) -> None:
    """What the book no longer has becomes a page; what it has is left alone."""
    kept.write_kept_addresses(pages, editions[0].folder.parent, {"title": "Made up"})
    listed = {address for edition in editions for address in edition.addresses}
    assert [each for each in sorted(listed) if not (pages / each).is_file()] == []
    assert (pages / "index.html").read_text() == "<p>now</p>"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("cards/finding/calls.old.html", "The finding as published: Made up: 1 calls."),
        ("cards/claim/C1.html", "The claim: made-up claim C1 Its verdict: holds."),
        ("cards/row/A1.html", "note: a &lt;note&gt;"),
        ("cards/row/A1.html", "It was withdrawn: a rumour"),
        ("gone.html", "edition 2026-01-02 was the last that had it"),
        ("looks.html", "This page is now at index.html."),
        ("looks.html", 'href="index.html"'),
    ],
)
def test_a_page_says_where_it_went(
    pages: Path, editions: list[Edition], address: str, words: str
) -> None:
    """The last edition that had it, what it held, why it went, or its new address."""
    kept.write_kept_addresses(pages, editions[0].folder.parent, {"title": "Made up"})
    page = (pages / address).read_text(encoding="utf-8")
    assert words in page
    assert "Content-Security-Policy" in page


def test_a_withdrawn_finding_has_the_corrections_of_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody wrote a reason for the finding, but its row was corrected with one."""
    project = write_project(tmp_path / "project", [("A1", "10", "")])
    (project / "data/registry.toml").write_text("# none\n")
    monkeypatch.setenv("SKYTALLY_PROJECT", str(project))
    declared = project / "data/findings/calls.csv"
    declared.parent.mkdir(parents=True, exist_ok=True)
    write_rows(declared, [("calls.old", "calls", "A1")], ("key", "table", "rows"))
    address = "cards/finding/calls.old.html"
    first = make_edition(
        project, "2026-01-02", findings=[finding("calls.old", 10, 10, 10)], addresses=[address]
    )
    write_rows(declared, [], ("key", "table", "rows"))
    write_rows(project / "data/record/calls.csv", [("A1", "11", "")])
    made = ("calls", "A1", "value", "10", "11", "digits exchanged", "S1")
    header = ("table", "row", "column", "old", "new", "why", "source")
    write_rows(project / "data/record/corrections.csv", [made], header)
    make_edition(project, "2026-01-03", findings=[], parent=first)
    site = tmp_path / "site"
    site.mkdir()
    (site / "corrections.html").write_text("<p>listed</p>")
    kept.write_kept_addresses(site, project / "data/editions", {"title": "Made up"})
    page = (site / address).read_text(encoding="utf-8")
    assert "no reason is recorded for it alone" in page
    assert "Of the rows on which it rested: A1 (corrected): digits exchanged." in page
    assert 'href="../../corrections.html"' in page


def test_addresses_of_a_damaged_edition_are_kept(pages: Path, editions: list[Edition]) -> None:
    """What only a damaged edition had stays, says so, and does not show what may be wrong."""
    folder = editions[0].folder
    (folder / "findings.jsonl").write_text("{}\n")
    kept.write_kept_addresses(pages, folder.parent, {"title": "Made up"})
    assert [each for each in editions[0].addresses if not (pages / each).is_file()] == []
    page = (pages / "cards/finding/calls.old.html").read_text(encoding="utf-8")
    assert "edition 2026-01-02 had it, and is damaged in this copy" in page
    assert "as published" not in page


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a.html,b.html,because", "column new: found 'b.html', which is not there"),
        ("a.html#x,b.html#x,because", "column new: found 'b.html#x', which is not there"),
        ("index.html,index.html,because", "column old: found 'index.html', which is there again"),
    ],
)
def test_a_move_that_leads_nowhere_is_refused(
    pages: Path, editions: list[Edition], line: str, words: str
) -> None:
    """The message names the line of the table."""
    table = editions[0].folder.parents[1] / "moved_addresses.csv"
    table.write_text(f"{MOVED}{line}\n")
    with pytest.raises(DataError, match=f"line 2, {words}"):
        kept.kept_addresses(pages, editions)
