"""Canonical files → the files that `neo4j-admin database import full` reads, for a very large first load.

The rows are read, checked and refused as in any load, chunk by chunk, and kept aside on disk; of them only hashes of
their ids stay in memory. When a table is through it is known which rows hold (of two with one id the later one) and
whom they can be joined to: the ids that a row names are of customers, affiliates and orders, and these come first. Then
what was kept aside is written out: nodes, relationships, and what waits for people who are not in the files. Orders and
customers come last: with the figures that follow from refunds and from orders, and then are known.
"""

from __future__ import annotations

import shlex
import shutil
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Progress, Quiet, Reporter
from refnet.core.settings import Settings, load_settings
from refnet.graph.model import ATTRIBUTE, CUSTOMER, LOAD_RUN, ORDER, REFUND
from refnet.loaders import settled
from refnet.loaders.bulk.duplicates import told_again
from refnet.loaders.bulk.figures import Figures, GivenBack
from refnet.loaders.bulk.keys import Keys
from refnet.loaders.bulk.tables import Known, Spool, write_edges, write_nodes
from refnet.loaders.bulk.written import Files, held
from refnet.loaders.dry import checked_chunks
from refnet.loaders.given import sources
from refnet.loaders.headers import Source
from refnet.loaders.listed import Listed
from refnet.loaders.prepare import Preparer
from refnet.loaders.rejects import Rejects
from refnet.loaders.rows import Column, Table
from refnet.loaders.schemas import DUPLICATE_KEY
from refnet.loaders.summary import LoadSummary, TableSummary


@dataclass
class BulkSummary(LoadSummary):
    """What was written for the import tool; `rows_loaded` of a table are its rows there.

    Attributes:
        directory: where the files are.
        arguments: of `neo4j-admin`, to be run in that directory.
        nodes, relationships: how many there are.
    """

    directory: Path = Path()
    arguments: list[str] = field(default_factory=list)
    nodes: int = 0
    relationships: int = 0

    @property
    def command(self) -> str:
        """The line for a shell."""
        return f"cd {shlex.quote(str(self.directory))} && neo4j-admin {shlex.join(self.arguments)}"

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON can say it."""
        return {**super().to_dict(), "directory": str(self.directory), "command": self.command}


def export(
    source: Path,
    directory: Path,
    *,
    gzip: bool = False,
    reporter: Reporter | None = None,
    rejects: Path | None = None,
    settings: Settings | None = None,
) -> BulkSummary:
    """Write what a load of these files into an empty graph would make, for the import tool.

    Constraints, persons of several ids and credit are not in it: `refnet load --imported` sees to these, afterwards.

    Args:
        source: a directory of canonical files, or one of them.
        directory: where to; missing or empty. It gets its name when all is written.
        gzip: pack the files.
        reporter: told of each table's rows and rate.
        rejects: directory for files of refused cells; unset: `rejects` in the settings' home.
        settings: for the currency, the token key and the database's name; unset: from the environment.

    Raises:
        InputError: a file or its columns are wrong, or something cannot be written; nothing is left of the export.
        UsageError: the directory is not empty, a file is of no kind that is loaded.
    """
    settings, reporter = settings or load_settings(), reporter or Quiet()
    directory = directory.absolute()
    found, warnings = sources(source)
    if other := next((each for each in found if each.of), None):
        raise UsageError(
            f"{other.opened.name} is of {other.of}: only canonical files go by the import tool.",
            "`refnet load` it when the import is through.",
        )
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not empty.", "Give a directory that is, or none yet.")
    summary = BulkSummary(warnings=warnings + [said for each in found for said in each.warnings])
    summary.directory = directory
    summary.currency = settled.currency(found, None, settings, summary.warnings)
    found = [settled.with_attributes(each, {}, summary.warnings) for each in found]
    part = directory.with_name(f"{directory.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)  # of one that was broken off
        (part / "rows").mkdir(parents=True)
        with Files(part, gzip=gzip) as files:
            _write(
                files, part / "rows", found, summary, rejects or settings.home / "rejects", settings, reporter
            )
        summary.arguments = files.arguments(settings.neo4j_database or "neo4j")
        for each in files.written.values():
            if each.option == "--nodes":
                summary.nodes += each.rows
            else:
                summary.relationships += each.rows
        shutil.rmtree(part / "rows")
        if directory.exists():
            directory.rmdir()
        part.rename(directory)
    except OSError as error:
        raise InputError(
            f"the export cannot be written here: {error.strerror or error}.",
            file=directory,
            hint="Make room or give another directory: it takes about three times what the files take.",
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return summary


def _write(
    files: Files,
    aside: Path,
    found: list[Source],
    summary: BulkSummary,
    rejects: Path,
    settings: Settings,
    reporter: Reporter,
) -> None:
    known: Known = {}
    listed = Listed()
    figures: Figures | None = None
    back: GivenBack | None = None
    last: list[tuple[Table, list[Column], Spool, TableSummary]] = []
    for source in found:
        told = TableSummary(source.table.name, source.called)
        run, began, at = str(uuid.uuid4()), time.monotonic(), _now()
        preparer = Preparer(
            source.table,
            source.opened.columns,
            existing=False,
            token_key=settled.token_key(settings),
            listed=listed,
        )
        spool = _spool(aside / f"{source.table.name}.arrow", preparer)
        with (
            Rejects(
                rejects / f"{source.table.name}-{run[:8]}.csv",
                told,
                form=source.opened.form,
                secret=source.secret,
            ) as refused,
            reporter.stage(source.table.name, source.opened.total) as progress,
            spool,
        ):
            _keep(spool, source, preparer, listed, summary.currency, told, refused, progress)
        spool.keys.settle()
        if source.table.node == CUSTOMER:
            known[CUSTOMER] = spool.keys
            figures = Figures(spool.keys, summary.currency)
        if source.table.node == ORDER:
            known[ORDER] = spool.keys
            back = GivenBack(spool.keys, summary.currency)
        if source.table.node == REFUND and back is not None:
            _give_back(back, spool)
        if source.table.node in (CUSTOMER, ORDER):
            last.insert(0, (source.table, preparer.columns, spool, told))
        elif source.table.node is not None:
            known[source.table.node] = spool.keys
            told.waiting = write_nodes(files, source.table, preparer.columns, spool, known, figures)
        else:
            told.waiting = write_edges(files, source.table, preparer.columns, spool, known)
        if source.table.node not in (CUSTOMER, ORDER):
            spool.path.unlink()
        told.rows_loaded = int(spool.keys.holds.sum())
        told.rows_repeated = preparer.dropped + len(spool.keys.holds) - told.rows_loaded
        told.rows_kept_out = preparer.rows_kept_out
        told.seconds = time.monotonic() - began
        summary.tables.append(told)
        _note(files, source, told, run, at, summary.currency)
    for table, columns, spool, told in last:  # orders before customers, whose figures they make
        refunds = back if table.node == ORDER else None
        again = told_again(spool, refunds) if refunds is not None and DUPLICATE_KEY in columns else None
        if again is not None:
            summary.duplicates = int(again.sum())
        told.waiting = write_nodes(files, table, columns, spool, known, figures, refunds, again)
        spool.path.unlink()
    summary.waiting = {told.table: told.waiting for told in summary.tables if told.waiting}


def _give_back(back: GivenBack, spool: Spool) -> None:
    for batch, holds in spool.rows():
        kept = batch.filter(pa.array(holds))
        amounts = (
            kept.column("amount") if "amount" in kept.schema.names else pa.nulls(len(kept), pa.float64())
        )
        back.meet(kept.column("order_id"), amounts)


def _spool(path: Path, preparer: Preparer) -> Spool:
    schema = pa.schema([("", pa.string()), *((c.name, held(c.type)) for c in preparer.columns)])
    return Spool(path, schema, Keys())


def _keep(
    spool: Spool,
    source: Source,
    preparer: Preparer,
    listed: Listed,
    currency: str,
    told: TableSummary,
    refused: Rejects,
    progress: Progress,
) -> None:
    for chunk, checked in checked_chunks(source, currency):
        told.rows_read += len(chunk.rows) + len(chunk.rejects)
        before = told.rows_rejected
        refused.write(chunk, checked)
        progress.advance(len(checked.rows), rejected=told.rows_rejected - before)
        if len(checked.frame):
            keys, lists = preparer.rows(checked.frame)
            listed.meet(source.table, lists)
            spool.keep(keys, [lists[column.name] for column in preparer.columns])


def _note(files: Files, source: Source, told: TableSummary, run: str, at: str, currency: str) -> None:
    """The :LoadRun of a file, and the :Attribute of each further column, as a load leaves them."""
    files.nodes(
        LOAD_RUN,
        {
            "source": "text", "table": "text", "startedAt": "time", "currency": "text", "finishedAt": "time",
            "rowsRead": "count", "rowsLoaded": "count", "rowsRejected": "count", "figures": "flag",
        },
    ).write(
        [
            [run], [told.source], [told.table], [at], [currency], [_now()],
            [told.rows_read], [told.rows_loaded], [told.rows_rejected], [True],
        ]
    )  # fmt: skip
    rows = settled.notes(source)
    if rows:
        names = ("name", "column", "kind")
        files.nodes(ATTRIBUTE, {"column": "text", "kind": "text"}).write(
            [[row[name] for row in rows] for name in names]
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
