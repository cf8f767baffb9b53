"""Cards of findings and of claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from skytally.claims import IN_PART, on_this_point
from skytally.core import VOCABULARY_COLUMNS, data_registry, listed, read_cells, unit_of
from skytally.findings import VOID, Declaration, interval_words, read_declarations
from skytally.press.cards.card_fields_and_text_shortening import (
    CITE,
    MOST_IN_CAVEAT,
    Card,
    Fact,
    Part,
    address,
    fact,
    shortened,
    shortened_after,
    whole_sentences,
)
from skytally.press.cards.record_cards import (
    MOST_IN_HEADING,
    CardRecord,
    dates_facts,
    finding_links,
    method_words,
    read_in,
    row_links,
    with_quantity,
    worded_row,
    words_of,
)
from skytally.press.cards.source_citation_formatting import (
    ORIGINAL,
    UNDATED,
    original_citations,
    page_link,
    published,
)
from skytally.press.cards.spelled_out_codes import plain_note
from skytally.press.project_paths import line_names
from skytally.record import Support, support_words

SHARE, PRESENCE = "share", "presence"
"""Kind of the findings that divide observed days, and the estimate that goes beyond them."""
DIVIDED_FROM = "cite for the numbers that were divided"
"""Label of the one page of both numbers of a quotient; of several, the cards of rows have each."""
FORMULA = "methods.html#how-calls-are-estimated"
"""Where the formula of the estimates of `PORT_CALLS` is written out."""
PORT_CALLS = (
    "mean-stay", "calls-by-presence", "calls-not-below-count", "presence", "missed-calls",
    "imaged-share",
)  # fmt: skip
"""Estimates of stays and calls in port, by the names that declarations of findings use."""
OLDER = "pages from before its time ended, so on what was said earlier"
"""Label of pages that were published before the time that a claim is about was over."""
MOST_IN_CITATION = 560
"""Letters of what a finding or a claim says in its citation, after those on the book."""
DECIDES = {
    True: "the row that decides",
    False: "rows each of which alone changes the verdict, if it is left out",
}
"""Label of the rows each of which alone flips a verdict, by whether it is one row."""
MOST_WORDED = 4
"""Rows of a finding or claim whose counter, day and number stand on its card."""
COUNTED = "counted or stated by"
WIDENED = " for its time; later sources go further"
"""What follows the verdict on a claim that later evidence goes beyond."""
RESTS_ON = "computed in this book from rows of"
"""Label of the counters behind a number that none of them printed."""


def page_of(key: str) -> str:
    """Page on which a finding is explained, as a path from the root of the site."""
    name = key.split(".")[0]
    return f"lines/{name}.html" if name in line_names() else f"{name}.html"


@cache
def _declarations() -> Mapping[str, Declaration]:
    """Every declared finding by its key."""
    names = [name for name in data_registry.entries() if name.startswith("findings_")]
    paths = [data_registry.path(name) for name in names if name != "findings_vocabulary"]
    return {each.key: each for each in read_declarations(paths)}


@cache
def _estimates() -> Mapping[str, tuple[str, str]]:
    """Estimate of each finding that has one, by key: its name and what it does."""
    words = read_cells(data_registry.path("findings_vocabulary"), header=VOCABULARY_COLUMNS)
    means = dict(zip(words["word"], words["meaning"], strict=True))
    return {
        key: (each.estimate, means[each.estimate])
        for key, each in _declarations().items()
        if each.estimate
    }


def how_computed(key: str) -> list[Part | str]:
    """Describe the estimate of a finding, with a link to its formula."""
    name, meaning = _estimates().get(key, ("", ""))
    return [meaning, Part("the formula", FORMULA)] if name in PORT_CALLS else [meaning]


def of_the_whole_period(key: str) -> list[Part]:
    """Link from a share of observed days to the estimate for all days, made of the same rows."""
    made = _declarations().get(key)
    if made is None or made.kind != SHARE:
        return []
    rows = {*made.rows.split(), *made.of.split()}
    return [
        Part(f"{each.key} allows for the days without an image", address("finding", each.key))
        for each in _declarations().values()
        if each.estimate == PRESENCE and {*each.rows.split()} == rows
    ]


def counters_of(record: CardRecord, row_ids: Iterable[str]) -> list[str]:
    """Names of the counters of rows, each once, in the order of the rows."""
    found = [str(record.rows[row][1].get("counter", "")) for row in row_ids if row in record.rows]
    return list(dict.fromkeys(record.names.get(counter, counter) for counter in found if counter))


def _support(result: Mapping[str, Any]) -> list[str]:
    facts = result.get("support")
    return [support_words(Support(**facts))] if facts else []


def _rows(record: CardRecord, row_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Cells of the rows that have a card."""
    return [record.rows[row][1] for row in row_ids if row in record.rows]


def _dates(finding: Mapping[str, Any], rows: list[dict[str, Any]]) -> list[Fact]:
    """Date of a finding; of one statement both its day and the period that it speaks of."""
    if len(rows) == 1 and "statement_first" in rows[0] and finding["when"]:
        return dates_facts(rows[0])
    return fact("when", [finding["when"]])


def _heading(finding: Mapping[str, Any], rows: list[dict[str, Any]]) -> str:
    """Title a finding by its number, or by its sentence where it is a date or a bare chance."""
    said = str(finding["said"])
    words = {finding["unit"], unit_of(finding["unit"]).singular} - {""}
    if not any(re.search(rf"\b{re.escape(word)}\b", said) for word in words):
        return shortened_after(str(finding["text"]), said, letters=MOST_IN_HEADING)
    if len(rows) == 1 and rows[0].get("unit") == finding["unit"]:
        return with_quantity(said, rows[0])
    return said


def _worded(record: CardRecord, rows: list[str], *, worded: int) -> list[Part]:
    """Links to rows: the first few with counter, day and number, the others by their ids."""
    few = [worded_row(record, row) for row in rows[:worded]]
    return [*few, *row_links(record, rows[worded:])]


def _citation(book: str, name: str, text: str, span: str) -> str:
    """Cite a finding in whole sentences, with its interval."""
    start, end = f"{book} {name} ", f" Interval: {span}." if span else ""
    room = MOST_IN_CITATION - len(name) - len(end)
    return f"{start}{whole_sentences(text, letters=room)}{end}"


def _undated_note(record: CardRecord, rows: list[dict[str, Any]]) -> list[str]:
    """Note of a single row of a page without a day: what brackets the day stands there."""
    if len(rows) != 1:
        return []
    source = record.sources.get(str(rows[0].get("source_id", "")))
    undated = source is not None and published(source).endswith(UNDATED)
    return [plain_note(str(rows[0].get("note", "")))] if undated else []


def _about_key(record: CardRecord, finding: Mapping[str, Any], rows: list[dict[str, Any]]) -> str:
    """Sentence on a key that has a word for another sense than the one its row is filed under."""
    if finding.get("own") or len(rows) != 1 or not (sense := str(rows[0].get("sense") or "")):
        return ""
    parts = {*re.split(r"[._]", str(finding["key"]))} - {sense}
    other = [word for word in sorted(parts) if words_of(record, "sense", word) != word]
    if not other:
        return ""
    return (
        f"“{other[0]}” in it is from an earlier reading; the number counts as {sense}. "
        "A key is a name that stays as it was, and states nothing"
    )


def finding_card(record: CardRecord, finding: Mapping[str, Any], citation: str) -> Card:
    """Card of one finding: number, sentence, who counted, where it was read, what it rests on.

    Parameters
    ----------
    record : CardRecord
        The record.
    finding : mapping
        One entry of ``findings.json``.
    citation : str
        Title, author and edition of the book, as a citation has them.

    Returns
    -------
    Card
    """
    key, rows = finding["key"], [*finding["inputs"], *finding.get("further", ())]
    cells = _rows(record, rows)
    # a number of several rows is computed from a sum, and is none itself
    made = [method_words(cells[0])] if len(cells) == 1 and finding.get("support") else []
    span = interval_words(finding)
    printed = bool(finding.get("support")) and not finding.get("own")
    divided = original_citations(record, rows)
    # of a tally that found nothing, the rows are those that were looked through
    nothing = bool(finding.get("own")) and finding.get("value") == 0 and len(rows) > MOST_WORDED
    through = f"{len(rows)} of the record, and none of them is one"
    facts = [
        *fact(
            COUNTED if printed else RESTS_ON,
            counters_of(record, rows),
        ),
        *_dates(finding, cells),
        *fact("how the number was made", made),
        *fact("note", _undated_note(record, cells) if printed else []),
        *fact("about its key", [_about_key(record, finding, cells)]),
        *fact("how it is computed", how_computed(key)),
        *fact("divided", [str(finding.get("made_of", ""))]),
        *fact("interval", [span]),
        *fact("of the whole period", of_the_whole_period(key)),
        *([] if nothing else read_in(record, rows)),
        *fact("support", _support(finding)),
        # of a single row the card itself says what it says
        *(
            fact("rows looked through", [through])
            if nothing
            else fact("rows", _worded(record, rows, worded=MOST_WORDED if len(rows) > 1 else 0))
        ),
        *fact("evidence", [Part("the page that explains it", page_of(key))]),
        *fact("all of it", [Part(f"{key} among all numbers", f"findings.html#{key}")]),
        *fact(CITE, [Part(_citation(citation, f"Finding {key}:", str(finding["text"]), span))]),
        # what this book computed is nobody else's to be cited for
        *fact(ORIGINAL, original_citations(record, rows) if printed else []),
        *fact(DIVIDED_FROM, divided if finding.get("made_of") and len(divided) == 1 else []),
    ]
    heading = _heading(finding, cells)
    said = whole_sentences(str(finding["text"]), letters=MOST_IN_CAVEAT)
    return Card("finding", key, heading, said, tuple(facts))


def _drift(claim: Mapping[str, Any], record: CardRecord) -> list[Fact]:
    facts = []
    for drift in claim["drift"]:
        change = words_of(record, "wording_change", str(drift["change"]))
        words = f"{drift['original']} became {drift['copy']}: {change}"
        pages = [
            Part(record.sources[source]["publisher"], address("source", source))
            for source in (drift["original_source"], drift["copy_source"])
            if source in record.sources
        ]
        facts += fact("changed on the way", [words, *pages])
    return facts


def deciding_reasons(claim: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Reasons of the part that gave a claim its verdict, and those of its other parts."""
    mark = on_this_point(claim["verdict"])
    decide = [why for why in claim["why"] if mark in why] or list(claim["why"])
    return decide, [why for why in claim["why"] if why not in decide]


ABOUT_LOST = "about lost"
BOUND_CHANGES = frozenset({ABOUT_LOST, "bound lost", "bound added"})
"""Changes of a wording that touch the bound or the hedge of a number and nothing else of it."""
WORDING, SUBSTANCE = "number as in its source", "one part is not shown, or is another"
REPORTED = "number as in newsrooms' reports of its source"
QUOTED_BY = re.compile(r", as (?:\S+ )+(?:quotes?|prints?)\b")
"""Words of an original wording that was read only where somebody quotes it."""
IN_WORDING, IN_SUBSTANCE = "wording", "substance"
"""What is short of a claim that holds in part, as one word behind its verdict."""
SOFTENING = re.compile(
    r"\b(?:(?P<about>about|approximately|around|nearly|roughly|some)|"
    r"(?P<ceiling>at most|no more than|up to|as many as)|(?P<floor>at least|more than))\b"
)
"""Words that soften or bound a number, by what they do to it."""


def lost_words(original: str, copy: str) -> list[str]:
    """Softening words of a wording whose kind its copy has not, in their order.

    Examples
    --------
    >>> lost_words("approximately 20 railcars at most", "likely no more than 20")
    ['approximately']
    >>> lost_words("approximately 20 railcars at most", "20 railcars")
    ['approximately', 'at most']
    """
    left = {found.lastgroup for found in SOFTENING.finditer(copy)}
    return [found[0] for found in SOFTENING.finditer(original) if found.lastgroup not in left]


def short_of(claim: Mapping[str, Any]) -> str:
    """Tell wording from substance in a claim that holds in part; nothing for any other.

    Parameters
    ----------
    claim : mapping
        One entry of ``claims.json``.

    Returns
    -------
    str
        *Wording* where the one reason of the verdict is a number whose bound a copy changed, with
        the words that were lost.
    """
    if claim["verdict"] != IN_PART:
        return ""
    changes = {each["change"] for each in claim["drift"]}
    only = len(deciding_reasons(claim)[0]) == 1 and changes and changes <= BOUND_CHANGES
    if not only:
        return SUBSTANCE
    lost = dict.fromkeys(
        f"“{word}”"
        for each in claim["drift"]
        for word in lost_words(each["original"], each["copy"])
    )
    reported = any(QUOTED_BY.search(each["original"]) for each in claim["drift"])
    number = REPORTED if reported else WORDING
    return f"{number}, {listed(list(lost) or sorted(changes))} {'lost' if lost else ''}".rstrip()


def deciding_rows(claim: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Rows each of which alone would flip the verdict if it were missing, and the others."""
    rows, sets = claim["rests_on"]["rows"], (claim.get("flips_if") or {}).get("rows", {})
    alone = [each["without"][0] for each in sets.get("sets", ()) if len(each["without"]) == 1]
    decide = [row for row in dict.fromkeys(alone) if row in rows]
    return decide, [row for row in rows if row not in decide]


LARGEST_IN_WORDS = {1: "single", 2: "two", 3: "three"}
"""Most things that a search takes away together, as a word."""


def _without(sets: Iterable[Mapping[str, Any]], *, verdict: bool) -> list[str]:
    """One sentence for each outcome of what is taken away."""
    outcomes: dict[str, list[str]] = {}
    for each in sets:
        outcomes.setdefault(each["becomes"], []).append(" and ".join(each["without"]))
    return [f"without {' or '.join(names)} {_then(to, verdict)}" for to, names in outcomes.items()]


def _then(becomes: str, verdict: bool) -> str:
    if becomes == VOID:
        return "there is no verdict" if verdict else "it cannot be computed"
    return f"the verdict is “{becomes}”" if verdict else f"it has {becomes}"


def _none_found(rows: int, sources: int, *, verdict: bool) -> str:
    things = f"no {LARGEST_IN_WORDS[rows]} {'row' if rows == 1 else 'rows'}"
    if sources != rows:
        noun = "source" if sources == 1 else "sources"
        things += f" and no {LARGEST_IN_WORDS[sources]} {noun}"
    verb = "changes" if rows == 1 and sources == rows else "change"
    return f"{things}, taken away, {verb} {'this verdict' if verdict else 'it'}"


def flips_in_words(statement: Mapping[str, Any], *, verdict: bool = True) -> str:
    """Word what changes a verdict or a finding; empty where nothing was searched.

    Parameters
    ----------
    statement : mapping
        An entry of ``claims.json`` or ``findings.json``.
    verdict : bool
        Whether it is a verdict; else it is a finding.

    Returns
    -------
    str
        Without a full stop at its end.

    Examples
    --------
    >>> none = {"sets": [], "all_of_this_size": True, "searched_up_to": 3}
    >>> flips = {"rows": none, "sources": none, "assumptions": []}
    >>> flips_in_words({"flips_if": flips})
    'No three rows, taken away, change this verdict'
    >>> one = {**none, "sets": [{"without": ["E013"], "becomes": "void"}]}
    >>> flips_in_words({"flips_if": {**flips, "rows": one}})
    'Rests on E013: without it there is no verdict'
    """
    flips = statement.get("flips_if")
    if not flips:
        return ""
    rows, sources = flips["rows"], flips["sources"]
    said = _without(rows["sets"], verdict=verdict)
    if len(rows["sets"]) == 1 and len(rows["sets"][0]["without"]) == 1:
        only = rows["sets"][0]
        said = [f"rests on {only['without'][0]}: without it {_then(only['becomes'], verdict)}"]
    if said and not rows["all_of_this_size"]:
        said[-1] += ", for example"
    if _size_of(sources) < _size_of(rows):
        said += [f"{each} (sources)" for each in _without(sources["sets"], verdict=verdict)]
        said[-1] += "" if sources["all_of_this_size"] else ", for example"
    said = said or [_none_found(rows["searched_up_to"], sources["searched_up_to"], verdict=verdict)]
    said += [
        f"if {each['without'][0]}, {_then(each['becomes'], verdict)}"
        for each in flips["assumptions"]
    ]
    words = "; ".join(said)
    return words[:1].upper() + words[1:]


def _size_of(search: Mapping[str, Any]) -> int:
    return len(search["sets"][0]["without"]) if search["sets"] else len(LARGEST_IN_WORDS) + 1


def printed_in(record: CardRecord, claim: Mapping[str, Any]) -> list[Part]:
    """Link to the press text that printed a claim; none for a sentence of the book."""
    source = record.rows.get(claim["id"], ("", {}))[1].get("source_id", "")
    return [page_link(record, record.sources[source])] if source in record.sources else []


def _pages_of(record: CardRecord, rows: Iterable[str]) -> list[Part | str]:
    """Pages in which rows were read, the first few as links."""
    cited = (record.rows[row][1].get("source_id", "") for row in rows if row in record.rows)
    known = [source for source in dict.fromkeys(cited) if source in record.sources]
    shown = [page_link(record, record.sources[source]) for source in known[:MOST_WORDED]]
    more = len(known) - len(shown)
    return [*shown, *([f"{more} more, on the cards of the rows"] if more else [])]


def told_apart(claim: Mapping[str, Any]) -> str:
    """Verdict on a claim; of one that holds in part, whether the wording or the substance is short.

    The words of ``claims.json`` are the verdict alone.
    """
    if not (short := short_of(claim)):
        return str(claim["verdict"])
    in_wording = short.startswith((WORDING, REPORTED))
    return f"{claim['verdict']} ({IN_WORDING if in_wording else IN_SUBSTANCE})"


def dated_verdict(claim: Mapping[str, Any]) -> str:
    """Verdict on a claim, with the time for which it holds where later evidence goes beyond it."""
    return f"{told_apart(claim)}{WIDENED if claim['later_widened'] else ''}"


def _by_age(record: CardRecord, claim: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Pages on a claim, and apart from them those from before the month in which its time ended."""
    pages = [each for each in claim["rests_on"]["sources"] if each in record.sources]
    row = record.rows.get(claim["id"], ("", {}))[1]
    if not (end := row.get("date_last")):
        return pages, []
    # a date that is not known is neither before nor after another
    month = end.replace(day=1)
    older = [each for each in pages if record.sources[each]["published_last"] < month]
    return [each for each in pages if each not in older], older


def claim_card(record: CardRecord, claim: Mapping[str, Any], citation: str) -> Card:
    """Card of one claim: its verdict, what decided it, who printed it, and what would flip it."""
    rests = claim["rests_on"]
    decide, others = deciding_reasons(claim)
    decided_by, rows = deciding_rows(claim)
    others_on_it, older = (
        [page_link(record, record.sources[source]) for source in pages]
        for pages in _by_age(record, claim)
    )
    quote = f"{citation} Claim {claim['id']}, “{claim['text']}”: {dated_verdict(claim)}."
    facts = [
        *fact("printed in", printed_in(record, claim)),
        *fact("claimed by", [claim["asserted_by"]]),
        *fact(DECIDES[len(decided_by) == 1], [worded_row(record, row) for row in decided_by]),
        *fact("what changes the verdict", [flips_in_words(claim)]),
        *fact("what would change it", [claim["changes_if"]]),
        *fact("what is short", [short_of(claim)]),
        *fact("what was tested", [claim["tested_part"]]),
        *fact("the other parts", [" ".join(others)]),
        *fact("seen later, no part of the verdict", claim["later"]),
        # where no rule decides, the remark is the sentence of the card
        *fact("remark", [claim["remark"] if decide else ""]),
        *fact("what speaks against it", claim["against"]),
        *_drift(claim, record),
        *fact("read in", _pages_of(record, decided_by or rows)),
        *fact("other pages on it", others_on_it),
        *fact(OLDER, older),
        *fact("support", _support(claim)),
        *fact("findings", finding_links(rests["findings"])),
        # where single rows decide, the others need no words
        *fact(
            "further rows" if decided_by else "rows",
            _worded(record, rows, worded=0 if decided_by else MOST_WORDED),
        ),
        *fact("all of it", [Part(f"{claim['id']} among all claims", f"claims.html#{claim['id']}")]),
        *fact(CITE, [Part(shortened(quote, letters=len(citation) + MOST_IN_CITATION))]),
    ]
    verdict = dated_verdict(claim)
    title = f"{verdict[:1].upper()}{verdict[1:]}: {claim['text']}"
    return Card(
        "claim", claim["id"], shortened(title, letters=MOST_IN_HEADING),
        whole_sentences(" ".join(decide) or str(claim["remark"]), letters=MOST_IN_CAVEAT),
        tuple(facts),
    )  # fmt: skip
