"""Findings: numbers and sentences that a page may quote by key, and downloads of the lines."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
