"""Charts of acquired images and of what was measured on them."""
