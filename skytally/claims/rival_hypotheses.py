"""Rival explanations weighed by observations: ranges of likelihood ratios to a band of odds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pandas as pd

from skytally.claims.rule_evidence import Evidence
from skytally.claims.verdicts import likelihood
from skytally.core import DataError, refuse
from skytally.record import UNNAMED_FAMILIES, origins_of_row

LARGEST_RATIO = 20.0
"""No single observation counts for more, either way, while its error rates are not measured."""
FURTHER_ITEM_SHARE = 0.1
"""What further items of one group add to the strongest, as a share of its log ratio."""
CORRELATIONS = (0.3, 0.6)
"""Range of the correlation between groups."""
PRIOR_ODDS = (0.1, 10.0)
"""Range of prior odds, hypothesis to reference."""
GROUPINGS = ("family", "originator", "mechanism")
"""What items may share that makes them dependent; every grouping is computed."""
TABLES = ("hypotheses", "evidence", "likelihoods")
LABEL = "The ranges are judgements with a reason each; none is measured."


@dataclass(frozen=True)
class RatioRange:
    """How much likelier an observation is under one hypothesis than under the reference."""

    low: float
    """Least ratio that the reason allows."""
    high: float
    """Greatest ratio that the reason allows."""
    reason: str
    """Why this range."""


@dataclass(frozen=True)
class EvidenceItem:
    """One observation that may tell hypotheses apart."""

    id: str
    """Its id."""
    text: str
    """What was observed, and by whom."""
    line: str
    """Evidence line it belongs to."""
    rows: tuple[str, ...]
    """Rows of the record it is."""
    groups: Mapping[str, frozenset[str]]
    """Each of `GROUPINGS` to the groups the item belongs to."""
    ratios: Mapping[str, RatioRange]
    """Hypothesis to its range of ratios; the reference has none, its ratio is 1."""
    changes_if: str
    """What observation would change the ranges."""


@dataclass(frozen=True)
class Hypotheses:
    """The rival explanations and the observations that weigh them."""

    names: Mapping[str, str]
    """Hypothesis to its name, in the order of the table."""
    reference: str
    """The one the ratios are relative to; empty where the tables are."""
    items: tuple[EvidenceItem, ...]
    """By id."""


@dataclass(frozen=True)
class OddsBand:
    """Odds of one hypothesis against the reference, from all items together; never one number."""

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


def _components(items: Iterable[EvidenceItem], by: str) -> list[list[EvidenceItem]]:
    apart: list[tuple[set[str], list[EvidenceItem]]] = []
    for item in items:
        shared = set(item.groups[by])
        joined = [group for group in apart if group[0] & shared]
        apart = [group for group in apart if not group[0] & shared]
        members = [member for _, group in joined for member in group]
        apart.append((shared.union(*(group[0] for group in joined)), [*members, item]))
    return [members for _, members in apart]


def _one_group(logs: list[float]) -> float:
    """Sum of the log ratios of items that are not independent of each other."""
    total = 0.0
    for side in ([log for log in logs if log > 0], [log for log in logs if log < 0]):
        if side:
            total += max(side, key=abs) * (1 + FURTHER_ITEM_SHARE * (len(side) > 1))
    return total


def combined_ratio(groups: Iterable[list[float]], *, correlation: float) -> float:
    """Combine likelihood ratios of groups that are correlated with each other.

    Parameters
    ----------
    groups : iterable of list of float
        Likelihood ratios, a list a group; a ratio is capped at `LARGEST_RATIO` to one.
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
    >>> round(combined_ratio([[10.0], [10.0], [10.0]], correlation=0.6))
    23
    >>> combined_ratio([[1000.0]], correlation=0.3)
    20.0
    """
    if not 0 <= correlation <= 1:
        message = f"correlation {correlation} lies outside 0 to 1; give another"
        raise DataError(message)
    logs = []
    for group in groups:
        if any(not 0 < ratio < math.inf for ratio in group):
            message = f"likelihood ratios {group}: give positive, finite numbers"
            raise DataError(message)
        limit = math.log(LARGEST_RATIO)
        logs.append(_one_group([min(limit, max(-limit, math.log(ratio))) for ratio in group]))
    total = _sum_of_groups([log for log in logs if log > 0], correlation)
    total -= _sum_of_groups([-log for log in logs if log < 0], correlation)
    return round(math.exp(total), 9)


def _sum_of_groups(logs: list[float], correlation: float) -> float:
    summed = accumulate(sorted(logs, reverse=True))
    return max((total / (1 + k * correlation) for k, total in enumerate(summed)), default=0.0)


def _ratios(
    items: Iterable[EvidenceItem], hypothesis: str, *, by: str, end: str
) -> list[list[float]]:
    return [
        [getattr(item.ratios[hypothesis], end) for item in group]
        for group in _components(items, by)
    ]


def _range(items: list[EvidenceItem], hypothesis: str) -> tuple[float, float]:
    ends = {
        end: [
            combined_ratio(_ratios(items, hypothesis, by=by, end=end), correlation=correlation)
            for by in GROUPINGS
            for correlation in CORRELATIONS
        ]
        for end in ("low", "high")
    }
    return min(ends["low"]), max(ends["high"])


def odds_band(hypotheses: Hypotheses, hypothesis: str, *, without: Iterable[str] = ()) -> OddsBand:
    """Band of odds of one hypothesis against the reference.

    Parameters
    ----------
    hypotheses : Hypotheses
    hypothesis : str
        Its id.
    without : iterable of str
        Items to leave out.

    Returns
    -------
    Band
        From the least to the greatest result over the low and high ends of all ranges, the
        groupings by image family, originator and mechanism, correlations of 0.3 and 0.6
        between groups, and prior odds from 1:10 to 10:1.

    Raises
    ------
    DataError
        If there is no such hypothesis, it is the reference, or no item is left.
    """
    left = [item for item in hypotheses.items if item.id not in set(without)]
    if hypothesis not in hypotheses.names or hypothesis == hypotheses.reference or not left:
        message = (
            f"{hypothesis!r} with {len(left)} items: name a hypothesis other than "
            f"{hypotheses.reference}, and leave at least one item"
        )
        raise DataError(message)
    low, high = _range(left, hypothesis)
    odds = low * PRIOR_ODDS[0], high * PRIOR_ODDS[1]
    shares = tuple(end / (1 + end) for end in odds)
    ranges = [item.ratios[hypothesis] for item in left]
    telling = [ratio for ratio in ranges if not ratio.low == ratio.high == 1]
    return OddsBand(
        hypothesis=hypothesis,
        against=hypotheses.reference,
        ratio_low=low,
        ratio_high=high,
        odds_low=odds[0],
        odds_high=odds[1],
        share_low=shares[0],
        share_high=shares[1],
        words=likelihood(shares[0], shares[1]),
        items=len(telling),
    )


def odds_bands(hypotheses: Hypotheses) -> list[OddsBand]:
    """Bands of odds of every hypothesis but the reference, in the order of the table."""
    rivals = [rival for rival in hypotheses.names if rival != hypotheses.reference]
    return [odds_band(hypotheses, rival) for rival in rivals]


def influence(hypotheses: Hypotheses, hypothesis: str) -> pd.DataFrame:
    """Influence of single items: how far the band of odds moves without one of them.

    Returns
    -------
    pandas.DataFrame
        ``item``, ``text``, ``ratio_low`` and ``ratio_high`` without it, ``matters``: by how
        many natural logarithms the two ends move together; the strongest first.
    """
    whole = odds_band(hypotheses, hypothesis)
    rows = []
    for item in hypotheses.items if len(hypotheses.items) > 1 else ():
        rest = odds_band(hypotheses, hypothesis, without=[item.id])
        moved = sum(
            abs(math.log(getattr(whole, end) / getattr(rest, end)))
            for end in ("ratio_low", "ratio_high")
        )
        rows.append((item.id, item.text, rest.ratio_low, rest.ratio_high, round(moved, 6)))
    columns = ["item", "text", "ratio_low", "ratio_high", "matters"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["matters", "item"], ascending=[False, True], ignore_index=True)


def bands_without_a_line(hypotheses: Hypotheses, hypothesis: str) -> list[tuple[str, OddsBand]]:
    """Band of odds with one evidence line left out, for every line, by the name of the line."""
    lines = sorted({item.line for item in hypotheses.items})
    left_out = {line: [item.id for item in hypotheses.items if item.line == line] for line in lines}
    return [
        (line, odds_band(hypotheses, hypothesis, without=ids))
        for line, ids in left_out.items()
        if len(ids) < len(hypotheses.items)
    ]


def _groups(row: Mapping[str, Any], evidence: Evidence) -> dict[str, frozenset[str]]:
    rows = [evidence.rows[ref] for ref in row["rows"].split()]
    families = {str(each.get("family", "none")) for each in rows} - {"none"}
    origins = frozenset().union(*(origins_of_row(each, evidence.provenance) for each in rows))
    # makers that are not stated may be one maker
    makers = frozenset(
        "maker not stated" if family in UNNAMED_FAMILIES else family for family in families
    )
    return {
        "family": makers or frozenset(f"no imagery: {origin}" for origin in origins),
        "originator": origins,
        "mechanism": frozenset({str(row["mechanism"])}),
    }


def _ratio_faults(ratios: pd.DataFrame, wanted: set[str]) -> Iterator[str]:
    pairs = [f"{row['evidence']} {row['hypothesis']}" for _, row in ratios.iterrows()]
    for pair in sorted(wanted - set(pairs)):
        yield f"likelihoods {pair}: no cell; add its range and reason"
    for pair in sorted(set(pairs) - wanted):
        yield f"likelihoods {pair}: no such item and hypothesis, or the reference; remove it"
    for pair in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        yield f"likelihoods {pair}: stands twice; keep one"
    for (_, row), pair in zip(ratios.iterrows(), pairs, strict=True):
        if not str(row["reason"]).strip():
            yield f"likelihoods {pair}: no reason; a range without one is not used"
        if not 0 < row["low"] <= row["high"]:
            yield f"likelihoods {pair}: {row['low']:g} to {row['high']:g}; give 0 < low <= high"


def hypotheses_faults(tables: Mapping[str, pd.DataFrame], evidence: Evidence) -> Iterator[str]:
    """Faults of the rival explanations: ranges, reasons, items, the reference."""
    names, items, ratios = (tables[name] for name in TABLES)
    for name in ("hypotheses", "evidence"):
        repeated = tables[name][tables[name]["id"].duplicated()]["id"]
        yield from (f"{name} {each}: stands twice; keep one" for each in repeated)
    reference = list(names[names["reference"] == "yes"]["id"])
    if len(reference) != 1 and any(len(tables[name]) for name in TABLES):
        yield f"hypotheses: {len(reference)} references; mark exactly one"
    for _, row in items.iterrows():
        for ref in row["rows"].split():
            if ref not in evidence.rows:
                yield f"evidence {row['id']}: no row {ref!r}; correct it"
    rivals = [name for name in names["id"] if name not in reference]
    yield from _ratio_faults(ratios, {f"{item} {name}" for item in items["id"] for name in rivals})


def read_hypotheses(tables: Mapping[str, pd.DataFrame], evidence: Evidence) -> Hypotheses:
    """Build the rival explanations and their items from their tables.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        ``hypotheses``, ``evidence`` and ``likelihoods``, as `skytally.claims.read_tables`
        gives them.
    evidence : Evidence
        For image families and originators, which follow from the rows of an item.

    Returns
    -------
    Hypotheses

    Raises
    ------
    DataError
        If a range is missing, stands twice, has no reason or no numbers, an item or row does
        not exist, or there is not one reference; empty tables have none. All faults at once.
    """
    refuse(hypotheses_faults(tables, evidence), what="rival explanations")
    names, items, ratios = (tables[name] for name in TABLES)
    by_item: dict[str, dict[str, RatioRange]] = {}
    for _, row in ratios.iterrows():
        ratio = RatioRange(float(row["low"]), float(row["high"]), str(row["reason"]))
        by_item.setdefault(row["evidence"], {})[row["hypothesis"]] = ratio
    observations = [
        EvidenceItem(
            id=row["id"],
            text=row["text"],
            line=row["could_test"],
            rows=tuple(row["rows"].split()),
            groups=_groups(row, evidence),
            ratios=by_item.get(row["id"], {}),
            changes_if=row["changes_if"],
        )
        for _, row in items.iterrows()
    ]
    return Hypotheses(
        names=dict(zip(names["id"], names["name"], strict=True)),
        reference=next(iter(names[names["reference"] == "yes"]["id"]), ""),
        items=tuple(sorted(observations, key=lambda item: item.id)),
    )
