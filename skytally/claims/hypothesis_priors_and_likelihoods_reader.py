"""Rival hypotheses that exclude one another, their priors, and the observations that weigh them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from skytally.claims.findings_and_rows_lookup_for_claim_rules import Evidence
from skytally.core import line_runs, refuse

TABLES = ("hypotheses", "weighed_observations", "likelihoods", "priors")
PROPOSITION, NEGATION = "proposition", "negation"
"""Sides of a hypothesis: the one under test, or a part of what is the case if it is false."""
LEAST_PRIOR, MOST_PRIOR = 0.1, 0.9
"""Span of the priors of the proposition that may be set in place of the one nearest to even."""
SUM_TOLERANCE = 1e-6
"""How far the shares of a prior may be from 1: they are typed with up to nine decimals."""


@dataclass(frozen=True)
class RatioRange:
    """How much likelier an observation is under one hypothesis than under the reference."""

    low: float
    """Least ratio that the reason allows."""
    high: float
    """Greatest ratio that the reason allows."""
    reason: str
    """Why this range."""
    judged_by: str
    """Who judged it, a word of vocabulary *judge*."""

    @property
    def middle(self) -> float:
        """Geometric middle, since ratios are multiplied."""
        return math.sqrt(self.low * self.high)


@dataclass(frozen=True)
class EvidenceItem:
    """One observation that may tell hypotheses apart."""

    id: str
    """Its id."""
    text: str
    """What was observed or said, and by whom."""
    origin: str
    """Where the knowledge comes from, a word of vocabulary *evidence_origin*."""
    rows: tuple[str, ...]
    """Rows of the record it is."""
    ratios: Mapping[str, RatioRange]
    """Hypothesis to its range of ratios; the reference has none, its ratio is 1."""
    changes_if: str
    """What would change the ranges."""


@dataclass(frozen=True)
class Hypotheses:
    """A proposition, the parts of its negation, priors, and the observations that weigh them."""

    names: Mapping[str, str]
    """Hypothesis to its name; of several that fit, the first is meant."""
    proposition: str
    """The one under test; empty where the tables are."""
    reference: str
    """The one the ratios are relative to; empty where the tables are."""
    priors: Mapping[str, Mapping[str, float]]
    """Name of a prior to the share of each hypothesis; the shares of one prior add up to 1."""
    items: tuple[EvidenceItem, ...]
    """Observations, in the order of their table."""


def _repeated(table: pd.DataFrame, name: str) -> Iterator[str]:
    for each in table[table["id"].duplicated()]["id"]:
        yield f"{name} {each}: stands twice; keep one"


def _side_faults(names: pd.DataFrame) -> Iterator[str]:
    """Faults of the proposition, its negation and the reference."""
    if names.empty:
        return
    under_test = list(names[names["side"] == PROPOSITION]["id"])
    if len(under_test) != 1:
        listed = ", ".join(under_test) or "none"
        yield f"hypotheses: {len(under_test)} propositions ({listed}); mark exactly one"
    if not (names["side"] == NEGATION).any():
        yield (
            f"hypotheses: {', '.join(under_test) or 'a proposition'} without its negation; "
            "add what is the case if it is false"
        )
    reference = list(names[names["reference"] == "yes"]["id"])
    if len(reference) != 1:
        yield f"hypotheses: {len(reference)} references; mark exactly one"


def _prior_faults(priors: pd.DataFrame, names: list[str]) -> Iterator[str]:
    """Faults of the priors: a share missing, twice, not positive, or a sum other than 1."""
    if names and priors.empty:
        yield "priors: none; add at least one share for each hypothesis"
    for prior, shares in priors.groupby("prior", sort=False):
        found = Counter(shares["hypothesis"])
        for name in names:
            if found[name] != 1:
                yield f"priors {prior} {name}: {found[name]} shares; give exactly one"
        for name in sorted(set(found) - set(names)):
            yield f"priors {prior} {name}: no such hypothesis; remove it"
        for _, row in shares.iterrows():
            if not 0 < row["share"] < 1:
                yield (
                    f"priors {prior} {row['hypothesis']}: share {row['share']:g}; give more than "
                    "0 and less than 1, or no observation could move it"
                )
        total = float(shares["share"].sum())
        if abs(total - 1) > SUM_TOLERANCE:
            place = f"priors.csv, lines {line_runs(list(shares['line']))}, column share"
            sums = f"shares of {prior} that add up to {total:.6g}"
            yield f"{place}: found {sums}; make them add up to 1"


def _row_faults(items: pd.DataFrame, evidence: Evidence) -> Iterator[str]:
    """Faults of the rows that observations rest on."""
    users: dict[str, list[str]] = {}
    for _, item in items.iterrows():
        refs = item["rows"].split()
        if not refs:
            yield f"weighed_observations {item['id']}: rests on no row; name rows of the record"
        for ref in refs:
            users.setdefault(ref, []).append(item["id"])
            if ref not in evidence.rows:
                yield f"weighed_observations {item['id']}: no row {ref!r}; correct it"
    for ref, using in users.items():
        if len(using) > 1:
            yield (
                f"weighed_observations {' and '.join(using)}: row {ref} would count "
                f"{len(using)} times; leave it to one of them"
            )


def _ratio_faults(ratios: pd.DataFrame, wanted: set[str]) -> Iterator[str]:
    pairs = [f"{row['observation']} {row['hypothesis']}" for _, row in ratios.iterrows()]
    counted = Counter(pairs)
    for pair in sorted(wanted - set(counted)):
        yield f"likelihoods {pair}: no cell; add its range and reason"
    for pair in sorted(set(counted) - wanted):
        yield f"likelihoods {pair}: no such item and hypothesis, or the reference; remove it"
    for pair in sorted(pair for pair, times in counted.items() if times > 1):
        yield f"likelihoods {pair}: stands twice; keep one"
    for (_, row), pair in zip(ratios.iterrows(), pairs, strict=True):
        if not str(row["reason"]).strip():
            yield f"likelihoods {pair}: no reason; a range without one is not used"
        found = f"{row['low']:g} to {row['high']:g}"
        if row["low"] <= 0 or row["high"] <= 0:
            yield (
                f"likelihoods {pair}: {found}; a likelihood of zero would let one observation "
                "decide everything, so give more than 0"
            )
        elif not row["low"] <= row["high"] < math.inf:
            yield f"likelihoods {pair}: {found}; give low no greater than high, both finite"


def hypotheses_faults(tables: Mapping[str, pd.DataFrame], evidence: Evidence) -> Iterator[str]:
    """Faults of the rival hypotheses: sides, priors, observations, ranges and their reasons."""
    names, items, ratios, priors = (tables[name] for name in TABLES)
    yield from _repeated(names, "hypotheses")
    yield from _repeated(items, "weighed_observations")
    yield from _side_faults(names)
    yield from _prior_faults(priors, list(dict.fromkeys(names["id"])))
    yield from _row_faults(items, evidence)
    weighed = names[names["reference"] != "yes"]["id"]
    yield from _ratio_faults(ratios, {f"{item} {name}" for item in items["id"] for name in weighed})


def _priors(table: pd.DataFrame) -> Mapping[str, Mapping[str, float]]:
    return {
        str(prior): MappingProxyType(
            dict(zip(shares["hypothesis"], shares["share"].astype(float), strict=True))
        )
        for prior, shares in table.groupby("prior", sort=False)
    }


def _the_one(names: pd.DataFrame, column: str, word: str) -> str:
    return next(iter(names[names[column] == word]["id"]), "")


def with_prior(tables: Mapping[str, pd.DataFrame], share: float) -> dict[str, pd.DataFrame]:
    """Tables in which the prior nearest to even odds gives the proposition another share.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        As for `read_hypotheses`, and others, which stay.
    share : float
        Prior probability of the proposition, from `LEAST_PRIOR` to `MOST_PRIOR`.

    Returns
    -------
    dict of str to pandas.DataFrame
        The others keep their shares of what is left, and the prior is named after its percents.
        Without rival hypotheses nothing changes.
    """
    known, names = _priors(tables["priors"]), tables["hypotheses"]
    under_test = _the_one(names, "side", PROPOSITION)
    if not known or any(under_test not in shares for shares in known.values()):
        return dict(tables)
    even = min(known, key=lambda name: abs(known[name][under_test] - 0.5))
    rest = 1 - known[even][under_test]
    moved = {
        each: share if each == under_test else part * (1 - share) / rest
        for each, part in known[even].items()
    }
    # where another prior has that name already, it is the same prior
    priors = {
        (f"{100 * share:g} percent" if name == even else name): moved if name == even else old
        for name, old in known.items()
    }
    rows = [
        {"prior": name, "hypothesis": each, "share": part}
        for name, shares in priors.items()
        for each, part in shares.items()
    ]
    table = pd.DataFrame(rows).assign(line=range(2, len(rows) + 2))
    return {**tables, "priors": table}


def read_hypotheses(tables: Mapping[str, pd.DataFrame], evidence: Evidence) -> Hypotheses:
    """Build the rival hypotheses, their priors and their observations from the tables.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        ``hypotheses``, ``weighed_observations``, ``likelihoods`` and ``priors``, as
        `skytally.claims.read_tables` gives them.
    evidence : Evidence
        For the rows that an observation rests on.

    Returns
    -------
    Hypotheses

    Raises
    ------
    DataError
        If there is not one proposition with its negation and one reference, the shares of a
        prior do not add up to 1, an observation has no row or shares one with another, or a
        range is missing, stands twice, has no reason or is not positive. All faults at once.
    """
    refuse(hypotheses_faults(tables, evidence), what="rival hypotheses")
    names, items, ratios, priors = (tables[name] for name in TABLES)
    by_item: dict[str, dict[str, RatioRange]] = {}
    for _, row in ratios.iterrows():
        ratio = RatioRange(
            float(row["low"]), float(row["high"]), str(row["reason"]), str(row["judged_by"])
        )
        by_item.setdefault(row["observation"], {})[row["hypothesis"]] = ratio
    return Hypotheses(
        names=dict(zip(names["id"], names["name"], strict=True)),
        proposition=_the_one(names, "side", PROPOSITION),
        reference=_the_one(names, "reference", "yes"),
        priors=_priors(priors),
        items=tuple(
            EvidenceItem(
                id=row["id"],
                text=row["text"],
                origin=row["origin"],
                rows=tuple(row["rows"].split()),
                ratios=by_item.get(row["id"], {}),
                changes_if=row["changes_if"],
            )
            for _, row in items.iterrows()
        ),
    )
