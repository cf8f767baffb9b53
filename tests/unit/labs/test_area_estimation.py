"""Area of a map's classes: the published worked examples, coverage, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from labs.methods.area_estimation import stratified_area
from skytally.core.errors_and_fault_lists import DataError

NORMAL_95 = 1.959964
TABLE_8 = pd.DataFrame(
    [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]],
    index=["deforestation", "forest gain", "stable forest", "stable non-forest"],
    columns=["deforestation", "forest gain", "stable forest", "stable non-forest"],
)
"""Labelled units of Olofsson et al. 2014, table 8."""
HECTARES = {
    "deforestation": 200_000 * 0.09,
    "forest gain": 150_000 * 0.09,
    "stable forest": 3_200_000 * 0.09,
    "stable non-forest": 6_450_000 * 0.09,
}
"""Mapped areas there: Landsat pixels of 0.09 ha."""


@pytest.mark.parametrize(
    ("name", "area", "half"),
    [
        ("deforestation", 21_158, 6_158),
        ("forest gain", 11_686, 3_756),
        ("stable forest", 285_770, 15_510),
        ("stable non-forest", 581_386, 16_281),
    ],
)
def test_stratified_area_equals_the_published_areas(name: str, area: int, half: int) -> None:
    """Areas and 95 per cent half-widths of Olofsson et al. 2014, page 54, in hectares."""
    found = stratified_area(TABLE_8, HECTARES).of(name)
    assert found.area == pytest.approx(area, abs=0.6)
    assert NORMAL_95 * found.standard_error == pytest.approx(half, abs=0.6)


@pytest.mark.parametrize(
    ("name", "users", "users_half", "producers", "producers_half"),
    [
        ("deforestation", 0.88, 0.07, 0.75, 0.21),
        ("forest gain", 0.73, 0.10, 0.85, 0.25),
        ("stable forest", 0.93, 0.04, 0.93, 0.03),
        ("stable non-forest", 0.96, 0.02, 0.96, 0.02),
    ],
)
def test_stratified_area_equals_the_published_accuracies(
    name: str, users: float, users_half: float, producers: float, producers_half: float
) -> None:
    """User's and producer's accuracy with half-widths, same page, to the printed digit."""
    found = stratified_area(TABLE_8, HECTARES).of(name)
    assert found.users_error is not None
    assert found.producers_error is not None
    printed = (users, users_half, producers, producers_half)
    given = (
        found.users,
        NORMAL_95 * found.users_error,
        found.producers,
        NORMAL_95 * found.producers_error,
    )
    assert given == pytest.approx(printed, abs=0.0051)


def test_stratified_area_equals_the_published_overall_accuracy() -> None:
    """Overall accuracy 0.95 with half-width 0.02, same page."""
    found = stratified_area(TABLE_8, HECTARES)
    assert found.overall == pytest.approx(0.9465, abs=5e-5)
    assert NORMAL_95 * found.overall_error == pytest.approx(0.0185, abs=5e-5)


def test_stratified_area_equals_the_example_of_2013() -> None:
    """Olofsson et al. 2013, example 1: 45,112 pixels of change, standard error about 10,751."""
    sample = pd.DataFrame([[97, 0, 3], [3, 279, 18], [2, 1, 97]], list("123"), list("123"))
    found = stratified_area(sample, {"1": 22_353, "2": 1_122_543, "3": 610_228})
    assert found.of("1").area == pytest.approx(45_112.4, abs=0.1)
    assert found.of("1").standard_error == pytest.approx(10_751, abs=1.0)
    assert found.of("1").producers == pytest.approx(0.4806, abs=5e-5)
    assert found.overall == pytest.approx(0.9444, abs=5e-5)


def test_stratified_area_takes_a_buffer_that_is_no_class() -> None:
    """A stratum may bear a name that no label has; its units still count for the areas."""
    strata = ["change", "buffer", "stable"]
    sample = pd.DataFrame({"change": [50, 20, 0], "stable": [0, 80, 50]}, index=strata)
    found = stratified_area(sample, {"change": 10.0, "buffer": 20.0, "stable": 70.0})
    assert found.of("change").area == pytest.approx(14.0)
    assert found.of("stable").area == pytest.approx(86.0)


def test_stratified_area_without_a_mistake_still_has_an_interval() -> None:
    """No error among the labels is no certainty: the standard error is 0, the interval is not."""
    sample = pd.DataFrame({"change": [60, 0], "stable": [0, 60]}, index=["change", "stable"])
    found = stratified_area(sample, {"change": 10.0, "stable": 990.0}).of("change")
    assert found.standard_error == 0.0
    unseen = stats.beta.ppf(0.95, 0.5, 60.5)
    assert found.low == pytest.approx(10.0 * (1.0 - unseen))
    assert found.high == pytest.approx(10.0 + 990.0 * unseen)


def test_stratified_area_covers_the_truth() -> None:
    """At 0.90 the interval holds the true area in 0.85 to 0.95 of 600 simulated samples."""
    rng = np.random.default_rng(6)
    shares = np.array([[0.85, 0.15], [0.3, 0.7], [0.03, 0.97]])
    areas = {"change": 20.0, "buffer": 30.0, "stable": 950.0}
    truth = float(np.array(list(areas.values())) @ shares[:, 0])
    held = 0
    for _ in range(600):
        counts = np.array([rng.multinomial(60, each) for each in shares])
        sample = pd.DataFrame(counts, list(areas), ["change", "stable"])
        found = stratified_area(sample, areas).of("change")
        held += found.low <= truth <= found.high
    assert 0.85 <= held / 600 <= 0.95


def test_stratified_area_names_thin_strata() -> None:
    """Strata with fewer than 50 labelled units are listed as thin."""
    sample = pd.DataFrame({"change": [9, 1], "stable": [1, 99]}, index=["change", "stable"])
    assert stratified_area(sample, {"change": 1.0, "stable": 9.0}).thin == ("change",)


@pytest.mark.parametrize(
    ("counts", "mapped", "words"),
    [
        ([[1, 0], [5, 5]], {"a": 1.0, "b": 1.0}, "'a': 1 labelled units; label 2 or more"),
        ([[5, 5], [5, 5]], {"a": 1.0}, "'b': mapped area None; give more than 0"),
        ([[5, 5], [5, 5]], {"a": 1.0, "b": 0.0}, "'b': mapped area 0.0; give more than 0"),
        ([[5, 5], [5, 5]], {"a": 1, "b": 1, "c": 1}, "'c' is mapped but not sampled"),
        ([[5, 1.5], [5, 5]], {"a": 1.0, "b": 1.0}, "whole numbers from 0"),
        ([[5, np.nan], [5, 5]], {"a": 1.0, "b": 1.0}, "leave no cell empty"),
    ],
)
def test_stratified_area_refuses(counts: list, mapped: dict, words: str) -> None:
    """A sample that bears no area is refused with what to do."""
    sample = pd.DataFrame(counts, ["a", "b"], ["a", "b"])
    with pytest.raises(DataError, match=words):
        stratified_area(sample, mapped)
