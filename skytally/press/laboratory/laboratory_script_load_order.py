"""Scripts of the laboratory, in the order in which a page loads them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).with_name("scripts")
ENGINE = (
    "number_unit_and_date_wording.js",
    "source_printed_quantity.js",
    "record_without_rows.js",
    "date_brackets_and_order.js",
    "numpy_random_numbers.js",
    "port_calls.js",
    "upper_limit_of_chance_of_new_count_given_ceiling.js",
    "trains_before_after.js",
    "published_count_and_statement_pairs.js",
    "named_estimate_and_count_computations.js",
    "finding_evaluation.js",
    "findings_and_dependencies_under_setting.js",
    "source_copying_and_image_owners.js",
    "claim_rules.js",
    "rival_hypotheses.js",
    "smallest_sets_that_flip_results.js",
    "verdicts_and_flips_under_setting.js",
    "book_recomputation_under_setting.js",
    "setting_effects.js",
    "reader_setting_address_file_and_checks.js",
)
"""What computes, without a page: it runs wherever JavaScript does."""
PANEL = "laboratory_panel.js"
"""What a reader sees; it comes after all of `ENGINE` and the data."""
DOOR = "laboratory_loader.js"
"""The one script that a page with a laboratory always loads: it loads the others when asked."""
