"""Directive of the page of events: what is known of the ships at Rajin, year by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import quantity_of, quantity_text, when
from skytally.press.cards.card_fields_and_text_shortening import WEB
from skytally.press.cards.record_cards import dates, is_one_ship
from skytally.press.cards.record_rows_by_ship import SEEN
from skytally.press.sphinx_ext.cached_record_and_findings import (
    card_record,
    findings,
    originals,
    table,
)
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    computed_table,
    filtered_table,
    html_row,
    to_root,
)
from skytally.press.sphinx_ext.quotation_and_speaker_directives import outlet
from skytally.press.sphinx_ext.voyage_and_port_call_directives import (
    place_words,
    rated_counts,
    table_of_rates,
)
from skytally.record import at_site, count_once, newest_page, totals_since_start
from skytally.statistics import monthly_rate, rate_text

SITE = "rajin"
"""The port of which the table speaks."""
PLACE = "Rajin, "
"""Beginning of the names of its piers, which the caption says."""
CALLS = ("calls", "calls per month")
"""Units that say how often a ship came."""
NO_COUNT, NO_SHIP = "no count of this year alone", "no sighting of a ship in this year"
VOYAGES = ("voyages", "shipments", "round trips")
"""Units of whole voyages, which stand beside the calls of a year that they nearly fill."""
NEARLY_A_YEAR = 330
"""Days from the first to the last of a period that counts as nearly a calendar year."""
MIXED, WITH_OTHERS = "mixed", ", ships of other trade among them"
"""Cargo of a count that does not separate the ships, and what its line says of it."""
WHOLE_VOYAGES = "whole voyages: another unit"
"""Head of the column of counts that say nothing of calls at the port."""
OF_YEARS = "in the rows of its years"
"""Newest ship of a period over more years than one."""
WITHOUT_NUMBER = "ship calls"
"""Quantity of a row that says of the calls of a time how many, in words."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Years:
    """What the record holds of one year, or of a period that begins in one and ends in another."""

    first: int
    last: int
    counts: tuple[Row, ...]
    """Counts and printed rates whose period begins in the first year and ends in the last."""
    newest: Row | None
    """The newest sighting of a ship in the year; none of a longer period."""
    voyages: tuple[Row, ...] = ()
    """Counts of whole voyages over nearly all of the year, or of these years together."""
    words: tuple[Row, ...] = ()
    """What a counter wrote of the calls of some months in place of a number."""


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _at_port(
    rows: pd.DataFrame, scopes: pd.DataFrame, cargoes: tuple[str, ...] = ("",)
) -> pd.DataFrame:
    """Rows of the traffic at the port; coal and other trade are left out."""
    here = at_site(rows, scopes, site=SITE)
    return here[here["cargo"].isin(cargoes)]


def _counts(counts: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Choose counts of calls or ships that give a rate, of a running one the last of a year."""
    one_ship = counts["vessel"].map(is_one_ship).astype(bool)
    several = counts[~one_ship & (counts["bound"] != "")]
    chosen = count_once(several[several["unit"].isin([*CALLS, "ships"])], groups)
    running = totals_since_start(chosen[~chosen["unit"].isin(["calls per month"])])
    ordered = running.assign(year=running["date_last"].dt.year)
    ordered = ordered.sort_values(["date_last", "id"], kind="stable")
    last = ordered.drop_duplicates(["counter", "scope", "unit", "year"], keep="last")
    kept = chosen[~chosen["id"].isin(running["id"]) | chosen["id"].isin(last["id"])]
    lows = [monthly_rate(row)[0] for row in _rows(kept)]
    rated = pd.Series(lows, index=kept.index, dtype=float).notna()
    return kept[rated].sort_values(["date_last", "id"], kind="stable")


def _calls_before_ships(rows: pd.DataFrame) -> list[Row]:
    """Leave out ships where the same counter gives calls of the same place."""
    calls = {(row["counter"], row["scope"]) for row in _rows(rows[rows["unit"].isin(CALLS)])}
    return [
        row
        for row in _rows(rows)
        if row["unit"] in CALLS or (row["counter"], row["scope"]) not in calls
    ]


def _voyages_of_a_year(counts: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Choose counts of voyages of several ships that fill nearly all of one calendar year."""
    several = counts[~counts["vessel"].map(is_one_ship).astype(bool) & (counts["bound"] != "")]
    chosen = several[(several["unit"].isin(VOYAGES)) & (several["cargo"] == "")]
    chosen = count_once(chosen, groups)
    days = (chosen["date_last"] - chosen["date_first"]).dt.days
    one_year = chosen["date_first"].dt.year == chosen["date_last"].dt.year
    return chosen[one_year & (days >= NEARLY_A_YEAR)]


def _voyages_of_years(counts: pd.DataFrame, groups: pd.DataFrame) -> list[Row]:
    """Choose of each counter its last total of voyages over more calendar years than one."""
    rows = [row for row in rated_counts(counts, groups) if row["unit"] in VOYAGES]
    last = {
        row["counter"]: row for row in rows if row["date_first"].year < row["date_last"].year
    }  # by their last day, so that the last of a counter stays
    return list(last.values())


def _words_for_calls(counts: pd.DataFrame) -> pd.DataFrame:
    """Choose rows on calls for which their counter has words and no number."""
    wordless = (counts["bound"] != "") | (counts["quantity"] != WITHOUT_NUMBER)
    return counts[~wordless & counts["date_first"].notna()].sort_values(["date_first", "id"])


def _newest(sightings: pd.DataFrame) -> Row | None:
    ordered = sightings.sort_values(["date_first", "date_last"], kind="stable")
    return _rows(ordered.tail(1))[0] if len(ordered) else None


def years_of_traffic(
    counts: pd.DataFrame,
    sightings: pd.DataFrame,
    groups: pd.DataFrame,
    scopes: pd.DataFrame,
    until: pd.Timestamp | None,
) -> list[Years]:
    """Sort the counts and sightings of the port by the years that they are of.

    Parameters
    ----------
    counts, sightings : pandas.DataFrame
        Rows of ``voyage_counts`` and of ``ship_sightings``, without copies.
    groups, scopes : pandas.DataFrame
        ``same_observation`` and ``scopes``.
    until : pandas.Timestamp or None
        The last day of the record, whose year is the last.

    Returns
    -------
    list of Years
        From the first count on; a year without a count or a sighting is in it, and empty. A count
        of calls over more years than one stands with its first and last year, and in no other.
    """
    rated = _counts(_at_port(counts, scopes, ("", MIXED)), groups)
    ships = _at_port(sightings, scopes)
    ships = ships[ships["state"].isin(SEEN) & ships["date_first"].notna()]
    if rated.empty:
        return []
    first, last = rated["date_first"].dt.year, rated["date_last"].dt.year
    end = max(last.max(), until.year if until is not None else 0)
    single = range(int(first.min()), int(end) + 1)
    several = {
        (int(begun), int(ended)) for begun, ended in zip(first, last, strict=True) if begun < ended
    }
    words = _words_for_calls(_at_port(counts, scopes))
    whole = _voyages_of_a_year(counts, groups)
    longer = _voyages_of_years(counts, groups)
    several |= {(row["date_first"].year, row["date_last"].year) for row in longer}
    made = []
    for begun, ended in sorted([*((year, year) for year in single), *several]):
        rows = rated[(first == begun) & (last == ended)]
        alone = begun == ended
        made.append(
            Years(
                begun,
                ended,
                tuple(_calls_before_ships(rows)),
                _newest(ships[ships["date_first"].dt.year == begun]) if alone else None,
                tuple(_rows(whole[whole["date_first"].dt.year == begun]))
                if alone
                else tuple(
                    row
                    for row in longer
                    if (row["date_first"].year, row["date_last"].year) == (begun, ended)
                ),
                tuple(_rows(words[words["date_first"].dt.year == begun])) if alone else (),
            )
        )
    return [each for each in made if each.counts or each.voyages or each.first == each.last]


class TrafficByYear(Block):
    """Show the counts of calls at the port by year, their rates, and the newest sightings."""

    option_spec: ClassVar = {"between": directives.unchanged}

    def html(self) -> str:
        """Return the table, a row a year or a period over more years than one."""
        years = years_of_traffic(
            originals("voyage_counts"),
            originals("ship_sightings"),
            table("same_observation"),
            table("scopes"),
            newest_page(table("sources")),
        )
        between = self._between(self.given_options()["between"].split())
        if years and between[1] not in {(each.first, each.last) for each in years}:
            years.append(Years(*between[1], counts=(), newest=None))
            years.sort(key=lambda each: (each.first, each.last))
        counts = [row for year in years for row in (*year.counts, *year.voyages)]
        up = to_root(self.state.document.settings.env.docname)
        file = computed_table(
            Path(self.app.outdir), "traffic-by-year", table_of_rates(counts), up=up
        )
        shown = filtered_table(
            "traffic-by-year",
            "Ships at Rajin by year: what each counter counted there, calls a month in brackets. "
            "A count over more years than one has a row of its own. The third column has whole "
            "voyages, of a year that they nearly fill or of several years, the last total of each "
            "counter: another unit, and often another place, so its rate and those of calls at "
            "Rajin may both be right. Ships stand for calls where a "
            "counter gives no calls of that place and year; coal and other trade are left out. A "
            "time of which no count is named is one that nobody printed a count of, not one "
            "without ships",
            ["year or years", "calls or ships at Rajin", WHOLE_VOYAGES, "newest ship seen"],
            [self._row(year, between) for year in years],
            empty="No counter has given a count over a period yet.",
        )
        return f"{shown}{file}"

    def _between(self, keys: list[str]) -> tuple[str, tuple[int, int]]:
        """Line on the calls between two totals, and its first and last year."""
        known = findings(self.app)
        number, rate = (known[key] for key in keys)
        rows = {str(row["id"]): row for row in _rows(originals("voyage_counts"))}
        earlier, later = (rows[ref] for ref in number["inputs"])
        start = earlier["date_last"] + pd.Timedelta(days=1)
        who = card_record().names.get(later["counter"], later["counter"])
        low, high = rate["low"], rate["high"]
        period = when(start, later["date_last"], "day", later["precision_last"])
        words = (
            f"{cell(who)}: {self.card('finding', keys[0], number['said'])} between its two "
            f"totals ({cell(rate_text((low, high)))} a month), {cell(period)}; "
            f"{'; '.join(dict.fromkeys(map(_page, (earlier, later))))}"
        )
        return words, (start.year, later["date_last"].year)

    def _count(self, row: Mapping[str, Any]) -> str:
        names = card_record().names
        rate = rate_text(monthly_rate(row))
        bracket = f" ({cell(rate)} a month)" if row["unit"] != "calls per month" else ""
        place = cell(place_words(names, row).removeprefix(PLACE))
        who = cell(names.get(row["counter"], row["counter"]))
        said = quantity_text(quantity_of(row)) if row["value"] != 0 else "no call"
        others = WITH_OTHERS if row["cargo"] == MIXED else ""
        return (
            f"{who}: {self.card('row', row['id'], said)}{bracket}{others}, {place}, "
            f"{cell(dates(row, 'date'))}; {_page(row)}"
        )

    def _words(self, row: Mapping[str, Any]) -> str:
        """Line on calls of which a counter gives no number."""
        names = card_record().names
        return (
            f"{cell(names.get(row['counter'], row['counter']))}, without a number: "
            f"{self.card('row', row['id'], str(row['text']))}, {cell(dates(row, 'date'))}; "
            f"{_page(row)}"
        )

    def _row(self, years: Years, between: tuple[str, tuple[int, int]]) -> str:
        names = card_record().names
        counted = [self._count(row) for row in years.counts]
        counted += [self._words(row) for row in years.words]
        voyages = _lines(self._count(row) for row in years.voyages)
        if (years.first, years.last) == between[1]:
            counted.insert(0, between[0])
        if years.first < years.last:
            span = f"{years.first} to {years.last}"
            return html_row((span, _lines(counted), voyages, OF_YEARS))
        newest = NO_SHIP
        if years.newest is not None:
            who = names.get(years.newest["counter"], years.newest["counter"])
            day = self.card("row", years.newest["id"], dates(years.newest, "date"))
            newest = f"{day} ({cell(who)}; {_page(years.newest)})"
        return html_row((str(years.first), _lines(counted) or NO_COUNT, voyages, newest))


def _page(row: Mapping[str, Any]) -> str:
    """Link to the publisher's page on which a row was read, by the name of the publisher."""
    source = card_record().sources[str(row["source_id"])]
    name, address = cell(outlet(str(source["publisher"]))), str(source["url"])
    return f'<a href="{cell(address)}">{name}</a>' if address.startswith(WEB) else name


def _lines(parts: Iterable[str]) -> str:
    return "<br>".join(parts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("traffic-by-year", TrafficByYear)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
