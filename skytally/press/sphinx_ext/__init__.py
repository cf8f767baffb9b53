"""Sphinx extension of the book: numbers by key, tables of the record, maps."""
