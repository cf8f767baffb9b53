"""Mutated files, items and catalogues, each read by the real client and judged by its pixels.

A mutation is drawn from its number alone, so that any one of them can be tried again. The scenes
are those of a simulated archive; nothing in them was observed.
"""

from __future__ import annotations

import json
import resource
import signal
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.io import MemoryFile

from skytally.core.errors_and_fault_lists import AcquisitionError, DataError
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.catalog_search_and_changes import search_catalogue
from skytally.imagery.acquire.image_provider_table import Provider
from skytally.imagery.acquire.inventory_and_search_log import STORED
from skytally.imagery.acquire.offered_scene import Asset, SceneItem
from skytally.imagery.acquire.one_scene_per_pass import SELECTED, select_items
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels
from skytally.imagery.acquire.scene_reader import read_scene
from skytally.imagery.acquire.stac.item_parser import parse_item
from skytally.imagery.acquire.tiff_directory_parser_and_checks import (
    TAG_STRIP_OFFSETS,
    TAG_TILE_BYTE_COUNTS,
    TAG_TILE_OFFSETS,
)
from skytally.imagery.pipeline.scene_job_reading_and_chip_encoding import SceneJob, read_job
from skytally.imagery.simulate.rehearsal_stac_items import with_server_addresses
from tests.support.server_fault_matrix import C1, C2, DAY, RTC
from tests.support.tiny_scene_archive import archive, provider, tiny_site
from tests.support.wrong_image_files_from_fault_server import World

SEED = 20261128
LIMIT_S = 20.0
"""An input that takes longer hangs."""
MEMORY_MB = 1024
"""Memory by which one input must not make the process grow."""
SETTINGS = FetchSettings(tries=1, head_bytes=2048, whole_bytes=0, gap_bytes=0)
"""Files are read in parts, as the large files of real providers are."""
RIGHT, REFUSED, AS_STATED = "right", "refused", "as_stated"
PLAUSIBLE, SILENT, CRASHED, HUNG = "unnoticed", "silent", "crashed", "hung"
OUTCOMES = (RIGHT, REFUSED, AS_STATED, PLAUSIBLE, SILENT, CRASHED, HUNG)
"""Right pixels; refused or left out with a reason; right pixels under other, valid words; wrong
pixels that neither item, size, grid nor sister band contradicts; wrong pixels that one of them
contradicts; an error that nobody foresaw, or too much memory; too slow."""
BANDS = {C1: ("b02", "b08", "b11", "quality"), RTC: ("vv", "vh"), C2: ("b02", "b08", "quality")}
LAYOUTS = ("tiled DEFLATE", "strips LZW", "JPEG 2000")
Rng = np.random.Generator
Outcome = tuple[str, str, str, str, float]
"""Family, kind, outcome, detail, seconds."""


@dataclass(frozen=True)
class Original:
    """A sound scene, and what it gives."""

    collection: str
    """Collection of the archive."""
    record: dict[str, Any]
    """Its STAC item, with paths."""
    item: SceneItem
    """The same as the client parsed it."""
    pixels: ScenePixels
    """Its pixels over the site."""
    sha256: str
    """Hash of its chip."""


@dataclass(frozen=True)
class Bench:
    """What all mutations start from."""

    world: World
    """The archive."""
    folder: Path
    """Where mutated files are put."""
    originals: dict[str, Original]
    """One scene a collection."""


def make_bench(folder: Path) -> Bench:
    """Write the archive, once a folder, and read its sound scenes."""
    (folder / "archive").mkdir(parents=True, exist_ok=True)
    world = World(folder / "archive", archive(folder / "archive"))
    site = tiny_site()
    originals = {}
    for collection, (first, last) in DAY.items():
        record = next(
            with_server_addresses(item, f"{world.folder}/")
            for item in world.items
            if item["collection"] == collection and first <= item["properties"]["datetime"] < last
        )
        item = parse_item(record, _row(collection), site)
        pixels = read_scene(item, [site], settings=SETTINGS, sign=str)[0]
        assert isinstance(pixels, ScenePixels)
        result = _read(item, collection)
        assert result.status == STORED, result.reason
        assert result.manifest is not None
        originals[collection] = Original(collection, record, item, pixels, result.manifest.sha256)
    return Bench(world, folder, originals)


def _row(collection: str, path: Path = Path("items.json")) -> Provider:
    """Make the row of a catalogue of local files, which may name files of this machine."""
    return replace(provider(collection, str(path)), kind="stac-static", local=True)


def _read(item: SceneItem, collection: str) -> Any:
    row = _row(collection)
    return read_job(SceneJob(row, (item,), (tiny_site(),), SETTINGS))[0]


def _fields(content: bytes) -> tuple[int, list[tuple[int, int, int, int]]]:
    """Start of the first directory of a small-endian TIFF, and its fields: tag, type, count, at."""
    at = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, at)[0]
    entries = (at + 2 + 12 * i for i in range(count))
    return at, [(*struct.unpack_from("<HHI", content, entry), entry) for entry in entries]


def _place(content: bytes, tag: int) -> tuple[int, int, int]:
    """First byte of the whole numbers of a field, their number, and the bytes of each."""
    _, fields = _fields(content)
    kind, count, entry = next((k, n, e) for t, k, n, e in fields if t == tag)
    width = 2 if kind == 3 else 4
    inline = count * width <= 4
    place = entry + 8 if inline else struct.unpack_from("<I", content, entry + 8)[0]
    return place, count, width


VALUES_BYTES = 300
"""Bytes after a directory in which the values of its fields stand, about."""


def _header_end(content: bytes) -> int:
    """First byte after the directory and its values, or of what may be pixels."""
    if content[:2] != b"II":
        return min(len(content), 200)
    at, fields = _fields(content)
    tags = (TAG_TILE_OFFSETS, TAG_STRIP_OFFSETS)
    tag = next(tag for tag, *_ in fields if tag in tags)
    first, n, width = _place(content, tag)
    numbers = struct.unpack_from(f"<{n}{'HI'[width // 4]}", content, first)
    blocks = filter(None, numbers)
    return min(at + 2 + 12 * len(fields) + VALUES_BYTES, *blocks)


def _header_bit(content: bytearray, rng: Rng) -> None:
    at = int(rng.integers(_header_end(bytes(content))))
    content[at] ^= 1 << int(rng.integers(8))


def _header_byte(content: bytearray, rng: Rng) -> None:
    end = _header_end(bytes(content))
    for _ in range(int(rng.integers(1, 4))):
        content[int(rng.integers(end))] = int(rng.integers(256))


EXTREMES = (0, 1, 2, 3, 15, 16, 255, 65535, 1 << 20, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)


def _header_field(content: bytearray, rng: Rng) -> None:
    if content[:2] != b"II":
        _header_byte(content, rng)
        return
    _, kind, count, entry = _fields(bytes(content))[1][
        int(rng.integers(len(_fields(bytes(content))[1])))
    ]
    part = int(rng.integers(5))
    number = int(rng.choice(EXTREMES))
    if part == 0:
        struct.pack_into("<H", content, entry, int(rng.integers(250, 360)))
    elif part == 1:
        struct.pack_into("<H", content, entry + 2, int(rng.integers(0, 20)))
    elif part == 2:
        struct.pack_into("<I", content, entry + 4, number)
    elif kind == 12 and count > 1:
        at = struct.unpack_from("<I", content, entry + 8)[0] + 8 * int(rng.integers(count))
        old = struct.unpack_from("<d", content, at)[0]
        new = rng.choice([0.0, -old, old / 1e4, old * 2, old + 30, np.nan, np.inf, 1e300])
        struct.pack_into("<d", content, at, float(new))
    else:
        struct.pack_into("<I", content, entry + 8, number)


def _tile_index(content: bytearray, rng: Rng) -> None:
    if content[:2] != b"II" or TAG_TILE_OFFSETS not in {f[0] for f in _fields(bytes(content))[1]}:
        _header_field(content, rng)
        return
    offsets = _place(bytes(content), TAG_TILE_OFFSETS)
    counts = _place(bytes(content), TAG_TILE_BYTE_COUNTS)
    i, j = (int(rng.integers(offsets[1])) for _ in range(2))
    places = [(offsets, counts), (offsets,), (counts,)][int(rng.integers(3))]
    change = int(rng.integers(4))
    for base, _, width in places:
        one, other = base + width * i, base + width * j
        kept = bytes(content[one : one + width])
        number = int.from_bytes(kept, "little")
        if change < 2:
            content[one : one + width] = content[other : other + width]
        if change == 0:
            content[other : other + width] = kept
        if change == 2:
            number = int(rng.choice(EXTREMES))
        if change == 3:
            number += int(rng.integers(-64, 65))
        if change > 1:
            content[one : one + width] = (number % (1 << 8 * width)).to_bytes(width, "little")


def _body(content: bytearray, rng: Rng) -> None:
    start = _header_end(bytes(content))
    at = int(rng.integers(start, len(content)))
    size = int(rng.integers(1, 2000))
    change = int(rng.integers(5))
    if change == 0:
        content[at] ^= 1 << int(rng.integers(8))
    elif change == 1:
        content[at : at + size] = bytes(len(content[at : at + size]))
    elif change == 2:
        other = int(rng.integers(start, len(content)))
        content[at : at + size] = content[other : other + len(content[at : at + size])].ljust(
            len(content[at : at + size]), b"\0"
        )
    elif change == 3:
        del content[at:]
    else:
        del content[at : at + size]


FILE_KINDS: dict[str, Callable[[bytearray, Rng], None]] = {
    "a bit of the header": _header_bit,
    "bytes of the header": _header_byte,
    "a field of the header": _header_field,
    "the index of the tiles": _tile_index,
    "the compressed pixels": _body,
}
DONORS = ("another date", "another place", "blank tile", "another band")
WITH_SIBLING = ("b08", "quality", "vv")
"""Bands for which the archive has another one of the same grid."""


def _encoded(values: npt.NDArray[Any], profile: dict[str, Any], layout: str) -> bytes:
    """Encode a band anew in another layout, without loss."""
    words = {key: profile[key] for key in ("dtype", "crs", "transform", "width", "height")}
    how: dict[str, Any] = {"driver": "GTiff", "compress": "LZW", "nodata": profile["nodata"]}
    if layout == LAYOUTS[2]:
        how = {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"}
    elif values.dtype.kind == "u":
        how["predictor"] = 2
    with MemoryFile(ext=".jp2" if layout == LAYOUTS[2] else ".tif") as memory:
        with memory.open(count=1, **words, **how) as file:
            file.write(values, 1)
        return bytes(memory.read())


def _layout(content: bytes, rng: Rng) -> tuple[str, bytes]:
    layout = str(rng.choice(LAYOUTS, p=(0.7, 0.15, 0.15)))
    with MemoryFile(content) as memory, memory.open() as file:
        values, profile = file.read(1), dict(file.profile)
    if layout == LAYOUTS[2] and values.dtype.kind == "f":
        layout = LAYOUTS[0]
    return layout, content if layout == LAYOUTS[0] else _encoded(values, profile, layout)


def _mutated_file(bench: Bench, rng: Rng) -> tuple[str, str, Original, SceneItem, str]:
    original = bench.originals[str(rng.choice(list(BANDS)))]
    band = str(rng.choice(BANDS[original.collection]))
    asset = original.item.assets[band]
    right = Path(asset.href).read_bytes()
    kind = str(rng.choice([*FILE_KINDS, "the whole file"]))
    if kind == "the whole file":
        donor = str(rng.choice(DONORS if band in WITH_SIBLING else DONORS[:-1]))
        content = bench.world.donor(donor, Path(asset.href)).ljust(len(right), b"\0")
        family, kind, sound = LAYOUTS[0], f"{donor}, of the same size", right
    else:
        family, sound = _layout(right, rng)
        mutable = bytearray(sound)
        FILE_KINDS[kind](mutable, rng)
        content = bytes(mutable)
    path = bench.folder / f"mutated{Path(asset.href).suffix}"
    path.write_bytes(content)
    stated = replace(asset, href=str(path), size=len(sound), checksum=None)
    if rng.random() < 0.3:
        stated = Asset(**{**vars(stated), **dict.fromkeys(("transform", "shape", "dtype", "size"))})
        family += ", little stated"
    item = replace(original.item, assets={**original.item.assets, band: stated})
    return f"file: {family}", kind, original, item, band


def _contradicted(original: Original, item: SceneItem, band: str, found: ScenePixels) -> bool:
    """Whether size, header or a sister band contradicts wrong pixels, judged without the client."""
    asset = item.assets[band]
    path = Path(asset.href)
    if asset.size is not None and path.stat().st_size != asset.size:
        return True
    try:
        with rasterio.open(path) as file:
            grid, shape, dtype = tuple(file.transform)[:6], file.shape, file.dtypes[0]
    except rasterio.errors.RasterioError:
        return True
    stated = (
        (asset.transform, grid, asset.transform is None or np.allclose(asset.transform, grid)),
        (asset.shape, shape, asset.shape == shape),
        (asset.dtype, dtype, asset.dtype == dtype),
    )
    if any(word is not None and not same for word, _, same in stated):
        return True
    right, wrong = original.pixels.arrays[band], found.arrays[band]
    if right.shape != wrong.shape or right.dtype != wrong.dtype:
        return True
    return _sister_contradicts(original, band, wrong)


def _sister_contradicts(original: Original, band: str, wrong: npt.NDArray[Any]) -> bool:
    sister = next(
        array
        for name, array in original.pixels.arrays.items()
        if name not in (band, "quality") and (band != "b02" or name == "b03")
    ).astype(float)
    right = original.pixels.arrays[band].astype(float)
    apart = right != wrong
    if apart.mean() < 0.02:
        return False
    known = apart & np.isfinite(wrong.astype(float))
    if known.sum() < 500 or right[known].std() == 0:
        return True
    ours = abs(np.corrcoef(right[known], sister[known])[0, 1])
    theirs = abs(np.corrcoef(wrong[known].astype(float), sister[known])[0, 1])
    return bool(ours > 0.5 and not theirs > 0.25)


def _judge_file(original: Original, item: SceneItem, band: str) -> tuple[str, str]:
    try:
        found = read_scene(item, [tiny_site()], settings=SETTINGS, sign=str)[0]
    except (AcquisitionError, DataError) as error:
        return REFUSED, str(error)
    if not isinstance(found, ScenePixels):
        return REFUSED, str(found)
    same = found.transform == original.pixels.transform and all(
        np.array_equal(array, found.arrays[name], equal_nan=array.dtype.kind == "f")
        for name, array in original.pixels.arrays.items()
    )
    if same:
        return RIGHT, ""
    result = _read(item, original.collection)
    if result.status != STORED:
        return REFUSED, result.reason
    wrong = _contradicted(original, item, band, found)
    return (SILENT if wrong else PLAUSIBLE), "stored"


VALUES: tuple[Any, ...] = (
    None, True, "", "x", "\ud800", "9" * 400, 0, -1, 1e308, 10**400, 0.5, [], {}, [[]], [None] * 6,
    float("nan"), float("inf"), "2023-08-27", "EPSG:99999", "../../x", "file:///dev/zero", 1 << 70,
)  # fmt: skip


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to every value of a JSON document."""
    here = [at] if at else []
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    return here + [path for key, inner in pairs for path in _paths(inner, (*at, key))]


def _mutated_record(record: dict[str, Any], rng: Rng) -> tuple[str, dict[str, Any]]:
    changed = json.loads(json.dumps(record))
    paths = _paths(changed)
    *stem, last = paths[int(rng.integers(len(paths)))]
    parent = changed
    for key in stem:
        parent = parent[key]
    kind = str(rng.choice(["a value replaced", "a value scaled", "a key lost", "a value nested"]))
    old = parent[last]
    if kind == "a value scaled" and isinstance(old, (int, float)):
        parent[last] = old * float(rng.choice([-1, 0.1, 10, 1e6, 1 + 1e-6]))
    elif kind == "a key lost":
        del parent[last]
    elif kind == "a value nested":
        for _ in range(int(rng.choice([1, 200]))):
            old = [old]
        parent[last] = old
    else:
        kind, parent[last] = "a value replaced", VALUES[int(rng.integers(len(VALUES)))]
    return kind, changed


def _judge_items(original: Original, items: list[SceneItem], told: list[str]) -> tuple[str, str]:
    usual = next((item for item in items if item == original.item), None)
    if usual and len(items) == 1 and not told:
        return RIGHT, ""
    chosen = select_items(items, tiny_site())
    selected = [choice.item for choice in chosen if choice.status == SELECTED]
    results = [_read(item, original.collection) for item in selected]
    stored = [result for result in results if result.status == STORED]
    if any(result.manifest.sha256 != original.sha256 for result in stored):
        return SILENT, "other pixels"
    if stored:
        return AS_STATED, "; ".join(told)
    reasons = [*told, *(c.reason for c in chosen), *(result.reason for result in results)]
    return REFUSED, "; ".join(filter(None, reasons)) or "not in the search"


def _try_item(bench: Bench, rng: Rng) -> tuple[str, str, str, str]:
    original = bench.originals[str(rng.choice(list(BANDS)))]
    kind, record = _mutated_record(original.record, rng)
    row = _row(original.collection)
    try:
        item = parse_item(record, row, tiny_site())
    except (AcquisitionError, DataError) as error:
        return "item", kind, REFUSED, str(error)
    return ("item", kind, *_judge_items(original, [item], []))


def _mutated_text(text: str, rng: Rng) -> tuple[str, bytes]:
    kind = str(rng.choice(["bytes replaced", "cut short", "a part twice", "a value replaced"]))
    content = bytearray(text.encode())
    at = int(rng.integers(len(content)))
    if kind == "bytes replaced":
        for _ in range(int(rng.integers(1, 6))):
            content[int(rng.integers(len(content)))] = int(rng.integers(256))
    elif kind == "cut short":
        del content[at:]
    elif kind == "a part twice":
        content[at:at] = content[at : at + int(rng.integers(1, 3000))]
    else:
        document = json.loads(text)
        content = bytearray(json.dumps(_mutated_record(document, rng)[1]).encode())
    return kind, bytes(content)


def _try_catalogue(bench: Bench, rng: Rng) -> tuple[str, str, str, str]:
    original = bench.originals[str(rng.choice(list(BANDS)))]
    text = json.dumps({"type": "FeatureCollection", "features": [original.record]})
    kind, content = _mutated_text(text, rng)
    path = bench.folder / "items.json"
    path.write_bytes(content)
    row = _row(original.collection, path)
    try:
        found = search_catalogue(row, tiny_site(), DAY[original.collection])
    except (AcquisitionError, DataError) as error:
        return "catalogue", kind, REFUSED, str(error)
    told = [*found.faults, *(reason for _, reason in found.malformed)]
    return ("catalogue", kind, *_judge_items(original, found.items, told))


def _alarm(number: int, frame: object) -> None:
    raise TimeoutError


def _attempt(bench: Bench, index: int) -> tuple[str, str, str, str]:
    rng = np.random.default_rng([SEED, index])
    family = rng.random()
    if family < 0.15:
        return _try_item(bench, rng)
    if family < 0.3:
        return _try_catalogue(bench, rng)
    label, kind, original, item, band = _mutated_file(bench, rng)
    return (label, kind, *_judge_file(original, item, band))


def try_input(bench: Bench, index: int) -> Outcome:
    """Try the mutated input of a number.

    Returns
    -------
    tuple of str, str, str, str, float
        Family and kind of the input, outcome, detail, seconds.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    handler = signal.signal(signal.SIGALRM, _alarm)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    try:
        family, kind, outcome, detail = _attempt(bench, index)
    except TimeoutError:
        family, kind, outcome, detail = "input", "of any kind", HUNG, f"number {index}"
    except Exception as error:
        family, kind, outcome = "input", "of any kind", CRASHED
        detail = f"number {index}: {type(error).__name__}: {error}"[:300]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
    if grown > MEMORY_MB or "MemoryError" in detail:
        outcome, detail = CRASHED, f"number {index}: {grown} MB more; {detail}"[:300]
    return family, kind, outcome, detail, time.monotonic() - start
