"""The page on rerunning the book: each example is tried, and answers what the page says."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "book/rerun.md").read_text(encoding="utf-8")
TABLE = "data/record/quay_stocks.csv"


def _cell(line: int, column: str, text: str) -> Callable[[Path], None]:
    """Change a cell of a line of the table, the header being line 1."""

    def change(project: Path) -> None:
        path = project / TABLE
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        rows[line - 1][rows[0].index(column)] = text
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return change


def _both(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        for each in changes:
            each(project)

    return change


def _text(change: Callable[[str], str]) -> Callable[[Path], None]:
    def rewrite(project: Path) -> None:
        path = project / TABLE
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    return rewrite


def _parameters(name: str, text: str) -> Callable[[Path], None]:
    def write(project: Path) -> None:
        (project / "notebooks/params" / name).write_text(text, encoding="utf-8")

    return write


def _first_id(project: Path) -> str:
    with (project / TABLE).open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))["id"]


def _repeat_id(project: Path) -> None:
    _cell(3, "id", _first_id(project))(project)


EXAMPLES: dict[str, Callable[[Path], None]] = {
    "column date_first: found '7.9.2023'": _cell(2, "date_first", "7.9.2023"),
    "column date_first: found '2023-09-31'": _cell(3, "date_first", "2023-09-31"),
    "column value: found '1,500'": _cell(3, "value", "1,500"),
    "column bound: found 'roughly'": _cell(3, "bound", "roughly"),
    "column source_id: found": _cell(3, "source_id", "CHOSUN_20231299"),
    "a second time": _repeat_id,
    "column value: found 300 above": _both(
        _cell(2, "value", "300"), _cell(2, "low", "100"), _cell(2, "high", "200")
    ),
    "found semicolons": _text(lambda text: text.replace(",", ";")),
    "column wording: found no such column": _text(
        lambda text: text.replace(",wording,", ",words,", 1)
    ),
    "found an empty file": _text(lambda _: ""),
    "found a NUL byte": _text(lambda text: text.replace("P0", "P\x000", 1)),
    'within_day"': _parameters("official-claims.yml", "within_day: 5\n"),
    "last: found 2024": _parameters("rail-counts.yml", "last: 2024\n"),
    "found 2023-01-01": _parameters("rail-counts.yml", "first: 2023-01-01\n"),
    "after last": _parameters("rail-counts.yml", 'first: "2025-01-01"\n'),
    '"R999"': _parameters("rail-counts.yml", "baseline_row: R999\n"),
    "no notebook rail-count.ipynb": _parameters("rail-count.yml", ""),
}


def _lines_shown() -> list[str]:
    """Faults that the page shows, one a line."""
    blocks = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("  ")]


def test_every_fault_on_the_page_is_tried() -> None:
    """No example stands on the page that this file does not try, and none is tried twice."""
    shown = _lines_shown()
    assert len(shown) == len(EXAMPLES)
    for part in EXAMPLES:
        assert sum(part in line for line in shown) == 1, part


ONE_OF_A_KIND = (
    "column date_first: found '7.9.2023'", "a second time", "found semicolons",
    "found an empty file", 'within_day"', '"R999"',
)  # fmt: skip
"""Examples that every run tries; the others, of the same kinds, are long trials."""


@pytest.mark.parametrize(
    "part",
    [
        *ONE_OF_A_KIND,
        *(
            pytest.param(part, marks=pytest.mark.slow)
            for part in EXAMPLES
            if part not in ONE_OF_A_KIND
        ),
    ],
)
def test_fault_is_told_as_on_the_page(project: Any, part: str) -> None:
    """The table or parameter file changed as the example says: the very line of the page."""
    (shown,) = (line for line in _lines_shown() if part in line)
    EXAMPLES[part](project.folder)
    run = project.check()
    assert run.returncode == (2 if "notebooks/params" in shown else 1)
    assert shown in run.stderr.splitlines(), run.stderr


def test_heading_counts_the_faults(project: Any) -> None:
    """Two wrong dates come under one heading, as the page shows them."""
    _both(_cell(2, "date_first", "7.9.2023"), _cell(3, "date_first", "2023-09-31"))(project.folder)
    run = project.check()
    assert run.stderr.rstrip("\n") in PAGE


def test_failing_cell_is_told_as_on_the_page(project: Any) -> None:
    """A cell that fails is named with notebook, number and error."""
    path = project.folder / "notebooks/rail-counts.ipynb"
    notebook = json.loads(path.read_bytes())
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    parameters, cell = cells[0], cells[1]
    assert parameters["metadata"]["tags"] == ["parameters"]
    cell["source"] = "rails"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    run = project.run("-m", "skytally.press.notebook_execution", "rail-counts", "out")
    assert run.returncode == 1
    (told,) = (line for line in run.stderr.splitlines() if "failed" in line)
    assert re.sub(r"cell \d+", "cell 3", told) in PAGE.splitlines()


@pytest.mark.slow
def test_failing_cell_names_the_parameters_it_uses(project: Any) -> None:
    """Where a file set a parameter that the cell uses, the message says so."""
    path = project.folder / "notebooks/rail-counts.ipynb"
    notebook = json.loads(path.read_bytes())
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    cells[1]["source"] = "print(first, first_of_all)"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    project.parameters("rail-counts", 'first: "2023-01-01"\nsites_watched: 5\n')
    run = project.run("-m", "skytally.press.notebook_execution", "rail-counts", "out")
    assert 'it uses first = "2023-01-01" of notebooks/params/rail-counts.yml, line 1' in run.stderr
    assert "sites_watched" not in run.stderr


def test_example_of_a_parameter_file_is_in_order(project: Any) -> None:
    """The parameter file that the page writes passes the check."""
    match = re.search(r"`notebooks/params/([a-z-]+)\.yml`:\n\n```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert match
    project.parameters(match[1], match[2])
    run = project.run(
        "-c",
        "from skytally.press import notebook_parameter_reader_and_checks as each; "
        "print(each.parameter_faults())",
    )
    assert run.stdout == "[]\n", run.stderr


def test_example_of_a_script_runs(project: Any) -> None:
    """The script of the page gives lines that mix no ceiling and no total with the counts."""
    (script,) = re.findall(r"```python\n(from skytally.*?)```", PAGE, re.DOTALL)
    told = "print(sorted(cars), {str(s) for each in cars.values() for s in each['row'].values})"
    run = project.run("-c", script + told)
    assert run.returncode == 0, run.stderr
    assert "csis.tumangang-rail-facility" in run.stdout
    assert "R031" in run.stdout
    assert "'R001'" not in run.stdout
