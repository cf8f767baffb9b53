"""The project's folder: named, found above the working directory, or asked for in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skytally.core import data_registry, project_root_lookup
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.project_root_lookup import PROJECT_VARIABLE, data_folder, project_root


def _make_project(folder: Path) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "data/registry.toml").write_text('[one]\nfile = "one.csv"\n')
    (folder / "data/one.csv").write_text("a\n")
    return folder


def test_project_root_is_found_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the notebooks' folder, the project around it is found, not that of the package."""
    project = _make_project(tmp_path / "Каспий, the 'sea'")
    (project / "notebooks/deeper").mkdir(parents=True)
    monkeypatch.delenv(PROJECT_VARIABLE, raising=False)
    monkeypatch.chdir(project / "notebooks/deeper")
    assert project_root() == project
    assert data_folder() == project / "data"
    assert data_registry.path("one") == project / "data/one.csv"


def test_project_root_is_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two projects, one inside the other, the inner one counts."""
    _make_project(tmp_path)
    inner = _make_project(tmp_path / "inner")
    monkeypatch.delenv(PROJECT_VARIABLE, raising=False)
    monkeypatch.chdir(inner)
    assert project_root() == inner
    monkeypatch.chdir(tmp_path)
    assert project_root() == tmp_path


def test_project_root_is_the_named_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment variable goes before the working directory."""
    named, here = _make_project(tmp_path / "named"), _make_project(tmp_path / "here")
    monkeypatch.setenv(PROJECT_VARIABLE, str(named))
    monkeypatch.chdir(here)
    assert project_root() == named


def test_project_root_refuses_a_named_folder_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong variable is reported, not passed over for the working directory."""
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path))
    monkeypatch.chdir(_make_project(tmp_path / "here"))
    with pytest.raises(
        DataError, match=r"SKYTALLY_PROJECT: found '.*', which holds no data/regist"
    ):
        project_root()


def test_project_root_refuses_to_guess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside every project, one sentence says what was sought, where, and what to do."""
    monkeypatch.delenv(PROJECT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    expected = (
        r"found no data/registry.toml in .* or above; change into the folder of a project, or"
    )
    with pytest.raises(DataError, match=expected):
        project_root()


@pytest.mark.parametrize(
    "module", ["skytally.press.build_command", "skytally.press.data_and_parameter_check_command"]
)
def test_commands_outside_a_project_are_refused(project: Any, tmp_path: Path, module: str) -> None:
    """No traceback, no folder made: the same sentence."""
    outside = tmp_path / "outside"
    outside.mkdir()
    run = project.run(
        "-c",
        f"import os, runpy; os.chdir({str(outside)!r}); "
        f"runpy.run_module({module!r}, run_name='__main__')",
    )
    assert run.returncode == 1
    assert run.stderr.startswith("found no data/registry.toml in "), run.stderr
    assert list(outside.iterdir()) == []


def test_module_reads_nothing_when_imported(project: Any, tmp_path: Path) -> None:
    """The press can be imported anywhere; only its commands need a project."""
    outside = tmp_path / "outside"
    outside.mkdir()
    modules = "notebook_and_site_content_keys, project_paths, notebook_parameter_reader_and_checks"
    modules += ", notebook_run_cache, site_build_and_swap, notebook_execution"
    modules += ", data_and_parameter_check_command"
    code = f"import os; os.chdir({str(outside)!r}); from skytally.press import {modules}"
    run = project.run("-c", code)
    assert run.returncode == 0, run.stderr


def test_project_variable_is_the_documented_one() -> None:
    """The README names this variable."""
    readme = Path(__file__).resolve().parents[2] / "README.md"
    assert project_root_lookup.PROJECT_VARIABLE in readme.read_text(encoding="utf-8")
