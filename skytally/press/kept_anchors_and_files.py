"""Published files and places within pages that the book no longer has: kept at their addresses."""

from __future__ import annotations

import csv
import html
import io
import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from skytally.editions import Edition, published_places, read_editions
from skytally.press.moved_and_withdrawn_pages import (
    FINDINGS_PAGE,
    MARK,
    moved_addresses,
    stored_words,
)

ARTICLE = re.compile(r"<article\b.*</article>", re.DOTALL)
END_OF_ARTICLE = "</article>"
ANCHOR = re.compile(r'<(?P<tag>[a-z]\w*)\b[^>]*?\sid="(?P<id>[^"]+)"')
CITABLE = ("section", "span", "article", "tr", "li", "figure", "table", "details", "h2", "h3", "p")
"""Elements whose anchors a reader can cite; others belong to charts and controls."""
NOT_CITABLE = re.compile(r"id\d+|(?:only|head|sk)-.*")
"""Anchors that are numbered, or that controls of a page have."""
NO_PLACES = ("api.html", "search.html", "editions/", "cards/", "_static/")
"""Pages whose places are none of the record: code, controls, and what is kept otherwise."""
NO_FILES = ("_static/", "editions/")
"""Folders whose files are parts of pages, or are kept with their edition."""
NO_DOWNLOADS = (".html", ".js")
KEPT_SECTION = "kept-anchors"
KEPT = re.compile(rf'<section id="{KEPT_SECTION}".*?</section>', re.DOTALL)
OPENING = r'<(?P<tag>section|figure|details|h2|h3|p)\b[^>]*?\sid="{id}"[^>]*>'
"""Start of an element that can have another anchor at its place."""
HEADING = "Places that stood here before"
NO_PLACE = "This page has no place of that name any more."
WITHDRAWN = "This finding is no longer in the book."
NO_FILE = "The book has no file at this address any more."
LAST = "Edition {edition} was the last that had it."


def citable_anchors(page: str) -> list[str]:
    """Find the anchors of a printed page that a reader can cite.

    Examples
    --------
    >>> citable_anchors('<nav id="menu"></nav><article><tr id="R001"><p id="id3"></article>')
    ['R001']
    """
    article = ARTICLE.search(KEPT.sub("", page))
    found = ANCHOR.finditer(article[0]) if article else ()
    return [
        html.unescape(each["id"])
        for each in found
        if each["tag"] in CITABLE and not NOT_CITABLE.fullmatch(each["id"])
    ]


def site_places(site: Path) -> tuple[list[str], list[str]]:
    """Find what of a printed site can be cited beside its pages.

    Parameters
    ----------
    site : Path
        Root of the printed pages.

    Returns
    -------
    files : list of str
        Addresses of the files that it offers, without those of editions.
    anchors : list of str
        Addresses of places within pages, without those that only earlier editions had.
    """
    files, anchors = [], []
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if not path.is_file():
            continue
        if path.suffix == ".html" and not name.startswith(NO_PLACES):
            page = path.read_text(encoding="utf-8")
            if MARK not in page:
                anchors += [f"{name}#{anchor}" for anchor in citable_anchors(page)]
        elif path.suffix not in NO_DOWNLOADS and not name.startswith(NO_FILES):
            files.append(name)
    return files, anchors


def _note(address: str, words: str) -> bytes:
    """Words in place of a file, in its format where that can hold words."""
    if address.endswith(".json"):
        return (json.dumps({"note": words}) + "\n").encode()
    text = io.StringIO()
    if address.endswith(".csv"):
        csv.writer(text, lineterminator="\n").writerows([["note"], [words]])
        return text.getvalue().encode()
    return f"{words}\n".encode()


def _link(target: str, page: str, words: str) -> str:
    place, _, anchor = target.partition("#")
    address = posixpath.relpath(place, posixpath.dirname(page) or ".")
    address = f"{address}#{anchor}" if anchor else address
    return f'<a href="{html.escape(address)}">{html.escape(words)}</a>'


def _line(
    address: str, edition: str, moves: Mapping[str, tuple[str, str]], known: Mapping[str, Edition],
    pages: Path,
) -> str:  # fmt: skip
    """Line of a page for a place that it no longer has."""
    page, _, anchor = address.partition("#")
    card = f"cards/finding/{anchor}.html"
    stored = stored_words(known[edition], card) if edition in known else ""
    finding = page == FINDINGS_PAGE and bool(stored)
    said = [WITHDRAWN if finding else NO_PLACE]
    said += [LAST.format(edition=edition)] if edition else []
    said += [stored] if finding else []
    links = [(f"editions/{edition}.html", f"edition {edition}")] if edition else []
    links += [(card, "its card")] if finding else []
    if address in moves:
        new, why = moves[address]
        place, _, there = new.partition("#")
        target = pages / place
        if there and target.is_file() and not _has(target.read_text(encoding="utf-8"), there):
            new = place
        said.append(why)
        links.insert(0, (new, f"read instead: {new}"))
    shown = ", ".join(
        _link(target, page, words)
        for target, words in links
        if (pages / target.partition("#")[0]).is_file()
    )
    name = html.escape(anchor)
    return f'<li id="{name}"><code>{name}</code>: {html.escape(" ".join(said))} {shown}</li>'


def _has(page: str, anchor: str) -> bool:
    return f'id="{html.escape(anchor)}"' in page or f'id="{anchor}"' in page


def _beside_new(text: str, address: str, new: str) -> str:
    """Page with an old anchor at the place of the new one; unchanged where that cannot be."""
    page, _, old = address.partition("#")
    place, _, anchor = new.partition("#")
    opening = OPENING.format(id=re.escape(html.escape(anchor)))
    found = re.search(opening, text) if place == page and anchor else None
    if found is None:
        return text
    at = found.end() if found["tag"] == "section" else found.start()
    return f'{text[:at]}<span id="{html.escape(old)}"></span>{text[at:]}'


@dataclass(frozen=True)
class _Places:
    """What was published within pages, and what is needed to say where it went."""

    places: Mapping[str, str]
    """Page and anchor to the last edition that had it."""
    moves: Mapping[str, tuple[str, str]]
    """The same to where it went, and why."""
    folder: Path
    """Folder of the editions."""
    site: Path
    """Root of the pages that a line may lead to."""

    def of_page(self, page: str) -> list[str]:
        """Places of a page, sorted."""
        return sorted(each for each in self.places if each.startswith(f"{page}#"))


def _write_anchors(path: Path, page: str, known: _Places) -> None:
    """Add to a page each published place that it no longer has."""
    text = path.read_text(encoding="utf-8")
    # a page in place of another says itself where to go on
    addresses = [] if MARK in text else known.of_page(page)
    whole = text
    for each in addresses:
        # a finding has words of its own, and its table no room for an anchor
        if page != FINDINGS_PAGE and not _has(text, each.partition("#")[2]):
            text = _beside_new(text, each, known.moves.get(each, ("", ""))[0])
    lost = [each for each in addresses if not _has(text, each.partition("#")[2])]
    if lost:
        read = read_editions(known.folder)[0] if page == FINDINGS_PAGE else []
        editions = {edition.id: edition for edition in read}
        items = "".join(
            _line(each, known.places[each], known.moves, editions, known.site) for each in lost
        )
        section = (
            f'<section id="{KEPT_SECTION}" class="sk-kept"><h2>{HEADING}</h2>'
            f"<ul>{items}</ul></section>\n"
        )
        before, end, after = text.rpartition(END_OF_ARTICLE)
        if not end:
            before, end, after = text.rpartition("</body>")
        text = f"{before}{section}{end}{after}"
    if text != whole:
        path.write_text(text, encoding="utf-8")


def _write_files(
    pages: Path, places: Mapping[str, str], moves: Mapping[str, tuple[str, str]]
) -> None:
    """Write each published file that the book no longer has: that of its new name, or words."""
    for address in sorted(each for each in places if "#" not in each):
        path = pages / address
        if path.suffix in NO_DOWNLOADS or path.is_file():
            continue
        new, why = moves.get(address, ("", ""))
        path.parent.mkdir(parents=True, exist_ok=True)
        if new and (pages / new).suffix == path.suffix:
            path.write_bytes((pages / new).read_bytes())
            continue
        edition = places.get(address, "")
        words = [NO_FILE, LAST.format(edition=edition) if edition else ""]
        words.append(f"It is now at {new}. {why}" if new else "")
        path.write_bytes(_note(address, " ".join(filter(None, words))))


def _known(folder: Path, site: Path) -> _Places:
    moves = moved_places(moved_addresses())
    return _Places(dict.fromkeys(moves, "") | published_places(folder), moves, folder, site)


def write_kept_places(pages: Path, folder: Path) -> None:
    """Keep files and places within pages that editions published and the printed book lacks.

    Parameters
    ----------
    pages : Path
        Root of the printed pages, those of `write_kept_addresses` among them.
    folder : Path
        Folder of the editions.

    Raises
    ------
    DataError
        If a list of an edition cannot be read.
    """
    known = _known(folder, pages)
    _write_files(pages, known.places, known.moves)
    for page in sorted({each.partition("#")[0] for each in known.places if "#" in each}):
        if (pages / page).is_file():
            _write_anchors(pages / page, page, known)


def write_kept_anchors(path: Path, page: str, folder: Path, *, site: Path) -> None:
    """Keep the published places of one page, printed apart from the others.

    Parameters
    ----------
    path : Path
        The printed page.
    page : str
        Its address from the root of the site.
    folder : Path
        Folder of the editions.
    site : Path
        Root of the last whole print, whose pages it may lead to.
    """
    _write_anchors(path, page, _known(folder, site))


def moved_places(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Where files and places within pages went, and why, from the table of moved addresses."""
    rows: Iterable[dict[str, str]] = table.to_dict("records")
    return {
        str(row["old"]): (str(row["new"]), str(row["why"]))
        for row in rows
        if not str(row["old"]).endswith(".html")
    }
