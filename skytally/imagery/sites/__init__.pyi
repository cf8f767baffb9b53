from .control_sites import (
    defining_kind as defining_kind,
    evidence_names as evidence_names,
    evidence_sites as evidence_sites,
    is_control_name as is_control_name,
    site_names as site_names,
)
from .outline_geometry_and_ring_faults import (
    RingPoints as RingPoints,
    outline_area_m2 as outline_area_m2,
    outline_faults as outline_faults,
    outline_mask as outline_mask,
    rings_in_metres as rings_in_metres,
    rings_of as rings_of,
    window_lonlat as window_lonlat,
    window_share_inside as window_share_inside,
)
from .outline_reader import (
    OUTLINE_KIND as OUTLINE_KIND,
    outlines_from_geojson as outlines_from_geojson,
)
from .outline_shifting_confirming_and_comparing import (
    Displacement as Displacement,
    confirm_outlines as confirm_outlines,
    displace_outlines as displace_outlines,
    outline_changes as outline_changes,
)
from .outline_writer import write_outlines as write_outlines
from .site_location_checks import position_faults as position_faults
from .site_model import (
    CONFIRMED as CONFIRMED,
    CONTROL as CONTROL,
    CONTROL_LABEL as CONTROL_LABEL,
    TO_CONFIRM as TO_CONFIRM,
    Grid as Grid,
    Outline as Outline,
    Site as Site,
)
from .site_register import (
    CONVERT_ADVICE as CONVERT_ADVICE,
    LEGACY_REGISTER_COLUMNS as LEGACY_REGISTER_COLUMNS,
    REGISTER_COLUMNS as REGISTER_COLUMNS,
    REGISTER_FILE as REGISTER_FILE,
    read_sites as read_sites,
    site_vocabularies as site_vocabularies,
)
