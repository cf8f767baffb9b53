from .baseline import bounded_baseline as bounded_baseline
from .control_site_ranks import Rank as Rank, change_score as change_score, rank_among as rank_among
from .counter_pairs import (
    difference_of_rows as difference_of_rows,
    pairs_of_counters as pairs_of_counters,
)
from .estimate import Estimate as Estimate
from .onset_date import Onset as Onset, onset as onset, onset_factor as onset_factor
from .port_calls.calls_from_bounded_rows import (
    calls_between_observations as calls_between_observations,
    calls_by_share as calls_by_share,
    missed_by_schedule as missed_by_schedule,
    stays_table as stays_table,
)
from .port_calls.calls_from_rows import (
    calls_of_rows as calls_of_rows,
    missed_of_stay as missed_of_stay,
    stays_of_rows as stays_of_rows,
)
from .port_calls.littles_law import Calls as Calls
from .reach_from_rows import time_for_a_call as time_for_a_call
from .sea_distance import Port as Port, read_sea as read_sea, routes_to as routes_to
from .ship_reach import Fix as Fix, reach as reach, reach_of_rows as reach_of_rows
from .surge_chance import Surge as Surge, surge as surge
from .surge_from_rows import (
    observations_behind_bound as observations_behind_bound,
    surge_of_rows as surge_of_rows,
    surge_tables as surge_tables,
)
