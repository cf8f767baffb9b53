"""``make book`` from nothing, killed again and again, and what changed code reruns.

``SKYTALLY_KILLS`` says how many times a build is killed (six unless told).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

import pytest

from tests.support.book_build_edit_and_compare import (
    KEPT,
    LINES,
    UNCHANGED,
    Built,
    Project,
    copied,
    differing,
    mended,
    tree,
)

KILLS = int(os.environ.get("SKYTALLY_KILLS", "6"))


@dataclass(frozen=True)
class First:
    """A project built from nothing, and how that went."""

    project: Project
    """The copy."""
    built: Built
    """Its first build."""
    kernels: bool
    """Whether that build started a kernel."""
    seconds: float
    """How long it took."""
    site: dict[str, str]
    """Hash of each file of the site."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> First:
    """Build a copy from nothing."""
    project = copied(tmp_path_factory.mktemp("first") / "book-project", built=False)
    start = time.monotonic()
    built = project.make()
    seconds = time.monotonic() - start
    assert built.code == 0, built.err
    return First(project, built, project.ran_a_kernel(), seconds, tree(project.html))


@pytest.fixture
def book(first: First) -> Project:
    """Return the built copy of the project; every test must leave it as the first build did."""
    assert differing(tree(first.project.html), first.site) == []
    return first.project


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, first: First) -> Project:
    """Build a second copy, later and in a folder of another name and depth."""
    project = copied(tmp_path_factory.mktemp("second") / "a folder/deeper still/copy", built=False)
    for path in project.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    built = project.make()
    assert built.code == 0, built.err
    return project


def test_first_build_runs_everything(first: First) -> None:
    """From nothing, every notebook runs, progress is reported, and the last line counts them."""
    assert first.built.last == f"notebooks: {len(LINES)} run, 0 unchanged"
    assert all(f"] {line}: run in" in first.built.out for line in LINES)
    assert first.kernels
    assert {path.name for path in first.project.build.iterdir()} == KEPT


NEW_SOURCE = (
    "UNCITED_20240416,Example Gazette,Boxes,,2024-04-16,2024-04-16,day,https://example.org/boxes,"
    "news,secondary,csis,BP_20231006,,C,newsroom,direct,made up\n"
)


def test_docstrings_and_an_uncited_source_rerun_nothing(book: Project, first: First) -> None:
    """Every docstring reworded and a source added that no row cites: only pages are printed."""
    modules = [path for path in (book.folder / "skytally").rglob("*.py") if path.stat().st_size]
    sources = book.folder / "data/record/sources.csv"
    with mended(*modules):
        for path in modules:
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace('"""', '"""In other words: ', 1) + "\n# a comment\n")
        built = book.make()
        assert (built.code, built.out) == (0, f"{UNCHANGED}\n")
        with mended(sources):
            sources.write_text(sources.read_text(encoding="utf-8") + NEW_SOURCE, encoding="utf-8")
            built = book.make()
            assert built.last == UNCHANGED, built.err
            assert "UNCITED_20240416" in (book.html / "sources.html").read_text(encoding="utf-8")
        assert not book.ran_a_kernel()
    assert book.make().last == UNCHANGED
    assert differing(tree(book.html), first.site) == []


def test_changed_code_reruns_only_who_loaded_it(book: Project) -> None:
    """Acquisition and checks touch no line, port calls one; all print what sources are behind."""
    for name, allowed in (
        ("skytally/imagery/acquire/catalog_search_and_changes.py", set()),
        ("skytally/statistics/port_calls/littles_law.py", {"port-imagery"}),
        ("skytally/record/record_consistency_rules.py", set()),
        ("skytally/record/source_provenance.py", LINES),
    ):
        path = book.folder / name
        with mended(path):
            path.write_text(path.read_text(encoding="utf-8") + "\nANOTHER = 1\n")
            assert book.stale() == allowed, name
    path = book.folder / "skytally/figures/lazy_responsive_chart_loader.js"
    with mended(path):
        path.write_text(path.read_text(encoding="utf-8") + "\n// another\n")
        assert book.stale() == LINES
    assert book.stale() == set()


def test_notebook_metadata_reruns_nothing(book: Project, first: First) -> None:
    """Metadata, outputs and indentation of a notebook change nothing."""
    path = book.folder / "notebooks/rail-counts.ipynb"
    with mended(path):
        notebook = json.loads(path.read_bytes())
        notebook["metadata"]["title"] = "another title"
        notebook["metadata"]["language_info"] = {"name": "python", "version": "3.11.99"}
        code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
        code["metadata"]["collapsed"] = True
        code["execution_count"] = 7
        code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["old"]}]
        path.write_text(json.dumps(notebook, indent=3), encoding="utf-8")
        built = book.make()
        assert built.last == UNCHANGED
        assert not book.ran_a_kernel()
    assert book.make().code == 0
    assert differing(tree(book.html), first.site) == []


def test_misspelt_key_leaves_the_last_site(book: Project, first: First) -> None:
    """A page that quotes a finding which is not there is named, and the site stays."""
    path = book.folder / "book/index.md"
    with mended(path):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\n{f}`rail-counts.no_such_key`\n", encoding="utf-8")
        built = book.make()
        assert built.code != 0
        assert "no finding 'rail-counts.no_such_key'" in built.err
        assert "index.md" in built.err
        assert differing(tree(book.html), first.site) == []
    assert book.make().code == 0
    assert differing(tree(book.html), first.site) == []


def test_two_folders_give_the_same_bytes(other: Project, first: First) -> None:
    """Two builds, in different folders and at different times, are byte-identical."""
    assert differing(tree(other.html), first.site) == []


def _killed(project: Project, after: float) -> bool:
    process = project.start()
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def test_killed_builds_give_the_same_site(other: Project, first: First) -> None:
    """Killed at random points and run again, the build gives the same site and no leftovers."""
    draws = random.Random(KILLS)
    kills = 0
    while kills < KILLS:
        (other.build / "site.json").unlink(missing_ok=True)
        redone = draws.choice([0, 1, 2])
        for line in draws.sample(sorted(LINES), redone):
            shutil.rmtree(other.build / "lines" / line, ignore_errors=True)
        # pages are about a quarter of a whole build, two notebooks beside each other as much
        share = draws.uniform(0.01, 0.5 if redone else 0.25)
        kills += _killed(other, after=share * first.seconds)
        # a kill between the two renames leaves the old site beside, whole
        site = other.html if other.html.exists() else other.build / "html.old"
        assert differing(tree(site), first.site) == []
    built = other.make()
    assert built.code == 0, built.err
    assert differing(tree(other.html), first.site) == []
    assert {path.name for path in other.build.iterdir()} - {"results"} == KEPT
    assert {path.name for path in (other.build / "lines").iterdir()} == LINES
    assert other.make().last == UNCHANGED
