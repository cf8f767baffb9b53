"""Content keys of code: what modules mean, their docstrings and comments left out."""

from __future__ import annotations

import functools
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

PACKAGE = Path(__file__).resolve().parents[1]
"""Folder of the package; only its modules are looked at."""
FILE_NAME = re.compile(r"[\w-]+(\.(?!pyi?$)[\w-]+)+", re.ASCII)
"""A string of this form in a module may name a file of the package that it reads."""
LISTED = re.compile(r"^from \.([\w.]+) import", re.MULTILINE)
"""A module that a public list takes names from."""

KnownMeanings = MutableMapping[str, list[str]]
"""Content of a source, as a hash, to the hash of its meaning and the file names in it."""


def _files(module: str) -> Iterator[Path]:
    """Yield the files of a module of the package: its code, and its public list if it has one."""
    base = PACKAGE.parent.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py", base / "__init__.pyi"):
        if path.is_file():
            yield path


def _syntax_tree(source: str | bytes) -> ast.Module:
    # a build with nothing to do parses no code, and so need not wait for this import
    import ast

    return ast.parse(source)


def _without_strings(tree: ast.Module) -> ast.Module:
    """Drop strings that stand alone: docstrings, and those that document a constant."""
    import ast

    def stands_alone(node: ast.AST) -> bool:
        value = node.value if isinstance(node, ast.Expr) else None
        return isinstance(value, ast.Constant) and isinstance(value.value, str)

    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                setattr(node, field, [each for each in statements if not stands_alone(each)])
    return tree


def meaning(source: str | bytes) -> str:
    """Text of what some code does; a comment, a docstring and the layout leave it as it is.

    Examples
    --------
    >>> meaning('x = 1  # one') == meaning('"A number."' + chr(10) + 'x = (1)')
    True
    >>> meaning("x = 1") == meaning("x = 2")
    False
    """
    import ast

    return ast.dump(_without_strings(_syntax_tree(source)))


@functools.lru_cache(maxsize=1024)
def _parsed(content: bytes) -> list[str]:
    """Hash of the meaning of some code, and the strings in it that may name a file."""
    import ast

    names = {
        node.value
        for node in ast.walk(_without_strings(_syntax_tree(content)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    digest = hashlib.sha256(meaning(content).encode()).hexdigest()
    return [digest, *sorted(name for name in names if FILE_NAME.fullmatch(name))]


def _parts(path: Path, known: KnownMeanings | None) -> Iterator[str]:
    """Yield the hash of the meaning of a file, and those of the files beside it that it names."""
    content = path.read_bytes()
    # an interpreter of another version writes the same meaning in other words
    version = "{}.{}".format(*sys.version_info)
    key = f"code {version} {hashlib.sha256(content).hexdigest()}"
    found = known.get(key) if known is not None else None
    if found is None:
        found = _parsed(content)
        if known is not None:
            known[key] = found
    yield found[0]
    for name in found[1:]:
        beside = path.with_name(name)
        if beside.is_file():
            yield f"{name} {hashlib.sha256(beside.read_bytes()).hexdigest()}"


def key_of_modules(modules: Iterable[str], known: KnownMeanings | None = None) -> str:
    """Content key of modules of the package.

    Parameters
    ----------
    modules : iterable of str
        Dotted names. One that is not a module of the package counts by its name alone, so that a
        module which goes away changes the key. A file that lies beside a module and is named in
        it, such as a script for the browser, belongs to the module.
    known : mapping or None
        Meanings found before, by content; those found now are added, so that a caller who keeps
        them need not parse what did not change.

    Returns
    -------
    str
        SHA-256 of names and meanings; the order does not matter.
    """
    whole = hashlib.sha256()
    for module in sorted(set(modules)):
        whole.update(f"{module}\n".encode())
        for path in _files(module):
            for part in _parts(path, known):
                whole.update(f"{part}\n".encode())
    return whole.hexdigest()


@functools.lru_cache(maxsize=1024)
def _docstrings(content: bytes) -> str:
    """Hash of the docstrings of the public functions and classes of a module."""
    import ast

    documented = (ast.FunctionDef, ast.ClassDef)
    texts = [
        [node.name, *(ast.unparse(each) for each in ast.walk(node) if isinstance(each, ast.Expr))]
        for node in _syntax_tree(content).body
        if isinstance(node, documented) and not node.name.startswith("_")
    ]
    return hashlib.sha256(repr(texts).encode()).hexdigest()


def key_of_docstrings(known: KnownMeanings | None = None) -> str:
    """Content key of what the public lists of the package say of themselves, for a page of them.

    Parameters
    ----------
    known : mapping or None
        As for `key_of_modules`.

    Returns
    -------
    str
        SHA-256 of the docstrings in the modules that the public lists name, and of the lists.
    """
    whole = hashlib.sha256()
    for stub in sorted(PACKAGE.rglob("__init__.pyi")):
        text = stub.read_text(encoding="utf-8")
        whole.update(text.encode())
        for name in sorted(set(LISTED.findall(text))):
            path = stub.parent.joinpath(*name.split(".")).with_suffix(".py")
            content = path.read_bytes() if path.is_file() else b""
            key = f"docstrings {hashlib.sha256(content).hexdigest()}"
            found = known.get(key) if known is not None else None
            if found is None:
                found = [_docstrings(content)]
                if known is not None:
                    known[key] = found
            whole.update(found[0].encode())
    return whole.hexdigest()


def package_modules() -> list[str]:
    """Dotted names of all modules of the package."""
    paths = (path.relative_to(PACKAGE.parent) for path in PACKAGE.rglob("*.py"))
    names = (".".join(path.with_suffix("").parts) for path in paths)
    return sorted(name.removesuffix(".__init__") for name in names)


def loaded_modules() -> set[str]:
    """Dotted names of the modules of the package that this process has loaded."""
    package = PACKAGE.name
    return {name for name in sys.modules if name == package or name.startswith(f"{package}.")}


def _exported(package: str, name: str) -> str:
    """Find the module from which a public list takes a name; the package itself if none does."""
    import ast

    for path in _files(package):
        if path.suffix == ".pyi":
            for node in ast.walk(_syntax_tree(path.read_bytes())):
                if isinstance(node, ast.ImportFrom) and any(a.name == name for a in node.names):
                    return f"{package}.{node.module}" if node.level else f"{node.module}"
    return package


def _imports(module: str) -> Iterator[str]:
    """Yield the modules of the package that a module imports itself, type hints left out."""
    import ast

    for path in _files(module):
        if path.suffix == ".pyi":
            continue
        tree = _syntax_tree(path.read_bytes())
        hints = {
            inner
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
            for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node not in hints:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    known = any(_files(inner))
                    yield inner if known else _exported(node.module, alias.name)
            elif isinstance(node, ast.Import) and node not in hints:
                yield from (alias.name for alias in node.names)


def modules_imported_by(*roots: str) -> set[str]:
    """Modules of the package that importing some modules loads, themselves included.

    Parameters
    ----------
    *roots : str
        Dotted names.

    Returns
    -------
    set of str
        Read from the source; nothing is imported. A public list loads only the module that a
        name comes from.
    """
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        if module not in found and any(_files(module)):
            found.add(module)
            waiting += _imports(module)
    return found
