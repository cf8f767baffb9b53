"""Bare soil, disturbed ground and pits at a depot."""
