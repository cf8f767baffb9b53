"""Sites and published points lie where their country, local time and window are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from skytally.imagery.sites.site_location_checks import country_faults, position_faults
from skytally.imagery.sites.site_model import Grid, Site
from skytally.imagery.sites.site_register import read_sites

Write = Callable[..., None]
SITE = Site("made-up", "Made up", "RU", 10.0, Grid(32652, (660000, 4719000, 666000, 4725000)), (),
            "evidence", 500.0, "made-up")  # fmt: skip


@pytest.fixture(scope="module")
def sites(root: Path) -> dict[str, Site]:
    """Sites of the register."""
    return read_sites(root / "data/sites")


@pytest.fixture
def folder(tmp_path: Path, root: Path) -> Path:
    """Copy of the points, their dictionary and its words."""
    for name in ("positions.csv", "positions.dictionary.csv", "vocabulary.csv"):
        (tmp_path / name).write_bytes((root / "data/sites" / name).read_bytes())
    return tmp_path


def test_positions_and_sites_of_this_book_are_in_order(
    folder: Path, root: Path, sites: dict[str, Site]
) -> None:
    """Every point lies near the window of its site, every window in its country."""
    assert position_faults(folder, root / "data/record/sites.csv", sites) == []


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ({"lat": "41.48335", "lon": "46.45755"}, "lat", "exchange latitude and longitude"),
        ({"lat": "0", "lon": "0"}, "lat", "7,113 km from the window of salsk"),
        ({"lat": "131.4"}, "lat", "nowhere near the window of salsk"),
        ({"lat": "46,45755"}, "lat", "write a plain number"),
        ({"uncertainty_m": "-1"}, "uncertainty_m", "give metres above 0"),
        ({"uncertainty_m": "inf"}, "uncertainty_m", "write a plain number"),
        ({"site": "nowhere"}, "site", "no such site in the register"),
        ({"id": "shakhty"}, "id", "give it an id of its own"),
        ({"retrieved": "22.11.2026"}, "retrieved", "write the day as YYYY-MM-DD"),
        ({"address": "geonames.org"}, "address", "write a full http:// or https:// address"),
    ],
)
def test_a_point_that_cannot_be_meant_is_refused(
    folder: Path,
    root: Path,
    sites: dict[str, Site],
    write_cell: Write,
    cells: dict[str, str],
    column: str,
    expected: str,
) -> None:
    """Exchanged, far, repeated, of no site, or with a radius that is none."""
    write_cell(folder / "positions.csv", "salsk", **cells)
    faults = position_faults(folder, root / "data/record/sites.csv", sites)
    assert faults[0].column == column
    assert expected in str(faults[0])


def test_positions_without_a_row_are_told_once(
    folder: Path, root: Path, sites: dict[str, Site]
) -> None:
    """Eight control sites name rows of the table; that it is empty is one fault."""
    header = (folder / "positions.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "positions.csv").write_text(f"{header}\n", encoding="utf-8")
    (fault,) = position_faults(folder, root / "data/record/sites.csv", sites)
    assert "a header and no row, but 8 control sites" in str(fault)


def test_a_site_whose_position_is_of_no_row_is_refused(
    folder: Path, root: Path, sites: dict[str, Site]
) -> None:
    """A position that no table gives is no position."""
    changed = {**sites, "rajin": replace(sites["rajin"], position_source="nowhere")}
    (fault,) = position_faults(folder, root / "data/record/sites.csv", changed)
    assert str(fault).startswith("register.csv, line 2, column position_source: found rajin with")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ""),
        ({"country": "KP", "utc_offset_hours": 9.0}, ""),
        ({"country": "XX"}, "country 'XX'; write the two letters of ISO 3166"),
        ({"country": "US"}, "utc_offset_hours 10, which no zone of US keeps"),
        ({"utc_offset_hours": 5.5}, "utc_offset_hours 5.5, which no zone of RU keeps; give one of"),
        ({"utc_offset_hours": 3.0}, "km from the nearest town of RU with this local time"),
    ],
)
def test_country_local_time_and_window_belong_together(
    change: dict[str, object], expected: str
) -> None:
    """A country has the zone, and the zone a town not too far from the window."""
    found = "".join(country_faults(replace(SITE, **change)))  # type: ignore[arg-type]
    assert (expected in found) if expected else not found
