"""A parsed page as the HTML of its article, with the anchors that the first engine gives it."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from docutils.nodes import make_id

from skytally.press.second_book_engine.myst_project_and_parsed_pages import ParsedBook, ParsedPage

TAGS = {
    "paragraph": "p",
    "emphasis": "em",
    "strong": "strong",
    "blockquote": "blockquote",
    "listItem": "li",
    "definitionList": "dl",
    "definitionTerm": "dt",
    "definitionDescription": "dd",
    "details": "details",
    "summary": "summary",
    "div": "div",
}
"""Kind of node to the tag that its children are set in."""
WITHIN_A_LINE = {"emphasis", "strong"}
REMOVED, FOLDED = "remove", "hide"
"""Visibility of what no page shows, and of what a page shows when it is asked to."""
PROMPTS = {
    "code_prompt_show": "Show code cell output",
    "code_prompt_hide": "Hide code cell output",
}
"""Words on a fold that the cell gives no words of its own."""
STRAIGHT = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
"""The first engine makes ids before it makes quotation marks curly, the second after."""
WITHOUT_ANCHOR = {"block", "link", "crossReference"}
"""Kinds of node whose label is that of a cell, or of where they lead."""
TAG = re.compile(r"<[^>]*>")

Node = dict[str, Any]


def calls_of(node: Node) -> Iterator[Node]:
    """Yield the roles and directives of the book below a node, in the order of the page."""
    if node["type"] == "bookCall":
        yield node
    for child in node.get("children", []):
        yield from calls_of(child)


class PageWriter:
    """Writes the article of one page.

    Parameters
    ----------
    book : ParsedBook
        All pages, to which links may lead.
    page : ParsedPage
        The page; its calls have been filled.
    """

    def __init__(self, book: ParsedBook, page: ParsedPage) -> None:
        self.book, self.page = book, page
        self.faults: list[str] = []
        self._ids: set[str] = set()
        self._line = 0
        self._written: dict[str, Callable[[Node], str]] = {
            "bookCall": self._call,
            "block": self._block,
            "code": self._code,
            "crossReference": self._cross_reference,
            "heading": self._inner_heading,
            "inlineCode": self._inline_code,
            "link": self._link,
            "list": self._list,
            "output": self._output,
            "outputs": self._outputs,
            "outsideLink": self._outside_link,
            "table": self._table,
            # the engine puts places for a line break, which nobody sees, into names of files
            "text": lambda node: html.escape(node["value"].replace("\u200b", ""), quote=False),
        }

    def article(self) -> str:
        """Return the sections of the page, each with the anchors that the first engine gives it."""
        parts = [self._section_head(html.escape(self.page.title, quote=False), 1, self.page.labels)]
        open_depths = [1]
        for node in self._flow(self.page.tree):
            if node["type"] != "heading":
                parts.append(self._html(node))
                continue
            while open_depths and open_depths[-1] >= node["depth"]:
                parts.append("</section>\n")
                open_depths.pop()
            open_depths.append(node["depth"])
            words = self._children(node)
            parts.append(self._section_head(words, node["depth"], self._labels(node)))
        return "".join([*parts, "</section>\n" * len(open_depths)])

    def _flow(self, node: Node) -> Iterator[Node]:
        """Yield what stands below a node and its blocks, which do not end a section."""
        for child in node.get("children", []):
            if child["type"] != "block":
                yield {**child, "prompts": node.get("data", {}).get("mystnb", {})}
            elif child.get("visibility") != REMOVED:
                yield from self._flow(child)

    def _section_head(self, words: str, depth: int, labels: tuple[str, ...]) -> str:
        anchor = self._new_id(html.unescape(TAG.sub("", words)))
        return f'<section id="{anchor}">{self._marks(labels)}\n<h{depth}>{words}</h{depth}>\n'

    def _new_id(self, words: str) -> str:
        """Id of a heading, by the rules of the first engine."""
        anchor, count = make_id(words.translate(STRAIGHT)), 0
        while not anchor or anchor in self._ids:
            count += 1
            anchor = f"id{count}"
        self._ids.add(anchor)
        return anchor

    def _unused(self, labels: tuple[str, ...]) -> list[str]:
        """Labels that are no id of the page yet."""
        new = [each for each in labels if each not in self._ids]
        self._ids.update(new)
        return new

    @staticmethod
    def _labels(node: Node) -> tuple[str, ...]:
        named = "html_id" in node and not node.get("implicit")
        return (node["html_id"],) if named else ()

    def _html(self, node: Node) -> str:
        kind = node["type"]
        self._line = node.get("position", {}).get("start", {}).get("line", self._line)
        if kind in self._written:
            written = self._written[kind](node)
        elif kind in TAGS:
            end = "" if kind in WITHIN_A_LINE else "\n"
            written = f"<{TAGS[kind]}>{self._children(node)}</{TAGS[kind]}>{end}"
        else:
            self._refuse(f"found {kind!r}, which the second engine cannot print")
            written = ""
        return written if kind in WITHOUT_ANCHOR else f"{self._marks(self._labels(node))}{written}"

    def _marks(self, labels: tuple[str, ...]) -> str:
        """Anchors of labels that are no id of the page yet."""
        return "".join(f'<span id="{html.escape(each)}"></span>' for each in self._unused(labels))

    def _children(self, node: Node) -> str:
        return "".join(map(self._html, node.get("children", [])))

    def _refuse(self, words: str) -> None:
        where = f", near line {self._line}" if self._line else ""
        self.faults.append(f"{self.page.docname}{where}: {words}")

    def _block(self, node: Node) -> str:
        return "" if node.get("visibility") == REMOVED else self._children(node)

    @staticmethod
    def _call(node: Node) -> str:
        return f"{node['html']}\n" if node["kind"] == "directive" else str(node["html"])

    def _outputs(self, node: Node) -> str:
        """Results of a cell, in a fold where its tag asks for one."""
        shown = self._block(node)
        if node.get("visibility") != FOLDED or not shown:
            return shown
        show, hide = ({**PROMPTS, **node.get("prompts", {})}[word] for word in PROMPTS)
        return (
            f'<details><summary><p class="collapsed">{html.escape(show)}</p>\n'
            f'<p class="expanded">{html.escape(hide)}</p></summary>\n{shown}</details>\n'
        )

    def _code(self, node: Node) -> str:
        if node.get("visibility") == REMOVED:
            return ""
        return f"<pre><code>{html.escape(node['value'], quote=False)}</code></pre>\n"

    def _inline_code(self, node: Node) -> str:
        return f"<code>{html.escape(node['value'], quote=False)}</code>"

    def _inner_heading(self, node: Node) -> str:
        """Heading within a fold or list, which begins no section."""
        return f"<h{node['depth']}>{self._children(node)}</h{node['depth']}>"

    def _address(self, url: str) -> str:
        """Address of a page of the book, from this one."""
        path, mark, anchor = url.partition("#")
        if path not in self.book.addresses:
            self._refuse(f"found a link to {url!r}, which is no page of the book")
            return url
        folder = posixpath.dirname(self.page.docname) or "."
        shown = posixpath.relpath(f"{self.book.addresses[path]}.html", folder)
        return f"{shown}{mark}{anchor}"

    def _anchored(self, address: str, node: Node) -> str:
        return f'<a href="{html.escape(address)}">{self._children(node)}</a>'

    def _link(self, node: Node) -> str:
        if node.get("internal"):
            # a label of a page as a whole
            mark = f"#{node['identifier']}" if "identifier" in node else ""
            return self._anchored(self._address(node["url"] + mark), node)
        # a file of the site, which the engine would give another name
        return self._anchored(str(node.get("urlSource", node["url"])), node)

    def _outside_link(self, node: Node) -> str:
        return self._anchored(node["url"], node)

    def _cross_reference(self, node: Node) -> str:
        page = self._address(node["url"]) if node.get("remote") else ""
        return self._anchored(f"{page}#{node['html_id']}", node)

    def _list(self, node: Node) -> str:
        tag = "ol" if node["ordered"] else "ul"
        first = node.get("start") or 1
        start = f' start="{first}"' if node["ordered"] and first != 1 else ""
        return f"<{tag}{start}>\n{self._children(node)}</{tag}>\n"

    def _table(self, node: Node) -> str:
        rows = [self._row(row) for row in node["children"]]
        return f'<div class="sk-scroll"><table class="table">{"".join(rows)}</table></div>\n'

    def _row(self, row: Node) -> str:
        cells = []
        for cell in row["children"]:
            tag = "th" if cell.get("header") else "td"
            side = f' style="text-align:{cell["align"]}"' if "align" in cell else ""
            cells.append(f"<{tag}{side}>{self._children(cell)}</{tag}>\n")
        return f"<tr>{''.join(cells)}</tr>\n"

    def _output(self, node: Node) -> str:
        """Return the result of a cell, of which the notebooks of the book show HTML alone."""
        data = node["jupyter_data"].get("data", {})
        if "text/html" not in data:
            kind = node["jupyter_data"]["output_type"]
            self._refuse(f"found a result of a cell ({kind}) without HTML; show it by a chart")
            return ""
        shown = data["text/html"]
        if "path" not in shown:
            return str(shown["content"])
        return (self.book.files / shown["path"].lstrip("/")).read_text(encoding="utf-8")
