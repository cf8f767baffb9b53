"""Words shared by every module: dimensions, variables, coordinates, attributes, units."""

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

COUNTED, SOMETHING_SEEN, NOTHING_SEEN, UNCLEAR, STATED = (
    "counted",
    "seen",
    "nothing-seen",
    "unclear",
    "stated",
)
STATES = (COUNTED, SOMETHING_SEEN, NOTHING_SEEN, UNCLEAR, STATED)

CONVENTIONS = "CF-1.11"
CF_UNITS = {
    "m": "m",
    "km": "km",
    "miles": "mile",
    "km2": "km2",
    "tonnes": "t",
    "tonnes per year": "t year-1",
    "percent": "percent",
    "days": "day",
}
"""UDUNITS spelling of the physical units; whatever is counted has the CF unit 1."""
