"""The site of the second engine: every page of the book, plain, at the address of the first."""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from skytally.figures import spaced_elements
from skytally.press import site_build_and_swap
from skytally.press.book_metadata import book_details
from skytally.press.edition_pages import edition_words
from skytally.press.laboratory.laboratory_script_load_order import DOOR
from skytally.press.project_paths import build_folder, second_site_folder
from skytally.press.second_book_engine.myst_page_to_html import PageWriter, calls_of
from skytally.press.second_book_engine.myst_project_and_parsed_pages import (
    ParsedBook,
    ParsedPage,
    contents,
    engine_program,
    page_name,
    read_parsed,
    run_engine,
    write_project,
)
from skytally.press.second_book_engine.role_and_directive_filling import (
    fill_calls,
    known_calls,
    started_sphinx,
)
from skytally.press.sphinx_ext.html_blocks import to_root
from skytally.press.sphinx_ext.page_head_and_foot import (
    ABOUT,
    head_tags,
    page_foot,
    shortened,
    write_preview_picture,
)
from skytally.press.sphinx_ext.translated_summary_and_language_links import (
    in_its_language,
    language_tags,
)

LOG = "site2.log"
STYLES = "plain.css"
SHEETS = ("_static/skytally.css", f"_static/{STYLES}")
SCRIPTS = ("_static/cards/popover.js", "_static/cards/save_picture.js")
"""Scripts of every page, beside those that the book keeps in its folder."""
CHART_SCRIPTS = ("_static/charts/bokeh.min.js", "_static/charts/lazy_responsive_chart_loader.js")


def _navigation(listed: Mapping[str, Any], titles: Mapping[str, str], docname: str) -> str:
    """List of contents of the book, as it stands beside every page."""
    up, parts = to_root(docname), []
    for part in listed.get("parts", []):
        chapters = [(page_name(each["file"]), each.get("title")) for each in part["chapters"]]
        entries = "".join(
            f'<li><a href="{up}{name}.html">{html.escape(title or titles[name])}</a></li>'
            for name, title in chapters
        )
        parts.append(f"<p>{html.escape(part['caption'])}</p><ul>{entries}</ul>")
    return f'<nav aria-label="Contents">{"".join(parts)}</nav>'


def _scripts(stage: Path, article: str) -> list[str]:
    """Scripts that a page needs: those of all pages, and those of its charts and laboratory."""
    chosen = [f"_static/{path.name}" for path in sorted((stage / "_static").glob("*.js"))]
    chosen += SCRIPTS
    if 'class="sk-lab"' in article:
        chosen.append(f"_static/laboratory/{DOOR}")
    if 'class="sk-live"' in article:
        chosen += CHART_SCRIPTS
    return chosen


def whole_page(
    stage: Path, page: ParsedPage, article: str, about: Mapping[str, str], *, navigation: str
) -> str:
    """HTML of a page: its article with head, list of contents and foot.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages.
    page : ParsedPage
        The page.
    article : str
        Its article.
    about : mapping of str to str
        From `book_details`, and of the edition where there is one.
    navigation : str
        List of contents.
    """
    article = spaced_elements(in_its_language(page.docname, article))
    up, book, title = to_root(page.docname), html.escape(about["title"]), html.escape(page.title)
    words = html.escape(description(article, title=about["title"]))
    tags = head_tags(page.docname, about, title=title, words=words)
    tags += language_tags(page.docname)
    links = "".join(f'<link rel="stylesheet" href="{up}{sheet}">\n' for sheet in SHEETS)
    links += "".join(
        f'<script defer src="{up}{name}"></script>\n' for name in _scripts(stage, article)
    )
    foot = page_foot(page.docname, about, has_about=(stage / f"{ABOUT}.md").is_file())
    return (
        f'<!DOCTYPE html>\n<html lang="en" data-content_root="{up or "./"}" data-theme="light">\n'
        '<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title} — {book}</title>\n{tags}{links}</head>\n<body>\n"
        f'<header><a href="{up}index.html">{book}</a></header>\n'
        f'<div class="sk-plain">\n{navigation}\n'
        f'<main class="bd-content"><article class="bd-article">\n{article}</article>\n'
        f"{foot}</main>\n</div>\n</body>\n</html>\n"
    )


def description(article: str, *, title: str) -> str:
    """First paragraph of an article on one line; the title of the book where it has none.

    Examples
    --------
    >>> description("<h1>Ports</h1><p>Ships at <a href='x'>Rajin</a> &amp; Dunai</p>", title="")
    'Ships at Rajin & Dunai'
    """
    for paragraph in BeautifulSoup(article, "html.parser").find_all("p"):
        if words := shortened(paragraph.get_text()):
            return words
    return title


def _articles(app: Sphinx, book: ParsedBook) -> Iterator[tuple[ParsedPage, str]]:
    """Yield each page with its article.

    Raises
    ------
    RuntimeError
        If a role or directive was refused, or a page holds what cannot be printed; all at once.
    """
    faults, written = [], []
    for page in book.pages:
        refused = fill_calls(app, page.docname, list(calls_of(page.tree)))
        faults += refused
        if refused:
            continue
        writer = PageWriter(book, page)
        written.append((page, writer.article()))
        faults += writer.faults
    if faults:
        message = "\n".join(["the second engine cannot print these pages", *faults])
        raise RuntimeError(message)
    yield from written


def _write_pages(stage: Path, pages: Path) -> None:
    """Print the staged pages into a folder."""
    about = book_details(edition_words(stage))
    app = started_sphinx(stage, pages)
    write_preview_picture(app)
    write_project(stage, known_calls(), title=about["title"])
    run_engine(stage, build_folder() / LOG)
    static = pages / "_static"
    shutil.copytree(stage / "_static", static, dirs_exist_ok=True)
    shutil.copyfile(Path(__file__).parent / STYLES, static / STYLES)
    book = read_parsed(stage)
    listed, titles = contents(stage), {page.docname: page.title for page in book.pages}
    for page, article in _articles(app, book):
        navigation = _navigation(listed, titles, page.docname)
        path = pages / f"{page.docname}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            whole_page(stage, page, article, about, navigation=navigation), encoding="utf-8"
        )


def print_second_site() -> None:
    """Print the pages with Jupyter Book 2 and put them in place; the site of the first stays.

    Raises
    ------
    DataError
        If Jupyter Book 2 is not installed.
    RuntimeError
        If a page has a fault; the last good site stays.
    """
    os.environ.setdefault("SKYTALLY_BOOK", "1")
    engine_program()  # before minutes of work
    pages = build_folder() / "html2.new"
    shutil.rmtree(pages, ignore_errors=True)
    pages.mkdir()
    try:
        stage = site_build_and_swap.stage_folder()
        site_build_and_swap.stage_book(stage)
        _write_pages(stage, pages)
        site_build_and_swap.finish_pages(stage, pages)
        site_build_and_swap.put_in_place(pages, second_site_folder())
    finally:
        shutil.rmtree(pages, ignore_errors=True)
    shutil.rmtree(site_build_and_swap.stage_folder(), ignore_errors=True)
