"""Outlines after they were edited: what is refused, what moves, what reruns, what is drawn."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skytally.core import registry
from skytally.imagery.acquire.chip_manifest import Manifest
from skytally.imagery.acquire.inventory_files import LOOK_COLUMNS, write_looks
from skytally.imagery.figures.site_plans import (
    Backdrop,
    plan_file,
    plan_told,
    scale_m,
    site_plan,
)
from skytally.imagery.pipeline.confirmation_composite import composite
from skytally.imagery.sites.outline_editing import (
    Move,
    as_geojson,
    changes,
    confirmed,
    from_geojson,
    is_window,
    moved,
    write_outlines,
)
from skytally.imagery.sites.outline_geometry import (
    area_m2,
    geometry_faults,
    outline_faults,
    share_outside,
)
from skytally.imagery.sites.site_register import (
    CONFIRMED,
    TO_CONFIRM,
    Grid,
    Outline,
    Site,
    read_sites,
)
from skytally.press import outlines_command as outlines

ROOT = Path(__file__).resolve().parents[2]
SITES = read_sites(ROOT / "data/sites")
WEST, SOUTH = 300_000, 4_700_040
Corners = list[tuple[float, float]]
SQUARE: Corners = [(1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000), (1000, 1000)]
"""A square kilometre in metres from the window's corner."""


def _lonlat(corners: Corners) -> list[list[float]]:
    from rasterio.warp import transform

    xs, ys = zip(*((WEST + x, SOUTH + y) for x, y in corners), strict=True)
    return [
        [round(lon, 7), round(lat, 7)]
        for lon, lat in zip(*transform("EPSG:32652", "EPSG:4326", xs, ys), strict=True)
    ]


def _outline(corners: Corners = SQUARE, **changes: Any) -> Outline:
    plain = Outline(
        kind="berth",
        name="berth",
        geometry={"type": "Polygon", "coordinates": [_lonlat(corners)]},
        digitised_from="made up",
        pos_sigma_m=500.0,
        status=TO_CONFIRM,
        axis_deg=None,
    )
    return replace(plain, **changes)


def _site(*outlines: Outline) -> Site:
    return Site(
        slug="made-up",
        name="Made up",
        country="XX",
        utc_offset_hours=9.0,
        grid=Grid(32652, (WEST, SOUTH, WEST + 6000, SOUTH + 6000)),
        outlines=outlines,
        role="placebo",
        pos_sigma_m=500.0,
        position_source="none",
    )


# What is wrong.


@pytest.mark.parametrize("slug", SITES)
def test_committed_outlines_have_no_fault(slug: str) -> None:
    """What lies in the project passes its own checks, and is written back byte for byte."""
    site = SITES[slug]
    assert outline_faults(site) == []
    text = (ROOT / f"data/sites/{slug}.geojson").read_text(encoding="utf-8")
    assert from_geojson(text) == site.outlines
    assert as_geojson(site.outlines) == text


BOW = [(1000, 1000), (2000, 2000), (2000, 1000), (1000, 2000), (1000, 1000)]
ELL = [
    (1000, 1000), (3000, 1000), (3000, 2000), (2000, 2000), (2000, 3000), (1000, 3000),
    (1000, 1000),
]  # fmt: skip
OUTSIDE = [(-3000, 1000), (500, 1000), (500, 2000), (-3000, 2000), (-3000, 1000)]


@pytest.mark.parametrize(
    ("corners", "said"),
    [
        (SQUARE, None),
        (ELL, None),
        (SQUARE[:3], "a ring of 3 corners"),
        (SQUARE[:4], "not where it began"),
        (BOW, "sides cross"),
        ([(1000, 1000)] * 5, "without any area"),
        (OUTSIDE, "86% of it outside the window"),
    ],
)
def test_geometry_faults_of_a_ring(corners: Corners, said: str | None) -> None:
    """A sound ring passes; every other says what is wrong with it."""
    outline = _outline(corners)
    faults = geometry_faults(outline, _site(outline))
    assert (faults == []) if said is None else any(said in each for each in faults)


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        ([[1, 2], ["x", 2], [1, 3], [1, 2]], "corner 2 is"),
        ([[1, 2], [1, 200], [1, 3], [1, 2]], "corner 2 is 1, 200"),
        ([[1], [1, 2], [1, 3], [1, 2]], "corner 1 is"),
        ([[True, 2], [1, 2], [1, 3], [True, 2]], "corner 1 is"),
    ],
)
def test_geometry_faults_of_a_position(ring: list[Any], said: str) -> None:
    """A corner that is no longitude and latitude is named."""
    outline = replace(_outline(), geometry={"type": "Polygon", "coordinates": [ring]})
    assert said in geometry_faults(outline, _site())[0]


def test_geometry_faults_tell_a_swapped_position() -> None:
    """Latitude before longitude is guessed, where the swap would lie in the window."""
    ring = [[lat, lon] for lon, lat in _lonlat(SQUARE)]
    # 130 is no latitude here, so the swap itself is refused first
    outline = replace(_outline(), geometry={"type": "Polygon", "coordinates": [ring]})
    assert "write longitude, then latitude" in geometry_faults(outline, _site())[0]


def test_stable_ring_may_reach_over_the_edge() -> None:
    """The ring is drawn round the others, so most of it may be cut off."""
    assert geometry_faults(_outline(OUTSIDE, kind="stable"), _site()) == []


def test_areas_and_shares_are_metric() -> None:
    """A kilometre square has a million square metres, a hole takes its own off."""
    hole = [(1400, 1400), (1600, 1400), (1600, 1600), (1400, 1600), (1400, 1400)]
    both = {"type": "Polygon", "coordinates": [_lonlat(SQUARE), _lonlat(hole)]}
    assert area_m2(_outline(), _site()) == pytest.approx(1e6, rel=1e-4)
    assert area_m2(replace(_outline(), geometry=both), _site()) == pytest.approx(0.96e6, rel=1e-4)
    assert share_outside(_outline(OUTSIDE), _site()) == pytest.approx(6 / 7, rel=1e-3)
    assert share_outside(_outline(), _site()) == 0


# Moving.


def _middle(site: Site) -> np.ndarray:
    from skytally.imagery.sites.outline_geometry import rings_m

    return np.vstack(rings_m(site.outlines[0], site)).mean(axis=0)


def test_moved_by_metres() -> None:
    """An outline moves by what is asked, to a tenth of a metre, and says so."""
    site = _site(_outline())
    after = moved(site, Move(120, -40))
    assert _middle(after) - _middle(site) == pytest.approx([120, -40], abs=0.2)
    assert after.outlines[0].digitised_from == "made up; moved 120 m east and -40 m north"
    assert after.outlines[0].status == TO_CONFIRM


def test_moved_back_is_where_it_was() -> None:
    """A move and its opposite leave nothing but the words."""
    site = _site(_outline(), _outline([(x / 2, y) for x, y in SQUARE], name="other"))
    there = moved(site, Move(120, -40, 30))
    # the turn comes first, so the way back is shift, then turn
    back = moved(moved(there, Move(-120, 40)), Move(clockwise_deg=-30))
    assert changes(site.outlines, back.outlines, site) == []
    assert changes(site.outlines, there.outlines, site) != []


def test_moved_turns_clockwise_with_its_axis() -> None:
    """North turned by ninety degrees is east, and the axis turns along."""
    tall = [(1000, 1000), (1100, 1000), (1100, 3000), (1000, 3000), (1000, 1000)]
    site = _site(_outline(tall, axis_deg=170.0))
    (after,) = moved(site, Move(clockwise_deg=90)).outlines
    corners = np.array(after.geometry["coordinates"][0])
    assert np.ptp(corners[:, 0]) > 10 * np.ptp(corners[:, 1])
    # the corner that was in the north is in the east now
    assert corners[2, 0] > corners[:, 0].max() - 1e-3
    assert after.axis_deg == pytest.approx(80)


def test_moved_only_the_kinds_asked_for() -> None:
    """Others stay, and so does an outline that is the window itself."""
    whole = [(0, 0), (6000, 0), (6000, 6000), (0, 6000), (0, 0)]
    water = _outline([(float(x), float(y)) for x, y in whole], kind="openwater", name="water")
    site = _site(_outline(), _outline(kind="quay", name="quay"), water)
    assert is_window(water, site)
    after = moved(site, Move(100, 0), kinds=frozenset({"quay"}))
    assert [a == b for a, b in zip(site.outlines, after.outlines, strict=True)] == [
        True, False, True,
    ]  # fmt: skip
    everything = moved(site, Move(100, 0))
    assert everything.outlines[2] == water
    assert everything.outlines[0] != site.outlines[0]
    assert moved(_site(water), Move(100, 0)) == _site(water)


def test_confirmed_says_how_well() -> None:
    """Status and uncertainty change together, on the kinds asked for."""
    site = _site(_outline(), _outline(kind="quay", name="quay"))
    after = confirmed(site, pos_sigma_m=10.0, kinds=frozenset({"quay"}))
    assert [each.status for each in after.outlines] == [TO_CONFIRM, CONFIRMED]
    assert [each.pos_sigma_m for each in after.outlines] == [500.0, 10.0]


def test_changes_name_what_differs() -> None:
    """New, gone, moved, grown and confirmed outlines are told, each by its name."""
    site = _site(_outline(), _outline(name="gone"))
    bigger = [(x * 2, y * 2) for x, y in SQUARE]
    after = [_outline(bigger, status=CONFIRMED), _outline(name="new")]
    new, gone, changed = changes(site.outlines, after, site)
    assert (new, gone) == ("'new' is new", "'gone' is gone")
    assert "its middle moved 1500 m east and 1500 m north" in changed
    assert "its area went from 1,000,000 to 4,000,000 square metres" in changed
    assert f"status went from {TO_CONFIRM} to {CONFIRMED}" in changed


def test_write_outlines_leaves_nothing_beside(tmp_path: Path) -> None:
    """The file is whole, one outline a line, and no other file lies there."""
    path = tmp_path / "made-up.geojson"
    write_outlines(path, [_outline(), _outline(name="other")])
    assert [each.name for each in tmp_path.iterdir()] == ["made-up.geojson"]
    assert len(path.read_text(encoding="utf-8").splitlines()) == 4


# ``make site``.


class Copy:
    """A copy of what ``make site`` needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("skytally", "data/sites", "notebooks"):
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
            shutil.copytree(ROOT / part, folder / part, ignore=ignored)
        shutil.copyfile(ROOT / "book/outlines.md", folder / "book/outlines.md")
        self.looks([])

    @property
    def path(self) -> Path:
        """Give the outlines of Rajin."""
        return self.folder / "data/sites/rajin.geojson"

    def looks(self, rows: list[dict[str, str]]) -> None:
        """Write the looks table."""
        write_looks(self.folder / "data/looks.csv", rows)

    def site(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command behind ``make site``."""
        environment = {name: text for name, text in os.environ.items() if "SKYTALLY" not in name}
        paths = f"{self.folder}{os.pathsep}{self.folder / 'book'}"
        return subprocess.run(
            [sys.executable, "-m", "skytally.press.outlines_command", *words],
            cwd=self.folder,
            env={**environment, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def state(self, line: str, *reads: str) -> None:
        """Pretend that a notebook was run and has read these files."""
        from skytally.press.content_keys import of_file

        folder = self.folder / "book/_build/lines" / line
        folder.mkdir(parents=True, exist_ok=True)
        known = {file: of_file(self.folder / "data" / file) for file in reads}
        (folder / "state.json").write_text(json.dumps({"reads": known}), encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Copy what ``make site`` needs."""
    return Copy(tmp_path / "project")


def test_make_site_lists_the_sites_when_none_is_named(copy: Copy) -> None:
    """Without a site it says how it is used and which there are."""
    done = copy.site("--site=")
    assert done.returncode == 1
    assert 'SHIFT="120,-40"' in done.stderr
    assert "known sites: rajin, dunai" in done.stderr


def test_make_site_says_what_will_run_again(copy: Copy) -> None:
    """A shift writes the file, says what moved, and names the notebooks that read it."""
    copy.state("port-imagery", "sites/rajin.geojson")
    copy.state("rail-counts", "sites/tumangang.geojson")
    printed = copy.folder / "book/_build/html/data/sites"
    printed.mkdir(parents=True)
    shutil.copyfile(copy.path, printed / "rajin.geojson")
    done = copy.site("--site=rajin", "--shift=120,-40")
    assert done.returncode == 0, done.stderr
    assert "'berths': its middle moved 120 m east and -40 m north" in done.stdout
    assert "notebooks that will run again for it: port-imagery\n" in done.stdout
    assert "pages that draw it: outlines.html" in done.stdout
    after = read_sites(copy.folder / "data/sites")["rajin"]
    assert changes(SITES["rajin"].outlines, after.outlines, after) != []
    assert after.outlines[2] == SITES["rajin"].outlines[2]
    again = copy.site("--site=rajin", "--shift=-120,40")
    assert "nothing moved since the pages were printed" in again.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--site=nowhere"], "found 'nowhere'; known are rajin"),
        (["--site=rajin", "--shift=120"], "SHIFT: found '120'; write metres east and north"),
        (["--site=rajin", "--shift=a,b"], "SHIFT: found 'a'; write a number"),
        (["--site=rajin", "--rotate=x"], "ROTATE: found 'x'; write a number"),
        (["--site=rajin", "--kind=track"], "KIND: found track; rajin has outlines of kind berth"),
        (["--site=rajin", "--shift=9000,0"], "of it outside the window; move it"),
        (["--site=rajin", "--sigma=10"], "SIGMA: found without CONFIRM=yes"),
        (["--site=rajin", "--confirm=ja"], "CONFIRM: found 'ja'"),
        (["--site=rajin", "--confirm=yes"], "SIGMA: missing"),
        (["--site=rajin", "--confirm=yes", "--sigma=0"], "SIGMA: found '0'"),
        (["--site=rajin", "--confirm=yes", "--sigma=10"], "nothing to confirm its outlines on"),
    ],
)
def test_make_site_refuses_and_changes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    """What cannot be meant is refused in one sentence, and the file stays as it was."""
    folder = shutil.copytree(ROOT / "data/sites", tmp_path / "sites")
    write_looks(tmp_path / "looks.csv", [])
    monkeypatch.setattr(outlines, "SITES", folder)
    monkeypatch.setattr(outlines, "DATA", tmp_path)
    before = (folder / "rajin.geojson").read_bytes()
    assert outlines.main(words) == 1
    assert said in capsys.readouterr().err
    assert (folder / "rajin.geojson").read_bytes() == before


@pytest.mark.parametrize(("label", "code"), [("", 0), ("rehearsal", 1)])
def test_make_site_confirms_on_real_looks_only(copy: Copy, label: str, code: int) -> None:
    """One stored look is enough to confirm on; a rehearsed one shows no ground."""
    row = dict.fromkeys(LOOK_COLUMNS, "")
    row |= {"site": "rajin", "item_id": "X", "provider": "p", "label": label, "fate": "stored"}
    row |= {"time_utc": "2023-08-27T02:15:49Z", "searched": "2026-11-22", "usable": "yes"}
    copy.looks([row])
    done = copy.site("--site=rajin", "--confirm=yes", "--sigma=10", "--kind=berth")
    assert done.returncode == code, done.stderr
    status = {each.kind: each.status for each in read_sites(copy.path.parent)["rajin"].outlines}
    assert status["berth"] == (TO_CONFIRM if code else CONFIRMED)
    assert status["quay"] == TO_CONFIRM


def test_make_site_refuses_an_edited_file_by_its_outline(copy: Copy) -> None:
    """A ring that was drawn with a loop is named, with its file."""
    known = json.loads(copy.path.read_text(encoding="utf-8"))
    ring = known["features"][0]["geometry"]["coordinates"][0]
    ring[10], ring[40] = ring[40], ring[10]
    copy.path.write_text(json.dumps(known), encoding="utf-8")
    done = copy.site("--site=rajin")
    assert done.returncode == 1
    assert "rajin.geojson, outline 'berths': found a ring whose sides cross" in done.stderr


def test_changed_outline_reruns_only_its_readers(copy: Copy) -> None:
    """A notebook that read the outlines is stale after a move; one that did not is fresh."""
    code = """
from skytally.press import content_keys as keys
from skytally.press.project_paths import LINES
code = keys.of_code()
readers = {"port-imagery": "sites/rajin.geojson", "rail-counts": "sites/khasan.geojson"}
for line, file in readers.items():
    (LINES / line).mkdir(parents=True, exist_ok=True)
    if not (LINES / line / "state.json").exists():
        keys.write_state(LINES / line, key=keys.of_notebook(line, code=code), reads={file})
    print(line, keys.is_fresh(line, code=code))
"""
    (copy.folder / "requirements.txt").touch()
    (copy.folder / "data/record").mkdir()
    for name in ("registry.toml", "record/vocabulary.csv"):
        shutil.copyfile(ROOT / "data" / name, copy.folder / "data" / name)
    paths = f"{copy.folder}{os.pathsep}{copy.folder / 'book'}"

    def fresh() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=copy.folder,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.splitlines()

    assert fresh() == ["port-imagery True", "rail-counts True"]
    assert copy.site("--site=rajin", "--shift=10,0").returncode == 0
    assert fresh() == ["port-imagery False", "rail-counts True"]


def test_registry_folder_notes_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the sites counts as reading the register and the outlines of each."""
    log = tmp_path / "reads"
    monkeypatch.setenv(registry.READ_LOG, str(log))
    assert registry.folder("sites") == registry.ROOT / "sites"
    noted = set(log.read_text(encoding="utf-8").split())
    assert {"sites/register.csv", "sites/rajin.geojson", "sites/khasan.geojson"} <= noted


# Plans and composites.


@pytest.mark.parametrize(("width", "expected"), [(6000, 1000), (3600, 1000), (8400, 2000)])
def test_scale_bar_has_a_round_length(width: float, expected: float) -> None:
    """One, two or five of a power of ten, at most three tenths of the window."""
    assert scale_m(width) == expected


def test_plan_names_each_outline_with_its_status() -> None:
    """The words tell what the picture shows, and the lines are a file of their own."""
    site = _site(_outline(), _outline(kind="track", name="siding", status=CONFIRMED))
    said = plan_told(site)
    assert "berths, berth, placed to 500 m, to be confirmed on imagery" in said
    assert "tracks, siding, placed to 500 m, confirmed on imagery" in said
    suffix, content = plan_file(site)
    assert suffix == ".svg"
    assert content == plan_file(site)[1]
    assert b"position known to 500 m" in content
    assert b"scale: 1,000 m" in content


def test_plan_of_a_rehearsal_says_so_on_the_picture() -> None:
    """Picture and words carry the word; a picture can be taken off its page."""
    site = _site(_outline())
    rgb = np.zeros((*site.grid.shape(10), 3), dtype=np.uint8)
    backdrop = Backdrop(rgb, "made up", rehearsal=True)
    titles = [axes.get_title() for axes in site_plan(site, backdrop=backdrop).axes]
    assert titles == ["REHEARSAL: generated ground, no observation"]
    assert plan_told(site, backdrop=backdrop).startswith("REHEARSAL")
    suffix, content = plan_file(site, backdrop=backdrop)
    assert suffix == ".jpg"
    assert content.startswith(b"\xff\xd8")


def _stored(folder: Path, site: Site, number: int, level: float, *, cloud: bool) -> dict[str, str]:
    """Store a look of one grey level, half of it under cloud if asked."""
    from skytally.imagery.acquire.band_reader import Pixels
    from skytally.imagery.acquire.chip_store import put
    from skytally.imagery.acquire.stac.scene_items import Asset, Offer

    shape = site.grid.shape(10)
    arrays = {
        band: np.full(shape, round(level * 1e4) + 1000, dtype=np.uint16)
        for band in ("b02", "b03", "b04")
    }
    quality = np.full(shape, 5, dtype=np.uint16)
    if cloud:
        quality[: shape[0] // 2] = 9
        for band in arrays:
            arrays[band][: shape[0] // 2] = 9000
    arrays["quality"] = quality
    blank = dict.fromkeys(Asset.__dataclass_fields__)
    assets = {
        band: Asset(**{**blank, "band": band, "href": "x", "scale": 1e-4, "offset": -0.1})
        for band in arrays
    }
    known = {
        "provider": "p", "site": site.slug, "item_id": f"L{number}", "assets": assets,
        "time": f"2023-08-{number:02}T02:15:49Z", "sensor": "sentinel-2", "platform": "s2a",
        "processor": "L2A", "baseline": "05.09", "orbit_state": "", "tile": "", "label": "",
        "sequence": 0, "calibration": "metadata", "epsg": site.grid.epsg,
    }  # fmt: skip
    defaults = {
        name: field.default
        for name, field in Offer.__dataclass_fields__.items()
        if name not in known and not callable(field.default_factory)
    }
    plain = {name: None if "MISSING" in repr(text) else text for name, text in defaults.items()}
    pixels = Pixels(
        arrays=arrays, transform=site.grid.transform(10), epsg=site.grid.epsg,
        gsd=dict.fromkeys(arrays, 10.0), nodata=dict.fromkeys(arrays, 0.0), bytes_read=1,
        requests=1, sources={band: {"href": "x"} for band in arrays},
    )  # fmt: skip
    manifest: Manifest = put(folder, site.slug, Offer(**{**plain, **known}), pixels)
    row = dict.fromkeys(LOOK_COLUMNS, "")
    return row | {
        "site": site.slug, "item_id": manifest.item_id, "provider": "p", "sensor": "sentinel-2",
        "time_utc": manifest.time, "fate": "stored", "usable": "yes", "cloud_share": "0.1",
    }  # fmt: skip


def test_composite_is_the_median_of_clear_pixels(tmp_path: Path) -> None:
    """Clouds fall out, a pixel seen by nobody is grey, and the days are those of the looks."""
    site = replace(_site(), grid=Grid(32652, (WEST, SOUTH, WEST + 600, SOUTH + 600)))
    rows = [
        _stored(tmp_path, site, 1, 0.1, cloud=False),
        _stored(tmp_path, site, 2, 0.2, cloud=True),
        _stored(tmp_path, site, 3, 0.3, cloud=False),
    ]
    looks = pd.DataFrame(rows, columns=list(LOOK_COLUMNS), dtype=str)
    made = composite(tmp_path, site, looks)
    assert made is not None
    assert (made.looks, made.label) == (3, "")
    assert (made.first[:10], made.last[:10]) == ("2023-08-01", "2023-08-03")
    assert made.rgb.shape == (60, 60, 3)
    # the median is 0.2 above and below, whatever the cloud hid
    assert len(np.unique(made.rgb)) == 1
    (only,) = (composite(tmp_path, site, looks.iloc[[1]]),)
    assert only is not None
    assert set(np.unique(only.rgb[:30])) == {128}
    assert set(np.unique(only.rgb[30:])) != {128}


def test_composite_of_nothing_stored_is_none(tmp_path: Path) -> None:
    """A looks table without its chips, as after a fresh clone, gives no picture."""
    site = _site()
    row = dict.fromkeys(LOOK_COLUMNS, "") | {
        "site": site.slug, "item_id": "X", "sensor": "sentinel-2", "fate": "stored",
        "usable": "yes",
    }  # fmt: skip
    looks = pd.DataFrame([row], columns=list(LOOK_COLUMNS), dtype=str)
    assert composite(tmp_path, site, looks) is None
    assert composite(tmp_path, site, looks[:0]) is None


def test_outlines_rest_on_the_record_and_on_open_lists() -> None:
    """No position comes from a map whose licence forbids it: each names its row."""
    known = {}
    for name in ("record/sites", "sites/positions"):
        with (ROOT / f"data/{name}.csv").open(encoding="utf-8", newline="") as file:
            known[name] = {row["id"] for row in csv.DictReader(file)}
    for site in SITES.values():
        listed = known["sites/positions" if site.is_twin else "record/sites"]
        assert site.position_source in listed
