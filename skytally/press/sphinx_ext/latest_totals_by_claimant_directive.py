"""Directive of the page on who copied whom: the latest total of each claimant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import listed, quantity_of, quantity_text
from skytally.press.cards.record_cards import dates
from skytally.press.cards.source_citation_formatting import OWN_PAGE
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, originals, table
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    filtered_table,
    html_row,
    source_link,
    to_root,
)
from skytally.record import NOT_FROM_ABOVE, separate_lines, ties_of

CLAIMS = "official_claims"
TIES = "claimant_ties"
HEADS = ("who", "newest total", "how it was counted", "may depend on", "read")
NONE_KNOWN = "no tie in the table of ties"
"""Words where no tie is known, which is not to say that there is none."""
NOT_ON_CONTENTS = (
    "These are lines of totals: on what lay in the containers, no two bodies are counted as "
    "independent of each other."
)
"""Why the number of lines does not carry over to the contents."""
LOOKED_AT = (
    "A tie is looked for in what the two are: one body, bodies of one government, a team and its "
    "members, one piece of work, people whom pages name at both, or what a page says that a total "
    "was reckoned from. Whether two share images, "
    "lists of ships or sources is not known, and the authors of most pages were not compared."
)


def newest_totals(claims: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Newest running total of each claimant, of what was delivered.

    Parameters
    ----------
    claims : pandas.DataFrame
        Rows of ``official_claims`` without copies.
    quantity : str
        Word of the vocabulary *quantity*.

    Returns
    -------
    pandas.DataFrame
        A row a claimant, the newest statement first.
    """
    running = (claims["cumulative"] == "yes") & (claims["sense"] == "delivered")
    chosen = claims[running & (claims["quantity"] == quantity) & (claims["bound"] != "")]
    ordered = chosen.sort_values(["statement_last", "id"], ascending=False, kind="stable")
    return ordered.drop_duplicates("counter")


def partial_totals(claims: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Statements of a part of the time by those who give no running total, the newest first.

    Parameters
    ----------
    claims : pandas.DataFrame
        Rows of ``official_claims`` without copies.
    quantity : str
        Word of the vocabulary *quantity*.

    Returns
    -------
    pandas.DataFrame
        Amounts only; rates are in another unit than totals.
    """
    totals = newest_totals(claims, quantity)
    delivered = (claims["sense"] == "delivered") & (claims["quantity"] == quantity)
    amounts = claims["unit"].isin(totals["unit"]) & (claims["bound"] != "")
    others = delivered & amounts & ~claims["counter"].isin(totals["counter"])
    return claims[others].sort_values(["statement_last", "id"], ascending=False, kind="stable")


class ClaimantTable(Block):
    """Show who gives a total, how it was counted, and who may have it from whom."""

    option_spec: ClassVar = {
        "quantity": directives.unchanged_required,
        "words": directives.unchanged_required,
    }

    def html(self) -> str:
        """Return a sentence and the table.

        Raises
        ------
        DataError
            If an option is missing.
        """
        options = self.given_options()
        words = options["words"]
        rows = newest_totals(originals(CLAIMS), options["quantity"]).to_dict("records")
        claimants = [str(row["counter"]) for row in rows]
        shown = filtered_table(
            f"claimants-{words.split()[-1]}",
            f"Totals of {words}: a row is the total of one claimant, and who stands behind it; "
            "totals overlap and are never added",
            list(HEADS),
            [self._row({str(key): row[key] for key in row}, claimants) for row in rows],
            empty=f"Nobody gives a total of {words} yet.",
        )
        left_out = self._left_out(partial_totals(originals(CLAIMS), options["quantity"]))
        return _lead(words, claimants) + left_out + shown if claimants else shown

    def _left_out(self, partial: pd.DataFrame) -> str:
        """Sentence on those whose numbers are of a part of the time; empty where there are none."""
        names = card_record().names
        statements = [
            f"{cell(names.get(str(row['counter']), str(row['counter'])))} with "
            f"{self.card('row', row['id'], quantity_text(quantity_of(row)))} "
            f"({cell(dates(row, 'date'))})"
            for row in partial.to_dict("records")
        ]
        if not statements:
            return ""
        return (
            "<p>A number for a part of the time is no running total. So the table leaves out, of "
            f"those who give no such total: {listed(statements)}.</p>"
        )

    def _row(self, row: dict[str, Any], claimants: Collection[str]) -> str:
        record = card_record()
        who = str(row["counter"])
        tied = ties_of(who, claimants, table(TIES))
        elsewhere = ties_of(who, set(record.names) - set(claimants), table(TIES))
        depends = [
            *(f"{record.names.get(other, other)} ({why})" for other, why in tied),
            *(
                f"{record.names[other]}, which gives no such total ({why})"
                for other, why in elsewhere
            ),
        ]
        up = to_root(self.state.document.settings.env.docname)
        page = source_link(str(row["source_id"]), up=up)
        read = "on its own page" if row["reading"] == OWN_PAGE else "in a report of it"
        copies = len(record.copies.get(str(row["source_id"]), []))
        total = self.card("row", row["id"], quantity_text(quantity_of(row)))
        cells = (
            f"{total}, {cell(dates(row, 'statement'))}",
            cell(_how_counted(row)),
            cell("; ".join(depends) or NONE_KNOWN),
            f"{read}: {page}" + (f"; pages that copy it: {copies}" if copies else ""),
        )
        return html_row((cell(record.names.get(who, who)), *cells))


def _how_counted(row: Mapping[str, Any]) -> str:
    """Describe how a total was obtained, by what its method means, and whether from images."""
    words = table("vocabulary")
    chosen = words[(words["vocabulary"] == "method") & (words["word"] == row["method"])]
    meaning = str(chosen["meaning"].iloc[0]) if len(chosen) else str(row["method"])
    from_images = "" if row["family"] in NOT_FROM_ABOVE else ", from images"
    return meaning.partition(",")[0] + from_images


def _lead(words: str, claimants: Collection[str]) -> str:
    fewest, most = separate_lines(claimants, table(TIES))
    least, greatest = len(fewest), len(most)
    number = f"{least}" if least == greatest else f"at least {least} and at most {greatest}"
    return (
        f"<p>Totals of {cell(words)} in the table of official claims are given under "
        f"{len(claimants)} names, and "
        f"behind them are {number} separate lines.</p><ul><li>The fewest take bodies of one "
        "government, and a team with its members, for one line, and a total that may rest on "
        "others for no line of its own: "
        f"{cell(_lines_in_words(fewest))}.</li><li>The most take for one line only "
        "what is one body, or one work: "
        f"{cell(_lines_in_words(most))}.</li></ul><p>{LOOKED_AT} {NOT_ON_CONTENTS}</p>"
    )


def _lines_in_words(lines: Iterable[Collection[str]]) -> str:
    """Name those of each line, the lines apart by semicolons and with their numbers."""
    names = card_record().names
    return "; ".join(
        f"({number}) {listed([names.get(each, each) for each in line])}"
        for number, line in enumerate(lines, start=1)
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("claimant-table", ClaimantTable)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
