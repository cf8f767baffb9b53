"""Saved files are noticed once an editor is done with them, if their content changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from skytally.press.live_preview.watched_files import SavedFiles, WatchedFiles, stamps

Change = Callable[[Path], object]
PAGE = "book/limits.md"
ROW = "data/record/rows.csv"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a folder with a page, a table and a notebook; what is in them is made up."""
    for name in (PAGE, ROW, "notebooks/example.ipynb", "book/_build/html/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was", encoding="utf-8")
    return tmp_path


def _changed(files: WatchedFiles) -> set[str] | None:
    """Ask twice, since nothing is reported while files change."""
    assert files.changed() is None
    saved = files.changed()
    return None if saved is None else set(saved.names)


def _save_over(path: Path) -> None:
    """Save as editors do that write beside and rename."""
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text("saved", encoding="utf-8")
    beside.replace(path)


CHANGES: list[tuple[Change, set[str]]] = [
    (lambda root: (root / PAGE).write_text("other", encoding="utf-8"), {PAGE}),
    (lambda root: (root / PAGE).write_text("as it wxs", encoding="utf-8"), {PAGE}),
    (lambda root: _save_over(root / ROW), {ROW}),
    (lambda root: (root / PAGE).unlink(), {PAGE}),
    (lambda root: (root / PAGE).rename(root / "book/bounds.md"), {PAGE, "book/bounds.md"}),
    (lambda root: (root / "data/new.csv").write_text("a", encoding="utf-8"), {"data/new.csv"}),
]


@pytest.mark.parametrize(("change", "names"), CHANGES)
def test_a_change_is_reported_once(project: Path, change: Change, names: set[str]) -> None:
    """Saved in place or by renaming, created, renamed or removed: reported once, by its name."""
    files = WatchedFiles(project)
    change(project)
    assert _changed(files) == names
    assert files.changed() is None


NO_CHANGES: list[Change] = [
    lambda root: os.utime(root / PAGE, (1, 1)),
    lambda root: (root / PAGE).write_text("as it was", encoding="utf-8"),
    lambda root: (root / "book/.limits.md.swp").write_text("x", encoding="utf-8"),
    lambda root: (root / "book/limits.md~").write_text("x", encoding="utf-8"),
    lambda root: (root / "book/#limits.md#").write_text("x", encoding="utf-8"),
    lambda root: (root / "book/.#limits.md").symlink_to("nobody@nowhere"),
    lambda root: (root / "data/record/~$rows.csv").write_text("x", encoding="utf-8"),
    lambda root: (root / "book/_build/html/index.html").write_text("printed", encoding="utf-8"),
    lambda root: (root / "data/scenes").mkdir(),
]


@pytest.mark.parametrize("change", NO_CHANGES)
def test_what_changes_no_content_is_not_reported(project: Path, change: Change) -> None:
    """A touched file, a lock or backup of an editor and what a build writes are no changes."""
    files = WatchedFiles(project)
    change(project)
    assert _changed(files) is None


def test_a_file_that_is_still_written_is_waited_for(project: Path) -> None:
    """While a file changes from one call to the next, nothing is reported."""
    files = WatchedFiles(project)
    for length in range(1, 4):
        (project / PAGE).write_text("x" * length, encoding="utf-8")
        assert files.changed() is None
    saved = files.changed()
    assert saved is not None
    assert saved.names == {PAGE}


def test_many_files_at_once_are_one_change(project: Path) -> None:
    """A checkout of many files is reported together, however long it takes to write them."""
    files = WatchedFiles(project)
    names = {f"data/record/table_{number}.csv" for number in range(60)}
    for position, name in enumerate(sorted(names)):
        (project / name).write_text("row", encoding="utf-8")
        if position % 20 == 0:
            assert files.changed() is None
    assert _changed(files) == names


def test_a_folder_that_is_not_there_holds_no_file(project: Path) -> None:
    """A project without notebooks is watched all the same."""
    (project / "notebooks/example.ipynb").unlink()
    (project / "notebooks").rmdir()
    assert {PAGE, ROW} <= set(stamps(project))


def test_saved_files_say_what_they_concern() -> None:
    """Pages, inputs and code are told apart, and many files are counted in a message."""
    page = SavedFiles(frozenset({PAGE, "book/lines/x.md"}))
    assert (page.pages, page.inputs, page.code) == (["limits", "lines/x"], False, False)
    both = page | SavedFiles(frozenset({ROW, "skytally/core/names.py"}))
    assert (both.inputs, both.code, both.words()) == (True, True, "4 files")
    assert page.words() == "book/limits.md, book/lines/x.md"
