"""Changes of counts and levels: steps, ramps, several of them, silence, words and refusals."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from labs.benchmarks import accuracy_change_points_real_series, interval_coverage_changes_and_lags
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.change_point_dates import Change
from skytally.statistics.interval_dated_counts import (
    IntervalCounts,
    interval_counts_from,
    interval_counts_of,
)
from skytally.statistics.outlier_hypotheses_for_change_points import odd_sets
from skytally.statistics.series_change_points import (
    ChangePoints,
    change_points,
    level_change_points,
)
from tests.support import optional_external_test_data as shared_files
from tests.support.expected_sentences import same_sentence

DAY_ZERO = 19_500.0


def step(
    days: Any, *, change: float, before: float = 3.0, after: float = 15.0, seed: int = 1
) -> IntervalCounts:
    """Make observations on these days, counted from an arbitrary one, whose mean changes once."""
    times = np.asarray(days, float)
    counts = np.random.default_rng(seed).poisson(np.where(times < change, before, after))
    return interval_counts_from(DAY_ZERO + times, counts)


def day_of(day: float) -> np.datetime64:
    """Calendar day of a day counted as in `step`."""
    return np.datetime64("1970-01-01") + np.timedelta64(math.floor(DAY_ZERO + day), "D")


def holds(found: Change, day: float) -> bool:
    """Check whether a day, counted as in `step`, lies in the reported interval."""
    return bool(found.interval[0] <= day_of(day) <= found.interval[1])


@pytest.fixture
def one_gap() -> Change:
    """Return a rise across sixty days without an observation."""
    days = [*range(0, 51, 5), *range(111, 162, 5)]
    one = change_points(step(days, change=80, before=5, after=100)).changes[0]
    return dataclasses.replace(one, unobserved_days=60)


@pytest.mark.parametrize("seed", range(6))
def test_interval_is_never_narrower_than_the_gap(seed: int) -> None:
    """Whatever the posterior, the interval contains both bracketing observations."""
    days = np.sort(np.random.default_rng(seed).choice(300, 15, replace=False))
    for found in change_points(step(days, change=150, seed=seed)).changes:
        assert found.interval[0] <= found.gap[0] < found.gap[1] <= found.interval[1]
        assert found.probability.sum() == pytest.approx(1.0)


def test_step_in_a_long_gap_is_the_whole_gap() -> None:
    """A tenfold rise across 60 days without data is dated to the 60 days, and says so."""
    days = [*range(0, 51, 5), *range(110, 161, 5)]
    found = change_points(step(days, change=80, before=5, after=100))
    first, last = np.datetime64("2023-07-12"), np.datetime64("2023-09-10")
    assert found.changes[0].gap == (first, last)
    assert found.changes[0].interval == (first, last)
    same_sentence("series_change_points.words", found.words)
    same_sentence("series_change_points.sentence", found.sentence)


def test_fall_says_fall() -> None:
    """The word follows the means."""
    found = change_points(step(range(0, 200, 10), change=100, before=30, after=2))
    assert found.words.startswith("fell between")
    one = found.changes[0]
    assert one.before is not None
    assert one.after is not None
    assert one.after.high < one.before.low


def test_two_steps_are_two_changes() -> None:
    """A level that rises and falls back is dated twice, and the words name both."""
    days = np.arange(0.0, 200.0, 4.0)
    means = np.where((days >= 60) & (days < 130), 25.0, 5.0)
    counts = np.random.default_rng(3).poisson(means)
    found = change_points(interval_counts_from(DAY_ZERO + days, counts))
    assert [each.kind for each in found.changes] == ["step", "step"]
    assert [each.rises for each in found.changes] == [True, False]
    assert holds(found.changes[0], 60)
    assert holds(found.changes[1], 130)
    assert ", and fell between " in found.words
    assert found.starts == (15, 33)
    assert found.at_least[2] > 0.95


def test_slow_fall_is_dated_by_its_begin_and_its_end() -> None:
    """A fall of forty days is gradual, and its interval holds both ends."""
    days = np.arange(0.0, 240.0, 2.0)
    levels = np.interp(days, [0, 100, 140, 240], [10.0, 10.0, 0.0, 0.0])
    noise = np.random.default_rng(5).normal(size=days.size)
    found = level_change_points(DAY_ZERO + days, levels + noise)
    assert len(found.changes) == 1
    assert found.changes[0].kind == "ramp"
    assert found.words.startswith("fell gradually between")
    assert holds(found.changes[0], 102)
    assert holds(found.changes[0], 138)


def test_step_of_a_level_is_a_step() -> None:
    """A level that jumps is dated to the gap in which it does."""
    days = np.arange(0.0, 240.0, 6.0)
    noise = np.random.default_rng(6).normal(size=days.size)
    found = level_change_points(DAY_ZERO + days, noise + 8.0 * (days > 100.0))
    assert [each.kind for each in found.changes] == ["step"]
    assert found.changes[0].gap == (day_of(96), day_of(102))
    assert found.changes[0].before is None


def test_steady_drift_is_no_change() -> None:
    """A level that drifts all the time has no date of change."""
    days = np.arange(0.0, 240.0, 6.0)
    noise = np.random.default_rng(7).normal(size=days.size)
    found = level_change_points(DAY_ZERO + days, noise + days / 30.0)
    assert not found.changes[0].shown
    assert found.starts == ()


def test_season_is_no_change() -> None:
    """A yearly cycle over three years is no change."""
    days = np.arange(0.0, 1100.0, 15.0)
    noise = np.random.default_rng(8).normal(size=days.size)
    cycle = 3.0 * np.cos(2.0 * np.pi * days / 365.25)
    assert not level_change_points(DAY_ZERO + days, noise + cycle).changes[0].shown


@pytest.mark.parametrize("seed", range(4))
def test_one_odd_count_is_no_change(seed: int) -> None:
    """One high count among low ones is no new state."""
    counts = np.random.default_rng(seed).poisson(4.0, 20).astype(float)
    counts[10] = 60.0
    found = change_points(interval_counts_from(DAY_ZERO + np.arange(20.0) * 7, counts))
    assert not found.changes[0].shown


ODD = (0, 9, 29)
"""Places of odd levels: the first, the last and one between."""


@pytest.mark.parametrize("seed", range(3))
def test_odd_levels_neither_make_a_change_nor_hide_one(seed: int) -> None:
    """Three levels far off are no new state; with a step between them, the step is dated."""
    days = np.arange(30.0) * 6
    levels = np.random.default_rng(seed).normal(size=30)
    levels[list(ODD)] += [25.0, -20.0, 30.0]
    assert level_change_points(DAY_ZERO + days, levels).starts == ()
    found = level_change_points(DAY_ZERO + days, levels + 6.0 * (days > 100.0))
    assert len(found.changes) == 1
    assert found.changes[0].shown
    assert holds(found.changes[0], 99)


@pytest.mark.parametrize(
    ("values", "odd"),
    [
        ([1, 2, 1, 2, 90, 2, 1, 2, 1, 2], [[4]]),
        ([90, 2, 1, 2, 1, 2, 1, 2, 1, 2], [[0]]),
        ([1, 2, 1, 2, 1, 2, 1, 2, 1, 90], [[9]]),
        ([1, 2, 1, 2, 90, 91, 1, 2, 1, 2], [[5], [4, 5]]),
        ([1, 2, 1, 2, 1, 90, 91, 90, 91, 90], []),
        ([5] * 9 + [90], []),
    ],
)
def test_odd_observations_are_far_from_both_sides(
    values: list[float], odd: list[list[int]]
) -> None:
    """One or two in a row are odd; a new state is not, nor anything where noise is unknown."""
    assert [each.nonzero()[0].tolist() for each in odd_sets(np.array(values, float), 0.0)] == odd


def test_odd_sets_grow_fourfold_from_the_farthest() -> None:
    """Made-up values, one in six far off by its place: the sets are nested, one, four, six."""
    values = np.random.default_rng(3).normal(size=36)
    values[3::6] += 20.0 * np.arange(1, 7)
    sets = [each.nonzero()[0].tolist() for each in odd_sets(values, 0.0)]
    assert sets == [[33], [15, 21, 27, 33], [3, 9, 15, 21, 27, 33]]


def test_one_odd_level_makes_no_changes_of_a_louder_time() -> None:
    """Made-up noise that grows tenfold makes many values stand out; one of them is truly odd."""
    rng = np.random.default_rng(0)
    levels = rng.normal(size=120) * np.repeat([1.0, 10.0], 60)
    levels[30] += 80.0
    assert level_change_points(DAY_ZERO + 6.0 * np.arange(120), levels).starts == ()


def test_burst_of_images_is_one_look() -> None:
    """Three high levels within a day are no state; three on their usual days are one."""
    days = np.concatenate([np.arange(0.0, 104.0, 8.0), [104.0, 104.2, 104.4]])
    late = np.arange(112.0, 208.0, 8.0)
    levels = np.random.default_rng(2).normal(size=days.size + late.size)
    levels[13:16] += 8.0
    burst = level_change_points(DAY_ZERO + np.concatenate([days, late]), levels)
    assert not set(burst.starts) >= {13, 16}


@pytest.mark.parametrize(
    ("levels", "words"),
    [((0.0, 0.0, 8.0, 8.0), "rose"), ((8.0, 8.0, 0.0, 0.0), "fell")],
)
def test_change_in_a_winter_without_images_says_so(levels: tuple[float, ...], words: str) -> None:
    """A step in the winter is dated to all of it, with the days without an observation."""
    days = np.concatenate([np.arange(0.0, 200.0, 6.0), np.arange(350.0, 560.0, 6.0)])
    noise = np.random.default_rng(3).normal(size=days.size)
    made = np.interp(days, [0.0, 200.0, 345.0, 560.0], levels)
    found = level_change_points(DAY_ZERO + days, noise + made)
    assert found.words.startswith(f"{words} between")
    assert found.words.endswith("with no observation on 151 days in a row")
    assert holds(found.changes[0], 199)
    assert holds(found.changes[0], 349)


def test_gap_is_said_of_every_kind(one_gap: Change) -> None:
    """A ramp or turn across a long gap says it as a step does."""
    for kind in ("step", "ramp", "turn"):
        said = dataclasses.replace(one_gap, kind=kind).dates
        assert said.endswith("with no observation on 60 days in a row")


def test_constant_counts_have_no_date_of_change() -> None:
    """A constant gives no change: fewer changes are likelier, and the words say so."""
    found = change_points(interval_counts_from(DAY_ZERO + np.arange(20.0) * 7, [6] * 20))
    assert found.changes[0].log_bayes_factor < 1.0
    assert found.p_none > 0.3
    assert found.words.startswith("has no date of change that the observations can tell; if")


@pytest.mark.parametrize(
    ("log_odds", "kind", "expected"),
    [
        (9.0, "step", "The count rose between 1 March 2023 and 5 June 2023."),
        (9.0, "ramp", "The count rose gradually between 1 March 2023 and 5 June 2023."),
        (9.0, "turn", "The count changed its trend between 1 March 2023 and 5 June 2023."),
        (
            2.0,
            "step",
            "The count may have risen between 1 March 2023 and 5 June 2023, which the "
            "observations suggest and do not show.",
        ),
        (
            -1.0,
            "step",
            "The count has no date of change that the observations can tell; if it changed once, "
            "it did so between 1 March 2023 and 5 June 2023.",
        ),
    ],
)
def test_words_are_a_predicate(log_odds: float, kind: str, expected: str) -> None:
    """They read on from the name of the count; `sentence` puts one before them."""
    found = change_points(interval_counts_from(["2023-01-01", "2023-03-01"], [1, 40]))
    ends = np.datetime64("2023-03-01"), np.datetime64("2023-06-05")
    one = dataclasses.replace(
        found.changes[0],
        interval=ends,
        unobserved_days=8,
        kind=kind,
        rises=True,
        log_bayes_factor=log_odds,
    )
    assert dataclasses.replace(found, changes=(one,)).sentence == expected


def test_bounds_count_for_what_they_exclude() -> None:
    """'At most 20' against 73 tells of a change; 'at least 1' against 73 does not."""
    days = DAY_ZERO + np.arange(10.0) * 30
    high = [20.0] * 5 + [73, 80, 70, 75, 71]
    at_most = change_points(interval_counts_from(days, [0.0] * 5 + high[5:], high=high))
    open_above = [math.inf] * 5 + high[5:]
    at_least = change_points(interval_counts_from(days, [1.0] * 5 + high[5:], high=open_above))
    assert at_most.p_none < at_least.p_none - 0.2


@pytest.mark.parametrize(
    ("looks", "match"),
    [
        (lambda: interval_counts_from(["2023-10-05"], [73]), "one observation only, 2023-10-05"),
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
def test_refuses_what_cannot_be_dated(looks: Callable[[], IntervalCounts], match: str) -> None:
    """One observation, no usable observation and contradictory bounds are refused by name."""
    with pytest.raises(DataError, match=match):
        change_points(looks())


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
def test_refuses_settings_out_of_range(changed: dict[str, Any], match: str) -> None:
    """A dispersion of 0 and a level of 1 mean nothing."""
    with pytest.raises(DataError, match=match):
        change_points(interval_counts_from([1.0, 2.0], [1, 1]), **changed)


@pytest.mark.parametrize(
    ("days", "values", "match"),
    [
        ([1.0, 2.0, 3.0], [1.0, 2.0], "give one value a day"),
        ([1.0, 2.0], [1.0, math.nan], "1 usable images of 2: .*; give 6 images or more"),
        ([2.0, 1.0, 3.0, 4.0, 5.0, 6.0], [1.0] * 6, "sort the images"),
        ([1.0, math.nan, 3.0, 4.0, 5.0, 6.0], [1.0] * 6, "sort the images"),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, math.inf] * 3, "3 values are infinite"),
    ],
)
def test_levels_refuse_what_cannot_be_dated(
    days: list[float], values: list[float], match: str
) -> None:
    """A series out of order or without values is refused."""
    with pytest.raises(DataError, match=match):
        level_change_points(days, values)


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
    assert looks.low.tolist() == [0.0, 1.0, 21.0, 66.0, 54.0]
    assert looks.high.tolist() == [0.0, math.inf, math.inf, 80.0, 198.0]
    assert looks.unit == "containers"
    assert change_points(line).n_looks == 5


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


def test_line_without_a_usable_row_is_refused(
    one_line: Callable[..., xr.Dataset],
) -> None:
    """All observations unclear: no page may say when."""
    unclear = {"state": "unclear", "bound": ""}
    with pytest.raises(DataError, match="none is usable"):
        change_points(one_line(unclear, {"day": "2023-10-09", **unclear}))


@pytest.mark.slow
def test_quiet_worlds_stay_silent() -> None:
    """In a few simulated worlds of each kind in which nothing changes, nothing is shown."""
    shown: list[str] = []
    for world in range(4):
        for name, series in interval_coverage_changes_and_lags.quiet_series(
            np.random.default_rng([11, world])
        ).items():
            found: ChangePoints = interval_coverage_changes_and_lags.found_in(name, *series)
            shown += [name] * found.changes[0].shown
    assert len(shown) <= 1, shown


def test_the_committed_calibration_of_changes_is_in_the_band(root: Path) -> None:
    """Rows at .90: .85 to .95, joined with the gap at least; quiet worlds: silent in .98."""
    table = pd.read_csv(root / "data/results/calibration.csv")
    rows = table[table["estimator"].isin(["changes", "lag"])]
    quiet = rows[rows["target"].str.startswith("none shown")]
    dates = rows.drop(quiet.index)
    joined = dates["target"].str.endswith("reported")
    assert len(dates) >= 9
    assert (dates.loc[joined, "coverage"] >= 0.85).all()
    # an interval that allows for a ramp holds a step more often, too
    wide = joined | dates["target"].str.startswith(("date", "middle"))
    inside = dates["coverage"].between(0.85, 0.95) | (wide & (dates["coverage"] >= 0.85))
    assert inside.all(), dates.loc[~inside, ["target", "coverage"]]
    assert (rows.loc[~rows["target"].str.startswith("mean"), "worlds"] == 500).all()
    assert (quiet["coverage"] >= 0.98).all(), quiet[["target", "coverage"]]


@pytest.mark.slow
def test_a_thousand_observations_take_seconds() -> None:
    """The search is thinned out on long series, so that its work grows no worse than linearly."""
    days = np.sort(np.random.default_rng(1).choice(4000, 1000, replace=False))
    looks = step(days, change=1500, before=4, after=9)
    start = time.process_time()
    found = change_points(looks)
    assert time.process_time() - start < 15.0
    assert len(found.changes) == 1
    assert holds(found.changes[0], 1500)


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
    assert accuracy_change_points_real_series.f_measure(marked, found) == pytest.approx(expected)


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
    assert accuracy_change_points_real_series.covering(marked, found, 45) == pytest.approx(expected)


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
    return shared_files.imagery("08_count_series")


@pytest.mark.parametrize("name", PUBLISHED)
def test_scores_of_no_change_equal_the_published_ones(real: Any, name: str) -> None:
    """Reader, annotations and both scores agree with the benchmark's own tables."""
    series = accuracy_change_points_real_series.read_tcpd(real, name)
    f1 = accuracy_change_points_real_series.f_measure(series.marked, [])
    cover = accuracy_change_points_real_series.covering(series.marked, [], series.days.size)
    assert (f1, cover) == pytest.approx(PUBLISHED[name], abs=2e-6)


def test_change_of_the_nile_is_found(real: Any) -> None:
    """The one series of one change: all annotators who mark one mark 1899."""
    series = accuracy_change_points_real_series.read_tcpd(real, "nile")
    row = accuracy_change_points_real_series.ours(series)[0]
    assert row["f1"] == 1.0
    assert row["covering"] == pytest.approx(0.888, abs=1e-3)
    assert row["date_found"] == "1899-01-01"


def test_suez_has_its_two_known_changes_by_both_rules(real: Any) -> None:
    """The days before and after the blockage differ too, yet no one day of change is likely."""
    series = accuracy_change_points_real_series.read_strait(real, "suez")
    shown, likely = accuracy_change_points_real_series.ours(series)
    assert shown["date_found"] == likely["date_found"] == "2021-03-26 2021-03-31"


def test_fall_in_the_bosporus_is_likelier_than_not_and_not_shown(real: Any) -> None:
    """Transits fell after 24 February 2022; a drift with memory explains them nearly as well."""
    series = accuracy_change_points_real_series.read_strait(real, "bosporus")
    shown, likely = accuracy_change_points_real_series.ours(series)
    assert likely["date_found"].startswith("2022-02-28")
    assert shown["date_found"] == ""
    first, last = shown["interval"].split(" to ")
    assert first <= "2022-02-28" <= last


def test_vague_dates_are_no_gap() -> None:
    """Observations dated to two months each leave no days without an observation."""
    days = DAY_ZERO + np.arange(30.0) * 7
    counts = np.where(np.arange(30) < 15, 2, 20)
    found = change_points(interval_counts_from(days, counts, end=days + 60)).changes[0]
    assert found.shown
    assert found.unobserved_days == 0
    assert "no observation" not in found.dates
