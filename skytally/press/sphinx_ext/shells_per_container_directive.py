"""Directive of the official claims page: shells a container, by each claimant's own pair."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import number, quantity_of, quantity_text
from skytally.press.cards.record_cards import dates
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, originals, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row
from skytally.record import count_once, kept_instead

CLAIMS = "official_claims"
HEADS = ("who", "shells a container", "shells", "containers", "said; read in; claimant's page?")
CAPTION = (
    "Shells that each claimant puts for a number of containers, divided by that number: the "
    "printed numbers only, rounded to two digits. Where one of them is a bound the quotient is "
    "no bound, and the truth may lie on either side of it. Among contents: the claimant states the "
    "shells as part of what went, so that other arms share the containers"
)
DIGITS = 2
"""Significant digits of a quotient."""
Cells = dict[str, Any]


def capacity_pairs(claims: pd.DataFrame, groups: pd.DataFrame) -> list[tuple[Cells, Cells]]:
    """Pair each number of shells with the containers that it stands for, by day.

    Parameters
    ----------
    claims : pandas.DataFrame
        Rows of ``official_claims`` without copies.
    groups : pandas.DataFrame
        ``same_observation``.

    Returns
    -------
    list of tuple
        Cells of the row of shells and of that of containers. A row that does not say which
        number it was converted from takes that of a row which it stands for.
    """
    shells = claims[(claims["sense"] == "capacity") & (claims["unit"] == "shells")]
    once = count_once(shells[shells["bound"] != ""], groups[groups["row_id"].isin(shells["id"])])
    bases = {row: base for row, base in claims[["id", "converted_from"]].to_numpy() if base}
    for row, kept in kept_instead(groups).items():
        for one in kept & {*shells["id"]} if row in bases else ():
            bases.setdefault(one, bases[row])
    cells = {str(row["id"]): row for row in _cells(claims[claims["unit"] == "containers"])}
    ordered = once.sort_values(["statement_last", "id"], kind="stable")
    return [
        (row, cells[bases[row["id"]]])
        for row in _cells(ordered)
        if bases.get(row["id"], "") in cells
    ]


def among_contents(claims: pd.DataFrame) -> list[tuple[Cells, Cells]]:
    """Pair shells stated as sent with the containers of the same statement, by day.

    Parameters
    ----------
    claims : pandas.DataFrame
        Rows of ``official_claims`` without copies.

    Returns
    -------
    list of tuple
        Running totals of one counter, page and day. Nobody converted one into the other.
    """
    sent = claims[(claims["sense"] == "delivered") & (claims["cumulative"] == "yes")]
    ordered = sent.sort_values(["statement_last", "id"], kind="stable")
    same = ("counter", "source_id", "statement_first", "statement_last")
    boxes = {
        tuple(row[name] for name in same): row
        for row in _cells(ordered[ordered["unit"] == "containers"])
    }
    shells = _cells(ordered[ordered["unit"] == "shells"])
    keys = [tuple(row[name] for name in same) for row in shells]
    return [(row, boxes[key]) for row, key in zip(shells, keys, strict=True) if key in boxes]


def _cells(rows: pd.DataFrame) -> list[Cells]:
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def two_digits(value: float) -> float:
    """Round a positive number to two significant digits.

    Examples
    --------
    >>> two_digits(447.8), two_digits(74.6), two_digits(500.0)
    (450.0, 75.0, 500.0)
    """
    return round(value, DIGITS - 1 - math.floor(math.log10(value)))


def quotient_text(shells: Cells, containers: Cells) -> str:
    """Write the division of two printed numbers, of a printed range at both ends.

    Parameters
    ----------
    shells, containers : dict
        Cells of the two rows.

    Returns
    -------
    str
        For example ``1,000,000 / 2,000 = 500``.
    """
    printed = " to ".join(number(top) for top in _printed(shells))
    found = " to ".join(number(each) for each in quotients(shells, containers))
    return f"{printed} / {number(quantity_of(containers).value)} = {found}"


def _printed(shells: Cells) -> list[float]:
    """Return the printed number, or both ends of a printed range."""
    over = quantity_of(shells)
    return [over.low, over.high] if math.isnan(over.value) else [over.value]


def quotients(shells: Cells, containers: Cells) -> list[float]:
    """Divide a printed number of shells, of a range each end, by the containers."""
    under = quantity_of(containers).value
    return [two_digits(top / under) for top in _printed(shells)]


class ShellsPerContainer(Block):
    """Show how many shells a container comes to by each claimant's own numbers."""

    def html(self) -> str:
        """Return the table, a row a statement of how many shells containers could hold."""
        claims = originals(CLAIMS)
        pairs = [*capacity_pairs(claims, table("same_observation")), *among_contents(claims)]
        pairs.sort(key=lambda pair: (pair[0]["statement_last"], pair[0]["id"]))
        shown = filtered_table(
            "shells-per-container",
            CAPTION,
            list(HEADS),
            [self._row(*pair) for pair in pairs],
            empty="No statement puts shells for a number of containers yet.",
        )
        found = [each for pair in pairs for each in quotients(*pair)]
        if not found:
            return shown
        return (
            f"<p>By the numbers of those who give both, a container comes to "
            f"{number(min(found))} to {number(max(found))} shells. No page read shows that "
            f"anybody counted them, and the calibre differs or is not told.</p>{shown}"
        )

    def _row(self, shells: Cells, containers: Cells) -> str:
        names = card_record().names
        other = containers["counter"] != shells["counter"]
        whose = f", by {names.get(containers['counter'], containers['counter'])}" if other else ""
        boxes = self.card("row", containers["id"], quantity_text(quantity_of(containers)))
        mixed = " (among contents)" if shells["sense"] == "delivered" else ""
        cells = (
            cell(f"{quotient_text(shells, containers)}{mixed}"),
            self.card("row", shells["id"], quantity_text(quantity_of(shells))),
            f"{boxes}{cell(whose)}",
            f"{cell(dates(shells, 'statement'))}<br>{self.page_read(shells)}",
        )
        return html_row((cell(names.get(shells["counter"], shells["counter"])), *cells))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("shells-per-container", ShellsPerContainer)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
