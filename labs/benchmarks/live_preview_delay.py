"""Time from saving a file to its page in the browser under ``make watch``, by kind of file.

Run it with the project's own Python, on a built project: ``.venv/bin/python -m
labs.benchmarks.live_preview_delay``. It works on a copy in a temporary folder, prints the figures
and writes them to ``data/results/live_preview_delay.csv``. It asserts nothing about time: other
processes on the machine change every number. Beside each time stand the seconds of computing behind
it, how many times slower than idle a fixed loop ran right after, and the load of the machine.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(".git", "__pycache__", ".*_cache", ".venv")
LONGEST = 1800.0
"""Seconds after which a page is given up."""
PLACE = re.compile(r"http://127\.0\.0\.1:\d+")
SEEN = re.compile(r'data-seen="(\w+)"')
COMPUTED = re.compile(r"\((\d+\.\d) s of computing\)")
LOOP = 3_000_000
TARGET = ROOT / "data" / "results" / "live_preview_delay.csv"
COLUMNS = (
    "saved", "page", "seconds", "computing_seconds", "slowed", "load", "cores", "date",
)  # fmt: skip


@dataclass(frozen=True)
class Edit:
    """A file that is saved otherwise, and where that shows."""

    name: str
    """What kind of file it is."""
    file: str
    """Its path from the root of the project."""
    old: str
    """What it holds once."""
    new: str
    """What takes its place."""
    page: str
    """Page that is looked at."""
    shows: str
    """What that page then says."""


EDITS = (
    Edit("text of a page", "book/limits.md", "# ", "# Words made up: ", "limits.html",
         "Words made up"),
    Edit("text of a page with charts", "book/synthesis.md", "\n## ", "\nWords made up.\n\n## ",
         "synthesis.html", "Words made up"),
    Edit("row", "data/record/rail_counts.csv", "railcars,73,", "railcars,74,", "synthesis.html",
         "74 railcars"),
    Edit("row, on the page of its notebook", "data/record/rail_counts.csv", "railcars,73,",
         "railcars,7391,", "lines/rail-counts.html", "7,391 railcars"),
    Edit("declaration", "data/findings/rail-counts.csv", "CSIS counted {number} at",
         "Words made up: CSIS counted {number} at", "synthesis.html", "Words made up"),
    Edit("parameter", "notebooks/params/rail-counts.yml", "", "sites_watched: 6\n",
         "synthesis.html", "6 sites"),
    Edit("cell of a notebook", "notebooks/rail-counts.ipynb", "## ", "## Words made up: ",
         "lines/rail-counts.html", "Words made up"),
)  # fmt: skip


def _ignored(where: str, names: list[str]) -> set[str]:
    """Names that are not copied; what a watch keeps is made anew."""
    kept = {"watch"} if Path(where).name == "_build" else set()
    return NOT_COPIED(where, names) | (kept & set(names))


class Watching:
    """A running watch, and what it said."""

    def __init__(self, project: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(project), "MPLBACKEND": "agg",
                       "PYTHONHASHSEED": "0"}  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "skytally.press.live_preview_command", "--port=0"],
            cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip("\n"))

    def wait(self, words: str, count: int) -> None:
        """Wait until the watch said some words so many times.

        Raises
        ------
        RuntimeError
            If it ends, or takes too long.
        """
        end = time.monotonic() + LONGEST
        while sum(words in line for line in self.lines) < count:
            if self.process.poll() is not None or time.monotonic() > end:
                message = "\n".join(["the watch did not go on:", *self.lines[-20:]])
                raise RuntimeError(message)
            time.sleep(0.01)

    def printed(self) -> int:
        """Whole prints so far."""
        return sum("all pages printed" in line for line in self.lines)

    @property
    def address(self) -> str:
        """Address of the pages."""
        return next(found[0] for line in self.lines if (found := PLACE.search(line)))


def text_of(url: str) -> str:
    """Text at an address of this machine."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def seconds_to_show(watching: Watching, edit: Edit, save: Callable[[], object]) -> float:
    """Save a file and follow its page as a browser does; seconds until it shows the change.

    Raises
    ------
    RuntimeError
        If the page was printed without it.
    """
    url = f"{watching.address}/{edit.page}"
    for turn in range(5):
        found = SEEN.search(text_of(url))
        asked = urlencode({"page": f"/{edit.page}", "seen": found[1] if found else ""})
        with urllib.request.urlopen(
            f"{watching.address}/watch/events?{asked}", timeout=LONGEST
        ) as events:
            if not turn:
                events.readline()
                start = time.perf_counter()
                save()
            for line in events:
                if line.startswith(b"data: ") and json.loads(line[6:]).get("reload"):
                    break
        seconds = time.perf_counter() - start
        # a number and its unit may stand in different elements
        if edit.shows in re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text_of(url))):
            return seconds
    message = f"{edit.page}: printed without {edit.shows!r} after {edit.name} was saved"
    raise RuntimeError(message)


@contextmanager
def edited(project: Path, edit: Edit) -> Iterator[Callable[[], object]]:
    """Yield a function that saves a file otherwise; at the end the file is as it was."""
    path = project / edit.file
    before = path.read_text(encoding="utf-8") if path.is_file() else None
    if before is not None and edit.old not in before:
        message = f"{edit.file}: no {edit.old!r} to save otherwise"
        raise RuntimeError(message)
    path.parent.mkdir(exist_ok=True)
    text = edit.new if before is None else before.replace(edit.old, edit.new, 1)
    try:
        yield lambda: path.write_text(text, encoding="utf-8")
    finally:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(before, encoding="utf-8")


def slowness() -> float:
    """How many times longer than its own computing a fixed loop takes now."""
    start, used = time.perf_counter(), time.process_time()
    sum(range(LOOP))
    return (time.perf_counter() - start) / (time.process_time() - used)


def write(rows: list[dict[str, object]]) -> None:
    """Write the table, whole or not at all."""
    beside = TARGET.with_suffix(".new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    beside.replace(TARGET)


def main() -> None:
    """Measure each kind of file, print the figures and write them."""
    rows: list[dict[str, object]] = []
    day = datetime.now(UTC).date().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(ROOT, project, ignore=_ignored)
        watching = Watching(project)
        try:
            watching.wait("all pages printed", 1)
            print("  wall s   computing s   slowed   saved file", flush=True)
            for edit in EDITS:
                before, said = watching.printed(), len(watching.lines)
                with edited(project, edit) as save:
                    seconds = seconds_to_show(watching, edit, save)
                    slowed = slowness()
                    used = COMPUTED.findall("\n".join(watching.lines[said:]))
                    words = used[-1] if used else "with all pages"
                    rows.append({
                        "saved": edit.name, "page": edit.page.removesuffix(".html"),
                        "seconds": f"{seconds:.1f}", "computing_seconds": used[-1] if used else "",
                        "slowed": f"{slowed:.1f}", "load": f"{os.getloadavg()[0]:.1f}",
                        "cores": os.cpu_count(), "date": day,
                    })  # fmt: skip
                    # a run that somebody ends keeps what it measured
                    write(rows)
                    print(f"{seconds:8.1f}   {words:>11}   {slowed:6.1f}   {edit.name}", flush=True)
                    watching.wait("all pages printed", before + 1)
                watching.wait("all pages printed", before + 2)
        finally:
            os.killpg(watching.process.pid, signal.SIGINT)
            watching.process.wait(60)


if __name__ == "__main__":
    main()
