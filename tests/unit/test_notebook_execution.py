"""Notebooks are run by kernels that do not compete for ports."""

from __future__ import annotations

import runpy
import sys
from typing import Any

import nbformat
import pytest

from skytally.press import notebook_execution

SAY = """\
from pathlib import Path
from ipykernel import get_connection_info
Path("../said.json").write_text(get_connection_info())
"""


@pytest.mark.parametrize("words", [["no-such-line", "out"], ["looks"], []])
def test_a_command_that_cannot_be_understood_is_refused(
    project: Any,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A notebook that is not there, or no folder: usage, and nothing is written."""
    monkeypatch.setenv("SKYTALLY_PROJECT", str(project.folder))
    monkeypatch.chdir(project.folder)
    monkeypatch.setattr(sys, "argv", ["notebook_execution", *words])
    with pytest.raises(SystemExit, match=r"^2$"):
        runpy.run_path(notebook_execution.__file__, run_name="__main__")
    assert "usage: python -m skytally.press.notebook_execution" in capsys.readouterr().err
    assert not (project.folder / "out").exists()


def test_a_kernel_speaks_over_files_of_its_own(project: Any) -> None:
    """Two builds at once on one machine never wait for the same port."""
    cells = [
        nbformat.v4.new_code_cell("out = ''", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(SAY),
    ]
    path = project.folder / "notebooks/coverage.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = cells
    nbformat.write(notebook, path)
    # a folder that is not there yet, relative and outside the book's own
    run = project.run("-m", "skytally.press.notebook_execution", "coverage", "results/of coverage")
    assert run.returncode == 0, run.stderr
    made = nbformat.read(project.folder / "results/of coverage/notebook.ipynb", as_version=4)
    assert "../results/of coverage" in str(made.cells)
    said = (project.folder / "said.json").read_text(encoding="utf-8")
    assert '"transport": "ipc"' in said


OPEN = """\
from pathlib import Path
import own
print(len(Path("../data/record/route_connections.csv").read_text()))
"""


def test_a_kernel_logs_the_files_that_its_cells_open(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build runs a notebook again when a table changed that it read by its path."""
    path = project.folder / "notebooks/coverage.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [
        nbformat.v4.new_code_cell("out = ''", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(OPEN),
    ]
    nbformat.write(notebook, path)
    (project.folder / "notebooks/own.py").write_text("")
    monkeypatch.setenv("SKYTALLY_READ_LOG", str(project.folder / "reads"))
    monkeypatch.setenv("SKYTALLY_MODULE_LOG", str(project.folder / "modules"))
    run = project.run("-m", "skytally.press.notebook_execution", "coverage", "results")
    assert run.returncode == 0, run.stderr
    reads = set((project.folder / "reads").read_text(encoding="utf-8").splitlines())
    assert {"record/route_connections.csv", "../notebooks/own.py"} <= reads
    made = nbformat.read(project.folder / "results/notebook.ipynb", as_version=4)
    assert "log_" not in str(made.cells)
