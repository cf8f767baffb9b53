"""Headers of delivered images: grid, bands, masks, without any pixel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import affine
import rasterio
from rasterio.crs import CRS
from rasterio.enums import ColorInterp

from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile

DRIVERS = {".jp2": "JP2OpenJPEG"}
"""Suffix to the format that is opened, else GeoTIFF; a VRT, for example, could name other files."""
PART = "/vsisubfile/"
"""Prefix of a part of an archive, whose path does not end with the name of the image."""
TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
TIME_TAG = "TIFFTAG_DATETIME"


@dataclass(frozen=True)
class ImageHeader:
    """What the header of an image says."""

    count: int
    """Bands, alpha among them."""
    crs: CRS | None
    """Coordinate system, or None."""
    transform: affine.Affine
    """Grid; the identity where the file has none."""
    shape: tuple[int, int]
    """Rows and columns."""
    dtype: str
    """Type of the stored numbers of the first band."""
    nodata: float | None
    """Stored number that means no data, or None."""
    descriptions: tuple[str, ...]
    """Description of each band, or empty texts."""
    colours: tuple[str, ...]
    """Colour that each band is meant for."""
    scales: tuple[float, ...]
    """Scale of each band; 1 where none is stated."""
    offsets: tuple[float, ...]
    """Offset of each band; 0 where none is stated."""
    time_tag: datetime | None
    """Time of the TIFF tag DateTime, UTC, or None."""

    @property
    def has_alpha(self) -> bool:
        """Whether one of the bands is transparency."""
        return "alpha" in self.colours

    def scaling(self, layer: int) -> tuple[float | None, float | None]:
        """Scale and offset of a band, None where the file states none."""
        scale, offset = self.scales[layer - 1], self.offsets[layer - 1]
        # GDAL reads 1 and 0 from a file that states no scale and offset
        unstated = (scale, offset) == (1, 0) and not self.dtype.startswith("float")
        return (None, None) if unstated else (scale, offset)


def _time_of_tag(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def open_image(path: str) -> rasterio.DatasetReader:
    """Open a GeoTIFF or JPEG 2000 file, in an archive too, and no other format."""
    driver = DRIVERS.get(path[-4:].lower(), "GTiff")
    if path.startswith(PART):
        with Path(path.partition(",")[2]).open("rb") as file:
            file.seek(int(path.removeprefix(PART).partition("_")[0]))
            driver = "GTiff" if file.read(4) in TIFF_SIGNATURES else DRIVERS[".jp2"]
    return rasterio.open(path, driver=driver)


def image_header(file: DeliveredFile) -> ImageHeader:
    """Read the header of an image.

    Raises
    ------
    rasterio.errors.RasterioError
        If it is no GeoTIFF or JPEG 2000 file.
    """
    with open_image(file.gdal_path) as source:
        return ImageHeader(
            count=source.count,
            crs=source.crs,
            transform=source.transform,
            shape=source.shape,
            dtype=source.dtypes[0],
            nodata=source.nodata,
            descriptions=tuple(text or "" for text in source.descriptions),
            colours=tuple(_colour(each) for each in source.colorinterp),
            scales=tuple(source.scales),
            offsets=tuple(source.offsets),
            time_tag=_time_of_tag(source.tags().get(TIME_TAG, "")),
        )


def _colour(interpretation: ColorInterp) -> str:
    return str(interpretation.name).lower()
