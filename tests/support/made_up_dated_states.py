"""States of a thing on made-up days, counted from an arbitrary one."""

from __future__ import annotations

from skytally.statistics.bracketed_dates import DatedState

DAY_ZERO = 19_600.0
"""31 August 2023, in days since 1970-01-01: day 3 is 3 September."""


def dated_state(day: float, shown: bool | None, *, to: float | None = None) -> DatedState:
    """Make a state of one day, or of some day in a span, counted from an arbitrary one."""
    last = day if to is None else to
    return DatedState(DAY_ZERO + day, DAY_ZERO + last, shown, f"R{day:g}")
