"""Directives of the front page: map, totals, cards, key dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import A_TENTH, DataError, data_registry, listed
from skytally.figures import counter_labels, names_of, read_key_dates, titles_of
from skytally.findings import interval_words
from skytally.press.book_metadata import source_line
from skytally.press.cards.card_fields_and_text_shortening import Part
from skytally.press.cards.finding_and_claim_cards import counters_of, page_of
from skytally.press.cards.source_citation_formatting import page_link
from skytally.press.sphinx_ext.cached_record_and_findings import (
    card_record,
    findings,
    originals,
    support_text,
    table,
)
from skytally.press.sphinx_ext.html_blocks import (
    BESIDE,
    PLACES,
    Block,
    card_link,
    cell,
    empty_state,
    ship_links,
    to_root,
    with_data,
)
from skytally.record import READ, newest_page


class RouteMap(Block):
    """Draw the map of the route with its numbered stops."""

    def html(self) -> str:
        """Return the map."""
        from skytally.figures import read_labels, read_panels
        from skytally.figures.route_map import route_map

        sites = table("sites")
        panels = read_panels(data_registry.path("route_panels"), basemaps=data_registry.entries())
        labels = read_labels(
            data_registry.path("route_labels"), panels=set(panels["id"]), sites=sites
        )
        links = table("route_connections")
        page = self.state.document.settings.env.docname
        titles = titles_of(page, findings(self.app).values(), root=to_root(page))
        heading = titles.get("route")
        chart = route_map(panels, labels, sites, links, source_line=source_line(), heading=heading)
        return with_data(chart.block, *PLACES)


class TotalsChart(Block):
    """Draw running totals, counted and claimed."""

    required_arguments = 1
    option_spec: ClassVar = {
        "unit": directives.unchanged_required,
        "sense": directives.unchanged_required,
        "title": directives.unchanged_required,
        "caption": directives.unchanged_required,
        "counts": directives.unchanged,
    }
    NEEDED = ("unit", "sense", "title", "caption")

    def html(self) -> str:
        """Return the chart."""
        from skytally.figures import running_totals, spelled_names, totals_chart, with_counts

        missing = [name for name in self.NEEDED if name not in self.options]
        if missing:
            message = f"totals-chart: {', '.join(missing)} missing; write each as an option"
            raise DataError(message)
        claims = originals("official_claims")
        counts = self._counts(self.options.get("counts", "").split())
        claims = with_counts(claims, counts, table("same_observation"))
        chosen = running_totals(
            claims,
            unit=self.options["unit"],
            sense=self.options["sense"],
            until=newest_page(table("sources")),
        )
        short = {counter: label.short for counter, label in counter_labels().items()}
        full = names_of(table("counters"))
        spelled = spelled_names(chosen, short, full)
        caption = f"{self.options['caption']} {spelled}." if spelled else self.options["caption"]
        page = self.state.document.settings.env.docname
        titles = titles_of(page, findings(self.app).values(), root=to_root(page))
        chart = totals_chart(
            chosen,
            full | short,
            name=self.arguments[0],
            title=self.options["title"],
            caption=caption,
            source_line=source_line(),
            heading=titles.get(self.arguments[0]),
        )
        return with_data(
            chart.block, "data/record/official_claims.csv", "data/record/voyage_counts.csv"
        )

    @staticmethod
    def _counts(rows: list[str]) -> pd.DataFrame:
        """Rows of counts that stand for claims of the same observation."""
        counted = table("voyage_counts")
        unknown = [row for row in rows if row not in set(counted["id"])]
        if unknown:
            message = f"totals-chart: no row {', '.join(unknown)} in voyage_counts; correct the id"
            raise DataError(message)
        return counted[counted["id"].isin(rows)]


class FindingCards(Block):
    """Show findings as cards: number, sentence, who counted, where it was read.

    A line of the content has the key of a finding; keys after `BESIDE` have sentences without
    which the number would mislead, and which stand on its card.
    """

    has_content = True

    def html(self) -> str:
        """Return one card per line of the content."""
        known = findings(self.app)
        lines = [line.split(BESIDE) for line in self.content]
        unknown = [key for keys in lines for key in keys if key not in known]
        if unknown:
            message = f"finding-cards: no finding {', '.join(map(repr, unknown))}; correct the key"
            raise DataError(message)
        chosen = [known[key] for key, *_ in lines]
        cards = "".join(
            self._card(known[key], [known[each]["text"] for each in beside])
            for key, *beside in lines
        )
        return f'<div class="sk-cards">{cards}</div>{self._a_tenth(chosen)}{self._resting(chosen)}'

    @staticmethod
    def _resting(chosen: list[dict[str, Any]]) -> str:
        """Sentence on what the numbers rest, those that were read on their counter's page first."""
        vouched = [finding for finding in chosen if finding["support"]]
        vouched.sort(key=lambda finding: READ.index(finding["support"]["read"]))
        resting: dict[str, list[str]] = {}
        for finding in vouched:
            resting.setdefault(support_text(finding), []).append(finding["said"])
        words = "; ".join(f"{cell(listed(said))} ({cell(on)})" for on, said in resting.items())
        return f"<p>What these numbers rest on: {words}.</p>" if words else ""

    @staticmethod
    def _a_tenth(chosen: list[dict[str, Any]]) -> str:
        """Sentence on the intervals that no source prints, once for all cards that have one."""
        if not any(A_TENTH in finding["interval_from"] for finding in chosen):
            return ""
        return (
            "<p>An interval without further words is this book's reading of “about” before a count "
            f"on images, {A_TENTH}; before a number that is only stated, “about” is read as the "
            "rounding of that number, which for one like 20 or 300 reaches farther. No source "
            "prints such an interval.</p>"
        )

    @staticmethod
    def _interval(finding: dict[str, Any]) -> str:
        """Interval of a card; that it is a tenth either way stands once, below all cards."""
        if A_TENTH in finding["interval_from"]:
            return interval_words({**finding, "interval_from": ""})
        return interval_words(finding)

    @staticmethod
    def _read_in(finding: dict[str, Any], by: str) -> str:
        """Words before the page of a card: whether it is one of the counter."""
        read = (finding["support"] or {}).get("read")
        return "Read in a report" if by and read == READ[-1] else "Read in"

    @staticmethod
    def _read(page: Part) -> str:
        words = cell(page.text)
        return f'<a href="{cell(page.url)}">{words}</a>' if page.url else words

    @staticmethod
    def _card(finding: dict[str, Any], beside: Sequence[str] = ()) -> str:
        record, rows = card_record(), finding["inputs"]
        pages = dict.fromkeys(
            str(record.rows[row][1]["source_id"]) for row in rows if row in record.rows
        )
        read = (
            FindingCards._read(page_link(record, record.sources[next(iter(pages))]))
            if pages
            else ""
        )
        more = f" and {len(pages) - 1} more" if len(pages) > 1 else ""
        by = ", ".join(counters_of(record, rows))
        span = cell(FindingCards._interval(finding))
        return (
            f'<section class="sk-card"><p class="sk-number">'
            f"{card_link('finding', finding['key'], finding['said'])}</p>"
            f"<p>{ship_links(' '.join([finding['text'], *beside]))}</p>"
            f"{f'<p>Interval: {span}</p>' if span else ''}"
            f"<p>{f'Counted or stated by {cell(by)}' if by else ''}</p>"
            f"{f'<p>{FindingCards._read_in(finding, by)}: {read}{more}</p>' if read else ''}"
            f'<p><a href="{cell(page_of(finding["key"]))}">evidence</a> · '
            f"{card_link('finding', finding['key'], 'cite')}</p></section>"
        )


class KeyDates(Block):
    """Show the dated list of the front page."""

    def html(self) -> str:
        """Return the list."""
        rows = {row_id: row for row_id, (_, row) in card_record().rows.items()}
        entries = read_key_dates(data_registry.path("key_dates"), rows=rows)
        listed = "".join(
            f"<dt>{card_link('row', each.row, each.when)}</dt><dd>{ship_links(each.text)}</dd>"
            for each in entries
        )
        return f'<dl class="sk-dates">{listed}</dl>' if listed else empty_state("No event yet.")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("route-map", RouteMap),
        ("totals-chart", TotalsChart),
        ("finding-cards", FindingCards),
        ("key-dates", KeyDates),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
