"""The register of sites and the outlines of each, read strictly from `data/sites`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from skytally.core import (
    VOCABULARY,
    DataError,
    header_of,
    read_cells,
    refuse,
    scan_json,
    slug_of,
    words,
)
from skytally.imagery.sites.outline_geometry import POLYGON_TYPES, rasterized
from skytally.imagery.sites.site_model import (
    CONTROL,
    CONTROL_LABEL,
    GRID_STEP_M,
    Grid,
    Outline,
    Site,
)

OUTLINE_KIND, OUTLINE_STATUS, SITE_ROLE = "outline_kind", "outline_status", "site_role"
"""Vocabularies of ``vocabulary.csv``; a kind of outline is added there, with its meaning."""
CONVERT_ADVICE = "run make convert, which loses no row and keeps the old file"
"""What to do with a file of an earlier version."""
REGISTER_FILE = "register.csv"
REGISTER_COLUMNS = (
    "slug",
    "name",
    "country",
    "utc_offset_hours",
    "epsg",
    "west",
    "south",
    "east",
    "north",
    "position_source",
    "position_method",
    "pos_sigma_m",
    "role",
    "control_for",
    "control_reason",
    "note",
)
"""Columns of the register of sites, in order."""
LEGACY_REGISTER_COLUMNS = {"twin_of": "control_for", "twin_reason": "control_reason"}
"""Columns of the register in earlier versions, and what they are called now."""
OUTLINE_PROPERTIES = ("kind", "name", "digitised_from", "pos_sigma_m", "status", "axis_deg")
"""Properties of every outline."""
Vocabularies = Mapping[str, tuple[str, ...]]
SITE_SLUG = re.compile(r"[a-z0-9-]{1,40}")


def read_sites(folder: Path) -> dict[str, Site]:
    """Read the register of sites and the outlines of each.

    Parameters
    ----------
    folder : Path
        Holds ``register.csv``, ``vocabulary.csv`` and one ``<slug>.geojson`` a site.

    Returns
    -------
    dict of str to Site
        Slug to site, in the order of the register.

    Raises
    ------
    DataError
        If a column or a file is missing, a number cannot be read, a corner of a grid is no
        multiple of 60, a site appears twice, a control site has no site, no reason or no label,
        or an outline has no name, an unknown kind or status, or lies outside its site. All
        faults at once.
    """
    table = folder / REGISTER_FILE
    if set(header_of(table)) & set(LEGACY_REGISTER_COLUMNS):
        message = f"{table}: columns of an earlier version; {CONVERT_ADVICE}"
        raise DataError(message)
    rows = read_cells(table, header=REGISTER_COLUMNS)
    vocabularies = site_vocabularies(folder)
    faults: list[str] = []
    sites: dict[str, Site] = {}
    for line, row in zip(rows.index, rows.to_dict("records"), strict=True):
        row_faults = list(_row_faults(row, vocabularies, known=sites))
        if row_faults:
            faults += [f"{REGISTER_FILE}, line {line}: {fault}" for fault in row_faults]
            continue
        site = _site(row)
        outlines, outline_faults = _outlines(folder / f"{site.slug}.geojson", site, vocabularies)
        faults += outline_faults
        sites[site.slug] = replace(site, outlines=outlines)
    for site in sites.values():
        faults += [f"{REGISTER_FILE}: {fault}" for fault in _control_faults(site, sites)]
    refuse(faults, what=f"sites in {folder}")
    return sites


def site_vocabularies(folder: Path) -> Vocabularies:
    """Read the closed vocabularies of sites: kinds and statuses of outlines, roles of sites.

    Parameters
    ----------
    folder : Path
        Holds ``vocabulary.csv``.

    Returns
    -------
    dict of str to tuple of str
        Vocabulary to its words, in the order of the file.

    Raises
    ------
    DataError
        If the file or one of the three vocabularies is missing.
    """
    path = folder / VOCABULARY
    if not path.is_file():
        message = f"{path}: no such file; restore the vocabulary of sites"
        raise DataError(message)
    vocabularies = words(folder)
    absent = [
        name for name in (OUTLINE_KIND, OUTLINE_STATUS, SITE_ROLE) if name not in vocabularies
    ]
    refuse((f"no vocabulary {name!r}; restore its rows" for name in absent), what=str(path))
    return vocabularies


def _row_faults(
    row: dict[str, str], vocabularies: Vocabularies, *, known: dict[str, Site]
) -> Iterator[str]:
    slug = row["slug"]
    if not SITE_SLUG.fullmatch(slug):
        yield f"slug {slug!r}; use lower-case letters, digits and dashes"
    if slug in known:
        yield f"site {slug!r} appears twice; keep one row"
    yield from _word_faults("role", row["role"], vocabularies[SITE_ROLE])
    numbers: dict[str, float] = {}
    for column in ("utc_offset_hours", "pos_sigma_m"):
        try:
            numbers[column] = float(row[column])
        except ValueError:
            yield f"{column} {row[column]!r}; write a number"
    for column in ("epsg", "west", "south", "east", "north"):
        try:
            numbers[column] = int(row[column])
        except ValueError:
            yield f"{column} {row[column]!r}; write a whole number"
    if len(numbers) == 7:
        yield from _number_faults(numbers)


def _word_faults(name: str, value: object, vocabulary: tuple[str, ...]) -> Iterator[str]:
    if value not in vocabulary:
        yield f"{name} {value!r}; use one of {', '.join(vocabulary)}"


def _control_faults(site: Site, sites: dict[str, Site]) -> Iterator[str]:
    if not site.is_control:
        if site.control_for or site.control_reason or CONTROL_LABEL in site.name:
            yield (
                f"{site.slug}: named as a control site, and its role is {site.role}; use {CONTROL}"
            )
        return
    compared = sites.get(site.control_for)
    if compared is None or compared.is_control:
        known = ", ".join(slug for slug, other in sites.items() if not other.is_control)
        yield f"{site.slug}: control_for {site.control_for!r}; name a site of the evidence: {known}"
    elif not site.name.endswith(f"{CONTROL_LABEL}{compared.name})"):
        yield f"{site.slug}: name {site.name!r}; end it with '{CONTROL_LABEL}{compared.name})'"
    if not site.control_reason:
        yield f"{site.slug}: no control_reason; say why it is alike and should show nothing"


def _number_faults(numbers: dict[str, float]) -> Iterator[str]:
    if not -12 <= numbers["utc_offset_hours"] <= 14:
        yield f"utc_offset_hours {numbers['utc_offset_hours']}; give hours between -12 and 14"
    if not numbers["pos_sigma_m"] > 0:
        yield f"pos_sigma_m {numbers['pos_sigma_m']}; give metres above 0"
    if not (32601 <= numbers["epsg"] <= 32660 or 32701 <= numbers["epsg"] <= 32760):
        yield f"epsg {numbers['epsg']}; give the UTM zone of the site (326xx or 327xx)"
    for edge in ("west", "south", "east", "north"):
        if numbers[edge] % GRID_STEP_M:
            yield f"{edge} {numbers[edge]} is no multiple of {GRID_STEP_M}; move the corner"
    if numbers["west"] >= numbers["east"] or numbers["south"] >= numbers["north"]:
        yield "the window is empty; west must be below east and south below north"


def _site(row: dict[str, str]) -> Site:
    west, south, east, north = (int(row[edge]) for edge in ("west", "south", "east", "north"))
    return Site(
        slug=row["slug"],
        name=row["name"],
        country=row["country"],
        utc_offset_hours=float(row["utc_offset_hours"]),
        grid=Grid(int(row["epsg"]), (west, south, east, north)),
        outlines=(),
        role=row["role"],
        pos_sigma_m=float(row["pos_sigma_m"]),
        position_source=row["position_source"],
        control_for=row["control_for"],
        control_reason=row["control_reason"],
    )


def _outlines(
    path: Path, site: Site, vocabularies: Vocabularies
) -> tuple[tuple[Outline, ...], list[str]]:
    if not path.is_file():
        return (), [f"{path.name}: no such file; draw the outlines of {site.slug}"]
    collection, unreadable = scan_json(path)
    if unreadable:
        return (), [str(fault) for fault in unreadable]
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        return (), [f"{path.name}: no FeatureCollection; save it as GeoJSON"]
    outlines: list[Outline] = []
    faults = []
    for number, feature in enumerate(features, start=1):
        place = f"{path.name}, outline {number}"
        properties, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        missing = [name for name in OUTLINE_PROPERTIES if name not in properties]
        if missing:
            faults.append(f"{place}: no {', '.join(missing)}; give it (axis_deg may be null)")
            continue
        outline = Outline(
            geometry=geometry, **{name: properties[name] for name in OUTLINE_PROPERTIES}
        )
        taken = {slug_of(str(other.name)): other.name for other in outlines}
        outline_faults = _outline_faults(outline, site, vocabularies, taken=taken)
        faults += [f"{place}: {fault}" for fault in outline_faults]
        outlines.append(outline)
    return tuple(outlines), faults


def _name_faults(name: str, taken: dict[str, str]) -> Iterator[str]:
    if not isinstance(name, str) or not name or name in taken.values():
        yield f"name {name!r}; give each outline a name of its own"
    elif not slug_of(name):
        yield f"name {name!r}; use letters a to z or digits, which the names of files are made of"
    elif slug_of(name) in taken:
        yield (
            f"name {name!r} makes the same name of a file as {taken[slug_of(name)]!r}; let them "
            "differ in letters or digits"
        )


def _outline_faults(
    outline: Outline, site: Site, vocabularies: Vocabularies, *, taken: dict[str, str]
) -> Iterator[str]:
    yield from _word_faults("kind", outline.kind, vocabularies[OUTLINE_KIND])
    yield from _word_faults("status", outline.status, vocabularies[OUTLINE_STATUS])
    yield from _name_faults(outline.name, taken)
    if not isinstance(outline.pos_sigma_m, (int, float)) or not outline.pos_sigma_m > 0:
        yield f"pos_sigma_m {outline.pos_sigma_m!r}; give metres above 0"
    axis = outline.axis_deg
    if axis is not None and not (isinstance(axis, (int, float)) and 0 <= axis < 180):
        yield f"axis_deg {axis!r}; give degrees from 0 to 180, or null"
    if outline.geometry.get("type") not in POLYGON_TYPES:
        yield f"geometry {outline.geometry.get('type')!r}; draw a polygon"
        return
    try:
        inside = rasterized([outline], site, gsd=10).any()
    except (ValueError, KeyError, TypeError, IndexError) as error:
        yield f"geometry cannot be drawn ({error}); draw it again"
        return
    if not inside:
        yield "lies outside the window of its site; check longitude and latitude"
