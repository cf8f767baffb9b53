"""Files that nothing leads to: notebooks outside the table of contents, outlines of no site."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from skytally.core import Fault, data_folder, read_text
from skytally.press.project_paths import book_folder, line_names

CONTENTS = "_toc.yml"
CONTENTS_ENTRY = re.compile(
    r"^\s*-\s*file:\s*['\"]?([\w./-]+?)(?:\.ipynb)?['\"]?\s*$", re.MULTILINE
)


def unlisted_notebooks() -> Iterator[Fault]:
    """Faults of notebooks without an entry in the table of contents, which would have no page.

    Yields
    ------
    Fault
        One per notebook.
    """
    listed = set(CONTENTS_ENTRY.findall(read_text(book_folder() / CONTENTS)))
    for name in line_names():
        if f"lines/{name}" not in listed:
            yield Fault(
                file=f"notebooks/{name}.ipynb",
                line=0,
                column="",
                found=f"no entry in book/{CONTENTS}, so it would have no page",
                advice=f"add '- file: lines/{name}' there, or remove the notebook",
            )


def outlines_without_site() -> Iterator[Fault]:
    """Faults of files of outlines whose site is not in the register.

    Yields
    ------
    Fault
        One per file; no image would ever be acquired for it.
    """
    folder = data_folder() / "sites"
    register = read_text(folder / "register.csv").splitlines()
    slugs = {row[0] for row in csv.reader(register) if row}
    for path in sorted(folder.glob("*.geojson")):
        if path.stem not in slugs:
            yield Fault(
                file=f"data/sites/{path.name}",
                line=0,
                column="",
                found="no row of data/sites/register.csv with this slug",
                advice="add the row of the site, or remove its outlines",
            )
