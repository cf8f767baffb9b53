"""The index of bare soil: it follows the ground, leaves snow out, and is calibrated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.ground.bare_soil_index import (
    SOIL_INDEX_BANDS,
    bare_soil_series,
    soil_index,
)
from tests.support.made_up_pit_field import EARLY, PitField


def test_ground_looks_follow_the_ground(pit_field: PitField) -> None:
    """The index of the field rises with the pits; an image under cloud gives a reason."""
    place, cube, _, _ = pit_field
    looks = list(bare_soil_series(cube, place.target, ring=place.ring))
    assert len(looks) == cube.sizes["time"]
    assert looks[-1].bare > np.mean([each.bare for each in looks[:EARLY]]) + 3 * looks[-1].error
    assert looks[0].row().unit == "refl"
    cloud = xr.full_like(cube["reflectance"].isel(band=0, drop=True), 9.0).astype("uint8")
    cloudy = cube.assign(scl=cloud).isel(time=slice(0, 1))
    for ring in (place.ring, None):
        told = next(iter(bare_soil_series(cloudy, place.target, ring=ring)))
        assert "clear" in (told.reason if ring is None else told.screening_reason)
    assert told.row().state == n.UNCLEAR


def test_ground_looks_leave_snow_out(pit_field: PitField) -> None:
    """White ground with dark short-wave infrared is snow and no bare soil."""
    place, cube, _, _ = pit_field
    snowy = cube.isel(time=slice(0, 1)).copy(deep=True)
    snowy["reflectance"][:, :4] = 0.5
    snowy["reflectance"][:, 4] = 0.1
    told = next(iter(bare_soil_series(snowy, place.target)))
    assert told.reason == "snow on the ground"
    assert told.flags == ("snow",)


def test_ground_looks_do_without_green(pit_field: PitField) -> None:
    """The bands of the index alone are enough, with a ring too; its snow is then not seen."""
    place, cube, _, _ = pit_field
    last = cube.isel(time=slice(-1, None))
    told = next(
        iter(bare_soil_series(last, place.target, ring=place.ring, layers=SOIL_INDEX_BANDS))
    )
    whole = next(iter(bare_soil_series(last, place.target, ring=place.ring)))
    assert told.bare == whole.bare


def test_ground_looks_refuse_a_missing_band(pit_field: PitField) -> None:
    """The index is refused without its short-wave infrared."""
    place, cube, _, _ = pit_field
    with pytest.raises(DataError, match="b11 missing; the index needs them"):
        next(iter(bare_soil_series(cube, place.target, layers=("b02", "b04", "b08"))))


def test_soil_index_does_not_divide_by_nothing() -> None:
    """Black pixels have index 0, not a fault."""
    zero = [np.zeros(3, np.float32) for _ in range(4)]
    assert soil_index(*zero).tolist() == [0.0, 0.0, 0.0]


def test_the_committed_calibration_of_the_ground_is_in_the_band(root: Path) -> None:
    """Rows at .90: 300 worlds or more, .85 to .95; those that hold more by design: at least."""
    table = pd.read_csv(root / "data/results/calibration.csv", keep_default_na=False)
    rows = table[table["estimator"].isin(["rail", "stacks", "disturbed", "works", "area"])]
    more = rows["note"].str.contains("at least 0.90 by design")
    assert len(rows) == 6
    assert (rows["worlds"] >= 300).all()
    assert (rows.loc[more, "coverage"] >= 0.85).all()
    assert rows.loc[~more, "coverage"].between(0.85, 0.95).all(), rows[["target", "coverage"]]
