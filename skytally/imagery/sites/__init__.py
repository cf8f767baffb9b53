"""Sites as data: the fixed grid of each, its outlines, and the control sites."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
