"""A sweep of one look for ships: on made-up water, at made-up shores, among made-up traps."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.cube.cube_image_iteration_and_grouping import Frame
from skytally.imagery.measure.ships.harbour_ship_detection import (
    sweep_harbour,
    swept_candidates,
    water_residual,
)
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import (
    ALONGSIDE,
    Candidate,
)
from skytally.imagery.measure.water_mask import water_around
from skytally.imagery.simulate import (
    held_out_ship_appearance_model,
    optical_harbour_images,
    ship_drawing,
)
from tests.support import optional_external_test_data as shared_files
from tests.support.made_up_water_with_shore_image import COLUMNS, ROWS, roads


def framed(image: np.ndarray) -> Frame:
    """Frame of an array with 10 m pixels."""
    return Frame(
        image, ship_drawing.BANDS, None, np.datetime64("2023-08-27", "ns"), "made-up", "", 10.0
    )


def anchored(seed: int, lengths: tuple[float, ...], **style: object) -> tuple[Frame, list]:
    """Simulate an image with ships at anchor; return it and the ships."""
    rng = np.random.default_rng(seed)
    image = roads(seed)
    ships = []
    for i, length in enumerate(lengths):
        x, y = 200.0 + 400.0 * (i % 4), 650.0 + 400.0 * (i // 4)
        ship = ship_drawing.ShipDrawing(
            x, y, length, ship_drawing.beam(length, rng), rng.uniform(0, 360)
        )
        ships.append(ship)
        ship_drawing.paint_sprite(
            image, ship_drawing.draw_ship(ship, (ROWS, COLUMNS), rng, **style)
        )  # type: ignore[arg-type]
    return framed(image), ships


def near(found: list[Candidate], ship: ship_drawing.ShipDrawing) -> list[Candidate]:
    """Select the detections at a ship."""
    return [
        each
        for each in found
        if np.hypot((each.place.column + 0.5) * 10 - ship.x, (each.place.row + 0.5) * 10 - ship.y)
        < 0.5 * ship.length
    ]


@pytest.mark.parametrize(
    "style",
    [
        {},
        {
            "outline": held_out_ship_appearance_model.rounded_hull,
            "paint": held_out_ship_appearance_model.hatched_deck,
            "blur": held_out_ship_appearance_model.haloed,
        },
    ],
    ids=["first", "second"],
)
def test_sweep_finds_ships_at_anchor(style: dict) -> None:
    """Ships of 80 m and more in clear water are found, each once, with their length."""
    lengths = (80.0, 105.0, 125.0, 160.0, 90.0, 220.0, 120.0, 140.0)
    frame, ships = anchored(1, lengths, **style)
    found = [each for each in swept_candidates(frame) if each.score >= 0.35]
    here = [near(found, ship) for ship in ships]
    assert [len(each) for each in here].count(1) >= 7
    held = [
        each[0].length_low <= ship.length <= each[0].length_high
        for each, ship in zip(here, ships, strict=True)
        if each
    ]
    assert np.mean(held) >= 0.7
    assert len(found) <= len(ships) + 1


@pytest.mark.parametrize(
    "style",
    [
        {},
        {
            "outline": held_out_ship_appearance_model.rounded_hull,
            "paint": held_out_ship_appearance_model.hatched_deck,
            "blur": held_out_ship_appearance_model.haloed,
        },
    ],
    ids=["first", "second"],
)
def test_sweep_finds_long_dark_decks_under_a_white_house(style: dict) -> None:
    """The house is a seventh of the hull and many times as bright: it is not taken for the ship."""
    rng = np.random.default_rng(8)
    image = roads(8)
    ships = []
    for i, length in enumerate((150.0, 200.0, 250.0)):
        x, y, turned = 300.0 + 500.0 * i, 800.0 + 150.0 * i, float(rng.uniform(0, 360))
        width = ship_drawing.beam(length, rng)
        ships.append(
            ship_drawing.ShipDrawing(x, y, length, width, turned, contrast=0.05, over=0.033)
        )
        ship_drawing.paint_sprite(
            image, ship_drawing.draw_ship(ships[-1], (ROWS, COLUMNS), rng, **style)
        )
    found = [each for each in swept_candidates(framed(image)) if each.score >= 0.35]
    assert len(found) == 3
    for ship in ships:
        (one,) = near(found, ship)
        assert one.length_low <= ship.length <= one.length_high


def test_sweep_is_not_content_with_the_house_of_a_very_dark_deck() -> None:
    """A fit of the whole that falls for the house is no ship: the form of all of it is tried."""
    rng = np.random.default_rng(115)
    image = roads(115)
    width = ship_drawing.beam(150.0, rng)
    turned = float(rng.uniform(0, 360))
    ship = ship_drawing.ShipDrawing(800.0, 900.0, 150.0, width, turned, contrast=0.02, over=0.033)
    ship_drawing.paint_sprite(image, ship_drawing.draw_ship(ship, (ROWS, COLUMNS), rng))
    (one,) = near(swept_candidates(framed(image)), ship)
    assert one.score >= 0.35
    assert one.length_low <= ship.length <= one.length_high


def test_sweep_of_an_empty_sea_and_a_straight_quay_finds_nothing() -> None:
    """Nothing but water and a quay: no ship, and a row that says so."""
    cube, _ = optical_harbour_images.harbour_cube(
        optical_harbour_images.Harbour(
            2, n_looks=2, occupancy=0.0, cranes=0, cloud=0.0, haze=0.0, shadow=0.0
        )
    )
    for look in sweep_harbour(cube):
        assert look.ships.state == n.NOTHING_SEEN
        assert look.ships.high >= 1.0


def test_sweep_finds_a_hull_alongside_a_quay() -> None:
    """A 160 m hull against a straight quay steps out of the shoreline by its beam."""
    rng = np.random.default_rng(4)
    image = roads(4)
    ship = ship_drawing.ShipDrawing(800.0, 350.0 + 14.0, 160.0, 26.0, 90.0)
    ship_drawing.paint_sprite(image, ship_drawing.draw_ship(ship, (ROWS, COLUMNS), rng))
    found = [each for each in near(swept_candidates(framed(image)), ship) if each.score >= 0.2]
    assert found
    assert found[0].kind == ALONGSIDE
    assert found[0].place.length == pytest.approx(160.0, abs=25.0)


def test_sweep_leaves_known_structures_out() -> None:
    """A pier shaped like a hull is left out once history shows it always there."""
    frame, ships = anchored(5, (120.0, 140.0))
    known = np.zeros((ROWS, COLUMNS), bool)
    row, column = int(ships[0].y / 10), int(ships[0].x / 10)
    known[row - 8 : row + 9, column - 8 : column + 9] = True
    every, left = swept_candidates(frame), swept_candidates(frame, known=known)
    assert near(every, ships[0])
    assert not near(left, ships[0])
    assert near(left, ships[1])


def test_sweep_refuses_other_bands_and_dry_looks() -> None:
    """The four bands in order are asked for; an image without water is unclear, not empty."""
    harbour = optical_harbour_images.Harbour(2, n_looks=1, cloud=0.0, haze=0.0, shadow=0.0)
    cube, _ = optical_harbour_images.harbour_cube(harbour)
    with pytest.raises(DataError, match="b02, b03, b04, b08 first"):
        list(sweep_harbour(cube, layers=("b08", "b04", "b03", "b02")))
    dry = cube.assign(reflectance=cube["reflectance"] * 0 + 0.3)
    (look,) = sweep_harbour(dry)
    assert look.ships.state == n.UNCLEAR
    assert "of the image is water" in look.ships.reason


def test_surroundings_needs_water() -> None:
    """No block of water at all is refused."""
    with pytest.raises(DataError, match="choose a window with a harbour"):
        water_residual(framed(np.full((4, 60, 60), 0.3, np.float32)))
    with pytest.raises(DataError, match="a sweep for ships needs an image of water"):
        water_around(np.full((4, 60, 60), 0.3, np.float32), np.zeros((60, 60), bool), gsd=10.0)


def test_sweep_of_a_labelled_port_beats_bright_blobs() -> None:
    """Casablanca: better precision and recall than a water mask and bright blobs."""
    from labs.benchmarks import accuracy_ship_sweep_labelled_ports as ports

    port = ports.read_port(shared_files.imagery("01_s2_ports_labelled"), "casablanca")
    kept = ports.MIN_COUNTED_SCORE
    found = [each for each in swept_candidates(port.frame) if each.score >= kept]
    ours = ports.matched(ports._boxes(found, port), port)
    theirs = ports.matched(ports.naive(port), port)
    assert sum(k >= 0 for k in ours) >= sum(k >= 0 for k in theirs)
    assert np.mean([k >= 0 for k in ours]) > 2 * np.mean([k >= 0 for k in theirs])


def test_the_sweep_says_nothing_of_what_was_not_read() -> None:
    """A ship in the part of an image that was not read is not missing from the sea."""
    harbour = optical_harbour_images.Harbour(3, n_looks=2, cloud=0.0, haze=0.0, shadow=0.0)
    cube, _ = optical_harbour_images.harbour_cube(harbour)
    rows = cube.sizes["y"]
    holed = cube.copy(deep=True)
    holed["reflectance"][0, :, : rows // 3] = np.nan
    holed["reflectance"][1, :, : rows // 20] = np.nan
    lost, part = (each.ships for each in sweep_harbour(holed))
    assert lost.state == n.UNCLEAR
    assert "of the image was read; 80% is needed" in lost.reason
    assert "partly-read" in part.flags
    for options in ({"least_score": float("nan")}, {"native": 0.0}):
        with pytest.raises(DataError, match="give"):
            list(sweep_harbour(cube, **options))


def test_the_sweep_reads_the_infrared_wherever_the_cube_has_it() -> None:
    """With b11 hazy water is water; without it the row is flagged, and hazy water is refused."""
    harbour = optical_harbour_images.Harbour(3, n_looks=1, cloud=0.0, haze=0.0, shadow=0.0)
    cube, _ = optical_harbour_images.harbour_cube(harbour)
    infrared = cube.sel(band=["b08"]).assign_coords(band=["b11"])
    both = xr.concat([cube, infrared], dim="band", data_vars="minimal", coords="minimal",
                     compat="override")  # fmt: skip
    (clear,) = sweep_harbour(cube)
    assert "no-infrared" in clear.ships.flags
    (seen,) = sweep_harbour(iter([both]))
    assert "no-infrared" not in seen.ships.flags
    hazy, known = (each.assign(reflectance=each["reflectance"] + 0.12) for each in (cube, both))
    (refused,) = sweep_harbour(hazy)
    assert refused.ships.state == n.UNCLEAR
    assert "hazy land cannot be told from water; read b11 as well" in refused.ships.reason
    (counted,) = sweep_harbour(known)
    assert counted.ships.state != n.UNCLEAR
