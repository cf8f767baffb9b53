"""The folder of measured lines: one netCDF file an outline, sensor and study, checked when read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from skytally.core import IntegrityError, slug_of
from skytally.imagery.acquire import chip_store
from skytally.imagery.pipeline.measured_line_and_target import MeasuredLine, Target
from skytally.imagery.pipeline.measured_line_content_keys import PARTS, changed_parts
from skytally.imagery.pipeline.measured_line_netcdf import (
    as_dataset,
    as_netcdf,
    from_dataset,
    read_netcdf,
)

SUFFIX = ".nc"
WORDS = {"inventory": "images"}
"""Part of a key to its name for readers, where they differ."""


def line_path(folder: Path, target: Target) -> Path:
    """Path of the file of a line.

    Parameters
    ----------
    folder : Path
        The folder of measured lines.
    target : Target
        The line.

    Returns
    -------
    Path
        ``<site>/<card>--<outline>-<hash>--<study>.nc``; the hash keeps apart outlines whose names
        differ only in what a file name cannot hold.
    """
    name = target.outline.name
    mark = hashlib.sha256(name.encode()).hexdigest()[:6]
    outline = f"{slug_of(name)[:60]}-{mark}".removeprefix("-")
    stem = f"{target.kind.card}--{outline}--{target.study}"
    return folder / target.site.slug / f"{stem}{SUFFIX}"


def write_line(folder: Path, target: Target, line: MeasuredLine, key: Mapping[str, str]) -> Path:
    """Write the file of a line, whole or not at all; the same line and key give the same bytes.

    Parameters
    ----------
    folder : Path
        The folder of measured lines.
    target : Target
        What was measured.
    line : MeasuredLine
        The result.
    key : mapping of str to str
        Part to content key.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StoreError
        If the disk is full or cannot be written.
    """
    path = line_path(folder, target)
    data = as_netcdf(as_dataset(line, study=target.study, key=key))
    with chip_store.store_errors(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        chip_store.write_atomically(path, data)
    return path


def _checked(path: Path, target: Target) -> tuple[MeasuredLine, dict[str, str]]:
    """Line of a file and its key.

    Raises
    ------
    IntegrityError
        If the file is damaged, foreign, or that of another line.
    """
    dataset = read_netcdf(path)
    attributes = dataset.attrs
    wanted = (target.site.slug, target.outline.name, target.kind.card, target.study)
    found = tuple(attributes[word] for word in ("site", "outline", "card", "study"))
    if found != wanted:
        message = f"is that of another line ({', '.join(map(str, found))})"
        raise IntegrityError(message)
    key = {part: str(attributes[f"key_{part}"]) for part in PARTS if f"key_{part}" in attributes}
    return from_dataset(dataset), key


def stored_key(folder: Path, target: Target) -> dict[str, str]:
    """Key of the file of a line; empty where there is none that can be read."""
    try:
        return _checked(line_path(folder, target), target)[1]
    except IntegrityError:
        return {}


def read_line(
    folder: Path, target: Target, key: Mapping[str, str], *, label: str = ""
) -> MeasuredLine | None:
    """Read a measured line if it is still that of its images, outlines, code and parameters.

    Parameters
    ----------
    folder : Path
        The folder of measured lines.
    target : Target
        The line.
    key : mapping of str to str
        Part to content key as it is today, of the parts that are to be checked.
    label : str
        ``rehearsal`` for generated ground, where there is no line.

    Returns
    -------
    MeasuredLine or None
        None where nothing was measured. A file that is damaged, foreign or of another key gives
        no line, and says why.
    """
    path = line_path(folder, target)
    if not path.exists():
        return None
    again = f"make site SITE={target.site.slug} measures it anew"
    try:
        line, stored = _checked(path, target)
    except IntegrityError as error:
        where = path.relative_to(folder.parent).as_posix()
        return target.without_line(f"the file {where} {error}; {again}", label)
    changed = changed_parts(stored, key)
    if changed:
        words = ", ".join(WORDS.get(part, part) for part in changed)
        why = f"measured by older code or outlines (changed since: {words}); {again}"
        return target.without_line(why, label)
    return line
