"""Error of a published count from recounts of the same place on the same day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skytally.core import COUNTED_BY, COUNTING_ERROR, evidence_line_name_constants as n

RECOUNT = "RECOUNT_"
"""Begins the id of a source that stands for a count made with `make count`."""
IMAGE = r"SHA-256 ([0-9a-f]{64})"
"""Where the note of a recount names its image."""
SECOND_TURN = r"_\d+$"
"""Ends the source id of a second count by one person, after the hash of the image."""
ONE_THING = ["scope", "date_first", "date_last", "quantity", "unit"]
"""Columns in which counts of one thing agree, and `car_kind` where a table has it."""
T_90 = (6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812)
"""Student's t that nine of ten keep within, by degrees of freedom; the last also for more."""
LARGEST_ERROR = 1.0
"""Share beyond which an error says nothing more: two counters may differ by any factor."""


def _recounts(table: pd.DataFrame) -> pd.DataFrame:
    """First counts of one image each, with the image they were made on."""
    source = table["source_id"].astype(str)
    image = table["note"].astype(str).str.extract(IMAGE, expand=False)
    turn = source.str.removeprefix(RECOUNT).str.contains(r"_[0-9A-F]{8}" + SECOND_TURN)
    counted = (table["bound"] == n.EXACTLY) & (table["value"] >= 0)
    kept = source.str.startswith(RECOUNT) & image.notna() & counted & ~turn
    return table[kept].assign(image=image[kept])


def _error(counts: pd.Series) -> float:
    """Share by which one of some counts of one image errs, nine times of ten."""
    if counts.min() <= 0:
        # of the same things one saw none: they differ by any factor, or not at all
        return LARGEST_ERROR if counts.max() > 0 else 0.0
    spread = float(np.log(counts.astype(float)).std(ddof=1))
    return min(spread * T_90[min(len(counts) - 1, len(T_90)) - 1], LARGEST_ERROR)


def counting_errors(table: pd.DataFrame) -> pd.DataFrame:
    """Measure the error of published counts by how far recounts of the same thing differ.

    Parameters
    ----------
    table : pandas.DataFrame
        An observation table.

    Returns
    -------
    pandas.DataFrame
        By row number, for each published count of a day and scope that two or more people
        recounted on one image: ``counting_error``, the share by which one count errs either way
        (nine times of ten), and ``recounts``, the ids of the rows behind it. Empty where there
        are none, or none that differ by more than the error that is assumed without them.

    Notes
    -----
    The logarithms of the counts of one image scatter with s; one count errs by s times Student's
    t with one degree of freedom less than there are counters. Of several images the largest
    error stands. What all counters miss alike is not seen, so people who agree leave the assumed
    error as it is. METHODS 7.5.
    """
    columns = {"source_id", "note", "method", "bound", "value", *ONE_THING}
    made: dict[int, tuple[float, str]] = {}
    if columns <= {*table.columns}:
        recounts = _recounts(table)
        alike = [*ONE_THING, *(["car_kind"] if "car_kind" in table else [])]
        published = ~table["source_id"].astype(str).str.startswith(RECOUNT)
        published &= table["method"].isin(COUNTED_BY) & (table["date_first"] == table["date_last"])
        for _, group in recounts.groupby([*alike, "image"], sort=True):
            counts = group.drop_duplicates("counter")
            if len(counts) < 2:
                continue
            error = _error(counts["value"])
            if error <= COUNTING_ERROR:
                continue
            same = published & (table[alike] == counts[alike].iloc[0]).all(axis=1)
            for at in table.index[same]:
                made[at] = max(made.get(at, (-1.0, "")), (error, " ".join(counts["id"])))
    return pd.DataFrame.from_dict(
        made, orient="index", columns=["counting_error", "recounts"]
    ).astype({"counting_error": float, "recounts": str})
