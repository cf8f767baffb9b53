"""Directives of the page on whom to quote: who says what, in what capacity, and in what words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

from sphinx.application import Sphinx

from skytally.core import COUNTED_BY, DataError
from skytally.press.cards.card import WEB, Part
from skytally.press.cards.record_cards import words_of
from skytally.press.cards.source_page_citations import OWN_PAGE, page_link, published
from skytally.press.sphinx_ext.book_data import card_record, findings, originals, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row
from skytally.record import NOT_FROM_ABOVE, owner_name, ties_of

OWN_REASONS = ("originator", "official")
"""Words of the vocabulary *reliability_reason* for a page of the speaker itself."""
CLAIMS, TIES = "official_claims", "claimant_ties"
PARTY = "a party to the war or the dispute"
MOST_FINDINGS, MOST_TIES = 3, 2
"""Findings and ties that are named of one speaker."""
Row = Mapping[str, Any]


@cache
def speakers() -> dict[str, dict[str, Any]]:
    """Cells of each counter, by its id."""
    return {str(row["id"]): row for row in table("counters").to_dict("records")}


def capacity(counter: str) -> str:
    """State what a counter is, and whether it is a party to the war or the dispute."""
    cells = speakers()[counter]
    meaning = words_of(card_record(), "counter_kind", str(cells["kind"]))
    facts = [meaning, PARTY if cells["party"] == "yes" else "", str(cells["note"])]
    return "; ".join(filter(None, facts))


@cache
def own_pages() -> dict[str, tuple[str, ...]]:
    """Pages of each counter itself that the record has, with their addresses, the oldest first."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = table("sources").sort_values(["published_last", "id"], kind="stable")
    for source in rows.to_dict("records"):
        made_by = str(source["originator"]).split()
        if len(made_by) == 1 and source["reliability_reason"] in OWN_REASONS and source["url"]:
            found[made_by[0]].append(str(source["id"]))
    return {counter: tuple(pages) for counter, pages in found.items()}


def own_page_of(row: Row) -> str:
    """Page of the counter of a row from which the page that was read has its number.

    Parameters
    ----------
    row : mapping
        Cells of a row with a counter.

    Returns
    -------
    str
        Id of the source; empty where the record has none.
    """
    if str(row.get("reading")) == OWN_PAGE:
        return str(row["source_id"])
    sources = card_record().sources
    todo, known = [str(row["source_id"])], set()
    mine = own_pages().get(str(row.get("counter", "")), ())
    while todo:
        page = todo.pop(0)
        if page in mine:
            return page
        known.add(page)
        parents = str(sources.get(page, {}).get("derived_from", "")).split()
        todo += [parent for parent in parents if parent not in known]
    return ""


def independence(row: Row) -> str:
    """Whether a counter counted for itself, on whose images, and who else may know it from whom."""
    counter = str(row["counter"])
    if row.get("method") in COUNTED_BY and row.get("family") not in NOT_FROM_ABOVE:
        family = str(row.get("family", ""))
        whose = owner_name(family) if "unstated" not in family else "an owner that is not stated"
        own = f"its own reading of images of {whose}"
    elif row.get("method") in COUNTED_BY:
        own = "its own estimate or count, not from images"
    else:
        own = "its own statement; how it was counted is not said"
    claimants = {str(each) for each in originals(CLAIMS)["counter"]}
    tied = ties_of(counter, claimants, table(TIES))[:MOST_TIES]
    names = card_record().names
    others = [f"{names.get(other, other)} ({why})" for other, why in tied]
    return f"{own}; may share what it knows with {', '.join(others)}" if others else own


def phrased(finding: Row, row: Row) -> str:
    """Sentence to quote: the finding with whom and what page it was read in."""
    record = card_record()
    source = record.sources[str(row["source_id"])]
    who = record.names.get(str(row["counter"]), str(row["counter"]))
    day = published(source)
    if str(row.get("reading")) == OWN_PAGE:
        by = f"{who}, {day}"
    else:
        by = f"{who}, as reported by {source['publisher']}, {day}"
    text = str(finding["text"]).rstrip(".")
    return f"{text} ({by})."


class QuotationBlock(Block):
    """Base of the blocks on speakers."""

    @staticmethod
    def page(part: Part) -> str:
        """Link to a page on the web; words only where it has no address."""
        words = cell(part.text)
        return f'<a href="{cell(part.url)}">{words}</a>' if part.url.startswith(WEB) else words


class QuotationList(QuotationBlock):
    """Show who stands behind some findings, in what capacity, on which page, and how to say it."""

    has_content = True

    def html(self) -> str:
        """Return a table, a row a key of the content.

        Raises
        ------
        DataError
            If a key is that of no finding, or of one that no counter printed.
        """
        known = findings(self.app)
        rows = card_record().rows
        wrong = [
            key
            for key in self.content
            if key not in known
            or known[key]["own"]
            or "counter" not in rows.get(next(iter(known[key]["inputs"]), ""), ("", {}))[1]
        ]
        if wrong:
            message = f"quotation-list: no number of a counter in {', '.join(wrong)}; correct it"
            raise DataError(message)
        return filtered_table(
            "quotations",
            "Whom to quote: a row is one number, who gave it, and a sentence with its source; the "
            "link leads to the counter's own page where one is known",
            ["number", "who, in what capacity", "own work or passed on", "page", "how to say it"],
            [self._row(known[key]) for key in self.content],
            empty="There is no finding to quote yet.",
        )

    def _row(self, finding: Row) -> str:
        record = card_record()
        _, row = record.rows[finding["inputs"][0]]
        counter = str(row["counter"])
        own = own_page_of(row)
        read = record.sources[str(row["source_id"])]
        pages = [f"own page: {self.page(page_link(record, record.sources[own]))}"] if own else []
        if not own or own != read["id"]:
            pages.append(f"read in: {self.page(page_link(record, read))}")
        passed = "" if own == read["id"] else "; the number was read in a report of it"
        return html_row(
            (
                self.card("finding", str(finding["key"]), str(finding["said"])),
                f"{cell(record.names.get(counter, counter))}: {cell(capacity(counter))}",
                cell(f"{independence(row)}{passed}"),
                "<br>".join(pages),
                f"“{self.ships(phrased(finding, row))}”",
            )
        )


class SpeakerList(QuotationBlock):
    """Show everybody whose number a finding prints, with the findings and their own pages."""

    def html(self) -> str:
        """Return a table, a row a speaker, those with most findings first."""
        behind: dict[str, list[str]] = defaultdict(list)
        rows = card_record().rows
        for key, finding in findings(self.app).items():
            if finding["support"] and not finding["own"] and len(finding["inputs"]) == 1:
                counter = str(rows[finding["inputs"][0]][1].get("counter", ""))
                if counter in speakers():
                    behind[counter].append(key)
        ordered = sorted(behind.items(), key=lambda each: (-len(each[1]), each[0]))
        kinds = {counter: str(speakers()[counter]["kind"]) for counter in behind}
        return filtered_table(
            "speakers",
            "Who speaks: a row is one counter or claimant whose number a sentence of this book "
            "prints, with the sentences and the newest page of its own",
            ["who", "in what capacity", "stands behind", "own pages in the record"],
            [self._row(counter, keys, kinds[counter]) for counter, keys in ordered],
            empty="Nobody's number is printed yet.",
            label="Kind",
            choices=dict.fromkeys(kinds[counter] for counter, _ in ordered),
        )

    def _row(self, counter: str, keys: list[str], kind: str) -> str:
        record = card_record()
        known = findings(self.app)
        links = [self.card("finding", key, str(known[key]["said"])) for key in keys[:MOST_FINDINGS]]
        left = len(keys) - len(links)
        more = f" and {left} more" if left else ""
        pages = own_pages().get(counter, ())
        newest = self.page(page_link(record, record.sources[pages[-1]])) if pages else ""
        owned = f"{len(pages)}, the newest: {newest}" if pages else "none was read"
        cells = (cell(capacity(counter)), f"{', '.join(links)}{more}", owned)
        return html_row((cell(record.names[counter]), *cells), choice=kind)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("quotation-list", QuotationList)
    app.add_directive("speaker-list", SpeakerList)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
