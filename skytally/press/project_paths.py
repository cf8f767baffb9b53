"""Folders and files of the project that the press works on."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from skytally.core import original_of, project_root, visible_paths

PACKAGE = Path(__file__).resolve().parents[1]
"""Folder of the package, in a checkout or where it was installed."""
LOCK = "requirements.txt"
GIVEN_TEXTS = ("CONTRIBUTING.md", "docs/METHODS.md")
"""Texts of the project that the site gives away, where the project has them."""
METHODS_TEXT = "methods.txt"
"""Text at the root of the site whose sections descriptions of functions cite as METHODS."""
LINE_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""Name of a line, which stands in the addresses of its page and of its files."""


def book_folder() -> Path:
    """Folder of the pages and their configuration."""
    return project_root() / "book"


def notebooks_folder() -> Path:
    """Folder of the notebooks, one a line of evidence."""
    return project_root() / "notebooks"


def parameters_folder() -> Path:
    """Folder of the parameter files, which need not exist."""
    return notebooks_folder() / "params"


def build_folder() -> Path:
    """Folder of everything that is built."""
    return book_folder() / "_build"


def lines_folder() -> Path:
    """Folder of the notebooks' results, one folder a line."""
    return build_folder() / "lines"


def site_folder() -> Path:
    """Folder of the printed site."""
    return build_folder() / "html"


def second_site_folder() -> Path:
    """Folder of the site that the second engine prints."""
    return build_folder() / "html2"


def line_names() -> list[str]:
    """Names of the lines of evidence: one a notebook, without copies and misnamed files."""
    return [
        path.stem
        for path in visible_paths(notebooks_folder(), "*.ipynb")
        if LINE_NAME.fullmatch(path.stem) and not original_of(path)
    ]


def lock_file() -> Path | None:
    """Lock of the environment: that of the project, else that of the package's checkout.

    Returns
    -------
    Path or None
        None where neither has one, as where the package was installed from an index.
    """
    for folder in (project_root(), PACKAGE.parent):
        if (folder / LOCK).is_file():
            return folder / LOCK
    return None


def installed_versions() -> list[str]:
    """Names and versions of what is installed in the environment, as their folders say."""
    return sorted(path.name for part in sys.path for path in Path(part).glob("*.dist-info"))
