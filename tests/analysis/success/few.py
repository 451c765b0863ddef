"""A record of a few customers, as tests write them down."""

from __future__ import annotations

from typing import Any

import numpy as np

from refnet.analysis.success.record import CUSTOMER_NUMBERS, CUSTOMER_TEXTS, Record, record_of

UNTIL = 1000.0
"""The end of the data, in days."""

_NUMBERS = {
    "placed", "amount", "opened", "closed", "score", "answered", "year", "month", "activeDays", "landed", "visits",
    "at", "sent",
}  # fmt: skip


def few(people: list[dict[str, Any]], until: float = UNTIL, **tables: list[dict[str, Any]]) -> Record:
    """Customers and rows by the names of the queries' columns; what is left out is not known."""
    given: dict[str, dict[str, Any]] = {"customers": {}}
    for name in CUSTOMER_TEXTS:
        given["customers"][name] = np.array([one.get(name) for one in people], dtype=object)
    for name in CUSTOMER_NUMBERS:
        default = 0.0 if name == "affiliate" else np.nan
        given["customers"][name] = np.array([one.get(name, default) for one in people], dtype=np.float64)
    for table, rows in tables.items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        given[table] = {
            name: np.array([row.get(name, np.nan) for row in rows], dtype=np.float64)
            if name in _NUMBERS
            else np.array([row.get(name) for row in rows], dtype=object)
            for name in names
        }
    return record_of(given, until)
