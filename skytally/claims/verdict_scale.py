"""The fixed list of verdicts, which of several counts, and what a comparison with a source is."""

from __future__ import annotations

from collections.abc import Iterable

HOLDS, BOUND, FAITHFUL, IN_PART, DIFFERS, CONTRADICTED, UNTESTED, CANNOT = VERDICTS = (
    "holds",
    "holds as a bound",
    "faithful copy",
    "holds in part",
    "differs from its source",
    "contradicted",
    "not yet tested",
    "cannot be tested from open sources",
)
FIXED = (CANNOT, UNTESTED)
"""The only verdicts that may be entered by hand, where no rule can compute one."""
WORST_FIRST = (CONTRADICTED, DIFFERS, IN_PART, UNTESTED, FAITHFUL, BOUND, HOLDS)
"""A claim of several parts is worth what its worst part is."""
GOOD = frozenset({HOLDS, BOUND, FAITHFUL})
"""Verdicts under which a claim stands as it is."""


def on_this_point(verdict: str) -> str:
    """Verdict on one of several parts of a claim, as it follows the reason."""
    return f"On this point: {verdict}."


def worst(verdicts: Iterable[str]) -> str:
    """Worst of several verdicts."""
    present = set(verdicts)
    return next(verdict for verdict in WORST_FIRST if verdict in present)


def as_copy(verdict: str, *, partly: str = IN_PART) -> str:
    """Verdict on a sentence that was compared with nothing but the source that it copies.

    Parameters
    ----------
    verdict : str
        What the comparison would give with evidence.
    partly : str
        Verdict where the sentence is right in part.

    Returns
    -------
    str
        *faithful copy* of one origin where they agree, *differs from its source* where they do
        not. Neither says anything of the world.
    """
    if verdict == IN_PART:
        return partly
    return FAITHFUL if verdict in GOOD else DIFFERS if verdict == CONTRADICTED else verdict
