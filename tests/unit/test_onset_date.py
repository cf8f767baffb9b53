"""When a count changed: the posterior, its interval, its refusals and its cross-check."""

from __future__ import annotations

import dataclasses
import itertools
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import special

from labs.benchmarks import calibrate_onset, onset_real_series
from skytally.core.errors import DataError
from skytally.statistics.interval_counts import (
    IntervalCounts,
    interval_counts_from,
    interval_counts_of,
)
from skytally.statistics.onset_date import RATE_SHAPE, Onset, _words, onset
from tests.support import outside_files
from tests.support.sentences import same_sentence

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


def step(
    days: Any, *, change: float, before: float = 3.0, after: float = 15.0, seed: int = 1
) -> IntervalCounts:
    """Make observations on these days, counted from an arbitrary one, whose mean changes once."""
    times = np.asarray(days, float)
    counts = np.random.default_rng(seed).poisson(np.where(times < change, before, after))
    return interval_counts_from(DAY_ZERO + times, counts)


def within(found: Onset, day: float) -> bool:
    """Check whether a day, counted as in `step`, lies in the reported interval."""
    date = np.datetime64("1970-01-01") + np.timedelta64(math.floor(DAY_ZERO + day), "D")
    return bool(found.interval[0] <= date <= found.interval[1])


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


def test_onset_equals_gamma_poisson_in_closed_form() -> None:
    """With exact counts and one Poisson dispersion the sums over rates are the known formula."""
    counts = np.array([2.0, 0, 3, 1, 2, 9, 7, 12, 8, 10])
    days = np.arange(counts.size) * 100.0
    found = onset(interval_counts_from(DAY_ZERO + days, counts), dispersions=(math.inf,))
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


def test_onset_equals_the_sum_over_all_orders_of_vague_looks() -> None:
    """Dates known to an interval: sum over all orders of those observations, in closed form."""
    counts = np.array([1.0, 3, 2, 9, 0, 12, 7])
    start = np.array([0.0, 5, 8, 12, 20, 22, 30])
    end = start + np.array([1.0, 20, 10, 15, 1, 8, 10])
    found = onset(interval_counts_from(start, counts, end=end), dispersions=(math.inf,))
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


def test_onset_of_coal_disasters_is_the_published_one() -> None:
    """The most probable change lies after 1891 (year 41), as Carlin and others found in 1992."""
    years = np.array([f"{year}-01-01" for year in range(1851, 1963)], "datetime64[D]")
    found = onset(interval_counts_from(years, COAL), dispersions=(math.inf,))
    expected = (np.datetime64("1891-01-01"), np.datetime64("1892-01-01"))
    assert gamma_poisson(COAL)[:-1].argmax() == 40
    assert found.gap == expected
    assert found.before.value == pytest.approx(3.1, abs=0.15)
    assert found.after.value == pytest.approx(0.92, abs=0.1)
    assert found.log_bayes_factor > 20


def test_onset_prior_is_uniform_in_time_not_in_looks() -> None:
    """Where the counts say nothing, a gap of 90 days is nine times as likely as one of 10."""
    looks = interval_counts_from(
        DAY_ZERO + np.array([0.0, 90.0, 100.0]), [0.0] * 3, high=[math.inf] * 3
    )
    found = onset(looks)
    assert found.probability == pytest.approx(np.full(101, 1 / 101))
    assert found.log_bayes_factor == pytest.approx(0.0, abs=1e-6)
    assert found.probability[1:90].sum() / found.probability[91:100].sum() == pytest.approx(89 / 9)


@pytest.mark.parametrize("seed", range(8))
def test_onset_interval_is_never_narrower_than_the_gap(seed: int) -> None:
    """Whatever the posterior, the interval contains both bracketing observations."""
    days = np.sort(np.random.default_rng(seed).choice(300, 15, replace=False))
    found = onset(step(days, change=150, seed=seed))
    assert found.interval[0] <= found.gap[0] < found.gap[1] <= found.interval[1]
    assert found.probability.sum() == pytest.approx(1.0)


def test_onset_of_a_clear_step_in_a_long_gap_is_the_whole_gap() -> None:
    """A tenfold rise across 60 days without data is dated to the 60 days, not to a point."""
    days = [0, 5, 10, 15, 20, 80, 85, 90, 95]
    found = onset(step(days, change=40, before=5, after=100))
    first, last = np.datetime64("2023-06-12"), np.datetime64("2023-08-11")
    assert found.gap == (first, last)
    assert found.interval == (first, last)
    same_sentence("onset_date.words", found.words)
    same_sentence("onset_date.sentence", found.sentence)


def test_onset_of_a_fall_says_fall() -> None:
    """The word follows the means."""
    found = onset(step(range(0, 200, 10), change=100, before=30, after=2))
    assert found.words.startswith("fell between")
    assert found.after.high < found.before.low


def test_onset_of_constant_counts_shows_no_change() -> None:
    """A constant gives no change: the log Bayes factor is negative and the words say so."""
    found = onset(interval_counts_from(DAY_ZERO + np.arange(20.0) * 7, [6] * 20))
    assert found.log_bayes_factor < 0
    assert found.words.startswith("shows no change that the looks can tell; if it changed once, it")


@pytest.mark.parametrize(
    ("log_factor", "rises", "expected"),
    [
        (9.0, True, "The count rose between 1 March 2023 and 5 June 2023."),
        (9.0, False, "The count fell between 1 March 2023 and 5 June 2023."),
        (
            2.0,
            False,
            "The count may have fallen between 1 March 2023 and 5 June 2023, which the looks "
            "suggest and do not show.",
        ),
        (
            -1.0,
            True,
            "The count shows no change that the looks can tell; if it changed once, it did so "
            "between 1 March 2023 and 5 June 2023.",
        ),
    ],
)
def test_onset_words_are_a_predicate(log_factor: float, rises: bool, expected: str) -> None:
    """They read on from the name of the count; `sentence` puts one before them."""
    found = onset(interval_counts_from(["2023-01-01", "2023-03-01"], [1, 40]))
    ends = np.datetime64("2023-03-01"), np.datetime64("2023-06-05")
    words = _words(*ends, log_factor=log_factor, rises=rises)
    assert dataclasses.replace(found, words=words).sentence == expected


def test_onset_of_two_looks_is_the_whole_time_between() -> None:
    """Two observations cannot date anything inside their gap, however different they are."""
    found = onset(interval_counts_from(DAY_ZERO + np.array([0.0, 100.0]), [0, 80]))
    expected = (np.datetime64("2023-05-23"), np.datetime64("2023-08-31"))
    assert found.interval == expected
    assert found.probability[1:100] == pytest.approx(found.probability[50])
    assert found.n_looks == 2


def test_onset_of_interval_dates_is_wider_than_of_days() -> None:
    """An observation dated only to a month cannot sharpen the date."""
    days = np.arange(0.0, 240.0, 15.0)
    counts = np.where(days < 120, 2, 20)
    known = onset(interval_counts_from(DAY_ZERO + days, counts))
    vague = onset(interval_counts_from(DAY_ZERO + days - 15, counts, end=DAY_ZERO + days + 15))
    assert vague.credible[1] - vague.credible[0] > known.credible[1] - known.credible[0]
    assert vague.interval[0] < known.interval[0]
    assert known.interval[1] < vague.interval[1]
    assert within(vague, 119)


def test_onset_integrates_over_where_in_its_interval_a_look_lies() -> None:
    """A high count dated to 100 days, in which all else stays low until day 80, lies after it."""
    days = np.array([0.0, 20, 40, 60, 80, 110, 120, 130])
    counts = np.array([1.0, 0, 1, 2, 1, 40, 35, 42])
    start = DAY_ZERO + np.append(days, 0.0)
    end = DAY_ZERO + np.append(days + 1, 100.0)
    found = onset(interval_counts_from(start, np.append(counts, 38.0), end=end))
    before_80 = found.probability[:80].sum()
    assert before_80 < 0.01
    # it must have been taken after the change, and in its interval: the change is before day 100
    assert found.probability[:100].sum() > 0.999


def test_onset_uses_bounds_for_what_they_exclude() -> None:
    """'At most 20' against 73 tells of a change; 'at least 1' against 73 does not."""
    days = DAY_ZERO + np.array([0.0, 30, 60, 90, 120, 150])
    high = [20.0, 20, 20, 73, 80, 70]
    at_most = onset(interval_counts_from(days, [0.0, 0, 0, 73, 80, 70], high=high))
    open_above = [math.inf, math.inf, math.inf, 73, 80, 70]
    at_least = onset(interval_counts_from(days, [1.0, 1, 1, 73, 80, 70], high=open_above))
    assert at_most.log_bayes_factor > at_least.log_bayes_factor + 1
    assert at_most.gap == (np.datetime64("2023-07-22"), np.datetime64("2023-08-21"))


def test_onset_is_less_sure_when_counts_scatter() -> None:
    """A few high counts are a change to Poisson, and doubtful once scatter is allowed."""
    looks = interval_counts_from(DAY_ZERO + np.arange(10.0) * 10, [2, 5, 1, 3, 9, 2, 4, 14, 3, 16])
    poisson = onset(looks, dispersions=(math.inf,))
    assert onset(looks).log_bayes_factor < poisson.log_bayes_factor - 1


@pytest.mark.parametrize(
    ("looks", "match"),
    [
        (lambda: interval_counts_from(["2023-10-05"], [73]), "one look only, 2023-10-05"),
        (
            lambda: interval_counts_from(["2023-10-05", "2023-10-06"], [math.nan] * 2),
            "none is usable",
        ),
        (lambda: interval_counts_from([], []), "none is usable"),
        (
            lambda: interval_counts_from(["2023-10-05", "2023-10-06"], [5, 5], high=[4, 9]),
            "from 5.0 to 4.0",
        ),
        (lambda: interval_counts_from(["2023-10-05", "2023-10-06"], [-1, 5]), "give counts from 0"),
        (lambda: interval_counts_from(["2023-10-05"] * 3, [0, 5, 73]), "all dated from 2023-10-05"),
        (lambda: interval_counts_from(["2023-10-05"], [2.55], high=[2.65]), "no whole number"),
        (
            lambda: interval_counts_from([5.0, 6.0], [1, 1], end=[5.0, 7.0]),
            "a start before its end",
        ),
        (lambda: interval_counts_from([5.0, 6.0], [1.0]), "2 dates but 1 counts"),
    ],
)
def test_onset_refuses_what_cannot_be_dated(
    looks: Callable[[], IntervalCounts], match: str
) -> None:
    """One observation, no usable observation and contradictory bounds are refused by name."""
    with pytest.raises(DataError, match=match):
        onset(looks())


def test_looks_from_reports_every_fault_at_once() -> None:
    """All faults of a kind come in one message."""
    with pytest.raises(DataError, match="2 faults"):
        interval_counts_from(["2023-10-05", "2023-10-06"], [5, -1], high=[4, 9])


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"dispersions": ()}, "give k > 0"),
        ({"dispersions": (0.0,)}, "give k > 0"),
        ({"dispersions": (1.0, math.nan)}, "give k > 0"),
        ({"level": 1.0}, "give a level between 0 and 1"),
    ],
)
def test_onset_refuses_settings_out_of_range(changed: dict[str, Any], match: str) -> None:
    """A dispersion of 0 and a level of 1 mean nothing."""
    with pytest.raises(DataError, match=match):
        onset(interval_counts_from([1.0, 2.0], [1, 1]), **changed)


def test_looks_of_keeps_the_three_states_apart(one_line: Callable[..., xr.Dataset]) -> None:
    """Nothing seen is 0, seen uncounted is at least 1, unclear is left out."""
    line = one_line(
        {"day": "2023-09-01", "value": 0.0, "state": "nothing-seen"},
        {"day": "2023-09-11", "state": "seen", "bound": ""},
        {"day": "2023-09-21", "state": "unclear", "bound": ""},
        {"day": "2023-10-01", "value": 20.0, "bound": "more than"},
        {"day": "2023-10-05", "value": 73.0, "bound": "about"},
        {"day": "2023-10-09", "low": 60.0, "high": 180.0, "bound": "about"},
    )
    looks = interval_counts_of(line)
    assert looks.low.tolist() == [0.0, 1.0, 21.0, 73.0, 60.0]
    assert looks.high.tolist() == [0.0, math.inf, math.inf, 73.0, 180.0]
    assert looks.unit == "containers"
    assert onset(line).n_looks == 5


def test_looks_of_starts_an_open_interval_with_the_first_known_day(
    one_line: Callable[..., xr.Dataset],
) -> None:
    """An observation dated 'by 20 September' does not stretch the time back to 1900."""
    open_row = {
        "date_first": None,
        "date_last": "2023-09-20",
        "precision_first": "open",
        "value": 1.0,
    }
    line = one_line(open_row, {"day": "2023-09-01", "value": 2.0})
    looks = interval_counts_of(line)
    assert looks.start.min() == (np.datetime64("2023-09-01") - np.datetime64("1970-01-01")).astype(
        float
    )
    with pytest.raises(DataError, match="open at its start"):
        interval_counts_of(one_line(open_row))


def test_onset_of_a_line_without_a_usable_row_is_refused(
    one_line: Callable[..., xr.Dataset],
) -> None:
    """All observations unclear: no page may say when."""
    unclear = {"state": "unclear", "bound": ""}
    with pytest.raises(DataError, match="none is usable"):
        onset(one_line(unclear, {"day": "2023-10-09", **unclear}))


def test_onset_covers_planted_changes() -> None:
    """In simulations the reported interval covers the truth at least 0.85 of the time."""
    rows = {row["target"]: row for row in calibrate_onset.run(40, 5)}
    for kind in ("Poisson", "over-dispersed"):
        assert rows[f"date, {kind}, reported"]["coverage"] >= 0.85
    assert set(rows["date, Poisson, reported"]) == {
        *("estimator", "target", "unit", "nominal", "worlds"),
        *("coverage", "bias", "rmse", "width", "note"),
    }


def test_the_committed_calibration_of_onset_is_in_the_band(root: Path) -> None:
    """Rows at .90: 500 worlds or more, .85 to .95; the interval joined with its gap: at least."""
    table = pd.read_csv(root / "data/results/calibration.csv")
    rows = table[table["estimator"].isin(["onset", "lag"])]
    joined = rows["target"].str.endswith("reported")
    assert len(rows) >= 9
    assert (rows["worlds"] >= 500).all()
    assert (rows.loc[joined, "coverage"] >= 0.85).all()
    assert rows.loc[~joined, "coverage"].between(0.85, 0.95).all(), rows[["target", "coverage"]]


def test_onset_grows_no_worse_than_linearly() -> None:
    """Ten times the observations take at most about ten times the work, loosely bounded."""

    def seconds(size: int) -> float:
        days = np.sort(np.random.default_rng(1).integers(0, 1500, size))
        looks = step(days, change=700)
        best = math.inf
        for _ in range(3):
            start = time.process_time()
            onset(looks)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(2000) < 15 * seconds(200)


@pytest.mark.parametrize(
    ("marked", "found", "expected"),
    [
        ({"a": [10, 20], "b": [11, 20], "c": [10], "d": [0, 5]}, [10, 20], 1.0),
        ({"a": [], "b": [10], "c": [50]}, [10], 10 / 11),
        ({"a": [], "b": [10], "c": [50]}, [], 0.8),
    ],
)
def test_f_measure_equals_the_worked_examples(
    marked: dict[str, list[int]], found: list[int], expected: float
) -> None:
    """The score is that of the benchmark's authors, on the examples they give."""
    assert onset_real_series.f_measure(marked, found) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("marked", "found", "expected"),
    [
        ({"a": [10, 20], "b": [10], "c": [0, 5]}, [10, 20], 0.7962962962962963),
        ({"a": [], "b": [10], "c": [40]}, [10], 0.7954144620811286),
        ({"a": [], "b": [10], "c": [40]}, [], 0.8189300411522634),
    ],
)
def test_covering_equals_the_worked_examples(
    marked: dict[str, list[int]], found: list[int], expected: float
) -> None:
    """The score is that of the benchmark's authors, on the examples they give."""
    assert onset_real_series.covering(marked, found, 45) == pytest.approx(expected)


PUBLISHED = {
    "nile": (0.823529, 0.75808),
    "seatbelts": (0.620690, 0.528364),
    "jfk_passengers": (0.723404, 0.629843),
    "centralia": (0.762887, 0.674667),
    "debt_ireland": (0.469388, 0.320635),
    "rail_lines": (0.536585, 0.428196),
    "unemployment_nl": (0.566308, 0.506560),
}
"""F1 and covering of finding no change, as the benchmark's authors publish them."""


@pytest.fixture
def real() -> Any:
    """Folder of the real series; the test is skipped without it."""
    return outside_files.imagery("08_count_series")


@pytest.mark.parametrize("name", PUBLISHED)
def test_scores_of_no_change_equal_the_published_ones(real: Any, name: str) -> None:
    """Reader, annotations and both scores agree with the benchmark's own tables."""
    series = onset_real_series.read_tcpd(real, name)
    f1 = onset_real_series.f_measure(series.marked, [])
    cover = onset_real_series.covering(series.marked, [], series.days.size)
    assert (f1, cover) == pytest.approx(PUBLISHED[name], abs=2e-6)


def test_onset_finds_the_change_of_the_nile(real: Any) -> None:
    """The one series of one change: all annotators who mark one mark 1899."""
    row = onset_real_series.one_change(onset_real_series.read_tcpd(real, "nile"))
    assert row["f1"] == 1.0
    assert row["covering"] == pytest.approx(0.888, abs=1e-3)
    assert row["date_found"] == "1899-01-01"


def test_onset_finds_the_fall_in_the_bosporus(real: Any) -> None:
    """Transits fell after 24 February 2022; the interval holds that week."""
    row = onset_real_series.one_change(onset_real_series.read_strait(real, "bosporus"))
    first, last = row["interval"].split(" to ")
    assert row["f1"] == 1.0
    assert first <= "2022-02-28" <= last
