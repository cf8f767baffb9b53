"""Sphinx extension of the book: findings by key, tables of the record, charts, maps, scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = (
    "finding_roles",
    "record_directives",
    "findings_directives",
    "front_page_directives",
    "voyage_directives",
    "ship_traffic_by_year_directive",
    "ship_loading_directive",
    "official_statement_table_directive",
    "chosen_rows_directive",
    "observed_days_directive",
    "image_owner_directives",
    "about_directives",
    "page_archive_directives",
    "page_scripts",
    "page_head_and_foot",
    "claims_directives",
    "source_origin_directives",
    "found_pages_directive",
    "claimants_behind_totals_directive",
    "shells_per_container_directive",
    "event_table_directive",
    "items_back_from_russia_directive",
    "sanction_directives",
    "ship_directives",
    "silent_ship_directives",
    "whom_to_quote_directives",
    "row_removal_directives",
    "project_folder_box_directives",
    "rerun_directives",
    "foresight_directives",
    "rival_hypotheses_directives",
    "interval_calibration_directives",
    "accuracy_directives",
    "satellite_passes_directive",
    "robustness_trial_directives",
    "edition_directives",
    "corrections_and_failures_directives",
    "evidence_packet_directives",
    "imagery_directives",
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
