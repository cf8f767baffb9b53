"""Cubes of images on the grid of a site: assembled from the store, checked, read frame by frame."""
