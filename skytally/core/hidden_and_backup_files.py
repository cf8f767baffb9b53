"""Hidden files and backup copies that other programs leave in a folder, told from its own."""

from __future__ import annotations

import re
from pathlib import Path

LEFTOVER = re.compile(
    r"\..*|~.*|#.*#|.*~|__MACOSX|__pycache__|Thumbs\.db|ehthumbs\.db|desktop\.ini|Icon\r"
    r"|.*\.(?:swp|swo|tmp|part|crdownload)",
    re.IGNORECASE,
)
"""Names of hidden files, locks, backups, half downloads and folders' own pictures."""
_COPY = r"copy|copie|kopie|copia|cópia|kopia|копия|복사본|コピー|副本|conflicted copy"
COPY = re.compile(
    rf"(?:copy|kopie|copie|copia) (?:of|von|de) (?P<after>.+)"
    rf"|(?P<before>.+?)(?:[ _]?\(\d+\)|[ _][2-9]|[ _]?\([^()]*(?:{_COPY})[^()]*\)"
    rf"|[ _\u2013\u2014-]+(?:{_COPY})[ _]?\(?\d*\)?)",
    re.IGNORECASE,
)
"""Names that file managers, browsers and JupyterLab give to a copy."""


def is_leftover(name: str) -> bool:
    """Whether a file or folder of this name belongs to another program and is passed over."""
    return bool(LEFTOVER.fullmatch(name))


def visible_paths(folder: Path, pattern: str) -> list[Path]:
    """Sorted paths of a folder that match a pattern, without what other programs left there.

    Parameters
    ----------
    folder : Path
        None of its paths is returned where it is not there.
    pattern : str
        Such as ``*.csv``.

    Returns
    -------
    list of Path
        Copies are among them, since somebody meant to make them; see `original_of`.
    """
    return sorted(path for path in folder.glob(pattern) if not is_leftover(path.name))


def original_of(path: Path) -> str:
    """Name of the file beside a path whose copy it is by its name; empty where it is none."""
    for stem, dot, suffix in (path.name.partition("."), path.name.rpartition(".")):
        if named := COPY.fullmatch(stem):
            words = (named["after"] or named["before"]).strip(" _-\u2013\u2014")
            original = f"{words}{dot}{suffix}"
            if path.with_name(original).is_file():
                return original
            # a copy may come back from a disk that knows no capitals
            for other in path.parent.glob(f"*{suffix}"):
                if other.name.casefold() == original.casefold() and other.is_file():
                    return other.name
    return ""
