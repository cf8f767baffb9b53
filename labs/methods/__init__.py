"""Methods that were tried and that no page uses."""
