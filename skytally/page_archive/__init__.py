"""Copies of the pages that the record cites, and where in them the numbers of its rows stand."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
