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
    "Shells that a claimant puts for a number of containers, or states beside it on the same page "
    "and to the same day, divided by that number: the printed numbers only, rounded to two "
    "digits. A conversion that names no containers takes those of the row that it stands for; "
    "containers read on another page than the shells are marked so. Where one of them is a bound "
    "the quotient is no bound, and the truth may lie on either side of it; where contents are "
    "stated, other arms share the containers"
)
STATED = " (contents stated, no conversion named)"
OF_ANOTHER_PAGE = ", of another page"
PAGE_AND_PERIOD = ["counter", "source_id", "statement_last", "date_last"]
DIGITS = 2
"""Significant digits of a quotient."""
Cells = dict[str, Any]


def capacity_pairs(claims: pd.DataFrame, groups: pd.DataFrame) -> list[tuple[Cells, Cells]]:
    """Pair each number of shells with the containers that hold them, by day of the statement.

    Parameters
    ----------
    claims : pandas.DataFrame
        Rows of ``official_claims`` without copies.
    groups : pandas.DataFrame
        ``same_observation``.

    Returns
    -------
    list of tuple
        Cells of the row of shells and of that of containers. A conversion that does not say
        which number it was made from takes that of a row which it stands for; shells that are
        stated as delivered take the containers of the same page and period.
    """
    shells = _shells_once(claims, groups)
    containers = claims[claims["unit"] == "containers"]
    converted = {*shells.loc[shells["sense"] == "capacity", "id"]}
    bases = {row: base for row, base in claims[["id", "converted_from"]].to_numpy() if base}
    for row, kept in kept_instead(groups).items():
        for one in kept & converted if row in bases else ():
            bases.setdefault(one, bases[row])
    beside = shells.merge(containers, on=PAGE_AND_PERIOD)[["id_x", "id_y"]].to_numpy()
    bases = dict(beside) | {row: base for row, base in bases.items() if row in converted}
    cells = {str(row["id"]): row for row in _cells(containers)}
    return [
        (row, cells[bases[row["id"]]])
        for row in _cells(shells)
        if bases.get(row["id"], "") in cells
    ]


def shells_without_pair(claims: pd.DataFrame, groups: pd.DataFrame) -> list[str]:
    """Rows of shells that no pair has, whoever states them.

    Parameters
    ----------
    claims, groups : pandas.DataFrame
        As for `capacity_pairs`.

    Returns
    -------
    list of str
        Ids, by the day of the statement.
    """
    paired = {shells["id"] for shells, _ in capacity_pairs(claims, groups)}
    return [str(row) for row in _shells_once(claims, groups)["id"] if row not in paired]


def _shells_once(claims: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Rows with a number of shells, each statement once, by its day."""
    shells = claims[(claims["unit"] == "shells") & (claims["bound"] != "")]
    once = count_once(shells, groups[groups["row_id"].isin(shells["id"])])
    return once.sort_values(["statement_last", "id"], kind="stable")


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


def of_another_page(shells: Cells, containers: Cells) -> bool:
    """Whether a body's shells are divided by containers that were read on another page."""
    return bool(
        shells["counter"] == containers["counter"]
        and shells["source_id"] != containers["source_id"]
    )


class ShellsPerContainer(Block):
    """Show how many shells a container comes to by each claimant's own numbers."""

    def html(self) -> str:
        """Return the table, a row a statement of shells and of the containers that hold them."""
        pairs = capacity_pairs(originals(CLAIMS), table("same_observation"))
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
            f"<p>By these numbers a container comes to {number(min(found))} to "
            f"{number(max(found))} shells. No page read shows that anybody counted them, and the "
            f"calibre differs or is not told.</p>{shown}{self._left_out()}"
        )

    def _left_out(self) -> str:
        """Sentence on the rows of shells for which there are no containers to divide by."""
        rows = shells_without_pair(originals(CLAIMS), table("same_observation"))
        names = ", ".join(self.card("row", row, row) for row in rows)
        return (
            f"<p>Not divided, because the record has no containers for which they are put, and "
            f"none of the same body beside them on one page and of one period: {names}.</p>"
            if rows
            else ""
        )

    def _row(self, shells: Cells, containers: Cells) -> str:
        names = card_record().names
        other = containers["counter"] != shells["counter"]
        whose = f", by {names.get(containers['counter'], containers['counter'])}" if other else ""
        whose += OF_ANOTHER_PAGE if of_another_page(shells, containers) else ""
        boxes = self.card("row", containers["id"], quantity_text(quantity_of(containers)))
        cells = (
            cell(quotient_text(shells, containers)),
            self.card("row", shells["id"], quantity_text(quantity_of(shells)))
            + (cell(STATED) if shells["sense"] == "delivered" else ""),
            f"{boxes}{cell(whose)}",
            f"{cell(dates(shells, 'statement'))}<br>{self.page_read(shells)}",
        )
        return html_row((cell(names.get(shells["counter"], shells["counter"])), *cells))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("shells-per-container", ShellsPerContainer)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
