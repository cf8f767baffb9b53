from .bokeh_charts import frame as frame
from .chart_alt_text import alt_text as alt_text
from .chart_and_sentence_html_blocks import (
    BOOT as BOOT,
    PageBlock as PageBlock,
    bokeh_scripts as bokeh_scripts,
    enable as enable,
    joined_blocks as joined_blocks,
    picture as picture,
    sentence as sentence,
    show as show,
)
from .chart_mark_tables import names_of as names_of, top_of as top_of, value_marks as value_marks
from .chart_titles_from_findings import (
    ChartTitle as ChartTitle,
    read_chart_titles as read_chart_titles,
    titles_of as titles_of,
)
from .counter_names_and_colours import (
    counter_labels as counter_labels,
    read_counter_labels as read_counter_labels,
)
from .forecast_verification_chart import foresight_chart as foresight_chart
from .front_page_key_dates_reader import read_key_dates as read_key_dates
from .grouped_dot_plots import dots_chart as dots_chart
from .html_tables import (
    findings_table as findings_table,
    folded_tables as folded_tables,
    table_block as table_block,
    worded_table as worded_table,
)
from .interval_calibration_charts import calibration_chart as calibration_chart
from .letters_without_font import undrawn_letters as undrawn_letters
from .link_preview_picture import PREVIEW_SIZE as PREVIEW_SIZE, preview_picture as preview_picture
from .links_to_cards import (
    card_address as card_address,
    linked as linked,
    linked_table as linked_table,
)
from .map_regions import read_regions as read_regions
from .matplotlib_charts import (
    as_svg as as_svg,
    canvas as canvas,
    dated as dated,
    with_letter_fonts as with_letter_fonts,
    without_formulas as without_formulas,
)
from .name_wrapping import name_width as name_width
from .non_latin_font_subsets import (
    FAMILY as FAMILY,
    font_faces as font_faces,
    font_part as font_part,
    letters_of_fonts as letters_of_fonts,
    special_letters as special_letters,
    unescaped_letters as unescaped_letters,
)
from .overview_timeline import timeline_chart as timeline_chart
from .port_calls_and_voyages_a_month_chart import call_rate_chart as call_rate_chart
from .precision_and_recall_curves import curves_chart as curves_chart
from .region_and_site_maps import (
    position_words as position_words,
    region_map as region_map,
    site_blocks as site_blocks,
)
from .route_map_panel_and_label_reader import read_labels as read_labels, read_panels as read_panels
from .running_totals_chart import (
    running_totals as running_totals,
    spelled_names as spelled_names,
    totals_chart as totals_chart,
    with_counts as with_counts,
)
from .series_styling import series_styles as series_styles
from .ship_and_change_accuracy_charts import (
    change_chart as change_chart,
    lengths_chart as lengths_chart,
)
from .space_between_html_elements import spaced_elements as spaced_elements
from .timeline_lane_selection import lane_rows as lane_rows, read_lanes as read_lanes
from .value_lane_and_bar_charts import (
    bars_chart as bars_chart,
    lanes_chart as lanes_chart,
    values_chart as values_chart,
)
