"""Prove the measures of ships on real imagery, with a naive baseline beside them.

Run it as ``python -m benchmarks.proof_ships [table.csv]``. The imagery lies outside the project,
in the folder named by SKYTALLY_IMAGERY or in ``shared/imagery`` beside the project; what is
absent is skipped with a reason. A second run gives the same figures.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import math
import os
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import xarray as xr
from PIL import Image
from rasterio.warp import transform
from scipy import ndimage, stats

from skytally.measures.berths import Berth
from skytally.measures.candidates import FREE, Candidate, inside_of
from skytally.measures.cfar import bright_targets, cfar, cfar_multiplier, texture_of
from skytally.measures.doors import Bools
from skytally.measures.frames import Frame
from skytally.measures.harbour import LEAST_SCORE, candidates, surroundings
from skytally.measures.quiet import RadarBerth, learnt
from skytally.measures.radar import radar_berth
from skytally.measures.reference import references
from skytally.measures.ring import ring_mask
from skytally.measures.ships import berth
from skytally.measures.water import ndwi, otsu, water_threshold
from skytally.simulate import backscatter, hulls, other, scenes

PROJECT_ROOT = Path(__file__).resolve().parents[1]
COLUMNS = (
    "measure", "dataset", "method", "metric", "value", "low", "high", "n", "note", "data_sha256",
)  # fmt: skip
PORTS = ("casablanca", "honolulu", "hedland", "cartagena")
BANDS = ("b02", "b03", "b04", "b08", "b11")
SMALL = 50.0
"""Metres: unlabelled craft shorter than this do not count against precision."""
MARGIN = 3.0
"""Pixels by which a label is longer than its hull: labels of 25 to 30 m wide hulls are 56 m
wide (median), a pixel and a half more on each side."""
LENGTHS = (0.0, 60.0, 100.0, 150.0, 250.0, 500.0)
"""Classes of label length, margin taken off, metres."""
SCORES = (0.05, 0.1, 0.2, 0.3, LEAST_SCORE, 0.4, 0.5, 0.6, 0.7, 0.8)
VANCOUVER_EMPTY = ("20190531",)
VANCOUVER_UNCLEAR = ("20200311",)
TCI = 0.3558 / 255.0
"""Reflectance of one step of an 8-bit true colour image: the brightest step is 0.3558."""
INJECTED = (40.0, 60.0, 80.0, 105.0, 125.0, 160.0, 220.0)
"""Lengths of injected ships, metres."""


@dataclass(frozen=True, eq=False)
class Port:
    """A labelled look at a port."""

    name: str
    """Its name."""
    frame: Frame
    """The look."""
    labels: list[Bools]
    """One mask a labelled vessel, dims (y, x)."""
    sha256: str
    """Hash of its files."""


def folder() -> Path:
    """Give the folder of the imagery."""
    root = os.environ.get("SKYTALLY_IMAGERY")
    return Path(root) if root else PROJECT_ROOT.parent / "shared" / "imagery"


def sha_of(paths: Iterable[Path]) -> str:
    """Give one hash of the hashes of some files, in the order of their names."""
    made = hashlib.sha256()
    for path in sorted(paths):
        made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def dated(stamp: str) -> np.datetime64:
    """Give the time of a stamp such as 20190317T191121."""
    day, clock = stamp[:8], stamp[9:15]
    return np.datetime64(
        f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}", "ns"
    )


def row(
    measure: str, dataset: str, method: str, metric: str, value: float, n: int, sha: str,
    *, note: str = "", bounds: tuple[float, float] = (math.nan, math.nan),
) -> dict[str, Any]:  # fmt: skip
    """Give one row of the table."""
    low, high = bounds
    return {
        "measure": measure, "dataset": dataset, "method": method, "metric": metric,
        "value": round(value, 4), "low": round(low, 4), "high": round(high, 4), "n": n,
        "note": note, "data_sha256": sha,
    }  # fmt: skip


def share(
    measure: str, dataset: str, method: str, metric: str, hits: int, n: int, sha: str,
    *, note: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Give the row of a share with its 90 percent interval (Jeffreys)."""
    if n == 0:
        return row(measure, dataset, method, metric, math.nan, 0, sha, note=note or "none")
    law = stats.beta(hits + 0.5, n - hits + 0.5)
    low = 0.0 if hits == 0 else float(law.ppf(0.05))
    high = 1.0 if hits == n else float(law.ppf(0.95))
    return row(measure, dataset, method, metric, hits / n, n, sha, note=note, bounds=(low, high))


# -- labelled ports -------------------------------------------------------------------------


def _mask(annotation: Mapping[str, Any]) -> Bools:
    rows, columns = annotation["segmentation"]["size"]
    counts = annotation["segmentation"]["counts"]
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return np.asarray(flat.reshape(columns, rows).T)


def read_port(root: Path, name: str) -> Port:
    """Read a labelled port; pixels are Mercator metres, made true by the cosine of latitude."""
    paths = sorted((root / name).iterdir())
    bands = {}
    for path in paths:
        if path.suffix == ".tiff":
            with rasterio.open(path) as file:
                bands[path.stem[-3:].lower()] = file.read(1).astype(np.float32) / 65535.0
                grid, crs, middle = file.transform, file.crs, 0.5 * file.height
    _, latitude = transform(crs, "EPSG:4326", [grid.c], [grid.f + middle * grid.e])
    gsd = float(grid.a * math.cos(math.radians(latitude[0])))
    labels = json.loads(next(p for p in paths if p.suffix == ".json").read_text(encoding="utf-8"))
    frame = Frame(
        np.stack([bands[each] for each in BANDS]), BANDS, None, np.datetime64("2023-01-01", "ns"),
        name, name, gsd,
    )  # fmt: skip
    return Port(name, frame, [_mask(each) for each in labels["annotations"]], sha_of(paths))


def label_length(mask: Bools, gsd: float) -> float:
    """Give the length of a labelled hull, its drawn margin taken off, in metres."""
    where = np.stack(np.nonzero(mask), axis=1).astype(float)
    axes = np.linalg.svd(where - where.mean(axis=0), full_matrices=False)[2]
    extent = float(np.ptp(where @ axes[0])) + 1.0
    return max((extent - MARGIN) * gsd, 20.0)


def matched(found: Sequence[tuple[Any, Bools, float]], port: Port) -> list[int]:
    """Give the label each object matches, -1 for none; best object first, each label once.

    An object matches where at least half of the smaller of the two lies in the other (the label
    grown by a pixel) and its length is between half and three times the hull's: wakes lengthen.
    """
    gsd = port.frame.gsd
    grown = [ndimage.binary_dilation(each) for each in port.labels]
    lengths = [label_length(each, gsd) for each in port.labels]
    free, told = set(range(len(grown))), []
    for window, inside, length in found:
        best, most = -1, 0.5
        for k in sorted(free):
            shared = float((grown[k][window] & inside).sum())
            shared /= max(min(int(inside.sum()), int(port.labels[k].sum())), 1)
            if shared >= most and 0.5 <= length / lengths[k] <= 3.0:
                best, most = k, shared
        free -= {best}
        told.append(best)
    return told


def naive(port: Port) -> list[tuple[Any, Bools, float]]:
    """Find bright blobs on a water mask: NDWI above 0, closed over 15 pixels, 10 spreads brighter.

    The best of forty variants of closing, band, threshold and opening on these four ports, so
    that the baseline is not made weak; the sweep was not chosen in this way.
    """
    values, gsd = port.frame.values, port.frame.gsd
    water = ndwi(values, BANDS) > 0.0
    sea = ndimage.binary_closing(np.pad(water, 15), np.ones((15, 15)))[15:-15, 15:-15]
    bright = values[:3].mean(axis=0)
    level = float(np.median(bright[water]))
    spread = 1.4826 * float(np.median(np.abs(bright[water] - level)))
    labels, _ = ndimage.label(sea & (bright > level + 10.0 * spread), np.ones((3, 3)))
    found = []
    for number, window in enumerate(ndimage.find_objects(labels), start=1):
        inside = labels[window] == number
        if 600.0 <= inside.sum() * gsd**2 <= 30_000.0:
            length = label_length(np.pad(inside, 1), gsd) + MARGIN * gsd
            found.append((window, inside, length))
    return sorted(found, key=lambda each: -int(each[1].sum()))


def _boxes(found: Sequence[Candidate], port: Port) -> list[tuple[Any, Bools, float]]:
    shape = (port.frame.values.shape[1], port.frame.values.shape[2])
    return [
        (*inside_of(each.place, shape, gsd=port.frame.gsd, share=1.0), each.place.length)
        for each in found
    ]


@dataclass(frozen=True, eq=False)
class Scored:
    """What a method found in the ports."""

    score: npt.NDArray[np.float64]
    """Score of each object."""
    length: npt.NDArray[np.float64]
    """Its length in metres."""
    hit: npt.NDArray[np.bool_]
    """Whether it matches a label."""
    kind: npt.NDArray[np.str_]
    """Free or alongside."""
    port: npt.NDArray[np.str_]
    """Where it was found."""
    truth: npt.NDArray[np.float64]
    """Length of the matched hull, NaN without."""


def _scored(port: Port, boxes: Sequence[tuple[Any, Bools, float]], score: Sequence[float],
            kind: Sequence[str]) -> Scored:  # fmt: skip
    told = matched(boxes, port)
    lengths = [label_length(port.labels[k], port.frame.gsd) if k >= 0 else math.nan for k in told]
    return Scored(
        np.array(score, float), np.array([each[2] for each in boxes]),
        np.array([k >= 0 for k in told], bool), np.array(kind, str),
        np.array([port.name] * len(boxes), str), np.array(lengths, float),
    )  # fmt: skip


def _joined(parts: Sequence[Scored]) -> Scored:
    return Scored(
        *(np.concatenate([getattr(p, each) for p in parts]) for each in Scored.__dataclass_fields__)
    )


def _pair(found: Scored, keep: npt.NDArray[np.bool_], labels: int, dataset: str, method: str,
          sha: str, note: str = "") -> list[dict[str, Any]]:  # fmt: skip
    hits = int((keep & found.hit).sum())
    false = int((keep & ~found.hit & (found.length >= SMALL)).sum())
    return [
        share("ships in one look", dataset, method, "precision", hits, hits + false, sha,
              note=note),
        share("ships in one look", dataset, method, "recall", hits, labels, sha, note=note),
    ]  # fmt: skip


def ports(root: Path) -> list[dict[str, Any]]:
    """Score the sweep and the naive baseline on the four labelled ports."""
    held = [read_port(root, name) for name in PORTS]
    sha = hashlib.sha256("".join(each.sha256 for each in held).encode()).hexdigest()
    ours, theirs = [], []
    for port in held:
        found = candidates(port.frame)
        ours.append(
            _scored(port, _boxes(found, port), [e.score for e in found], [e.kind for e in found])
        )
        blobs = naive(port)
        theirs.append(_scored(port, blobs, [1.0] * len(blobs), [FREE] * len(blobs)))
    total = sum(len(each.labels) for each in held)
    rows = []
    for name, parts in (("sweep", ours), ("naive water mask and bright blobs", theirs)):
        every = _joined(parts)
        keep = every.score >= (LEAST_SCORE if name == "sweep" else 0.0)
        rows += _pair(every, keep, total, "four labelled ports", name, sha)
        for part, port in zip(parts, held, strict=True):
            keep = part.score >= (LEAST_SCORE if name == "sweep" else 0.0)
            rows += _pair(part, keep, len(port.labels), port.name, name, port.sha256)
        rows += _by_length(every, held, name, sha)
    every = _joined(ours)
    for score in SCORES:
        rows += _pair(every, every.score >= score, total, "four labelled ports", "sweep", sha,
                      note=f"curve: score >= {score:g}")  # fmt: skip
    for kind in sorted(set(every.kind)):
        rows += _pair(every, (every.score >= LEAST_SCORE) & (every.kind == kind), total,
                      "four labelled ports", "sweep", sha, note=f"only {kind}")  # fmt: skip
    return rows + _lengths(every, sha)


def _by_length(found: Scored, held: Sequence[Port], name: str, sha: str) -> list[dict[str, Any]]:
    truth = np.array([label_length(each, p.frame.gsd) for p in held for each in p.labels])
    keep = found.score >= (LEAST_SCORE if name == "sweep" else 0.0)
    rows = []
    for low, high in itertools.pairwise(LENGTHS):
        note = f"hulls of {low:.0f} to {high:.0f} m"
        there = int(((truth >= low) & (truth < high)).sum())
        hits = int((keep & found.hit & (found.truth >= low) & (found.truth < high)).sum())
        rows.append(share("ships in one look", "four labelled ports", name, "recall by length",
                          hits, there, sha, note=note))  # fmt: skip
        said = keep & (found.length >= max(low, SMALL)) & (found.length < high)
        if high > SMALL:
            rows.append(share("ships in one look", "four labelled ports", name,
                              "precision by length found", int((said & found.hit).sum()),
                              int(said.sum()), sha, note=note))  # fmt: skip
    return rows


def _lengths(found: Scored, sha: str) -> list[dict[str, Any]]:
    keep = (found.score >= LEAST_SCORE) & found.hit
    error = (found.length - found.truth)[keep]
    middle = float(np.median(error))
    return [
        row("ships in one look", "four labelled ports", "sweep", "length error, median, m",
            middle, int(keep.sum()), sha, note="against labels less their margin",
            bounds=(float(np.percentile(error, 5)), float(np.percentile(error, 95)))),
    ]  # fmt: skip


# -- injection into the real looks ------------------------------------------------------------


def _spots(port: Port, rng: np.random.Generator, count: int) -> list[tuple[float, float]]:
    """Give places in large water, 250 m from one another and 200 m from all else."""
    gsd = port.frame.gsd
    around = surroundings(port.frame)
    far = ndimage.distance_transform_edt(np.pad(around.water, 1))[1:-1, 1:-1] * gsd > 200.0
    spots: list[tuple[float, float]] = []
    for at in rng.permutation(np.flatnonzero(far))[:20_000]:
        y, x = ((each + 0.5) * gsd for each in np.unravel_index(at, far.shape))
        if all(math.hypot(x - a, y - b) > 400.0 for a, b in spots):
            spots.append((float(x), float(y)))
        if len(spots) == count:
            break
    return spots


def _found_at(found: Sequence[Candidate], ship: hulls.Ship, gsd: float) -> float:
    """Give the length of what was found at a ship, NaN if nothing was."""
    for each in found:
        x, y = (each.place.column + 0.5) * gsd, (each.place.row + 0.5) * gsd
        near = math.hypot(x - ship.x, y - ship.y) < max(0.5 * ship.length, 20.0)
        if near and each.score >= LEAST_SCORE:
            return each.place.length
    return math.nan


def injected(root: Path) -> list[dict[str, Any]]:
    """Draw ships of known length into the real looks and count those found."""
    told: list[tuple[str, float, float]] = []
    held = [read_port(root, name) for name in PORTS]
    for port in held:
        rng = np.random.default_rng(7)
        gsd, shape = port.frame.gsd, port.frame.values.shape[1:]
        for family, style in (("first", {}), ("second", {"outline": other.rounded,
                              "paint": other.hatched_deck, "blur": other.haloed})):  # fmt: skip
            spots = _spots(port, rng, 4 * len(INJECTED))
            values = port.frame.values.copy()
            ships = []
            for i, (x, y) in enumerate(spots):
                length = INJECTED[i % len(INJECTED)]
                ship = hulls.Ship(x, y, length, hulls.beam(length, rng), rng.uniform(0, 360))
                sprite = hulls.drawn(ship, (shape[0], shape[1]), rng, gsd=gsd, native=10.0, **style)
                hulls.put(values[:4], sprite)
                ships.append(ship)
            found = candidates(port.frame.with_values(values))
            told += [(family, each.length, _found_at(found, each, gsd)) for each in ships]
    sha = hashlib.sha256("".join(each.sha256 for each in held).encode()).hexdigest()
    return _injected_rows(told, sha)


def _injected_rows(told: Sequence[tuple[str, float, float]], sha: str) -> list[dict[str, Any]]:
    rows = []
    for family in ("first", "second"):
        for length in INJECTED:
            here = [found for name, true, found in told if name == family and true == length]
            hits = [each for each in here if math.isfinite(each)]
            note = f"{family} family, {length:.0f} m, open water"
            rows.append(share("ships in one look", "injected into four ports", "sweep",
                              "recall by length", len(hits), len(here), sha,
                              note=note))  # fmt: skip
            if hits:
                error = np.array(hits) - length
                rows.append(row("ships in one look", "injected into four ports", "sweep",
                                "length error, m", float(error.mean()), len(hits), sha, note=note,
                                bounds=(float(error.min()), float(error.max()))))  # fmt: skip
    return rows


# -- Vancouver --------------------------------------------------------------------------------


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


def vancouver(root: Path) -> list[dict[str, Any]]:
    """Tell occupied from empty at the grain berth of tile 3194 on its dates.

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
    looks = berth((_tile(p) for p in paths), place, references=None, layers=("b02", "b03", "b04"))
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


# -- radar ------------------------------------------------------------------------------------


def _opera(paths: Sequence[Path]) -> xr.Dataset:
    """Read like-polarised and cross-polarised looks of one burst as one cube."""
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


def opera(root: Path) -> list[dict[str, Any]]:
    """Count false alarms of the radar berth at places without ships, learnt on twelve dates."""
    rows = []
    for burst, ground in (("292318-IW1", "open sea"), ("292319-IW2", "land")):
        paths = sorted(root.glob(f"*{burst}*_VV.tif"), key=lambda p: p.name.split("_")[4])
        cube = _opera(paths)
        false = total = 0
        until = cube["time"].to_numpy()[12]
        for top in range(4, 92, 8):
            for left in range(4, 84, 16):
                # a window round the place: nothing else is looked at
                up, aside = max(top - 8, 0), max(left - 6, 0)
                near = cube.isel(y=slice(up, top + 10), x=slice(aside, left + 16))
                water = np.zeros((near.sizes["y"], near.sizes["x"]), bool)
                water[top - up : top - up + 2, left - aside : left - aside + 10] = True
                place = RadarBerth(water, np.roll(water, 4, axis=0), 90.0)
                made, quiet = learnt(near, place, until=until)
                late = near.isel(time=slice(12, None))
                looks = list(radar_berth(late, place, references=made, quiet=quiet))
                false += sum(look.ships.value > 0 for look in looks)
                total += len(looks)
        rows.append(share(
            "ships at berth, radar", f"OPERA RTC, {ground}", "radar berth",
            "false alarms per look", false, total, sha_of(paths),
            note="stated 0.01; 55 places of 300 by 60 m, 12 dates learnt, 9 tested",
        ))  # fmt: skip
        if ground == "open sea":
            rows += _sea_alarms(cube, sha_of(paths))
    return rows


def _sea_alarms(cube: xr.Dataset, sha: str) -> list[dict[str, Any]]:
    """Count pixels over a CFAR threshold on sea without ships."""
    rows = []
    for law in ("gamma", "K, shape estimated from each look"):
        for p_false in (1e-3, 1e-4):
            hits = total = 0
            for i in range(cube.sizes["time"]):
                values = cube["gamma0"].to_numpy()[i, 0]
                texture = None if law == "gamma" else texture_of(values)
                found = cfar(values, cfar_multiplier(p_false, texture=texture), guard=9,
                             training=25)  # fmt: skip
                hits, total = hits + int(found.sum()), total + found.size
            rows.append(share("ships at sea, radar", "OPERA RTC, open sea", f"CFAR, {law}",
                              "false alarms per pixel", hits, total, sha,
                              note=f"stated {p_false:g}; 30 m pixels, 4.4 looks"))  # fmt: skip
    return rows


def floods(root: Path) -> list[dict[str, Any]]:
    """Compare water by index and by backscatter with a hand-drawn mask."""
    stem = root / "Spain_7370579"
    paths = [stem.with_name(f"{stem.name}_{each}.tif") for each in
             ("LabelHand", "S1Hand", "S2Hand")]  # fmt: skip
    held = []
    for path in paths:
        with rasterio.open(path) as file:
            held.append(file.read().astype(np.float32))
    label, radar, optical = held[0][0], held[1], held[2] / 10_000.0
    told = label >= 0
    index = ndwi(optical[[2, 7]], ("b03", "b08"))
    modified = ndwi(optical[[2, 11]], ("b03", "b08"))
    smooth = ndimage.uniform_filter(np.nan_to_num(radar.mean(axis=0), nan=0.0), 3)
    masks = {
        "NDWI, Otsu with a guard": index > water_threshold(index[told]),
        "MNDWI, Otsu with a guard": modified > water_threshold(modified[told]),
        "VV and VH in dB, Otsu": smooth < otsu(smooth[told])[0],
    }
    rows = []
    for method, found in masks.items():
        water = label == 1
        both = int((found & water & told).sum())
        either = int(((found | water) & told).sum())
        same = int(((found == water) & told).sum())
        note = f"Spain_7370579; {float(water[told].mean()):.0%} water"
        rows += [
            share("water mask", "Sen1Floods11", method, "pixels alike", same, int(told.sum()),
                  sha_of(paths), note=note),
            share("water mask", "Sen1Floods11", method, "intersection over union", both, either,
                  sha_of(paths), note=note),
        ]  # fmt: skip
    return rows


def _overlap(one: Sequence[float], two: Sequence[float]) -> float:
    across = min(one[2], two[2]) - max(one[0], two[0])
    down = min(one[3], two[3]) - max(one[1], two[1])
    if across <= 0 or down <= 0:
        return 0.0
    areas = [(each[2] - each[0]) * (each[3] - each[1]) for each in (one, two)]
    return across * down / (sum(areas) - across * down)


def chips(root: Path) -> list[dict[str, Any]]:
    """Find the boxed ships of radar chips, and count what else is found where none are boxed."""
    rows = []
    for name in ("sar_ship_chips", "ls_ssdd"):
        boxes = found = loose = others = empty = 0
        paths = sorted((root / name).glob("*.jpg"))
        for path in paths:
            grey = np.asarray(Image.open(path).convert("L"), np.float32)
            # eight bits of amplitude, black clipped: one step stands for what was cut off
            hits = bright_targets((grey + 1.0) ** 2, cfar_multiplier(1e-6, texture=4.0),
                                  guard=61, training=121, least=6)  # fmt: skip
            seen = [(b[1].start, b[0].start, b[1].stop, b[0].stop) for b in hits]
            tree = ET.parse(path.with_suffix(".xml")).getroot()
            true = [[float(each.findtext(f"bndbox/{side}") or 0)
                     for side in ("xmin", "ymin", "xmax", "ymax")]
                    for each in tree.findall("object")]  # fmt: skip
            best = [max((_overlap(t, s) for s in seen), default=0.0) for t in true]
            boxes += len(true)
            found += sum(each >= 0.3 for each in best)
            loose += sum(each > 0.1 for each in best)
            near = sum(any(_overlap(t, s) > 0.0 for t in true) for s in seen)
            others += len(seen) - near
            empty += not true
        sha = sha_of([*paths, *(p.with_suffix(".xml") for p in paths)])
        note = f"{len(paths)} images of 8 bits, {empty} without a box; no land mask"
        rows += [
            share("ships at sea, radar", name, "K CFAR, 1e-6, shape 4", "boxes found, overlap 0.3",
                  found, boxes, sha, note=note),
            share("ships at sea, radar", name, "K CFAR, 1e-6, shape 4", "boxes found, overlap 0.1",
                  loose, boxes, sha, note=note),
            row("ships at sea, radar", name, "K CFAR, 1e-6, shape 4", "other objects an image",
                others / len(paths), len(paths), sha, note=f"{note}; land and piers among them"),
        ]  # fmt: skip
    return rows


# -- made-up harbours, for the rates stated by the measures ------------------------------------


def made_up() -> list[dict[str, Any]]:
    """Score the berth measures on made-up harbours of both families; simulated, no real data."""
    rows = []
    for family in (scenes.FIRST, scenes.SECOND):
        counts, errors, held, unsure = np.zeros(4, int), [], [], np.zeros(2, int)
        for seed in range(6):
            harbour = scenes.Harbour(seed, n_looks=60, family=family, empty_until=20)
            cube, truth = scenes.cube(harbour)
            where = scenes.masks(harbour)
            ring = ring_mask([where["berth"], where["quay"]], gsd=10.0) & where["land"]
            place = Berth(where["berth"], ring, where["openwater"], harbour.axis_deg)
            made = references(cube, ring=ring, until=truth["time"].to_numpy()[20])
            looks = berth(cube, place, references=made)
            for look, true in zip(looks, truth.itertuples(), strict=True):
                unsure += (look.others > 0 and not look.hulls, look.ships.state != "unclear")
                if not math.isfinite(look.ships.value):
                    continue
                counts[2 * int(true.ships) + int(look.ships.value > 0)] += 1
                if true.ships and look.hulls:
                    errors.append(look.length.value - true.length)
                    held.append(look.length.low <= true.length <= look.length.high)
        rows += _rates("ships at berth, optical", f"made-up harbours, {family} family", counts)
        rows.append(share("ships at berth, optical", f"made-up harbours, {family} family", "berth",
                          "something, no hull", int(unsure[0]), int(unsure[1]), "",
                          note="simulated; said to be no number"))  # fmt: skip
        rows.append(row("ships at berth, optical", f"made-up harbours, {family} family", "berth",
                        "length error, m", float(np.mean(errors)), len(errors), "",
                        note=f"simulated; interval of 0.90 held {np.mean(held):.2f}",
                        bounds=(float(np.percentile(errors, 5)),
                                float(np.percentile(errors, 95)))))  # fmt: skip
    return rows + _made_up_radar()


def _made_up_radar() -> list[dict[str, Any]]:
    rows = []
    for state, side in (("descending", "sea side"), ("ascending", "lee of the quay")):
        counts = np.zeros(4, int)
        for seed in range(4):
            harbour = backscatter.RadarHarbour(seed, n_looks=60, orbit_state=state, empty_until=20)
            cube, truth = backscatter.radar_cube(harbour)
            where = backscatter.radar_masks(harbour)
            place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
            made, quiet = learnt(cube, place, until=truth["time"].to_numpy()[20])
            looks = list(radar_berth(cube, place, references=made, quiet=quiet))[20:]
            for look, true in zip(looks, truth["ships"].to_numpy()[20:], strict=True):
                counts[2 * int(true) + int(look.ships.value > 0)] += 1
        rows += _rates("ships at berth, radar", f"made-up berths, {side}", counts)
    return rows


def _rates(measure: str, dataset: str, counts: npt.NDArray[np.int_]) -> list[dict[str, Any]]:
    free, false, missed, found = (int(each) for each in counts)
    return [
        share(measure, dataset, "berth", "detection per look", found, found + missed, "",
              note="simulated"),
        share(measure, dataset, "berth", "false alarms per look", false, free + false, "",
              note="simulated"),
    ]  # fmt: skip


PARTS: dict[str, tuple[str, Callable[[Path], list[dict[str, Any]]]]] = {
    "labelled ports": ("01_s2_ports_labelled", ports),
    "injected ships": ("01_s2_ports_labelled", injected),
    "Vancouver": ("02_s2_port_timeseries/vancouver", vancouver),
    "OPERA": ("04_s1_calibrated/opera_rtc_s1", opera),
    "Sen1Floods11": ("04_s1_calibrated/sen1floods11", floods),
    "radar chips": ("03_s1_ships", chips),
}


def run(root: Path) -> list[dict[str, Any]]:
    """Give every row; a part whose imagery is absent gives one row that says so.

    Parameters
    ----------
    root : pathlib.Path
        The folder of the imagery.

    Returns
    -------
    list of dict
        With the keys of `COLUMNS`.
    """
    rows = []
    for name, (inner, part) in PARTS.items():
        if (root / inner).is_dir():
            rows += part(root / inner)
        else:
            rows.append(row(name, inner, "", "skipped", math.nan, 0, "", note="imagery absent"))
    return rows + made_up()


def write(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write the rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    told = run(folder())
    for each in told:
        print(
            f"{each['dataset'][:34]:34} {each['method'][:34]:34} {each['metric'][:26]:26} "
            f"{each['value']:7.3f} [{each['low']:.3f}, {each['high']:.3f}] n {each['n']:5} "
            f"{each['note'][:50]}"
        )
    if len(sys.argv) > 1:
        write(told, Path(sys.argv[1]))
