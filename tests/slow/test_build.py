"""``make book`` on copies of the project: what reruns, what stays, what is refused, what is killed.

Builds are shared by the tests of this file: each test that edits a copy mends it again.
``SKYTALLY_KILLS`` says how many times a build is killed (six unless told).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from tests.support.browser import ABSENT, chromium, chromium_path, draw, hovered, tab

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LINES = {
    "port-imagery", "rail-counts", "depot-expansion", "ais-gaps", "official-claims", "coverage",
}  # fmt: skip
UNCHANGED = f"notebooks: 0 run, {len(LINES)} unchanged"
NOT_COPIED = shutil.ignore_patterns("_build", ".git", "__pycache__", ".*_cache")
KILLS = int(os.environ.get("SKYTALLY_KILLS", "6"))
LONGEST_BUILD = 600.0
KEPT = {"checked.key", "html", "lines", "lock", "parsed.json", "site.json", "site.log"}
"""What a build may leave in ``book/_build``."""

Row = dict[str, str]

STALE = """
from skytally.press.content_keys import is_fresh
from skytally.press.project_paths import line_names
print(*(line for line in line_names() if not is_fresh(line)))
"""


@dataclass(frozen=True)
class Project:
    """A copy of the project in a folder of its own."""

    folder: Path
    """Root of the copy."""
    kernels: Path
    """Folder that a starting kernel makes, and nothing else."""

    @property
    def build(self) -> Path:
        """Build folder of the copy."""
        return self.folder / "book/_build"

    @property
    def html(self) -> Path:
        """HTML folder of the copy."""
        return self.build / "html"

    def start(self) -> subprocess.Popen[str]:
        """Start ``make book`` in a process group of its own."""
        # -o env: the tests run in the environment that is there, they install nothing
        command = ["make", "-o", "env", "book", f"VENV={sys.prefix}"]
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MAKE", "MFLAGS", "SKYTALLY", "PYTEST", "PYTHON"))
        }
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**inherited, "IPYTHONDIR": str(self.kernels)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def make(self) -> Built:
        """Run ``make book`` to its end."""
        shutil.rmtree(self.kernels, ignore_errors=True)
        process = self.start()
        out, err = process.communicate(timeout=LONGEST_BUILD)
        return Built(process.returncode, out, err)

    def ran_a_kernel(self) -> bool:
        """Check whether the last ``make`` started a Jupyter kernel."""
        return self.kernels.exists()

    def tables(self, line: str) -> list[str]:
        """Files of ``data/`` that the notebook of a line read."""
        return [read.partition("#")[0] for read in self.state(line)["reads"]]

    def state(self, line: str) -> dict[str, Any]:
        """Read the recorded state of the last run of a line."""
        return dict(json.loads((self.build / "lines" / line / "state.json").read_bytes()))

    def stale(self) -> set[str]:
        """Lines that the next build would run, found without running them."""
        run = subprocess.run(
            [sys.executable, "-c", STALE],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        return set(run.stdout.split())


@dataclass(frozen=True)
class Built:
    """How a build ended."""

    code: int
    """Exit code."""
    out: str
    """What it said."""
    err: str
    """What it complained of."""

    @property
    def last(self) -> str:
        """Last line of the output."""
        return self.out.splitlines()[-1] if self.out else ""


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by relative path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Paths of the files that differ between two trees, or are in only one."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def said_of(project: Project, key: str) -> str:
    """Text of a finding in the site's findings.json."""
    found = json.loads((project.html / "findings.json").read_text(encoding="utf-8"))
    return next(each["said"] for each in found if each["key"] == key)


@contextmanager
def mended(*paths: Path) -> Iterator[None]:
    """Put files back as they were, whatever happens."""
    kept = {path: path.read_bytes() if path.exists() else None for path in paths}
    try:
        yield
    finally:
        for path, content in kept.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)


def edit(path: Path, row_id: str, **cells: str) -> int:
    """Change cells of a row; give the line of the file it stands on."""
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    rows, lines = [], {}
    for row in reader:
        rows.append(row)
        lines[row["id"]] = reader.line_num
    next(row for row in rows if row["id"] == row_id).update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return lines[row_id]


def copied(folder: Path) -> Project:
    """Copy the project, without what was built."""
    outside = {"results", *(path.parent.name for path in ROOT.glob("*/pyvenv.cfg"))}

    def ignored(where: str, names: list[str]) -> set[str]:
        unwanted = outside if Path(where) == ROOT else set()
        return NOT_COPIED(where, names) | (unwanted & set(names))

    shutil.copytree(ROOT, folder, ignore=ignored)
    return Project(folder, folder.parent / f"{folder.name}-kernels")


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
    project = copied(tmp_path_factory.mktemp("first") / "book-project")
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
    project = copied(tmp_path_factory.mktemp("second") / "a folder/deeper still/copy")
    for path in project.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    built = project.make()
    assert built.code == 0, built.err
    return project


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


def test_first_build_runs_everything(first: First) -> None:
    """From nothing, every notebook runs, progress is reported, and the last line counts them."""
    assert first.built.last == f"notebooks: {len(LINES)} run, 0 unchanged"
    assert all(f"] {line}: run in" in first.built.out for line in LINES)
    assert first.kernels
    assert {path.name for path in first.project.build.iterdir()} == KEPT


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


NEW_SOURCE = (
    "UNCITED_20240416,Example Gazette,Boxes,,2024-04-16,2024-04-16,day,https://example.org/boxes,"
    "news,secondary,csis,BP_20231006,C,newsroom,direct,made up\n"
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
    """Acquisition touches no line of the record; port calls touch the line on ports only."""
    for name, allowed in (
        ("skytally/imagery/acquire/catalog_search.py", set()),
        ("skytally/statistics/port_calls/littles_law.py", {"port-imagery"}),
        ("skytally/record/provenance.py", set()),
    ):
        path = book.folder / name
        with mended(path):
            path.write_text(path.read_text(encoding="utf-8") + "\nANOTHER = 1\n")
            assert book.stale() == allowed, name
    path = book.folder / "skytally/figures/boot.js"
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


def test_changed_count_reruns_its_readers(changed: Changed) -> None:
    """One changed row reruns exactly the notebooks that read its table."""
    n = len(changed.readers)
    assert "rail-counts" in changed.readers
    assert n < len(LINES)
    assert changed.rebuilt.code == 0, changed.rebuilt.err
    assert changed.rebuilt.last == f"notebooks: {n} run, {len(LINES) - n} unchanged"
    ran = {line for line in LINES if f"] {line}: run in" in changed.rebuilt.out}
    assert ran == changed.readers


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


def test_changed_count_changes_nothing_else(changed: Changed, first: First) -> None:
    """No other line's data or page is touched by a count it does not read."""
    moved = differing(tree(changed.site), first.site)
    data = {name for name in moved if name.startswith("data/")}
    assert "data/record/rail_counts.csv" in data
    allowed = tuple(f"data/{line}." for line in changed.readers)
    assert {name for name in data if not name.startswith(allowed)} == {
        "data/record/rail_counts.csv"
    }
    assert {name for name in moved if name.startswith("lines/")} <= {
        f"lines/{line}.html" for line in changed.readers
    }


def test_change_undone_gives_the_first_site(changed: Changed, first: First) -> None:
    """Changing the count back runs nothing and gives the first site again, byte for byte."""
    assert changed.back.code == 0, changed.back.err
    assert changed.back.last == UNCHANGED
    assert differing(changed.site_back, first.site) == []


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


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("basline_row: R001\n", "found the name 'basline_row'; declared are"),
        ("baseline_row: 7\n", "baseline_row: found 7 of type int; write a str"),
        ("quotes: &q {}\nmore: *q\n", "an alias"),
        ("first: 2023-01-01\n", "first: found datetime.date(2023, 1, 1) of type date"),
        ("out: /elsewhere\n", "found the name 'out'"),
        ("first: x\n" + "# long\n" * 4000, "at most 16384 allowed"),
    ],
    ids=["misspelt", "wrong-type", "alias", "date", "out", "too-large"],
)
def test_bad_parameter_is_refused(book: Project, first: First, content: str, expected: str) -> None:
    """A parameter file that is not plain declared values stops the build before it begins."""
    path = book.folder / "notebooks/params/rail-counts.yml"
    path.parent.mkdir(exist_ok=True)
    with mended(path):
        path.write_text(content, encoding="utf-8")
        said = refused(book, first)
    assert "notebooks/params/rail-counts.yml" in said
    assert expected in said
    assert "Traceback" not in said


def test_failing_cell_leaves_the_last_site(book: Project, first: First) -> None:
    """A cell that fails is named with page and error, twice in a row, and the site stays."""
    path = book.folder / "notebooks/ais-gaps.ipynb"
    with mended(path):
        notebook = json.loads(path.read_bytes())
        cell = {"cell_type": "code", "id": "planted", "metadata": {}, "outputs": []}
        place = 3
        notebook["cells"].insert(
            place, {**cell, "execution_count": None, "source": ["raise ValueError('planted')"]}
        )
        path.write_text(json.dumps(notebook), encoding="utf-8")
        for _ in range(2):
            built = book.make()
            assert built.code != 0
            assert "ais-gaps: FAILED" in built.out
            expected = f"notebooks/ais-gaps.ipynb: cell {place + 1} failed: ValueError: planted"
            assert expected in built.err, built.err
            assert "the last good site stays" in built.err
            assert differing(tree(book.html), first.site) == []
    assert book.make().last == UNCHANGED


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


SCRIPT = "<script>window.executed=1</script>"
HOSTILE = {
    "tag": SCRIPT,
    "picture": '"><img src=x onerror="window.executed=2">',
    "comment": "<!--<script>window.executed=3",
    "closing": f"</script></textarea></svg>{SCRIPT}",
    "braces": "{{ 7*7 }} {f}`x` $x$ `code` @{value}{safe} %s {said}",
}
FORMULA = '=HYPERLINK("x";"y")'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Build a copy whose cells hold code, and whose events were saved by a spreadsheet."""
    project = copied(tmp_path_factory.mktemp("hostile") / "book-project")
    record = project.folder / "data/record"
    edit(record / "rail_counts.csv", "R031", text=" ".join(HOSTILE.values()), note=FORMULA)
    edit(record / "rail_counts.csv", "R046", text=FORMULA)
    edit(record / "rail_counts.csv", "R051", wording=HOSTILE["tag"])
    edit(record / "counters.csv", "csis", name=f"CSIS {HOSTILE['closing']}")
    edit(record / "scopes.csv", "tumangang-rail-facility", name=f"Yard {HOSTILE['picture']}")
    edit(record / "sites.csv", "rajin", name=f"Rajin {HOSTILE['tag']}", note=HOSTILE["picture"])
    edit(record / "sources.csv", "BP_20231006", title=HOSTILE["comment"] + HOSTILE["tag"])
    events = record / "events.csv"
    as_saved = events.read_text(encoding="utf-8").replace("\n", "\r\n")
    events.write_bytes(b"\xef\xbb\xbf" + as_saved.encode())
    built = project.make()
    assert built.code == 0, built.err
    return project


def test_byte_order_mark_and_crlf_are_read(hostile: Project, first: First) -> None:
    """A table saved by a spreadsheet gives the same rows as before."""
    one, other = (
        (project.html / "data/record/events.csv").read_text(encoding="utf-8")
        for project in (first.project, hostile)
    )
    assert one == other
    page = (hostile.html / "record.html").read_text(encoding="utf-8")
    assert 'id="E013"' in page


def test_formulas_are_neutralised_in_downloads(hostile: Project) -> None:
    """No cell of any CSV on the site begins as a formula."""
    found = []
    for path in (hostile.html / "data").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                found += [cell for cell in row if cell.lstrip()[:1] in ("=", "@")]
    assert found == []
    for name in ("rail-counts.kinds.csv", "record/rail_counts.csv"):
        text = (hostile.html / "data" / name).read_text(encoding="utf-8")
        assert f"'{FORMULA}".replace('"', '""') in text, name


@pytest.mark.skipif(not chromium_path(), reason=ABSENT)
def test_cell_text_is_shown_not_run(hostile: Project) -> None:
    """Code in a cell shows as text on every page and chart, and nothing of it runs."""
    root = hostile.html.as_uri()
    pages = [
        path.relative_to(hostile.html).as_posix()
        for path in sorted(hostile.html.rglob("*.html"))
        if "_static" not in path.parts
    ]
    with chromium() as browser:
        for name in pages:
            with tab(browser, root=root) as (page, faults):
                page.goto(f"{root}/{name}")
                for number in range(draw(page)):
                    told = [word for tip in hovered(page, number) for word in tip]
                    assert told, f"{name}: chart {number + 1} shows nothing"
                assert page.evaluate("window.executed") is None, name
                assert faults == [], name
        with tab(browser, root=root) as (page, _):
            page.goto(f"{root}/record.html")
            assert " ".join(HOSTILE.values()) in page.locator("#R031").inner_text()
            page.goto(f"{root}/sources.html")
            shown = page.locator("#BP_20231006").inner_text()
            assert HOSTILE["comment"] + HOSTILE["tag"] in shown
