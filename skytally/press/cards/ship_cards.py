"""Cards of ships: who a ship is, when it was seen and heard, and what nobody knows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from skytally.core import COUNTED_BY, listed, quantity_of, quantity_text, when, with_preposition
from skytally.press.cards.card_fields_and_text_shortening import (
    CITE,
    Card,
    Fact,
    Part,
    address,
    fact,
)
from skytally.press.cards.record_cards import CardRecord, dates
from skytally.press.cards.record_rows_by_ship import (
    ALONE,
    HOW_NOT_SAID,
    IN_PASSING,
    LISTINGS,
    OWNERS,
    PERHAPS,
    SIGHTINGS,
    TOGETHER,
    VOYAGES,
    ShipRow,
    after,
    before_operation,
    earliest,
    heard_rows,
    latest,
    latest_by_place,
    naming,
    perhaps_before,
    placed_rows,
    rows_of_ship,
    seen_rows,
    ship_id,
    ship_names,
    ships_named_in,
    silent_rows,
    unnamed_sightings,
)
from skytally.press.cards.source_citation_formatting import ORIGINAL
from skytally.record import kept_instead, newest_page

PAGE = "ships.html"
"""Page with all rows of each ship."""
SHIPS = "ships it names"
"""Label of the links from a card to the ships that it names."""
TOTALS = "voyage_counts"
TRIPS = ("calls", "voyages", "shipments", "round trips", "ships")
"""Units in which counters count visits and voyages; no two may be added."""
LAST_FACTS = ("all of it", "all its cells", CITE, ORIGINAL)
"""Labels of the facts that end a card; a title or a citation in them names no ship."""
GROUPS = "same_observation"
FIRST_SEEN = "first sighting reported by name, as far as sightings are dated"
LAST_SEEN = "last sighting reported by name"
LAST_PLACED = "last report of where it was, by name"
PERHAPS_SEEN = "last sighting reported, if it was this ship"
"""Labels of the first and the last reports of a ship."""
SHIP, OWNER = "ship", "owner"
"""Words of the vocabularies *listing_target* and *ship_relation*."""
IMO_PRINTED = "imo_printed"
"""Column of the listings: whether the page prints the number that stands in the row."""
LINKED, EARLIER_NAME = "linked", "earlier-name"
"""Words of *ship_relation*: by a list of sanctions or a page on one; a name it had before."""
A_LIST, MIRROR = "official statement", "mirror"
"""Type of a source that is a list of sanctions itself, and why one read in a copy is graded so."""
RELATION_WORDS = {
    OWNER: "owner",
    LINKED: "linked to it by a list of sanctions or a page on one",
    EARLIER_NAME: "by one page an earlier name of its owner",
}
"""How the pages connect a ship and a company, in words."""


def ship_part(ship: str) -> Part:
    """Name of a ship with a link to its card."""
    return Part(ship, address("ship", ship_id(ship)))


def row_part(record: CardRecord, row: ShipRow) -> Part:
    """Day and place of a row of a ship, who counted, and a link to the card of the row.

    A sighting of which no page says how it was made says so.
    """
    cells = row.cells
    day = next(filter(None, (dates(cells, stem) for stem in ("date", "depart", "arrive"))), "")
    place = str(cells.get("scope", "") or cells.get("place", ""))
    who = str(cells.get("counter", ""))
    unsaid = HOW_NOT_SAID if HOW_NOT_SAID in str(cells.get("text", "")) else ""
    words = [day or "no day", record.names.get(place, place), record.names.get(who, who), unsaid]
    return Part(", ".join(filter(None, words)), address("row", str(cells["id"])))


def last_sightings(record: CardRecord, seen: Sequence[ShipRow]) -> dict[str, Part]:
    """Last of these sightings at each site by the name of the site, the newest first.

    A scope that spans several sites, as a route does, is a place of its own.
    """
    sites = record.tables["sites"].set_index("id")["name"]
    scopes = record.tables["scopes"].set_index("id")
    named = scopes["site"].map(sites).fillna(scopes["name"]).to_dict()
    rows = latest_by_place(seen, lambda row: str(named[row.cells["scope"]]))
    return {str(named[row.cells["scope"]]): row_part(record, row) for row in rows}


def before_first(record: CardRecord, rows: Sequence[ShipRow], first: ShipRow | None) -> list[Part]:
    """Sightings and counted voyages that may lie before the first sighting that can be dated."""
    return [
        Part(f"perhaps before, without a day: {part.text}", part.url)
        for row in perhaps_before(rows, first)
        for part in [row_part(record, row)]
    ]


def bodies_of(rows: Iterable[ShipRow]) -> dict[tuple[str, str], list[ShipRow]]:
    """Rows on the owners of a ship, by company and by how a page connects the two."""
    found: dict[tuple[str, str], list[ShipRow]] = {}
    for row in rows:
        if row.table == OWNERS and row.named == ALONE:
            cells = row.cells
            found.setdefault((str(cells["body"]), str(cells["relation"])), []).append(row)
    return found


def by_its_page(row: Mapping[str, Any]) -> str:
    """Word the last day of a row that is true on that day, and whose beginning is not known."""
    last, precision = row["date_last"], str(row["precision_last"])
    return f"by a page of {when(last, last, precision, precision)}"


def owned_when(row: Mapping[str, Any]) -> str:
    """Word for when a page connects a company with a ship.

    The last day of such a row is as a rule that of its page, and no end of owning.

    Parameters
    ----------
    row : mapping
        Cells of a row of ``ship_owners``.

    Returns
    -------
    str
        For example ``since August 2021, by a page of 18 October 2023``.
    """
    first, last = row["date_first"], row["date_last"]
    if pd.isna(last):
        return "the page gives no day"
    if pd.isna(first):
        return by_its_page(row)
    words = dates(row, "date")
    if " to " not in words:
        return with_preposition(words)
    begun = str(row["precision_first"])
    return f"since {when(first, first, begun, begun)}, {by_its_page(row)}"


def _connection(relation: str, rows: Sequence[ShipRow]) -> str:
    """Word how the pages connect a company with a ship, and that they may mean another ship."""
    words = RELATION_WORDS.get(relation, relation)
    others = {str(row.cells.get("other_ship", "")) for row in rows}
    return words if "" in others else f"{words}; may be the {listed(sorted(others))}"


def _listings(rows: Iterable[ShipRow]) -> dict[str, list[ShipRow]]:
    """Rows that list the ship itself, by body; those that may mean another ship come last."""
    found: dict[str, list[ShipRow]] = {}
    for row in sorted(rows, key=lambda each: bool(each.cells.get("other_ship"))):
        if row.table == LISTINGS and row.named == ALONE and row.cells["target"] == SHIP:
            found.setdefault(str(row.cells["body"]), []).append(row)
    return found


def _body_listing(body: str, rows: Sequence[ShipRow]) -> str:
    """Name a body that lists the ship, and another ship that every such row may mean."""
    others = {str(row.cells.get("other_ship") or "") for row in rows}
    return body if "" in others else f"{body}; may be the {listed(sorted(others))}"


def imo_rows(rows: Iterable[ShipRow]) -> list[ShipRow]:
    """Rows of this ship alone whose page prints its number, not those that it is joined to."""
    return [
        row
        for row in rows
        if row.named == ALONE and row.cells.get("imo") and row.cells.get(IMO_PRINTED) != "no"
    ]


def ship_facts(record: CardRecord, rows: Sequence[ShipRow]) -> list[Fact]:
    """Facts on a ship: number, owners, lists, when it was seen, heard and recorded to sail.

    Parameters
    ----------
    record : CardRecord
        The record.
    rows : sequence of ShipRow
        Rows of the ship.

    Returns
    -------
    list of Fact
        A fact for which there is no row is left out; `ship_unknowns` says what is not known.
    """
    of_it = (ALONE, TOGETHER)
    seen, perhaps = seen_rows(rows, *of_it), seen_rows(rows, PERHAPS)
    voyages = [row for row in rows if row.table == VOYAGES and row.named in of_it]
    picked = {
        FIRST_SEEN: earliest(seen), LAST_SEEN: latest(seen),
        LAST_PLACED: _elsewhere(rows),
        "last heard by radio": latest(heard_rows(rows)),
        "newest report that it was not heard by radio": latest(silent_rows(rows, *of_it)),
        PERHAPS_SEEN: latest(perhaps),
        "not heard by radio, if it was this ship": latest(silent_rows(rows, PERHAPS)),
        "last voyage with a dated departure": latest(voyages),
    }  # fmt: skip
    number = {str(row.cells["imo"]): row for row in imo_rows(rows)}
    listings = _listings(rows)
    totals = [
        row for row in rows if row.table == TOTALS and row.named == ALONE and row.cells["bound"]
    ]
    again = kept_instead(record.tables[GROUPS])
    counts = Counter(row.named for row in rows)
    told = [f"{counts[how]} {how}" for how in (*of_it, PERHAPS, IN_PASSING) if counts[how]]
    return [
        *fact("IMO number", [_row_link(row, words) for words, row in number.items()]),
        *fact(
            "who stands behind it",
            [
                _row_link(of_body[0], f"{body} ({_connection(relation, of_body)})")
                for (body, relation), of_body in bodies_of(rows).items()
            ],
        ),
        *fact(
            "the ship itself was put under sanctions by",
            [
                _row_link(of_body[0], _body_listing(body, of_body))
                for body, of_body in listings.items()
            ],
        ),
        *(
            each
            for label, row in picked.items()
            if row is not None
            for each in fact(
                label,
                [
                    row_part(record, row),
                    *(before_first(record, rows, row) if label == FIRST_SEEN else ()),
                ],
            )
        ),
        *(
            each
            for place, part in list(last_sightings(record, seen).items())[1:]
            for each in fact(f"{LAST_SEEN}, {place}", [part])
        ),
        *fact(
            "totals that a counter gives for it alone",
            [_total(record, row, again=_id(row) in again) for row in totals],
        ),
        *fact("rows of the record", [f"{len(rows)}, which name it: {listed(told)}"]),
    ]


def _elsewhere(rows: Sequence[ShipRow]) -> ShipRow | None:
    """Last report of where a ship was, where that is none of its sightings."""
    last = latest(placed_rows(rows))
    return None if last is None or last.table == SIGHTINGS else last


def _id(row: ShipRow) -> str:
    return str(row.cells["id"])


def trip_totals(record: CardRecord, rows: Iterable[ShipRow]) -> list[ShipRow]:
    """Totals of voyages of one ship alone, of rows on one count the one that counts.

    Parameters
    ----------
    record : CardRecord
        The record.
    rows : iterable of ShipRow
        Rows of the ship.

    Returns
    -------
    list of ShipRow
    """
    again = kept_instead(record.tables[GROUPS])
    return [
        row
        for row in rows
        if row.table == TOTALS and row.named == ALONE and row.cells["bound"]
        and row.cells["unit"] in TRIPS and not row.cells["cargo"] and _id(row) not in again
    ]  # fmt: skip


def of_one_year(row: ShipRow) -> bool:
    """Whether the period of a total lies in one calendar year."""
    first, last = (row.cells[end] for end in ("date_first", "date_last"))
    return not pd.isna(first) and not pd.isna(last) and first.year == last.year


def total_words(record: CardRecord, row: ShipRow, *, again: bool = False) -> str:
    """Total of one ship with its counter and period; of two rows on one count, one says so."""
    cells = row.cells
    who = record.names.get(str(cells["counter"]), str(cells["counter"]))
    note = "; the same number on another page" if again else ""
    return f"{quantity_text(quantity_of(cells))} ({who}, {dates(cells, 'date')}{note})"


def _total(record: CardRecord, row: ShipRow, *, again: bool) -> Part:
    """Total of one ship, linked to its row."""
    return _row_link(row, total_words(record, row, again=again))


def _row_link(row: ShipRow, words: str) -> Part:
    return Part(words, address("row", str(row.cells["id"])))


def ship_unknowns(record: CardRecord, ship: str, rows: Sequence[ShipRow]) -> list[str]:
    """Sentences on what the record does not say of a ship.

    Parameters
    ----------
    record : CardRecord
        The record.
    ship : str
        Its name.
    rows : sequence of ShipRow
        Its rows.

    Returns
    -------
    list of str
    """
    return [
        *_unknown_identity(record, rows),
        *_unknown_years(record, rows),
        *_unknown_voyages(rows),
        *_unknown_signals(rows),
        *_unknown_now(record, ship, rows),
        "What it carried: no image shows what is in a container.",
    ]


def _owner_words(rows: Iterable[ShipRow]) -> str:
    """Word which companies pages name as the owner, and whether that is one page alone."""
    found = {body: told for (body, relation), told in bodies_of(rows).items() if relation == OWNER}
    pages = {row.cells["source_id"] for told in found.values() for row in told}
    names = "One page names" if len(pages) == 1 else "Pages name"
    return f"{names} {listed(sorted(found))} as its owner"


def _link_words(record: CardRecord, rows: Iterable[ShipRow]) -> Iterator[str]:
    """Word which company the pages read link with a ship: a list apart from pages on a list."""
    sources = record.tables["sources"].set_index("id").to_dict("index")
    pages: dict[str, list[ShipRow]] = {}
    lists: dict[str, list[str]] = {}
    for (body, relation), told in bodies_of(rows).items():
        for row in told if relation == LINKED else ():
            source = str(row.cells["source_id"])
            if sources[source]["type"] == A_LIST:
                lists.setdefault(source, []).append(body)
            else:
                pages.setdefault(body, []).append(row)
    for body, told in pages.items():
        who = dict.fromkeys(sources[row.cells["source_id"]]["publisher"] for row in told)
        others = sorted({str(row.cells["other_ship"]) for row in told} - {""})
        doubt = f", which may mean the {listed(others)}," if others else ""
        yield f"a page of {listed(list(who))} on a listing{doubt} links it to {body}"
    for source, named in lists.items():
        read = "whose copy" if sources[source]["reliability_reason"] == MIRROR else "that"
        yield f"the list {read} was read links it to {listed(named)}"


def _unknown_identity(record: CardRecord, rows: Sequence[ShipRow]) -> Iterator[str]:
    if not imo_rows(rows):
        yield "No page that was read gives its IMO number."
    bodies = bodies_of(rows)
    owners = {body for body, relation in bodies if relation == OWNER}
    renamed = {body for body, relation in bodies if relation == EARLIER_NAME}
    others = {body for body, _ in bodies} - owners - renamed
    if not owners:
        yield "No page that was read says who owns it."
    elif others:
        yield (
            f"{_owner_words(rows)}; {'; '.join(_link_words(record, rows))}: whether one followed "
            "the other, or more than one is true at once, no page says."
        )
    yield "No page read says who managed, chartered or sailed it on a voyage of this route."
    bodies_that_list = dict.fromkeys(record.tables[LISTINGS]["body"])
    missing = [body for body in bodies_that_list if body not in _listings(rows)]
    if missing:
        yield f"A listing of the ship itself by {listed(missing)} is in no page that was read."


def _unknown_years(record: CardRecord, rows: Sequence[ShipRow]) -> Iterator[str]:
    totals = trip_totals(record, rows)
    if any(map(of_one_year, totals)):
        return
    known = "a total of it alone is in none either"
    if totals:
        known = f"its total alone is {listed([total_words(record, row) for row in totals])}"
    yield f"No page that was read gives its voyages by year; {known}."


def _unknown_voyages(rows: Sequence[ShipRow]) -> Iterator[str]:
    voyages = [row for row in rows if row.table == VOYAGES and row.named in (ALONE, TOGETHER)]
    if not voyages:
        yield "No page that was read dates a single voyage of it on this route."
        return
    numbered = [
        row for row in voyages if row.cells["quantity"] == "containers" and row.cells["bound"]
    ]
    counted = [row for row in numbered if row.cells["method"] in COUNTED_BY]
    if len(counted) < len(voyages):
        stated = len(numbered) - len(counted)
        told = f"{stated} row has" if stated == 1 else f"{stated} rows have"
        yield (
            f"How many containers it carried is counted for {len(counted) or 'none'} of "
            f"the {len(voyages)} rows on its voyages"
            + (f"; {told} a number that is stated, and not counted on board." if stated else ".")
        )
    yield "Between the ends of a voyage, and between voyages, no page read says where it was."


def _unknown_signals(rows: Sequence[ShipRow]) -> Iterator[str]:
    if not before_operation(rows):
        yield (
            "No page that was read gives its last radio position before it first sailed on this "
            "route."
        )


def _unknown_now(record: CardRecord, ship: str, rows: Sequence[ShipRow]) -> Iterator[str]:
    last = latest(placed_rows(rows))
    to = newest_page(record.tables["sources"])
    read = f"pages were read to {when(to, to, 'day', 'day')}"
    if last is None:
        yield f"Nobody in the record reports where the {ship} was; {read}."
        return
    yield (
        "Where it is now: the last report of it by name in the record is of "
        f"{row_part(record, last).text}; {read}."
    )
    perhaps = after(seen_rows(rows, PERHAPS), last)
    if perhaps:
        told = [f"{row_part(record, row).text} ({row.cells['vessel']})" for row in perhaps]
        yield f"Later, a ship that may have been this one: {'; '.join(told)}."
    again = kept_instead(record.tables[GROUPS])
    unnamed = [row for row in after(unnamed_sightings(record), last) if _id(row) not in again]
    if unnamed:
        newest = row_part(record, unnamed[-1]).text
        if len(unnamed) == 1:
            told_of = f"1 later sighting of a ship without a name, {newest}: whether it"
        else:
            told_of = (
                f"{len(unnamed)} later sightings of ships without a name, the last of them "
                f"{newest}: whether any"
            )
        yield f"The record has {told_of} was this ship no row says."


def _first_line(record: CardRecord, rows: Sequence[ShipRow]) -> str:
    """Sentence on what a ship is known by, and on the first and the last report of it."""
    numbers = list(dict.fromkeys(str(row.cells["imo"]) for row in imo_rows(rows)))
    name = f"A ship with the IMO number {listed(numbers)}" if numbers else "A ship"
    seen = seen_rows(rows, ALONE, TOGETHER)
    first, last = earliest(seen), latest(seen)
    if first is None or last is None:
        return f"{name}, of which the record has no sighting by name."
    elsewhere = _elsewhere(rows)
    heard = f", and later reported ({row_part(record, elsewhere).text})" if elsewhere else ""
    return (
        f"{name}, of which counters report sightings by name, as far as these are dated, first "
        f"({row_part(record, first).text}) and last "
        f"({row_part(record, last).text}){heard}."
    )


def ship_card(record: CardRecord, ship: str) -> Card:
    """Card of one ship, which leads to its part of the page of ships.

    Parameters
    ----------
    record : CardRecord
        The record.
    ship : str
        Its name.

    Returns
    -------
    Card
    """
    rows = rows_of_ship(record, ship)
    facts = [
        *ship_facts(record, rows),
        *fact("not known", [" ".join(ship_unknowns(record, ship, rows))]),
        *fact("all of it", [Part(f"every row on the {ship}", f"{PAGE}#{ship_id(ship)}")]),
    ]
    sentence = _first_line(record, rows)
    return Card("ship", ship_id(ship), ship, sentence, tuple(facts))


def ship_cards(record: CardRecord) -> Iterator[Card]:
    """Cards of all ships that the record follows."""
    return (ship_card(record, ship) for ship in ship_names(record.tables))


def with_ship_links(record: CardRecord, cards: Iterable[Card]) -> Iterator[Card]:
    """Link each card that names a ship of the route, in whatever fact, to the ship.

    Parameters
    ----------
    record : CardRecord
        The record.
    cards : iterable of Card
        Cards of findings, claims, rows and sources.

    Yields
    ------
    Card
        In the same order; the links stand before the facts that end the card.
    """
    ships = ship_names(record.tables)
    pattern = naming(ships)
    for card in cards:
        told = [each for each in card.facts if each.label not in LAST_FACTS]
        texts = [card.heading, card.sentence, *(part.text for each in told for part in each.parts)]
        named = {found for text in texts for found in pattern.findall(text)}
        if card.kind == "row":
            named |= set(ships_named_in(record.rows[card.id][1], ships))
        links = fact(SHIPS, [ship_part(ship) for ship in ships if ship in named])
        ends = [each for each in card.facts if each.label in LAST_FACTS]
        yield replace(card, facts=(*told, *links, *ends)) if links else card
