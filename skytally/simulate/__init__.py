"""Routes with known truth, for calibration; nothing simulated ever enters an evidence chart."""
