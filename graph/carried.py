"""What Bolt can carry as a parameter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from refnet.core.errors import UsageError

_INTEGERS = range(-(2**63), 2**63)


def sendable(value: Any, name: str = "") -> None:
    """Refuse what Bolt cannot carry, before half of it is on the wire.

    Raises:
        UsageError: a number too large, a text that is none in Unicode, something too deep.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            sendable(key, name or str(key))
            sendable(inner, name or str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            sendable(inner, name)
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UsageError(f"{name} is no text in Unicode.", "It holds half of a character.") from None
    elif (isinstance(value, float) and not math.isfinite(value)) or (
        isinstance(value, int) and value not in _INTEGERS
    ):
        raise UsageError(f"{name} is out of range.", "Numbers have 64 bits.")
