"""Cards of rows and sources of the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from skytally.archive import Archive
from skytally.core import line_vocabulary as n, quantity_of, quantity_text, when
from skytally.figures import names_of
from skytally.press.cards.card import Card, Fact, Part, address, fact, shortened, web_link
from skytally.press.cards.note_words import plain_note, shown_title

STATE_WORDS = {
    n.SOMETHING_SEEN: "{thing} seen, no number given",
    n.NOTHING_SEEN: "no {thing} seen",
    n.UNCLEAR: "{thing}: the image did not tell",
    n.STATED: "{thing} stated, no number given",
}
"""What a row without a number says, by its state."""
THINGS = {
    "ship_sightings": "ship", "quay_stocks": "cargo on the quay", "rail_counts": "rail traffic",
    "depot_observations": "works or stores",
}  # fmt: skip
"""What the rows of a table are about where a row names no quantity."""
BARE_UNITS = ("m", "km", "mm", "m2", "percent", "times")
"""Units that do not say what was measured; a heading names the quantity before them."""
DERIVED_SUM = "derived-sum"
"""Word of the vocabulary *method* for a sum by those who compiled the record."""
MOST_IN_HEADING = 120
"""Letters of the heading of a row's card."""
OWN_PAGE = "direct"
"""Word of the vocabulary *reading* for a page of those who counted."""
DAYS = {"date": "date", "statement": "stated", "depart": "departure", "arrive": "arrival"}
"""Column before ``_first`` and ``_last``, and the label of that interval on a card."""
RELATIONS = {
    "one-sighting": "the same sighting in other rows",
    "probably-one": "probably the same sighting in other rows",
    "one-call": "other stages of the same ship call",
    "part-of": "totals and parts of one total, never added",
    "conversion": "numbers reckoned from one another, such as shells from containers",
    "same-voyages": "totals of the same transfer by others, never added",
    "one-image": "other things read on images of the same day",
    "one-report": "other sightings in the same report",
}
"""How the rows of a group of ``same_observation`` hang together, and the label on a card."""
PERIOD = "period it speaks of"
"""Label of the interval of a statement, which is not the day on which it was made."""


@dataclass(frozen=True)
class CardRecord:
    """Tables of the record with what the cards look up in them."""

    tables: Mapping[str, pd.DataFrame]
    """Tables by name."""
    observations: tuple[str, ...]
    """Names of the tables whose rows have cards."""
    archive: Archive = field(default_factory=Archive)
    """Copies of the pages that the record cites."""

    @cached_property
    def rows(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Table and cells of each row, by its id."""
        return {
            str(row["id"]): (name, row)
            for name in self.observations
            for row in self.tables[name].to_dict("records")
        }

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """Cells of each source, by its id."""
        return {str(row["id"]): row for row in self.tables["sources"].to_dict("records")}

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of counters and scopes, by id."""
        return names_of(self.tables["counters"], self.tables["scopes"])

    @cached_property
    def copies(self) -> dict[str, list[str]]:
        """Sources that took their content from a source, by its id."""
        found: dict[str, list[str]] = defaultdict(list)
        for source, row in self.sources.items():
            for parent in str(row["derived_from"]).split():
                found[parent].append(source)
        return dict(found)

    @cached_property
    def rows_of_source(self) -> dict[str, list[str]]:
        """Rows that were read on a source, by its id."""
        found: dict[str, list[str]] = defaultdict(list)
        for row_id, (_, row) in self.rows.items():
            found[str(row["source_id"])].append(row_id)
        return dict(found)

    @cached_property
    def related(self) -> dict[str, dict[str, list[str]]]:
        """Other rows of the groups of a row, by its id and by how they hang together."""
        table = self.tables["same_observation"]
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for (_, relation), rows in table.groupby(["group", "relation"], sort=False):
            ids = [str(row) for row in rows["row_id"]]
            for row in ids:
                known = found[row][str(relation)]
                known += [other for other in ids if other != row and other not in known]
        return {row: dict(relations) for row, relations in found.items()}


def dates(row: Mapping[str, Any], stem: str) -> str:
    """Interval of a row in words; empty where the row has none."""
    ends = (f"{stem}_first", f"{stem}_last")
    if not all(end in row for end in ends):
        return ""
    precision = [
        str(row.get(f"precision_{end}") or row.get(f"{stem}_precision") or "")
        if stem == "date"
        else str(row.get(f"{stem}_precision") or "")
        for end in ("first", "last")
    ]
    first, last = (None if pd.isna(row[end]) else row[end] for end in ends)
    return when(first, last, *precision) if first is not None or last is not None else ""


def published(source: Mapping[str, Any]) -> str:
    """Day on which a source was published, in words."""
    first, last = source["published_first"], source["published_last"]
    known = [None if pd.isna(day) else day for day in (first, last)]
    if known == [None, None]:
        return "undated"
    precision = str(source["published_precision"])
    return when(known[0], known[1], precision, precision)


def page_link(source: Mapping[str, Any]) -> Part:
    """Link to the page of a publisher: its name, its title and its day."""
    title = shortened(shown_title(str(source["title"])), letters=90)
    unlinked = "" if source["url"] else "; no address"
    words = f"{source['publisher']}, {title} ({published(source)}{unlinked})"
    return web_link(words, str(source["url"]))


def read_in(record: CardRecord, row_ids: Iterable[str]) -> list[Fact]:
    """Pages on which rows were read: those of the counter first, then reports of it."""
    pages: dict[str, str] = {}
    for row_id in row_ids:
        if row_id in record.rows:
            _, row = record.rows[row_id]
            pages.setdefault(str(row["source_id"]), str(row.get("reading", "")))
    own = [s for s, reading in pages.items() if reading == OWN_PAGE]
    reports = [s for s in pages if s not in own]
    return [
        *fact("read on a page of the counter", (page_link(record.sources[s]) for s in own)),
        *fact("read in a report of it", (page_link(record.sources[s]) for s in reports)),
    ]


def row_links(record: CardRecord, row_ids: Iterable[str]) -> list[Part]:
    """Links to the cards of rows; an id without a row stays plain words."""
    return [Part(row, address("row", row) if row in record.rows else "") for row in row_ids]


def finding_links(keys: Iterable[str]) -> list[Part]:
    """Links to the cards of findings."""
    return [Part(key, address("finding", key)) for key in keys]


KINDS = {"events": "event_kind", "ais_events": "ais_kind", "press_claims": "claim_kind"}
"""Tables whose rows are told apart by a kind, and the vocabulary that says what it means."""


def related_facts(record: CardRecord, row_id: str) -> list[Fact]:
    """Rows that hang together with a row, each kind of relation under its own name."""
    related = record.related.get(row_id, {})
    order = [*RELATIONS, *(word for word in related if word not in RELATIONS)]
    return [
        each
        for word in order
        for each in fact(
            RELATIONS.get(word) or words_of(record, "relation", word),
            row_links(record, related.get(word, [])),
        )
    ]


def _heading(record: CardRecord, table: str, row: Mapping[str, Any]) -> str:
    """Title of a row's card: its number, or where it has none what the row says."""
    if "bound" in row and row["bound"] and "unit" in row:
        known = {"low": float("nan"), "high": float("nan"), "wording": "", **row}
        return with_quantity(quantity_text(quantity_of(known)), row)
    text = plain_note(str(row.get("text", "")))
    return text[:1].upper() + text[1:] if text else kind_of_row(record, table, row)


def kind_of_row(record: CardRecord, table: str, row: Mapping[str, Any]) -> str:
    """Phrase that says of what kind a row without a number is."""
    if row.get("state") in STATE_WORDS:
        thing = str(row.get("vessel", "") or row.get("quantity", "")) or THINGS.get(table, table)
        phrase = STATE_WORDS[str(row["state"])].format(thing=thing)
    else:
        phrase = _phrase(record, table, row)
    return phrase[:1].upper() + phrase[1:]


def with_quantity(said: str, row: Mapping[str, Any]) -> str:
    """Put the quantity of a row before a number whose unit does not say what was measured."""
    if row.get("unit") not in BARE_UNITS or not row.get("quantity"):
        return said
    quantity = str(row["quantity"])
    return f"{quantity[:1].upper()}{quantity[1:]}: {said}"


def dates_facts(row: Mapping[str, Any]) -> list[Fact]:
    """Dates of a row: of a statement its day, and apart from it the period that it speaks of."""
    labels = {**DAYS, "date": PERIOD} if "statement_first" in row else DAYS
    return [each for stem, label in labels.items() for each in fact(label, [dates(row, stem)])]


def method_words(row: Mapping[str, Any]) -> str:
    """Mark a number as a sum by those who compiled the record; empty for any other."""
    if row.get("method") != DERIVED_SUM:
        return ""
    return f"a sum by the compiler of the parts that the counter printed: {row['text']}"


def _phrase(record: CardRecord, table: str, row: Mapping[str, Any]) -> str:
    ship = str(row.get("vessel", "")) or "a ship"
    if table in KINDS:
        kind = words_of(record, KINDS[table], str(row["kind"]))
        return {"events": kind, "press_claims": f"claim of the press: {kind}"}.get(
            table, f"{ship}: {kind}"
        )
    if table == "voyages":
        return f"voyage of {ship}, load not counted"
    if table == "port_stays":
        place = str(row.get("scope", ""))
        return f"stay of {ship} at {record.names.get(place, place)}"
    if table == "route_connections":
        return f"{_site(record, row['from_site'])} to {_site(record, row['to_site'])}, connected"
    if "counter" in row:
        return f"statement without a number by {record.names.get(row['counter'], row['counter'])}"
    return f"row of {table.replace('_', ' ')}"


def _site(record: CardRecord, site: str) -> str:
    sites = record.tables.get("sites")
    if sites is None or site not in set(sites["id"]):
        return site
    return str(sites.set_index("id").loc[site, "name"])


def archive_words(record: CardRecord, row: Mapping[str, Any]) -> str:
    """Phrase on the archived copy of the page of a row, and on the row's number in it."""
    source = record.sources.get(str(row["source_id"]))
    return "" if source is None else record.archive.of_row(str(source["url"]), str(row["id"]))


def _copies(record: CardRecord, row: Mapping[str, Any]) -> str:
    count = len(record.copies.get(str(row["source_id"]), []))
    return {0: "", 1: "1 further page copies the page"}.get(
        count, f"{count} further pages copy the page"
    )


def row_card(record: CardRecord, row_id: str, used_by: Iterable[str]) -> Card:
    """Card of one row of an observation table.

    Parameters
    ----------
    record : CardRecord
        The record.
    row_id : str
        Id of the row.
    used_by : iterable of str
        Keys of the findings that rest on it.

    Returns
    -------
    Card
    """
    table, row = record.rows[row_id]
    place = str(row.get("scope", ""))
    counter = str(row.get("counter", "") or row.get("asserted_by", ""))
    facts = [
        *fact("counted or stated by", [record.names.get(counter, counter)]),
        *fact("place", [record.names.get(place, place)]),
        *dates_facts(row),
        *fact("how the number was made", [method_words(row)]),
        *read_in(record, [row_id]),
        *fact("copies", [_copies(record, row)]),
        *fact("archive", [archive_words(record, row)]),
        *related_facts(record, row_id),
        *fact("note", [plain_note(str(row.get("note", "")))]),
        *fact("used by", finding_links(used_by)),
        *fact("all its cells", [Part(f"row {row_id} of {table}", f"record.html#{row_id}")]),
    ]
    title, said = _heading(record, table, row), plain_note(str(row.get("text", "")))
    # a title that says it all leaves room for what kind of row it is
    repeated = bool(said) and title[1:] == said[1:] and len(title) <= MOST_IN_HEADING
    sentence = f"{kind_of_row(record, table, row)}." if repeated else said
    return Card(
        "row", row_id, shortened(title, letters=MOST_IN_HEADING), shortened(sentence), tuple(facts)
    )


def words_of(record: CardRecord, vocabulary: str, text: str) -> str:
    """Meaning of a word of a vocabulary; the word itself where it has none."""
    table = record.tables.get("vocabulary")
    if table is None:
        return text
    chosen = table[(table["vocabulary"] == vocabulary) & (table["word"] == text)]
    return str(chosen["meaning"].iloc[0]) if len(chosen) else text


def source_card(record: CardRecord, source_id: str) -> Card:
    """Card of one source: publisher, day, address, what it copied and what was read on it."""
    source = record.sources[source_id]
    copied = str(source["derived_from"]).split()
    url = str(source["url"])
    facts = [
        *fact("publisher's page", [web_link(url, url)] if url else ["no address is known"]),
        *fact("published", [published(source)]),
        *fact("archive", [record.archive.of_page(url)]),
        *fact("what it reports", [str(source["reports"])]),
        *fact("how far it was read", [str(source["reading_extent"])]),
        *fact("reliability", [words_of(record, "reliability", str(source["reliability"]))]),
        *fact("copied from", [Part(s, address("source", s)) for s in copied]),
        *fact(
            "copied by",
            [Part(s, address("source", s)) for s in record.copies.get(source_id, [])],
        ),
        *fact("rows read on it", row_links(record, record.rows_of_source.get(source_id, []))),
        *fact("all its cells", [Part(f"source {source_id}", f"sources.html#{source_id}")]),
    ]
    title = shown_title(str(source["title"]))
    heading = f"{source['publisher']}: {title}" if title else str(source["publisher"])
    return Card(
        "source", source_id, shortened(heading, letters=MOST_IN_HEADING),
        shortened(f"{title[:1].upper()}{title[1:]} ({published(source)})", letters=200),
        tuple(facts),
    )  # fmt: skip


def record_cards(record: CardRecord, findings: Iterable[Mapping[str, Any]]) -> Iterator[Card]:
    """Cards of all rows and sources, in the order of the tables."""
    used_by: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        for row in (*finding["inputs"], *finding.get("further", ())):
            used_by[row].append(finding["key"])
    for row_id in record.rows:
        yield row_card(record, row_id, used_by.get(row_id, []))
    for source_id in record.sources:
        yield source_card(record, source_id)
