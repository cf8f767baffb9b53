"""Counts that a person makes on an image: marks, their journal, comparison of blind counts."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
