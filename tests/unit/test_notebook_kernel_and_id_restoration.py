"""Notebooks that an editor saved with other names lose these, and nothing else."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skytally.press.notebook_kernel_and_id_restoration import main
from skytally.press.strict_notebook_reader import KERNEL
from tests.support.made_up_notebooks import code, markdown, notebook

NAMES = ("-c", "user.name=a", "-c", "user.email=a@example.org")
CELLS = [code("x = 1", id="one"), markdown("Text.", None), code("x = 1", id="two"), code("y = 2")]


def _made(*cells: dict[str, Any]) -> dict[str, Any]:
    made = notebook(*cells, metadata={"kernelspec": KERNEL})
    made["cells"] = [{"id": f"cell-{n}", **cell} for n, cell in enumerate(made["cells"])]
    return made


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Path of the one notebook of a project, which is committed."""
    for name in ("data", "notebooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "data/registry.toml").touch()
    (tmp_path / "notebooks/rail.ipynb").write_text(json.dumps(_made(*CELLS), indent=1) + "\n")
    for words in (("init", "-q"), ("add", "."), (*NAMES, "commit", "-qm", "New")):
        subprocess.run(["git", "-C", tmp_path, *words], check=True)
    monkeypatch.delenv("SKYTALLY_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "notebooks/rail.ipynb"


def _by_vs_code(made: dict[str, Any]) -> None:
    made["metadata"]["kernelspec"] = {**KERNEL, "display_name": ".venv"}
    for cell in made["cells"]:
        cell["metadata"] = {**cell["metadata"], "vscode": {"languageId": "python"}}


def _by_jupytext(made: dict[str, Any]) -> None:
    for number, cell in enumerate(made["cells"]):
        cell["id"] = f"{number:08x}"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_by_vs_code, "notebooks/rail.ipynb: the kernel is Python 3 (ipykernel) again\n"),
        (_by_jupytext, "notebooks/rail.ipynb: 6 cells have the ids of the last commit again\n"),
        (len, ""),
    ],
    ids=["VS Code", "jupytext", "nothing"],
)
def test_what_an_editor_renamed_is_undone(
    path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, Any]], object],
    words: str,
) -> None:
    """The file is again as it was committed, and what was done is said."""
    before = path.read_text()
    made = json.loads(before)
    change(made)
    path.write_text(json.dumps(made, indent=1) + "\n")
    assert main([]) == (1 if words else 0)
    assert capsys.readouterr().out == words
    assert path.read_text() == before
    assert main([str(path)]) == 0


def test_a_cell_of_another_text_keeps_its_new_id(path: Path) -> None:
    """Cells that moved take theirs along; what is new or was changed is none of the old cells."""
    made = json.loads(path.read_text())
    _by_jupytext(made)
    made["cells"][5]["source"] = "y = 3"
    made["cells"].insert(3, made["cells"].pop(4))
    main([])
    path.write_text(json.dumps(made))
    assert main([]) == 1
    ids = [cell["id"] for cell in json.loads(path.read_text())["cells"]]
    assert ids == ["cell-0", "cell-1", "one", "two", "cell-3", "00000005"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 7}', '{"metadata": {}, "cells": [1]}'])
def test_what_is_no_notebook_is_left_alone(path: Path, text: str) -> None:
    """The check tells it, and nothing is written."""
    path.write_text(text)
    assert main([]) == 0
    assert path.read_text() == text
