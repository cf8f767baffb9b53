"""Files that nothing leads to are refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from skytally.press import orphan_notebooks_and_outlines

CONTENTS = """format: jb-book
root: index
parts:
- caption: Evidence
  chapters:
  - file: lines/rail-counts
  - file: "lines/ais-gaps.ipynb"
  # - file: lines/coverage
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of three notebooks, two of which are in the contents, and one site."""
    for part in ("book", "data/sites"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "book/_toc.yml").write_text(CONTENTS, encoding="utf-8")
    (tmp_path / "data/sites/register.csv").write_text("slug,name\nrajin,Rajin\n", encoding="utf-8")
    (tmp_path / "data/sites/rajin.geojson").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(orphan_notebooks_and_outlines, "book_folder", lambda: tmp_path / "book")
    monkeypatch.setattr(orphan_notebooks_and_outlines, "data_folder", lambda: tmp_path / "data")
    names = ["ais-gaps", "coverage", "rail-counts"]
    monkeypatch.setattr(orphan_notebooks_and_outlines, "line_names", lambda: names)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(
        orphan_notebooks_and_outlines, "notebooks_folder", lambda: tmp_path / "notebooks"
    )
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_notebook_outside_the_contents_is_named() -> None:
    """An entry that is commented out is none; with or without suffix and quotes it is one."""
    (fault,) = orphan_notebooks_and_outlines.unlisted_notebooks()
    assert fault.file == "notebooks/coverage.ipynb"
    assert "no entry in book/_toc.yml" in str(fault)
    assert "add '- file: lines/coverage' there" in str(fault)


def test_copies_and_misnamed_notebooks_are_named(folder: Path) -> None:
    """A copy is asked about once, a name no page can have is told, hidden files are passed over."""
    for name in ("rail-counts", "rail-counts-Copy1", "Порт", "two words", "._rail-counts"):
        (folder / f"notebooks/{name}.ipynb").touch()
    assert list(map(str, orphan_notebooks_and_outlines.misnamed_notebooks())) == [
        "notebooks/rail-counts-Copy1.ipynb: found a copy of rail-counts.ipynb; remove one of the "
        "two, or give it a name of its own",
        "notebooks/two words.ipynb: found a name that no page can have; rename it in small "
        "letters, digits and hyphens, such as rail-counts.ipynb",
        "notebooks/Порт.ipynb: found a name that no page can have; rename it in small letters, "
        "digits and hyphens, such as rail-counts.ipynb",
    ]


def test_outlines_of_no_site_are_named(folder: Path) -> None:
    """The file of a site that left the register is left over; that of a site is not."""
    assert list(orphan_notebooks_and_outlines.outlines_without_site()) == []
    shutil.copyfile(folder / "data/sites/rajin.geojson", folder / "data/sites/khasan.geojson")
    (fault,) = orphan_notebooks_and_outlines.outlines_without_site()
    assert fault.file == "data/sites/khasan.geojson"
    assert "no row of data/sites/register.csv" in str(fault)


def test_project_has_no_unlinked_file() -> None:
    """Every notebook has its page, every file of outlines its site."""
    assert list(orphan_notebooks_and_outlines.unlisted_notebooks()) == []
    assert list(orphan_notebooks_and_outlines.outlines_without_site()) == []
