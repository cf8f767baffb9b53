"""Shared foundations: names, quantities, errors, the strict table reader, the data registry."""
