"""Prose to over-claims: words and patterns that say more than the evidence does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

ROLE = re.compile(r"\{(f|f-when|f-text|f-level|row|src)\}`([^`]*)`")
FENCE = re.compile(r"\s*(```+|~~~+|:::+)(?:\{([\w-]+)\})?")
PROSE = ("note", "warning", "tip", "important", "caution", "admonition", "dropdown", "margin")
"""Directives whose body is prose; what stands in another fence is code."""
OPTION = re.compile(r"\s*:[\w-]+:")
DENIAL = r"\b(?:no|not|never|without|nothing|none|nobody|cannot|neither|nor)\b"
NOT_SO = re.compile(rf"{DENIAL}(?:(?!\b(?:and|but)\b)[^.;:,]){{0,40}}$", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?])\s+")
COUNTED = (
    r"ships?|vessels?|railcars?|boxcars|cars|wagons?|containers?|boxes|shells?|rounds|missiles?|"
    r"voyages?|trips|calls|visits|shipments?|pits|trains?|tonnes|troops|soldiers|destinations"
)
LIKELIHOOD = r"almost no chance|(?:very |un)?likely|roughly even chance|almost certain"
NO_ACTIVITY = re.compile(
    r"\bno (?:\w+ ){0,2}(?:activity|traffic|movements?|ships? (?:was|were|called|came)|"
    r"vessels?|trains? (?:was|were|crossed|ran))\b|\bwas (?:idle|inactive)\b",
    re.IGNORECASE,
)
COUNT = re.compile(
    rf"(?<![\w.`])(?!(?:19|20)\d\d\s)\d[\d,.]*\s+(?:[a-z-]+\s+)?(?:{COUNTED})\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Refused:
    """One place where a text says more than the evidence."""

    file: str
    """File, or file and key, in which it stands."""
    line: int
    """Line of the file, or of the cell; 1 for a single sentence."""
    found: str
    """The words."""
    instead: str
    """What to write instead."""

    def __str__(self) -> str:
        """Give place, words and advice in one line."""
        return f"{self.file}, line {self.line}: {self.found!r}; {self.instead}"


@dataclass(frozen=True)
class Pattern:
    """One thing that is refused wherever it stands."""

    words: re.Pattern[str]
    """What it looks like."""
    instead: str
    """What to write instead."""
    unless_denied: bool = False
    """Whether *never*, *not* and their kin before it, in the same clause, allow it."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


ARMS = r"(?:arms|weapons|munitions|ammunition|shells|missiles|rockets)"
PATTERNS = (
    Pattern(
        _words(r"\b(?:proves?|proved|proven|proving|proof)\b(?! nothing\b)"),
        "say what was seen, and that it is consistent with or against the claim",
        unless_denied=True,
    ),
    Pattern(
        _words(
            r"\bconfirm(?:s|ed|ing)?\b(?: \w+){0,4} "
            r"(?:shipments?|deliver(?:y|ies)|transfers?|cargo(?:es)?|arms|munitions)\b"
        ),
        "say who saw what; a shipment is not confirmed from above",
        unless_denied=True,
    ),
    Pattern(
        _words(
            rf"\b{ARMS} (?:was|were|is|are|has been|have been|had been|being) (?:being )?"
            r"(?:shipped|sent|delivered|transferred|moved|loaded|unloaded|carried|railed)\b"
        ),
        "write who says so, or name what was seen: containers, ships, railcars",
        unless_denied=True,
    ),
    Pattern(
        _words(
            r"\b(?:undoubtedly|without (?:a )?doubt|smoking gun|irrefutabl[ey]|conclusive(?:ly)?|"
            r"beyond (?:any )?doubt|clearly shows?)\b"
        ),
        "leave the word out, and let the interval and the confidence in the sources speak",
        unless_denied=True,
    ),
)
MIXED = (_words(rf"\b(?:{LIKELIHOOD})\b"), _words(r"\b(?:low|moderate|high) confidence\b"))


def ship_names(tables: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Give the names of ships that the record prints.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables of the record; those with a column ``vessel`` are read.

    Returns
    -------
    frozenset of str
        Words that begin with a capital, such as ``Lady R``; descriptions are left out.
    """
    cells = {
        str(each) for table in tables.values() if "vessel" in table for each in table["vessel"]
    }
    parts = {
        re.sub(r"\(.*?\)", "", part).strip()
        for each in cells
        for part in re.split(r"[;,]|\band\b|\bor\b", each)
    }
    name = re.compile(r"[A-Z][\w-]+(?: [A-Z][\w-]*)*")
    return frozenset(part for part in parts if name.fullmatch(part) and len(part) > 3)


def empty_looks(
    tables: Mapping[str, pd.DataFrame], findings: Iterable[Mapping[str, Any]]
) -> frozenset[str]:
    """Give the rows and findings that rest on a look that found nothing.

    Returns
    -------
    frozenset of str
        Ids and keys; a text that says that nothing was there must cite one of them.
    """
    rows = {
        str(each)
        for table in tables.values()
        if "state" in table
        for each in table[table["state"] == "nothing-seen"]["id"]
    }
    return frozenset(rows | {str(each["key"]) for each in findings if rows & set(each["inputs"])})


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Give the paragraphs of a Markdown text with the line each begins on; code is left out."""
    code, start = "", 0
    lines: list[str] = []
    for number, raw in enumerate([*text.split("\n"), ""], start=1):
        line, fence = raw, FENCE.match(raw)
        if fence and code in ("", fence[1]):
            prose = fence[2] in PROSE or fence[1][0] == ":"
            code, line = ("" if code or prose else fence[1]), ""
        row_of_table = line.lstrip().startswith("|")
        ends = bool(code) or not line.strip() or row_of_table
        if lines and ends:
            yield start, "\n".join(lines)
            lines = []
        if row_of_table and not code:
            yield number, line
        elif not ends and not OPTION.match(line):
            start = start if lines else number
            lines.append(line)


def _alike(match: re.Match[str]) -> str:
    return "\x00" * len(match[0])


def _claims(plain: str) -> Iterator[tuple[int, str, str]]:
    for pattern in PATTERNS:
        for match in pattern.words.finditer(plain):
            if not (pattern.unless_denied and NOT_SO.search(plain[: match.start()])):
                yield match.start(), match[0], pattern.instead
    for sentence in SENTENCE.split(plain):
        one, other = (each.search(sentence) for each in MIXED)
        if one and other:
            words = f"{one[0]} ... {other[0]}"
            yield plain.index(sentence), words, "give likelihood and confidence a sentence each"


def _uncited(
    plain: str, ships: frozenset[str], empty: frozenset[str], cited: frozenset[str]
) -> Iterator[tuple[int, str, str]]:
    for name in () if cited else sorted(ships):
        for match in re.finditer(rf"\b{re.escape(name)}\b", plain):
            yield match.start(), match[0], "cite the row or source that prints the ship's name"
    for match in () if cited & empty else NO_ACTIVITY.finditer(plain):
        advice = "cite a look that found nothing, or write that nobody says they looked"
        yield match.start(), match[0], advice


def refused(
    text: str,
    *,
    file: str,
    ships: frozenset[str],
    empty: frozenset[str],
    cited: Iterable[str] = (),
    retold: bool = False,
) -> list[Refused]:
    """Find what a text over-claims.

    Parameters
    ----------
    text : str
        Markdown, or one sentence.
    file : str
        Where it stands, for the report.
    ships : frozenset of str
        Names that need a citation in their paragraph, as `ship_names` gives them.
    empty : frozenset of str
        Rows and findings of looks that found nothing, as `empty_looks` gives them.
    cited : iterable of str
        Rows and findings that the text as a whole rests on, beside those it cites.
    retold : bool
        Whether the text retells the words of another, named beside it, whose numbers
        therefore stand as they are.

    Returns
    -------
    list of Refused
        In the order of the text; empty where there is nothing to refuse.

    Examples
    --------
    >>> str(refused("It proves it.", file="a.md", ships=frozenset(), empty=frozenset())[0])
    "a.md, line 1: 'proves'; say what was seen, and that it is consistent with or against the claim"
    """
    found = []
    for start, paragraph in paragraphs(text):
        here = frozenset(match[2] for match in ROLE.finditer(paragraph)) | frozenset(cited)
        plain = re.sub(r"`[^`\n]*`", _alike, ROLE.sub(_alike, paragraph))
        hits = [*_claims(plain), *_uncited(plain, ships, empty, here)]
        for match in () if retold else COUNT.finditer(plain):
            advice = "quote a finding by key, which brings its interval"
            hits.append((match.start(), match[0], advice))
        for at, words, instead in sorted(hits):
            found.append(Refused(file, start + plain.count("\n", 0, at), words, instead))
    return found
