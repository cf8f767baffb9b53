"""The text of a page, as a reader would see it: encoding, blocks, title and marks of paywalls."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Comment, Declaration, Doctype, Tag
from bs4.dammit import UnicodeDammit

MAX_UNPACKED = 5_000_000
"""Most bytes of a page once it is unpacked; what is longer is read as far as that."""
UNFINISHED_TAG = re.compile(r"<[^<>]*\Z")
"""A tag in which a page breaks off, which is none of its text."""
MAX_TAGS = 60_000
"""Most tags of a page that is taken apart; no page of a newspaper has a tenth of them."""
TEXT_TYPES = ("text/", "application/xhtml", "application/xml", "application/json", "")
UNSEEN = ("script", "style", "title", "template", "noscript", "svg", "head", "iframe", "object")
"""Elements whose text no reader sees."""
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
"""Elements within a line; all others begin a new one."""
BREAK = object()
"""Stands where a block begins or ends."""
DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
BINARY_MARKS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF")
FREE = "isAccessibleForFree"
"""Property of schema.org by which publishers mark what stands behind a paywall."""


@dataclass(frozen=True)
class PageText:
    """What a reader sees of a page."""

    text: str
    """Its text, a line a block; empty where there is none that could be read."""
    charset: str
    """Encoding as which it was read."""
    declared: str
    """Encoding that the server or the page states, in lower case; empty where neither does."""
    title: str = ""
    """Its title."""
    asks_password: bool = False
    """Whether it has a field for a password."""
    is_paid: bool = False
    """Whether its publisher marks it as not free to read."""


NOTHING = PageText("", "", "")


def unpacked(body: bytes, encoding: str) -> bytes:
    """Body of an answer without its content encoding, as far as it can be unpacked.

    Parameters
    ----------
    body : bytes
        As it was sent.
    encoding : str
        What the header *Content-Encoding* says.

    Returns
    -------
    bytes
        At most `MAX_UNPACKED`; empty where the encoding is not known.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body[:MAX_UNPACKED]
    if name not in ("gzip", "x-gzip", "deflate"):
        return b""
    for window in (47, -15):
        unpacker = zlib.decompressobj(window)
        try:
            return unpacker.decompress(body, MAX_UNPACKED)
        except zlib.error:
            continue
    return b""


def _known(name: str) -> str:
    """Name of an encoding as Python has it; empty where it has none."""
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""


def _strict(body: bytes, charset: str, *, whole: bool) -> str | None:
    try:
        decoder = codecs.getincrementaldecoder(charset)("strict")
        return decoder.decode(body, final=whole)
    except (UnicodeError, LookupError):
        return None


def decoded_page(body: bytes, content_type: str, *, whole: bool) -> tuple[str, str, str]:
    """Decode a page, whatever its headers claim.

    Parameters
    ----------
    body : bytes
        The page, unpacked.
    content_type : str
        What the header says.
    whole : bool
        Whether the end of the page was read, so that a broken last character is a fault.

    Returns
    -------
    tuple of str
        Text, the encoding as which it was read, and the one that was declared.

    Notes
    -----
    Bytes beyond ASCII that are sound UTF-8 are UTF-8, whatever is declared: other encodings do
    not fall into its pattern by chance. Then what the header and the page declare is tried, and
    at last what the bytes look like.
    """
    match, meta = CHARSET.search(content_type), DECLARED.search(body[:4096])
    header = match[1].lower() if match else ""
    inside = meta[1].decode("ascii", "replace").lower() if meta else ""
    for mark, charset in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
                          (codecs.BOM_UTF16_BE, "utf-16")):  # fmt: skip
        if body.startswith(mark) and (text := _strict(body, charset, whole=whole)) is not None:
            return text, charset.removesuffix("-sig"), header or inside
    for name in ("utf-8", header, inside):
        charset = _known(name) if name else ""
        text = _strict(body, charset, whole=whole) if charset else None
        if text is not None:
            return text, charset, header or inside
    guessed = UnicodeDammit(body[:200_000], is_html=True)
    charset = _known(guessed.original_encoding or "") or "cp1252"
    return body.decode(charset, "replace"), charset, header or inside


def _lines(soup: BeautifulSoup) -> Iterator[str]:
    """Yield pieces of the text a reader sees, a line break where a block begins or ends."""
    waiting: list[object] = [soup]
    while waiting:
        part = waiting.pop()
        if part is BREAK:
            yield "\n"
        elif isinstance(part, Tag):
            if part.name in UNSEEN:
                continue
            mark = [] if part.name in INLINE else [BREAK]
            waiting += [*mark, *reversed(part.contents), *mark]
        elif not isinstance(part, Comment | Doctype | Declaration):
            # line breaks of the source are blanks to a reader
            yield re.sub(r"\s+", " ", str(part))


def _tidied(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _is_paid(soup: BeautifulSoup) -> bool:
    """Whether the data for search engines say that the page is not free to read."""
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            waiting = [json.loads(script.string or "")]
        except (ValueError, RecursionError):
            continue
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                if str(part.get(FREE, "")).strip().lower() == "false":
                    return True
                waiting += part.values()
            elif isinstance(part, list):
                waiting += part
    return False


def page_text(
    body: bytes, *, content_type: str, content_encoding: str = "", whole: bool = True
) -> PageText:
    """Take the text out of an answer.

    Parameters
    ----------
    body : bytes
        As it was sent.
    content_type, content_encoding : str
        What the headers say.
    whole : bool
        Whether its end was read.

    Returns
    -------
    PageText
        Without text where the answer is none, such as a PDF; nothing is run, so a page that
        scripts make has none, either.
    """
    plain = unpacked(body, content_encoding)
    kind = content_type.partition(";")[0].strip().lower()
    named = any(kind.startswith(each) if each else not kind for each in TEXT_TYPES)
    if not plain.strip() or not named or plain.startswith(BINARY_MARKS):
        return NOTHING
    text, charset, declared = decoded_page(plain, content_type, whole=whole)
    if kind in ("text/plain", "text/csv", "application/json"):
        return PageText(_tidied(text), charset, declared)
    if not whole:
        text = UNFINISHED_TAG.sub("", text)
    if text.count("<") > MAX_TAGS:
        return PageText("", charset, declared)
    try:
        soup = BeautifulSoup(text, "html.parser")
        title = " ".join(soup.title.get_text().split()) if soup.title else ""
    except (RecursionError, AssertionError, ValueError):
        return PageText("", charset, declared)
    password = soup.find("input", type=re.compile("^password$", re.IGNORECASE)) is not None
    shown = _tidied("".join(_lines(soup)))
    return PageText(shown, charset, declared, title, password, _is_paid(soup))
