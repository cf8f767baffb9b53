"""Flip sets of the findings on rival hypotheses: each made again without some observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from skytally.claims.findings_and_rows_lookup_for_claim_rules import Evidence
from skytally.claims.hypothesis_priors_and_likelihoods_reader import Hypotheses
from skytally.claims.rival_hypothesis_posterior_findings import rival_findings
from skytally.findings import (
    VOID,
    Finding,
    FlipSets,
    as_examples,
    by_source,
    flipped,
    smallest_sets,
)
from skytally.record import Removed


@dataclass(frozen=True)
class _Reweighing:
    """The findings of the rival hypotheses on whatever is left of the record."""

    known: Hypotheses
    evidence: Evidence
    _made: dict[Removed, Mapping[str, Finding]] = field(default_factory=dict)

    def findings(self, removed: Removed) -> Mapping[str, Finding]:
        """Make the findings without some rows; an observation needs all of its rows."""
        gone = frozenset(item.id for item in self.known.items if removed & {*item.rows})
        if gone not in self._made:
            left = tuple(item for item in self.known.items if item.id not in gone)
            found = rival_findings(replace(self.known, items=left), self.evidence)
            self._made[gone] = {each.key: each for each in found}
        return self._made[gone]

    def trial(self, key: str, removed: Removed) -> tuple[str, tuple[str, ...]]:
        """How one finding changes without some rows, and a row of each observation left."""
        before, after = (self.findings(each).get(key) for each in (frozenset[str](), removed))
        if before is None or after is None:
            return VOID, ()
        left = [item.rows for item in self.known.items if not removed & {*item.rows}]
        return flipped(before, after, kind="estimate"), tuple(row for rows in left for row in rows)

    def one_of_each(self, key: str, removed: Removed) -> tuple[str, tuple[str, ...]]:
        """Make one finding likewise, but of the rows of an observation name only the first."""
        becomes, rows = self.trial(key, removed)
        first = {item.rows[0] for item in self.known.items}
        return becomes, tuple(row for row in rows if row in first)

    def flip_sets(self, key: str) -> FlipSets:
        """Smallest sets of rows and of sources that flip one finding."""
        rows = smallest_sets(
            lambda removed: self.one_of_each(key, removed), what=f"finding {key}, rows"
        )
        nothing = frozenset[str]()
        every, tried = (made(key, nothing)[1] for made in (self.trial, self.one_of_each))
        sources = smallest_sets(
            by_source(lambda removed: self.trial(key, removed), self.evidence.record),
            what=f"finding {key}, sources",
        )
        return FlipSets(rows=as_examples(rows, every, tried), sources=sources, assumptions=())


def flips_of_rivals(known: Hypotheses, evidence: Evidence) -> dict[str, FlipSets]:
    """Flip sets of the findings that the rival hypotheses make.

    Parameters
    ----------
    known : Hypotheses
    evidence : Evidence
        For the rows behind the observations.

    Returns
    -------
    dict of str to FlipSets
        By key. An observation no longer counts once one of its rows is missing. A finding flips
        where its words change, or the middle of its interval leaves the new interval. Of the
        rows of one observation the first stands for all.
    """
    weighed = _Reweighing(known, evidence)
    return {key: weighed.flip_sets(key) for key in weighed.findings(frozenset())}
