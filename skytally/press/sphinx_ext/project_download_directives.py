"""Directives on the download of the project: where it is, and what a page offers without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from skytally.core import DataError
from skytally.press.book_metadata import book_details
from skytally.press.sphinx_ext.html_blocks import Block, cell
from skytally.press.table_and_project_zips import PROJECT_ZIP, TABLES_ZIP, megabytes

RERUN = "rerun"
FIRST_STEPS = {
    True: "",
    False: f' <a href="{RERUN}.html">Rerun</a> has the first steps.',
}
"""Words after the link to the folder, by whether the page has the steps itself."""
BY_HAND = '<a href="refresh.html#repeat-a-count">the protocol for counting by hand</a>'
FORMULA = '<a href="methods.html#from-image-to-number">the formula of its interval</a>'
ROW = (
    'a row to fill in: <a href="data/record/rail_counts.csv" download>rail_counts.csv</a> with '
    '<a href="data/record/rail_counts.dictionary.csv" download>what each column means</a>'
)
DOWNLOADS = '<a href="about.html#download">all tables of the record</a>'
POSITIONS = '<a href="about.html#download">positions and outlines of the places</a>'
TO_ORDER = "the table of images to order, and what to look for on them, on this page"
WITHOUT = {
    "rerun": (
        '<a href="#try-it-in-the-page">other sources, counters and parameters</a>, in the pages',
        '<a href="#in-five-minutes-with-nothing-but-python">a share computed again</a> from two '
        "downloads",
        DOWNLOADS,
    ),
    "refresh": (BY_HAND, TO_ORDER, POSITIONS, FORMULA),
    "own-images": (BY_HAND, POSITIONS, FORMULA),
    "recount": (
        BY_HAND,
        "the tables below on what a mark and a count mean",
        ROW,
        FORMULA,
    ),
    "outlines": (POSITIONS, "the plans on this page"),
    "packets": ("the check of a packet, with nothing but Python", DOWNLOADS),
    "publish": (
        "the pages you have can be copied to any web server as they are",
        '<a href="about.html#licence">the licence</a>',
    ),
}
"""Page to what a reader can use without the folder, as HTML."""
NEEDED_FOR = {
    "rerun": "rerunning the notebooks, changing a row or a parameter for good, and the tests",
    "refresh": "downloading images with <code>make refresh</code>, and printing the book with them",
    "own-images": "reading a delivery with <code>make refresh</code>, and measuring on it",
    "recount": "the page for marking, its practice images and the blind comparison",
    "outlines": "moving and confirming outlines with <code>make site</code>",
    "packets": "recomputing what a packet does not, and every line that begins with "
    "<code>make</code>",
    "publish": "building the site again after a change",
}
"""Page to what the folder is needed for, as HTML."""


WHAT_IT_HOLDS = (
    "It holds the text, the tables, the notebooks, the code and the tests of this copy of the "
    "book, without the editions and without images."
)
"""What is in the zip of the folder."""


def project_zip(stage: Path) -> str:
    """Link to the folder of the project as a zip, with its size; empty where there is none.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages.
    """
    path = stage / PROJECT_ZIP
    link = f'<a href="{PROJECT_ZIP}" download>{PROJECT_ZIP}</a>'
    return f"{link} ({megabytes(path)})" if path.is_file() else ""


def where_it_is(stage: Path) -> str:
    """Sentences on where the folder of the project can be had, as HTML.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages.
    """
    about, packed = book_details(), project_zip(stage)
    url = cell(about.get("repository", ""))
    if packed:
        history = f' Its history is at <a href="{url}">{url}</a>.' if url else ""
        return f"The folder of the project can be downloaded: {packed}. {WHAT_IT_HOLDS}{history}"
    if url:
        return f'The folder of the project is at <a href="{url}">{url}</a>.'
    return (
        "The folder of the project is not published yet: no address is set for this edition of "
        "the book. Until one is, only whoever gave you the pages can give it to you."
    )


class FolderBlock(Block):
    """Base of the blocks on the folder of the project."""

    @property
    def stage(self) -> Path:
        """Folder of the staged pages."""
        return Path(self.app.srcdir)


class NeedsFolder(FolderBlock):
    """Show what of a page works without the folder of the project, and what needs it."""

    def html(self) -> str:
        """Return one line where the site has the folder to download, else a box.

        Raises
        ------
        DataError
            If nothing is written down for the page.
        """
        page = self.state.document.settings.env.docname
        if page not in WITHOUT:
            message = f"needs-folder: nothing known of page {page}; add it in {__name__}"
            raise DataError(message)
        if packed := project_zip(self.stage):
            return (
                f'<p class="sk-folder-line">The folder of the project, {packed}, is needed for '
                f"{NEEDED_FOR[page]}.{FIRST_STEPS[page == RERUN]}</p>"
            )
        items = "".join(f"<li>{each}</li>" for each in WITHOUT[page])
        return (
            f'<div class="sk-folder"><p>{where_it_is(self.stage)}</p>'
            f"<p><strong>Without the folder</strong> you have:</p><ul>{items}</ul>"
            f"<p><strong>The folder is needed for</strong> {NEEDED_FOR[page]}.</p></div>"
        )


class FirstSteps(FolderBlock):
    """Steps from the pages to a book printed anew."""

    def html(self) -> str:
        """Return the steps where the site has the folder, else what can be done without it."""
        if packed := project_zip(self.stage):
            return (
                f"<ol><li>Download {packed} and unpack it. {WHAT_IT_HOLDS}</li>"
                "<li>In the folder, run <code>make book</code>: it computes the book and prints "
                "it.</li><li><code>make test</code> runs the tests.</li></ol>"
                "<p>No git is needed. Where this page shows a command of git, keep a second copy "
                "of the folder instead and compare with <code>diff -r</code>.</p>"
            )
        return (
            "<p>With the folder, two commands rerun the book: <code>make book</code> computes and "
            "prints it, and <code>make test</code> runs its tests. Without the folder the "
            "notebooks cannot be rerun, but everything can be read and checked: each number links "
            "to its rows, and the tables and the files under the charts can be downloaded.</p>"
        )


class ProjectFolder(FolderBlock):
    """Print where the folder of the project can be had, or that it is not published yet."""

    def html(self) -> str:
        """Return one paragraph."""
        return f"<p>{where_it_is(self.stage)}</p>"


class AllTables(FolderBlock):
    """Link the one download of all tables."""

    def html(self) -> str:
        """Return one paragraph."""
        return (
            f'<p><a href="{TABLES_ZIP}" download>{TABLES_ZIP}</a> has all tables in one file: the '
            "record, the findings, the claims, the outlines of the places, the results of the "
            "tests and the numbers under charts and computed tables, with their dictionaries, "
            "descriptions for programs, and the licence.</p>"
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("needs-folder", NeedsFolder)
    app.add_directive("project-folder", ProjectFolder)
    app.add_directive("first-steps", FirstSteps)
    app.add_directive("all-tables", AllTables)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
