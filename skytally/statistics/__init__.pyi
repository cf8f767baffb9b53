from .border_distance import (
    border_distance_of_site as border_distance_of_site,
    published_distances as published_distances,
)
from .bracketed_dates import Bracket as Bracket, change_order as change_order, narrowed as narrowed
from .capture_recapture import number_present as number_present
from .change_brackets_from_rows import (
    bracket_of_rows as bracket_of_rows,
    stated_bracket as stated_bracket,
)
from .change_point_dates import Change as Change
from .control_site_placebo_test import (
    Rank as Rank,
    change_score as change_score,
    rank_among as rank_among,
)
from .estimate import Estimate as Estimate
from .next_number_forecast_and_interval_score import (
    PRIOR_CHANGE as PRIOR_CHANGE,
    interval_score as interval_score,
    log_number as log_number,
    next_number as next_number,
    share_interval as share_interval,
)
from .port_call_feasibility_between_sightings import OPEN as OPEN, gap_table as gap_table
from .port_call_in_ais_gap import Fix as Fix, reach as reach, reach_of_rows as reach_of_rows
from .port_calls.littles_law import Calls as Calls
from .port_calls.port_calls_from_ship_days import (
    calls_by_share as calls_by_share,
    calls_table as calls_table,
    chance_missed as chance_missed,
    share_imaged as share_imaged,
)
from .port_calls.stay_length import mean_stay as mean_stay
from .port_calls_per_month import (
    PRINTED_RATES as PRINTED_RATES,
    calls_between as calls_between,
    monthly_rate as monthly_rate,
    rate_between as rate_between,
    rate_of_count as rate_of_count,
    rate_ratio as rate_ratio,
    rate_text as rate_text,
)
from .published_count_pairs import (
    difference_of_rows as difference_of_rows,
    pairs_of_counters as pairs_of_counters,
    readers_of_one_place as readers_of_one_place,
)
from .sea_distance import Port as Port, read_sea as read_sea, routes_to as routes_to
from .series_change_points import (
    ChangePoints as ChangePoints,
    change_points as change_points,
    level_change_points as level_change_points,
)
from .shells_in_containers import load_of_containers as load_of_containers
from .trains_before_after import (
    TrainChange as TrainChange,
    change_of_trains as change_of_trains,
    railcars_by_length as railcars_by_length,
    trains_table as trains_table,
)
from .upper_limit_of_chance_from_count_and_ceiling_rows import (
    SURGE_COLUMNS as SURGE_COLUMNS,
    images_behind_ceiling as images_behind_ceiling,
    limit_in_table as limit_in_table,
    surge_of_rows as surge_of_rows,
    surge_table as surge_table,
)
from .upper_limit_of_chance_of_new_count_given_ceiling import Surge as Surge, surge as surge
