"""Directive that lists which new observation or image would settle most, and of what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sphinx.application import Sphinx

from skytally.core import DataError
from skytally.press.declared_finding_checks_with_parameters import declared_findings
from skytally.press.flip_sets_of_findings_and_verdicts import FLIPS
from skytally.press.sphinx_ext.cached_record_and_findings import (
    card_record,
    findings,
    read_results_json,
)
from skytally.press.sphinx_ext.fragile_findings_directives import falls_with_one
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row

BEGAN = "began"
"""Kind of a finding on a beginning; it has no value while no observation lies before."""
BY_LOOKING = re.compile(r"\b(?:images?|observations?|recount|second reading)\b")
"""Words by which a claim says that something seen would change its verdict."""
NOT_BY_LOOKING = "nothing that can be seen"
"""Words of a claim that no image settles."""
OPEN_DAY = re.compile(r"^on or before ")


@dataclass(frozen=True)
class Settling:
    """One observation that nobody has published, and what it would settle."""

    wanted: str
    """HTML: what to look for."""
    settles: str
    """HTML: the finding that it would settle."""
    inputs: list[str]
    """Rows that it would test."""


class SettlingObservations(Block):
    """List what would settle most: dated observations from before, and second counts.

    The content names findings on counts that a second count could repeat.
    """

    has_content = True

    def html(self) -> str:
        """Return the table, the observation with which most statements stand or fall first."""
        known, claims = findings(self.app), read_results_json(self.app, "claims.json")
        unknown = [key for key in self.content if key not in known]
        if unknown:
            message = f"settling-observations: no finding {', '.join(unknown)}; correct the key"
            raise DataError(message)
        searched = [each for each in (*known.values(), *claims) if each.get(FLIPS)]
        counted = falls_with_one(searched)
        falls = {row: count for (what, row), count in counted.items() if what == "rows"}
        found = [*self._beginnings(known), *self._counts(known)]
        ranked = sorted(found, key=lambda one: -_weight(one.inputs, falls))
        return filtered_table(
            "settling",
            "What would settle most: a row is an observation that no page we read has, ordered by "
            "how many findings and verdicts are known to change or to be void without one row that "
            "it would test. Claims: those on the same row that say that something seen would "
            "change their verdict",
            ["wanted", "what it would settle", "claims, and their verdicts now",
             "findings and verdicts, at least"],
            [
                html_row(
                    (one.wanted, one.settles, self._claims(claims, one.inputs),
                     str(_weight(one.inputs, falls)))
                )
                for one in ranked
            ],
            empty="No observation that would settle something is named yet.",
        )  # fmt: skip

    def _beginnings(self, known: Mapping[str, Mapping[str, Any]]) -> Iterator[Settling]:
        declarations, _ = declared_findings()
        keys = [each.key for each in declarations if each.kind == BEGAN]
        for key in keys:
            if key in known and known[key]["value"] is None and OPEN_DAY.match(known[key]["when"]):
                one = known[key]
                day = OPEN_DAY.sub("", one["when"])
                yield Settling(
                    f"a dated observation from before {cell(day)}: {cell(_places(one))}",
                    "when it began: " + self.card("finding", key, one["said"]),
                    list(one["inputs"]),
                )

    def _counts(self, known: Mapping[str, Mapping[str, Any]]) -> Iterator[Settling]:
        for key in self.content:
            one = known[key]
            yield Settling(
                f"a second reading of an image of the same time, {cell(one['when'])}: "
                f'{cell(_places(one))} (<a href="refresh.html#repeat-a-count">what to order</a>)',
                "whether it holds: " + self.card("finding", key, one["said"]),
                list(one["inputs"]),
            )

    @staticmethod
    def _claims(claims: list[dict[str, Any]], inputs: list[str]) -> str:
        """Links to the claims on these rows of which one says that something seen decides."""
        found = [
            f'<a href="claims.html#{cell(claim["id"])}">{cell(claim["id"])}</a>'
            f" ({cell(claim['verdict'])})"
            for claim in claims
            if BY_LOOKING.search(str(claim["changes_if"]))
            and NOT_BY_LOOKING not in str(claim["changes_if"])
            and set(inputs) & set(claim["rests_on"]["rows"])
        ]
        return ", ".join(found) or "none"


def _weight(rows: list[str], falls: Mapping[str, int]) -> int:
    return max((falls.get(row, 0) for row in rows), default=0)


def _places(finding: Mapping[str, Any]) -> str:
    record = card_record()
    rows = [record.rows[row][1] for row in finding["inputs"] if row in record.rows]
    places = dict.fromkeys(str(row["scope"]) for row in rows if row.get("scope"))
    return "; ".join(record.names.get(place, place) for place in places)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("settling-observations", SettlingObservations)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
