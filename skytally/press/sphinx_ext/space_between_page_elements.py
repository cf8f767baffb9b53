"""White space between the elements of every page, so that copied or spoken words stay apart."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.figures import spaced_elements


def keep_words_apart(
    _app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Put white space between the elements of a page, whoever wrote them."""
    if context.get("body"):
        context["body"] = spaced_elements(context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the hook."""
    app.connect("html-page-context", keep_words_apart, priority=700)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
