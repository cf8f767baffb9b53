"""Directives of the page of ships: the list, the owners, and every row on each ship."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import data_registry, listed, quantity_of, quantity_text
from skytally.press.cards.card_fields_and_text_shortening import WEB, Fact, Part
from skytally.press.cards.record_cards import CardRecord, dates, has_number, is_one_ship
from skytally.press.cards.record_rows_by_ship import (
    ALONE,
    LISTINGS,
    OWNERS,
    TOGETHER,
    UNNAMED,
    ShipRow,
    earliest,
    latest,
    naming,
    placed_rows,
    rows_of_ship,
    seen_rows,
    ship_id,
    ship_names,
)
from skytally.press.cards.ship_cards import (
    RELATION_WORDS,
    before_first,
    bodies_of,
    by_its_page,
    imo_rows,
    last_sightings,
    owned_when,
    row_part,
    ship_facts,
    ship_unknowns,
    total_words,
    trip_totals,
)
from skytally.press.sphinx_ext.accuracy_score_directives import PORTS
from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, table
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    filtered_table,
    html_row,
    source_link,
    to_root,
)
from skytally.press.sphinx_ext.sanction_directives import OTHER_SHIP

LENGTHS = "ship_lengths"
"""Table of the lengths that pages print of ships."""
NOT_IN_RECORD = "not in the record"
NO_LENGTH = "no page read gives it"
NO_TOTAL = "no total of it alone in the record"
TABLE_WORDS = {
    "ship_sightings": "seen at a port", "voyages": "a voyage", "voyage_counts": "voyages counted",
    "port_stays": "a stay in port", "ais_events": "radio or register",
    "sanction_listings": "sanctions", "ship_owners": "owner", "quay_stocks": "cargo on the quay",
    "events": "an event", "press_claims": "a claim of the press",
    "official_claims": "an official claim",
}  # fmt: skip
"""What a row of a table is, for the list beside the filter."""
TABLES_OF = {
    "ship_sightings": "sightings", "ais_events": "radio and registers",
    "sanction_listings": "listings", "ship_owners": "owners",
}  # fmt: skip
"""What a table is of, in words."""
NAME_COLUMNS = {"vessel": "", "other_ship": ": a page may mean it"}
"""Columns for the name of a ship, and for that of another one, with what is said of the latter."""
STEMS = ("statement", "date", "depart", "arrive", "seen")


def printed_lengths(ship: str) -> dict[str, int]:
    """Lengths of a ship in metres that pages print, by source; none in a book without the table."""
    if LENGTHS not in data_registry.entries():
        return {}
    rows = table(LENGTHS)
    own = rows[rows["vessel"] == ship]
    return {str(row.source_id): round(float(row.metres)) for row in own.itertuples()}


class ShipBlock(Block):
    """Base of the blocks on ships."""

    def part(self, part: Part) -> str:
        """Words of a fact with their link, from the page of the directive."""
        if not part.url:
            return cell(part.text)
        up = "" if part.url.startswith(WEB) else to_root(self.state.document.settings.env.docname)
        return f'<a href="{cell(up + part.url)}">{cell(part.text)}</a>'

    def facts(self, facts: Iterable[Fact]) -> str:
        """Return facts as a list of terms."""
        lines = "".join(
            f"<dt>{cell(fact.label)}</dt><dd>{'; '.join(map(self.part, fact.parts))}</dd>"
            for fact in facts
        )
        return f'<dl class="sk-dates">{lines}</dl>'


class ShipList(ShipBlock):
    """List the ships that the record follows, and those that it names beside them."""

    def html(self) -> str:
        """Return the table and a sentence on other ships."""
        record = card_record()
        ships = ship_names(record.tables)
        return filtered_table(
            "ships",
            "Ships: a row is one ship, with the first and the last sighting that counters report "
            "by its name, alone or with others, as far as they are dated, the last at each place, "
            "what may lie before the first without a day, the last report of where it was, its "
            "length as pages print it, and how often a counter says that it sailed; totals of "
            "several ships together are left out",
            [
                "ship",
                "IMO number",
                "length, and where read",
                "first sighting reported by name",
                "last sighting reported by name, at each place",
                "last report of where it was, by name",
                "voyages counted by name, by whom",
                "rows",
            ],
            [self._row(ship) for ship in ships],
            empty="The record follows no ship yet.",
        ) + self._others(ships)

    def _row(self, ship: str) -> str:
        record = card_record()
        rows = rows_of_ship(record, ship)
        seen = seen_rows(rows, ALONE, TOGETHER)
        numbers = dict.fromkeys(str(row.cells["imo"]) for row in imo_rows(rows))
        first, placed = (
            self.part(row_part(record, row)) if row else cell(NOT_IN_RECORD)
            for row in (earliest(seen), latest(placed_rows(rows)))
        )
        first += "".join(
            f"<br>{self.part(part)}" for part in before_first(record, rows, earliest(seen))
        )
        last = "<br>".join(map(self.part, last_sightings(record, seen).values()))
        ends = first, last or cell(NOT_IN_RECORD), placed
        link = f'<a href="#{ship_id(ship)}">{cell(ship)}</a>'
        imo = cell(listed([*numbers]) or NOT_IN_RECORD)
        trips = self._trips(record, rows)
        return html_row((link, imo, self._lengths(ship), *ends, trips, str(len(rows))))

    def _trips(self, record: CardRecord, rows: list[ShipRow]) -> str:
        """Totals of voyages of the ship alone, each with its counter and a link to its row."""
        found = [
            self.card("row", str(row.cells["id"]), total_words(record, row))
            for row in trip_totals(record, rows)
        ]
        return "; ".join(found) or cell(NO_TOTAL)

    def _lengths(self, ship: str) -> str:
        """Each length that a page prints of the ship, with a link to the page."""
        up = to_root(self.state.document.settings.env.docname)
        found = printed_lengths(ship).items()
        read = [f"{metres} m ({source_link(source, up=up)})" for source, metres in found]
        return "; ".join(read) or cell(NO_LENGTH)

    def _others(self, ships: list[str]) -> str:
        """Name the ships that cells for a ship's name hold and that the page does not follow."""
        pattern = naming(ships)
        found: dict[str, list[tuple[str, str]]] = {}
        tables: dict[str, None] = {}
        for name, row in card_record().rows.values():
            for column in NAME_COLUMNS:
                vessel = str(row.get(column, ""))
                other = is_one_ship(vessel) and not pattern.search(vessel)
                if other and not vessel.startswith(UNNAMED):
                    what = TABLE_WORDS.get(name, name) + NAME_COLUMNS[column]
                    found.setdefault(vessel, []).append((what, str(row["id"])))
                    tables[TABLES_OF.get(name, name)] = None
        if not found:
            return ""
        words = "; ".join(self._other(vessel, rows) for vessel, rows in sorted(found.items()))
        return (
            "<p>Ships that cells for the name of a ship hold, in the tables of "
            f"{cell(listed(sorted(tables)))}, and that no source of the record puts on this "
            f"route: {words}. Ships that only the words of a row name, as those of an event, are "
            "not in this list.</p>"
        )

    def _other(self, vessel: str, rows: list[tuple[str, str]]) -> str:
        """Name a ship with a link to each kind of row that has it."""
        links = [self.card("row", row, words) for words, row in dict(reversed(rows)).items()]
        return f"{cell(vessel)} ({', '.join(links)})"


class ShipLengthError(ShipBlock):
    """Error of a ship's length on a free image, beside the lengths that pages print of ships."""

    def html(self) -> str:
        """Return a paragraph; nothing where the methods were not scored on this copy."""
        scores = results("measurement_accuracy")
        if scores.empty:
            return ""
        same = (scores[["measure", "dataset", "method"]] == [*PORTS]).all(axis=1)
        rows = scores[same & (scores["metric"] == "length error, median, m")]
        if rows.empty:
            return ""
        row = rows.iloc[0]
        middle, low, high = (float(row[name]) for name in ("value", "low", "high"))
        words = (
            f"Of the {int(row['n'])} ships that this book's method found on single free images of "
            f"{PORTS[1]}, the length read off the image is at the median {_off_by(middle)}, and "
            f"for 90 percent between {_off_by(low)} and {_off_by(high)}"
        )
        up = to_root(self.state.document.settings.env.docname)
        link = f'<a href="{up}accuracy.html#all-scores">all scores</a>'
        return f"<p>{cell(words)} ({link}).{cell(self._beside(high - low))}</p>"

    @staticmethod
    def _beside(width: float) -> str:
        """Compare the error with the lengths of the ships, where pages print those of two."""
        by_ship = {ship: printed_lengths(ship) for ship in ship_names(card_record().tables)}
        known = {ship: found for ship, found in by_ship.items() if found}
        ends = sorted(metres for found in known.values() for metres in found.values())
        if len(known) < 2 or ends[-1] - ends[0] >= width:
            return ""
        return (
            " The lengths that pages print of "
            f"{listed([f'the {ship}' for ship in known])} lie closer together than "
            f"that: {ends[0]} to {ends[-1]} m."
        )


def _off_by(metres: float) -> str:
    """Error of a length in words.

    Examples
    --------
    >>> _off_by(-23.2), _off_by(62.5)
    ('23 m too short', '62 m too long')
    """
    return f"{abs(metres):.0f} m too {'short' if metres < 0 else 'long'}"


class ShipOwners(ShipBlock):
    """Show which pages name whom as the owner of each ship, and where the record is silent."""

    def html(self) -> str:
        """Return the table, a row a ship and company."""
        record = card_record()
        rows = [
            line
            for ship in ship_names(record.tables)
            for line in self._rows(ship, rows_of_ship(record, ship))
        ]
        return filtered_table(
            "ship-owners",
            "Owners: a row is one ship and one company, as pages connect them; being linked by a "
            "list of sanctions is not owning. No register was read; where a page "
            "has it from one, the register is named",
            ["ship", "company", "how the pages connect them", "when", "read in"],
            rows,
            empty="The record names no owner of a ship yet.",
        )

    def _rows(self, ship: str, rows: list[ShipRow]) -> list[str]:
        name = self.card("ship", ship_id(ship), ship)
        found = bodies_of(rows)
        if not any(relation == "owner" for _, relation in found):
            silent = (name, cell("owner"), cell(NOT_IN_RECORD), "", "")
            return [html_row(silent), *(self._line(name, *each) for each in found.items())]
        return [self._line(name, *each) for each in found.items()]

    def _line(self, name: str, key: tuple[str, str], rows: list[ShipRow]) -> str:
        body, relation = key
        up = to_root(self.state.document.settings.env.docname)
        links = [self.card("row", str(row.cells["id"]), _connected(row)) for row in rows]
        sources = dict.fromkeys(str(row.cells["source_id"]) for row in rows)
        read = "; ".join(source_link(source, up=up) for source in sources)
        how = RELATION_WORDS.get(relation, relation)
        return html_row((name, cell(body), cell(how), "; ".join(links), read))


def _connected(row: ShipRow) -> str:
    """Word when a page connects a ship and a company, by which register, and what is in doubt."""
    cells, words = row.cells, owned_when(row.cells)
    if cells.get("register"):
        source = card_record().sources[str(cells["source_id"])]
        words = f"{words} (by {cells['register']}, as {source['publisher']} prints it)"
    if cells.get("other_ship"):
        words = f"{words} ({OTHER_SHIP.format(cells['other_ship'])})"
    return words


def _when(row: ShipRow) -> str:
    """Word the day of a row; owning and being on a list do not end on the day of their page."""
    if row.table == OWNERS:
        return owned_when(row.cells)
    if row.table == LISTINGS and pd.isna(row.cells["date_first"]):
        return by_its_page(row.cells)
    return next(filter(None, (dates(row.cells, stem) for stem in STEMS)), "no day")


class ShipSections(ShipBlock):
    """Show each ship: facts, what is not known, and every row."""

    def html(self) -> str:
        """Return a part a ship, with a heading each."""
        return "".join(map(self._section, ship_names(card_record().tables)))

    def _section(self, ship: str) -> str:
        record, anchor = card_record(), ship_id(ship)
        rows = rows_of_ship(record, ship)
        unknown = "".join(f"<li>{cell(words)}</li>" for words in ship_unknowns(record, ship, rows))
        kinds = [TABLE_WORDS.get(row.table, row.table.replace("_", " ")) for row in rows]
        shown = filtered_table(
            anchor,
            f"{ship}: every row of the record that names it, or all ships of the group, by day; "
            "the second column says whether it is named alone, with others, perhaps, or in passing",
            ["when", "named", "what the row says", "who", "read in"],
            [self._row(row, kind) for row, kind in zip(rows, kinds, strict=True)],
            empty=f"The record has no row on the {ship}.",
            label="Kind",
            choices=dict.fromkeys(kinds),
        )
        return (
            f'<h2 id="{anchor}">{cell(ship)}</h2>{self.facts(ship_facts(record, rows))}'
            f"<p><strong>What is not known of the {cell(ship)}</strong></p><ul>{unknown}</ul>"
            f"<details><summary>Every row on the {cell(ship)} ({len(rows)})</summary>{shown}"
            "</details>"
        )

    def _row(self, row: ShipRow, kind: str) -> str:
        cells, names = row.cells, card_record().names
        said = (
            quantity_text(quantity_of({"low": float("nan"), "high": float("nan"), **cells}))
            if (has_number(cells) and "low" in cells)
            else ""
        )
        text = ": ".join(filter(None, (said, str(cells.get("text", "")))))
        who = str(cells.get("counter", "") or cells.get("body", "") or cells.get("actors", ""))
        up = to_root(self.state.document.settings.env.docname)
        return html_row(
            (
                self.card("row", str(cells["id"]), _when(row)),
                cell(f"{kind}, {row.named}"),
                cell(text),
                cell(names.get(who, who)),
                source_link(str(cells["source_id"]), up=up),
            ),
            choice=kind,
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("ship-list", ShipList)
    app.add_directive("ship-length-error", ShipLengthError)
    app.add_directive("ship-owners", ShipOwners)
    app.add_directive("ship-sections", ShipSections)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
