"""All lines on one axis of time, with the events, for the synthesis."""

from __future__ import annotations

import pandas as pd

from skytally.figures.charts import lanes_chart
from skytally.figures.embed import Shown
from skytally.figures.marks import names_of
from skytally.record.evidence_lines import by_statement
from skytally.record.tallies import at_site

PERIOD = ("2022-09-01", "2026-03-31")
"""From the first train after the closure to the newest dated row of the record."""


def _shared(table: pd.DataFrame, lane: str) -> pd.DataFrame:
    """Bring a table to the columns that every lane needs."""
    columns = [
        "date_first",
        "date_last",
        "precision_first",
        "precision_last",
        "scope",
        "counter",
        "value",
        "low",
        "high",
        "bound",
        "wording",
        "unit",
        "state",
        "text",
        "source_id",
        "id",
    ]
    made = table.reindex(columns=columns)
    words = ["scope", "counter", "bound", "wording", "unit"]
    made = made.astype(dict.fromkeys(words, object)).fillna(dict.fromkeys(words, ""))
    return made.assign(lane=lane, state=table["state"] if "state" in table else table["kind"])


def timeline_chart(tables: dict[str, pd.DataFrame]) -> Shown:
    """Draw one lane a line of evidence, under the diplomatic and other events.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        Tables of the record by name, with ``scopes`` and ``counters``.

    Returns
    -------
    Shown
    """
    scopes = tables["scopes"]
    ships, rail = tables["ship_sightings"], tables["rail_counts"]
    claims = tables["official_claims"]
    boxes = by_statement(claims[claims["quantity"] == "containers"]).assign(state="stated")
    trains = rail["quantity"].isin(["trains", "train length"])
    lanes = [
        _shared(tables["events"], "Diplomacy, sanctions, strikes"),
        _shared(at_site(ships, scopes, site="rajin"), "Ships at Rajin"),
        _shared(at_site(ships, scopes, site="dunai"), "Ships at Dunai"),
        _shared(at_site(ships, scopes, site="vostochny"), "Ships at Vostochny"),
        _shared(
            at_site(tables["quay_stocks"], scopes, site="rajin"), "Containers on the quay at Rajin"
        ),
        _shared(
            rail[(rail["role"] == "observation") & ~trains], "Railcars and cargo at the border"
        ),
        _shared(rail[(rail["role"] == "observation") & trains], "Trains at the border"),
        _shared(tables["depot_observations"], "Depots"),
        _shared(tables["ais_events"][tables["ais_events"]["kind"] == "silent"], "Silent ships"),
        _shared(boxes, "Containers as claimed"),
    ]
    table = pd.concat(lanes, ignore_index=True)
    return lanes_chart(
        table,
        names_of(tables["counters"], scopes),
        lane=table["lane"],
        name="timeline",
        period=PERIOD,
        caption="Every dated row of the record on one axis. Filled: seen or stated; open with a "
        "dotted line: looked, nothing seen; cross: looked, could not tell; blank: nobody says "
        "they looked.",
    )
