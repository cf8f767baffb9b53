"""Lanes of the overview timeline: the table that says which rows of the record each shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from skytally.core import Fault, evidence_line_name_constants as n, read_table, refuse
from skytally.record import (
    at_site,
    by_statement,
    condition_faults,
    filtered,
    possible_words,
    word_faults,
)

LANE_SOURCE_COLUMNS = (
    "date_first", "date_last", "precision_first", "precision_last", "scope", "counter", "value",
    "low", "high", "bound", "wording", "unit", "state", "text", "source_id", "id",
)  # fmt: skip
"""Columns to which the rows of every lane are brought."""
WORD_COLUMNS = ("scope", "counter", "bound", "wording", "unit")
"""Columns of words, empty where the table of a lane does not have them."""


def _row_faults(
    file: str, row: pd.Series, tables: Mapping[str, pd.DataFrame], record: Path
) -> Iterator[Fault]:
    line = int(row["line"])
    if row["table"] not in tables:
        advice = "name a table of data/record"
        yield Fault(file, line, "table", repr(row["table"]), advice)
        return
    table = tables[row["table"]]
    if "date_first" not in table:
        advice = "name a table whose rows are dated"
        yield Fault(file, line, "table", repr(row["table"]), advice)
    if row["site"] and row["site"] not in set(tables["sites"]["id"]):
        advice = "no such id in sites; add it there or correct it"
        yield Fault(file, line, "site", repr(row["site"]), advice)
    if row["site"] and "scope" not in table:
        advice = f"{row['table']} has no column scope; leave the site empty"
        yield Fault(file, line, "site", repr(row["site"]), advice)
    possible = possible_words(record / f"{row['table']}.csv", tables)
    wrong = condition_faults(table, row["condition"])
    for advice in wrong or word_faults(row["condition"], possible):
        yield Fault(file, line, "condition", repr(row["condition"]), advice)


def read_lanes(path: Path, *, tables: Mapping[str, pd.DataFrame], record: Path) -> pd.DataFrame:
    """Read the table of timeline lanes.

    Parameters
    ----------
    path : Path
        ``data/charts/timeline_lanes.csv``, with its dictionary beside it.
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name.
    record : Path
        Their folder.

    Returns
    -------
    pandas.DataFrame
        One row per lane, from top to bottom; it may have none.

    Raises
    ------
    DataError
        If the table does not fit its dictionary, a lane occurs twice, names a table or site
        that does not exist, or has a condition that its table cannot meet. All faults at once.
    """
    lanes = read_table(path)
    faults = [
        Fault(path.name, int(row["line"]), column, f"{row[column]!r} a second time", "rename one")
        for column in ("id", "label")
        for _, row in lanes[lanes[column].duplicated()].iterrows()
    ]
    for _, row in lanes.iterrows():
        faults += _row_faults(path.name, row, tables, record)
    refuse(faults, what=f"table {path.name}")
    return lanes


def _one_lane(
    tables: Mapping[str, pd.DataFrame], *, label: str, table: str, site: str, condition: str
) -> pd.DataFrame:
    rows = tables[table]
    if site:
        rows = at_site(rows, tables["scopes"], site=site)
    rows = filtered(rows, condition)
    if "statement_first" in rows:
        rows = by_statement(rows)
    shared = rows.reindex(columns=list(LANE_SOURCE_COLUMNS))
    shared = shared.astype(dict.fromkeys(WORD_COLUMNS, object))
    shared = shared.fillna(dict.fromkeys(WORD_COLUMNS, ""))
    column = "state" if "state" in rows else "kind"
    return shared.assign(lane=label, state=rows.get(column, n.STATED))


def lane_rows(tables: Mapping[str, pd.DataFrame], lanes: pd.DataFrame) -> pd.DataFrame:
    """Rows of all lanes, one lane after the other.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name.
    lanes : pandas.DataFrame
        Result of `read_lanes`.

    Returns
    -------
    pandas.DataFrame
        Columns of `LANE_SOURCE_COLUMNS` and ``lane``, the label. Rows without a state of their
        own have their ``kind`` in its place; official claims are *stated*.
    """
    columns = ["label", "table", "site", "condition"]
    parts = [_one_lane(tables, **lane) for lane in lanes[columns].to_dict("records")]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=[*LANE_SOURCE_COLUMNS, "lane"])
    return pd.concat(parts, ignore_index=True)
