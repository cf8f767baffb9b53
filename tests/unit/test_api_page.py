"""The API page: its examples run, and it documents every storey."""

from __future__ import annotations

import ast
import contextlib
import csv
import importlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skytally.press.sphinx_ext.api_page import (
    _entry,
    constant_words,
    marked_up,
    public_names,
    signature_text,
)

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "book" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
FROM_FILES = [example for example in EXAMPLES if '"examples' in example]
"""The first writes simulated GeoTIFFs, the others make numbers of them."""
STOREYS = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for path in (ROOT / "skytally").rglob("__init__.pyi")
)


def _run(example: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    exec(compile(example, "api.md", "exec"), made)
    return made


@pytest.mark.parametrize(
    "example",
    [each for each in EXAMPLES if each not in FROM_FILES],
    ids=lambda text: text.splitlines()[0],
)
def test_example_runs_as_printed(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example of the page runs from the folder of the project."""
    monkeypatch.chdir(ROOT)
    assert len(example.splitlines()) <= 16
    _run(example)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which the first example has written its simulated images."""
    folder = tmp_path_factory.mktemp("from-files")
    with contextlib.chdir(folder):
        _run(FROM_FILES[0])
    return folder


def _truth(folder: Path, site: str) -> dict[str, float]:
    """Day to what really stands there."""
    with (folder / "examples" / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["site"] == site]
    return {row["time_utc"][:10]: float(row["value"]) for row in rows}


@pytest.mark.parametrize(
    "example", FROM_FILES[1:], ids=lambda text: re.findall(r'"(example-\w+)"', text)[0]
)
def test_five_lines_make_the_true_number_of_files(example: str, examples: Path) -> None:
    """Five lines after the imports, run as printed on simulated files: the interval holds."""
    assert len(example.rpartition("\n\n")[2].splitlines()) == 5
    with contextlib.chdir(examples):
        made = _run(example)
    assert set(made["cube"]["label"].to_numpy()) == {"simulated"}
    if "found" not in made:
        # the pits lie in the middle of the field
        assert 15 <= made["row"] < 45
        assert 15 <= made["column"] < 45
        return
    truth = _truth(examples, made["site"].slug)
    late = [row for row in made["found"] if row.time >= np.datetime64("2023-08-01")]
    assert late
    for row in late:
        assert row.low <= truth[str(row.time)[:10]] <= row.high
        assert row.value > 0
    early = [row.value for row in made["found"] if row.time < np.datetime64("2023-08-01")]
    # nothing stood there; one image in a hundred may call some pixels changed
    assert max(early, default=0.0) < 0.01 * late[0].value


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


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Write ``5 October < 6``.", "Write <code>5 October &lt; 6</code>."),
        ("Raise one `DataError`.", "Raise one <code>DataError</code>."),
        ("Find *the first*, 2 * 3 * 4.", "Find <em>the first</em>, 2 * 3 * 4."),
    ],
)
def test_a_description_has_no_raw_markup(line: str, shown: str) -> None:
    """Quotes and stars of a docstring are code and emphasis on the page."""
    assert marked_up(line) == shown


def test_a_constant_is_printed_or_named_by_its_type() -> None:
    """The words are the same in every process: no address in memory, no order of a set."""
    assert constant_words(1.5) == "A constant: <code>1.5</code>."
    assert constant_words(frozenset("ab")) == "A constant, of the type <code>frozenset</code>."
    assert constant_words("a" * 100) == "A constant, of the type <code>str</code>."
