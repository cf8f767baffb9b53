from .anchored_ship_injection import (
    inject_anchored_radar_ship as inject_anchored_radar_ship,
    inject_anchored_ship as inject_anchored_ship,
)
from .example_geotiffs import write_example_geotiffs as write_example_geotiffs
from .object_injection import (
    InjectionArea as InjectionArea,
    Injector as Injector,
    counted_as_one as counted_as_one,
    inject_cars as inject_cars,
    inject_pits as inject_pits,
    inject_radar_ship as inject_radar_ship,
    inject_ship as inject_ship,
    inject_stacks as inject_stacks,
)
from .optical_harbour_images import Harbour as Harbour, harbour_cube as harbour_cube
from .port_at_pixel_sizes import (
    SCENE_SIZE as SCENE_SIZE,
    object_sizes as object_sizes,
    port_image as port_image,
)
from .rail_yard_quay_field_cubes import simulated_field as simulated_field
from .recount_practice_images import (
    DRAWN_AS as DRAWN_AS,
    PRACTICE as PRACTICE,
    write_practice as write_practice,
)
from .rehearsal_passes_and_catalogue_faults import SMALL as SMALL, ArchivePlan as ArchivePlan
from .rehearsal_scene_archive import (
    read_json_lines as read_json_lines,
    rehearsed_sites as rehearsed_sites,
    write_archive as write_archive,
)
from .rehearsal_stac_items import with_server_addresses as with_server_addresses
