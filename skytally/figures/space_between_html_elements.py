"""White space between the elements of a page, so that its text keeps its words apart."""

from __future__ import annotations

import re

WITHOUT_WORDS = "script", "style", "svg", "pre", "textarea"
"""Elements whose content is left as it is; a space in code or in a drawing is no space of text."""
ENDS = (
    "article", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h1", "h2",
    "h3", "h4", "label", "li", "main", "nav", "option", "p", "pre", "section", "select", "small",
    "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
)  # fmt: skip
"""Elements after which a browser begins something new, whatever stands in the file."""
_END = rf"</(?:{'|'.join(ENDS)})>"
_PIECES = re.compile(
    rf"<({'|'.join(WITHOUT_WORDS)})\b.*?</\1>|"
    rf"{_END}(?=\S)(?!{_END})|<br>(?=\S)|</a>(?=<details)",
    re.DOTALL,
)


def spaced_elements(html: str) -> str:
    """Put a space after each element that a browser shows apart from the next.

    A search, a reader for the blind or a copy without styles takes the text of a page without
    its elements, and two cells without a space between them would be one word. Where several end
    together one space is enough.

    Parameters
    ----------
    html : str
        HTML of a block or a page.

    Returns
    -------
    str

    Examples
    --------
    >>> spaced_elements("<dt>The press wrote</dt><dd><mark>up to</mark> 1,000</dd>")
    '<dt>The press wrote</dt> <dd><mark>up to</mark> 1,000</dd>'
    >>> spaced_elements("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>")
    '<tr><td>a</td> <td>b</td></tr> <tr><td>c</td></tr>'
    >>> spaced_elements('<script>"</p><p>"</script>')
    '<script>"</p><p>"</script>'
    """
    return _PIECES.sub(lambda piece: piece[0] if piece[1] else f"{piece[0]} ", html)
