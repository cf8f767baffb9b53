"""Directive of the page of sources: what kinds of pages were found, and in which languages."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import when
from skytally.press.sphinx_ext.cached_record_and_findings import table
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state, small_table
from skytally.record import newest_page

LANGUAGE = re.compile(r",\s([A-Z][a-z]+(?:/[A-Z][a-z]+)?)\)$")
"""Language at the end of a title that describes a page in place of its printed title."""
NO_LANGUAGE = "not noted (most titles are English)"
WHOLE = "direct (whole"
"""How the extent of a page begins that was read to its end."""


def language_of(title: str) -> str:
    """Language that the description of a page notes.

    Examples
    --------
    >>> language_of("(Sanctions on Russian ships, Korean)"), language_of("Orient Express")
    ('Korean', 'not noted (most titles are English)')
    """
    found = LANGUAGE.search(title)
    return found[1] if found else NO_LANGUAGE


def pages_by_language(sources: pd.DataFrame) -> list[list[str]]:
    """Rows of a table: language, number of pages, and the kinds of those pages.

    Parameters
    ----------
    sources : pandas.DataFrame
        Table ``sources``.

    Returns
    -------
    list of list of str
        The language of most pages first.
    """
    languages = sources["title"].map(language_of)
    counts = Counter(languages)
    return [
        [language, str(number), _kinds(sources[languages == language])]
        for language, number in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def _kinds(pages: pd.DataFrame) -> str:
    """Name the kinds of some pages with their numbers, the commonest first."""
    counts = sorted(Counter(pages["type"]).items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{kind}: {number}" for kind, number in counts)


class PagesFound(Block):
    """Count the pages of the record by language and kind, and say how much of them was read."""

    def html(self) -> str:
        """Return a sentence and the table."""
        sources = table("sources")
        if sources.empty:
            return empty_state("The record has no page yet.")
        whole = int(sources["reading_extent"].str.startswith(WHOLE).sum())
        newest = newest_page(sources)
        day = when(newest, newest, "day", "day")
        return (
            f"<p>The record cites {len(sources)} pages, the newest that shows a "
            f"date of {cell(day)}. "
            f"Of {whole} the whole was read, of the others a part, mostly the beginning.</p>"
        ) + small_table(
            "Pages of the record: a row is one language, as the description of the page notes it",
            ["language", "pages", "kinds of page"],
            pages_by_language(sources),
            empty="The record has no page yet.",
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("pages-found", PagesFound)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
