"""Cubes of images on the grid of a site: assembled from the store, checked, read frame by frame."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
