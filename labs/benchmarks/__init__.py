"""Benchmarks and calibrations: each script writes a table of data/results or prints ratios."""
