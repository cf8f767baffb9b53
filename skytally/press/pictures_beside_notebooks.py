"""Pictures that the text of a notebook names and that lie beside it: found, or refused."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from skytally.press.project_paths import book_folder, notebooks_folder

KINDS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
"""Kinds of pictures that a cell may hold, and how their bytes begin; a drawing may hold scripts."""
ENDINGS = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
    ".webp": "image/webp",
}  # fmt: skip
"""How the name of a picture ends."""
CODE = re.compile(r"^(?P<fence>`{3,}|~{3,})(?P<body>.*?)^(?P=fence)|(?P<tick>`+)[^`\n]+(?P=tick)",
                  re.MULTILINE | re.DOTALL)  # fmt: skip
"""Code in a text, in which nothing is a picture, and directives, whose name is in braces."""
NAMED = re.compile(
    r"!\[[^\]\n]*\]\(\s*(?:<(?P<framed>[^<>\n]+)>|(?P<plain>(?:[^()\s]|\([^()\s]*\))+))"
    r"|<img\b[^>]*?\bsrc\s*=\s*[\"'](?P<tag>[^\"'\n]+)"
    r"|^[`:]{3,}\{(?:image|figure)\}[ \t]+(?P<directive>\S.*?)[ \t]*$"
    r"|^\[[^\]\n]+\]:[ \t]*(?P<reference>\S+\.(?:png|jpe?g|gif|webp|svg))\b",
    re.MULTILINE | re.IGNORECASE,
)
"""The ways in which a text names a picture."""
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)
"""How the address of a picture begins that is no file: on the web, or pasted into the cell."""


def _blank(code: re.Match[str]) -> str:
    is_directive = (code["body"] or "").startswith("{")
    return code[0] if is_directive else re.sub(r"[^\n]", " ", code[0])


def _named(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield begin and end of each name of a file in a text, and the name."""
    prose = CODE.sub(_blank, source)
    for match in NAMED.finditer(prose):
        group = str(match.lastgroup)
        if not ELSEWHERE.match(match[group]):
            yield match.start(group), match.end(group), match[group]


def _in_book(name: str) -> bool:
    """Whether a page of a notebook finds a file of the book by a name."""
    book = book_folder()
    # pages of notebooks are printed from a folder of their own, and / begins the book
    path = _normal(book / name.lstrip("/") if name.startswith("/") else book / "lines" / name)
    return path.is_file() and book in path.parents


def _normal(path: Path) -> Path:
    """Path without the steps upwards, of which the folders need not exist."""
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return Path(*parts)


def picture_faults(source: str) -> Iterator[str]:
    """Faults of the files of pictures that a text names.

    Parameters
    ----------
    source : str
        Text of a cell.

    Yields
    ------
    str
        What was found and what to do.
    """
    folder = notebooks_folder()
    for name in dict.fromkeys(unquote(name) for *_, name in _named(source)):
        path = _normal(folder / name)
        if _in_book(name):
            continue
        kind = ENDINGS.get(path.suffix.lower())
        beside = f"put it at notebooks/{path.name}, name it {path.name}, or paste it into the cell"
        if folder not in path.parents:
            yield f"a picture {name!r} that lies outside the folder of the notebooks; {beside}"
        elif kind is None:
            yield f"a picture {name!r} that is no PNG, JPEG, GIF or WebP; save it as PNG or JPEG"
        elif not path.is_file():
            where = path.relative_to(folder).as_posix()
            advice = f"put it at notebooks/{where}, or paste it into the cell"
            yield f"a picture {name!r} that is not there; {advice}"
        elif not path.read_bytes().startswith(KINDS[kind]):
            yield f"a picture {name!r} whose bytes are no {kind}; save it again"


def with_files_attached(source: str) -> tuple[str, dict[str, dict[str, str]]]:
    """Text in which the pictures that lie beside the notebook are part of the cell, and these.

    Parameters
    ----------
    source : str
        Text of a cell, without `picture_faults`.

    Returns
    -------
    source : str
        With each name of such a file as that of an attachment.
    attachments : dict
        Name to kind to content, as the format of notebooks has them.
    """
    attached: dict[str, dict[str, str]] = {}
    parts, at = [], 0
    for begin, end, name in _named(source):
        path = _normal(notebooks_folder() / unquote(name))
        if _in_book(unquote(name)) or not path.is_file():
            continue
        # no picture that was pasted has such a name
        known = f"./{path.relative_to(notebooks_folder()).as_posix()}"
        content = base64.b64encode(path.read_bytes()).decode()
        attached[known] = {ENDINGS[path.suffix.lower()]: content}
        start = begin
        if source[begin - 1 : begin] == "<" and source[end : end + 1] == ">":
            start, end = begin - 1, end + 1
        parts += [source[at:start], f"attachment:{quote(known)}"]
        at = end
    return "".join([*parts, source[at:]]), attached
