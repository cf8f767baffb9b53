"""Head and foot of every page: its description, preview and feeds; licence, version, edition."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from skytally.core import data_registry
from skytally.figures import PREVIEW_SIZE, preview_picture, undrawn_letters
from skytally.press.book_metadata import book_details, source_line
from skytally.press.edition_pages import ATOM, INDEX, JSON_FEED, edition_words
from skytally.press.sphinx_ext.cached_record_and_findings import findings, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, to_root
from skytally.press.sphinx_ext.web_search_log_directive_and_roles import NEWEST, SEARCHES, log_days

LETTERS = 160
"""Letters of a description: as many as a search engine shows."""
PREVIEW = "_static/preview.png"
"""Picture that a link to the book is shown with."""
ABOUT = "about"
"""Page that says how to cite the book."""
CHANGES = "what-changed"
"""Anchor on the page of an edition."""


def description(doctree: nodes.document | None, *, title: str) -> str:
    """First paragraph of a page on one line; the title of the book where it has none."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree is not None else ():
        if words := shortened(paragraph.astext()):
            return words
    return title


def shortened(words: str) -> str:
    """Words of a description on one line, of the length that a search engine shows."""
    return textwrap.shorten(words, LETTERS, placeholder=" ...")


def _preview_tags(pagename: str, about: Mapping[str, str]) -> str:
    """Tags of the preview image; its address is relative while the site has none of its own."""
    site = about.get("site", "")
    address = f"{site.rstrip('/')}/{PREVIEW}" if site else f"{to_root(pagename)}{PREVIEW}"
    width, height = PREVIEW_SIZE
    return (
        f'<meta property="og:image" content="{html.escape(address, quote=True)}">\n'
        f'<meta property="og:image:width" content="{width}">\n'
        f'<meta property="og:image:height" content="{height}">\n'
        '<meta name="twitter:card" content="summary_large_image">\n'
    )


def write_preview(app: Sphinx, exception: Exception | None) -> None:
    """Write the picture that a link to the book is shown with, from a finding of the book.

    ``preview_finding`` of ``html_context`` in ``_config.yml`` names the finding; without one, or
    in a book that has no such finding or one in letters that no picture shows, it has no number.
    """
    if exception is None and app.builder.format == "html":
        write_preview_picture(app)


def write_preview_picture(app: Sphinx) -> None:
    """Write the picture into the printed pages."""
    found = findings(app).get(app.config.html_context.get("preview_finding", ""), {})
    about = book_details()
    if undrawn_letters(f"{found.get('said', '')}{found.get('text', '')}"):
        found = {}
    words = about["complete_to"]
    newest = f"{words[:1].upper()}{words[1:]} · " if words else ""
    picture = preview_picture(
        title=about["title"],
        number=found.get("said", ""),
        sentence=found.get("text", ""),
        foot=f"{newest}{about['licence']}",
    )
    path = Path(app.outdir) / PREVIEW
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)


def _is_edition(about: Mapping[str, str]) -> bool:
    return about["edition"] == f"edition {about['edition_id']}"


def _edition_links(up: str, about: Mapping[str, str]) -> str:
    """Name the edition with its page, and link what changed in it, or in this copy since."""
    name = html.escape(about["edition_id"])
    named = f'<a href="{html.escape(up)}{INDEX}/{name}.html">edition {name}</a>'
    page = html.escape(f"{up}{about['edition_page']}")
    if _is_edition(about):
        return f'{named} (<a href="{page}#{CHANGES}">its changes</a>)'
    return f'this copy differs from {named} (<a href="{page}">what differs</a>)'


def _state(pagename: str, about: Mapping[str, str]) -> list[str]:
    """Words on the state of the record, and on the edition that this is or differs from."""
    complete = html.escape(_begun(about["complete_to"]))
    if complete and about.get("searched"):
        day = html.escape(about["searched"])
        complete += f" (when it was published; the log of searches ends on {day})"
    if "edition" not in about:
        return [complete] if complete else []
    links = _edition_links(to_root(pagename), about)
    if _is_edition(about):
        return [*filter(None, [complete]), links]
    return ["; ".join(filter(None, (complete, links)))]


def last_searched() -> str:
    """Day of the newest search for pages; empty in a book that logs none."""
    logged = SEARCHES in data_registry.entries() and not table(SEARCHES).empty
    return log_days()[NEWEST] if logged else ""


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def page_foot(pagename: str, about: Mapping[str, str], *, has_about: bool) -> str:
    """Foot of a page: licence, version, day, edition, and where to read how to cite."""
    parts = [about["licence"]]
    if about["version"]:
        parts.append(f"version {about['version']}")
    words = [html.escape(part) for part in parts]
    words += _state(pagename, about)
    if has_about:
        words.append(f'<a href="{to_root(pagename)}{ABOUT}.html">about and cite</a>')
    if "repository" in about:
        words.append(f'<a href="{html.escape(about["repository"])}">source code</a>')
    return f'<p class="sk-foot">{" · ".join(words)}</p>'


def _feed_links(pagename: str) -> str:
    """Links by which a reader of feeds finds those of the editions."""
    up = to_root(pagename)
    return "".join(
        f'<link rel="alternate" type="application/{kind}" title="Editions" href="{up}{address}">\n'
        for kind, address in (("atom+xml", ATOM), ("feed+json", JSON_FEED))
    )


def head_tags(pagename: str, about: Mapping[str, str], *, title: str, words: str) -> str:
    """Tags of the head of a page: its description, and how a link to it is shown.

    Parameters
    ----------
    pagename : str
        Name of the page, such as ``lines/rail-counts``.
    about : mapping of str to str
        From `book_details`, and of the edition where there is one.
    title, words : str
        Title and description of the page, as HTML.
    """
    state = "; ".join(filter(None, (about.get("edition", ""), about["complete_to"])))
    return (
        f'<meta name="description" content="{words}">\n'
        f'<meta property="og:title" content="{title}">\n'
        f'<meta property="og:description" content="{words}">\n'
        f"{_preview_tags(pagename, about)}"
        f'<meta name="skytally-source" content="{cell(source_line(about))}">\n'
        f'<meta name="skytally-state" content="{cell(_begun(state))}">\n'
        f"{_feed_links(pagename) if 'edition' in about else ''}"
    )


def add_head_and_foot(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the description to the head of a page and the licence to its foot."""
    about = book_details(edition_words(Path(app.srcdir)))
    words = html.escape(description(doctree, title=about["title"]), quote=True)
    name = html.escape(str(context.get("title") or about["title"]), quote=True)
    tags = head_tags(pagename, about, title=name, words=words)
    context["metatags"] = f"{context.get('metatags', '')}{tags}"
    has_about = ABOUT in app.env.found_docs
    foot = about | {"searched": last_searched()}
    context["theme_extra_footer"] = page_foot(pagename, foot, has_about=has_about)


def details_on_page(block: Block) -> dict[str, str]:
    """Words about the book and its edition, for a directive."""
    stage = Path(block.state.document.settings.env.app.srcdir)
    return book_details(edition_words(stage))


class Edition(Block):
    """Print which edition of the book a reader has before them."""

    def html(self) -> str:
        """Return one line: edition, version, and of which day the newest page read is."""
        about = details_on_page(self)
        version = f"version {about['version']}" if about["version"] else ""
        words = cell(", ".join(filter(None, (version, about["complete_to"]))))
        if not words:
            return ""
        if "edition" not in about:
            return f'<p class="sk-edition">This edition: {words}.</p>'
        docname = self.state.document.settings.env.docname
        if _is_edition(about):
            links = _edition_links(to_root(docname), about)
            return f'<p class="sk-edition">This is {links}: {words}.</p>'
        state = _begun("".join(_state(docname, about)))
        end = f" {_begun(version)}." if version else ""
        return f'<p class="sk-edition">{state}.{end}</p>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and the hook."""
    app.add_directive("edition", Edition)
    app.connect("html-page-context", add_head_and_foot, priority=800)
    app.connect("build-finished", write_preview)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
