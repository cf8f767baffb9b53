"""STAC items like those of the real providers, and a loopback catalogue with injected faults."""

from __future__ import annotations

import contextlib
import copy
import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rasterio.warp import transform_bounds

from skytally.imagery.acquire.image_provider_table import Provider, read_providers
from skytally.imagery.sites.site_model import Site
from skytally.imagery.sites.site_register import read_sites

DATA = Path(__file__).resolve().parents[2] / "data" / "sites"
SITES = read_sites(DATA)
PROVIDERS = read_providers(DATA / "providers.toml")
RAJIN: Site = SITES["rajin"]
CORNER = (600000, 4700040)
"""West and north of the MGRS tile 52TFM, in which Rajin lies."""
SIDE = 109800
Item = dict[str, Any]


def box(
    epsg: int, west: float, north: float, wide: float = SIDE, high: float = SIDE
) -> list[float]:
    """Bounding box of a UTM grid in degrees: west, south, east, north."""
    found = transform_bounds(f"EPSG:{epsg}", "EPSG:4326", west, north - high, west + wide, north)
    return [round(each, 6) for each in found]


def ring(bbox: list[float]) -> dict[str, Any]:
    """GeoJSON polygon of a bounding box."""
    west, south, east, north = bbox
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def _feature(name: str, collection: str, bbox: list[float], properties: Item, assets: Item) -> Item:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": collection,
        "bbox": bbox,
        "geometry": ring(bbox),
        "properties": properties,
        "assets": assets,
        "links": [],
    }


def earth_search(
    when: str = "2023-08-27T02:15:49.024000Z", *, tile: str = "52TFM", baseline: str = "05.09"
) -> Item:
    """STAC item as in Earth Search's sentinel-2-c1-l2a, with only the bands used."""
    stamp = datetime.fromisoformat(when)
    assets = {}
    for key, band, gsd in (
        ("blue", "B02", 10),
        ("green", "B03", 10),
        ("red", "B04", 10),
        ("nir", "B08", 10),
        ("swir16", "B11", 20),
        ("scl", "SCL", 20),
    ):
        raster: Item = {
            "nodata": 0,
            "data_type": "uint8" if key == "scl" else "uint16",
            "spatial_resolution": gsd,
        }
        if key != "scl":
            raster |= {"scale": 0.0001, "offset": -0.1}
        assets[key] = {
            "href": f"https://example.test/{tile}/{stamp:%Y%m%d}/{band}.tif",
            "type": "image/tiff; application=geotiff; profile=cloud-optimized",
            "gsd": gsd,
            "proj:shape": [SIDE // gsd, SIDE // gsd],
            "proj:transform": [gsd, 0, CORNER[0], 0, -gsd, CORNER[1]],
            "raster:bands": [raster],
            "file:checksum": "1220" + "ab" * 32,
            "file:size": 10264111,
            "roles": ["data"],
        }
    properties = {
        "datetime": when,
        "platform": "sentinel-2b",
        "constellation": "sentinel-2",
        "eo:cloud_cover": 12.5,
        "proj:epsg": 32652,
        "mgrs:utm_zone": 52,
        "grid:code": f"MGRS-{tile}",
        "view:azimuth": 303.68,
        "view:incidence_angle": 3.05,
        "view:sun_azimuth": 150.5,
        "view:sun_elevation": 53.25,
        "s2:processing_baseline": baseline,
        "s2:product_uri": f"S2B_MSIL2A_{stamp:%Y%m%dT%H%M%S}_N0509_R089_T{tile}_x.SAFE",
    }
    name = f"S2B_T{tile}_{stamp:%Y%m%dT%H%M%S}_L2A"
    return _feature(name, "sentinel-2-c1-l2a", box(32652, *CORNER), properties, assets)


def copernicus() -> Item:
    """STAC 1.1 item as in the sentinel-2-l2a of the Copernicus Data Space."""
    assets = {}
    for key, gsd in (("B02", 10), ("B03", 10), ("B04", 10), ("B08", 10), ("B11", 20), ("SCL", 20)):
        assets[f"{key}_{gsd}m"] = {
            "href": f"s3://eodata/Sentinel-2/MSI/L2A/2025/03/30/x.SAFE/{key}_{gsd}m.jp2",
            "type": "image/jp2",
            "gsd": gsd,
            "nodata": 0,
            "data_type": "uint8" if key == "SCL" else "uint16",
            "file:size": 118933074,
            "file:checksum": "1620" + "cd" * 32,
            "proj:code": "EPSG:32652",
            "proj:shape": [SIDE // gsd, SIDE // gsd],
            "proj:transform": [gsd, 0, CORNER[0], 0, -gsd, CORNER[1]],
            "view:azimuth": 230.98,
        }
        if key != "SCL":
            assets[f"{key}_{gsd}m"] |= {
                "raster:scale": 0.0001,
                "raster:offset": -0.1,
                "bands": [{"name": key, "eo:common_name": "blue"}],
            }
    properties = {
        "gsd": 10,
        "datetime": "2025-03-30T02:00:51.025Z",
        "platform": "sentinel-2c",
        "grid:code": "MGRS-52TFM",
        "view:azimuth": 226.67,
        "view:incidence_angle": 3.38,
        "view:sun_azimuth": 161.14,
        "view:sun_elevation": 44.22,
        "eo:cloud_cover": 86.04,
        "sat:orbit_state": "descending",
        "sat:relative_orbit": 122,
        "processing:version": "05.11",
    }
    name = "S2C_MSIL2A_20250330T020051_N0511_R122_T52TFM_20250330T145914"
    item = _feature(name, "sentinel-2-l2a", box(32652, *CORNER), properties, assets)
    return {**item, "stac_version": "1.1.0"}


def planetary_s2() -> Item:
    """STAC item as in the Planetary Computer's sentinel-2-l2a: no scale, no offset."""
    assets = {}
    for key, gsd in (("B02", 10), ("B03", 10), ("B04", 10), ("B08", 10), ("B11", 20), ("SCL", 20)):
        assets[key] = {
            "href": f"https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/x/{key}_{gsd}m.tif",
            "gsd": float(gsd),
            "proj:shape": [SIDE // gsd, SIDE // gsd],
            "proj:transform": [float(gsd), 0.0, CORNER[0], 0.0, -float(gsd), CORNER[1]],
            "roles": ["data"],
        }
    properties = {
        "datetime": "2019-06-29T02:25:29.024000Z",
        "platform": "Sentinel-2B",
        "proj:epsg": 32652,
        "s2:mgrs_tile": "52TFM",
        "eo:cloud_cover": 0.31,
        "sat:orbit_state": "descending",
        "sat:relative_orbit": 43,
        "s2:mean_solar_zenith": 37.91,
        "s2:mean_solar_azimuth": 170.15,
        "s2:processing_baseline": "02.12",
    }
    name = "S2B_MSIL2A_20190629T022529_R043_T52TFM_20201006T080531"
    return _feature(name, "sentinel-2-l2a", box(32652, *CORNER), properties, assets)


def radar(when: str = "2024-03-25T21:50:50.645981Z", *, number: str = "16") -> Item:
    """STAC item as in the Planetary Computer's sentinel-1-rtc: one grid for all files."""
    assets = {
        key: {
            "href": f"https://sentinel1euwestrtc.blob.core.windows.net/sentinel1-grd-rtc/{key}.tiff",
            "file:size": 1847263622,
            "file:checksum": "6c832532aabac8696383749d552b46cb",
            "raster:bands": [{"nodata": -32768, "data_type": "float32", "spatial_resolution": 10}],
        }
        for key in ("vh", "vv")
    }
    west, north, wide, high = 480640, 4760600, 295330, 222030
    properties = {
        "datetime": when,
        "start_datetime": "2024-03-25 21:50:38.146465+00:00",
        "end_datetime": "2024-03-25 21:51:03.145498+00:00",
        "platform": "SENTINEL-1A",
        "proj:epsg": 32652,
        "proj:shape": [high // 10, wide // 10],
        "proj:transform": [10, 0, west, 0, -10, north, 0, 0, 1],
        "s1:slice_number": number,
        "sat:orbit_state": "descending",
        "sat:relative_orbit": 134,
    }
    name = f"S1A_IW_GRDH_1SDV_20240325T2150{number}_20240325T215103_053134_066FC4_rtc"
    bbox = box(32652, west, north, wide, high)
    return _feature(name, "sentinel-1-rtc", bbox, properties, assets)


def landsat() -> Item:
    """STAC item as in the Planetary Computer's landsat-c2-l2: grid in the properties."""
    assets: Item = {
        key: {
            "href": f"https://landsateuwest.blob.core.windows.net/landsat-c2/x_{key}.TIF",
            "raster:bands": [
                {"nodata": 0, "data_type": "uint16", "scale": 2.75e-05, "offset": -0.2}
            ],
        }
        for key in ("blue", "green", "red", "nir08", "swir16")
    }
    assets["qa_pixel"] = {
        "href": "https://landsateuwest.blob.core.windows.net/landsat-c2/x_QA_PIXEL.TIF",
        "raster:bands": [{"data_type": "uint16", "unit": "bit index"}],
    }
    properties = {
        "datetime": "2023-09-05T02:05:11.396428Z",
        "platform": "landsat-9",
        "gsd": 30,
        "eo:cloud_cover": 21.12,
        "view:off_nadir": 0,
        "view:sun_elevation": 49.84,
        "view:sun_azimuth": 147.2,
        "proj:epsg": 32652,
        "proj:shape": [7741, 7611],
        "proj:transform": [30.0, 0.0, 491985.0, 0.0, -30.0, 4790415.0],
        "landsat:wrs_path": "114",
        "landsat:wrs_row": "031",
        "landsat:collection_number": "02",
    }
    bbox = box(32652, 491985, 4790415, 30 * 7611, 30 * 7741)
    return _feature("LC09_L2SP_114031_20230905_02_T1", "landsat-c2-l2", bbox, properties, assets)


def series(
    count: int, *, first: str = "2023-08-01T02:15:49+00:00", days: float = 1.0
) -> list[Item]:
    """Earth Search items at regular intervals."""
    start = datetime.fromisoformat(first)
    return [
        earth_search(f"{start + timedelta(days=days * number):%Y-%m-%dT%H:%M:%S.024000Z}")
        for number in range(count)
    ]


def changed(item: Item, **properties: object) -> Item:
    """Copy an item with changed properties; ``__`` in a name stands for a colon."""
    made = copy.deepcopy(item)
    for key, value in properties.items():
        made["properties"][key.replace("__", ":")] = value
    return made


Fault = Callable[["Catalogue", int, str], str]
"""Function of catalogue, page and requested period that returns the name of a fault, or empty."""


def first_times(word: str, times: int, *, page: int = 1) -> Fault:
    """Fault on the first `times` requests of a page, then a normal answer."""

    def fault(catalogue: Catalogue, asked: int, span: str) -> str:
        if asked != page or catalogue.misbehaved >= times:
            return ""
        return word

    return fault


def always(word: str, *, page: int = 1) -> Fault:
    """Fault on every request of a page and of all later pages."""
    return lambda _catalogue, asked, _span: word if asked >= page else ""


class Catalogue:
    """STAC search service on loopback with paging, counts, time filters and injected faults."""

    def __init__(self, items: list[Item], *, page: int = 10, counts: bool = True) -> None:
        """Set items, page size and whether matches are counted.

        Parameters
        ----------
        items : list of dict
            Items of the catalogue.
        page : int
            Maximum items in a page, whatever limit is requested.
        counts : bool
            Whether a response states the number of matched items.
        """
        self.items, self.page, self.counts = items, page, counts
        self.fault: Fault | None = None
        self.lost_after = 0
        """Page after which the next link is left out, where a search has more; 0 for never."""
        self.repeat = 0
        """Page that is replaced by the first; 0 for none."""
        self.requests: list[tuple[str, Any]] = []
        self.misbehaved = 0
        self.retry_after = "0"
        self.written: dict[str, str] = {}
        """Words of an answer, each of which is replaced by a piece of JSON."""
        self.sending = ""
        """``packed`` for gzip, ``chunks`` for gzip in chunks, or plain."""
        self.closing = threading.Event()
        self.url = ""

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """Search response of one page, as of stac-server and pgstac."""
        first, last = (datetime.fromisoformat(each) for each in body["datetime"].split("/"))
        held = []
        for item in self.items:
            given = (item.get("properties") or {}).get("datetime", "")
            skewed = item.get("skewed", False)
            with contextlib.suppress(ValueError, TypeError):
                skewed = skewed or first <= datetime.fromisoformat(given) <= last
            if skewed:
                held.append(item)
        size, number = min(self.page, body.get("limit", 10)), int(body.get("token", 1))
        shown = 1 if number == self.repeat else number
        page = {
            "type": "FeatureCollection",
            "features": held[(shown - 1) * size : shown * size],
            "links": [],
        }
        if self.counts:
            page["numberMatched"] = len(held)
        if number * size < len(held) and number != self.lost_after:
            page["links"] = [
                {
                    "rel": "next",
                    "method": "POST",
                    "href": f"{self.url}/search",
                    "body": {**body, "token": str(number + 1)},
                }
            ]
        return page

    def landing(self) -> dict[str, Any]:
        """STAC landing page of the service."""
        core = "https://api.stacspec.org/v1.0.0"
        return {
            "type": "Catalog",
            "stac_version": "1.0.0",
            "id": "loopback",
            "description": "for tests",
            "conformsTo": [f"{core}/core", f"{core}/item-search"],
            "links": [
                {"rel": "root", "href": self.url, "type": "application/json"},
                {"rel": "self", "href": self.url, "type": "application/json"},
                {
                    "rel": "search",
                    "href": f"{self.url}/search",
                    "type": "application/geo+json",
                    "method": "POST",
                },
            ],
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    catalogue: Catalogue
    files: dict[str, Any]

    def log_message(self, *words: object) -> None:
        """Suppress the request log."""

    def do_GET(self) -> None:
        """Answer with the landing page, or with a file of a static catalogue."""
        self.catalogue.requests.append((self.path, None))
        if self.path in self.files:
            self._misbehave(1, "") or self._send(json.dumps(self.files[self.path]).encode())
        elif self.path in ("/", ""):
            self._send(json.dumps(self.catalogue.landing()).encode())
        else:
            self._send(b'{"code": "NotFound"}', status=404)

    def do_POST(self) -> None:
        """Answer with one page of a search."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.catalogue.requests.append((self.path, body))
        if self._misbehave(int(body.get("token", 1)), body["datetime"]):
            return
        text = json.dumps(self.catalogue.answer(body))
        for word, piece in self.catalogue.written.items():
            text = text.replace(f'"{word}"', piece)
        data = text.encode()
        if self.catalogue.sending:
            self._send_slowly(gzip.compress(data))
        else:
            self._send(data)

    def _send_slowly(self, data: bytes) -> None:
        chunks = self.catalogue.sending == "chunks"
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        if chunks:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        for place in range(0, len(data), 100):
            piece = data[place : place + 100]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunks else piece)
            self.wfile.flush()
            time.sleep(0.005)
        if chunks:
            self.wfile.write(b"0\r\n\r\n")

    def _send(self, data: bytes, *, status: int = 200, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if status == 429:
            self.send_header("Retry-After", self.catalogue.retry_after)
        self.end_headers()
        self.wfile.write(data)

    def _misbehave(self, page: int, span: str) -> bool:
        word = self.catalogue.fault(self.catalogue, page, span) if self.catalogue.fault else ""
        if not word:
            return False
        self.catalogue.misbehaved += 1
        whole = json.dumps(
            {"type": "FeatureCollection", "features": [earth_search()], "links": []}
        ).encode()
        if word.isdecimal():
            self._send(b"the server is unwell", status=int(word), kind="text/plain")
        elif word in BODIES:
            self._send(*BODIES[word](whole))
        else:
            self._break(word, whole)
        return True

    def _break(self, word: str, whole: bytes) -> None:
        self.close_connection = True
        if word == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            return
        if word == "hang":
            self.catalogue.closing.wait(30)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(whole)))
        self.end_headers()
        if word == "short":
            self.wfile.write(whole[: len(whole) // 2])
        with contextlib.suppress(OSError):
            for place in range(len(whole) if word == "drip" else 0):
                self.wfile.write(whole[place : place + 1])
                if self.catalogue.closing.wait(0.05):
                    return


BODIES: dict[str, Callable[[bytes], tuple[bytes]]] = {
    "html": lambda _whole: (b"<!doctype html><title>Sign in</title>",),
    "empty": lambda _whole: (b"",),
    "cut": lambda whole: (whole[: len(whole) // 2],),
    "list": lambda _whole: (b"[]",),
    "strange": lambda _whole: (b'{"message": "maintenance"}',),
    "featureless": lambda _whole: (b'{"type": "FeatureCollection", "links": []}',),
}
"""Bodies sent with status 200 that are no page of items."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore broken connections: clients of these tests hang up."""


@contextlib.contextmanager
def served(catalogue: Catalogue, files: dict[str, Any] | None = None) -> Iterator[Catalogue]:
    """Serve a catalogue, and the files of a static catalogue, on a free port of loopback."""
    handler = type("Handler", (_Handler,), {"catalogue": catalogue, "files": files or {}})
    server = _Server(("127.0.0.1", 0), handler)
    catalogue.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield catalogue
    finally:
        catalogue.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(2)


def provider_of(url: str, **words: Any) -> Provider:
    """Row of the default provider with another address."""
    row = PROVIDERS["earth-search"].__dict__
    return Provider(**{**row, "url": url, "page_size": 10, **words})


def seconds_since(start: float) -> float:
    """Seconds elapsed since `start`."""
    return time.monotonic() - start
