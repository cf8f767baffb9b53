"""The book's Sphinx extension: numbers by key, tables of the record, maps, no outside requests.

Roles: ``f``, ``f-when``, ``f-text`` and ``f-level`` quote a finding by its key, ``row`` links to
a row of the record and ``src`` to a source. Directives: ``record-table``, ``findings-table``,
``timeline``, ``route-map`` and ``site-maps``.
"""

from __future__ import annotations

import html
import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

from skytally.core import registry
from skytally.core.table_reader import read_table
from skytally.record.repeated_observations import drop_copies

OBSERVATIONS = (
    "ship_sightings",
    "quay_stocks",
    "voyage_counts",
    "voyages",
    "rail_counts",
    "depot_observations",
    "ais_events",
    "official_claims",
    "events",
    "press_claims",
    "legs",
)


@cache
def table(name: str) -> pd.DataFrame:
    """Read a table of the record once a build; the vocabulary has no dictionary."""
    if name == "vocabulary":
        return pd.read_csv(registry.path(name), keep_default_na=False)
    return read_table(registry.path(name))


@cache
def row_ids() -> frozenset[str]:
    """Give the ids of all rows that the record page shows."""
    return frozenset(each for name in OBSERVATIONS for each in table(name)["id"])


def findings(app: Sphinx) -> dict[str, dict[str, Any]]:
    """Read the findings of all lines, by key."""
    path = Path(app.srcdir) / "findings.json"
    return {row["key"]: row for row in json.loads(path.read_text(encoding="utf-8"))}


def cell(text: object) -> str:
    """Write a table cell's text so that a browser shows it as text."""
    return html.escape(str(text), quote=True)


class FindingRole(SphinxRole):
    """Quote one field of a finding by its key, linked to the finding."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Give the words, or a warning where the key does not exist."""
        known = findings(self.env.app)
        if self.text not in known or not known[self.text][self.field]:
            message = f"no finding {self.text!r} with {self.field!r}; correct the key"
            problem = self.inliner.reporter.warning(message, line=self.lineno)
            return [nodes.inline(text=f"[{self.text}]")], [problem]
        found = known[self.text]
        words = found[self.field]
        link = nodes.reference(
            "",
            words,
            refuri=_up(self.env.docname) + f"findings.html#{found['key']}",
            reftitle=f"{found['text']} (confidence in the sources: {found['level']})",
            classes=["sk-finding"],
            internal=True,
        )
        return [link], []


class LinkRole(SphinxRole):
    """Link to a row of the record or to a source by its id."""

    def __init__(self, page: str, ids: Callable[[], frozenset[str]]) -> None:
        super().__init__()
        self.page, self.ids = page, ids

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Give the link, or a warning where the id does not exist."""
        if self.text not in self.ids():
            message = f"no row {self.text!r} on the {self.page} page; correct the id"
            problem = self.inliner.reporter.warning(message, line=self.lineno)
            return [nodes.inline(text=self.text)], [problem]
        target = _up(self.env.docname) + f"{self.page}.html#{self.text}"
        return [
            nodes.reference("", self.text, refuri=target, classes=["sk-row"], internal=True)
        ], []


def _up(docname: str) -> str:
    return "../" * docname.count("/")


class Block(Directive):
    """A directive that puts a block of ready HTML on the page."""

    def html(self) -> str:
        """Write the block."""
        raise NotImplementedError

    @property
    def app(self) -> Sphinx:
        """Give the running application."""
        return self.state.document.settings.env.app

    def run(self) -> list[nodes.Node]:
        """Give the block as one raw node."""
        return [nodes.raw("", self.html(), format="html")]


def filter_box(target: str, count: int, *, label: str = "", choices: Iterable[str] = ()) -> str:
    """Give the box that filters a table; it shows itself only where scripts run.

    With ``choices``, a list beside it keeps the rows whose ``data-choice`` is the chosen word.
    """
    options = "".join(f"<option>{cell(word)}</option>" for word in choices)
    chooser = (
        f' <label>{cell(label)}: <select data-table="{target}">'
        f'<option value="">all</option>{options}</select></label>'
        if options
        else ""
    )
    return (
        f'<p class="sk-filter" hidden><label>Filter {count} rows: '
        f'<input type="search" data-table="{target}"></label>{chooser} '
        '<output aria-live="polite"></output></p>'
    )


def filtered_table(
    name: str,
    caption: str,
    heads: list[str],
    rows: list[str],
    *,
    label: str = "",
    choices: Iterable[str] = (),
) -> str:
    """Write a table that scrolls in its own box, with a filter above it.

    ``rows`` are written rows, ``heads`` plain words; ``label`` and ``choices`` add a list to
    the filter, see `filter_box`.
    """
    head = "".join(f'<th scope="col">{cell(word)}</th>' for word in heads)
    return (
        f"{filter_box(name, len(rows), label=label, choices=choices)}"
        f'<div class="sk-scroll" role="region" aria-label="{cell(caption)}" tabindex="0">'
        f'<table class="sk-table" id="table-{name}"><caption>{cell(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _linked(column: str, text: str) -> str:
    ids = text.split()
    if column in {"source_id", "derived_from", "other_sources"} and ids:
        return " ".join(f'<a href="sources.html#{cell(each)}">{cell(each)}</a>' for each in ids)
    if column in {"converted_from", "row_id"} and text in row_ids():
        return f'<a href="record.html#{cell(text)}">{cell(text)}</a>'
    return cell(text)


def _plain(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.15g}"
    return "" if value is pd.NaT else str(value)


def html_table(rows: pd.DataFrame, *, name: str, caption: str) -> str:
    """Write a table of the record: every cell as text, every row with its anchor."""
    order = sorted(rows.columns, key=lambda column: {"id": 0, "text": 1}.get(column, 2))
    shown = [
        column for column in order if column != "line" and (rows[column].map(_plain) != "").any()
    ]
    body = []
    for _, row in rows.iterrows():
        cells = "".join(f"<td>{_linked(column, _plain(row[column]))}</td>" for column in shown[1:])
        first = cell(row[shown[0]])
        if name in (*OBSERVATIONS, "sources"):
            start = f'<tr id="{first}"><th scope="row"><a href="#{first}">{first}</a></th>'
        else:
            start = f'<tr><th scope="row">{first}</th>'
        body.append(f"{start}{cells}</tr>")
    # the vocabulary is a dictionary itself and has none
    dictionary = (
        f' · <a href="data/record/{name}.dictionary.csv" download>its dictionary</a>'
        if name != "vocabulary"
        else ""
    )
    return (
        f"{filtered_table(name, caption, shown, body)}"
        f'<p class="sk-downloads"><a href="data/record/{name}.csv" download>{name}.csv</a>'
        f"{dictionary}</p>"
    )


class RecordTable(Block):
    """Show one table of the record."""

    required_arguments = 1
    option_spec: ClassVar = {"caption": directives.unchanged_required}

    def html(self) -> str:
        """Write the table."""
        name = self.arguments[0]
        return html_table(table(name), name=name, caption=self.options["caption"])


class FindingsTable(Block):
    """Show every finding with its anchor, interval, confidence and rows."""

    def html(self) -> str:
        """Write the table."""
        body = []
        for key, found in findings(self.app).items():
            body.append(
                f'<tr id="{cell(key)}"><th scope="row"><a href="#{cell(key)}">{cell(key)}</a></th>'
                f"<td>{cell(found['said'])}</td><td>{_interval(found)}</td>"
                f"<td>{cell(found['level'])}</td><td>{cell(found['text'])}</td>"
                f"<td>{linked_rows(found['inputs'], most=12)}</td></tr>"
            )
        heads = ["key", "in words", "interval", "confidence in the sources", "finding", "rows"]
        return (
            f"{filtered_table('findings', 'Findings', heads, body)}"
            '<p class="sk-downloads"><a href="findings.json" download>findings.json</a></p>'
        )


def linked_rows(ids: list[str], *, most: int) -> str:
    """Link to rows of the record; those beyond the first few are folded."""
    links = [
        f'<a href="record.html#{cell(row)}">{cell(row)}</a>' if row in row_ids() else cell(row)
        for row in ids
    ]
    shown, hidden = " ".join(links[:most]), links[most:]
    if not hidden:
        return shown
    return f"{shown}<details><summary>{len(hidden)} more rows</summary>{' '.join(hidden)}</details>"


def _interval(found: dict[str, Any]) -> str:
    from skytally.core.wording import interval

    low = float("nan") if found["low"] is None else found["low"]
    high = float("inf") if found["high"] is None else found["high"]
    return cell(interval(low, high, found["unit"]))


class Timeline(Block):
    """Draw all lines and the events on one axis of time."""

    def html(self) -> str:
        """Write the chart."""
        from skytally.figures.overview_timeline import timeline_chart

        names = (*OBSERVATIONS, "scopes", "counters")
        return timeline_chart(
            {name: drop_copies(table(name), table("sources")) for name in names}
        ).block


class RouteMap(Block):
    """Draw the whole route, or one region of it."""

    required_arguments = 1

    def html(self) -> str:
        """Write the map."""
        from skytally.figures.maps import region_map

        return region_map(self.arguments[0], table("sites"), table("legs")).block


class SiteMaps(Block):
    """Draw one locator map a located site, each with its uncertainty."""

    def html(self) -> str:
        """Write the maps, with a heading each."""
        from skytally.figures.maps import site_blocks

        return site_blocks(table("sites"), table("legs"))


def package_folder(name: str) -> Path:
    """Give the folder of an installed package.

    Raises
    ------
    ExtensionError
        If it is not installed.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        message = f"{name} is not installed; run make book"
        raise ExtensionError(message)
    return Path(next(iter(spec.submodule_search_locations)))


def copy_scripts(app: Sphinx) -> None:
    """Copy BokehJS of the installed Bokeh, the chart script and MathJax into the site."""
    from skytally.figures.embed import BOOT, bokeh_scripts

    static = Path(app.outdir) / "_static"
    (static / "charts").mkdir(parents=True, exist_ok=True)
    for path in (*bokeh_scripts(), BOOT):
        shutil.copyfile(path, static / "charts" / path.name)
    (static / "mathjax").mkdir(exist_ok=True)
    mathjax = package_folder("sphinx-mathjax-offline") / "static" / "mathjax" / "tex-svg.js"
    shutil.copyfile(mathjax, static / "mathjax" / "tex-svg.js")


def page_scripts(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give each page only the scripts it needs, and none from outside."""
    kept, seen = [], set()
    for script in context.get("script_files", []):
        attributes = getattr(script, "attributes", {})
        key = (str(getattr(script, "filename", "")), attributes.get("body") or "")
        if "thebe" in "".join(key).lower() or key in seen:
            continue
        seen.add(key)
        kept.append(script)
    # in place: Sphinx brings its own lists back after each page
    context["script_files"][:] = kept
    context["css_files"][:] = [
        each for each in context["css_files"] if "thebe" not in str(getattr(each, "filename", each))
    ]
    if 'class="sk-live"' in (context.get("body") or "") and doctree is not None:
        app.add_js_file("charts/bokeh.min.js", priority=300, loading_method="defer")
        app.add_js_file("charts/boot.js", priority=301, loading_method="defer")


def drop_thebe(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Remove the configuration of a service that would be asked over the network."""
    for node in list(doctree.findall(nodes.raw)):
        if "x-thebe-config" in node.astext() or "kernelName =" in node.astext():
            node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register roles, directives and hooks."""
    os.environ.setdefault("SKYTALLY_BOOK", "1")
    for name, field in (
        ("f", "said"),
        ("f-when", "when"),
        ("f-text", "text"),
        ("f-level", "level"),
    ):
        app.add_role(name, FindingRole(field))
    app.add_role("row", LinkRole("record", row_ids))
    app.add_role("src", LinkRole("sources", lambda: frozenset(table("sources")["id"])))
    for name, directive in (
        ("record-table", RecordTable),
        ("findings-table", FindingsTable),
        ("timeline", Timeline),
        ("route-map", RouteMap),
        ("site-maps", SiteMaps),
    ):
        app.add_directive(name, directive)
    app.connect("builder-inited", copy_scripts)
    app.connect("html-page-context", page_scripts, priority=900)
    app.connect("doctree-resolved", drop_thebe, priority=900)
    app.config.mathjax_path = "mathjax/tex-svg.js"
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
