from .acquisition_coverage_findings import coverage_findings as coverage_findings
from .cloud_free_composite import composite as composite
from .detection_limit_summaries import (
    CARDS as CARDS,
    TARGET_RECALL as TARGET_RECALL,
    limits_sentence as limits_sentence,
)
from .image_store_and_inventory_refresh import (
    RefreshReport as RefreshReport,
    refresh_store as refresh_store,
    rescreen as rescreen,
)
from .measured_line_and_target import MeasuredLine as MeasuredLine
from .measured_line_findings import own_findings as own_findings
from .measured_lines_for_notebook import (
    CARDS_OF_PLACE as CARDS_OF_PLACE,
    SiteImagery as SiteImagery,
    change_ranks as change_ranks,
    read_imagery as read_imagery,
)
from .measuring_code_key import measuring_key as measuring_key
from .outline_masks_and_track_lines import track_lines as track_lines
from .own_and_published_counts import agreement_table as agreement_table
from .publishing_rights import may_be_shown as may_be_shown
from .refresh_plan import RefreshPlan as RefreshPlan, plan_refresh as plan_refresh
from .scene_reading_and_chip_writing import Progress as Progress
from .stale_measured_line_remeasurement import update_lines as update_lines
from .thumbnails import Bytes as Bytes, Thumbnail as Thumbnail
