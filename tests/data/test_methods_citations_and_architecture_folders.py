"""What the documents of the project promise, held against the tree."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CITED = re.compile(r"METHODS[ \n]+(?:trap )?((?:T?\d+(?:\.\d+)*)(?:(?:,| and) T?\d+(?:\.\d+)*)*)")


def _numbers(text: str) -> set[str]:
    """Return every section and trap that a text cites."""
    return {
        number for words in CITED.findall(text) for number in re.findall(r"T?\d+(?:\.\d+)*", words)
    }


def _defined(methods: str) -> set[str]:
    """Return the numbers of the headings and rows of the methods."""
    headings = re.findall(r"^#{2,3} (\d+(?:\.\d+)*)", methods, flags=re.MULTILINE)
    rows = re.findall(r"^\| (T?\d+(?:\.\d+)*) \|", methods, flags=re.MULTILINE)
    return {*headings, *rows}


def test_every_citation_of_methods_resolves() -> None:
    """Each METHODS number in code leads to a heading or a row of docs/METHODS.md."""
    defined = _defined((ROOT / "docs" / "METHODS.md").read_text(encoding="utf-8"))
    cited: dict[str, set[str]] = {}
    for folder in ("skytally", "labs", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for number in _numbers(path.read_text(encoding="utf-8")):
                cited.setdefault(number, set()).add(path.relative_to(ROOT).as_posix())
    assert len(cited) >= 20
    assert {number: files for number, files in cited.items() if number not in defined} == {}


def test_a_citation_is_found_in_any_of_its_forms() -> None:
    """Lists, traps and line breaks are read as the numbers they name."""
    text = "METHODS 1.7 and 7.1. (METHODS trap\nT8) METHODS T1, T8, T10. METHODS\n    5.2"
    assert _numbers(text) == {"1.7", "7.1", "T1", "T8", "T10", "5.2"}


def test_architecture_names_every_room() -> None:
    """Every folder of the package has its place in the picture."""
    page = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    picture = page.split("## The flow")[0]
    rooms = [
        path.parent.name
        for folder in ("skytally", "skytally/imagery")
        for path in (ROOT / folder).glob("*/__init__.py")
    ]
    assert [room for room in rooms if not re.search(rf"\b{room}\b", picture)] == []
