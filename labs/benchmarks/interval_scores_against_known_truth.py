"""Scores of intervals against known truth: coverage, bias, root-mean-square error and width."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def interval_scores(
    truth: npt.ArrayLike, value: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
) -> dict[str, float]:
    """Score the intervals of one estimator over simulated worlds.

    Parameters
    ----------
    truth, value, low, high : array_like, dims (world)
        What was simulated, what was estimated, and the ends of the interval, all in one unit.

    Returns
    -------
    dict of str to float
        The columns ``coverage``, ``bias`` (mean), ``rmse`` and ``width`` (median) of
        ``data/results/calibration.csv``.
    """
    ends = np.asarray(low, float), np.asarray(high, float)
    error = np.asarray(value, float) - np.asarray(truth, float)
    return {
        "coverage": float(((ends[0] <= truth) & (truth <= ends[1])).mean()),
        "bias": float(error.mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "width": float(np.median(ends[1] - ends[0])),
    }
