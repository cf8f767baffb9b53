"""Letters of a text that was read in another code page than it was written in, and saved again."""

from __future__ import annotations

import re
from collections.abc import Iterator

CODE_PAGES = ("cp1252", "cp1251")
"""Code pages in which programs of Western and Eastern Europe open a file that states none."""
RUN = re.compile(r"[^\x00-\x7f]{2,}")
"""Letters of no ASCII beside one another: two bytes or more of UTF-8, where they were misread."""
LATIN_LEADS = "\u00c2\u00c3"
"""First bytes of the letters of Western Europe in UTF-8, as Windows-1252 shows them."""
ENDS_A_WORD = "\u2019\u201d\u2013\u2014\u2026"
"""Marks that may follow a capital of a real word, and are continuation bytes, too."""


def _as_written(run: str, code_page: str) -> str:
    """Letters that were meant by a run, empty where its bytes are no UTF-8."""
    try:
        # five bytes of Windows-1252 have no letter there, and programs keep their numbers
        raw = b"".join(
            bytes([ord(sign)]) if "\x80" <= sign <= "\x9f" else sign.encode(code_page)
            for sign in run
        )
        return raw.decode("utf-8")
    except UnicodeError:
        return ""


def _misread(run: str) -> Iterator[str]:
    for code_page in CODE_PAGES:
        meant = _as_written(run, code_page)
        plain_word = len(run) == 2 and (
            code_page != "cp1252" or run[0] not in LATIN_LEADS or run[1] in ENDS_A_WORD
        )
        if code_page == "cp1251" and run.isalpha():
            # a Ukrainian word may be UTF-8 by chance; a misread one mixes capitals and signs
            plain_word |= run in (run.lower(), run.upper(), run.title())
        if meant and not plain_word:
            yield meant


def misread_letters(text: str) -> tuple[str, str]:
    r"""First letters of a text that are UTF-8 misread as another code page, and what they were.

    Parameters
    ----------
    text : str
        Text that a person may have saved from a spreadsheet.

    Returns
    -------
    found, meant : str
        Both empty where there are none.

    Examples
    --------
    >>> misread_letters("Minist\u00c3\u00a8re")
    ('Ã¨', 'è')
    >>> misread_letters("MINIST\u00c8RE")
    ('', '')
    >>> misread_letters("\u0434\u0456\u0454")
    ('', '')
    """
    for run in RUN.findall(text):
        if meant := next(_misread(run), ""):
            return run, meant
    return "", ""
