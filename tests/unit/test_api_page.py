"""The API page: its examples run, and it documents every storey."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from skytally.press.sphinx_ext.api_page import _entry, public_names, signature_text

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "book" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
STOREYS = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for path in (ROOT / "skytally").rglob("__init__.pyi")
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_example_runs_as_printed(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example of the page runs from the folder of the project."""
    monkeypatch.chdir(ROOT)
    assert len(example.splitlines()) <= 16
    exec(compile(example, "api.md", "exec"), {})


def test_every_storey_stands_on_the_page() -> None:
    """Each package with a public list is documented once."""
    assert sorted(re.findall(r"{storey-api} (\S+)", PAGE)) == STOREYS


@pytest.mark.parametrize("storey", STOREYS)
def test_public_names_load_and_have_a_docstring(storey: str) -> None:
    """Each name of a public list loads, and functions and classes say what they do."""
    package = importlib.import_module(storey)
    for name, kind in public_names(package):
        value = getattr(package, name)
        assert kind == "data" or (value.__doc__ or "").strip(), name


@pytest.mark.parametrize("storey", STOREYS)
def test_no_public_name_is_hidden_by_a_module(storey: str) -> None:
    """A module of the same name would take a public name's place once it is imported."""
    folder = ROOT / storey.replace(".", "/")
    listed = ast.parse((folder / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in listed.body if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names}
    modules = {path.stem for path in folder.iterdir() if path.name != "__init__.py"}
    assert names & modules == set()


def test_signature_shows_names_and_plain_defaults_only() -> None:
    """Types are left out, and a default that prints an address is not printed."""

    def example(table: int, *, by: tuple[str, ...] = ("counter",), key: object = object()) -> int:
        return table

    assert signature_text(example) == "(table, *, by=('counter',), key=…)"


def test_entry_shows_text_as_text() -> None:
    """The term has its anchor, the docstring its first line, and the rest is folded."""
    shown = _entry(importlib.import_module("skytally.record"), "lines", "function")
    assert 'id="skytally.record.lines"' in shown
    assert "<code>lines(table, groups, *, quantity, by=(&#x27;counter&#x27;, " in shown
    assert "<p>Build every line of one quantity" in shown
    assert "<summary>more</summary>" in shown
