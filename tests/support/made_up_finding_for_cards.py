"""A made-up finding, and what tests of cards read."""

from __future__ import annotations

from typing import Any

from skytally.press.cards.card_fields_and_text_shortening import Card, Part

CITE = "The skytally authors, Counted from Above."
TENTH = "this book's reading of “about”, a tenth either way"
FINDING: dict[str, Any] = {
    "key": "port-imagery.peak",
    "said": "about 1,010 containers",
    "when": "15 November 2023",
    "text": "CSIS counted about 1,010 containers.",
    "value": 1010.0,
    "bound": "about",
    "own": False,
    "low": 909.0,
    "high": 1111.0,
    "unit": "containers",
    "inputs": ["P029"],
    "support": {
        "read": "in a report of it",
        "origins": ["csis"],
        "named_origins": 1,
        "origins_at_least": 1,
        "image_owners": [],
        "image_rows": 1,
        "rows_without_owner": 1,
        "rows_released": 0,
        "rows_unrecorded": 0,
    },
    "interval_from": TENTH,
}
TABLES = (
    "sources", "counters", "scopes", "same_observation", "quay_stocks", "rail_counts", "events"
)  # fmt: skip
"""Tables whose rows have cards in the tests; the last three hold observations."""


def parts(card: Card, label: str) -> tuple[Part, ...]:
    """Pieces of the fact with one label."""
    return next((fact.parts for fact in card.facts if fact.label == label), ())
