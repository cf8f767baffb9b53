"""The register of sites and the outlines of each, read strictly from `data/sites`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from skytally.core import VOCABULARY, DataError, header_of, read_cells, refuse, words
from skytally.imagery.sites.outline_reader import (
    OUTLINE_KIND,
    OUTLINE_STATUS,
    Vocabularies,
    read_outlines,
    word_fault,
)
from skytally.imagery.sites.site_model import CONTROL, CONTROL_LABEL, GRID_STEP_M, Grid, Site

SITE_ROLE = "site_role"
"""Vocabulary of ``vocabulary.csv``: whether a site is evidence or a control."""
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
WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
DECIMAL = re.compile(r"-?\d{1,9}(\.\d{1,9})?", re.ASCII)
"""Numbers of the register, as the strict reader takes them."""
COUNTRY = re.compile(r"[A-Z]{2}")
SITE_SLUG = re.compile(r"[a-z0-9-]{1,40}")


def read_sites(folder: Path | str) -> dict[str, Site]:
    """Read the register of sites and the outlines of each.

    Parameters
    ----------
    folder : Path or str
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
    folder = Path(folder)
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
        outlines, outline_faults = read_outlines(
            folder / f"{site.slug}.geojson", site, vocabularies
        )
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
    yield from word_fault("role", row["role"], vocabularies[SITE_ROLE])
    numbers: dict[str, float] = {}
    for column in ("utc_offset_hours", "pos_sigma_m"):
        if DECIMAL.fullmatch(row[column]):
            numbers[column] = float(row[column])
        else:
            yield f"{column} {row[column]!r}; write a number"
    for column in ("epsg", "west", "south", "east", "north"):
        if WHOLE.fullmatch(row[column]):
            numbers[column] = int(row[column])
        else:
            yield f"{column} {row[column]!r}; write a whole number"
    if not row["name"]:
        yield "no name; write the name of the place for readers"
    if not COUNTRY.fullmatch(row["country"]):
        yield f"country {row['country']!r}; write the two capital letters of ISO 3166"
    if len(numbers) == 7:
        yield from _number_faults(numbers)


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
