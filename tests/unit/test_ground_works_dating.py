"""Date of ground works from made-up series of the bare-soil index, and what cannot be dated."""

from __future__ import annotations

import math

import numpy as np
import pytest

from labs.benchmarks import interval_coverage_yards_quays_depots
from labs.simulated_bare_soil_seasons import Field
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.ground.bare_soil_index import GroundObservation
from skytally.imagery.measure.ground.bare_soil_seasonal_cycle import fit_seasonal_cycle
from skytally.imagery.measure.ground.ground_works_dating import date_ground_works


def field_of(
    plan: Field, seed: int
) -> tuple[list[GroundObservation], np.datetime64, np.datetime64]:
    """Observations of a simulated field, the first study day, and the start of the works."""
    looks, study, began = interval_coverage_yards_quays_depots.ground_looks_of(
        plan, np.random.default_rng(seed)
    )
    day = np.datetime64("1970-01-01") + np.timedelta64(
        math.floor(began if began == began else 0), "D"
    )
    return looks, np.datetime64(int(study), "D"), day


@pytest.mark.parametrize("seed", range(4))
def test_works_dates_the_beginning(seed: int) -> None:
    """A clear step is shown, and its interval holds the gap between the images about it."""
    looks, study, began = field_of(Field(step=0.2), seed)
    found = date_ground_works(looks, study=study)
    assert found.began.log_bayes_factor > math.log(20.0)
    assert found.began.interval[0] <= began <= found.began.interval[1]
    assert found.began.interval[0] <= found.began.gap[0]
    assert found.began.interval[1] >= found.began.gap[1]
    assert found.began.amplitude == pytest.approx(0.2, abs=0.06)
    assert "barer" in found.labels
    assert found.usable < found.images


def test_works_says_where_nothing_is_shown() -> None:
    """Of ten untouched fields at most one shows a change."""
    shown = 0
    for seed in range(10):
        looks, study, _ = field_of(Field(step=0.0), 50 + seed)
        shown += date_ground_works(looks, study=study).began.log_bayes_factor > math.log(20.0)
    assert shown <= 1


@pytest.mark.slow
def test_works_dates_hold_the_truth() -> None:
    """METHODS 14, test 14, on 50 series: the interval holds the day in 0.85, never in less."""
    cases = [case for case, _ in interval_coverage_yards_quays_depots.date_cases(50, 17)]
    assert np.mean([low <= truth <= high for truth, _, low, high in cases]) >= 0.85


def test_works_refuses_what_cannot_be_dated() -> None:
    """One usable image in the study, and too few years before it, are refused with what to do."""
    looks, study, _ = field_of(Field(), 3)
    before = [each for each in looks if each.time < study]
    after = [each for each in looks if each.time >= study]
    with pytest.raises(DataError, match="1 usable images of 1 in the study"):
        date_ground_works([*before, after[0]], study=study)
    with pytest.raises(DataError, match="are needed, read earlier scenes"):
        date_ground_works([*before[-8:], *after], study=study)
    with pytest.raises(DataError, match="study 'August' is no date; write it as 2023-08-01"):
        date_ground_works([*before, *after], study="August")


def test_season_refuses_a_year_half_seen() -> None:
    """Images of summers only leave the winter to guesswork, and are refused."""
    days = np.concatenate([np.arange(150.0, 240.0, 4.0) + 365.25 * k for k in range(4)])
    with pytest.raises(DataError, match="no usable image in"):
        fit_seasonal_cycle(days, np.zeros(days.size), until=1500.0)
