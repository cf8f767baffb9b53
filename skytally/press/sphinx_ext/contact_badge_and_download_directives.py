"""Directives of the about page: contact, badge, files to download."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.core import data_folder
from skytally.press.book_metadata import book_details
from skytally.press.sphinx_ext.html_blocks import Block, cell

RESULTS = {
    "findings.json": "every number of the pages, with its interval, its rows and what flips it",
    "claims.json": "every claim under test, with its verdict and what it rests on",
    "cards.json": "every card: number, sentence, counter, pages, rows",
    "data/datapackage.json": "columns of every table, as Frictionless Table Schema",
    "data/csvw.json": "the same as CSV on the Web",
}
"""Files of results and descriptions, and what each holds."""
GITHUB, WORKFLOW = "https://github.com/", "publish.yml"
"""Where workflows run, and the name of ours there."""
DICTIONARY = ".dictionary.csv"
"""End of the name of the table that explains the columns of another."""
RECORD = "data/record/"
"""Folder of the record, whose dictionaries its own page links."""
PARAMETERS = {
    "data/parameter_limits.csv": "within which values each parameter of a notebook must lie",
    "data/parameter_ranges.csv": "which other values of a parameter were tried, and why these",
}
"""Tables on the parameters of the notebooks."""
WORDS_OF_TABLES = "words that stand in these tables, and what each means"
WITH_POSITIONS = {
    "data/record/sites.csv": "positions of the places of the record: latitude, longitude, "
    "radius of uncertainty, source",
    "data/sites/positions.csv": "second published points, control sites and search windows: "
    "latitude, longitude, source",
}
"""Tables that hold coordinates."""


class Contact(Block):
    """Name where faults are reported: the repository, if the configuration names one."""

    def html(self) -> str:
        """Return one paragraph."""
        about = book_details()
        if "repository" in about:
            url = cell(about["repository"])
            return f'<p>Report a fault at the repository: <a href="{url}">{url}</a>.</p>'
        return (
            "<p>No repository and no contact address are set for this copy of the book, so there "
            "is none to give here. Whoever publishes it sets the repository in "
            "<code>book/_config.yml</code>, and this paragraph then names it. Until then, ask "
            "whoever gave you this copy.</p>"
        )


class BadgeLines(Block):
    """Print the lines of a badge that the repository's own run feeds; none without a repository."""

    def html(self) -> str:
        """Return one paragraph, and the lines where there are any."""
        repository = book_details().get("repository", "").rstrip("/")
        if not repository.startswith(GITHUB):
            return (
                "<p>No repository on GitHub is set in <code>book/_config.yml</code>, so there is "
                "no badge: one that no run feeds would say something that nobody checked.</p>"
            )
        page = f"{repository}/actions/workflows/{WORKFLOW}"
        line = f"[![published from a run that passed]({page}/badge.svg)]({page})"
        return (
            "<p>Put this line into the README once the workflow has run; the picture comes from "
            f"that run and turns red with it.</p><pre>{cell(line)}</pre>"
        )


class DataFiles(Block):
    """List the files that can be downloaded, those with coordinates first."""

    def html(self) -> str:
        """Return the list with a link each."""
        outlines = {
            f"data/sites/{path.name}": f"outlines of {path.stem}: berths, tracks, pits, as GeoJSON "
            "in degrees, each with the state of its confirmation"
            for path in sorted((data_folder() / "sites").glob("*.geojson"))
        }
        tables = {
            f"data/record/{path.name}": f"record: {path.stem.replace('_', ' ')}"
            for path in sorted((data_folder() / "record").glob("*.csv"))
            if not path.name.endswith(".dictionary.csv") and path.stem != "sites"
        }
        made = self._tables("findings", "how each number of the page is made") | PARAMETERS
        made |= self._tables("charts", "charts")
        return (
            f"<h3>With coordinates</h3>{self._listed(WITH_POSITIONS)}"
            f"<details><summary>{len(outlines)} files of outlines</summary>"
            f"{self._listed(outlines)}</details>"
            f"<h3>Results</h3>{self._listed(RESULTS)}"
            f"<h3>The record</h3><details><summary>{len(tables)} tables</summary>"
            f"{self._listed(tables)}</details>"
            f"<h3>How the numbers are made</h3><details><summary>{len(made)} tables, with their "
            f"dictionaries</summary>{self._listed(made)}</details>"
        )

    @staticmethod
    def _tables(folder: str, words: str) -> dict[str, str]:
        """Tables of a folder, each with what it holds."""
        return {
            f"data/{folder}/{path.name}": WORDS_OF_TABLES
            if path.stem == "vocabulary"
            else f"{words}: {path.stem.replace('_', ' ')}"
            for path in sorted((data_folder() / folder).glob("*.csv"))
            if not path.name.endswith(DICTIONARY)
        }

    @classmethod
    def _listed(cls, files: dict[str, str]) -> str:
        items = "".join(
            f"<li>{cls._link(path)}: {cell(words)}{cls._dictionary(path)}</li>"
            for path, words in files.items()
        )
        return f"<ul>{items}</ul>"

    @staticmethod
    def _link(path: str, words: str = "") -> str:
        return f'<a href="{cell(path)}" download>{cell(words or path.rpartition("/")[2])}</a>'

    @classmethod
    def _dictionary(cls, path: str) -> str:
        """Link to the dictionary of a table, if it has one that no other page links."""
        beside = path.removesuffix(".csv") + DICTIONARY
        known = (data_folder().parent / beside).is_file() and not path.startswith(RECORD)
        return f" ({cls._link(beside, 'dictionary')})" if known else ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("badge-lines", BadgeLines),
        ("contact", Contact),
        ("data-files", DataFiles),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
