"""``make book`` on a copy of the project: start it, run it to its end, and compare what it left."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.project_copy_and_commands import ROOT, copy_project

LINES = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
"""Slugs of the notebooks."""
UNCHANGED = f"notebooks: 0 run, {len(LINES)} unchanged"
"""Last line of a build in which no notebook ran."""
LONGEST_BUILD = 600.0
"""Seconds that a build may take."""
KEPT = {
    "checked.key",
    "checked_parts.json",
    "html",
    "lines",
    "lock",
    "parsed.json",
    "pycache",
    "site.json",
    "site.log",
}
"""What a build may leave in ``book/_build``."""

STALE = """
from skytally.press.notebook_and_site_content_keys import is_fresh
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


def correct(record: Path, cell: tuple[str, str, str], new: str) -> None:
    """Change a delivered cell of a table, row and column, and say so among the corrections."""
    table, row_id, column = cell
    with (record / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        old = next(row[column] for row in csv.DictReader(file) if row["id"] == row_id)
    edit(record / f"{table}.csv", row_id, **{column: new})
    with (record / "corrections.csv").open("a", encoding="utf-8", newline="") as file:
        line = [table, row_id, column, old, new, "made up for a test", "BP_20231006", ""]
        csv.writer(file, lineterminator="\n").writerow(line)


def copied(folder: Path, *, built: bool) -> Project:
    """Copy the project with what was built, or without."""
    return Project(copy_project(folder, built=built), folder.parent / f"{folder.name}-kernels")
