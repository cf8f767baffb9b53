"""Directive that prints the recipes of CONTRIBUTING with an anchor for each."""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from sphinx.application import Sphinx

from skytally.core import project_root
from skytally.press.project_paths import GIVEN_TEXTS
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state

RECIPE = re.compile(r"(?m)^## +(.+)$")
"""Heading of a recipe; no block of code of CONTRIBUTING begins a line at its margin like this."""
PAGE_OF_BOOK = re.compile(r"\]\(book/([\w-]+)\.md")
"""Link to a page of the book, as a reader of the folder follows it."""


def recipe_anchor(title: str) -> str:
    """Anchor of a recipe, made of the words of its title."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


def recipes_html(text: str) -> str:
    """Recipes as HTML, a list of links before them.

    Parameters
    ----------
    text : str
        CONTRIBUTING in Markdown; its first heading is that of the page and left out.

    Returns
    -------
    str
        Its introduction, the list, and a section for each recipe.
    """
    markdown = MarkdownIt("commonmark").enable("table")
    introduction, *parts = RECIPE.split(PAGE_OF_BOOK.sub(r"](\1.html", text))
    recipes = list(zip(parts[::2], parts[1::2], strict=True))
    listed = "".join(
        f'<li><a href="#{recipe_anchor(title)}">{cell(title)}</a></li>' for title, _ in recipes
    )
    sections = "".join(
        f'<section id="{recipe_anchor(title)}"><h2>{cell(title)}</h2>{markdown.render(words)}'
        "</section>"
        for title, words in recipes
    )
    head = markdown.render(re.sub(r"\A# .*\n", "", introduction))
    shown = f"{head}<ul>{listed}</ul>{sections}"
    # a keyboard reaches what is cut off at the side, and a table looks as on every other page
    box = '<div class="pst-scrollable-table-container" tabindex="0"><table class="table">'
    shown = shown.replace("<table>", box).replace("</table>", "</table></div>")
    return shown.replace("<pre>", '<pre tabindex="0">')


class ContributingRecipes(Block):
    """Print CONTRIBUTING, a section for each recipe."""

    def html(self) -> str:
        """Return the recipes, or that the folder has none."""
        path = project_root() / GIVEN_TEXTS[0]
        if not path.is_file():
            return empty_state("The folder of this copy has no recipes.")
        return recipes_html(path.read_text(encoding="utf-8"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("contributing-recipes", ContributingRecipes)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
