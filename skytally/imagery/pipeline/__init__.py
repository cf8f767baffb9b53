"""From a refresh to measured lines: acquisition, measurement, detection limits, findings."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
