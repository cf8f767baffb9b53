"""Band tables: which file and layer holds which band of which image, checked before any pixel."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.warp import transform_bounds

from skytally.core import DataError, Fault, header_of, read_cells, refuse
from skytally.imagery.acquire.byte_range_reader_and_window_geometry import complex_fault
from skytally.imagery.acquire.deliveries.acquisition_day_from_names import (
    moments_in_name,
    parsed_time,
)
from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile
from skytally.imagery.acquire.deliveries.image_header import ImageHeader, image_header
from skytally.imagery.acquire.image_provider_table import (
    LANDSAT,
    QUALITY,
    SENSORS,
    SENTINEL_1,
    SENTINEL_2,
)
from skytally.imagery.acquire.neighbouring_utm_zone_resampling import is_reprojectable
from skytally.imagery.acquire.offered_scene import Asset, SceneItem
from skytally.imagery.acquire.own_image_scene_items import item_id_of
from skytally.imagery.sites import Site

REQUIRED_COLUMNS = ("time_utc", "file", "band")
OF_A_BAND = ("layer", "scale", "offset")
OF_AN_IMAGE = (
    "platform", "relative_orbit", "orbit_state", "processor", "sun_zenith", "sun_azimuth", "label",
)  # fmt: skip
"""Columns that may be left out; all rows of one image say the same in those of an image."""
BAND_TABLE_COLUMNS = (*REQUIRED_COLUMNS, *OF_A_BAND, *OF_AN_IMAGE)
"""Every column that a band table may have."""
OPTICAL_BAND = re.compile(r"b\d\da?|b8a")
RADAR_BANDS = ("vv", "vh", "hh", "hv")
CLASSES = {"scl": SENTINEL_2, "qa_pixel": LANDSAT}
"""Classification of pixels to the sensor whose classes it holds."""
WHOLE, DECIMAL = re.compile(r"\d{1,4}"), re.compile(r"-?\d{1,9}(\.\d{1,12})?(e-?\d{1,2})?")
KM = 1000.0


@dataclass(frozen=True)
class _Row:
    """One row of a band table that can be read."""

    line: int
    time: datetime
    band: str
    file: DeliveredFile
    header: ImageHeader
    cells: Mapping[str, str]

    @property
    def layer(self) -> int:
        """Number of the band in its file, from 1."""
        return int(self.cells["layer"] or 1)

    def scaling(self) -> tuple[float | None, float | None]:
        """Scale and offset of the row, else of the file; None where neither states them."""
        if self.cells["scale"]:
            return float(self.cells["scale"]), float(self.cells["offset"])
        return self.header.scaling(self.layer)


class _Faults:
    """Faults of one table, each with its place."""

    def __init__(self, table: Path) -> None:
        self.name = table.name
        self.found: list[Fault] = []

    def add(self, line: int, column: str, found: str, advice: str) -> None:
        self.found.append(Fault(self.name, line, column, found, advice))


def _check_header(table: Path) -> tuple[str, ...]:
    header = header_of(table)
    faults = [
        f"{table.name}: no column {column}; add it" for column in REQUIRED_COLUMNS
        if column not in header
    ] + [
        f"{table.name}: column {column!r} is not known; use {', '.join(BAND_TABLE_COLUMNS)}"
        for column in header
        if column not in BAND_TABLE_COLUMNS
    ]  # fmt: skip
    refuse(faults, what=f"band table {table.name}")
    return header


def _cell_faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Column, what was found and advice for each cell of a row that cannot be read."""
    try:
        parsed_time(cells["time_utc"])
    except ValueError:
        yield "time_utc", repr(cells["time_utc"]), "write the UTC time as 2023-08-27T02:15:49Z"
    for column in ("layer", "relative_orbit"):
        if cells[column] and not WHOLE.fullmatch(cells[column]):
            yield column, repr(cells[column]), "write a whole number, or leave it empty"
    for column in ("scale", "offset", "sun_zenith", "sun_azimuth"):
        if cells[column] and not DECIMAL.fullmatch(cells[column]):
            yield column, repr(cells[column]), "write a number, or leave it empty"
    if bool(cells["scale"]) != bool(cells["offset"]):
        yield "scale", "scale or offset alone", "write both, or neither where the file states them"


def _band_fault(band: str, sensor: str) -> str:
    """Advice for a band that a cube of the sensor cannot have; empty for one that it can."""
    if band in CLASSES:
        return "" if CLASSES[band] == sensor else f"give sensor={CLASSES[band]!r}, or leave it out"
    if band in RADAR_BANDS:
        return "" if sensor == SENTINEL_1 else f"give sensor={SENTINEL_1!r}, a cube of its own"
    if OPTICAL_BAND.fullmatch(band):
        return "" if sensor != SENTINEL_1 else "radar and optical images are two cubes"
    return f"name bands b02, b03, b04, b08, b11 or alike, {', '.join((*RADAR_BANDS, *CLASSES))}"


def _header_fault(cells: Mapping[str, str], file: DeliveredFile, header: ImageHeader) -> str:
    """Fault of a file as a band; empty where there is none."""
    layer = int(cells["layer"] or 1)
    if not 1 <= layer <= header.count:
        return f"{header.count} bands in {file.name} and no layer {layer}; correct the layer"
    if fault := complex_fault(header.dtype):
        return f"{file.name}: {fault}"
    if header.colours[layer - 1] == "palette":
        return f"a picture with a table of colours, {file.name}; give the image it was drawn from"
    if header.crs is None or header.transform.is_identity:
        return (
            f"no CRS in {file.name}, so where it lies is not known; export it as a GeoTIFF with "
            "its map projection, or give it one (gdal_edit -a_srs, -a_ullr)"
        )
    stated = cells["scale"] or cells["band"] in CLASSES
    if not stated and header.scaling(layer) == (None, None):
        return (
            f"whole numbers without scale in {file.name}; write scale and offset of the product's "
            "metadata, for Sentinel-2 L2A since January 2022 0.0001 and -0.1"
        )
    return ""


def _place_fault(file: DeliveredFile, header: ImageHeader, site: Site) -> str:
    """Where a file lies that shows nothing of the site; empty for one that does."""
    rows, columns = header.shape
    corners = [header.transform @ each for each in ((0, 0), (columns, 0), (columns, rows),
                                                    (0, rows))]  # fmt: skip
    xs, ys = zip(*corners, strict=True)
    box = (min(xs), min(ys), max(xs), max(ys))
    try:
        box = transform_bounds(header.crs, CRS.from_epsg(site.grid.epsg), *box)
    except (RasterioError, ValueError):
        box = (math.inf,) * 4
    west, south, east, north = site.grid.bounds
    apart = math.hypot(
        max(box[0] - east, west - box[2], 0.0), max(box[1] - north, south - box[3], 0.0)
    )
    inside = box[0] < east and box[2] > west and box[1] < north and box[3] > south
    if inside:
        return ""
    where = (
        f"{apart / KM:,.1f} km from"
        if math.isfinite(apart)
        else "on another part of the earth than"
    )
    return (
        f"{file.name} lies {where} the window of {site.slug} by its grid; choose another site, or "
        "correct the CRS and the corner that the file states"
    )


def _row(
    line: int, cells: Mapping[str, str], table: Path, site: Site, sensor: str, faults: _Faults
) -> _Row | None:
    """Row of a band that can be read; None after its faults were noted."""
    bad = list(_cell_faults(cells))
    band = cells["band"].lower()
    if advice := _band_fault(band, sensor):
        bad.append(("band", repr(cells["band"]), advice))
    for column, found, advice in bad:
        faults.add(line, column, found, advice)
    path = (table.parent / Path(cells["file"]).expanduser()).resolve()
    if not cells["file"] or not path.is_file():
        found = repr(cells["file"]) if cells["file"] else "no name"
        faults.add(line, "file", found, f"no such file in {table.parent}; correct its name")
        return None
    file = DeliveredFile(path.name, str(path), path.stat().st_size)
    try:
        with warnings.catch_warnings():
            # it is told as a fault
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            header = image_header(file)
    except (RasterioError, ValueError, OSError) as error:
        told = " ".join(str(error).split())[:200]
        faults.add(line, "file", f"{file.name}, no GeoTIFF or JPEG 2000 ({told})", "export it anew")
        return None
    if bad:
        return None
    fault = _header_fault({**cells, "band": band}, file, header) or _place_fault(file, header, site)
    if fault:
        found, _, advice = fault.rpartition("; ")
        faults.add(line, "file", found, advice)
        return None
    return _Row(line, parsed_time(cells["time_utc"]), band, file, header, cells)


def _check_days(rows: Sequence[_Row], faults: _Faults) -> None:
    """Note rows whose file is named after another day than theirs."""
    for row in rows:
        days = sorted(moments_in_name(row.file.stem))
        if days and row.time.date() not in days:
            faults.add(
                row.line, "time_utc", f"{row.time:%Y-%m-%d}, and {row.file.name} is of {days[0]}",
                "correct the day, or the name of the file",
            )  # fmt: skip


def _check_image(
    rows: Sequence[_Row], days_of: Mapping[str, Sequence[datetime]], faults: _Faults
) -> None:
    """Note what keeps the rows of one image from being one image."""
    first = rows[0]
    of_band: dict[str, _Row] = {}
    for row in rows:
        if row.band in of_band:
            faults.add(
                row.line, "band", f"{row.band} twice at {row.time:%Y-%m-%dT%H:%M:%SZ}",
                "leave one, or write the hour of each image",
            )  # fmt: skip
        of_band.setdefault(row.band, row)
        other = [word for word in OF_AN_IMAGE if row.cells[word] != first.cells[word]]
        if other:
            faults.add(
                row.line, other[0], repr(row.cells[other[0]]),
                f"another band of this image has {first.cells[other[0]]!r}; write one",
            )  # fmt: skip
    tags = {row.header.time_tag.date(): row for row in rows if row.header.time_tag is not None}
    if len(tags) > 1:
        told = " and ".join(f"{row.file.name} of {day}" for day, row in sorted(tags.items()))
        faults.add(
            first.line, "file", f"files of different days in one image by their time tags, {told}",
            "take the bands of one day",
        )  # fmt: skip
    for band in sorted(set(days_of) - set(of_band) - set(CLASSES)):
        elsewhere = ", ".join(f"{each:%Y-%m-%d}" for each in days_of[band][:3])
        faults.add(
            first.line, "band",
            f"no {band} of {first.time:%Y-%m-%dT%H:%M:%SZ}, only of {elsewhere}",
            "add its row; bands of different days are no image",
        )  # fmt: skip


def _zone(rows: Iterable[_Row], site: Site, sensor: str) -> int:
    """Zone in which an image is read: its own where the sensor's images are resampled from it."""
    codes = {row.header.crs.to_epsg() if row.header.crs else None for row in rows}
    code = codes.pop() if len(codes) == 1 else None
    return code if code is not None and is_reprojectable(code, site, sensor) else site.grid.epsg


def _asset(row: _Row) -> Asset:
    header, (scale, offset) = row.header, row.scaling()
    metres = header.crs is not None and header.crs.is_projected
    return Asset(
        band=QUALITY if row.band in CLASSES else row.band,
        href=row.file.gdal_path,
        gsd=abs(header.transform.determinant) ** 0.5 if metres else None,
        size=row.file.size, checksum=None, transform=None, shape=None, dtype=header.dtype,
        nodata=header.nodata, scale=scale, offset=offset, layer=row.layer,
    )  # fmt: skip


def _number(text: str) -> float | None:
    return float(text) if text else None


def _item(rows: Sequence[_Row], table: Path, site: Site, sensor: str) -> SceneItem:
    cells, assets = rows[0].cells, [_asset(row) for row in rows]
    time = rows[0].time
    return SceneItem(
        provider="band table", site=site.slug,
        item_id=item_id_of(f"{table.stem}-{time:%Y%m%dT%H%M%S}"),
        time=f"{time:%Y-%m-%dT%H:%M:%SZ}", sensor=sensor, platform=cells["platform"].lower(),
        relative_orbit=int(cells["relative_orbit"]) if cells["relative_orbit"] else None,
        orbit_state=cells["orbit_state"].lower(), processor=cells["processor"], baseline="",
        sequence=0, epsg=_zone(rows, site, sensor), tile="", cloud_cover=None,
        sun_zenith=_number(cells["sun_zenith"]), sun_azimuth=_number(cells["sun_azimuth"]),
        view_zenith=None, view_azimuth=None, offset_applied_flag=None,
        assets={asset.band: asset for asset in assets}, label=cells["label"],
    )  # fmt: skip


def band_table_items(table: Path, site: Site, *, sensor: str = SENTINEL_2) -> list[SceneItem]:
    """Read a band table into one scene item an image, after every file in it was checked.

    Parameters
    ----------
    table : Path
        CSV file with a row for each band of each image: ``time_utc``, ``file`` (relative to the
        table) and ``band``; where needed also ``layer`` (number of the band in its file),
        ``scale`` and ``offset`` (stored number times scale plus offset is reflectance or
        backscatter; else as the file states), and ``platform``, ``relative_orbit``,
        ``orbit_state``, ``processor``, ``sun_zenith``, ``sun_azimuth`` and ``label`` of the image.
        Bands are named ``b02`` and so on, ``vv``, ``vh``, ``scl`` or ``qa_pixel``.
    site : Site
        The site.
    sensor : str
        ``sentinel-2``, ``sentinel-1``, ``landsat`` or ``other``.

    Returns
    -------
    list of SceneItem
        In the order of time.

    Raises
    ------
    DataError
        If a column or a cell cannot be read, a file is missing, has no CRS, no such layer, no
        scale or no part in the window of the site, is named after another day than its row, or
        an image lacks a band that another one has, has one twice or has files of different
        days. All faults at once, each with its line.
    """
    if sensor not in SENSORS:
        message = f"sensor {sensor!r}; give one of {', '.join(SENSORS)}"
        raise DataError(message)
    header, faults = _check_header(table), _Faults(table)
    cells = read_cells(table, header=header).to_dict("index")
    empty: dict[str, Any] = dict.fromkeys(BAND_TABLE_COLUMNS, "")
    found = [
        _row(int(str(line)), {**empty, **row}, table, site, sensor, faults)
        for line, row in cells.items()
    ]
    rows = [row for row in found if row is not None]
    _check_days(rows, faults)
    images: dict[datetime, list[_Row]] = {}
    days_of: dict[str, list[datetime]] = {}
    for row in sorted(rows, key=lambda row: (row.time, row.line)):
        images.setdefault(row.time, []).append(row)
        days_of.setdefault(row.band, []).append(row.time)
    if len(rows) == len(found):
        # a row that could not be read is no missing band
        for image in images.values():
            _check_image(image, days_of, faults)
    if not found:
        faults.add(0, "", "no row", "write a row for each band of each image")
    refuse(faults.found, what=f"band table {table}")
    return [_item(image, table, site, sensor) for image in images.values()]
