"""Odds from which a change is called suggested, and from which it is called shown."""

import math

SUGGESTED = math.log(3.0)
"""Log odds from which a change is called suggested (Kass and Raftery 1995: positive)."""
SHOWN = math.log(20.0)
"""Log odds from which a change is called shown (Kass and Raftery 1995: strong)."""
