"""Content keys: what must rerun a notebook, and what must not."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

READ = "record/rail_counts.csv"
LOADED = [
    "skytally.core.evidence_line_name_constants",
    "skytally.figures.chart_and_sentence_html_blocks",
    "skytally.record.evidence_lines",
]
WRITE = """
import json, sys
from skytally.press import notebook_and_site_content_keys as keys
from skytally.press.project_paths import lines_folder
modules, reads = json.loads(sys.argv[1]), json.loads(sys.argv[2])
keys.write_state(
    lines_folder() / "rail-counts", line="rail-counts", modules=set(modules), reads=set(reads))
keys.write_memory()
"""


def _write_state(project: Any, *reads: str, modules: list[str] = LOADED) -> None:
    """Write the state of a line whose results come from this code and these files."""
    results = project.folder / "book/_build/lines/rail-counts"
    results.mkdir(parents=True, exist_ok=True)
    (results / "findings.json").write_text("[]\n")
    run = project.run("-c", WRITE, json.dumps(modules), json.dumps(reads))
    assert run.returncode == 0, run.stderr


@pytest.fixture
def built(project: Any) -> Any:
    """Project in which one line has results made from one table."""
    _write_state(project, READ)
    return project


IMPORT_KEYS = "from skytally.press import notebook_and_site_content_keys as keys"


def _fresh(project: Any) -> bool:
    run = project.run(
        "-c",
        f"{IMPORT_KEYS}; print(keys.is_fresh('rail-counts'))",
    )
    assert run.returncode == 0, run.stderr
    return bool(run.stdout == "True\n")


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


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
    _append(built.folder / "data/record/events.csv", "\n")
    assert _fresh(built)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("data/" + READ, ",73,", ",74,"),
        ("skytally/core/evidence_line_name_constants.py", 'VALUE = "value"', 'VALUE = "values"'),
        ("skytally/figures/lazy_responsive_chart_loader.js", "(", " ("),
        ("data/record/vocabulary.csv", "bound,exactly,the source", "bound,exactly,a source"),
        ("data/record/rail_counts.dictionary.csv", "kind of cars", "kind"),
        ("requirements.txt", "--hash=sha256:", "--hash=sha256:0"),
        ("skytally/press/notebook_execution.py", "TIME_LIMIT = 600", "TIME_LIMIT = 601"),
        ("notebooks/rail-counts.ipynb", "October", "Octobre"),
        ("book/_build/lines/rail-counts/findings.json", "[]", "[1]"),
    ],
)
def test_is_fresh_no_more_when_content_changed(built: Any, path: str, old: str, new: str) -> None:
    """A changed row, module, dictionary, lock, notebook or result reruns the line."""
    _replace(built.folder / path, old, new)
    assert not _fresh(built)


@pytest.mark.parametrize("slug", ["rail_counts", "events"])
def test_is_fresh_no_more_when_its_own_registry_row_changed(built: Any, slug: str) -> None:
    """The registry's row of a file that was read counts, that of another file does not."""
    path = built.folder / "data/registry.toml"
    head, mark, tail = path.read_text(encoding="utf-8").partition(f"[{slug}]")
    assert mark
    path.write_text(head + mark + tail.replace("CC-BY-4.0", "CC0-1.0", 1), encoding="utf-8")
    assert _fresh(built) is (slug == "events")


def test_is_fresh_when_docstrings_comments_and_layout_changed(built: Any) -> None:
    """What the code means is the same, so nothing is run again."""
    for path in (built.folder / "skytally").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"""', '"""Said in other words: ', 1) + "\n# a comment\n")
    assert _fresh(built)


def test_is_fresh_when_a_module_it_did_not_load_changed(built: Any) -> None:
    """Code that the line's kernel never loaded does not rerun it."""
    for path in (built.folder / "skytally/statistics").rglob("*.py"):
        _append(path, "\nANOTHER = 1\n")
    assert _fresh(built)
    _append(built.folder / "skytally/record/evidence_lines.py", "\nANOTHER = 1\n")
    assert not _fresh(built)


def test_is_fresh_when_an_unused_word_is_added(built: Any) -> None:
    """A word of the vocabulary that no row of the line uses does not rerun it."""
    _append(built.folder / "data/record/vocabulary.csv", "unit,trucks,made up\n")
    assert _fresh(built)


SOURCE = (
    "{id},Example,title,,2024-04-16,2024-04-16,day,https://example.org/a,news,secondary,"
    "csis,{above},C,newsroom,direct,made up\n"
)


def test_is_fresh_when_an_uncited_source_is_added(project: Any) -> None:
    """Of the sources only those count that the rows cite, and those these took from."""
    sources = project.folder / "data/record/sources.csv"
    _append(sources, SOURCE.format(id="ABOVE_1", above=""))
    _append(sources, SOURCE.format(id="CITED_1", above="ABOVE_1"))
    _replace(project.folder / f"data/{READ}", ",BP_20231006,", ",CITED_1,")
    _write_state(project, READ, "record/sources.csv#cited")
    before = sources.read_text(encoding="utf-8")
    header, _, rest = before.partition("\n")
    sources.write_text(f"{header}\n{SOURCE.format(id='NEW_1', above='CITED_1')}{rest}")
    assert _fresh(project)
    for old in ("ABOVE_1,Example", "CITED_1,Example"):
        sources.write_text(before.replace(old, f"{old}s"), encoding="utf-8")
        assert not _fresh(project), old
    sources.write_text(before, encoding="utf-8")
    assert _fresh(project)


def test_is_fresh_no_more_when_a_row_cites_another_source(project: Any) -> None:
    """Which sources count follows from the rows as they are now."""
    _write_state(project, READ, "record/sources.csv#cited", "record/events.csv")
    _replace(project.folder / "data/record/events.csv", ",BP_20231006,", ",BP_20231017,")
    assert not _fresh(project)


def test_is_fresh_while_the_latest_day_stays(project: Any) -> None:
    """Where the newest page is asked for, an older one is added unseen, and a newer one is not."""
    sources = project.folder / "data/record/sources.csv"
    _write_state(project, "record/sources.csv#latest=published_last published_precision")
    before = sources.read_text(encoding="utf-8")
    _append(sources, SOURCE.format(id="OLDER_1", above=""))
    assert _fresh(project)
    newer = SOURCE.format(id="NEWER_1", above="")
    sources.write_text(before + newer.replace("2024-", "2031-"), encoding="utf-8")
    assert not _fresh(project)


def test_is_fresh_when_another_row_of_a_table_read_by_row_changed(project: Any) -> None:
    """Where one row is looked up, the others do not count."""
    _write_state(project, "record/counters.csv#=csis")
    path = project.folder / "data/record/counters.csv"
    _append(path, "example-desk,Example Desk,news,no,made up\n")
    assert _fresh(project)
    _replace(path, "\ncsis,", "\ncsis,Changed ")
    assert not _fresh(project)


@pytest.mark.parametrize("name", ["notebooks/own.py", "notebooks/own.csv", "own.txt"])
def test_is_fresh_no_more_when_a_file_outside_the_data_changed(project: Any, name: str) -> None:
    """A module or table beside the notebook, which its cells opened by their paths."""
    (project.folder / name).write_text("one\n")
    _write_state(project, f"../{name}", READ)
    assert _fresh(project)
    (project.folder / name).write_text("two\n")
    assert not _fresh(project)
    (project.folder / name).unlink()
    assert not _fresh(project)


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
    """Key that a build would see, which keeps what it parsed for the next one."""
    (project.folder / "book/_build").mkdir(parents=True, exist_ok=True)
    run = project.run(
        "-c",
        f"{IMPORT_KEYS}; print({code}); keys.write_memory()",
    )
    assert run.returncode == 0, run.stderr
    return str(run.stdout.strip())


def test_of_inputs_sees_what_is_checked_and_no_docstrings(project: Any) -> None:
    """A changed table, outline, notebook or rule is checked again; a reworded rule is not."""
    before = _key(project, "keys.of_inputs()")
    _append(project.folder / "skytally/core/errors_and_fault_lists.py", '\n"""More words."""\n')
    assert _key(project, "keys.of_inputs()") == before
    for path, words in (
        ("data/record/events.csv", "\n"),
        ("data/sites/rajin.geojson", "\n"),
        ("data/sites/providers.toml", "\n"),
        ("notebooks/ais-gaps.ipynb", "\n"),
        ("skytally/core/errors_and_fault_lists.py", "\nANOTHER = 1\n"),
    ):
        _append(project.folder / path, words)
        after = _key(project, "keys.of_inputs()")
        assert after != before, path
        before = after


OF_SITE = "keys.of_site(['skytally.press.site_build_and_swap'])"


def test_of_site_sees_pages_and_not_caches(project: Any) -> None:
    """A new page reprints the site, a cache of Python does not."""
    before = _key(project, OF_SITE)
    cache = project.folder / "skytally/press/__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "keys.pyc").write_bytes(b"x")
    assert _key(project, OF_SITE) == before
    (project.folder / "book").mkdir(exist_ok=True)
    (project.folder / "book/new.md").write_text("# New\n")
    assert _key(project, OF_SITE) != before


def test_of_site_sees_the_parameter_file_of_the_book(project: Any) -> None:
    """Without a notebook of its own, that file reprints the site and reruns nothing."""
    before = _key(project, OF_SITE)
    project.parameters("book", "prior: 0.3\n")
    assert _key(project, OF_SITE) != before


def test_of_site_sees_the_modules_that_print_it(project: Any) -> None:
    """Code that prints the pages reprints them when its meaning changes, other code does not."""
    before = _key(project, OF_SITE)
    _append(project.folder / "skytally/press/site_build_and_swap.py", '\n"""More words."""\n')
    _append(
        project.folder / "skytally/press/data_and_parameter_check_command.py", "\nANOTHER = 1\n"
    )
    assert _key(project, OF_SITE) == before
    _append(project.folder / "skytally/press/site_build_and_swap.py", "\nANOTHER = 1\n")
    assert _key(project, OF_SITE) != before


def test_of_site_sees_docstrings_where_a_page_shows_them(project: Any) -> None:
    """With a page of docstrings, one of a public function prints the pages anew, others do not."""
    path = project.folder / "skytally/record/evidence_lines.py"
    for page in (project.folder / "book").glob("*.md"):
        if "{storey-api}" in page.read_text(encoding="utf-8"):
            page.unlink()
    before = _key(project, OF_SITE)
    _replace(path, "def lines(", "def lines_of_old(")
    assert _key(project, OF_SITE) == before
    _replace(path, "def lines_of_old(", "def lines(")
    (project.folder / "book/api.md").write_text("```{storey-api} skytally.record\n```\n")
    shown = _key(project, OF_SITE)
    assert shown != before
    for module in project.folder.rglob("skytally/**/*.py"):
        text = module.read_text(encoding="utf-8")
        module.write_text(text.replace('"""', '"""In other words: ', 1), encoding="utf-8")
    assert _key(project, OF_SITE) == shown
    source = path.read_text(encoding="utf-8")
    head, mark, tail = source.partition("\ndef lines(")
    path.write_text(head + mark + tail.replace('"""', '"""In other words: ', 1), encoding="utf-8")
    assert _key(project, OF_SITE) != shown


def test_of_site_sees_the_results_of_the_lines(built: Any) -> None:
    """A line that gave other results is printed again."""
    before = _key(built, OF_SITE)
    state = built.folder / "book/_build/lines/rail-counts/state.json"
    state.write_text(state.read_text().replace('"results": "', '"results": "0'))
    assert _key(built, OF_SITE) != before


def test_of_site_sees_which_scenes_are_stored_and_not_their_bytes(project: Any) -> None:
    """A new image reprints the plans; gigabytes of chips are not read to find that out."""
    before = _key(project, OF_SITE)
    folder = project.folder / "data/scenes/rajin"
    folder.mkdir(parents=True)
    (folder / "L1.tif").write_bytes(b"x")
    assert _key(project, OF_SITE) == before
    (folder / "L1.json").write_text("{}")
    stored = _key(project, OF_SITE)
    assert stored != before
    (folder / "L1.tif").write_bytes(b"y")
    assert _key(project, OF_SITE) == stored
    assert _key(project, "keys.of_inputs()") == _key(project, "keys.of_inputs()")


def test_site_is_fresh_only_while_it_is_whole(project: Any) -> None:
    """A page that was removed or changed by hand, or a page added to the book, is printed again."""
    page = project.folder / "book/_build/html/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>1</p>")
    assert _key(project, "keys.site_is_fresh()") == "False"
    _key(project, "keys.write_site_state({'skytally.press.site_build_and_swap'})")
    assert _key(project, "keys.site_is_fresh()") == "True"
    (project.folder / "book/new.md").write_text("# New\n")
    assert _key(project, "keys.site_is_fresh()") == "False"
    (project.folder / "book/new.md").unlink()
    page.write_text("<p>2</p>")
    assert _key(project, "keys.site_is_fresh()") == "False"
    page.unlink()
    assert _key(project, "keys.site_is_fresh()") == "False"


def test_a_change_in_the_tests_renews_the_zip_and_no_page(project: Any) -> None:
    """Pages stay fresh when only files for developers change, and not when a given text does."""
    page = project.folder / "book/_build/html/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>1</p>")
    test, text = project.folder / "tests/test_new.py", project.folder / "NEW.md"
    for path in (test, text):
        path.parent.mkdir(exist_ok=True)
        path.write_text("one\n")
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "tests/test_new.py", "NEW.md"), ("commit", "-qm", "New")):
        subprocess.run(["git", "-C", project.folder, *name, *words], check=True)
    _key(project, "keys.write_site_state({'skytally.press.site_build_and_swap'})")
    test.write_text("two\n")
    assert _key(project, "keys.site_is_fresh()") == "False"
    assert _key(project, "keys.modules_of_fresh_pages()") != "None"
    text.write_text("two\n")
    assert _key(project, "keys.modules_of_fresh_pages()") == "None"


def test_keys_do_not_depend_on_the_folder(project: Any, tmp_path: Path) -> None:
    """The same project in another folder has the same keys."""
    notebook = (
        "keys.of_notebook('rail-counts', modules=['skytally.core.evidence_line_name_constants'])"
    )
    every = f"[keys.of_code(), {notebook}, keys.of_inputs(), {OF_SITE}]"
    before = _key(project, every)
    project.folder = project.folder.rename(tmp_path / "elsewhere")
    (project.folder / "book/_build/parsed.json").unlink()
    assert _key(project, every) == before


def test_write_memory_keeps_what_was_parsed(built: Any) -> None:
    """A second build parses no table again; a lost memory changes no key."""
    run = built.run(
        "-X", "importtime", "-c",
        f"{IMPORT_KEYS}; print(keys.is_fresh('rail-counts'))",
    )  # fmt: skip
    assert run.stdout == "True\n", run.stderr
    loaded = {text.rpartition("|")[2].strip() for text in run.stderr.splitlines()}
    assert not loaded & {"csv", "tomllib"}
    (built.folder / "book/_build/parsed.json").unlink()
    assert _fresh(built)


def test_keys_need_only_the_standard_library(project: Any) -> None:
    """A build with nothing to do starts no heavy import."""
    run = project.run(
        "-X",
        "importtime",
        "-c",
        "import skytally.press.build_command, skytally.press.notebook_and_site_content_keys; "
        "import skytally.press.site_build_and_swap",
    )
    assert run.returncode == 0, run.stderr
    heavy = ("pandas", "numpy", "xarray", "papermill", "nbformat", "bokeh", "sphinx", "yaml")
    loaded = {text.rpartition("|")[2].strip() for text in run.stderr.splitlines()}
    assert not loaded & set(heavy)
