"""Links from charts and tables to cards of findings, rows, claims and sources."""

from __future__ import annotations

import html
from collections.abc import Iterable

import pandas as pd

FROM_NOTEBOOKS = "../"
"""Way from the page of a notebook to the root of the site."""


def card_address(kind: str, identifier: str) -> str:
    """Path of a card's page from the root of the site."""
    return f"cards/{kind}/{identifier}.html"


def card_link(words: str, kind: str, identifier: str, *, root: str = FROM_NOTEBOOKS) -> str:
    """HTML of words that lead to a card.

    Parameters
    ----------
    words : str
        What the reader sees.
    kind, identifier : str
        Kind of the card and id within it.
    root : str
        Way from the page to the root of the site.

    Returns
    -------
    str
    """
    address = html.escape(f"{root}{card_address(kind, identifier)}", quote=True)
    return f'<a class="sk-finding" href="{address}">{html.escape(words)}</a>'


class LinkedWords(str):
    """Words of a cell whose number is explained by a card; elsewhere like any other words."""

    __slots__ = ("identifier", "kind")

    kind: str
    identifier: str

    def __new__(cls, words: object, kind: str, identifier: str) -> LinkedWords:
        """Make the words, with the kind and the id of their card."""
        made = super().__new__(cls, words)
        made.kind, made.identifier = kind, identifier
        return made

    def html(self) -> str:
        """Return the link."""
        return card_link(str(self), self.kind, self.identifier)


def linked(words: Iterable[object], kind: str, ids: Iterable[str] | str) -> pd.Series:
    """Cells of a column that lead to cards.

    Parameters
    ----------
    words : iterable
        Cells; the result has the index of a column.
    kind : str
        Kind of the cards.
    ids : iterable of str, or str
        Id of the card of each cell, or of the one card of all.

    Returns
    -------
    pandas.Series
    """
    cells = list(words)
    index = words.index if isinstance(words, pd.Series) else None
    keys = [ids] * len(cells) if isinstance(ids, str) else list(ids)
    made = [LinkedWords(cell, kind, key) for cell, key in zip(cells, keys, strict=True)]
    return pd.Series(made, index=index, dtype=object)


def linked_table(table: pd.DataFrame, kind: str, ids: Iterable[str] | str) -> pd.DataFrame:
    """Table whose cells lead to cards, behind the columns of its index.

    Parameters
    ----------
    table : pandas.DataFrame
        Numbers in words; its index says what each row is about.
    kind : str
        Kind of the cards.
    ids : iterable of str, or str
        Id of the card of each row, or of the one card of all; where one card explains every cell,
        the first number of a row leads to it, and not each.

    Returns
    -------
    pandas.DataFrame
    """
    made = table.copy()
    for column in [*table][:1] if isinstance(ids, str) else [*table]:
        made[column] = linked(table[column], kind, ids)
    return made.reset_index()
