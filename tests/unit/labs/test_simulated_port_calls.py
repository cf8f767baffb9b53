"""Simulated routes: the truth is what was planted, and the same seed gives the same world."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from labs.simulated_port_calls import PORTS, Call, Plan, clear_skies, look_at, voyages, world
from skytally.core.errors_and_fault_lists import DataError

PLAIN = Plan(cloud=0.0, count_error=0.0)


def test_world_repeats_with_its_seed() -> None:
    """The same plan and seed give the same calls and observations; another seed gives others."""
    one, same, other = (world(Plan(), seed=seed) for seed in (4, 4, 5))
    assert one.calls == same.calls
    assert one.calls != other.calls
    for first, second in zip(one.looks, same.looks, strict=True):
        np.testing.assert_array_equal(first.seen, second.seen)
        np.testing.assert_array_equal(first.counted, second.counted)


def test_voyages_keep_the_transit() -> None:
    """A ship arrives at the landing port one transit after it left the loading port."""
    calls = voyages(replace(PLAIN, ships=1, days=400.0), rng=np.random.default_rng(1))
    pairs = list(itertools.pairwise(calls))
    legs = [b.arrive - a.depart for a, b in pairs if (a.port, b.port) == PORTS]
    assert len(legs) > 10
    np.testing.assert_allclose(legs, PLAIN.transit)


def test_voyages_never_overlap_for_one_ship() -> None:
    """No ship is in two places at once."""
    calls = voyages(replace(PLAIN, ships=1), rng=np.random.default_rng(2))
    assert all(a.depart <= b.arrive for a, b in itertools.pairwise(calls))


def test_voyages_mean_stay_and_rate() -> None:
    """Over a long period stays and round trips come out as planned, within 3 percent."""
    plan = replace(PLAIN, days=60_000.0, ships=1)
    calls = voyages(plan, rng=np.random.default_rng(3))
    stays = [c.depart - c.arrive for c in calls]
    cycle = 2 * plan.dwell + 2 * plan.transit + plan.wait
    assert np.mean(stays) == pytest.approx(plan.dwell, rel=0.03)
    assert np.std(stays) / np.mean(stays) == pytest.approx(0.5, rel=0.05)
    assert len(calls) / 2 == pytest.approx(plan.days / cycle, rel=0.03)


def test_clear_skies_have_share_and_memory() -> None:
    """40 percent of passes are clear and skies five days apart correlate by .2."""
    days = np.arange(0.0, 100_000.0, 5.0)
    sky = clear_skies(days, cloud=0.6, memory=0.2, rng=np.random.default_rng(4))
    assert sky.mean() == pytest.approx(0.4, abs=0.015)
    assert np.corrcoef(sky[1:], sky[:-1])[0, 1] == pytest.approx(0.2, abs=0.03)


def test_clear_skies_without_memory() -> None:
    """Without memory each pass stands alone."""
    days = np.arange(0.0, 20_000.0)
    sky = clear_skies(days, cloud=0.5, memory=0.0, rng=np.random.default_rng(5))
    assert abs(np.corrcoef(sky[1:], sky[:-1])[0, 1]) < 0.03


def test_look_at_sees_what_is_there() -> None:
    """Without cloud or error, an observation shows a ship exactly while one is in."""
    calls = (Call(0, "loading", 10.0, 12.0), Call(1, "loading", 11.0, 14.0))
    looks = look_at(calls, "loading", plan=PLAIN, rng=np.random.default_rng(6))
    expected = (looks.days >= 10).astype(int) * (looks.days < 12) + (
        (looks.days >= 11) & (looks.days < 14)
    )
    np.testing.assert_array_equal(looks.ships, expected)
    np.testing.assert_array_equal(looks.seen, (expected > 0).astype(float))
    np.testing.assert_array_equal(looks.counted, expected)


def test_look_at_keeps_clouded_looks() -> None:
    """Under full cloud every pass is kept, unusable and without a number."""
    looks = look_at((), "landing", plan=replace(PLAIN, cloud=1.0), rng=np.random.default_rng(7))
    assert looks.days.size > 100
    assert not looks.usable.any()
    assert np.isnan(looks.seen).all()
    assert np.isnan(looks.counted).all()


def test_look_at_errs_at_the_planned_rates() -> None:
    """Detection and false alarms come at their rates."""
    plan = replace(PLAIN, days=20_000.0, revisit=1.0, p_detect=0.8, p_false=0.1)
    calls = (Call(0, "loading", 0.0, 10_000.0),)
    looks = look_at(calls, "loading", plan=plan, rng=np.random.default_rng(8))
    assert looks.seen[looks.ships > 0].mean() == pytest.approx(0.8, abs=0.02)
    assert looks.seen[looks.ships == 0].mean() == pytest.approx(0.1, abs=0.02)


def test_world_counts_its_truth() -> None:
    """Unseen calls are among those begun in the period, and these among all."""
    made = world(Plan(), seed=9)
    missed, begun = made.unseen("loading")
    assert begun == made.begun("loading")
    assert 0 < missed < begun < len(made.calls)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dwell": 0.0}, "dwell is 0"),
        ({"cloud": 1.2}, "cloud is 1.2"),
        ({"ships": 0}, "ships 0"),
        ({"cloud_memory": 1.0}, "never changes"),
        ({"days": -1.0, "wait": float("nan")}, "2 faults"),
    ],
)
def test_plan_refuses(change: dict[str, float], said: str) -> None:
    """A plan that no world can follow is refused with all its faults."""
    with pytest.raises(DataError, match=said):
        Plan(**change)  # type: ignore[arg-type]


def test_look_at_refuses_a_port_off_the_route() -> None:
    """A port that is no end of the route has no observations."""
    with pytest.raises(DataError, match="'elsewhere' is not on the route"):
        look_at((), "elsewhere", plan=PLAIN, rng=np.random.default_rng(1))
