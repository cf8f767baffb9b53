"""Marks that a merge of two versions left in the pages of the book."""

from __future__ import annotations

from collections.abc import Iterator

from skytally.core import is_leftover, scan_text
from skytally.press.project_paths import book_folder, build_folder
from skytally.press.strict_notebook_reader import conflict_in


def merge_marks_in_pages() -> Iterator[str]:
    """Faults of pages in which both versions of a merge were left.

    Yields
    ------
    str
        One a page, with its first mark.
    """
    book, built = book_folder(), build_folder()
    for path in sorted(book.rglob("*.md")):
        name = path.relative_to(book)
        if built in path.parents or any(map(is_leftover, name.parts)):
            continue
        # a page that is no text is told when it is printed
        if conflict := conflict_in(scan_text(path)[0]):
            yield f"book/{name.as_posix()}: found {conflict}"
