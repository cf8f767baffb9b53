"""HTML tables of pages and notebooks, every cell as text."""

from __future__ import annotations

import html
import os
from collections.abc import Iterable, Mapping

import pandas as pd
from IPython.display import HTML

from skytally.figures.embed import IN_BOOK, PageBlock, sentence
from skytally.findings import Finding

EMPTY = "<p>There is no row yet.</p>"


def table_block(table: pd.DataFrame, *, caption: str, empty: str) -> PageBlock:
    """Table with its whole text, or a sentence where it has no row.

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
        return sentence(empty)
    cells = table.astype(str).map(lambda cell: html.escape(cell, quote=True))
    head = "".join(f'<th scope="col">{html.escape(str(word))}</th>' for word in table.columns)
    rows = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in cells.itertuples(index=False)
    )
    label = html.escape(caption, quote=True)
    block = (
        f'<div class="sk-scroll" role="region" aria-label="{label}" tabindex="0">'
        f'<table class="sk-table"><caption>{label}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    return PageBlock(block, f"{caption}\n{table.to_string(index=False)}")


def folded_tables(title: str, tables: Mapping[str, pd.DataFrame]) -> HTML:
    """Tables folded under a title, which opens without a script and without a mouse.

    Parameters
    ----------
    title : str
        Title of the fold.
    tables : mapping of str to pandas.DataFrame
        Caption to table, in the order shown.

    Returns
    -------
    IPython.display.HTML
    """
    blocks = "".join(
        f"<p>{html.escape(caption)}</p>{EMPTY if table.empty else table.to_html()}"
        for caption, table in tables.items()
    )
    return HTML(f"<details><summary>{html.escape(title)}</summary>{blocks}</details>")


def findings_table(findings: Iterable[Finding]) -> HTML:
    """Table of findings with their whole text: key, number, confidence, sentence.

    In a live notebook it also puts the numbers into the text above it.
    """
    findings = list(findings)
    table = pd.DataFrame(
        [
            {
                "key": finding.key,
                "number": finding.said,
                "confidence": finding.level,
                "finding": finding.text,
            }
            for finding in findings
        ]
    )
    if table.empty:
        return HTML("<p>There is no finding yet.</p>")
    with pd.option_context("display.max_colwidth", None):
        return HTML(table.to_html(index=False) + _prose_script(findings))


def _prose_script(findings: list[Finding]) -> str:
    if os.environ.get(IN_BOOK):
        return ""
    # a page of the book needs no such script, and must not depend on it
    from skytally.figures.lab_prose import prose_script

    return prose_script(findings)
