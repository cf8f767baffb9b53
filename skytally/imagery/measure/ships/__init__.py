"""Ships in optical images: at a berth, and in a sweep of a harbour."""
