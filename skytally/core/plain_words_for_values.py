"""Values of files that a person edits, as they are written there, and their kinds in words."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

LONGEST = 80
"""Most signs that are shown of a value."""


def _spelled(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    if isinstance(value, int | float | date | time):
        return str(value)
    if isinstance(value, Mapping):
        pairs = (f"{_name(name)}: {_spelled(part)}" for name, part in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return f"[{', '.join(map(_spelled, value))}]"
    text = str(value)
    if "\\" in text and "'" not in text and text.isprintable():
        # in double quotes each backslash would have to stand twice
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def _name(name: object) -> str:
    return json.dumps(name, ensure_ascii=False) if isinstance(name, str) else _spelled(name)


def shortened(text: str, *, most: int = LONGEST) -> str:
    """Text in one line, cut where it is long.

    Examples
    --------
    >>> shortened("a list of many words", most=10)
    'a list of…'
    """
    plain = " ".join(text.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}\u2026"


def written(value: object, *, most: int = LONGEST) -> str:
    """Value as TOML and JSON write it, and a parameter file may, for a message.

    Parameters
    ----------
    value : object
        As a reader of such a file gives it.
    most : int
        Signs after which it is cut.

    Returns
    -------
    str

    Examples
    --------
    >>> written("2023-10-01"), written(True), written(None), written({"a": [1, 2.5]})
    ('"2023-10-01"', 'true', 'null', '{"a": [1, 2.5]}')
    """
    return shortened(_spelled(value), most=most)


def kind_words(value: object) -> str:
    """Kind of a value in words that whoever edits the file knows.

    Examples
    --------
    >>> kind_words("x"), kind_words(["x"]), kind_words(None), kind_words(date(2023, 10, 1))
    ('text', 'a list of 1', 'nothing', 'a day without quotation marks')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "one of true and false"
    if isinstance(value, int):
        return "a whole number"
    if isinstance(value, float):
        return "a number with decimals" if math.isfinite(value) else "no number"
    if isinstance(value, datetime):
        return "a day and a time without quotation marks"
    if isinstance(value, date):
        return "a day without quotation marks"
    if isinstance(value, time):
        return "a time without quotation marks"
    if isinstance(value, Mapping):
        return "names with values"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return f"a list of {len(value)}"
    return "text"
