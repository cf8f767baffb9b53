"""Content keys: what a notebook or the site was made from. Standard library only, for speed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from skytally.press.project_paths import (
    BOOK,
    BUILD,
    DATA,
    LINES,
    NOTEBOOKS,
    PARAMETERS,
    ROOT,
    SITE,
)

STATE = "state.json"
SITE_STATE = BUILD / "site.json"
SCENES = DATA / "scenes"
RUNNER = ("execute.py", "parameter_files.py")
"""The modules of the press that a notebook runs through."""


def of_bytes(content: bytes) -> str:
    """Give the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def of_file(path: Path) -> str:
    """Give the SHA-256 of a file, or ``missing``."""
    return of_bytes(path.read_bytes()) if path.is_file() else "missing"


def of_files(paths: Iterable[Path], *, base: Path) -> str:
    """Give one key for the names and contents of files."""
    listed = sorted((path.relative_to(base).as_posix(), of_file(path)) for path in paths)
    return of_bytes(json.dumps(listed).encode())


def _sources(folder: Path, *suffixes: str) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.suffix in suffixes and "__pycache__" not in path.parts and BUILD not in path.parents
    ]


def of_code() -> str:
    """Key of what every notebook runs on: package, runner, dictionaries, register, lock."""
    return of_files(
        [
            *(
                path
                for path in _sources(ROOT / "skytally", ".py", ".pyi", ".js")
                if ROOT / "skytally/press" not in path.parents or path.name in RUNNER
            ),
            *DATA.glob("record/*.dictionary.csv"),
            DATA / "record/vocabulary.csv",
            DATA / "registry.toml",
            ROOT / "requirements.txt",
        ],
        base=ROOT,
    )


def _data(pattern: str) -> list[Path]:
    """List what is committed under ``data``; scenes are many, large and checked when read."""
    folders = [folder for folder in DATA.iterdir() if folder.is_dir() and folder != SCENES]
    return [*DATA.glob(pattern), *(path for folder in folders for path in folder.rglob(pattern))]


def of_inputs() -> str:
    """Key of everything that is checked before a notebook runs."""
    checked = [*_data("*.csv"), *_data("*.geojson"), *_data("*.toml")]
    return (
        of_files([*checked, *PARAMETERS.glob("*"), *NOTEBOOKS.glob("*.ipynb")], base=ROOT)
        + of_code()
    )


def _of_scenes() -> str:
    """Key of which scenes lie on this machine; the looks table holds the hash of each."""
    folder = Path(os.environ.get("SKYTALLY_SCENES") or SCENES)
    return of_bytes("\n".join(sorted(path.name for path in folder.glob("*/*.json"))).encode())


def _of_read(name: str) -> str:
    """Key of what a notebook read: a file of the data, or the folder of scenes."""
    return _of_scenes() if name == SCENES.name else of_file(DATA / name)


def of_notebook(line: str, *, code: str) -> str:
    """Key of a notebook's cells and parameters and the code it runs on; not of its metadata."""
    notebook = json.loads((NOTEBOOKS / f"{line}.ipynb").read_bytes())
    cells = [
        [cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])]
        for cell in notebook["cells"]
    ]
    parameters = of_file(PARAMETERS / f"{line}.yml")
    return of_bytes(json.dumps([cells, parameters, code]).encode())


def write_state(line_folder: Path, *, key: str, reads: set[str]) -> None:
    """Note beside a line's results what they were made from and what they are."""
    results = [path for path in line_folder.rglob("*") if path.is_file()]
    state = {
        "key": key,
        "reads": {file: _of_read(file) for file in sorted(reads)},
        "results": of_files(results, base=line_folder),
    }
    (line_folder / STATE).write_text(json.dumps(state, indent=1))


def is_fresh(line: str, *, code: str) -> bool:
    """Tell whether a line's results are still those of its notebook, parameters and data."""
    folder = LINES / line
    try:
        state = json.loads((folder / STATE).read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    results = [path for path in folder.rglob("*") if path.is_file() and path.name != STATE]
    return (
        state["key"] == of_notebook(line, code=code)
        and all(_of_read(file) == known for file, known in state["reads"].items())
        and state["results"] == of_files(results, base=folder)
    )


def of_site() -> str:
    """Key of what the site is made from: pages, extension, data, results of the lines."""
    book = [
        path
        for path in BOOK.rglob("*")
        if path.is_file() and BUILD not in path.parents and "__pycache__" not in path.parts
    ]
    results = [path for path in LINES.glob("[!.]*/**/*") if path.is_file() and path.name != STATE]
    press = _sources(ROOT / "skytally/press", ".py")
    made = of_files([*book, *press, *results, *_data("*.*")], base=ROOT)
    return made + _of_scenes() + of_code()


def _of_printed() -> str:
    return of_files((path for path in SITE.rglob("*") if path.is_file()), base=SITE)


def write_site_state(key: str) -> None:
    """Note what the site was made from and what it is."""
    SITE_STATE.write_text(json.dumps({"key": key, "printed": _of_printed()}))


def site_is_fresh(key: str) -> bool:
    """Tell whether the site is there, whole, and made from this key."""
    try:
        state = json.loads(SITE_STATE.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return state["key"] == key and state["printed"] == _of_printed()
