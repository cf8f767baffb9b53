"""Rules of the code that no linter knows: no state, no network, no print, tests that say what."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "skytally").rglob("*.py"))
LABS = sorted((ROOT / "labs").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

NETWORK_MODULES = {
    "skytally/imagery/acquire/byte_ranges.py",
    "skytally/imagery/acquire/catalog_search.py",
    "skytally/imagery/acquire/stac/http_client.py",
    "skytally/imagery/acquire/stac/paging.py",
    "skytally/imagery/acquire/url_signing.py",
}
"""The modules through which `make refresh` reaches a server."""
LOOPBACK_MODULES = {"skytally/press/subprocesses.py"}
"""What waits for the servers of a rehearsal, on this machine."""
NETWORK_PACKAGES = {
    "aiohttp", "http", "httpx", "pystac_client", "requests", "socket", "urllib", "urllib3",
}  # fmt: skip
BANNED_CALLS = {
    "print", "sys.exit", "exit", "os.chdir", "sys.path.append", "sys.path.insert",
    "time.time", "datetime.now", "dt.datetime.now", "date.today", "pd.Timestamp.now",
    "pd.Timestamp.today", "np.random.seed", "random.random",
}  # fmt: skip
"""Output, exits, changes of the process, clocks and unseeded chance."""
COMMANDS = "skytally/press/"
"""Commands print to the person at the terminal and end with a code."""
REFRESH_COMMAND = "skytally/press/refresh_command.py"
"""The one that dates what it did."""

each_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix()
)
each_test_file = pytest.mark.parametrize(
    "path", TESTS, ids=lambda path: path.relative_to(ROOT).as_posix()
)


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a file, parsed once."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def _imported(nodes: tuple[ast.AST, ...]) -> set[str]:
    """Return the dotted names of what a file imports."""
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def _network_imports(nodes: tuple[ast.AST, ...]) -> set[str]:
    """Return the imported packages that could open a connection; taking a URL apart opens none."""
    top = {name.partition(".")[0] for name in _imported(nodes) - {"urllib.parse"}}
    return top & NETWORK_PACKAGES


@each_module
def test_module_keeps_no_state_and_prints_nothing(path: Path) -> None:
    """No clock, no chance, no print, no exit, no change of folder, no path of the interpreter."""
    calls = {ast.unparse(node.func) for node in _nodes(path) if isinstance(node, ast.Call)}
    name = path.relative_to(ROOT).as_posix()
    allowed = {"print", "sys.exit"} if name.startswith(COMMANDS) else set()
    allowed |= {"datetime.now"} if name == REFRESH_COMMAND else set()
    assert calls & BANNED_CALLS - allowed == set()


@each_module
def test_module_catches_named_errors_only(path: Path) -> None:
    """No bare except."""
    caught = [node.type for node in _nodes(path) if isinstance(node, ast.ExceptHandler)]
    assert None not in caught


@each_module
def test_module_opens_no_connection(path: Path) -> None:
    """Nothing but the refresh of the imagery uses the network, and it is no part of a build."""
    if path.relative_to(ROOT).as_posix() not in NETWORK_MODULES | LOOPBACK_MODULES:
        assert _network_imports(_nodes(path)) == set()


def test_network_modules_are_those_that_use_it() -> None:
    """The exception is no wider than its use: each module on the list does open connections."""
    listed = NETWORK_MODULES | LOOPBACK_MODULES
    assert {name for name in listed if _network_imports(_nodes(ROOT / name))} == listed


def test_package_needs_neither_labs_nor_tests() -> None:
    """What is installed imports nothing of what is not."""
    wrong = {
        path.relative_to(ROOT).as_posix(): names
        for path in MODULES
        if (
            names := {
                each for each in _imported(_nodes(path)) if each.split(".")[0] in ("labs", "tests")
            }
        )
    }
    assert wrong == {}


@each_test_file
def test_tests_state_the_behaviour(path: Path) -> None:
    """Every test has a docstring of one line that states the behaviour."""
    wrong = [
        node.name
        for node in _nodes(path)
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not re.fullmatch(r"[^\n]+\.", (ast.get_docstring(node) or "").strip())
    ]
    assert wrong == []


@each_test_file
def test_refusals_are_matched(path: Path) -> None:
    """Each expected error is matched by its words, so that another error does not pass for it."""
    calls = [
        node
        for node in _nodes(path)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "pytest.raises"
        # it carries no words
        and ast.unparse(node.args[0]) != "KeyboardInterrupt"
    ]
    assert all("match" in {word.arg for word in call.keywords} for call in calls)


def test_no_docstring_begins_with_give() -> None:
    """First lines are imperatives or noun phrases of the field, in package and labs."""
    wrong = [
        f"{path.relative_to(ROOT).as_posix()}: {node.name}"
        for path in (*MODULES, *LABS)
        for node in _nodes(path)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and (ast.get_docstring(node) or "").startswith(("Give ", "Tell whether ", "Say "))
    ]
    assert wrong == []


def test_benchmarks_that_pages_cite_are_there() -> None:
    """Each command `python -m labs...` that a document names can be run."""
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    documents += [*(ROOT / "book").glob("*.md"), *MODULES, *LABS, *TESTS]
    named = {
        name
        for path in documents
        for name in re.findall(r"-m (labs(?:\.\w+)+)", path.read_text(encoding="utf-8"))
    }
    assert named
    assert [n for n in named if not (ROOT / f"{n.replace('.', '/')}.py").is_file()] == []
