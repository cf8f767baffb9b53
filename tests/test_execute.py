"""Notebooks are run by kernels that do not compete for ports."""

from __future__ import annotations

from typing import Any

import nbformat

SAY = """\
from pathlib import Path
from ipykernel import get_connection_info
Path("../said.json").write_text(get_connection_info())
"""


def test_a_kernel_speaks_over_files_of_its_own(project: Any) -> None:
    """Two builds at once on one machine never wait for the same port."""
    out = project.folder / "book/_build/lines/looks"
    out.mkdir(parents=True)
    cells = [
        nbformat.v4.new_code_cell("out = ''", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(SAY),
    ]
    path = project.folder / "notebooks/looks.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = cells
    nbformat.write(notebook, path)
    run = project.run("-m", "press.execute", "looks", str(out))
    assert run.returncode == 0, run.stderr
    said = (project.folder / "said.json").read_text(encoding="utf-8")
    assert '"transport": "ipc"' in said
