"""Colour, markers and short name of each series of a chart, by the counter that speaks in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from skytally.core import chart_style as style
from skytally.figures.counter_names_and_colours import counter_labels


@dataclass(frozen=True)
class SeriesStyle:
    """How one series of a chart is drawn and named."""

    colour: str
    """Colour of its counter, the same in every chart."""
    live: str
    """Bokeh marker."""
    static: str
    """Matplotlib marker."""
    name: str
    """Short name, for a label at its marks: without what all series of the chart share."""


def _free_look(colours: Sequence[str], first: int, used: set[tuple[str, int]]) -> tuple[str, int]:
    """Colour and number of a marker that no series has: the first marker, or the next that is free.

    The first pair again where all are taken.
    """
    count = len(style.BOKEH_MARKERS)
    tried = [(colour, (first + i) % count) for colour in colours for i in range(count)]
    return next((look for look in tried if look not in used), tried[0])


def _short_parts(table: pd.DataFrame) -> dict[str, list[str]]:
    """Parts of the name of each series, that of its counter in short."""
    known = counter_labels()
    parts: dict[str, list[str]] = {}
    for row in table.drop_duplicates("series").itertuples():
        label = known.get(str(row.counter))
        parts[str(row.series)] = [
            label.series if label is not None and word == row.who else word
            for word in str(row.series).split(", ")
        ]
    return parts


def shared_words(table: pd.DataFrame) -> str:
    """Words that the names of all series of a chart share, such as their one counter.

    Empty for a chart of one series, whose name says all.
    """
    parts = list(_short_parts(table).values())
    shared = set.intersection(*map(set, parts)) if len(parts) > 1 else set()
    return ", ".join(word for word in parts[0] if word in shared) if shared else ""


def _short_names(table: pd.DataFrame) -> dict[str, str]:
    """Names of series without the words that all of them share."""
    shared = shared_words(table).split(", ")
    return {
        name: ", ".join(word for word in words if word not in shared) or ", ".join(words)
        for name, words in _short_parts(table).items()
    }


def series_styles(table: pd.DataFrame) -> Mapping[str, SeriesStyle]:
    """Style of every series of a chart: the colour of its counter, and a marker of its own.

    Parameters
    ----------
    table : pandas.DataFrame
        Marks with ``series``, ``counter`` (id) and ``who`` (its name), in the order of the series.

    Returns
    -------
    mapping of str to SeriesStyle
        No two series share colour and marker, up to six of one counter or government and
        eighteen of counters without a colour.
    """
    names, known = _short_names(table), counter_labels()
    used: set[tuple[str, int]] = set()
    styles: dict[str, SeriesStyle] = {}
    for i, row in enumerate(table.drop_duplicates("series").itertuples()):
        label = known.get(str(row.counter))
        colours = style.UNLISTED_COUNTERS if label is None else (label.colour,)
        colour, marker = _free_look(colours, i, used)
        used.add((colour, marker))
        styles[str(row.series)] = SeriesStyle(
            colour, style.BOKEH_MARKERS[marker], style.MPL_MARKERS[marker], names[str(row.series)]
        )
    return styles


def shared_colour(counters: pd.Series) -> str:
    """Colour of marks that stand together: of their one counter, or neutral for several or none."""
    speaking = {str(counter) for counter in counters}
    if len(speaking) != 1 or "" in speaking:
        return style.SEVERAL_COUNTERS
    label = counter_labels().get(speaking.pop())
    return style.UNLISTED_COUNTERS[0] if label is None else label.colour
