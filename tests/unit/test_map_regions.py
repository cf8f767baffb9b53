"""The table of map regions: what it refuses, and which basemap a position has."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.figures.map_regions import basemap_at, read_regions

CHARTS = Path(__file__).resolve().parents[2] / "data/charts"
HEADER = "id,basemap,border,half_width_km,sites,west,south,east,north\n"
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a table of regions beside the real dictionary."""

    def write_rows(rows: str) -> Path:
        shutil.copyfile(
            CHARTS / "map_regions.dictionary.csv", tmp_path / "map_regions.dictionary.csv"
        )
        path = tmp_path / "map_regions.csv"
        path.write_text(HEADER + rows, encoding="utf-8")
        return path

    return write_rows


def _read(path: Path) -> pd.DataFrame:
    return read_regions(path, sites={"aktau", "baku"}, basemaps={"basemap_sea"})


def test_read_regions_keeps_the_order_of_the_rows(write: Write) -> None:
    """Maps stand on the page as their rows in the table."""
    path = write("b,basemap_sea,,10,aktau,0,0,1,1\na,basemap_sea,,20,baku,0,0,2,2\n")
    regions = _read(path)
    assert list(regions["id"]) == ["b", "a"]
    assert list(regions["half_width_km"]) == [10.0, 20.0]


def test_read_regions_of_a_header_alone_is_empty(write: Write) -> None:
    """A new book has no map yet."""
    assert _read(write("")).empty


def test_read_regions_names_every_fault_with_its_line(write: Write) -> None:
    """Unknown sites and basemaps, no extent and a second row of one id, all at once."""
    path = write(
        "a,basemap_sea,basemap_mars,10,aktau tehran,0,0,1,1\n"
        "a,basemap_moon,,0,baku,0,0,1,1\n"
        "c,basemap_sea,,10,baku,5,0,1,91\n"
    )
    with pytest.raises(DataError, match="7 faults") as error:
        _read(path)
    for words in (
        "line 2, column sites: found 'tehran'; no such id in sites",
        "line 2, column border: found 'basemap_mars'; register the outlines of the state",
        "line 3, column id: found 'a' a second time",
        "line 3, column basemap: found 'basemap_moon'",
        "line 3, column half_width_km: found 0; write half the width of the map in km, above 0",
        "line 4, column west: found 5 to 1; write degrees from -180 to 180, west below east",
        "line 4, column south: found 0 to 91",
    ):
        assert words in str(error.value)


def test_basemap_at_is_that_of_the_smallest_region_around_a_position() -> None:
    """A region within another is the more detailed one; outside all there is none."""
    regions = pd.DataFrame(
        {
            "basemap": ["wide", "near"],
            "border": ["state", ""],
            "west": [0.0, 4.0],
            "south": [0.0, 4.0],
            "east": [10.0, 6.0],
            "north": [10.0, 6.0],
        }
    )
    assert basemap_at(regions, lat=5.0, lon=5.0) == ("near", "")
    assert basemap_at(regions, lat=1.0, lon=5.0) == ("wide", "state")
    assert basemap_at(regions, lat=-1.0, lon=5.0) == ("", "")
    assert basemap_at(regions.iloc[:0], lat=5.0, lon=5.0) == ("", "")
