"""Single pages printed at once from what the last whole print left: its sources and environment.

A page printed so has the bytes that a whole print would give it, but for what is searched later:
the flip sets are those of the last whole print.
"""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from sphinx.application import Sphinx
from sphinx.util.build_phase import BuildPhase
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.util.parallel import SerialTasks

from skytally.core import DataError
from skytally.press import site_build_and_swap
from skytally.press.live_preview.preview_state import stage_key, watch_folder
from skytally.press.live_preview.watched_files import PAGE, SavedFiles
from skytally.press.project_paths import book_folder, line_names, lines_folder, site_folder
from skytally.press.sphinx_ext.html_blocks import REUSES_BLOCKS

OUTPUT = "quick"
"""Folder of the stage into which single pages are printed."""
WARNING = ("WARNING", "ERROR", "CRITICAL")


@contextmanager
def _application(stage: Path, warnings: io.StringIO) -> Iterator[Sphinx]:
    """Sphinx as jupyter-book sets it up, on the environment that the last whole print left."""
    from jupyter_book.config import get_final_config

    given = {
        "external_toc_path": (stage / "_toc.yml").as_posix(),
        "latex_individualpages": False,
        "nitpicky": True,
    }
    config, _ = get_final_config(
        user_yaml=stage / "_config.yml", cli_config=given, sourcedir=stage, use_external_toc=True
    )
    with patch_docutils(None), docutils_namespace():
        app = Sphinx(
            srcdir=stage,
            confdir=None,
            outdir=stage / OUTPUT,
            doctreedir=stage / "_build/.doctrees",
            buildername="html",
            confoverrides=config,
            status=None,
            warning=warnings,
            freshenv=False,
            warningiserror=False,
            parallel=1,
        )
        templates = watch_folder() / "templates"
        templates.mkdir(exist_ok=True)
        # compiling the templates of a page takes longer than filling them
        cache = FileSystemBytecodeCache(str(templates))
        app.builder.templates.environment.bytecode_cache = cache
        yield app


class OpenStage:
    """Sphinx on the environment that a whole print left, opened before a page is asked for.

    Parameters
    ----------
    stage : Path
        Folder of the stage of a whole print.
    """

    def __init__(self, stage: Path) -> None:
        os.environ.setdefault("SKYTALLY_BOOK", "1")
        self.stage, self._key = stage, stage_key(stage)
        self.warnings = io.StringIO()
        self._opened = ExitStack()
        self.app = self._opened.enter_context(_application(stage, self.warnings))

    def fits(self, stage: Path) -> bool:
        """Whether it is open on this stage, and none was printed over it since."""
        return stage == self.stage and stage_key(stage) == self._key

    def close(self) -> None:
        """End what Sphinx registered in this process."""
        self._opened.close()


def prepare(stage: Path) -> None:
    """Copy what pages refer to by its hash, so that single pages are as a whole print has them.

    Parameters
    ----------
    stage : Path
        Folder of the stage of a whole print.
    """
    with _application(stage, io.StringIO()) as app:
        app.builder.finish_tasks = SerialTasks()
        app.builder.prepare_writing(set(app.env.found_docs))
        app.builder.copy_assets()


def _carried(rows: list[dict[str, Any]], path: Path, key: str) -> str:
    """Rows with the flip sets of those before them, as the file of results has them."""
    from skytally.press.flip_sets_of_findings_and_verdicts import FLIPS

    before = {row[key]: row.get(FLIPS) for row in json.loads(path.read_text(encoding="utf-8"))}
    shown = [{**row, FLIPS: before.get(row[key])} for row in rows]
    return json.dumps(shown, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _written(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _restage_findings(stage: Path) -> None:
    """Evaluate every declared finding and claim on the data as they are, without a kernel.

    Findings that a notebook made from images stay those of its last run.

    Raises
    ------
    DataError
        If a finding or claim cannot be evaluated.
    """
    from skytally.press.book_evaluation import book_outcomes, declared_outcomes, whole_record

    record = whole_record()
    findings, faults = declared_outcomes(None, record)
    if faults:
        raise DataError("\n".join(faults))
    known = {finding["key"] for finding in findings}
    for line in line_names():
        path = lines_folder() / line / site_build_and_swap.FINDINGS
        made = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
        findings += [finding for finding in made if finding["key"] not in known]
    book = book_outcomes(findings, record)
    for name, rows, key in (
        (site_build_and_swap.FINDINGS, book.findings, "key"),
        (site_build_and_swap.CLAIMS, book.claims, "id"),
    ):
        _written(stage / name, _carried(rows, stage / name, key))


def restage(stage: Path, saved: SavedFiles) -> None:
    """Bring saved pages, results of notebooks that ran, and findings to a stage.

    Parameters
    ----------
    stage : Path
        Folder of the stage of the last whole print.
    saved : SavedFiles
        What changed since.

    Raises
    ------
    DataError
        If a finding or claim cannot be evaluated.
    """
    for page in saved.pages:
        source = book_folder() / f"{page}{PAGE}"
        if source.is_file() and (stage / f"{page}{PAGE}").is_file():
            _written(stage / f"{page}{PAGE}", source.read_text(encoding="utf-8"))
    if not saved.inputs:
        return
    for line in line_names():
        # a notebook that was added has no result and no page yet
        if (lines_folder() / line / "notebook.ipynb").is_file():
            site_build_and_swap.stage_notebook(stage, line)
    _restage_findings(stage)


def _faults(warnings: io.StringIO) -> list[str]:
    """Faults that Sphinx wrote, in plain text."""
    from sphinx.util.console import strip_colors

    lines = [strip_colors(line) for line in warnings.getvalue().splitlines()]
    return [line for line in lines if any(word in line for word in WARNING)]


def put_in_place(stage: Path, page: Path, shown: Path) -> None:
    """Put a printed page in place, with its policy, links and scripts.

    Parameters
    ----------
    stage : Path
        Folder of the stage from which it was printed.
    page : Path
        Its path from the root of the site.
    shown : Path
        Folder that takes it.
    """
    from skytally.editions import editions_folder
    from skytally.press.book_metadata import book_details
    from skytally.press.chart_citations import add_chart_citations
    from skytally.press.content_security_policy import write_policies
    from skytally.press.edition_pages import edition_words
    from skytally.press.kept_anchors_and_files import write_kept_anchors
    from skytally.press.links_to_evidence_packets import add_chart_links, newest_packets
    from skytally.press.page_font_subset_embedding import write_page_letters
    from skytally.press.site_build_and_swap import leave_out_search_of_theme
    from skytally.press.unused_theme_icon_removal import bring_scripts_of_page

    fresh = stage / OUTPUT / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / page).parent.mkdir(parents=True)
    (stage / OUTPUT / page).rename(fresh / page)
    add_chart_links(fresh, newest_packets()[1])
    add_chart_citations(fresh, book_details(edition_words(stage)))
    leave_out_search_of_theme(fresh)
    write_page_letters(fresh)
    write_policies(fresh)
    write_kept_anchors(fresh / page, page.as_posix(), editions_folder(), site=site_folder())
    text = (fresh / page).read_text(encoding="utf-8")
    bring_scripts_of_page(text, stage / OUTPUT, shown, site_folder())
    (shown / page).parent.mkdir(parents=True, exist_ok=True)
    (fresh / page).replace(shown / page)


def printed_pages(
    opened: OpenStage, docnames: Sequence[str], *, reuse_blocks: bool
) -> Iterator[Path]:
    """Print some pages, one after the other.

    Parameters
    ----------
    opened : OpenStage
        The stage of the last whole print, its files brought up to date; it prints once.
    docnames : sequence of str
        Pages as Sphinx names them; those it does not know are left to the whole print.
    reuse_blocks : bool
        Whether charts and tables are taken from the last whole print; where only texts of
        pages changed since, they are the same.

    Yields
    ------
    Path
        Path of each page from the root of the site, for `put_in_place`.

    Raises
    ------
    DataError
        If Sphinx warns of a page; it is not yielded.
    """
    app, builder = opened.app, opened.app.builder
    setattr(app, REUSES_BLOCKS, reuse_blocks)
    known = [name for name in dict.fromkeys(docnames) if name in app.env.all_docs]
    # the events of a whole print, in its order: extensions prepare their pages by them
    app.phase = BuildPhase.READING
    app.emit("env-before-read-docs", app.env, known)
    for docname in known:
        app.emit("env-purge-doc", app.env, docname)
        app.env.clear_doc(docname)
        builder.read_doc(docname)
    app.emit("env-updated", app.env)
    app.emit("write-started", builder)
    # the whole print makes the index of the search
    builder.load_indexer = lambda _: None  # type: ignore[attr-defined]
    builder.prepare_writing(set(app.env.found_docs))
    builder.indexer = None  # type: ignore[attr-defined]
    for docname in known:
        builder._write_serial([docname])
        if faults := _faults(opened.warnings):
            raise DataError("\n".join(faults))
        yield Path(f"{docname}.html")
