"""Search, select, read, verify and store open satellite images; keep the inventory of them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
