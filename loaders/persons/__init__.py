"""A person's rights: what is held about them, handed over or forgotten."""

from refnet.loaders.persons.document import document
from refnet.loaders.persons.erase import Erasure, carry_out
from refnet.loaders.persons.planned import Plan, plan

__all__ = ["Erasure", "Plan", "carry_out", "document", "plan"]
