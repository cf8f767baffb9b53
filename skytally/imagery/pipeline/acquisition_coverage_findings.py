"""Findings of the coverage page, from the acquisition inventory, before any refresh as after it.

Findings are of the sites that are evidence; images of control sites are shown, and not counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from skytally.core import day, evidence_line_name_constants as n, number
from skytally.findings import Finding, computed, tally
from skytally.imagery.acquire import (
    ANY_SENSOR,
    NONE_USABLE,
    NOT_SEARCHED,
    NOTHING_OFFERED,
    SUPERSEDED,
    USABLE,
    VERIFIED_BY_PIXELS,
    YES,
    coverage_gaps,
    is_rehearsal,
    losses_by_reason,
    rehearsal_marked,
)
from skytally.imagery.sites import evidence_names, is_control_name

LINE = "coverage"
NO_IMAGES = (
    "This edition has no satellite images of its own. The free archives have not been searched "
    "for any of its {sites}, so they neither confirm nor contradict the published counts. "
    "They are free and need no account, but only a command that somebody runs asks them, and "
    "nobody ran it for this edition. Every month is blank, and a blank is not an absence."
)
MONTHS_SAID = {
    NOT_SEARCHED: ("blank", "By site and sensor, the count comes to {number} never searched."),
    NOTHING_OFFERED: (
        "nothing",
        "By site and sensor, the count comes to {number} searched without an offer.",
    ),
    NONE_USABLE: (
        "unusable",
        "By site and sensor, the count comes to {number} with offers of which none was usable.",
    ),
    USABLE: ("usable", "By site and sensor, the count comes to {number} with a usable image."),
}
"""State to key and sentence of the finding that counts its months."""

NEVER_SEARCHED = "Nothing was searched yet, so every month of every site and sensor is blank."
NO_SCENE_YET = (
    "Nothing was searched yet, so no scene was offered, replaced by a newer processing, or lost."
)
"""Sentences that stand for the single counts on the page while nothing was searched."""


def _months_words(states: Mapping[str, int], searches: pd.DataFrame) -> str:
    """Sentence on the months by state; one plain statement where nothing was searched."""
    if searches.empty:
        return NEVER_SEARCHED
    count = {state: _months(int(states.get(state, 0))) for state in MONTHS_SAID}
    return (
        f"By site and sensor, {count[NOT_SEARCHED]} never searched, {count[NOTHING_OFFERED]} "
        f"searched without an offer, {count[NONE_USABLE]} searched with offers of which none was "
        "usable, and {number} had a usable image."
    )


def _months(count: int) -> str:
    return f"{number(count)} month was" if count == 1 else f"{number(count)} months were"


def _scenes_words(superseded: int, lost: int, unverified: int, searches: pd.DataFrame) -> str:
    """Sentence on what became of the scenes; one plain statement where nothing was searched."""
    if searches.empty:
        return NO_SCENE_YET
    return (
        f"Providers offered {{number}}, every processing of a scene counted: {number(superseded)} "
        "of them gave way to another processing of the same acquisition, and "
        f"{number(lost)} were lost to cloud or for another reason. Of {number(unverified)} the "
        "provider states no file size, so that the bands had to vouch for one another."
    )


def _short(words: str, *, rehearsal: bool) -> str:
    """Mark a sentence that stands behind the answer, where any row is rehearsed."""
    return f"REHEARSAL: {words}" if rehearsal else words


def _rows_of(looks: pd.DataFrame, searches: pd.DataFrame) -> pd.DataFrame:
    """Rows that the findings rest on: the inventory, and each provider that was searched."""
    providers = [] if is_rehearsal(looks, searches) else sorted(set(searches["provider"]))
    return pd.DataFrame({"id": ["inventory.csv", *providers]})


def _worst_loss(looks: pd.DataFrame) -> str:
    lost = losses_by_reason(looks)
    if lost.empty:
        return "none was lost"
    by_reason = lost.groupby("reason")["count"].sum().sort_values(ascending=False, kind="stable")
    return f"most were lost to {by_reason.index[0]} ({number(by_reason.iloc[0])})"


def _answer(
    looks: pd.DataFrame, searches: pd.DataFrame, sites: Mapping[str, str], rehearsal: bool
) -> str:
    if searches.empty and looks.empty:
        return NO_IMAGES.format(sites=f"{len(sites)} sites")
    acquired = looks[looks["status"] != SUPERSEDED]
    usable = int((looks["usable"] == YES).sum())
    first, last = (
        day(pd.Timestamp(each))
        for each in (searches["first_day"].min(), searches["last_day"].max())
    )
    words = (
        f"Of {number(len(acquired))} acquisitions offered for "
        f"{searches['site'].nunique()} of {len(sites)} sites between {first} and {last}, "
        f"{number(usable)} gave a usable image; of the others, {_worst_loss(looks)}."
    )
    return rehearsal_marked(words, rehearsal=rehearsal)


def _beside(controls: int) -> str:
    noun = "control site is" if controls == 1 else "control sites are"
    return f"; their {controls} {noun} not counted here" if controls else ""


def _gap_finding(table: pd.DataFrame, rows: pd.DataFrame, *, rehearsal: bool) -> Finding:
    of_any = table[table["sensor"] == ANY_SENSOR]
    if of_any.empty:
        return computed(
            f"{LINE}.longest_gap",
            value=math.nan,
            low=0,
            high=math.inf,
            unit="days",
            bound=n.AT_LEAST,
            rows=rows,
            text="No site was searched yet, so the longest gap between images is not known.",
            said="not known",
        )
    worst = of_any.sort_values("days", ascending=False, kind="stable").iloc[0]
    first, last = (day(pd.Timestamp(str(worst[word])[:10])) for word in ("first", "last"))
    holes = f", {worst['unsearched']} of them never searched" if worst["unsearched"] else ""
    text = (
        f"The longest time without a usable image by any sensor is {{number}}{holes}, at "
        f"{worst['name']} from {first} to {last}."
    )
    return tally(
        f"{LINE}.longest_gap",
        rows,
        count=math.floor(worst["days"]),
        unit="days",
        text=_short(text, rehearsal=rehearsal),
    )


def coverage_findings(
    looks: pd.DataFrame, searches: pd.DataFrame, table: pd.DataFrame, *, sites: Mapping[str, str]
) -> list[Finding]:
    """Make the findings of the coverage page, true before any refresh as after it.

    Parameters
    ----------
    looks, searches : pandas.DataFrame
        The two tables of a refresh.
    table : pandas.DataFrame
        Result of `skytally.imagery.acquire.monthly_coverage_losses_and_gaps.monthly_coverage`.
    sites : mapping of str to str
        Slug to name, control sites among them.

    Returns
    -------
    list of Finding
        Of the page ``coverage``; where any row is rehearsed, every sentence says so.
    """
    controls = [slug for slug, name in sites.items() if is_control_name(name)]
    sites = evidence_names(sites)
    rehearsal = is_rehearsal(looks, searches)
    looks, searches = (each[~each["site"].isin(controls)] for each in (looks, searches))
    rows = _rows_of(looks, searches)
    states = table.loc[~table["site"].isin(controls), "state"].value_counts()
    superseded = int((looks["status"] == SUPERSEDED).sum())
    usable = int((looks["usable"] == YES).sum())
    answer = _answer(looks, searches, sites, rehearsal)
    counted = [
        ("answer", usable, "images", answer),
        (
            "offered",
            len(looks),
            "images",
            "Providers offered {number}, every processing of a scene counted.",
        ),
        (
            "superseded",
            superseded,
            "images",
            "Providers offered {number} in whose place another processing of the same acquisition "
            "was taken.",
        ),
        (
            "lost",
            len(looks) - superseded - usable,
            "images",
            "Providers offered {number} without use, lost to cloud or for another reason.",
        ),
        (
            "unverified",
            int((looks["verified_by"] == VERIFIED_BY_PIXELS).sum()),
            "images",
            "The store holds {number} without a file size from the provider, so that the bands had "
            "to vouch for one another.",
        ),
        ("sites", len(sites), "sites", f"The register names {{number}}{_beside(len(controls))}."),
    ]
    unverified = int((looks["verified_by"] == VERIFIED_BY_PIXELS).sum())
    lost = len(looks) - superseded - usable
    counted += [
        ("scenes", len(looks), "images", _scenes_words(superseded, lost, unverified, searches)),
        ("months", int(states.get(USABLE, 0)), "months", _months_words(states, searches)),
    ]
    counted += [
        (f"months_{key}", int(states.get(state, 0)), "months", text)
        for state, (key, text) in MONTHS_SAID.items()
    ]
    findings = [
        tally(
            f"{LINE}.{key}",
            rows,
            count=count,
            unit=unit,
            text=text if key == "answer" else _short(text, rehearsal=rehearsal),
        )
        for key, count, unit, text in counted
    ]
    return [
        *findings,
        _gap_finding(coverage_gaps(looks, searches, sites=sites), rows, rehearsal=rehearsal),
    ]
