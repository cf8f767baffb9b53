"""Directives of the table of all numbers, and of how many counters stand behind them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sphinx.application import Sphinx

from skytally.core import listed, number
from skytally.findings import interval_words
from skytally.press.sphinx_ext.cached_record_and_findings import findings, row_ids, table
from skytally.press.sphinx_ext.fragile_findings_directives import flip_cell
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    card_link,
    cell,
    choice_anchor,
    empty_state,
    filtered_table,
    html_row,
)
from skytally.record import NO_SOURCE, NOT_NAMED, UNKNOWN_ORIGIN, Support, image_words

PAGE, TABLE = "findings.html", "findings"
VISIBLE_ROWS = 6
"""Links to rows in a row of the table, before the fold."""


def linked_rows(ids: list[str], *, visible: int) -> str:
    """Return links to rows of the record; those beyond the first few are folded.

    Parameters
    ----------
    ids : list of str
        Ids of rows; one that the record page does not show is plain text.
    visible : int
        Number of links before the fold.

    Returns
    -------
    str
    """
    links = [card_link("row", row) if row in row_ids() else cell(row) for row in ids]
    shown, folded = " ".join(links[:visible]), links[visible:]
    if not folded:
        return shown
    return (
        f"{shown} <details><summary>{len(folded)} more rows</summary>{' '.join(folded)}</details>"
    )


def counters_behind(finding: Mapping[str, Any]) -> str:
    """Tell how many counters stand behind a finding, as the list of choices has it.

    Examples
    --------
    >>> counters_behind({"support": {"origins": ["csis"], "named_origins": 1}})
    '1 counter'
    """
    facts = finding["support"]
    if not facts:
        return NO_SOURCE
    if {*facts["origins"]} == {UNKNOWN_ORIGIN}:
        return NOT_NAMED
    count = int(facts["named_origins"])
    return f"{count} counter" if count == 1 else f"{count} counters"


def is_one_reading(finding: Mapping[str, Any]) -> bool:
    """Whether no second separate reading is certain behind a finding."""
    return bool(finding["support"]) and finding["support"]["origins_at_least"] == 1


@cache
def _names() -> dict[str, str]:
    counters = table("counters")
    return dict(zip(counters["id"], counters["name"], strict=True))


def counters_cell(finding: Mapping[str, Any]) -> str:
    """Count the counters that stand behind a finding, and name them."""
    words = counters_behind(finding)
    facts = finding["support"]
    if not facts or words == NOT_NAMED:
        return words
    names = listed([_names().get(origin, origin) for origin in facts["origins"]])
    fewest = facts["origins_at_least"]
    fewer = (
        f"; some cite each other, perhaps only {fewest} separate"
        if fewest < facts["named_origins"]
        else ""
    )
    return f"{words}: {names}{fewer}"


class FindingsTable(Block):
    """Show every finding with its anchor, interval, counters, sources, rows and flip sets."""

    def html(self) -> str:
        """Return the table, which a list beside its filter narrows by number of counters."""
        found = findings(self.app)
        heads = ["key", "in words, and interval", "finding", "counters", "sources and rows"]
        shown = filtered_table(
            TABLE,
            "All findings: a row is one number or sentence that a page quotes by its key",
            heads,
            [self._row(key, finding) for key, finding in found.items()],
            empty="There is no finding yet.",
            label="Rests on",
            choices=choices(found),
        )
        return (
            f'{shown}<p class="sk-downloads"><a href="findings.json" download>findings.json</a></p>'
        )

    def _row(self, key: str, finding: Mapping[str, Any]) -> str:
        known = filter(None, (interval_words(finding), str(finding.get("made_of", ""))))
        made = "".join(f"<br><small>{cell(words)}</small>" for words in known)
        rows = [*finding["inputs"], *finding.get("further", ())]
        # who counted stands in a column of its own
        facts = finding["support"]
        read = [f"read {facts['read']}", image_words(Support(**facts))] if facts else []
        breakable = cell(key).replace(".", ".<wbr>").replace("_", "_<wbr>")
        kept = cell(counters_behind(finding))
        return (
            f'<tr id="{cell(key)}" data-choice="{kept}">'
            f'<th scope="row"><a href="#{cell(key)}">{breakable}</a></th>'
            f"<td>{cell(finding['said'])}{made}</td><td>{cell(finding['text'])}</td>"
            f"<td>{cell(counters_cell(finding))}</td>"
            f"<td>{cell('; '.join(read))}{'<br>' if read else ''}"
            f"{linked_rows(rows, visible=VISIBLE_ROWS)} "
            f"<details><summary>what flips it</summary>{flip_cell(finding)}</details></td></tr>"
        )


def choices(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Numbers of counters that occur, from one upwards, then what has none."""
    present = {counters_behind(finding) for finding in found.values()}
    counted = sorted((int(word.split()[0]), word) for word in present if word[0].isdigit())
    others = [word for word in (NOT_NAMED, NO_SOURCE) if word in present]
    return [word for _, word in counted] + others


class CountersTally(Block):
    """Show how many findings rest on one counter, on two, and so on, and which they are."""

    def html(self) -> str:
        """Return the table; each row leads to the findings that it counts, among all numbers."""
        found = findings(self.app)
        if not found:
            return empty_state("There is no finding yet.")
        heads = ["rests on", "findings", "perhaps only one separate reading", "which"]
        head = "".join(f'<th scope="col">{cell(word)}</th>' for word in heads)
        body = "".join(self._row(word, found) for word in choices(found))
        caption = (
            f"Counters behind the {number(float(len(found)))} findings: a row is a number of "
            "counters, with the findings that rest on so many"
        )
        return (
            f'<div class="sk-scroll" role="region" aria-label="{cell(caption)}" tabindex="0">'
            f'<table class="sk-table"><caption>{cell(caption)}</caption><thead><tr>{head}</tr>'
            f"</thead><tbody>{body}</tbody></table></div>"
        )

    def _row(self, word: str, found: Mapping[str, Mapping[str, Any]]) -> str:
        here = {key: each for key, each in found.items() if counters_behind(each) == word}
        single = sum(map(is_one_reading, here.values()))
        anchor = choice_anchor(TABLE, word)
        which = f'<a href="{PAGE}#{anchor}">show them among all numbers</a>'
        certain = str(single) if any(each["support"] for each in here.values()) else "-"
        cells = (cell(word), str(len(here)), certain, which)
        return html_row(cells, anchor=anchor)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("findings-table", FindingsTable)
    app.add_directive("counters-tally", CountersTally)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
