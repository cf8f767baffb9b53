"""The published record: CSV tables with dictionaries, read into lines of evidence."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
