from .band_table_geotiff_cube_reader import (
    cube_from_geotiffs as cube_from_geotiffs,
    with_scene_classes as with_scene_classes,
)
from .chip_placement_on_site_grid import common_gsd as common_gsd, on_site_grid as on_site_grid
from .cube_assembly import stored_observations as stored_observations
from .cube_image_iteration_and_grouping import (
    Corner as Corner,
    CubeSource as CubeSource,
    Floats as Floats,
    Frame as Frame,
    PixelIndices as PixelIndices,
    Screening as Screening,
    Window as Window,
    bounding_window as bounding_window,
    finite_pixels as finite_pixels,
    group_name as group_name,
    iter_frames as iter_frames,
    require_one_group as require_one_group,
    subsample as subsample,
    subsample_mask as subsample_mask,
    window_corner as window_corner,
)
from .cube_mask_and_argument_checks import (
    GAMMA0 as GAMMA0,
    OPTICAL_BANDS as OPTICAL_BANDS,
    REFLECTANCE as REFLECTANCE,
    Bools as Bools,
    check_bearing as check_bearing,
    check_day as check_day,
    check_mask as check_mask,
    check_positive as check_positive,
    check_probability as check_probability,
)
from .fast_medians_quantiles_and_patches import (
    Patches as Patches,
    median as median,
    medians as medians,
    patches_of as patches_of,
    quantiles as quantiles,
)
