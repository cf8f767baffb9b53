"""Lines to numbers with intervals: surge, onset, visits, reach, agreement, lag."""
