"""The API page: every public name of a storey, with its parameters and its docstring."""

from __future__ import annotations

import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from sphinx.application import Sphinx

from skytally.press.sphinx_ext.html_blocks import Block, cell

PLAIN = (bool, int, float, str, type(None), tuple)
"""Types of default values that print alike in every process."""
CODE, EMPHASIS = (
    re.compile(r"(?<!`)``?([^`]+)``?(?!`)"),
    re.compile(r"(?<![\w*])\*([^*<>\s](?:[^*<>]*[^*<>\s])?)\*(?![\w*])"),
)
"""Markup of a name and of an emphasised word in a docstring."""
LETTERS_OF_CONSTANT = 80
"""Most letters of a constant that is printed."""


class _Elided:
    """Stands for a default value that is not printed."""

    def __repr__(self) -> str:
        return "…"


def signature_text(value: Any) -> str:
    """Write the parameters of a function or class without their types.

    Parameters
    ----------
    value : object
        A function or class.

    Returns
    -------
    str
        Such as ``(table, *, quantity, by=('counter', 'scope'))``, the same in every process;
        empty where Python knows no signature.
    """
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    empty = inspect.Parameter.empty
    shown = [
        each.replace(
            annotation=empty,
            default=each.default
            if each.default is empty or isinstance(each.default, PLAIN)
            else _Elided(),
        )
        for each in signature.parameters.values()
    ]
    return str(signature.replace(parameters=shown, return_annotation=empty))


def public_names(storey: ModuleType) -> Iterator[tuple[str, str]]:
    """List the public names of a storey with their kind.

    Parameters
    ----------
    storey : module
        A package whose ``__init__.pyi`` lists what others import.

    Yields
    ------
    tuple of str
        Name, and *class*, *function* or *data*.
    """
    for name in sorted(storey.__all__):
        value = getattr(storey, name)
        kind = "class" if inspect.isclass(value) else "function"
        yield name, kind if inspect.isclass(value) or inspect.isroutine(value) else "data"


def marked_up(line: str) -> str:
    """HTML of a line of a docstring: its names in back quotes as code, its stars as emphasis."""
    shown = CODE.sub(r"<code>\1</code>", cell(line))
    return EMPHASIS.sub(r"<em>\1</em>", shown)


def constant_words(value: object) -> str:
    """HTML of a sentence on a constant: what it is, if that fits on a line, or of which type."""
    shown = repr(value)
    if isinstance(value, PLAIN) and len(shown) <= LETTERS_OF_CONSTANT:
        return f"A constant: <code>{cell(shown)}</code>."
    return f"A constant, of the type <code>{cell(type(value).__name__)}</code>."


def _entry(storey: ModuleType, name: str, kind: str) -> str:
    """Write one public name as a term and its description."""
    value = getattr(storey, name)
    anchor = cell(f"{storey.__name__}.{name}")
    if kind == "data":
        said = constant_words(value)
        return f'<dt id="{anchor}"><code>{cell(name)}</code></dt><dd><p>{said}</p></dd>'
    first, _, rest = (inspect.getdoc(value) or "").partition("\n")
    more = textwrap.dedent(rest).strip("\n")
    fold = f"<details><summary>more</summary><pre>{cell(more)}</pre></details>" if more else ""
    term = f"{'class ' if kind == 'class' else ''}{name}{signature_text(value)}"
    return (
        f'<dt id="{anchor}"><code>{cell(term)}</code></dt><dd><p>{marked_up(first)}</p>{fold}</dd>'
    )


class StoreyApi(Block):
    """Document the public list of one storey."""

    required_arguments = 1

    def html(self) -> str:
        """Return a list of every public name, in alphabetical order."""
        storey = importlib.import_module(self.arguments[0])
        entries = "".join(_entry(storey, name, kind) for name, kind in public_names(storey))
        return f'<dl class="sk-api">{entries}</dl>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("storey-api", StoreyApi)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
