"""Dependencies are named once, locked once, and installed the same way everywhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]


def _project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _declared() -> dict[str, Requirement]:
    project = _project()["project"]
    assert isinstance(project, dict)
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    named = [Requirement(text) for each in lists for text in each]
    return {canonicalize_name(each.name): each for each in named if each.name != project["name"]}


def _lock_entries() -> list[tuple[Requirement, str]]:
    """Read the lock: each pinned requirement, and the comment on who asked for it."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    entries = []
    for block in re.split(r"\n(?=[a-z0-9])", text.strip(), flags=re.IGNORECASE):
        first, *rest = block.splitlines()
        comment = " ".join(line.strip() for line in rest if line.strip().startswith("#"))
        entries.append((Requirement(first.removesuffix("\\").strip()), comment))
    return entries


def test_lock_has_what_is_declared_and_nothing_else_of_its_own() -> None:
    """Each direct dependency is locked to a version that its declaration allows."""
    declared, direct = _declared(), set()
    for locked, comment in _lock_entries():
        if "skytally (pyproject.toml)" not in comment:
            continue
        name = canonicalize_name(locked.name)
        direct.add(name)
        (pin,) = locked.specifier
        assert pin.operator == "==", locked
        assert Version(pin.version) in declared[name].specifier, f"{locked}: make lock"
    assert direct == set(declared)


def test_lock_carries_a_hash_for_each_version() -> None:
    """Nothing is installed that was not seen when it was locked."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip(), flags=re.IGNORECASE)
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_conda_environment_installs_the_same_lock() -> None:
    """``env.yml`` adds an interpreter, make and pip to the lock, and its commands the package."""
    text = (ROOT / "env.yml").read_text(encoding="utf-8")
    wanted = yaml.safe_load(text)["dependencies"]
    (pip,) = (each["pip"] for each in wanted if isinstance(each, dict))
    assert pip == ["-r requirements.txt"]
    plain = [each for each in wanted if isinstance(each, str)]
    assert [re.split("[=<>]", each)[0] for each in plain] == ["python", "make", "pip"]
    (python,) = (each.partition("=")[2] for each in plain if each.startswith("python"))
    project = _project()["project"]
    assert isinstance(project, dict)
    assert Requirement(f"python{project['requires-python']}").specifier.contains(f"{python}.0")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "$(call install,requirements.txt,.book)\n\t$(link)" in makefile
    assert 'make book VENV="$CONDA_PREFIX"' in text


def test_build_backend_is_locked() -> None:
    """The package is installed into its environment without a network."""
    (backend,) = (Requirement(text) for text in _project()["build-system"]["requires"])  # type: ignore[index,call-overload]
    locked = {canonicalize_name(each.name): each for each, _ in _lock_entries()}
    (pin,) = locked[canonicalize_name(backend.name)].specifier
    assert Version(pin.version) in backend.specifier
