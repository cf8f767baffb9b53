"""Read the open evidence on a transfer route: what images show and what others counted."""
