"""Cards of rows and sources of the record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from skytally.core import (
    DERIVED_SUM,
    MADE_AS_SUM,
    evidence_line_name_constants as n,
    limits,
    listed,
    quantity_of,
    quantity_text,
    reading_of,
    unit_of,
    when,
    when_stated,
)
from skytally.figures import names_of
from skytally.findings import interval_words
from skytally.page_archive import Archive
from skytally.press.cards.card_fields_and_text_shortening import (
    CITE,
    Card,
    Fact,
    Part,
    address,
    fact,
    shortened,
    web_link,
)
from skytally.press.cards.source_citation_formatting import (
    COPIES,
    ORIGINAL,
    OWN_PAGE,
    copy_words,
    original_citations,
    page_citation,
    page_link,
    published,
)
from skytally.press.cards.spelled_out_codes import plain_note, shown_title, spelled_out

STATE_WORDS = {
    n.SOMETHING_SEEN: "{thing} seen, no number given",
    n.NOTHING_SEEN: "no {thing} seen",
    n.UNCLEAR: "{thing}: left open by the source",
    n.STATED: "{thing} stated, no number given",
}
"""What a row without a number says, by its state."""
THINGS = {
    "ship_sightings": "ship", "quay_stocks": "cargo on the quay", "rail_counts": "rail traffic",
    "depot_observations": "works, stores or damage",
}  # fmt: skip
"""What the rows of a table are about where a row names no quantity."""
THINGS_OF_IMAGES = {"viirs": "light at night"}
"""What images of a family show whatever the table; a light is neither cargo nor a train."""
NO_CARS = "not cars"
"""Word of the vocabulary *car_kind* for a row of the railway that is of no railcars."""
BESIDE_CARS = "trains, cargo or work at the railway"
CORRECTIONS = "corrections"
"""Table of changed cells, and the page that lists them."""
COUNTS = "voyage_counts"
"""Table of totals over a time, which are no sightings."""
BARE_UNITS = ("m", "km", "mm", "m2", "percent", "times")
"""Units that do not say what was measured; a heading names the quantity before them."""
MOST_IN_ROW = 110
"""Letters of a row among the rows of a finding."""
MOST_IN_HEADING = 120
"""Letters of the heading of a row's card."""
BODY_LABELS = {"sanction_listings": "who lists", "ship_owners": "company"}
"""What the body of a row is, by its table."""
EITHER = " or "
"""Between two ships of which a row saw one."""
READ_LABELS = {True: "read on a page of the counter", False: "read in a report of it"}
"""Label of the pages of a row with a counter, by whether the page is the counter's own."""
READ = "read in"
"""Label of the pages of a row without a counter, such as an event."""
DAYS = {"date": "date", "statement": "stated", "depart": "departure", "arrive": "arrival"}
"""Column before ``_first`` and ``_last``, and the label of that interval on a card."""
RELATIONS = {
    "one-sighting": "the same sighting in other rows",
    "probably-one": "probably the same sighting in other rows",
    "one-call": "other stages of the same ship call",
    "part-of": "totals and parts of one total, never added",
    "conversion": "numbers computed from one another, such as shells from containers",
    "same-voyages": "totals of the same transfer by others, never added",
    "one-image": "other things read on images of the same day",
    "one-report": "other sightings in the same report",
}
"""How the rows of a group of ``same_observation`` hang together, and the label on a card."""
TRIPS = {"depart": "first departure", "arrive": "last arrival"}
"""Labels of the dates of a row that sums up several voyages."""
SEVERAL = (",", ";", " and ", " or ")
"""What stands between names where a row speaks of more than one ship."""
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
    def corrected(self) -> Counter[tuple[str, str]]:
        """Number of changes of the cells of each row, by its table and id."""
        changes = self.tables.get(CORRECTIONS)
        if changes is None:
            return Counter()
        return Counter(zip(changes["table"], changes["row"], strict=True))

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
    write = when_stated if stem == "statement" else when
    return write(first, last, *precision) if first is not None or last is not None else ""


def read_in(record: CardRecord, row_ids: Iterable[str]) -> list[Fact]:
    """Pages on which rows were read: those of the counter first, then reports of it."""
    pages: dict[str, str] = {}
    for row_id in row_ids:
        if row_id in record.rows:
            _, row = record.rows[row_id]
            # an event has no counter whose page it could be
            label = READ_LABELS[str(row.get("reading")) == OWN_PAGE] if "counter" in row else READ
            pages.setdefault(str(row["source_id"]), label)
    labelled = [
        each
        for label in (*READ_LABELS.values(), READ)
        for each in fact(
            label, (page_link(record, record.sources[s]) for s in pages if pages[s] == label)
        )
    ]
    copied = dict.fromkeys(
        parent
        for page in pages
        if record.sources[page]["reliability_reason"] in COPIES
        for parent in str(record.sources[page]["derived_from"]).split()
        if parent in record.sources and parent not in pages
    )
    return labelled + fact(
        "page that was copied", (page_link(record, record.sources[s]) for s in copied)
    )


def row_links(record: CardRecord, row_ids: Iterable[str]) -> list[Part]:
    """Links to the cards of rows; an id without a row stays plain words."""
    return [Part(row, address("row", row) if row in record.rows else "") for row in row_ids]


def worded_row(record: CardRecord, row_id: str) -> Part:
    """Link to the card of a row, with who counted, when, and the number as it was worded."""
    if row_id not in record.rows:
        return Part(row_id)
    table, row = record.rows[row_id]
    counter = str(row.get("counter", "") or row.get("asserted_by", ""))
    days = next(filter(None, (dates(row, stem) for stem in ("statement", *DAYS))), "")
    said = _heading(record, table, row)
    words = ", ".join(filter(None, (record.names.get(counter, counter), days, said)))
    return Part(shortened(f"{row_id}: {words}", letters=MOST_IN_ROW), address("row", row_id))


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
    if has_number(row):
        said = quantity_text(quantity_of(_with_ends(row)))
        if row.get("value") == 0 and row["bound"] == n.EXACTLY:
            said = f"no {unit_of(str(row['unit'])).singular}"
        return with_ship(with_quantity(said, row), row)
    text = plain_note(str(row.get("text", "")))
    if not text:
        return kind_of_row(record, table, row)
    heading = with_ship(text, row)
    return heading[:1].upper() + heading[1:]


def has_number(row: Mapping[str, Any]) -> bool:
    """Whether a row gives a number, or the range of one."""
    return bool(row.get("bound")) and "unit" in row


def _with_ends(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"low": float("nan"), "high": float("nan"), "wording": "", **row}


def interval_fact(row: Mapping[str, Any]) -> list[Fact]:
    """Interval of the number of a row, and whose it is; none for an exact number."""
    if not has_number(row):
        return []
    quantity = quantity_of(_with_ends(row))
    low, high = limits(quantity)
    ends = {"low": low, "high": high, "bound": quantity.bound, "unit": quantity.unit}
    whose = reading_of(quantity, method=str(row.get("method", "")))
    return fact("interval", [interval_words({**ends, "interval_from": whose})])


def is_one_ship(names: str) -> bool:
    """Whether a cell names one ship; a sum over several belongs to none of them.

    A name has a capital; *four ships* and *all large vessels* are words.

    Examples
    --------
    >>> is_one_ship("Lady R"), is_one_ship("Angara and Maria together"), is_one_ship("four ships")
    (True, False, False)
    """
    return names[:1].isupper() and not any(mark in names for mark in SEVERAL)


def with_ship(heading: str, row: Mapping[str, Any]) -> str:
    """Put the name of the one ship of a row before a heading that does not have it.

    Examples
    --------
    >>> with_ship("about 300 containers", {"vessel": "Angara"})
    'Angara: about 300 containers'
    >>> with_ship("Angara at Dunai", {"vessel": "Angara"})
    'Angara at Dunai'
    """
    ship = str(row.get("vessel", ""))
    if not is_one_ship(ship) or ship in heading:
        return heading
    return f"{ship}: {heading}"


def kind_of_row(record: CardRecord, table: str, row: Mapping[str, Any]) -> str:
    """Phrase that says of what kind a row is that its heading does not describe."""
    if has_number(row) and row.get("quantity") and "counter" in row:
        phrase = f"{row['quantity']}, given by {record.names.get(row['counter'], row['counter'])}"
    elif row.get("state") in STATE_WORDS:
        thing = str(row.get("vessel", "") or row.get("quantity", "")) or _thing(table, row)
        phrase = STATE_WORDS[str(row["state"])].format(thing=thing)
        if row["state"] == n.SOMETHING_SEEN and row.get("vessel"):
            one = "one ship, " if EITHER in thing else ""
            phrase = f"sighting of {one}{listed(thing.split('; '))}"
            if table == COUNTS:
                phrase = f"{row['quantity']} of {thing}, a total in words and not a number"
    else:
        phrase = _phrase(record, table, row)
    return phrase[:1].upper() + phrase[1:]


def _thing(table: str, row: Mapping[str, Any]) -> str:
    """Name what a row without a number saw: by its images, by its kind of cars, by its table."""
    shown = THINGS_OF_IMAGES.get(str(row.get("family", "")))
    beside = BESIDE_CARS if row.get("car_kind") == NO_CARS else ""
    return shown or beside or THINGS.get(table, table)


def with_quantity(said: str, row: Mapping[str, Any]) -> str:
    """Put the quantity of a row before a number whose unit does not say what was measured."""
    if row.get("unit") not in BARE_UNITS or not row.get("quantity"):
        return said
    quantity = str(row["quantity"])
    return f"{quantity[:1].upper()}{quantity[1:]}: {said}"


def dates_facts(row: Mapping[str, Any]) -> list[Fact]:
    """Dates of a row: of a statement its day, and apart from it the period that it speaks of."""
    labels = {**DAYS, "date": PERIOD} if "statement_first" in row else DAYS
    if row.get("unit") == "round trips":
        labels = {**labels, **TRIPS}
    return [each for stem, label in labels.items() for each in fact(label, [dates(row, stem)])]


def method_words(row: Mapping[str, Any]) -> str:
    """Mark a number as a sum by those who compiled the record; empty for any other."""
    if row.get("method") != DERIVED_SUM:
        return ""
    return f"{MADE_AS_SUM}: {row['text']}"


def _imo_number(row: Mapping[str, Any]) -> str:
    """Write the number of a ship, and where this book joined it to a page that prints none."""
    joined = row.get("imo") and row.get("imo_printed") == "no"
    return f"{row['imo']} (joined by this book)" if joined else str(row.get("imo", ""))


def _phrase(record: CardRecord, table: str, row: Mapping[str, Any]) -> str:
    ship = str(row.get("vessel", "")) or "a ship"
    if table in KINDS:
        kind = words_of(record, KINDS[table], str(row["kind"]))
        return {"events": kind, "press_claims": f"claim of the press: {kind}"}.get(
            table, f"{ship}: {kind}"
        )
    if table == "sanction_listings":
        what = "mention" if row["target"] == "named" else "sanction listing"
        return f"{what} of {ship} ({row['body']})"
    if table == "ship_owners":
        return f"company behind {ship} ({row['body']})"
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


def corrections_fact(record: CardRecord, table: str, row_id: str) -> list[Fact]:
    """Link to the changes of the cells of a row or source; none where nothing was changed."""
    count = record.corrected[table, row_id]
    words = "1 change" if count == 1 else f"{count} changes"
    target = f"{CORRECTIONS}.html#{correction_anchor(table, row_id)}"
    return fact("corrected", [Part(f"{words} of its cells", target)] if count else [])


def correction_anchor(table: str, row_id: str) -> str:
    """Anchor of the first change of a row on the page of corrections.

    Examples
    --------
    >>> correction_anchor("official_claims", "O038.2")
    'changed-official_claims-O038.2'
    """
    return f"changed-{table}-{row_id}"


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
    relation = words_of(record, "ship_relation", str(row.get("relation", "")))
    facts = [
        *fact("counted or stated by", [record.names.get(counter, counter)]),
        *fact("who acted", [spelled_out(str(row.get("actors", "")))]),
        *fact("IMO number", [_imo_number(row)]),
        *fact(BODY_LABELS.get(table, "body"), [str(row.get("body", ""))]),
        *fact("what is listed", [words_of(record, "listing_target", str(row.get("target", "")))]),
        *fact("what follows", [str(row.get("measure", ""))]),
        *fact("how the page connects them", [relation]),
        *fact("company listed", [str(row.get("owner", ""))]),
        *fact("place", [record.names.get(place, place)]),
        *dates_facts(row),
        *interval_fact(row),
        *fact("how the number was made", [method_words(row)]),
        *read_in(record, [row_id]),
        *fact("copies", [_copies(record, row)]),
        *fact("archive", [archive_words(record, row)]),
        *related_facts(record, row_id),
        *fact("note", [plain_note(str(row.get("note", "")))]),
        *fact("used by", finding_links(used_by)),
        *corrections_fact(record, table, row_id),
        *fact("all its cells", [Part(f"row {row_id} of {table}", f"record.html#{row_id}")]),
        *fact(ORIGINAL, original_citations(record, [row_id])),
    ]
    title, said = _heading(record, table, row), plain_note(str(row.get("text", "")))
    # a title that says it all leaves room for what kind of row it is
    repeated = len(said) > 1 and title.endswith(said[1:]) and len(title) <= MOST_IN_HEADING
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


def reliability_words(record: CardRecord, source: Mapping[str, Any]) -> str:
    """Grade of a source, and the one of the reasons for this grade that holds for it."""
    grade, _, _ = words_of(record, "reliability", str(source["reliability"])).partition(":")
    reason = str(source["reliability_reason"])
    return f"{grade}: {words_of(record, 'reliability_reason', reason)}" if reason else grade


def source_card(record: CardRecord, source_id: str) -> Card:
    """Card of one source: publisher, day, address, what it copied and what was read on it."""
    source = record.sources[source_id]
    copied = str(source["derived_from"]).split()
    url = str(source["url"])
    is_copy = source["reliability_reason"] in COPIES
    facts = [
        *fact(
            "page that was read, a copy" if is_copy else "publisher's page",
            [web_link(url, url)] if url else ["no address is known"],
        ),
        *fact("author", [str(source.get("author", ""))]),
        *fact("published", [published(source)]),
        *fact("copy or original", [copy_words(record, source)]),
        *fact("archive", [record.archive.of_page(url)]),
        *fact("what it reports", [str(source["reports"])]),
        *fact("how far it was read", [str(source["reading_extent"])]),
        *fact("reliability", [reliability_words(record, source)]),
        *fact("copied from", [Part(s, address("source", s)) for s in copied]),
        *fact(
            "copied by",
            [Part(s, address("source", s)) for s in record.copies.get(source_id, [])],
        ),
        *fact("rows read on it", row_links(record, record.rows_of_source.get(source_id, []))),
        *corrections_fact(record, "sources", source_id),
        *fact("all its cells", [Part(f"source {source_id}", f"sources.html#{source_id}")]),
        *fact(CITE, [Part(f"{source['publisher']}: {page_citation(record, source_id)}")]),
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
