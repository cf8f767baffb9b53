"""Charts and maps of the record, each drawn twice: interactive and static."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
