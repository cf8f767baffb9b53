"""How reliably the band check detects a band of another date, on real scenes.

``python -m labs.benchmarks.mismatched_band_detection`` writes
``data/results/mismatched_bands.csv``, which the book shows. The imagery lies outside the project,
in the folder named by SKYTALLY_IMAGERY or in shared/imagery beside the project: Landsat 7 of
Taizhou on two dates, Sentinel-2 of Hong Kong and Rennes on two dates, of Vancouver on ten, and of
four ports on one. Sentinel-2 is averaged to the 30 m of Landsat.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import Resampling
from rasterio.warp import reproject

from labs.benchmarks.real_imagery_location import imagery_folder
from skytally.imagery.acquire.corrupt_or_mismatched_band_checks import (
    min_shared_detail,
    shared_detail,
)

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "data" / "results" / "mismatched_bands.csv"
COLUMNS = ("case", "where", "how_often", "outcome", "detail", "date")
BANDS = ("b02", "b03", "b04", "b08", "b11")
SIDE_M = 3000
"""Edge of the windows: about that of a site."""
MOST_EMPTY = 0.05
Bands = dict[str, npt.NDArray[np.float32]]
Days = dict[str, Bands]
Shares = dict[str, list[float]]


def _on(path: Path, grid: rasterio.DatasetReader) -> npt.NDArray[np.float32]:
    with rasterio.open(path) as file:
        values = np.zeros(grid.shape, "float32")
        where = {"src_transform": file.transform, "src_crs": file.crs}
        to = {"dst_transform": grid.transform, "dst_crs": grid.crs}
        reproject(
            file.read(1).astype("float32"), values, resampling=Resampling.nearest, **where, **to
        )
    return values


def _taizhou(folder: Path) -> Days:
    def day(year: str) -> Bands:
        stored = np.fromfile(folder / f"{year}TM", "u1").reshape(6, 400, 400)
        return dict(zip(BANDS, stored.astype("float32"), strict=False))

    return {year: day(year) for year in ("2000", "2003")}


def _oscd(folder: Path) -> Days:
    with rasterio.open(next(folder.glob("t1_*_B02.tif"))) as grid:
        return {
            day: {b: _on(next(folder.glob(f"{day}_*_{b.upper()}.tif")), grid) for b in BANDS}
            for day in ("t1", "t2")
        }


def _port(folder: Path) -> Days:
    with rasterio.open(next(folder.glob("*_B02.tiff"))) as grid:
        return {"": {b: _on(next(folder.glob(f"*_{b.upper()}.tiff")), grid) for b in BANDS}}


def _vancouver(folder: Path) -> Iterator[Days]:
    tiles: dict[str, Days] = defaultdict(dict)
    for path in sorted(folder.glob("*.tif")):
        day, tile = re.findall(r"_(\d{8})T\d+_(\d+)$", path.stem)[0]
        with rasterio.open(path) as file:
            red, green, blue = file.read((1, 2, 3)).astype("float32")
        tiles[tile][day] = {"b02": blue, "b03": green, "b04": red}
    yield from tiles.values()


def places(root: Path) -> Iterator[tuple[str, Days, float]]:
    """Yield name, images by date and pixel size in metres of each test site."""
    changed = root / "05_change_earthworks"
    yield "Taizhou", _taizhou(changed / "landsat_taizhou"), 30
    for name in ("hongkong", "rennes"):
        yield name.title(), _oscd(changed / f"oscd_{name}"), 10
    for name in ("cartagena", "casablanca", "hedland", "honolulu"):
        yield name.title(), _port(root / "01_s2_ports_labelled" / name), 10
    for days in _vancouver(root / "02_s2_port_timeseries" / "vancouver"):
        yield "Vancouver", days, 10


def _windows(days: Days, gsd: float) -> Iterator[Days]:
    """Cut a test site into windows in which every date has data."""
    rows, cols = next(iter(next(iter(days.values())).values())).shape
    side = min(round(SIDE_M / gsd), rows, cols)
    for top in range(0, rows - side + 1, side):
        for left in range(0, cols - side + 1, side):
            cut = np.s_[top : top + side, left : left + side]
            part = {day: {b: v[cut] for b, v in bands.items()} for day, bands in days.items()}
            if max((v == 0).mean() for bands in part.values() for v in bands.values()) < MOST_EMPTY:
                yield part


def shares(root: Path) -> tuple[Shares, Shares, list[bool]]:
    """Shared detail of bands of the same date and of swapped bands, and which images pass."""
    own: Shares = defaultdict(list)
    other: Shares = defaultdict(list)
    passed = []
    for _, days, gsd in places(root):
        for part in _windows(days, gsd):
            for day, bands in part.items():
                found = shared_detail(bands, gsd)
                passed.append(
                    all(share >= min_shared_detail(band) for band, share in found.items())
                )
                for band in bands:
                    own[band].append(found[band])
                    for strange in part.keys() - {day}:
                        mixed = {**bands, band: part[strange][band]}
                        other[band].append(shared_detail(mixed, gsd)[band])
    return own, other, passed


def rows(root: Path) -> list[dict[str, str]]:
    """Build the table: refused band swaps by band, and accepted sets of bands of one date."""
    own, other, passed = shares(root)
    told = []
    for band in BANDS:
        through = sum(share >= min_shared_detail(band) for share in other[band])
        highest, typical = max(other[band]), float(np.median(own[band]))
        told.append(
            {
                "case": "a band of another day",
                "where": band,
                "how_often": f"{len(other[band])} times",
                "outcome": "refused" if not through else f"{through} NOT REFUSED",
                "detail": f"at most {highest:.2f} of its detail was told by the other bands, "
                f"{typical:.2f} of one of its own day; {min_shared_detail(band)} is asked for",
            }
        )
    told.append(
        {
            "case": "bands of one day",
            "where": "all bands of a window",
            "how_often": f"{len(passed)} times",
            "outcome": f"{sum(passed)} vouched for",
            "detail": f"{len(passed) - sum(passed)} refused, for their bands might as well be of "
            "different days",
        }
    )
    return told


def main() -> None:
    """Measure and write the table."""
    root = imagery_folder()
    if not root.is_dir():
        sys.exit(f"{root} is absent; set SKYTALLY_IMAGERY to the folder of the real scenes")
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows(root):
            writer.writerow({**row, "date": date})
            print(row)


if __name__ == "__main__":
    main()
