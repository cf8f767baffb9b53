"""Claims to verdicts: rules in data, evaluated on the findings and the rows of the record."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj

from skytally import names as n
from skytally.checks import DataError, refuse
from skytally.origins import Graph, drop_copies, graph, support
from skytally.quantity import limits, quantity_of, said
from skytally.record import count_once, read_table
from skytally.record.dictionary import table_names
from skytally.wording import interval, number, when

HOLDS, BOUND, REFINED, CONTRADICTED, UNTESTED, CANNOT = VERDICTS = (
    "holds",
    "holds as a bound",
    "refined",
    "contradicted",
    "not yet tested",
    "cannot be tested from open imagery",
)
FIXED = (CANNOT, UNTESTED)
"""The only verdicts that may be typed, where no rule can compute one."""
WORST_FIRST = (CONTRADICTED, REFINED, UNTESTED, BOUND, HOLDS)
"""A claim of several parts is worth what its worst part is."""
LIKELIHOODS = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.00, "almost certain"),
)
"""Upper end of each band and its word (ICD 203, 2015: 1-5, 5-20, ..., 95-99 percent)."""
UNITS = {"miles": ("km", 1.609344), "months": ("days", 30.4375)}
"""Unit to the one it is compared in, and the factor."""
SLACK = pd.Timedelta(days=15)
"""How far a nominal day may be from the true one; it stands for words such as *mid-August*."""
CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|!=|=|~)\s*(.*?)\s*")
DRIFT = ("original_source", "original", "copy_source", "copy", "change")
"""What is told of a change of wording."""
RESTS_ON = ("findings", "rows", "sites", "sources")
PRESENT = (n.COUNTED, n.SOMETHING_SEEN)
WGS84 = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class Known:
    """A number, claimed or found."""

    value: float
    """The number in `unit`, NaN where there is only an interval."""
    low: float
    """Lower end, NaN where there is no number at all."""
    high: float
    """Upper end, infinite where open."""
    bound: str
    """One of `skytally.names.BOUNDS`."""
    unit: str
    """Word of the vocabulary *unit*."""
    said: str
    """The number in words."""


@dataclass(frozen=True)
class Outcome:
    """What one rule found."""

    verdict: str
    """One of `VERDICTS`."""
    why: str
    """What was held against what."""
    refs: tuple[str, ...]
    """Finding keys, row ids and site ids it was computed from."""


@dataclass(frozen=True)
class Evidence:
    """Everything a rule may ask for."""

    tables: Mapping[str, pd.DataFrame]
    """Tables of the record, by name."""
    findings: Mapping[str, Mapping[str, Any]]
    """Findings by key, as in ``findings.json``."""
    rows: Mapping[str, Mapping[str, Any]]
    """Rows of all tables of observations and claims, by id."""
    sites: Mapping[str, Mapping[str, Any]]
    """Sites by id."""
    known: Graph
    """Who copied whom."""


@dataclass(frozen=True)
class Claim:
    """One claim with its verdict."""

    id: str
    """Id of the row of ``press_claims``, or ``OWN-...`` for a sentence of this book."""
    text: str
    """The claim, paraphrased."""
    asserted_by: str
    """Who asserts it."""
    line: str
    """Evidence line that could test it."""
    tested_part: str
    """What of it the verdict speaks of; empty where it is the whole."""
    verdict: str
    """One of `VERDICTS`."""
    why: tuple[str, ...]
    """One sentence a rule; empty where no rule can decide."""
    confidence: str
    """How good the sources are: *low*, *moderate* or *high*; never a probability."""
    likelihood: str | None
    """Word of `LIKELIHOODS`, None where there is no probability."""
    findings: tuple[str, ...]
    """Keys of the findings it was held against."""
    rows: tuple[str, ...]
    """Rows it was held against, those behind the findings included."""
    sites: tuple[str, ...]
    """Sites whose positions were used."""
    sources: tuple[str, ...]
    """Pages with the same or another account, where there is one."""
    independent_origins: int
    """Origins of that evidence that did not copy each other."""
    independent_image_families: int
    """Image families behind it."""
    changes_if: str
    """What observation would change the verdict."""
    copied_from: tuple[str, ...]
    """Sources or claims it came from."""
    drift: tuple[Mapping[str, str], ...]
    """How its wording changed on the way."""


def likelihood(low: float, high: float) -> str:
    """Put a probability into words of the fixed scale.

    Parameters
    ----------
    low, high : float
        Interval of a probability that the thing is so, between 0 and 1; not a p-value.

    Returns
    -------
    str
        One word, or two where the interval reaches over several bands.

    Raises
    ------
    DataError
        If the interval is no interval of a probability.

    References
    ----------
    Intelligence Community Directive 203, Analytic Standards, 2015.

    Examples
    --------
    >>> likelihood(0.6, 0.7), likelihood(0.1, 0.7)
    ('likely', 'very unlikely to likely')
    """
    if not 0 <= low <= high <= 1:
        message = f"{low} to {high} is no probability; give two numbers from 0 to 1, in order"
        raise DataError(message)
    one, other = (
        next(word for end, word in LIKELIHOODS if p < end or end == 1) for p in (low, high)
    )
    return one if one == other else f"{one} to {other}"


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read every table of a folder that has a dictionary, by name."""
    return {name: read_table(folder / f"{name}.csv") for name in table_names(folder)}


def evidence(record: Mapping[str, pd.DataFrame], findings: Iterable[Mapping[str, Any]]) -> Evidence:
    """Gather what the rules are evaluated on.

    Parameters
    ----------
    record : mapping of str to pandas.DataFrame
        All tables of the record, as `read_tables` gives them.
    findings : iterable of mapping
        The rows of ``findings.json``.

    Returns
    -------
    Evidence

    Raises
    ------
    DataError
        If the sources have a circle, or copy a source that does not exist.
    """
    observed = {
        name: each for name, each in record.items() if {"id", "source_id"} <= {*each.columns}
    }
    rows = {
        str(row["id"]): {**{str(word): cell for word, cell in row.items()}, "table": name}
        for name, each in observed.items()
        for row in each.to_dict("records")
    }
    sites = {str(row["id"]): rows.pop(str(row["id"])) for _, row in record["sites"].iterrows()}
    keyed = {str(each["key"]): each for each in findings}
    return Evidence(record, keyed, rows, sites, graph(record["sources"]))


def _known(given: Evidence, ref: str) -> Known:
    if ref in given.findings:
        found = given.findings[ref]
        value, low, high = (
            missing if found[word] is None else float(found[word])
            for word, missing in ((n.VALUE, math.nan), (n.LOW, -math.inf), (n.HIGH, math.inf))
        )
        return _plain(Known(value, low, high, found["bound"], found["unit"], found["said"]))
    blank = dict.fromkeys((n.VALUE, n.LOW, n.HIGH), math.nan)
    return _printed({**blank, n.BOUND: "", "unit": "", "wording": "", **_row(ref, given)})


def _printed(row: Mapping[str, Any]) -> Known:
    quantity = quantity_of(row)
    low, high = limits(quantity)
    return _plain(Known(quantity.value, low, high, quantity.bound, quantity.unit, said(quantity)))


def _plain(known: Known) -> Known:
    unit, factor = UNITS.get(known.unit, (known.unit, 1.0))
    value, low, high = (factor * each for each in (known.value, known.low, known.high))
    return replace(known, value=value, low=low, high=high, unit=unit)


def _claimed(rule: Mapping[str, Any], given: Evidence) -> Known:
    if rule["claimed"]:
        return _known(given, rule["claimed"])
    return _printed({n.LOW: math.nan, n.HIGH: math.nan, "wording": "", **rule})


def _count(value: float, unit: str, *, exact: bool, what: str) -> Known:
    bound, high = (n.EXACTLY, value) if exact else (n.AT_LEAST, math.inf)
    words = "" if exact else "at least "
    return Known(value, value, high, bound, unit, f"{words}{number(value)} {what}")


def _measured(low: float, high: float, unit: str, words: str = "") -> Known:
    return Known(math.nan, low, high, n.ABOUT, unit, words or interval(low, high, unit))


def _side(known: Known) -> str:
    return "up" if known.bound in n.OPEN_ABOVE else "down" if known.bound == n.AT_MOST else ""


def _apart(one: Known, other: Known) -> bool:
    low, high = max(one.low, other.low), min(one.high, other.high)
    strict = any(each.bound == n.MORE_THAN and each.low == low for each in (one, other))
    return low > high or (low == high and strict)


def compare(claimed: Known, found: Known) -> str:
    """Hold a claimed number against a found one.

    Parameters
    ----------
    claimed, found : Known
        In one unit.

    Returns
    -------
    str
        *contradicted* where no number satisfies both; *holds* where two levels agree
        within their intervals; *holds as a bound* where what was found lies inside a
        claimed bound; *refined* where a bound was told as a level, or two levels only
        touch; *not yet tested* where what was found cannot tell or is no number.

    Raises
    ------
    DataError
        If the units differ or the claim has no number.
    """
    if math.isnan(claimed.low):
        message = "the claim carries no number; give the rule value, bound and unit"
        raise DataError(message)
    if math.isnan(found.low):
        return UNTESTED
    if claimed.unit != found.unit:
        message = f"claimed in {claimed.unit!r}, found in {found.unit!r}; compare one unit"
        raise DataError(message)
    if _apart(claimed, found):
        return CONTRADICTED
    if not _side(claimed):
        if _side(found):
            return REFINED if claimed.value == found.value else UNTESTED
        inside = claimed.low <= found.value <= claimed.high or math.isnan(found.value)
        return HOLDS if inside or found.low <= claimed.value <= found.high else REFINED
    same_limit = _side(claimed) == _side(found) and claimed.value == found.value
    inside = claimed.low <= found.low and found.high <= claimed.high
    return BOUND if same_limit or inside else UNTESTED


def _worst(verdicts: Iterable[str]) -> str:
    given = set(verdicts)
    return next(each for each in WORST_FIRST if each in given)


def _filter(table: pd.DataFrame, conditions: str) -> pd.DataFrame:
    chosen = pd.Series(data=True, index=table.index)
    for condition in filter(str.strip, conditions.split(";")):
        match = CONDITION.fullmatch(condition)
        if match is None or match[1] not in table:
            message = f"{condition.strip()!r}: write column, one of = != ~ <= >=, value"
            raise DataError(message)
        cells, sign, words = table[match[1]], match[2], match[3]
        if sign in ("<=", ">="):
            edge = pd.Timestamp(words) if cells.dtype.kind == "M" else float(words)
            chosen &= cells <= edge if sign == "<=" else cells >= edge
        elif sign == "~":
            pattern = re.compile(words, re.IGNORECASE)
            chosen &= cells.map(lambda cell, known=pattern: bool(known.search(str(cell))))
        else:
            chosen &= cells.astype(str).isin(words.split("|")) == (sign == "=")
    return table[chosen]


def _select(rule: Mapping[str, Any], given: Evidence) -> pd.DataFrame:
    rows = _filter(given.tables[rule["table"]], rule["where"])
    # copies first: a copy stands in no group, so it would outlive the row it copies
    rows, groups = drop_copies(rows), given.tables["same_observation"]
    return count_once(rows, groups[groups["row_id"].isin(rows["id"])])


def _row(ref: str, given: Evidence) -> Mapping[str, Any]:
    if ref not in given.rows:
        message = f"{ref!r} is no row with dates; name a row of the record"
        raise DataError(message)
    return given.rows[ref]


def _numbers(rows: pd.DataFrame, given: Evidence) -> list[tuple[str, Known]]:
    known = [(str(each), _known(given, str(each))) for each in rows["id"]]
    return [(each, found) for each, found in known if not math.isnan(found.low)]


def _dates(ref: str, given: Evidence, *, stated: bool) -> tuple[pd.Timestamp, pd.Timestamp, str]:
    row = _row(ref, given)
    words = ("date_first", "date_last", "precision_first", "precision_last")
    if row["table"] == "voyages":
        words = ("depart_first", "arrive_last", "depart_precision", "arrive_precision")
    elif stated and "statement_first" in row:
        words = ("statement_first", "statement_last", "statement_precision", "statement_precision")
    first, last, *precision = (row[word] for word in words)
    shown = when(first, last, *precision)
    first = pd.Timestamp.min if pd.isna(first) else first - SLACK * int(precision[0] == "nominal")
    last = pd.Timestamp.max if pd.isna(last) else last + SLACK * int(precision[1] == "nominal")
    return first, last, f"{ref} ({shown})"


def _number(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed = _claimed(rule, given)
    found = {ref: _known(given, ref) for ref in rule["left"].split()}
    verdicts = {ref: compare(claimed, each) for ref, each in found.items()}
    told = (f"{ref} {each.said}{_if_several(verdicts, ref)}" for ref, each in found.items())
    mixed = {CONTRADICTED} < set(verdicts.values())
    verdict = REFINED if mixed else _worst(verdicts.values())
    return verdict, f"claimed {claimed.said}; found {', '.join(told)}"


def _if_several(verdicts: Mapping[str, str], ref: str) -> str:
    return f" ({verdicts[ref]})" if len(verdicts) > 1 else ""


def _tallied(rule: Mapping[str, Any], given: Evidence) -> tuple[Known, Known]:
    claimed, rows = _claimed(rule, given), rule["selected"]
    values = rows[rule["distinct"]] if rule["distinct"] else rows["id"]
    what = f"different words in {rule['distinct']} of " if rule["distinct"] else "rows of "
    exact = rule["about"] == "record"
    return claimed, _count(
        values.nunique(), claimed.unit, exact=exact, what=f"{what}{rule['table']}"
    )


def _counted(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed, found = _tallied(rule, given)
    return compare(claimed, found), f"claimed {claimed.said}; the record has {found.said}"


def _extent(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    if rule["left"]:
        claimed, found = _claimed(rule, given), _known(given, rule["left"])
    else:
        claimed, found = _tallied(rule, given)
    words = f"claimed {claimed.said}; the evidence has {found.said}"
    if found.low > claimed.high:
        return REFINED, f"{words}, more than the claim names"
    if found.high < claimed.low:
        return CONTRADICTED, words
    return (HOLDS if found.low >= claimed.low else UNTESTED), words


def _ceiling(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed, found = _claimed(rule, given), _numbers(rule["selected"], given)
    above = [f"{ref} {each.said}" for ref, each in found if each.low > claimed.high]
    if above:
        return CONTRADICTED, f"claimed {claimed.said}; above it {', '.join(above)}"
    words = f"claimed {claimed.said}; none of {len(found)} dated counts in the record is above it"
    return (BOUND if found else UNTESTED), words


def _change(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    left, right = (_known(given, rule[side]) for side in ("left", "right"))
    small, large = (right, left) if rule["relation"] == "more" else (left, right)
    words = f"claimed {rule['relation']}; {rule['left']} {left.said}, {rule['right']} {right.said}"
    if left.unit != right.unit:
        message = f"{words}: two units; compare one"
        raise DataError(message)
    if small.high < large.low:
        return (BOUND if _side(small) or _side(large) else HOLDS), words
    return (CONTRADICTED if large.high <= small.low else UNTESTED), words


def _portion(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    parts = [_known(given, ref) for ref in rule["left"].split()]
    whole, claimed = _known(given, rule["right"]), _claimed(rule, given)
    low, high = (100 * sum(part.low for part in parts) / whole.high), math.inf
    if whole.low > 0:
        high = 100 * sum(part.high for part in parts) / whole.low
    found = _measured(float(f"{low:.3g}"), float(f"{high:.3g}"), "percent")
    return compare(claimed, found), f"claimed {claimed.said}; the rows give {found.said}"


def _share(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed, whole = _claimed(rule, given), rule["selected"]
    part = len(_filter(whole, rule["part"]))
    if whole.empty:
        return UNTESTED, f"{rule['table']} has no such row"
    percent = float(f"{100 * part / len(whole):.3g}")
    found = _measured(percent, percent, "percent", f"{part} of {len(whole)} rows")
    return compare(claimed, found), f"claimed {claimed.said}; {rule['table']} has {found.said}"


def _order(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    left, right = (_dates(rule[side], given, stated=True) for side in ("left", "right"))
    early, late = (left, right) if rule["relation"] == "before" else (right, left)
    words = f"claimed {left[2]} {rule['relation']} {right[2]}"
    if early[1] < late[0]:
        return HOLDS, words
    return (CONTRADICTED if early[0] >= late[1] else UNTESTED), words


def _window(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    if rule["right"]:
        first, last, frame = _dates(rule["right"], given, stated=False)
    else:
        first, last = rule["first"], rule["last"]
        frame = when(first, last, "day", "day")
    verdicts, told = {}, []
    for ref in rule["left"].split():
        start, end, shown = _dates(ref, given, stated=False)
        outside = end < first or start > last
        inside = first <= start and end <= last
        verdicts[ref] = CONTRADICTED if outside else HOLDS if inside else REFINED
        told.append((ref, shown))
    words = ", ".join(f"{shown}{_if_several(verdicts, ref)}" for ref, shown in told)
    return _worst(verdicts.values()), f"claimed within {frame}; {words}"


def _span(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    left, right = (_dates(rule[side], given, stated=True) for side in ("left", "right"))
    low, high = (right[0] - left[1]).days, (right[1] - left[0]).days
    claimed, found = _claimed(rule, given), _measured(float(low), float(high), "days")
    return compare(claimed, found), f"claimed {claimed.said}; {left[2]} to {right[2]}: {found.said}"


def _peak(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    top, day = _known(given, rule["left"]), _dates(rule["left"], given, stated=True)[0]
    before = [
        (ref, each)
        for ref, each in _numbers(rule["selected"], given)
        if ref != rule["left"] and _dates(ref, given, stated=True)[1] < day
    ]
    if not before:
        return UNTESTED, f"{rule['left']} {top.said}; the record has nothing earlier to compare"
    verdicts = [
        CONTRADICTED
        if each.low >= top.high
        else UNTESTED
        if each.high >= top.low
        else BOUND
        if _side(each)
        else HOLDS
        for _, each in before
    ]
    highest = max(before, key=lambda each: each[1].high)
    words = f"the highest of {len(before)} earlier is {highest[0]} {highest[1].said}"
    return _worst(verdicts), f"{rule['left']} {top.said}; {words}"


def _state(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    states = {ref: str(_row(ref, given).get(n.STATE, "")) for ref in rule["left"].split()}
    wanted = PRESENT if rule["relation"] == n.SOMETHING_SEEN else (rule["relation"],)
    opposite = (n.NOTHING_SEEN,) if wanted == PRESENT else PRESENT
    verdicts = [
        HOLDS if each in wanted else CONTRADICTED if each in opposite else UNTESTED
        for each in states.values()
    ]
    told = ", ".join(f"{ref} {each or 'no look'}" for ref, each in states.items())
    return _worst(verdicts), f"claimed {rule['relation']}; {told}"


def _distance(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    one, other = (given.sites[rule[side]] for side in ("left", "right"))
    if any(pd.isna(site[word]) for site in (one, other) for word in ("lat", "lon")):
        return UNTESTED, f"{one['name']} or {other['name']} is not located"
    metres = WGS84.inv(one["lon"], one["lat"], other["lon"], other["lat"])[2]
    slack = one["uncertainty_m"] + other["uncertainty_m"]
    low, high = (round(each / 1000, 1) for each in (max(0.0, metres - slack), metres + slack))
    claimed, found = _claimed(rule, given), _measured(low, high, "km")
    words = f"{one['name']} to {other['name']} {found.said}, the uncertainty of both included"
    return compare(claimed, found), f"claimed {claimed.said}; {words}"


def _independence(rule: Mapping[str, Any], given: Evidence) -> tuple[str, str]:
    claimed = _claimed(rule, given)
    behind = support([_row(ref, given) for ref in rule["left"].split()], (), given.known)
    count, names = behind.independent_origins, behind.origins
    if rule["relation"] == "families":
        count, names = behind.independent_families, behind.families
    what = f"independent {rule['relation']} ({', '.join(names)})"
    found = _count(count, claimed.unit, exact=True, what=what)
    return compare(claimed, found), f"claimed {claimed.said}; the rows have {found.said}"


@dataclass(frozen=True)
class Kind:
    """One kind of rule."""

    run: Callable[[Mapping[str, Any], Evidence], tuple[str, str]]
    """Gives verdict and reason."""
    needs: tuple[str, ...]
    """Columns that must be filled."""
    places: bool = False
    """Whether *left* and *right* name sites."""
    claims: bool = True
    """Whether it needs a claimed number."""


KINDS = {
    "number": Kind(_number, ("left",)),
    "count": Kind(_counted, ("table", "where", "about")),
    "extent": Kind(_extent, ()),
    "ceiling": Kind(_ceiling, ("table", "where")),
    "change": Kind(_change, ("left", "right", "relation"), claims=False),
    "portion": Kind(_portion, ("left", "right")),
    "share": Kind(_share, ("table", "part")),
    "order": Kind(_order, ("left", "right", "relation"), claims=False),
    "window": Kind(_window, ("left",), claims=False),
    "span": Kind(_span, ("left", "right")),
    "peak": Kind(_peak, ("left", "table", "where"), claims=False),
    "state": Kind(_state, ("left", "relation"), claims=False),
    "distance": Kind(_distance, ("left", "right"), places=True),
    "independence": Kind(_independence, ("left", "relation")),
}
"""Word of the vocabulary *rule_kind* to what it does."""


def _rule_faults(rule: Mapping[str, Any], given: Evidence) -> Iterator[str]:
    kind = KINDS[rule["kind"]]
    for column in kind.needs:
        if not rule[column]:
            yield f"{column} is empty; a rule of kind {rule['kind']} needs it"
    if kind.claims and not rule["claimed"] and (pd.isna(rule[n.VALUE]) or not rule[n.BOUND]):
        yield "nothing claimed; name a press claim, or give value, bound and unit"
    if rule["kind"] == "extent" and not rule["left"] and not rule["table"]:
        yield "nothing to count; name a finding, a row or a table"
    if (
        rule["kind"] == "window"
        and not rule["right"]
        and (pd.isna(rule["first"]) or pd.isna(rule["last"]))
    ):
        yield "no window; name a row with dates, or give first and last"
    if rule["table"] and rule["table"] not in given.tables:
        yield f"no table {rule['table']!r}; known: {', '.join(sorted(given.tables))}"
    elif rule["distinct"] and rule["distinct"] not in given.tables[rule["table"]]:
        yield f"no column {rule['distinct']!r} in {rule['table']}"
    known = given.sites if kind.places else {**given.findings, **given.rows}
    what = "site" if kind.places else "finding or row"
    for ref in chain(rule["left"].split(), rule["right"].split()):
        if ref not in known:
            yield f"no {what} {ref!r}; build the line that makes it, or correct the rule"
    if rule["claimed"] and rule["claimed"] not in {**given.findings, **given.rows}:
        yield f"no claim {rule['claimed']!r}; correct the rule"


def judge(rules: pd.DataFrame, given: Evidence) -> dict[str, Outcome]:
    """Evaluate every rule.

    Parameters
    ----------
    rules : pandas.DataFrame
        The table ``rules``.
    given : Evidence

    Returns
    -------
    dict of str to Outcome
        By the id of the rule.

    Raises
    ------
    DataError
        If a rule points to a finding, row, site, table or column that does not exist, lacks
        what its kind needs, or compares two units. All faults of all rules at once.
    """
    found: dict[str, Outcome] = {}
    faults = []
    for raw in rules.to_dict("records"):
        rule = {str(word): cell for word, cell in raw.items()}
        wrong = list(_rule_faults(rule, given))
        if not wrong:
            try:
                refs = [*rule["left"].split(), *rule["right"].split()]
                if rule["table"]:
                    rule["selected"] = _select(rule, given)
                    refs += list(rule["selected"]["id"])
                verdict, why = KINDS[rule["kind"]].run(rule, given)
                found[rule["id"]] = Outcome(verdict, why, tuple(dict.fromkeys(refs)))
            except ValueError as error:
                wrong = [str(error)]
        faults += [f"rules.csv, line {rule['line']}, {rule['id']}: {each}" for each in wrong]
    refuse(faults, what="rules")
    return found


def _ledger_faults(rows: pd.DataFrame, rules: pd.DataFrame, given: Evidence) -> Iterator[str]:
    press = given.tables["press_claims"].set_index("id")
    missing = sorted(set(press.index) - set(rows["id"]))
    yield from (f"{each}: a press claim without a row; add it" for each in missing)
    twice = rows[rows["id"].duplicated()]["id"]
    yield from (f"{each}: stands twice; keep one" for each in twice)
    for _, row in rows.iterrows():
        own = row["id"].startswith("OWN-")
        if own == (row["id"] in press.index):
            yield f"{row['id']}: neither a press claim nor OWN-...; correct the id"
        elif not own and tuple(row[["text", "asserted_by"]]) != tuple(
            press.loc[row["id"], ["text", "asserted_by"]]
        ):
            yield f"{row['id']}: text or asserted_by differ from press_claims; make them agree"
        if bool(row["rules"]) == bool(row["fixed_verdict"]):
            yield f"{row['id']}: give rules, or a fixed verdict where no rule can decide, not both"
        for column, known in (
            ("rules", set(rules["id"])),
            ("findings", set(given.findings)),
            ("rows", set(given.rows)),
            ("copied_from", set(given.known.parents) | set(rows["id"])),
            ("probability", set(given.findings)),
        ):
            for ref in sorted(set(row[column].split()) - known):
                yield f"{row['id']}, {column}: no {ref!r}; correct it, or build its line"
    unused = sorted(set(rules["id"]) - set(" ".join(rows["rules"]).split()))
    yield from (f"rule {each}: used by no claim; remove it or name it" for each in unused)


def _drift_faults(drift: pd.DataFrame, rows: pd.DataFrame, given: Evidence) -> Iterator[str]:
    for _, row in drift.iterrows():
        for column, known in (
            ("claim", set(rows["id"])),
            ("original_source", set(given.known.parents)),
            ("copy_source", set(given.known.parents)),
            ("rows", set(given.rows)),
        ):
            for ref in sorted(set(row[column].split()) - known):
                yield f"drift {row['id']}, {column}: no {ref!r}; correct it"


def _behind(keys: Iterable[str], given: Evidence) -> list[str]:
    found = (given.findings[key]["inputs"] for key in keys)
    return [ref for ref in chain(*found) if ref in given.rows]


def _judged(
    row: Mapping[str, Any],
    outcomes: list[Outcome],
    drift: Iterable[Mapping[str, Any]],
    given: Evidence,
) -> Claim:
    refs = dict.fromkeys(chain(*(each.refs for each in outcomes)))
    keys = {*row["findings"].split(), *(ref for ref in refs if ref in given.findings)}
    rows = {*row["rows"].split(), *(ref for ref in refs if ref in given.rows)}
    rows |= set(_behind(keys, given))
    press = given.rows.get(row["id"], {"other_sources": ""})
    sources = tuple(sorted(press["other_sources"].split()))
    eyes = support([given.rows[each] for each in sorted(rows)], sources, given.known)
    word = None
    if row["probability"]:
        chance = given.findings[row["probability"]]
        word = likelihood(float(chance[n.LOW]), float(chance[n.HIGH]))
    return Claim(
        id=row["id"],
        text=row["text"],
        asserted_by=row["asserted_by"],
        line=row["could_test"],
        tested_part=row["tested_part"],
        verdict=_worst(each.verdict for each in outcomes) if outcomes else row["fixed_verdict"],
        why=tuple(f"{each.why}: {each.verdict}" for each in outcomes),
        confidence=eyes.confidence,
        likelihood=word,
        findings=tuple(sorted(keys)),
        rows=tuple(sorted(rows)),
        sites=tuple(ref for ref in refs if ref in given.sites),
        sources=sources,
        independent_origins=eyes.independent_origins,
        independent_image_families=eyes.independent_families,
        changes_if=row["changes_if"],
        copied_from=tuple(row["copied_from"].split()),
        drift=tuple(
            {word: str(each[word]) for word in DRIFT}
            for each in drift
            if each["claim"] == row["id"]
        ),
    )


def ledger(tables: Mapping[str, pd.DataFrame], given: Evidence) -> list[Claim]:
    """Give every claim with its verdict.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The tables ``ledger``, ``rules`` and ``drift``, as `read_tables` gives them.
    given : Evidence

    Returns
    -------
    list of Claim
        Sorted by id. A verdict is typed only where the ledger names no rule; of several
        rules the worst counts.

    Raises
    ------
    DataError
        If a claim, rule or drift points to what does not exist, a press claim is missing,
        or a claim has both or neither of rules and a fixed verdict. All faults at once.
    """
    rows, rules, drift = (tables[name] for name in ("ledger", "rules", "drift"))
    refuse(
        [*_ledger_faults(rows, rules, given), *_drift_faults(drift, rows, given)],
        what="claims ledger",
    )
    outcomes = judge(rules, given)
    changes = drift.to_dict("records")
    made = [
        _judged(row, [outcomes[each] for each in row["rules"].split()], changes, given)
        for _, row in rows.iterrows()
    ]
    return sorted(made, key=lambda each: each.id)


def as_json(claims: Iterable[Claim]) -> str:
    """Write claims as JSON sorted by id, without NaN, ending in a newline."""
    shown = []
    for claim in sorted(claims, key=lambda each: each.id):
        row = {word: cell for word, cell in vars(claim).items() if word not in RESTS_ON}
        row["rests_on"] = {word: list(getattr(claim, word)) for word in RESTS_ON}
        shown.append(row)
    return json.dumps(shown, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
