"""Tables of the record and the page that shows them: links to rows must lead somewhere."""

from __future__ import annotations

import re

from skytally.core import Fault, data_folder, observation_tables, read_text
from skytally.press.project_paths import book_folder

RECORD_PAGE = "record"
"""Page to which links to rows lead."""
SHOWN_TABLE = re.compile(r"^[`:]{3,}\{record-table\}[ \t]+(\S+)", re.MULTILINE)


def unshown_tables() -> list[Fault]:
    """Faults of tables of observations that the record page does not show.

    Returns
    -------
    list of Fault
        Empty where a link to any row of the record finds its row.
    """
    page = book_folder() / f"{RECORD_PAGE}.md"
    shown = set(SHOWN_TABLE.findall(read_text(page)))
    return [
        Fault(
            file=f"data/record/{name}.csv",
            line=0,
            column="",
            found=f"no place on the page book/{page.name}, to which links to its rows lead",
            advice=f"show it there with ```{{record-table}} {name} and a caption",
        )
        for name in observation_tables(data_folder() / "record")
        if name not in shown
    ]
