"""HTML that the directives of the book share: escaped cells, filtered tables, empty states."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from skytally.core import DataError, IntegrityError, listed, number
from skytally.findings import harmless
from skytally.press.cards.card_fields_and_text_shortening import address
from skytally.press.cards.record_rows_by_ship import naming, ship_id
from skytally.press.cards.source_citation_formatting import OWN_PAGE
from skytally.press.sphinx_ext.cached_record_and_findings import ships, source_words

PLACES = ("data/record/sites.csv", "data/record/route_connections.csv")
"""Files of the site with the numbers of the maps."""

COMPUTED = "data"
"""Folder of the site with the numbers of tables that the book computes."""
CHART_COLUMNS = "charts/columns_of_chart_files.csv"
"""Table there of what the columns of such files hold, and of those under charts."""
BESIDE = " + "
"""What stands in a line of a directive between a finding and those that stand beside it."""
KEPT_BLOCKS = "kept_blocks"
"""Attribute of the environment of Sphinx that keeps the HTML of the blocks of the last print."""
OWN, NOT_OWN = "yes", "no, a report"
"""Whether the page of a number is that of its counter."""
REUSES_BLOCKS = "reuses_blocks"
"""Attribute of the application of Sphinx, set where its blocks are those of the last print."""


class Block(Directive):
    """Base of the directives that put a block of ready HTML on the page."""

    optional: ClassVar[tuple[str, ...]] = ()
    """Options that a page may leave out."""

    def html(self) -> str:
        """Return the HTML of the block."""
        raise NotImplementedError

    def given_options(self) -> dict[str, str]:
        """Every option that a page gave; it must give all but those of `optional`.

        Raises
        ------
        DataError
            If one is missing.
        """
        needed = [word for word in self.option_spec if word not in self.optional]
        missing = [word for word in needed if word not in self.options]
        if missing:
            wanted = listed(needed)
            message = f"{self.name}: no {', '.join(missing)}; give {wanted}"
            raise DataError(message)
        return self.options

    @property
    def app(self) -> Sphinx:
        """The running Sphinx application."""
        return self.state.document.settings.env.app

    def card(self, kind: str, identifier: str, words: str = "") -> str:
        """Link to a card from the page of the directive, in whatever folder it lies."""
        up = to_root(self.state.document.settings.env.docname)
        return card_link(kind, identifier, words, up=up)

    def page_read(self, row: Mapping[str, Any]) -> str:
        """Link to the page in which a row was read, and whether it is of whoever gave the number.

        Parameters
        ----------
        row : mapping
            Cells of a row with a counter.
        """
        return f"{self.source_of(row)}<br>{whose_page(row)}"

    def source_of(self, row: Mapping[str, Any]) -> str:
        """Link to the page in which a row was read."""
        up = to_root(self.state.document.settings.env.docname)
        return source_link(str(row["source_id"]), up=up)

    def ships(self, text: object) -> str:
        """Escape words, and link the names of ships in them, from the page of the directive."""
        return ship_links(text, up=to_root(self.state.document.settings.env.docname))

    def _printed_html(self) -> str:
        """HTML of the block, taken from the last print where nothing changed but texts of pages."""
        env = self.state.document.settings.env
        known = env.__dict__.setdefault(KEPT_BLOCKS, {})
        given = (self.arguments, sorted(self.options.items()), list(self.content))
        key = f"{env.docname} {type(self).__qualname__} {given!r}"
        if key not in known or not getattr(env.app, REUSES_BLOCKS, False):
            known[key] = self.html()
        return str(known[key])

    def run(self) -> list[nodes.Node]:
        """Return the block as one raw node, or a warning where its data are faulty."""
        try:
            return [nodes.raw("", self._printed_html(), format="html")]
        except (DataError, IntegrityError) as error:
            return [self.state.document.reporter.warning(str(error), line=self.lineno)]


def cell(text: object) -> str:
    """Escape the text of a table cell, so that a browser shows it as text."""
    return html.escape(str(text), quote=True)


def to_root(docname: str) -> str:
    """Way from a page to the root of the site."""
    return "../" * docname.count("/")


def card_link(kind: str, identifier: str, words: str = "", *, up: str = "") -> str:
    """Link to a card from a page.

    Parameters
    ----------
    kind, identifier : str
        Kind and id of the card.
    words : str
        The words of the link; the id, where none are given.
    up : str
        From the page to the root of the site; empty for a page at the root.

    Returns
    -------
    str
    """
    return f'<a href="{cell(up + address(kind, identifier))}">{cell(words or identifier)}</a>'


def ship_links(text: object, *, up: str = "") -> str:
    """Escape words, and link the names of ships in them to the cards of the ships.

    Parameters
    ----------
    text : object
        Words of a cell or of a sentence.
    up : str
        From the page to the root of the site; empty for a page at the root.

    Returns
    -------
    str
    """
    parts, words = [], str(text)
    end = 0
    for found in naming(ships()).finditer(words):
        parts += [cell(words[end : found.start()]), _ship_link(found[0], up)]
        end = found.end()
    return "".join([*parts, cell(words[end:])])


def _ship_link(ship: str, up: str) -> str:
    return card_link("ship", ship_id(ship), ship, up=up)


def whose_page(row: Mapping[str, Any]) -> str:
    """Word whether the page of a number is that of its counter."""
    return OWN if row["reading"] == OWN_PAGE else NOT_OWN


def table_downloads(name: str, *, dictionary: bool = True) -> str:
    """Links under a table of the record to its file and to its dictionary, where it has one."""
    links = [(f"{name}.csv", f"{name}.csv")]
    links += [(f"{name}.dictionary.csv", "its dictionary")] if dictionary else []
    shown = (f'<a href="data/record/{file}" download>{words}</a>' for file, words in links)
    return f'<p class="sk-downloads">{" · ".join(shown)}</p>'


def computed_table(folder: Path, name: str, rows: pd.DataFrame, *, up: str = "") -> str:
    """Write the numbers of a table that the book computes as a file, and link it under the table.

    Parameters
    ----------
    folder : Path
        Folder of the printed site.
    name : str
        Name of the file, without its ending.
    rows : pandas.DataFrame
        The numbers, a row a line of the table.
    up : str
        Way from the page to the root of the site.

    Returns
    -------
    str
        Empty where the table has no rows.
    """
    if rows.empty:
        return ""
    target = folder / COMPUTED
    target.mkdir(parents=True, exist_ok=True)
    rows.map(harmless).to_csv(target / f"{name}.csv", index=False, lineterminator="\n")
    link = f'<a href="{up}{COMPUTED}/{cell(name)}.csv" download>{cell(name)}.csv</a>'
    described = f'<a href="{up}{COMPUTED}/{CHART_COLUMNS}">what its columns hold</a>'
    return f'<p class="sk-downloads">Data of this table: {link} · {described}</p>'


def source_link(source: str, *, up: str = "") -> str:
    """Link to the card of a source, with the words of its publisher and day; `up` to the root."""
    return card_link("source", source, source_words()[source], up=up)


def empty_state(words: str, *, anchor: str = "") -> str:
    """Return one sentence in place of a block that would be empty.

    Parameters
    ----------
    words : str
        The sentence.
    anchor : str
        Anchor that the block would have.

    Returns
    -------
    str
    """
    identifier = f' id="{cell(anchor)}"' if anchor else ""
    return f'<p class="sk-nothing"{identifier}>{cell(words)}</p>'


def with_data(chart: str, *files: str) -> str:
    """Put under a chart the links to the files of the site that hold its numbers.

    Parameters
    ----------
    chart : str
        HTML of the chart, on a page at the root of the site.
    *files : str
        Addresses from the root of the site, such as ``data/record/sites.csv``.

    Returns
    -------
    str
        The block alone where it is a sentence and no chart.
    """
    if "<figure" not in chart:
        return chart
    links = ", ".join(
        f'<a href="{cell(file)}" download>{cell(file.rpartition("/")[2])}</a>'
        for file in dict.fromkeys(files)
    )
    return f'{chart}<p class="sk-downloads">Data of this chart: {links}</p>'


def rounded(value: object) -> str:
    """Write a number with three significant digits, which is what a reader can use.

    Whole digits before the point are never dropped, and the file keeps them all.

    Parameters
    ----------
    value : object
        A number or its text; other words stay as they are.

    Returns
    -------
    str

    Examples
    --------
    >>> rounded("210.9742"), rounded(0.90741), rounded(4471.5), rounded("not measured")
    ('211', '0.907', '4,472', 'not measured')
    """
    try:
        found = float(str(value))
    except ValueError:
        return str(value)
    if not math.isfinite(found):
        return str(value)
    return number(float(round(found)) if abs(found) >= 1000 else float(f"{found:.3g}"))


FILTER_HINT = "words, or a &quot;phrase&quot;"
"""What may be typed into the filter of a table."""


def filter_box(target: str, count: int, *, label: str = "", choices: Iterable[str] = ()) -> str:
    """Return the filter above a table; it shows itself only where scripts run.

    With ``choices``, a list beside it keeps the rows whose ``data-choice`` is the chosen word.
    """
    options = "".join(
        f'<option data-anchor="{choice_anchor(target, word)}">{cell(word)}</option>'
        for word in choices
    )
    chooser = (
        f' <label>{cell(label)}: <select data-table="{target}">'
        f'<option value="">all</option>{options}</select></label>'
        if options
        else ""
    )
    return (
        f'<p class="sk-filter" hidden><label>Filter {count} rows: '
        f'<input type="search" data-table="{target}" placeholder="{FILTER_HINT}"></label>{chooser} '
        '<output aria-live="polite"></output></p>'
    )


def filtered_table(
    name: str,
    caption: str,
    heads: list[str],
    rows: list[str],
    *,
    empty: str,
    label: str = "",
    choices: Iterable[str] = (),
) -> str:
    """Return a table that scrolls in its own box, with a filter above it.

    Parameters
    ----------
    name : str
        The table has the anchor ``table-<name>``.
    caption : str
        Caption of the table.
    heads : list of str
        Plain words of the header.
    rows : list of str
        HTML of the rows.
    empty : str
        The sentence that stands for a table without rows.
    label, choices : str, iterable of str
        List beside the filter; see `filter_box`.

    Returns
    -------
    str
    """
    if not rows:
        return empty_state(empty, anchor=f"table-{name}")
    head = "".join(f'<th scope="col">{cell(word)}</th>' for word in heads)
    return (
        f"{filter_box(name, len(rows), label=label, choices=choices)}"
        f'<div class="sk-scroll" role="region" aria-label="{cell(caption)}" tabindex="0">'
        f'<table class="sk-table" id="table-{name}"><caption>{cell(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def folded(table: str, rows: int, words: str) -> str:
    """Put a long table behind a line that says how many rows it has.

    Parameters
    ----------
    table : str
        HTML.
    rows : int
        Its rows.
    words : str
        What they are.
    """
    return f"<details><summary>{cell(words)}: {rows} rows</summary>{table}</details>"


def choice_anchor(table: str, word: str) -> str:
    """Anchor that chooses a word of the list beside a table.

    Examples
    --------
    >>> choice_anchor("findings", "1 counter")
    'only-findings-1-counter'
    """
    return f"only-{table}-{re.sub('[^a-z0-9]+', '-', word.lower()).strip('-')}"


def html_row(cells: Iterable[str], *, choice: str = "", anchor: str = "") -> str:
    """Return a row of cells that are HTML already, the first of which is its header.

    Parameters
    ----------
    cells : iterable of str
        HTML.
    choice : str
        Word by which the list beside `filtered_table` keeps the row.
    anchor : str
        Anchor of the row.
    """
    first, *rest = cells
    kept = f' data-choice="{cell(choice)}"' if choice else ""
    kept += f' id="{cell(anchor)}"' if anchor else ""
    filled = "".join(f"<td>{each}</td>" for each in rest)
    return f'<tr{kept}><th scope="row">{first}</th>{filled}</tr>'


def table_row(cells: Iterable[object]) -> str:
    """Return a row of plain cells, the first of which is its header."""
    return html_row(map(cell, cells))


def small_table(caption: str, heads: list[str], rows: list[list[str]], *, empty: str) -> str:
    """Return a short table without a filter; the first cell of a row is its header.

    Parameters
    ----------
    caption : str
        Caption of the table.
    heads : list of str
        Plain words of the header.
    rows : list of list of str
        Plain words of the cells.
    empty : str
        The sentence that stands for a table without rows.

    Returns
    -------
    str
    """
    if not rows:
        return empty_state(empty)
    head = "".join(f'<th scope="col">{cell(word)}</th>' for word in heads)
    return (
        f'<div class="sk-scroll" role="region" aria-label="{cell(caption)}" tabindex="0">'
        f'<table class="sk-table"><caption>{cell(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(map(table_row, rows))}</tbody></table></div>"
    )
