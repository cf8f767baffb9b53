"""The kinds of rules: what each asks of the evidence, and the verdict it gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyproj

from skytally.claims.comparison import Known, compare, count_of, measured, open_side
from skytally.claims.rule_evidence import (
    Evidence,
    dates_of,
    filtered,
    known_of,
    numbers_of,
    printed,
    row_of,
)
from skytally.claims.verdicts import BOUND, CONTRADICTED, HOLDS, REFINED, UNTESTED, worst
from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.core.wording import when
from skytally.record.provenance import support

PRESENT = (n.COUNTED, n.SOMETHING_SEEN)
WGS84 = pyproj.Geod(ellps="WGS84")
PLACED = ("lat", "lon", "uncertainty_m")
"""Columns without one of which a site is not located."""


def _claimed(rule: Mapping[str, Any], given: Evidence) -> Known:
    if rule["claimed"]:
        return known_of(rule["claimed"], given)
    return printed({n.LOW: math.nan, n.HIGH: math.nan, "wording": "", **rule})


def _number(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed = _claimed(rule, given)
    found = {ref: known_of(ref, given) for ref in rule["left"].split()}
    verdicts = {ref: compare(claimed, each) for ref, each in found.items()}
    told = (f"{ref} {each.said}{_if_several(verdicts, ref)}" for ref, each in found.items())
    mixed = {CONTRADICTED} < set(verdicts.values())
    verdict = REFINED if mixed else worst(verdicts.values())
    return verdict, f"claimed {claimed.said}; found {', '.join(told)}"


def _if_several(verdicts: Mapping[str, str], ref: str) -> str:
    return f" ({verdicts[ref]})" if len(verdicts) > 1 else ""


def _tallied(rule: Mapping[str, Any], given: Evidence) -> tuple[Known, Known]:
    claimed, rows = _claimed(rule, given), rule["selected"]
    values = rows[rule["distinct"]] if rule["distinct"] else rows["id"]
    what = f"different words in {rule['distinct']} of " if rule["distinct"] else "rows of "
    exact = rule["about"] == "record"
    return claimed, count_of(
        values.nunique(), claimed.unit, exact=exact, what=f"{what}{rule['table']}"
    )


def _counted(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed, found = _tallied(rule, given)
    return compare(claimed, found), f"claimed {claimed.said}; the record has {found.said}"


def _extent(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    if rule["left"]:
        claimed, found = _claimed(rule, given), known_of(rule["left"], given)
    else:
        claimed, found = _tallied(rule, given)
    words = f"claimed {claimed.said}; the evidence has {found.said}"
    if found.low > claimed.high:
        return REFINED, f"{words}, more than the claim names"
    if found.high < claimed.low:
        return CONTRADICTED, words
    return (HOLDS if found.low >= claimed.low else UNTESTED), words


def _ceiling(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed, found = _claimed(rule, given), numbers_of(rule["selected"], given)
    above = [f"{ref} {each.said}" for ref, each in found if each.low > claimed.high]
    if above:
        return CONTRADICTED, f"claimed {claimed.said}; above it {', '.join(above)}"
    words = f"claimed {claimed.said}; none of {len(found)} dated counts in the record is above it"
    return (BOUND if found else UNTESTED), words


def _change(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    left, right = (known_of(rule[side], given) for side in ("left", "right"))
    small, large = (right, left) if rule["relation"] == "more" else (left, right)
    words = f"claimed {rule['relation']}; {rule['left']} {left.said}, {rule['right']} {right.said}"
    if left.unit != right.unit:
        message = f"{words}: two units; compare one"
        raise DataError(message)
    if small.high < large.low:
        return (BOUND if open_side(small) or open_side(large) else HOLDS), words
    return (CONTRADICTED if large.high <= small.low else UNTESTED), words


def _portion(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    parts = [known_of(ref, given) for ref in rule["left"].split()]
    whole, claimed = known_of(rule["right"], given), _claimed(rule, given)
    low, high = (100 * sum(part.low for part in parts) / whole.high), math.inf
    if whole.low > 0:
        high = 100 * sum(part.high for part in parts) / whole.low
    found = measured(float(f"{low:.3g}"), float(f"{high:.3g}"), "percent")
    return compare(claimed, found), f"claimed {claimed.said}; the rows give {found.said}"


def _share(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed, whole = _claimed(rule, given), rule["selected"]
    part = len(filtered(whole, rule["part"]))
    if whole.empty:
        return UNTESTED, f"{rule['table']} has no such row"
    percent = float(f"{100 * part / len(whole):.3g}")
    found = measured(percent, percent, "percent", f"{part} of {len(whole)} rows")
    return compare(claimed, found), f"claimed {claimed.said}; {rule['table']} has {found.said}"


def _order(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    left, right = (dates_of(rule[side], given, stated=True) for side in ("left", "right"))
    early, late = (left, right) if rule["relation"] == "before" else (right, left)
    words = f"claimed {left[2]} {rule['relation']} {right[2]}"
    if early[1] < late[0]:
        return HOLDS, words
    return (CONTRADICTED if early[0] >= late[1] else UNTESTED), words


def _window(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    if rule["right"]:
        first, last, frame = dates_of(rule["right"], given, stated=False)
    else:
        first, last = rule["first"], rule["last"]
        frame = when(first, last, "day", "day")
    verdicts, told = {}, []
    for ref in rule["left"].split():
        start, end, shown = dates_of(ref, given, stated=False)
        outside = end < first or start > last
        inside = first <= start and end <= last
        verdicts[ref] = CONTRADICTED if outside else HOLDS if inside else REFINED
        told.append((ref, shown))
    words = ", ".join(f"{shown}{_if_several(verdicts, ref)}" for ref, shown in told)
    return worst(verdicts.values()), f"claimed within {frame}; {words}"


def _span(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    left, right = (dates_of(rule[side], given, stated=True) for side in ("left", "right"))
    low, high = (right[0] - left[1]).days, (right[1] - left[0]).days
    claimed, found = _claimed(rule, given), measured(float(low), float(high), "days")
    return compare(claimed, found), f"claimed {claimed.said}; {left[2]} to {right[2]}: {found.said}"


def _peak(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    top, day = known_of(rule["left"], given), dates_of(rule["left"], given, stated=True)[0]
    before = [
        (ref, each)
        for ref, each in numbers_of(rule["selected"], given)
        if ref != rule["left"] and dates_of(ref, given, stated=True)[1] < day
    ]
    if not before:
        return UNTESTED, f"{rule['left']} {top.said}; the record has nothing earlier to compare"
    verdicts = [
        CONTRADICTED
        if each.low >= top.high
        else UNTESTED
        if each.high >= top.low
        else BOUND
        if open_side(each)
        else HOLDS
        for _, each in before
    ]
    highest = max(before, key=lambda each: each[1].high)
    words = f"the highest of {len(before)} earlier is {highest[0]} {highest[1].said}"
    return worst(verdicts), f"{rule['left']} {top.said}; {words}"


def _state(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    states = {ref: str(row_of(ref, given).get(n.STATE, "")) for ref in rule["left"].split()}
    wanted = PRESENT if rule["relation"] == n.SOMETHING_SEEN else (rule["relation"],)
    opposite = (n.NOTHING_SEEN,) if wanted == PRESENT else PRESENT
    verdicts = [
        HOLDS if each in wanted else CONTRADICTED if each in opposite else UNTESTED
        for each in states.values()
    ]
    told = ", ".join(f"{ref} {each or 'no look'}" for ref, each in states.items())
    return worst(verdicts), f"claimed {rule['relation']}; {told}"


def _distance(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    one, other = (given.sites[rule[side]] for side in ("left", "right"))
    if any(pd.isna(site[word]) for site in (one, other) for word in PLACED):
        return UNTESTED, f"{one['name']} or {other['name']} is not located"
    metres = WGS84.inv(one["lon"], one["lat"], other["lon"], other["lat"])[2]
    slack = one["uncertainty_m"] + other["uncertainty_m"]
    low, high = (round(each / 1000, 1) for each in (max(0.0, metres - slack), metres + slack))
    claimed, found = _claimed(rule, given), measured(low, high, "km")
    words = f"{one['name']} to {other['name']} {found.said}, the uncertainty of both included"
    return compare(claimed, found), f"claimed {claimed.said}; {words}"


def _independence(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed = _claimed(rule, given)
    behind = support([row_of(ref, given) for ref in rule["left"].split()], (), given.known)
    count, names = behind.independent_origins, behind.origins
    if rule["relation"] == "families":
        count, names = behind.independent_families, behind.families
    what = f"independent {rule['relation']} ({', '.join(names)})"
    found = count_of(count, claimed.unit, exact=True, what=what)
    return compare(claimed, found), f"claimed {claimed.said}; the rows have {found.said}"


NUMBERS, DATED, ROWS, SITES = "numbers", "dated rows", "rows", "sites"
"""What the ids of a rule may be of: findings or rows, rows with dates, any rows, sites."""
COUNTED_IN = ("table", "where", "distinct", "about")
"""Columns of a rule that counts in a table."""


@dataclass(frozen=True)
class Kind:
    """One kind of rule."""

    run: Callable[[Mapping[str, Any], Evidence], tuple[str, str]]
    """Gives verdict and reason."""
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


ANY = 1000
"""More ids than any rule has."""
LOOKS = (n.SOMETHING_SEEN, n.NOTHING_SEEN, n.UNCLEAR)
ONE, SOME = (1, 1), (1, ANY)
KINDS = {
    "number": Kind(_number, ("left",), left=SOME),
    "count": Kind(_counted, ("table", "where", "about"), uses=("distinct",)),
    "extent": Kind(_extent, (), left=(0, 1), uses=COUNTED_IN),
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
        _state, ("left", "relation"), refs=ROWS, left=SOME, relations=LOOKS, claims=False
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
