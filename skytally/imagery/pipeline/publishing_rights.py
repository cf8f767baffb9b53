"""Whose images may be shown: without a stated right, no pixel leaves the machine."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skytally.imagery.acquire import Provider


def may_be_shown(rows: pd.DataFrame, providers: Mapping[str, Provider]) -> pd.DataFrame:
    """Rows of the inventory whose images may stand on a page as pictures.

    The row of the provider decides as it is today, so that a right that was given or withdrawn
    holds at the next build. Of other images a page has the id, the hash, the day and what was
    measured, and no pixel.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the inventory.
    providers : mapping of str to Provider
        The providers, by name.

    Returns
    -------
    pandas.DataFrame
        Those of providers whose licence lets pictures be published, and generated images.
    """
    allowed = [name for name, provider in providers.items() if provider.republish]
    return rows[rows["provider"].isin(allowed) | (rows["label"] != "")]
