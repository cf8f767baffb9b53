"""Pages with recipes that need the folder of the project say so at their top."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from skytally.press.sphinx_ext.project_download_directives import NEEDED_FOR, WITHOUT

BOOK = Path(__file__).resolve().parents[2] / "book"
RECIPE = re.compile(r"^(?:make |docs/publishing/)", re.MULTILINE)
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
BOX = "```{needs-folder}"


def _recipe_pages() -> list[str]:
    return sorted(
        path.stem
        for path in BOOK.glob("*.md")
        if any(RECIPE.search(block) for block in BLOCK.findall(path.read_text(encoding="utf-8")))
    )


def test_every_page_with_a_recipe_is_known() -> None:
    """What works without the folder is written down for each page, in one place."""
    assert {*_recipe_pages()} <= {*WITHOUT} == {*NEEDED_FOR}


@pytest.mark.parametrize("page", sorted(WITHOUT))
def test_the_box_stands_before_the_first_heading_and_the_first_recipe(page: str) -> None:
    """A reader sees it before anything that cannot be done."""
    text = (BOOK / f"{page}.md").read_text(encoding="utf-8")
    assert text.count(BOX) == 1
    assert BOX in text.partition("\n## ")[0]
    assert "```sh" not in text.partition(BOX)[0]
