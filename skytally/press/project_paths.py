"""Where things lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
NOTEBOOKS = ROOT / "notebooks"
PARAMETERS = NOTEBOOKS / "params"
DATA = ROOT / "data"
BUILD = BOOK / "_build"
LINES = BUILD / "lines"
SITE = BUILD / "html"


def line_names() -> list[str]:
    """Give the evidence lines: one a notebook."""
    return sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
