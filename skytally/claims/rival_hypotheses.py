"""Rival explanations against observations: ranges of likelihood ratios to a band of odds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pandas as pd

from skytally.claims.rule_evidence import Evidence
from skytally.claims.verdicts import likelihood
from skytally.core.errors import DataError, refuse
from skytally.record.provenance import UNNAMED, origins_of_row

CAP = 20.0
"""No single observation counts for more, either way, while its error rates are not measured."""
WITHIN = 0.1
"""What further items of one group add to the strongest, as a share of its log ratio."""
CORRELATIONS = (0.3, 0.6)
"""Range of the correlation between groups."""
PRIORS = (0.1, 10.0)
"""Range of prior odds, hypothesis to reference."""
GROUPINGS = ("family", "originator", "mechanism")
"""What two items may share that makes them one; each is tried."""
LABEL = "The ranges are judgements with a reason each; none is measured."


@dataclass(frozen=True)
class Cell:
    """How much likelier an observation is under one hypothesis than under the reference."""

    low: float
    """Least ratio that the reason allows."""
    high: float
    """Greatest ratio that the reason allows."""
    reason: str
    """Why this range."""


@dataclass(frozen=True)
class Item:
    """One observation that tells hypotheses apart, or fails to."""

    id: str
    """Its id."""
    text: str
    """What was observed, and by whom."""
    line: str
    """Evidence line it belongs to."""
    rows: tuple[str, ...]
    """Rows of the record it is."""
    groups: Mapping[str, frozenset[str]]
    """Each of `GROUPINGS` to what the item has of it."""
    cells: Mapping[str, Cell]
    """Hypothesis to its cell; the reference has none, its ratio is 1."""
    changes_if: str
    """What observation would change the cells."""


@dataclass(frozen=True)
class Hypotheses:
    """The rival explanations and the items they are held against."""

    names: Mapping[str, str]
    """Hypothesis to its name, in the order of the table."""
    reference: str
    """The one the ratios are relative to."""
    items: tuple[Item, ...]
    """By id."""


@dataclass(frozen=True)
class Band:
    """What the items together say of one hypothesis against the reference; never one number."""

    hypothesis: str
    """Its id."""
    against: str
    """Id of the reference."""
    ratio_low: float
    """Least combined ratio over all readings, groupings and correlations."""
    ratio_high: float
    """Greatest combined ratio."""
    odds_low: float
    """Least posterior odds, over all priors too."""
    odds_high: float
    """Greatest posterior odds."""
    share_low: float
    """The same as a probability, if one of the two were true and no third; 0 to 1."""
    share_high: float
    """Its upper end."""
    words: str
    """The band in words of the fixed scale."""
    items: int
    """How many items tell the two apart at all."""


def _components(items: Iterable[Item], by: str) -> list[list[Item]]:
    apart: list[tuple[set[str], list[Item]]] = []
    for item in items:
        shared = set(item.groups[by])
        joined = [group for group in apart if group[0] & shared]
        apart = [group for group in apart if not group[0] & shared]
        members = [each for group in joined for each in group[1]]
        apart.append((shared.union(*(group[0] for group in joined)), [*members, item]))
    return [members for _, members in apart]


def _one_group(logs: list[float]) -> float:
    """Join the log ratios of items that are not independent of each other."""
    total = 0.0
    for side in ([each for each in logs if each > 0], [each for each in logs if each < 0]):
        if side:
            total += max(side, key=abs) * (1 + WITHIN * (len(side) > 1))
    return total


def combine(groups: Iterable[list[float]], *, correlation: float) -> float:
    """Combine likelihood ratios of groups that are correlated with each other.

    Parameters
    ----------
    groups : iterable of list of float
        Likelihood ratios, a list a group; each is capped at `CAP` to one.
    correlation : float
        Correlation between groups, 0 to 1.

    Returns
    -------
    float
        The combined ratio. Within a group the log ratio of the strongest item of each
        direction counts, times 1.1 where there are more of them; between n groups of one
        direction the sum of log ratios is multiplied by n_eff / n.

    Raises
    ------
    DataError
        If a ratio is not positive or the correlation lies outside 0 to 1.

    Notes
    -----
    ``n_eff = n / (1 + (n - 1) * correlation)``. The n strongest groups are taken for which
    the result is furthest from 1, since a weak further group must not dilute strong ones;
    so raising any ratio never lowers the result.

    Examples
    --------
    >>> round(combine([[10.0], [10.0], [10.0]], correlation=0.6))
    23
    >>> combine([[1000.0]], correlation=0.3)
    20.0
    """
    if not 0 <= correlation <= 1:
        message = f"correlation {correlation} lies outside 0 to 1; give another"
        raise DataError(message)
    logs = []
    for group in groups:
        if any(not 0 < each < math.inf for each in group):
            message = f"likelihood ratios {group}: give positive, finite numbers"
            raise DataError(message)
        limit = math.log(CAP)
        logs.append(_one_group([min(limit, max(-limit, math.log(each))) for each in group]))
    total = _together([each for each in logs if each > 0], correlation)
    total -= _together([-each for each in logs if each < 0], correlation)
    return round(math.exp(total), 9)


def _together(logs: list[float], correlation: float) -> float:
    summed = accumulate(sorted(logs, reverse=True))
    return max((each / (1 + k * correlation) for k, each in enumerate(summed)), default=0.0)


def _ratios(items: Iterable[Item], hypothesis: str, *, by: str, end: str) -> list[list[float]]:
    return [
        [getattr(item.cells[hypothesis], end) for item in group] for group in _components(items, by)
    ]


def _range(items: list[Item], hypothesis: str) -> tuple[float, float]:
    ends = {
        end: [
            combine(_ratios(items, hypothesis, by=by, end=end), correlation=correlation)
            for by in GROUPINGS
            for correlation in CORRELATIONS
        ]
        for end in ("low", "high")
    }
    return min(ends["low"]), max(ends["high"])


def band(known: Hypotheses, hypothesis: str, *, without: Iterable[str] = ()) -> Band:
    """Give the band of odds of one hypothesis against the reference.

    Parameters
    ----------
    known : Hypotheses
    hypothesis : str
        Its id.
    without : iterable of str
        Items to leave out.

    Returns
    -------
    Band
        From the least to the greatest result over the low and high ends of all cells, the
        groupings by image family, originator and mechanism, correlations of 0.3 and 0.6
        between groups, and prior odds from 1:10 to 10:1.

    Raises
    ------
    DataError
        If there is no such hypothesis, it is the reference, or no item is left.
    """
    left = [item for item in known.items if item.id not in set(without)]
    if hypothesis not in known.names or hypothesis == known.reference or not left:
        message = (
            f"{hypothesis!r} with {len(left)} items: name a hypothesis other than "
            f"{known.reference}, and leave at least one item"
        )
        raise DataError(message)
    low, high = _range(left, hypothesis)
    odds = low * PRIORS[0], high * PRIORS[1]
    shares = tuple(each / (1 + each) for each in odds)
    silent = [
        item for item in left if item.cells[hypothesis].low == item.cells[hypothesis].high == 1
    ]
    return Band(
        hypothesis=hypothesis,
        against=known.reference,
        ratio_low=low,
        ratio_high=high,
        odds_low=odds[0],
        odds_high=odds[1],
        share_low=shares[0],
        share_high=shares[1],
        words=likelihood(shares[0], shares[1]),
        items=len(left) - len(silent),
    )


def bands(known: Hypotheses) -> list[Band]:
    """Give the band of every hypothesis but the reference, in the order of the table."""
    return [band(known, each) for each in known.names if each != known.reference]


def influence(known: Hypotheses, hypothesis: str) -> pd.DataFrame:
    """Say which items matter most: what leaving each out does to the band.

    Returns
    -------
    pandas.DataFrame
        ``item``, ``text``, ``ratio_low`` and ``ratio_high`` without it, ``matters``: by how
        many natural logarithms the two ends move together; the strongest first.
    """
    whole = band(known, hypothesis)
    rows = []
    for item in known.items if len(known.items) > 1 else ():
        rest = band(known, hypothesis, without=[item.id])
        moved = sum(
            abs(math.log(getattr(whole, end) / getattr(rest, end)))
            for end in ("ratio_low", "ratio_high")
        )
        rows.append((item.id, item.text, rest.ratio_low, rest.ratio_high, round(moved, 6)))
    columns = ["item", "text", "ratio_low", "ratio_high", "matters"]
    made = pd.DataFrame(rows, columns=columns)
    return made.sort_values(["matters", "item"], ascending=[False, True], ignore_index=True)


def without_a_line(known: Hypotheses, hypothesis: str) -> list[tuple[str, Band]]:
    """Give the band with each evidence line left out, by the line's name."""
    lines = sorted({item.line for item in known.items})
    left_out = {line: [item.id for item in known.items if item.line == line] for line in lines}
    return [
        (line, band(known, hypothesis, without=ids))
        for line, ids in left_out.items()
        if len(ids) < len(known.items)
    ]


def _groups(row: Mapping[str, Any], given: Evidence) -> dict[str, frozenset[str]]:
    rows = [given.rows[each] for each in row["rows"].split()]
    families = {str(each.get("family", "none")) for each in rows} - {"none"}
    who = frozenset().union(*(origins_of_row(each, given.known) for each in rows))
    # makers that are not stated may be one maker
    eyes = frozenset("maker not stated" if each in UNNAMED else each for each in families)
    return {
        "family": eyes or frozenset(f"no imagery: {each}" for each in who),
        "originator": who,
        "mechanism": frozenset({str(row["mechanism"])}),
    }


def hypotheses_faults(tables: Mapping[str, pd.DataFrame], given: Evidence) -> Iterator[str]:
    """Tell what is wrong with the rival explanations: cells, reasons, items, the reference."""
    names, items, cells = (tables[each] for each in ("hypotheses", "evidence", "likelihoods"))
    for name in ("hypotheses", "evidence"):
        twice = tables[name][tables[name]["id"].duplicated()]["id"]
        yield from (f"{name} {each}: stands twice; keep one" for each in twice)
    reference = list(names[names["reference"] == "yes"]["id"])
    if len(reference) != 1:
        yield f"hypotheses: {len(reference)} references; mark exactly one"
    for _, row in items.iterrows():
        for ref in row["rows"].split():
            if ref not in given.rows:
                yield f"evidence {row['id']}: no row {ref!r}; correct it"
    pairs = [f"{row['evidence']} {row['hypothesis']}" for _, row in cells.iterrows()]
    wanted = {
        f"{item} {name}" for item in items["id"] for name in names["id"] if name not in reference
    }
    for each in sorted(wanted - set(pairs)):
        yield f"likelihoods {each}: no cell; add its range and reason"
    for each in sorted(set(pairs) - wanted):
        yield f"likelihoods {each}: no such item and hypothesis, or the reference; remove it"
    for each in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        yield f"likelihoods {each}: stands twice; keep one"
    for (_, row), pair in zip(cells.iterrows(), pairs, strict=True):
        if not str(row["reason"]).strip():
            yield f"likelihoods {pair}: no reason; a range without one is not used"
        if not 0 < row["low"] <= row["high"]:
            yield f"likelihoods {pair}: {row['low']:g} to {row['high']:g}; give 0 < low <= high"


def hypotheses(tables: Mapping[str, pd.DataFrame], given: Evidence) -> Hypotheses:
    """Read the rival explanations.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        ``hypotheses``, ``evidence`` and ``likelihoods``, as `skytally.claims.read_tables`
        gives them.
    given : Evidence
        For image families and originators, which follow from the rows of an item.

    Returns
    -------
    Hypotheses

    Raises
    ------
    DataError
        If a cell is missing, stands twice, has no reason or no range, an item or row does
        not exist, or there is not one reference. All faults at once.
    """
    refuse(hypotheses_faults(tables, given), what="rival explanations")
    names, items, cells = (tables[each] for each in ("hypotheses", "evidence", "likelihoods"))
    by_item: dict[str, dict[str, Cell]] = {}
    for _, row in cells.iterrows():
        cell = Cell(float(row["low"]), float(row["high"]), str(row["reason"]))
        by_item.setdefault(row["evidence"], {})[row["hypothesis"]] = cell
    made = [
        Item(
            id=row["id"],
            text=row["text"],
            line=row["could_test"],
            rows=tuple(row["rows"].split()),
            groups=_groups(row, given),
            cells=by_item[row["id"]],
            changes_if=row["changes_if"],
        )
        for _, row in items.iterrows()
    ]
    return Hypotheses(
        names=dict(zip(names["id"], names["name"], strict=True)),
        reference=str(names[names["reference"] == "yes"]["id"].iloc[0]),
        items=tuple(sorted(made, key=lambda each: each.id)),
    )
