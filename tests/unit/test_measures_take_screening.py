"""Measures take the answer of the screening, and keep their own reasons apart from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.imagery.clear_sky.stable_ground_and_water_masks import ring_mask
from skytally.imagery.measure.coregistered_difference_from_reference import SNOWED
from skytally.imagery.measure.ground.bare_soil_index import bare_soil_series
from skytally.imagery.measure.observation_and_evidence_line import (
    Observation,
    observation_line,
    unclear_observation,
)
from skytally.imagery.measure.quay.stack_area_series_and_container_bounds import stacks_on_quay
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    RadarBerth,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.measure.ships.berth_ships import ships_at_berth
from skytally.imagery.measure.ships.berth_water_anomalies import Berth
from skytally.imagery.measure.ships.harbour_ship_detection import sweep_harbour
from skytally.imagery.simulate import (
    optical_harbour_images,
    radar_berth_images,
    rail_yard_quay_field_cubes,
)

WHY = "cloud: 35% of the ring, 65% clear"
Measured = Callable[[xr.Dataset], Observation]
OPTICAL = ("berth", "stacks", "bare soil")
EVERY_MEASURE = (*OPTICAL, "sweep", "radar")


def _screened(image: xr.Dataset, *, usable: bool, reason: str = "", flags: str = "") -> xr.Dataset:
    """Attach a screening result to an image, as in a stored cube."""
    return image.assign_coords(
        usable=usable, reason=reason, flags=flags, clear_share=0.9 if usable else 0.65
    )


def _harbour() -> tuple[xr.Dataset, Measured, Measured, np.ndarray]:
    harbour = optical_harbour_images.Harbour(
        9, n_looks=10, rows=90, columns=96, cloud=0.0, haze=0.0, shadow=0.0, occupancy=0.0,
        cranes=0,
    )  # fmt: skip
    where = optical_harbour_images.harbour_masks(harbour)
    ring = ring_mask([where["berth"], where["quay"]], gsd=10.0) & where["land"]
    place = Berth(where["berth"], ring, where["openwater"], harbour.axis_deg)
    cube = optical_harbour_images.harbour_cube(harbour)[0]
    known = references(cube, ring=ring)
    return (
        cube.isel(time=-1),
        lambda image: next(ships_at_berth(image, place, references=known)).ships,
        lambda image: next(sweep_harbour(image)).ships,
        ring,
    )


@pytest.fixture(scope="module")
def measures() -> dict[str, tuple[xr.Dataset, Measured, Any]]:
    """Image, measure and stable ground, by name."""
    image, berth, sweep, ring = _harbour()
    place = rail_yard_quay_field_cubes.simulated_quay(np.random.default_rng(3))
    cube = rail_yard_quay_field_cubes.place_cube(
        place, [()] * 10, np.random.default_rng(4), first="2022-01-03", days=5.0
    )
    known = references(cube, ring=place.ring)
    port = radar_berth_images.RadarHarbour(3, n_looks=10, rows=48, columns=48, cranes=0)
    backscatter, _ = radar_berth_images.radar_cube(port)
    where = radar_berth_images.radar_masks(port)
    radar_place = RadarBerth(where["berth"], where["openwater"], port.seaward_deg)
    made, backgrounds = learn_radar_background(backscatter, radar_place, until="2100-01-01")

    def radar(one: xr.Dataset) -> Observation:
        found = radar_ships_at_berth(one, radar_place, references=made, backgrounds=backgrounds)
        return next(found).ships

    def stacks(one: xr.Dataset) -> Observation:
        return next(stacks_on_quay(one, place.target, known, ring=place.ring))[0]

    field = rail_yard_quay_field_cubes.simulated_field(np.random.default_rng(5))
    grown = rail_yard_quay_field_cubes.place_cube(
        field, [()], np.random.default_rng(6), first="2022-07-03", days=5.0
    )

    def soil(one: xr.Dataset) -> Observation:
        return next(bare_soil_series(one, field.target, ring=field.ring)).row()

    return {
        "berth": (image, berth, ring),
        "sweep": (image, sweep, ring),
        "stacks": (cube.isel(time=-1), stacks, place.ring),
        "bare soil": (grown.isel(time=0), soil, field.ring),
        "radar": (backscatter.isel(time=-1), radar, None),
    }


@pytest.mark.parametrize("name", EVERY_MEASURE)
def test_a_refused_image_gives_the_reason_of_the_screening(measures: Any, name: str) -> None:
    """Its pixels are clear, but the screening's word counts, and the measure adds none."""
    image, measure, _ = measures[name]
    assert measure(image).state != n.UNCLEAR
    row = measure(_screened(image, usable=False, reason=WHY, flags="haze"))
    assert (row.state, row.screening_reason, row.reason) == (n.UNCLEAR, WHY, "")
    assert np.isnan(row.value)


@pytest.mark.parametrize("name", OPTICAL)
def test_an_image_that_passed_is_not_judged_again(measures: Any, name: str) -> None:
    """Brighter by what would be haze without the screening's answer, it is measured."""
    image, measure, _ = measures[name]
    hazy = image.copy(deep=True)
    hazy["reflectance"] += np.float32(0.06)
    bare = measure(hazy)
    passed = measure(_screened(hazy, usable=True, flags="water-bright"))
    assert passed.screening_reason == ""
    assert "water-bright" in passed.flags
    if name != "bare soil":
        assert bare.screening_reason.startswith("haze: blue of the ring")


@pytest.mark.parametrize("name", OPTICAL)
def test_cloud_over_the_targets_own_ground_is_the_measures_reason(measures: Any, name: str) -> None:
    """The site's ring is clear, the ground around the target is not: each has its own reason."""
    image, measure, ring = measures[name]
    classes = np.where(ring, 9, 4).astype(np.uint8)
    clouded = image.drop_vars("scl", errors="ignore").assign(scl=(("y", "x"), classes))
    row = measure(_screened(clouded, usable=True))
    assert (row.state, row.screening_reason) == (n.UNCLEAR, "")
    assert row.reason == "only 0% of the ground around is clear; 80% is needed"


def test_snow_stops_what_reads_the_ground_and_no_ship(measures: Any) -> None:
    """The flag of the screening is each measure's own affair (METHODS trap T10)."""
    for name in OPTICAL:
        image, measure, _ = measures[name]
        row = measure(_screened(image, usable=True, flags="snow"))
        assert row.screening_reason == ""
        assert row.reason == ("" if name == "berth" else SNOWED)
        assert "snow" in row.flags


def test_a_line_keeps_the_two_reasons_apart() -> None:
    """Both stand in the text for readers, each in its own coordinate."""
    times = np.array(["2023-08-01", "2023-08-02"], "datetime64[ns]")
    rows = [
        unclear_observation(times[0], "", unit="ships", screening_reason=WHY),
        unclear_observation(times[1], "displaced by 14 m", unit="ships"),
    ]
    line = observation_line(rows, quantity="q", scope="s", method="m", history="h")
    assert line["screening_reason"].to_numpy().tolist() == [WHY, ""]
    assert line["reason"].to_numpy().tolist() == ["", "displaced by 14 m"]
    assert line[n.SEEN].to_numpy().tolist() == [WHY, "displaced by 14 m"]
    assert [row.reasons for row in rows] == [WHY, "displaced by 14 m"]
