"""Editions of the book: what was published on a day, kept, and how it differs from the next."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
