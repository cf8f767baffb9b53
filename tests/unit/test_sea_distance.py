"""Sea routes round a wall in a toy sea: distances, shores, and files that are refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.sea_distance import Port, Sea, SeaRoutes, read_sea, route_miles, routes_to
from tests.support.made_up_sea_grid_and_ship_routes import (
    PORT,
    ROUND_WALL,
    TOY,
    WALL,
    routes_round_wall,
    toy_sea,
)


@pytest.fixture
def toy(tmp_path: Path) -> Callable[..., Sea]:
    """Return a factory of sea grids with rectangular land."""
    return partial(toy_sea, tmp_path)


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> SeaRoutes:
    """Sea routes to the port of the toy sea with a wall."""
    return routes_round_wall(tmp_path_factory.mktemp("toy"))


def test_sea_miles_round_the_wall(walled: SeaRoutes) -> None:
    """60 miles as the crow flies are 85 round the foot of the wall, within 2 percent."""
    assert route_miles(walled, 0.5, 0.0) == pytest.approx(ROUND_WALL, rel=0.02)


def test_sea_miles_in_open_water(walled: SeaRoutes) -> None:
    """On the port's side of the wall the way is straight, in any direction."""
    for turn in np.radians(np.arange(0, 360, 15)):
        lon, lat = 1.5 + 0.4 * math.sin(turn), 0.4 * math.cos(turn)
        assert route_miles(walled, lon, lat) == pytest.approx(24.0, rel=0.03)


def test_sea_miles_without_wall(toy: Callable[..., Sea]) -> None:
    """Without the wall the same two points are 60 miles apart."""
    ways = routes_to(toy((0.0, 0.98, 0.02, 1.0)), PORT)
    assert route_miles(ways, 0.5, 0.0) == pytest.approx(60.04, rel=0.02)


def test_sea_miles_far_north(toy: Callable[..., Sea]) -> None:
    """At 60 degrees north a degree of longitude is half as long."""
    sea = toy((0.0, 60.95, 0.1, 61.0), bounds=(0.0, 59.0, 4.0, 61.0))
    assert route_miles(routes_to(sea, Port("North", 3.0, 60.0)), 1.0, 60.0) == pytest.approx(
        60, rel=0.02
    )


def test_sea_miles_agree_with_finer_cells(toy: Callable[..., Sea]) -> None:
    """Half the cell changes a route by less than 2 percent."""
    fine = routes_to(toy(WALL, cell_km=0.5), PORT)
    coarse = routes_to(toy(WALL), PORT)
    assert route_miles(fine, 0.3, 0.4) == pytest.approx(route_miles(coarse, 0.3, 0.4), rel=0.02)


def test_ways_refuse_what_the_sea_does_not_join(toy: Callable[..., Sea]) -> None:
    """A wall from edge to edge leaves no way, and that is no answer of 0."""
    ways = routes_to(toy((0.995, -1.0, 1.005, 1.0)), PORT)
    with pytest.raises(DataError, match=r"no sea leads from 0\.5 E, 0 N to Farport"):
        route_miles(ways, 0.5, 0.0)


def test_quay_on_land_stands_at_the_shore(toy: Callable[..., Sea]) -> None:
    """A port just inside the outlines is reached from the sea beside it; one far inland is not."""
    sea = toy((1.6, -1.0, 2.0, 1.0))
    assert route_miles(routes_to(sea, Port("Quay", 1.62, 0.0)), 1.0, 0.0) == pytest.approx(
        36, rel=0.04
    )
    with pytest.raises(DataError, match=r"port Inland lies 3\d km from the sea"):
        routes_to(sea, Port("Inland", 1.9, 0.0))


def test_positions_off_the_grid_are_refused(walled: SeaRoutes) -> None:
    """Beyond the outlines nothing is known of land."""
    with pytest.raises(DataError, match="outside the grid"):
        route_miles(walled, 5.0, 0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "bad.geojson, line 1, column 2: found broken JSON"),
        ('{"type": "Polygon"}', "KeyError"),
        ('{"features": []}', "0 land polygons"),
    ],
)
def test_read_sea_refuses_a_bad_file(tmp_path: Path, text: str, said: str) -> None:
    """A file that holds no outlines is refused with its name and what was found."""
    path = tmp_path / "bad.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_sea([path], bounds=TOY)


def test_read_sea_refuses_bad_bounds(toy: Callable[..., Sea]) -> None:
    """Reversed bounds, a grid too large, and no sea at all are refused."""
    with pytest.raises(DataError, match="give \\(west, south, east, north\\)"):
        toy(WALL, bounds=(2.0, -1.0, 0.0, 1.0))
    with pytest.raises(DataError, match="no more than 1500000 cells"):
        toy(WALL, bounds=(0.0, -60.0, 90.0, 60.0))
    with pytest.raises(DataError, match="no sea inside the bounds"):
        toy((-1.0, -2.0, 3.0, 2.0))
