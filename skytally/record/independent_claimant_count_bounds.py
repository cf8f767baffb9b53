"""Ties between claimants: how many separate lines at least and at most stand behind totals."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd

SAME_BODY = "same-body"
"""Word of the vocabulary *claimant_tie* for two names of one claimant."""
MAY_REST_ON = "may-rest-on"
"""Word of it for a claimant, the first of the two, whose total may be reckoned from others'."""


def _joined(
    claimants: Collection[str], pairs: Iterable[tuple[str, str]]
) -> tuple[tuple[str, ...], ...]:
    """Group claimants by joining those of each pair, in the order in which they are given."""
    group = {each: {each} for each in claimants}
    for first, second in pairs:
        if first in group or second in group:
            # a claimant that gave no total still joins those that are tied to it
            both = group.setdefault(first, {first}) | group.setdefault(second, {second})
            group.update(dict.fromkeys(both, both))
    lines: dict[int, list[str]] = {}
    for each in claimants:
        lines.setdefault(id(group[each]), []).append(each)
    return tuple(tuple(line) for line in lines.values())


def separate_lines(
    claimants: Collection[str], ties: pd.DataFrame
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """Group some claimants into the separate lines behind their totals.

    Parameters
    ----------
    claimants : collection of str
        Ids of those who gave a total.
    ties : pandas.DataFrame
        The table ``claimant_ties``, with ``first``, ``second`` and ``tie``.

    Returns
    -------
    tuple of tuple of tuple of str
        The fewest lines, every tie taken for one line, and the most, parts of one body alone taken
        for one; a line is the claimants that belong to it. One whose total may rest on several
        others joins the line of the first of them.

    Examples
    --------
    >>> rows = [("dia", "nis", "same-government"), ("state", "mission", "same-body")]
    >>> ties = pd.DataFrame(rows, columns=["first", "second", "tie"])
    >>> separate_lines(["dia", "nis", "state", "mission"], ties)
    ((('dia', 'nis'), ('state', 'mission')), (('dia',), ('nis',), ('state', 'mission')))
    """
    rows = list(zip(ties["first"], ties["second"], ties["tie"], strict=True))
    near = [(first, second) for first, second, tie in rows if tie != MAY_REST_ON]
    # a total that may rest on several others does not make one line of these
    resting = {
        first: (first, second)
        for first, second, tie in reversed(rows)
        if tie == MAY_REST_ON and {first, second} <= {*claimants}
    }
    least = _joined(claimants, [*near, *resting.values()])
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
        # the others do not rest on a total that may rest on theirs
        if claimant in (pair[:1] if row["tie"] == MAY_REST_ON else pair):
            pair.remove(claimant)
            if pair[0] in others:
                found.append((pair[0], str(row["why"])))
    return found
