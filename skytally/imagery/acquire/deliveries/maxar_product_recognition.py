"""Products of Maxar (now Vantor, before DigitalGlobe): IMD or XML, TIL, and tiles of GeoTIFFs.

Layout as in the vendor's Imagery Support Data documentation, which GDAL's reader of these files
follows, too: the IMD file holds one group a band in the order of the file, and the TIL file lists
the tiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from skytally.imagery.acquire.deliveries.acquisition_day_from_names import one_day, parsed_time
from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile
from skytally.imagery.acquire.deliveries.delivered_scene import (
    BandSource,
    DeliveredScene,
    Recognition,
    scene_key,
)
from skytally.imagery.acquire.deliveries.vendor_metadata_parsing import (
    first_text,
    grouped_parameters,
    listed_path,
    number_or_none,
    texts,
    xml_tree,
)

BAND_NAMES = {
    "C": ("coastal_blue", "coastal"), "B": ("blue",), "G": ("green",), "Y": ("yellow",),
    "R": ("red",), "RE": ("rededge",), "N": ("nir", "nir1"), "N2": ("nir2",), "P": ("pan",),
    **{f"S{number}": (f"swir{number}",) for number in range(1, 9)},
}  # fmt: skip
"""Letters of a band in the metadata to names under which a row may ask for it."""
PLATFORMS = {
    "QB02": "quickbird-2", "IK01": "ikonos-1", "GE01": "geoeye-1", "WV01": "worldview-1",
    "WV02": "worldview-2", "WV03": "worldview-3", "WV04": "worldview-4",
    **{f"LG{number:02}": f"worldview-legion-{number}" for number in range(1, 7)},
}  # fmt: skip
IMAGES = (".tif", ".tiff")
UNREADABLE_IMAGES = (".ntf", ".nitf", ".pix", ".img")
"""Other forms in which an order may be delivered."""


@dataclass
class _Product:
    """What the metadata files of one product say."""

    moments: list[tuple[str, datetime]] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    order: str = ""
    values: dict[str, str] = field(default_factory=dict)


def _read_imd(file: DeliveredFile, product: _Product) -> None:
    groups = grouped_parameters(file)
    product.order = groups[""].get("bandId", product.order)
    for name, values in groups.items():
        if name.startswith("BAND_") and name.removeprefix("BAND_") not in product.letters:
            product.letters.append(name.removeprefix("BAND_"))
        for key in ("firstLineTime", "TLCTime"):
            if name.startswith("IMAGE") and key in values:
                product.moments.append((file.name, parsed_time(values[key])))
                break
        product.values = {**{key.lower(): text for key, text in values.items()}, **product.values}


def _read_xml(file: DeliveredFile, product: _Product) -> None:
    root = xml_tree(file)
    times = texts(root, "FIRSTLINETIME") or texts(root, "TLCTIME")
    product.moments += [(file.name, parsed_time(text)) for text in times]
    product.order = product.order or first_text(root, "BANDID")
    if not product.letters:
        tags = [element.tag for element in root.iter() if element.tag.startswith("BAND_")]
        product.letters = list(dict.fromkeys(tag.removeprefix("BAND_") for tag in tags))
    for tag in ("SATID", "MEANSUNEL", "MEANSUNAZ", "MEANOFFNADIRVIEWANGLE", "CLOUDCOVER"):
        product.values.setdefault(tag.lower(), first_text(root, tag))


def _letters(product: _Product) -> list[str]:
    """Bands in the order of the file."""
    order = product.order.strip()
    if order and order != order.lower() and set(order) <= {"R", "G", "B", "N"}:
        return list(order)
    if order == "P":
        return ["P"]
    return product.letters


def _tiles(
    stem: str, folder: Sequence[DeliveredFile], til: DeliveredFile | None
) -> tuple[DeliveredFile, ...]:
    """Image files of a product, by its list of tiles where it has one."""
    by_name = {file.name.lower(): file for file in folder}
    if til is None:
        found = [f for f in folder if f.suffix in IMAGES and f.stem.lower() == stem.lower()]
        if not found:
            other = [f for f in folder if f.suffix in UNREADABLE_IMAGES]
            form = f" ({other[0].suffix} cannot be read here; order GeoTIFF)" if other else ""
            message = f"no image {stem}.TIF beside its metadata{form}"
            raise ValueError(message)
        return tuple(found)
    tiles = grouped_parameters(til).values()
    names = [listed_path(tile["filename"]) for tile in tiles if "filename" in tile]
    absent = [name for name in names if name.lower() not in by_name]
    if absent or not names:
        message = f"{til.name} lists tiles that are not here: {', '.join(absent) or 'none at all'}"
        raise ValueError(message)
    return tuple(by_name[name.lower()] for name in names)


def _scene(
    stem: str, metadata: Sequence[DeliveredFile], folder: Sequence[DeliveredFile]
) -> DeliveredScene:
    key = scene_key(metadata[0].folder, stem)
    scene = DeliveredScene(key, "Maxar", None, "", (), sensor="other")
    product = _Product()
    til = next((file for file in metadata if file.suffix == ".til"), None)
    try:
        for file in metadata:
            if file.suffix == ".imd":
                _read_imd(file, product)
            elif file.suffix == ".xml":
                _read_xml(file, product)
        if not product.moments:
            message = "no time: its metadata have no firstLineTime"
            raise ValueError(message)
        letters, tiles = _letters(product), _tiles(stem, folder, til)
        bands = tuple(
            BandSource(BAND_NAMES.get(letter, (letter.lower(),)), tiles, layer, len(letters),
                       nodata=0.0)
            for layer, letter in enumerate(letters, start=1)
        )  # fmt: skip
        values = product.values
        elevation = number_or_none(values.get("meansunel", ""))
        cloud = number_or_none(values.get("cloudcover", ""))
        satellite = values.get("satid", "").strip('" ').upper()
        return replace(
            scene, product=f"Maxar, {product.order or 'bands as listed'}, {len(tiles)} tile(s)",
            moment=one_day(product.moments), clue=product.moments[0][0], bands=bands,
            platform=PLATFORMS.get(satellite, satellite.lower()),
            sun_zenith=None if elevation is None else 90 - elevation,
            sun_azimuth=number_or_none(values.get("meansunaz", "")),
            view_zenith=number_or_none(values.get("meanoffnadirviewangle", "")),
            cloud_cover=None if cloud is None or cloud < 0 else 100 * cloud,
            fault="" if bands else "its metadata name no band",
        )  # fmt: skip
    except (ValueError, OSError) as error:
        return replace(scene, fault=str(error))


def _is_product_xml(file: DeliveredFile) -> bool:
    """Whether an XML file is the metadata of a product; orders have others beside it."""
    try:
        return file.suffix == ".xml" and b"<isd" in file.read()[:2000].lower()
    except (ValueError, OSError):
        return False


def recognise(files: Sequence[DeliveredFile], recognition: Recognition, _counts: Any) -> None:
    """Find the products of Maxar among some files, and say what each file was taken for."""
    products: dict[tuple[str, str], list[DeliveredFile]] = {}
    for file in recognition.unclaimed(files):
        if file.suffix in (".imd", ".til") or _is_product_xml(file):
            products.setdefault((file.folder, file.stem.upper()), []).append(file)
    for (folder, stem), metadata in sorted(products.items()):
        if not any(file.suffix in (".imd", ".xml") for file in metadata):
            recognition.claim(metadata, f"list of tiles of {stem}, whose IMD or XML is not here")
            continue
        here = [file for file in recognition.unclaimed(files) if file.folder == folder]
        scene = _scene(metadata[0].stem, metadata, here)
        recognition.add(scene, metadata)
        beside = [f for f in here if f.stem.upper().startswith(stem) and f not in metadata]
        recognition.claim(beside, f"beside {scene.key}: {scene.fault or 'not read'}")
