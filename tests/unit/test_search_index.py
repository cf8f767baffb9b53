"""Text of the search: the prose of each section, every page and no card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from skytally.core import data_registry
from skytally.core.errors_and_fault_lists import DataError
from skytally.press.search_index import page_sections, read_synonyms, write_search_text
from skytally.press.sphinx_ext.contributing_recipes_directive import recipes_html

PAGE = (
    '<html><body><nav>menu</nav><article><section id="top"><h1>Ports<a class="headerlink" '
    'href="#top">#</a></h1><p>Ships &amp; boxes.</p><script>no()</script><section id="why">'
    "<h2>Why</h2><p>About 28,000.</p><table><tr><td>cell</td></tr></table></section></section>"
    "</article></body></html>"
)


def test_search_text_has_the_prose_of_each_section() -> None:
    """Menus, scripts and tables are left out; words and anchors stay."""
    assert list(page_sections(PAGE)) == [
        ("Ports", "top", "Ships & boxes."),
        ("Why", "why", "About 28,000."),
    ]


def test_search_text_has_no_source_code_and_no_list_of_files() -> None:
    """Code of a notebook and lists that are marked are left out, whatever they hold."""
    page = (
        "<article><section id='a'><h1>Ports</h1><p>Ships.</p><pre>import <b>this</b></pre>"
        "<details class='sk-unsearched'><summary>Files</summary><ul><li>a.zip</li></ul></details>"
        "<p>Boxes.</p></section></article>"
    )
    assert list(page_sections(page)) == [("Ports", "a", "Ships.Boxes.")]


def test_search_text_has_no_words_of_controls() -> None:
    """What filters a table or opens a fold answers no question."""
    page = (
        "<article><section id='a'><h1>Ports</h1><p>Ships. </p><p><label>Filter 2 rows: <input>"
        "</label><label>by: <select><option>all</option></select></label><output>2</output></p>"
        "<button>Copy</button><details><summary><p class='collapsed'>Show all.</p>"
        "<p class='expanded'>Hide all.</p></summary></details></section></article>"
    )
    assert list(page_sections(page)) == [("Ports", "a", "Ships. Show all.")]


def test_search_script_holds_every_page_and_no_card(tmp_path: Path) -> None:
    """Cards are searched from their own file; the recipes for contributors have their sections."""
    (tmp_path / "cards").mkdir()
    for name in ("ports.html", "cards/x.html", "search.html"):
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    recipes = recipes_html("# Contributing\n\nShort.\n\n## Add a site\n\nWrite `sites.csv`.\n")
    (tmp_path / "contributing.html").write_text(
        f"<article><section id='all'><h1>Contributing</h1>{recipes}</section></article>",
        encoding="utf-8",
    )
    write_search_text(tmp_path)
    script = (tmp_path / "search-text.js").read_text(encoding="utf-8")
    listed, synonyms = (line.partition("=")[2].removesuffix(";") for line in script.splitlines())
    pages = json.loads(listed)
    assert [page[1] for page in pages] == [
        "contributing.html", "contributing.html#add-a-site", "ports.html", "ports.html#why",
    ]  # fmt: skip
    assert pages[1][0] == "Add a site"
    assert pages[1][3] < pages[2][3]
    assert any({"strike", "struck"} <= set(group) for group in json.loads(synonyms))


def test_group_of_one_word_is_refused(tmp_path: Path) -> None:
    """A word alone has no synonym."""
    registered = data_registry.path("search_synonyms")
    for path in (registered, registered.with_name("search_synonyms.dictionary.csv")):
        shutil.copy(path, tmp_path)
    with (tmp_path / registered.name).open("a", encoding="utf-8") as file:
        file.write("lonely,word Word,\n")
    with pytest.raises(DataError, match="found 'word' alone; a group needs two words"):
        read_synonyms(tmp_path / registered.name)
