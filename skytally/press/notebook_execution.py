"""``python -m skytally.press.notebook_execution LINE FOLDER``: run one notebook into a folder."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from traitlets.config import Config

from skytally.core import DataError, written
from skytally.press.notebook_parameter_reader_and_checks import (
    OUT,
    parameter_place,
    parameter_values,
)
from skytally.press.project_paths import line_names, notebooks_folder
from skytally.press.strict_notebook_reader import file_name, read_notebook

RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME_LIMIT = 600
"""Seconds that a cell may take."""
LARGEST_RESULT = 10_000_000
"""Most bytes that the results of one cell may take on a page; those of the book take 300,000."""
IN_BOOK = "SKYTALLY_BOOK"
"""Environment variable set while the book is built, whose pages run no script of a notebook."""
SCRIPT = re.compile(r"<script(?![^>]*application/json)", re.IGNORECASE)
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Set to 1 where they are not set: notebooks run side by side, and threads of linear algebra that
wait for each other's cores made a fit forty times slower."""
MODULE_LOG = "SKYTALLY_MODULE_LOG"
"""Environment variable naming a file that takes the modules of the package a kernel loaded."""
LOG_FILES = "__import__('skytally.core').core.log_opened_files()"
"""What the kernel of a run whose results are kept does before its first cell."""
LIST_MODULES = f"""\
import os, pathlib, sys
__import__("skytally.core").core.log_imported_files()
pathlib.Path(os.environ["{MODULE_LOG}"]).write_text(
    "\\n".join(sorted(name for name in sys.modules if name.partition(".")[0] == "skytally")))
"""
"""Last cell of a run whose results are kept; it is no part of them."""


def page_notebook(notebook: nbformat.NotebookNode, *, only_out: bool) -> nbformat.NotebookNode:
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


def socket_settings(folder: str) -> Config:
    """Set a kernel up to speak over files of its own folder, not over ports.

    A free port is chosen before the kernel binds it; with several notebooks at once another may
    take it between the two, and the kernel dies before its first word.
    """
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}})


def _kernel_settings(folder: str) -> Config:
    """Set a kernel up that, where the results are kept, logs the files which it opens."""
    settings = socket_settings(folder)
    if MODULE_LOG in os.environ:
        words = [f"--IPKernelApp.exec_lines={LOG_FILES}"]
        settings.NotebookClient.extra_arguments = words
    return settings


def main(words: list[str]) -> int:
    """Run a notebook with its parameters; the exit code. A cell that fails is named."""
    parser = argparse.ArgumentParser(
        prog="python -m skytally.press.notebook_execution", description=__doc__
    )
    parser.add_argument("line", choices=line_names(), help="a notebook of notebooks/, no .ipynb")
    parser.add_argument("folder", type=Path, help="takes its results; made if it is not there")
    arguments = parser.parse_args(words)
    return run(arguments.line, arguments.folder.resolve())


def _input_notebook(line: str) -> nbformat.NotebookNode:
    notebook = nbformat.from_dict(read_notebook(line))
    if MODULE_LOG in os.environ:
        notebook.cells.append(nbformat.v4.new_code_cell(LIST_MODULES))
    return notebook


def _cell_number(notebook: nbformat.NotebookNode, position: int) -> int:
    """Count the cells of the notebook as it was written, up to one of the run notebook."""
    before = notebook.cells[: position + 1]
    return sum("injected-parameters" not in cell.metadata.get("tags", []) for cell in before)


def _last_begun(work: Path) -> str:
    """Name the last cell that began, for a message."""
    notebook = nbformat.read(work, as_version=4)
    begun = [
        position
        for position, cell in enumerate(notebook.cells)
        if cell.metadata.get("papermill", {}).get("start_time")
    ]
    return f"cell {_cell_number(notebook, begun[-1])}" if begun else "its first cell"


def _executed(line: str, folder: Path) -> nbformat.NotebookNode:
    """Run a notebook in a kernel of its own, with its results in a folder.

    Raises
    ------
    DataError
        If it cannot be read, or its kernel ends or takes too long.
    """
    work = folder / "running.ipynb"
    out = Path(os.path.relpath(folder, notebooks_folder())).as_posix()
    with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
        try:
            papermill.execute_notebook(
                _input_notebook(line),
                str(work),
                parameters={**parameter_values(line), OUT: out},
                cwd=str(notebooks_folder()),
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                execution_timeout=TIME_LIMIT,
                config=_kernel_settings(sockets),
            )
        except DeadKernelError as error:
            found = f"{file_name(line)}: {_last_begun(work)} ended the Python that ran it"
            message = f"{found} (os._exit, a crash, or too little memory); run it in make lab"
            raise DataError(message) from error
        except CellTimeoutError as error:
            found = f"{file_name(line)}: {_last_begun(work)} took longer than {TIME_LIMIT} s"
            message = f"{found}; let it compute less"
            raise DataError(message) from error
    notebook = nbformat.read(work, as_version=4)
    work.unlink()
    if MODULE_LOG in os.environ:
        notebook.cells.pop()
    return notebook


def _result_fault(outputs: list[nbformat.NotebookNode]) -> str:
    """Fault of the results of a cell, which no page could show; empty where there is none."""
    if any(output.output_type == "error" for output in outputs):
        return "left the notebook (SystemExit), so the cells after it did not run; remove the exit"
    size = len(json.dumps(outputs))
    if size > LARGEST_RESULT:
        return f"has results of {size} bytes, at most {LARGEST_RESULT} allowed; show less"
    if not os.environ.get(IN_BOOK):
        return ""
    warned = [output.text for output in outputs if output.get("name") == "stderr"]
    if warned:
        words = "".join(warned).strip().splitlines() or ["nothing"]
        return f"wrote {words[0][:200]!r} to stderr, which no page shows; mend its cause"
    shown = [output.get("data", {}) for output in outputs]
    scripts = [
        each
        for each in shown
        if "application/javascript" in each or SCRIPT.search(str(each.get("text/html", "")))
    ]
    if scripts:
        return "shows a script, and pages run none of a notebook; draw it with skytally.figures"
    return ""


def _result_faults(line: str, notebook: nbformat.NotebookNode) -> Iterator[str]:
    for position, cell in enumerate(notebook.cells):
        if fault := _result_fault(cell.get("outputs", [])):
            yield f"{file_name(line)}: cell {_cell_number(notebook, position)} {fault}"


def _parameters_used(line: str, source: str) -> Iterator[str]:
    """Parameters of the line's file that a cell uses, for an error message when it fails."""
    for name, value in parameter_values(line).items():
        if re.search(rf"\b{re.escape(name)}\b", source):
            yield f"  it uses {name} = {written(value)} of {parameter_place(line, name)}"


def run(line: str, folder: Path) -> int:
    """Run one notebook into a folder; the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    try:
        notebook = _executed(line, folder)
    except papermill.PapermillExecutionError as error:
        shown = error.evalue.strip() or "(no message)"
        print(
            f"{file_name(line)}: cell {error.cell_index} failed: {error.ename}: {shown}",
            *_parameters_used(line, error.source),
            sep="\n",
            file=sys.stderr,
        )
        return 1
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if faults := list(_result_faults(line, notebook)):
        print(*faults, sep="\n", file=sys.stderr)
        return 1
    page = page_notebook(notebook, only_out=not parameter_values(line))
    nbformat.write(page, folder / "notebook.ipynb")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
