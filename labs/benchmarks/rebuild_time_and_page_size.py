"""Build time of ``make book`` after small changes, as ratios within one run on one machine.

Run it with the project's own Python: ``.venv/bin/python
labs/benchmarks/rebuild_time_and_page_size.py``. It works on a copy in a temporary folder. It
asserts nothing about time: other processes on the machine change every number, the ratios least.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns("_build", ".git", "__pycache__", ".*_cache", ".venv")
LARGEST_PAGE = 1_500_000
"""Bytes that no page may exceed, beside the shared script of the charts."""


def build(project: Path) -> dict[str, float]:
    """Run ``make book``; return seconds until notebooks start, until pages are printed, and in all.

    Raises
    ------
    RuntimeError
        If the build fails.
    """
    # -o env: the environment is there, and its making is not what is measured
    command = ["make", "-o", "env", "book", f"VENV={sys.prefix}"]
    seconds = {}
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as process:
        for said in process.stdout or ():
            for word in ("running", "printing"):
                if said.startswith(word):
                    seconds[word] = time.perf_counter() - start
    if process.returncode:
        message = f"make book in {project} ended with {process.returncode}; build the project first"
        raise RuntimeError(message)
    return {**seconds, "all": time.perf_counter() - start}


def one_at_a_time(project: Path, lines: Iterable[str]) -> float:
    """Run the notebooks one after the other, as the press runs each; return the seconds."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(project),
        "MPLBACKEND": "agg",
        "SKYTALLY_BOOK": "1",
    }
    start = time.perf_counter()
    for line in lines:
        folder = project / "book/_build/lines" / f".{line}"
        folder.mkdir(parents=True)
        subprocess.run(
            [sys.executable, "-m", "skytally.press.notebook_execution", line, str(folder)],
            cwd=project,
            env=environment,
            check=True,
            stderr=subprocess.DEVNULL,
        )
        shutil.rmtree(folder)
    return time.perf_counter() - start


def change_a_row(project: Path) -> None:
    """Add one railcar to the count in one row of ``rail_counts``."""
    path = project / "data/record/rail_counts.csv"
    text, times = re.subn(
        r"^(R031,.*?,railcars),73,", r"\1,74,", path.read_text(encoding="utf-8"), flags=re.M
    )
    if times != 1:
        message = "data/record/rail_counts.csv: row R031 does not count 73 railcars; mend this file"
        raise RuntimeError(message)
    path.write_text(text, encoding="utf-8")


def page_weights(site: Path) -> dict[str, int]:
    """Size in bytes of each page with its charts and pictures, largest first."""
    pages = (path for path in site.rglob("*.html") if "_static" not in path.parts)
    found = {path.relative_to(site).as_posix(): path.stat().st_size for path in pages}
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def main() -> None:
    """Measure, and print the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(ROOT, project, ignore=NOT_COPIED)
        lines = sorted(path.stem for path in (project / "notebooks").glob("*.ipynb"))
        full = build(project)
        unchanged = min(build(project)["all"] for _ in range(3))
        change_a_row(project)
        changed = build(project)["all"]
        serial = one_at_a_time(project, lines)
        weights = page_weights(project / "book/_build/html")
    parallel = full["printing"] - full["running"]
    cores = len(os.sched_getaffinity(0))
    print(f"full build, {len(lines)} notebooks: {full['all']:.1f} s on {cores} cores = 1")
    print(f"{unchanged / full['all']:8.4f}  nothing changed / full build ({unchanged:.2f} s)")
    print(f"{changed / full['all']:8.4f}  one row changed / full build")
    print(f"{parallel / serial:8.4f}  notebooks in parallel / one at a time")
    for page, weight in weights.items():
        print(f"{weight / LARGEST_PAGE:8.4f}  {page} / {LARGEST_PAGE / 1e6:g} MB")


if __name__ == "__main__":
    main()
