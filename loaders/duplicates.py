"""Sales told twice: the statement that follows a change of orders or refunds, in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from refnet.graph import catalogue


def work_out(
    *,
    keys: Sequence[str] = (),
    orders: Sequence[str] = (),
    refunds: Sequence[str] = (),
    leaving: Sequence[tuple[str, str | None]] = (),
) -> tuple[str, dict[str, Any]]:
    """`duplicates/work-out` for what has changed, as told there; its answer is whose orders became others."""
    told = {"keys": keys, "orders": orders, "refunds": refunds, "leaving": leaving}
    return catalogue()["duplicates/work-out"].text, {name: list(values) for name, values in told.items()}
