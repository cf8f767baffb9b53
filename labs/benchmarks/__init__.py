"""Benchmarks and calibrations: each script makes one table of data/results or prints ratios."""
