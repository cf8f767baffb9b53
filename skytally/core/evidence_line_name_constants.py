"""Vocabulary of an evidence line: dimensions, variables, coordinates, bounds and states."""

TIME = "time"
BNDS = "bnds"
TIME_BOUNDS = "time_bounds"

VALUE = "value"
LOW = "low"
HIGH = "high"

ROW = "row"
SOURCE = "source"
BOUND = "bound"
STATE = "state"
SCOPE = "scope"
READING = "reading"
FAMILY = "image_family"
WHEN = "when"
SAID = "said"
SEEN = "seen"
LINE_COORDS = (ROW, SOURCE, BOUND, STATE, SCOPE, READING, FAMILY, WHEN, SAID, SEEN)

EXACTLY, ABOUT, AT_LEAST, AT_MOST, MORE_THAN = (
    "exactly",
    "about",
    "at least",
    "at most",
    "more than",
)
BOUNDS = (EXACTLY, ABOUT, AT_LEAST, AT_MOST, MORE_THAN)
OPEN_ABOVE = (AT_LEAST, MORE_THAN)
BETWEEN = "between"
"""Bound of a finding that is an interval; rows print two ends and have no such word."""

COUNTED, SOMETHING_SEEN, NOTHING_SEEN, UNCLEAR, STATED = (
    "counted",
    "seen",
    "nothing-seen",
    "unclear",
    "stated",
)
STATES = (COUNTED, SOMETHING_SEEN, NOTHING_SEEN, UNCLEAR, STATED)
PRESENT_STATES = (COUNTED, SOMETHING_SEEN)

CONVENTIONS = "CF-1.11"
PROBABILITY = "p"
"""Unit of a probability between 0 and 1, which is printed without a word."""
