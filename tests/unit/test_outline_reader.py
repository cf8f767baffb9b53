"""Outlines as drawing programs save them: each kind of file with its outcome."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skytally.imagery.sites.outline_reader import read_outlines
from skytally.imagery.sites.site_model import Grid, Site
from tests.support.words_of_python import JSON_VALUES, PYTHON_WORDS

SITE = Site("made-up", "Made up", "RU", 10.0, Grid(32652, (600000, 4670040, 606000, 4676040)), (),
            "evidence", 500.0, "made-up")  # fmt: skip
WORDS = {"outline_kind": ("berth", "stable"), "outline_status": ("confirmed on imagery",)}
RING = [[130.24, 42.19], [130.26, 42.19], [130.26, 42.20], [130.24, 42.20], [130.24, 42.19]]
FINE = [[lon + 0.000123, lat + 0.000123] for lon, lat in RING]
SAVE = "save it as a FeatureCollection in longitude and latitude on WGS 84 (CRS84, EPSG:4326)"
Content = dict[str, Any]
Change = Callable[[Content], object]


def _outline(name: str) -> Content:
    properties = {
        "kind": "berth", "name": name, "digitised_from": "made up", "pos_sigma_m": 50,
        "status": "confirmed on imagery", "axis_deg": None,
    }  # fmt: skip
    geometry = {"type": "Polygon", "coordinates": [copy.deepcopy(RING)]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection() -> Content:
    return {"type": "FeatureCollection", "features": [_outline("north"), _outline("south")]}


def _faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "made-up.geojson"
    path.write_text(text, encoding="utf-8")
    return read_outlines(path, SITE, WORDS)[1]


def _corners(change: Callable[[float, float], list[Any]]) -> Change:
    """Change every corner of every outline."""

    def work(content: Content) -> None:
        for feature in content["features"]:
            feature["geometry"]["coordinates"] = [[change(*corner) for corner in RING]]

    return work


def _first(part: str, name: str, value: object) -> Change:
    return lambda content: content["features"][0][part].__setitem__(name, value)


def _corner(place: int, value: list[Any]) -> Change:
    """Change one corner of the first outline."""

    def work(content: Content) -> None:
        content["features"][0]["geometry"]["coordinates"][0][place] = value

    return work


def _crs(value: object) -> Change:
    return lambda content: content.__setitem__("crs", value)


def _named(name: str) -> Content:
    return {"type": "name", "properties": {"name": name}}


@pytest.mark.parametrize(
    "change",
    [
        dict.copy,
        _crs(None),
        _crs(_named("urn:ogc:def:crs:OGC:1.3:CRS84")),
        _crs(_named("EPSG:4326")),
        _crs(_named("http://www.opengis.net/def/crs/EPSG/0/4326")),
        _corners(lambda lon, lat: [lon, lat, 12.0]),
        _first("properties", "fid", 7),
        _first("geometry", "coordinates", [[*RING, RING[-1]]]),
        _first("geometry", "coordinates", [RING[::-1]]),
        _first("geometry", "coordinates", [[[*RING[0], 12.0], *RING[1:-1], [*RING[0], 12.4]]]),
    ],
    ids=[
        *("plain", "crs null", "CRS84", "EPSG:4326", "EPSG by address", "heights"),
        *("a further word", "a double click", "the other way round", "another height at the end"),
    ],
)
def test_outlines_of_other_programs_are_taken(tmp_path: Path, change: Change) -> None:
    """Names of the one coordinate system, heights and further properties change nothing."""
    content = _collection()
    change(content)
    assert _faults(tmp_path, json.dumps(content)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_crs(_named("urn:ogc:def:crs:EPSG::4284")), f'crs "urn:ogc:def:crs:EPSG::4284"; {SAVE}'),
        (_crs(_named("EPSG:32652")), 'crs "EPSG:32652"'),
        (_crs("EPSG:4490"), 'crs "EPSG:4490"'),
        (_crs({}), 'crs "{}"'),
        (_crs({"type": "link", "properties": {"href": "x"}}), "crs "),
        (lambda c: c["features"][0].__setitem__("crs", "EPSG:3857"), "outline 1 with crs"),
        (lambda c: c["features"][1]["geometry"].__setitem__("crs", "EPSG:3857"), "outline 2 with"),
        (_corners(lambda lon, lat: [lon * 4000, lat * 1e5]), "which are no degrees"),
        (_corners(lambda lon, lat: [lat, lon]), "latitude before longitude in every outline"),
        (_corners(lambda lon, lat: [-lon, lat]), "every outline: lies outside the window"),
        (_corners(lambda lon, lat: [f"{lon} E", f"{lat} N"]), "every outline: found corner 1 is"),
        (
            _corners(lambda lon, lat: [lon - 360, lat]),
            "-229.76, 42.19, once round the Earth; add 360 to such longitudes",
        ),
        (
            lambda c: c["features"][1]["geometry"].__setitem__(
                "coordinates", [[[lon + 360, lat] for lon, lat in RING]]
            ),
            "490.24, 42.19, once round the Earth; subtract 360 from such longitudes",
        ),
        (
            _first("geometry", "coordinates", [[RING[0]] * 4 + RING[1:]]),
            "every corner is rounded to 2 decimals of a degree, so that 3 fall together",
        ),
        (
            _first("geometry", "coordinates", [[FINE[0]] * 4 + FINE[1:]]),
            "outline 1: found 3 corners that fall together with the one before; save the file with",
        ),
        (
            _first("geometry", "coordinates", [FINE, [FINE[0]] * 4 + FINE[1:]]),
            "outline 1: found in ring 2: 3 corners that fall together with the one before",
        ),
        (
            _corner(1, [13.026, 42.19]),
            "outline 1: found corner 2 at 13.026, 42.19, far from the window, near which the others"
            " lie; correct it (is 130.26, 42.19 meant?)",
        ),
        (_corner(0, [130.24, 4.219]), "corner 1 at 130.24, 4.219, far from the window"),
        (_corner(1, [1302.6, 42.19]), "outline 1: found corner 2 at 1302.6, 42.19, far from"),
        (_corner(1, [-130.26, 42.19]), "outline 1: found corner 2 at -130.26, 42.19, far from"),
        (
            _corner(1, [130, 26, 42, 19]),
            'outline 1 ("north") has corner 2 with a decimal comma, [130, 26, 42, 19]; write a '
            "decimal point, [130.26, 42.19]",
        ),
        (_corner(2, [130, 26, 42.20]), "corner 3 with a decimal comma, [130, 26, 42.2]; write"),
        (_corner(2, [130.26, 42, 203456]), "[130.26, 42, 203456]; write a decimal point, [130.26"),
        (
            _corners(lambda lon, lat: [130, round(lon * 100) % 100, 42, round(lat * 100) % 100]),
            "has corner 1 with a decimal comma, [130, 24, 42, 19], and 9 more; write",
        ),
        (_corners(lambda lon, _: [lon]), "every outline: found corner 1 is [130.24]"),
        (_corners(lambda *_: [130.25, 42.2]), "every outline: covers no pixel of 10 m"),
        (lambda c: c.__setitem__("features", []), "no outline; draw at least one polygon"),
        (lambda c: c.__setitem__("features", None), "features is null and no list"),
        (lambda c: c.pop("features"), "features is null and no list"),
        (lambda c: c.pop("type"), "no type and no FeatureCollection"),
        (lambda c: c.__setitem__("type", "Topology"), '"Topology" and no FeatureCollection'),
        (lambda c: c["features"].append([1]), "outline 3 is no Feature"),
        (_first("properties", "pos_sigma_m", -1), "outline 1: pos_sigma_m -1; give metres above 0"),
        (_first("properties", "pos_sigma_m", True), "pos_sigma_m true; give metres"),
        (
            _first("properties", "pos_sigma_m", "50"),
            "it is text; write the number 50 without",
        ),
        (_first("properties", "pos_sigma_m", "50 m"), "it is text; write the number 50 without"),
        (_first("properties", "pos_sigma_m", "fifty"), 'pos_sigma_m "fifty"; give metres'),
        (_first("properties", "axis_deg", "35.5"), "it is text; write the number 35.5 without"),
        (_first("properties", "pos_sigma_m", 1e9), "pos_sigma_m 1000000000.0; give metres"),
        (_first("properties", "axis_deg", False), "axis_deg false; give degrees"),
        (_first("properties", "digitised_from", None), "digitised_from null; say in words"),
        (_first("properties", "digitised_from", "x" * 6000), "of 6000 characters; use at most"),
        (_first("properties", "name", "x" * 500), "a name of 500 characters; use at most 80"),
        (_first("properties", "name", "a\u202eb"), "U+202E (right-to-left override)"),
        (_first("geometry", "type", "LineString"), 'geometry "LineString"; draw a polygon'),
        (_first("geometry", "coordinates", RING), "outline 1: found a ring of 2 corners"),
        (_first("geometry", "coordinates", None), "outline 1: found no ring of corners"),
        (_first("geometry", "coordinates", [[]]), "outline 1: found a ring of 0 corners"),
        (_first("geometry", "coordinates", [RING[:-1]]), "and not where it began"),
        (lambda c: c["features"][0].__setitem__("geometry", None), "geometry null; draw a polygon"),
        (lambda c: c["features"][0].__setitem__("geometry", [1]), "outline 1 is no Feature"),
        (lambda c: c["features"][0].__setitem__("properties", None), "outline 1 is no Feature"),
    ],
)
def test_outlines_that_cannot_be_meant_are_refused_once(
    tmp_path: Path, change: Change, expected: str
) -> None:
    """One sentence names the fault and the mend, also where every outline has it."""
    content = _collection()
    change(content)
    (fault,) = _faults(tmp_path, json.dumps(content))
    assert fault.startswith("made-up.geojson")
    assert expected in fault


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"pos_sigma_m": 50', '"pos_sigma_m": Infinity', "Infinity, which is no number"),
        ('"pos_sigma_m": 50', '"pos_sigma_m": 1e999', "pos_sigma_m Infinity; give metres above 0"),
        ('"pos_sigma_m": 50', '"pos_sigma_m": 50, "pos_sigma_m": 5', "the key 'pos_sigma_m' twice"),
        ('"type": "Feature"', '"type": "Feature", "type": "Feature"', "the key 'type' twice"),
        ("made up", "made \\u2066 up", "the invisible character U+2066 (left-to-right isolate)"),
        ("made up", "made \\ud800 up", "the invisible character U+D800 (half of a character)"),
        ("130.24", "1e999", "found corner 1 is Infinity, 42.19; write longitude, then latitude"),
        ('"features"', "// drawn\n", "broken JSON"),
        (
            "{",
            '{"type": "Feature"}\n{',
            "line 2, column 1: found a second JSON value after the end",
        ),
    ],
)
def test_json_that_cannot_be_meant_is_refused(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    """Endless numbers, repeated keys and characters that only the parser would see."""
    (fault,) = _faults(tmp_path, json.dumps(_collection()).replace(old, new, 1))
    assert expected in fault


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            {"digitised_from": "digitised_", "pos_sigma_m": "pos_sigma_"},
            "made-up.geojson, every outline: found digitised_ and pos_sigma_; a Shapefile cuts "
            "names at ten letters, write digitised_from for digitised_ and pos_sigma_m for "
            "pos_sigma_",
        ),
        ({"digitised_from": "DIGITISED_"}, "found DIGITISED_; a Shapefile cuts names at ten let"),
        ({"kind": "Kind"}, "found Kind; names are written in small letters, write kind for Kind"),
        ({"pos_sigma_m": "sigma"}, "no pos_sigma_m; give it (axis_deg may be null)"),
        (
            {"pos_sigma_m": "pos_sigma_", "status": "state"},
            "write pos_sigma_m for pos_sigma_; no status; give it (axis_deg may be null)",
        ),
    ],
)
def test_names_that_a_program_cut_are_told_with_what_they_were(
    tmp_path: Path, names: dict[str, str], expected: str
) -> None:
    """A way through a Shapefile leaves ten letters of each name."""
    content = _collection()
    for feature in content["features"]:
        feature["properties"] = {
            names.get(name, name): value for name, value in feature["properties"].items()
        }
    (fault,) = _faults(tmp_path, json.dumps(content))
    assert expected in fault


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_told_with_line_outline_and_name(tmp_path: Path, word: str) -> None:
    """Python writes such words into JSON, which has null."""
    text = json.dumps(_collection(), indent=1).replace('"axis_deg": null', f'"axis_deg": {word}', 1)
    line = text[: text.index(word)].count("\n") + 1
    assert _faults(tmp_path, text) == [
        f"made-up.geojson, line {line}: found {word}, which is no number, at outline 1 (north), "
        "axis_deg; write null where there is no number"
    ]


@pytest.mark.parametrize("value", JSON_VALUES)
@pytest.mark.parametrize("name", [*_collection()["features"][0]["properties"], "coordinates"])
def test_outlines_use_no_word_of_python(tmp_path: Path, name: str, value: object) -> None:
    """A value of a wrong kind in any property of an outline, or as its corners."""
    content = _collection()
    part = "geometry" if name == "coordinates" else "properties"
    content["features"][0][part][name] = value
    (tmp_path / "made-up.geojson").write_text(json.dumps(content), encoding="utf-8")
    for fault in read_outlines(tmp_path / "made-up.geojson", SITE, WORDS)[1]:
        assert not PYTHON_WORDS.search(fault), fault


@pytest.mark.parametrize("part", ["type", "features"])
@pytest.mark.parametrize("value", JSON_VALUES)
def test_files_of_outlines_use_no_word_of_python(tmp_path: Path, part: str, value: object) -> None:
    """A value of a wrong kind in place of the whole."""
    content = {**_collection(), part: value}
    (tmp_path / "made-up.geojson").write_text(json.dumps(content), encoding="utf-8")
    for fault in read_outlines(tmp_path / "made-up.geojson", SITE, WORDS)[1]:
        assert not PYTHON_WORDS.search(fault), fault
