"""Band tables and the cubes made of them: what is read, and what is refused in one message."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import affine
import numpy as np
import pytest
import rasterio
from PIL import Image

from skytally.core import DataError
from skytally.imagery.acquire.band_file_table_reader import BAND_TABLE_COLUMNS, band_table_items
from skytally.imagery.cube import cube_from_geotiffs, iter_frames
from skytally.imagery.cube.cube_mask_and_argument_checks import check_cube
from skytally.imagery.sites import Grid, Site

WEST, NORTH, SIDE = 500_040, 4_700_040, 12
SITE = Site(
    "made-up", "Made-up place", "XX", 9.0,
    Grid(32652, (WEST, NORTH - 10 * SIDE, WEST + 10 * SIDE, NORTH)), (), "evidence", 5.0, "",
)  # fmt: skip
BANDS = ("b02", "b03")
Row = dict[str, object]


def tiff(
    path: Path, values: np.ndarray, *, crs: str | None = "EPSG:32652",
    corner: tuple[float, float] = (WEST, NORTH), gsd: float = 10.0, nodata: float | None = None,
    **tags: str,
) -> str:  # fmt: skip
    """Write a made-up GeoTIFF; return its name."""
    values = values if values.ndim == 3 else values[None]
    with rasterio.open(
        path, "w", driver="GTiff", count=len(values), height=values.shape[1],
        width=values.shape[2], dtype=values.dtype, nodata=nodata, crs=crs,
        transform=affine.Affine(gsd, 0, corner[0], 0, -gsd, corner[1]),
    ) as target:  # fmt: skip
        target.write(values)
        target.update_tags(**tags)
    return path.name


def pixels(level: int, dtype: str = "uint16") -> np.ndarray:
    """Make a ramp of stored numbers."""
    return (level + np.arange(SIDE * SIDE).reshape(SIDE, SIDE)).astype(dtype)


def table(folder: Path, rows: list[Row]) -> Path:
    """Write a band table with the columns that its rows have."""
    path = folder / "bands.csv"
    columns = [word for word in BAND_TABLE_COLUMNS if any(word in row for row in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def two_images(folder: Path) -> list[Row]:
    """Write two made-up images of two bands each; return the rows of their band table."""
    return [
        {
            "time_utc": f"2023-08-0{day}T02:15:00Z", "band": band, "scale": 0.0001, "offset": -0.1,
            "file": tiff(folder / f"2023080{day}_{band}.tif", pixels(1000 * day + 100 * k)),
        }
        for day in (4, 9)
        for k, band in enumerate(BANDS)
    ]  # fmt: skip


def test_cube_has_the_pixels_of_the_files(tmp_path: Path) -> None:
    """Stored numbers become reflectance on the grid of the site, by name of the band and time."""
    rows = two_images(tmp_path)
    cube = cube_from_geotiffs(table(tmp_path, rows[::-1]), SITE)
    check_cube(cube, layers=BANDS)
    first = next(iter_frames(cube, layers=BANDS))
    assert first.screening is None
    assert first.corner == (WEST + 5, NORTH - 5)
    assert np.allclose(first.values[1], (pixels(4100) - 1000.0) / 10_000, atol=1e-6)
    assert cube["time"].to_numpy().astype("datetime64[D]").astype(str).tolist() == [
        "2023-08-04", "2023-08-09",
    ]  # fmt: skip


def test_layers_nodata_and_coarse_pixels(tmp_path: Path) -> None:
    """One file holds several bands, a missing pixel is missing, 20 m is repeated."""
    fine = np.stack([pixels(0, "float32"), pixels(500, "float32")]) / 1000.0
    fine[0, 0, 0] = np.nan
    name = tiff(tmp_path / "a.tif", fine)
    coarse = tiff(tmp_path / "b.tif", (np.arange(36, dtype="float32").reshape(6, 6)), gsd=20.0)
    when = {"time_utc": "2023-08-04"}
    rows: list[Row] = [
        {**when, "file": name, "band": "b02", "layer": 1},
        {**when, "file": name, "band": "b03", "layer": 2},
        {**when, "file": coarse, "band": "b11"},
    ]
    cube = cube_from_geotiffs(table(tmp_path, rows), SITE)
    values = cube["reflectance"].sel(band="b02")[0].to_numpy()
    assert np.isnan(values[0, 0])
    assert np.count_nonzero(np.isnan(values)) == 1
    assert cube["reflectance"].sel(band="b11")[0].to_numpy()[:2, 2:4].tolist() == [[1, 1], [1, 1]]
    assert cube["reflectance"].sel(band="b03")[0, 3, 4] == pytest.approx(fine[1, 3, 4])


def test_radar_is_a_cube_of_backscatter(tmp_path: Path) -> None:
    """Polarisations and orbit reach the measures of radar."""
    name = tiff(tmp_path / "a.tif", np.stack([pixels(1, "float32"), pixels(2, "float32")]))
    shared: Row = {
        "time_utc": "2023-08-04T21:00:00Z", "file": name, "relative_orbit": 134,
        "orbit_state": "descending", "platform": "sentinel-1a", "processor": "RTC",
    }  # fmt: skip
    rows = [{**shared, "band": band, "layer": k} for k, band in enumerate(("vv", "vh"), start=1)]
    cube = cube_from_geotiffs(table(tmp_path, rows), SITE, sensor="sentinel-1")
    (frame,) = iter_frames(cube, variable="gamma0", layers=("vv", "vh"))
    assert frame.group == "sentinel-1a orbit 134 descending RTC"
    assert frame.values[1, 0, 0] == pytest.approx(2.0)


def test_classes_of_landsat_become_those_that_measures_read(tmp_path: Path) -> None:
    """Cloud of the quality band is cloud in the cube, and its neighbour is not."""
    bits = np.full((4, 4), 21824, "uint16")
    bits[0, 0] = 22280
    files = {
        "b03": tiff(tmp_path / "a.tif", np.full((4, 4), 0.1, "float32"), gsd=30.0),
        "qa_pixel": tiff(tmp_path / "qa.tif", bits, gsd=30.0, nodata=1),
    }
    rows: list[Row] = [
        {"time_utc": "2023-08-04", "file": file, "band": band} for band, file in files.items()
    ]
    cube = cube_from_geotiffs(table(tmp_path, rows), SITE, sensor="landsat")
    assert cube["scl"].to_numpy()[0, 0, :2].tolist() == [9, 5]
    assert "qa_pixel" not in cube


def test_another_projection_is_brought_onto_the_grid(tmp_path: Path) -> None:
    """A file in degrees gives the brightness of its place, not of its row and column."""
    west, north, step = 128.9, 42.6, 0.0001
    columns = np.arange(4000, dtype="float32")
    wide = tiff(
        tmp_path / "a.tif", np.tile(west + step * columns, (4000, 1)).astype("float32"),
        crs="EPSG:4326", corner=(west, north), gsd=step,
    )  # fmt: skip
    rows: list[Row] = [{"time_utc": "2023-08-04", "file": wide, "band": "b02"}]
    cube = cube_from_geotiffs(table(tmp_path, rows), SITE)
    # the window begins at 129 degrees east, the central meridian of zone 52
    assert float(cube["reflectance"][0, 0, 0, 0]) == pytest.approx(129.0005, abs=2e-4)


def _with(rows: list[Row], number: int, **cells: object) -> list[Row]:
    """Rows of which one has other cells."""
    return [row | cells if i == number else row for i, row in enumerate(rows)]


ROWS: dict[str, tuple[Callable[[list[Row]], list[Row]], str]] = {
    "band missing": (
        lambda rows: rows[:-1], "line 4, column band: found no b03 of 2023-08-09T02:15:00Z, only of"
    ),
    "days apart": (
        lambda rows: [rows[0], rows[3]],
        "no b03 of 2023-08-04T02:15:00Z, only of 2023-08-09; .*different days",
    ),
    "day of a file": (
        lambda rows: _with(rows, 1, time_utc="2023-08-05T02:15:00Z"),
        "2023-08-05, and 20230804_b03.tif is of 2023-08-04; correct the day",
    ),
    "layer": (
        lambda rows: _with(rows, 0, layer=3), "1 bands in 20230804_b02.tif and no layer 3"
    ),
    "no scale": (
        lambda rows: [row | {"scale": "", "offset": ""} for row in rows],
        "whole numbers without scale",
    ),
    "half a scale": (lambda rows: _with(rows, 0, offset=""), "scale or offset alone; write both"),
    "no file": (lambda rows: _with(rows, 0, file="away.tif"), "found 'away.tif'; no such file in"),
    "twice": (lambda rows: [*rows, rows[0]], "b02 twice at 2023-08-04T02:15:00Z; leave one"),
    "radar band": (lambda rows: _with(rows, 0, band="vv"), "'vv'; give sensor='sentinel-1'"),
    "two orbits": (
        lambda rows: _with(rows, 0, relative_orbit=17),
        "column relative_orbit: found ''; another band of this image has '17'",
    ),
    "no time": (
        lambda rows: _with(rows, 0, time_utc="yesterday"), "'yesterday'; write the UTC time"
    ),
}  # fmt: skip
"""Case to what is wrong in the rows, and words of what is told."""
FIRST = "20230804_b02.tif"
FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no CRS": (
        lambda path: tiff(path, pixels(9), crs=None), "no CRS in 20230804_b02.tif.*gdal_edit"
    ),
    "a picture": (
        lambda path: Image.fromarray(pixels(9, "uint8")).save(path), "column file: found no CRS in"
    ),
    "wrong grid": (
        lambda path: tiff(path, pixels(9), corner=(WEST + 50_000, NORTH)),
        "lies 49.9 km from the window of made-up by its grid",
    ),
    "other zone": (
        lambda path: tiff(path, pixels(9), crs="EPSG:32632"), "lies .*the window of made-up"
    ),
    "no image": (lambda path: path.write_bytes(b"no image"), "no GeoTIFF or JPEG 2000"),
    "time tags": (
        lambda path: [
            tiff(
                path.with_name(f"2023080{day}_{band}.tif"), pixels(9),
                TIFFTAG_DATETIME=f"2023:08:0{tag} 02:15:00",
            )
            for day, band, tag in ((4, "b02", 4), (4, "b03", 5))
        ],
        "time tags, 20230804_b02.tif of 2023-08-04 and 20230804_b03.tif of 2023-08-05; take",
    ),
}  # fmt: skip
"""Case to what is wrong in a file, and words of what is told."""


@pytest.mark.parametrize("case", ROWS)
def test_wrong_row_is_told(tmp_path: Path, case: str) -> None:
    """One message says what is wrong, in which line, and what to do."""
    spoil, words = ROWS[case]
    with pytest.raises(DataError, match=words):
        cube_from_geotiffs(table(tmp_path, spoil(two_images(tmp_path))), SITE)


@pytest.mark.parametrize("case", FILES)
def test_wrong_file_is_told(tmp_path: Path, case: str) -> None:
    """One message names the file, what is wrong with it, and what to do."""
    spoil, words = FILES[case]
    rows = two_images(tmp_path)
    spoil(tmp_path / FIRST)
    with pytest.raises(DataError, match=words):
        cube_from_geotiffs(table(tmp_path, rows), SITE)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Two faults in one table are two lines of one message."""
    rows = two_images(tmp_path)
    rows[0]["file"], rows[3]["band"] = "away.tif", "red"
    with pytest.raises(DataError, match=r"2 faults\n.*line 2.*\n.*line 5, column band"):
        band_table_items(table(tmp_path, rows), SITE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time_utc,file\n", "no column band; add it"),
        ("time_utc,file,band,colour\n", "column 'colour' is not known; use time_utc, file, band"),
        ("time_utc,file,band\n", "no row"),
    ],
)
def test_other_columns_are_told(tmp_path: Path, text: str, words: str) -> None:
    """A column that lacks, one that nobody knows, and a table without rows."""
    path = tmp_path / "bands.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        band_table_items(path, SITE)


def test_unknown_sensor_is_refused(tmp_path: Path) -> None:
    """The sensor decides pixels and classes, so it is never guessed."""
    with pytest.raises(DataError, match="sensor 'spot'; give one of sentinel-2"):
        band_table_items(table(tmp_path, two_images(tmp_path)), SITE, sensor="spot")
