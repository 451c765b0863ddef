"""Removing: what a complete, newer export no longer has goes from the graph, of that source only.

And what a list of removals names, whosever it is.
"""

from refnet.loaders.removing.due import remove_due
from refnet.loaders.removing.missing import Ask, Missing, Replacing
from refnet.loaders.removing.present import Present
from refnet.loaders.removing.removal import remove

__all__ = ["Ask", "Missing", "Present", "Replacing", "remove", "remove_due"]
