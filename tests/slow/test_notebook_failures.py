"""Notebooks that end, warn or show too much as they run: told with notebook and cell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.made_up_notebooks import PNG, code, markdown, notebook

ROOT = Path(__file__).resolve().parents[2]
AFTER = code("print('the cell after it')")
FIRST = 'first = 1\nout = ""'


def _run(folder: Path, *cells: Any) -> subprocess.CompletedProcess[str]:
    """Run a notebook of a project of its own as the book does."""
    for name in ("notebooks", "data"):
        (folder / name).mkdir()
    (folder / "data/registry.toml").touch()
    content = notebook(*cells)
    content["cells"][1]["source"] = FIRST
    (folder / "notebooks/rail.ipynb").write_text(json.dumps(content), encoding="utf-8")
    inherited = {name: text for name, text in os.environ.items() if "SKYTALLY" not in name}
    return subprocess.run(
        [sys.executable, "-m", "skytally.press.notebook_execution", "rail", "results"],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), "SKYTALLY_BOOK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import sys; sys.exit()", "left the notebook (SystemExit), so the cells after it did"),
        ("import sys; sys.exit(3)", "failed: SystemExit: 3"),
        ("raise SystemExit", "left the notebook (SystemExit), so the cells after it did not run"),
        ("import os; os._exit(0)", "ended the Python that ran it (os._exit, a crash, or too lit"),
        ("import os; os.kill(os.getpid(), 9)", "ended the Python that ran it"),
        ("input()", "failed: StdinNotImplementedError"),
        ("def (:", "failed: SyntaxError"),
        ("import warnings; warnings.warn('x')", "wrote '/"),
        ("print('x' * 11_000_000)", "has results of 11000"),
        ("from IPython.display import HTML; HTML('<script>1</script>')", "shows a script, and"),
    ],
)
def test_run_tells_notebook_and_cell(tmp_path: Path, source: str, expected: str) -> None:
    """Whatever ends a run, its last line names the notebook and the cell."""
    run = _run(tmp_path, code(source), AFTER)
    assert run.returncode == 1
    assert f"notebooks/rail.ipynb: cell 3 {expected}" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "results/notebook.ipynb").exists()


def test_run_keeps_a_pasted_picture(tmp_path: Path) -> None:
    """A picture in a cell is there after the run, for the page to show."""
    picture = markdown("![p](attachment:image.png)", {"image.png": {"image/png": PNG}})
    run = _run(tmp_path, picture, AFTER)
    assert run.returncode == 0, run.stderr
    made = json.loads((tmp_path / "results/notebook.ipynb").read_text(encoding="utf-8"))
    (kept,) = [cell["attachments"] for cell in made["cells"] if "attachments" in cell]
    assert kept == {"image.png": {"image/png": PNG}}
