"""Directives of timelines: all evidence and events, and when each thing of a page began."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import DataError, data_registry
from skytally.press.sphinx_ext.cached_record_and_findings import (
    originals,
    record_tables,
    table,
    timeline_lanes,
)
from skytally.press.sphinx_ext.html_blocks import Block, with_data
from skytally.record import newest_page, within_record

CLAIMS = "official_claims"
"""Table of statements, which may be known to their year only."""


class Timeline(Block):
    """Draw all kinds of evidence and the events on one axis of time."""

    option_spec: ClassVar = {
        "first": directives.unchanged_required,
        "last": directives.unchanged_required,
    }

    def _period(self) -> tuple[str, str] | None:
        days = [self.options[end] for end in ("first", "last") if end in self.options]
        if len(days) == 1:
            message = "timeline: one of first and last; give both days, or none for all rows"
            raise DataError(message)
        for day in days:
            if pd.isna(pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")):
                message = f"timeline: {day!r} is no day; write YYYY-MM-DD"
                raise DataError(message)
        return (days[0], days[1]) if days else None

    def html(self) -> str:
        """Return the chart."""
        from skytally.figures import timeline_chart

        lanes = timeline_lanes()
        names = {*lanes["table"], "scopes", "counters"}
        tables = {name: originals(name) for name in names}
        if CLAIMS in tables:
            tables[CLAIMS] = within_record(tables[CLAIMS], newest_page(table("sources")))
        chart = timeline_chart(tables, lanes, period=self._period())
        return with_data(chart.block, *(f"data/record/{name}.csv" for name in lanes["table"]))


class Beginnings(Timeline):
    """Draw when each thing of a page began or ended, as intervals."""

    required_arguments = 1

    def html(self) -> str:
        """Return the chart."""
        from skytally.figures import lanes_chart, names_of
        from skytally.findings import date_rows, read_declarations

        page = self.arguments[0]
        labels = names_of(table("counters"), table("scopes"))
        declared = read_declarations([data_registry.path(f"findings_{page.replace('-', '_')}")])
        dates = date_rows(declared, record_tables(), labels=labels)
        chart = lanes_chart(
            dates,
            labels,
            lane=dates["lane"],
            name=f"{page}-beginnings",
            period=self._period(),
            caption="When each thing began. A bar runs from the last observation without it to "
            "the first with it, or over the days that its counter states; an arrow to the left "
            "means that no observation lies before, so that it may have begun at any earlier time.",
        )
        return with_data(chart.block, "findings.json")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("timeline", Timeline)
    app.add_directive("beginnings", Beginnings)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
