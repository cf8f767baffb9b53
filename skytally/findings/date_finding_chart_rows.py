"""Dates of a page's findings as rows for a chart: when each thing began or ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from skytally.core import evidence_line_name_constants as n
from skytally.findings.date_lag_and_order_findings import DATED
from skytally.findings.finding_computation_from_declarations import (
    date_bracket,
    evaluation_of,
    one_finding,
)
from skytally.findings.finding_declarations import Declaration
from skytally.findings.quote_ratio_share_estimate_findings import row_of
from skytally.record import WholeRecord

DATE_COLUMNS = (
    "date_first", "date_last", "precision_first", "precision_last", "state", "counter", "scope",
    "text", "source_id", "id", "lane",
)  # fmt: skip
"""Columns of the rows."""
STATE_OF_KIND = {"began": n.SOMETHING_SEEN, "ended": n.NOTHING_SEEN, "stated": n.STATED}
"""Kind of finding on one date to the state by which a chart draws it."""

SEEN_IN = {
    "ship_sightings": "ships", "quay_stocks": "cargo", "rail_counts": "cargo",
    "depot_observations": "works",
}  # fmt: skip
"""What a row without a quantity saw, by its table."""
LENGTH = " length"
"""End of a quantity by which the thing itself was recognised, such as *ship length*."""
CHANGE_OF_KIND = {"began": "beginning", "ended": "end", "stated": "as stated"}


def _lane(declaration: Declaration, row: pd.Series, labels: Mapping[str, str]) -> str:
    """Name what began or ended, place and counter of an observation; or the words of an event."""
    if "scope" not in row:
        return str(row["text"])
    place, counter = (labels.get(row[word], row[word]) for word in ("scope", "counter"))
    quantity = str(row.get("quantity", ""))
    measured = "" if quantity.endswith(LENGTH) else quantity
    what = measured or SEEN_IN.get(declaration.table, "observations")
    change = CHANGE_OF_KIND[declaration.kind]
    if "day=first" in declaration.arguments.split():
        change = f"beginning {change}"
    return f"{what.capitalize()}, {change}: {place} ({counter})"


def date_rows(
    declarations: Iterable[Declaration],
    tables: Mapping[str, pd.DataFrame],
    *,
    labels: Mapping[str, str],
) -> pd.DataFrame:
    """Make a row of each finding on one date, as a chart of lanes takes them.

    Parameters
    ----------
    declarations : iterable of Declaration
        Of one page without parameters; those of other kinds are left out.
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name, copies not yet dropped.
    labels : mapping of str to str
        Names of counters and scopes by id.

    Returns
    -------
    pandas.DataFrame
        ``date_first``, ``date_last`` and their precisions, *open* where nothing lies before;
        ``state``, ``counter``, ``scope``, ``text`` (the finding), ``source_id``, ``id`` and
        ``lane``; ordered by the last day on which the change may have happened.

    Raises
    ------
    DataError
        If a date cannot be given.
    """
    listed = list(declarations)
    evaluation = evaluation_of(listed, WholeRecord(tables), parameters={})
    cited = [table for table in evaluation.tables.values() if "source_id" in table]
    made = []
    for declaration in (each for each in listed if each.kind in DATED):
        bracket = date_bracket(declaration, evaluation)
        rows = pd.DataFrame([row_of(cited, row).iloc[0] for row in bracket.rows])
        finding = one_finding(declaration, evaluation)
        made.append(
            {
                "date_first": pd.NaT if bracket.is_open else bracket.first_day,
                "date_last": bracket.last_day,
                "precision_first": "open" if bracket.is_open else "day",
                "precision_last": "day",
                "state": STATE_OF_KIND[declaration.kind],
                "counter": rows.iloc[-1].get("counter", ""),
                "scope": rows.iloc[-1].get("scope", ""),
                "text": getattr(finding, "text", str(finding)),
                "source_id": " ".join(dict.fromkeys(rows["source_id"])),
                "id": " ".join(bracket.rows),
                "lane": _lane(declaration, rows.iloc[-1], labels),
            }
        )
    rows = pd.DataFrame(made, columns=list(DATE_COLUMNS))
    return rows.sort_values("date_last", kind="stable", ignore_index=True)
