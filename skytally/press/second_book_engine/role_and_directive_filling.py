"""Roles and directives of the book, filled for the second engine by the code that Sphinx runs."""

from __future__ import annotations

import html
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import directives, roles
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.application import Sphinx

from skytally.press.notebook_code_fold_at_end import fence

OURS = "skytally."
"""Beginning of the modules whose roles and directives the second engine does not have."""
NEXT = "+++ call"
"""Stands between two calls; the parser turns it into a comment."""


TAGS = {
    "section": "section",
    "title": "h2",
    "bullet_list": "ul",
    "list_item": "li",
    "paragraph": "p",
}
"""Kind of node that a directive of the book returns, to the tag that it is written in."""


def started_sphinx(stage: Path, pages: Path) -> Sphinx:
    """Start Sphinx with the extension of the book alone; it reads no page and prints none.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages.
    pages : Path
        Root of the printed pages, into which the extension copies its scripts.
    """
    config = yaml.safe_load((stage / "_config.yml").read_text(encoding="utf-8"))
    settings = (config.get("sphinx") or {}).get("config") or {}
    extensions = ["myst_parser", "skytally.press.sphinx_ext"]
    with tempfile.TemporaryDirectory() as doctrees:
        return Sphinx(
            srcdir=stage,
            confdir=None,
            outdir=pages,
            doctreedir=doctrees,
            buildername="dummy",
            confoverrides={
                "extensions": extensions,
                "html_context": settings.get("html_context") or {},
            },
            status=None,
            warning=None,
        )


def known_calls() -> dict[str, Any]:
    """Names of the roles and directives of the book, and what each directive takes."""
    own = {
        name: each
        for name, each in directives._directives.items()
        if getattr(each, "__module__", "").startswith(OURS)
    }
    return {
        "directives": {
            name: {
                "argument": bool(each.required_arguments + each.optional_arguments),
                "options": sorted(each.option_spec or {}),
                "body": bool(each.has_content),
            }
            for name, each in sorted(own.items())
        },
        "roles": sorted(
            name for name, each in roles._roles.items() if type(each).__module__.startswith(OURS)
        ),
    }


def call_source(call: Mapping[str, Any]) -> str:
    """MyST source of a call, as the first engine would read it.

    Parameters
    ----------
    call : mapping
        A node of the second engine's tree: ``kind``, ``name``, ``body`` and, of a directive,
        ``argument`` and ``options``.

    Examples
    --------
    >>> call_source({"kind": "role", "name": "f", "body": "rail-counts.share"})
    '{f}`rail-counts.share`'
    >>> print(call_source({"kind": "directive", "name": "totals-chart", "argument": "sea",
    ...                    "options": {"unit": "containers"}, "body": ""}))
    ```{totals-chart} sea
    ---
    "unit": "containers"
    ---
    ```
    """
    if call["kind"] == "role":
        mark = fence(call["body"], least=1)
        # a body that begins or ends with the mark is set off from it
        space = " " if "`" in call["body"][:1] + call["body"][-1:] else ""
        return f"{{{call['name']}}}{mark}{space}{call['body']}{space}{mark}"
    mark = fence(call["body"], least=3)
    # what JSON writes is YAML, too
    options = [f"{json.dumps(name)}: {json.dumps(text)}" for name, text in call["options"].items()]
    head = f"{mark}{{{call['name']}}} {call['argument']}".rstrip()
    block = ["---", *options, "---"] if options else []
    body = [call["body"]] if call["body"] else []
    return "\n".join([head, *block, *body, mark])


def _node_html(node: nodes.Node) -> str:
    """HTML of a node that a role or directive of the book returned.

    Raises
    ------
    ValueError
        If it is of a kind that none of them returns.
    """
    if isinstance(node, nodes.raw):
        return node.astext()
    if isinstance(node, nodes.Text):
        return html.escape(node.astext(), quote=False)
    if isinstance(node, nodes.reference):
        words = "".join(map(_node_html, node.children))
        kind = html.escape(" ".join(node["classes"]))
        return f'<a class="{kind}" href="{html.escape(node["refuri"])}">{words}</a>'
    if node.tagname in TAGS:
        tag = TAGS[node.tagname]
        mark = "".join(f' id="{html.escape(each)}"' for each in node["ids"][:1])
        return f"<{tag}{mark}>{''.join(map(_node_html, node.children))}</{tag}>"
    message = f"found a node {node.tagname!r}, which the second engine cannot print"
    raise ValueError(message)


def _filled(group: Sequence[nodes.Node], kind: str) -> str:
    """HTML of the nodes of one call; those of a role stand within a line.

    Raises
    ------
    ValueError
        If the call was refused, with its words.
    """
    for node in group:
        for message in node.findall(nodes.system_message):
            raise ValueError(message.children[0].astext())
    shown = [each for node in group for each in node.children] if kind == "role" else group
    return "".join(map(_node_html, shown))


def fill_calls(app: Sphinx, docname: str, calls: Sequence[dict[str, Any]]) -> list[str]:
    """Put the HTML of each call of a page into its node.

    Parameters
    ----------
    app : Sphinx
        From `started_sphinx`.
    docname : str
        Name of the page, such as ``lines/rail-counts``.
    calls : sequence of dict
        Nodes of the calls; each gets ``html``.

    Returns
    -------
    list of str
        What is wrong, a line for each call that was refused.
    """
    if not calls:
        return []
    source = f"\n\n{NEXT}\n\n".join(map(call_source, calls))
    app.env.prepare_settings(docname)
    settings = {"env": app.env, "report_level": 2, "halt_level": 5, "warning_stream": False}
    tree = publish_doctree(source, parser=_parser(app), settings_overrides=settings)
    groups: list[list[nodes.Node]] = [[]]
    for node in tree.children:
        if isinstance(node, nodes.comment):
            groups.append([])
        else:
            groups[-1].append(node)
    faults = []
    for call, group in zip(calls, groups, strict=True):
        try:
            call["html"] = _filled(group, call["kind"])
        except ValueError as fault:
            where = f", line {call['line']}" if call["line"] else ""
            page = app.env.doc2path(docname, base=False)
            faults.append(f"{page}{where}: {call['name']}: {fault}")
    return faults


def _parser(app: Sphinx) -> MystParser:
    parser = MystParser()
    parser.set_application(app)
    return parser
