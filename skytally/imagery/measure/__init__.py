"""Measures: from a cube to one observation an image, each with interval and reason."""
