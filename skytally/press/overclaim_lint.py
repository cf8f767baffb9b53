"""Lint of prose: words and patterns that claim more than the evidence shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skytally.core import DataError

ROLE = re.compile(r"\{(f|f-when|f-text|row|src|ship|claim)\}`((?:([^`<]+)<)?([^`<>]*)>?)`")
"""A role, its text, the words before an id in angle brackets, and the id."""
HIDDEN = re.compile(r"`[^`\n]*`|(?<=\])\([^()\s]*\)")
"""Code and the targets of links: no words of the text."""
FENCE = re.compile(r"\s*(```+|~~~+|:::+)(?:\{([\w-]+)\})?")
PROSE = ("note", "warning", "tip", "important", "caution", "admonition", "dropdown", "margin")
"""Directives whose body is prose; any other fence holds code."""
CITED_IN_CODE = re.compile(r"[A-Z][A-Z0-9_]*\d+(?:\.\d+)?|[a-z][a-z-]*\.[a-z0-9_]+")
"""A row or source of the record, or the key of a finding, as code names them."""
SENTENCE_WORDS = 3
"""Words from which a string of code is taken for a text that a reader may see."""
OPTION = re.compile(r"\s*:[\w-]+:")
DENIAL = r"\b(?:no|not|never|without|nothing|none|nobody|cannot|neither|nor)\b"
OPEN = r"\b(?:whether|if|unless)\b"
NOT_SO = re.compile(rf"(?:{DENIAL}|{OPEN})(?:(?!\b(?:and|but)\b)[^.;:,]){{0,40}}$", re.IGNORECASE)
"""A denial or an open question before a word, in the same clause."""
DOUBT = r"(?:doubt(?:s|ed|ing)?|den(?:y|ies|ied|ying)|disput(?:e|es|ed)|contest(?:s|ed)?)"
AFFIRMS = re.compile(rf"\b{DOUBT}\b|\b(?:not|no) (?:only|just|merely|longer)\b", re.IGNORECASE)
"""Words that reverse a denial: to deny a doubt is to affirm."""
ATTRIBUTION = re.compile(
    r"\b(?:said|says|say|claim(?:s|ed)?|alleg\w+|report(?:s|ed)?|according to|stat(?:es|ed)|"
    r"wrote|writes|announced|assert\w*|told|tells?|believ\w+|accus\w+|estimat\w+|assess\w*)\b",
    re.IGNORECASE,
)
"""Words by which a sentence attributes what follows to somebody else."""
QUOTED = re.compile(r"“[^”\n]*”|\"[^\"\n]*\"|\(our summary: [^\n]*?\)(?=\.)")
"""Words of somebody else, or of a row that the sentence names."""
SENTENCE = re.compile(r"(?<=[.!?])\s+")
COUNTED = (
    r"ships?|vessels?|railcars?|boxcars|cars|wagons?|containers?|boxes|shells?|rounds|missiles?|"
    r"voyages?|trips|calls|visits|shipments?|pits|trains?|tonnes|troops|soldiers|destinations"
)
LIKELIHOOD = r"almost no chance|(?:very |un)?likely|roughly even chance|almost certain"
CALLER = r"(?:ships?|vessels?|trains?|railcars?|wagons?|boxcars|containers?|boxes)"
PLACE = r"(?:ports?|piers?|berths?|quays?|yards?|harbou?rs?|stations?|sidings?|tracks?|depots?)"
BE = r"(?:was|were|is|are|stood|lay|stayed|remained|has been|have been|had been)"
CAME = r"(?:called|came|crossed|ran|passed|left|at|in|on|near)"
NO_ACTIVITY = re.compile(
    rf"\bno (?:\w+ ){{0,2}}(?:activity|traffic|movements?)\b|"
    rf"\bno (?:\w+ ){{0,2}}{CALLER} (?:{BE}(?! (?:named|identified|told|drawn)\b)|{CAME})\b|"
    rf"\bthere {BE} (?:no|not a(?:ny)?|never a(?:ny)?) (?:\w+ ){{0,2}}{CALLER}\b|"
    rf"\bno large vessels?\b|"
    rf"\b{PLACE} {BE} (?:\w+ )?(?:empty|deserted|idle|inactive|vacant|quiet|unused)\b|"
    rf"\bnothing (?:moved|happened|sailed|called)\b|\bwas (?:idle|inactive)\b",
    re.IGNORECASE,
)
"""Words that claim that nothing was there."""
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
NUMBER = (
    r"(?:\d(?:[\d,.]*\d)?|"
    r"(?:a|one|two|three|several|some|many) (?:hundred|thousand|million|dozen)s?|"
    r"(?:hundreds|thousands|millions|dozens) of|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?)"
)
COUNT = re.compile(
    rf"(?<![\w.`-])(?!38 North\b)({NUMBER})\s+(?!{MONTH}\b|mm\b)"
    rf"(?:[a-z-]+\s+){{0,3}}?(?:{COUNTED})\b",
    re.IGNORECASE,
)
"""A number of something seen, typed and not quoted; a calibre in millimetres is a name."""
YEAR = re.compile(r"20[12]\d")
BEFORE_YEAR = re.compile(
    rf"(?:\b(?:in|since|until|during|before|after|by|from|late|early|mid|{MONTH})|[-(\u2013])\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Overclaim:
    """One place where a text claims more than the evidence shows."""

    file: str
    """File, or file and key, in which it stands."""
    line: int
    """Line of the file, or of the cell; 1 for a single sentence."""
    words: str
    """The words."""
    instead: str
    """What to write instead."""

    def __str__(self) -> str:
        """Return place, words and advice in one line."""
        return f"{self.file}, line {self.line}: {self.words!r}; {self.instead}"


@dataclass(frozen=True)
class Pattern:
    """Words that are an over-claim wherever they stand."""

    words: re.Pattern[str]
    """What it looks like."""
    instead: str
    """What to write instead."""
    unless_denied: bool = False
    """Whether *never*, *not*, *whether* and their kin before it, in the same clause, allow it."""
    unless_attributed: bool = False
    """Whether it may stand as the words of somebody else, named and cited."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


ARMS = r"(?:arms|weapons|munitions|ammunition|shells|missiles|rockets|explosives|warheads)"
CARGO = rf"(?:shipments?|deliver(?:y|ies)|transfers?|suppl(?:y|ies)|exports?|cargo(?:es)?|{ARMS})"
HANDLED = (
    r"(?:shipped|sent|delivered|supplied|transferred|moved|loaded|unloaded|"
    r"carried|railed|brought|hauled|transported|contain(?:ed|s)|smuggled|exported|"
    r"carrying|shipping|sending|delivering|supplying|(?<!that )(?<!which )(?:carries|holds))"
)
SURE = r"(?:confirmed|verified|established|proven|proved|demonstrated)"
PATTERNS = (
    Pattern(
        _words(r"\b(?:proves?|proved|proven|proving|proof)\b(?! nothing\b)"),
        "say what was seen, and that it is consistent with or against the claim",
        unless_denied=True,
    ),
    Pattern(
        _words(
            rf"\b(?:(?:confirm|verif|establish|demonstrat)\w*\b(?: [\w'-]+){{0,4}}? {CARGO}|"
            rf"{CARGO}(?: [\w'-]+){{0,4}}? (?:is|are|was|were|be|been|being) (?:\w+ )?{SURE})\b"
        ),
        "say who saw what; a shipment is not confirmed from above",
        unless_denied=True,
    ),
    Pattern(
        _words(
            rf"\b{ARMS} (?:(?:was|were|has been|have been|had been|being|went|came|reached|arrived|"
            rf"left|travel+ed|flowed)\b(?: [\w-]+)?|(?:is|are) (?:being |now |still )?"
            rf"(?:{HANDLED}|aboard|on|in|bound|en route|going|coming|flowing)\b)"
        ),
        "write who says so and cite it, or name what was seen: containers, ships, railcars",
        unless_denied=True,
        unless_attributed=True,
    ),
    Pattern(
        _words(rf"\b{HANDLED} (?:[\w-]+ ){{0,3}}?{ARMS}\b"),
        "write who says so and cite it, or name what was seen: containers, ships, railcars",
        unless_denied=True,
        unless_attributed=True,
    ),
    Pattern(
        _words(
            r"\b(?:undoubtedly|without (?:a )?doubt|smoking gun|irrefutabl[ey]|conclusive(?:ly)?|"
            r"beyond (?:any )?(?:doubt|dispute|question)|clearly shows?|undeniabl[ey]|"
            r"(?:un|in)disputabl[ey]|unquestionabl[ey]|without question|no question (?:that|but))\b"
        ),
        "leave the word out, and let the interval and the facts on the sources speak",
        unless_denied=True,
    ),
    Pattern(
        _words(rf"\b(?:no(?:body| one|thing|ne)?|cannot|never|not)\b(?: [\w-]+){{0,3}}? {DOUBT}\b"),
        "leave the double denial out: it affirms more than was seen",
    ),
)
MIXED = (_words(rf"\b(?:{LIKELIHOOD})\b"), _words(r"\b(?:low|moderate|high) confidence\b"))


def ship_names(tables: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Names of ships that the record prints.

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
        str(name) for table in tables.values() if "vessel" in table for name in table["vessel"]
    }
    parts = {
        re.sub(r"\(.*?\)", "", part).strip()
        for each in cells
        for part in re.split(r"[;,]|\band\b|\bor\b", each)
    }
    name = re.compile(r"[A-Z][\w-]+(?: [A-Z][\w-]*)*")
    return frozenset(part for part in parts if name.fullmatch(part) and len(part) > 3)


def empty_observations(
    tables: Mapping[str, pd.DataFrame], findings: Iterable[Mapping[str, Any]]
) -> frozenset[str]:
    """Rows and findings that rest on an observation of nothing.

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


def code_texts(source: str) -> Iterator[tuple[int, str, frozenset[str]]]:
    """Sentences written in code, each with its line and the citations beside it.

    Parameters
    ----------
    source : str
        A cell of Python.

    Yields
    ------
    tuple
        Line, text with a mark for every part filled in later, and the rows and findings named
        in the same call or list.

    Raises
    ------
    DataError
        If the cell is no Python.

    Examples
    --------
    >>> [text for _, text, _ in code_texts("f('a', text='CSIS saw {said} there.')")]
    ['CSIS saw {said} there.']
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        message = f"code, line {error.lineno}: {error.msg}; give a cell of plain Python"
        raise DataError(message) from error
    yield from _texts_of(tree, frozenset())


def _written(node: ast.AST) -> str | None:
    """Words of a string, or of a formatted one with a mark for each part filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_written(part) or "\x00" for part in ast.iter_child_nodes(node))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _texts_of(node: ast.AST, beside: frozenset[str]) -> Iterator[tuple[int, str, frozenset[str]]]:
    words = _written(node)
    if words is not None:
        if len(words.split()) >= SENTENCE_WORDS:
            yield getattr(node, "lineno", 1), words, beside
        return
    if isinstance(node, ast.Call | ast.List | ast.Tuple | ast.Set):
        texts = (_written(child) for child in ast.walk(node))
        beside = frozenset(text for text in texts if text and CITED_IN_CODE.fullmatch(text))
    for child in ast.iter_child_nodes(node):
        yield from _texts_of(child, beside)


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs of a Markdown text with the line on which each begins, without code."""
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


def _words_of_role(match: re.Match[str]) -> str:
    """Hide a role but for the words of its link, which a reader sees."""
    if not match[3]:
        return _alike(match)
    before, after = match.start(3) - match.start(), match.end() - match.end(3)
    return "\x00" * before + match[3] + "\x00" * after


def _denied(before: str) -> bool:
    """Whether the clause so far denies what follows, and does not deny a doubt."""
    denial = NOT_SO.search(before)
    return denial is not None and not AFFIRMS.search(denial[0])


def _attributed(before: str) -> bool:
    """Whether the sentence so far attributes what follows to somebody else."""
    return ATTRIBUTION.search(SENTENCE.split(before)[-1]) is not None


def _claims(plain: str, *, attributed: bool, cited: bool) -> Iterator[tuple[int, str, str]]:
    for pattern in PATTERNS:
        for match in pattern.words.finditer(plain):
            before = plain[: match.start()]
            denied = pattern.unless_denied and _denied(before)
            theirs = pattern.unless_attributed and (attributed or (cited and _attributed(before)))
            if not (denied or theirs):
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
        if not _denied(plain[: match.start()]):
            advice = "cite an observation that found nothing, or write that nobody says they looked"
            yield match.start(), match[0], advice


def _counts(plain: str) -> Iterator[tuple[int, str, str]]:
    for match in COUNT.finditer(plain):
        before = plain[: match.start()]
        if not (YEAR.fullmatch(match[1]) and BEFORE_YEAR.search(before)):
            yield match.start(), match[0], "quote a finding by key, which brings its interval"


def find_overclaims(
    text: str,
    *,
    file: str,
    ships: frozenset[str],
    empty: frozenset[str],
    cited: Iterable[str] = (),
    attributed: bool = False,
) -> list[Overclaim]:
    """Find the over-claims of a text.

    Parameters
    ----------
    text : str
        Markdown, or one sentence.
    file : str
        Where it stands, for the report.
    ships : frozenset of str
        Names that need a citation in their paragraph, as `ship_names` gives them.
    empty : frozenset of str
        Rows and findings of looks that found nothing, as `empty_observations` gives them.
    cited : iterable of str
        Rows and findings that the text as a whole rests on, beside those it cites.
    attributed : bool
        Whether the text reports the words of somebody named beside it, whose numbers
        therefore stay as they are.

    Returns
    -------
    list of Overclaim
        In the order of the text; empty where there is nothing to refuse.

    Examples
    --------
    >>> str(find_overclaims("It proves it.", file="a.md", ships=frozenset(), empty=frozenset())[0])
    "a.md, line 1: 'proves'; say what was seen, and that it is consistent with or against the claim"
    """
    overclaims = []
    for start, paragraph in paragraphs(text):
        roles = ROLE.finditer(paragraph)
        here = frozenset(match[4] or match[2] for match in roles) | frozenset(cited)
        plain = HIDDEN.sub(_alike, ROLE.sub(_words_of_role, paragraph))
        if here or attributed:
            plain = QUOTED.sub(_alike, plain)
        hits = [*_claims(plain, attributed=attributed, cited=bool(here))]
        hits += _uncited(plain, ships, empty, here)
        hits += () if attributed else _counts(plain)
        for at, words, instead in sorted(hits):
            overclaims.append(Overclaim(file, start + plain.count("\n", 0, at), words, instead))
    return overclaims
