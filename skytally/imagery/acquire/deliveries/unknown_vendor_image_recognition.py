"""GeoTIFFs and JPEG 2000 files of no known vendor: day and bands from tags, names and folders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

import rasterio

from skytally.core import COPY
from skytally.imagery.acquire.deliveries.acquisition_day_from_names import (
    DayConflictError,
    impossible_day,
    moment_in_name,
    one_day,
    parsed_time,
)
from skytally.imagery.acquire.deliveries.delivered_files import ARCHIVES, SEALED, DeliveredFile
from skytally.imagery.acquire.deliveries.delivered_scene import (
    UDM,
    UDM2,
    VALID_WHERE_NONZERO,
    BandSource,
    DeliveredScene,
    MaskSource,
    Recognition,
    scene_key,
)
from skytally.imagery.acquire.deliveries.image_header import ImageHeader, image_header
from skytally.imagery.acquire.deliveries.vendor_metadata_parsing import json_object
from skytally.imagery.acquire.offered_scene import LONGEST_ACQUISITION

NUMBERED = re.compile(r"[ _]\d$")
"""End of a name that rather counts images than says that one is a copy."""
IMAGES = (".tif", ".tiff", ".jp2")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".kmz")
WORLD_FILES = (".pgw", ".pngw", ".jgw", ".jpgw", ".wld", ".bpw")
"""Files that say where a picture lies, in a coordinate system that they do not name."""
UNPLACED_PICTURE = "a picture without a place on the ground; not read"
PLACED_PICTURE = (
    "a picture with a world file, which names no coordinate system; not read; make a GeoTIFF of it "
    "(gdal_translate -a_srs EPSG:...)"
)
UNREADABLE = (".ntf", ".nitf", ".img", ".ecw", ".sid", ".vrt", ".hdf", ".nc", ".zarr", ".pix")
"""Images of other formats, which are not opened."""
BAND_WORD = re.compile(
    r"(?:sr_?|st_?)?b(?:and)?_?\d{1,2}a?|red|green|blue|nir\d*|swir\d*|rededge\d*|pan|coastal|"
    r"yellow|vv|vh|hh|hv|scl|aot|wvp|tci|qa_?\w*",
    re.IGNORECASE,
)
"""Last word of a name that names a band."""
MASK_NAME = re.compile(r"(.+?)_(mask|valid|udm2?|datamask)", re.IGNORECASE)
MASK_KINDS = {"udm": UDM, "udm2": UDM2}
"""Last word of a mask's name to how it marks pixels, where 0 is not what it hides."""
INFRARED = re.compile(r"infra[_\-. ]?red$", re.IGNORECASE)
"""End of the name of a band that is not red, though its last word may be."""
RESOLUTION = re.compile(r"_\d{1,2}m$", re.IGNORECASE)
PLATFORMS = {
    "WV01": "worldview-1", "WV02": "worldview-2", "WV03": "worldview-3", "GE01": "geoeye-1",
    "PHR1A": "pleiades-1a", "PHR1B": "pleiades-1b", "PNEO3": "pleiades-neo-3",
    "PNEO4": "pleiades-neo-4", "SPOT6": "spot-6", "SPOT7": "spot-7", "S2A": "sentinel-2a",
    "S2B": "sentinel-2b", "S2C": "sentinel-2c", "LC08": "landsat-8", "LC09": "landsat-9",
    "S1A": "sentinel-1a", "S1B": "sentinel-1b", "S1C": "sentinel-1c", "S1D": "sentinel-1d",
}  # fmt: skip
"""Words of a name to satellites."""


@dataclass(frozen=True)
class _Named:
    """One file and what its name says."""

    file: DeliveredFile
    scene: str
    band: str


def _split(file: DeliveredFile, keys: Sequence[str]) -> _Named:
    """Scene and band of a file's name; no band where it ends with none of the row."""
    stem = RESOLUTION.sub("", file.stem)
    for whole in dict.fromkeys((file.stem, stem)):
        for key in sorted(keys, key=len, reverse=True):
            if whole.lower().endswith(f"_{key}".lower()) and len(whole) > len(key) + 1:
                if INFRARED.search(whole) and key.lower() == "red":
                    break
                return _Named(file, whole[: -len(key) - 1], key)
    return _Named(file, file.stem, "")


def _other_band(file: DeliveredFile, keys: Sequence[str]) -> str:
    """Word of a name that names a band which the row does not ask for."""
    words = re.split(r"[_\-. ]", RESOLUTION.sub("", file.stem))
    known = {key.lower() for key in keys}
    last = words[-1]
    return last if BAND_WORD.fullmatch(last) and last.lower() not in known else ""


def _layer_names(header: ImageHeader, layer: int) -> tuple[str, ...]:
    """Names of one band of a file: its description, its colour, its number."""
    described = header.descriptions[layer - 1].strip().lower()
    colour = header.colours[layer - 1]
    names = [described] if described else []
    names += [colour] if colour in ("red", "green", "blue", "nir", "alpha") else []
    return tuple(dict.fromkeys([*names, str(layer)]))


def _bands_inside(file: DeliveredFile, header: ImageHeader) -> tuple[BandSource, ...]:
    return tuple(
        BandSource(
            _layer_names(header, layer),
            (file,),
            layer,
            header.count - header.has_alpha,
            *header.scaling(layer),
        )
        for layer in range(1, header.count + 1)
        if header.colours[layer - 1] != "alpha"
    )


def _sidecar_moment(
    named: _Named, files: Mapping[str, DeliveredFile]
) -> list[tuple[str, datetime]]:
    """Time of a STAC item or another JSON file beside an image."""
    found = []
    for stem in dict.fromkeys((named.scene, named.file.stem, f"{named.scene}_metadata")):
        beside = files.get(scene_key(named.file.folder, f"{stem}.json"))
        if beside is None:
            continue
        properties = json_object(beside).get("properties")
        stated = properties if isinstance(properties, dict) else {}
        first, last = stated.get("start_datetime"), stated.get("end_datetime")
        if (
            first
            and last
            and parsed_time(str(last)) - parsed_time(str(first)) > LONGEST_ACQUISITION
        ):
            message = f"{beside.name} says a composite of {first} to {last}, which shows no one day"
            raise ValueError(message)
        time = stated.get("datetime") or stated.get("acquired") or first
        if time:
            found.append((beside.name, parsed_time(str(time))))
    return found


def _folder_moment(folder: str) -> tuple[str, datetime] | None:
    """Day in the name of the nearest folder that has one."""
    for part in reversed(PurePosixPath(folder).parts):
        moment = moment_in_name(part)
        if moment is not None:
            return f"the folder {part}", moment
    return None


def _moment(
    parts: Sequence[_Named], headers: Mapping[str, ImageHeader], files: Mapping[str, DeliveredFile]
) -> tuple[datetime, str]:
    """Time of a scene and where it was read: metadata, then names, then the folder's name."""
    stated = [found for named in parts for found in _sidecar_moment(named, files)]
    tags = {headers[named.file.path].time_tag for named in parts} - {None}
    stated += [("its time tag", tag) for tag in sorted(filter(None, tags))]
    scene = parts[0].scene
    try:
        named = moment_in_name(scene)
    except DayConflictError:
        # a metadata file says which of the days is that of the image; a tag may be of a program
        if not any(where != "its time tag" for where, _ in stated):
            raise
        named = None
    if named is not None:
        exact = one_day([("its name", named), *stated])
        timed = [each for _, each in stated if each.time() != datetime.min.time()]
        has_clock = named.time() != datetime.min.time()
        return (named if has_clock or not timed else timed[0]), "its name" if exact else ""
    if stated:
        return one_day(stated), stated[0][0]
    return _moment_of_folder(scene, parts[0].file.folder)


def _moment_of_folder(scene: str, folder: str) -> tuple[datetime, str]:
    """Time by the folder's name of a scene whose own name and metadata state none."""
    broken = impossible_day(scene)
    # eight digits may be of an order, numbers with dashes were meant as the day
    found = _folder_moment(folder) if not broken or broken.isdigit() else None
    if found is not None:
        return found[1], found[0]
    broken = broken or impossible_day(folder)
    if broken:
        message = f"{broken} stands in its name or its folder's and is no day; correct it"
        raise ValueError(message)
    message = (
        "no time: put the day as YYYYMMDD into the name of the file or of its folder, or set "
        "the tag DateTime"
    )
    raise ValueError(message)


def _platform(scene: str) -> str:
    words = re.split(r"[_\-. /]", scene.upper())
    return next((PLATFORMS[word] for word in words if word in PLATFORMS), "")


def _scene(
    parts: Sequence[_Named],
    headers: Mapping[str, ImageHeader],
    files: Mapping[str, DeliveredFile],
    mask: MaskSource | None,
) -> DeliveredScene:
    first = parts[0]
    key = scene_key(first.file.folder, first.scene)
    scene = DeliveredScene(key, "GeoTIFF", None, "", (), mask=mask)
    if first.file.suffix == ".jp2":
        scene = replace(scene, product="JPEG 2000")
    bands: list[BandSource] = []
    for named in parts:
        header = headers[named.file.path]
        if named.band and header.count - header.has_alpha == 1:
            bands.append(
                BandSource((named.band.lower(),), (named.file,), 1, None, *header.scaling(1))
            )
        else:
            bands += _bands_inside(named.file, header)
    scene = replace(scene, bands=tuple(bands), platform=_platform(first.scene))
    try:
        mixed = [p for p in parts if p.band and headers[p.file.path].count > 2]
        if mixed:
            message = (
                f"{mixed[0].file.name} is named as the band {mixed[0].band}, but holds "
                f"{headers[mixed[0].file.path].count} bands; rename it"
            )
            raise ValueError(message)
        moment, clue = _moment(parts, headers, files)
        return replace(scene, moment=moment, clue=clue)
    except (ValueError, OSError) as error:
        return replace(scene, fault=str(error))


def _copied(file: DeliveredFile, by_path: Mapping[str, DeliveredFile]) -> str:
    """Name of the file of which this is a second download; empty where it is none."""
    found = None if NUMBERED.search(file.stem) else COPY.fullmatch(file.stem)
    if not found:
        return ""
    whole = (found["after"] or found["before"]).strip(" _-")
    original = by_path.get(
        str(PurePosixPath(file.path).with_name(f"{whole}{PurePosixPath(file.path).suffix}"))
    )
    return original.name if original else ""


def _headers(
    files: Sequence[DeliveredFile], recognition: Recognition
) -> tuple[list[DeliveredFile], dict[str, ImageHeader]]:
    """Headers of all images; one that cannot be opened becomes a scene with its fault."""
    images, headers = [], {}
    for file in files:
        try:
            headers[file.path] = image_header(file)
            images.append(file)
        except (rasterio.errors.RasterioError, ValueError, OSError) as error:
            # no path of this machine goes into a table
            reason = str(error).replace(file.gdal_path, file.name)
            fault = f"cannot be opened as an image: {reason}"
            if not file.size:
                fault = "an empty file; download it again, or remove it"
            key = scene_key(file.folder, file.stem)
            recognition.scenes.append(DeliveredScene(key, "image", None, "", (), fault=fault))
            recognition.claim([file], fault)
    return images, headers


def recognise(
    files: Sequence[DeliveredFile], recognition: Recognition, keys: Sequence[str]
) -> None:
    """Group the images that no vendor's layout explains into scenes.

    Parameters
    ----------
    files : sequence of DeliveredFile
        All files.
    recognition : Recognition
        Gets the scenes.
    keys : sequence of str
        Keys of the bands of the provider's row.
    """
    by_path = {file.path: file for file in files}
    left = recognition.unclaimed(files)
    images, headers = _headers([file for file in left if file.suffix in IMAGES], recognition)
    stems = {scene_key(file.folder, _split(file, keys).scene) for file in images}
    masks: dict[str, MaskSource] = {}
    groups: dict[str, list[_Named]] = {}
    for file in images:
        if original := _copied(file, by_path):
            words = f"a copy of {original} by its name; remove one of the two"
            key = scene_key(file.folder, file.stem)
            recognition.scenes.append(DeliveredScene(key, "image", None, "", (), fault=words))
            recognition.claim([file], words)
            continue
        masking = MASK_NAME.fullmatch(file.stem)
        whose = scene_key(file.folder, masking[1]) if masking else ""
        if whose in stems and not _split(file, keys).band:
            kind = MASK_KINDS.get(masking[2].lower(), VALID_WHERE_NONZERO) if masking else ""
            masks[whose] = MaskSource(file, kind)
            continue
        named = _split(file, keys)
        single = headers[file.path].count - headers[file.path].has_alpha == 1
        if not named.band and single:
            other = _other_band(file, keys)
            if other or len(keys) > 1:
                words = (
                    f"{file.name} ends with no band of the row"
                    f"{f' ({other} is another)' if other else ''}; the row names {', '.join(keys)},"
                    f" which stand behind an underscore, as in …_{keys[0]}{file.suffix}"
                )
                key = scene_key(file.folder, file.stem)
                recognition.scenes.append(DeliveredScene(key, "image", None, "", (), fault=words))
                recognition.claim([file], words)
                continue
            named = replace(named, band=keys[0])
        suffix = "" if single else f"|{file.path}"
        groups.setdefault(scene_key(file.folder, named.scene) + suffix, []).append(named)
    for group, parts in sorted(groups.items()):
        scene = _scene(parts, headers, by_path, masks.get(group.partition("|")[0]))
        recognition.add(scene)
    _claim_rest(files, recognition)


def _claim_rest(files: Sequence[DeliveredFile], recognition: Recognition) -> None:
    """Note of every other file why it is no scene."""
    rest = recognition.unclaimed(files)
    with_world_file = {(each.folder, each.stem) for each in rest if each.suffix in WORLD_FILES}
    for file in rest:
        if file.suffix in (*UNREADABLE, *ARCHIVES, *SEALED):
            fault = (
                f"an image in a form that is not read ({file.suffix}); convert it to GeoTIFF"
                if file.suffix in UNREADABLE
                else "an archive inside an archive; unpack the outer one"
            )
            key = scene_key(file.folder, file.stem)
            recognition.scenes.append(DeliveredScene(key, "image", None, "", (), fault=fault))
            recognition.claim([file], fault)
        elif file.suffix in PICTURES:
            placed = (file.folder, file.stem) in with_world_file
            recognition.claim([file], PLACED_PICTURE if placed else UNPLACED_PICTURE)
        else:
            recognition.claim([file], "no image; not read")
