from .coverage_gap_chart import gaps_chart as gaps_chart
from .coverage_month_charts import months_chart as months_chart, states_chart as states_chart
from .own_imagery_page_blocks import (
    cards_shown as cards_shown,
    lines_shown as lines_shown,
    state_shown as state_shown,
)
from .pixel_size_schematic import resolution_schematic as resolution_schematic
from .recall_by_object_size_chart import FALSE_ALARMS as FALSE_ALARMS
from .site_plans import Backdrop as Backdrop, plan_file as plan_file, plan_text as plan_text
