"""Outlines written as GeoJSON: whole, one a line, and read back as they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skytally.imagery.sites.outline_reader import outlines_from_geojson
from skytally.imagery.sites.outline_writer import outlines_to_geojson, write_outlines
from skytally.imagery.sites.site_register import read_sites
from tests.support import made_up_outlines as drawn_sites

ROOT = Path(__file__).resolve().parents[2]
SITES = read_sites(ROOT / "data/sites")


@pytest.mark.parametrize("slug", SITES)
def test_committed_outlines_are_written_back_byte_for_byte(slug: str) -> None:
    """Parsing and writing leave the outlines of the project as they lie there."""
    text = (ROOT / f"data/sites/{slug}.geojson").read_text(encoding="utf-8")
    assert outlines_from_geojson(text) == SITES[slug].outlines
    assert outlines_to_geojson(SITES[slug].outlines) == text


def test_what_other_programs_wrote_stays(tmp_path: Path) -> None:
    """Members of the file, ids and further properties outlive a move of the outline."""
    path, drawn = tmp_path / "made-up.geojson", drawn_sites.outline()
    write_outlines(path, [drawn])
    found = json.loads(path.read_text(encoding="utf-8"))
    found |= {"name": "from QGIS", "crs": {"type": "name", "properties": {"name": "CRS84"}}}
    found["features"][0] |= {"id": 7}
    found["features"][0]["properties"] |= {"drawn_by": "Kim", "pos_sigma_m": 1.0}
    path.write_text(json.dumps(found), encoding="utf-8")
    write_outlines(path, [drawn])
    again = json.loads(path.read_text(encoding="utf-8"))
    assert (again["name"], again["crs"], again["features"][0]["id"]) == (
        "from QGIS",
        found["crs"],
        7,
    )
    assert again["features"][0]["properties"]["drawn_by"] == "Kim"
    assert again["features"][0]["properties"]["pos_sigma_m"] == drawn.pos_sigma_m
    assert again["features"][0]["geometry"] == drawn.geometry


def test_write_outlines_leaves_nothing_beside(tmp_path: Path) -> None:
    """The file is whole, one outline a line, and no other file lies there."""
    path = tmp_path / "made-up.geojson"
    write_outlines(path, [drawn_sites.outline(), drawn_sites.outline(name="other")])
    assert [each.name for each in tmp_path.iterdir()] == ["made-up.geojson"]
    assert len(path.read_text(encoding="utf-8").splitlines()) == 4


def test_outlines_that_cannot_be_written_stay(tmp_path: Path) -> None:
    """Where the new file cannot be put in place, nothing of it is left."""
    taken = tmp_path / "made-up.geojson"
    taken.mkdir()
    (taken / "old").write_text("kept", encoding="utf-8")
    with pytest.raises(OSError, match=r"irectory"):
        write_outlines(taken, ())
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["made-up.geojson", "old"]
