"""Findings: numbers and sentences that a page may quote by key, and downloads of the lines."""
