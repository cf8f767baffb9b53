"""Flip sets of verdicts: each claim judged again without rows, sources, or under an assumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from skytally.claims.claim_rule_checks_and_evaluation import Outcome, judge_again
from skytally.claims.findings_and_rows_lookup_for_claim_rules import Evidence
from skytally.claims.verdict_scale import worst
from skytally.findings import (
    ESTIMATE_BUDGET,
    ESTIMATES,
    VOID,
    Finding,
    FlipSet,
    FlipSets,
    Reevaluation,
    as_examples,
    by_source,
    smallest_sets,
)
from skytally.record import NOTHING, Removed

BUDGET = 100
"""Judgements that the search for one verdict may spend beyond single rows."""
ALIKE_KINDS = ("count", "extent", "share")
"""Kinds of rules to which rows of one table are all the same but for what they are counted by."""


@dataclass(frozen=True)
class _Outcomes:
    """Outcomes of rules on whatever is left of the record, each evaluated once."""

    rules: Mapping[str, Mapping[str, Any]]
    """Id to the row of the table ``rules``."""
    evidence: Evidence
    """The whole evidence."""
    reevaluation: Reevaluation
    """The declared findings, to be evaluated again."""
    _known: dict[tuple[str, Removed], Outcome | None] = field(default_factory=dict)

    @cached_property
    def findings(self) -> dict[str, list[str]]:
        """Rule to the declared findings that it names."""
        declared = self.reevaluation.declarations
        return {
            name: [ref for ref in dict.fromkeys(_named_by(rule)) if ref in declared]
            for name, rule in self.rules.items()
        }

    @cached_property
    def parts(self) -> dict[str, dict[str, tuple[str, bool]]]:
        """Rule to each row that it may select: what it is counted by, and whether in the part."""
        record, parts = self.evidence.record, {}
        for name, rule in self.rules.items():
            if rule["table"]:
                found = record.selection(rule["table"], rule["where"])
                inside = record.met(rule["table"], rule["part"])[found.rows.index].tolist()
                words = found.rows[rule["distinct"]] if rule["distinct"] else [""] * len(inside)
                each = zip(map(str, words), inside, strict=True)
                parts[name] = dict(zip(found.ids, each, strict=True))
        return parts

    @cached_property
    def concerns(self) -> dict[str, Removed]:
        """Rule to all rows that can change its outcome by themselves, not through a finding."""
        return {
            name: frozenset((*_named_by(rule), rule["claimed"], *self.parts.get(name, ())))
            for name, rule in self.rules.items()
        }

    @cached_property
    def reach(self) -> dict[str, Removed]:
        """Rule to all rows that can change its outcome, those that its findings read among them."""
        return {
            name: self.concerns[name].union(*map(self.reevaluation.may_read, self.findings[name]))
            for name in self.rules
        }

    def outcome(self, name: str, removed: Removed) -> Outcome | None:
        """Outcome of one rule without some rows; None where it cannot be evaluated."""
        key = name, removed & self.reach[name]
        if key not in self._known:
            try:
                self._known[key] = judge_again(self.rules[name], self._left(*key))
            except ValueError:
                self._known[key] = None
        return self._known[key]

    def _left(self, name: str, removed: Removed) -> Evidence:
        """Evidence for one rule without some rows, on findings that are evaluated again."""
        findings, refs = dict(self.evidence.findings), set(self.concerns[name])
        for key in self.findings[name]:
            # one that is void already, as its rows are not in this record, rests on nothing
            refs.update(findings.pop(key, {}).get("inputs", ()))
            found = self.reevaluation.finding(key, removed)
            if isinstance(found, Finding):
                findings[key] = vars(found)
        rows, sites = (
            {ref: known[ref] for ref in refs - removed if ref in known}
            for known in (self.evidence.rows, self.evidence.sites)
        )
        return replace(self.evidence, findings=findings, rows=rows, sites=sites, removed=removed)


def _named_by(rule: Mapping[str, Any]) -> list[str]:
    """List the findings, rows and sites that a rule names on either side."""
    return [*rule["left"].split(), *rule["right"].split()]


@dataclass(frozen=True)
class _Trials:
    """One claim, judged by its rules on whatever is left of the record."""

    rules: Sequence[str]
    """Ids of the rules of the claim."""
    claim: str
    """Its id; a press claim is under test, and no evidence for itself."""
    outcomes: _Outcomes
    """What the rules give."""
    stands_for: Mapping[str, Sequence[str]]
    """Row to those of the same sighting that are counted only where it is missing."""
    _known: dict[Removed, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    _roles: dict[str, object] = field(default_factory=dict)

    @cached_property
    def findings(self) -> list[str]:
        """Declared findings that the rules name."""
        return list(
            dict.fromkeys(key for rule in self.rules for key in self.outcomes.findings[rule])
        )

    @cached_property
    def _reach(self) -> Removed:
        return NOTHING.union(*(self.outcomes.reach[rule] for rule in self.rules))

    def verdict(self, removed: Removed = NOTHING) -> str:
        """Verdict without some rows; void where a rule cannot be evaluated."""
        found = [self.outcomes.outcome(rule, removed) for rule in self.rules]
        verdicts = [outcome.verdict for outcome in found if outcome is not None]
        return worst(verdicts) if len(verdicts) == len(found) else VOID

    def _rests_on(self, removed: Removed) -> tuple[str, ...]:
        """Rows on which the verdict rests without some others."""
        outcomes, evidence = self.outcomes, self.outcomes.evidence
        refs = {outcomes.rules[rule]["claimed"] for rule in self.rules}
        for rule in self.rules:
            outcome = outcomes.outcome(rule, removed)
            refs.update(outcome.refs if outcome else ())
        for key in self.findings:
            refs |= outcomes.reevaluation.reads(key, removed)
        left = refs - removed - {self.claim}
        return tuple(sorted(ref for ref in left if ref in evidence.rows or ref in evidence.sites))

    def trial(self, removed: Removed) -> tuple[str, tuple[str, ...]]:
        """Judge without some rows: the other word, empty if it stands, and the rows it reads."""
        concerned = removed & self._reach
        if concerned not in self._known:
            verdict = self.verdict(concerned)
            rows = () if verdict == VOID else self._rests_on(concerned)
            self._known[concerned] = ("" if verdict == self.verdict() else verdict), rows
        return self._known[concerned]

    def one_of_each_kind(self, removed: Removed) -> tuple[str, tuple[str, ...]]:
        """Judge likewise, but of rows that count alike return only the first."""
        becomes, rows = self.trial(removed)
        first: dict[object, str] = {}
        for row in rows:
            first.setdefault(self._role(row), row)
        return becomes, tuple(first.values())

    @cached_property
    def _parts(self) -> list[dict[str, tuple[str, bool]]]:
        """Rows that each rule which counts may select, and what they are in it."""
        return [self.outcomes.parts[rule] for rule in self.rules if rule in self.outcomes.parts]

    @cached_property
    def _alone(self) -> Removed:
        """Rows that rules name, or select for what they say and not for their number."""
        known = self.outcomes.rules
        named = ((*_named_by(known[rule]), *known[rule]["claimed"].split()) for rule in self.rules)
        apart = (
            self.outcomes.parts.get(rule, {})
            for rule in self.rules
            if known[rule]["kind"] not in ALIKE_KINDS
        )
        return self.outcomes.evidence.record.repeated.union(*named, *apart)

    def _role(self, row: str) -> object:
        """Describe the part of a row in every rule; its own id where it plays one of its own."""
        if row not in self._roles:
            others = self.stands_for.get(row, ())
            alone = bool(self.findings) or not self._alone.isdisjoint((row, *others))
            self._roles[row] = (
                row
                if alone
                else repr(
                    [
                        (part.get(row), sorted(str(part.get(other)) for other in others))
                        for part in self._parts
                    ]
                )
            )
        return self._roles[row]

    def one_source_of_each_kind(self, sources: Removed) -> tuple[str, tuple[str, ...]]:
        """Judge without sources; of those whose rows count alike return only the first."""
        becomes, read = by_source(self.trial, self.outcomes.evidence.record)(sources)
        first: dict[object, str] = {}
        for source in read:
            first.setdefault(self._roles_of.get(source, source), source)
        return becomes, tuple(first.values())

    @cached_property
    def _roles_of(self) -> dict[str, tuple[str, ...]]:
        """Source to the parts of its rows, where none of them has a part of its own."""
        grouped = {*self.stands_for}.union(*self.stands_for.values(), self._alone)
        rows: dict[str, list[str]] = {}
        for row in NOTHING.union(*(self.outcomes.concerns[rule] for rule in self.rules)):
            source = self.outcomes.evidence.record.source_of.get(row, "")
            rows.setdefault(source, []).append(row)
        return {
            source: tuple(sorted(str(self._role(row)) for row in members))
            for source, members in rows.items()
            if not self.findings and grouped.isdisjoint(members)
        }


@dataclass(frozen=True)
class VerdictFlips:
    """Flip sets of verdicts, searched claim by claim."""

    rules: pd.DataFrame
    """The table ``rules``."""
    evidence: Evidence
    """What the claims were judged on."""
    reevaluation: Reevaluation
    """The declared findings among it."""

    @cached_property
    def _rules(self) -> dict[str, dict[str, Any]]:
        return {
            str(rule["id"]): {str(word): cell for word, cell in rule.items()}
            for rule in self.rules.to_dict("records")
        }

    @cached_property
    def _outcomes(self) -> _Outcomes:
        return _Outcomes(self._rules, self.evidence, self.reevaluation)

    @cached_property
    def _assumed(self) -> dict[tuple[str, str, str], _Outcomes]:
        """Outcomes under each value of each stated range."""
        return {
            key: replace(self._outcomes, reevaluation=other, _known={})
            for key, other in self.reevaluation.assumed.items()
        }

    @cached_property
    def _stands_for(self) -> dict[str, list[str]]:
        stands_for: dict[str, list[str]] = {}
        for other, kept in self.evidence.record.kept_instead.items():
            for row in kept:
                stands_for.setdefault(row, []).append(other)
        return stands_for

    def _assumptions(self, trials: _Trials) -> tuple[FlipSet, ...]:
        """Values of single parameters under which the verdict is another word."""
        mentioned = set().union(*map(self.reevaluation.depends_on, trials.findings))
        flips = []
        for (page, name, value), outcomes in self._assumed.items():
            if (page, name) in mentioned:
                after = replace(trials, outcomes=outcomes, _known={}, _roles={}).verdict()
                if after != trials.verdict():
                    flips.append(FlipSet((f"{name} = {value}",), after))
        return tuple(flips)

    def of_claim(self, claim: Mapping[str, Any]) -> FlipSets | None:
        """Smallest sets that flip the verdict on one claim.

        Parameters
        ----------
        claim : mapping
            Row of the ledger.

        Returns
        -------
        FlipSets or None
            None where no rule decides, so that no row was compared.
        """
        wanted = {*claim["rules"].split()}
        if not wanted:
            return None
        rules = [rule for rule in self._rules if rule in wanted]
        trials = _Trials(rules, str(claim["id"]), self._outcomes, self._stands_for)
        kinds = {self.reevaluation.declarations[key].kind for key in trials.findings}
        budget = ESTIMATE_BUDGET if kinds & {*ESTIMATES} else BUDGET
        what = f"claim {claim['id']}"
        rows = smallest_sets(trials.one_of_each_kind, what=f"{what}, rows", budget=budget)
        sources = smallest_sets(
            trials.one_source_of_each_kind, what=f"{what}, sources", budget=budget
        )
        every = trials.trial(NOTHING)[1]
        pages = tuple(dict.fromkeys(self.evidence.record.source_of[row] for row in every))
        return FlipSets(
            rows=as_examples(rows, every, trials.one_of_each_kind(NOTHING)[1]),
            sources=as_examples(sources, pages, trials.one_source_of_each_kind(NOTHING)[1]),
            assumptions=self._assumptions(trials),
        )


def flips_of_verdicts(
    ledger: pd.DataFrame, rules: pd.DataFrame, evidence: Evidence, reevaluation: Reevaluation
) -> dict[str, FlipSets | None]:
    """Flip sets of the verdicts on all claims.

    Parameters
    ----------
    ledger, rules : pandas.DataFrame
        The tables of the claims.
    evidence : Evidence
        What the claims are judged on.
    reevaluation : Reevaluation
        The declared findings among it.

    Returns
    -------
    dict of str to FlipSets or None
        By id of the claim. A verdict flips where its word changes, and is void where one of
        its rules can no longer be evaluated.

    Raises
    ------
    DataError
        If a search cannot even leave out one row at a time.
    """
    flips = VerdictFlips(rules, evidence, reevaluation)
    return {str(claim["id"]): flips.of_claim(claim) for claim in ledger.to_dict("records")}
