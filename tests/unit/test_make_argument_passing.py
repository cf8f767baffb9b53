"""The Makefile hands on what a user writes, letter by letter, whatever it holds."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAY = '#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\n'
HOSTILE = (
    "a b; touch pwned",
    '"; touch pwned; "',
    "$(touch pwned) `touch pwned` $HOME $$",
    "$(shell touch pwned)",
    "it's #1 \\ %",
    "two\nlines",
    "나진, *море*",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a project whose folder and environment hold spaces and signs of make and the shell."""
    project = tmp_path / 'a "project" of $x'
    program = project / "an $env of 'ours'/bin/python"
    program.parent.mkdir(parents=True)
    program.write_text(SAY, encoding="utf-8")
    program.chmod(0o755)
    shutil.copyfile(ROOT / "Makefile", project / "Makefile")
    return project


def _words(folder: Path, *command: str, **environment: str) -> list[str]:
    """Words with which a target starts Python."""
    ours = ("MAKE", "MFLAGS", "SKYTALLY", "PYTEST", "PYTHON")
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    run = subprocess.run(
        ["make", "-o", "env", *command],
        cwd=folder,
        env={**inherited, **environment},
        capture_output=True,
        check=True,
    )
    assert not list(folder.rglob("pwned"))
    return run.stdout.decode().split("\0")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("target", ["refresh", "site"])
def test_make_passes_a_value_as_it_is(folder: Path, target: str, text: str) -> None:
    """A value is one word of the program, from the command line and from the environment."""
    place = "VENV=an $env of 'ours'"
    assert f"--site={text}" in _words(folder, target, place, f"SITE={text}")
    assert f"--site={text}" in _words(folder, target, place, SITE=text)


@pytest.mark.parametrize("text", HOSTILE)
def test_make_route_passes_folder_and_title(folder: Path, text: str) -> None:
    """The same holds for the folder and the title of a new book."""
    words = _words(
        folder, "route", f"VENV={folder / 'an $env of '}'ours'", f"DIR={text}", f"TITLE={text}"
    )
    assert {f"--folder={text}", f"--title={text}"} <= {*words}
    assert "skytally.press.new_route_book_command" in words


def test_installer_is_installed_by_its_hash() -> None:
    """Whatever `make` installs first is checked by its hash, as all that it installs is."""
    lines = (ROOT / "requirements-uv.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines if line[:1].isalpha()] == [
        (ROOT / "requirements-uv.in").read_text(encoding="utf-8").splitlines()[-1]
    ]
    assert lines[1].strip().startswith("--hash=sha256:")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in makefile.splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
