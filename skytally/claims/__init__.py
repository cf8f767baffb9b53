"""Claims to verdicts: rules in data, evaluated on the findings and the rows of the record."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
