"""A book with a damaged or missing edition: printed as far as it can be, and nothing changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skytally.editions import Edition, read_editions
from skytally.press import edition_pages
from skytally.press.damaged_edition_terminal_warnings import print_notices
from skytally.press.edition_folder_pages import HOLDS, write_folder_pages
from skytally.press.sphinx_ext import edition_directives
from skytally.press.sphinx_ext.edition_directives import EditionFault, EditionsList
from tests.support.directives_without_page import bare
from tests.support.made_up_editions import finding, make_edition, write_project

OLD, NEW = "2026-01-02", "2026-01-03"


@pytest.fixture
def editions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Edition]:
    """Return two sound editions of a made-up project."""
    project = write_project(tmp_path / "project", [("A1", "10", "")])
    (project / "data/registry.toml").write_text("# made up\n")
    monkeypatch.setenv("SKYTALLY_PROJECT", str(project))
    details = {"title": "Made up", "author": "Nobody", "licence": "none"}
    monkeypatch.setattr(edition_pages, "book_details", lambda: details)
    first = make_edition(project, OLD, findings=[finding("calls.all", 1, 1, 1)])
    return [first, make_edition(project, NEW, findings=[], parent=first)]


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Read the editions anew."""
    edition_directives.known_editions.cache_clear()


def printed(folder: Path) -> dict[str, bytes]:
    """Stage the pages of the editions, add their files, and read all of it."""
    folder.mkdir(exist_ok=True)
    edition_pages.stage_editions(folder)
    edition_pages.add_edition_files(folder)
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def stored(editions: list[Edition]) -> dict[Path, bytes]:
    """Read every file of the folder of editions."""
    paths = editions[0].folder.parent.rglob("*")
    return {path: path.read_bytes() for path in paths if path.is_file()}


def test_a_damaged_edition_keeps_what_is_sound(editions: list[Edition], tmp_path: Path) -> None:
    """Its page names the fault, other files stay at their addresses, and nothing is lost."""
    whole = printed(tmp_path / "before")
    (editions[0].folder / "findings.jsonl").write_text("{}\n")
    before = stored(editions)
    site = printed(tmp_path / "after")
    gone = f"editions/{OLD}/findings.jsonl"
    assert {*whole} - {*site} == {gone}
    same = [name for name in site if f"/{OLD}/" in name or f"/{NEW}/" in name]
    assert [name for name in same if site[name] != whole[name]] == []
    assert "edition-fault" in site[f"editions/{OLD}.md"].decode()
    assert "edition-findings" in site[f"editions/{NEW}.md"].decode()
    assert json.loads(site["edition_state.json"])["edition"] == f"edition {NEW}"
    assert stored(editions) == before


def test_the_page_of_a_damaged_edition_names_the_fault(editions: list[Edition]) -> None:
    """It says what was found and what to do, and lists the files that are as published."""
    (editions[0].folder / "findings.jsonl").write_text("{}\n")
    page = bare(EditionFault, docname=f"editions/{OLD}", arguments=(OLD,)).html()
    assert "findings.jsonl changed" in page
    assert "restore it from git" in page
    assert f'href="{OLD}/claims.jsonl"' in page
    assert f'href="{OLD}/findings.jsonl"' not in page
    listed = bare(EditionsList, docname="editions").html()
    assert f'href="editions/{NEW}.html"' in listed
    assert "Editions that cannot be shown" in listed


def test_an_edition_that_does_not_say_what_it_holds_offers_nothing(
    editions: list[Edition], tmp_path: Path
) -> None:
    """Without its list of hashes no file can be told from a forged one."""
    (editions[0].folder / "edition.json").write_text("{")
    site = printed(tmp_path / "site")
    assert [name for name in site if name.startswith(f"editions/{OLD}/")] == []
    assert f"editions/{OLD}.md" in site


def test_a_missing_edition_leaves_the_others(
    editions: list[Edition], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The newer edition is printed, and the build says which folder to restore."""
    for path in sorted(editions[0].folder.rglob("*"), reverse=True):
        path.unlink()
    editions[0].folder.rmdir()
    site = printed(tmp_path / "site")
    assert f"editions/{NEW}/findings.jsonl" in site
    print_notices()
    said = capsys.readouterr().err
    assert f"{NEW}, which follows {OLD}, and no folder of {OLD}" in said
    assert f"restore {OLD} from git" in said
    assert [each.id for each in read_editions(editions[1].folder.parent)[0]] == [NEW]


def test_a_copied_folder_is_offered_once(editions: list[Edition], tmp_path: Path) -> None:
    """A folder with the id of another is named, and its files are not offered."""
    copy = editions[0].folder.with_name(f"{OLD}-2")
    copy.mkdir()
    for path in editions[0].folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    site = printed(tmp_path / "site")
    assert [name for name in site if name.startswith(f"editions/{OLD}-2/")] == []
    page = bare(EditionFault, docname=f"editions/{OLD}-2", arguments=(f"{OLD}-2",)).html()
    assert "two folders may not share an id" in page


def test_the_folder_of_each_edition_says_what_lies_in_it(
    editions: list[Edition], tmp_path: Path
) -> None:
    """Each file has a line of words, the page of the edition is the one to index."""
    (editions[0].folder / "findings.jsonl").write_text("{}\n")
    site = tmp_path / "site"
    printed(site)
    write_folder_pages(site, {"title": "Made up"})
    for edition in editions:
        folder = site / "editions" / edition.id
        page = (folder / "index.html").read_text(encoding="utf-8")
        assert f'<link rel="canonical" href="../{edition.id}.html">' in page
        assert "<script" not in page
        offered = {path.name for path in folder.iterdir() if path.is_file()} - {"index.html"}
        named = {name: f'href="{name}">{name}</a>: {HOLDS[name]}' in page for name in offered}
        assert all(named.values()), named
    # what is damaged is not offered, and so not named
    assert "findings.jsonl" not in (site / f"editions/{OLD}/index.html").read_text()
    index = (site / "editions/index.html").read_text(encoding="utf-8")
    assert index.index(f'href="{NEW}.html"') < index.index(f'href="{OLD}.html"')
    assert 'href="feed.atom"' in index
    assert '<link rel="canonical" href="../editions.html">' in index
