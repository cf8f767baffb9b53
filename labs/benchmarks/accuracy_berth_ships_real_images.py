"""Accuracy of the berth measures on real image series: a known berth, and places without ships."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
import xarray as xr

from labs.benchmarks.accuracy_row_format import Rows, dated, on_imagery, row, sha_of, share, told
from skytally.imagery.clear_sky.stable_ground_and_water_masks import ring_mask
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    RadarBerth,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.measure.ships.berth_ships import ships_at_berth
from skytally.imagery.measure.ships.berth_water_anomalies import Berth

VANCOUVER_EMPTY = ("20190531",)
VANCOUVER_UNCLEAR = ("20200311",)
Bools = npt.NDArray[np.bool_]

TCI = 0.3558 / 255.0
"""Reflectance of one step of an 8-bit true colour image: the brightest step is 0.3558."""
OPERA = "04_s1_calibrated/opera_rtc_s1"
LEARNT = 12
"""Dates learnt from; the rest is tested."""
DRAWS, SEED = 2_000, 20231005
PLACES = [(top, left) for top in range(4, 92, 8) for left in range(4, 84, 16)]
"""First rows and columns of the places."""
BURSTS = {"open sea": "292318-IW1", "land": "292319-IW2"}


def _tile(path: Path) -> xr.Dataset:
    with rasterio.open(path) as file:
        values = file.read([3, 2, 1]).astype(np.float32) * TCI
        grid, crs = file.transform, file.crs
    stamp = path.stem.split("_")[-2]
    made = xr.Dataset(
        {"reflectance": (("band", "y", "x"), values)},
        coords={
            "band": ["b02", "b03", "b04"],
            "y": grid.f + grid.e * (np.arange(values.shape[1]) + 0.5),
            "x": grid.c + grid.a * (np.arange(values.shape[2]) + 0.5),
            "time": dated(stamp),
            "item_id": path.stem,
            "processor": "TCI",
        },
    )
    return made.rio.write_crs(crs)


def vancouver(root: Path) -> Rows:
    """Classify the grain berth of tile 3194 as occupied or empty on each of its dates.

    The berth is drawn wholly in water, from row 91, a pixel off the face of the pier. With a
    ship there on nine of ten dates no history shows it empty: each look is compared with its
    own open water.
    """
    paths = sorted(root.glob("*_3194.tif"))
    shape = (200, 200)
    water, sea, land = (np.zeros(shape, bool) for _ in range(3))
    water[91:96, 155:181] = True
    sea[110:190, 60:190] = True
    land[:84] = True
    place = Berth(water, ring_mask([water], gsd=10.0) & land, sea, 85.0)
    looks = ships_at_berth(
        (_tile(p) for p in paths), place, references=None, layers=("b02", "b03", "b04")
    )
    sha, right, told, lengths = sha_of(paths), 0, 0, []
    for path, look in zip(paths, looks, strict=True):
        date = path.stem.split("_")[-2][:8]
        if date in VANCOUVER_UNCLEAR:
            continue
        told += 1
        right += bool((look.ships.value > 0) == (date not in VANCOUVER_EMPTY))
        if look.hulls:
            lengths.append(look.length.value)
    name = "Vancouver tile 3194"
    return [
        share("ships at berth, optical", name, "berth", "dates right", right, told, sha,
              note="8 occupied, 1 empty; 8-bit true colour, no infrared, no history"),
        row("ships at berth, optical", name, "berth", "length found, median, m",
            float(np.median(lengths)), len(lengths), sha, note="no truth",
            bounds=(min(lengths), max(lengths))),
    ]  # fmt: skip


def opera_paths(root: Path, ground: str) -> list[Path]:
    """Paths of the like-polarised (VV) files of a burst, by date."""
    return sorted(root.glob(f"*{BURSTS[ground]}*_VV.tif"), key=lambda p: p.name.split("_")[4])


def opera_looks(paths: Sequence[Path]) -> xr.Dataset:
    """Read the like- and cross-polarised images of one burst into one cube."""
    looks = []
    for path in paths:
        layers = []
        for each in (path, path.with_name(path.name.replace("_VV", "_VH"))):
            with rasterio.open(each) as file:
                layers.append(file.read(1).astype(np.float32))
                grid, crs = file.transform, file.crs
        rows, columns = layers[0].shape
        looks.append(
            xr.Dataset(
                {"gamma0": (("pol", "y", "x"), np.stack(layers))},
                coords={
                    "pol": ["vv", "vh"],
                    "y": grid.f + grid.e * (np.arange(rows) + 0.5),
                    "x": grid.c + grid.a * (np.arange(columns) + 0.5),
                    "time": dated(path.name.split("_")[4][:15]),
                    "item_id": path.stem,
                    "relative_orbit": 137,
                    "orbit_state": "ascending",
                    "platform": "sentinel-1" + path.name.split("_S1")[1][0].lower(),
                    "processor": "RTC",
                },
            )
        )
    whole = xr.concat(looks, dim="time", coords="different", compat="equals", join="exact")
    return whole.rio.write_crs(crs)


def opera(root: Path) -> Rows:
    """Count false alarms of the radar berth measure at sites without ships, trained on 12 dates."""
    rows = []
    for ground in BURSTS:
        paths = opera_paths(root, ground)
        cube = opera_looks(paths)
        learnt, tested = cube.isel(time=slice(LEARNT)), cube.isel(time=slice(LEARNT, None))
        false = np.array([_occupied(learnt, tested, *each) for each in PLACES]) > 0
        rows += [
            share(
                "ships at berth, radar", f"OPERA RTC, {ground}", "radar berth",
                "false alarms per look", int(false.sum()), false.size, sha_of(paths),
                note="stated 0.01; 55 places of 300 by 60 m, 12 dates learnt, 9 tested",
            ),
            *by_date(false, f"OPERA RTC, {ground}", "radar berth", sha_of(paths)),
            *lent(cube, ground, sha_of(paths)),
        ]  # fmt: skip
    return rows


def lent(cube: xr.Dataset, ground: str, sha: str) -> Rows:
    """Count false alarms of Sentinel-1B where it uses the reference of 1A; real images of both."""
    by_a = (cube["platform"] == "sentinel-1a").to_numpy()
    counts = np.array([
        _occupied(cube.isel(time=by_a), cube.isel(time=~by_a), *each) for each in PLACES
    ])  # fmt: skip
    told = np.isfinite(counts)
    name = ("ships at berth, radar", f"OPERA RTC, {ground}, 1B by the reference of 1A")
    return [
        share(*name, "radar berth", "looks that could tell", int(told.sum()), told.size, sha,
              note="others have too little hard ground about them, or are not alike on it"),
        share(*name, "radar berth", "false alarms per look", int((counts[told] > 0).sum()),
              int(told.sum()), sha, note="the reference is of dates before and after, of 1A alone"),
    ]  # fmt: skip


def _occupied(learnt: xr.Dataset, tested: xr.Dataset, top: int, left: int) -> list[float]:
    """Count ships on each tested date at a place without any; NaN where it cannot tell."""
    # only a window around the site is read
    up, aside = max(top - 8, 0), max(left - 6, 0)
    window = {"y": slice(up, top + 10), "x": slice(aside, left + 16)}
    near, late = learnt.isel(window), tested.isel(window)
    water = np.zeros((near.sizes["y"], near.sizes["x"]), bool)
    water[top - up : top - up + 2, left - aside : left - aside + 10] = True
    place = RadarBerth(water, np.roll(water, 4, axis=0), 90.0)
    made, backgrounds = learn_radar_background(near, place, until="2100-01-01")
    looks = radar_ships_at_berth(late, place, references=made, backgrounds=backgrounds)
    return [look.ships.value for look in looks]


def by_date(
    false: Bools, dataset: str, method: str, sha: str, *, empty: Bools | None = None
) -> Rows:
    """Count false alarms by date, since places that share a date share its weather.

    Parameters
    ----------
    false : ndarray of bool, dims (place, date)
        Whether a place without a ship was called occupied.
    dataset, method, sha : str
        Of the rows.
    empty : ndarray of bool, dims (place, date), optional
        Looks without a ship, which alone can be false; without it all.

    Returns
    -------
    list of dict
        Dates with a false alarm, the share of places on the worst date, and the rate a look with
        the interval of a bootstrap that draws whole dates.
    """
    hits, offered = false.sum(axis=0), (np.ones_like(false) if empty is None else empty).sum(axis=0)
    dates, looks = hits.size, int(offered.sum())
    drawn = np.random.default_rng(SEED).integers(0, dates, (DRAWS, dates))
    rates = hits[drawn].sum(axis=1) / np.maximum(offered[drawn].sum(axis=1), 1)
    low, high = (float(each) for each in np.quantile(rates, (0.05, 0.95)))
    # an interval of 0 to 0 would claim what no date could show
    high = high if hits.any() else 1.0 - 0.05 ** (1.0 / dates)
    rate, worst = float(hits.sum() / max(looks, 1)), hits / np.maximum(offered, 1)
    alone = 1.0 - (1.0 - rate) ** (looks / dates)
    many = f"{len(false)} places share {dates} dates"
    name = ("ships at berth, radar", dataset, method)
    return [
        row(*name, "false alarms per look, by date", rate, looks, sha,
            bounds=(low, high), note=f"{many}; interval over dates drawn whole"),
        share(*name, "dates with a false alarm", int((hits > 0).sum()), dates, sha,
              note=f"{many}; of independent looks at this rate {alone:.2f} would have one"),
        row(*name, "false alarms per place on the worst date", float(worst.max()), len(false), sha,
            note=many),
    ]  # fmt: skip


def run() -> Rows:
    """Run the berth measures on real series; return their accuracy rows."""
    return [
        *on_imagery("ships at berth, optical", "02_s2_port_timeseries/vancouver", vancouver),
        *on_imagery("ships at berth, radar", OPERA, opera),
    ]


if __name__ == "__main__":
    told(run())
