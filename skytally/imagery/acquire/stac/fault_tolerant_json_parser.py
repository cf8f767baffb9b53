"""Parse what a catalogue sends, page by page and item by item: a broken item costs itself only."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 60
"""Lists and objects inside one another; an item of a real catalogue has about ten."""
EXACT_DIGITS = 18
"""Digits up to which a whole number is read exactly; one with more than 308 is endless."""
TOKEN = re.compile(r'[{}\[\]]|"(?:[^"\\]|\\.)*+"', re.DOTALL)
SPACE = re.compile(r"[ \t\r\n]*")
ID_TEXT = re.compile(r'\s*:\s*"([A-Za-z0-9._-]{1,200})"')


class BrokenDocumentError(ValueError):
    """A document that cannot be parsed as a whole; the text says why, and repeats nothing of it."""


@dataclass(frozen=True)
class BrokenItem:
    """An item that stands in the place of one that cannot be parsed."""

    item_id: str
    """Its id, if that could be found, else empty."""
    reason: str
    """Why it cannot be parsed, in a few words."""
    digest: str = ""
    """What tells it apart from others without an id: a hash of its text."""


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= EXACT_DIGITS else float(digits)


DECODER = json.JSONDecoder(parse_int=_whole_number)


def parse_document(data: bytes) -> dict[str, Any]:
    """Parse a catalogue, a collection, an item or a page of items.

    Parameters
    ----------
    data : bytes
        UTF-8, with or without a byte-order mark.

    Returns
    -------
    dict
        In the list ``features``, a `BrokenItem` stands for each item that cannot be parsed; NaN
        and endless numbers are kept as such, for whoever reads them to refuse.

    Raises
    ------
    BrokenDocumentError
        If anything but an item is broken.
    """
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        message = "an answer that is not UTF-8"
        raise BrokenDocumentError(message) from None
    try:
        document = _object(text)
    except (ValueError, IndexError, RecursionError):
        message = "an answer that breaks off"
        raise BrokenDocumentError(message) from None
    if not isinstance(document, dict):
        message = "an answer that is no catalogue"
        raise BrokenDocumentError(message)
    rest = {key: value for key, value in document.items() if key != "features"}
    if _is_deep(rest):
        message = f"an answer with more than {MAX_DEPTH} lists inside one another"
        raise BrokenDocumentError(message)
    return document


def _object(text: str) -> object:
    """Decode a document member by member, and its list of items element by element."""
    at = _after_space(text, 0)
    if text[at] != "{":
        return DECODER.decode(text)
    document: dict[str, Any] = {}
    at, ends = _after_space(text, at + 1), "}"
    while text[at] != ends:
        key, at = DECODER.raw_decode(text, at)
        if not isinstance(key, str):
            message = "a member without a name"
            raise ValueError(message)
        at = _expected(text, at, ":")
        if key == "features" and text[at] == "[":
            document[key], at = _elements(text, at)
        else:
            document[key], at = DECODER.raw_decode(text, at)
        at = _separator(text, at, ends)
    if _after_space(text, at + 1) != len(text):
        message = "more after its end"
        raise ValueError(message)
    return document


def _elements(text: str, at: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    at = _after_space(text, at + 1)
    while text[at] != "]":
        try:
            item, end = DECODER.raw_decode(text, at)
            _after_element(text, end)
        except (ValueError, IndexError, RecursionError) as error:
            end, item_id = _skipped(text, at)
            deep = isinstance(error, RecursionError)
            reason = "lists inside one another without end" if deep else "broken JSON"
            item = BrokenItem(item_id, reason, _digest(text[at:end]))
        else:
            if _is_deep(item):
                stated = item.get("id") if isinstance(item, dict) else None
                reason = f"more than {MAX_DEPTH} lists inside one another"
                item = BrokenItem(
                    stated if isinstance(stated, str) else "", reason, _digest(text[at:end])
                )
        items.append(item)
        at = _separator(text, end, "]")
    return items, at + 1


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _skipped(text: str, start: int) -> tuple[int, str]:
    """End of an element that cannot be decoded, by its brackets, and its id."""
    depth, item_id = 0, ""
    for token in TOKEN.finditer(text, start):
        word = token[0]
        if word in "{[":
            depth += 1
        elif word in "}]":
            depth -= 1
            if depth <= 0:
                return (token.end() if depth == 0 else token.start()), item_id
        elif depth == 1 and word == '"id"' and not item_id:
            found = ID_TEXT.match(text, token.end())
            item_id = found[1] if found else ""
    message = "breaks off"
    raise ValueError(message)


def _after_space(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _expected(text: str, at: int, mark: str) -> int:
    at = _after_space(text, at)
    if text[at] != mark:
        message = f"no {mark}"
        raise ValueError(message)
    return _after_space(text, at + 1)


def _after_element(text: str, at: int) -> None:
    if text[_after_space(text, at)] not in ",]":
        message = "no end of an element"
        raise ValueError(message)


def _separator(text: str, at: int, ends: str) -> int:
    """Position of the next member or element, or of the end."""
    at = _after_space(text, at)
    if text[at] == ends:
        return at
    at = _expected(text, at, ",")
    if text[at] == ends:
        message = "a comma before the end"
        raise ValueError(message)
    return at


def _children(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _is_deep(value: object) -> bool:
    """Whether lists and objects stand inside one another deeper than `MAX_DEPTH`."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child for each in level for child in _children(each) if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True
