"""Pages of the book in which a merge left both versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.press.merge_marks_in_pages import merge_marks_in_pages


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the pages of a project, in which this process works."""
    for name in ("data", "book/summaries", "book/_build/stage"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "data/registry.toml").touch()
    monkeypatch.delenv("SKYTALLY_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "book"


@pytest.mark.parametrize(
    "mark", ["=======", "<<<<<<< HEAD", ">>>>>>> 3f2a9c1", "||||||| merged common ancestors"]
)
@pytest.mark.parametrize("page", ["intro.md", "summaries/one.md"])
def test_each_mark_is_told_with_its_page(book: Path, mark: str, page: str) -> None:
    """A mark that was left would make a heading of the line above it, or stand on the page."""
    (book / page).write_text(f"# Title\n\nOne version.\n{mark}\nThe other.\n")
    assert list(merge_marks_in_pages()) == [
        f"book/{page}: found a merge conflict, {mark!r} on line 4; keep one of the two versions"
    ]


def test_what_is_no_page_and_no_mark_is_passed_over(book: Path) -> None:
    """A table of bars, a longer line of signs, and what was built before."""
    (book / "intro.md").write_text("# Title\n\n| a |\n| --- |\n\n`=======`\n\n==========\n")
    (book / "_build/stage/intro.md").write_text("=======\n")
    (book / "intro.md~").write_text("=======\n")
    assert list(merge_marks_in_pages()) == []
