"""Directives of the page of sources: what of the cited pages is archived, and what is not."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from skytally.core import VOCABULARY_COLUMNS, data_folder, data_registry, number, read_cells
from skytally.page_archive import (
    ArchiveRows,
    ArchiveSettings,
    CitedAddress,
    cited_addresses,
    is_kept,
    known_archive,
    numbers_now,
    states_now,
)
from skytally.press.sphinx_ext.html_blocks import Block, cell, small_table, to_root

PAGE_OF_COPIES = "sources.html#archived-copies"
NOT_YET = "not archived yet"
WORDS_OF_NUMBERS = "number_found"
# hosts such as webarchive.library.unt.edu, web.archive.org, webarchive.nationalarchives.gov.uk
OF_AN_ARCHIVE = re.compile(r"(^|\.)(web-?archive\.|web\.archive\.org$|archive\.(ph|is|today)$)")


def _meanings(vocabulary: str) -> dict[str, str]:
    table = read_cells(data_registry.path("data_vocabulary"), header=VOCABULARY_COLUMNS)
    chosen = table[table["vocabulary"] == vocabulary]
    return dict(zip(chosen["word"], chosen["meaning"], strict=True))


def archive_lead(addresses: list[CitedAddress], rows: ArchiveRows) -> str:
    """Sentence on how many of the cited pages are archived."""
    counted = number(len(addresses))
    if not rows.visits:
        return (
            f"This book has archived none of the {counted} addresses that the data cite yet: "
            "<code>make archive</code> has not been run on the internet. It was tried only on "
            "servers of the machine that ran its tests."
        )
    states = states_now([each.url for each in addresses], rows)
    copies = sum(count for state, count in states.items() if is_kept(state))
    first, last = (edge(row["fetched"] for row in rows.visits)[:10] for edge in (min, max))
    return (
        f"Of {counted} addresses that the data cite, this book has archived {number(copies)}, "
        f"whole or in part; they were visited between {cell(first)} and {cell(last)}."
    )


def _is_of_an_archive(url: str) -> bool:
    """Test by the name of its host whether an address is itself a page of a web archive."""
    return bool(OF_AN_ARCHIVE.search(urlsplit(url).hostname or ""))


def archived_share(addresses: list[CitedAddress], rows: ArchiveRows) -> str:
    """Clause on how many of the cited pages this book archived, for use within a sentence."""
    states = states_now([each.url for each in addresses], rows) if rows.visits else {}
    copies = sum(count for state, count in states.items() if is_kept(state))
    counted = number(len(addresses))
    of_archives = sum(_is_of_an_archive(each.url) for each in addresses)
    words = (
        f"this book has archived {number(copies) if copies else 'none'} of the {counted} "
        "addresses that it cites"
    )
    if not of_archives:
        return words
    verb = "is itself a page" if of_archives == 1 else "are themselves pages"
    return f"{words}, of which {number(of_archives)} {verb} of a web archive"


class ArchivedShareRole(SphinxRole):
    """Clause on how many of the cited pages are archived, as a link; its text says nothing."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link to the page of sources."""
        words = archived_share(cited_addresses(data_folder()), known_archive(data_folder()).rows)
        target = f"{to_root(self.env.docname)}{PAGE_OF_COPIES}"
        return [nodes.reference("", words, refuri=target, classes=["sk-row"], internal=True)], []


class ArchiveState(Block):
    """Count the cited addresses by what is archived of them, and the numbers found there."""

    def html(self) -> str:
        """Return a sentence and, once a page was visited, two tables."""
        addresses, archive = cited_addresses(data_folder()), known_archive(data_folder())
        lead = f"<p>{archive_lead(addresses, archive.rows)}</p>"
        if not archive.rows.visits:
            return lead
        states = states_now([each.url for each in addresses], archive.rows)
        listed = [
            [state or NOT_YET, archive.meanings.get(state, "nobody asked for it"), str(count)]
            for state, count in sorted(states.items())
        ]
        found, meanings = numbers_now(archive.rows), _meanings(WORDS_OF_NUMBERS)
        numbers = [[word, meanings[word], str(found[word])] for word in meanings if found[word]]
        return (
            lead
            + small_table(
                "Cited addresses by state",
                ["state", "meaning", "addresses"],
                listed,
                empty="No address is cited.",
            )
            + small_table(
                "Numbers of the record in the newest copies",
                ["state", "meaning", "numbers"],
                numbers,
                empty="No number was looked for yet.",
            )
        )


class ArchiveLead(Block):
    """Show how many of the cited addresses are archived."""

    def html(self) -> str:
        """Return one paragraph."""
        addresses, archive = cited_addresses(data_folder()), known_archive(data_folder())
        return f"<p>{archive_lead(addresses, archive.rows)}</p>"


class ArchiveManner(Block):
    """State how the pages are asked for, with the limits of the command."""

    def html(self) -> str:
        """Return one paragraph."""
        known = ArchiveSettings()
        return (
            "<p>It obeys each site's rules for robots; asks one host no more often than every "
            f"{known.gap_s:g} seconds, or as those rules say; comes back after the time that a "
            f"busy server names, where that is at most {known.retry_after_s / 60:g} minutes; gives "
            f"up after {known.page_s / 60:g} minutes a page and "
            f"{known.max_bytes // 10**6} MB; follows redirections to public hosts only; says in "
            "each request who asks; and signs in nowhere.</p>"
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives and the role."""
    app.add_directive("archive-lead", ArchiveLead)
    app.add_directive("archive-state", ArchiveState)
    app.add_directive("archive-manner", ArchiveManner)
    app.add_role("archived-share", ArchivedShareRole())
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
