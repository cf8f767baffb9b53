"""``pip install``: each half of the package in an empty environment, with only what it needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
RECORD_HALF = {"core", "record", "statistics", "findings", "claims", "figures"}
LONGEST = 900
"""Seconds that an installation may take."""

IMPORT_ALL = """
import importlib, sys
from skytally.core.code_content_keys import package_modules

rooms = set(sys.argv[1].split(","))
for name in package_modules():
    if name.count(".") and name.split(".")[1] not in rooms:
        continue
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", []):
        getattr(module, public)
print("imported from", importlib.import_module("skytally").__file__)
"""
"""Imports every module of some rooms, and resolves every name of their public lists."""

RECORD_EXAMPLE = """
from pathlib import Path
import tempfile
from skytally import figures, record

tables = record.read_record(("rail_counts", "same_observation", "counters", "scopes"))
rail, groups, counters, scopes = tables
cars = record.lines(rail, groups, quantity="railcars")
assert any(line["value"].max() > 0 for line in cars.values())
shown = figures.values_chart(
    cars, figures.names_of(counters, scopes), name="cars", ylabel="railcars", caption="Railcars.")
assert 'class="sk-static"' in shown.block
from skytally.findings.evidence_line_netcdf_and_csv_writer import write_lines
out = Path(tempfile.mkdtemp())
assert write_lines(cars, out, name="cars")
assert list(out.rglob("*.nc"))
print("example ran")
"""
IMAGERY_EXAMPLE = """
import rioxarray, pystac_client
from skytally.core import data_registry
from skytally.imagery.sites.site_register import read_sites

sites = read_sites(data_registry.folder("sites"))
assert sites["rajin"].outlines
print("example ran")
"""


def _run(*words: object, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("PYTHON", "SKYTALLY", "MAKE", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "agg", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


def _locked(text: str) -> str:
    """Versions of a lock without their hashes, as constraints on what is installed."""
    lines = re.findall(r"^[a-z0-9][^\n]*", text, flags=re.MULTILINE | re.IGNORECASE)
    return "\n".join(line.removesuffix("\\").strip() for line in lines) + "\n"


def _pip(python: Path) -> list[str]:
    fast = Path(sys.executable).with_name("uv")
    if fast.exists():
        return [str(fast), "pip", "install", "-q", "--python", str(python)]
    return [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what a package is built from, and nothing else."""
    folder = tmp_path_factory.mktemp("source")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "skytally", folder / "skytally", ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, folder / name)
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    (folder.parent / "constraints.txt").write_text(_locked(lock))
    return folder


def _installed(source: Path, folder: Path, extra: str) -> Path:
    """Install the package into an empty environment; its interpreter."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    probe = _run(*_pip(python), "lazy-loader", folder=folder)
    if probe.returncode:
        pytest.skip(f"no package index is reachable: {probe.stderr.strip()[-200:]}")
    constraints = source.parent / "constraints.txt"
    run = _run(*_pip(python), "-c", constraints, f"{source}{extra}", folder=folder)
    assert run.returncode == 0, run.stderr
    assert {path.name for path in source.iterdir()} == {
        *("skytally", "pyproject.toml", "README.md", "LICENSE"),
    }
    return python


@pytest.mark.parametrize(
    ("extra", "rooms", "example", "absent"),
    [
        ("", RECORD_HALF, RECORD_EXAMPLE, ("rioxarray", "distributed", "sphinx", "papermill")),
        ("[imagery]", RECORD_HALF | {"imagery"}, IMAGERY_EXAMPLE, ("sphinx", "papermill")),
    ],
    ids=["record half", "imagery"],
)
def test_half_installs_alone(
    source: Path, tmp_path: Path, extra: str, rooms: set[str], example: str, absent: tuple[str, ...]
) -> None:
    """Every module and public name of a half is there without what only the other half needs."""
    python = _installed(source, tmp_path / "env", extra)
    named = {"folder": ROOT / "notebooks"}
    run = _run(python, "-P", "-c", IMPORT_ALL, ",".join(sorted(rooms)), **named)
    assert run.returncode == 0, run.stderr
    assert str(tmp_path / "env") in run.stdout
    run = _run(python, "-P", "-c", example, **named)
    assert (run.returncode, run.stdout) == (0, "example ran\n"), run.stderr
    for name in absent:
        run = _run(python, "-P", "-c", f"import {name}", **named)
        assert "No module named" in run.stderr, name


def test_press_installs_and_checks_a_project_elsewhere(source: Path, tmp_path: Path) -> None:
    """Installed with what prints, the press works on the project that it is pointed at."""
    python = _installed(source, tmp_path / "env", "[book]")
    rooms = ",".join(sorted(RECORD_HALF | {"imagery", "press"}))
    run = _run(python, "-P", "-c", IMPORT_ALL, rooms, folder=ROOT)
    assert run.returncode == 0, run.stderr
    run = _run(
        python,
        "-P",
        "-m",
        "skytally.press.data_and_parameter_check_command",
        folder=tmp_path,
        SKYTALLY_PROJECT=str(ROOT),
    )
    assert run.returncode == 0, run.stderr
    assert "rows in order" in run.stdout


def test_checkout_is_linked_into_its_environment(tmp_path: Path) -> None:
    """``make env`` lets any program find the package, from wherever it runs, without a network."""
    project, place = tmp_path / "a checkout", tmp_path / "the environment"
    project.mkdir()
    (project / "skytally").mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "Makefile", "requirements.txt"):
        shutil.copyfile(ROOT / name, project / name)
    shutil.copyfile(ROOT / "skytally/__init__.py", project / "skytally/__init__.py")
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    probe = _run(*_pip(python), "hatchling>=1.27,<2", folder=tmp_path)
    if probe.returncode:
        pytest.skip(f"no package index is reachable: {probe.stderr.strip()[-200:]}")
    content = (project / "requirements.txt").read_bytes()
    lock = subprocess.run(["cksum"], input=content, capture_output=True, check=True)
    # the lock counts as installed, so that what is tried is the link alone
    (place / ".book").write_bytes(lock.stdout)
    offline = {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}
    run = _run("make", "env", f"VENV={place}", folder=project, **offline)
    assert run.returncode == 0, run.stderr
    told = (
        "import importlib.metadata as m, skytally; print(m.version('skytally'), skytally.__file__)"
    )
    run = _run(python, "-c", told, folder=tmp_path)
    assert run.stdout.rstrip("\n") == f"0.1.0 {project / 'skytally/__init__.py'}", run.stderr
    assert {path.name for path in project.iterdir()} - {"book"} == {
        *("skytally", "pyproject.toml", "README.md", "LICENSE", "Makefile", "requirements.txt"),
    }
    compiled = [path for path in project.glob("book/**/*") if path.suffix != ".pyc"]
    assert all(path.is_dir() for path in compiled), compiled
