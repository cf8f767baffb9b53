"""Lines to files: netCDF and CSV that a reader can take away."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skytally.core import (
    INVISIBLE,
    DataError,
    check_line,
    evidence_line_name_constants as n,
    limits,
    quantity_of,
    quantity_text,
    when,
)

if TYPE_CHECKING:
    import xarray as xr

FORMULA = "=+-@"
"""Signs that begin a formula, also in their full-width and small forms."""
CELL_ENDS = re.compile(r"([;|\t\r\n])")
"""What ends a cell in the tables of some locales, and on which a quoted cell may be split."""
NUMBER = re.compile(r"\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*", re.ASCII)
NOT_SLUG = re.compile(r"[^a-z0-9.]+")
SLUG = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def _begins_formula(text: str) -> bool:
    """Whether a spreadsheet that drops leading spaces and unseen marks would find a formula."""
    if NUMBER.fullmatch(text):
        return False
    seen = (sign for sign in text if not (sign.isspace() or INVISIBLE.match(sign)))
    first = unicodedata.normalize("NFKC", next(seen, ""))
    return bool(first) and first in FORMULA


def harmless(cell: object) -> object:
    """Neutralise text that a spreadsheet would run as a formula, by an apostrophe before it.

    Parameters
    ----------
    cell : object
        A number stays as it is, also one that is written as text.

    Returns
    -------
    object
        Text has an apostrophe before each part that begins a formula: at its start, also after
        spaces and unseen marks, and after each sign that ends a cell in some locale.

    Examples
    --------
    >>> print(harmless('=HYPERLINK("x")'), harmless("about 73"), harmless("-5"), sep=", ")
    '=HYPERLINK("x"), about 73, -5
    >>> print(harmless("two ships; =1+1"))
    two ships;' =1+1
    """
    if not isinstance(cell, str) or NUMBER.fullmatch(cell):
        return cell
    parts = CELL_ENDS.split(cell)
    made = "".join(f"'{part}" if _begins_formula(part) else part for part in parts)
    return f"'{made}" if made.startswith(("\t", "\r", "\n")) else made


def as_rows(line: xr.Dataset, *, name: str) -> pd.DataFrame:
    """Table of an evidence line with one row a time, for CSV.

    Parameters
    ----------
    line : xarray.Dataset, dims (time)
        A line of evidence.
    name : str
        Name of the line, repeated in its own column.

    Returns
    -------
    pandas.DataFrame
        First and last day (both included), value, low, high, unit, and the coordinates.
    """
    bounds = pd.DataFrame(line[n.TIME_BOUNDS].to_numpy(), columns=["first", "after"])
    table = pd.DataFrame(
        {
            "line": name,
            "first_day": bounds["first"].dt.strftime("%Y-%m-%d"),
            "last_day": (bounds["after"] - pd.Timedelta(nanoseconds=1)).dt.strftime("%Y-%m-%d"),
            n.VALUE: line[n.VALUE].to_numpy(),
            n.LOW: line[n.LOW].to_numpy(),
            n.HIGH: line[n.HIGH].to_numpy(),
            "unit": line[n.VALUE].attrs["unit"],
            "counter": line[n.VALUE].attrs["counter"],
            **{word: line[word].to_numpy().astype(object) for word in n.LINE_COORDS},
        }
    )
    if line.attrs.get("label"):
        table["label"] = line.attrs["label"]
    return table.map(harmless)


def _dates(row: pd.Series) -> dict[str, object]:
    """First and last day as printed, and both in words; an open side is an empty cell."""
    first, last = row["date_first"], row["date_last"]
    return {
        "first_day": "" if pd.isna(first) else f"{first:%Y-%m-%d}",
        "last_day": "" if pd.isna(last) else f"{last:%Y-%m-%d}",
        n.WHEN: when(first, last, row["precision_first"], row["precision_last"]),
    }


def rows_beside(rows: pd.DataFrame, lines: dict[str, xr.Dataset]) -> pd.DataFrame:
    """Table of the rows that no line carries, dated or not, in the columns of `as_rows`.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows that a chart draws, of an observation table with ``state`` or ``kind``.
    lines : dict of str to xarray.Dataset, dims (time)
        The lines of the same chart.

    Returns
    -------
    pandas.DataFrame
        Without a line's name; without value and bounds where the row has no number.
    """
    carried = {row for line in lines.values() for row in line[n.ROW].to_numpy()}
    made = []
    for _, row in rows[~rows["id"].isin(carried)].iterrows():
        printed = quantity_of(row) if row.get("unit", "") else None
        low, high = (np.nan, np.nan) if printed is None else limits(printed)
        texts = {"unit": "unit", "counter": "counter", n.BOUND: "bound", n.SCOPE: "scope",
                 n.READING: "reading", n.FAMILY: "family", n.SEEN: "text",
                 n.SOURCE: "source_id", n.ROW: "id"}  # fmt: skip
        made.append(
            {
                "line": "",
                **_dates(row),
                n.VALUE: np.nan if printed is None else printed.value,
                n.LOW: low,
                n.HIGH: high,
                **{word: row.get(column, "") for word, column in texts.items()},
                n.STATE: row.get("state", row.get("kind", "")),
                n.SAID: "no number" if printed is None else quantity_text(printed),
            }
        )
    return pd.DataFrame(made).map(harmless)


def _encoding(line: xr.Dataset) -> dict[str, dict[str, object]]:
    whole = (line[n.TIME_BOUNDS] == line[n.TIME_BOUNDS].dt.floor("D")).all()
    whole &= (line[n.TIME] == line[n.TIME].dt.floor("D")).all()
    # looks have a moment, rows of the record have days
    since, kind = ("days", "int32") if whole else ("seconds", "int64")
    times: dict[str, object] = {
        "units": f"{since} since 1970-01-01", "calendar": "standard", "dtype": kind,
    }  # fmt: skip
    return {
        n.TIME: times,
        # bounds take their units from time, as CF asks
        n.TIME_BOUNDS: {**times, "_FillValue": None},
        **{word: {"_FillValue": np.nan} for word in (n.VALUE, n.LOW, n.HIGH)},
    }


def write_lines(
    lines: dict[str, xr.Dataset], out: Path, *, name: str, rows: pd.DataFrame | None = None
) -> list[str]:
    """Write the lines of one chart: one netCDF a line and one CSV for all.

    Parameters
    ----------
    lines : dict of str to xarray.Dataset
        The lines a chart draws, by name.
    out : Path
        Folder of the results of the notebook; files go to its ``data`` folder.
    name : str
        ``<line>.<chart>``, the stem of the files.
    rows : pandas.DataFrame or None
        Rows that the chart draws; those that no line carries, such as sightings without a
        number, follow the lines in the CSV.

    Returns
    -------
    list of str
        File names, the CSV first.

    Raises
    ------
    DataError
        If there are no lines, or a name is not a slug.
    """
    if not lines or not SLUG.fullmatch(name):
        message = f"download {name!r}: needs at least one line and a name in lower-kebab.words"
        raise DataError(message)
    names = [NOT_SLUG.sub("-", each.lower()) for each in lines]
    if len(set(names)) < len(names):
        message = f"download {name!r}: two lines share one file name ({', '.join(lines)}); rename"
        raise DataError(message)
    folder = out / "data"
    folder.mkdir(parents=True, exist_ok=True)
    table = pd.concat([as_rows(line, name=each) for each, line in lines.items()])
    if rows is not None:
        beside = rows_beside(rows, lines)
        table = table if beside.empty else pd.concat([table, beside])
    table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", na_rep="")
    files = [f"{name}.csv"]
    for each, line in zip(names, lines.values(), strict=True):
        file = f"{name}.{each}.nc"
        check_line(line).to_netcdf(folder / file, engine="netcdf4", encoding=_encoding(line))
        files.append(file)
    return files


def write_table(table: pd.DataFrame, out: Path, *, name: str) -> list[str]:
    """Write the table behind a chart that draws no line, as CSV.

    Parameters
    ----------
    table : pandas.DataFrame
        Its rows.
    out : Path
        Folder of the results of the notebook; the file goes to its ``data`` folder.
    name : str
        ``<line>.<chart>``, the stem of the file.

    Returns
    -------
    list of str
        The file name, as a chart takes it.

    Raises
    ------
    DataError
        If the name is not a slug.
    """
    if not SLUG.fullmatch(name):
        message = f"download {name!r}: needs a name in lower-kebab.words"
        raise DataError(message)
    folder = out / "data"
    folder.mkdir(parents=True, exist_ok=True)
    table.map(harmless).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", na_rep="")
    return [f"{name}.csv"]
