"""Panels and labels of the route map, read from a folder of tables of charts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from skytally.core import data_registry
from skytally.figures.route_map_panel_and_label_reader import read_labels, read_panels

CHARTS = Path(__file__).resolve().parents[2] / "data" / "charts"


def panels(folder: Path) -> pd.DataFrame:
    """Panels of a folder."""
    return read_panels(folder / "route_panels.csv", basemaps=data_registry.entries())


def labels(folder: Path, sites: pd.DataFrame) -> pd.DataFrame:
    """Labels of a folder."""
    known = set(panels(folder)["id"])
    return read_labels(folder / "route_labels.csv", panels=known, sites=sites)
