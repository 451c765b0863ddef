"""Unused: columns of an export that its mapping takes nothing from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from refnet.loaders.sources.mapping import Condition, Mapping


def unused(columns: Sequence[str], mapping: Mapping) -> tuple[str, ...]:
    """Those of a header's columns of which the mapping takes nothing, and by which it tells no row from another."""
    names = set(_names(mapping))
    patterns = [
        re.compile(re.escape(pattern).replace(r"\*", ".+")) for rows in mapping.rows for pattern in rows.keep
    ]
    inside = {
        ".".join(parts[:place]) for parts in (n.split(".") for n in names) for place in range(1, len(parts))
    }

    def used(column: str) -> bool:
        parts = column.split(".")
        return (
            column in inside
            or any(".".join(parts[:place]) in names for place in range(1, len(parts) + 1))
            or any(pattern.fullmatch(column) for pattern in patterns)
        )

    return tuple(column for column in columns if column.strip() and not used(column))


def _names(mapping: Mapping) -> Iterator[str]:
    """Every column of the source whose cells are looked at."""
    conditions: list[Condition] = [*mapping.leave_out]
    for rows in mapping.rows:
        ways = [way for several in rows.columns.values() for way in several]
        for refund in rows.refunds:
            ways += [*refund.amount, *refund.id]
            conditions += refund.when
        conditions += [*rows.leave_out, *rows.when]
        if rows.for_each is not None:
            yield rows.for_each
        for way in ways:
            yield from [*way.columns, *(way.share or [])]
            conditions += way.when
    yield from (condition.column for condition in conditions)
