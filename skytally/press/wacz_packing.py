"""All copies of cited pages in one WACZ file, which replay programs open."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from skytally.core import DataError
from skytally.press.edition_environment_program_path import INSTALL, edition_tool
from skytally.press.subprocesses_and_local_ports import bare_environment, run_to_end

PACKED = "cited-pages.wacz"
"""Name of the file in the folder of the copies."""
HEADER = {"format": "json-pages-1.0", "id": "pages", "title": "All pages"}
"""First line of the list of pages in a WACZ file."""


@dataclass(frozen=True)
class PackedPage:
    """A copy as the list of pages names it."""

    copy: Path
    """Its WARC file, which must not be damaged."""
    url: str
    """Address that answered in the end."""
    fetched: str
    """Moment of the copy."""
    title: str
    """Words for readers."""


def pack_copies(pages: Sequence[PackedPage], target: Path, *, title: str, date: str) -> None:
    """Pack copies into one file and check it; the old one stays until the new one is whole.

    Parameters
    ----------
    pages : sequence of PackedPage
        The copies.
    target : Path
        The WACZ file.
    title : str
        Title of the collection.
    date : str
        Moment of the newest copy, ISO 8601.

    Raises
    ------
    DataError
        If the program is not installed, or fails; the copies themselves are not touched.
    """
    wacz = edition_tool("wacz")
    if wacz is None:
        message = f"{target.name}: found no program wacz; {INSTALL}; the copies are kept as WARC"
        raise DataError(message)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pack-") as folder:
        beside, log, listed = (Path(folder) / name for name in (target.name, "log", "pages.jsonl"))
        lines = [HEADER, *({"url": p.url, "ts": p.fetched, "title": p.title} for p in pages)]
        listed.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
        words = ["--output", beside, "--title", title, "--date", date, "--pages", listed]
        copies = [page.copy for page in pages]
        try:
            run_to_end([wacz, "create", *words, "-f", *copies], log, env=bare_environment())
            run_to_end([wacz, "validate", "-f", beside], log, env=bare_environment())
        except RuntimeError as error:
            message = f"{target.name} was not packed: {error}; the copies are kept as WARC"
            raise DataError(message) from None
        beside.replace(target)
