"""Lines to numbers with intervals: surge, onset, visits, reach, placebos, agreement, lag."""

from skytally.statistics.baseline import bounded_baseline
from skytally.statistics.estimate import Estimate
from skytally.statistics.onset import onset
from skytally.statistics.placebos import change_score, rank_among
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
    "change_score",
    "missed_of_stay",
    "onset",
    "rank_among",
    "reach",
    "reach_of_rows",
    "read_sea",
    "stays_of_rows",
    "surge",
    "ways_to",
]
