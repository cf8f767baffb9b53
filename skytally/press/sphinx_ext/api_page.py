"""The API page: every public name of a storey, with its signature and docstring."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx


def public_names(storey: ModuleType) -> Iterator[tuple[str, str]]:
    """List the public names of a storey with the kind of documentation each takes.

    Parameters
    ----------
    storey : module
        A package whose ``__init__.pyi`` lists what others import.

    Yields
    ------
    tuple of str
        Name, and ``autoclass``, ``autofunction`` or ``autodata``.
    """
    for name in sorted(storey.__all__):
        value = getattr(storey, name)
        if inspect.isclass(value):
            yield name, "autoclass"
        elif inspect.isroutine(value):
            yield name, "autofunction"
        else:
            yield name, "autodata"


class StoreyApi(Directive):
    """Document the public list of one storey."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the documentation of every public name, in alphabetical order."""
        storey = importlib.import_module(self.arguments[0])
        lines = [
            line
            for name, kind in public_names(storey)
            for line in (
                f".. {kind}:: {_where(storey, name)}.{name}",
                *(["   :no-value:"] if kind == "autodata" else []),
                "",
            )
        ]
        node = nodes.container()
        self.state.nested_parse(StringList(lines, source="api"), 0, node)
        return [node]


def _where(storey: ModuleType, name: str) -> str:
    """Find the module that defines a public name; for data, the package itself."""
    module: str = getattr(getattr(storey, name), "__module__", storey.__name__)
    return module if module.startswith(storey.__name__) else storey.__name__


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and the extensions that it drives."""
    for extension in ("sphinx.ext.autodoc", "sphinx.ext.napoleon"):
        app.setup_extension(extension)
    app.add_directive("storey-api", StoreyApi)
    app.config.autodoc_typehints = "none"
    app.config.napoleon_google_docstring = False
    app.config.nitpick_ignore_regex = [*app.config.nitpick_ignore_regex, ("py:.*", ".*")]
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
