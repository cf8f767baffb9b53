"""Directives of the page on rival hypotheses: hypotheses, posterior, influence, judgements."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally import claims
from skytally.claims import (
    bayes_update,
    hypothesis_priors_and_likelihoods_reader,
    rival_hypothesis_posterior_findings,
)
from skytally.core import VOCABULARY_COLUMNS, data_registry, number, read_cells
from skytally.figures import dots_chart
from skytally.press.sphinx_ext.cached_record_and_findings import record_tables
from skytally.press.sphinx_ext.claims_directives import ledger_tables
from skytally.press.sphinx_ext.findings_table_and_counters_directives import linked_rows
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    filtered_table,
    small_table,
    with_data,
)

NONE_YET = "No rival explanation has been written down yet."
COUNTING = "way of counting"
"""What a series of the charts is: a model of how observations of one origin depend."""
SIDES = {"proposition": "the explanation under test", "negation": "a rival explanation"}
"""Side of a hypothesis in words for readers."""
SHOWN_ITEMS = 10
"""How many observations the chart of influence shows; the table has them all."""
WEIGHED = tuple(
    f"data/claims/{name}.csv"
    for name in ("weighed_observations", "likelihoods", "hypotheses", "priors")
)
"""Files of the site with the judged ranges and the priors."""


@cache
def known_hypotheses() -> hypothesis_priors_and_likelihoods_reader.Hypotheses:
    """Rival hypotheses of the book; they rest on rows and need no finding."""
    evidence = claims.gather_evidence(record_tables(), [])
    return hypothesis_priors_and_likelihoods_reader.read_hypotheses(ledger_tables(), evidence)


@cache
def _words(vocabulary: str) -> dict[str, str]:
    words = read_cells(data_registry.path("claims_vocabulary"), header=VOCABULARY_COLUMNS)
    chosen = words[words["vocabulary"] == vocabulary]
    return dict(zip(chosen["word"], chosen["meaning"], strict=True))


def _percent(low: float, high: float) -> str:
    """Range of two probabilities in percent, rounded outwards."""
    least, most = rival_hypothesis_posterior_findings.outward_percent(low, high)
    return f"{number(least)} to {number(most)} percent"


def _ratio(value: float) -> str:
    return number(float(f"{value:.2g}"))


class HypothesesTable(Block):
    """Show the hypotheses in the order in which they exclude one another."""

    def html(self) -> str:
        """Return the table."""
        names = ledger_tables()["hypotheses"]
        rows = [
            [row.name, row.meaning, SIDES.get(row.side, row.side), row.changes_if, row.id]
            for row in names.itertuples(index=False)
        ]
        heads = ["explanation", "what it says", "role", "what would move it most", "id in the data"]
        return small_table(
            "Where several fit, the first of them counts, so that exactly one is true",
            heads, rows, empty=NONE_YET,
        )  # fmt: skip


class PosteriorChart(Block):
    """Draw the probability of the proposition for every prior and model of dependence."""

    def html(self) -> str:
        """Return the chart and the shares of all hypotheses as a table."""
        known = known_hypotheses()
        if not known.items:
            return ""
        table = bayes_update.posterior_table(known)
        ends = [table[reading] * 100 for reading in (bayes_update.LEAST, bayes_update.GREATEST)]
        points = pd.DataFrame(
            {
                "row": "before the observations: " + table["prior"],
                "series": table["model"],
                "x": table[bayes_update.MIDDLE] * 100,
                "low": ends[0],
                "high": ends[1],
                "said": [self._said(row) for row in table.to_dict("records")],
            }
        )
        chart = dots_chart(
            points, name="posterior", axis=f"probability of {self._name(known)}, percent",
            ends=(0.0, 101.0), across=50.0, empty=NONE_YET, kinds=("prior", COUNTING),
            caption=(
                f"Probability of {self._name(known)} after the observations, from "
                f"{len(known.priors)} priors and by {len(bayes_update.MODELS)} ways of counting "
                "observations of one source. Each observation was judged as a range: a dot takes "
                "the middle of every range, its line runs from the ends against it to those for it."
            ),
        )  # fmt: skip
        return with_data(chart.block, *WEIGHED) + self._shares(known)

    @staticmethod
    def _name(known: hypothesis_priors_and_likelihoods_reader.Hypotheses) -> str:
        return known.names[known.proposition]

    @staticmethod
    def _said(row: dict[Any, Any]) -> str:
        middle = _percent(row[bayes_update.MIDDLE], row[bayes_update.MIDDLE])
        ends = _percent(row[bayes_update.LEAST], row[bayes_update.GREATEST])
        return f"{middle}; with the ranges at their ends {ends}"

    @staticmethod
    def _shares(known: hypothesis_priors_and_likelihoods_reader.Hypotheses) -> str:
        rows = []
        for prior in known.priors:
            found = pd.DataFrame(
                [
                    bayes_update.posterior(known, prior=prior, model=model)
                    for model in bayes_update.MODELS
                ]
            )
            rows.append([prior, *(_percent(each.min(), each.max()) for _, each in found.items())])
        heads = ["before the observations", *known.names.values()]
        return small_table(
            "Probability of each explanation, with the middle of every judged range; each span "
            "covers the ways of counting observations of one source",
            heads, rows, empty=NONE_YET,
        )  # fmt: skip


class InfluenceChart(Block):
    """Draw how the odds of the proposition move when single observations are left out."""

    def html(self) -> str:
        """Return the chart."""
        known = known_hypotheses()
        if len(known.items) <= 1:
            return ""
        table = bayes_update.left_out(known)
        shown = list(dict.fromkeys(table["item"]))[:SHOWN_ITEMS]
        chosen = table[table["item"].isin(shown)]
        points = pd.DataFrame(
            {
                "row": chosen["item"] + ": " + chosen["text"],
                "series": chosen["model"],
                "x": chosen["factor"],
                "low": chosen["factor"].clip(upper=1.0),
                "high": chosen["factor"].clip(lower=1.0),
                "said": [f"multiplies the odds by {_ratio(factor)}" for factor in chosen["factor"]],
            }
        )
        # one room on both sides, so that for and against can be compared by eye
        most = 1.25 * float(max(points["x"].max(), 1 / points["x"].min()))
        chart = dots_chart(
            points, name="influence", log=True, ends=(1 / most, most), across=1.0,
            axis=f"odds of {known.names[known.proposition]} with it, divided by odds without it",
            empty=NONE_YET, kinds=("observation", COUNTING),
            caption=(
                f"The {len(shown)} observations that move the result most. Right of the line an "
                "observation speaks for the proposition, left of it against."
            ),
        )  # fmt: skip
        return with_data(chart.block, *WEIGHED)


class LikelihoodTable(Block):
    """Show every judged range with its reason, its rows and who judged it."""

    def html(self) -> str:
        """Return the table, a row an observation and a column a hypothesis."""
        known = known_hypotheses()
        judges = _words("judge")
        judged = {ratio.judged_by for item in known.items for ratio in item.ratios.values()}
        heads = ["item", "observation"] + [
            name for key, name in known.names.items() if key != known.reference
        ]
        by = "; ".join(judges[word] for word in sorted(judged))
        reference = known.names.get(known.reference, "the reference")
        return filtered_table(
            "likelihoods",
            f"How many times as likely each observation is as under {reference}. Judged by {by}",
            heads, [self._row(item, known) for item in known.items],
            empty="No likelihood ratio has been judged yet.",
        )  # fmt: skip

    @staticmethod
    def _row(
        item: hypothesis_priors_and_likelihoods_reader.EvidenceItem,
        known: hypothesis_priors_and_likelihoods_reader.Hypotheses,
    ) -> str:
        origin = _words("evidence_origin")[item.origin]
        ranges = "".join(
            f"<td><strong>{_ratio(ratio.low)} to {_ratio(ratio.high)}</strong> "
            f"{cell(ratio.reason)}</td>"
            for ratio in (item.ratios[key] for key in known.names if key != known.reference)
        )
        return (
            f'<tr id="{cell(item.id)}"><th scope="row">{cell(item.id)}</th>'
            f"<td>{cell(item.text)} {linked_rows(list(item.rows), visible=4)}"
            f"<br>Origin: {cell(origin)}.<br>What would change the ranges: "
            f"{cell(item.changes_if)}.</td>{ranges}</tr>"
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("rival-hypotheses", HypothesesTable),
        ("rival-posterior", PosteriorChart),
        ("rival-influence", InfluenceChart),
        ("likelihood-table", LikelihoodTable),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
