"""Cards: one small page for each finding, row, claim and source, and one file of all."""
