"""The words of a judgement: verdicts, and the fixed scale of likelihood."""

from __future__ import annotations

from collections.abc import Iterable

from skytally.core import DataError

HOLDS, BOUND, REFINED, CONTRADICTED, UNTESTED, CANNOT = VERDICTS = (
    "holds",
    "holds as a bound",
    "refined",
    "contradicted",
    "not yet tested",
    "cannot be tested from open imagery",
)
FIXED = (CANNOT, UNTESTED)
"""The only verdicts that may be entered by hand, where no rule can compute one."""
WORST_FIRST = (CONTRADICTED, REFINED, UNTESTED, BOUND, HOLDS)
"""A claim of several parts is worth what its worst part is."""
LIKELIHOODS = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.00, "almost certain"),
)
"""Upper end of each band and its word (ICD 203, 2015: 1-5, 5-20, ..., 95-99 percent)."""


def likelihood(low: float, high: float) -> str:
    """Express a probability in words of the fixed scale.

    Parameters
    ----------
    low, high : float
        Interval of a probability that the thing is so, between 0 and 1; not a p-value.

    Returns
    -------
    str
        One word, or two where the interval reaches over several bands.

    Raises
    ------
    DataError
        If the interval is no interval of a probability.

    References
    ----------
    Intelligence Community Directive 203, Analytic Standards, 2015.

    Examples
    --------
    >>> likelihood(0.6, 0.7), likelihood(0.1, 0.7)
    ('likely', 'very unlikely to likely')
    """
    if not 0 <= low <= high <= 1:
        message = f"{low} to {high} is no probability; give two numbers from 0 to 1, in order"
        raise DataError(message)
    one, other = (
        next(word for end, word in LIKELIHOODS if p < end or end == 1) for p in (low, high)
    )
    return one if one == other else f"{one} to {other}"


def worst(verdicts: Iterable[str]) -> str:
    """Worst of several verdicts."""
    present = set(verdicts)
    return next(verdict for verdict in WORST_FIRST if verdict in present)
