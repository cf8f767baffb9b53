"""The tools that keep the project in shape find nothing to say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "skytally").rglob("*.py"))
TESTS = sorted((ROOT / "tests").glob("test_*.py"))

REFRESH_ASKS = ("fetch.py", "listing.py", "search.py", "signing.py", "transport.py")
"""The modules of `skytally.scenes` through which `make refresh` asks the outside world."""

each_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix()
)
each_test_file = pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)


def _run(*words: str) -> str:
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef)]


def test_modules_import_only_from_layers_below() -> None:
    """Data moves right: import-linter keeps its contract."""
    told = _run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", told)


def test_ruff_finds_nothing() -> None:
    """Style and the usual slips."""
    _run(sys.executable, "-m", "ruff", "check", "--no-cache", ".")


def test_ruff_would_format_nothing() -> None:
    """One format for all."""
    _run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", ".")


def test_mypy_finds_nothing() -> None:
    """Hints on every signature, and they hold."""
    _run(sys.executable, "-m", "mypy")


@each_module
def test_module_keeps_no_state_and_says_nothing(path: Path) -> None:
    """No clock, no chance, no print, no exit, no change of folder, no path of the interpreter."""
    calls = {ast.unparse(node.func) for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)}
    banned = {"print", "sys.exit", "exit", "os.chdir", "sys.path.append", "sys.path.insert"}
    banned |= {"time.time", "datetime.now", "dt.datetime.now", "date.today", "pd.Timestamp.now"}
    banned |= {"pd.Timestamp.today", "np.random.seed", "random.random"}
    assert not calls & banned


@each_module
def test_module_catches_named_errors_only(path: Path) -> None:
    """No bare except."""
    caught = [node.type for node in ast.walk(_tree(path)) if isinstance(node, ast.ExceptHandler)]
    assert None not in caught


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.name not in REFRESH_ASKS],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_module_opens_no_connection(path: Path) -> None:
    """Nothing but the refresh of the scenes uses the network, and it is no part of a build."""
    tree = _tree(path)
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    # taking an address apart asks nobody
    asking = {name.partition(".")[0] for name in imported - {"urllib.parse"}}
    assert not asking & {
        "requests",
        "urllib",
        "urllib3",
        "http",
        "socket",
        "aiohttp",
        "httpx",
        "pystac_client",
    }


@each_test_file
def test_tests_say_what_they_hold(path: Path) -> None:
    """Every test has a docstring of one line that states the behaviour."""
    wrong = [
        test.name
        for test in _functions(path)
        if test.name.startswith("test_")
        and not re.fullmatch(r"[^\n]+\.", (ast.get_docstring(test) or "").strip())
    ]
    assert wrong == []


@each_test_file
def test_refusals_are_matched(path: Path) -> None:
    """Each expected error is matched by its words, so that another error does not pass for it."""
    calls = [
        node
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.raises"
    ]
    assert all("match" in {word.arg for word in call.keywords} for call in calls)
