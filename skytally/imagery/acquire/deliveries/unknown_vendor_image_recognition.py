"""GeoTIFFs and JPEG 2000 files of no known vendor: day and bands from tags, names and folders."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import PurePosixPath
from typing import Any

import rasterio

from skytally.core import COPY, LFS_POINTER
from skytally.imagery.acquire.deliveries.acquisition_day_from_names import (
    DayConflictError,
    impossible_day,
    moment_in_name,
    moments_in_name,
    one_day,
    parsed_time,
)
from skytally.imagery.acquire.deliveries.delivered_files import (
    ARCHIVES,
    SEALED,
    DeliveredFile,
    are_same_bytes,
    same_bytes_words,
)
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
PIXEL_SIZE_FOLDER = re.compile(r"R\d{1,2}m", re.IGNORECASE)
"""Folder of a product of Sentinel-2 for the bands of one pixel size."""
COMPOSITE = re.compile(r"(?<![a-z])composites?(?![a-z])", re.IGNORECASE)
MOSAIC = re.compile(r"(?<![a-z])(?:composites?|mosaics?)(?![a-z])", re.IGNORECASE)
"""Words of a name that say of an image that it was made of several scenes; a mosaic may be of one
flight."""
PLATFORM_NAME = re.compile(r"[a-z0-9][a-z0-9 ._-]{0,39}")
ONE_PASS = timedelta(minutes=10)
"""Time within which one satellite takes the scenes of one pass over a place."""
LARGEST_POINTER = 1024
"""Most bytes of what Git LFS leaves where it did not fetch a file."""
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


def _folder(file: DeliveredFile) -> str:
    """Folder of a file's scene: one for each pixel size holds the bands of the same scene."""
    head, _, tail = file.folder.rpartition("/")
    return head if PIXEL_SIZE_FOLDER.fullmatch(tail) else file.folder


def _is_sidecar(file: DeliveredFile, stems_of: Mapping[str, set[str]]) -> bool:
    """Whether a metadata file is of an image beside it, by its name."""
    own = file.stem.removesuffix("_metadata")
    return any(stem.startswith(own) for stem in stems_of.get(file.folder, ()))


def _finest(
    parts: list[_Named], headers: Mapping[str, ImageHeader], recognition: Recognition
) -> list[_Named]:
    """Keep the finest of the files that hold one band of a scene in several pixel sizes."""
    kept: dict[str, _Named] = {}
    left: list[_Named] = []
    for named in sorted(parts, key=lambda each: _pixel_size(headers[each.file.path])):
        finer = kept.get(named.band)
        if named.band and finer and RESOLUTION.search(named.file.stem):
            words = f"{named.band} in larger pixels than {finer.file.name}; not read"
            recognition.claim([named.file], words)
            continue
        if named.band:
            kept.setdefault(named.band, named)
        left.append(named)
    return [each for each in parts if each in left]


def _pixel_size(header: ImageHeader) -> float:
    return abs(header.transform.determinant) ** 0.5


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


@dataclass
class _Beside:
    """What the JSON files beside a scene say of it."""

    moments: list[tuple[str, datetime]] = field(default_factory=list)
    platform: str = ""
    used: dict[DeliveredFile, list[str]] = field(default_factory=dict)
    """File to the words for what was taken from it."""


def _stated_properties(file: DeliveredFile) -> dict[str, Any]:
    stated = json_object(file).get("properties")
    return stated if isinstance(stated, dict) else {}


def _stated_platform(stated: Mapping[str, Any]) -> str:
    """Satellite of a STAC item in lower case; empty where it is none or no name."""
    platform = stated.get("platform")
    name = platform.strip().lower() if isinstance(platform, str) else ""
    return name if PLATFORM_NAME.fullmatch(name) else ""


def _sidecar(parts: Sequence[_Named], files: Mapping[str, DeliveredFile], platform: str) -> _Beside:
    """Time and satellite by a STAC item or another JSON file beside an image."""
    found = _Beside(platform=platform)
    stems = [(each.file.folder, stem) for each in parts
             for stem in (each.scene, each.file.stem, f"{each.scene}_metadata")]  # fmt: skip
    for folder, stem in dict.fromkeys(stems):
        beside = files.get(scene_key(folder, f"{stem}.json"))
        if beside is None:
            continue
        stated = _stated_properties(beside)
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
            found.moments.append((beside.name, parsed_time(str(time))))
            found.used.setdefault(beside, []).append("time")
        named = _stated_platform(stated)
        if named and not platform:
            if found.platform not in ("", named):
                message = f"two satellites for one image: {found.platform}, and {beside.name} says"
                message += f" {named}; correct one"
                raise ValueError(message)
            found.platform = named
            found.used.setdefault(beside, []).append("satellite")
    return found


def _scenes_beside(
    folder: str, files: Mapping[str, DeliveredFile], parts: Sequence[_Named]
) -> list[tuple[DeliveredFile, datetime]]:
    """Metadata of scenes in an image's folder, each with its time, earliest first.

    Those of one scene in two files count once.
    """
    own = {f"{stem}.json" for each in parts for stem in (each.scene, each.file.stem)}
    found: dict[str, tuple[DeliveredFile, datetime]] = {}
    for file in files.values():
        if file.folder != folder or file.suffix != ".json" or file.name in own:
            continue
        try:
            content = json_object(file)
            stated = _stated_properties(file)
            time = stated.get("acquired") or stated.get("datetime")
            if time:
                moment = parsed_time(str(time))
                found.setdefault(str(content.get("id") or file.stem), (file, moment))
        except (ValueError, OSError):
            continue
    return sorted(found.values(), key=lambda each: each[1])


def _moment_of_composite(
    scenes: Sequence[tuple[DeliveredFile, datetime]], name: str
) -> tuple[datetime, str]:
    """Time of an image made of several scenes: of their one day.

    It is that of the first scene where they are of one pass, else the day alone.

    Raises
    ------
    ValueError
        If they are of several days, or the name says another.
    """
    first, last = scenes[0][1], scenes[-1][1]
    days = list(dict.fromkeys(str(moment.date()) for _, moment in scenes))
    if len(days) > 1:
        message = (
            f"a composite: beside it lie the metadata of {len(scenes)} scenes of "
            f"{' and '.join(days)}, so it shows no one day, whatever its name or its folder says; "
            "order the scenes of each day apart"
        )
        raise ValueError(message)
    if (named := moment_in_name(name)) is not None:
        one_day([("its name", named), (scenes[0][0].name, first)])
    count = f"{len(scenes)} scenes beside it, {first:%H:%M:%S} to {last:%H:%M:%S}"
    if len(scenes) == 1:
        count = scenes[0][0].name
    of_one_pass = last - first <= ONE_PASS
    return (first if of_one_pass else datetime.combine(first, time.min, tzinfo=UTC)), count


def _folder_moment(folder: str) -> tuple[str, datetime] | None:
    """Day in the name of the nearest folder that has one."""
    for part in reversed(PurePosixPath(folder).parts):
        moment = moment_in_name(part)
        if moment is not None:
            return f"the folder {part}", moment
    return None


def _check_days(scenes: Sequence[tuple[DeliveredFile, datetime]]) -> None:
    """Refuse an image beside the metadata of several days' scenes whose images are not there."""
    days = list(dict.fromkeys(str(moment.date()) for _, moment in scenes))
    if len(days) > 1:
        message = (
            f"beside it lie the metadata of {len(scenes)} scenes of {' and '.join(days)} without "
            "their images, so it may be made of them and show no one day, whatever its name says; "
            "order the scenes of each day apart, or move the metadata elsewhere if they are of "
            "other images"
        )
        raise ValueError(message)


def _moment(
    parts: Sequence[_Named],
    headers: Mapping[str, ImageHeader],
    files: Mapping[str, DeliveredFile],
    sidecar: _Beside,
    loose: Container[DeliveredFile],
) -> tuple[datetime, str]:
    """Time of a scene and where it was read: metadata, then names, then the folder's name."""
    stated = list(sidecar.moments)
    scene, folder = parts[0].scene, parts[0].file.folder
    if not stated:
        scenes = _scenes_beside(folder, files, parts)
        if scenes and MOSAIC.search(scene):
            sidecar.used |= {file: ["time"] for file, _ in scenes}
            return _moment_of_composite(scenes, scene)
        _check_days([each for each in scenes if each[0] in loose])
        if COMPOSITE.search(scene) and not moments_in_name(scene):
            message = (
                "a composite by its name, and nothing beside it says of which days; keep the "
                "metadata of its scenes in its folder, or order the scenes of each day apart"
            )
            raise ValueError(message)
    tags = {headers[named.file.path].time_tag for named in parts} - {None}
    stated += [("its time tag", tag) for tag in sorted(filter(None, tags))]
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
    return _moment_of_folder(scene, folder)


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
    loose: Container[DeliveredFile],
) -> tuple[DeliveredScene, dict[DeliveredFile, list[str]]]:
    """Make a scene, and say what was taken from the metadata beside it."""
    first = parts[0]
    key = scene_key(_folder(first.file), first.scene)
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
    sidecar = _Beside()
    try:
        mixed = [p for p in parts if p.band and headers[p.file.path].count > 2]
        if mixed:
            message = (
                f"{mixed[0].file.name} is named as the band {mixed[0].band}, but holds "
                f"{headers[mixed[0].file.path].count} bands; rename it"
            )
            raise ValueError(message)
        sidecar = _sidecar(parts, files, scene.platform)
        moment, clue = _moment(parts, headers, files, sidecar, loose)
        scene = replace(scene, moment=moment, clue=clue, platform=sidecar.platform)
    except (ValueError, OSError) as error:
        scene = replace(scene, fault=str(error))
    return scene, sidecar.used


def _copied(file: DeliveredFile, by_path: Mapping[str, DeliveredFile]) -> DeliveredFile | None:
    """File of which this is a second download by its name; None where it is none."""
    found = None if NUMBERED.search(file.stem) else COPY.fullmatch(file.stem)
    if not found:
        return None
    whole = (found["after"] or found["before"]).strip(" _-")
    return by_path.get(
        str(PurePosixPath(file.path).with_name(f"{whole}{PurePosixPath(file.path).suffix}"))
    )


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
            if 0 < file.size < LARGEST_POINTER and file.read().startswith(LFS_POINTER):
                fault = "a pointer of Git LFS in place of the image; fetch it with git lfs pull"
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
    stems = {scene_key(_folder(file), _split(file, keys).scene) for file in images}
    masks: dict[str, MaskSource] = {}
    groups: dict[str, list[_Named]] = {}
    for file in images:
        if original := _copied(file, by_path):
            if not file.archive and are_same_bytes(file.gdal_path, original.gdal_path):
                recognition.claim([file], same_bytes_words(original.name))
                continue
            words = f"a copy of {original.name} by its name; remove one of the two"
            key = scene_key(file.folder, file.stem)
            recognition.scenes.append(DeliveredScene(key, "image", None, "", (), fault=words))
            recognition.claim([file], words)
            continue
        masking = MASK_NAME.fullmatch(file.stem)
        whose = scene_key(_folder(file), masking[1]) if masking else ""
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
        groups.setdefault(scene_key(_folder(file), named.scene) + suffix, []).append(named)
    stems_of: dict[str, set[str]] = {}
    for file in images:
        stems_of.setdefault(file.folder, set()).add(file.stem)
    loose = frozenset(file for file in left if not _is_sidecar(file, stems_of))
    for group, parts in sorted(groups.items()):
        parts = _finest(parts, headers, recognition)
        scene, used = _scene(parts, headers, by_path, masks.get(group.partition("|")[0]), loose)
        recognition.add(scene)
        for file, taken in used.items():
            recognition.claim([file], f"metadata of {scene.key} ({', '.join(taken)})")
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
