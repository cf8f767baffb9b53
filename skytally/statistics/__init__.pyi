from .baseline import (
    bounded_baseline as bounded_baseline,
)
from .control_site_ranks import (
    change_score as change_score,
)
from .control_site_ranks import (
    rank_among as rank_among,
)
from .estimate import (
    Estimate as Estimate,
)
from .onset_date import (
    onset as onset,
)
from .port_calls.calls_from_rows import (
    calls_of_rows as calls_of_rows,
)
from .port_calls.calls_from_rows import (
    missed_of_stay as missed_of_stay,
)
from .port_calls.calls_from_rows import (
    stays_of_rows as stays_of_rows,
)
from .ship_reach import (
    Fix as Fix,
)
from .ship_reach import (
    reach as reach,
)
from .ship_reach import (
    reach_of_rows as reach_of_rows,
)
from .sea_routes import (
    Port as Port,
)
from .sea_routes import (
    read_sea as read_sea,
)
from .sea_routes import (
    ways_to as ways_to,
)
from .surge_chance import (
    surge as surge,
)
