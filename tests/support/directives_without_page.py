"""Sphinx directives of the book, instantiated without a page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


def bare(
    directive: Any,
    *,
    srcdir: str = "",
    docname: str = "index",
    arguments: tuple[str, ...] = (),
    **options: str,
) -> Any:
    """Directive of some options and arguments, on a page of a folder of sources."""
    made = object.__new__(directive)
    made.options = options
    made.arguments = list(arguments)
    made.content = []
    app = SimpleNamespace(srcdir=srcdir, outdir=srcdir)
    settings = SimpleNamespace(env=SimpleNamespace(app=app, docname=docname))
    made.state = SimpleNamespace(document=SimpleNamespace(settings=settings))
    return made
