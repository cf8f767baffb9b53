"""Date of one step between counts: closed forms, a published series, vague dates and bounds."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import special

from skytally.statistics.interval_dated_counts import IntervalCounts, date_of, interval_counts_from
from skytally.statistics.series_change_points import DISPERSIONS
from skytally.statistics.single_step_date_posterior import (
    RATE_SHAPE,
    StepPosterior,
    bracket,
    step_posterior,
)

COAL = np.array(
    [
        float(digit)
        for digit in (
            "45410434063340263354531441553425223421322111130010110031"
            "03220111010100021000110233112111124200014000100000100101"
        )
    ]
)
"""British coal-mining disasters a year, 1851 to 1962 (Jarrett 1979, Biometrika 66, 191-193)."""
DAY_ZERO = 19_500.0
POISSON = (math.inf,)


def dated(looks: IntervalCounts, dispersions: tuple[float, ...] = DISPERSIONS) -> StepPosterior:
    """Date one step at the level of the book."""
    return step_posterior(looks, dispersions=dispersions, level=0.9)


def gap(looks: IntervalCounts, found: StepPosterior) -> tuple[Any, Any]:
    """Days of the observations that bracket the likeliest step."""
    grid = (found.edges[:-1] + found.edges[1:]) / 2.0
    first, last = bracket(looks, grid, found.probability)
    return date_of(first), date_of(last - 1.0)


def width(found: StepPosterior) -> float:
    """Width of the central nine tenths of the posterior, in days."""
    cumulative = np.append(0.0, np.cumsum(found.probability))
    low, high = np.interp([0.05, 0.95], cumulative, found.edges)
    return float(high - low)


def gamma_poisson(counts: np.ndarray) -> np.ndarray:
    """Closed-form log evidence of a change after each count, and last of no change.

    With a gamma prior of shape a and rate b, m counts of sum S have the evidence
    b^a / Gamma(a) * Gamma(a + S) / (b + m)^(a + S), but for factors all models share.
    """
    shape, rate = RATE_SHAPE, RATE_SHAPE / counts.mean()

    def segment(total: np.ndarray, size: np.ndarray) -> np.ndarray:
        return (
            shape * math.log(rate)
            - special.gammaln(shape)
            + special.gammaln(shape + total)
            - (shape + total) * np.log(rate + size)
        )

    done = np.append(np.cumsum(counts), counts.sum())
    size = np.append(np.arange(1, counts.size + 1), 0)
    left = done - np.where(size == 0, done[-1], 0)
    return segment(left, size) + segment(counts.sum() - left, counts.size - size)


def test_step_equals_gamma_poisson_in_closed_form() -> None:
    """With exact counts and one Poisson dispersion the sums over rates are the known formula."""
    counts = np.array([2.0, 0, 3, 1, 2, 9, 7, 12, 8, 10])
    days = np.arange(counts.size) * 100.0
    found = dated(interval_counts_from(DAY_ZERO + days, counts), POISSON)
    logs = gamma_poisson(counts)
    gaps, none = logs[:-2], logs[-1]
    edges = np.concatenate([[none], gaps, [none]])
    # on the day of a look the change is as likely before it as after it
    on_days = np.logaddexp(edges[:-1], edges[1:]) - math.log(2.0)
    cells = np.append(np.stack([on_days[:-1], *[gaps] * 99]).T.ravel(), on_days[-1])
    log_mean = special.logsumexp(cells) - math.log(cells.size)
    assert found.probability == pytest.approx(
        np.exp(cells - special.logsumexp(cells)), rel=1e-3, abs=1e-9
    )
    assert found.log_bayes_factor == pytest.approx(log_mean - none, abs=1e-3)


def test_step_equals_the_sum_over_all_orders_of_vague_looks() -> None:
    """Dates known to an interval: sum over all orders of those observations, in closed form."""
    counts = np.array([1.0, 3, 2, 9, 0, 12, 7])
    start = np.array([0.0, 5, 8, 12, 20, 22, 30])
    end = start + np.array([1.0, 20, 10, 15, 1, 8, 10])
    found = dated(interval_counts_from(start, counts, end=end), POISSON)
    shape, rate = RATE_SHAPE, RATE_SHAPE / counts.mean()

    def segment(some: np.ndarray) -> float:
        total = shape + counts[some].sum()
        norm = shape * math.log(rate) - special.gammaln(shape)
        return float(norm + special.gammaln(total) - total * math.log(rate + some.sum()))

    logs = []
    for time_of_change in np.arange(40.0) + 0.5:
        earlier = np.clip((time_of_change - start) / (end - start), 0.0, 1.0)
        ways = itertools.product((True, False), repeat=counts.size)
        weighed = [
            (float(np.where(way, earlier, 1.0 - earlier).prod()), np.array(way)) for way in ways
        ]
        logs.append(
            special.logsumexp(
                [segment(w) + segment(~w) for p, w in weighed if p > 0],
                b=[p for p, _ in weighed if p > 0],
            )
        )
    expected = np.exp(np.array(logs) - special.logsumexp(logs))
    assert found.probability == pytest.approx(expected, rel=2e-3)


def test_step_of_coal_disasters_is_the_published_one() -> None:
    """The most probable change lies after 1891 (year 41), as Carlin and others found in 1992."""
    years = np.array([f"{year}-01-01" for year in range(1851, 1963)], "datetime64[D]")
    looks = interval_counts_from(years, COAL)
    found = dated(looks, POISSON)
    expected = (np.datetime64("1891-01-01"), np.datetime64("1892-01-01"))
    assert gamma_poisson(COAL)[:-1].argmax() == 40
    assert gap(looks, found) == expected
    assert found.before.value == pytest.approx(3.1, abs=0.15)
    assert found.after.value == pytest.approx(0.92, abs=0.1)
    assert found.log_bayes_factor > 20


def test_step_prior_is_uniform_in_time_not_in_looks() -> None:
    """Where the counts say nothing, a gap of 90 days is nine times as likely as one of 10."""
    looks = interval_counts_from(
        DAY_ZERO + np.array([0.0, 90.0, 100.0]), [0.0] * 3, high=[math.inf] * 3
    )
    found = dated(looks)
    assert found.probability == pytest.approx(np.full(101, 1 / 101))
    assert found.log_bayes_factor == pytest.approx(0.0, abs=1e-6)
    assert found.probability[1:90].sum() / found.probability[91:100].sum() == pytest.approx(89 / 9)


def test_step_of_interval_dates_is_wider_than_of_days() -> None:
    """An observation dated only to a month cannot sharpen the date."""
    days = np.arange(0.0, 240.0, 15.0)
    counts = np.where(days < 120, 2, 20)
    known = dated(interval_counts_from(DAY_ZERO + days, counts))
    vague = dated(interval_counts_from(DAY_ZERO + days - 15, counts, end=DAY_ZERO + days + 15))
    assert width(vague) > width(known)


def test_step_integrates_over_where_in_its_interval_a_look_lies() -> None:
    """A high count dated to 100 days, in which all else stays low until day 80, lies after it."""
    days = np.array([0.0, 20, 40, 60, 80, 110, 120, 130])
    counts = np.array([1.0, 0, 1, 2, 1, 40, 35, 42])
    start = DAY_ZERO + np.append(days, 0.0)
    end = DAY_ZERO + np.append(days + 1, 100.0)
    found = dated(interval_counts_from(start, np.append(counts, 38.0), end=end))
    before_80 = found.probability[:80].sum()
    assert before_80 < 0.01
    # it must have been taken after the change, and in its interval: the change is before day 100
    assert found.probability[:100].sum() > 0.999


def test_step_uses_bounds_for_what_they_exclude() -> None:
    """'At most 20' against 73 tells of a change; 'at least 1' against 73 does not."""
    days = DAY_ZERO + np.array([0.0, 30, 60, 90, 120, 150])
    high = [20.0, 20, 20, 73, 80, 70]
    bounded = interval_counts_from(days, [0.0, 0, 0, 73, 80, 70], high=high)
    at_most = dated(bounded)
    open_above = [math.inf, math.inf, math.inf, 73, 80, 70]
    at_least = dated(interval_counts_from(days, [1.0, 1, 1, 73, 80, 70], high=open_above))
    assert at_most.log_bayes_factor > at_least.log_bayes_factor + 1
    assert gap(bounded, at_most) == (np.datetime64("2023-07-22"), np.datetime64("2023-08-21"))


def test_step_is_less_sure_when_counts_scatter() -> None:
    """A few high counts are a change to Poisson, and doubtful once scatter is allowed."""
    looks = interval_counts_from(DAY_ZERO + np.arange(10.0) * 10, [2, 5, 1, 3, 9, 2, 4, 14, 3, 16])
    poisson = dated(looks, POISSON)
    assert dated(looks).log_bayes_factor < poisson.log_bayes_factor - 1
