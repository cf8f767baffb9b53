"""The pages of the ledger: claims with verdicts, wording drift, who copied whom, rivals."""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally import claims
from skytally.claims import rival_hypotheses
from skytally.core import registry
from skytally.core.wording import number
from skytally.press.sphinx_ext.extension import Block, cell, filtered_table, linked_rows
from skytally.record import provenance

LINE_TITLES = {
    "port-imagery": "the ports",
    "rail-counts": "the railway",
    "depot-expansion": "the depots",
    "ais-gaps": "the silent ships",
    "official-claims": "the official claims",
}
"""How a sentence calls a line of evidence."""


@cache
def ledger_tables() -> dict[str, pd.DataFrame]:
    """Read the tables of the ledger once a build."""
    return claims.read_tables(registry.path("ledger").parent)


@cache
def record_tables() -> dict[str, pd.DataFrame]:
    """Read the tables of the record once a build."""
    return claims.read_tables(registry.path("sources").parent)


def judged(app: Sphinx) -> list[dict[str, Any]]:
    """Read the claims with their verdicts, as the press wrote them."""
    path = Path(app.srcdir) / "claims.json"
    return list(json.loads(path.read_text(encoding="utf-8")))


class ClaimsSummary(Block):
    """Count the press claims by verdict."""

    def html(self) -> str:
        """Write the table."""
        press = [each for each in judged(self.app) if not each["id"].startswith("OWN")]
        counted = Counter(each["verdict"] for each in press)
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
            f'<li><a href="#{cell(each["id"])}">{cell(each["id"])}</a>: {cell(each["text"])}</li>'
            for each in press
            if each["verdict"] == claims.CONTRADICTED
        )
        return f"<p>Contradicted:</p><ul>{items}</ul>" if items else ""


class ClaimsTable(Block):
    """Show every claim with its verdict, reasons and support."""

    def html(self) -> str:
        """Write the table."""
        heads = [
            "claim", "in short", "verdict", "why", "asserted by", "confidence in the sources",
            "independent origins", "image families", "what would change it", "rests on",
        ]  # fmt: skip
        ordered = sorted(judged(self.app), key=lambda each: each["id"].startswith("OWN"))
        rows = [self._row(each) for each in ordered]
        table = filtered_table(
            "claims", "Claims and verdicts", heads, rows, label="Verdict", choices=claims.VERDICTS
        )
        return table + (
            '<p class="sk-downloads"><a href="claims.json" download>claims.json</a></p>'
        )

    @staticmethod
    def _row(claim: dict[str, Any]) -> str:
        anchor = cell(claim["id"])
        part = f" <em>(tested: {cell(claim['tested_part'])})</em>" if claim["tested_part"] else ""
        rests = claim["rests_on"]
        keys = [f'<a href="findings.html#{cell(key)}">{cell(key)}</a>' for key in rests["findings"]]
        seen = linked_rows(rests["rows"], most=6)
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
            f"<td>{' '.join(keys)} {seen}</td></tr>"
        )


class DriftTable(Block):
    """Show how a claim changed on its way from origin to copy."""

    def html(self) -> str:
        """Write the table."""
        drift = ledger_tables()["drift"].drop(columns="line")
        rows = [
            "<tr>" + "".join(f"<td>{cell(text)}</td>" for text in row) + "</tr>"
            for row in drift.itertuples(index=False)
        ]
        return filtered_table("drift", "Wording on its way", list(drift.columns), rows)


class OriginsGraph(Block):
    """Draw who copied whom, and list it for those who do not see the drawing."""

    def html(self) -> str:
        """Write the drawing and the list."""
        known = provenance.graph(record_tables()["sources"])
        drawing = provenance.layout(known, keep=provenance.copied(known))
        told = "Each line runs from the page that was copied to the page that copied it."
        svg = provenance.as_svg(drawing, name="origins", title="Who copied whom", description=told)
        listed = "".join(
            f'<li><a href="sources.html#{cell(copy)}">{cell(copy)}</a> from '
            + ", ".join(f'<a href="sources.html#{cell(one)}">{cell(one)}</a>' for one in above)
            + "</li>"
            for copy, above in sorted(known.parents.items())
            if above
        )
        copies = sum(bool(above) for above in known.parents.values())
        first = sum(node.layer == 0 for node in drawing.nodes)
        return (
            f"<p>Of {len(known.parents)} sources, {copies} take content from another page of the "
            f"record. Drawn are these and the pages they took it from, which go back to {first} "
            f"originators, in the left column. The same stands as a list below the drawing.</p>"
            f'<div class="sk-scroll sk-drawing" role="region" aria-label="Who copied whom" '
            f'tabindex="0">{svg}</div><details><summary>The same as a list</summary>'
            f"<ul>{listed}</ul></details>"
        )


def _ratio(value: float) -> str:
    return "no limit" if math.isinf(value) else number(float(f"{value:.2g}"))


class Rivals(Block):
    """Show each rival explanation as a band, with the items that matter most."""

    def html(self) -> str:
        """Write one section a hypothesis."""
        found = json.loads((Path(self.app.srcdir) / "findings.json").read_text(encoding="utf-8"))
        given = claims.evidence(record_tables(), found)
        known = rival_hypotheses.hypotheses(ledger_tables(), given)
        sections = (self._section(known, each) for each in rival_hypotheses.bands(known))
        listed = "".join(
            f"<li>{cell(each)}: {cell(name)}, with which the others are compared</li>"
            if each == known.reference
            else f'<li><a href="#{cell(each)}">{cell(each)}: {cell(name)}</a></li>'
            for each, name in known.names.items()
        )
        return f"<p><strong>{cell(rival_hypotheses.LABEL)}</strong></p><ul>{listed}</ul>{''.join(sections)}"

    @staticmethod
    def _section(known: rival_hypotheses.Hypotheses, band: rival_hypotheses.Band) -> str:
        name, reference = known.names[band.hypothesis], known.names[band.against]
        matters = rival_hypotheses.influence(known, band.hypothesis).head(3)
        items = "".join(f"<li>{cell(row.text)}</li>" for row in matters.itertuples())
        lines = "".join(
            f"<li>without {cell(LINE_TITLES.get(line, line))}: "
            f"{_ratio(rest.ratio_low)} to {_ratio(rest.ratio_high)}</li>"
            for line, rest in rival_hypotheses.without_a_line(known, band.hypothesis)
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
        """Write the table."""
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
            "likelihoods", "Likelihood ratios, each a judgement with its reason", heads, rows
        )


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
