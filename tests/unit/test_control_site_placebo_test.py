"""Control sites: a line against its own past, a site's rank, how often chance alone finds."""

from __future__ import annotations

import math
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labs.benchmarks import error_rates_placebo_test
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.control_site_placebo_test import NORMAL, change_score, rank_among
from skytally.statistics.effective_sample_size import spacing_weights

NAN = math.nan
APART = np.datetime64("2021-01-01") + 90 * np.arange(12)
"""Looks so far apart that each is worth one."""
SINCE = APART[8]
PAST = [0.0, 2.0, 0.0, 2.0, 0.0, 2.0, 0.0, 2.0]


# A line against its own past.


def test_score_by_hand() -> None:
    """Means 1 and 5, spread 1.4826, eight and four independent observations."""
    found = change_score([*PAST, 5, 5, 5, 5], APART, SINCE)
    expected = 4 / (NORMAL * math.sqrt(1 / 8 + 1 / 4))
    assert found.value == pytest.approx(expected, rel=0.02)
    assert (found.before, found.after, found.reason) == (8, 4, "")
    worth = [spacing_weights(90.0 * np.arange(number), 14.0)[1] for number in (8, 4)]
    exact = 4 / (NORMAL * math.sqrt(1 / worth[0] + 1 / worth[1]))
    assert found.value == pytest.approx(exact)


def test_score_leaves_out_looks_that_could_not_tell() -> None:
    """A blank is no zero: with it and without it the score is the same."""
    values, times = [*PAST, 5, 5, 5, 5], list(APART)
    blanks = np.datetime64("2021-01-20") + 90 * np.arange(12)
    both = change_score([*values, *[NAN] * 12], [*times, *blanks], SINCE)
    assert both == change_score(values, times, SINCE)
    zeros = change_score([*values, *[0.0] * 12], [*times, *blanks], SINCE)
    assert zeros.value != both.value


def test_score_counts_a_bunch_of_looks_once() -> None:
    """Copies of an observation, at the same moment, change nothing."""
    values, times = np.array([*PAST, 5, 5, 5, 9]), np.array(APART)
    thrice = change_score(np.append(values, [9, 9]), np.append(times, [times[-1]] * 2), SINCE)
    assert thrice.value == pytest.approx(change_score(values, times, SINCE).value)
    assert thrice.after == 6


@pytest.mark.parametrize("seed", range(20))
def test_score_is_free_of_order_unit_and_origin(seed: int) -> None:
    """Order, unit and zero of the observations do not change the score; a fall has its negative."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=60)
    times = np.datetime64("2022-01-01") + np.sort(rng.choice(700, 60, replace=False))
    values[rng.random(60) < 0.2] = NAN
    plain = change_score(values, times, "2023-03-01")
    order = rng.permutation(60)
    assert change_score(values[order], times[order], "2023-03-01") == plain
    scaled = change_score(7.0 * values + 100.0, times, "2023-03-01")
    assert scaled.value == pytest.approx(plain.value)
    assert change_score(-values, times, "2023-03-01").value == pytest.approx(-plain.value)
    later = times >= np.datetime64("2023-03-01")
    assert change_score(values + 3.0 * later, times, "2023-03-01").value > plain.value


@pytest.mark.parametrize(
    ("values", "times", "reason"),
    [
        ([], [], "0 usable images before, fewer than 8; 0 usable images after, fewer than 3"),
        ([NAN] * 12, APART, "0 usable images before, fewer than 8; 0 usable images after, fewer"),
        ([*PAST, 5, 5, NAN, NAN], APART, "2 usable images after, fewer than 3"),
        ([NAN, *PAST[1:], 5, 5, 5, 5], APART, "7 usable images before, fewer than 8"),
        (
            [*PAST, 5, 5, 5, 5],
            [*APART[:8], *[APART[8]] * 4],
            "4 usable images after are so close together that they are worth one",
        ),
    ],
)
def test_score_of_too_little_is_no_number(values: Any, times: Any, reason: str) -> None:
    """Blank, and why; never 0."""
    found = change_score(values, np.array(times, dtype="datetime64[ns]"), SINCE)
    assert math.isnan(found.value)
    assert found.reason.startswith(reason)


def test_score_where_the_past_never_varied() -> None:
    """The later spread stands in; where nothing ever varied, equal is 0 and unequal infinite."""
    still = [1.0] * 8
    assert math.isfinite(change_score([*still, 2, 3, 2, 3], APART, SINCE).value)
    assert change_score([*still, 1, 1, 1, 1], APART, SINCE).value == 0
    assert change_score([*still, 2, 2, 2, 2], APART, SINCE).value == math.inf
    assert change_score([*still, 0, 0, 0, 0], APART, SINCE).value == -math.inf
    assert change_score([0.1] * 12, APART, SINCE).value == 0
    mostly = [0.0] * 7 + [4.0]
    assert change_score([*mostly, 2, 3, 2, 3], APART, SINCE).value > 0


@pytest.mark.parametrize(
    ("values", "times", "since", "said"),
    [
        ([1.0, 2.0], APART[:3], SINCE, "give one value and one time a look"),
        ([[1.0]], APART[:1], SINCE, "give one value and one time a look"),
        ([1.0, math.inf], APART[:2], SINCE, "1 infinite values; give NaN"),
        ([1.0, 2.0], ["2021-01-01", "NaT"], SINCE, "1 looks without a time"),
        ([1.0], ["one day"], SINCE, "give dates such as 2023-10-05"),
        ([1.0], APART[:1], "someday", "since: "),
        ([1.0], APART[:1], np.datetime64("NaT", "ns"), "since: found"),
        ([1.0], APART[:1], APART[:2], "since: found"),
    ],
)
def test_score_refuses_what_is_no_line(values: Any, times: Any, since: Any, said: str) -> None:
    """Each fault is reported with what to do."""
    with pytest.raises(DataError, match=said):
        change_score(values, times, since)


# A site among its control sites.


@pytest.mark.parametrize(
    ("own", "controls", "rank", "p", "words"),
    [
        (3, [0, -1, 1], 1, 1 / 4, "highest of 4, which chance alone gives one time in four"),
        (3, [0], 1, 1 / 2, "highest of 2, which chance alone gives one time in two"),
        (
            3,
            [4, 0, 1],
            2,
            1 / 2,
            "second highest of 4; chance alone gives a place as high two times in four",
        ),
        (3, [4, 5, 6], 4, 1.0, "no higher than any of three control sites"),
        (3, [3, 0, 1], 2, 1 / 2, "second highest of 4"),
        (math.inf, [math.inf, 0], 2, 2 / 3, "second highest of 3"),
        (3, [0, NAN, 1, NAN], 1, 1 / 3, "in three (two more control sites could not tell)"),
        (3, [0, NAN], 1, 1 / 2, "in two (one more control site could not tell)"),
        (3, [], None, 1.0, "without a rank, since no control site could tell"),
        (3, [NAN, NAN], None, 1.0, "without a rank, since no control site could tell"),
        (NAN, [1, 2], None, 1.0, "without a rank, since the site itself could not tell"),
        (9, range(13), 5, 5 / 14, "fifth highest of 14; chance alone gives a place as high five"),
        (0.5, range(13), 13, 13 / 14, "13th highest of 14"),
    ],
)
def test_rank_by_hand(own: float, controls: Any, rank: int | None, p: float, words: str) -> None:
    """Every case worked out by hand; ties and blanks count against the site, never for it."""
    found = rank_among(own, controls)
    assert found.rank == rank
    assert found.p == pytest.approx(p)
    assert words in found.words
    told = [each for each in controls if not math.isnan(each)]
    assert (found.controls, found.blind) == (len(told), len(list(controls)) - len(told))
    assert found.least == pytest.approx(1 / (1 + len(told)))
    assert found.least <= found.p <= 1


@pytest.mark.parametrize("number", [2, 3, 5])
def test_rank_is_exact_over_every_order(number: int) -> None:
    """Of all orders of unlike scores, the share at or below each chance is that chance."""
    ps = [rank_among(first, rest).p for first, *rest in permutations(range(number + 1))]
    for place in range(1, number + 2):
        level = place / (number + 1)
        assert np.mean(np.array(ps) <= level + 1e-9) == pytest.approx(level)


@pytest.mark.parametrize("number", [1, 3, 4])
def test_rank_with_ties_is_never_too_small(number: int) -> None:
    """Where scores tie, no chance is reached more often than it says."""
    scores = [0.0] * number + [1.0]
    ps = np.array([rank_among(first, rest).p for first, *rest in permutations(scores)])
    for place in range(1, number + 2):
        level = place / (number + 1)
        assert (ps <= level + 1e-9).mean() <= level + 1e-9


# On simulated panels.


def test_panels_find_nothing_more_often_than_stated() -> None:
    """Season, weather, memory and clouds: the rate at p is p, within four standard errors."""
    rng = np.random.default_rng(11)
    setting, worlds = error_rates_placebo_test.SETTINGS["3 control sites"], 150
    found = [error_rates_placebo_test._ranks(setting, rng) for _ in range(worlds)]
    false = np.mean([world[0].p <= 0.25 for world in found])
    assert false <= 0.25 + 4 * math.sqrt(0.25 * 0.75 / worlds)
    assert np.mean([world[3].p <= 0.25 for world in found]) > 0.95


def test_committed_panels_hold_and_have_power() -> None:
    """Every row of the results: no more is found than stated, but where the note warns of it."""
    root = Path(__file__).resolve().parents[2]
    table = pd.read_csv(root / "data/results/calibration.csv")
    rows = table[table["estimator"] == "placebos.rank"]
    assert len(rows) == len(error_rates_placebo_test.SETTINGS)
    assert (rows["worlds"] >= 500).all()
    for row in rows.itertuples():
        stated = 1 - row.nominal
        error = math.sqrt(stated * (1 - stated) / row.worlds)
        allowed = 0.1 if "unlike" in row.note else 3 * error
        assert 1 - row.coverage <= stated + allowed, row.target
