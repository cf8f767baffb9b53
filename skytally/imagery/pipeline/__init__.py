"""From a refresh to measured lines: acquisition, measurement, detection limits, findings."""
