"""Content keys of code: what changes the meaning of a module, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.core import code_content_keys
from skytally.core.code_content_keys import (
    key_of_docstrings,
    key_of_modules,
    meaning,
    modules_imported_by,
    package_modules,
)

CODE = '''"""A module."""

# a comment
LIMIT = 3
"""What it is."""


def double(x: int) -> int:
    """Double a number."""
    if x > LIMIT:
        return LIMIT
    return 2 * x
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a package of a few modules, with a public list and a script."""
    folder = tmp_path / "skytally"
    (folder / "room").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "room/__init__.py").write_text("")
    (folder / "room/__init__.pyi").write_text("from .one import double as double\n")
    (folder / "room/one.py").write_text(CODE)
    (folder / "room/two.py").write_text("from skytally.room import double\nprint(double)\n")
    (folder / "room/three.py").write_text('SCRIPT = "draw.js"\n')
    (folder / "room/draw.js").write_text("draw()")
    monkeypatch.setattr(code_content_keys, "PACKAGE", folder)
    return folder


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A module."""\n', ""),
        ("# a comment\n", "# another\n\n\n"),
        ('"""What it is."""', '"""Another word for it."""'),
        ('    """Double a number."""\n', ""),
        ("return 2 * x", "return (2 * x)  # twice"),
    ],
)
def test_meaning_leaves_out_words_and_layout(old: str, new: str) -> None:
    """Docstrings, comments, brackets and blank lines mean nothing."""
    assert old in CODE
    assert meaning(CODE.replace(old, new)) == meaning(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("x > LIMIT", "x >= LIMIT"),
        ("2 * x", "x * 2"),
        ("def double(x", "def twice(x"),
        ("x: int", "x: float"),
        ("return LIMIT", 'return "LIMIT"'),
    ],
)
def test_meaning_sees_what_the_code_does(old: str, new: str) -> None:
    """A number, a sign, an order, a name, a hint or a returned string is meaning."""
    assert old in CODE
    assert meaning(CODE.replace(old, new)) != meaning(CODE)


def test_key_of_modules_sees_the_named_modules_alone(package: Path) -> None:
    """Another module changes nothing; one that goes away or comes does."""
    before = key_of_modules(["skytally.room.one"])
    (package / "room/two.py").write_text("")
    assert key_of_modules(["skytally.room.one"]) == before
    assert key_of_modules(["skytally.room.one", "skytally.room.two"]) != before
    (package / "room/one.py").unlink()
    assert key_of_modules(["skytally.room.one"]) != before


def test_key_of_modules_sees_the_public_list(package: Path) -> None:
    """Where a name comes from is part of what a package means."""
    before = key_of_modules(["skytally.room"])
    (package / "room/__init__.pyi").write_text("from .two import double as double\n")
    assert key_of_modules(["skytally.room"]) != before


def test_key_of_modules_sees_a_file_that_a_module_names(package: Path) -> None:
    """A script beside a module that names it belongs to it, and to no other."""
    three, one = key_of_modules(["skytally.room.three"]), key_of_modules(["skytally.room.one"])
    (package / "room/draw.js").write_text("draw(2)")
    assert key_of_modules(["skytally.room.three"]) != three
    assert key_of_modules(["skytally.room.one"]) == one


def test_key_of_modules_keeps_what_it_parsed(package: Path) -> None:
    """With what was found before, the same key follows, and from a wrong memory another."""
    known: dict[str, list[str]] = {}
    key = key_of_modules(["skytally.room.one"], known)
    assert key_of_modules(["skytally.room.one"]) == key
    assert key_of_modules(["skytally.room.one"], known) == key
    (word,) = known
    known[word] = ["of something else"]
    assert key_of_modules(["skytally.room.one"], known) != key


def test_key_of_docstrings_sees_what_public_lists_say(package: Path) -> None:
    """The docstring of a listed module's function counts, that of a module or another does not."""
    before = key_of_docstrings()
    path = package / "room/one.py"
    path.write_text(CODE.replace("A module", "Another module"))
    assert key_of_docstrings() == before
    (package / "room/two.py").write_text('def two() -> None:\n    """Two."""\n')
    assert key_of_docstrings() == before
    path.write_text(CODE.replace("Double a number", "Take a number twice"))
    assert key_of_docstrings() != before


def test_modules_imported_by_follows_the_public_list(package: Path) -> None:
    """A name from a public list loads the module it comes from, and no other of the list."""
    found = modules_imported_by("skytally.room.two")
    assert found == {"skytally.room.two", "skytally.room.one"}


def test_package_modules_lists_all(package: Path) -> None:
    """Every module and package once, by its dotted name."""
    assert package_modules() == [
        *("skytally", "skytally.room", "skytally.room.one"),
        *("skytally.room.three", "skytally.room.two"),
    ]
