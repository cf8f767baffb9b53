"""Sphinx extension of the book: findings by key, tables of the record, charts, maps, scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = (
    "finding_and_link_roles",
    "record_table_directive",
    "timeline_directives",
    "map_directives",
    "findings_directives",
    "front_page_directives",
    "voyage_and_port_call_directives",
    "ship_traffic_by_year_directive",
    "ship_loading_directive",
    "official_statement_table_directive",
    "rows_by_condition_directive",
    "observed_days_directive",
    "image_owner_directives",
    "images_to_order_directive",
    "about_page_directives",
    "contributing_recipes_directive",
    "page_archive_directives",
    "page_scripts",
    "page_word_spacing",
    "page_head_and_foot",
    "book_citation_directive",
    "claims_directives",
    "source_origin_directives",
    "found_pages_by_language_directive",
    "latest_totals_by_claimant_directive",
    "shells_per_container_directive",
    "event_table_directive",
    "items_back_from_russia_directive",
    "sanction_directives",
    "ship_directives",
    "silent_ship_directives",
    "whom_to_quote_directives",
    "fragile_findings_directives",
    "settling_observations_directive",
    "project_download_directives",
    "rerun_directives",
    "forecast_verification_directives",
    "rival_hypotheses_directives",
    "interval_calibration_directives",
    "change_point_accuracy_directives",
    "accuracy_directives",
    "measure_rules_directive",
    "detection_limit_directive",
    "image_measurement_speed_directive",
    "fault_trial_directives",
    "satellite_passes_directive",
    "edition_directives",
    "corrections_and_failures_directives",
    "evidence_packet_directives",
    "imaged_site_directives",
    "image_provider_directive",
    "counting_rules_directive",
    "laboratory_directive",
    "translation_directives",
    "api_page",
)
"""Modules that register roles, directives and hooks."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register all roles, directives and hooks of the book."""
    for part in PARTS:
        app.setup_extension(f"{__name__}.{part}")
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
