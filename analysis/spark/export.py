"""Graph → parquet: people and the credited network, as Spark reads them, a page at a time: memory stays small."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Quiet, Reporter
from refnet.graph import Graph

_PAGE = 20_000

_CUSTOMERS = pa.schema(
    [
        ("customer_id", pa.string()), ("joined_at", pa.timestamp("ms", tz="UTC")), ("revenue", pa.float64()),
        ("margin", pa.float64()), ("cltv", pa.float64()),
    ]
)  # fmt: skip
_AFFILIATES = pa.schema([("affiliate_id", pa.string()), ("customer_id", pa.string())])
_CREDITS = pa.schema(
    [
        ("referrer_kind", pa.string()), ("referrer_id", pa.string()), ("referee_id", pa.string()),
        ("credit", pa.float64()), ("claim_id", pa.string()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class ExportSummary:
    """How many of each were written."""

    directory: str
    customers: int
    affiliates: int
    credits: int


def export(graph: Graph, directory: Path, *, reporter: Reporter | None = None) -> ExportSummary:
    """Write customers.parquet, affiliates.parquet and credits.parquet (as decided in the graph).

    Args:
        graph: with customers and credit.
        directory: where to; missing or empty. It gets its name when all is in it.
        reporter: told how far it is.

    Raises:
        UsageError: the directory is not empty.
        InputError: it cannot be written.
        StoreError: the graph cannot be reached.
    """
    directory = directory.absolute()
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not empty.", "Give a directory that is, or none yet.")
    part = directory.with_name(f"{directory.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)  # of one that was broken off
        part.mkdir(parents=True)
        customers, credited = _people(graph, part, reporter or Quiet())
        affiliates = list(graph.query("export/affiliates"))
        columns = [[row[name] for row in affiliates] for name in ("affiliateId", "customerId")]
        pq.write_table(pa.table(columns, schema=_AFFILIATES), part / "affiliates.parquet")
        if directory.exists():
            directory.rmdir()
        part.rename(directory)
    except OSError as error:
        raise InputError(f"it cannot be written here: {error.strerror or error}.", file=directory) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return ExportSummary(str(directory), customers, len(affiliates), credited)


def _people(graph: Graph, part: Path, reporter: Reporter) -> tuple[int, int]:
    customers = credited = 0
    with (
        reporter.stage("export", unit="rows") as progress,
        pq.ParquetWriter(part / "customers.parquet", _CUSTOMERS) as people,
        pq.ParquetWriter(part / "credits.parquet", _CREDITS) as edges,
    ):
        after = ""
        while True:
            page = graph.query("export/page-customers", after=after, limit=_PAGE).values
            if not page:
                return customers, credited
            people.write_table(_table(page, _CUSTOMERS))
            after = str(page[-1][0])
            found = graph.query("export/page-credits", first=page[0][0], last=after).values
            edges.write_table(_table(found, _CREDITS))
            customers, credited = customers + len(page), credited + len(found)
            progress.advance(len(page) + len(found))


def _table(rows: list[list[object]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pa.table(
        [pa.array(list(c), type=f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )
