"""No published address disappears: pages in place of those that the book no longer has."""

from __future__ import annotations

import html
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core import DataError, Fault, data_registry, read_table, refuse
from skytally.editions import Edition, damaged_addresses, read_editions
from skytally.press.cards.card_files import POLICY

MARK = '<meta name="skytally-page" content="kept-address">'
"""Stands in each page that lies beside those of the edition that is printed, and is none."""
MOVED_TABLE = "moved_addresses"
"""Slug of the table of addresses that moved; a project need not have it."""
NO_REASON = "no reason is recorded"
OF_CORRECTIONS = ("corrected", "withdrawn")
"""Kinds of changes of a row that its table of corrections gives a reason for."""
PAGE = ".html"
FINDINGS_PAGE = "findings.html"
"""Page of all findings, each with its key as anchor."""
CORRECTIONS = "corrections.html"
"""Page that lists all changes of cells."""


def moved_addresses() -> pd.DataFrame:
    """Table of addresses that moved; without a row where the project has none."""
    if MOVED_TABLE not in data_registry.entries():
        return pd.DataFrame(columns=["old", "new", "why"])
    return read_table(data_registry.path(MOVED_TABLE))


def plain_page(heading: str, body: str, *, address: str, title: str, canonical: str = "") -> str:
    """Page outside the engine that prints the book, in the style of the cards, without a script.

    Parameters
    ----------
    heading : str
    body : str
        HTML under the heading.
    address : str
        Address of the page from the root of the site.
    title : str
        Title of the book.
    canonical : str
        Address, from that of the page, of the one to index in its place; empty for a page that
        is not to be indexed.

    Returns
    -------
    str
    """
    up = "../" * address.count("/")
    index = (
        f'<link rel="canonical" href="{html.escape(canonical)}">'
        if canonical
        else '<meta name="robots" content="noindex">'
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{POLICY}'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"{index}{MARK}<title>{html.escape(heading)}</title>"
        f'<link rel="stylesheet" href="{up}_static/cards/card_page.css"></head><body>'
        f'<main class="card"><h1>{html.escape(heading)}</h1>{body}</main>'
        f'<footer><a href="{up}index.html">{html.escape(title)}</a></footer></body></html>\n'
    )


@dataclass(frozen=True)
class KeptAddress:
    """An address at which the book has no page of its own any more."""

    address: str
    """Address from the root of the site."""
    heading: str
    """What stood there, or where it went."""
    sentences: tuple[str, ...]
    """What is known of it."""
    links: Mapping[str, str]
    """Words to the address, from the root, of the pages that go on from here."""

    def page(self, *, title: str) -> str:
        """HTML of the page, which needs no script."""
        up = "../" * self.address.count("/")
        words = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.sentences)
        links = "".join(
            f'<li><a href="{html.escape(up + target)}">{html.escape(label)}</a></li>'
            for label, target in self.links.items()
        )
        body = f"{words}<ul>{links}</ul>"
        return plain_page(self.heading, body, address=self.address, title=title)


def stored_words(edition: Edition, address: str) -> str:
    """Words of an edition on the thing whose card stood at an address; empty without any."""
    folder, _, name = address.removesuffix(".html").rpartition("/")
    kind = folder.rpartition("/")[2]
    if kind == "finding":
        found = edition.findings.get(name)
        return f"The finding as published: {found['text']}" if found else ""
    if kind == "claim":
        found = edition.claims.get(name)
        return f"The claim: {found['text']} Its verdict: {found['verdict']}." if found else ""
    rows = [row for (_, key), row in edition.rows.items() if key == name]
    if any(row.get("withheld") for row in rows):
        return "The row is withheld."
    cells = (row["cells"] for row in rows)
    listed = ["; ".join(f"{column}: {cell}" for column, cell in each.items()) for each in cells]
    return f"The row as published: {listed[0]}" if listed else ""


def _withdrawals(editions: Sequence[Edition]) -> dict[str, str]:
    """Rows that editions name as withdrawn, with the reasons."""
    return {
        row["key"]: "; ".join(each["why"] for each in row["why"]) or NO_REASON
        for edition in editions
        for row in (edition.changes or {"rows": []})["rows"]
        if row["kind"] == "withdrawn"
    }


def _corrections_behind(edition: Edition, editions: Sequence[Edition], key: str) -> list[str]:
    """Corrections by later editions of the rows on which a withdrawn finding rested."""
    cells = [row["cells"] for (_, name), row in edition.rows.items() if name == key]
    behind = {row for each in cells for row in each.get("rows", "").split()}
    found = [
        f"{row['key']} ({row['kind']}): {'; '.join(dict.fromkeys(each['why'] for each in why))}"
        for later in editions
        for row in (later.changes or {"rows": []})["rows"]
        if row["key"] in behind
        and row["kind"] in OF_CORRECTIONS
        and (why := [each for each in row["why"] if each["why"] != NO_REASON])
    ]
    return list(dict.fromkeys(found))


def _gone_page(
    address: str, editions: Sequence[Edition], reasons: Mapping[str, str], pages: Path
) -> KeptAddress:
    """Page for an address that only older editions have."""
    last = [edition for edition in editions if address in edition.addresses][-1]
    name = posixpath.basename(address).removesuffix(".html")
    links = {f"edition {last.id}": f"editions/{last.id}.html", "all editions": "editions.html"}
    why = f"It was withdrawn: {reasons[name]}" if name in reasons else ""
    if name in reasons and (behind := _corrections_behind(last, editions, name)):
        links["corrections"] = CORRECTIONS
        # the reason of a row is no reason that anybody wrote down for the finding
        own = "no reason is recorded for it alone" if reasons[name] == NO_REASON else reasons[name]
        why = f"It was withdrawn: {own}. Of the rows on which it rested: {'. '.join(behind)}."
    new, written = _instead(name) if "/finding/" in address else ("", "")
    if written:
        why = written
        shown = f"read instead: {new.partition('#')[2] or new}"
        links = {shown: new if _is_there(pages, new) else new.partition("#")[0], **links}
    sentences = (
        f"The present book has no page at {address}; edition {last.id} was the last that had it.",
        stored_words(last, address),
        why,
    )
    return KeptAddress(
        address,
        f"{name}: no longer in the book",
        tuple(filter(None, sentences)),
        {words: link for words, link in links.items() if _is_there(pages, link)},
    )


def _is_there(pages: Path, address: str) -> bool:
    """Whether a printed site has a page, a file, or a place within a page."""
    name, _, anchor = address.partition("#")
    path = pages / name
    if not path.is_file():
        return False
    return not anchor or f'id="{html.escape(anchor)}"' in path.read_text(encoding="utf-8")


def _moved_pages(pages: Path) -> Iterator[KeptAddress]:
    """Yield the pages for addresses that the table of moved addresses names.

    Raises
    ------
    DataError
        If something moved to what is not there, or from what is. All at once.
    """
    faults = []
    for row in moved_addresses().to_dict("records"):
        old, new = str(row["old"]), str(row["new"])
        place = (f"{MOVED_TABLE}.csv", int(row["line"]))
        # a heading may be reworded again: then the page itself is led to
        if not (pages / new.partition("#")[0]).is_file():
            advice = "name a page or file of the site, or a place in one"
            faults.append(Fault(*place, "new", f"{new!r}, which is not there", advice))
        elif _is_there(pages, old):
            advice = "remove the line, or rename what is there"
            faults.append(Fault(*place, "old", f"{old!r}, which is there again", advice))
        elif old.endswith(PAGE):
            words = (f"This page is now at {new}.", str(row["why"]))
            yield KeptAddress(old, f"{old} has moved", words, {new: new})
    refuse(faults, what=f"table {MOVED_TABLE}.csv")


def _instead(name: str) -> tuple[str, str]:
    """Look up what to read in place of a withdrawn finding, and why it went."""
    old = f"{FINDINGS_PAGE}#{name}"
    rows = moved_addresses().to_dict("records")
    return next(((str(row["new"]), str(row["why"])) for row in rows if row["old"] == old), ("", ""))


def _damaged_page(address: str, edition: str, pages: Path) -> KeptAddress:
    """Page for an address that only a damaged edition has."""
    links = {f"edition {edition}": f"editions/{edition}.html", "all editions": "editions.html"}
    words = (
        f"The present book has no page at {address}; edition {edition} had it, and is damaged in "
        "this copy of the book."
    )
    there = {label: link for label, link in links.items() if (pages / link).is_file()}
    name = posixpath.basename(address).removesuffix(".html")
    return KeptAddress(address, f"{name}: no longer in the book", (words,), there)


def kept_addresses(
    pages: Path,
    editions: Sequence[Edition],
    damaged: Mapping[str, Sequence[str]] | None = None,
) -> list[KeptAddress]:
    """Pages for all published addresses at which the printed book has none.

    Parameters
    ----------
    pages : Path
        Root of the printed pages.
    editions : sequence of Edition
        All editions that are as they were published, the oldest first.
    damaged : mapping of str to sequence of str, optional
        Id of each damaged edition to the addresses that it published.

    Returns
    -------
    list of KeptAddress
        Sorted by address: renamed pages lead to their new address; others say what the last
        edition that had them holds.

    Raises
    ------
    DataError
        If the table of moved pages leads nowhere, or an edition lists an address outside the
        site.
    """
    kept = {page.address: page for page in _moved_pages(pages)}
    reasons = _withdrawals(editions)
    known = {each for edition in editions for each in edition.addresses}
    lost = {each: name for name, listed in (damaged or {}).items() for each in listed}
    for address in sorted({*known, *lost}):
        if address.startswith("/") or ".." in address.split("/"):
            message = f"addresses.txt: found {address!r}, which lies outside the site; restore it"
            raise DataError(message)
        if address in kept or not address.endswith(PAGE) or (pages / address).is_file():
            continue
        if address in known:
            kept[address] = _gone_page(address, editions, reasons, pages)
        else:
            kept[address] = _damaged_page(address, lost[address], pages)
    return [kept[address] for address in sorted(kept)]


def write_kept_addresses(pages: Path, folder: Path, about: Mapping[str, Any]) -> None:
    """Write the pages of `kept_addresses` for a folder of editions into the printed site."""
    for kept in kept_addresses(pages, read_editions(folder)[0], damaged_addresses(folder)):
        path = pages / kept.address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(kept.page(title=about["title"]), encoding="utf-8")
