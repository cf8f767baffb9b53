"""Scenes: open imagery searched, chosen, read and kept, with every look accounted for.

What uses the network is imported from its own module: `skytally.scenes.search` and others.
"""

import warnings

from rasterio.errors import NotGeoreferencedWarning

from skytally.scenes.assets import Asset
from skytally.scenes.looks import (
    accounts,
    blind_gaps,
    losses,
    months,
    read_breaks,
    read_looks,
    read_searches,
)
from skytally.scenes.offers import Offer, offer_from_item
from skytally.scenes.providers import Provider, read_providers
from skytally.scenes.select import Choice, choose
from skytally.scenes.sites import Grid, Outline, Site, bbox_lonlat, mask, read_sites

# rasterio hushes this of its own arrays in memory, in a way that threads undo for one another
warnings.filterwarnings(
    "ignore", category=NotGeoreferencedWarning, module=r"rasterio\.(features|warp)$"
)

__all__ = [
    "Asset",
    "Choice",
    "Grid",
    "Offer",
    "Outline",
    "Provider",
    "Site",
    "accounts",
    "bbox_lonlat",
    "blind_gaps",
    "choose",
    "losses",
    "mask",
    "months",
    "offer_from_item",
    "read_breaks",
    "read_looks",
    "read_providers",
    "read_searches",
    "read_sites",
]
