"""Notebooks as any editor saved them, read strictly: one form, or every fault with its cell."""

from __future__ import annotations

import ast
import base64
import binascii
import json
import re
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from skytally.core import (
    INVISIBLE,
    DataError,
    decoded,
    kind_words,
    no_repeated_key,
    refuse,
    written,
)
from skytally.press.ipython_command_checks import command_faults
from skytally.press.pictures_beside_notebooks import (
    KINDS as KINDS_OF_PICTURES,
    picture_faults,
    with_files_attached,
)
from skytally.press.project_paths import notebooks_folder

Notebook = dict[str, Any]
"""A notebook as the JSON of format 4.5 has it, each source one string."""

ONLY_NOTEBOOKS = 2
"""Exit code of the check where only notebooks or their parameters are at fault: others can run."""
LARGEST_NOTEBOOK = 50_000_000
"""Most bytes of a notebook; those of the book have about 20,000."""
OLDEST_FLAT = 4
"""First major version of the format in which a notebook has its cells at the top."""
MINOR = 5
KINDS = ("code", "markdown", "raw")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
"""Kernel in which the press runs every notebook, whatever its editor called it."""
PYTHON = ("python", "ipython")
"""How the names of its language begin, as editors write them."""
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
CONFLICT = re.compile(r"^(?:<span[^>]*>\**)?(?:<{7}|>{7}|\|{7}(?= ))(?:[ *\r].*)?$", re.MULTILINE)
"""Marks that a merge of two versions leaves, in the file or, by nbdime, in a cell."""
CONFLICT_IN_TEXT = re.compile(
    rf"{CONFLICT.pattern}|^(?:<span[^>]*>\**)?={{7}}(?:[ *\r].*)?$", re.MULTILINE
)
"""The same and the mark in the middle, in prose: no heading of the project is underlined, and one
that is left would make a heading of the sentence above it."""
PARAMETERS, INJECTED, INTENDED = "parameters", "injected-parameters", "raises-exception"
"""Tags of cells: the parameters, papermill's values over them, a failure that is meant."""
IPYTHON = re.compile(r"^[ \t]*[%!?,;/]|^[ \t]*[\w, \t.]+=[ \t]*[%!]|\?[ \t]*$", re.MULTILINE)
"""Line that IPython may turn into Python."""
ATTACHMENT = re.compile(r"attachment:((?:[^()\s\"'<>]|\([^()\s]*\))+)")


def file_name(line: str) -> str:
    """Name of a line's notebook, as messages have it."""
    return f"notebooks/{line}.ipynb"


def conflict_in(text: str, marks: re.Pattern[str] = CONFLICT_IN_TEXT) -> str:
    """Fault of the first mark that a merge left in a text; empty where there is none.

    Parameters
    ----------
    text : str
    marks : re.Pattern
        How such a mark looks there; in code seven = may be part of a longer text.
    """
    mark = marks.search(text)
    if not mark:
        return ""
    line = text.count("\n", 0, mark.start()) + 1
    return (
        f"a merge conflict, {mark[0].rstrip()[:40]!r} on line {line}; keep one of the two versions"
    )


def _parsed(text: str) -> Any:
    """Content of a notebook's JSON.

    Raises
    ------
    DataError
        If it is no JSON.
    """
    try:
        return json.loads(text, object_pairs_hook=no_repeated_key)
    except json.JSONDecodeError as error:
        if conflict := conflict_in(text, CONFLICT):
            raise DataError(conflict) from error
        message = (
            f"broken JSON on line {error.lineno} ({error.msg}); restore it, or save it again "
            "from the editor that wrote it"
        )
        raise DataError(message) from error
    except RecursionError as error:
        message = "JSON nested too deeply to be a notebook; restore it"
        raise DataError(message) from error
    except DataError as error:
        message = f"{error}; keep one of the two"
        raise DataError(message) from error
    except ValueError as error:
        # a number of thousands of digits, which Python refuses to read
        message = "JSON with a number of thousands of digits; restore it"
        raise DataError(message) from error


def _flat(content: Any) -> Notebook:
    """Notebook of format 4, converted from an older one where need be.

    Raises
    ------
    DataError
        If it is of a newer format, or no notebook.
    """
    major = content.get("nbformat") if isinstance(content, dict) else None
    if major is None and isinstance(content, dict) and isinstance(content.get("cells"), list):
        return dict(content)
    if type(major) is not int:
        message = "JSON that is no notebook (it has no nbformat); restore it"
        raise DataError(message)
    if major > OLDEST_FLAT:
        message = f"format {major}, which is newer than this press; save it in format 4"
        raise DataError(message)
    if major == OLDEST_FLAT:
        return dict(content)
    # a slow import, which only a notebook of before 2015 needs
    import nbformat

    try:
        converted = nbformat.convert(nbformat.from_dict(content), OLDEST_FLAT)
    except (nbformat.ValidationError, KeyError, AttributeError, TypeError, ValueError) as error:
        message = f"a notebook of format {major} that cannot be converted ({error!r}); save it anew"
        raise DataError(message) from error
    return dict(json.loads(json.dumps(converted)))


def _language_fault(metadata: dict[str, Any]) -> str:
    words = [
        part.get(key)
        for name, key in (("kernelspec", "language"), ("language_info", "name"))
        for part in [metadata.get(name)]
        if isinstance(part, dict)
    ]
    other = [word for word in words if isinstance(word, str) and word]
    if any(word.lower().startswith(PYTHON) for word in other) or not other:
        return ""
    return f"a notebook of {other[0]}; the press runs Python only"


def _source(cell: dict[str, Any]) -> str | None:
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(part, str) for part in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _text_faults(source: str, marks: re.Pattern[str]) -> Iterator[str]:
    """Faults of the text of a cell: what no one sees, no encoding takes, or a merge left."""
    if found := INVISIBLE.search(source):
        yield f"the invisible character U+{ord(found[0]):04X}; remove it"
    if conflict := conflict_in(source, marks):
        yield conflict


def _syntax_faults(source: str) -> Iterator[str]:
    """Faults of code that Python cannot read, known before the cells above it have run."""
    if IPYTHON.search(source):
        # only IPython knows what its own signs stand for
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            ast.parse(source)
    except SyntaxError as error:
        number = min(error.lineno or 1, source.count("\n") + 1)
        written = (source.splitlines() or [""])[number - 1].strip()
        yield f"{written[:80]!r} on line {number}, which is no Python ({error.msg}); mend it"
    except (ValueError, RecursionError, MemoryError) as error:
        yield f"code that Python cannot read ({error}); mend it"


def _run_faults(source: str, tags: Collection[str], others: Collection[str]) -> Iterator[str]:
    """Faults of a code cell that its tags, or Python itself, tell before anything runs."""
    if INJECTED in tags:
        yield (
            "values that papermill wrote over the parameters; remove the cell, and write such "
            "values into the parameter file"
        )
    # the parameters have a reader of their own
    if not others and not {INTENDED, PARAMETERS} & {*tags}:
        yield from _syntax_faults(source)


def _picture_fault(pictures: object, name: str) -> str:
    """Fault of a picture that a cell shows; empty where there is none."""
    kinds = pictures.get(name) if isinstance(pictures, dict) else None
    if not isinstance(kinds, dict) or not kinds:
        return f"a picture {name!r} that is not in the cell; paste it again"
    for kind, content in kinds.items():
        if kind not in KINDS_OF_PICTURES:
            return f"a picture {name!r} of kind {kind!r}; paste it as PNG or JPEG"
        text = content if isinstance(content, str) else "".join(map(str, content))
        try:
            begins = base64.b64decode("".join(text.split()), validate=True)
        except (ValueError, binascii.Error):
            begins = b""
        if not begins.startswith(KINDS_OF_PICTURES[kind]):
            return f"a picture {name!r} whose bytes are no {kind}; paste it again"
    return ""


def _cell_faults(cell: object) -> Iterator[str]:
    if not isinstance(cell, dict):
        yield f"{written(cell)}, {kind_words(cell)}, in place of a cell; remove it"
        return
    if cell.get("cell_type") not in KINDS:
        yield f"the kind {written(cell.get('cell_type'))}; a cell is {', '.join(KINDS)}"
        return
    source = _source(cell)
    if source is None:
        yield "no text in the cell; remove it"
        return
    is_code = cell["cell_type"] == "code"
    faults = list(_text_faults(source, CONFLICT if is_code else CONFLICT_IN_TEXT))
    if is_code:
        faults += command_faults(source)
        metadata = cell.get("metadata")
        faults += _run_faults(source, _tags(metadata if isinstance(metadata, dict) else {}), faults)
    yield from faults
    if not faults and _is_printed_nowhere(cell, source):
        yield "a raw cell, which no page prints; make it a Markdown or a code cell, or remove it"
    if cell["cell_type"] == "markdown":
        names = dict.fromkeys(map(unquote, ATTACHMENT.findall(source)))
        yield from filter(None, (_picture_fault(cell.get("attachments"), name) for name in names))
        yield from picture_faults(source)


def _is_printed_nowhere(cell: dict[str, Any], source: str) -> bool:
    """Whether a cell holds words for no format, as after a key pressed by mistake."""
    metadata = cell.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    formats = known.get("raw_mimetype") or known.get("format")
    return cell["cell_type"] == "raw" and bool(source.strip()) and not formats


def _tags(metadata: dict[str, Any]) -> list[str]:
    tags = metadata.get("tags", [])
    return [tags] if isinstance(tags, str) else [str(tag) for tag in tags or []]


def _plain_cell(cell: dict[str, Any], used: set[str]) -> dict[str, Any]:
    """Cell of format 4.5 without results, with an id that no cell before it has."""
    metadata = dict(cell["metadata"]) if isinstance(cell.get("metadata"), dict) else {}
    if "tags" in metadata:
        metadata["tags"] = _tags(metadata)
    name = cell.get("id")
    if not isinstance(name, str) or not CELL_ID.fullmatch(name) or name in used:
        name = next(f"unnamed-{n}" for n in range(len(used) + 1) if f"unnamed-{n}" not in used)
    used.add(name)
    plain = {
        "cell_type": cell["cell_type"],
        "id": name,
        "metadata": metadata,
        "source": _source(cell),
    }
    if cell["cell_type"] == "code":
        return {**plain, "execution_count": None, "outputs": []}
    pictures = cell.get("attachments") or {}
    if cell["cell_type"] == "markdown":
        plain["source"], beside = with_files_attached(plain["source"])
        pictures = {**pictures, **beside}
    return {**plain, "attachments": pictures} if pictures else plain


def _content(path: Path, name: str) -> tuple[Notebook, list[str]]:
    if path.is_file() and path.stat().st_size > LARGEST_NOTEBOOK:
        size = f"{path.stat().st_size} bytes, at most {LARGEST_NOTEBOOK} allowed"
        return {}, [f"{name}: found {size}; clear the results of its cells and save it"]
    try:
        text, broken = decoded(name, path.read_bytes() if path.is_file() else None)
    except OSError as error:
        return {}, [f"{name}: cannot be read ({error.strerror}); mend its rights, or remove it"]
    if broken:
        return {}, [str(fault) for fault in broken]
    try:
        return _flat(_parsed(text)), []
    except DataError as fault:
        return {}, [f"{name}: found {fault}"]


def scan_notebook(line: str) -> tuple[Notebook, list[str]]:
    """Read a line's notebook and collect its faults instead of raising them.

    Parameters
    ----------
    line : str
        Name of the notebook, without suffix.

    Returns
    -------
    notebook : dict
        In format 4.5, without the results it was saved with, and with the pictures that lie
        beside it in the cells that show them; without cells where there are faults.
    faults : list of str
        One sentence a fault, with the file and, where a cell is meant, its number from 1.
    """
    name = file_name(line)
    content, faults = _content(notebooks_folder() / f"{line}.ipynb", name)
    cells, metadata = content.get("cells"), content.get("metadata") or {}
    if not faults and not (isinstance(cells, list) and isinstance(metadata, dict)):
        faults = [f"{name}: found a notebook without cells; restore it"]
    if not faults and (wrong := _language_fault(metadata)):
        faults = [f"{name}: found {wrong}"]
    if not faults:
        faults = [
            f"{name}, cell {number}: found {fault}"
            for number, cell in enumerate(cells or [], start=1)
            for fault in _cell_faults(cell)
        ]
    used: set[str] = set()
    plain = [] if faults else [_plain_cell(cell, used) for cell in cells or []]
    head = {"nbformat": OLDEST_FLAT, "nbformat_minor": MINOR, "metadata": {"kernelspec": KERNEL}}
    return {"cells": plain, **head}, faults


def read_notebook(line: str) -> Notebook:
    """Read a line's notebook.

    Parameters
    ----------
    line : str
        Name of the notebook, without suffix.

    Returns
    -------
    dict
        As `scan_notebook` returns it.

    Raises
    ------
    DataError
        If it is no notebook that the press can run; all faults at once.
    """
    notebook, faults = scan_notebook(line)
    refuse(faults, what=f"notebook {line}")
    return notebook


def with_pictures(cell: dict[str, Any]) -> dict[str, Any]:
    """Markdown cell whose attached pictures stand in its text, where a page shows them."""
    pictures = cell.get("attachments")
    if not pictures or cell["cell_type"] != "markdown":
        return cell

    def address(found: re.Match[str]) -> str:
        kind, content = next(iter(pictures[unquote(found[1])].items()))
        text = content if isinstance(content, str) else "".join(content)
        return f"data:{kind};base64,{''.join(text.split())}"

    kept = {key: part for key, part in cell.items() if key != "attachments"}
    return {**kept, "source": ATTACHMENT.sub(address, "".join(cell["source"]))}
