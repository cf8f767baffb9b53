"""The exported schemas, held against the tables by programs of others."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from skytally.press.csvw_and_frictionless_schema_export import CSVW, FRICTIONLESS, write_schemas
from skytally.press.edition_environment_program_path import edition_tool
from skytally.press.site_build_and_swap import _copy_archive_tables, _copy_tables
from skytally.press.subprocesses_and_local_ports import bare_environment

pytestmark = pytest.mark.slow
COMMANDS = {
    "frictionless": ("validate", FRICTIONLESS),
    "csvwvalidate": ("--lax", CSVW),
}


def _run(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    tool = edition_tool(program)
    if tool is None:
        pytest.skip(f"{program} is not installed; make tools installs it")
    return subprocess.run(
        [str(tool), *COMMANDS[program]], cwd=folder, env=bare_environment(), text=True,
        capture_output=True, check=False, timeout=900,
    )  # fmt: skip


@pytest.fixture
def site_data(root: Path, tmp_path: Path) -> Path:
    """Folder of the data as the site has it."""
    _copy_archive_tables(root / "data", tmp_path)
    for name in ("record", "sites", "results", "claims"):
        _copy_tables(root / "data" / name, tmp_path / name)
    write_schemas(root / "data", tmp_path)
    return tmp_path


@pytest.mark.parametrize("program", COMMANDS)
def test_all_tables_are_valid(site_data: Path, program: str) -> None:
    """Types, words, keys and references of every table, by a program that knows nothing of us."""
    ran = _run(site_data, program)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("program", COMMANDS)
def test_wrong_row_is_found_without_us(site_data: Path, program: str) -> None:
    """A source that is not there, or a word that is none, fails the table."""
    path = site_data / "record" / "rail_counts.csv"
    text = path.read_text(encoding="utf-8")
    assert ",railcars," in text
    path.write_text(text.replace(",railcars,", ",railcarz,", 1), encoding="utf-8")
    assert _run(site_data, program).returncode != 0
