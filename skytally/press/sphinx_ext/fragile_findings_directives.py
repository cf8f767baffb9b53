"""Directives on fragile findings: which lost row or source flips a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.figures import names_of
from skytally.press.cards.finding_and_claim_cards import flips_in_words
from skytally.press.declared_finding_checks_with_parameters import declared_findings
from skytally.press.flip_sets_of_findings_and_verdicts import FLIPS
from skytally.press.sphinx_ext.cached_record_and_findings import (
    findings,
    observations,
    read_results_json,
    source_words,
    table,
)
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    card_link,
    cell,
    empty_state,
    filtered_table,
    html_row,
)

GROUPS = {
    "verdict": (),
    "estimate": ("estimate", "count", "began", "ended", "stated", "lag", "order"),
    "comparison": ("ratio", "share"),
    "superlative": ("highest", "latest", "first", "only"),
}
"""Groups of the list, in its order, and the kinds of findings in each."""
COUNTED = ("tally",)
"""Kinds that the list sums up in a sentence; all others quote a row or a parameter."""
ALWAYS = ("rivals.result", "rivals.ends")
"""Findings that stand in the list whatever their size: the answer of the book, and its ends."""
JUDGED = "rivals.ends"
"""The finding that says how far the judged ranges alone move the answer."""
MOST_LISTED = 12
"""Lines of the table of what falls with one row or one source."""
NEVER = 99
"""Stands in the order for a statement of which no flip set was found."""
LETTERS_SHOWN = 200
"""Letters of a statement above which all but its first sentence is folded."""


def flip_cell(statement: Mapping[str, Any]) -> str:
    """Words for what would flip a finding or a verdict; a hyphen where nothing was searched."""
    return cell(flips_in_words(statement, verdict="verdict" in statement)) or "-"


def words_cell(text: str) -> str:
    """HTML of a statement; of a long one the first sentence, and the others in a fold."""
    first, stop, rest = text.partition(". ")
    if len(text) <= LETTERS_SHOWN or not rest:
        return cell(text)
    return f"{cell(first + stop)}<details><summary>more</summary>{cell(rest)}</details>"


def falls_with_one(statements: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """Count the statements that change or are void without one row, or without one source."""
    counts: Counter[tuple[str, str]] = Counter()
    for statement in statements:
        for what in ("rows", "sources"):
            single = {
                each["without"][0]
                for each in statement[FLIPS][what]["sets"]
                if len(each["without"]) == 1
            }
            counts.update((what, one) for one in single)
    return counts


def _size(key: str, statement: Mapping[str, Any]) -> int:
    """Size of the smallest set; the judged ranges alone move the answer, so that is one thing."""
    if key == JUDGED:
        return 1
    return statement[FLIPS]["size"] or NEVER


def _weight(statement: Mapping[str, Any], falls: Mapping[tuple[str, str], int]) -> int:
    """Most statements that fall with one thing that flips this statement."""
    if statement.get("key") in ALWAYS:
        return sum(falls.values())
    found = falls_with_one([statement])
    return max((falls[each] for each in found), default=0)


def _one_thing(falls: Counter[tuple[str, str]]) -> str:
    """Tables of the rows and of the sources without which most statements change or are void."""
    labels = {"rows": _row_words(), "sources": source_words()}
    tables = []
    for what, head in (("rows", "row"), ("sources", "source")):
        found = [(one, count) for (kind, one), count in falls.items() if kind == what]
        ordered = sorted(found, key=lambda each: (-each[1], each[0]))[:MOST_LISTED]
        rows = [
            html_row(
                (
                    card_link(head, one, one if what == "rows" else ""),
                    cell(labels[what].get(one, "")),
                    str(count),
                )
            )
            for one, count in ordered
        ]
        tables.append(
            filtered_table(
                f"falls-{what}", f"What changes or is void without one {head}, a row a {head}",
                [head, "what it is", "findings and verdicts, at least"], rows, empty="None.",
            )
        )  # fmt: skip
    note = (
        "Of some statements only an example was kept, so each count is the least: the number of "
        "findings and verdicts that are known to change or to be void."
    )
    return f"<p>For one statement several rows may each be enough. {note}</p>{''.join(tables)}"


def _row_words() -> dict[str, str]:
    """Map each row to its counter, its number or words, and its first day."""
    names = names_of(table("counters"))
    words = {}
    for name in observations():
        for row in table(name).to_dict("records"):
            # the words of an official statement name who made it
            spoken = "" if name == "official_claims" else str(row.get("counter", ""))
            who = names.get(spoken, spoken)
            day = row.get("date_first", row.get("depart_first", row.get("statement_first")))
            when = "" if day is None or pd.isna(day) else f"{day:%Y-%m-%d}"
            parts = (who, str(row.get("text", "")), when)
            words[str(row["id"])] = ": ".join(part for part in parts if part)
    return words


def _judged(statements: Iterable[Mapping[str, Any]]) -> str:
    """Quote the ends between which the judged ranges alone move the answer; empty without any."""
    said = [each["said"] for each in statements if each.get("key") == JUDGED]
    return f"; its judged ranges alone move it: {cell(said[0])}" if said else ""


class MostFragileFirst(Block):
    """List verdicts and findings by the smallest set that flips them and by what falls with it."""

    def _statements(self) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
        """Group, key, page and flip sets of everything that was searched."""
        for claim in read_results_json(self.app, "claims.json"):
            if claim.get(FLIPS):
                yield "verdict", claim["id"], "claims", claim
        declarations, _ = declared_findings()
        kinds = {declaration.key: declaration.kind for declaration in declarations}
        groups = {kind: group for group, members in GROUPS.items() for kind in members}
        for key, finding in findings(self.app).items():
            if finding.get(FLIPS):
                kind = kinds.get(key, "")
                plain = "tally" if kind in COUNTED else "quote"
                group = "estimate" if key in ALWAYS else groups.get(kind, plain)
                yield group, key, "findings", finding

    def html(self) -> str:
        """Return a sentence on quotes and tallies, and the list of all others."""
        listed = list(self._statements())
        if not listed:
            return empty_state("No flip set has been searched yet.", anchor="table-fragile")
        order = [*GROUPS]
        falls = falls_with_one(statement for _, _, _, statement in listed)
        judged = _judged(statement for _, _, _, statement in listed)
        shown = [
            (
                _size(key, statement), -_weight(statement, falls), order.index(group), group, key,
                page, statement,
            )
            for group, key, page, statement in listed
            if group in GROUPS
        ]  # fmt: skip
        rows = [
            html_row(
                (
                    f'<a href="{page}.html#{cell(key)}">{cell(key)}</a>',
                    group,
                    "none found" if size == NEVER else str(size),
                    f"{flip_cell(statement)}{judged if key in ALWAYS else ''}",
                    words_cell(statement["text"]),
                ),
                choice=group,
            )
            for size, _, _, group, key, page, statement in sorted(shown, key=lambda one: one[:5])
        ]
        heads = ["statement", "kind", "smallest set", "what flips it", "in words"]
        return (
            self._summed_up(listed)
            + _one_thing(falls)
            + filtered_table(
                "fragile",
                "Most fragile first: a row is one finding or verdict",
                heads,
                rows,
                label="Kind",
                choices=order,
                empty="",
            )
        )

    @staticmethod
    def _summed_up(listed: list[tuple[str, str, str, Mapping[str, Any]]]) -> str:
        sizes = Counter((group, statement[FLIPS]["size"]) for group, _, _, statement in listed)
        totals = Counter(group for group, *_ in listed)
        one = {group: sizes[group, 1] for group in totals}
        verdicts, held = totals["verdict"], sizes["verdict", None]
        return (
            f"<p>One row or one source, or one other assumption, is enough to flip or void "
            f"{one.get('verdict', 0)} of {verdicts} verdicts that rest on rules; for {held} the "
            f"search found nothing. The list leaves out {totals['quote']} findings that repeat a "
            f"row or a parameter, of which {one.get('quote', 0)} are void without it, and "
            f"{totals['tally']} that count rows, of which {one.get('tally', 0)} change with one "
            f"row.</p>"
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("most-fragile-first", MostFragileFirst)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
