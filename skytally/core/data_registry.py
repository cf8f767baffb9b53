"""The data registry: name of a file to its verified path, which counts as read.

Frozen files carry a hash and are refused when it differs. Working tables are meant to be
edited, so git keeps their history and `make check` their shape.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePosixPath

from skytally.core.data_dictionaries_and_vocabularies import SUFFIX
from skytally.core.errors_and_fault_lists import DataError, Fault, IntegrityError
from skytally.core.hidden_and_backup_files import original_of, visible_paths
from skytally.core.log_of_data_read import CITED_ROWS_MARK, LATEST_DAYS_MARK, note_read
from skytally.core.plain_words_for_values import written
from skytally.core.project_root_lookup import REGISTRY, data_folder
from skytally.core.text_csv_toml_json_reader import file_bytes, read_toml

SCENES_FOLDER = "SKYTALLY_SCENES"
"""Environment variable naming the folder of scenes, where it is not ``data/scenes``."""
SCENES = "scenes"
DATA_SUFFIXES = {".csv", ".geojson", ".toml"}
MEASURED_FOLDER = "SKYTALLY_MEASURED"
"""Environment variable naming the folder of measured lines, where it is not ``data/measured``."""
MEASURED = "measured"
NEEDED = ("file", "source", "licence", "retrieved")
"""What every row of the registry says."""
HASH = "sha256"
"""What the row of a frozen file says besides."""
SHA256 = re.compile(r"[0-9a-f]{64}")


def entries(root: Path | None = None) -> dict[str, dict[str, str]]:
    """Rows of the registry.

    Parameters
    ----------
    root : Path or None
        The folder that holds ``registry.toml``; that of the project if None.

    Returns
    -------
    dict
        Slug to its row: ``file``, ``source``, ``licence``, ``retrieved``, and ``sha256``
        where the file is frozen.
    """
    return read_toml((root or data_folder()) / REGISTRY)


@functools.lru_cache(maxsize=8)
def _read_once(folder: Path, _content: bytes | None) -> dict[str, dict[str, str]]:
    """Rows of the registry, of which no caller changes any."""
    return entries(folder)


def _stated(row: dict[str, object], name: str) -> str:
    return written(row[name]) if name in row else "missing"


def _entry_faults(slug: str, row: object) -> Iterator[tuple[str, str]]:
    """Yield what was found in one row of the registry, and what to do."""
    if not isinstance(row, dict):
        yield (
            f"{slug} = {written(row)}",
            f"begin each row with [slug], and in it {', '.join(NEEDED)}",
        )
        return
    for name in NEEDED:
        if not isinstance(row.get(name), str) or not row[name].strip():
            yield (
                f"[{slug}] with {name} {_stated(row, name)}",
                "write it as words in quotation marks",
            )
    for name in sorted({*row} - {*NEEDED, HASH}):
        yield (
            f"[{slug}] with {written(name)}",
            f"remove it; a row has {', '.join(NEEDED)}, and {HASH}",
        )
    file = PurePosixPath(str(row.get("file")))
    if isinstance(row.get("file"), str) and ("\\" in row["file"] or not row["file"].isprintable()):
        advice = "write / between folder and file; \\ begins a sign of its own here"
        yield f"[{slug}] with file {written(row['file'])}", advice
    elif file.is_absolute() or ".." in file.parts:
        yield f"[{slug}] with file {written(str(file))}", "name a file inside the data folder"
    try:
        sound = len(str(row.get("retrieved"))) == 10 and date.fromisoformat(str(row["retrieved"]))
    except (KeyError, ValueError):
        sound = False
    if not sound and isinstance(row.get("retrieved"), str):
        yield f"[{slug}] with retrieved {written(row['retrieved'])}", "write the day as YYYY-MM-DD"
    if HASH in row and not SHA256.fullmatch(str(row[HASH])):
        yield f"[{slug}] with {HASH} {written(row[HASH], most=20)}", "write 64 digits from 0 to f"


def registry_faults(root: Path | None = None) -> list[Fault]:
    """Faults of the rows of the registry; without any, the other functions can rely on it.

    Parameters
    ----------
    root : Path or None
        The data folder; that of the project if None.

    Returns
    -------
    list of Fault
        Rows without file, source, licence or day, with other words, with a file outside the
        data folder, with a file that another row has, and a registry without any row.

    Raises
    ------
    DataError
        If ``registry.toml`` cannot be read.
    """
    known = entries(root)
    if not known:
        advice = "register each file of the data with file, source, licence and retrieved"
        return [Fault(f"data/{REGISTRY}", 0, "", "no row", advice)]
    faults = [
        Fault(f"data/{REGISTRY}", 0, "", found, advice)
        for slug, row in known.items()
        for found, advice in _entry_faults(slug, row)
    ]
    files: dict[str, str] = {}
    for slug, row in known.items():
        file = str(row.get("file")) if isinstance(row, dict) else slug
        if files.setdefault(file, slug) != slug:
            found = f"[{slug}] with the file of [{files[file]}]"
            faults.append(Fault(f"data/{REGISTRY}", 0, "", found, "keep one row a file"))
    return faults


def path(
    slug: str,
    *,
    root: Path | None = None,
    only_cited: bool = False,
    row: str | None = None,
    latest: tuple[str, str] | None = None,
) -> Path:
    """Path of a registered file, which counts as read from now on.

    Parameters
    ----------
    slug : str
        A name of ``data/registry.toml``.
    root : Path or None
        The data folder; that of the project if None.
    only_cited : bool
        The caller uses only the rows of this table that the other tables it reads refer to, and
        those which these rows refer to in turn.
    row : str or None
        The caller uses only the rows of this table whose first cell is this word.
    latest : tuple of str or None
        The caller uses only the latest day of the first column, for each word of the second.

    Returns
    -------
    Path
        Of an existing file; verified where the registry holds its hash.

    Raises
    ------
    DataError
        If the slug is not registered or its file is missing.
    IntegrityError
        If a frozen file has another hash than the registered one.
    """
    folder = root or data_folder()
    known = _read_once(folder, file_bytes(folder / REGISTRY))
    if slug not in known:
        message = f"data/registry.toml: no entry {slug!r}; known: {', '.join(sorted(known))}"
        raise DataError(message)
    name = known[slug]["file"]
    target = folder / name
    if not target.is_file():
        message = f"data/{name}: registered as {slug!r} but missing; restore it"
        raise DataError(message)
    expected = known[slug].get("sha256")
    if expected:
        found = hashlib.sha256(target.read_bytes()).hexdigest()
        if found != expected:
            message = (
                f"data/{name}: a frozen file was changed "
                f"(sha256 {found[:12]}, registered {expected[:12]}); restore it from git"
            )
            raise IntegrityError(message)
    part = CITED_ROWS_MARK if only_cited else f"={row}" if row is not None else ""
    if latest is not None:
        part = f"{LATEST_DAYS_MARK}{latest[0]} {latest[1]}"
    note_read(f"{name}#{part}" if part else name)
    return target


def scenes(*, root: Path | None = None) -> Path:
    """Folder of the scenes acquired on this machine, which need not exist.

    Parameters
    ----------
    root : Path or None
        The data folder; that of the project if None.

    Returns
    -------
    Path
        That of the environment variable ``SKYTALLY_SCENES``, else ``scenes`` in the data folder.
        What lies there counts as read.
    """
    note_read(SCENES)
    return Path(os.environ.get(SCENES_FOLDER) or (root or data_folder()) / SCENES)


def measured(*, root: Path | None = None) -> Path:
    """Folder of the lines measured on this machine, which need not exist.

    Parameters
    ----------
    root : Path or None
        The data folder; that of the project if None.

    Returns
    -------
    Path
        That of the environment variable ``SKYTALLY_MEASURED``, else ``measured`` in the data
        folder. What lies there counts as read, and so does the code that measures.
    """
    note_read(MEASURED)
    return Path(os.environ.get(MEASURED_FOLDER) or (root or data_folder()) / MEASURED)


def unregistered(name: str, *, root: Path | None = None) -> Path:
    """Path of a file of the data folder that this machine made and git ignores.

    Parameters
    ----------
    name : str
        The file, relative to the data folder.
    root : Path or None
        The data folder; that of the project if None.

    Returns
    -------
    Path
        The file need not exist; it counts as read, so that making or changing it counts as a
        change of what was read.
    """
    note_read(name)
    return (root or data_folder()) / name


def folder(name: str, *, root: Path | None = None) -> Path:
    """Folder of the data whose files are read together, such as the sites.

    Parameters
    ----------
    name : str
        The folder, relative to the data folder.
    root : Path or None
        The data folder; that of the project if None.

    Returns
    -------
    Path
        Of an existing folder; each of its registered files counts as read, as by `path`, so
        that a change of any of them counts as a change of what was read.

    Raises
    ------
    DataError
        If no registered file lies there, or one is missing.
    """
    data = root or data_folder()
    slugs = [slug for slug, row in entries(data).items() if row["file"].startswith(f"{name}/")]
    if not slugs:
        message = f"data/registry.toml: no entry lies in {name!r}; register its files"
        raise DataError(message)
    for slug in slugs:
        path(slug, root=data)
    return data / name


def unregistered_files(root: Path | None = None) -> list[Fault]:
    """Faults of data files that lie beside registered ones and have no row in the registry.

    Parameters
    ----------
    root : Path or None
        The data folder; that of the project if None.

    Returns
    -------
    list of Fault
        A dictionary belongs to its table and needs no row of its own.
    """
    data = root or data_folder()
    registered = {row["file"] for row in entries(data).values()}
    folders = {(data / name).parent for name in registered}
    files = sorted(file for folder in folders for file in visible_paths(folder, "*"))
    advice = f"give it a row with file, source, licence and retrieved in data/{REGISTRY}"
    faults = []
    for file in files:
        name = file.relative_to(data).as_posix()
        if file.suffix not in DATA_SUFFIXES or name in registered or file.name == REGISTRY:
            continue
        if original := original_of(file):
            copied = f"a copy of {original} without a row in the registry"
            faults.append(Fault(f"data/{name}", 0, "", copied, "remove one of the two"))
        elif not file.name.endswith(SUFFIX):
            found = "a file without a row in the registry"
            faults.append(Fault(f"data/{name}", 0, "", found, advice))
    return faults
