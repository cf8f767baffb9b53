from .ground.bare_soil_index import (
    INDEX_LAYERS as INDEX_LAYERS,
    bare_soil_series as bare_soil_series,
)
from .ground.disturbed_area import ground_laid_bare as ground_laid_bare
from .ground.ground_works_dating import date_ground_works as date_ground_works
from .observation_and_evidence_line import (
    UNIT_WORDS as UNIT_WORDS,
    Observation as Observation,
    observation_line as observation_line,
    unclear_observation as unclear_observation,
)
from .quay.stack_area_series_and_container_bounds import (
    stacks_on_quay as stacks_on_quay,
    teu_bounds as teu_bounds,
)
from .radar.berth_ships_in_radar import (
    RadarBerth as RadarBerth,
    learn_radar_background as learn_radar_background,
    radar_ships_at_berth as radar_ships_at_berth,
)
from .radar.open_water_ships_in_radar import radar_ships_on_open_water as radar_ships_on_open_water
from .rail.occupied_track_series import PER_CAR as PER_CAR, occupied_tracks as occupied_tracks
from .rail.track_forward_model import lay_corridor as lay_corridor
from .reference_level_and_spread_per_group import Reference as Reference, references as references
from .ships.berth_ships import (
    LENGTH_DETAILS as LENGTH_DETAILS,
    BerthObservation as BerthObservation,
    ships_at_berth as ships_at_berth,
)
from .ships.berth_water_anomalies import SURE_DETECTION as SURE_DETECTION, Berth as Berth
from .ships.harbour_ship_detection import sweep_harbour as sweep_harbour
from .ships.hull_fit import sigma_psf as sigma_psf
from .ships.standing_ground_painted_as_water import (
    HISTORY as HISTORY,
    MOST_LEFT_PIXELS as MOST_LEFT_PIXELS,
    StandingGround as StandingGround,
    pixel_shares as pixel_shares,
    standing_from_history as standing_from_history,
    standing_from_outline as standing_from_outline,
)
from .two_date_change import two_date_change_score as two_date_change_score
from .water_mask import water_pixels as water_pixels
