"""Stated ranges of parameters: the other values under which each finding is tried."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from skytally.core import DataError, data_registry, read_table, refuse, written
from skytally.press.notebook_parameter_reader_and_checks import same_shape
from skytally.press.parameter_days_order_and_row_id_checks import record_values, value_faults

TABLE = "parameter_ranges"
"""Slug of the table in the registry; a project need not have it."""


def _ranges() -> pd.DataFrame:
    """Table of ranges; without a row where the project has none."""
    if TABLE not in data_registry.entries():
        return pd.DataFrame()
    return read_table(data_registry.path(TABLE))


def range_faults(parameters: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Collect the lines of the table that name no parameter, or a value that it cannot have."""
    try:
        return _range_faults(_ranges(), parameters)
    except DataError as error:
        return [str(error)]


def _range_faults(rows: pd.DataFrame, parameters: Mapping[str, Mapping[str, Any]]) -> list[str]:
    faults: dict[int, str] = {}
    record = record_values()
    for row in rows.to_dict("records"):
        known = parameters.get(row["page"], {})
        if row["parameter"] not in known:
            names = ", ".join(sorted(known)) or "none"
            faults[row["line"]] = (
                f"column parameter: {row['page']} has no parameter {row['parameter']!r}; "
                f"name one of: {names}"
            )
            continue
        now = known[row["parameter"]]
        try:
            value = json.loads(row["value"])
        except json.JSONDecodeError as error:
            faults[row["line"]] = f"column value: {row['value']!r} is no JSON ({error}); correct it"
            continue
        if not same_shape(value, now):
            has = f"{row['page']} has {row['parameter']} = {written(now)}"
            faults[row["line"]] = (
                f"column value: found {written(value)}, but {has}; give both as values of one kind"
            )
            continue
        tried = {**known, row["parameter"]: value}
        for name, fault in value_faults(row["page"], tried, known, record):
            if name == row["parameter"]:
                faults[row["line"]] = f"column value: {row['page']}, {name}: {fault}"
    return [f"{TABLE}.csv, line {line}, {fault}" for line, fault in faults.items()]


def stated_ranges(
    parameters: Mapping[str, Mapping[str, Any]],
) -> dict[tuple[str, str], list[Any]]:
    """Read the values that are tried for each parameter.

    Parameters
    ----------
    parameters : mapping of str to mapping
        Notebook to its parameters and their values.

    Returns
    -------
    dict of (str, str) to list
        Page and parameter to the other values of its range, in the order of the table; the
        value that the parameter has now is none of them.

    Raises
    ------
    DataError
        If a line names no parameter of a notebook, or a value that is none. All at once.
    """
    rows = _ranges()
    refuse(_range_faults(rows, parameters), what="parameter ranges")
    ranges: dict[tuple[str, str], list[Any]] = {}
    for row in rows.to_dict("records"):
        key = str(row["page"]), str(row["parameter"])
        value = json.loads(row["value"])
        if value != parameters[key[0]][key[1]]:
            ranges.setdefault(key, []).append(value)
    return ranges
