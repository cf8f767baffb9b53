"""Titles of charts: what a chart shows as its result, filled from findings, never typed."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from skytally.core import BRACE, Fault, data_registry, in_prose, read_table, refuse, when
from skytally.figures.links_to_cards import FROM_NOTEBOOKS, card_link
from skytally.findings import Finding, level_words

QUOTE = re.compile(r"\{(f|f-when)\}`([^`]*)`")
"""Quote of a finding, as in the text of a page."""
FIELD_OF_ROLE = {"f": "said", "f-when": "when"}
"""Role to the field of a finding that it quotes."""
SEPARATOR = " · "
NOT_KNOWN = "no finding of this page has such words; correct the key or the role"


@dataclass(frozen=True)
class ChartTitle:
    """The finding of a chart, and under it what is drawn."""

    words: str
    """The finding in one plain sentence without a full stop."""
    markup: str
    """The same as HTML, its numbers linked to their cards."""
    subtitle: str = ""
    """What is drawn, where and in which unit."""

    def html(self, details: Iterable[str] = ()) -> str:
        """Return title and subtitle as HTML.

        Parameters
        ----------
        details : iterable of str
            What the chart adds to the subtitle, such as its period; empty ones are left out.

        Returns
        -------
        str
        """
        under = SEPARATOR.join(filter(None, [self.subtitle, *details]))
        second = f'<p class="sk-subtitle">{html.escape(under)}</p>' if under else ""
        return f'<div class="sk-heading"><p class="sk-headline">{self.markup}</p>{second}</div>'


NO_TITLES: Mapping[str, ChartTitle] = MappingProxyType({})


def title_faults(
    headline: str, subtitle: str, *, keys: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Faults of the words of a title: what was found and what to do.

    Parameters
    ----------
    headline, subtitle : str
        As in the table of titles.
    keys : collection of str
        Keys of the findings that may be quoted.

    Yields
    ------
    (str, str)
        What was found, and what to do.
    """
    plain = QUOTE.sub("", f"{headline} {subtitle}")
    if brace := BRACE.search(plain):
        yield f"{brace[0]!r} that names nothing", "write such as {f}`rail-counts.railcars_highest`"
    typed = re.search(r"\S*\d\S*", plain)
    if typed:
        yield f"{typed[0]!r} is a typed number", "quote a finding for it"
    quoted = [match[2] for match in QUOTE.finditer(headline)]
    if not quoted:
        yield f"{headline!r} quotes no finding", "say what the chart shows, with its number"
    for key in dict.fromkeys(quoted):
        if key not in keys:
            yield f"no finding {key!r}", "correct the key"


def read_chart_titles(path: Path, *, keys: Collection[str]) -> pd.DataFrame:
    """Read the table of titles.

    Parameters
    ----------
    path : Path
        ``data/charts/chart_titles.csv``, with its dictionary beside it.
    keys : collection of str
        Keys of the findings that may be quoted.

    Returns
    -------
    pandas.DataFrame
        With ``id``, the page, a dot and the chart; ``headline`` and ``subtitle``.

    Raises
    ------
    DataError
        If a title has a typed number, quotes no finding or one that does not exist, or its id
        has no dot. All faults at once.
    """
    table = read_table(path)
    faults = []
    for row in table.to_dict("records"):
        page, _, chart = str(row["id"]).partition(".")
        if not chart:
            advice = "write the page, a dot and the name of the chart"
            faults.append(Fault(path.name, int(row["line"]), "id", repr(page), advice))
        for found, advice in title_faults(row["headline"], row["subtitle"], keys=keys):
            faults.append(Fault(path.name, int(row["line"]), "headline", found, advice))
    refuse(faults, what=f"table {path.name}")
    return table


def chart_title(
    findings: Iterable[Finding | Mapping[str, Any]],
    headline: str,
    subtitle: str = "",
    *,
    root: str = FROM_NOTEBOOKS,
) -> ChartTitle:
    """Title of a chart, its numbers and dates quoted from findings.

    Parameters
    ----------
    findings : iterable of Finding, or of mappings with the same fields
        Findings that may be quoted.
    headline : str
        What the chart shows as its result, with ``{f}`` and ``{f-when}`` roles for numbers and
        dates, as the text of a page has them.
    subtitle : str
        What is drawn, where and in which unit.
    root : str
        Way from the page to the root of the site.

    Returns
    -------
    ChartTitle

    Examples
    --------
    >>> peak = {"key": "a.peak", "said": "about 9 ships", "when": "2 May 2024", "level": None}
    >>> chart_title([peak], "The most seen: {f}`a.peak`").words
    'The most seen: about 9 ships'
    """
    known = {str(each["key"]): each for each in map(_fields, findings)}
    words, markup, last = "", "", 0
    for match in QUOTE.finditer(headline):
        before, finding = headline[last : match.start()], known[match[2]]
        quoted = in_prose(str(finding[FIELD_OF_ROLE[match[1]]]))
        level = level_words(finding.get("level")) if match[1] == "f" else ""
        words += f"{before}{quoted}{level}"
        link = card_link(quoted, "finding", match[2], root=root)
        markup += f"{html.escape(before)}{link}{html.escape(level)}"
        last = match.end()
    rest = headline[last:]
    return ChartTitle(words + rest, markup + html.escape(rest), subtitle)


def titles_of(
    page: str, findings: Iterable[Finding | Mapping[str, Any]], *, root: str = FROM_NOTEBOOKS
) -> dict[str, ChartTitle]:
    """Titles of the charts of a page, by their names.

    Parameters
    ----------
    page : str
        Name of the page, the first part of the ids of its titles.
    findings : iterable of Finding, or of mappings with the same fields
        Findings that its titles may quote.
    root : str
        Way from the page to the root of the site.

    Returns
    -------
    dict of str to ChartTitle
        Empty for a page whose charts have no title.

    Raises
    ------
    DataError
        As `read_chart_titles`, and if a title asks a finding for words that it has not.
    """
    known = [_fields(finding) for finding in findings]
    table = read_table(data_registry.path("chart_titles")).to_dict("records")
    own = [row for row in table if str(row["id"]).partition(".")[0] == page]
    by_key = {str(each["key"]): each for each in known}
    faults = [
        Fault("chart_titles.csv", int(row["line"]), "headline", repr(match[0]), NOT_KNOWN)
        for row in own
        for match in QUOTE.finditer(row["headline"])
        if not by_key.get(match[2], {}).get(FIELD_OF_ROLE[match[1]])
    ]
    refuse(faults, what="table chart_titles.csv")
    return {
        str(row["id"]).partition(".")[2]: chart_title(
            known, row["headline"], row["subtitle"], root=root
        )
        for row in own
    }


def _fields(finding: Finding | Mapping[str, Any]) -> Mapping[str, Any]:
    return finding if isinstance(finding, Mapping) else vars(finding)


def drawn_period(marks: pd.DataFrame) -> str:
    """Months from the first to the last mark of a chart, in words.

    Parameters
    ----------
    marks : pandas.DataFrame
        With ``x0`` and ``x1``, the first and the last day of each mark.

    Returns
    -------
    str
        Empty where no mark has a day.
    """
    first, last = marks["x0"].min(), marks["x1"].max()
    return "" if pd.isna(first) or pd.isna(last) else when(first, last, "month", "month")
