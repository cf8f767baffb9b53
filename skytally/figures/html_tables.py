"""HTML tables of pages and notebooks, every cell as text."""

from __future__ import annotations

import html
import math
import os
from collections.abc import Iterable, Mapping

import pandas as pd

from skytally.core import number, rounded_outwards
from skytally.figures.chart_and_sentence_html_blocks import IN_BOOK, PageBlock, sentence
from skytally.figures.links_to_cards import LinkedWords
from skytally.findings import Finding
from skytally.record import support_words

EMPTY = "<p>There is no row yet.</p>"
FINDINGS_CAPTION = "Findings of this page; the number of each leads to its card"
NO_NUMBER = "in words"
"""Words in place of a number, for a finding that has none."""
HEADS = {
    "id": "row", "multiple": "times the smaller claim", "overlap": "one number fits both",
    "first": "first row", "second": "second row", "first_by": "first claimant",
    "second_by": "second claimant", "days": "days apart", "printed": "printed, km",
    "": "computed, km", "fits": "some distance fits both", "scope": "place",
    "calls": "calls of ships", "period": "days of the period",
}  # fmt: skip
"""Column of a table of estimates or pairs to its head on a page; of an interval, by its stem."""


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
    PageBlock
    """
    if table.empty:
        return sentence(empty)
    return PageBlock(_table_html(table, caption), f"{caption}\n{table.to_string(index=False)}")


def _cell(value: object) -> str:
    """HTML of a cell: its words, which lead to a card where one explains them.

    An address may break after each part, or it would push the last columns out of the box.
    """
    if isinstance(value, LinkedWords):
        return value.html()
    shown = html.escape(str(value), quote=True)
    return shown.replace("/", "/<wbr>") if shown.startswith(("https://", "http://")) else shown


def _table_html(table: pd.DataFrame, caption: str) -> str:
    """HTML of a table in a box that scrolls; the first column heads each row."""
    head = "".join(f'<th scope="col">{html.escape(str(word))}</th>' for word in table.columns)
    rows = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in table.astype(object).map(_cell).itertuples(index=False)
    )
    label = html.escape(caption, quote=True)
    return (
        f'<div class="sk-scroll" role="region" aria-label="{label}" tabindex="0">'
        f'<table class="sk-table"><caption>{label}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _end_words(low: float, high: float, digits: int) -> str:
    """Interval in words, its ends rounded outwards."""
    if math.isnan(low) or math.isnan(high):
        return "no number"
    least = rounded_outwards(low, math.floor, digits=digits)
    if math.isinf(high):
        return f"{number(least)} or more, no limit"
    most = rounded_outwards(high, math.ceil, digits=digits)
    return number(least) if least == most else f"{number(least)} to {number(most)}"


def worded_table(table: pd.DataFrame, *, digits: int = 2) -> pd.DataFrame:
    """Table in plain words: an interval in one column, yes or no, and heads without code.

    Parameters
    ----------
    table : pandas.DataFrame
        With columns named ``<stem>_low`` and ``<stem>_high``, or ``low`` and ``high``, for each
        interval; infinite where nothing limits it.
    digits : int
        Significant digits to which both ends are rounded, outwards, as in the findings.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order, heads by `HEADS`.
    """
    made: dict[str, pd.Series] = {}
    for column in map(str, table.columns):
        stem = column.removesuffix("low").removesuffix("_")
        other = f"{column.removesuffix('low')}high"
        if column.endswith("low") and other in table:
            ends = zip(table[column].astype(float), table[other].astype(float), strict=True)
            words = [_end_words(low, high, digits) for low, high in ends]
            made[HEADS.get(stem, stem.replace("_", " "))] = pd.Series(
                words, index=table.index, dtype=object
            )
        elif not (column.endswith("high") and f"{column.removesuffix('high')}low" in table):
            cells = table[column]
            if cells.dtype == bool:
                cells = cells.map({True: "yes", False: "no"})
            elif cells.dtype == float:
                cells = cells.map(lambda cell: "no number" if math.isnan(cell) else number(cell))
            made[HEADS.get(column, column.replace("_", " "))] = cells
    return pd.DataFrame(made, index=table.index)


def folded_tables(title: str, tables: Mapping[str, pd.DataFrame]) -> PageBlock:
    """Tables folded under a title, which opens without a script and without a mouse.

    Parameters
    ----------
    title : str
        Title of the fold.
    tables : mapping of str to pandas.DataFrame
        Caption to table, in the order shown; the first column heads each row.

    Returns
    -------
    PageBlock
    """
    blocks = "".join(
        f"<p>{html.escape(caption)}</p>{EMPTY}" if table.empty else _table_html(table, caption)
        for caption, table in tables.items()
    )
    text = "\n\n".join(f"{caption}\n{table}" for caption, table in tables.items())
    block = f"<details><summary>{html.escape(title)}</summary>{blocks}</details>"
    return PageBlock(block, f"{title}\n{text}")


def findings_table(findings: Iterable[Finding]) -> PageBlock:
    """Table of findings with their whole text: number, sentence, sources, key.

    In a live notebook it also puts the numbers into the text above it.
    """
    findings = list(findings)
    if not findings:
        return sentence("There is no finding yet.")
    table = pd.DataFrame(
        [
            {
                "number": LinkedWords(finding.said or NO_NUMBER, "finding", finding.key),
                "finding": finding.text,
                "sources": support_words(finding.support),
                "key": finding.key,
            }
            for finding in findings
        ]
    )
    block = _table_html(table, FINDINGS_CAPTION) + _prose_script(findings)
    return PageBlock(block, f"{FINDINGS_CAPTION}\n{table.to_string(index=False)}")


def _prose_script(findings: list[Finding]) -> str:
    if os.environ.get(IN_BOOK):
        return ""
    # a page of the book needs no such script, and must not depend on it
    from skytally.figures.jupyterlab_text_role_filling import prose_script

    return prose_script(findings)
