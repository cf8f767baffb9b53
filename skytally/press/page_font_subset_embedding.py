"""Fonts that pages bring for letters which not every reader's system has: each page its own."""

from __future__ import annotations

from pathlib import Path

from skytally.figures import (
    FAMILY,
    font_faces,
    font_part,
    letters_of_fonts,
    special_letters,
    unescaped_letters,
)

NOT_PAGES = "_static/"
SEARCH_PAGE = "search.html"
"""Page that shows words of all others and of the cards."""
FALLBACK = f"""\
html:root{{--pst-font-family-base-system:"{FAMILY}",system-ui,sans-serif;\
--pst-font-family-monospace-system:"{FAMILY}",ui-monospace,monospace}}
"""
"""The font has only such letters, so the others stay in the reader's own."""


def page_letters(page: str) -> str:
    r"""Letters of a page that need a font, those of its charts among them.

    Examples
    --------
    >>> page_letters('<p>Rajin, 나진</p><script type="application/json">"\\ubd80"</script>')
    '나부진'
    """
    return special_letters(page + unescaped_letters(page))


def write_page_letters(site: Path) -> None:
    """Write into each page of a site the letters that it needs a font for.

    Parameters
    ----------
    site : pathlib.Path
        Folder of the printed pages. One without such letters stays as it is, byte for byte.
    """
    pages = {
        path: page_letters(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        if not path.relative_to(site).as_posix().startswith(NOT_PAGES)
    }
    everywhere = special_letters("".join(pages.values()))
    if not everywhere:
        return
    if site / SEARCH_PAGE in pages:
        pages[site / SEARCH_PAGE] = everywhere
    # a whole font takes seconds to read, its part for all pages none
    parts = {font: font_part(font, found) for font, found in letters_of_fonts(everywhere).items()}
    for path, letters in pages.items():
        if letters:
            style = f"<style>{font_faces(letters, parts)}{FALLBACK}</style></head>"
            text = path.read_text(encoding="utf-8").replace("</head>", style, 1)
            path.write_text(text, encoding="utf-8")
