"""Directives on what holds the book up: what flips a sentence, and how forecasts have fared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.press.finding_checks import declared_findings
from skytally.press.flip_stage import FLIPS
from skytally.press.sphinx_ext.book_data import findings, read_results_json
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state, filtered_table
from skytally.press.sphinx_ext.results_data import results
from skytally.statistics import share_interval

GROUPS = {
    "verdict": (),
    "estimate": ("estimate", "count", "began", "ended", "stated", "lag", "order"),
    "comparison": ("ratio", "share"),
    "superlative": ("highest", "latest", "first", "only"),
}
"""Groups of the list, in its order, and the kinds of findings in each."""
COUNTED = ("tally",)
"""Kinds that the list sums up in a sentence; all others quote a row or a parameter."""
NEVER = 99
"""Stands in the order for a statement of which no flip set was found."""
SCORES = ("interval_score", "fixed_width_score", "persistence_score")
"""Columns of ``foresight.csv`` that are compared: the forecast, and two without a memory."""


def flip_cell(statement: Mapping[str, Any]) -> str:
    """Words for what would flip a finding or a verdict; a hyphen where nothing was searched."""
    flips = statement.get(FLIPS)
    return cell(flips["words"]) if flips else "-"


class MostFragileFirst(Block):
    """List verdicts and findings by the size of the smallest set that flips them."""

    def _statements(self) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
        """Group, key, page and flip sets of everything that was searched."""
        for claim in read_results_json(self.app, "claims.json"):
            if claim.get(FLIPS):
                yield "verdict", claim["id"], "claims", claim
        declarations, _ = declared_findings()
        kinds = {declaration.key: declaration.kind for declaration in declarations}
        groups = {kind: group for group, members in GROUPS.items() for kind in members}
        for key, finding in findings(self.app).items():
            if finding.get(FLIPS):
                kind = kinds.get(key, "")
                plain = "tally" if kind in COUNTED else "quote"
                yield groups.get(kind, plain), key, "findings", finding

    def html(self) -> str:
        """Return a sentence on quotes and tallies, and the list of all others."""
        listed = list(self._statements())
        if not listed:
            return empty_state("No flip set has been searched yet.", anchor="table-fragile")
        order = [*GROUPS]
        shown = [
            (statement[FLIPS]["size"] or NEVER, order.index(group), group, key, page, statement)
            for group, key, page, statement in listed
            if group in GROUPS
        ]
        rows = [
            f'<tr data-choice="{group}"><th scope="row"><a href="{page}.html#{cell(key)}">'
            f"{cell(key)}</a></th><td>{group}</td><td>{'none found' if size == NEVER else size}"
            f"</td><td>{flip_cell(statement)}</td><td>{cell(statement['text'])}</td></tr>"
            for size, _, group, key, page, statement in sorted(shown, key=lambda one: one[:4])
        ]
        heads = ["statement", "kind", "smallest set", "what flips it", "in words"]
        return self._summed_up(listed) + filtered_table(
            "fragile", "Most fragile first", heads, rows, label="Kind", choices=order, empty=""
        )

    @staticmethod
    def _summed_up(listed: list[tuple[str, str, str, Mapping[str, Any]]]) -> str:
        sizes = Counter((group, statement[FLIPS]["size"]) for group, _, _, statement in listed)
        totals = Counter(group for group, *_ in listed)
        one = {group: sizes[group, 1] for group in totals}
        verdicts, held = totals["verdict"], sizes["verdict", None]
        return (
            f"<p>One row or one source, or one other assumption, is enough to flip or void "
            f"{one.get('verdict', 0)} of {verdicts} verdicts that rest on rules; for {held} the "
            f"search found nothing. The list leaves out {totals['quote']} findings that repeat a "
            f"row or a parameter, of which {one.get('quote', 0)} are void without it, and "
            f"{totals['tally']} that count rows, of which {one.get('tally', 0)} change with one "
            f"row.</p>"
        )


class ForesightSummary(Block):
    """Print how often the forecasts held, and whether they beat persistence."""

    def html(self) -> str:
        """Return two sentences with numbers of ``foresight.csv``."""
        table = results("foresight")
        scored = table[table["target"] != ""] if len(table) else table
        if scored.empty:
            return empty_state("No forecast has been scored yet.")
        held, tried = int((scored["covered"] == "yes").sum()), len(scored)
        low, high = share_interval(held, tried)
        verdict = "which contains 0.90" if low <= 0.9 <= high else "which does not contain 0.90"
        return (
            f"<p>Of {tried} numbers that were published after a month end from "
            f"{scored['month'].min()} to {scored['month'].max()}, {held} lay in the interval that "
            f"was to hold nine in ten. The 95 % interval of that share runs from {low:.2f} to "
            f"{high:.2f}, {verdict}.</p>{self._scores(scored)}"
        )

    @staticmethod
    def _scores(scored: pd.DataFrame) -> str:
        means = [float(scored[name].astype(float).mean()) for name in SCORES]
        own, fixed, last = means
        better = "better" if own < fixed else "no better"
        lines = []
        for name, rows in scored.groupby("line"):
            mine, theirs = (float(rows[each].astype(float).mean()) for each in SCORES[:2])
            lines.append(f"{cell(name)} {mine:.1f} against {theirs:.1f} ({len(rows)} numbers)")
        return (
            f"<p>The interval score, for which lower is better, is {own:.1f} on average. The last "
            f"known number, as an interval without width, scores {last:.1f}. The last known number "
            f"with a fixed width, which learns nothing, scores {fixed:.1f}: by this measure the "
            f"forecast is {better} than persistence. By line, against the fixed width: "
            f"{'; '.join(lines)}.</p>"
        )


class ForesightChart(Block):
    """Draw each forecast and the number that came."""

    def html(self) -> str:
        """Return the chart."""
        from skytally.figures import foresight_chart

        table = results("foresight")
        return "" if table.empty else foresight_chart(table).block


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("most-fragile-first", MostFragileFirst),
        ("foresight-summary", ForesightSummary),
        ("foresight-chart", ForesightChart),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
