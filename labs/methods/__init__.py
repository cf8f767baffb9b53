"""Methods that were tried and that no page of evidence uses."""
