"""Programs of the environment that ``make tools`` makes, which pack and check."""

from __future__ import annotations

import sys
from pathlib import Path

EDITION_TOOLS = Path(sys.prefix) / "edition" / "bin"
"""Folder of the programs; their pins do not fit those of the book (requirements-edition.txt)."""
INSTALL = "run make tools, which installs it into an environment of its own"


def edition_tool(name: str) -> Path | None:
    """Path of a program; None where it is not installed.

    Parameters
    ----------
    name : str
        Name of the program, such as ``wacz``.
    """
    path = EDITION_TOOLS / name
    return path if path.is_file() else None
