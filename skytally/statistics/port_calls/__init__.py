"""Port calls estimated from dated observations of a berth."""
