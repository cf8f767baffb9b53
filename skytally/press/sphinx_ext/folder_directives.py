"""The box on pages whose recipes need the folder of the project: what works without it."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.core import DataError
from skytally.press.book_metadata import book_details
from skytally.press.sphinx_ext.html_blocks import Block, cell

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
        '<a href="about.html#compute-a-share">a share computed again</a> from two downloads',
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


def where_it_is() -> str:
    """Sentence on where the folder of the project can be had, as HTML."""
    about = book_details()
    if "repository" in about:
        url = cell(about["repository"])
        return f'The folder of the project is at <a href="{url}">{url}</a>.'
    return (
        "The folder of the project is not published yet: no address is set for this edition of "
        "the book. Until one is, only whoever gave you the pages can give it to you."
    )


class NeedsFolder(Block):
    """Show what of a page works without the folder of the project, and what needs it."""

    def html(self) -> str:
        """Return the box.

        Raises
        ------
        DataError
            If nothing is written down for the page.
        """
        page = self.state.document.settings.env.docname
        if page not in WITHOUT:
            message = f"needs-folder: nothing known of page {page}; add it in {__name__}"
            raise DataError(message)
        items = "".join(f"<li>{each}</li>" for each in WITHOUT[page])
        return (
            f'<div class="sk-folder"><p>{where_it_is()}</p>'
            f"<p><strong>Without the folder</strong> you have:</p><ul>{items}</ul>"
            f"<p><strong>The folder is needed for</strong> {NEEDED_FOR[page]}.</p></div>"
        )


class ProjectFolder(Block):
    """Print where the folder of the project can be had, or that it is not published yet."""

    def html(self) -> str:
        """Return one paragraph."""
        return f"<p>{where_it_is()}</p>"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("needs-folder", NeedsFolder)
    app.add_directive("project-folder", ProjectFolder)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
