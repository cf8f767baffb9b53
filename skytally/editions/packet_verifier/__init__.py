"""Programs by which a stranger checks a packet, of the standard library only."""
