"""Estimates with intervals from lines of evidence: surge, changes, port calls, reach, agreement."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
