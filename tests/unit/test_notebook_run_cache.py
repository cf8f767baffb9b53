"""Results of earlier runs: kept by content key, brought back, removed when too many."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from skytally.press import notebook_and_site_content_keys, notebook_run_cache
from skytally.press.project_paths import lines_folder

LINE = "rail-counts"
READ = "record/rail_counts.csv"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of one line and one table, and work in it."""
    (tmp_path / "data/record").mkdir(parents=True)
    (tmp_path / "data/registry.toml").write_text("")
    (tmp_path / "data" / READ).write_text("id\nR1\n")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / f"notebooks/{LINE}.ipynb").write_text(json.dumps({"cells": []}))
    (tmp_path / "book/_build/lines").mkdir(parents=True)
    monkeypatch.delenv("SKYTALLY_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def new_process() -> Any:
    """Forget what a process remembers, as each build is a process of its own."""

    def forget() -> None:
        for cached in (
            notebook_and_site_content_keys._of_input,
            notebook_and_site_content_keys._of_module,
            notebook_and_site_content_keys._memory,
        ):
            cached.cache_clear()

    forget()
    yield forget
    forget()


def _rows(book: Path, text: str, forget: Any) -> None:
    (book / "data" / READ).write_text(text)
    forget()


def _result(text: str) -> Path:
    """Put results in place that were made from the data as they are."""
    notebook_run_cache.put_away(LINE)
    folder = lines_folder() / LINE
    folder.mkdir()
    (folder / "findings.json").write_text(text)
    notebook_and_site_content_keys.write_state(folder, line=LINE, modules=set(), reads={READ})
    return folder


def test_bring_back_results_of_the_data_as_they_were(book: Path, new_process: Any) -> None:
    """A change taken back brings its results back, and keeps those of the change."""
    folder = _result("one")
    _rows(book, "id\nR2\n", new_process)
    assert not notebook_and_site_content_keys.is_fresh(LINE)
    assert not notebook_run_cache.bring_back(LINE)
    _result("two")
    _rows(book, "id\nR1\n", new_process)
    assert notebook_run_cache.bring_back(LINE)
    assert (folder / "findings.json").read_text() == "one"
    assert notebook_and_site_content_keys.is_fresh(LINE)
    _rows(book, "id\nR2\n", new_process)
    assert notebook_run_cache.bring_back(LINE)
    assert (folder / "findings.json").read_text() == "two"


def test_bring_back_refuses_results_that_are_not_whole(book: Path, new_process: Any) -> None:
    """Results that were damaged in the store are not used."""
    _result("one")
    _rows(book, "id\nR2\n", new_process)
    _result("two")
    (stored,) = (book / f"book/_build/results/{LINE}").iterdir()
    (stored / "findings.json").write_text("damaged")
    _rows(book, "id\nR1\n", new_process)
    assert not notebook_run_cache.bring_back(LINE)


def test_put_away_drops_results_that_are_not_whole(book: Path) -> None:
    """What was damaged in place is not kept."""
    folder = _result("one")
    (folder / "findings.json").write_text("damaged")
    notebook_run_cache.put_away(LINE)
    assert not folder.exists()
    assert not (book / "book/_build/results").exists()


def _stored(book: Path) -> list[str]:
    folders = (book / "book/_build/results").glob("*/*")
    return sorted((each / "findings.json").read_text() for each in folders)


def _fill(book: Path, count: int, forget: Any) -> None:
    """Store the results 0, 1, 2, and so on, of which the last one stays in place."""
    for number in range(count):
        _rows(book, f"id\nR{number}\n", forget)
        _result(str(number))
    for folder in (book / "book/_build/results").glob("*/*"):
        age = 1000 + int((folder / "findings.json").read_text())
        os.utime(folder, (age, age))


def test_remove_oldest_keeps_a_number_of_results(
    book: Path, new_process: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The results that were not used for longest go first."""
    monkeypatch.setattr(notebook_run_cache, "KEPT_PER_LINE", 2)
    _fill(book, 5, new_process)
    assert _stored(book) == ["0", "1", "2", "3"]
    notebook_run_cache.remove_oldest()
    assert _stored(book) == ["2", "3"]


def test_remove_oldest_keeps_within_a_size(
    book: Path, new_process: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few results there are, together they take no more than the room they have."""
    _fill(book, 4, new_process)
    one = sum(
        path.stat().st_size
        for path in sorted((book / "book/_build/results").glob("*/*"))[0].rglob("*")
    )
    monkeypatch.setattr(notebook_run_cache, "KEPT_BYTES", int(2.5 * one))
    notebook_run_cache.remove_oldest()
    assert _stored(book) == ["1", "2"]


def test_remove_oldest_drops_lines_that_are_gone(book: Path, new_process: Any) -> None:
    """Results of a notebook that was removed do not stay for ever."""
    _fill(book, 2, new_process)
    (book / f"notebooks/{LINE}.ipynb").unlink()
    notebook_run_cache.remove_oldest()
    assert _stored(book) == []
