"""Tables as a page gets them: every cell as text, scrolling in their own box."""

from __future__ import annotations

import html

import pandas as pd

from skytally.figures.embed import Shown


def table_shown(table: pd.DataFrame, *, caption: str, empty: str) -> Shown:
    """Show a table with its whole text, or a sentence where it has no row.

    Parameters
    ----------
    table : pandas.DataFrame
        The first column heads each row.
    caption : str
        What the table shows.
    empty : str
        The sentence that stands for a table without rows.

    Returns
    -------
    Shown
    """
    if table.empty:
        return Shown(f'<p class="sk-nothing">{html.escape(empty)}</p>', empty)
    cells = table.astype(str).map(lambda cell: html.escape(cell, quote=True))
    head = "".join(f'<th scope="col">{html.escape(str(word))}</th>' for word in table.columns)
    rows = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{each}</td>" for each in rest)}</tr>'
        for first, *rest in cells.itertuples(index=False)
    )
    said = html.escape(caption, quote=True)
    block = (
        f'<div class="sk-scroll" role="region" aria-label="{said}" tabindex="0">'
        f'<table class="sk-table"><caption>{said}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    return Shown(block, f"{caption}\n{table.to_string(index=False)}")
