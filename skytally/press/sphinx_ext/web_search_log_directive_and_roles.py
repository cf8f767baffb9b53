"""Directive and role of the log of searches on public pages: what was sought, and the outcome."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from skytally.core import listed, when
from skytally.press.sphinx_ext.cached_record_and_findings import table
from skytally.press.sphinx_ext.finding_and_link_roles import LinkRole
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    html_row,
    source_link,
    table_downloads,
    to_root,
)
from skytally.record import newest_page

SEARCHES = "page_searches"
PAGE_OF_LOG = "limits.html"
"""Page that shows the log; a row has its id there as anchor."""
NEWEST = "newest"
"""Word of the role for the day of the newest search."""
NEWEST_PAGE = "newest page"
"""Word of the role for the day of the newest page that was read."""
NO_PAGE = "no day, as none was read"
BETWEEN_WORDINGS = " | "
HEADS = ("what was looked for", "outcome", "what the pages say on it", "pages read", "led to")
OUTCOME_WORDS = {
    "nothing-found": "nothing on it among these pages",
    "in-record": "found, in the record",
    "not-usable": "found, not usable",
}
"""Words of the vocabulary *search_outcome* as the table shows them."""
NO_SEARCH = "No search has been logged yet."
CAPTION = (
    "Searches that were logged, {days}: a row is one thing that was looked for, in one or more "
    "wordings. Searched was {where}; read were the {read}{others}. A page that came back for two "
    "wordings counts twice"
)
OTHERWISE = "other stores, or more of a page, in {} of the rows, as the file under the table says"
"""What the caption says of searches that were made or read in another way than most."""


class PageSearchLog(Block):
    """Show each search with its words, its outcome and the rows and pages that it led to."""

    def html(self) -> str:
        """Return the table, a row a search, with its id as anchor."""
        searches = table(SEARCHES)
        if searches.empty:
            return empty_state(NO_SEARCH)
        usual = {name: str(searches[name].mode().iloc[0]) for name in ("searched_in", "read")}
        others = sum((searches[name] != words) for name, words in usual.items()).gt(0).sum()
        caption = CAPTION.format(
            days=listed([when(day, day, "day", "day") for day in searches["search_date"].unique()]),
            where=usual["searched_in"],
            read=usual["read"],
            others=f" ({OTHERWISE.format(others)})" if others else "",
        )
        return filtered_table(
            "page-searches",
            caption,
            list(HEADS),
            [self._row(row) for row in searches.to_dict("records")],
            empty=NO_SEARCH,
            label="Outcome",
            choices=[OUTCOME_WORDS.get(word, word) for word in searches["outcome"].unique()],
        ) + table_downloads(SEARCHES)

    def _row(self, row: dict[str, Any]) -> str:
        """Return the row of one search."""
        wordings = str(row["wordings"]).split(BETWEEN_WORDINGS)
        listing = "".join(f"<li>{cell(each)}</li>" for each in wordings)
        asked = "1 wording" if len(wordings) == 1 else f"{len(wordings)} wordings"
        up = to_root(self.state.document.settings.env.docname)
        led = [
            *(self.card("row", each) for each in str(row["rows"]).split()),
            *(source_link(each, up=up) for each in str(row["sources"]).split()),
        ]
        outcome = OUTCOME_WORDS.get(str(row["outcome"]), str(row["outcome"]))
        day = when(row["search_date"], row["search_date"], "day", "day")
        return html_row(
            (
                f'<a href="#{cell(row["id"])}">{cell(row["id"])}</a>, {cell(day)}: '
                f"{self.ships(row['sought'])}"
                f"<details><summary>{asked}</summary><ul>{listing}</ul></details>",
                cell(outcome),
                self.ships(row["finding"]),
                f"{row['results']:.0f}",
                "<br>".join(led),
            ),
            choice=outcome,
            anchor=str(row["id"]),
        )


class SearchRole(LinkRole):
    """Link to a row of the log of searches by its id, or ``words <id>``."""

    def __init__(self) -> None:
        super().__init__("search", lambda: frozenset(table(SEARCHES)["id"]))

    def target(self, identifier: str) -> str:
        """Address of the row on the page that shows the log."""
        return f"{PAGE_OF_LOG}#{identifier}"


class SearchDayRole(LinkRole):
    """Day of a search of the log by its id, of the newest search, or of the newest page read."""

    def __init__(self) -> None:
        super().__init__("search", lambda: frozenset(log_days()), log_days)

    def target(self, identifier: str) -> str:
        """Address of the row on the page that shows the log, or of the log for the newest day."""
        return (
            f"{PAGE_OF_LOG}#{'search-log' if identifier in (NEWEST, NEWEST_PAGE) else identifier}"
        )


class SearchPagesRole(SphinxRole):
    """Pages that came back in the searches whose ids are given, as a link to the log."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or a warning where the log has no such search."""
        ids = self.text.split()
        searches = table(SEARCHES).set_index("id")["results"]
        if unknown := [each for each in ids if each not in searches.index]:
            message = f"no search {listed(unknown)} in the record; correct the id"
            problem = self.inliner.reporter.warning(message, line=self.lineno)
            return [nodes.inline(text=self.text)], [problem]
        words = f"{searches[ids].sum():.0f} pages"
        target = f"{to_root(self.env.docname)}{PAGE_OF_LOG}#search-log"
        return [nodes.reference("", words, refuri=target, classes=["sk-row"], internal=True)], []


def log_days() -> dict[str, str]:
    """Day of each search by its id, in words, that of the newest, and that of the newest page."""
    days = dict(table(SEARCHES)[["id", "search_date"]].itertuples(index=False))
    days[NEWEST] = max(days.values(), default="")
    words = {each: when(day, day, "day", "day") for each, day in days.items() if day}
    return {**words, NEWEST_PAGE: newest_page_day()}


def newest_page_day() -> str:
    """Day of the newest page that was read, in words; that none was read, where there is none."""
    day = newest_page(table("sources"))
    return NO_PAGE if day is None else when(day, day, "day", "day")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and the role."""
    app.add_directive("page-search-log", PageSearchLog)
    app.add_role("search", SearchRole())
    app.add_role("search-day", SearchDayRole())
    app.add_role("search-pages", SearchPagesRole())
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
