"""Agreement of two counters on the same quantity, unit, place and day, by their bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from skytally.core import (
    DataError,
    check_line,
    evidence_line_name_constants as n,
    limits,
    quantity_of,
    refuse,
)
from skytally.statistics.estimate import Estimate

if TYPE_CHECKING:
    import xarray as xr

LEVEL = 0.9
"""Coverage of the interval of the mean difference."""
MIN_EXACT_PAIRS = 3
"""Exact pairs below which no mean difference is given."""
STEP = 1.0
"""Smallest difference that two exact numbers can have, in their unit."""
LARGEST_DIFFERENCE = 1e15
"""Largest difference taken: beyond it a step of one is lost."""
PAIR_COLUMNS = (
    "day",
    "scope",
    *(f"{word}_{side}" for side in "ab" for word in ("value", "low", "high", "rows", "family")),
    "difference",
    "difference_low",
    "difference_high",
    "ratio_low",
    "ratio_high",
    "compatible",
    "exact",
    "shared_family",
)
"""Columns of `Agreement.pairs`."""
KIND_COLUMNS = ("car_kind", "vessel", "sense", "cumulative")
"""Columns beside the scope that say what a number of a table is of."""
UNSTATED = "unstated"
"""A scope with this word is some place of several: the same word twice is not one place."""


@dataclass(frozen=True)
class Agreement:
    """Two counters compared on the days that both have."""

    counters: tuple[str, str]
    """Who counted: a, b."""
    quantity: str
    """What both counted."""
    unit: str
    """In what unit."""
    pairs: pd.DataFrame
    """One row a matched day: both numbers with their intervals, `difference` (a minus b) and
    `ratio` (a over b) with theirs, open sides infinite; `compatible`: the intervals share a
    value; `exact`: neither has a width; `shared_family`: same image family, ``yes``, ``no`` or
    ``not known``. A number is NaN where only a range is known; the interval never is."""
    matched: int
    """Days on which both give a number."""
    compatible: int
    """Days on which the intervals share a value."""
    exact: int
    """Days on which both numbers are exact."""
    mean_difference: Estimate | None
    """Mean of a minus b over the exact days, None for fewer than 3."""
    without_day: tuple[int, int]
    """Rows of a and b not dated to one known day, left out."""
    without_number: tuple[int, int]
    """Rows of a and b on a known day but without a number, left out."""


@dataclass(frozen=True)
class _Side:
    counter: str
    quantity: str
    unit: str
    kinds: tuple[str, ...]
    rows: pd.DataFrame


def _known(cells: pd.Series) -> str:
    return ", ".join(sorted({str(each) for each in cells} - {"", "nan"}))


def _line_side(line: xr.Dataset) -> _Side:
    check_line(line)
    attrs = line[n.VALUE].attrs
    bounds = line[n.TIME_BOUNDS].to_numpy().astype("datetime64[ns]")
    # a nominal day is written "about 5 October 2023": the day itself is not known
    nominal = pd.Series(line[n.WHEN].to_numpy().astype(str)).str.startswith("about")
    one_day = (bounds[:, 1] - bounds[:, 0]) == np.timedelta64(1, "D")
    rows = pd.DataFrame(
        {
            "row": line[n.ROW].to_numpy().astype(str),
            "day": pd.Series(bounds[:, 0]).where(one_day & ~nominal.to_numpy()),
            "scope": line[n.SCOPE].to_numpy().astype(str),
            "value": line[n.VALUE].to_numpy().astype(float),
            "low": line[n.LOW].to_numpy().astype(float),
            "high": line[n.HIGH].to_numpy().astype(float),
            "bound": line[n.BOUND].to_numpy().astype(str),
            "family": line[n.FAMILY].to_numpy().astype(str),
        }
    )
    # `record.lines` titles a line "quantity: counter, scope, ..."
    opening = f"{attrs['long_name']}: "
    title = str(line.attrs.get("title", ""))
    said = title.removeprefix(opening).split(", ") if title.startswith(opening) else []
    kinds = sorted({*said} - {attrs["counter"], "", *rows["scope"]})
    return _Side(attrs["counter"], attrs["long_name"], attrs["unit"], tuple(kinds), rows)


def _table_side(table: pd.DataFrame, *, name: str) -> _Side:
    needed = {"id", "date_first", "date_last", "precision_first", "precision_last", "counter"}
    needed |= {"quantity", "unit", "value", "low", "high", "bound", "wording", "family"}
    missing = sorted(needed - set(table.columns))
    if missing:
        message = f"{name}: columns missing: {', '.join(missing)}; give rows of a record table"
        raise DataError(message)
    edges = [limits(quantity_of(row)) for _, row in table.iterrows()]
    first, last = (pd.to_datetime(table[word]) for word in ("date_first", "date_last"))
    precise = (table["precision_first"] == "day") & (table["precision_last"] == "day")
    rows = pd.DataFrame(
        {
            "row": table["id"].astype(str).to_numpy(),
            "day": first.where(precise & (first == last)).to_numpy(),
            "scope": table.get("scope", pd.Series("", table.index)).astype(str).to_numpy(),
            "value": table["value"].to_numpy(float),
            "low": [low for low, _ in edges],
            "high": [high for _, high in edges],
            "bound": table["bound"].astype(str).to_numpy(),
            "family": table["family"].astype(str).to_numpy(),
        }
    )
    kinds = tuple(sorted({_known(table[word]) for word in KIND_COLUMNS if word in table} - {""}))
    return _Side(
        _known(table["counter"]), _known(table["quantity"]), _known(table["unit"]), kinds, rows
    )


def _side(given: xr.Dataset | pd.DataFrame, *, name: str) -> _Side:
    side = _table_side(given, name=name) if isinstance(given, pd.DataFrame) else _line_side(given)
    faults = []
    for word, found in (
        ("counter", side.counter),
        ("quantity", side.quantity),
        ("unit", side.unit),
    ):
        if not found or ", " in found:
            faults.append(f"{word}: found {found or 'none'}; give the rows of one {word}")
    numbers = side.rows.dropna(subset=["low", "high"])
    for _, row in numbers.iterrows():
        inside = math.isnan(row["value"]) or row["low"] <= row["value"] <= row["high"]
        if row["low"] > row["high"] or row["low"] < 0 or not inside:
            faults.append(
                f"row {row['row']}: {row['value']} in {row['low']} to {row['high']}; "
                "bounds hold their value and no count is negative"
            )
    faults += [f"kind: found {each}; give the rows of one" for each in side.kinds if ", " in each]
    refuse(faults, what=f"agreement, {name}")
    return side


def _scopes(side: _Side) -> str:
    return ", ".join(sorted(set(side.rows["scope"]) - {""})) or "no scope"


def _pair_faults(a: _Side, b: _Side) -> list[str]:
    compared = [
        ("quantity", a.quantity, b.quantity),
        ("unit", a.unit, b.unit),
        ("scope", _scopes(a), _scopes(b)),
    ]
    if a.kinds and b.kinds:
        compared.append(("kind", ", ".join(a.kinds), ", ".join(b.kinds)))
    faults = [
        f"{word}: {a.counter} has {one}, {b.counter} has {other}; compare like with like"
        for word, one, other in compared
        if one != other
    ]
    vague = sorted({each for each in {*a.rows["scope"], *b.rows["scope"]} if UNSTATED in each})
    if vague:
        faults.append(f"scope: {', '.join(vague)} may be two places; leave such rows out")
    return faults


def _on_day(side: _Side) -> pd.DataFrame:
    """Table with one row a day and scope: several numbers of a day become the range they span."""
    rows = side.rows.dropna(subset=["day", "low", "high"])
    days = []
    for (day, scope), same in rows.groupby(["day", "scope"], sort=True):
        alike = (same["value"] == same["value"].iloc[0]).all()
        low = same["low"].min()
        days.append(
            {
                "day": day,
                "scope": scope,
                "value": same["value"].iloc[0] if alike else math.nan,
                "low": low,
                "high": same["high"].max(),
                "strict": (same.loc[same["low"] == low, "bound"] == n.MORE_THAN).all(),
                "rows": " ".join(same["row"]),
                "family": _known(same["family"]),
            }
        )
    columns = ["day", "scope", "value", "low", "high", "strict", "rows", "family"]
    return pd.DataFrame(days, columns=columns)


def _ratio(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """Range of a / b, infinite where b may be zero."""
    if b[1] == 0:
        return (math.inf if a[0] > 0 else 0.0), math.inf
    low = 0.0 if math.isinf(b[1]) else a[0] / b[1]
    return low, math.inf if b[0] == 0 else a[1] / b[0]


def _share_a_value(pair: pd.Series) -> bool:
    """Whether the intervals overlap; *more than 1,000* and *at most 1,000* only touch."""
    low, high = max(pair["low_a"], pair["low_b"]), min(pair["high_a"], pair["high_b"])
    if low != high:
        return bool(low < high)
    excluded_a = pair["strict_a"] and pair["low_a"] == low
    excluded_b = pair["strict_b"] and pair["low_b"] == low
    return not (excluded_a or excluded_b)


def shared_family(a: str, b: str) -> str:
    """Whether two counts rest on images of one family: yes, no, or not known."""
    known = all(each and UNSTATED not in each and each != "none" for each in (a, b))
    if not known:
        return "not known"
    return "yes" if set(a.split(", ")) & set(b.split(", ")) else "no"


def _compared(pairs: pd.DataFrame) -> pd.DataFrame:
    ratios = [
        _ratio((pair["low_a"], pair["high_a"]), (pair["low_b"], pair["high_b"]))
        for _, pair in pairs.iterrows()
    ]
    exact = np.ones(len(pairs), dtype=bool)
    for side in "ab":
        exact &= (pairs[f"low_{side}"] == pairs[f"high_{side}"]).to_numpy(bool)
    families = zip(pairs["family_a"], pairs["family_b"], strict=True)
    return pairs.assign(
        difference=pairs["value_a"] - pairs["value_b"],
        difference_low=pairs["low_a"] - pairs["high_b"],
        difference_high=pairs["high_a"] - pairs["low_b"],
        ratio_low=[low for low, _ in ratios],
        ratio_high=[high for _, high in ratios],
        compatible=np.array([_share_a_value(pair) for _, pair in pairs.iterrows()], dtype=bool),
        exact=exact,
        shared_family=[shared_family(a, b) for a, b in families],
    )[list(PAIR_COLUMNS)]


def mean_difference(differences: np.ndarray, *, unit: str) -> Estimate | None:
    """Mean of exact differences with a small-sample interval.

    Parameters
    ----------
    differences : array of float, dims (pair)
        a minus b, in `unit`.
    unit : str
        Their unit.

    Returns
    -------
    Estimate or None
        Mean with Student's t interval of 0.9; None for fewer than 3 differences.

    Raises
    ------
    DataError
        If a difference is missing, or larger than 10^15, where whole steps are lost.

    Notes
    -----
    Differences that are all alike have no spread, yet n of them do not rule out a difference
    of one step on a share 1 - 0.1**(1/n) of days: the interval is never narrower than that.

    References
    ----------
    Bland, J. M., Altman, D. G. (1986). Statistical methods for assessing agreement between two
    methods of clinical measurement. doi:10.1016/S0140-6736(86)90837-8

    Examples
    --------
    >>> found = mean_difference(np.array([0.0, 2.0, 4.0]), unit="railcars")
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (2.0, -1.372, 5.372)
    """
    number = len(differences)
    if differences.ndim != 1 or not (np.abs(differences) <= LARGEST_DIFFERENCE).all():
        message = (
            f"differences of shape {differences.shape}, some missing or beyond "
            f"{LARGEST_DIFFERENCE:g}; give a row of known numbers"
        )
        raise DataError(message)
    if number < MIN_EXACT_PAIRS:
        return None
    mean = float(np.mean(differences))
    error = float(np.std(differences, ddof=1)) / math.sqrt(number)
    half = float(special.stdtrit(number - 1, (1 + LEVEL) / 2)) * error
    half = max(half, STEP * (1 - (1 - LEVEL) ** (1 / number)))
    method = f"mean of {number} differences, Student's t"
    return Estimate(mean, mean - half, mean + half, unit, LEVEL, method)


def agreement(a: xr.Dataset | pd.DataFrame, b: xr.Dataset | pd.DataFrame) -> Agreement:
    """Compare two counters or claimants on the days that both give a number.

    Only the same quantity in the same unit at the same scope is compared, on the same known
    day; nothing is interpolated. That two agree does not make either right: they may have
    looked at the same image.

    Parameters
    ----------
    a, b : xarray.Dataset, dims (time), or pandas.DataFrame, dims (row)
        A line of one counter, or rows of an observation table of one counter. Claims are
        given as tables, dated by `skytally.record.by_statement`, so that what was delivered
        is never compared with a capacity.

    Returns
    -------
    Agreement
        One row a matched day, in the unit of both, and what they sum up to. No day in
        common gives no rows, not a refusal.

    Raises
    ------
    DataError
        If quantities, units, scopes or kinds differ (the message names both), a scope is an
        unstated one of several, a side has several counters, quantities, units or kinds, or
        bounds contradict a value.

    Notes
    -----
    a in [a1, a2], b in [b1, b2]: difference in [a1 - b2, a2 - b1], ratio in [a1/b2, a2/b1].
    Several numbers of one counter on one day stand as the range that they span.
    """
    one, other = _side(a, name="a"), _side(b, name="b")
    refuse(_pair_faults(one, other), what=f"agreement of {one.counter} and {other.counter}")
    both = _on_day(one).merge(_on_day(other), on=["day", "scope"], suffixes=("_a", "_b"))
    pairs = _compared(both)
    exact = pairs.loc[pairs["exact"], "difference"].to_numpy(float)
    undated = tuple(int(side.rows["day"].isna().sum()) for side in (one, other))
    numberless = tuple(
        int((side.rows["day"].notna() & side.rows["low"].isna()).sum()) for side in (one, other)
    )
    return Agreement(
        counters=(one.counter, other.counter),
        quantity=one.quantity,
        unit=one.unit,
        pairs=pairs,
        matched=len(pairs),
        compatible=int(pairs["compatible"].sum()),
        exact=len(exact),
        mean_difference=mean_difference(exact, unit=one.unit),
        without_day=(undated[0], undated[1]),
        without_number=(numberless[0], numberless[1]),
    )
