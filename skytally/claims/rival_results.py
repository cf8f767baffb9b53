"""Findings that say what the rival hypotheses come to: the result, its priors, its weak points."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from skytally.claims import bayes_update
from skytally.claims.rival_hypotheses import EvidenceItem, Hypotheses
from skytally.claims.rule_evidence import Evidence
from skytally.core import Quantity, names as n, quantity_text
from skytally.findings import Finding, computed

RESULT = (
    "Starting from {prior}, and with every judged range at its middle, the evidence as this book "
    "weighs it puts the probability of the explanation “{proposition}” at {number}; without the "
    "evidence that moves it most ({item}), at {without}."
)
FROM_PRIOR = (
    "Starting from {prior}, the evidence as this book weighs it puts the probability of the "
    "explanation “{proposition}” at {number}."
)
ENDS = (
    "Starting from {prior}, the probability of the explanation “{proposition}” is {number}: "
    "the first if every judged range is read at its end against it, the second if every one is "
    "read at its end for it, over three ways to treat observations of one origin. So the result "
    "holds only for readers who roughly share the judgements."
)
STRONGEST_RIVAL = (
    "The strongest of the other explanations is “{rival}”. If nothing else stood against the "
    "explanation “{proposition}”, its probability would be {number}, starting from even odds."
)
FINEST_DECIMALS = 1
"""Decimals of a percent that a result may have: finer ones would be those of the judgements."""
LEAST_PRINTED = 1.0
"""Percent below which, and above 100 less which, a probability is printed as a bound."""


def outward_percent(low: float, high: float) -> tuple[float, float]:
    """Round two probabilities outwards to percent, to tenths where whole ones were certainty.

    Examples
    --------
    >>> outward_percent(0.8749, 0.9896)
    (87.0, 99.0)
    >>> outward_percent(0.0004, 0.9988)
    (0.0, 99.9)
    """
    ends = []
    for probability, edge in ((low, math.floor), (high, math.ceil)):
        digits, percent = 0, 100 * probability
        rounded = edge(percent)
        while not 0 < rounded < 100 and digits < FINEST_DECIMALS:
            digits += 1
            rounded = edge(percent * 10**digits) / 10**digits
        ends.append(float(rounded))
    return ends[0], ends[1]


def _bounded(percent: float) -> str:
    """Percent as a number, or as a bound where nothing but the judgements makes it so extreme."""
    if percent < LEAST_PRINTED:
        return f"less than {LEAST_PRINTED:g}"
    if percent > 100 - LEAST_PRINTED:
        return f"more than {100 - LEAST_PRINTED:g}"
    return f"{percent:.0f}"


def _over_models(found: pd.Series) -> str:
    """Probabilities of one reading of the ranges over the models, from the least to the most."""
    low, high = float(found.min()), float(found.max())
    words = dict.fromkeys(_bounded(100 * each) for each in (low, high))
    if len(words) == 1:
        return f"{next(iter(words))} percent"
    low, high = outward_percent(low, high)
    return _in_words(math.floor(low), math.ceil(high))


def _in_words(low: float, high: float) -> str:
    return quantity_text(Quantity(math.nan, low, high, n.EXACTLY, "percent", ""))


def _rows(items: Iterable[EvidenceItem], evidence: Evidence) -> pd.DataFrame:
    return pd.DataFrame([dict(evidence.rows[ref]) for item in items for ref in item.rows])


def _finding(
    key: str,
    text: str,
    ends: tuple[float, float],
    rows: pd.DataFrame,
    said: str = "",
    **words: str,
) -> Finding:
    low, high = outward_percent(*ends)
    return computed(
        key, value=math.nan, low=low, high=high, unit="percent", bound=n.EXACTLY, rows=rows,
        text=text, words=words, said=said,
    )  # fmt: skip


def _middle(table: pd.DataFrame, prior: str) -> tuple[float, float]:
    """Least and greatest probability of the proposition over the models, ranges in the middle."""
    found = table[table["prior"] == prior][bayes_update.MIDDLE]
    return float(found.min()), float(found.max())


def _result(
    known: Hypotheses, table: pd.DataFrame, prior: str, rows: pd.DataFrame, name: str
) -> list[Finding]:
    moving = bayes_update.left_out(known)
    if moving.empty:
        return []
    first = moving.iloc[0]
    others = bayes_update.posterior_table(known, without=[first["item"]])
    without = _in_words(*outward_percent(*_middle(others, prior)))
    item = str(first["text"]).rstrip(".")
    return [
        _finding(
            "rivals.result", RESULT, _middle(table, prior), rows,
            prior=prior, proposition=name, item=item, without=without,
        )
    ]  # fmt: skip


def _strongest_rival(known: Hypotheses, prior: str, rows: pd.DataFrame) -> Finding:
    found = pd.DataFrame(
        [bayes_update.posterior(known, prior=prior, model=each) for each in bayes_update.MODELS]
    )
    others = found.drop(columns=known.proposition)
    rival = str(others.max().idxmax())
    ratios = [bayes_update.combined_ratios(known, model=each) for each in bayes_update.MODELS]
    alone = [each[known.proposition] / (each[known.proposition] + each[rival]) for each in ratios]
    return _finding(
        "rivals.strongest_rival", STRONGEST_RIVAL, (min(alone), max(alone)), rows,
        proposition=known.names[known.proposition], rival=known.names[rival],
    )  # fmt: skip


def rival_findings(known: Hypotheses, evidence: Evidence) -> list[Finding]:
    """Make the findings of the rival hypotheses, for pages to quote.

    Parameters
    ----------
    known : Hypotheses
    evidence : Evidence
        For the rows behind the observations.

    Returns
    -------
    list of Finding
        ``rivals.result``: the probability of the proposition from the prior nearest to even,
        over the models of dependence, with the observation that moves it most.
        ``rivals.from_<prior>`` for each other prior, ``rivals.ends`` with the ranges at their ends,
        ``rivals.strongest_rival``. None where there are no observations.
    """
    if not known.items:
        return []
    rows, name = _rows(known.items, evidence), known.names[known.proposition]
    prior = bayes_update.even_prior(known)
    table = bayes_update.posterior_table(known)
    at_ends = table[table["prior"] == prior]
    against, favour = at_ends[bayes_update.LEAST], at_ends[bayes_update.GREATEST]
    return [
        *_result(known, table, prior, rows, name),
        *(
            _finding(
                f"rivals.from_{each.replace(' ', '_')}", FROM_PRIOR, _middle(table, each), rows,
                prior=each, proposition=name,
            )
            for each in known.priors
            if each != prior
        ),
        _finding(
            "rivals.ends", ENDS, (float(against.min()), float(favour.max())), rows,
            prior=prior, proposition=name,
            said=f"{_over_models(against)} or {_over_models(favour)}",
        ),
        _strongest_rival(known, prior, rows),
    ]  # fmt: skip
