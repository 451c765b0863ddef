"""Files that are made quickly, for what is measured by the million: numpy draws, pyarrow writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

_BLOCK = 250_000
_DAYS = 1_000
_START = np.datetime64("2023-01-01T00:00:00")

Ids = npt.NDArray[np.int64]


def customers_and_orders(directory: Path, customers: int) -> None:
    """customers.csv, and orders.csv with as many orders, each of a customer drawn at random."""
    directory.mkdir(parents=True)
    write_customers(directory / "customers.csv", customers)
    write_orders(directory / "orders.csv", customers, customers)


def write_customers(path: Path, rows: int) -> None:
    """So many customers, each with the time they joined, a country, a cost, and an email of their own."""

    def block(ids: Ids, rng: np.random.Generator) -> dict[str, pa.Array]:
        names = named("c-", ids)
        return {
            "customer_id": names,
            "joined_at": _times(rng, len(ids)),
            "email": pa.compute.binary_join_element_wise(names, "example.org", "@"),
            "country": pa.array(np.array(["DE", "FR", "GB", "US", "SE"])[rng.integers(0, 5, len(ids))]),
            "retention_cost": pa.array(rng.integers(0, 5_000, len(ids)) / 100),
        }

    _write(path, rows, block)


def write_orders(path: Path, rows: int, customers: int) -> None:
    """So many orders of so many customers, drawn at random."""

    def block(ids: Ids, rng: np.random.Generator) -> dict[str, pa.Array]:
        return {
            "order_id": named("o-", ids),
            "customer_id": named("c-", rng.integers(0, customers, len(ids))),
            "placed_at": _times(rng, len(ids)),
            "amount": pa.array(rng.integers(500, 20_000, len(ids)) / 100),
        }

    _write(path, rows, block)


def write_visits(path: Path, rows: int) -> None:
    """So many days of landing pages: the narrowest table, whose rows refer to nothing."""

    def block(ids: Ids, rng: np.random.Generator) -> dict[str, pa.Array]:
        days = (_START + (ids % _DAYS).astype("timedelta64[D]")).astype("datetime64[D]")
        return {
            "day": pa.array(np.datetime_as_string(days)),
            "visits": pa.array(rng.integers(0, 1_000, len(ids))),
            "landing_page": named("/p/", ids // _DAYS),
        }

    _write(path, rows, block)


def named(prefix: str, ids: Ids) -> pa.Array:
    """Numbers as ids of one length."""
    digits = pa.compute.utf8_lpad(pa.array(ids).cast(pa.string()), 8, "0")
    return pa.compute.binary_join_element_wise(prefix, digits, "")


def _times(rng: np.random.Generator, rows: int) -> pa.Array:
    stamps = _START + rng.integers(0, _DAYS * 86_400, rows).astype("timedelta64[s]")
    return pa.array(np.datetime_as_string(stamps, timezone="UTC"))


def _write(path: Path, rows: int, block: Callable[[Ids, np.random.Generator], dict[str, pa.Array]]) -> None:
    rng = np.random.default_rng(7)
    writer: pa.csv.CSVWriter | None = None
    with path.open("wb") as file:
        for start in range(0, rows, _BLOCK):
            part = pa.table(block(np.arange(start, min(start + _BLOCK, rows)), rng))
            writer = writer or pa.csv.CSVWriter(file, part.schema)
            writer.write(part)
        if writer is not None:
            writer.close()
