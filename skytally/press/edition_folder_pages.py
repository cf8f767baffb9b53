"""Pages at the folders of the editions: what lies there, a line for each file."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skytally.core import DataError, is_leftover
from skytally.editions import (
    EDITION_ID,
    PACKETS,
    WithheldFile,
    edition_order,
    editions_folder,
    withheld_files,
)
from skytally.press.edition_pages import ATOM, INDEX, JSON_FEED
from skytally.press.moved_and_withdrawn_pages import plain_page

FOLDER_PAGE = "index.html"
HOLDS: Mapping[str, str] = {
    "edition.json": "what the edition says of itself, and the hash of each of its other files",
    "findings.jsonl": "the findings as published, one a line",
    "claims.jsonl": "the claims with their verdicts as published, one a line",
    "parameters.jsonl": "the parameters of each page and their values",
    "rows.jsonl": "the rows of all tables as published, each with its hash",
    "files.jsonl": "the hashes of the files that the edition was made from",
    "changes.json": "what changed since the edition before, and what caused it",
    "packet_log.txt": "the log of the hashes of the evidence packets",
    "kept_packets.jsonl": "the packets that stand at the addresses of older editions",
    "withheld.jsonl": "what is withheld of the edition, with the hashes as published",
    "verify.py": "the program that checks evidence packets",
    "recompute.py": "the program that computes the numbers of packets again",
}
"""What a file holds, by its name before it was compressed."""
OTHER = "a file of the edition"
STAMP = "a stamp or signature of the log"


def _words(name: str) -> str:
    known = HOLDS.get(name.removesuffix(".gz"))
    if known is None:
        return STAMP if name.startswith("packet_log.") else OTHER
    return f"{known} (compressed)" if name.endswith(".gz") else known


def _items(folder: Path) -> Iterator[str]:
    """Yield a line for each file of an edition, and one for all of its packets."""
    for path in sorted(folder.iterdir()):
        if path.name == FOLDER_PAGE or is_leftover(path.name):
            continue
        name = html.escape(path.name)
        if path.is_file():
            yield f'<li><a href="{name}">{name}</a>: {html.escape(_words(path.name))}</li>'
    if count := sum(path.is_file() for path in (folder / PACKETS).glob("*.zip")):
        page = f"../{folder.name}.html#evidence-packets"
        yield (
            f'<li>{PACKETS}/: {count} evidence packets, which <a href="{page}">the page of the '
            "edition</a> lists</li>"
        )


def _withheld(stored: Path) -> dict[str, WithheldFile]:
    """Look up what is withheld of an edition; a list that cannot be read is told elsewhere."""
    try:
        return withheld_files(stored)
    except DataError:
        return {}


def write_withheld_pages(folder: Path, stored: Path, *, title: str) -> None:
    """Write a page at the address of each file of an edition that is withheld whole.

    Parameters
    ----------
    folder : Path
        Folder of the edition in the printed site.
    stored : Path
        Folder of the edition in the data.
    title : str
        Title of the book.
    """
    for name, each in _withheld(stored).items():
        if each.present_sha256 or (folder / name).exists():
            continue
        # a server answers at the address of a file with the page of a folder of its name
        address = f"{INDEX}/{stored.name}/{name}/{FOLDER_PAGE}"
        up = "../" * (name.count("/") + 2)
        body = (
            f"<p>{html.escape(each.words)}.</p><p>The hash stands in the log of the edition, and "
            "its root is as it was published.</p>"
            f'<p><a href="{up}{stored.name}.html">edition {stored.name}</a></p>'
        )
        (folder / name).mkdir(parents=True)
        text = plain_page(f"{Path(name).name}: withheld", body, address=address, title=title)
        (folder / name / FOLDER_PAGE).write_text(text, encoding="utf-8")


def edition_folder_page(folder: Path, *, title: str) -> str:
    """Page that says what lies in the folder of an edition.

    Parameters
    ----------
    folder : Path
        Folder of the edition in the printed site.
    title : str
        Title of the book.

    Returns
    -------
    str
        HTML without a script. Its canonical address is the page of the edition.
    """
    page = f"../{folder.name}.html"
    body = (
        f'<p><a href="{page}">The page of edition {folder.name}</a> says what changed, and lists '
        "its findings, verdicts and evidence packets. The files below are as they were "
        f"published.</p><ul>{''.join(_items(folder))}</ul>"
    )
    if withheld := _withheld(editions_folder() / folder.name):
        items = "".join(f"<li>{html.escape(each.words)}</li>" for each in withheld.values())
        body += f"<p>Not all of them is given away any more:</p><ul>{items}</ul>"
    return plain_page(
        f"Edition {folder.name}: its files", body, title=title,
        address=f"{INDEX}/{folder.name}/{FOLDER_PAGE}", canonical=page,
    )  # fmt: skip


def _all_editions_page(pages: Path, names: list[str], *, title: str) -> str:
    """Page at the folder of all editions, the newest first."""
    items = "".join(
        f'<li><a href="{name}.html">edition {name}</a>, <a href="{name}/{FOLDER_PAGE}">its files'
        "</a></li>"
        for name in names
    )
    feeds = "".join(
        f'<li><a href="{address.removeprefix(f"{INDEX}/")}">{words}</a></li>'
        for address, words in ((ATOM, "the editions as an Atom feed"), (JSON_FEED, "as JSON Feed"))
        if (pages / address).is_file()
    )
    body = (
        f'<p><a href="../{INDEX}.html">The page on editions</a> says what an edition is.</p>'
        f"<ul>{items}{feeds}</ul>"
    )
    return plain_page(
        "Editions", body, title=title, address=f"{INDEX}/{FOLDER_PAGE}",
        canonical=f"../{INDEX}.html",
    )  # fmt: skip


def write_folder_pages(pages: Path, about: Mapping[str, Any]) -> None:
    """Write a page at the folder of each edition of the printed site, and at that of them all.

    Parameters
    ----------
    pages : Path
        Root of the printed pages, with the files of the editions.
    about : mapping
        Details of the book, with its title.
    """
    folder = pages / INDEX
    if not folder.is_dir():
        return
    found = [path for path in folder.iterdir() if path.is_dir() and EDITION_ID.fullmatch(path.name)]
    names = sorted((path.name for path in found), key=edition_order, reverse=True)
    for name in names:
        write_withheld_pages(folder / name, editions_folder() / name, title=about["title"])
        text = edition_folder_page(folder / name, title=about["title"])
        (folder / name / FOLDER_PAGE).write_text(text, encoding="utf-8")
    if names:
        text = _all_editions_page(pages, names, title=about["title"])
        (folder / FOLDER_PAGE).write_text(text, encoding="utf-8")
