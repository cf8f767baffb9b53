"""Sites: they stand where the record has them, outlines hold what they must, bad ones are told."""

from __future__ import annotations

import csv
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.sites.control_sites import control_sites_of, defining_kind, evidence_sites
from skytally.imagery.sites.outline_geometry_and_ring_faults import outline_mask, window_lonlat
from skytally.imagery.sites.site_model import TO_CONFIRM, Site
from skytally.imagery.sites.site_register import read_sites, site_vocabularies
from tests.support.faulty_stac_catalogue_server import DATA, SITES, ring
from tests.support.registered_table_rows import rows_by_id

MAIN = {"berth": ("berth", "quay"), "track": ("track",), "pit_area": ("pit_area",)}
"""Kinds of outline that must hold the whole circle of uncertainty of a place."""


def _position(site: Site) -> dict[str, str]:
    """Read the row of a position: of the record, or of the list of control sites."""
    return rows_by_id("positions" if site.is_control else "sites")[site.position_source]


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
            'kind "pier"; use one of berth, quay, track, pit_area, stable, openwater',
        ),
        (_property("status", "sure"), 'status "sure"'),
        (_property("name", "quays"), 'name "quays"; give each outline a name of its own'),
        (_property("name", "Quays!"), '"quays" makes the same name of a file as "Quays!"; let'),
        (_property("name", "나진"), 'name "나진"; use letters a to z or digits'),
        (_property("name", 7), "name 7; give each outline a name of its own"),
        (_property("pos_sigma_m", None), "pos_sigma_m null"),
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
    with pytest.raises(DataError, match='kind "crane"; use one of berth'):
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
