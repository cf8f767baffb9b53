"""Timeline of the synthesis: every kind of evidence and the events on one axis of time."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skytally.figures.chart_and_sentence_html_blocks import PageBlock
from skytally.figures.chart_mark_tables import names_of
from skytally.figures.timeline_lane_selection import lane_rows
from skytally.figures.value_lane_and_bar_charts import lanes_chart


def timeline_chart(
    tables: Mapping[str, pd.DataFrame],
    lanes: pd.DataFrame,
    *,
    period: tuple[str, str] | None = None,
) -> PageBlock:
    """Chart of the dated rows of the record, one lane per row of the table of lanes.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name, with ``scopes`` and ``counters``.
    lanes : pandas.DataFrame
        Result of `skytally.figures.timeline_lane_selection.read_lanes`.
    period : tuple of str or None
        (first, last) day drawn, both included; all days if None.

    Returns
    -------
    PageBlock
        A sentence where no row falls into a lane.
    """
    table = lane_rows(tables, lanes)
    return lanes_chart(
        table,
        names_of(tables["counters"], tables["scopes"]),
        lane=table["lane"],
        name="timeline",
        period=period,
        caption="Rows of the record on one axis, by kind; the kinds are chosen, rows of other "
        "kinds stand in the table of all dated rows. Filled: seen or stated; hollow: looked, "
        "nothing seen; cross or dotted bar: looked, could not tell; a bar without a mark: an "
        "interval of which no source names the day; blank: no source reports an observation.",
    )
