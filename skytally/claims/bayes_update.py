"""Bayes update of rival hypotheses: several priors, several models of dependent observations."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from skytally.claims.rival_hypotheses import EvidenceItem, Hypotheses, RatioRange
from skytally.core import DataError

Logs = npt.NDArray[np.float64]

INDEPENDENT, ONE_PER_ORIGIN, STRONGEST = MODELS = (
    "all independent",
    "one average observation an origin",
    "the strongest observation of each origin",
)
"""Models of the dependence between observations of one origin (METHODS 9.5)."""
CORRELATION: Mapping[str, float] = {INDEPENDENT: 0.0, ONE_PER_ORIGIN: 1.0}
"""Correlation within an origin: the two ends of what it can be, since nobody measured it."""
LEAST, MIDDLE, GREATEST = READINGS = ("least", "middle", "greatest")
"""Where the ranges are read: all at the end against the proposition, in the middle, or for it."""


@cache
def _log_ratio(ratio: RatioRange | None, *, reading: str, under_test: bool) -> float:
    """Logarithm of one ratio; the reference has none, its ratio is 1."""
    if ratio is None:
        return 0.0
    ends = {True: ratio.high, False: ratio.low}
    return math.log(
        ratio.middle if reading == MIDDLE else ends[(reading == GREATEST) == under_test]
    )


def _logs(items: Iterable[EvidenceItem], reading: str, known: Hypotheses) -> Logs:
    """Log likelihood ratios, a row an observation and a column a hypothesis."""
    return np.array(
        [
            [
                _log_ratio(
                    item.ratios.get(name), reading=reading, under_test=name == known.proposition
                )
                for name in known.names
            ]
            for item in items
        ]
    )


def _of_one_origin(logs: Logs, middle: Logs, model: str) -> Logs:
    """Log ratios that the observations of one origin are worth together."""
    if model == STRONGEST:
        # one observation is chosen for all hypotheses, or the result were no likelihood
        return np.asarray(logs[int(np.argmax(np.ptp(middle, axis=1)))])
    n = len(logs)
    return np.asarray(logs.sum(axis=0) / (1 + (n - 1) * CORRELATION[model]))


def combined_ratios(
    known: Hypotheses, *, model: str, reading: str = MIDDLE, without: Collection[str] = ()
) -> dict[str, float]:
    """Combine the likelihood ratios of all observations.

    Parameters
    ----------
    known : Hypotheses
    model : str
        One of `MODELS`.
    reading : str
        One of `READINGS`.
    without : collection of str
        Observations to leave out.

    Returns
    -------
    dict of str to float
        Hypothesis to its ratio to the reference; evidence only, no prior.

    Raises
    ------
    DataError
        If there is no such model or reading, or no observation is left.

    Notes
    -----
    n observations of one origin with log ratios l and correlation r are worth
    ``sum(l) / (1 + (n - 1) r)`` (METHODS 9.5); origins are independent of each other.
    """
    left = [item for item in known.items if item.id not in without]
    if model not in MODELS or reading not in READINGS or not left:
        message = (
            f"model {model!r}, reading {reading!r}, {len(left)} observations: name one of "
            f"{', '.join(MODELS)} and of {', '.join(READINGS)}, and leave an observation"
        )
        raise DataError(message)
    logs, middle = _logs(left, reading, known), _logs(left, MIDDLE, known)
    total = np.zeros(len(known.names))
    for origin in dict.fromkeys(item.origin for item in left):
        here = [i for i, item in enumerate(left) if item.origin == origin]
        total += _of_one_origin(logs[here], middle[here], model)
    return dict(zip(known.names, np.exp(total).tolist(), strict=True))


def posterior(
    known: Hypotheses,
    *,
    prior: str,
    model: str,
    reading: str = MIDDLE,
    without: Collection[str] = (),
) -> dict[str, float]:
    """Posterior probability of every hypothesis.

    Parameters
    ----------
    known : Hypotheses
    prior : str
        Name of one of its priors.
    model, reading, without
        As `combined_ratios` takes them.

    Returns
    -------
    dict of str to float
        Hypothesis to its probability; they add up to 1.

    Raises
    ------
    DataError
        If there is no such prior, model or reading, or no observation is left.
    """
    if prior not in known.priors:
        message = f"prior {prior!r}: name one of {', '.join(known.priors)}"
        raise DataError(message)
    ratios = combined_ratios(known, model=model, reading=reading, without=without)
    return _weighed(known.priors[prior], ratios)


def _weighed(shares: Mapping[str, float], ratios: Mapping[str, float]) -> dict[str, float]:
    """Shares of a prior weighed by the ratios of the evidence; they add up to 1."""
    weights = {name: shares[name] * ratio for name, ratio in ratios.items()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def posterior_table(known: Hypotheses, *, without: Collection[str] = ()) -> pd.DataFrame:
    """Probability of the proposition for every prior and model of dependence.

    Returns
    -------
    pandas.DataFrame
        ``prior, model, share`` (before any observation) and `READINGS`: the probability with
        all ranges read at their least favourable ends, in the middle, at the most favourable.
    """
    rows, under_test = [], known.proposition
    ratios = {
        (model, reading): combined_ratios(known, model=model, reading=reading, without=without)
        for model in MODELS
        for reading in READINGS
    }
    for prior, shares in known.priors.items():
        for model in MODELS:
            found = [_weighed(shares, ratios[model, reading])[under_test] for reading in READINGS]
            rows.append((prior, model, shares[under_test], *found))
    return pd.DataFrame(rows, columns=["prior", "model", "share", *READINGS])


def even_prior(known: Hypotheses) -> str:
    """Name of the prior that is nearest to even odds."""
    return min(known.priors, key=lambda name: abs(known.priors[name][known.proposition] - 0.5))


def _odds(probability: float) -> float:
    return probability / (1 - probability)


def left_out(known: Hypotheses) -> pd.DataFrame:
    """Influence of single observations: how the odds of the proposition move without each.

    Returns
    -------
    pandas.DataFrame
        ``item, text, model, factor`` (odds with the observation, divided by odds without it,
        ranges in the middle, from the prior nearest to even) and ``moves``, the largest
        absolute logarithm of its factors over the models; the most moving first.
    """
    prior, under_test = even_prior(known), known.proposition
    rows = []
    for model in MODELS:
        whole = _odds(posterior(known, prior=prior, model=model)[under_test])
        for item in known.items if len(known.items) > 1 else ():
            rest = posterior(known, prior=prior, model=model, without=[item.id])[under_test]
            rows.append((item.id, item.text, model, whole / _odds(rest)))
    table = pd.DataFrame(rows, columns=["item", "text", "model", "factor"])
    moves = np.log(table["factor"].astype(float)).abs().groupby(table["item"]).transform("max")
    return table.assign(moves=moves.round(9)).sort_values(
        ["moves", "item"], ascending=[False, True], kind="stable", ignore_index=True
    )
