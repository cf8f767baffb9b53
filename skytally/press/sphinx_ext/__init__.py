"""Sphinx extension of the book: findings by key, tables of the record, charts, maps, scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = (
    "finding_and_link_roles",
    "record_table_directive",
    "timeline_directives",
    "region_and_site_map_directives",
    "findings_table_and_counters_directives",
    "front_page_directives",
    "dated_rows_directive",
    "voyage_and_port_call_directives",
    "ship_traffic_by_year_directive",
    "loading_or_unloading_directive",
    "official_statement_table_directive",
    "rows_by_condition_directive",
    "observed_days_directive",
    "images_behind_counts_directives",
    "images_to_order_for_recount_directive",
    "contact_badge_and_download_directives",
    "contributing_recipes_directive",
    "archived_share_and_state_directives",
    "page_script_copying_and_pruning",
    "space_between_page_elements",
    "page_head_and_foot",
    "book_citation_directive",
    "claims_directives",
    "source_origin_directives",
    "source_language_and_kind_directive",
    "web_search_log_directive_and_roles",
    "latest_totals_by_claimant_directive",
    "shells_per_container_directive",
    "event_table_directive",
    "russian_items_sought_and_received_directive",
    "sanction_directives",
    "ship_directives",
    "silent_ship_directives",
    "quotation_and_speaker_directives",
    "unread_originals_directive",
    "fragile_findings_directives",
    "most_decisive_new_observations_directive",
    "project_download_directives",
    "rerun_needs_and_expected_output_directives",
    "forecast_verification_directives",
    "rival_hypotheses_directives",
    "interval_calibration_directives",
    "change_point_accuracy_directives",
    "accuracy_score_directives",
    "image_measure_thresholds_directive",
    "detection_limit_directive",
    "measurement_speed_and_memory_directive",
    "live_preview_delay_directive",
    "fault_trial_directives",
    "free_satellite_image_capability_directives",
    "edition_directives",
    "corrections_and_failures_directives",
    "evidence_packet_directives",
    "site_plan_and_position_directives",
    "image_provider_and_order_directives",
    "recount_rules_directive",
    "what_if_panel_directive",
    "translated_summary_and_language_links",
    "api_page",
)
"""Modules that register roles, directives and hooks."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register all roles, directives and hooks of the book."""
    for part in PARTS:
        app.setup_extension(f"{__name__}.{part}")
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
