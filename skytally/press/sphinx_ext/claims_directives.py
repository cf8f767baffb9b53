"""Directives of the pages on claims: ledger, wording drift, who copied whom, rival explanations."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally import claims
from skytally.claims import rival_hypotheses
from skytally.core import VOCABULARY_COLUMNS, data_registry, number, read_cells
from skytally.figures import provenance_graph
from skytally.press.sphinx_ext.book_data import read_results_json, record_tables, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state, filtered_table
from skytally.press.sphinx_ext.record_directives import linked_rows
from skytally.record import provenance


@cache
def ledger_tables() -> dict[str, pd.DataFrame]:
    """Tables of the ledger and of the rival explanations, by name."""
    return claims.read_tables(data_registry.path("ledger").parent)


@cache
def evidence_titles() -> dict[str, str]:
    """Words for each kind of evidence, from the vocabulary of the claims."""
    words = read_cells(data_registry.path("claims_vocabulary"), header=VOCABULARY_COLUMNS)
    kinds = words[words["vocabulary"] == "claim_line"]
    return dict(zip(kinds["word"], kinds["meaning"], strict=True))


@cache
def press_claims() -> frozenset[str]:
    """Ids of the claims of press texts; every other claim is a sentence of the book."""
    return frozenset(table("press_claims")["id"])


def judged(app: Sphinx) -> list[dict[str, Any]]:
    """Claims with their verdicts, as the press staged them."""
    return read_results_json(app, "claims.json")


class ClaimsSummary(Block):
    """Count the press claims by verdict."""

    def html(self) -> str:
        """Return the table."""
        press = [claim for claim in judged(self.app) if claim["id"] in press_claims()]
        if not press:
            return empty_state("The ledger has no press claim yet.")
        counted = Counter(claim["verdict"] for claim in press)
        rows = [
            f'<tr><th scope="row">{cell(word)}</th><td>{counted[word]}</td></tr>'
            for word in claims.VERDICTS
        ]
        return (
            '<table class="sk-table"><caption>Press claims by verdict</caption><thead><tr>'
            f'<th scope="col">verdict</th><th scope="col">of {len(press)} claims</th></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>{self._contradicted(press)}"
        )

    @staticmethod
    def _contradicted(press: list[dict[str, Any]]) -> str:
        items = "".join(
            f'<li><a href="#{cell(claim["id"])}">{cell(claim["id"])}</a>: '
            f"{cell(claim['text'])}</li>"
            for claim in press
            if claim["verdict"] == claims.CONTRADICTED
        )
        return f"<p>Contradicted:</p><ul>{items}</ul>" if items else ""


class ClaimsTable(Block):
    """Show every claim with its verdict, reasons and support."""

    def html(self) -> str:
        """Return the table."""
        heads = [
            "claim", "in short", "verdict", "why", "asserted by", "confidence in the sources",
            "independent origins", "image families", "what would change it", "rests on",
        ]  # fmt: skip
        ordered = sorted(judged(self.app), key=lambda claim: claim["id"] not in press_claims())
        shown = filtered_table(
            "claims", "Claims and verdicts", heads, [self._row(claim) for claim in ordered],
            label="Verdict", choices=claims.VERDICTS, empty="The ledger has no claim yet.",
        )  # fmt: skip
        return shown + (
            '<p class="sk-downloads"><a href="claims.json" download>claims.json</a></p>'
        )

    @staticmethod
    def _row(claim: dict[str, Any]) -> str:
        anchor = cell(claim["id"])
        part = f" <em>(tested: {cell(claim['tested_part'])})</em>" if claim["tested_part"] else ""
        rests = claim["rests_on"]
        keys = [f'<a href="findings.html#{cell(key)}">{cell(key)}</a>' for key in rests["findings"]]
        rows = linked_rows(rests["rows"], visible=6)
        chance = ""
        if claim["likelihood"]:
            chance = f"; <em>{cell(claim['likelihood'])}</em> that {cell(claim['likelihood_of'])}"
        return (
            f'<tr id="{anchor}" data-choice="{cell(claim["verdict"])}">'
            f'<th scope="row"><a href="#{anchor}">{anchor}</a></th>'
            f"<td>{cell(claim['text'])}{part}</td>"
            f"<td><strong>{cell(claim['verdict'])}</strong>{chance}</td>"
            f"<td>{'<br>'.join(cell(why) for why in claim['why'])}</td>"
            f"<td>{cell(claim['asserted_by'])}</td>"
            f"<td>{cell(claim['confidence'])}</td><td>{claim['independent_origins']}</td>"
            f"<td>{claim['independent_image_families']}</td><td>{cell(claim['changes_if'])}</td>"
            f"<td>{' '.join(keys)} {rows}</td></tr>"
        )


class DriftTable(Block):
    """Show how a claim changed on its way from origin to copy."""

    def html(self) -> str:
        """Return the table."""
        drift = ledger_tables()["drift"].drop(columns="line")
        rows = [
            "<tr>" + "".join(f"<td>{cell(text)}</td>" for text in row) + "</tr>"
            for row in drift.itertuples(index=False)
        ]
        return filtered_table(
            "drift", "Wording on its way", list(drift.columns), rows,
            empty="No wording has been compared with its origin yet.",
        )  # fmt: skip


class OriginsGraph(Block):
    """Draw who copied whom, and list it for those who do not see the drawing."""

    def html(self) -> str:
        """Return the drawing and the list."""
        graph = provenance.copying_graph(table("sources"))
        copied = provenance.copied(graph)
        if not copied:
            return empty_state("No source of the record takes content from another one yet.")
        drawing = provenance_graph.layout(graph, keep=copied)
        svg = provenance_graph.as_svg(
            drawing, name="origins", title="Who copied whom",
            description="Each line runs from the page that was copied to the page that copied it.",
        )  # fmt: skip
        copies = sum(bool(above) for above in graph.parents.values())
        first = sum(node.layer == 0 for node in drawing.nodes)
        return (
            f"<p>Of {len(graph.parents)} sources, {copies} take content from another page of the "
            f"record. Drawn are these and the pages they took it from, which go back to {first} "
            f"originators, in the left column. The same stands as a list below the drawing.</p>"
            f'<div class="sk-scroll sk-drawing" role="region" aria-label="Who copied whom" '
            f'tabindex="0">{svg}</div><details><summary>The same as a list</summary>'
            f"<ul>{self._listed(graph)}</ul></details>"
        )

    @staticmethod
    def _listed(graph: provenance.Graph) -> str:
        return "".join(
            f'<li><a href="sources.html#{cell(copy)}">{cell(copy)}</a> from '
            + ", ".join(f'<a href="sources.html#{cell(one)}">{cell(one)}</a>' for one in above)
            + "</li>"
            for copy, above in sorted(graph.parents.items())
            if above
        )


def _ratio(value: float) -> str:
    return "no limit" if math.isinf(value) else number(float(f"{value:.2g}"))


class Rivals(Block):
    """Show each rival explanation as a band, with the items that matter most."""

    def html(self) -> str:
        """Return one section per hypothesis."""
        evidence = claims.gather_evidence(
            record_tables(), read_results_json(self.app, "findings.json")
        )
        known = rival_hypotheses.read_hypotheses(ledger_tables(), evidence)
        if not known.names:
            return empty_state("No rival explanation has been written down yet.")
        sections = (self._section(known, band) for band in rival_hypotheses.odds_bands(known))
        listed = "".join(
            f"<li>{cell(key)}: {cell(name)}, with which the others are compared</li>"
            if key == known.reference
            else f'<li><a href="#{cell(key)}">{cell(key)}: {cell(name)}</a></li>'
            for key, name in known.names.items()
        )
        label = cell(rival_hypotheses.LABEL)
        return f"<p><strong>{label}</strong></p><ul>{listed}</ul>{''.join(sections)}"

    @staticmethod
    def _section(known: rival_hypotheses.Hypotheses, band: rival_hypotheses.OddsBand) -> str:
        name, reference = known.names[band.hypothesis], known.names[band.against]
        matters = rival_hypotheses.influence(known, band.hypothesis).head(3)
        items = "".join(f"<li>{cell(row.text)}</li>" for row in matters.itertuples())
        lines = "".join(
            f"<li>without the {cell(evidence_titles().get(line, line))}: "
            f"{_ratio(rest.ratio_low)} to {_ratio(rest.ratio_high)}</li>"
            for line, rest in rival_hypotheses.bands_without_a_line(known, band.hypothesis)
        )
        anchor = cell(band.hypothesis)
        return (
            f'<section id="{anchor}"><h3>{anchor}: {cell(name)}</h3>'
            f"<p>Against <em>{cell(reference)}</em>, the observations together are between "
            f"<strong>{_ratio(band.ratio_low)} and {_ratio(band.ratio_high)}</strong> times as "
            f"likely under this explanation. If one of the two were true and no third, and "
            f"starting anywhere from one to ten against to ten to one for: "
            f"<strong>{cell(band.words)}</strong>.</p>"
            f"<p>The items that matter most:</p><ul>{items}</ul>"
            f"<p>Leaving one line out:</p><ul>{lines}</ul></section>"
        )


class LikelihoodTable(Block):
    """Show every cell of the rival explanations with its reason."""

    def html(self) -> str:
        """Return the table."""
        cells = ledger_tables()["likelihoods"].drop(columns="line")
        items = ledger_tables()["evidence"].set_index("id")
        rows = [
            f"<tr><td>{cell(row.evidence)}</td><td>{cell(items.loc[row.evidence, 'text'])}</td>"
            f"<td>{cell(row.hypothesis)}</td><td>{_ratio(row.low)} to {_ratio(row.high)}</td>"
            f"<td>{cell(row.reason)}</td>"
            f"<td>{cell(items.loc[row.evidence, 'changes_if'])}</td></tr>"
            for row in cells.itertuples()
        ]
        heads = ["item", "observation", "explanation", "ratio", "reason", "what would change it"]
        return filtered_table(
            "likelihoods", "Likelihood ratios, each a judgement with its reason", heads, rows,
            empty="No likelihood ratio has been judged yet.",
        )  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("claims-summary", ClaimsSummary),
        ("claims-table", ClaimsTable),
        ("drift-table", DriftTable),
        ("origins-graph", OriginsGraph),
        ("rivals", Rivals),
        ("likelihood-table", LikelihoodTable),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
