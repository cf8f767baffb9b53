"""A run notebook as readers meet it: words and results first, its code in one fold at the end."""

from __future__ import annotations

import re
from typing import Any

from skytally.press.strict_notebook_reader import with_pictures

CODE_TAGS = {"hide-input", "hide-cell"}
"""Tags under which a page would show a bar for the code of each cell."""
LEFT_OUT = "remove-cell"
"""Tag of a cell that no page shows, such as the folder of the results."""
FOLD_ID = "how-this-page-was-made"
FOLD_TITLE = "How this page was made"
FOLD_WORDS = "The cells below ran in this order, with the parameters of the first one."
BACKTICKS = re.compile("`+")


def fence(text: str, *, least: int) -> str:
    """Fence longer than any run of backticks within a text."""
    longest = max((len(run) for run in BACKTICKS.findall(text)), default=0)
    return "`" * max(least, longest + 1)


def with_code_at_end(notebook: dict[str, Any], *, rerun_page: str = "") -> dict[str, Any]:
    """Notebook whose page shows no code between its words and charts.

    Parameters
    ----------
    notebook : dict
        A run notebook, as its JSON file has it; it is not changed.
    rerun_page : str, optional
        Address, seen from the page of the notebook, of the page on how to rerun it; empty where
        the book has none, and then none is linked.

    Returns
    -------
    dict
        The same cells, their code taken off the page, and one cell more: a fold with the code
        of all of them. A notebook without code stays as it is.
    """
    cells, codes = [], []
    for cell in notebook["cells"]:
        source, metadata = "".join(cell["source"]), cell.get("metadata", {})
        tags = {*metadata.get("tags", [])}
        if cell["cell_type"] != "code" or not source.strip() or LEFT_OUT in tags:
            cells.append(with_pictures(cell))
            continue
        codes.append(source)
        shown = sorted(tags - CODE_TAGS | {"remove-input"})
        cells.append({**cell, "metadata": {**metadata, "tags": shown}})
    if not codes:
        return {**notebook, "cells": cells}
    code = "\n\n\n".join(codes)
    inner = fence(code, least=3)
    outer = fence(f"{code}{inner}", least=4)
    more = f" [Rerun]({rerun_page}) says how to change them." if rerun_page else ""
    words = f"{FOLD_WORDS}{more}"
    fold = f"{outer}{{dropdown}} {FOLD_TITLE}\n{words}\n\n{inner}python\n{code}\n{inner}\n{outer}"
    last = {"cell_type": "markdown", "id": FOLD_ID, "metadata": {}, "source": fold}
    return {**notebook, "cells": [*cells, last]}
