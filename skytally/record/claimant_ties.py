"""Ties between claimants: how many separate lines at least and at most stand behind totals."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd

SAME_BODY = "same-body"
"""Word of the vocabulary *claimant_tie* for two names of one claimant."""


def _joined(claimants: Collection[str], pairs: Iterable[tuple[str, str]]) -> int:
    """Count the groups of claimants that are left when those of each pair are joined."""
    group = {each: {each} for each in claimants}
    for first, second in pairs:
        if first in group or second in group:
            # a claimant that gave no total still joins those that are tied to it
            both = group.setdefault(first, {first}) | group.setdefault(second, {second})
            group.update(dict.fromkeys(both, both))
    return len({id(group[each]) for each in claimants})


def separate_lines(claimants: Collection[str], ties: pd.DataFrame) -> tuple[int, int]:
    """Count the separate lines behind the totals of some claimants.

    Parameters
    ----------
    claimants : collection of str
        Ids of those who gave a total.
    ties : pandas.DataFrame
        The table ``claimant_ties``, with ``first``, ``second`` and ``tie``.

    Returns
    -------
    tuple of int
        At least, every tie taken for one line; at most, parts of one body alone taken for one.

    Examples
    --------
    >>> rows = [("dia", "nis", "same-government"), ("state", "mission", "same-body")]
    >>> ties = pd.DataFrame(rows, columns=["first", "second", "tie"])
    >>> separate_lines(["dia", "nis", "state", "mission"], ties)
    (2, 3)
    """
    rows = list(zip(ties["first"], ties["second"], ties["tie"], strict=True))
    least = _joined(claimants, [(first, second) for first, second, _ in rows])
    most = _joined(claimants, [(first, second) for first, second, tie in rows if tie == SAME_BODY])
    return least, most


def ties_of(claimant: str, others: Collection[str], ties: pd.DataFrame) -> list[tuple[str, str]]:
    """List the others to whom a claimant is tied, each with the reason in words.

    Parameters
    ----------
    claimant : str
        Id of the claimant.
    others : collection of str
        Ids of those who may be named.
    ties : pandas.DataFrame
        The table ``claimant_ties``.

    Returns
    -------
    list of tuple of str
        Id and reason, in the order of the table.
    """
    found = []
    for _, row in ties.iterrows():
        pair = [str(row["first"]), str(row["second"])]
        if claimant in pair:
            pair.remove(claimant)
            if pair[0] in others:
                found.append((pair[0], str(row["why"])))
    return found
