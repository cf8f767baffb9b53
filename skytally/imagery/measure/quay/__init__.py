"""Area covered by stacks on a quay."""
