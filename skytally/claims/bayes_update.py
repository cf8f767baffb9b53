"""Bayes update of rival hypotheses: several priors, several models of dependent observations."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from skytally.claims.hypothesis_priors_and_likelihoods_reader import (
    EvidenceItem,
    Hypotheses,
    RatioRange,
)
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


@dataclass(frozen=True)
class _Weighing:
    """Observations whose log ratios are looked up once, and each origin's worth computed once."""

    known: Hypotheses
    """The hypotheses and their observations."""
    _worth: dict[tuple[str, str, tuple[int, ...]], Logs] = field(default_factory=dict)

    @cached_property
    def _logs(self) -> dict[str, Logs]:
        return {reading: _logs(self.known.items, reading, self.known) for reading in READINGS}

    def _of_one_origin(self, model: str, reading: str, places: tuple[int, ...]) -> Logs:
        key = model, reading, places
        if key not in self._worth:
            here = list(places)
            logs, middle = self._logs[reading][here], self._logs[MIDDLE][here]
            self._worth[key] = _of_one_origin(logs, middle, model)
        return self._worth[key]

    @cached_property
    def _places(self) -> dict[str, tuple[tuple[int, ...], frozenset[str]]]:
        """Origin to where its observations stand, and their ids."""
        within: dict[str, list[int]] = {}
        for place, item in enumerate(self.known.items):
            within.setdefault(item.origin, []).append(place)
        ids = [item.id for item in self.known.items]
        return {
            origin: (tuple(places), frozenset(ids[place] for place in places))
            for origin, places in within.items()
        }

    def _left(self, without: Collection[str]) -> list[tuple[int, ...]]:
        """Places of the observations of each origin that are left, by the first of each."""
        left = [
            places
            if ids.isdisjoint(without)
            else tuple(place for place in places if self.known.items[place].id not in without)
            for places, ids in self._places.values()
        ]
        return sorted(filter(None, left), key=lambda places: places[0])

    def ratios(
        self, model: str, reading: str = MIDDLE, without: Collection[str] = ()
    ) -> dict[str, float]:
        """Combine the likelihood ratios of all observations, as `combined_ratios` does."""
        within = self._left(without)
        if model not in MODELS or reading not in READINGS or not within:
            message = (
                f"model {model!r}, reading {reading!r}, {sum(map(len, within))} "
                f"observations: name one of {', '.join(MODELS)} and of {', '.join(READINGS)}, "
                "and leave an observation"
            )
            raise DataError(message)
        total = np.zeros(len(self.known.names))
        for places in within:
            total += self._of_one_origin(model, reading, places)
        return dict(zip(self.known.names, np.exp(total).tolist(), strict=True))


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
    return _Weighing(known).ratios(model, reading, without)


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


def posteriors(
    known: Hypotheses, *, without: Collection[str] = ()
) -> dict[tuple[str, str, str], float]:
    """Probability of the proposition by prior, model of dependence, and reading of the ranges.

    Parameters
    ----------
    known : Hypotheses
    without : collection of str
        Observations to leave out.

    Returns
    -------
    dict of (str, str, str) to float

    Raises
    ------
    DataError
        If no observation is left.
    """
    weighing = _Weighing(known)
    ratios = {
        (model, reading): weighing.ratios(model, reading, without)
        for model in MODELS
        for reading in READINGS
    }
    return {
        (prior, *how): _weighed(shares, found)[known.proposition]
        for prior, shares in known.priors.items()
        for how, found in ratios.items()
    }


def posterior_table(known: Hypotheses, *, without: Collection[str] = ()) -> pd.DataFrame:
    """Probability of the proposition for every prior and model of dependence.

    Returns
    -------
    pandas.DataFrame
        ``prior, model, share`` (before any observation) and `READINGS`: the probability with
        all ranges read at their least favourable ends, in the middle, at the most favourable.
    """
    found = posteriors(known, without=without)
    rows = [
        (prior, model, shares[known.proposition], *(found[prior, model, each] for each in READINGS))
        for prior, shares in known.priors.items()
        for model in MODELS
    ]
    return pd.DataFrame(rows, columns=["prior", "model", "share", *READINGS])


def even_prior(known: Hypotheses) -> str:
    """Name of the prior that is nearest to even odds."""
    return min(known.priors, key=lambda name: abs(known.priors[name][known.proposition] - 0.5))


def _odds(probability: float) -> float:
    return probability / (1 - probability)


def _factors(known: Hypotheses) -> dict[str, dict[str, float]]:
    """Item and model to the odds of the proposition with the item, divided by those without it.

    Empty where there is only one item, without which nothing is left to compare.
    """
    if len(known.items) < 2:
        return {}
    shares, under_test = known.priors[even_prior(known)], known.proposition
    weighing = _Weighing(known)
    factors: dict[str, dict[str, float]] = {item.id: {} for item in known.items}
    for model in MODELS:
        whole = _odds(_weighed(shares, weighing.ratios(model))[under_test])
        for item in factors:
            left = weighing.ratios(model, without=(item,))
            factors[item][model] = whole / _odds(_weighed(shares, left)[under_test])
    return factors


def most_moving_first(known: Hypotheses) -> dict[str, float]:
    """Observations in the order in which they move the odds of the proposition.

    Returns
    -------
    dict of str to float
        Item to the largest absolute logarithm, over the models, of the odds with it divided by
        those without it; the most moving first. Empty where there is only one.
    """
    return _moves(_factors(known))


def _moves(factors: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    moves = {
        item: round(float(np.abs(np.log(list(models.values()))).max()), 9)
        for item, models in factors.items()
    }
    return dict(sorted(moves.items(), key=lambda each: (-each[1], each[0])))


def left_out(known: Hypotheses) -> pd.DataFrame:
    """Influence of single observations: how the odds of the proposition move without each.

    Returns
    -------
    pandas.DataFrame
        ``item, text, model, factor`` (odds with the observation, divided by odds without it,
        ranges in the middle, from the prior nearest to even) and ``moves``, as
        `most_moving_first` gives it; the most moving first.
    """
    texts, factors = {item.id: item.text for item in known.items}, _factors(known)
    moves = _moves(factors)
    rows = [
        (item, texts[item], model, factors[item][model], moves[item])
        for item in moves
        for model in MODELS
    ]
    return pd.DataFrame(rows, columns=["item", "text", "model", "factor", "moves"])
