"""Accuracy of the change score of two dates on real image pairs, beside the usual methods.

``python -m labs.benchmarks.accuracy_table two_date_change`` prints it. A change score is judged by
its whole precision-recall curve: any threshold would have to be tuned on the labels. Seeds are
fixed, so that a second run gives the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.crs import CRS
from rasterio.warp import Resampling, calculate_default_transform, reproject
from scipy import ndimage

from labs.benchmarks.accuracy_row_format import Rows, on_imagery, row, sha_of, told
from skytally.core import DataError
from skytally.imagery.measure.pair_alignment import LIMIT_M, POSITION_M, PairAlignment, align_pair
from skytally.imagery.measure.reference_level_and_spread_per_group import NORMAL_MAD
from skytally.imagery.measure.two_date_change import OBJECT_M, two_date_change_score

Doubles = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

OSCD = {"hongkong": "EPSG:32650", "rennes": "EPSG:32630"}
"""Pairs and the UTM zone of each."""
BANDS = ("b02", "b03", "b04", "b08", "b11", "b12")
GSD = {"sentinel": 10.0, "landsat": 30.0}
RECALLS = tuple(round(0.1 * k, 1) for k in range(1, 10))
BLOCK = 50
"""Pixels along a block that is drawn whole: longer than any labelled building site but few."""
DRAWS = 300
SEED = 20231005
OURS = "change_score"
PLAIN = "change_score, without its noise model"
FLOOR = 1e-3
"""Reflectance below which a ratio is of noise."""
WHAT_IS_LABELLED = (
    "labels are of urban change only: fields that were cut or ploughed between the looks count "
    "as false"
)
NOTES = {
    OURS: "aligned, two robust lines a band, noise and edges taken into account, mean over 50 m; "
    "no number of it is fitted, but its form was settled with these pairs in view",
    PLAIN: "the same with the spread of each band alone for noise, edges as any other place",
    "plain differencing": "root of the summed squares of the difference, no line taken off",
    "index difference, NDVI": "absolute difference, as first described for two dates",
    "index difference, BSI": "absolute difference of the bare soil index",
    "image regression": "least-squares line a band over the whole scene, root of summed squares",
    "log-ratio": "absolute logarithm of the ratio, scene median taken off, mean of bands",
}
SAME = ", aligned and averaged as ours"


@dataclass(frozen=True, eq=False)
class Pair:
    """Two co-located images with hand-drawn labels of what changed between them."""

    name: str
    """Its name."""
    before: npt.NDArray[np.float32]
    """Reflectance, dims (band, y, x), in the order of `BANDS`."""
    after: npt.NDArray[np.float32]
    """The same of the second image."""
    changed: Bools
    """Labelled as changed, dims (y, x)."""
    labelled: Bools
    """Labelled at all."""
    gsd: float
    """Side of a pixel in metres."""
    sha256: str
    """Hash of its files."""
    note: str
    """What to know of its labels."""


def _on_grid(path: Path, grid: tuple[Any, int, int, str], *, nearest: bool = False,
             source: tuple[Any, Any] | None = None) -> npt.NDArray[np.float32]:  # fmt: skip
    transform, rows, columns, crs = grid
    made = np.full((rows, columns), np.nan, np.float32)
    with rasterio.open(path) as file:
        where = source or (file.transform, file.crs)
        reproject(
            file.read(1).astype(np.float32), made, src_transform=where[0], src_crs=where[1],
            dst_transform=transform, dst_crs=crs, dst_nodata=np.nan,
            resampling=Resampling.nearest if nearest else Resampling.cubic,
        )  # fmt: skip
    return made


def read_oscd(root: Path, city: str) -> Pair:
    """Read an OSCD image pair, resampled to the square 10 m UTM pixels that the measures need."""
    files = sorted((root / f"oscd_{city}").glob("t*_B*.tif"))
    blue = next(each for each in files if each.name.startswith("t1") and "B02" in each.name)
    with rasterio.open(blue) as file:
        source = file.transform, file.crs
        crs = CRS.from_string(OSCD[city])
        transform, columns, rows = calculate_default_transform(
            file.crs, crs, file.width, file.height, *file.bounds, resolution=GSD["sentinel"]
        )
    grid = (transform, rows, columns, crs)
    looks = []
    for when in ("t1", "t2"):
        held = {each.stem[-3:].lower(): each for each in files if each.name.startswith(when)}
        looks.append(np.stack([_on_grid(held[band], grid) / 10_000.0 for band in BANDS]))
    mask = root / f"oscd_{city}" / f"{city}-cm.tif"
    label = _on_grid(mask, grid, nearest=True, source=source)
    seen = np.isfinite(looks[0]).all(0) & np.isfinite(looks[1]).all(0) & np.isfinite(label)
    return Pair(
        f"OSCD {city}", looks[0], looks[1], label == 2, np.asarray(seen), GSD["sentinel"],
        sha_of([*files, mask]), WHAT_IS_LABELLED,
    )  # fmt: skip


def read_taizhou(root: Path) -> Pair:
    """Read the Landsat pair of Taizhou, partly labelled."""
    inner = root / "landsat_taizhou"
    read = {}
    for name in ("2000TM", "2003TM", "change.bmp", "unchanged.bmp"):
        with rasterio.open(inner / name) as file:
            read[name] = file.read()
    # eight bits of what the sensor counted: no reflectance, but in proportion to it
    looks = [(read[name] / 255.0).astype(np.float32) for name in ("2000TM", "2003TM")]
    changed, same = (read[name][0] > 0 for name in ("change.bmp", "unchanged.bmp"))
    return Pair(
        "Landsat Taizhou", looks[0], looks[1], changed, changed | same, GSD["landsat"],
        sha_of([inner / name for name in read]),
        "counts of 8 bits, not reflectance; one pixel in eight is labelled",
    )  # fmt: skip


# -- the usual methods ----------------------------------------------------------------------


def _ndvi(look: Doubles) -> Doubles:
    return (look[3] - look[2]) / np.maximum(look[3] + look[2], FLOOR)


def _bsi(look: Doubles) -> Doubles:
    warm, cool = look[4] + look[2], look[3] + look[0]
    return (warm - cool) / np.maximum(warm + cool, FLOOR)


def _regressed(before: Doubles, after: Doubles, seen: Bools) -> Doubles:
    total = np.zeros(seen.shape)
    for x, y in zip(before, after, strict=True):
        slope, middle = np.polyfit(x[seen], y[seen], 1)
        left = y - slope * x - middle
        total += (left / (NORMAL_MAD * np.median(np.abs(left[seen])) + 1e-12)) ** 2
    return np.sqrt(total)


def _ratio(before: Doubles, after: Doubles, seen: Bools) -> Doubles:
    logs = np.log(np.maximum(after, FLOOR) / np.maximum(before, FLOOR))
    return np.abs(logs - np.median(logs[:, seen], axis=1)[:, None, None]).mean(0)


PEERS: Mapping[str, Callable[[Doubles, Doubles, Bools], Doubles]] = {
    "plain differencing": lambda one, two, _: np.sqrt(((two - one) ** 2).sum(0)),
    "index difference, NDVI": lambda one, two, _: np.abs(_ndvi(two) - _ndvi(one)),
    "index difference, BSI": lambda one, two, _: np.abs(_bsi(two) - _bsi(one)),
    "image regression": _regressed,
    "log-ratio": _ratio,
}


def _averaged(score: Doubles, seen: Bools, gsd: float) -> Doubles:
    side = 2 * round((OBJECT_M / gsd - 1.0) / 2.0) + 1
    whole = ndimage.uniform_filter(np.where(seen, score, 0.0), side, mode="nearest")
    part = ndimage.uniform_filter(seen.astype(float), side, mode="nearest")
    return np.asarray(whole / np.maximum(part, 1e-6))


def aligned(pair: Pair) -> PairAlignment:
    """Alignment of a pair, as the change score has it."""
    return align_pair(pair.before, pair.after, _seen(pair), gsd=pair.gsd)


def _seen(pair: Pair) -> Bools:
    return np.asarray(np.isfinite(pair.before).all(0) & np.isfinite(pair.after).all(0))


def scores(pair: Pair, found: PairAlignment) -> dict[str, Doubles]:
    """Change score of every method at each pixel; each peer also on co-registered images."""
    seen = _seen(pair)
    before, after = (np.where(seen, each, 0.0).astype(float) for each in (pair.before, pair.after))
    kept = seen & np.isfinite(found.moved).all(0)
    moved = np.where(kept, found.moved, 0.0).astype(float)
    made = {
        name: np.asarray(
            two_date_change_score(pair.before, pair.after, gsd=pair.gsd, position_m=metres), float
        )
        for name, metres in ((OURS, POSITION_M), (PLAIN, 0.0))
    }
    for name, peer in PEERS.items():
        made[name] = peer(before, after, seen)
        made[name + SAME] = _averaged(peer(before, moved, kept), kept, pair.gsd)
    return made


# -- precision and recall -------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Curve:
    """Pixels ranked by a change score, highest first, for a precision-recall curve."""

    truth: Bools
    """Whether each changed, dims (pixel)."""
    block: npt.NDArray[np.intp]
    """Number of the block it lies in, dims (pixel)."""

    def precision(self, weight: Doubles) -> tuple[float, Doubles]:
        """Average precision, and the precision at each recall of `RECALLS`.

        `weight` says how often each block counts, dims (block).
        """
        counts = weight[self.block]
        hits = np.cumsum(counts * self.truth)
        precise = hits / np.maximum(np.cumsum(counts), 1e-12)
        average = float((precise * counts * self.truth).sum() / hits[-1])
        at = np.minimum(np.searchsorted(hits, np.array(RECALLS) * hits[-1]), hits.size - 1)
        return average, np.asarray(precise[at])


def curve(score: Doubles, pair: Pair, used: Bools) -> Curve:
    """Rank the valid pixels by a score."""
    rows, columns = np.nonzero(used)
    order = np.argsort(-score[used], kind="stable")
    wide = -(-score.shape[1] // BLOCK)
    block = (rows // BLOCK) * wide + columns // BLOCK
    return Curve(pair.changed[used][order], block[order])


def _ends(drawn: Sequence[float] | Doubles) -> tuple[float, float]:
    low, high = np.quantile(drawn, (0.05, 0.95))
    return float(low), float(high)


def change(pair: Pair) -> Rows:
    """Score every method on one image pair, with intervals from a spatial block bootstrap."""
    try:
        found = aligned(pair)
    except DataError as error:
        return [row("change", pair.name, OURS, "refused", 1.0, int(pair.labelled.sum()),
                    pair.sha256, note=str(error))]  # fmt: skip
    made = scores(pair, found)
    used = np.asarray(pair.labelled & np.all([np.isfinite(each) for each in made.values()], 0))
    curves = {name: curve(score, pair, used) for name, score in made.items()}
    blocks = max(int(each.block.max()) for each in curves.values()) + 1
    rng = np.random.default_rng(SEED)
    weights = rng.multinomial(blocks, np.full(blocks, 1.0 / blocks), DRAWS).astype(float)
    count, base = int(used.sum()), float(pair.changed[used].mean())
    named = ("change", pair.name)
    rows = [row(*named, "none", "share changed: precision without skill", base, count,
                pair.sha256, note=pair.note),
            row(*named, OURS, "displacement found, m", found.metres, count, pair.sha256,
                note=_told(found))]  # fmt: skip
    drawn = {k: [c.precision(each) for each in weights] for k, c in curves.items()}
    ours = np.array([each[0] for each in drawn[OURS]])
    for name, each in curves.items():
        plain = name.removesuffix(SAME)
        average, precise = each.precision(np.ones(blocks))
        spread = np.array([one[0] for one in drawn[name]])
        note = f"{NOTES[plain]}; 90 % over blocks of {BLOCK} pixels"
        rows.append(row(*named, name, "average precision", average, count, pair.sha256,
                        bounds=_ends(spread), note=note))  # fmt: skip
        if name != OURS:
            better = curves[OURS].precision(np.ones(blocks))[0] - average
            rows.append(row(*named, name, "average precision, ours less this", better, count,
                            pair.sha256, bounds=_ends(ours - spread), note=note))  # fmt: skip
        if name in (OURS, PLAIN) or name.endswith(SAME):
            points = np.array([one[1] for one in drawn[name]])
            rows += [
                row(*named, name, f"precision at recall {recall:g}", float(precise[k]), count,
                    pair.sha256, bounds=_ends(points[:, k]))
                for k, recall in enumerate(RECALLS)
            ]  # fmt: skip
    return rows


def _told(found: PairAlignment) -> str:
    left = "no part told" if math.isnan(found.left_m) else f"{found.left_m:.1f} m left inside"
    moved = "its parts moved one by one, " if found.by_parts else ""
    return f"limit {LIMIT_M:.0f} m; edges correlate by {found.correlation:.2f}, {moved}{left}"


def changes(root: Path) -> Rows:
    """Score every method on every image pair that is present."""
    made = []
    for name in OSCD:
        if (root / f"oscd_{name}").is_dir():
            made += change(read_oscd(root, name))
    if (root / "landsat_taizhou").is_dir():
        made += change(read_taizhou(root))
    return made


def run() -> Rows:
    """Score all pairs; one row marked as skipped where their folder is absent."""
    return on_imagery("change", "05_change_earthworks", changes)


if __name__ == "__main__":
    told(run())
