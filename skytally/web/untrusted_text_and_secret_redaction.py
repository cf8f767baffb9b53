"""Text of catalogues, servers and libraries, made fit for a message, a table or a log."""

from __future__ import annotations

import re
import reprlib

from skytally.core import INVISIBLE

MAX_LINE = 300
"""Characters of one line of foreign text; what is longer is cut, and its length stated."""
MAX_VALUE = 60
"""Characters of a value of an item in a message."""
MAX_CELL = 20_000
"""Characters of a cell of a table that a refresh writes."""
USER_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]*@")
QUERY = re.compile(r"\?\S*")
FRAGMENT = re.compile(r"(://[^\s#]*)#\S*")
QUOTED = re.compile(r"""(?<!\w)b?('[^']*'|"[^"]*")(?!\w)""")
_BRIEF = reprlib.Repr()
_BRIEF.maxlevel, _BRIEF.maxstring, _BRIEF.maxlong = 3, MAX_VALUE, MAX_VALUE
_BRIEF.maxlist = _BRIEF.maxdict = _BRIEF.maxother = MAX_VALUE


def _visible(character: str) -> str:
    if character.isprintable() and not INVISIBLE.match(character):
        return character
    return f"\\u{ord(character):04x}"


def escaped(text: str) -> str:
    r"""Whole text with every unseen character spelt out, line breaks among them.

    Examples
    --------
    >>> escaped("  pier\n\x1b[2J.tif")
    '  pier\\u000a\\u001b[2J.tif'
    """
    return "".join(map(_visible, text))


def one_line(text: str, *, limit: int = MAX_LINE) -> str:
    r"""Write foreign text on one line, cut to a length, with every unseen character spelt out.

    Parameters
    ----------
    text : str
        Any text, lone surrogates, control characters and marks of direction among it.
    limit : int
        Characters of the result, at least enough to state the length of what is cut.

    Returns
    -------
    str
        Only printable characters, none of which can end a line, move a cursor or fail to be
        encoded; a text that is cut ends with its length.

    Examples
    --------
    >>> one_line("a\x1b[2J\nb")
    'a\\u001b[2J b'
    >>> one_line("x" * 500, limit=20)
    'xx… (500 characters)'
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return " ".join(text.split())
    line = "".join(map(_visible, " ".join(text[: 4 * limit].split())))
    if len(line) <= limit and len(text) <= 4 * limit:
        return line
    length = f"… ({len(text)} characters)"
    return f"{line[: max(limit - len(length), 0)]}{length}"


def url_without_query(url: str) -> str:
    """Address without its query, fragment and user, which may contain a signature or a key.

    Examples
    --------
    >>> url_without_query("https://user@host/b02.tif?part=2#end")
    'https://host/b02.tif'
    """
    address = USER_IN_ADDRESS.sub("", url.partition("?")[0])
    return address.partition("#")[0] if "://" in address else address


def without_secrets(text: str) -> str:
    """Text in which every address has lost its user, query and fragment."""
    return FRAGMENT.sub(r"\1", QUERY.sub("", USER_IN_ADDRESS.sub("", text)))


def shown(value: object) -> str:
    """Value of an item as a message may show it: short, on one line, without secrets.

    Examples
    --------
    >>> shown("yesterday"), shown(None), shown([10, 0, 0])
    ("'yesterday'", 'None', '[10, 0, 0]')
    """
    if isinstance(value, str):
        return f"{one_line(without_secrets(value), limit=MAX_VALUE)!r}"
    return one_line(without_secrets(_BRIEF.repr(value)), limit=2 * MAX_VALUE)


def redacted_message(error: BaseException) -> str:
    """Type and message of an error, without addresses' secrets and without what it quotes.

    A library quotes what it was given, which may be bytes that a server sent.
    """
    text = QUOTED.sub("…", without_secrets(" ".join(str(error)[: 10 * MAX_LINE].split())))
    return f"{type(error).__name__}: {one_line(text, limit=200)}".removesuffix(": ")
