"""Pages and results to the site: built beside, then put in place in one step."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from skytally.core import data_folder, is_leftover, loaded_modules, project_root, visible_paths
from skytally.press.project_paths import (
    GIVEN_TEXTS,
    METHODS_TEXT,
    book_folder,
    build_folder,
    line_names,
    lines_folder,
    second_site_folder,
    site_folder,
)

FINDINGS = "findings.json"
CLAIMS = "claims.json"
MODULES = "modules.json"
RERUN_PAGE = "rerun.md"
GIVEN = ("record", "sites", "results", "claims", "findings", "charts")
"""Folders of data whose tables are given away with the site."""
PARAMETERS = "parameter_*.csv"
"""Tables on the parameters of the notebooks, which are given away, too."""
PRINT_PAGES = """\
import atexit, json, sys
from pathlib import Path

from jupyter_book.cli.main import main

from skytally.core.code_content_keys import loaded_modules

modules = Path(sys.argv.pop(1))
atexit.register(lambda: modules.write_text(json.dumps(sorted(loaded_modules()))))
main()
"""
"""Prints the pages, and notes at its end which modules of the package it loaded."""


PrintedBy = Callable[[Sequence[str], Path], int]
"""Runs jupyter-book with some words, notes the modules that it loaded in a file, and writes what
it says into `LOG`; its exit code."""
LOG = "site.log"
SEARCH_FILES = ("_static/searchtools.js", "_static/language_data.js", "searchindex.js")
"""Scripts of the theme's own search."""
SEARCH_OF_THEME = re.compile(
    rf'[ \t]*<script src="(?:\.\./)*(?:{"|".join(map(re.escape, SEARCH_FILES))})[^"]*"></script>\n'
)
"""How a page loads one of them."""

SPARE_FONT = re.compile(r'(?<=format\("woff2"\)),url\(([^()]+\.ttf)\) format\("truetype"\)')
"""A font in a style sheet behind the same one in a format that every browser of today reads."""


def stage_folder() -> Path:
    """Folder of the pages and results from which an engine prints."""
    return build_folder() / "stage"


def _not_staged(_: str, names: list[str]) -> set[str]:
    """Names in a folder of the book that are no part of it."""
    return {name for name in names if name == "_build" or is_leftover(name)}


def stage_notebook(stage: Path, line: str) -> None:
    """Write the last run of a notebook as readers meet it.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages.
    line : str
        Name of the notebook.
    """
    # a build with nothing to do prints nothing, and need not wait for what printing needs
    from skytally.press.notebook_code_fold_at_end import with_code_at_end

    # the book of another route may have no such page
    rerun_page = f"../{RERUN_PAGE}" if (stage / RERUN_PAGE).is_file() else ""
    notebook = json.loads((lines_folder() / line / "notebook.ipynb").read_text(encoding="utf-8"))
    shown = with_code_at_end(notebook, rerun_page=rerun_page)
    (stage / "lines").mkdir(exist_ok=True)
    text = json.dumps(shown, ensure_ascii=False)
    (stage / "lines" / f"{line}.ipynb").write_text(text, encoding="utf-8")


def _stage_notebooks(stage: Path) -> list[dict[str, Any]]:
    """Write the notebooks as readers meet them; the findings of all of them."""
    (stage / "lines").mkdir(exist_ok=True)
    findings: list[dict[str, Any]] = []
    for line in line_names():
        stage_notebook(stage, line)
        findings += json.loads((lines_folder() / line / FINDINGS).read_text(encoding="utf-8"))
    return findings


def stage_book(stage: Path) -> None:
    """Write the pages, run notebooks and results that an engine prints, from nothing."""
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(book_folder(), stage, ignore=_not_staged)
    findings = _stage_notebooks(stage)
    from skytally.findings import as_json, evaluate_page
    from skytally.press.book_evaluation import book_outcomes
    from skytally.press.book_metadata import book_details
    from skytally.press.declared_finding_checks_with_parameters import pages_without_notebook
    from skytally.press.edition_pages import stage_editions
    from skytally.press.flip_sets_of_findings_and_verdicts import (
        all_flips,
        reevaluation,
        with_flips,
    )
    from skytally.press.laboratory.laboratory_script_data_export import (
        SCRIPT,
        Laboratory,
        laboratory_script,
    )
    from skytally.press.laboratory.reader_adjustable_parameters import parameter_labels
    from skytally.press.table_and_project_zips import stage_project_zip

    stage_editions(stage)
    stage_project_zip(stage, title=book_details()["title"])
    for page in pages_without_notebook():
        findings += json.loads(as_json(evaluate_page(page, parameters={})))
    book = book_outcomes(findings)
    of_findings, of_claims = all_flips(book.findings, book.tables, book.evidence)
    labels = parameter_labels(line_names())
    laboratory = Laboratory(reevaluation(book.evidence.record), book.evidence, book.tables, labels)
    (stage / SCRIPT).write_text(laboratory_script(laboratory), encoding="utf-8")
    for name, rows, flips, key in (
        (FINDINGS, book.findings, of_findings, "key"),
        (CLAIMS, book.claims, of_claims, "id"),
    ):
        shown = with_flips(rows, flips, key=key)
        text = json.dumps(shown, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        (stage / name).write_text(text, encoding="utf-8")


def _printed_apart(words: Sequence[str], modules: Path) -> int:
    """Print the pages in a process of its own; its exit code."""
    command = [sys.executable, "-c", PRINT_PAGES, str(modules), *words]
    run = subprocess.run(command, cwd=project_root(), capture_output=True, text=True, check=False)
    (build_folder() / LOG).write_text(run.stdout + run.stderr, encoding="utf-8")
    return run.returncode


def _print_pages(stage: Path, printed_by: PrintedBy) -> Path:
    words = ("build", str(stage), "--all", "-W", "--keep-going", "-n", "-q")
    if printed_by(words, stage / MODULES):
        log = build_folder() / LOG
        output = log.read_text(encoding="utf-8")
        faults = [line for line in output.splitlines() if "WARNING" in line or "ERROR" in line]
        shown = "\n".join(faults[:30]) or output[-3000:]
        message = f"the site was not built\n{shown}\nfull log: {log}"
        raise RuntimeError(message)
    return stage / "_build" / "html"


def _add_files(stage: Path, pages: Path) -> None:
    """Add to printed pages what they link to: cards, tables, files of charts and of editions."""
    from skytally.press.book_metadata import book_details
    from skytally.press.chart_citations import add_chart_citations
    from skytally.press.csvw_and_frictionless_schema_export import write_schemas
    from skytally.press.edition_pages import add_edition_files, edition_words
    from skytally.press.laboratory.laboratory_script_data_export import SCRIPT
    from skytally.press.links_to_evidence_packets import add_chart_links, newest_packets
    from skytally.press.search_index import RECIPES, write_search_text
    from skytally.press.table_and_project_zips import PROJECT_ZIP, write_tables_zip
    from skytally.press.unused_theme_icon_removal import leave_out_other_icons

    data = data_folder()
    for name in (FINDINGS, CLAIMS, SCRIPT):
        shutil.copyfile(stage / name, pages / name)
    _write_cards(stage, pages)
    for text, name in zip(GIVEN_TEXTS, (RECIPES, METHODS_TEXT), strict=True):
        if (project_root() / text).is_file():
            # as text, which a browser shows
            shutil.copyfile(project_root() / text, pages / name)
    write_search_text(pages)
    # numbers under computed tables lie there already
    (pages / "data").mkdir(exist_ok=True)
    _copy_archive_tables(data, pages / "data")
    for folder in GIVEN:
        _copy_tables(data / folder, pages / "data" / folder)
    _copy_tables(data, pages / "data", pattern=PARAMETERS)
    for path in visible_paths(data / "sites", "*.geojson"):
        shutil.copyfile(path, pages / "data" / "sites" / path.name)
    for line in line_names():
        for file in visible_paths(lines_folder() / line / "data", "*"):
            shutil.copyfile(file, pages / "data" / file.name)
    write_schemas(data, pages / "data")
    details = book_details(edition_words(stage))
    write_tables_zip(pages, details)
    if (stage / PROJECT_ZIP).is_file():
        shutil.copyfile(stage / PROJECT_ZIP, pages / PROJECT_ZIP)
    add_edition_files(pages)
    add_chart_links(pages, newest_packets()[1])
    add_chart_citations(pages, details)
    # it holds a hash of the folder the pages were built in
    (pages / ".buildinfo").unlink(missing_ok=True)
    leave_out_spare_files_of_theme(pages / "_static")
    leave_out_search_of_theme(pages)
    leave_out_other_icons(pages)


def leave_out_spare_files_of_theme(static: Path) -> None:
    """Remove what no reader's browser loads: source maps, messages, and fonts beside smaller ones.

    Parameters
    ----------
    static : Path
        Folder of the files that printed pages share.
    """
    for path in sorted(static.rglob("*.map")):
        path.unlink()
    shutil.rmtree(static / "locales", ignore_errors=True)
    for sheet in sorted(static.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8")
        if (kept := SPARE_FONT.sub("", text)) != text:
            sheet.write_text(kept, encoding="utf-8", newline="\n")
            for name in SPARE_FONT.findall(text):
                (sheet.parent / name).unlink(missing_ok=True)


def leave_out_search_of_theme(pages: Path) -> None:
    """Remove the search that the theme loads on every page, in whose place the book has its own.

    Parameters
    ----------
    pages : Path
        Folder of printed pages.
    """
    for page in pages.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        if (kept := SEARCH_OF_THEME.sub("", text)) != text:
            page.write_text(kept, encoding="utf-8", newline="\n")
    for name in SEARCH_FILES:
        (pages / name).unlink(missing_ok=True)


def finish_pages(stage: Path, pages: Path) -> None:
    """Bring printed pages to their last state: files beside them, letters, policies, addresses."""
    from skytally.editions import editions_folder
    from skytally.press.book_metadata import book_details
    from skytally.press.content_security_policy import write_policies
    from skytally.press.edition_folder_pages import write_folder_pages
    from skytally.press.kept_anchors_and_files import write_kept_places
    from skytally.press.moved_and_withdrawn_pages import write_kept_addresses
    from skytally.press.page_font_subset_embedding import write_page_letters

    _add_files(stage, pages)
    write_page_letters(pages)
    write_policies(pages)
    about = book_details()
    write_folder_pages(pages, about)
    write_kept_addresses(pages, editions_folder(), about)
    write_kept_places(pages, editions_folder())


def _write_cards(stage: Path, pages: Path) -> None:
    import pandas as pd

    from skytally import claims
    from skytally.core import VOCABULARY_COLUMNS, data_registry, observation_tables, read_cells
    from skytally.page_archive import known_archive
    from skytally.press.book_metadata import book_details
    from skytally.press.cards.book_citation_by_edition_or_copy import book_citations
    from skytally.press.cards.card_files import all_cards, write_cards
    from skytally.press.cards.record_cards import CardRecord
    from skytally.press.edition_pages import edition_words
    from skytally.press.links_to_evidence_packets import newest_packets, with_packets

    record = data_folder() / "record"
    findings, judged = (
        json.loads((stage / name).read_text(encoding="utf-8")) for name in (FINDINGS, CLAIMS)
    )
    about = book_details(edition_words(stage))
    vocabularies = (
        read_cells(data_registry.path(name), header=VOCABULARY_COLUMNS)
        for name in ("vocabulary", "claims_vocabulary")
    )
    words = pd.concat(vocabularies, ignore_index=True)
    read = claims.read_tables(record) | {"vocabulary": words}
    kept = known_archive(data_folder())
    tables = CardRecord(read, tuple(observation_tables(record)), kept)
    cards = all_cards(tables, findings, judged, cited=book_citations(about))
    write_cards(pages, with_packets(cards, *newest_packets()), about)


def _copy_table(path: Path, target: Path) -> None:
    """Copy a table with every formula neutralised."""
    import csv

    from skytally.core import csv_text, file_bytes, refuse
    from skytally.findings import harmless

    content = csv_text(path.name, file_bytes(path))
    refuse(content.faults, what=f"table {path.name}")
    rows = [content.header, *(cells for _, cells in content.rows)]
    with target.open("w", encoding="utf-8", newline="") as copy:
        written = csv.writer(copy, lineterminator="\n")
        written.writerows([harmless(cell) for cell in row] for row in rows)


def _copy_tables(folder: Path, target: Path, *, pattern: str = "*.csv") -> None:
    """Copy the tables of a folder."""
    target.mkdir(exist_ok=True)
    for path in visible_paths(folder, pattern):
        _copy_table(path, target / path.name)


def _copy_archive_tables(data: Path, target: Path) -> None:
    """Copy the tables of the archive and of its words, where the project has them."""
    from skytally.page_archive import ARCHIVE_FILES

    for name in ARCHIVE_FILES:
        if (data / name).is_file():
            _copy_table(data / name, target / name)


def put_in_place(pages: Path, site: Path) -> None:
    """Replace a site by printed pages, whole or not at all."""
    old = site.with_name(f"{site.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    pages.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def recover() -> None:
    """Restore the last good sites if a build was stopped between its two renames."""
    leftovers = [*lines_folder().glob(".*")]
    for site in (site_folder(), second_site_folder()):
        old = site.with_name(f"{site.name}.old")
        if old.exists() and not site.exists():
            old.rename(site)
        leftovers.append(old)
    for leftover in leftovers:
        if leftover.is_file():
            leftover.unlink()
        shutil.rmtree(leftover, ignore_errors=True)


def print_site(
    printed_by: PrintedBy = _printed_apart, *, kept_stage: Path | None = None
) -> set[str]:
    """Build the site from the pages and the lines' results, and put it in place.

    Parameters
    ----------
    printed_by : callable
        What runs jupyter-book: a process of its own, if none is given.
    kept_stage : Path or None
        Folder that takes the staged pages and stays, with what Sphinx knows of them.

    Returns
    -------
    set of str
        The modules of the package that this loaded.

    Raises
    ------
    RuntimeError
        If a page has a warning or an error; the last good site stays.
    """
    os.environ.setdefault("SKYTALLY_BOOK", "1")
    stage = kept_stage or stage_folder()
    stage_book(stage)
    pages = _print_pages(stage, printed_by)
    finish_pages(stage, pages)
    modules = set(json.loads((stage / MODULES).read_bytes())) | loaded_modules()
    put_in_place(pages, site_folder())
    if kept_stage is None:
        shutil.rmtree(stage, ignore_errors=True)
    return modules
