"""Search, select, read, verify and store open satellite images; keep the inventory of them."""
