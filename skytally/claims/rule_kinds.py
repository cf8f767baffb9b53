"""The kinds of rules: what each kind compares in the evidence, and its verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyproj

from skytally.claims.comparison import (
    BoundedNumber,
    compare,
    counted_number,
    interval_number,
    open_side,
)
from skytally.claims.rule_evidence import (
    Evidence,
    dates_of,
    number_of,
    number_of_row,
    numbers_of,
    row_of,
)
from skytally.claims.verdicts import BOUND, CONTRADICTED, HOLDS, REFINED, UNTESTED, worst
from skytally.core import DataError, names as n, when
from skytally.record import filtered, support

WGS84 = pyproj.Geod(ellps="WGS84")
POSITION_COLUMNS = ("lat", "lon", "uncertainty_m")
"""Columns without one of which a site is not located."""


def _claimed(rule: Mapping[str, Any], evidence: Evidence) -> BoundedNumber:
    if rule["claimed"]:
        return number_of(rule["claimed"], evidence)
    return number_of_row({n.LOW: math.nan, n.HIGH: math.nan, "wording": "", **rule})


def _number(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    claimed = _claimed(rule, evidence)
    numbers = {ref: number_of(ref, evidence) for ref in rule["left"].split()}
    verdicts = {ref: compare(claimed, number) for ref, number in numbers.items()}
    parts = (f"{ref} {number.words}{_if_several(verdicts, ref)}" for ref, number in numbers.items())
    mixed = {CONTRADICTED} < set(verdicts.values())
    verdict = REFINED if mixed else worst(verdicts.values())
    return verdict, f"claimed {claimed.words}; found {', '.join(parts)}"


def _if_several(verdicts: Mapping[str, str], ref: str) -> str:
    return f" ({verdicts[ref]})" if len(verdicts) > 1 else ""


def _tallied(rule: Mapping[str, Any], evidence: Evidence) -> tuple[BoundedNumber, BoundedNumber]:
    claimed, rows = _claimed(rule, evidence), rule["selected"]
    values = rows[rule["distinct"]] if rule["distinct"] else rows["id"]
    what = f"different words in {rule['distinct']} of " if rule["distinct"] else "rows of "
    exact = rule["about"] == "record"
    return claimed, counted_number(
        values.nunique(), claimed.unit, exact=exact, what=f"{what}{rule['table']}"
    )


def _counted(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    claimed, found = _tallied(rule, evidence)
    return compare(claimed, found), f"claimed {claimed.words}; the record has {found.words}"


def _extent(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    if rule["left"]:
        claimed, found = _claimed(rule, evidence), number_of(rule["left"], evidence)
    else:
        claimed, found = _tallied(rule, evidence)
    words = f"claimed {claimed.words}; the evidence has {found.words}"
    if found.low > claimed.high:
        return REFINED, f"{words}, more than the claim names"
    if found.high < claimed.low:
        return CONTRADICTED, words
    return (HOLDS if found.low >= claimed.low else UNTESTED), words


def _ceiling(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    claimed, numbers = _claimed(rule, evidence), numbers_of(rule["selected"], evidence)
    above = [f"{ref} {number.words}" for ref, number in numbers if number.low > claimed.high]
    if above:
        return CONTRADICTED, f"claimed {claimed.words}; above it {', '.join(above)}"
    words = (
        f"claimed {claimed.words}; none of {len(numbers)} dated counts in the record is above it"
    )
    return (BOUND if numbers else UNTESTED), words


def _change(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    left, right = (number_of(rule[side], evidence) for side in ("left", "right"))
    small, large = (right, left) if rule["relation"] == "more" else (left, right)
    words = (
        f"claimed {rule['relation']}; {rule['left']} {left.words}, {rule['right']} {right.words}"
    )
    if left.unit != right.unit:
        message = f"{words}: two units; compare one"
        raise DataError(message)
    if small.high < large.low:
        return (BOUND if open_side(small) or open_side(large) else HOLDS), words
    return (CONTRADICTED if large.high <= small.low else UNTESTED), words


def _portion(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    parts = [number_of(ref, evidence) for ref in rule["left"].split()]
    whole, claimed = number_of(rule["right"], evidence), _claimed(rule, evidence)
    low, high = (100 * sum(part.low for part in parts) / whole.high), math.inf
    if whole.low > 0:
        high = 100 * sum(part.high for part in parts) / whole.low
    found = interval_number(float(f"{low:.3g}"), float(f"{high:.3g}"), "percent")
    return compare(claimed, found), f"claimed {claimed.words}; the rows give {found.words}"


def _share(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    claimed, whole = _claimed(rule, evidence), rule["selected"]
    part = len(filtered(whole, rule["part"]))
    if whole.empty:
        return UNTESTED, f"{rule['table']} has no such row"
    percent = float(f"{100 * part / len(whole):.3g}")
    found = interval_number(percent, percent, "percent", f"{part} of {len(whole)} rows")
    return compare(claimed, found), f"claimed {claimed.words}; {rule['table']} has {found.words}"


def _order(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    left, right = (dates_of(rule[side], evidence, stated=True) for side in ("left", "right"))
    early, late = (left, right) if rule["relation"] == "before" else (right, left)
    words = f"claimed {left[2]} {rule['relation']} {right[2]}"
    if early[1] < late[0]:
        return HOLDS, words
    return (CONTRADICTED if early[0] >= late[1] else UNTESTED), words


def _window(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    if rule["right"]:
        first, last, frame = dates_of(rule["right"], evidence, stated=False)
    else:
        first, last = rule["first"], rule["last"]
        frame = when(first, last, "day", "day")
    verdicts, shown_dates = {}, []
    for ref in rule["left"].split():
        start, end, shown = dates_of(ref, evidence, stated=False)
        outside = end < first or start > last
        inside = first <= start and end <= last
        verdicts[ref] = CONTRADICTED if outside else HOLDS if inside else REFINED
        shown_dates.append((ref, shown))
    words = ", ".join(f"{shown}{_if_several(verdicts, ref)}" for ref, shown in shown_dates)
    return worst(verdicts.values()), f"claimed within {frame}; {words}"


def _span(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    left, right = (dates_of(rule[side], evidence, stated=True) for side in ("left", "right"))
    low, high = (right[0] - left[1]).days, (right[1] - left[0]).days
    claimed, found = _claimed(rule, evidence), interval_number(float(low), float(high), "days")
    return compare(
        claimed, found
    ), f"claimed {claimed.words}; {left[2]} to {right[2]}: {found.words}"


def _peak(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    top, day = number_of(rule["left"], evidence), dates_of(rule["left"], evidence, stated=True)[0]
    before = [
        (ref, number)
        for ref, number in numbers_of(rule["selected"], evidence)
        if ref != rule["left"] and dates_of(ref, evidence, stated=True)[1] < day
    ]
    if not before:
        return UNTESTED, f"{rule['left']} {top.words}; the record has nothing earlier to compare"
    verdicts = [
        CONTRADICTED
        if number.low >= top.high
        else UNTESTED
        if number.high >= top.low
        else BOUND
        if open_side(number)
        else HOLDS
        for _, number in before
    ]
    highest = max(before, key=lambda pair: pair[1].high)
    words = f"the highest of {len(before)} earlier is {highest[0]} {highest[1].words}"
    return worst(verdicts), f"{rule['left']} {top.words}; {words}"


def _state(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    states = {ref: str(row_of(ref, evidence).get(n.STATE, "")) for ref in rule["left"].split()}
    wanted = n.PRESENT_STATES if rule["relation"] == n.SOMETHING_SEEN else (rule["relation"],)
    opposite = (n.NOTHING_SEEN,) if wanted == n.PRESENT_STATES else n.PRESENT_STATES
    verdicts = [
        HOLDS if state in wanted else CONTRADICTED if state in opposite else UNTESTED
        for state in states.values()
    ]
    parts = ", ".join(f"{ref} {state or 'no look'}" for ref, state in states.items())
    return worst(verdicts), f"claimed {rule['relation']}; {parts}"


def _distance(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    one, other = (evidence.sites[rule[side]] for side in ("left", "right"))
    if any(pd.isna(site[column]) for site in (one, other) for column in POSITION_COLUMNS):
        return UNTESTED, f"{one['name']} or {other['name']} is not located"
    metres = WGS84.inv(one["lon"], one["lat"], other["lon"], other["lat"])[2]
    slack = one["uncertainty_m"] + other["uncertainty_m"]
    low, high = (round(end / 1000, 1) for end in (max(0.0, metres - slack), metres + slack))
    claimed, found = _claimed(rule, evidence), interval_number(low, high, "km")
    words = f"{one['name']} to {other['name']} {found.words}, the uncertainty of both included"
    return compare(claimed, found), f"claimed {claimed.words}; {words}"


def _independence(rule: Mapping[str, Any], evidence: Evidence) -> tuple[str, str]:
    claimed = _claimed(rule, evidence)
    behind = support(
        [row_of(ref, evidence) for ref in rule["left"].split()], (), evidence.provenance
    )
    count, names = behind.independent_origins, behind.origins
    if rule["relation"] == "families":
        count, names = behind.independent_families, behind.families
    what = f"independent {rule['relation']} ({', '.join(names)})"
    found = counted_number(count, claimed.unit, exact=True, what=what)
    return compare(claimed, found), f"claimed {claimed.words}; the rows have {found.words}"


NUMBERS, DATED, ROWS, SITES = "numbers", "dated rows", "rows", "sites"
"""What the ids of a rule may be of: findings or rows, rows with dates, any rows, sites."""
TABLE_COLUMNS = ("table", "where", "distinct", "about")
"""Columns of a rule that counts in a table."""


@dataclass(frozen=True)
class Kind:
    """One kind of rule."""

    run: Callable[[Mapping[str, Any], Evidence], tuple[str, str]]
    """Returns verdict and reason."""
    needs: tuple[str, ...]
    """Columns that must be filled."""
    refs: str = NUMBERS
    """What *left* and *right* name."""
    left: tuple[int, int] = (0, 0)
    """Fewest and most ids in *left*."""
    right: tuple[int, int] = (0, 0)
    """Fewest and most ids in *right*."""
    relations: tuple[str, ...] = ()
    """Words that *relation* may be; none if it must be empty."""
    uses: tuple[str, ...] = ()
    """Columns that may be filled beside those needed, the ids and the claimed number."""
    claims: bool = True
    """Whether it needs a claimed number; else it may have none."""


UNLIMITED = 1000
"""More ids than any rule has."""
OBSERVED_STATES = (n.SOMETHING_SEEN, n.NOTHING_SEEN, n.UNCLEAR)
ONE, SOME = (1, 1), (1, UNLIMITED)
KINDS = {
    "number": Kind(_number, ("left",), left=SOME),
    "count": Kind(_counted, ("table", "where", "about"), uses=("distinct",)),
    "extent": Kind(_extent, (), left=(0, 1), uses=TABLE_COLUMNS),
    "ceiling": Kind(_ceiling, ("table", "where")),
    "change": Kind(
        _change,
        ("left", "right", "relation"),
        left=ONE,
        right=ONE,
        relations=("more", "less"),
        claims=False,
    ),
    "portion": Kind(_portion, ("left", "right"), left=SOME, right=ONE),
    "share": Kind(_share, ("table", "part"), uses=("where", "about")),
    "order": Kind(
        _order,
        ("left", "right", "relation"),
        refs=DATED,
        left=ONE,
        right=ONE,
        relations=("before", "after"),
        claims=False,
    ),
    "window": Kind(
        _window,
        ("left",),
        refs=DATED,
        left=SOME,
        right=(0, 1),
        uses=("first", "last"),
        claims=False,
    ),
    "span": Kind(_span, ("left", "right"), refs=DATED, left=ONE, right=ONE),
    "peak": Kind(_peak, ("left", "table", "where"), refs=DATED, left=ONE, claims=False),
    "state": Kind(
        _state, ("left", "relation"), refs=ROWS, left=SOME, relations=OBSERVED_STATES, claims=False
    ),
    "distance": Kind(_distance, ("left", "right"), refs=SITES, left=ONE, right=ONE),
    "independence": Kind(
        _independence,
        ("left", "relation"),
        refs=ROWS,
        left=SOME,
        relations=("origins", "families"),
    ),
}
"""Word of the vocabulary *rule_kind* to what it does."""
