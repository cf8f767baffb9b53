"""The recipes of CONTRIBUTING.md as steps that a test can follow from its text.

A step is a paragraph of one line, such as "Append to `data/record/sources.csv`:", with the block
of code under it. Text between steps is for people.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

APPEND, CREATE, REPLACE, RUN = "Append to", "Create", "Replace in", "Run"
_HEADING = re.compile(r"^## (?P<title>.+)$")
_STEP = re.compile(r"^(?P<verb>Append to|Create|Replace in) `(?P<path>[^`]+)`:$|^(?P<run>Run):$")
_FENCE = re.compile(r"^(?P<fence>`{3,})\w*$")


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    recipe: str
    """Heading under which it stands."""
    verb: str
    """Append to, Create, Replace in, or Run."""
    path: str
    """File to change; empty for a command."""
    block: str
    """Lines to write, marked lines to exchange, or commands."""
    line: int
    """Line of the document at which it stands."""

    def __str__(self) -> str:
        """Line number, verb and path of the step, for error messages."""
        return f"CONTRIBUTING.md, line {self.line}: {self.verb} {self.path}".rstrip()


def read_steps(path: Path) -> list[Step]:
    """Read the steps of a document, in order.

    Raises
    ------
    ValueError
        If a step has no block of code under it, or a block is not closed.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    steps: list[Step] = []
    title = ""
    number = 0
    while number < len(lines):
        heading, step = _HEADING.match(lines[number]), _STEP.match(lines[number])
        title = heading["title"] if heading else title
        if step:
            block, after = _block(lines, number + 1)
            verb = step["verb"] or step["run"]
            steps.append(Step(title, verb, step["path"] or "", block, number + 1))
            number = after
        elif fence := _FENCE.match(lines[number]):
            number = _end(lines, number, fence["fence"])
        number += 1
    return steps


def _end(lines: list[str], start: int, fence: str) -> int:
    """Find the line on which a block closes that opens on line `start`, counted from 0."""
    for number in range(start + 1, len(lines)):
        if lines[number] == fence:
            return number
    message = f"CONTRIBUTING.md, line {start + 1}: a block of code is not closed"
    raise ValueError(message)


def _block(lines: list[str], start: int) -> tuple[str, int]:
    """Read the block of code after blank lines, and find the line on which it closes."""
    while start < len(lines) and not lines[start]:
        start += 1
    fence = _FENCE.match(lines[start]) if start < len(lines) else None
    if fence is None:
        message = f"CONTRIBUTING.md, line {start}: a step has no block of code under it"
        raise ValueError(message)
    end = _end(lines, start, fence["fence"])
    return "".join(f"{line}\n" for line in lines[start + 1 : end]), end


def follow(step: Step, folder: Path) -> None:
    """Do what a step says, in a copy of the project.

    Raises
    ------
    ValueError
        If the file to append to is absent, one to create is there, or the lines to replace do not
        stand in the file exactly once.
    RuntimeError
        If a command fails.
    """
    if step.verb == RUN:
        _run(step, folder)
        return
    path = folder / step.path
    if path.exists() == (step.verb == CREATE):
        message = f"{step}: the file is {'there already' if path.exists() else 'not there'}"
        raise ValueError(message)
    if step.verb == CREATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.block, encoding="utf-8")
    elif step.verb == APPEND:
        path.write_text(path.read_text(encoding="utf-8") + step.block, encoding="utf-8")
    else:
        _replace(step, path)


def _replace(step: Step, path: Path) -> None:
    """Exchange the lines marked ``-`` for those marked ``+``."""
    marked = step.block.splitlines(keepends=True)
    old = "".join(line[1:] for line in marked if line.startswith("-"))
    new = "".join(line[1:] for line in marked if line.startswith("+"))
    text = path.read_text(encoding="utf-8")
    if not old or text.count(old) != 1:
        message = f"{step}: the lines marked - stand {text.count(old)} times in the file"
        raise ValueError(message)
    path.write_text(text.replace(old, new), encoding="utf-8")


def _run(step: Step, folder: Path) -> None:
    """Run commands; what a recipe calls ``.venv`` is the environment of the tests."""
    commands = step.block.replace(".venv/bin/", f"{sys.prefix}/bin/")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if done.returncode:
        message = f"{step} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        raise RuntimeError(message)


def of_recipe(steps: Iterable[Step], title: str) -> list[Step]:
    """Select the steps under one heading."""
    return [step for step in steps if step.recipe == title]
