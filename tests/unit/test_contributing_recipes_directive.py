"""The page of recipes: a list of links, a section for each, code as it is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from skytally.core import project_root
from skytally.core.project_root_lookup import PROJECT_VARIABLE
from skytally.press.sphinx_ext.contributing_recipes_directive import (
    ContributingRecipes,
    recipe_anchor,
    recipes_html,
)
from tests.support.directives_without_page import bare

BOOK = Path(__file__).resolve().parents[2] / "book"
TEXT = """# Contributing

Short recipes.

## Add a row

See [areas](book/outlines.md).

```diff
-## Rows
+## <Roads>
```

## Add a recount

Last.
"""


def test_each_recipe_has_an_anchor_that_the_list_links() -> None:
    """A reader of line 496 of 574 gets there by one click."""
    shown = recipes_html(TEXT)
    assert re.findall(r'<li><a href="#([\w-]+)">', shown) == ["add-a-row", "add-a-recount"]
    assert re.findall(r'<section id="([\w-]+)"><h2>', shown) == ["add-a-row", "add-a-recount"]
    assert "<h1" not in shown
    assert "Short recipes." in shown.partition("<ul>")[0]


def test_code_is_shown_as_it_is_written_and_links_lead_to_pages() -> None:
    """A heading within a block of code is no recipe, and letters of HTML are escaped."""
    shown = recipes_html(TEXT)
    assert "+## &lt;Roads&gt;" in shown
    assert 'href="outlines.html"' in shown


def test_a_table_of_a_recipe_scrolls_in_a_box_as_on_other_pages() -> None:
    """Without the class of the theme its cells have no padding and touch."""
    shown = recipes_html(
        "# Contributing\n\n## Add\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nEnd.\n"
    )
    before, _, table = shown.partition('<table class="table">')
    assert before.endswith('<div class="pst-scrollable-table-container" tabindex="0">')
    assert "</table></div>" in table
    assert "<table>" not in shown


def test_every_recipe_that_a_page_links_is_there() -> None:
    """A link of a page to a recipe breaks this test before it breaks the page."""
    text = (project_root() / "CONTRIBUTING.md").read_text(encoding="utf-8")
    known = set(re.findall(r'<section id="([\w-]+)">', recipes_html(text)))
    linked = {
        anchor
        for path in BOOK.glob("*.md")
        for anchor in re.findall(r"contributing\.html#([\w-]+)", path.read_text(encoding="utf-8"))
    }
    assert {"add-a-recount", "correct-a-row"} <= linked <= known
    assert recipe_anchor("Add a recount") == "add-a-recount"


def test_folder_without_recipes_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages alone have no CONTRIBUTING."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/registry.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path))
    assert "The folder of this copy has no recipes." in bare(ContributingRecipes).html()
