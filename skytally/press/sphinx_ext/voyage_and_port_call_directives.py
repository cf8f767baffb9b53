"""Directives of the ports page: totals by counter, rates of calls, single voyages by ship."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import (
    DERIVED_SUM,
    MADE_AS_SUM,
    limits,
    listed,
    quantity_of,
    quantity_text,
    unit_of,
    when_stated,
)
from skytally.figures import titles_of
from skytally.press.book_metadata import source_line
from skytally.press.cards.record_cards import dates, is_one_ship
from skytally.press.cards.record_rows_by_ship import rows_of_ship, ship_id, ship_names
from skytally.press.cards.ship_cards import TRIPS, of_one_year, total_words, trip_totals
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
    whose_page,
    with_data,
)
from skytally.press.sphinx_ext.images_behind_counts_directives import owner_of_family
from skytally.record import NOT_FROM_ABOVE, count_once, totals_since_start
from skytally.statistics import PRINTED_RATES, monthly_rate, rate_text

SERIES_TAKEN = re.compile(r"\btaken (?:with|from)\b.*\b(?:series|earlier totals)\b")
"""Words of a note by which the text that was read does not name the place itself."""
FROM_SERIES = "place taken from the counter's other totals"
"""What a table says of such a place."""


def latest_totals(counts: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Latest running total of each counter, scope and unit, and of one ship where it is one.

    Parameters
    ----------
    counts : pandas.DataFrame
        Rows of ``voyage_counts`` without copies.
    groups : pandas.DataFrame
        ``same_observation``.

    Returns
    -------
    pandas.DataFrame
        A row a total, by counter and last day; ships of other trade are left out.
    """
    chosen = counts[(counts["cargo"] == "") & counts["unit"].isin(TRIPS) & (counts["bound"] != "")]
    once = totals_since_start(count_once(chosen, groups))
    # an end that is known to the month gives way to a day that is known in it
    month = once["precision_last"] == "month"
    ends = once["date_last"].mask(month, once["date_last"].dt.to_period("M").dt.start_time)
    ordered = once.assign(end=ends).sort_values(["counter", "end", "id"], kind="stable")
    ordered = ordered.drop(columns="end")
    one_ship = ordered["vessel"].where(ordered["vessel"].map(is_one_ship), "")
    keys = ordered.assign(one_ship=one_ship)
    return ordered[~keys.duplicated(["counter", "scope", "unit", "one_ship"], keep="last")]


def named_voyages(
    voyages: pd.DataFrame, counts: pd.DataFrame, groups: pd.DataFrame
) -> list[dict[str, Any]]:
    """Single voyages, and totals of one named ship, by ship and day.

    Parameters
    ----------
    voyages, counts : pandas.DataFrame
        Rows of ``voyages`` and of ``voyage_counts``, without copies.
    groups : pandas.DataFrame
        ``same_observation``.

    Returns
    -------
    list of dict
        Cells of the rows, each voyage once; of a ship its totals first.
    """
    totals = counts[counts["unit"].isin(TRIPS) & (counts["cargo"] == "")]
    tables = [count_once(each, groups) for each in (voyages, totals)]
    named = [
        row for each in tables for row in each[each["vessel"].map(is_one_ship)].to_dict("records")
    ]
    every = [{str(key): value for key, value in row.items()} for row in named]
    return sorted(
        every, key=lambda row: (row["vessel"], "depart_first" in row, _first(row), row["id"])
    )


def place_words(names: Mapping[str, str], row: Mapping[str, Any]) -> str:
    """Name the place of a count, and say so where only the series of its counter names it.

    Examples
    --------
    >>> place_words({"pier": "the pier"}, {"scope": "pier", "note": "scope taken with the series"})
    "the pier (place taken from the counter's other totals)"
    """
    place = names.get(str(row["scope"]), str(row["scope"]))
    return f"{place} ({FROM_SERIES})" if SERIES_TAKEN.search(str(row["note"])) else place


def _first(row: Mapping[str, Any]) -> pd.Timestamp:
    day = row.get("depart_first", row.get("date_first"))
    return pd.Timestamp.min if pd.isna(day) else pd.Timestamp(day)


def _number(row: Mapping[str, Any]) -> str:
    if row["bound"] == "exactly" and row["value"] == 0:
        return f"no {unit_of(str(row['unit'])).singular}"
    made = f" ({MADE_AS_SUM})" if row.get("method") == DERIVED_SUM else ""
    return f"{quantity_text(quantity_of(row))}{made}" if row["bound"] else ""


def rated_counts(counts: pd.DataFrame, groups: pd.DataFrame) -> list[dict[str, Any]]:
    """Choose the counts that give a rate of calls a month, by their last day.

    Parameters
    ----------
    counts : pandas.DataFrame
        Rows of ``voyage_counts`` without copies.
    groups : pandas.DataFrame
        ``same_observation``.

    Returns
    -------
    list of dict
        Cells of the rows: of each counter, place, unit and year the last running total, every
        count of a single period, and every printed rate. Ships of other trade and totals of
        one named ship are left out.
    """
    units = [*TRIPS, *PRINTED_RATES]
    chosen = counts[(counts["cargo"] == "") & counts["unit"].isin(units) & (counts["bound"] != "")]
    chosen = count_once(chosen[~chosen["vessel"].map(is_one_ship)], groups)
    running = totals_since_start(chosen[chosen["unit"].isin(TRIPS)])
    ordered = running.assign(year=running["date_last"].dt.year).sort_values("date_last")
    last = ordered.drop_duplicates(["counter", "scope", "unit", "year"], keep="last")
    shown = chosen[~chosen["id"].isin(running["id"]) | chosen["id"].isin(last["id"])]
    every = shown.sort_values(["date_last", "id"], kind="stable").to_dict("records")
    rows = [{str(key): value for key, value in row.items()} for row in every]
    return [row for row in rows if not math.isnan(monthly_rate(row)[0])]


def table_of_rates(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Numbers of counts and their rates, as the file under a table of rates has them.

    Parameters
    ----------
    rows : iterable of mapping
        Cells of rows of ``voyage_counts`` that give a rate.

    Returns
    -------
    pandas.DataFrame
        A row a count; ``per_month_high`` is empty where the count has no upper end.
    """
    names, made = card_record().names, []
    for row in rows:
        low, high = monthly_rate(row)
        made.append(
            {
                "row": row["id"],
                "counter": names.get(row["counter"], row["counter"]),
                "per_month_low": round(low, RATE_DECIMALS),
                "per_month_high": math.nan if math.isinf(high) else round(high, RATE_DECIMALS),
                "counted": _number(row),
                "unit": row["unit"],
                "place": place_words(names, row),
                "date_first": row["date_first"].date().isoformat(),
                "precision_first": row["precision_first"],
                "date_last": row["date_last"].date().isoformat(),
                "precision_last": row["precision_last"],
                "source": row["source_id"],
                "reading": row["reading"],
            }
        )
    return pd.DataFrame(made)


def larger_before(row: Mapping[str, Any], counts: pd.DataFrame) -> dict[str, Any] | None:
    """Choose the largest earlier running total of a counter that exceeds a later one of its own.

    Of one place and unit that would be an error; of others, a reader must be told that the two
    are not one series.

    Parameters
    ----------
    row : mapping
        Cells of a running total.
    counts : pandas.DataFrame
        Rows of ``voyage_counts`` without copies.

    Returns
    -------
    dict or None
        Cells of the earlier row; None where no earlier total is the larger for certain.
    """
    if is_one_ship(row["vessel"]) or not row["bound"] or row["unit"] not in TRIPS:
        return None
    most = limits(quantity_of(row))[1]
    same = (counts["counter"] == row["counter"]) & counts["unit"].isin(TRIPS)
    period = (counts["date_last"] < row["date_last"]) & (counts["date_first"] >= row["date_first"])
    whole = (counts["cargo"] == "") & (counts["bound"] != "")
    earlier = [
        {str(key): value for key, value in each.items()}
        for each in counts[same & period & whole].to_dict("records")
    ]
    least = {each["id"]: limits(quantity_of(each))[0] for each in earlier}
    larger = [each for each in earlier if least[each["id"]] > most]
    return max(larger, key=lambda each: least[each["id"]], default=None)


class TotalsBlock(Block):
    """Base of the tables of totals: a note at a total that is below an earlier one."""

    def below(self, row: Mapping[str, Any], counts: pd.DataFrame) -> str:
        """Words on an earlier and larger total of the same counter; empty where there is none."""
        before = larger_before(row, counts)
        if before is None:
            return ""
        day, precision = before["date_last"], str(before["precision_last"])
        last = when_stated(day, day, precision, precision)
        number = self.card("row", before["id"], _number(before))
        return f"; its earlier total, {number} to {cell(last)}, is larger: place or unit differ"

    def _ships(self, names: str) -> str:
        """Ships of a total, after its number; nothing where the page names none."""
        return f" ({self.ships(names)})" if names else ""


class VoyageTotals(TotalsBlock):
    """Show who counted how many calls and voyages, of which ships, over which period."""

    def html(self) -> str:
        """Return the table, a row a counter, place and unit."""
        counts = originals("voyage_counts")
        rows = latest_totals(counts, table("same_observation")).to_dict("records")
        counts = count_once(counts, table("same_observation"))
        return filtered_table(
            "voyage-totals",
            "Running totals: a row is the latest total of one counter in one unit, for one place, "
            "and for one ship where the total is of one. Counters "
            "count different things over different periods, many of them the same voyages: no two "
            "totals may be added. The last column says who owns the images, and whether the number "
            "was read on the counter's own page or in a report of it",
            [
                "counter",
                "counted",
                "place or route",
                "period",
                "owner of the images; counter's page?; read in",
            ],
            [self._row({str(key): value for key, value in row.items()}, counts) for row in rows],
            empty="No counter has given a running total yet.",
        )

    def _row(self, row: dict[str, Any], counts: pd.DataFrame) -> str:
        names = card_record().names
        cells = (
            self.card("row", row["id"], _number(row))
            + self._ships(str(row["vessel"]))
            + self.below(row, counts),
            cell(place_words(names, row)),
            cell(dates(row, "date")),
            f"{cell(_images(row))}; {whose_page(row)}<br>{self.source_of(row)}",
        )
        who = cell(names.get(row["counter"], row["counter"]))
        return html_row((who, *cells))


def _images(row: Mapping[str, Any]) -> str:
    """Owner of the images that a total rests on, or that it rests on none."""
    family = str(row["family"])
    return "no image named" if family in NOT_FROM_ABOVE else owner_of_family(family)


EFFORT = (
    "port-imagery.imaged_days",
    "port-imagery.imaged_share_csis",
    "port-imagery.readable_share_voa",
)
"""Findings on how often counters looked at the port."""
RATE_DECIMALS = 3
"""Decimals of a rate in the file under a table, finer than on the page."""
BASELINE = "synthesis.ships_began"
"""Finding on the first large ship at a pier: open to the past while nobody dated one without."""


class CallRates(TotalsBlock):
    """Show how many calls, voyages or ships a month each count comes to, and over which period."""

    def html(self) -> str:
        """Return the table, a row a count, by its last day."""
        counts = originals("voyage_counts")
        rows = rated_counts(counts, table("same_observation"))
        counts = count_once(counts, table("same_observation"))
        shown = filtered_table(
            "call-rates",
            "Rates: a row is the calls, voyages or ships a month of one counter in one period. "
            "A count that says at least gives a rate of at least so many. Such a rate cannot show "
            "a fall; it shows a rise only over a rate whose upper end it exceeds, if both count "
            "alike",
            ["counter", "a month", "counted", "place or route; period", "read in; counter's page?"],
            [self._row(row, counts) for row in rows],
            empty="No counter has given a count over a period yet.",
        )
        up = to_root(self.state.document.settings.env.docname)
        file = computed_table(Path(self.app.outdir), "call-rates", table_of_rates(rows), up=up)
        return f"{self._baseline()}{self.effort()}{shown}{file}"

    def effort(self) -> str:
        """Sentence on the days with an image, as far as a counter gives them."""
        known = findings(self.app)
        if not {*EFFORT} <= {*known}:
            return ""
        days, share, readable = (
            self.card("finding", key, str(known[key]["said"])) for key in EFFORT
        )
        return (
            "<p>A rate depends on how often somebody looked, which in the record only two counters "
            f"say: CSIS had an image on {days}, or {share} of its days, and VOA, if it had one of "
            f"every day without thick cloud, could read {readable} of the days of its first weeks. "
            "So a "
            "part of a difference between rates may be calls that nobody saw.</p>"
        )

    def _baseline(self) -> str:
        """Sentence that no rate is of the time before, while its beginning is open."""
        began = findings(self.app).get(BASELINE)
        if began is None or began["value"] is not None:
            return ""
        first = self.card("finding", BASELINE, began["said"])
        return (
            f"<p>None of these rates is of the time before: large ships came {first}, and the "
            "record has no dated observation of that pier from earlier.</p>"
        )

    def _row(self, row: dict[str, Any], counts: pd.DataFrame) -> str:
        names = card_record().names
        cells = (
            cell(rate_text(monthly_rate(row))),
            self.card("row", row["id"], _number(row))
            + self._ships(str(row["vessel"]))
            + self.below(row, counts),
            f"{cell(place_words(names, row))}<br>{cell(dates(row, 'date'))}",
            self.page_read(row),
        )
        return html_row((cell(names.get(row["counter"], row["counter"])), *cells))


class CallRateChart(Block):
    """Draw the rates of calls, ships and voyages a month, each over its period."""

    required_arguments = 1
    option_spec: ClassVar = {"caption": directives.unchanged_required}

    def html(self) -> str:
        """Return the chart, with the file of the table of rates under it."""
        from skytally.figures import call_rate_chart

        rows = rated_counts(originals("voyage_counts"), table("same_observation"))
        days = [{end: row[end] for end in ("date_first", "date_last")} for row in rows]
        counters = [{"counter_id": row["counter"]} for row in rows]
        rates = table_of_rates(rows).assign(**pd.DataFrame(days), **pd.DataFrame(counters))
        page = self.state.document.settings.env.docname
        titles = titles_of(page, findings(self.app).values(), root=to_root(page))
        chart = call_rate_chart(
            rates,
            name=self.arguments[0],
            caption=self.options["caption"],
            source_line=source_line(),
            heading=titles.get(self.arguments[0]),
        )
        # the table of rates on the page of the ports writes the file
        return with_data(chart.block, f"{to_root(page)}data/call-rates.csv")


def _kind(row: Mapping[str, Any]) -> str:
    """Word whether a row is a total of a counter, several voyages together, or one of them."""
    if "depart_first" not in row:
        return "<strong>total</strong>"
    return "several together" if row["unit"] in TRIPS and row["value"] > 1 else "single"


class ShipVoyages(Block):
    """Show the voyages that the record gives for each named ship."""

    def html(self) -> str:
        """Return the table, a row a voyage or a total of one ship."""
        voyages, counts = (originals(name) for name in ("voyages", "voyage_counts"))
        rows = named_voyages(voyages, counts, table("same_observation"))
        return self._by_year() + filtered_table(
            "ship-voyages",
            "Voyages by ship: totals that a counter gives for one ship, and rows on single "
            "voyages with their ends, which a total may include",
            ["ship", "when", "total or single", "what", "counted", "who"],
            [self._row(row) for row in rows],
            empty="The record has no voyage of a named ship yet.",
            label="Ship",
            choices=dict.fromkeys(row["vessel"] for row in rows),
        )

    def _by_year(self) -> str:
        """Return the sentence that voyages by ship and year are not known, and which totals are."""
        record = card_record()
        ships = ship_names(record.tables)
        found = {ship: trip_totals(record, rows_of_ship(record, ship)) for ship in ships}
        every = [row for totals in found.values() for row in totals]
        if not found or any(map(of_one_year, every)):
            return ""
        known = [
            f"{self.card('ship', ship_id(ship), ship)}, "
            + listed([self.card("row", row.cells["id"], total_words(record, row)) for row in rows])
            for ship, rows in found.items()
            if rows
        ]
        none = [self.card("ship", ship_id(ship), ship) for ship in ships if not found[ship]]
        parts = [f"Totals of one ship alone: {'; '.join(known)}."] if known else []
        parts += [f"The record has no total of the {listed(none)}."] if none else []
        lead = "No page that was read gives the voyages of one ship by year."
        return f"<p>{lead} {' '.join(parts)}</p>"

    def _row(self, row: dict[str, Any]) -> str:
        names = card_record().names
        ends = (("left", "depart"), ("arrived", "arrive"))
        known = [(verb, dates(row, stem)) for verb, stem in ends]
        when = ", ".join(f"{verb} {days}" for verb, days in known if days)
        cells = (
            self.card("row", row["id"], when or dates(row, "date") or "no date"),
            _kind(row),
            self.ships(row["text"]),
            cell(_number(row) or "one voyage, load not counted"),
            cell(names.get(row["counter"], row["counter"])),
        )
        return html_row((self.ships(row["vessel"]), *cells), choice=row["vessel"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("voyage-totals", VoyageTotals)
    app.add_directive("call-rates", CallRates)
    app.add_directive("call-rate-chart", CallRateChart)
    app.add_directive("ship-voyages", ShipVoyages)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
