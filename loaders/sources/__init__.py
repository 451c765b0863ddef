"""Other systems' exports: each .toml here says how one of them becomes rows of the canonical tables.

mapping reads and checks such a file, catalogue finds them, recognise tells which one a header belongs to, shape makes
the rows, changes are the few things that may be done to a cell, and sketch writes a mapping to start from.
"""

from refnet.loaders.sources.catalogue import Catalogue
from refnet.loaders.sources.mapping import Mapping

__all__ = ["Catalogue", "Mapping"]
