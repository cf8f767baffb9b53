"""Cube to line: what each look at a place says, with its interval and its reason."""

from skytally.measures.berths import Berth
from skytally.measures.harbour import sweep
from skytally.measures.looks import Look, line_of_looks, table_of_looks
from skytally.measures.quiet import RadarBerth, learnt
from skytally.measures.radar import radar_berth
from skytally.measures.reference import Reference, references
from skytally.measures.ring import ring_mask
from skytally.measures.ships import berth

__all__ = [
    "Berth",
    "Look",
    "RadarBerth",
    "Reference",
    "berth",
    "learnt",
    "line_of_looks",
    "radar_berth",
    "references",
    "ring_mask",
    "sweep",
    "table_of_looks",
]
