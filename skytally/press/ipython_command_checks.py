"""Find IPython commands in a notebook that fail without an error, or move its results."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import dropwhile

COMMAND_LINE = re.compile(r"^[ \t]*(?:[\w, \t]+=[ \t]*)?[!%]|\bchdir\(", re.MULTILINE)
"""Line that may be a command of IPython or of the system, or changes the folder."""
INSTALLS = re.compile(
    r"(?:python3? -m )?(?:pip3?|uv|conda|mamba|apt|apt-get|brew|npm)\b.*\b(?:install|add)\b"
)
"""Command that installs packages."""
SHELL_CALLS = ("system", "getoutput")
"""Methods of IPython's shell into which it turns a line with an exclamation mark."""
SHELL_MAGICS = ("system", "sx", "!")
INSTALL_MAGICS = ("pip", "conda", "mamba", "micromamba", "uv")
FOLDER_MAGICS = ("cd", "pushd", "popd")
PYTHON_MAGICS = ("time", "timeit", "capture", "prun")
"""Magics over a whole cell of Python."""
INSTALL_FAULT = (
    "which installs packages; remove it, the environment of the book is installed from its lock"
)
SHELL_FAULT = (
    "a command of the system, which fails without ending the run; use Python, such as "
    "subprocess.run(words, check=True)"
)
FOLDER_FAULT = (
    "which changes the folder, so that the results would go elsewhere; leave it out, and name "
    "files by their path from notebooks/"
)


def _words(call: ast.Call) -> list[str]:
    """Arguments of a call that are texts."""
    return [str(each.value) for each in call.args if isinstance(each, ast.Constant)]


def _fault(call: ast.Call) -> str:
    """Fault of a call that no run of the book may make; empty for any other."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    words = _words(call)
    magic = words[0] if name in ("run_line_magic", "run_cell_magic") and words else ""
    if name == "chdir" or magic in FOLDER_MAGICS:
        return FOLDER_FAULT
    if magic in INSTALL_MAGICS:
        return INSTALL_FAULT
    if name in SHELL_CALLS or magic in SHELL_MAGICS:
        return INSTALL_FAULT if any(map(INSTALLS.match, words)) else SHELL_FAULT
    return ""


def command_faults(source: str) -> Iterator[str]:
    """Yield the faults of the commands of a code cell.

    IPython prints the fault of such a command and goes on, so a page would show it and lack what
    the command should have made.

    Parameters
    ----------
    source : str
        Text of the cell.

    Yields
    ------
    str
        What was found and what to do. Of a cell that is no Python nothing is said here.
    """
    if not COMMAND_LINE.search(source):
        return
    # a slow import, which only a notebook with commands needs
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError):
        return
    # IPython leaves out the empty lines at the beginning
    lines = list(dropwhile(lambda line: not line.strip(), source.splitlines()))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if fault := _fault(node):
            written = lines[min(node.lineno, len(lines)) - 1].strip()[:60]
            yield f"{written!r}, {fault}"
            return
        words = _words(node)
        is_magic = getattr(node.func, "attr", "") in ("run_line_magic", "run_cell_magic")
        if is_magic and words and words[0] in PYTHON_MAGICS:
            yield from command_faults(words[-1])
