"""``python -m skytally.press.execute LINE FOLDER``: run one notebook into a folder of its results."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
import papermill
from traitlets.config import Config

from skytally.press.parameter_files import OUT, given
from skytally.press.project_paths import NOTEBOOKS

RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME_LIMIT = 600
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Set to 1 unless given: notebooks run side by side, and threads of linear algebra that wait for
each other's cores made a fit forty times slower."""


def tidy(notebook: nbformat.NotebookNode, *, only_out: bool) -> nbformat.NotebookNode:
    """Fold the code, and drop what differs between two runs of the same notebook.

    Where the press set no parameter but the folder of the results, the cell that sets it is
    left off the page.
    """
    seen: dict[str, str] = {}
    notebook.metadata.pop("papermill", None)
    for position, cell in enumerate(notebook.cells):
        cell.id = f"cell-{position}"
        for word in ("papermill", "execution"):
            cell.metadata.pop(word, None)
        if cell.cell_type != "code":
            continue
        if "injected-parameters" in cell.metadata.get("tags", []) and only_out:
            cell.metadata["tags"] = ["injected-parameters", "remove-cell"]
            continue
        cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), "hide-input"})
        for output in cell.outputs:
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = RANDOM_ID.sub(
                    lambda match: seen.setdefault(match[0], f"u{len(seen)}"),
                    output.data["text/html"],
                )
    return notebook


def own_sockets(folder: str) -> Config:
    """Give settings of a kernel that speaks over files of its own folder, not over ports.

    A free port is chosen before the kernel binds it; with several notebooks at once another may
    take it between the two, and the kernel dies before its first word.
    """
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}})


def main(words: list[str]) -> int:
    """Run a notebook with its parameters; give the exit code, and say which cell failed."""
    parser = argparse.ArgumentParser(prog="python -m skytally.press.execute", description=__doc__)
    lines = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    parser.add_argument("line", choices=lines, help="a notebook of notebooks/, without .ipynb")
    parser.add_argument("folder", type=Path, help="takes its results; made if it is not there")
    asked = parser.parse_args(words)
    return run(asked.line, asked.folder.resolve())


def run(line: str, folder: Path) -> int:
    """Run one notebook into a folder; give the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    work = folder / "running.ipynb"
    relative = Path(os.path.relpath(folder, NOTEBOOKS))
    for word in ONE_THREAD:
        os.environ.setdefault(word, "1")
    try:
        with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
            papermill.execute_notebook(
                str(NOTEBOOKS / f"{line}.ipynb"),
                str(work),
                parameters={**given(line), OUT: relative.as_posix()},
                cwd=str(NOTEBOOKS),
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                execution_timeout=TIME_LIMIT,
                config=own_sockets(sockets),
            )
    except papermill.PapermillExecutionError as error:
        shown = error.evalue.strip() or "(no message)"
        print(
            f"notebooks/{line}.ipynb: cell {error.cell_index} failed: {error.ename}: {shown}",
            file=sys.stderr,
        )
        return 1
    notebook = tidy(nbformat.read(work, as_version=4), only_out=not given(line))
    nbformat.write(notebook, folder / "notebook.ipynb")
    work.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
