"""Sites as data: the fixed grid of each, its outlines, and the control sites."""
