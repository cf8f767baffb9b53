"""Scripts of the laboratory, in the order in which a page loads them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).with_name("scripts")
ENGINE = (
    "number_and_unit_wording.js",
    "source_printed_quantity.js",
    "record_without_rows.js",
    "date_brackets_and_order.js",
    "numpy_random_numbers.js",
    "port_calls.js",
    "surge_chance_upper_limit.js",
    "trains_before_after.js",
    "published_count_and_statement_pairs.js",
    "named_estimates.js",
    "finding_evaluation.js",
    "findings_under_setting.js",
    "source_provenance.js",
    "claim_rules.js",
    "rival_hypotheses.js",
    "row_removal_sets.js",
    "verdicts_under_setting.js",
    "book_under_setting.js",
    "setting_effects.js",
    "reader_setting.js",
)
"""What computes, without a page: it runs wherever JavaScript does."""
PANEL = "laboratory_panel.js"
"""What a reader sees; it comes after all of `ENGINE` and the data."""
DOOR = "laboratory_loader.js"
"""The one script that a page with a laboratory always loads: it loads the others when asked."""
