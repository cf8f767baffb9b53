"""Changes that are more likely than not, each at its place: beside every segmentation there is."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from skytally.statistics.bayesian_change_point_search import ChangeSearch, search_changes
from skytally.statistics.interval_dated_counts import interval_counts_from
from skytally.statistics.noise_and_seasonal_cycle_hypotheses import hypotheses_of_counts
from skytally.statistics.positions_with_change_likelier_than_not import PlaceSums, likely_places
from skytally.statistics.segmentation_likelihood_sums import sums_forward
from skytally.statistics.series_change_points import change_points, level_change_points

DAYS = np.array([0.0, 3.0, 4.0, 9.0, 15.0, 16.0, 21.0, 30.0, 33.0])
"""Uneven days of a made-up series."""


def searched(counts: list[int]) -> ChangeSearch:
    """Search made-up counts on the uneven days."""
    seen = np.array(counts, float)
    law = hypotheses_of_counts(DAYS, seen, np.ones(seen.size), (2.0, math.inf))
    return search_changes(law, shortest=2)


def enumerated(search: ChangeSearch) -> dict[tuple[int, ...], float]:
    """Posterior of every set of changes, one by one: what the recursions sum up."""
    most = search.log_evidence.shape[0] - 1
    whole = sums_forward(search.segments, search.log_prior, most)[:, :, -1]
    made: dict[tuple[int, ...], float] = {}
    for changes in range(most + 1):
        for at in itertools.combinations(range(1, search.cuts.size - 1), changes):
            ends = itertools.pairwise([0, *at, search.cuts.size - 1])
            logs = sum(search.segments[:, a, b] for a, b in ends) + search.log_prior[[*at]].sum()
            besides = search.log_evidence[changes] - whole[changes]
            made[at] = float(np.exp(logs + besides).sum())
    total = sum(made.values())
    return {at: each / total for at, each in made.items()}


@pytest.mark.parametrize("counts", [[3, 2, 4, 3, 20, 25, 22, 4, 3], [5, 4, 6, 5, 5, 4, 6, 5, 4]])
def test_sums_equal_those_over_every_segmentation(counts: list[int]) -> None:
    """Expected changes at each place, and the chance of one near it, agree with a plain list."""
    search = searched(counts)
    every = enumerated(search)
    sums = PlaceSums(search)
    places = range(search.cuts.size)
    expected = [sum(share for at, share in every.items() if k in at) for k in places]
    assert sums.expected() == pytest.approx(expected, abs=1e-3)
    for place in range(2, search.cuts.size - 2):
        near = np.abs(np.arange(search.cuts.size) - place) <= 1
        chance = sum(share for at, share in every.items() if near[[*at]].any())
        assert sums.chance(near) == pytest.approx(chance, abs=1e-3)


def test_a_burst_of_counts_has_a_likely_begin_and_end() -> None:
    """Three high counts among low ones: both ends are likely; of steady counts none is."""
    assert likely_places(searched([3, 2, 4, 3, 90, 95, 92, 4, 3])) == (4, 7)
    assert likely_places(searched([5, 4, 6, 5, 5, 4, 6, 5, 4])) == ()


def test_change_of_vague_date_is_likely_at_no_place() -> None:
    """A made-up step in strong noise: that there is one is shown, and of no place is it likely."""
    order = np.arange(100.0)
    levels = np.random.default_rng(4).normal(size=order.size) + 1.3 * (order >= 50)
    found = level_change_points(19_500.0 + 3.0 * order, levels)
    assert len(found.starts) == 1
    assert found.likely_starts == ()


def test_two_observations_have_no_likely_place_or_one() -> None:
    """The shortest series there is does not break the search."""
    found = change_points(interval_counts_from([19_500.0, 19_600.0], [2, 80]))
    assert found.likely_starts in {(), (1,)}
