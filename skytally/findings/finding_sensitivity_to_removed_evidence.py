"""Flip sets of declared findings: each one re-evaluated without rows, sources, or an assumption."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from skytally.core import evidence_line_name_constants as n
from skytally.findings.date_lag_and_order_findings import BETWEEN, DATED
from skytally.findings.finding import Finding
from skytally.findings.finding_computation_from_declarations import PICKED, Evaluation, one_finding
from skytally.findings.finding_declarations import (
    PARAMETER,
    REFERENCE,
    Declaration,
    arguments_of,
    substituted,
)
from skytally.findings.finding_row_dependencies import rows_read
from skytally.findings.smallest_flip_set_search import (
    BUDGET,
    LISTED,
    VOID,
    FlipSet,
    FlipSets,
    by_source,
    smallest_sets,
)
from skytally.record import NOTHING, ReducedRecord, Removed, WholeRecord

OTHER_BOUND, OTHER_ORDER = "another bound", "another order"
OTHER_SENTENCE, OTHER_VALUE = "another sentence", "another value"
NEUTRAL = {"ratio": 1.0, "order": 0.5, "lag": 0.0}
"""Kind of finding to the number on whose sides its sentence says opposite things."""
SUPERLATIVE = (*PICKED, "only")
"""Kinds whose sentence names one thing, so that any other sentence is another statement."""
ESTIMATES = ("estimate", "count")
COSTLY = (*ESTIMATES, "tally")
"""Kinds that many rows flip, or that take long: one set of the smallest size is enough."""
ESTIMATE_BUDGET = 25
"""Evaluations that the search for one estimate may spend; each costs as much as a statistic."""
NUMBER = re.compile(r"[-\u2212]?\d[\d,.]*")


def _middle(low: float | None, high: float | None) -> float:
    """Middle of an interval, geometric between positive ends; its finite end where one is open."""
    if low is None or high is None:
        return math.nan if low is high else float((low if high is None else high) or 0.0)
    return math.sqrt(low * high) if low > 0 else (low + high) / 2


def _side(finding: Finding, neutral: float) -> int:
    """1 where a finding lies wholly above a number, -1 where wholly below, else 0."""
    above = finding.low is not None and finding.low > neutral
    return int(above) - int(finding.high is not None and finding.high < neutral)


def _open_sides(bound: str) -> str:
    """Bound of a finding, the same for an exact number and for an interval without other words."""
    return n.EXACTLY if bound == n.BETWEEN else bound


def flipped(before: Finding, after: Finding | str, *, kind: str) -> str:
    """Word for how a finding changed, empty where it stands.

    Parameters
    ----------
    before, after : Finding
        A string in place of `after` says why it cannot be computed.
    kind : str
        Kind of the finding, such as *highest*.

    Returns
    -------
    str
        *void* where it cannot be computed; *another bound* where the bound or the unit
        changed; *another sentence* of a superlative, or apart from its numbers; *another
        order* where a multiple crossed 1, a lag 0 or the chance of an order one half;
        *another value* where the old value, or the middle of the old interval, lies outside
        the new interval.
    """
    if isinstance(after, str):
        return VOID
    if _open_sides(before.bound) != _open_sides(after.bound) or before.unit != after.unit:
        return OTHER_BOUND
    if kind in SUPERLATIVE and before.text != after.text:
        return OTHER_SENTENCE
    if kind in NEUTRAL and _side(before, NEUTRAL[kind]) != _side(after, NEUTRAL[kind]):
        return OTHER_ORDER
    if kind in DATED:
        return ""
    low = -math.inf if after.low is None else after.low
    high = math.inf if after.high is None else after.high
    middle = _middle(before.low, before.high) if before.value is None else before.value
    if not math.isnan(middle) and not low <= middle <= high:
        return OTHER_VALUE
    differs = NUMBER.sub("", before.text) != NUMBER.sub("", after.text)
    return OTHER_SENTENCE if differs else ""


@dataclass(frozen=True)
class Reevaluation:
    """Declared findings that can be evaluated one by one, without any rows."""

    declarations: Mapping[str, Declaration]
    """By key."""
    record: WholeRecord
    """All rows, and what conditions select among them."""
    parameters: Mapping[str, Mapping[str, Any]]
    """Page to the parameters of its notebook."""
    ranges: Mapping[tuple[str, str], Sequence[Any]] = field(default_factory=dict)
    """Page and parameter to the values of its stated range."""
    _evaluations: dict[Removed, Evaluation] = field(default_factory=dict)
    _named: dict[str, Removed] = field(default_factory=dict)
    _may_read: dict[str, Removed] = field(default_factory=dict)
    _findings: dict[tuple[str, Removed], Finding | str] = field(default_factory=dict)
    _read: dict[tuple[str, Removed], Removed] = field(default_factory=dict)
    _trials: dict[tuple[str, Removed], tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def evaluation(self, removed: Removed) -> Evaluation:
        """Tables without some rows, ready for any finding."""
        if removed not in self._evaluations:
            left = ReducedRecord(self.record, removed)
            self._evaluations[removed] = Evaluation(self.declarations, left, self.parameters)
        return self._evaluations[removed]

    def may_read(self, key: str) -> Removed:
        """Rows that a finding can ever read: it is the same without any others.

        These are the rows that it names, those that meet its conditions and their copies, those
        of further tables that its estimate reads, and all of these of findings it refers to.
        """
        if key not in self._may_read:
            declaration = self.declarations[key]
            record, name = self.record, declaration.table
            rows = set(self.named(key))
            if REFERENCE.search(declaration.where):
                rows |= record.removable.get(name, NOTHING)
            elif not declaration.rows and declaration.kind not in BETWEEN:
                parameters = self.parameters.get(declaration.page, {})
                where = substituted(declaration.where, parameters)
                rows |= record.with_copies(name, record.selection(name, where).ids)
            for table in declaration.named.reads if declaration.named else ():
                rows |= record.removable.get(table, NOTHING)
            for match in REFERENCE.finditer(f"{declaration.of} {declaration.where}"):
                rows |= self.may_read(match[1])
            # a quoted number may take a bound from a row that counts in the place of its own
            instead = (record.kept_instead.get(row, NOTHING) for row in rows)
            self._may_read[key] = frozenset(rows).union(*instead)
        return self._may_read[key]

    def _concerned(self, key: str, removed: Removed) -> Removed:
        """Rows, of those left out, that a finding could have read."""
        return removed & self.may_read(key) if removed else NOTHING

    def finding(self, key: str, removed: Removed = NOTHING) -> Finding | str:
        """Evaluate one finding without some rows; a string says why it cannot be."""
        concerned = self._concerned(key, removed)
        if (key, concerned) not in self._findings:
            evaluation = self.evaluation(concerned)
            self._findings[key, concerned] = one_finding(self.declarations[key], evaluation)
        return self._findings[key, concerned]

    def _becomes(self, key: str, found: Finding | str, evaluation: Evaluation) -> str:
        """How a finding, or the days of a change, differ from those of the whole record."""
        before, kind = self.finding(key), self.declarations[key].kind
        if isinstance(before, str):
            return VOID
        word = flipped(before, found, kind=kind)
        if word or kind not in DATED:
            return word
        was, now = (each.brackets[key] for each in (self.evaluation(NOTHING), evaluation))
        middle = was.last if was.is_open else (was.first + was.last) / 2
        return "" if now.first <= middle <= now.last else OTHER_VALUE

    def named(self, key: str) -> Removed:
        """Rows that a finding, or one it refers to, names: it is void without one of them."""
        if key not in self._named:
            declaration = self.declarations[key]
            cells = f"{declaration.rows} {REFERENCE.sub('', declaration.of)}"
            ids = substituted(cells, self.parameters.get(declaration.page, {})).split()
            others = REFERENCE.finditer(f"{declaration.of} {declaration.where}")
            self._named[key] = frozenset(ids).union(*(self.named(each[1]) for each in others))
        return self._named[key]

    def reads(self, key: str, removed: Removed = NOTHING) -> Removed:
        """Rows on which a finding depends, given that some are left out already."""
        if isinstance(self.finding(key, removed), str):
            return NOTHING
        concerned = self._concerned(key, removed)
        if (key, concerned) not in self._read:
            read = rows_read(self.declarations[key], self.evaluation(concerned))
            self._read[key, concerned] = frozenset(read) | self.named(key)
        return self._read[key, concerned]

    def trial(self, key: str, removed: Removed) -> tuple[str, tuple[str, ...]]:
        """How a finding changes without some rows, and the rows that it depends on then."""
        if removed & self.named(key):
            return VOID, ()
        concerned = self._concerned(key, removed)
        if (key, concerned) not in self._trials:
            becomes = self._becomes(key, self.finding(key, concerned), self.evaluation(concerned))
            rows = NOTHING if becomes else self.reads(key, concerned)
            # rows that are named come first: without them nothing need be evaluated
            named = self.named(key)
            ordered = tuple(sorted(rows, key=lambda row: (row not in named, row)))
            self._trials[key, concerned] = becomes, ordered
        return self._trials[key, concerned]

    def depends_on(self, key: str) -> set[tuple[str, str]]:
        """Page and name of each parameter that a finding, or one it refers to, mentions."""
        declaration = self.declarations[key]
        cells = (declaration.rows, declaration.of, declaration.where, declaration.part)
        text = " ".join((*cells, declaration.arguments, declaration.value, declaration.dates))
        named = {(declaration.page, match[1]) for match in PARAMETER.finditer(text)}
        for match in REFERENCE.finditer(text):
            named |= self.depends_on(match[1])
        return named

    def arguments(self, declaration: Declaration) -> dict[str, Any]:
        """Arguments of a declaration, its page's parameters filled in."""
        return arguments_of(declaration, self.parameters.get(declaration.page, {}))

    def with_parameter(self, page: str, name: str, value: Any) -> Reevaluation:
        """Set another value of one parameter."""
        changed = {**self.parameters, page: {**self.parameters.get(page, {}), name: value}}
        return Reevaluation(self.declarations, self.record, changed)

    @cached_property
    def assumed(self) -> dict[tuple[str, str, str], Reevaluation]:
        """Findings under each value of each stated range, by page, parameter and value in words."""
        return {
            (page, name, str(value)): self.with_parameter(page, name, value)
            for (page, name), values in self.ranges.items()
            for value in values
        }

    def assumption_flips(self, key: str) -> tuple[FlipSet, ...]:
        """Values of single parameters under which a finding is another."""
        mentioned = self.depends_on(key)
        flips = []
        for (page, name, value), other in self.assumed.items():
            if (page, name) in mentioned:
                evaluation = other.evaluation(NOTHING)
                becomes = self._becomes(key, other.finding(key), evaluation)
                if becomes:
                    flips.append(FlipSet((f"{name} = {value}",), becomes))
        return tuple(flips)

    def flip_sets(self, key: str) -> FlipSets:
        """Smallest sets of rows and sources, and the assumptions, that flip one finding."""

        def trial(removed: Removed) -> tuple[str, tuple[str, ...]]:
            return self.trial(key, removed)

        kind = self.declarations[key].kind
        budget = ESTIMATE_BUDGET if kind in ESTIMATES else BUDGET
        listed = 1 if kind in COSTLY else LISTED
        rows, sources = (
            smallest_sets(tried, what=f"finding {key}, {things}", budget=budget, listed=listed)
            for tried, things in ((trial, "rows"), (by_source(trial, self.record), "sources"))
        )
        return FlipSets(
            rows=rows,
            sources=sources,
            assumptions=self.assumption_flips(key),
        )


def flips_of_findings(reevaluation: Reevaluation, keys: Iterable[str]) -> dict[str, FlipSets]:
    """Flip sets of several findings.

    Parameters
    ----------
    reevaluation : Reevaluation
        What they are evaluated on.
    keys : iterable of str
        Keys of findings that can be evaluated.

    Returns
    -------
    dict of str to FlipSets

    Raises
    ------
    DataError
        If a search cannot even leave out one row at a time within its budget.
    """
    return {key: reevaluation.flip_sets(key) for key in keys}
