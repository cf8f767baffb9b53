"""A simulated field, looked at undisturbed sixteen times and then with pits."""

from __future__ import annotations

import numpy as np
import xarray as xr

from skytally.imagery.measure.ground.bare_soil_index import INDEX_LAYERS
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference, references
from skytally.imagery.simulate import rail_yard_quay_field_cubes, railcar_stack_and_pit_layouts

STUDY = "2023-06-01"
EARLY = 16
PitField = tuple[
    rail_yard_quay_field_cubes.SimulatedPlace,
    xr.Dataset,
    dict[str, Reference],
    list[railcar_stack_and_pit_layouts.Depot],
]


def simulated_pits(*, other: bool) -> PitField:
    """Simulate a field: sixteen undisturbed images, then 0, 1 and 6 pits."""
    rng = np.random.default_rng(14)
    place = rail_yard_quay_field_cubes.simulated_field(rng, other=other)
    depots = [
        railcar_stack_and_pit_layouts.depot(
            rng, rows=rows, columns=columns, start=(235.0, 195.0), apart=65.0
        )
        for rows, columns in ((0, 0), (1, 1), (2, 3))
    ]
    boxes = [*([()] * EARLY), *(each.boxes for each in depots)]
    cube = rail_yard_quay_field_cubes.place_cube(place, boxes, rng, first="2023-03-29", days=4.0)
    made = references(cube, ring=place.ring, until=STUDY, layers=INDEX_LAYERS)
    return place, cube, made, depots
