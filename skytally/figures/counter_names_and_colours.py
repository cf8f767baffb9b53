"""Short names and colours of counters: the table that gives each one colour in the whole book."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from skytally.core import Fault, chart_style as style, data_registry, read_table, refuse

OWN_COUNTER = "skytally"
"""Counter of what this project measures on images; it is in no table."""
COLOUR = re.compile("#[0-9a-f]{6}")
LEAST_CONTRAST = 4.5
"""Least contrast of a colour with white, since words at marks are written in it."""


@dataclass(frozen=True)
class CounterLabel:
    """How charts name and colour one counter."""

    short: str
    """Name that agencies of one government share."""
    series: str
    """Name of the agency alone."""
    colour: str
    """As #rrggbb."""


def contrast_on_white(colour: str) -> float:
    """Contrast ratio of a colour with white, as WCAG 2.1 defines it.

    Examples
    --------
    >>> contrast_on_white("#000000"), contrast_on_white("#ffffff")
    (21.0, 1.0)
    """
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _faults(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    for row in table.to_dict("records"):
        colour, line = row["colour"], int(row["line"])
        if not COLOUR.fullmatch(colour):
            yield Fault(file, line, "colour", repr(colour), "write it as #rrggbb, in small letters")
        elif colour in style.UNLISTED_COUNTERS:
            yield Fault(file, line, "colour", colour, "that grey is for counters without a row")
        elif contrast_on_white(colour) < LEAST_CONTRAST:
            ratio = f"{colour}, {contrast_on_white(colour):.2f} to 1 on white"
            yield Fault(file, line, "colour", ratio, f"take one of at least {LEAST_CONTRAST} to 1")
    for column in ("id", "series"):
        for row in table[table[column].duplicated()].to_dict("records"):
            found = f"{row[column]!r} a second time"
            yield Fault(file, int(row["line"]), column, found, "keep one of them")


def read_counter_labels(path: Path) -> dict[str, CounterLabel]:
    """Read the short names and colours of counters.

    Parameters
    ----------
    path : Path
        ``data/charts/counter_labels.csv``, with its dictionary beside it.

    Returns
    -------
    dict of str to CounterLabel
        By the id of the counter.

    Raises
    ------
    DataError
        If the table does not fit its dictionary, a counter or a name occurs twice, or a colour
        is none, is kept for counters without a row, or is too pale for words on white. All
        faults at once.
    """
    table = read_table(path)
    refuse(_faults(table, path.name), what=f"table {path.name}")
    return {
        row["id"]: CounterLabel(row["short"], row["series"], row["colour"])
        for row in table.to_dict("records")
    }


def counter_labels() -> Mapping[str, CounterLabel]:
    """Short names and colours of the counters in the data, and of own measurements."""
    own = {OWN_COUNTER: CounterLabel("own images", "own images", style.INK)}
    return own | read_counter_labels(data_registry.path("counter_labels"))


def counter_colour(counter: str) -> str:
    """Colour of a counter in every chart; the first grey for one without a row in the table."""
    label = counter_labels().get(counter)
    return style.UNLISTED_COUNTERS[0] if label is None else label.colour
