from .clear_sky_screening import (
    CLASSIFIED_SENSORS as CLASSIFIED_SENSORS,
    HAZE as HAZE,
    MAX_RING_PIXELS as MAX_RING_PIXELS,
    MIN_CLEAR_SHARE as MIN_CLEAR_SHARE,
    NO_MASK as NO_MASK,
    SEASON_DAYS as SEASON_DAYS,
    SNOW as SNOW,
    SNOW_SHARE as SNOW_SHARE,
    RingStatistics as RingStatistics,
    clear_ring_share as clear_ring_share,
    frame_water_audit as frame_water_audit,
    hidden as hidden,
    ring_offset as ring_offset,
    screen as screen,
)
from .stable_ground_and_water_masks import RING_INNER_M as RING_INNER_M, ring_mask as ring_mask
from .stored_image_screening_cache import (
    read_screenings as read_screenings,
    ring_statistics as ring_statistics,
    screened_inventory as screened_inventory,
    update_statistics as update_statistics,
)
