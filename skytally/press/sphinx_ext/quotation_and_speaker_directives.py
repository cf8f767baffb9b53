"""Directives of the page on whom to quote: who says what, in what capacity, and in what words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import takewhile
from typing import Any

from sphinx.application import Sphinx

from skytally.core import (
    COUNTED_BY,
    DERIVED_SUM,
    MADE_AS_SUM,
    DataError,
    in_prose,
    listed,
    when_stated,
)
from skytally.press.cards.card_fields_and_text_shortening import SENTENCE_END, WEB, Part
from skytally.press.cards.record_cards import words_of
from skytally.press.cards.record_rows_by_ship import HEARD as HEARD_BY_RADIO, SILENT
from skytally.press.cards.source_citation_formatting import (
    COPIES,
    OWN_PAGE,
    UNDATED,
    UPDATED,
    page_link,
    published,
)
from skytally.press.sphinx_ext.cached_record_and_findings import (
    card_record,
    findings,
    originals,
    table,
)
from skytally.press.sphinx_ext.html_blocks import BESIDE, Block, cell, filtered_table, html_row
from skytally.press.sphinx_ext.sanction_directives import listing_sentence
from skytally.record import NOT_FROM_ABOVE, owner_name, ties_of

OWN_REASONS = ("originator", "official", "rules")
"""Words of the vocabulary *reliability_reason* for a page of the speaker itself."""
CLAIMS, TIES = "official_claims", "claimant_ties"
HEARD = "individual"
"""Kind of a counter who has no page, but is heard on that of somebody else."""
NEWSROOMS = ("broadcaster", "news", "trade press")
"""Kinds of counters whose own page is that of a newsroom."""
KINDS = {"intergovernmental": "body of states", "intelligence": "intelligence service"}
"""Plain words for kinds of counters that readers stumble over."""
PARTY, STATEMENT, REPORT = "party", "own statement", "read in a report"
"""Short words that the key above the tables explains."""
KEY = {
    PARTY: "a party to the war or the dispute.",
    STATEMENT: "the speaker does not say how it was counted.",
    REPORT: "the number was read on a page of somebody else; open the speaker's own page before "
    "you print it.",
    "may share with": "the others named may have it from the same source; "
    '<a href="origins.html">Who copied whom</a> says why.',
}
"""Short word to what it means, as HTML."""
BOOK = "Counted from Above"
OUTSIDE = (
    (re.compile(r"\bthis book\b"), BOOK),
    (re.compile(r"\bour summary(?=:)"), f"summary of {BOOK}"),
    (re.compile(r"\b([Tt])he record (?=holds\b)"), rf"\1he record of {BOOK} "),
    (re.compile(r"\bin the record\b"), f"in the record of {BOOK}"),
    (re.compile(r"\bthe pages that we read\b"), f"the pages read for {BOOK}"),
    (re.compile(r"\bno page read here\b"), f"no page read for {BOOK}"),
)
"""Words by which the book means itself, and what a sentence says that stands elsewhere."""
COPY = re.compile(
    r"(?P<of>.+?) \((?:copy at|mirror at|repost at|reprint|mirror) (?!of )(?P<at>[^(),]+)\)|"
    r"(?P<at_a>.+?) \(copy of a text of (?P<of_a>[^()]+)\)|"
    r"(?P<at_b>.+?) \((?P<of_b>[^()]+?) text\)"
)
"""Publishers of a copy that name the original: the original first, or the site with the copy."""
NO_NUMBER = "none"
"""Word of the vocabulary *method* for a row without a number."""
EVENTS, CONFIRMED = "events", "confirmation"
"""Table of denials, findings and papers, and the kind of event whose note bounds its words."""
NOT_STATED = {"": "route not named", "sea-presumed": "way not stated, a port presumed"}
"""Word of the vocabulary *claim_route* to what a quotation says of a way that nobody stated."""
NOT_ALL_BY_SEA = "whether all of it went by sea is not said"
PRESUMED = "presumed"
"""Ending of such a word, and what the words of its row say of the way, after a semicolon."""
LISTINGS_OF = "listings of "
"""Beginning of a line that asks for the lists of sanctions on a ship, before its name."""
JUDGED = "rivals."
"""Beginning of the keys of findings that are a judgement of the book."""
SPEAKER = re.compile(r"([^:]{2,110}): (.+)", re.DOTALL)
"""Words of a row that name who says it, or a resolution, before what it says."""
FINDING_OF = "Finding of "
"""Beginning of such words for a body that found something."""
WITH_ARTICLE = re.compile(r"(?:minister|adviser|military|MSMT|Center|Centre)$")
"""Ends of names that a sentence puts an article before."""
LAST_BRACKET = re.compile(r" \(([^()]*)\)$")
POOR = ("D", "E", "F")
"""Words of the vocabulary *reliability* for pages that are not usually reliable, or worse."""
MOST_PAGES = 4
"""Pages that are listed of one sentence."""
MOST_CITED = 2
"""Pages that are named of one sentence put together from several."""
MOST_FINDINGS, MOST_TIES = 3, 2
"""Findings and ties that are named of one speaker."""
DATED = re.compile(r"(?:after|before|between|by|from|in|on|until) (?:.* )?\d{4}")
"""Words of a finding that are a date and no number."""
Row = Mapping[str, Any]


@cache
def speakers() -> dict[str, dict[str, Any]]:
    """Cells of each counter, by its id."""
    return {str(row["id"]): row for row in table("counters").to_dict("records")}


def capacity(counter: str) -> str:
    """State what a counter is, and whether it is a party to the war or the dispute."""
    cells = speakers()[counter]
    kind = str(cells["kind"])
    meaning = KINDS.get(kind) or words_of(card_record(), "counter_kind", kind)
    # *party* is explained once, above the tables
    facts = [meaning, PARTY if cells["party"] == "yes" else "", str(cells["note"])]
    return "; ".join(filter(None, facts))


@cache
def own_pages() -> dict[str, tuple[str, ...]]:
    """Pages of each counter itself that the record has, with their addresses, the oldest first.

    A page is a counter's own if it is one of originators or officials and of nobody else, or if
    a row of that counter was read on it first hand; what an official tells a newsroom stands on
    the page of the newsroom, though.
    """
    found: dict[str, list[str]] = defaultdict(list)
    read_on: dict[str, set[str]] = defaultdict(set)
    for _, row in card_record().rows.values():
        if row.get("counter") and row.get("reading") == OWN_PAGE:
            read_on[str(row["source_id"])].add(str(row["counter"]))
    rows = table("sources").sort_values(["published_last", "id"], kind="stable")
    for source in rows.to_dict("records"):
        made_by = str(source["originator"]).split()
        of_originator = source["reliability_reason"] in OWN_REASONS
        owners = {
            counter
            for counter in read_on[str(source["id"])]
            if speakers()[counter]["kind"] in NEWSROOMS
            or (of_originator and speakers()[counter]["kind"] != HEARD)
        }
        if len(made_by) == 1 and of_originator:
            owners.update(made_by)
        for counter in sorted(owners) if source["url"] else ():
            found[counter].append(str(source["id"]))
    return {counter: tuple(pages) for counter, pages in found.items()}


def own_page_of(row: Row) -> str:
    """Page of the counter of a row from which the page that was read has its number.

    Parameters
    ----------
    row : mapping
        Cells of a row with a counter.

    Returns
    -------
    str
        Id of the source; empty where the record has none.
    """
    sources = card_record().sources
    todo, known = [str(row["source_id"])], set()
    mine = own_pages().get(str(row.get("counter", "")), ())
    while todo:
        page = todo.pop(0)
        if page in mine:
            return page
        known.add(page)
        parents = str(sources.get(page, {}).get("derived_from", "")).split()
        todo += [parent for parent in parents if parent not in known]
    return ""


def independence(row: Row) -> str:
    """Whether a counter counted for itself, on whose images, and who else may know it from whom."""
    counter = str(row["counter"])
    family = str(row.get("family", ""))
    whose = owner_name(family) if "unstated" not in family else "an owner that is not stated"
    from_above = bool(family) and family not in NOT_FROM_ABOVE
    if row.get("method") in COUNTED_BY and from_above:
        own = f"its own reading of images of {whose}"
    elif row.get("method") == NO_NUMBER and from_above:
        own = f"an observation on images of {whose}, without a number"
    elif row.get("kind") in {*HEARD_BY_RADIO, SILENT}:
        own = "a report of what was heard by radio, without a number"
    elif row.get("method") in COUNTED_BY:
        own = "its own estimate or count, not from images"
    else:
        own = STATEMENT
    claimants = {str(each) for each in originals(CLAIMS)["counter"]}
    tied = ties_of(counter, claimants, table(TIES))[:MOST_TIES]
    names = card_record().names
    others = [names.get(other, other) for other, _ in tied]
    return f"{own}; may share with {', '.join(others)}" if others else own


def outlet(publisher: str) -> str:
    """Name a newsroom as a citation does: without whom it reported on, and without brackets.

    Examples
    --------
    >>> outlet("Newspim on Beyond Parallel"), outlet("UNN (on Newsweek on OSC)")
    ('Newspim', 'UNN')
    >>> outlet("CNN (truthlensai reprint) on MSMT")
    'CNN, truthlensai reprint'
    >>> outlet("jeongsimkim.tistory.com (copy of a text of JoongAng Ilbo)")
    'JoongAng Ilbo, read in a copy at jeongsimkim.tistory.com'
    >>> outlet("Washington Post (copy at example.org)")
    'Washington Post, read in a copy at example.org'
    """
    words = re.sub(r" \(on [^()]*\)", "", publisher)
    words = re.sub(r",? on [^()]*$", "", words)
    found = COPY.fullmatch(words)
    if not found:
        return unbracketed(words)
    of, at = (
        next(text for name, text in found.groupdict().items() if text and name.startswith(side))
        for side in ("of", "at")
    )
    return f"{of}, read in a copy at {at}"


def unbracketed(name: str) -> str:
    """Write what stands in brackets after a name behind a comma, for use within brackets."""
    return re.sub(r" \(([^()]*)\)", r", \1", name)


def day_of_page(source: Row) -> str:
    """Day of a page as it ends a citation: of one that is kept up, to when it was updated."""
    day = published(source)
    return f"on a page {day}" if day.startswith(UPDATED) else day


def cited(row: Row, stated: str = "") -> str:
    """Cite whoever gave a number and the page on which it was read, with their days.

    Parameters
    ----------
    row : mapping
        Cells of a row with a counter.
    stated : str
        Day of the statement in words; left out where the page has the same day.

    Returns
    -------
    str
    """
    record = card_record()
    source = record.sources[str(row["source_id"])]
    who = unbracketed(record.names.get(str(row["counter"]), str(row["counter"])))
    day, page = day_of_page(source), outlet(str(source["publisher"]))
    said = f"{who}, {stated}" if stated and stated != day else who
    # `only_page` says after it that such a page has no date
    dated = "" if only_page(row) else f", {day}"
    if str(row.get("reading")) != OWN_PAGE:
        words = f"{said}, as reported by {page}{dated}"
    elif page.startswith(who) or who.startswith(page):
        words = f"{said}{dated}"
    else:
        words = f"{said}, in {page}{dated}"
    return f"{words}; added up by {BOOK}" if row.get("method") == DERIVED_SUM else words


def cited_event(row: Row) -> str:
    """Cite the page on which an event was read, as it ends a sentence to quote."""
    source = card_record().sources[str(row["source_id"])]
    return f"{outlet(str(source['publisher']))}, {day_of_page(source)}"


def phrased_event(row: Row) -> str:
    """Sentence to quote for a denial, a finding or a paper: what was said, when, and by which page.

    Parameters
    ----------
    row : mapping
        Cells of a row of events.

    Returns
    -------
    str
        Of a confirmation, the note stays with it, since it says of what.
    """
    text = in_a_sentence(str(row["text"]))
    when, cited = days_of(row), cited_event(row)
    # the page is often of the same day
    stated = "" if cited.endswith(f", {when}") else f"{when}; "
    of_what = f"{row['note']}; " if row["kind"] == CONFIRMED and row["note"] else ""
    return f"{text} ({stated}{of_what}source: {cited})."


def in_a_sentence(text: str) -> str:
    """Turn the words of a row into a sentence that names its speaker.

    Examples
    --------
    >>> in_a_sentence("South Korean defence minister: food seems to be the largest part")
    'According to the South Korean defence minister, food seems to be the largest part'
    >>> in_a_sentence("Finding of UN monitors: debris is of a missile")
    'According to a finding of UN monitors, debris is of a missile'
    >>> in_a_sentence("US lists eight bodies")
    'The United States lists eight bodies'
    """
    found = SPEAKER.fullmatch(text)
    if found:
        who, said = found[1], found[2]
        if who.startswith(FINDING_OF):
            who = f"a finding of {who.removeprefix(FINDING_OF)}"
        elif who.startswith("Resolution "):
            who = f"r{who[1:]}"
        elif WITH_ARTICLE.search(who.partition(" (")[0]):
            who = f"the {who}"
        return f"According to {who}, {said}"
    text = re.sub(r"^US (?=[a-z])", "The United States ", text)
    return f"{text[:1].upper()}{text[1:]}"


def days_of(row: Row) -> str:
    """Day or days of an event in words."""
    return when_stated(
        row["date_first"],
        row["date_last"],
        str(row["precision_first"]),
        str(row["precision_last"]),
    )


def route_words(row: Row) -> str:
    """Words on the way of containers that were sent, where the pages read do not state it."""
    sent = row.get("sense") == "delivered" and row.get("quantity") == "containers"
    if not sent or "route" not in row:
        return ""
    route, said = str(row["route"]), str(row["text"]).rpartition("; ")[2]
    if route.endswith(PRESUMED) and PRESUMED in said:
        # the port is named by the page, and the words are those of the record
        return f"; {said}; {NOT_ALL_BY_SEA}"
    return f", {NOT_STATED[route]}" if route in NOT_STATED else ""


def only_page(row: Row) -> str:
    """Words for a number that one undated page alone carries; empty for any other."""
    record = card_record()
    dated = not published(record.sources[str(row["source_id"])]).endswith(UNDATED)
    if dated or "quantity" not in row:
        return ""
    what = ("counter", "quantity", "sense", "value", "low", "high")
    same = {
        str(other["source_id"])
        for _, other in record.rows.values()
        if all(str(other.get(name, "")) == str(row.get(name, "")) for name in what)
    }
    copies = {
        id_ for id_, page in record.sources.items()
        if same & {*str(page["derived_from"]).split()}
    }  # fmt: skip
    alone = len(same | copies) == 1
    return "; an undated page, and the only one read that has this number" if alone else ""


def phrased(finding: Row, row: Row) -> str:
    """Sentence to quote, with one bracket at its end: the period, who counted, the page read.

    Parameters
    ----------
    finding : mapping
        One entry of ``findings.json``.
    row : mapping
        Cells of the first row that it rests on.

    Returns
    -------
    str
        Of a number that the book computed, the bracket names the book and the counters.
    """
    record = card_record()
    text = in_prose(str(finding["text"])).removesuffix(".").replace(f" ({MADE_AS_SUM})", "")
    when = str(finding.get("when", ""))
    found = LAST_BRACKET.search(text)
    inner = found[1] if found else ""
    text = text[: found.start()] if found else text
    stated, period = "", inner
    if when and "statement_first" in row and (inner == when or inner.endswith(f", {when}")):
        stated, period = "" if when in text else when, ""
    if finding.get("own"):
        counters = (record.rows[each][1].get("counter", "") for each in finding["inputs"])
        names = dict.fromkeys(record.names.get(str(each), str(each)) for each in counters if each)
        whose = f"rows of {listed([*names])}" if names else f"{len(finding['inputs'])} rows"
        source = f"computed by {BOOK} from {whose}"
    else:
        source = f"{cited(row, stated)}{only_page(row)}"
        if (way := route_words(row)) and way not in text:
            text = f"{text}{way}"
    return f"{said_outside(text)} ({f'{period}; ' if period else ''}source: {source})."


def said_outside(text: str) -> str:
    """Name the book in a sentence that stands elsewhere, where it speaks of itself.

    Examples
    --------
    >>> said_outside("By its count, as this book divides it, it is 4 a month.")
    'By its count, as Counted from Above divides it, it is 4 a month.'
    >>> said_outside("The record holds 5 denials.")
    'The record of Counted from Above holds 5 denials.'
    """
    for pattern, words in OUTSIDE:
        text = pattern.sub(words, text)
    return text


def _more(left: int, words: str) -> list[str]:
    """Note that so many pages are left out, in a list of one; empty where none is."""
    return [words.format(left)] if left > 0 else []


def doubts(source: Row) -> str:
    """Note that a page is one of those that are not usually reliable; empty for any other.

    Of a copy, the note is of the site that has it, not of whoever wrote the text.
    """
    if source["reliability"] not in POOR:
        return ""
    if source["reliability_reason"] in COPIES:
        return "; said of the site with the copy: sites of its kind are not usually reliable"
    return "; pages of this kind are not usually reliable"


def without_numbers(text: str) -> str:
    """First sentences of a judgement that have no number; empty where the first has one.

    Examples
    --------
    >>> without_numbers("The judgements decide. The chance is 3 percent. So it is.")
    'The judgements decide.'
    """
    return " ".join(takewhile(lambda each: not re.search(r"\d", each), SENTENCE_END.split(text)))


class QuotationBlock(Block):
    """Base of the blocks on speakers."""

    @staticmethod
    def page(part: Part) -> str:
        """Link to a page on the web; words only where it has no address."""
        words = cell(part.text)
        return f'<a href="{cell(part.url)}">{words}</a>' if part.url.startswith(WEB) else words


class QuotationList(QuotationBlock):
    """Show sentences to be pasted, who stands behind each, in what capacity, and on which page.

    The content has a key of a finding or an id of an event a line; a line that begins with ``#``
    begins a part of the table. Keys after `BESIDE` have sentences that go beside the pages.
    """

    has_content = True

    def html(self) -> str:
        """Return the key of short words and a table, a row a line of the content.

        Raises
        ------
        DataError
            If a line names no finding with rows, and no event.
        """
        known, rows, made, part = findings(self.app), card_record().rows, [], ""
        parts: dict[str, None] = {}
        for line in self.content:
            if line.startswith("#"):
                part = line.lstrip("# ").strip()
                parts[part] = None
            elif line in known and line.startswith(JUDGED):
                made.append(self._judged(known[line], part))
            elif (key := line.partition(BESIDE)[0]) in known and rows.get(
                next(iter(known[key]["inputs"]), "")
            ):
                beside = [known[each] for each in line.split(BESIDE)[1:]]
                made.append(self._row(known[key], part, beside))
            elif rows.get(line, ("",))[0] == EVENTS:
                made.append(self._event(line, part))
            elif line.startswith(LISTINGS_OF):
                made.append(self._listings(line.removeprefix(LISTINGS_OF), part))
            else:
                message = f"quotation-list: no number and no event {line!r}; correct it"
                raise DataError(message)
        items = "".join(f"<li><em>{word}</em>: {meaning}</li>" for word, meaning in KEY.items())
        return f'<ul class="sk-key">{items}</ul>' + filtered_table(
            "quotations",
            "Whom to quote: a row is one sentence with its source, to be pasted as it is and "
            "without quotation marks, since the words are this book's, and who stands behind it; "
            "the link leads to the speaker's own page where one is known",
            ["to be pasted", "who, in what capacity", "page"],
            made,
            empty="There is no finding to quote yet.",
            label="About",
            choices=parts,
        )

    def _event(self, identifier: str, part: str) -> str:
        record = card_record()
        _, row = record.rows[identifier]
        read = record.sources[str(row["source_id"])]
        kind = words_of(record, "event_kind", str(row["kind"]))
        return html_row(
            (
                f"<p>{self.ships(phrased_event(row))}</p>{self.card('row', identifier)}",
                cell(f"{row['actors']}: {kind}; {REPORT}"),
                f"read in: {self.page(page_link(record, read))}{doubts(read)}",
            ),
            choice=part,
        )

    def _listings(self, ship: str, part: str) -> str:
        """Line on the lists of sanctions that have a ship itself."""
        record = card_record()
        words, behind = listing_sentence(ship)
        if not behind:
            message = f"quotation-list: no listing of a ship {ship!r}; correct its name"
            raise DataError(message)
        rows = [record.rows[each][1] for each in behind]
        sources = " ".join(f"{row['source_id']} {row['act_source'] or ''}" for row in rows)
        # a copy is named after the pages that are none
        ordered = sorted(
            dict.fromkeys(sources.split()),
            key=lambda each: record.sources[each]["reliability_reason"] in COPIES,
        )
        pages = {each: record.sources[each] for each in ordered}
        cited = [f"{outlet(str(p['publisher']))}, {published(p)}" for p in pages.values()]
        cited[MOST_CITED:] = _more(len(cited) - MOST_CITED, "and {} more, on the cards")
        source = f"source: {cell('; '.join(cited))}; put together by {BOOK}"
        sentence = f"<p>{self.ships(words)} ({source}).</p>"
        cards = ", ".join(self.card("row", each) for each in behind)
        read = [f"read in: {self.page(page_link(record, p))}{doubts(p)}" for p in pages.values()]
        read[MOST_CITED:] = _more(len(read) - MOST_CITED, "{} more, on the cards")
        bodies = listed([*dict.fromkeys(str(row["body"]) for row in rows)])
        who = cell(f"measures of {bodies}; {REPORT}")
        return html_row((f"{sentence}{cards}", who, "<br>".join(read)), choice=part)

    def _judged(self, finding: Row, part: str) -> str:
        """Line of a judgement of the book, which nobody else made, without its probability."""
        text = without_numbers(str(finding["text"])).removesuffix(".")
        if not text:
            message = f"quotation-list: {finding['key']} has no sentence without a chance; leave it"
            raise DataError(message)
        source = f"a judgement of {BOOK}, on {len(finding['inputs'])} rows"
        sentence = f"<p>{cell(said_outside(text))} (source: {source}).</p>"
        link = self.card("finding", str(finding["key"]), "its card")
        return html_row(
            (f"{sentence}{link}", f"judged by {BOOK}", '<a href="rivals.html">every judgement</a>'),
            choice=part,
        )

    def _row(self, finding: Row, part: str, beside: Sequence[Row] = ()) -> str:
        record = card_record()
        _, row = record.rows[finding["inputs"][0]]
        sentence = (
            f"<p>{self.ships(phrased(finding, row))}</p>"
            f"{self.card('finding', str(finding['key']), str(finding['said']))}"
        )
        if "counter" not in row:
            return html_row((sentence, f"computed by {BOOK}", "the rows of the card"), choice=part)
        # what is computed here has all its rows behind it, what is printed the one that prints it
        behind = [record.rows[each][1] for each in finding["inputs"]] if finding["own"] else [row]
        computed = f"computed by {BOOK}; behind it: " if finding["own"] else ""
        who = "; ".join(dict.fromkeys(map(self._who, behind)))
        pages = list(dict.fromkeys(page for each in behind for page in self._pages(each)))
        more = len(pages) - MOST_PAGES
        if more > 0:
            pages[MOST_PAGES:] = [f"{more} more, on the card"]
        pages += [cell(str(each["text"])) for each in beside]
        return html_row((sentence, cell(f"{computed}{who}"), "<br>".join(pages)), choice=part)

    def _who(self, row: Row) -> str:
        """Name and capacity of the counter of a row, and how the number came about."""
        counter = str(row["counter"])
        passed = "" if own_page_of(row) == row["source_id"] else f"; {REPORT}"
        name = card_record().names.get(counter, counter)
        return f"{name}: {capacity(counter)}; {independence(row)}{passed}"

    def _pages(self, row: Row) -> Iterator[str]:
        """Link to the counter's own page and, where it is another, to the page of the row."""
        record = card_record()
        own, read = own_page_of(row), record.sources[str(row["source_id"])]
        if own:
            yield f"own page: {self.page(page_link(record, record.sources[own]))}"
        if own != read["id"]:
            yield f"read in: {self.page(page_link(record, read))}{doubts(read)}"


class SpeakerList(QuotationBlock):
    """Show everybody whose number a finding prints, with the findings and their own pages."""

    def html(self) -> str:
        """Return a table, a row a speaker, those with most findings first."""
        behind: dict[str, list[str]] = defaultdict(list)
        rows = card_record().rows
        for key, finding in findings(self.app).items():
            if finding["support"] and not finding["own"] and len(finding["inputs"]) == 1:
                counter = str(rows[finding["inputs"][0]][1].get("counter", ""))
                if counter in speakers():
                    behind[counter].append(key)
        ordered = sorted(behind.items(), key=lambda each: (-len(each[1]), each[0]))
        kinds = {counter: str(speakers()[counter]["kind"]) for counter in behind}
        return filtered_table(
            "speakers",
            "Who speaks: a row is one counter or claimant whose number a sentence of this book "
            "prints, with the sentences and the newest page of its own",
            ["who", "in what capacity", "stands behind", "own pages in the record"],
            [self._row(counter, keys, kinds[counter]) for counter, keys in ordered],
            empty="Nobody's number is printed yet.",
            label="Kind",
            choices=dict.fromkeys(kinds[counter] for counter, _ in ordered),
        )

    def _row(self, counter: str, keys: list[str], kind: str) -> str:
        record = card_record()
        known = findings(self.app)
        said = distinct_numbers({key: str(known[key]["said"]) for key in keys})
        links = [self.card("finding", key, words) for key, words in said[:MOST_FINDINGS]]
        left = len(said) - len(links)
        more = f" and {left} more" if left else ""
        pages = own_pages().get(counter, ())
        newest = self.page(page_link(record, record.sources[pages[-1]])) if pages else ""
        newest = f"newest of {len(pages)}: {newest}" if len(pages) > 1 else newest
        owned = newest or self._without_own_page(counter)
        cells = (cell(capacity(counter)), f"{', '.join(links)}{more}", owned)
        return html_row((cell(record.names[counter]), *cells), choice=kind)

    def _without_own_page(self, counter: str) -> str:
        """Name the nearest page that was read of a counter none of whose own pages was."""
        record = card_record()
        first_hand = [
            str(row["source_id"])
            for _, row in record.rows.values()
            if row.get("counter") == counter and row.get("reading") == OWN_PAGE
        ]
        if first_hand:
            source = record.sources[first_hand[-1]]
            copied = source["reliability_reason"] in COPIES
            where = "read in a copy:" if copied else "read first hand on"
            return f"{where} {self.page(page_link(record, source))}"
        name = record.names[counter]
        of_name = [
            source
            for source in record.sources.values()
            if source["url"] and re.fullmatch(rf"{re.escape(name)}( \w+)?", source["publisher"])
        ]
        if of_name and speakers()[counter]["kind"] in NEWSROOMS:
            page = self.page(page_link(record, of_name[-1]))
            return f"none with its own numbers was read; another of its pages: {page}"
        return "none was read"


def distinct_numbers(said: Mapping[str, str]) -> list[tuple[str, str]]:
    """Keys and words of findings, each word once, numbers before at most one date.

    Examples
    --------
    >>> distinct_numbers({"a": "until May 2024", "b": "in 2023", "c": "4 ships", "d": "4 ships"})
    [('c', '4 ships'), ('a', 'until May 2024')]
    """
    once: dict[str, str] = {}
    for key, words in said.items():
        once.setdefault(words, key)
    dates = [words for words in once if DATED.fullmatch(words)]
    return [(once[words], words) for words in (*(w for w in once if w not in dates), *dates[:1])]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("quotation-list", QuotationList)
    app.add_directive("speaker-list", SpeakerList)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
