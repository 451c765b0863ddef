"""Resuming: a load that broke off goes on where it was, and nothing that follows from its rows is left undone.

How many batches of a file are in the graph is written down in the transaction of each. A load whose files begin with
those of the one that broke off last, all of them the same to the last byte, does not send these batches again. And a
load that broke off has left behind what is to follow from its rows: links, customers' figures. Whose those are nobody
remembers; that there was such a load is in the graph, and whoever loads next works out everything.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import pandas as pd
import pyarrow as pa

from refnet.core.errors import InputError
from refnet.graph import Graph
from refnet.loaders import prepare
from refnet.loaders.files import opened
from refnet.loaders.headers import Source


@dataclass(frozen=True)
class Run:
    """The loading of one file.

    Attributes:
        run_id: of its :LoadRun.
        fingerprint: of the file and all that its batches depend on; None: it is never gone on with.
        batches: how many of them are in the graph already.
    """

    run_id: str
    fingerprint: str | None
    batches: int = 0


@dataclass(frozen=True)
class Course:
    """How a load goes.

    Attributes:
        load_id: one for all files of a load, the earlier one's if it goes on with that.
        runs: one for each file.
        owes: an earlier load has left undone what follows from its rows.
        resumed: it goes on with an earlier load.
    """

    load_id: str
    runs: Sequence[Run] = field(default_factory=list)
    owes: bool = False
    resumed: bool = False


def owing(graph: Graph) -> bool:
    """Whether what follows from some load has not been worked out."""
    return len(graph.query("loads/unsettled")) > 0


def figured(graph: Graph) -> bool:
    """Whether all that was not worked out came by the import tool, with the customers' figures in it."""
    return all(row["figures"] for row in graph.query("loads/unsettled"))


def course(graph: Graph, found: Sequence[Source], currency: str, key: bytes, *, known: bool = True) -> Course:
    """How these files are to be loaded: from the beginning, or on from where they broke off.

    Args:
        graph: where to.
        found: the files, in the order of loading, further columns in their schemas.
        currency: the reporting currency.
        key: what tokens are hashed with.
        known: which rows are taken depends on the files alone, and not on people whom the graph has forgotten.

    Raises:
        InputError: a file cannot be read any more.
    """
    read: dict[Path, str] = {}
    prints = [_fingerprint(each, currency, key, read) if known else None for each in found]
    unsettled = list(graph.query("loads/unsettled"))
    # In the order in which they began: the latest load is the last one.
    loads = [list(runs) for _, runs in groupby(unsettled, key=lambda row: row["loadId"])]
    latest = loads[-1] if loads else []
    if _same(prints, [run["fingerprint"] for run in latest]):
        fresh = [Run(str(uuid.uuid4()), each) for each in prints[len(latest) :]]
        done = [Run(run["runId"], run["fingerprint"], run["batches"] or 0) for run in latest]
        return Course(latest[0]["loadId"], done + fresh, owes=True, resumed=True)
    if unsettled:
        graph.query("loads/no-resuming")
    return Course(str(uuid.uuid4()), [Run(str(uuid.uuid4()), each) for each in prints], owes=bool(unsettled))


def _same(prints: Sequence[str | None], began: Sequence[str | None]) -> bool:
    """Whether those that began are the first of these, every one of them. In doubt they are not."""
    return bool(began) and None not in began and list(prints[: len(began)]) == list(began)


def _fingerprint(source: Source, currency: str, key: bytes, read: dict[Path, str]) -> str | None:
    """What makes two loads of a file send the same batches; None where it is no file."""
    path = source.opened.path
    if path is None:
        return None
    if path not in read:
        read[path] = _digest(path, source.opened.name)
    columns = [source.table.by_name[name] for name in source.opened.columns]
    told = [
        read[path], source.table.name, source.of, source.opened.made, currency,
        [(column.name, column.type, column.property) for column in columns],
        version("refnet"), pd.__version__, pa.__version__,
        opened.CHUNK_ROWS, prepare.BATCH_ROWS, prepare.BATCH_BYTES,
    ]  # fmt: skip
    # With the key, since tokens are: which is not told by it any more than by them.
    return hashlib.blake2b(
        repr(told).encode(), digest_size=16, key=hashlib.sha256(key).digest() if key else b""
    ).hexdigest()


def _digest(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}.", file=name) from None
