"""Directives of the page on claims: verdicts, changed wordings, sentences of the book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally import claims
from skytally.core import VOCABULARY_COLUMNS, DataError, chart_style, data_registry, read_cells
from skytally.press.book_evaluation import claims_tables
from skytally.press.book_metadata import source_line
from skytally.press.cards.finding_and_claim_cards import (
    ABOUT_LOST,
    IN_SUBSTANCE,
    IN_WORDING,
    REPORTED,
    WIDENED,
    WORDING,
    dated_verdict,
    deciding_reasons,
    deciding_rows,
    flips_in_words,
    page_of,
    short_of,
    told_apart,
)
from skytally.press.cards.record_cards import worded_row
from skytally.press.cards.source_citation_formatting import published
from skytally.press.cards.spelled_out_codes import shown_title
from skytally.press.sphinx_ext.cached_record_and_findings import (
    card_record,
    read_results_json,
    support_text,
    table,
)
from skytally.press.sphinx_ext.findings_table_and_counters_directives import linked_rows
from skytally.press.sphinx_ext.fragile_findings_directives import flip_cell
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    card_link,
    cell,
    empty_state,
    filtered_table,
    html_row,
    source_link,
    with_data,
)
from skytally.press.sphinx_ext.wording_difference_html import marked_words, wording_card

MOST_UNFOLDED = 90
"""Letters of a sentence on what changes a verdict that is not folded."""
MOST_DECIDING = 3
"""Rows named beside a claim; its card has more."""
RECORD_COMPARED = (
    "The record as a whole: the sentence names or copies no one source whose words could stand "
    "beside it."
)
"""What a card says in place of a source where a sentence was compared with the record."""


@cache
def ledger_tables() -> dict[str, pd.DataFrame]:
    """Tables of the ledger and of the rival hypotheses, by name."""
    # the path is asked for, so that the tables count as read
    data_registry.path("ledger")
    return claims_tables()


@cache
def press_claims() -> frozenset[str]:
    """Ids of the claims of press texts; every other claim is a sentence of the book."""
    return frozenset(table("press_claims")["id"])


@cache
def source_of_claim() -> dict[str, str]:
    """Source on which each press claim was read, by the id of the claim."""
    press = table("press_claims")
    return dict(zip(press["id"], press["source_id"], strict=True))


@cache
def claim_vocabulary() -> pd.DataFrame:
    """Words of the ledger and what they mean."""
    return read_cells(
        data_registry.path("ledger").with_name("vocabulary.csv"), header=VOCABULARY_COLUMNS
    )


@cache
def verdict_meanings() -> dict[str, str]:
    """Map each verdict to what it means."""
    words = claim_vocabulary()
    chosen = words[words["vocabulary"] == "verdict"]
    return dict(zip(chosen["word"], chosen["meaning"], strict=True))


PLAIN_WORDS = {
    claims.HOLDS: "the record has the same",
    claims.BOUND: "it fits, but only against a ceiling or a floor",
    claims.FAITHFUL: "it repeats its one source; nobody else checked",
    claims.DIFFERS: "not what its source says",
    claims.CONTRADICTED: "no reading of it fits the evidence",
    claims.UNTESTED: "the record has too little to tell",
    claims.CANNOT: "no open source can tell",
}
"""Verdict to what stands beside it for a reader who does not look the word up."""
PLAIN_WIDENED = "give the later number with it"
"""Words beside a verdict that later evidence goes beyond."""
DECODER = {
    f"{claims.IN_PART} ({IN_WORDING})": "the number is as in its source, and a word that belongs "
    "to it is lost",
    f"{claims.IN_PART} ({IN_SUBSTANCE})": "a part of what it says is not shown, or is another",
    claims.BOUND: PLAIN_WORDS[claims.BOUND],
    WIDENED.strip(): f"it fitted on its day; {PLAIN_WIDENED}",
}
"""Verdict, or its end, to one line above the short table; `PLAIN_WORDS` has the others."""


def plain_words(claim: dict[str, Any]) -> str:
    """Plain words for the verdict on a claim."""
    if claim["later_widened"]:
        return label_words(dated_verdict(claim))
    return short_of(claim) or PLAIN_WORDS[claim["verdict"]]


def label_words(label: str) -> str:
    """Plain words for a line of the table of counts: those of its verdict, and of its time."""
    verdict = label.removesuffix(WIDENED)
    plain = DECODER.get(verdict) or PLAIN_WORDS[verdict]
    if verdict == label:
        return plain
    # the label says already that it fitted on its day
    return PLAIN_WIDENED if verdict == claims.HOLDS else f"{plain}; {PLAIN_WIDENED}"


def judged(app: Sphinx) -> list[dict[str, Any]]:
    """Claims with their verdicts, as the press staged them."""
    return read_results_json(app, "claims.json")


VERDICT_LINES = {word: (word, f"{word}{WIDENED}") for word in claims.GOOD} | {
    claims.IN_PART: tuple(f"{claims.IN_PART} ({part})" for part in (IN_WORDING, IN_SUBSTANCE))
}
"""Verdict to the lines that it has in the table of counts."""
SAID_OR_DATED = {"events", "official-claims", "none"}
"""Kinds of evidence that decide whether something was said or when, and not what moved."""


def counted_verdicts(claims_of: Iterable[dict[str, Any]]) -> str:
    """Cells with the number of claims under each verdict, split by what they are about."""
    counted: Counter[tuple[str, bool]] = Counter()
    for claim in claims_of:
        counted[dated_verdict(claim), claim["line"] in SAID_OR_DATED] += 1
    return "".join(
        f'<tr><th scope="row">{cell(line)}</th><td>{cell(label_words(line))}</td>'
        f"<td>{counted[line, False]}</td><td>{counted[line, True]}</td></tr>"
        for word in claims.VERDICTS
        for line in VERDICT_LINES.get(word, (word,))
        if line in claims.VERDICTS or counted[line, False] + counted[line, True]
    )


VERDICT_COLOURS = dict(zip(claims.VERDICTS, chart_style.VERDICT_COLOURS, strict=True))
CHANGED = (claims.CONTRADICTED, claims.DIFFERS, claims.IN_PART)
"""Verdicts on sentences that differ from their source or the evidence, the worst first."""
STANDING = (claims.HOLDS, claims.BOUND, claims.FAITHFUL)
UNDECIDED = (claims.UNTESTED, claims.CANNOT)


def of_press(known: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims of press texts."""
    return [claim for claim in known if claim["id"] in press_claims()]


def of_book(known: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sentences of the book itself."""
    return [claim for claim in known if claim["id"] not in press_claims()]


def bar_of(name: str, some: list[dict[str, Any]], *, title: str, caption: str) -> str:
    """Stacked bar of claims by verdict."""
    from skytally.figures.verdict_bar_chart import verdict_bar

    counts = Counter(claim["verdict"] for claim in some)
    ordered = {word: counts[word] for word in (*CHANGED, *STANDING, *UNDECIDED)}
    chart = verdict_bar(
        ordered, VERDICT_COLOURS, name=name, title=title, caption=caption,
        source_line=source_line(),
    )  # fmt: skip
    return with_data(chart.block, "claims.json")


def why_in_words(claim: dict[str, Any]) -> str:
    """Reasons of a verdict, the deciding first, what came later and where doubts stand.

    Several sentences share what speaks against them; it stands in the short table and on the cards.
    """
    decide, others = deciding_reasons(claim)
    reasons = [cell(reason) for reason in (*decide, *others)]
    reasons += [f"<em>Later:</em> {cell(sentence)}" for sentence in claim["later"]]
    if claim["remark"]:
        reasons.append(f"{'<em>Remark:</em> ' if decide else ''}{cell(claim['remark'])}")
    if claim["against"]:
        card = card_link("claim", claim["id"], "on its card")
        reasons.append(f"<strong>What speaks against it</strong> stands {card}.")
    return " ".join(reasons)


def verdict_words(claim: dict[str, Any]) -> str:
    """Verdict as HTML, with the time for which it holds, and what it means in plain words."""
    widened = WIDENED if claim["later_widened"] else ""
    return (
        f"<strong>{cell(told_apart(claim))}</strong>{widened}"
        f"<br><em>{cell(plain_words(claim))}</em>"
    )


def verdict_key(some: Iterable[dict[str, Any]]) -> str:
    """One line for each verdict of a table that its own words leave open, as HTML."""
    words = dict.fromkeys(told_apart(claim) for claim in some)
    ends = [WIDENED.strip()] if any(claim["later_widened"] for claim in some) else []
    lines = [word for word in (*words, *ends) if word in DECODER]
    items = "".join(f"<li><em>{cell(word)}</em>: {cell(DECODER[word])}.</li>" for word in lines)
    return f'<ul class="sk-key">{items}</ul>' if items else ""


def text_key(ids: Iterable[str]) -> str:
    """One sentence that says which text each short name stands for, as HTML."""
    pages = {each.partition("-")[0]: source_of_claim()[each] for each in sorted(ids)}
    named = "; ".join(f"{cell(name)}, {source_link(page)}" for name, page in pages.items())
    return f"<p>The sentences are from these texts: {named}.</p>" if named else ""


def _against_in_short(claim: dict[str, Any], told_at: str) -> str:
    """First sentence against a claim, as HTML; a link in its place, where another row has it.

    The page that the others stand on is linked, with their number.
    """
    if not claim["against"]:
        return ""
    pages = {
        page_of(key)
        for row in ledger_tables()["ledger"].to_dict("records")
        if row["id"] == claim["id"]
        for key in str(row["against"]).split()
    }
    words = claim_vocabulary()
    lines = words[words["vocabulary"] == "claim_line"].set_index("word")["meaning"]
    links = [
        f'<a href="{cell(page)}">{cell(lines.get(Path(page).stem, "its page"))}</a>'
        for page in sorted(pages)
    ]
    sentences = cell(claim["against"][0])
    more = len(claim["against"]) - 1
    if told_at:
        sentences = f"as at {card_link('claim', told_at)}"
    told = f"{more} more on" if more and not told_at else "more:"
    return f"<strong>What speaks against it:</strong> {sentences} ({told} {'; '.join(links)})"


def why_in_short(claim: dict[str, Any], told_at: str = "") -> str:
    """First reason that decides a verdict, as HTML, without the verdict on its own part.

    Parameters
    ----------
    claim : dict
        One entry of ``claims.json``.
    told_at : str
        Id of another claim that has the same sentences against it; here stands a link to it.

    Notes
    -----
    Where a sentence differs from its source and the source's words are known, they are the reason;
    where no rule decides, the remark is.
    """
    page = source_of_claim().get(claim["id"], "")
    drift = next((each for each in claim["drift"] if each["copy_source"] == page), None)
    if drift and claim["verdict"] == claims.DIFFERS:
        return f"{source_link(drift['original_source'])} has: {cell(drift['original'])}."
    decide, _ = deciding_reasons(claim)
    reason = decide[0] if decide else claim["remark"]
    words = cell(reason.partition(f" {claims.on_this_point(claim['verdict'])}")[0])
    later = ""
    if claim["later_widened"]:
        later = f"<strong>Later:</strong> {cell(claim['later'][0])}"
    elif claim["later"]:
        later = "What was seen later stands on its card."
    # what speaks against a sentence may not be left out of its shortest account
    return " ".join(filter(None, (words, later, _against_in_short(claim, told_at))))


def severity(claim: dict[str, Any]) -> int:
    """Rank of a claim among the others, the worst lowest; those that are not short share one.

    A lost fact is worse than a lost bound, and a lost bound than a lost *about*.
    """
    if claim["verdict"] not in CHANGED:
        return len(CHANGED) + 2
    if claim["verdict"] != claims.IN_PART:
        return CHANGED.index(claim["verdict"])
    if not short_of(claim).startswith((WORDING, REPORTED)):
        return len(CHANGED) - 1
    mild = {each["change"] for each in claim["drift"]} == {ABOUT_LOST}
    return len(CHANGED) + mild


PRESS_WROTE = "What the press wrote, in our words"
"""Label of the sentence of a press text, which the table of claims paraphrases."""


class ClaimsInShort(Block):
    """Show chosen claims, the worst first and else in the order given, with one reason each."""

    option_spec: ClassVar = {"ids": directives.unchanged_required}

    def html(self) -> str:
        """Return the table, a row a claim of the option *ids*.

        Raises
        ------
        DataError
            If the option is missing, or no press claim has one of the ids.
        """
        known = {claim["id"]: claim for claim in of_press(judged(self.app))}
        ids = self.given_options()["ids"].split()
        unknown = [each for each in ids if known and each not in known]
        if unknown:
            message = f"claims-in-short: no press claim {', '.join(unknown)}; correct the id"
            raise DataError(message)
        ordered = sorted(ids if known else (), key=lambda each: severity(known[each]))
        first: dict[tuple[str, ...], str] = {}
        for each in ordered:
            first.setdefault(tuple(known[each]["against"]), each)
        told_at = {each: first[tuple(known[each]["against"])] for each in ordered}
        rows = [
            html_row(
                (
                    f"{cell(known[each]['text'])} ({cell(each.partition('-')[0])})",
                    verdict_words(known[each]),
                    why_in_short(known[each], "" if told_at[each] == each else told_at[each]),
                    card_link("claim", each),
                )
            )
            for each in ordered
        ]
        keys = f"{verdict_key([known[each] for each in ordered])}{text_key(ordered)}"
        return keys + filtered_table(
            "claims-in-short",
            "Sentences of the press in short, a row a claim",
            ["what the press wrote", "verdict", "why", "card"],
            rows,
            empty="The ledger has no press claim yet.",
        )


class PressTexts(Block):
    """List the press texts under test, each with the short name that its claims begin with."""

    def html(self) -> str:
        """Return the table, a row a text in the order of the short names."""
        sources = table("sources").set_index("id")
        texts = dict(
            sorted((claim.partition("-")[0], page) for claim, page in source_of_claim().items())
        )
        rows = [
            html_row((cell(name), *self._cells(page, sources.loc[page])))
            for name, page in texts.items()
        ]
        return filtered_table(
            "press-texts", "Press texts under test, a row a text",
            ["short name", "text", "published by", "day"], rows,
            empty="The ledger has no press text yet.",
        )  # fmt: skip

    def _cells(self, page: str, source: pd.Series) -> tuple[str, str, str]:
        title = self.card("source", page, shown_title(source["title"]))
        return title, cell(source["publisher"]), cell(published(source.to_dict()))


class ClaimsSummary(Block):
    """Count the claims of the press by verdict, in a bar and in a table."""

    def html(self) -> str:
        """Return the bar and the folded table."""
        press = of_press(judged(self.app))
        if not press:
            return empty_state("The ledger has no press claim yet.")
        counts = Counter(claim["verdict"] for claim in press)
        hold = counts[claims.HOLDS] + counts[claims.BOUND]
        undecided = sum(counts[word] for word in UNDECIDED)
        bar = bar_of(
            "verdicts", press,
            title=f"{hold} of {len(press)} press claims hold; {undecided} are not decided",
            caption="Claims of the press texts by verdict. A faithful copy gives what its one "
            "source gives, which nobody else has checked.",
        )  # fmt: skip
        return (
            f"{bar}<details><summary>The same as a table, by what the claims are about</summary>"
            f"{self._table(press)}</details>"
        )

    @staticmethod
    def _table(some: list[dict[str, Any]]) -> str:
        return (
            f'<table class="sk-table"><caption>Press claims by verdict, {len(some)} in all'
            '</caption><thead><tr><th scope="col">verdict</th><th scope="col">in plain words</th>'
            '<th scope="col">on ships, railcars, depots, silences</th>'
            '<th scope="col">on a date, a statement or an intent</th></tr></thead>'
            f"<tbody>{counted_verdicts(some)}</tbody></table>"
        )


class ChangedClaims(Block):
    """Show each press claim that differs from its source or the evidence as a card."""

    def html(self) -> str:
        """Return the cards, the worst first."""
        press = of_press(judged(self.app))
        chosen = sorted((each for each in press if each["verdict"] in CHANGED), key=severity)
        if not chosen:
            return empty_state("No press claim was found to differ from its source yet.")
        return f'<div class="sk-wordings">{"".join(map(self._card, chosen))}</div>'

    def _card(self, claim: dict[str, Any]) -> str:
        page = source_of_claim()[claim["id"]]
        drift = next((each for each in claim["drift"] if each["copy_source"] == page), None)
        verdict = cell(told_apart(claim).capitalize())
        change = f", {cell(drift['change'] if drift else short_of(claim))}".rstrip(", ")
        lines = [(PRESS_WROTE, f"{cell(claim['text'])} ({source_link(page)})")]
        if drift:
            said, wrote = marked_words(drift["original"], drift["copy"])
            lines = [
                (PRESS_WROTE, f"{wrote} ({source_link(page)})"),
                ("The source said", f"{said} ({source_link(drift['original_source'])})"),
            ]
        elif claim["verdict"] != claims.DIFFERS and not claim["copied_from"]:
            lines.append(("Compared with", RECORD_COMPARED))
        lines += [
            ("So", f"<strong>{verdict}</strong>{change}. {why_in_words(claim)}"),
            ("What would change this", cell(claim["changes_if"])),
            ("Rows", _rests_on(claim)),
        ]
        head = card_link("claim", claim["id"]) + (f" {cell(claim['text'])}" if drift else "")
        return wording_card(claim["id"], head, lines)


class ListedClaims(Block):
    """List the other press claims by verdict; those that nobody decided are folded."""

    def html(self) -> str:
        """Return the lists."""
        press = of_press(judged(self.app))
        if not press:
            return empty_state("The ledger has no press claim yet.")
        return "".join(
            claim_list(word, press, folded=word in UNDECIDED) for word in (*STANDING, *UNDECIDED)
        )


def claim_list(verdict: str, some: list[dict[str, Any]], *, folded: bool) -> str:
    """List of the claims under one verdict, each with its anchor; empty where there is none."""
    chosen = [claim for claim in some if claim["verdict"] == verdict]
    if not chosen:
        return ""
    head = f"{cell(verdict.capitalize())} ({len(chosen)})"
    words = PLAIN_WORDS.get(verdict) or verdict_meanings()[verdict]
    means = f"<p>{cell(words[:1].upper() + words[1:])}.</p>"
    items = "".join(_listed_claim(claim) for claim in chosen)
    listed = f'{means}<ul class="sk-claims">{items}</ul>'
    if folded:
        return f"<details><summary>{head}</summary>{listed}</details>"
    return f"<h3>{head}</h3>{listed}"


def _rests_on(claim: dict[str, Any]) -> str:
    """Rows that decide a claim, each with counter, day and number, and what flips the verdict."""
    record = card_record()
    decided_by, others = deciding_rows(claim)
    rows = (decided_by or others)[:MOST_DECIDING]
    shown = [worded_row(record, row) for row in rows]
    links = "; ".join(
        f'<a href="{cell(part.url)}">{cell(part.text)}</a>' if part.url else cell(part.text)
        for part in shown
    )
    left = len(decided_by or others) - len(rows)
    more = f"; and {left} more" if left else ""
    rests = f"Rests on {links}{more}." if links else ""
    flips = _what_changes_it(claim)
    named = f"Rests on {' '.join(decided_by)}: "
    if links and flips.startswith(named):
        return f"Rests on {links}: {flips.removeprefix(named)}"
    return f"{rests} {flips}".strip()


def _what_changes_it(claim: dict[str, Any]) -> str:
    """Sentence on what changes a verdict, in a fold where it is long; empty where no rule decides.

    Of a verdict that rests on one row the card has named the row.
    """
    flips = flips_in_words(claim)
    if not flips or not claim["why"]:
        return ""
    if len(flips) <= MOST_UNFOLDED:
        return f"{cell(flips)}."
    return f"<details><summary>What changes the verdict</summary>{cell(flips)}.</details>"


def _listed_claim(claim: dict[str, Any]) -> str:
    text = claim["text"][:1].upper() + claim["text"][1:]
    part = f" Tested: {cell(claim['tested_part'])}." if claim["tested_part"] else ""
    why = why_in_words(claim)
    if not claim["why"]:
        why = f"{why} What would change it: {cell(claim['changes_if'])}.".strip()
    verdict = dated_verdict(claim)
    worded = f" <em>{cell(verdict[:1].upper() + verdict[1:])}.</em>"
    page = source_of_claim().get(claim["id"], "")
    printed = f"Printed in {source_link(page)}." if page else ""
    rests = " ".join(filter(None, (printed, _rests_on(claim))))
    return (
        f'<li id="{cell(claim["id"])}">{card_link("claim", claim["id"])} '
        f"<strong>{cell(text)}</strong>.{part} "
        f"{why}{worded if verdict != claim['verdict'] else ''}"
        f"{f' <small>{rests}</small>' if rests else ''}</li>"
    )


def _do(number: int, verb: str) -> str:
    """Write a number with its verb in the right number."""
    singular = {"stand": "stands", "do": "does"}
    return f"{number} {singular[verb] if number == 1 else verb}"


class OwnClaims(Block):
    """Show how the sentences of the book fare under the same kinds of rules."""

    def html(self) -> str:
        """Return a sentence, and the bar and the sentences in a fold."""
        own = of_book(judged(self.app))
        if not own:
            return empty_state("No sentence of the book is under test yet.")
        stand = sum(claim["verdict"] in claims.GOOD for claim in own)
        tested = sum(bool(claim["why"]) for claim in own)
        fail = [claim for claim in own if claim["why"] and claim["verdict"] not in claims.GOOD]
        words = "every one of them stands"
        if fail:
            words = f"{_do(stand, 'stand')} and {_do(len(fail), 'do')} not"
        bar = bar_of(
            "own-verdicts", own, title=f"{stand} of {len(own)} sentences of the book stand",
            caption="Sentences of the book by verdict.",
        )  # fmt: skip
        untested = self._untested(len(own) - tested)
        lists = "".join(
            claim_list(word, own, folded=False) for word in (*CHANGED, *STANDING, *UNDECIDED)
        )
        return (
            f"<p>The ledger has {len(own)} of the book's own sentences. The book tests {tested} by "
            f"the same kinds of rules, each of which can fail: {words}.{untested}</p>"
            f"{self._failed(fail)}<details><summary>The {len(own)} "
            f"sentences of the book and their verdicts</summary>{bar}{lists}</details>"
        )

    @staticmethod
    def _untested(left: int) -> str:
        verb = "is" if left == 1 else "are"
        return f" {left} {verb} not tested, because no rule can decide." if left else ""

    @staticmethod
    def _failed(fail: list[dict[str, Any]]) -> str:
        items = "".join(
            f'<li><a href="#{cell(claim["id"])}">{cell(claim["text"])}</a>: '
            f"{cell(told_apart(claim))}</li>"
            for claim in fail
        )
        return f"<ul>{items}</ul>" if items else ""


class ClaimsTable(Block):
    """Show every claim with its verdict and reasons in a folded table with a filter."""

    def html(self) -> str:
        """Return the table."""
        heads = ["claim", "in short", "verdict", "why", "more"]
        known = judged(self.app)
        rows = [self._row(claim) for claim in (*of_press(known), *of_book(known))]
        shown = filtered_table(
            "claims", "Claims and verdicts, a row a sentence under test", heads, rows,
            label="Verdict", choices=claims.VERDICTS, empty="The ledger has no claim yet.",
        )  # fmt: skip
        if not rows:
            return shown
        return (
            f"<details><summary>All {len(rows)} claims, to filter and to sort</summary>{shown}"
            '<p class="sk-downloads"><a href="claims.json" download>claims.json</a></p></details>'
        )

    @staticmethod
    def _row(claim: dict[str, Any]) -> str:
        part = f" <em>(tested: {cell(claim['tested_part'])})</em>" if claim["tested_part"] else ""
        rests = claim["rests_on"]
        keys = " ".join(card_link("finding", key) for key in rests["findings"])
        folded = (
            ("asserted by", cell(claim["asserted_by"])),
            ("sources of the evidence", cell(support_text(claim)) if claim["support"] else ""),
            ("what would change it", cell(claim["changes_if"])),
            ("what changes the verdict", flip_cell(claim)),
            ("rests on", f"{keys} {linked_rows(rests['rows'], visible=6)}".strip()),
        )
        listed = "".join(f"<dt>{word}</dt><dd>{text}</dd>" for word, text in folded if text)
        return (
            f'<tr data-choice="{cell(claim["verdict"])}">'
            f'<th scope="row"><a href="#{cell(claim["id"])}">{cell(claim["id"])}</a></th>'
            f"<td>{cell(claim['text'])}{part}</td><td>{verdict_words(claim)}</td>"
            f"<td>{why_in_words(claim)}</td>"
            f"<td><details><summary>more</summary><dl>{listed}</dl></details></td></tr>"
        )


class DriftCards(Block):
    """Show how wordings changed on their way from origin to copy, one card each."""

    def html(self) -> str:
        """Return the cards."""
        drift = ledger_tables()["drift"]
        if drift.empty:
            return empty_state("No wording has been compared with its origin yet.")
        words = claim_vocabulary()
        means = words[words["vocabulary"] == "wording_change"].set_index("word")["meaning"]
        cards = "".join(
            self._card(row, str(means[row["change"]])) for row in drift.to_dict("records")
        )
        return f'<div class="sk-wordings">{cards}</div>'

    @staticmethod
    def _card(row: dict[str, Any], meaning: str) -> str:
        before, after = marked_words(row["original"], row["copy"])
        note = f" {cell(claims.as_sentence(row['note']))}" if row["note"] else ""
        claim = f" {card_link('claim', row['claim'])}" if row["claim"] else ""
        lines = [
            ("Before", f"{before} ({source_link(row['original_source'])})"),
            ("After", f"{after} ({source_link(row['copy_source'])})"),
            ("So", f"{cell(meaning.capitalize())}.{note}"),
        ]
        rows = linked_rows(row["rows"].split(), visible=6)
        foot = f"Rows: {rows}." if rows else ""
        return wording_card(
            row["id"], f"<strong>{cell(row['change'].capitalize())}</strong>{claim}", lines, foot
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("press-texts", PressTexts),
        ("claims-in-short", ClaimsInShort),
        ("claims-summary", ClaimsSummary),
        ("changed-claims", ChangedClaims),
        ("listed-claims", ListedClaims),
        ("own-claims", OwnClaims),
        ("claims-table", ClaimsTable),
        ("drift-cards", DriftCards),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
