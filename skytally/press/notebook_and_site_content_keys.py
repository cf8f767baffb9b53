"""Content keys: what a notebook or the site was made from. Standard library only, for speed."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from skytally.core import (
    data_folder,
    is_leftover,
    key_of_docstrings,
    key_of_modules,
    package_modules,
    project_root,
    visible_paths,
)
from skytally.press import table_rows_used_by_notebook
from skytally.press.project_paths import (
    GIVEN_TEXTS,
    book_folder,
    build_folder,
    installed_versions,
    line_names,
    lines_folder,
    lock_file,
    notebooks_folder,
    parameters_folder,
    site_folder,
)
from skytally.press.table_and_project_zips import FOR_DEVELOPERS, packed_files

STATE = "state.json"
SCENES = "scenes"
MEASURED = "measured"
COPIES = "archived_pages"
"""Folder of the copies of cited pages, of which the tables of the archive say all."""
PICTURES = "attachments"
"""Part of a cell that holds the pictures pasted into it."""
PICTURE_FILES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
"""How the names of pictures end that may lie beside a notebook."""
RUNNER = (
    "skytally.press.notebook_execution",
    "skytally.press.strict_notebook_reader",
    "skytally.press.pictures_beside_notebooks",
    "skytally.press.notebook_parameter_reader_and_checks",
    "skytally.press.strict_yaml_reader",
)
"""The modules of the press that a notebook runs through."""
DOCSTRINGS_SHOWN = "{storey-api}"
"""The directive by which a page shows docstrings, whose change then prints the pages anew."""
LARGEST_MEMORY = 4000
"""Most hashes of parsed files that are kept; the project has about 300."""

State = dict[str, Any]


def of_bytes(content: bytes) -> str:
    """SHA-256 of some bytes."""
    return sha256(content).hexdigest()


def of_file(path: Path) -> str:
    """SHA-256 of a file, or ``missing``."""
    return of_bytes(path.read_bytes()) if path.is_file() else "missing"


@functools.cache
def _of_input(path: Path) -> str:
    """SHA-256 of a file that a build reads, as it was when the build began.

    A file that is edited while a notebook runs then counts as changed at the next build.
    """
    return of_file(path)


def of_files(paths: Iterable[Path], *, base: Path) -> str:
    """One key for the names and contents of files."""
    listed = sorted((path.relative_to(base).as_posix(), of_file(path)) for path in paths)
    return of_bytes(json.dumps(listed).encode())


# Hashes of what needs parsing, kept by content, so that a build with nothing to do parses nothing.


def _memory_path() -> Path:
    return build_folder() / "parsed.json"


@functools.cache
def _memory() -> dict[str, list[str]]:
    try:
        return dict(json.loads(_memory_path().read_bytes()))
    except (FileNotFoundError, ValueError):
        return {}


def write_memory() -> None:
    """Keep the hashes of what was parsed for the next build."""
    kept = dict(list(_memory().items())[-LARGEST_MEMORY:])
    text = json.dumps(kept)
    path = _memory_path()
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _of_lock() -> str:
    lock = lock_file()
    return _of_input(lock) if lock else of_bytes(json.dumps(installed_versions()).encode())


@functools.cache
def _of_module(module: str) -> str:
    return key_of_modules([module], _memory())


def _of_modules(modules: Iterable[str]) -> str:
    listed = [[module, _of_module(module)] for module in sorted(set(modules))]
    return of_bytes(json.dumps(listed).encode())


def of_code() -> str:
    """Key of the meaning of the whole package, and of the environment."""
    return of_bytes(f"{_of_modules(package_modules())} {_of_lock()}".encode())


def _data(pattern: str) -> list[Path]:
    """List what is committed under ``data``; scenes are many, large and checked when read."""
    data = data_folder()
    made_here = {SCENES, MEASURED, COPIES}
    folders = [each for each in data.iterdir() if each.is_dir() and each.name not in made_here]
    found = [*data.glob(pattern), *(path for folder in folders for path in folder.rglob(pattern))]
    return [path for path in found if not is_leftover(path.name)]


def _of_inputs(paths: Iterable[Path]) -> str:
    root = project_root()
    listed = sorted((path.relative_to(root).as_posix(), _of_input(path)) for path in paths)
    return of_bytes(json.dumps(listed).encode())


def of_inputs() -> str:
    """Key of everything that is checked before a notebook runs."""
    checked = [*_data("*.csv"), *_data("*.geojson"), *_data("*.toml")]
    notebooks = [
        path
        for folder, pattern in ((parameters_folder(), "*"), (notebooks_folder(), "*.ipynb"))
        for path in visible_paths(folder, pattern)
    ]
    return _of_inputs([*checked, *notebooks, *_pictures()]) + of_code()


def _of_scenes() -> str:
    """Key of which scenes lie on this machine; the inventory holds the hash of each."""
    folder = Path(os.environ.get("SKYTALLY_SCENES") or data_folder() / SCENES)
    return of_bytes("\n".join(sorted(path.name for path in folder.glob("*/*.json"))).encode())


def _of_measured() -> str:
    """Key of the measured lines on this machine and, where there are any, of what measures."""
    folder = Path(os.environ.get("SKYTALLY_MEASURED") or data_folder() / MEASURED)
    lines = list(folder.glob("*/[!.]*.nc"))
    if not lines:
        return of_bytes(b"no line")
    from skytally.imagery.pipeline import measuring_key

    # a line of older code is not drawn, so a change of that code changes what is read
    return of_bytes(f"{of_files(lines, base=folder)} {measuring_key(_memory())}".encode())


def of_read(read: str, reads: Iterable[str]) -> str:
    """Key of one thing that a notebook read.

    Parameters
    ----------
    read : str
        A line of the log of reads: a file of the data, a part of one, or a folder of this
        machine: of scenes, or of measured lines.
    reads : iterable of str
        All lines of that log.

    Returns
    -------
    str
        For a table: of its rows, or of those used, with its dictionary, the words of the
        vocabulary that occur in them, and its row of the registry.
    """
    if read == SCENES:
        return _of_scenes()
    if read == MEASURED:
        return _of_measured()
    files = table_rows_used_by_notebook.files_behind(read, reads)
    key = of_bytes(json.dumps([read, [_of_input(path) for path in files]]).encode())
    memory = _memory()
    if key not in memory:
        memory[key] = [of_bytes(table_rows_used_by_notebook.content_used(read, reads))]
    return memory[key][0]


def _pictures() -> list[Path]:
    """Files of pictures that lie beside the notebooks."""
    found = (path for path in notebooks_folder().rglob("*") if path.suffix.lower() in PICTURE_FILES)
    base = notebooks_folder()
    return [path for path in found if not any(map(is_leftover, path.relative_to(base).parts))]


def _names_file(content: str, name: str) -> bool:
    """Whether a notebook names a file, in any of the ways in which JSON and links write it."""
    return any(each in content for each in (name, quote(name), json.dumps(name)[1:-1]))


def _of_cells(line: str) -> str:
    """Key of what the cells of a notebook hold: text, tags and pictures."""
    content, memory = (notebooks_folder() / f"{line}.ipynb").read_bytes(), _memory()
    text = content.decode("utf-8", "replace")
    named = [path for path in _pictures() if _names_file(text, path.name)]
    pictures = _of_inputs(named).encode() if named else b""
    key = of_bytes(b"cells " + content + pictures)
    if key not in memory:
        # a slow import, for a notebook that changed
        from skytally.press.strict_notebook_reader import read_notebook

        cells = [
            [cell["cell_type"], cell["source"], cell["metadata"].get("tags"), cell.get(PICTURES)]
            for cell in read_notebook(line)["cells"]
        ]
        memory[key] = [of_bytes(json.dumps(cells).encode())]
    return memory[key][0]


def of_notebook(line: str, *, modules: Iterable[str]) -> str:
    """Key of a notebook's cells, parameters, environment and code; not of its metadata.

    Parameters
    ----------
    line : str
        Name of the notebook.
    modules : iterable of str
        The modules of the package that its kernel loaded.

    Raises
    ------
    DataError
        If the notebook cannot be read.
    """
    parameters = _of_input(parameters_folder() / f"{line}.yml")
    code = _of_modules({*modules, *RUNNER})
    return of_bytes(json.dumps([_of_cells(line), parameters, code, _of_lock()]).encode())


def read_state(folder: Path) -> State | None:
    """State that was written beside the results of a run; None where there is none to be read."""
    try:
        state = json.loads((folder / STATE).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    complete = isinstance(state, dict) and {"key", "modules", "reads", "results"} <= set(state)
    return state if complete else None


def write_state(folder: Path, *, line: str, modules: set[str], reads: set[str]) -> None:
    """Note beside the results of a run what they were made from and what they are."""
    state = {
        "key": of_notebook(line, modules=modules),
        "modules": sorted(modules),
        "reads": {read: of_read(read, reads) for read in sorted(reads)},
        "results": _of_results(folder),
    }
    (folder / STATE).write_text(json.dumps(state, indent=1))


def _of_results(folder: Path) -> str:
    results = (path for path in folder.rglob("*") if path.is_file() and path.name != STATE)
    return of_files(results, base=folder)


def is_whole(folder: Path) -> bool:
    """Whether the results of a run are all there, as they were written."""
    state = read_state(folder)
    return state is not None and state["results"] == _of_results(folder)


def result_key(folder: Path) -> str:
    """Key of everything that the results of a run were made from."""
    state = read_state(folder) or {}
    made_from = [state.get("key"), sorted(state.get("reads", {}).items())]
    return of_bytes(json.dumps(made_from).encode())[:16]


def changed_reads(line: str) -> list[str] | None:
    """List what a notebook read at its last run and would read otherwise now.

    Returns
    -------
    list of str or None
        Lines of the log of reads; None where the notebook was not run yet.
    """
    state = read_state(lines_folder() / line)
    if state is None:
        return None
    reads = state["reads"]
    return [read for read, known in reads.items() if of_read(read, reads) != known]


def is_fresh(line: str, folder: Path | None = None) -> bool:
    """Whether results are those of a line's notebook, parameters, code and data as they are now.

    Parameters
    ----------
    line : str
        Name of the notebook.
    folder : Path or None
        Folder of the results; that of the line if None.
    """
    folder = folder or lines_folder() / line
    state = read_state(folder)
    return (
        state is not None
        and state["key"] == of_notebook(line, modules=state["modules"])
        and all(of_read(read, state["reads"]) == known for read, known in state["reads"].items())
        and is_whole(folder)
    )


def _of_documentation(pages: Iterable[Path]) -> str:
    """Key of the docstrings that a page of the book shows, if there is such a page."""
    shown = any(
        DOCSTRINGS_SHOWN in path.read_text(encoding="utf-8", errors="replace")
        for path in pages
        if path.suffix == ".md"
    )
    return key_of_docstrings(_memory()) if shown else ""


def _of_packed_files(*, for_developers: bool) -> str:
    """Key of the files that the site gives away as the folder of the project; empty without.

    Parameters
    ----------
    for_developers : bool
        Whether of those on which no page depends, or of all others: pages show some of them, and
        tell how those that an edition is made from differ from it.
    """
    found = {
        path: run
        for path, run in packed_files().items()
        if path.startswith(FOR_DEVELOPERS) is for_developers
    }
    if not found:
        return ""
    programs = [path for path, run in found.items() if run]
    return _of_inputs(project_root() / path for path in found) + of_bytes(
        json.dumps(programs).encode()
    )


def _site_state_path() -> Path:
    return build_folder() / "site.json"


BOOK_PARAMETERS = "book.yml"
"""File of the parameters that no notebook has."""


def of_site(modules: Iterable[str]) -> str:
    """Key of what the site is made from: pages, data, results of the lines, and code.

    Parameters
    ----------
    modules : iterable of str
        The modules of the package that printing loaded.
    """
    built = build_folder()
    book = [
        path
        for path in book_folder().rglob("*")
        if path.is_file()
        and built not in path.parents
        and not any(map(is_leftover, path.relative_to(book_folder()).parts))
    ]
    # a line whose results are not whole was run again before the site is printed
    results = [(read_state(lines_folder() / line) or {}).get("results") for line in line_names()]
    made_from = [
        _of_inputs([*book, *_data("*.*"), *(project_root() / name for name in GIVEN_TEXTS)]),
        _of_input(parameters_folder() / BOOK_PARAMETERS),
        results,
        _of_scenes(),
        _of_lock(),
        _of_packed_files(for_developers=False),
    ]
    made_from.append(_of_documentation(book))
    return of_bytes(json.dumps([*made_from, _of_modules(modules)]).encode())


def _of_printed() -> str:
    site = site_folder()
    return of_files((path for path in site.rglob("*") if path.is_file()), base=site)


def write_site_state(modules: set[str]) -> None:
    """Note what the site was made from and what it is.

    Parameters
    ----------
    modules : set of str
        The modules of the package that printing loaded.
    """
    state = {
        "key": of_site(modules),
        "modules": sorted(modules),
        "printed": _of_printed(),
        "project_zip": _of_packed_files(for_developers=True),
    }
    _site_state_path().write_text(json.dumps(state))


def _whole_site_state() -> dict[str, Any] | None:
    """State of a site that is whole, and whose pages are made from what there is now."""
    try:
        state = json.loads(_site_state_path().read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    whole = (
        "project_zip" in state
        and state["key"] == of_site(state["modules"])
        and state["printed"] == _of_printed()
    )
    return dict(state) if whole else None


def site_is_fresh() -> bool:
    """Whether the site is there, whole, and made from what there is now."""
    state = _whole_site_state()
    return state is not None and state["project_zip"] == _of_packed_files(for_developers=True)


def modules_of_fresh_pages() -> set[str] | None:
    """Collect the modules that printed the site, where only its zip of the project is stale.

    Returns
    -------
    set of str or None
        None where the pages are stale, too, or where the zip comes or goes, since they name it.
    """
    state = _whole_site_state()
    if state is None or not state["project_zip"] or not _of_packed_files(for_developers=True):
        return None
    return set(state["modules"])
