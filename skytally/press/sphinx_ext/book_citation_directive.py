"""Directive that shows how to cite the book: in words, as BibTeX and as CSL-JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sphinx.application import Sphinx

from skytally.press.sphinx_ext.html_blocks import Block, cell, to_root
from skytally.press.sphinx_ext.page_head_and_foot import details_on_page

NO_DAY_OF_ISSUE = "no day of issue is set"
"""Words of a citation for an edition that says not when it was issued."""
NO_ADDRESS = "  howpublished = {site without a fixed address},"
"""Line of BibTeX for a book whose site has no address: the day of access is the reader's."""


def csl_date(issued: str, newest: str) -> dict[str, Any]:
    """Date of the book as CSL-JSON: its day of issue, or about the year of its newest page.

    Examples
    --------
    >>> csl_date("2026-12-31", "2026-07-08")
    {'date-parts': [[2026, 12, 31]]}
    >>> csl_date("", "2026-07-08"), csl_date("", "")
    ({'date-parts': [[2026]], 'circa': True}, {})
    """
    if issued:
        return {"date-parts": [[int(part) for part in issued.split("-")]]}
    return {"date-parts": [[int(newest[:4])]], "circa": True} if newest else {}


class CiteBook(Block):
    """Show how to cite the book: its newest edition and, where this copy differs, the copy."""

    def html(self) -> str:
        """Return each in words, as BibTeX and as CSL-JSON."""
        about = details_on_page(self)
        if "copy_citation" not in about:
            return cited_in_three_forms(about, about["citation"], about.get("edition", ""))
        edition = f"edition {about['edition_id']}"
        published = {
            "issued": about["edition_day"],
            "version": about["edition_version"],
            "complete_to": "",
        }
        up = to_root(self.state.document.settings.env.docname)
        page = f"{up}{about['edition_page']}"
        return (
            f"{cited_in_three_forms({**about, **published}, about['citation'], edition)}"
            f"<p>An edition stays as it is. The copy before you <a href="
            f'"{cell(page)}">differs from that edition</a> and may change again. To cite a number '
            "or a sentence that only this copy has, cite the copy with its hash:</p>"
            f"{cited_in_three_forms(about, about['copy_citation'], about['copy'])}"
        )


def cited_in_three_forms(about: Mapping[str, str], citation: str, what: str) -> str:
    """Citation in words, as BibTeX and as CSL-JSON, as HTML.

    Parameters
    ----------
    about : mapping of str to str
        From `book_details`; of an edition, its day of issue and its version.
    citation : str
        The words.
    what : str
        Edition or copy that is cited; empty without one.
    """
    issued = about["issued"]
    newest = max(about["newest_iso"], about.get("edition_day", ""))
    state = what or ("" if issued else NO_DAY_OF_ISSUE)
    note = "; ".join(filter(None, (about["licence"], about["complete_to"], state)))
    is_edition = what.startswith("edition ")
    key = "skytally" if is_edition or "copy_hash" not in about else "skytally-copy"
    bibtex = "\n".join(
        [
            f"@misc{{{key},",
            f"  author = {{{{{about['author']}}}}},",
            f"  title = {{{about['title']}}},",
            *([f"  version = {{{about['version']}}},"] if about["version"] else []),
            *([f"  year = {{{(issued or newest)[:4]}}},"] if issued or newest else []),
            *([f"  date = {{{issued}}},"] if issued else []),
            f"  url = {{{about['site']}}}," if "site" in about else NO_ADDRESS,
            f"  note = {{{note}}}",
            "}",
        ]
    )
    csl = {
        "id": key,
        "type": "report",
        "title": about["title"],
        "author": [{"literal": about["author"]}],
        **({"version": about["version"]} if about["version"] else {}),
        **({"edition": what.split()[-1]} if is_edition else {}),
        **({"issued": day} if (day := csl_date(issued, newest)) else {}),
        **({"URL": about["site"]} if "site" in about else {}),
        "note": note,
    }
    return (
        f'<p class="sk-citation">{cell(citation)}</p>'
        f"<details><summary>BibTeX</summary><pre>{cell(bibtex)}</pre></details>"
        "<details><summary>CSL-JSON</summary>"
        f"<pre>{cell(json.dumps([csl], indent=1, ensure_ascii=False))}</pre></details>"
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("cite-book", CiteBook)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
