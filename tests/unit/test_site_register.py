"""Sites: the grids nest, the outlines hold what they must, and bad ones are refused."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import pytest

from skytally.core import data_registry
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.sites.control_sites import control_sites_of, defining_kind, evidence_sites
from skytally.imagery.sites.outline_geometry import outline_mask, window_lonlat, window_share_inside
from skytally.imagery.sites.site_model import TO_CONFIRM, Grid, Site
from skytally.imagery.sites.site_register import read_sites, site_vocabularies
from tests.support.faulty_stac_catalogue_server import DATA, SITES, ring

MAIN = {"berth": ("berth", "quay"), "track": ("track",), "pit_area": ("pit_area",)}
"""Kinds of outline that must hold the whole circle of uncertainty of a place."""
ROUTE = ("rajin", "dunai", "vostochny", "tumangang", "khasan", "tikhoretsk")


def _rows(slug: str) -> dict[str, dict[str, str]]:
    with data_registry.path(slug).open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def _position(site: Site) -> dict[str, str]:
    """Read the row of a position: of the record, or of the list of control sites."""
    return _rows("positions" if site.is_control else "sites")[site.position_source]


def _centre(site: Site) -> tuple[float, float, float]:
    """Project the published point to the site's grid, with its radius of uncertainty."""
    row = _position(site)
    to_grid = pyproj.Transformer.from_crs(4326, site.grid.epsg, always_xy=True)
    x, y = to_grid.transform(float(row["lon"]), float(row["lat"]))
    return x, y, float(row["uncertainty_m"])


DELIVERED = {
    "rajin": 32652,
    "dunai": 32653,
    "vostochny": 32653,
    "tumangang": 32652,
    "khasan": 32652,
    "tikhoretsk": 32637,
}
"""The six sites of the route as delivered, and their UTM zones."""


def test_sites_of_the_route_lie_in_their_zones() -> None:
    """The delivered sites are evidence, and each site lies in the zone its longitude gives."""
    zones = {slug: site.grid.epsg for slug, site in evidence_sites(SITES).items()}
    assert DELIVERED.items() <= zones.items()
    for site in SITES.values():
        west, _, east, _ = window_lonlat(site)
        assert site.grid.epsg == 32601 + math.floor(((west + east) / 2 + 180) / 6)


@pytest.mark.parametrize("slug", SITES)
def test_site_stands_where_the_record_has_it(slug: str) -> None:
    """Position and its uncertainty are those of its row, and nothing else."""
    site = SITES[slug]
    x, y, radius = _centre(site)
    west, south, east, north = site.grid.bounds
    assert abs((west + east) / 2 - x) <= 60
    assert abs((south + north) / 2 - y) <= 60
    assert site.pos_sigma_m == radius / 2
    with (DATA / "register.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["slug"] == slug)
    assert row["position_method"] == _position(site)["position_method"]


@pytest.mark.parametrize("slug", SITES)
def test_outlines_hold_the_circle_of_uncertainty(slug: str) -> None:
    """Wherever in its circle the place lies, window and main outlines hold it."""
    site = SITES[slug]
    x, y, radius = _centre(site)
    west, south, east, north = site.grid.bounds
    assert min(x - west, east - x, y - south, north - y) >= radius
    rows, columns = np.indices(site.grid.shape(10))
    transform = site.grid.transform(10)
    px, py = transform @ (columns + 0.5, rows + 0.5)
    circle = np.hypot(px - x, py - y) <= radius
    for kind in MAIN[defining_kind(site)]:
        assert outline_mask(site, kind, gsd=10)[circle].all(), kind


@pytest.mark.parametrize("slug", SITES)
def test_outlines_are_to_be_confirmed(slug: str) -> None:
    """No outline claims to be confirmed before an image exists, and each names its source."""
    for outline in SITES[slug].outlines:
        assert outline.status == TO_CONFIRM
        assert outline.axis_deg is None
        assert len(outline.digitised_from) > 20
        assert outline.pos_sigma_m == SITES[slug].pos_sigma_m


@pytest.mark.parametrize("slug", SITES)
def test_stable_ring_lies_outside_the_objects(slug: str) -> None:
    """The ring is at least 60 m from every object, and big enough to judge the sky by."""
    site = SITES[slug]
    ring_mask = outline_mask(site, "stable", gsd=10)
    for kind in {outline.kind for outline in site.outlines} - {"stable", "openwater"}:
        assert not (ring_mask & outline_mask(site, kind, gsd=10)).any()
    assert ring_mask.sum() * 100 > 1e6


@pytest.mark.parametrize("gsd", [10, 20, 60])
def test_grids_nest(gsd: int) -> None:
    """Pixels of 10, 20 and 60 m share their corners with the tiles of Sentinel-2."""
    for site in SITES.values():
        west, south, east, north = site.grid.bounds
        rows, columns = site.grid.shape(gsd)
        assert (columns * gsd, rows * gsd) == (east - west, north - south)
        assert west % gsd == north % gsd == 0
        corner = site.grid.transform(gsd) @ (columns, rows)
        assert corner == (east, south)


def test_mask_counts_pixel_centres() -> None:
    """A square of 100 m is a hundred pixels of 10 m, and rows run from north to south."""
    grid = Grid(32652, (600000, 4600020, 600600, 4600620))
    back = pyproj.Transformer.from_crs(32652, 4326, always_xy=True)
    corners = [(600100, 4600520), (600200, 4600520), (600200, 4600620), (600100, 4600620)]
    square = [list(back.transform(*corner)) for corner in [*corners, corners[0]]]
    outline = (
        SITES["rajin"]
        .outlines[0]
        .__class__(
            **{
                **SITES["rajin"].outlines[0].__dict__,
                "geometry": {"type": "Polygon", "coordinates": [square]},
            }
        )
    )
    site = SITES["rajin"].__class__(
        **{**SITES["rajin"].__dict__, "grid": grid, "outlines": (outline,)}
    )
    burnt = outline_mask(site, "berth", gsd=10)
    assert burnt.shape == (60, 60)
    assert burnt.sum() == 100
    assert burnt[:10, 10:20].all()
    assert window_share_inside(site, outline.geometry) == pytest.approx(
        100 * 100 / 600**2, abs=0.02
    )


def test_mask_of_an_unknown_kind_is_refused() -> None:
    """No outline of a kind is not the same as nothing there."""
    with pytest.raises(DataError, match="no outline of kind 'berth'; it has pit_area, stable"):
        outline_mask(SITES["tikhoretsk"], "berth", gsd=10)


def test_bbox_holds_the_whole_window() -> None:
    """Each corner and the middle of each edge lies in the box of degrees."""
    for site in SITES.values():
        west, south, east, north = window_lonlat(site)
        back = pyproj.Transformer.from_crs(site.grid.epsg, 4326, always_xy=True)
        w, s, e, n = site.grid.bounds
        for x in (w, (w + e) / 2, e):
            for y in (s, (s + n) / 2, n):
                lon, lat = back.transform(x, y)
                assert west - 1e-9 <= lon <= east + 1e-9
                assert south - 1e-9 <= lat <= north + 1e-9


def test_share_inside_of_the_whole_and_of_nothing() -> None:
    """A footprint round the window holds all of it, one elsewhere nothing."""
    west, south, east, north = window_lonlat(SITES["rajin"])
    wide = [west - 1, south - 1, east + 1, north + 1]
    assert window_share_inside(SITES["rajin"], ring(wide)) == 1
    assert window_share_inside(SITES["rajin"], ring([0, 0, 1, 1])) == 0


# Twins.


def test_every_kind_of_site_has_control_sites() -> None:
    """Two of each kind at least, since one could only say "higher" or "lower"."""
    for slug in ROUTE:
        controls = control_sites_of(SITES, slug)
        assert len(controls) >= 2
        assert controls[0].control_for == slug
        assert {defining_kind(control) for control in controls} == {defining_kind(SITES[slug])}


def test_control_sites_are_no_place_of_the_record() -> None:
    """Neither its sites nor its scopes, and no row of traffic, name a control site."""
    folder = data_registry.path("sites").parent
    tables = [path for path in folder.glob("*.csv") if not path.name.endswith(".dictionary.csv")]
    text = "\n".join(path.read_text(encoding="utf-8").lower() for path in tables)
    for site in SITES.values():
        first = site.name.lower().split(" ")[0]
        assert (first in text) != site.is_control, first


def test_control_sites_stand_apart_from_the_evidence_and_from_one_another() -> None:
    """No image of a control site shows a site of the evidence."""
    boxes = {slug: window_lonlat(site) for slug, site in SITES.items()}
    for control in SITES.values():
        for slug, (west, south, east, north) in boxes.items():
            if control.is_control and slug != control.slug:
                w, s, e, n = boxes[control.slug]
                assert e < west or east < w or n < south or north < s, (control.slug, slug)


def test_every_position_of_a_control_site_says_where_it_is_from() -> None:
    """Each point has source, address and licence, and a radius that its source allows."""
    rows = _rows("positions")
    assert set(rows) >= {slug for slug, site in SITES.items() if site.is_control}
    assert {row["site"] for row in rows.values()} <= set(SITES)
    for row in rows.values():
        assert row["source"]
        assert re.match("https?://", row["address"])
        assert row["licence"]
        assert float(row["uncertainty_m"]) >= (500 if SITES[row["site"]].is_control else 100)


@pytest.mark.parametrize("slug", ["nowhere", "zarubino"])
def test_control_sites_of_no_evidence_are_refused(slug: str) -> None:
    """A control site has no control sites, nor has a place that is not in the register."""
    with pytest.raises(DataError, match="no site of the evidence; known: rajin, dunai"):
        control_sites_of(SITES, slug)


Break = Callable[[Path], None]


def _cell(column: str, value: str, *, slug: str = "rajin") -> Break:
    def change(folder: Path) -> None:
        table = pd.read_csv(folder / "register.csv", dtype=str, keep_default_na=False)
        table.loc[table["slug"] == slug, column] = value
        table.to_csv(folder / "register.csv", index=False)

    return change


def _control(column: str, value: str) -> Break:
    return _cell(column, value, slug="zarubino")


def _property(word: str, value: object) -> Break:
    def change(folder: Path) -> None:
        path = folder / "rajin.geojson"
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        content["features"][0]["properties"][word] = value
        path.write_text(json.dumps(content), encoding="utf-8")

    return change


def _geometry(value: object) -> Break:
    def change(folder: Path) -> None:
        path = folder / "rajin.geojson"
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        content["features"][0]["geometry"] = value
        path.write_text(json.dumps(content), encoding="utf-8")

    return change


def _text(name: str, text: str) -> Break:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8") and None


def _gone(name: str) -> Break:
    return lambda folder: (folder / name).unlink()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_gone("register.csv"), "no such file; restore"),
        (_gone("rajin.geojson"), "rajin.geojson: no such file"),
        (
            _text("register.csv", "slug,name\nrajin,Rajin\n"),
            "line 1, column country: found no such column",
        ),
        (_gone("vocabulary.csv"), "vocabulary.csv: no such file; restore"),
        (_text("vocabulary.csv", "vocabulary,word,meaning\n"), "no vocabulary 'outline_kind'"),
        (_text("rajin.geojson", "{"), "rajin.geojson, line 1, column 2: found broken JSON"),
        (_text("rajin.geojson", "[1]"), "no FeatureCollection"),
        (_text("rajin.geojson", '{"features": [1]}'), "no FeatureCollection"),
        (_cell("slug", "Rajin!"), "register.csv, line 2: slug 'Rajin!'"),
        (_cell("slug", "dunai"), "line 3: site 'dunai' appears twice"),
        (_cell("epsg", "4326"), "give the UTM zone"),
        (_cell("epsg", "x"), "write a whole number"),
        (_cell("west", "603481"), "west 603481 is no multiple of 60"),
        (_cell("west", "609480"), "the window is empty"),
        (_cell("utc_offset_hours", "19"), "between -12 and 14"),
        (_cell("pos_sigma_m", "0"), "give metres above 0"),
        (_cell("pos_sigma_m", "wide"), "write a number"),
        (_cell("role", "suspect"), "use one of evidence, control"),
        (_cell("control_for", "dunai"), "rajin: named as a control site, and its role is evidence"),
        (_cell("name", "Rajin (control site for Dunai)"), "rajin: named as a control site"),
        (_cell("role", "control"), "rajin: control_for ''; name a site of the evidence: dunai"),
        (_cell("role", "control"), "rajin: no control_reason"),
        (_cell("role", "control"), "zarubino: control_for 'rajin'; name a site of the evidence"),
        (
            _control("control_for", "slavyanka"),
            "zarubino: control_for 'slavyanka'; name a site of the evidence",
        ),
        (_control("control_reason", ""), "zarubino: no control_reason; say why"),
        (_control("name", "Zarubino"), "name 'Zarubino'; end it with ' (control site for Rajin)'"),
        (
            _property("kind", "pier"),
            "kind 'pier'; use one of berth, quay, track, pit_area, stable, openwater",
        ),
        (_property("status", "sure"), "status 'sure'"),
        (_property("name", "quays"), "name 'quays'; give each outline a name of its own"),
        (_property("name", "Quays!"), "'quays' makes the same name of a file as 'Quays!'; let"),
        (_property("name", "나진"), "name '나진'; use letters a to z or digits"),
        (_property("name", 7), "name 7; give each outline a name of its own"),
        (_property("pos_sigma_m", None), "pos_sigma_m None"),
        (_property("axis_deg", 180), "axis_deg 180"),
        (_geometry({"type": "Point", "coordinates": [130.29, 42.23]}), "draw a polygon"),
        (_geometry({"type": "Polygon", "coordinates": [[[0]]]}), "found a ring of 1 corner; draw"),
        (_geometry(ring([42.22, 130.28, 42.23, 130.29])), "rajin.geojson, outline 1"),
        (_geometry(ring([130, 41, 130.1, 41.1])), "lies outside the window of its site"),
    ],
)
def test_bad_sites_are_refused(tmp_path: Path, change: Break, words: str) -> None:
    """Each fault is reported with its file, its line or outline, and what to do."""
    folder = tmp_path / "sites"
    shutil.copytree(DATA, folder)
    change(folder)
    with pytest.raises(DataError, match=r"sites|register") as error:
        read_sites(folder)
    assert words in str(error.value)


def test_a_kind_of_outline_is_added_as_a_row_of_the_vocabulary(tmp_path: Path) -> None:
    """A new kind needs its word and meaning in vocabulary.csv and nothing else."""
    folder = tmp_path / "sites"
    shutil.copytree(DATA, folder)
    _property("kind", "crane")(folder)
    with pytest.raises(DataError, match="kind 'crane'; use one of berth"):
        read_sites(folder)
    other = tmp_path / "with-kind"
    shutil.copytree(folder, other)
    with (other / "vocabulary.csv").open("a", encoding="utf-8") as file:
        file.write("outline_kind,crane,ground under a crane\n")
    assert read_sites(other)["rajin"].outlines[0].kind == "crane"
    assert "crane" in site_vocabularies(other)["outline_kind"]


def test_a_site_is_added_as_rows_and_a_file(tmp_path: Path) -> None:
    """A control site needs a row of the register and its outlines, and no code."""
    folder = tmp_path / "sites"
    shutil.copytree(DATA, folder)
    rows = pd.read_csv(folder / "register.csv", dtype=str, keep_default_na=False)
    added = rows[rows["slug"] == "zarubino"].assign(slug="preobrazheniye")
    added["name"] = "Preobrazheniye (control site for Rajin)"
    pd.concat([rows, added]).to_csv(folder / "register.csv", index=False)
    with pytest.raises(DataError, match=r"preobrazheniye\.geojson: no such file; draw"):
        read_sites(folder)
    shutil.copyfile(folder / "zarubino.geojson", folder / "preobrazheniye.geojson")
    sites = read_sites(folder)
    assert "preobrazheniye" in {site.slug for site in control_sites_of(sites, "rajin")}
    assert list(evidence_sites(sites)) == list(evidence_sites(SITES))


def test_every_kind_of_outline_has_a_meaning_and_is_drawn_somewhere() -> None:
    """The vocabulary documents each kind, and none of its words is idle."""
    rows = pd.read_csv(DATA / "vocabulary.csv", dtype=str, keep_default_na=False)
    assert (rows["meaning"] != "").all()
    words = set(rows.loc[rows["vocabulary"] == "outline_kind", "word"])
    assert words == {outline.kind for site in SITES.values() for outline in site.outlines}


def test_a_register_of_an_earlier_version_names_the_command_that_converts_it(
    tmp_path: Path,
) -> None:
    """Old columns are reported as such, with what to run."""
    folder = tmp_path / "sites"
    shutil.copytree(DATA, folder)
    path = folder / "register.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("control_for", "twin_of", 1), encoding="utf-8")
    with pytest.raises(DataError, match="columns of an earlier version; run make convert"):
        read_sites(folder)


def test_missing_property_is_refused(tmp_path: Path) -> None:
    """An outline without a property is reported, with the others at once."""
    folder = tmp_path / "sites"
    shutil.copytree(DATA, folder)
    content = json.loads((folder / "rajin.geojson").read_text(encoding="utf-8"))
    del content["features"][0]["properties"]["axis_deg"]
    content["features"][1]["properties"]["kind"] = "pier"
    (folder / "rajin.geojson").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError, match="2 faults") as error:
        read_sites(folder)
    assert "no axis_deg" in str(error.value)


def test_confirmed_outline_is_read(tmp_path: Path) -> None:
    """An outline adjusted on imagery, with its axis, is taken as it stands."""
    folder = tmp_path / "sites"
    shutil.copytree(DATA, folder)
    _property("status", "confirmed on imagery")(folder)
    _property("axis_deg", 37.5)(folder)
    outline = read_sites(folder)["rajin"].outlines[0]
    assert (outline.status, outline.axis_deg) == ("confirmed on imagery", 37.5)
