"""``make book`` on a built copy: what reruns, what stays, what is refused, and one kill.

The tests share one copy of the built project: each test that edits it mends it again.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import xarray as xr

from tests.support.book_build_edit_and_compare import (
    KEPT,
    LINES,
    LONGEST_BUILD,
    UNCHANGED,
    Built,
    Project,
    copied,
    differing,
    edit,
    mended,
    said_of,
    tree,
)

Row = dict[str, str]
FOOT = re.compile(r'<p class="sk-foot">.*?</p>')


@dataclass(frozen=True)
class First:
    """A copy of the built project."""

    project: Project
    """The copy."""
    built: Built
    """Its first build, which had nothing to do."""
    site: dict[str, str]
    """Hash of each file of the site."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> First:
    """Copy the built project; the pages there are those of the project itself."""
    project = copied(tmp_path_factory.mktemp("built") / "book-project", built=True)
    built = project.make()
    assert built.code == 0, built.err
    return First(project, built, tree(project.html))


@pytest.fixture
def book(first: First) -> Project:
    """Return the built copy of the project; every test must leave it as it was."""
    assert differing(tree(first.project.html), first.site) == []
    return first.project


@dataclass(frozen=True)
class Changed:
    """A rebuild after one changed count, and the rebuild after changing it back."""

    readers: set[str]
    """Lines whose notebooks read the changed table."""
    rebuilt: Built
    """The build after the change."""
    meanwhile: Built
    """A second build, started while that one ran."""
    site: Path
    """Copy of the site it gave."""
    back: Built
    """The build after changing it back."""
    site_back: dict[str, str]
    """Hash of each file of the site then."""


@pytest.fixture(scope="module")
def changed(first: First, tmp_path_factory: pytest.TempPathFactory) -> Changed:
    """Change 73 railcars to 74, build twice at once, keep the site, and change it back."""
    project, site = first.project, tmp_path_factory.mktemp("changed") / "html"
    readers = {line for line in LINES if "record/rail_counts.csv" in project.tables(line)}
    path = project.folder / "data/record/rail_counts.csv"
    with mended(path):
        edit(path, "R031", value="74")
        running = project.start()
        assert running.stdout is not None
        begun = ""
        while "running" not in begun:
            begun += running.stdout.readline()
        meanwhile = project.make()
        out, err = running.communicate(timeout=LONGEST_BUILD)
        shutil.copytree(project.html, site)
    back = project.make()
    rebuilt = Built(running.returncode, begun + out, err)
    return Changed(readers, rebuilt, meanwhile, site, back, tree(project.html))


def test_copy_of_a_built_project_is_fresh(first: First) -> None:
    """Keys are of content: in another folder nothing runs again."""
    assert first.built.last == UNCHANGED
    assert not first.project.ran_a_kernel()


def test_unchanged_build_starts_no_kernel(book: Project, first: First) -> None:
    """Building again runs nothing, starts no kernel and leaves the site alone."""
    before = (book.html / "index.html").stat()
    built = book.make()
    assert (built.code, built.out) == (0, f"{UNCHANGED}\n")
    assert not book.ran_a_kernel()
    assert (book.html / "index.html").stat() == before


def test_touched_files_rerun_nothing(book: Project) -> None:
    """New time stamps alone change nothing."""
    for path in book.folder.rglob("*"):
        if path.is_file() and book.build not in path.parents:
            path.touch()
    built = book.make()
    assert built.last == UNCHANGED
    assert not book.ran_a_kernel()


@pytest.mark.slow
def test_changed_count_reruns_its_readers(changed: Changed) -> None:
    """One changed row reruns exactly the notebooks that read its table."""
    n = len(changed.readers)
    assert "rail-counts" in changed.readers
    assert n < len(LINES)
    assert changed.rebuilt.code == 0, changed.rebuilt.err
    assert changed.rebuilt.last == f"notebooks: {n} run, {len(LINES) - n} unchanged"
    ran = {line for line in LINES if f"] {line}: run in" in changed.rebuilt.out}
    assert ran == changed.readers


@pytest.mark.slow
def test_changed_count_changes_the_sentence(changed: Changed, first: First) -> None:
    """Page, front page and findings say the new count, and no longer the old one."""
    key = "rail-counts.railcars_october_2023"
    assert said_of(first.project, key) == "about 73 railcars"
    for page in ("lines/rail-counts.html", "index.html", "synthesis.html"):
        before = (first.project.html / page).read_text(encoding="utf-8")
        after = (changed.site / page).read_text(encoding="utf-8")
        assert "about 73 railcars" in before, page
        assert "about 74 railcars" not in before, page
        assert "about 74 railcars" in after, page
        assert "about 73 railcars" not in after, page
    found = json.loads((changed.site / "findings.json").read_text(encoding="utf-8"))
    assert next(each["value"] for each in found if each["key"] == key) == 74


@pytest.mark.slow
def test_changed_count_changes_chart_and_downloads(changed: Changed, first: First) -> None:
    """The chart's data, its CSV and its netCDF hold the new count."""
    page = (changed.site / "lines/rail-counts.html").read_text(encoding="utf-8")
    charts = "".join(part.split("</script>")[0] for part in page.split('"application/json">')[1:])
    assert '"about 74 railcars"' in charts
    for site, expected in ((first.project.html, 73.0), (changed.site, 74.0)):
        with (site / "data/rail-counts.railcars.csv").open(encoding="utf-8", newline="") as file:
            rows = {row["row"]: row for row in csv.DictReader(file)}
        assert float(rows["R031"]["value"]) == expected
        held = []
        for path in (site / "data").glob("rail-counts.railcars.*.nc"):
            with xr.open_dataset(path) as line:
                held += [
                    float(line["value"][i])
                    for i in range(line.sizes["time"])
                    if str(line["row"].values[i]) == "R031"
                ]
        assert held == [expected]


@pytest.mark.slow
def test_changed_count_changes_nothing_else(changed: Changed, first: First) -> None:
    """No other line's data or page is touched by a count it does not read, but its foot."""
    # which says that the copy differs from its edition, where it has one
    moved = differing(tree(changed.site), first.site)
    data = {name for name in moved if name.startswith("data/")}
    assert "data/record/rail_counts.csv" in data
    allowed = tuple(f"data/{line}." for line in changed.readers)
    assert {name for name in data if not name.startswith(allowed)} == {
        "data/record/rail_counts.csv"
    }
    pages = {name for name in moved if name.startswith("lines/")}
    for name in pages - {f"lines/{line}.html" for line in changed.readers}:
        before, after = (
            (site / name).read_text(encoding="utf-8") for site in (first.project.html, changed.site)
        )
        assert FOOT.sub("", after) == FOOT.sub("", before), name


@pytest.mark.slow
def test_change_undone_gives_the_first_site(changed: Changed, first: First) -> None:
    """Changing the count back runs nothing and gives the first site again, byte for byte."""
    assert changed.back.code == 0, changed.back.err
    assert changed.back.last == UNCHANGED
    assert differing(changed.site_back, first.site) == []


@pytest.mark.slow
def test_second_build_at_once_is_refused(changed: Changed) -> None:
    """A build started while another runs says so and does nothing."""
    assert changed.meanwhile.code != 0
    assert "another build is running" in changed.meanwhile.err
    assert changed.meanwhile.out == ""
    assert changed.rebuilt.code == 0


def refused(project: Project, first: First) -> str:
    """Build, see that nothing ran and nothing moved; give the complaint."""
    built = project.make()
    assert built.code != 0
    assert "running" not in built.out
    assert not project.ran_a_kernel()
    assert differing(tree(project.html), first.site) == []
    return built.err


def test_bad_row_is_refused(book: Project, first: First) -> None:
    """A wrong date stops the build with one message that names file, line and column."""
    path = book.folder / "data/record/rail_counts.csv"
    with mended(path):
        line = edit(path, "R031", date_first="2023-13-05")
        said = refused(book, first)
    told = [each for each in said.splitlines() if "rail_counts.csv" in each]
    assert len(told) == 1
    assert f"rail_counts.csv, line {line}, column date_first: found '2023-13-05'" in told[0]
    assert "data and parameters: 1 fault" in said
    assert "Traceback" not in said
    assert book.make().last == UNCHANGED


BAD_CELLS: dict[str, Row] = {
    "R031": {"date_first": "05/10/2023"},
    "R032": {"source_id": "NO_SUCH_SOURCE"},
    "R040": {"unit": "wagons"},
    "R041": {"bound": "roughly"},
    "R046": {"value": "1,75"},
    "R047": {"value": "14", "low": "3", "high": "9"},
    "R051": {"id": "R047"},
    "R058": {"value": "1.0E+02"},
}


def test_bad_rows_are_told_all_at_once(book: Project, first: First) -> None:
    """Every fault of a table is reported in one message, each with its line and column."""
    path = book.folder / "data/record/rail_counts.csv"
    with mended(path):
        lines = {row: edit(path, row, **cells) for row, cells in BAD_CELLS.items()}
        said = refused(book, first)
    for row, cells in BAD_CELLS.items():
        column = next(iter(cells))
        assert f"rail_counts.csv, line {lines[row]}, column {column}: found" in said, said


def _without_column(text: str) -> str:
    rows = list(csv.reader(io.StringIO(text)))
    gone = rows[0].index("source_id")
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(
        [cell for i, cell in enumerate(row) if i != gone] for row in rows
    )
    return made.getvalue()


BAD_FILES: dict[str, tuple[Callable[[str], str], str]] = {
    "events": (_without_column, "events.csv, line 1, column source_id: found no such column"),
    "quay_stocks": (lambda text: text.replace(",", ";"), "quay_stocks.csv, line 1: found semi"),
    "rail_counts": (lambda text: text.replace("R031", "R0\x0031", 1), "a NUL byte"),
    "ship_sightings": (lambda _: "", "ship_sightings.csv: found an empty file"),
}


def test_bad_files_are_told_all_at_once(book: Project, first: First) -> None:
    """A missing column, semicolons, a NUL byte and an empty file are one message."""
    paths = {name: book.folder / f"data/record/{name}.csv" for name in BAD_FILES}
    with mended(*paths.values()):
        for name, (spoil, _) in BAD_FILES.items():
            spoilt = spoil(paths[name].read_text(encoding="utf-8"))
            paths[name].write_text(spoilt, encoding="utf-8")
        said = refused(book, first)
    for _, expected in BAD_FILES.values():
        assert expected in said, said
    assert "Traceback" not in said


BAD_PARAMETERS = {
    "official-claims": ("basline_row: R001\n", 'found the name "basline_row"; declared are'),
    "rail-counts": ("baseline_row: 7\n", "baseline_row: found 7, a whole number; write text"),
    "port-imagery": ("quotes: &q {}\nmore: *q\n", "an alias"),
    "ais-gaps": ("first: 2023-01-01\n", "first: found 2023-01-01, a day without quotation"),
    "depot-expansion": ("out: /elsewhere\n", 'found the name "out"'),
    "coverage": ("first: x\n" + "# long\n" * 4000, "at most 16384 allowed"),
}


def test_bad_parameters_are_refused_all_at_once(book: Project, first: First) -> None:
    """Parameter files that are not plain declared values stop the build before it begins."""
    paths = {name: book.folder / f"notebooks/params/{name}.yml" for name in BAD_PARAMETERS}
    paths["coverage"].parent.mkdir(exist_ok=True)
    with mended(*paths.values()):
        for name, (content, _) in BAD_PARAMETERS.items():
            paths[name].write_text(content, encoding="utf-8")
        said = refused(book, first)
    for name, (_, expected) in BAD_PARAMETERS.items():
        told = [each for each in said.splitlines() if f"notebooks/params/{name}.yml" in each]
        assert any(expected in each for each in told), said
    assert "Traceback" not in said


@pytest.mark.slow
def test_failing_cell_leaves_the_last_site(book: Project, first: First) -> None:
    """A cell that fails is named each time, also beside a notebook that cannot be read."""
    path, other = (book.folder / f"notebooks/{name}.ipynb" for name in ("ais-gaps", "coverage"))
    with mended(path, other):
        notebook = json.loads(path.read_bytes())
        cell = {"cell_type": "code", "id": "planted", "metadata": {}, "outputs": []}
        place = 3
        notebook["cells"].insert(
            place, {**cell, "execution_count": None, "source": ["raise ValueError('planted')"]}
        )
        path.write_text(json.dumps(notebook), encoding="utf-8")
        conflict = "<<<<<<< HEAD\n"
        for mark in ("", conflict):
            other.write_text(mark + other.read_text(encoding="utf-8"), encoding="utf-8")
            built = book.make()
            assert ("notebooks/coverage.ipynb: found a merge conflict" in built.err) == bool(mark)
            assert built.code != 0
            assert "ais-gaps: FAILED" in built.out
            expected = f"notebooks/ais-gaps.ipynb: cell {place + 1} failed: ValueError: planted"
            assert expected in built.err, built.err
            assert "the last good site stays" in built.err
            assert differing(tree(book.html), first.site) == []
    assert book.make().last == UNCHANGED


@pytest.mark.slow
def test_killed_build_gives_the_same_site(book: Project, first: First) -> None:
    """Killed while pages are printed, and run again, the build gives the same site."""
    (book.build / "site.json").unlink()
    process = book.start()
    with pytest.raises(subprocess.TimeoutExpired, match="timed out"):
        process.communicate(timeout=3.0)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    # a kill between the two renames leaves the old site beside, whole
    site = book.html if book.html.exists() else book.build / "html.old"
    assert differing(tree(site), first.site) == []
    assert book.make().code == 0
    assert differing(tree(book.html), first.site) == []
    assert {path.name for path in book.build.iterdir()} - {"results"} == KEPT
