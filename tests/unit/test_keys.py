"""Content keys: what must rerun a notebook, and what must not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Keys = Callable[[], dict[str, Any]]
READ = "record/rail_counts.csv"


@pytest.fixture
def built(project: Any) -> Any:
    """Give a project in which one line has results made from one table."""
    results = project.folder / "book/_build/lines/rail-counts"
    results.mkdir(parents=True)
    (results / "findings.json").write_text("[]\n")
    run = project.run(
        "-c",
        "from skytally.press import content_keys as keys; from skytally.press.project_paths import LINES;"
        "key = keys.of_notebook('rail-counts', code=keys.of_code());"
        f"keys.write_state(LINES / 'rail-counts', key=key, reads={{'{READ}'}})",
    )
    assert run.returncode == 0, run.stderr
    return project


def _fresh(project: Any) -> bool:
    run = project.run(
        "-c",
        "from skytally.press import content_keys as keys; print(keys.is_fresh('rail-counts', code=keys.of_code()))",
    )
    assert run.returncode == 0, run.stderr
    return bool(run.stdout == "True\n")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _edit_notebook(path: Path, change: Callable[[Any], None]) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook)
    path.write_text(json.dumps(notebook, indent=2), encoding="utf-8")


def test_is_fresh_right_after_a_run(built: Any) -> None:
    """Results of this notebook, these data and this code are fresh."""
    assert _fresh(built)


def test_is_fresh_in_spite_of_time_stamps_and_metadata(built: Any) -> None:
    """A touched file, a notebook saved again and an edit of its metadata rerun nothing."""
    for path in built.folder.rglob("*"):
        os.utime(path, (1, 1))
    notebook = built.folder / "notebooks/rail-counts.ipynb"
    _edit_notebook(notebook, lambda nb: nb["metadata"].update({"kernelspec": {"name": "other"}}))
    _edit_notebook(notebook, lambda nb: nb["cells"][0].update({"id": "another"}))
    assert _fresh(built)


def test_is_fresh_when_another_table_changed(built: Any) -> None:
    """A table the line did not read does not rerun it."""
    with (built.folder / "data/record/events.csv").open("a") as file:
        file.write("\n")
    assert _fresh(built)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("data/" + READ, ",73,", ",74,"),
        ("skytally/core/wording.py", "no interval", "no bounds"),
        ("skytally/figures/boot.js", "(", " ("),
        ("data/record/vocabulary.csv", "yes,yes", "yes,indeed"),
        ("data/record/rail_counts.dictionary.csv", "kind of cars", "kind"),
        ("data/registry.toml", "CC-BY-4.0", "CC0-1.0"),
        ("requirements.txt", "--hash=sha256:", "--hash=sha256:0"),
        ("skytally/press/execute.py", "TIME_LIMIT = 600", "TIME_LIMIT = 601"),
        ("notebooks/rail-counts.ipynb", "was seen in October", "was noticed in October"),
        ("book/_build/lines/rail-counts/findings.json", "[]", "[1]"),
    ],
)
def test_is_fresh_no_more_when_content_changed(built: Any, path: str, old: str, new: str) -> None:
    """A changed row, package, dictionary, lock, notebook or result reruns the line."""
    _replace(built.folder / path, old, new)
    assert not _fresh(built)


def test_is_fresh_no_more_with_a_parameter_file(built: Any) -> None:
    """A new parameter file reruns its line."""
    built.parameters("rail-counts", 'first: "2023-01-01"\n')
    assert not _fresh(built)


def test_is_fresh_for_another_lines_parameter_file(built: Any) -> None:
    """The parameter file of another line does not."""
    built.parameters("ais-gaps", 'first: "2023-01-01"\n')
    assert _fresh(built)


@pytest.mark.parametrize("damage", ["{", "", None], ids=["cut short", "empty", "missing"])
def test_is_fresh_no_more_when_the_state_is_broken(built: Any, damage: str | None) -> None:
    """A state that cannot be read is no state."""
    state = built.folder / "book/_build/lines/rail-counts/state.json"
    if damage is None:
        state.unlink()
    else:
        state.write_text(damage)
    assert not _fresh(built)


def test_is_fresh_no_more_when_a_read_file_is_gone(built: Any) -> None:
    """A table that was read and is missing reruns the line, which then says so."""
    (built.folder / "data" / READ).unlink()
    assert not _fresh(built)


def test_of_notebook_sees_tags_and_not_ids(built: Any) -> None:
    """A cell's tag decides what runs and what shows; its id does not."""
    _edit_notebook(
        built.folder / "notebooks/rail-counts.ipynb",
        lambda nb: nb["cells"][2]["metadata"].update({"tags": ["hide-output"]}),
    )
    assert not _fresh(built)


def _key(project: Any, code: str) -> str:
    run = project.run("-c", f"from skytally.press import content_keys as keys; print({code})")
    assert run.returncode == 0, run.stderr
    return str(run.stdout.strip())


@pytest.mark.parametrize(
    "path",
    [
        "data/record/events.csv",
        "data/sites/rajin.geojson",
        "data/sites/providers.toml",
        "notebooks/ais-gaps.ipynb",
        "skytally/core/errors.py",
    ],
)
def test_of_inputs_sees_what_is_checked(project: Any, path: str) -> None:
    """A changed table, notebook or rule is checked again."""
    before = _key(project, "keys.of_inputs()")
    assert _key(project, "keys.of_inputs()") == before
    with (project.folder / path).open("a") as file:
        file.write("\n")
    assert _key(project, "keys.of_inputs()") != before


def test_of_site_sees_pages_and_not_caches(project: Any) -> None:
    """A new page reprints the site, a cache of Python does not."""
    before = _key(project, "keys.of_site()")
    cache = project.folder / "skytally/press/__pycache__"
    cache.mkdir()
    (cache / "keys.pyc").write_bytes(b"x")
    assert _key(project, "keys.of_site()") == before
    (project.folder / "book/new.md").write_text("# New\n")
    assert _key(project, "keys.of_site()") != before


def test_of_site_sees_which_scenes_are_stored_and_not_their_bytes(project: Any) -> None:
    """A new look reprints the plans; gigabytes of chips are not read to find that out."""
    before = _key(project, "keys.of_site()")
    folder = project.folder / "data/scenes/rajin"
    folder.mkdir(parents=True)
    (folder / "L1.tif").write_bytes(b"x")
    assert _key(project, "keys.of_site()") == before
    (folder / "L1.json").write_text("{}")
    stored = _key(project, "keys.of_site()")
    assert stored != before
    (folder / "L1.tif").write_bytes(b"y")
    assert _key(project, "keys.of_site()") == stored
    assert _key(project, "keys.of_inputs()") == _key(project, "keys.of_inputs()")


def test_site_is_fresh_only_while_it_is_whole(project: Any) -> None:
    """A page that was removed or changed by hand is printed again."""
    page = project.folder / "book/_build/html/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>1</p>")
    assert _key(project, "keys.site_is_fresh('k')") == "False"
    _key(project, "keys.write_site_state('k')")
    assert _key(project, "keys.site_is_fresh('k')") == "True"
    assert _key(project, "keys.site_is_fresh('other')") == "False"
    page.write_text("<p>2</p>")
    assert _key(project, "keys.site_is_fresh('k')") == "False"
    page.unlink()
    assert _key(project, "keys.site_is_fresh('k')") == "False"


def test_keys_do_not_depend_on_the_folder(project: Any, tmp_path: Path) -> None:
    """The same project in another folder has the same keys."""
    codes = ["keys.of_code()", "keys.of_notebook('rail-counts', code='c')", "keys.of_inputs()"]
    before = [_key(project, code) for code in codes]
    project.folder = project.folder.rename(tmp_path / "elsewhere")
    assert [_key(project, code) for code in codes] == before


def test_keys_need_only_the_standard_library(project: Any) -> None:
    """A build with nothing to do starts no heavy import."""
    run = project.run(
        "-X",
        "importtime",
        "-c",
        "import skytally.press.__main__, skytally.press.content_keys, skytally.press.site",
    )
    assert run.returncode == 0, run.stderr
    heavy = ("pandas", "numpy", "xarray", "papermill", "nbformat", "bokeh", "sphinx", "yaml")
    loaded = {text.rpartition("|")[2].strip() for text in run.stderr.splitlines()}
    assert not loaded & set(heavy)
