"""Lines to numbers with intervals: surge, onset, visits, reach, agreement, lag."""

from skytally.statistics.baseline import bounded_baseline
from skytally.statistics.estimate import Estimate
from skytally.statistics.onset import onset
from skytally.statistics.reach import Fix, reach, reach_of_rows
from skytally.statistics.sea import Port, read_sea, ways_to
from skytally.statistics.surge import surge
from skytally.statistics.visits_of_rows import calls_of_rows, missed_of_stay, stays_of_rows

__all__ = [
    "Estimate",
    "Fix",
    "Port",
    "bounded_baseline",
    "calls_of_rows",
    "missed_of_stay",
    "onset",
    "reach",
    "reach_of_rows",
    "read_sea",
    "stays_of_rows",
    "surge",
    "ways_to",
]
