"""Measures: from a cube to one observation an image, each with interval and reason."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
