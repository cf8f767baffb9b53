"""Pages and results to the site: built beside, then put in place in one step."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from skytally.press.project_paths import BOOK, BUILD, DATA, LINES, ROOT, SITE, line_names

STAGE = BUILD / "stage"
LOG = BUILD / "site.log"
FINDINGS = "findings.json"
CLAIMS = "claims.json"


def _stage() -> None:
    shutil.rmtree(STAGE, ignore_errors=True)
    shutil.copytree(BOOK, STAGE, ignore=shutil.ignore_patterns("_build", "__pycache__"))
    (STAGE / "lines").mkdir(exist_ok=True)
    findings = []
    for line in line_names():
        shutil.copyfile(LINES / line / "notebook.ipynb", STAGE / "lines" / f"{line}.ipynb")
        findings += json.loads((LINES / line / FINDINGS).read_text(encoding="utf-8"))
    findings.sort(key=lambda finding: finding["key"])
    text = json.dumps(findings, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (STAGE / FINDINGS).write_text(text, encoding="utf-8")
    from skytally import claims

    given = claims.evidence(claims.read_tables(DATA / "record"), findings)
    judged = claims.ledger(claims.read_tables(DATA / "claims"), given)
    (STAGE / CLAIMS).write_text(claims.as_json(judged), encoding="utf-8")


def _print_pages() -> Path:
    command = [
        sys.executable,
        "-c",
        "from jupyter_book.cli.main import main; main()",
        "build",
        str(STAGE),
        "--all",
        "-W",
        "--keep-going",
        "-n",
        "-q",
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    LOG.write_text(run.stdout + run.stderr, encoding="utf-8")
    if run.returncode:
        said = [
            word for word in LOG.read_text().splitlines() if "WARNING" in word or "ERROR" in word
        ]
        lines = "\n".join(said[:30]) or LOG.read_text()[-3000:]
        message = f"the site was not built\n{lines}\nfull log: {LOG}"
        raise RuntimeError(message)
    return STAGE / "_build" / "html"


def _add_files(pages: Path) -> None:
    for name in (FINDINGS, CLAIMS):
        shutil.copyfile(STAGE / name, pages / name)
    (pages / "data").mkdir()
    _copy_tables(DATA / "record", pages / "data" / "record")
    _copy_tables(DATA / "sites", pages / "data" / "sites")
    for path in sorted((DATA / "sites").glob("*.geojson")):
        shutil.copyfile(path, pages / "data" / "sites" / path.name)
    for line in line_names():
        for file in sorted((LINES / line / "data").glob("*")):
            shutil.copyfile(file, pages / "data" / file.name)
    # it holds a hash of the folder the pages were built in
    (pages / ".buildinfo").unlink(missing_ok=True)


def _copy_tables(folder: Path, target: Path) -> None:
    """Give the tables of a folder away with every formula neutralised."""
    from skytally.findings.downloads import harmless

    target.mkdir()
    for path in sorted(folder.glob("*.csv")):
        with (
            path.open(encoding="utf-8-sig", newline="") as file,
            (target / path.name).open("w", encoding="utf-8", newline="") as copy,
        ):
            rows = ([harmless(cell) for cell in row] for row in csv.reader(file))
            csv.writer(copy, lineterminator="\n").writerows(rows)


def _put_in_place(pages: Path) -> None:
    old = BUILD / "html.old"
    shutil.rmtree(old, ignore_errors=True)
    if SITE.exists():
        SITE.rename(old)
    pages.rename(SITE)
    shutil.rmtree(old, ignore_errors=True)


def recover() -> None:
    """Bring back the last good site if a build was stopped between its two renames."""
    old = BUILD / "html.old"
    if old.exists() and not SITE.exists():
        old.rename(SITE)
    for leftover in [*BUILD.glob("lines/.*"), BUILD / "html.old"]:
        if leftover.is_file():
            leftover.unlink()
        shutil.rmtree(leftover, ignore_errors=True)


def print_site() -> None:
    """Build the site from the pages and the lines' results, and put it in place.

    Raises
    ------
    RuntimeError
        If a page has a warning or an error; the last good site stays.
    """
    os.environ.setdefault("SKYTALLY_BOOK", "1")
    _stage()
    pages = _print_pages()
    _add_files(pages)
    _put_in_place(pages)
    shutil.rmtree(STAGE, ignore_errors=True)
