"""Ships at a berth in radar backscatter."""
