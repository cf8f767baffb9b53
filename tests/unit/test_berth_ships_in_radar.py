"""Ships at a berth in radar images: from the sea side, in the lee, and without history."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import ndimage, stats

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    RadarBerth,
    RadarObservation,
    background_from,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.measure.radar.cfar import cfar_detections, cfar_multiplier
from skytally.imagery.simulate import radar_berth_images

QUIET = 18


def test_speckle_has_its_looks() -> None:
    """Simulated speckle has an equivalent number of looks of 4.4 within 0.3 (METHODS trap T4)."""
    image = radar_berth_images.speckled(np.ones((900, 900)), np.random.default_rng(4))
    assert image.mean() ** 2 / image.var() == pytest.approx(4.4, abs=0.3)


def looks_at(state: str, seeds: range) -> tuple[list[RadarObservation], np.ndarray]:
    """Radar observations of the images after the empty period, and the truth."""
    looks: list[RadarObservation] = []
    truth: list[int] = []
    for seed in seeds:
        harbour = radar_berth_images.RadarHarbour(
            seed, n_looks=44, orbit_state=state, empty_until=QUIET, rows=52, columns=52
        )
        cube, table = radar_berth_images.radar_cube(harbour)
        where = radar_berth_images.radar_masks(harbour)
        place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
        made, backgrounds = learn_radar_background(
            cube, place, until=table["time"].to_numpy()[QUIET]
        )
        looks += list(radar_ships_at_berth(cube, place, references=made, backgrounds=backgrounds))[
            QUIET:
        ]
        truth += table["ships"].to_list()[QUIET:]
    return looks, np.array(truth)


def rate(looks: list[RadarObservation], truth: np.ndarray, ship: int) -> float:
    """Share of the images with, or without, a ship that are classified as occupied."""
    seen = np.array([each.ships.value > 0 for each in looks])
    return float(seen[truth == ship].mean())


@pytest.mark.slow
def test_radar_berth_from_the_sea_side_and_in_the_lee() -> None:
    """All found from the sea; the lee is flagged, states a lower chance, and finds fewer."""
    sea, sea_truth = looks_at("descending", range(3))
    lee, lee_truth = looks_at("ascending", range(3))
    assert rate(sea, sea_truth, 1) >= 0.95
    assert rate(sea, sea_truth, 0) <= 0.06
    assert rate(lee, lee_truth, 0) <= 0.06
    assert 0.5 <= rate(lee, lee_truth, 1) <= rate(sea, sea_truth, 1)
    assert all("lee" in each.ships.flags for each in lee)
    assert not any("lee" in each.ships.flags for each in sea)
    assert lee[0].ships.p_detect < sea[0].ships.p_detect


def test_radar_gives_a_class_of_length_and_no_number() -> None:
    """A 120 m ship is of the class 70 to 150 m, without a value (METHODS trap T7)."""
    looks, truth = looks_at("descending", range(1))
    found = [look for look, true in zip(looks, truth, strict=True) if true]
    assert all(look.length.state == n.SOMETHING_SEEN for look in found)
    assert all(math.isnan(look.length.value) for look in found)
    classes = {(look.length.low, look.length.high) for look in found}
    assert (70.0, 150.0) in classes


def test_cfar_baseline_fails_in_the_lee() -> None:
    """With the land buffered by 30 m, CFAR finds the ship from the sea and none in the lee."""
    shares = {}
    for state in ("descending", "ascending"):
        hits = []
        for seed in range(4):
            harbour = radar_berth_images.RadarHarbour(
                seed, n_looks=4, orbit_state=state, occupancy=1.0
            )
            cube, _ = radar_berth_images.radar_cube(harbour)
            where = radar_berth_images.radar_masks(harbour)
            dry = where["land"] | where["quay"]
            water = ndimage.distance_transform_edt(~dry) * 10.0 > 30.0
            near = ndimage.binary_dilation(where["berth"], iterations=2)
            limit = cfar_multiplier(1e-6)
            for image in cube["gamma0"].to_numpy()[:, 0]:
                found = cfar_detections(image, limit, guard=15, training=31, allowed=water)
                hits.append(bool((found & near).any()))
        shares[state] = np.mean(hits)
    assert shares["descending"] >= 0.55
    assert shares["ascending"] <= 0.1


def test_background_from_states_a_bound_for_one_more_look() -> None:
    """Of normal rises, one further image passes the bound about once in a hundred."""
    rng = np.random.default_rng(5)
    over = []
    for _ in range(400):
        held = rng.normal(2.5, 0.5, 26)
        over.append(held[-1] > background_from(held[:-1]).threshold)
    assert stats.binom.cdf(sum(over), 400, 0.03) < 0.999
    assert background_from([2.0] * 5).threshold == 5.0


def test_learnt_refuses_too_short_a_past() -> None:
    """No images before the study is a refusal with what was found."""
    cube, _ = radar_berth_images.radar_cube(
        radar_berth_images.RadarHarbour(1, n_looks=3, rows=40, columns=40)
    )
    where = np.zeros((40, 40), bool)
    where[10:20, 20:23] = True
    place = RadarBerth(where, np.roll(where, 12, axis=1), 90.0)
    with pytest.raises(DataError, match=r"8 images of one group before .* found 3 in"):
        learn_radar_background(cube, place, until="2030-01-01")
