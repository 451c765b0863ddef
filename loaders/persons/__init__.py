"""A person's rights: what is held about them, handed over or forgotten."""

from refnet.loaders.persons.document import document
from refnet.loaders.persons.find import Person, find

__all__ = ["Person", "document", "find"]
