"""Text of the pages and synonyms for the search, as a script that a page on a disk loads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import yaml

from skytally.core import DataError, data_registry, read_table
from skytally.press.project_paths import METHODS_TEXT, book_folder

SEARCH_SCRIPT = "search-text.js"
SYNONYMS = "search_synonyms"
"""Table of the words that the search takes for one thing."""
CONTROLS = {"label", "button", "select", "output"}
"""Elements that work the page and say nothing of what it is on."""
LEFT_OUT = {"script", "style", "nav", "svg", "table", "pre", *CONTROLS}
"""Elements whose words the search leaves out; rows of tables are found by their cards."""
UNSEARCHED = "sk-unsearched"
"""Class of other elements that it leaves out, such as a list of files."""
ALSO_UNSEARCHED = {UNSEARCHED, "sk-downloads", "expanded"}
"""The same, with the files under a chart and the words that shut a fold."""
SEARCHED = "sk-searched"
"""Class of an element whose tables are searched, too: their words stand nowhere else."""
CELLS = {"td", "th", "caption"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
HEADINGS = ("h1", "h2", "h3", "h4")
NOT_SEARCHED = {"search.html"}
EVIDENCE_PARTS = ("The story", "The evidence")
"""Parts of the list of contents whose pages come before the others."""
FOR_PROGRAMMERS = {"api.html", "fault-trials.html"}
"""Pages whose long sections hold many words and answer few readers; they come after the others."""
KEPT = "editions/"
"""Folder of the pages that repeat what the book said once."""
EVIDENCE, SECTION, RECIPE, LAST = 4, 2, 1, -4
"""Worth of a section of a page on the evidence, of another, of a recipe for those who change the
project, and of one that comes last, behind the cards of rows, which are worth nothing."""
RECIPES = "contributing.txt"
"""Text of the recipes at the root of the site."""
RECIPES_PAGE = "contributing.html"
METHODS_TITLE = "The text on methods and constants"
"""Name of the page in hits of the search that lie in the text on methods."""
HEADING_OF_TEXT = re.compile(r"(?m)^#+ (.+)$")


class _Sections(HTMLParser):
    """Title, anchor and text of each section of an article."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str, list[str]]] = []
        self._open: list[str] = []
        self._anchors: list[str] = []
        self._heading: list[str] | None = None
        self._skip = 0
        self._searched = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a section at its heading, and skip what is not prose."""
        given = dict(attrs)
        if tag == "article":
            self._open.append(tag)
        if not self._open or tag in VOID:
            return
        classes = (given.get("class") or "").split()
        if self._searched or SEARCHED in classes:
            self._searched += 1
        left_out = tag in LEFT_OUT and not (tag == "table" and self._searched)
        if self._skip or left_out or ALSO_UNSEARCHED & {*classes}:
            self._skip += 1
        if tag in CELLS:
            self.handle_data(" ")
        if tag == "section":
            self._anchors.append(given.get("id") or "")
        if tag in HEADINGS and not self._skip:
            self._heading = []

    def handle_endtag(self, tag: str) -> None:
        """End a section or what is skipped."""
        if not self._open or tag in VOID:
            return
        if self._skip:
            self._skip -= 1
        if self._searched:
            self._searched -= 1
        if tag == "section" and self._anchors:
            self._anchors.pop()
        if tag in HEADINGS and self._heading is not None:
            title = " ".join("".join(self._heading).split()).rstrip("#")
            anchor = self._anchors[-1] if self._anchors else ""
            self.found.append((title, anchor, []))
            self._heading = None
        if tag == "article":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Collect the words of the heading or of the section."""
        if not self._open or self._skip:
            return
        if self._heading is not None:
            self._heading.append(data)
        elif self.found:
            self.found[-1][2].append(data)


def page_sections(text: str) -> Iterator[tuple[str, str, str]]:
    """Sections of a page.

    Parameters
    ----------
    text : str
        HTML of the page.

    Yields
    ------
    tuple of str
        Title, anchor and text of each section of its article, in the order of the page.
    """
    reader = _Sections()
    reader.feed(text)
    for title, anchor, words in reader.found:
        yield title, anchor, " ".join("".join(words).split())


def methods_address(heading: str) -> str:
    """Address of a section of the methods text, which has no anchors: the browser looks for words.

    Examples
    --------
    >>> methods_address("4.2 Ships at a berth")
    'methods.txt#:~:text=4.2%20Ships%20at%20a%20berth'
    """
    # a dash and a comma have a meaning of their own in such an address
    return f"{METHODS_TEXT}#:~:text={quote(heading, safe='').replace('-', '%2D')}"


def methods_sections(text: str) -> Iterator[tuple[str, str, str]]:
    """Sections of the methods text.

    Parameters
    ----------
    text : str
        Markdown; its first heading is that of the whole.

    Yields
    ------
    tuple of str
        Heading, address and words of each section.
    """
    _, *parts = HEADING_OF_TEXT.split(text)
    for heading, words in zip(parts[::2], parts[1::2], strict=True):
        yield heading, methods_address(heading), " ".join(words.replace("|", " ").split())


def read_synonyms(path: Path) -> list[list[str]]:
    """Read the groups of words that the search takes for one thing.

    Parameters
    ----------
    path : pathlib.Path
        ``data/search_synonyms.csv``, with its dictionary beside it.

    Returns
    -------
    list of list of str
        The words of each group, in small letters.

    Raises
    ------
    DataError
        If a group has fewer than two words.
    """
    table = read_table(path)
    groups = [words.lower().split() for words in table["words"]]
    lonely = [
        f"line {line}, column words: found {words[0]!r} alone"
        for line, words in zip(table["line"], groups, strict=True)
        if len(set(words)) < 2
    ]
    if lonely:
        message = f"{path.name}: {'; '.join(lonely)}; a group needs two words or more"
        raise DataError(message)
    return groups


def _script(name: str, value: object) -> str:
    """Assign a value to a global name in a way that no text in it can end the script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"window.{name}={text};\n"


def _evidence_pages() -> set[str]:
    """Addresses of the pages of `EVIDENCE_PARTS`, and of the front page."""
    path = book_folder() / "_toc.yml"
    contents = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    parts = [part for part in contents.get("parts", []) if part.get("caption") in EVIDENCE_PARTS]
    pages = [str(contents.get("root", "index"))]
    pages += [str(chapter["file"]) for part in parts for chapter in part["chapters"]]
    return {f"{page}.html" for page in pages}


def write_search_text(site: Path) -> None:
    """Write the text of all pages of a site, and the synonyms, to `SEARCH_SCRIPT` at its root."""
    listed = []
    evidence = _evidence_pages()
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if name in NOT_SEARCHED or name.startswith(("cards/", "_static/")):
            continue
        sections = [*page_sections(path.read_text(encoding="utf-8"))]
        page = sections[0][0] if sections else ""
        for position, (title, anchor, words) in enumerate(sections):
            address = f"{name}#{anchor}" if anchor and position else name
            worth = EVIDENCE if name in evidence else SECTION
            if name == RECIPES_PAGE:
                worth = RECIPE
            if name in FOR_PROGRAMMERS or name.startswith(KEPT):
                worth = LAST
            listed.append([title, address, words, worth, page if position else ""])
    if (site / METHODS_TEXT).is_file():
        text = (site / METHODS_TEXT).read_text(encoding="utf-8")
        listed += [[*section, LAST, METHODS_TITLE] for section in methods_sections(text)]
    synonyms = read_synonyms(data_registry.path(SYNONYMS))
    script = _script("skytallyPages", listed) + _script("skytallySynonyms", synonyms)
    (site / SEARCH_SCRIPT).write_text(script, encoding="utf-8")
