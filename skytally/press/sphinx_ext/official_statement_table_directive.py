"""Directive of the official claims page: every statement of one sense and unit, row by row."""

from __future__ import annotations

import itertools
import re
from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import listed, quantity_of, quantity_text, slug_of
from skytally.press.cards.record_cards import dates
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, originals, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row
from skytally.record import NOT_FROM_ABOVE, count_once

CLAIMS = "official_claims"
NO_PERIOD = "period not stated"
SAME_NUMBER = (
    "(The same number as {who}: either nothing came in between, or one number was repeated.)"
)
"""Warning beside a total that another claimant had stated before."""
HEADS = ("who", "how many", "said; period it speaks of")
READ_HEAD = "read in; claimant's page?"
LAST_HEADS = {"text": "what it says", "route": "by what way"}
"""Column of the table to the head under which it stands before the page."""
NO_ROUTE = "no way named"
OFFICIAL = ("government", "intelligence", "intergovernmental")
"""Words of the vocabulary *counter_kind* for those who speak for states."""


def statements(
    claims: pd.DataFrame, groups: pd.DataFrame, *, sense: str, unit: str
) -> pd.DataFrame:
    """Statements of one sense that give a number in one unit, each once, by day.

    Parameters
    ----------
    claims : pandas.DataFrame
        Rows of ``official_claims`` without copies.
    groups : pandas.DataFrame
        ``same_observation``.
    sense, unit : str
        Words of the vocabularies *sense* and *unit*; several separated by commas.

    Returns
    -------
    pandas.DataFrame
    """
    senses, units = ([word.strip() for word in each.split(",")] for each in (sense, unit))
    of_units = claims["unit"].isin(units) & (claims["bound"] != "")
    chosen = claims[claims["sense"].isin(senses) & of_units]
    once = count_once(chosen, groups[groups["row_id"].isin(chosen["id"])])
    return once.sort_values(["statement_last", "id"], kind="stable")


def repeated(row: dict[str, Any], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Earlier totals of other claimants that are the very number of a total.

    Parameters
    ----------
    row : dict
        Cells of one statement.
    rows : list of dict
        Those of all statements of the table, by day.

    Returns
    -------
    list of dict
    """
    return [
        one
        for one in itertools.takewhile(lambda one: one["id"] != row["id"], rows)
        if one["cumulative"] == row["cumulative"] == "yes"
        and one["counter"] != row["counter"]
        and quantity_text(quantity_of(one)) == quantity_text(quantity_of(row))
    ]


VERBS = {"used": "fired", "delivered": "sent"}
"""Word of the vocabulary *sense* to what a row of a table of several senses says of a number."""


class StatementTable(Block):
    """Show who said how many, when, of which period, and in which page it was read."""

    option_spec: ClassVar = {
        "sense": directives.unchanged_required,
        "unit": directives.unchanged_required,
        "caption": directives.unchanged_required,
        "head": directives.unchanged,
        "last": lambda word: directives.choice(word, tuple(LAST_HEADS)),
        "totals": directives.flag,
    }
    optional = ("head", "last", "totals")

    def html(self) -> str:
        """Return the table; with the option *totals*, of totals since the start only.

        The option *head* sets a small heading above it, where several tables follow one another.

        Raises
        ------
        DataError
            If an option is missing.
        """
        options = self.given_options()
        sense, unit = options["sense"], options["unit"]
        claims = originals(CLAIMS)
        if "totals" in options:
            claims = claims[claims["cumulative"] == "yes"]
        rows = statements(claims, table("same_observation"), sense=sense, unit=unit)
        shown = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
        name = slug_of(f"{sense} {unit}")
        head = options.get("head", "")
        above = f'<h3 id="head-{name}">{cell(head)}</h3>' if head else ""
        return above + filtered_table(
            name,
            options["caption"],
            [*HEADS, LAST_HEADS[options.get("last", "text")], READ_HEAD],
            [self._row(row, repeated(row, shown)) for row in shown],
            empty=f"No statement of this kind gives a number of {unit} yet.",
        )

    def _row(self, row: dict[str, Any], earlier: list[dict[str, Any]]) -> str:
        names = card_record().names
        same = [
            f"{names.get(one['counter'], one['counter'])} ({dates(one, 'statement')})"
            for one in earlier
        ]
        warned = f" {SAME_NUMBER.format(who=listed(same))}" if same else ""
        cells = (
            self._verb(row) + self.card("row", row["id"], quantity_text(quantity_of(row))),
            f"{cell(dates(row, 'statement'))}<br>{cell(dates(row, 'date') or NO_PERIOD)}",
            cell(f"{self._last(row)}{warned}"),
            self.page_read(row),
        )
        who = names.get(row["counter"], row["counter"])
        return html_row((cell(f"{who}{self._no_official(row)}"), *cells))

    def _verb(self, row: dict[str, Any]) -> str:
        """Word before a number where the table has numbers of several senses."""
        several = "," in self.options["sense"]
        return f"{cell(VERBS.get(row['sense'], row['sense']))}: " if several else ""

    @staticmethod
    def _no_official(row: dict[str, Any]) -> str:
        """Words after the name of one who speaks for no state, such as a think tank."""
        counters = table("counters")
        kinds = counters.loc[counters["id"] == row["counter"], "kind"]
        return "" if kinds.empty or kinds.iloc[0] in OFFICIAL else f" ({kinds.iloc[0]})"

    def _last(self, row: dict[str, Any]) -> str:
        """Write what a statement says, or by what way things went."""
        if self.options.get("last", "text") == "text":
            return str(row["text"])
        words = table("vocabulary")
        chosen = words[(words["vocabulary"] == "claim_route") & (words["word"] == row["route"])]
        way = re.split("[:,]", str(chosen["meaning"].iloc[0]))[0] if len(chosen) else NO_ROUTE
        from_images = row["method"] == "estimate" and row["family"] not in NOT_FROM_ABOVE
        return f"{way}; estimated from images" if from_images else way


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("statement-table", StatementTable)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
