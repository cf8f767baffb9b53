"""An image on which a person counts: its identity, its scale, and its pixels as tiles."""

from __future__ import annotations

import hashlib
import io
import math
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from PIL import Image
from pyproj import CRS, Geod, Transformer
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from skytally.core import DataError, file_fault

Bytes = npt.NDArray[np.uint8]

TILE = 512
"""Side of a tile in pixels of the screen."""
DRIVERS = {
    ".tif": "GTiff", ".tiff": "GTiff", ".jp2": "JP2OpenJPEG", ".png": "PNG", ".jpg": "JPEG",
    ".jpeg": "JPEG",
}  # fmt: skip
"""Suffix to the one format as which a file is opened; a VRT, for example, could name others."""
COARSE_SIDE = 2600
"""Longest side of the coarse picture that is kept, in its pixels."""
CUT = (1.0, 99.5)
"""Percentiles of the coarse picture that are drawn black and white."""
COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
CUT_PIXELS = 250_000
"""Pixels of the coarse picture from which its percentiles are taken."""
CACHE_BYTES = 128 << 20
"""Bytes of decoded blocks that GDAL keeps: a screen of tiles, not the twentieth of the memory."""
MOST_PIXELS = 4_000_000_000
"""Pixels of the largest image that is opened."""
SIMULATED_TAG = "SIMULATED"
"""Tag of an image file that was drawn and not taken."""


@lru_cache(maxsize=8)
def _to_lonlat(wkt: str) -> Transformer:
    return Transformer.from_crs(CRS.from_wkt(wkt), "OGC:CRS84", always_xy=True)


@dataclass(frozen=True)
class ImageIdentity:
    """What an image is known by; its pixels never leave the machine."""

    sha256: str
    """Hash of the bytes of the file."""
    name: str
    """Name of the file."""
    columns: int
    """Columns of pixels."""
    rows: int
    """Rows of pixels."""
    scale_m: float | None
    """Metres a pixel on the ground in the middle of the image, None where it is not known."""
    crs: str
    """Coordinate system as WKT, empty where the file has none."""
    transform: tuple[float, ...]
    """Six numbers of the affine transform from column and row to it; empty without a system."""
    simulated: bool
    """Whether the file says that it was drawn."""

    def lonlat(self, column: float, row: float) -> tuple[float, float] | None:
        """Longitude and latitude (WGS 84) of a place, None without a coordinate system."""
        if not self.crs:
            return None
        a, b, c, d, e, f = self.transform
        x, y = a * column + b * row + c, d * column + e * row + f
        lon, lat = _to_lonlat(self.crs).transform(x, y)
        return float(lon), float(lat)


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ground_size(identity: ImageIdentity) -> float:
    """Metres of ground that a pixel in the middle of a georeferenced image covers.

    Measured on the ellipsoid, so that a map projection which stretches, such as that of web maps,
    is seen through.

    Raises
    ------
    DataError
        If the two sides of a pixel differ by more than a tenth: lengths would depend on their
        direction.
    """
    column, row = identity.columns / 2.0, identity.rows / 2.0
    places = [
        identity.lonlat(*each) for each in ((column, row), (column + 1, row), (column, row + 1))
    ]
    here, beside, below = (each for each in places if each is not None)
    geod = Geod(ellps="WGS84")
    across, down = (geod.inv(*here, *each)[2] for each in (beside, below))
    if not (0 < across < math.inf and 0 < down < math.inf) or not 0.9 < across / down < 1.1:
        message = (
            f"{identity.name}: a pixel is {across:.3g} m by {down:.3g} m; bring the image to "
            "square pixels, in a UTM zone for example, so that lengths can be measured on it"
        )
        raise DataError(message)
    return float(math.sqrt(across * down))


class CountImage:
    """An open image file, read by windows.

    Raises
    ------
    DataError
        If it cannot be read, its format is unknown, or its scale is neither in the file nor given.
    """

    def __init__(self, path: Path, *, scale: str = "", bands: str = "") -> None:
        self.path = path
        self._lock = threading.Lock()
        with ThreadPoolExecutor(1) as beside:
            try:
                self._stamp = self._stamped()
                # both read the whole file
                sha = beside.submit(_hash_of, path)
                self._open(bands)
                self.identity = self._identified(sha.result(), scale)
            except OSError as error:
                if isinstance(error, RasterioError):
                    message = f"{path.name}: found no sound image ({error}); export it again"
                    raise DataError(message) from None
                raise DataError(file_fault(error)) from None
        self._black, self._white = self._cuts()

    def _open(self, bands: str) -> None:
        """Open the file and read its coarse picture."""
        path = self.path
        driver = DRIVERS.get(path.suffix.lower())
        if driver is None:
            message = (
                f"{path.name}: found a file that is none of {', '.join(sorted(DRIVERS))}; "
                "export the image as a GeoTIFF or PNG"
            )
            raise DataError(message)
        with warnings.catch_warnings():
            # such a picture is what SCALE is for
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            self._source = rasterio.open(path, driver=driver, num_threads="all_cpus")
        if self._source.width * self._source.height > MOST_PIXELS:
            message = f"{path.name}: found more than {MOST_PIXELS} pixels; cut it to the place"
            raise DataError(message)
        self._bands = self._chosen(bands)
        self.factor = max(1, 2 ** math.ceil(math.log2(max(self._source.shape) / COARSE_SIDE)))
        self._coarse, self._seen = self._read_coarse()

    def _stamped(self) -> tuple[int, int]:
        stat = self.path.stat()
        return stat.st_size, stat.st_mtime_ns

    def _chosen(self, bands: str) -> tuple[int, ...]:
        source = self._source
        if bands:
            parts = bands.split(",")
            good = all(part.strip().isdigit() and 1 <= int(part) <= source.count for part in parts)
            if not good or len(parts) not in (1, 3):
                message = (
                    f"BANDS: found {bands[:40]!r}; write one band, or three for red, green, blue, "
                    f"of 1 to {source.count}, such as BANDS=3,2,1"
                )
                raise DataError(message)
            return tuple(int(part) for part in parts)
        colours = list(source.colorinterp)
        if all(each in colours for each in COLOURS):
            return tuple(colours.index(each) + 1 for each in COLOURS)
        plain = [i + 1 for i, each in enumerate(colours) if each != ColorInterp.alpha]
        return tuple(plain[:3]) if len(plain) >= 3 else tuple(plain[:1])

    def _identified(self, sha: str, scale: str) -> ImageIdentity:
        source = self._source
        crs = source.crs.to_wkt() if source.crs else ""
        place = tuple(source.transform)[:6] if crs else ()
        tags = source.tags()
        made = ImageIdentity(
            sha, self.path.name, source.width, source.height, None, crs, place,
            SIMULATED_TAG in tags,
        )  # fmt: skip
        return replace(made, scale_m=self._scale(made, scale))

    def _scale(self, made: ImageIdentity, given: str) -> float | None:
        if made.crs:
            own = ground_size(made)
            if given and given != "none":
                asked = _metres(given)
                if not 0.98 < asked / own < 1.02:
                    message = (
                        f"SCALE: found {given}, where the file itself says {own:.4g} m a pixel; "
                        "leave SCALE out, or mend the file"
                    )
                    raise DataError(message)
            return own
        if given == "none":
            return None
        if not given:
            message = (
                f"{made.name}: the file does not say where it lies, so its scale is not known; "
                "write metres a pixel, such as SCALE=0.5, or SCALE=none to count without measuring"
            )
            raise DataError(message)
        return _metres(given)

    def _read_coarse(self) -> tuple[npt.NDArray, Bytes]:
        shape = tuple(max(1, round(each / self.factor)) for each in self._source.shape)
        return self._read(Window(0, 0, self._source.width, self._source.height), shape)

    def _read(self, window: Window, shape: tuple[int, ...]) -> tuple[npt.NDArray, Bytes]:
        """Pixels and mask of a window, at a size; 0 in the mask where the image has no pixel."""
        try:
            with self._lock, rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
                found = self._source.read(
                    self._bands, window=window, out_shape=(len(self._bands), *shape),
                    resampling=Resampling.average if self.factor > 1 else Resampling.nearest,
                )  # fmt: skip
                seen = self._source.dataset_mask(window=window, out_shape=shape)
        except RasterioError as error:
            message = f"{self.path.name}: part of it cannot be read ({error}); export it again"
            raise DataError(message) from None
        if np.issubdtype(found.dtype, np.floating):
            finite = np.isfinite(found).all(0)
            seen = np.where(finite, seen, 0).astype(np.uint8)
            found = np.where(finite, found, 0.0)
        return found, seen

    def _cuts(self) -> tuple[float, float]:
        """Values drawn black and white, the same in all bands so that colours stay."""
        if not self._seen.any():
            message = f"{self.path.name}: every pixel is missing; there is nothing to count on"
            raise DataError(message)
        every = max(1, math.isqrt(self._seen.size // CUT_PIXELS))
        thin = self._seen[::every, ::every] > 0
        inside, every = (thin, every) if thin.any() else (self._seen > 0, 1)
        black, white = np.percentile(self._coarse[:, ::every, ::every][:, inside], CUT)
        # a picture of 8 bits that uses them was stretched by whoever made it
        if self._coarse.dtype == np.uint8 and white - black > 100:
            return 0.0, 255.0
        return float(black), float(white if white > black else black + 1.0)

    def check_unchanged(self) -> None:
        """Refuse a file that was changed since it was opened.

        Raises
        ------
        DataError
            If its bytes may differ: marks on one image are no marks on another.
        """
        try:
            stamp = self._stamped()
            same = stamp == self._stamp or _hash_of(self.path) == self.identity.sha256
        except OSError as error:
            raise DataError(file_fault(error)) from None
        if same:
            # touched alone: the next tile need not read all of it again
            self._stamp = stamp
        else:
            message = (
                f"{self.path.name}: the file changed while it was counted; put the old one back, "
                "or begin a count of the new one"
            )
            raise DataError(message)

    def tile(self, level: int, across: int, down: int) -> bytes:
        """Encode one tile as PNG.

        Parameters
        ----------
        level : int
            Pixels of the image to one of the tile, as a power of two.
        across, down : int
            Number of the tile from the left and from the top.

        Raises
        ------
        DataError
            If it lies outside the image, the image changed, or it cannot be read.
        """
        if self._stamped() != self._stamp:
            self.check_unchanged()
        step = 2**level
        left, top = across * TILE * step, down * TILE * step
        width = min(TILE * step, self._source.width - left)
        height = min(TILE * step, self._source.height - top)
        if not 0 <= level <= 16 or min(across, down) < 0 or min(width, height) <= 0:
            message = f"tile {level}/{across}/{down} lies outside the image"
            raise DataError(message)
        shape = max(1, math.ceil(height / step)), max(1, math.ceil(width / step))
        if step >= self.factor > 1:
            return self._encoded(*self._from_coarse(left, top, step, shape))
        return self._encoded(*self._read(Window(left, top, width, height), shape))

    def _from_coarse(
        self, left: int, top: int, step: int, shape: tuple[int, int]
    ) -> tuple[npt.NDArray, Bytes]:
        """Cut a tile from the coarse picture, so that no pan waits for the file."""
        rows, columns = self._seen.shape
        every = step // self.factor
        down = np.minimum(top // self.factor + np.arange(shape[0]) * every, rows - 1)
        across = np.minimum(left // self.factor + np.arange(shape[1]) * every, columns - 1)
        return self._coarse[:, down[:, None], across], self._seen[down[:, None], across]

    def coarse(self) -> bytes:
        """Encode a picture of the whole image, at most 1,300 pixels a side."""
        every = max(1, math.ceil(max(self._seen.shape) / 1300))
        return self._encoded(self._coarse[:, ::every, ::every], self._seen[::every, ::every])

    def _encoded(self, found: npt.NDArray, seen: Bytes) -> bytes:
        shares = (found - self._black) / (self._white - self._black)
        grey = (np.clip(shares, 0.0, 1.0) * 255.0).round().astype(np.uint8)
        layers = list(np.broadcast_to(grey, (3, *seen.shape)))
        if not seen.all():
            layers.append(np.where(seen > 0, np.uint8(255), np.uint8(0)))
        made = io.BytesIO()
        # it goes no further than this machine, and to pack it would take longer than to send it
        Image.fromarray(np.stack(layers, 2)).save(made, "PNG", compress_level=0)
        return made.getvalue()

    def close(self) -> None:
        """Close the file."""
        self._source.close()


def _metres(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0.01 <= found <= 1000:
        message = f"SCALE: found {text[:40]!r}; write metres a pixel, such as 0.5"
        raise DataError(message)
    return found
