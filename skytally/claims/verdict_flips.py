"""Flip sets of verdicts: each claim judged again without rows, sources, or under an assumption."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from skytally.claims.rule_evaluation import Outcome, judge_again
from skytally.claims.rule_evidence import Evidence
from skytally.claims.verdicts import worst
from skytally.findings import (
    ESTIMATE_BUDGET,
    ESTIMATES,
    VOID,
    Finding,
    FlipSet,
    FlipSets,
    Reevaluation,
    Removed,
    as_examples,
    by_source,
    quick_to_cut,
    smallest_sets,
)
from skytally.record import SAME_SIGHTING, filtered

BUDGET = 100
"""Judgements that the search for one verdict may spend beyond single rows."""
ALIKE_KINDS = ("count", "extent", "share")
"""Kinds of rules to which rows of one table are all the same but for what they are counted by."""


@dataclass(frozen=True)
class _Trials:
    """One claim, judged by its rules on whatever is left of the record."""

    rules: pd.DataFrame
    """The rules of the claim."""
    claim: str
    """Its id; a press claim is under test, and no evidence for itself."""
    evidence: Evidence
    """The whole evidence."""
    reevaluation: Reevaluation
    """The declared findings, to be evaluated again."""
    stands_for: Mapping[str, tuple[str, ...]]
    """Row to those of the same sighting that are counted only where it is missing."""
    _known: dict[Removed, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    _outcomes: dict[tuple[str, Removed], Outcome | None] = field(default_factory=dict)

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        return {
            str(rule["id"]): {str(word): cell for word, cell in rule.items()}
            for rule in self.rules.to_dict("records")
        }

    @cached_property
    def findings(self) -> list[str]:
        """Declared findings that the rules name."""
        refs = " ".join([*self.rules["left"], *self.rules["right"]]).split()
        return [ref for ref in dict.fromkeys(refs) if ref in self.reevaluation.declarations]

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        """Tables in which the rules count, cut down to the rows that they may select."""
        cut: dict[str, list[pd.DataFrame]] = {}
        for rule in self._by_id.values():
            if rule["table"]:
                table = self.evidence.tables[rule["table"]]
                cut.setdefault(rule["table"], []).append(filtered(table, rule["where"]))
        rows = {name: sorted(set().union(*(each.index for each in cut[name]))) for name in cut}
        return {name: quick_to_cut(self.evidence.tables[name].loc[rows[name]]) for name in rows}

    @cached_property
    def _groups(self) -> pd.DataFrame:
        """Groups of ``same_observation`` that hold a row of these tables."""
        groups = quick_to_cut(self.evidence.tables["same_observation"])
        rows = set().union(*(table["id"] for table in self._tables.values()))
        return groups[groups["group"].isin(groups.loc[groups["row_id"].isin(rows), "group"])]

    def _evidence(self, removed: Removed) -> Evidence:
        found = {key: self.reevaluation.finding(key, removed) for key in self.findings}
        findings = {
            **self.evidence.findings,
            **{key: vars(each) for key, each in found.items() if isinstance(each, Finding)},
        }
        for key, each in found.items():
            if isinstance(each, str):
                del findings[key]
        rows, sites = (
            {ref: known[ref] for ref in self._refs - removed if ref in known}
            for known in (self.evidence.rows, self.evidence.sites)
        )
        tables = {name: table[~table["id"].isin(removed)] for name, table in self._tables.items()}
        everything = {**self.evidence.tables, **tables, "same_observation": self._groups}
        return replace(self.evidence, tables=everything, findings=findings, rows=rows, sites=sites)

    @cached_property
    def _concerns(self) -> dict[str, Removed]:
        """Rule to all rows that can change its outcome by themselves, not through a finding."""
        return {
            rule["id"]: frozenset(
                [*rule["left"].split(), *rule["right"].split(), rule["claimed"]]
            ).union(self._parts.get(rule["id"], ()))
            for rule in self._by_id.values()
        }

    @cached_property
    def _refs(self) -> Removed:
        """Ids that the rules may look up: those they name and the rows they may select."""
        inputs = (self.evidence.findings[key]["inputs"] for key in self.findings)
        return frozenset[str]().union(*self._concerns.values(), *inputs)

    def _outcome(self, rule: str, removed: Removed) -> Outcome | None:
        """Outcome of one rule without some rows; None where it cannot be evaluated."""
        key = rule, removed if self.findings else removed & self._concerns[rule]
        if key not in self._outcomes:
            try:
                self._outcomes[key] = judge_again(self._by_id[rule], self._evidence(key[1]))
            except ValueError:
                self._outcomes[key] = None
        return self._outcomes[key]

    def judged(self, removed: Removed) -> tuple[str, tuple[str, ...]]:
        """Verdict without some rows, and the rows that it rests on then."""
        if removed not in self._known:
            found = [self._outcome(rule, removed) for rule in self._by_id]
            outcomes = [outcome for outcome in found if outcome is not None]
            if len(outcomes) < len(found):
                self._known[removed] = VOID, ()
            else:
                verdict = worst(outcome.verdict for outcome in outcomes)
                self._known[removed] = verdict, self._rows(outcomes, removed)
        return self._known[removed]

    def _rows(self, outcomes: Iterable[Outcome], removed: Removed) -> tuple[str, ...]:
        refs = {ref for outcome in outcomes for ref in outcome.refs}
        refs |= {*self.rules["claimed"]}
        for key in self.findings:
            refs |= self.reevaluation.reads(key, removed)
        known = {**self.evidence.rows, **self.evidence.sites}
        return tuple(sorted(ref for ref in refs - removed - {self.claim} if ref in known))

    def trial(self, removed: Removed) -> tuple[str, tuple[str, ...]]:
        """Judge without some rows: the other word, empty if it stands, and the rows it reads."""
        verdict, rows = self.judged(removed)
        return ("" if verdict == self.judged(frozenset())[0] else verdict), rows

    def one_of_each_kind(self, removed: Removed) -> tuple[str, tuple[str, ...]]:
        """Judge likewise, but of rows that count alike return only the first."""
        becomes, rows = self.trial(removed)
        first: dict[object, str] = {}
        for row in rows:
            first.setdefault(self._role(row), row)
        return becomes, tuple(first.values())

    @cached_property
    def _parts(self) -> dict[str, dict[str, tuple[str, bool]]]:
        """Rule to each row that it may select: what it is counted by, and whether in the part."""
        parts = {}
        for rule in self._by_id.values():
            if not rule["table"]:
                continue
            table = self._tables[rule["table"]]
            inside = set(filtered(table, rule["part"])["id"])
            words = table[rule["distinct"]] if rule["distinct"] else [""] * len(table)
            parts[rule["id"]] = {
                row: (str(word), row in inside)
                for row, word in zip(table["id"], words, strict=True)
            }
        return parts

    @cached_property
    def _alone(self) -> frozenset[str]:
        """Rows that rules name, or select for what they say and not for their number."""
        named = " ".join([*self.rules["left"], *self.rules["right"], *self.rules["claimed"]])
        apart = {
            row
            for rule in self._by_id.values()
            if rule["table"] and rule["kind"] not in ALIKE_KINDS
            for row in self._parts[rule["id"]]
        }
        return self.evidence.copied.union(named.split(), apart)

    def _role(self, row: str) -> object:
        """Describe the part of a row in every rule; its own id where it plays one of its own."""
        if row in self._alone or self.findings:
            return row
        others = self.stands_for.get(row, ())
        if self._alone & {*others}:
            return row
        return repr(
            [
                (part.get(row), sorted(str(part.get(other)) for other in others))
                for part in self._parts.values()
            ]
        )

    def one_source_of_each_kind(self, sources: Removed) -> tuple[str, tuple[str, ...]]:
        """Judge without sources; of those whose rows count alike return only the first."""
        becomes, read = by_source(self.trial, self.reevaluation.source_of)(sources)
        first: dict[object, str] = {}
        for source in read:
            first.setdefault(self._roles_of.get(source, source), source)
        return becomes, tuple(first.values())

    @cached_property
    def _roles_of(self) -> dict[str, tuple[str, ...]]:
        """Source to the parts of its rows, where none of them has a part of its own."""
        grouped = {*self.stands_for}.union(*self.stands_for.values(), self._alone)
        rows: dict[str, list[str]] = {}
        for row in frozenset[str]().union(*self._concerns.values()):
            rows.setdefault(self.reevaluation.source_of.get(row, ""), []).append(row)
        return {
            source: tuple(sorted(str(self._role(row)) for row in members))
            for source, members in rows.items()
            if not self.findings and not grouped & {*members}
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
    def _stands_for(self) -> dict[str, tuple[str, ...]]:
        groups = self.evidence.tables["same_observation"]
        groups = groups[groups["relation"].isin(SAME_SIGHTING)]
        stands_for: dict[str, list[str]] = {}
        for _, group in groups.groupby("group"):
            others = group.loc[group["keep"] == "no", "row_id"].tolist()
            for row in group.loc[group["keep"] == "yes", "row_id"]:
                stands_for.setdefault(row, []).extend(others)
        return {row: tuple(others) for row, others in stands_for.items()}

    def _assumptions(self, trials: _Trials) -> tuple[FlipSet, ...]:
        """Values of single parameters under which the verdict is another word."""
        keys = trials.findings
        mentioned = set().union(*(self.reevaluation.depends_on(key) for key in keys))
        before, flips = trials.judged(frozenset())[0], []
        for (page, name, value), other in self.reevaluation.assumed.items():
            if (page, name) in mentioned:
                after = replace(trials, reevaluation=other, _known={}, _outcomes={}).judged(
                    frozenset()
                )[0]
                if after != before:
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
        wanted = claim["rules"].split()
        if not wanted:
            return None
        trials = _Trials(
            self.rules[self.rules["id"].isin(wanted)],
            str(claim["id"]),
            self.evidence,
            self.reevaluation,
            self._stands_for,
        )
        kinds = {self.reevaluation.declarations[key].kind for key in trials.findings}
        budget = ESTIMATE_BUDGET if kinds & {*ESTIMATES} else BUDGET
        what = f"claim {claim['id']}"
        rows = smallest_sets(trials.one_of_each_kind, what=f"{what}, rows", budget=budget)
        sources = smallest_sets(
            trials.one_source_of_each_kind, what=f"{what}, sources", budget=budget
        )
        nothing = frozenset[str]()
        every = trials.trial(nothing)[1]
        pages = tuple(dict.fromkeys(self.reevaluation.source_of[row] for row in every))
        return FlipSets(
            rows=as_examples(rows, every, trials.one_of_each_kind(nothing)[1]),
            sources=as_examples(sources, pages, trials.one_source_of_each_kind(nothing)[1]),
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
