"""Directives of the pages on who copied whom, and on sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import evidence_line_name_constants as n, listed
from skytally.figures import names_of, provenance_graph
from skytally.press.cards.card_fields_and_text_shortening import address
from skytally.press.cards.record_cards import CardRecord
from skytally.press.cards.source_citation_formatting import NOT_READ, copy_words, published
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, source_words, table
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    card_link,
    cell,
    empty_state,
    filtered_table,
    html_row,
    small_table,
    source_link,
)
from skytally.record import image_words, owner_words, source_provenance

CITES_ONLY = "The following pages copied nobody, but they cite other counters:"
CITES_TOO = "The following pages stand among the copies above, and cite other counters, too:"
WHY_CITED = (
    "What these pages say may depend on those whom they cite. That is why the book gives a lower "
    "bound for the number of separate readings."
)
COUNTS = "voyage_counts"
PLACES = ("rajin", "dunai")
"""Sites at the two ends of the sea route of 2023."""
ROUTE = "route-rajin-dunai"
"""Scope of counts of trips between them."""
YEAR = 2023
"""Year of the sea route that the table is about; a row counts that lies wholly in it."""
SHIP_COUNTS = ("ship calls", "ships", "voyages", "round trips", "days with a ship")
"""Quantities of *voyage_counts* that report ships; days with an image do not."""


class OriginsGraph(Block):
    """Draw who copied whom, and list it for those who do not see the drawing."""

    def html(self) -> str:
        """Return the drawing and the list."""
        graph = source_provenance.copying_graph(table("sources"))
        copied = source_provenance.copied(graph)
        if not copied:
            return empty_state("No source of the record takes content from another one yet.")
        drawing = provenance_graph.layout(graph, keep=copied)
        svg = provenance_graph.as_svg(
            drawing, name="origins", title="Who copied whom",
            description="Each page stands below the one it copied and further to the right.",
            labels={**names_of(table("counters")), **source_words()},
            links={page: address("source", page) for page in copied},
        )  # fmt: skip
        copies = sum(bool(above) for above in graph.parents.values())
        first = sum(node.layer == 0 for node in drawing.nodes)
        return (
            f"<p>{copies} of the {len(graph.parents)} sources of the record take content from "
            f"another of its pages. {self._most_copied(graph)} The drawing shows the copies and "
            f"the pages they copied. They go back to {first} originators, in bold. A page stands "
            f"below the page it copied and one step further to the right; a dashed line leads to a "
            f"further originator.</p>"
            f'<div class="sk-origins">{svg}</div><details><summary>The same as a list</summary>'
            f"<ul>{self._listed(graph)}</ul></details>{self._citing(graph)}"
        )

    @staticmethod
    def _most_copied(graph: source_provenance.Graph) -> str:
        counts = Counter(page for above in graph.parents.values() for page in above)
        page, count = min(counts.items(), key=lambda each: (-each[1], each[0]))
        copied_by = f"{count} others" if count > 1 else "1 other"
        return f"The most copied is {source_link(page)}: {copied_by}."

    @staticmethod
    def _citing(graph: source_provenance.Graph) -> str:
        names = names_of(table("counters"))
        items: dict[bool, list[str]] = {False: [], True: []}
        for page, cited in sorted(graph.cites.items()):
            if cited:
                who = cell(listed([names[each] for each in cited]))
                items[bool(graph.parents[page])].append(f"<li>{source_link(page)} cites {who}</li>")
        leads = {False: CITES_ONLY, True: CITES_TOO}
        lists = "".join(
            f"<p>{leads[copied]}</p><ul>{''.join(pages)}</ul>"
            for copied, pages in items.items()
            if pages
        )
        return f"{lists}<p>{WHY_CITED}</p>" if lists else ""

    @staticmethod
    def _listed(graph: source_provenance.Graph) -> str:
        taken = card_record().rows_of_source
        return "".join(
            f"<li>{source_link(copy)}, from {'; '.join(map(source_link, above))}"
            f"{_taken(taken.get(copy, []))}</li>"
            for copy, above in sorted(graph.parents.items())
            if above
        )


def _taken(rows: list[str]) -> str:
    """List what the record takes from a copy, as links to its rows."""
    if not rows:
        return " (no row of the record was read there)"
    return f" (read there: {', '.join(card_link('row', row) for row in rows)})"


class OriginsOfShips(Block):
    """Count who observed the ships at Rajin and at Dunai, and who copied or cites them."""

    def html(self) -> str:
        """Return a sentence and a table."""
        graph = source_provenance.copying_graph(table("sources"), table("same_observation"))
        rows = {place: list(_ships_at(place)) for place in PLACES}
        found = {place: source_provenance.support(seen, graph) for place, seen in rows.items()}
        if not all(found.values()):
            return empty_state(f"No ship of {YEAR} is recorded at both ends of the sea route yet.")
        names = names_of(table("counters"))
        both = _both_ends()
        facts = source_provenance.support(both, graph)
        lead = ""
        if facts is not None:
            lead = (
                f"<p>Ships at Rajin and Dunai together, that is trips of {YEAR} between the two, "
                f"are reported by {cell(listed([names.get(who, who) for who in facts.origins]))}. "
                f"{_apart(facts)}</p>"
            )
        heads = [
            "ships", "who saw them", "separate readings", "image owners", "pages that copied",
            "their pages cite",
        ]  # fmt: skip
        shown = [self._row(f"at {place.capitalize()}", seen, graph) for place, seen in rows.items()]
        shown += [self._row("of the route between them", both, graph)] if both else []
        caption = f"Who saw the ships of {YEAR}, whose images they read, who copied and who cites"
        return lead + small_table(caption, heads, shown, empty="")

    @staticmethod
    def _row(words: str, rows: list[dict[str, Any]], graph: source_provenance.Graph) -> list[str]:
        names = names_of(table("counters"))
        facts = source_provenance.support(rows, graph)
        pages = sorted({str(row["source_id"]) for row in rows})
        copies = sum(bool(graph.parents[page]) for page in pages)
        cited = sorted({names[who] for page in pages for who in graph.cites[page]})
        if facts is None:
            return [words, "nobody", "0", "", "0", ""]
        who = listed([names.get(each, each) for each in facts.origins])
        owners = owner_words(facts)
        return [words, who, _count(facts), owners, f"{copies} of {len(pages)}", listed(cited)]


class CopiesTable(Block):
    """List the pages that are copies on other sites, and whether their originals were read."""

    def html(self) -> str:
        """Return the table in a fold, and the number of copies in its summary."""
        record = card_record()
        copies = {source: row for source, row in record.sources.items() if copy_words(record, row)}
        if not copies:
            return empty_state("No page of the record is a copy.")
        unread = sum(NOT_READ in copy_words(record, row) for row in copies.values())
        heads = ["copy", "published", "original", "pages of its content", "rows read on it"]
        shown = filtered_table(
            "copies",
            "Copies: a row is a page on another site than its publisher's",
            heads,
            [self._row(record, source, row) for source, row in copies.items()],
            empty="",
        )
        return (
            f"<details><summary>{len(copies)} pages are copies on other sites; of {unread} the "
            f"original was not read</summary>{shown}</details>"
        )

    def _row(self, record: CardRecord, source: str, row: Mapping[str, Any]) -> str:
        unread = NOT_READ in copy_words(record, row)
        parents = [each for each in str(row["derived_from"]).split() if each in record.sources]
        links = ", ".join(self.card("source", each) for each in parents)
        rows = ", ".join(self.card("row", each) for each in record.rows_of_source.get(source, ()))
        return html_row((
            self.card("source", source, str(row["publisher"])), cell(published(row)),
            NOT_READ if unread else "read", links or "none in the record", rows or "none",
        ))  # fmt: skip


def _of_the_route(row: Mapping[str, Any], start: str, end: str) -> bool:
    """Whether a row saw ships of this traffic, and lies wholly in the year."""
    if row.get("cargo", "") or row.get("state", n.COUNTED) not in n.PRESENT_STATES:
        return False
    days = (row[start], row[end])
    return not any(pd.isna(day) for day in days) and {day.year for day in days} == {YEAR}


def _ships_at(place: str) -> Iterator[dict[str, Any]]:
    """Sightings of ships of the route at one site or on their way from it, and counts there."""
    scopes = table("scopes")
    here = set(scopes.loc[scopes["site"] == place, "id"])
    from_here = set(scopes.loc[scopes["id"].str.startswith(f"route-{place}-"), "id"])
    sightings, counts = (table(name).to_dict("records") for name in ("ship_sightings", COUNTS))
    found = [row for row in sightings if row["scope"] in here | from_here]
    found += [row for row in counts if row["scope"] in here and row["quantity"] in SHIP_COUNTS]
    yield from (row for row in found if _of_the_route(row, "date_first", "date_last"))


def _both_ends() -> list[dict[str, Any]]:
    """Dated voyages of the year between the two sites, and counts of trips of their route."""
    scopes = table("scopes").set_index("id")["site"]
    voyages = [
        row
        for row in table("voyages").to_dict("records")
        if {scopes.get(row["depart_scope"]), scopes.get(row["arrive_scope"])} == set(PLACES)
        and _of_the_route(row, "depart_first", "arrive_last")
    ]
    counts = [
        row
        for row in table(COUNTS).to_dict("records")
        if row["scope"] == ROUTE
        and row["quantity"] in SHIP_COUNTS
        and _of_the_route(row, "date_first", "date_last")
    ]
    return [*voyages, *counts]


def _count(facts: source_provenance.Support) -> str:
    least, most = facts.origins_at_least, facts.named_origins
    return str(most) if least == most else f"{least} to {most}"


def _apart(facts: source_provenance.Support) -> str:
    return (
        f"A counter whose page took content from another's is no separate reading beside it; the "
        f"separate readings among them number {_count(facts)} ({cell(image_words(facts))})."
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("origins-graph", OriginsGraph)
    app.add_directive("origins-of-ships", OriginsOfShips)
    app.add_directive("copies-table", CopiesTable)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
