"""Undo what an editor renamed: ``python -m skytally.press.notebook_kernel_and_id_restoration``.

Followed by notebooks, or by none for all. It puts back the name of the kernel, and the ids of cells
whose text is that of the last commit.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skytally.core import project_root
from skytally.press.git_commit_and_tree import committed_text
from skytally.press.project_paths import line_names, notebooks_folder
from skytally.press.strict_notebook_reader import KERNEL

Cells = list[dict[str, Any]]


def _by_text(cells: Cells) -> dict[tuple[str, str], list[str]]:
    """Kind and text of cells to their ids, in order."""
    found: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        if isinstance(cell.get("id"), str):
            text = "".join(cell["source"]).rstrip()
            found.setdefault((cell["cell_type"], text), []).append(cell["id"])
    return found


def _ids_put_back(cells: Cells, before: Cells) -> int:
    """Put back the ids that cells of the same text had before; how many changed.

    An id that another cell has kept is given to no second one.
    """
    known, changed = _by_text(before), 0
    kept = {cell.get("id") for cell in cells}
    for cell in cells:
        same = known.get((cell["cell_type"], "".join(cell["source"]).rstrip()), [])
        if not same:
            continue
        if cell.get("id") in same:
            same.remove(cell["id"])
        elif same[0] not in kept:
            cell["id"] = same.pop(0)
            changed += 1
    return changed


def _done(notebook: dict[str, Any], before: dict[str, Any] | None) -> Iterator[str]:
    """Undo what an editor renamed in a notebook, and yield what was undone."""
    named = notebook["metadata"].get("kernelspec")
    if named != KERNEL:
        notebook["metadata"]["kernelspec"] = KERNEL
        yield f"the kernel is {KERNEL['display_name']} again"
    for cell in notebook["cells"]:
        cell["metadata"].pop("vscode", None)
    changed = _ids_put_back(notebook["cells"], before["cells"]) if before else 0
    if changed:
        yield f"{changed} cells have the ids of the last commit again"


def tidy(path: Path) -> str:
    """Undo what an editor renamed in a notebook.

    Parameters
    ----------
    path : Path
        A notebook of the project.

    Returns
    -------
    str
        What was undone; empty where nothing was, and of a file that is no notebook.
    """
    text = path.read_text(encoding="utf-8")
    committed = committed_text(project_root(), f"notebooks/{path.name}")
    try:
        notebook = json.loads(text)
        undone = ", ".join(_done(notebook, json.loads(committed) if committed else None))
    except (ValueError, KeyError, TypeError, AttributeError):
        # the check says what is wrong with it
        return ""
    tidied = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    if json.loads(text) != notebook:
        path.write_text(tidied, encoding="utf-8", newline="\n")
    return undone


def main(words: list[str]) -> int:
    """Tidy the named notebooks, or all; 1 where something was undone, as a hook of git wants it."""
    paths = [*map(Path, words)] or [notebooks_folder() / f"{line}.ipynb" for line in line_names()]
    told = [f"notebooks/{path.name}: {undone}" for path in paths if (undone := tidy(path))]
    print(*told, sep="\n" if told else "", end="\n" if told else "")
    return int(bool(told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
