from .access_tokens_and_url_signing import url_signer as url_signer
from .band_file_table_reader import band_table_items as band_table_items
from .byte_range_fetching import FetchSettings as FetchSettings
from .byte_range_reader_and_window_geometry import (
    ComplexNumbersError as ComplexNumbersError,
    OutsideSceneError as OutsideSceneError,
)
from .catalog_search_and_changes import (
    SearchResult as SearchResult,
    search_catalogue as search_catalogue,
    searched_days as searched_days,
)
from .chip_and_manifest_encoding import (
    ChipManifest as ChipManifest,
    checked_item_id as checked_item_id,
    encode_chip as encode_chip,
    scene_manifest as scene_manifest,
)
from .chip_store import (
    StoreError as StoreError,
    read_chip as read_chip,
    stored_manifest as stored_manifest,
)
from .deliveries.delivered_pixels_on_site_grid import read_delivered_scene as read_delivered_scene
from .deliveries.delivery_recognition import recognised_delivery as recognised_delivery
from .image_provider_table import (
    FOLDER as FOLDER,
    LANDSAT as LANDSAT,
    QUALITY as QUALITY,
    REHEARSAL as REHEARSAL,
    SENSORS as SENSORS,
    SENTINEL_1 as SENTINEL_1,
    SENTINEL_2 as SENTINEL_2,
    Provider as Provider,
    is_rehearsal as is_rehearsal,
    read_providers as read_providers,
    rehearsal_marked as rehearsal_marked,
    sensor_name as sensor_name,
)
from .inventory_and_search_log import (
    FAILED as FAILED,
    NO as NO,
    REJECTED as REJECTED,
    STORED as STORED,
    SUPERSEDED as SUPERSEDED,
    UNVERIFIED as UNVERIFIED,
    VERIFIED_BY_PIXELS as VERIFIED_BY_PIXELS,
    VERIFIED_BY_SIZE as VERIFIED_BY_SIZE,
    YES as YES,
    inventory_row as inventory_row,
    malformed_item_rows as malformed_item_rows,
    merge_inventory as merge_inventory,
    merge_searches as merge_searches,
    read_breaks as read_breaks,
    read_inventory as read_inventory,
    read_searches as read_searches,
    search_log_row as search_log_row,
    verification_method as verification_method,
    with_items_gone_since as with_items_gone_since,
    write_inventory as write_inventory,
    write_searches as write_searches,
)
from .legacy_table_conversion_and_chip_check import convert_data as convert_data
from .monthly_coverage_losses_and_gaps import (
    ANY_SENSOR as ANY_SENSOR,
    COVERAGE_STATES as COVERAGE_STATES,
    NONE_USABLE as NONE_USABLE,
    NOT_SCREENED as NOT_SCREENED,
    NOT_SEARCHED as NOT_SEARCHED,
    NOTHING_OFFERED as NOTHING_OFFERED,
    USABLE as USABLE,
    check_accounts as check_accounts,
    coverage_gaps as coverage_gaps,
    coverage_totals as coverage_totals,
    losses_by_reason as losses_by_reason,
    monthly_coverage as monthly_coverage,
)
from .neighbouring_utm_zone_resampling import resample_to_site_grid as resample_to_site_grid
from .offered_scene import SceneItem as SceneItem, baseline_version as baseline_version
from .one_scene_per_pass import (
    ASSET_MISSING as ASSET_MISSING,
    SAME_PASS_S as SAME_PASS_S,
    SELECTED as SELECTED,
    SelectionDecision as SelectionDecision,
    select_items as select_items,
)
from .own_image_scene_items import item_id_of as item_id_of
from .provider_allowed_addresses import address_rules as address_rules
from .reflectance_and_backscatter_scaling import apply_calibration as apply_calibration
from .scene_classification_masks import (
    PixelClasses as PixelClasses,
    decode_classification as decode_classification,
)
from .scene_pixel_arrays_and_pass_joining import (
    ScenePixels as ScenePixels,
    joined_ids as joined_ids,
)
from .scene_reader import read_scene as read_scene
from .scenes_to_leave_out import (
    LEFT_OUT as LEFT_OUT,
    LEFT_OUT_TABLE as LEFT_OUT_TABLE,
    LeftOutScene as LeftOutScene,
    left_out_reason as left_out_reason,
    read_left_out as read_left_out,
)
