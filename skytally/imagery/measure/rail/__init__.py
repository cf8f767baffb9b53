"""Length of occupied track in a rail yard."""
