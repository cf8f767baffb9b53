"""Kinds of rules: what each kind compares in the evidence, its verdict, and words for a reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import pandas as pd
import pyproj

from skytally.claims.findings_and_rows_lookup_for_claim_rules import (
    Evidence,
    Observed,
    counters_of,
    dates_of,
    number_of,
    number_of_row,
    numbers_of,
    period_of,
    row_of,
    rows_of,
    size_of_part,
)
from skytally.claims.verdict_on_claimed_number import (
    BoundedNumber,
    compare,
    counted_number,
    interval_number,
    open_side,
)
from skytally.claims.verdict_scale import BOUND, CONTRADICTED, GOOD, HOLDS, IN_PART, UNTESTED, worst
from skytally.core import (
    DataError,
    evidence_line_name_constants as n,
    interval,
    listed,
    unit_of,
    when,
    with_preposition,
)
from skytally.record import OWNER_NOT_STATED, owner_words, support

WGS84 = pyproj.Geod(ellps="WGS84")
POSITION_COLUMNS = ("lat", "lon", "uncertainty_m")
"""Columns without one of which a site is not located."""
Judged = tuple[str, Mapping[str, str]]
"""Verdict of a rule, and the words that its sentence may name in braces."""
NO_NUMBER = "no number"
SOURCE = "source"
"""Word of *about*: the rule compares a sentence with nothing but the source that it copies."""


def _claimed(rule: Mapping[str, Any], evidence: Evidence) -> BoundedNumber:
    if rule["claimed"]:
        return number_of(rule["claimed"], evidence)
    return number_of_row({n.LOW: math.nan, n.HIGH: math.nan, "wording": "", **rule})


def _number(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    claimed = _claimed(rule, evidence)
    numbers = {ref: number_of(ref, evidence) for ref in rule["left"].split()}
    verdicts = [compare(claimed, number) for number in numbers.values()]
    if rule["about"] == SOURCE:
        verdicts = list(map(_as_worded, verdicts, repeat(claimed), numbers.values()))
    mixed = {CONTRADICTED} < set(verdicts)
    words = {
        "claimed": claimed.words,
        "left": listed([number.words for number in numbers.values()]),
        "left_when": period_of(numbers, evidence),
    }
    return IN_PART if mixed else worst(verdicts), words


def _as_worded(verdict: str, copy: BoundedNumber, source: BoundedNumber) -> str:
    """Let the copy of a number hold in part if its bound word differs, or it lost *about*."""
    lost = n.ABOUT in source.words.split() and n.ABOUT not in copy.words.split()
    return IN_PART if verdict in GOOD and (lost or copy.bound != source.bound) else verdict


def _tallied(
    rule: Mapping[str, Any], evidence: Evidence
) -> tuple[BoundedNumber, BoundedNumber, dict[str, str]]:
    claimed, rows = _claimed(rule, evidence), rule["selected"]
    values = rows[rule["distinct"]] if rule["distinct"] else rows["id"]
    found = counted_number(values.nunique(), claimed.unit, exact=rule["about"] == "record")
    count = (
        interval(found.low, found.low, claimed.unit)
        if found.low
        else f"no {unit_of(claimed.unit).singular or claimed.unit}"
    )
    seen = interval(len(rows), len(rows), "observations")
    return claimed, found, {"claimed": claimed.words, "count": count, "rows": seen}


def _counted(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    claimed, found, words = _tallied(rule, evidence)
    return compare(claimed, found), words


def _extent(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    if rule["left"]:
        claimed, found = _claimed(rule, evidence), number_of(rule["left"], evidence)
        words = {"claimed": claimed.words, "count": found.words}
    else:
        claimed, found, words = _tallied(rule, evidence)
    # the whole of which so many are a part is told and not judged
    words = {**words, "whole": number_of(rule["right"], evidence).words if rule["right"] else ""}
    if found.low > claimed.high:
        return IN_PART, words
    if found.high < claimed.low:
        return CONTRADICTED, words
    return (HOLDS if found.low >= claimed.low else UNTESTED), words


def _statement(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    refs = [str(ref) for ref in rule["selected"]["id"]]
    part = size_of_part(rule, evidence)
    words = {"who": counters_of(refs, evidence), "left_when": period_of(refs, evidence)}
    verdict = HOLDS if part else IN_PART if refs else UNTESTED
    return verdict, {**words, "count": str(len(refs)), "part": str(part)}


def _absence(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    observed, found = rule["selected"], size_of_part(rule, evidence)
    words = {"count": str(len(observed)), "part": str(found)}
    if found:
        return CONTRADICTED, words
    return (BOUND if len(observed) else UNTESTED), words


def _change(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    left, right = (number_of(rule[side], evidence) for side in ("left", "right"))
    small, large = (right, left) if rule["relation"] == "more" else (left, right)
    words = {
        "left": left.words,
        "right": right.words,
        "left_when": period_of([rule["left"]], evidence),
        "right_when": period_of([rule["right"]], evidence),
    }
    if left.unit != right.unit:
        message = f"{left.words} and {right.words}: two units; compare one"
        raise DataError(message)
    if small.high < large.low:
        return (BOUND if open_side(small) or open_side(large) else HOLDS), words
    return (CONTRADICTED if large.high <= small.low else UNTESTED), words


def _portion(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    parts = [number_of(ref, evidence) for ref in rule["left"].split()]
    whole, claimed = number_of(rule["right"], evidence), _claimed(rule, evidence)
    least = max(sum(part.low for part in parts), 0.0)  # in this order a missing number stays one
    low = 100 * least / whole.high if whole.high else 0.0
    high = math.inf
    if whole.low > 0:
        high = min(100 * sum(part.high for part in parts) / whole.low, 100.0)
    found = interval_number(float(f"{low:.3g}"), float(f"{high:.3g}"), "percent")
    words = {
        "claimed": claimed.words,
        "share": found.words,
        "left_when": period_of([rule["right"]], evidence),
    }
    return compare(claimed, found), words


def _share(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    claimed, whole = _claimed(rule, evidence), rule["selected"]
    part = size_of_part(rule, evidence)
    words = {
        "claimed": claimed.words,
        "part": str(part),
        "whole": str(len(whole)),
    }
    if "{owner_not_stated}" in rule["sentence"] + rule["otherwise"]:
        words["owner_not_stated"] = str(_rows_without_owner(rule, evidence))
    if whole.empty:
        return UNTESTED, words
    percent = float(f"{100 * part / len(whole):.3g}")
    return compare(claimed, interval_number(percent, percent, "percent")), words


def _rows_without_owner(rule: Mapping[str, Any], evidence: Evidence) -> int:
    """Rows of a share that rest on an image whose owner no page states, counted or not."""
    if "family" not in evidence.tables[rule["table"]]:
        return 0
    others = [each for each in rule["where"].split(";") if not each.strip().startswith("family")]
    rows = rows_of({**rule, "where": ";".join(others)}, evidence)
    return int(rows["family"].isin(OWNER_NOT_STATED).sum())


def _gap(left: Observed, right: Observed) -> str:
    """How long before or after another date one lies, in words."""
    if left.last < right.first:
        one, other, side = left, right, "before"
    elif left.first > right.last:
        one, other, side = right, left, "after"
    else:
        return "in a time that overlaps with"
    least, most = (other.first - one.last).days, (other.last - one.first).days
    if one.first == pd.Timestamp.min or other.last == pd.Timestamp.max:
        return f"{interval(least, least, 'days')} or more {side}"
    if least == most == 1:
        return f"the day {side}"
    return f"{interval(least, most, 'days')} {side}"


def _order(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    right = dates_of(rule["right"], evidence, stated=True)
    verdicts, gaps, refs = [], [], rule["left"].split()
    for ref in refs:
        left = dates_of(ref, evidence, stated=True)
        early, late = (left, right) if rule["relation"] == "before" else (right, left)
        apart = CONTRADICTED if early.first >= late.last else UNTESTED
        verdicts.append(HOLDS if early.last < late.first else apart)
        gaps.append(_gap(left, right))
    words = {
        "left_when": period_of(refs, evidence),
        "right_when": period_of([rule["right"]], evidence),
        "gap": listed(gaps),
    }
    return (IN_PART if {CONTRADICTED} < set(verdicts) else worst(verdicts)), words


INSIDE = {HOLDS: "within", IN_PART: "partly outside", CONTRADICTED: "outside"}
"""Verdict on dates in a window to the word for how they lie in it."""


def _window(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    if rule["right"]:
        frame = dates_of(rule["right"], evidence, stated=False)
    else:
        first, last = rule["first"], rule["last"]
        frame = Observed(first, last, when(first, last, "day", "day"))
    verdicts = []
    for ref in rule["left"].split():
        seen = dates_of(ref, evidence, stated=False)
        outside = seen.last < frame.first or seen.first > frame.last
        inside = frame.first <= seen.first and seen.last <= frame.last
        verdicts.append(CONTRADICTED if outside else HOLDS if inside else IN_PART)
    words = {
        "left_when": period_of(rule["left"].split(), evidence, stated=False),
        "inside": INSIDE[worst(verdicts)],
        "frame": with_preposition(frame.words),
    }
    return worst(verdicts), words


def _span(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    left, right = (dates_of(rule[side], evidence, stated=True) for side in ("left", "right"))
    low, high = (right.first - left.last).days, (right.last - left.first).days
    claimed, found = _claimed(rule, evidence), interval_number(float(low), float(high), "days")
    words = {
        "claimed": claimed.words,
        "span": found.words,
        "left_when": with_preposition(left.words),
        "right_when": with_preposition(right.words),
    }
    return compare(claimed, found), words


def _peak(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    top, day = number_of(rule["left"], evidence), dates_of(rule["left"], evidence, stated=True)
    before = [
        number
        for ref, number in numbers_of(rule["selected"], evidence)
        if ref != rule["left"] and dates_of(ref, evidence, stated=True).last < day.first
    ]
    highest = max(before, key=lambda number: number.high).words if before else NO_NUMBER
    words = {"left": top.words, "left_when": with_preposition(day.words), "highest": highest}
    # at best a bound: nobody counted on most days, so that earlier numbers are a ceiling, or those
    # of single days; without the ceiling the verdict may not improve
    verdicts = [
        CONTRADICTED if number.low >= top.high else UNTESTED if number.high >= top.low else BOUND
        for number in before
    ]
    return (worst(verdicts) if before else UNTESTED), words


def _state(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    refs = rule["left"].split()
    states = [str(row_of(ref, evidence).get(n.STATE, "")) for ref in refs]
    wanted = n.PRESENT_STATES if rule["relation"] == n.SOMETHING_SEEN else (rule["relation"],)
    opposite = (n.NOTHING_SEEN,) if wanted == n.PRESENT_STATES else n.PRESENT_STATES
    verdicts = [
        HOLDS if state in wanted else CONTRADICTED if state in opposite else UNTESTED
        for state in states
    ]
    words = {"who": counters_of(refs, evidence), "left_when": period_of(refs, evidence)}
    return worst(verdicts), words


def _distance(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    one, other = (evidence.sites[rule[side]] for side in ("left", "right"))
    claimed = _claimed(rule, evidence)
    if any(pd.isna(site[column]) for site in (one, other) for column in POSITION_COLUMNS):
        return UNTESTED, {"claimed": claimed.words, "distance": "not known, for want of a position"}
    metres = WGS84.inv(one["lon"], one["lat"], other["lon"], other["lat"])[2]
    slack = one["uncertainty_m"] + other["uncertainty_m"]
    low, high = (round(end / 1000, 1) for end in (max(0.0, metres - slack), metres + slack))
    found = interval_number(low, high, "km")
    return compare(claimed, found), {"claimed": claimed.words, "distance": found.words}


def _independence(rule: Mapping[str, Any], evidence: Evidence) -> Judged:
    claimed = _claimed(rule, evidence)
    rows = [row_of(ref, evidence) for ref in rule["left"].split()]
    facts = support(rows, evidence.provenance)
    least, most = (facts.origins_at_least, facts.named_origins) if facts else (0, 0)
    who = [evidence.counters.get(origin, origin) for origin in facts.origins] if facts else []
    if rule["relation"] == "owners" and facts:
        least = len(facts.image_owners)
        most = least + facts.rows_without_owner + facts.rows_unrecorded
    found = interval_number(float(least), float(most), claimed.unit)
    count = str(least) if least == most else f"{least} to {most}"
    owners = owner_words(facts) if facts else "none"
    return compare(claimed, found), {"count": count, "who": listed(who), "owners": owners}


NUMBERS, DATED, ROWS, SITES = "numbers", "dated rows", "rows", "sites"
"""What the ids of a rule may be of: findings or rows, rows with dates, any rows, sites."""
TABLE_COLUMNS = ("table", "where", "distinct", "about")
"""Columns of a rule that counts in a table."""


@dataclass(frozen=True)
class Kind:
    """One kind of rule."""

    run: Callable[[Mapping[str, Any], Evidence], Judged]
    """Returns verdict and words."""
    needs: tuple[str, ...]
    """Columns that must be filled."""
    words: tuple[str, ...]
    """Words that its sentence may name in braces."""
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
PAIR = ("left", "right", "left_when", "right_when")
KINDS = {
    "number": Kind(_number, ("left",), ("claimed", "left", "left_when"), left=SOME),
    "count": Kind(
        _counted, ("table", "where", "about"), ("claimed", "count", "rows"),
        uses=("distinct", "otherwise"),
    ),
    "extent": Kind(
        _extent, (), ("claimed", "count", "whole"), left=(0, 1), right=(0, 1), uses=TABLE_COLUMNS
    ),
    "statement": Kind(
        _statement, ("table", "where"), ("who", "left_when", "count", "part"),
        uses=("part", "otherwise"), claims=False,
    ),
    "absence": Kind(
        _absence, ("table", "where", "part"), ("count", "part"), uses=("otherwise",), claims=False
    ),
    "change": Kind(
        _change, ("left", "right", "relation"), PAIR, left=ONE, right=ONE,
        relations=("more", "less"), claims=False,
    ),
    "portion": Kind(
        _portion, ("left", "right"), ("claimed", "share", "left_when"), left=SOME, right=ONE
    ),
    "share": Kind(
        _share, ("table", "part"), ("claimed", "part", "whole", "owner_not_stated"),
        uses=("where", "about"),
    ),
    "order": Kind(
        _order, ("left", "right", "relation"), ("left_when", "right_when", "gap"), refs=DATED,
        left=SOME, right=ONE, relations=("before", "after"), claims=False,
    ),
    "window": Kind(
        _window, ("left",), ("left_when", "inside", "frame"), refs=DATED, left=SOME, right=(0, 1),
        uses=("first", "last"), claims=False,
    ),
    "span": Kind(
        _span, ("left", "right"), ("claimed", "span", "left_when", "right_when"), refs=DATED,
        left=ONE, right=ONE,
    ),
    "peak": Kind(
        _peak, ("left", "table", "where"), ("left", "left_when", "highest"), refs=DATED, left=ONE,
        claims=False,
    ),
    "state": Kind(
        _state, ("left", "relation"), ("who", "left_when"), refs=ROWS, left=SOME,
        relations=OBSERVED_STATES, uses=("otherwise",), claims=False,
    ),
    "distance": Kind(
        _distance, ("left", "right"), ("claimed", "distance"), refs=SITES, left=ONE, right=ONE
    ),
    "independence": Kind(
        _independence, ("left", "relation"), ("count", "who", "owners"), refs=ROWS, left=SOME,
        relations=("origins", "owners"),
    ),
}  # fmt: skip
"""Word of the vocabulary *rule_kind* to what it does."""
