"""Notes and titles of the record in plain words: codes of those who compiled it, spelled out."""

from __future__ import annotations

import re

CELLS = {
    "date_start": "first day", "date_end": "last day", "statement_date": "day of the statement",
    "period_start": "start of the period", "period_end": "end of the period",
    "quantity_low": "lower number", "quantity_high": "upper number", "source_id": "page",
    "what_seen": "description of what was seen", "date": "date",
}  # fmt: skip
"""Column of the record as it was delivered, and what it held."""
CODES = (
    (r"\baudited: (\w+) was\b",
     lambda found: f"corrected on checking: the {cell_words(found[1])} had been"),
    (r"\bAGGREGATE\b", "total over several voyages"),
    (r"\bPRE-EXPOSURE report\b", "report from before the story was public"),
    (r"\bais_status\b", "radio"),
    (r"\bimagery_provider\b", "image owner"),
    (r"\bBOUND,", "a bound:"),
    (r"\bNEEDS the new family viirs\b", "from a sensor of light at night (VIIRS)"),
    (r"\bDERIVED sum\b", "sum by the compiler of the parts that are printed"),
    (r"\bthe delivered G\d+[a-z]? pairs it with", "the record as it was delivered pairs it with"),
    (r" \(group G\d+[a-z]?\)", ""),
    (r"\bSEED([0-3])\b", r"press text S\1"),
    (r"\b(BASELINE|BOUND|CAUSE|COAL|CONFLICT|INDICATES|INFERRED|LOWER|MOST|NOTES|NULL|OBTAIN"
     r"|RATIO|SITE|STORE|UNCERTAIN)\b", lambda found: found[0].lower()),
    (r"\b(?:quantity|value|source|period|statement|arrive|depart|date)_\w+(?= was)",
     lambda found: found[0].replace("_", " ")),
)  # fmt: skip
"""Pattern of a code and what it says; the downloads keep the codes, as they were delivered."""
SHORT_NAMES = {
    "DPRK": "North Korea", "ROK": "South Korea", "US": "United States", "UK": "United Kingdom",
    "UN": "United Nations", "UNSC": "UN Security Council", "NSC": "National Security Council",
    "State Dept": "State Department", "NIS": "National Intelligence Service",
    "MSMT": "Multilateral Sanctions Monitoring Team",
}  # fmt: skip
"""Short names in lists of those who acted, and what they stand for."""
DESCRIPTION = re.compile(r"\((.*)\)", re.DOTALL)
"""A title in brackets, which is a description by those who compiled the record."""
LANGUAGE = re.compile(r", ([A-Z][a-z]+)(?: video text)?\)$")
"""End of such a description, where it names the language of the page."""
UNTITLED = "headline not recorded"
"""What a citation has in place of a title that was not read."""


def cell_words(column: str) -> str:
    """Name of a delivered column in plain words."""
    return CELLS.get(column, column.replace("_", " "))


def plain_note(note: str) -> str:
    """Spell out the codes in a note.

    Examples
    --------
    >>> plain_note("AGGREGATE: 5; audited: date_start was 2026-01")
    'total over several voyages: 5; corrected on checking: the first day had been 2026-01'
    >>> plain_note("the delivered G28 pairs it with O036"), plain_note("140 m (group G14); then")
    ('the record as it was delivered pairs it with O036', '140 m; then')
    """
    for pattern, words in CODES:
        note = re.sub(pattern, words, note)
    return note


def spelled_out(actors: str) -> str:
    """Spell out the short names in a list of those who acted.

    Examples
    --------
    >>> spelled_out("Russia, DPRK"), spelled_out("US State Dept"), spelled_out("UNSC")
    ('Russia, North Korea', 'United States State Department', 'UN Security Council')
    """
    short = "|".join(map(re.escape, sorted(SHORT_NAMES, key=len, reverse=True)))
    return re.sub(rf"\b(?:{short})(?! Security)\b", lambda found: SHORT_NAMES[found[0]], actors)


def shown_title(title: str) -> str:
    """Title of a page; a description in brackets is shown as one.

    Examples
    --------
    >>> shown_title("(ships at Rajin, Korean)")
    '[our description: ships at Rajin, Korean]'
    """
    described = DESCRIPTION.fullmatch(title)
    return f"[our description: {described[1]}]" if described else title


def cited_title(title: str) -> str:
    """Title of a page as a citation has it; a description of ours is no title.

    Examples
    --------
    >>> cited_title("(ships at Rajin, Korean)"), cited_title("(33,000 containers)")
    ('headline not recorded, in Korean', 'headline not recorded')
    """
    if not DESCRIPTION.fullmatch(title):
        return title
    language = LANGUAGE.search(title)
    return f"{UNTITLED}, in {language[1]}" if language else UNTITLED
