"""One card: a heading, a sentence and a few facts with their links."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field

from skytally.core import DataError
from skytally.figures import card_address as address

KINDS = ("finding", "row", "claim", "source", "ship")
"""Kinds of card; each has a folder of its own under ``cards/``."""
MOST_LETTERS = 420
"""Letters of a text on a card; a longer one is cut at a word and ends in an ellipsis."""
MOST_IN_CAVEAT = 1_000
"""Letters of a text that limits what the card says; a longer one ends at a sentence."""
CAVEATS = frozenset(
    {
        "note", "not known", "what it reports", "changed on the way", "the other parts", "remark",
        "what speaks against it", "seen later, no part of the verdict", "what is short",
    }
)  # fmt: skip
"""Labels of such texts, which are shortened after all other facts."""
MOST_LINKS = 8
"""Links in one fact of a card; the rest is counted."""
CITE = "cite"
"""Label of the words to cite a card by, which are left out last where a page is too long."""
SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
WEB = ("http://", "https://")


@dataclass(frozen=True)
class Part:
    """A piece of a fact: words, with or without a link."""

    text: str
    """The words."""
    url: str = ""
    """Address on the web, or path from the root of the site; empty for plain words."""


@dataclass(frozen=True)
class Fact:
    """A labelled line of a card."""

    label: str
    """What the line gives."""
    parts: tuple[Part, ...]
    """Its pieces in order."""


@dataclass(frozen=True)
class Card:
    """What a reader sees who follows a number, a row, a claim or a source."""

    kind: str
    """One of `KINDS`."""
    id: str
    """Key or id, unique within the kind."""
    heading: str
    """The number with its bound and unit, the verdict, or the title."""
    sentence: str
    """One plain sentence."""
    facts: tuple[Fact, ...] = field(default=())
    """Who counted, where it was read, what it rests on."""

    def __post_init__(self) -> None:
        """Refuse a kind that has no folder and an id that cannot name a file."""
        if self.kind not in KINDS:
            message = f"card {self.id!r}: kind {self.kind!r}; use one of {', '.join(KINDS)}"
            raise DataError(message)
        if not SAFE_ID.fullmatch(self.id):
            message = (
                f"{self.kind} {self.id!r} cannot name a file; use letters, digits, dots, "
                "hyphens and underscores, a letter or digit first"
            )
            raise DataError(message)

    @property
    def address(self) -> str:
        """Path of its page from the root of the site."""
        return address(self.kind, self.id)


def shortened(text: str, *, letters: int = MOST_LETTERS) -> str:
    """Text on one line, cut at a word where it is longer than a card has room for.

    Examples
    --------
    >>> shortened("about 300  containers at the pier", letters=20)
    'about 300 ...'
    """
    words = " ".join(text.split())
    if len(words) <= letters:
        return words
    cut = textwrap.shorten(words, letters, placeholder=" ...")
    # a text without blanks, such as one in Korean, is cut within a word
    return cut if len(cut) > len(" ...") else f"{words[: letters - 4]} ..."


def shortened_after(text: str, number: str, *, letters: int) -> str:
    """Text cut as by `shortened`, but never before its number has ended.

    Examples
    --------
    >>> shortened_after("It is 1 to 53 percent, by rows", "1 to 53 percent", letters=12)
    'It is 1 to 53 percent, ...'
    """
    words = " ".join(text.split())
    cut = shortened(words, letters=letters)
    kept = cut.removesuffix(" ...")
    if len(words) <= letters or not words.startswith(kept):
        return cut
    if number in words:
        kept = words[: max(len(kept), words.index(number) + len(number))]
    # a bare number goes with the word after it, and a word with the comma that ends it
    rest = words[len(kept) :]
    if rest and (not rest.startswith(" ") or kept[-1].isdigit()):
        kept += f"{' ' if rest.startswith(' ') else ''}{rest.split()[0]}"
    return f"{kept} ..." if len(kept) < len(words) else words


SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z“])")
"""Blank between two sentences."""


def whole_sentences(text: str, *, letters: int) -> str:
    """First sentences of a text that fit together, or its start where not even one does.

    Examples
    --------
    >>> whole_sentences("It rose. It fell again. Nobody looked.", letters=25)
    'It rose. It fell again.'
    """
    words = " ".join(text.split())
    if len(words) <= letters:
        return words
    ends = [found.start() for found in SENTENCE_END.finditer(words)]
    fitting = [end for end in ends if end <= letters]
    return words[: fitting[-1]] if fitting else shortened(words, letters=letters)


def web_link(text: str, url: str) -> Part:
    """Link to a page on the web; words only where the address is none of HTTP."""
    return Part(text, url if url.startswith(WEB) else "")


def fact(label: str, parts: Iterable[Part | str]) -> list[Fact]:
    """One fact, or none where it has no words; what exceeds the room of a card is counted."""
    pieces = [Part(_fitting(label, part)) if isinstance(part, str) else part for part in parts]
    pieces = [part for part in pieces if part.text]
    rest = len(pieces) - MOST_LINKS
    if rest > 0:
        pieces = [*pieces[:MOST_LINKS], Part(f"and {rest} more")]
    return [Fact(label, tuple(pieces))] if pieces else []


def _fitting(label: str, text: str) -> str:
    """Text cut at a word, or at a sentence where it limits what the card says."""
    if label in CAVEATS:
        return whole_sentences(text, letters=MOST_IN_CAVEAT)
    return shortened(text)
