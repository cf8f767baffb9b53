"""The downloads of the site: all tables, and the folder of the project as git tracks it."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from skytally.press import git_commit_and_tree, table_and_project_zips
from skytally.press.sphinx_ext.project_download_directives import (
    NEEDED_FOR,
    AllTables,
    FirstSteps,
    NeedsFolder,
    ProjectFolder,
)
from skytally.press.table_and_project_zips import (
    PROJECT_ZIP,
    TABLES_ZIP,
    renew_project_zip,
    stage_project_zip,
    write_tables_zip,
)
from tests.support.directives_without_page import bare

ABOUT = {"title": "A Book", "licence": "CC BY 4.0", "citation": "A, A Book, edition 1."}
NAMES = {
    "Makefile": "book:\n",
    "data/record/a.csv": "id\nR1\n",
    "docs/run.sh": "#!/bin/sh\n",
    "data/editions/2031-05-17/edition.json": "{}\n",
    "data/scenes/rajin/own.json": "{}\n",
}


def _git(folder: Path, *words: str) -> None:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*command, *words], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Project in a repository of its own, with a file that git does not know."""
    folder = tmp_path / "project"
    for name, text in NAMES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "docs/run.sh").chmod(0o755)
    _git(tmp_path, "init", "-q", str(folder))
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", "First")
    (folder / "data/record/own image.png").write_bytes(b"mine")
    monkeypatch.setattr(table_and_project_zips, "project_root", lambda: folder)
    return folder


def _staged(folder: Path) -> dict[str, int]:
    """Names in the zip of the project, each with its mode."""
    stage_project_zip(folder, title=ABOUT["title"])
    with zipfile.ZipFile(folder / PROJECT_ZIP) as archive:
        return {info.filename: info.external_attr >> 16 for info in archive.infolist()}


def test_the_folder_has_only_what_git_tracks(checkout: Path, tmp_path: Path) -> None:
    """No file of somebody's own gets in, nor what is acquired or has pages of its own."""
    assert _staged(tmp_path) == {
        "a-book/Makefile": 0o100644,
        "a-book/data/record/a.csv": 0o100644,
        "a-book/docs/run.sh": 0o100755,
    }
    (checkout / "Makefile").unlink()
    assert "a-book/Makefile" not in _staged(tmp_path)


def test_the_folder_has_the_same_bytes_twice(checkout: Path, tmp_path: Path) -> None:
    """Neither the time of writing nor a file beside it changes the zip; its content does."""
    _staged(tmp_path)
    first = (tmp_path / PROJECT_ZIP).read_bytes()
    (checkout / "Makefile").touch()
    (checkout / "another.txt").write_text("mine")
    _staged(tmp_path)
    assert (tmp_path / PROJECT_ZIP).read_bytes() == first
    (checkout / "Makefile").write_text("book: all\n")
    _staged(tmp_path)
    assert (tmp_path / PROJECT_ZIP).read_bytes() != first


def test_zip_of_a_finished_site_is_renewed_while_its_size_in_words_stays(
    checkout: Path, tmp_path: Path
) -> None:
    """The site has the bytes that a whole print would give, or keeps the old zip."""
    site = tmp_path / "html"
    site.mkdir()
    _staged(site)
    (checkout / "Makefile").write_text("book: all\n")
    assert renew_project_zip(site, title=ABOUT["title"])
    renewed = (site / PROJECT_ZIP).read_bytes()
    _staged(tmp_path)
    assert renewed == (tmp_path / PROJECT_ZIP).read_bytes()
    (checkout / "Makefile").write_bytes(os.urandom(200_000))
    assert not renew_project_zip(site, title=ABOUT["title"])
    assert (site / PROJECT_ZIP).read_bytes() == renewed
    assert [path.name for path in site.iterdir()] == [PROJECT_ZIP]


def test_outside_a_checkout_there_is_no_zip_of_the_folder(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without git, or within the repository of something else, is not packed."""
    inner = checkout / "data"
    assert git_commit_and_tree.tracked_files(inner) == {}
    monkeypatch.setattr(table_and_project_zips, "project_root", lambda: inner)
    stage_project_zip(tmp_path, title="A Book")
    assert not (tmp_path / PROJECT_ZIP).exists()


def test_the_pages_say_what_can_be_downloaded(tmp_path: Path) -> None:
    """With the zip one line leads to it; without it, what works without the folder is listed."""
    for page in NEEDED_FOR:
        box = str(bare(NeedsFolder, srcdir=str(tmp_path), docname=page).html())
        assert "<li>" in box
        assert PROJECT_ZIP not in box
    assert "cannot be rerun" in str(bare(FirstSteps, srcdir=str(tmp_path)).html())
    (tmp_path / PROJECT_ZIP).write_bytes(b"0" * 3_000_000)
    for page in NEEDED_FOR:
        line = str(bare(NeedsFolder, srcdir=str(tmp_path), docname=page).html())
        assert f'href="{PROJECT_ZIP}"' in line
        assert "(3.0 MB)" in line
        assert "<li>" not in line
        assert ('href="rerun.html"' in line) is (page != "rerun")
    assert f'Download <a href="{PROJECT_ZIP}"' in str(bare(FirstSteps, srcdir=str(tmp_path)).html())
    assert "not published" not in str(bare(ProjectFolder, srcdir=str(tmp_path)).html())
    assert f'href="{TABLES_ZIP}"' in str(bare(AllTables, srcdir=str(tmp_path)).html())


def test_all_tables_are_in_one_file_with_licence_and_words(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables, dictionaries, outlines and descriptions, in the same bytes each time."""
    monkeypatch.setattr(table_and_project_zips, "project_root", lambda: root)
    for name in ("record/a.csv", "record/a.dictionary.csv", "sites/b.geojson", "datapackage.json"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_text("x\n")
    (tmp_path / "data/chart.nc").write_bytes(b"x")
    write_tables_zip(tmp_path, ABOUT)
    packed = (tmp_path / TABLES_ZIP).read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == [
            "LICENSE", "LICENSE-CC-BY", "README.txt", "datapackage.json", "record/a.csv",
            "record/a.dictionary.csv", "sites/b.geojson",
        ]  # fmt: skip
        assert ABOUT["citation"] in archive.read("README.txt").decode()
    (tmp_path / "data/record/a.csv").touch()
    write_tables_zip(tmp_path, ABOUT | {"copy_citation": "A, copy 12."})
    with zipfile.ZipFile(tmp_path / TABLES_ZIP) as archive:
        assert "A, copy 12." in archive.read("README.txt").decode()
    write_tables_zip(tmp_path, ABOUT)
    assert (tmp_path / TABLES_ZIP).read_bytes() == packed
