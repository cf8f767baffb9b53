"""Factories: rows and lines made up, the record to break, the project to run."""

from __future__ import annotations

import csv
import fcntl
import filecmp
import io
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import xarray as xr

from skytally.core import data_registry
from skytally.core.table_reader import read_table
from skytally.press import data_and_parameter_check_command
from skytally.record.evidence_lines import line
from tests.support.project_copy_and_commands import COMPILED, linked_if_never_written

if TYPE_CHECKING:
    from skytally.editions import Edition
    from skytally.page_archive.table_rows_from_one_visit import Words
    from skytally.press.cards.record_cards import CardRecord
    from skytally.recount import CountTask
    from tests.support.edition_packets_and_tampering import PacketEdition
    from tests.support.made_up_pit_field import PitField

ROOT = Path(__file__).resolve().parents[1]

PLAIN_ROW: dict[str, Any] = {
    "line": 2,
    "precision_first": "day",
    "precision_last": "day",
    "scope": "rajin-port-area",
    "counter": "csis",
    "quantity": "containers",
    "value": math.nan,
    "low": math.nan,
    "high": math.nan,
    "bound": "exactly",
    "wording": "",
    "unit": "containers",
    "method": "count",
    "state": "counted",
    "family": "planet",
    "source_id": "BP_20231017",
    "reading": "direct",
    "text": "containers on the quay",
    "note": "",
}
"""A sound row of an observation table, without its id, dates and number."""


LONGEST_FIRST = ("slow", "site")
"""Folders whose files take longest: a worker that began one last would end alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hand the files that take longest to the workers first; the order within a file stays."""

    def place(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _no_book_is_printed() -> None:
    """Take back what a site printed in this process said of it: charts are for a live notebook."""
    os.environ.pop("SKYTALLY_BOOK", None)


@pytest.fixture(scope="session")
def root() -> Path:
    """Root folder of the project."""
    return ROOT


@pytest.fixture
def rows() -> Callable[..., pd.DataFrame]:
    """Return a factory of observation tables: a mapping of changes a row; ``day`` sets both dates.

    Ids are X1, X2, and so on, unless given.
    """

    def make(*changes: dict[str, Any]) -> pd.DataFrame:
        made = []
        for i, change in enumerate(changes, start=1):
            day = pd.Timestamp(change.get("day", "2023-10-05"))
            row = {"id": f"X{i}", "date_first": day, "date_last": day, **PLAIN_ROW, **change}
            row.pop("day", None)
            made.append(row)
        table = pd.DataFrame(made)
        for word in ("date_first", "date_last"):
            table[word] = pd.to_datetime(table[word])
        table.attrs["table"] = "made_up"
        return table

    return make


@pytest.fixture
def groups() -> Callable[..., pd.DataFrame]:
    """Return a factory of ``same_observation`` tables: (group, row id, relation, keep) a row."""

    def make(*members: tuple[str, str, str, str]) -> pd.DataFrame:
        return pd.DataFrame(members, columns=["group", "row_id", "relation", "keep"])

    return make


@pytest.fixture
def one_line(rows: Callable[..., pd.DataFrame]) -> Callable[..., xr.Dataset]:
    """Return a factory of evidence lines, from the same changes as `rows`."""

    def make(*changes: dict[str, Any]) -> xr.Dataset:
        return line(rows(*changes), title="made up", history="made for a test")

    return make


@pytest.fixture(scope="session")
def table() -> Callable[[str], pd.DataFrame]:
    """Return a reader of the real tables that caches each."""
    known: dict[str, pd.DataFrame] = {}

    def read(name: str) -> pd.DataFrame:
        if name not in known:
            known[name] = read_table(data_registry.path(name))
        return known[name]

    return read


@pytest.fixture(scope="session")
def packet_edition(tmp_path_factory: pytest.TempPathFactory) -> PacketEdition:
    """Make a small edition with evidence packets once."""
    from tests.support.edition_packets_and_tampering import (
        PacketEdition,
        made_up_site,
        write_made_up_edition,
    )

    folder = tmp_path_factory.mktemp("editions") / "data" / "editions" / "2026-11-29"
    root = write_made_up_edition(folder, made_up_site(folder.parents[2] / "site"))
    return PacketEdition(folder, root)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Copy the record's tables to a folder where they can be broken."""
    ignored = shutil.ignore_patterns("delivered")
    return shutil.copytree(ROOT / "data" / "record", tmp_path / "record", ignore=ignored)


@pytest.fixture
def write_cell() -> Callable[..., None]:
    """Return a function that overwrites cells of one row of a table file, as an editor would."""

    def write(path: Path, row_id: str, /, **cells: str) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            header, *body = csv.reader(file)
        (place,) = (i for i, row in enumerate(body) if row[0] == row_id)
        for column, text in cells.items():
            body[place][header.index(column)] = text
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *body])

    return write


class Project:
    """A copy of the project without what was built, to run its own commands in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def copied_to(self, folder: Path) -> Project:
        """Make another copy of this one, as it stands."""
        shutil.copytree(self.folder, folder, copy_function=linked_if_never_written)
        return Project(folder)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments on the copy."""
        inherited = {name: text for name, text in os.environ.items() if name != COMPILED_ELSEWHERE}
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env={**inherited, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_RUN,
        )

    def check(self) -> subprocess.CompletedProcess[str]:
        """Run ``make check`` on the copy in this process, which has loaded the code already."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
            patched.setenv("SKYTALLY_PROJECT", str(self.folder))
            patched.chdir(self.folder)
            code = data_and_parameter_check_command.main()
        return subprocess.CompletedProcess([], code, out.getvalue(), err.getvalue())

    def parameters(self, line_name: str, text: str) -> None:
        """Write a parameter file."""
        path = self.folder / "notebooks" / "params" / f"{line_name}.yml"
        path.write_text(text, encoding="utf-8")


LONGEST_RUN = 300.0
"""Seconds that a command of a copy may take on a busy machine."""
COMPILED_ELSEWHERE = "PYTHONPYCACHEPREFIX"
"""Where set, Python passes over the compiled code beside the modules of a copy."""
PARSE_ALL = """
from skytally.press import notebook_and_site_content_keys as keys
keys.of_inputs(), keys.of_code(), keys.write_memory()
"""


@pytest.fixture(scope="session")
def project_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the project once, with compiled code and hashes of what was parsed, for further copies.

    Both are kept by content, so a copy finds what it changes changed, and nothing else slow.
    The workers of a run share the copy: the first that needs it makes it, the others wait.
    """
    here = tmp_path_factory.getbasetemp()
    shared = here.parent if "PYTEST_XDIST_WORKER" in os.environ else here
    template, whole = shared / "template/project", shared / "template/whole"
    template.parent.mkdir(exist_ok=True)
    with (shared / "template/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(template, ignore_errors=True)
            _write_template(template)
            whole.touch()
    return template


def _write_template(template: Path) -> None:
    for part in ("skytally", "data", "notebooks", "book"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "_build")
        shutil.copytree(ROOT / part, template / part, ignore=ignored)
    (template / "notebooks/params").mkdir(exist_ok=True)
    (template / "book/_build").mkdir()
    shutil.copyfile(ROOT / "requirements.txt", template / "requirements.txt")
    # what the last build compiled and parsed, as far as the content is the same, is used again
    built = ROOT / "book/_build"
    if (built / "parsed.json").is_file():
        shutil.copyfile(built / "parsed.json", template / "book/_build/parsed.json")
    compiled = ROOT / COMPILED / ROOT.relative_to(ROOT.anchor) / "skytally"
    for path in compiled.rglob(f"*.{sys.implementation.cache_tag}.pyc"):
        place = template / "skytally" / path.parent.relative_to(compiled) / "__pycache__"
        if place.parent.is_dir():
            place.mkdir(exist_ok=True)
            shutil.copyfile(path, place / path.name)
    for words in (("-m", "compileall", "-q", "skytally"), ("-c", PARSE_ALL)):
        done = Project(template).run(*words)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def project(project_template: Path, tmp_path: Path) -> Iterator[Project]:
    """Copy the project to a folder where anything can be changed but the files of its editions.

    Those are links, and the test fails that wrote into one.
    """
    yield Project(project_template).copied_to(tmp_path / "project")
    for path in (ROOT / "data/editions").rglob("*"):
        linked = project_template / path.relative_to(ROOT)
        assert path.is_dir() or filecmp.cmp(path, linked), f"{linked}: a test wrote into it"


@pytest.fixture
def empty_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project without anything in it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/registry.toml").touch()
    monkeypatch.setenv("SKYTALLY_PROJECT", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def check_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of data, notebooks and pages; each test puts back what it changed."""
    made = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("_build", "scenes", "measured", ".*")
    for part in ("data", "notebooks", "book"):
        shutil.copytree(ROOT / part, made / part, ignore=ignored)
    return made


@pytest.fixture
def check(
    check_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[], tuple[int, str]]]:
    """Return a function that checks the copy in this process; exit code, and what it printed."""
    monkeypatch.setenv("SKYTALLY_PROJECT", str(check_folder))
    # no test writes into an edition, and they are most of the bytes
    paths = (each for part in (check_folder / "data").iterdir() if part.name != "editions"
             for each in (part, *part.rglob("*")))  # fmt: skip
    before = {path: path.read_bytes() for path in paths if path.is_file()}

    def checked() -> tuple[int, str]:
        code = data_and_parameter_check_command.main()
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    yield checked
    for path, content in before.items():
        path.write_bytes(content)
    shutil.rmtree(check_folder / "book/_build", ignore_errors=True)


@pytest.fixture(scope="module")
def railcar_task(tmp_path_factory: pytest.TempPathFactory) -> CountTask:
    """Name a count on a simulated yard."""
    from tests.support.made_up_recounts import practice_file, task_of

    return task_of(practice_file(tmp_path_factory.mktemp("image")))


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """Return a project with four made-up rows."""
    from tests.support.made_up_editions import ROWS, write_project

    return write_project(tmp_path / "project", ROWS)


@pytest.fixture
def first_edition(small_project: Path) -> Edition:
    """Return the first edition of the project with four made-up rows."""
    from tests.support.made_up_editions import DAY, claim, finding, make_edition

    return make_edition(
        small_project, DAY,
        findings=[finding("calls.all", 100, 90, 110), finding("calls.old", 1, 1, 1)],
        claims=[claim("C1", "holds"), claim("C2", "holds")],
    )  # fmt: skip


@pytest.fixture
def searched_months() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Four months at one site: two images, a clouded one, none offered, and half a month."""
    from tests.support.made_up_month_coverage import (
        coverage_tables,
        made_up_look,
        made_up_search,
        unusable_row,
    )

    looks = [
        made_up_look("2023-01-10"),
        made_up_look("2023-01-20"),
        made_up_look("2023-01-20", status="superseded", status_reason="older: of X", usable=""),
        unusable_row("2023-02-10", "cloud: 63 % of the ring"),
        made_up_look("2023-02-15", status="failed", status_reason="http: status 503", usable=""),
    ]
    return coverage_tables(looks, [made_up_search("2023-01-01", "2023-04-15", len(looks))])


@pytest.fixture
def no_search() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nobody has refreshed."""
    from tests.support.made_up_month_coverage import coverage_tables

    return coverage_tables([], [])


@pytest.fixture(scope="module", params=[False, True], ids=["first family", "second family"])
def pit_field(request: pytest.FixtureRequest) -> PitField:
    """Simulate a field: sixteen undisturbed images, then 0, 1 and 6 pits."""
    from tests.support.made_up_pit_field import simulated_pits

    return simulated_pits(other=request.param)


@pytest.fixture
def cards_of(table: Callable[[str], pd.DataFrame]) -> CardRecord:
    """Record as the cards look it up."""
    from skytally.press.cards.record_cards import CardRecord
    from tests.support.made_up_finding_for_cards import TABLES

    return CardRecord({name: table(name) for name in TABLES}, TABLES[-3:])


@pytest.fixture(scope="session")
def archive_words() -> Words:
    """Words for numbers and counted things of the project."""
    from skytally.page_archive import read_words

    return read_words(ROOT / "data")
