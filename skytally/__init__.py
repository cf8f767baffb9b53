"""skytally: what the sky shows and what others tallied, as lines of evidence."""
