"""Files that nothing leads to: copied and unlisted notebooks, outlines of no site."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from skytally.core import Fault, data_folder, original_of, read_text, visible_paths
from skytally.press.project_paths import LINE_NAME, book_folder, line_names, notebooks_folder

CONTENTS = "_toc.yml"
CONTENTS_ENTRY = re.compile(
    r"^\s*-\s*file:\s*['\"]?([\w./-]+?)(?:\.ipynb)?['\"]?\s*$", re.MULTILINE
)


def misnamed_notebooks() -> Iterator[Fault]:
    """Faults of notebooks that are copies of another, or whose name no page can have.

    Yields
    ------
    Fault
        One per notebook, which is then no line of evidence.
    """
    for path in visible_paths(notebooks_folder(), "*.ipynb"):
        file = f"notebooks/{path.name}"
        if original := original_of(path):
            advice = "remove one of the two, or give it a name of its own"
            yield Fault(file, 0, "", f"a copy of {original}", advice)
        elif not LINE_NAME.fullmatch(path.stem):
            advice = "rename it in small letters, digits and hyphens, such as rail-counts.ipynb"
            yield Fault(file, 0, "", "a name that no page can have", advice)


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
    for path in visible_paths(folder, "*.geojson"):
        # the registry asks about copies
        if path.stem not in slugs and not original_of(path):
            yield Fault(
                file=f"data/sites/{path.name}",
                line=0,
                column="",
                found="no row of data/sites/register.csv with this slug",
                advice="add the row of the site, or remove its outlines",
            )
