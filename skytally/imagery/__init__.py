"""Satellite images of the project itself: acquired, screened, measured, simulated and drawn."""
