"""Rules of the code that no linter knows: no state, no network, no print, tests that say what."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from labs.benchmarks.accuracy_table import PARTS

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "skytally").rglob("*.py"))
LABS = sorted((ROOT / "labs").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

NETWORK_MODULES = {
    "skytally/imagery/acquire/byte_range_fetching.py",
    "skytally/imagery/acquire/catalog_search_and_changes.py",
    "skytally/imagery/acquire/stac/http_client.py",
    "skytally/imagery/acquire/stac/paging.py",
    "skytally/imagery/acquire/access_tokens_and_url_signing.py",
    "skytally/page_archive/polite_fetch.py",
    "skytally/page_archive/robots_rules.py",
    "skytally/web/allowed_addresses.py",
    "skytally/web/guarded_http.py",
}
"""The modules through which `make refresh` and `make archive` reach a server."""
STAMP_COMMAND = "skytally/press/packet_log_sign_and_timestamp_command.py"
"""What asks a time-stamp authority for the time, for a publisher."""
LOOPBACK_MODULES = {
    "skytally/press/subprocesses_and_local_ports.py",
}
"""What listens on this machine, and waits for the servers of a rehearsal."""
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
DATED_COMMANDS = (
    "skytally/press/page_archive_command.py", "skytally/press/blind_manual_count_command.py",
    "skytally/press/image_refresh_and_measurement_command.py",
    "skytally/press/data_and_parameter_check_parts.py",
)  # fmt: skip
"""Those that date what they did, or refuse a day that has not come."""
READERS_PROGRAM = "skytally/editions/packet_verifier/verify.py"
"""A program that readers run by itself, and that prints what it found."""

Faults = dict[str, set[str]]
"""Path of a file to what is wrong in it."""


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


def _name(path: Path) -> str:
    """Return the path of a file within the project."""
    return path.relative_to(ROOT).as_posix()


def _faults(paths: Iterable[Path], rule: Callable[[Path], set[str]]) -> Faults:
    """Apply a rule to files; those without a fault are left out."""
    return {_name(path): found for path in paths if (found := rule(path))}


def _banned_calls(path: Path) -> set[str]:
    calls = {ast.unparse(node.func) for node in _nodes(path) if isinstance(node, ast.Call)}
    prints = _name(path).startswith((COMMANDS, READERS_PROGRAM))
    allowed = {"print", "sys.exit"} if prints else set()
    allowed |= {"datetime.now"} if _name(path) in DATED_COMMANDS else set()
    return calls & BANNED_CALLS - allowed


def _bare_excepts(path: Path) -> set[str]:
    caught = [node for node in _nodes(path) if isinstance(node, ast.ExceptHandler)]
    return {f"line {node.lineno}: a bare except" for node in caught if node.type is None}


def _unnamed_behaviour(path: Path) -> set[str]:
    return {
        node.name
        for node in _nodes(path)
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not re.fullmatch(r"[^\n]+\.", (ast.get_docstring(node) or "").strip())
    }


def _unmatched_refusals(path: Path) -> set[str]:
    return {
        f"line {node.lineno}: pytest.raises without match"
        for node in _nodes(path)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "pytest.raises"
        # an interruption carries no words
        and ast.unparse(node.args[0]) != "KeyboardInterrupt"
        and "match" not in {word.arg for word in node.keywords}
    }


def _weak_first_lines(path: Path) -> set[str]:
    return {
        node.name
        for node in _nodes(path)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and (ast.get_docstring(node) or "").startswith(("Give ", "Tell whether ", "Say "))
    }


def test_modules_keep_no_state_and_print_nothing() -> None:
    """No clock, no chance, no print, no exit, no change of folder, no path of the interpreter."""
    assert len(MODULES) > 100
    assert _faults(MODULES, _banned_calls) == {}


def test_modules_catch_named_errors_only() -> None:
    """No bare except."""
    assert _faults(MODULES, _bare_excepts) == {}


def test_modules_open_no_connection() -> None:
    """Only refresh, archive and stamps use the network, and none is part of a build."""
    listed = NETWORK_MODULES | LOOPBACK_MODULES | {STAMP_COMMAND}
    others = [path for path in MODULES if _name(path) not in listed]
    assert _faults(others, lambda path: _network_imports(_nodes(path))) == {}


def test_network_modules_are_those_that_use_it() -> None:
    """The exception is no wider than its use: each module on the list does open connections."""
    listed = NETWORK_MODULES | LOOPBACK_MODULES | {STAMP_COMMAND}
    assert {name for name in listed if _network_imports(_nodes(ROOT / name))} == listed


def test_package_needs_neither_labs_nor_tests() -> None:
    """What is installed imports nothing of what is not."""

    def outside(path: Path) -> set[str]:
        return {name for name in _imported(_nodes(path)) if name.split(".")[0] in ("labs", "tests")}

    assert _faults(MODULES, outside) == {}


def test_tests_state_the_behaviour() -> None:
    """Every test has a docstring of one line that states the behaviour."""
    assert len(TESTS) > 100
    assert _faults(TESTS, _unnamed_behaviour) == {}


def test_refusals_are_matched() -> None:
    """Each expected error is matched by its words, so that another error does not pass for it."""
    assert _faults(TESTS, _unmatched_refusals) == {}


def test_no_docstring_begins_with_give() -> None:
    """First lines are imperatives or noun phrases of the field, in package and labs."""
    assert _faults([*MODULES, *LABS], _weak_first_lines) == {}


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


def test_parts_of_the_accuracy_table_are_there() -> None:
    """A part whose file has another name would leave its rows out of the table."""
    folder = ROOT / "labs" / "benchmarks"
    missing = [part for part in PARTS if not (folder / f"accuracy_{part}.py").is_file()]
    assert missing == []
