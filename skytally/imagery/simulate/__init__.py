"""Simulated images with known truth; nothing simulated enters an evidence chart."""
