"""Load: files or DataFrames into the graph, checked row by row, merged in batches, as often as one likes."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from refnet.core.errors import UsageError
from refnet.core.progress import Progress, Quiet, Reporter
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph, statements
from refnet.graph.model import AFFILIATE, CUSTOMER, UNLINKED, WAITING, camel
from refnet.loaders import identity, upkeep
from refnet.loaders.ahead import ahead
from refnet.loaders.cells import kind_of, text
from refnet.loaders.check import Reject, check
from refnet.loaders.headers import Source, sources
from refnet.loaders.prepare import Batch, Preparer
from refnet.loaders.rows import Column, Table, Type
from refnet.loaders.schemas import TABLES
from refnet.loaders.sources import Catalogue
from refnet.loaders.summary import LoadSummary, Rejects, TableSummary

_TYPES: dict[str, Type] = {"number": "number", "flag": "flag", "time": "time", "text": "text"}


@dataclass(frozen=True)
class _Step:
    """Work done on some rows of a file: what to send, or (with no batch) what was read and refused."""

    batch: Batch | None
    read: int = 0
    rejects: Sequence[Reject] = ()
    left_out: Sequence[Reject] = ()


def load(
    graph: Graph,
    source: Path | Sequence[Path] | Mapping[str, pd.DataFrame],
    *,
    named: str | None = None,
    reporter: Reporter | None = None,
    rejects: Path | None = None,
    settings: Settings | None = None,
) -> LoadSummary:
    """Load canonical files, exports of the systems that refnet knows, or DataFrames by table name.

    Loading the same again changes nothing, and the order of files and rows does not matter: what belongs to somebody
    who is not loaded waits for them. Amounts are in one reporting currency (REFNET_CURRENCY, else the graph's, else the
    first one found, else EUR), rounded to its minor unit. Credit is not given here: `refnet.analysis` does, afterwards.

    Args:
        graph: where to.
        source: files and directories (a file's name tells its table, else its header whose export it is), or
            {table: DataFrame}.
        named: the source that all the files are of, whatever their headers say.
        reporter: told of each table's rows and rate.
        rejects: directory for files of refused cells; unset: `rejects` in the settings' home.
        settings: unset: from the environment and .env.

    Raises:
        InputError: a file or its columns are wrong, and nothing was written; or it broke off while being read or the
            rejects could not be written, and the batches until then are in the graph: load the same again.
        UsageError: a table, file or source by an unknown name.
        StoreError: the graph cannot be reached.
    """
    settings = settings or load_settings()
    reporter = reporter or Quiet()
    found, warnings = sources(Path(source) if isinstance(source, str) else source, Catalogue(settings), named)
    summary = LoadSummary(warnings=warnings + [said for each in found for said in each.warnings])
    _make_schema(graph)
    summary.currency = _currency(graph, found, settings, summary.warnings)
    typed = []
    for each in found:
        table, said = _with_attributes(graph, each)
        typed.append(replace(each, table=table))
        summary.warnings += said
    key = settings.token_key.get_secret_value().encode() if settings.token_key else b""
    known = identity.known_ids(graph)
    buyers: set[str] = set()
    refused = rejects or settings.home / "rejects"
    for each in typed:
        preparer = _preparer(graph, each, key, known)
        summary.tables.append(_load_table(graph, each, preparer, summary.currency, refused, reporter, buyers))
    who = identity.bring_up_to_date(graph, summary.currency, reporter)
    summary.identity = who.summary
    buyers = {who.customer_of.get(buyer, buyer) for buyer in buyers}
    loaded = {each.table.name for each in typed}
    summary.waiting = upkeep.bring_together(graph, loaded, buyers, reporter, several=bool(who.customer_of))
    for told in summary.tables:
        told.waiting = summary.waiting.get(told.table, 0)
    upkeep.work_out_customers(graph, buyers, summary.currency, reporter)
    return summary


def _make_schema(graph: Graph) -> None:
    indexes = [(table.node.label, UNLINKED) for table in TABLES.values() if table.node and table.references]
    for statement in statements.schema([*indexes, (WAITING.label, "source")]):
        graph.write_alone(statement)


def _currency(graph: Graph, found: Sequence[Source], settings: Settings, warnings: list[str]) -> str:
    asked = settings.currency.upper() if settings.currency else None
    for row in graph.query("export/currency"):
        if asked not in (None, row["currency"]):
            raise UsageError(
                f"This graph counts in {row['currency']}, REFNET_CURRENCY is {asked}.",
                "Unset it, or load into another graph: amounts of two currencies are never mixed.",
            )
        return str(row["currency"])
    if asked:
        return asked
    for source in found:
        if "currency" in source.opened.columns:
            for chunk in source.opened.chunks():
                known = text(chunk.frame["currency"]).str.upper().dropna()
                known = known[known.str.fullmatch("[A-Z]{3}")]
                if len(known):
                    return str(known.iloc[0])
    amounts = {c.name for source in found for c in source.table.columns if c.type == "money"}
    if any(amounts.intersection(source.opened.columns) for source in found):
        warnings.append(
            "no file names a currency: amounts are taken as EUR; set REFNET_CURRENCY before a first load"
        )
    return "EUR"


def _with_attributes(graph: Graph, source: Source) -> tuple[Table, list[str]]:
    """The schema with a file's further columns in it, each of the kind that all of its cells are; they are noted."""
    if not source.further:
        return source.table, []
    kinds: dict[str, set[str]] = {name: set() for name in source.further}
    for chunk in source.opened.chunks():
        for name in source.further:
            kinds[name].add(kind_of(chunk.frame[name]))
    known = {row["name"]: row["kind"] for row in graph.query("export/attribute-names")}
    columns, rows, said = [], [], []
    for name in source.further:
        prop = camel(name)
        held = kinds[name] - {""}
        kind = held.pop() if len(held) == 1 else "text" if held else known.get(prop, "text")
        before = known.get(prop, kind)
        if before != kind:
            said.append(f"{name} was {before} in an earlier load and is {kind} now: it is kept as text")
            kind = "text"
        columns.append(Column(name, _TYPES[kind], property=prop))
        rows.append({"name": prop, "column": name, "kind": kind})
    graph.query("loads/note-attributes", rows=rows)
    return replace(source.table, columns=source.table.columns + tuple(columns)), said


def _preparer(graph: Graph, source: Source, token_key: bytes, known: Mapping[str, str]) -> Preparer:
    table = source.table
    label = table.node.label if table.node is not None else WAITING.label
    existing = len(graph.read(statements.any_of(label))) > 0
    return Preparer(
        table,
        source.opened.columns,
        existing=existing,
        token_key=token_key,
        known=known,
        # Several systems know parts of a person: in their exports an empty cell is what this one does not know.
        keeps=bool(source.of) and table.node in (CUSTOMER, AFFILIATE),
    )


def _load_table(
    graph: Graph,
    source: Source,
    preparer: Preparer,
    currency: str,
    rejects: Path,
    reporter: Reporter,
    buyers: set[str],
) -> TableSummary:
    """Load one file; customers who have other orders than before are added to `buyers`."""
    table, opened = source.table, source.opened
    file = Path(opened.name).name
    told = TableSummary(table.name, f"{file} ({source.of})" if source.of else file, source.of)
    run, began = str(uuid.uuid4()), time.monotonic()
    graph.query("loads/begin", runId=run, source=told.source, table=table.name, currency=currency)
    steps = ahead(_steps(source, preparer, currency))
    with (
        Rejects(rejects / f"{table.name}-{run[:8]}.csv", told) as refused,
        reporter.stage(table.name, opened.total) as progress,
    ):
        try:
            _send(graph, steps, told, refused, progress, buyers)
        finally:
            steps.close()
    told.rows_repeated = preparer.seen.again
    told.rows_loaded -= preparer.seen.again - preparer.dropped
    told.seconds = time.monotonic() - began
    graph.query(
        "loads/finish",
        runId=run,
        read=told.rows_read,
        loaded=told.rows_loaded,
        rejected=told.rows_rejected,
    )
    return told


def _steps(source: Source, preparer: Preparer, currency: str) -> Iterator[_Step]:
    for chunk in source.opened.chunks():
        checked = check(source.table, chunk.frame, chunk.rows, currency, chunk.written)
        rejects = [*chunk.rejects, *checked.rejects]
        read = len(chunk.rows) + len(chunk.rejects) + len(chunk.left_out)
        yield _Step(None, read, rejects, chunk.left_out)
        for batch in preparer.batches(checked.frame):
            yield _Step(batch)


def _send(
    graph: Graph,
    steps: Iterator[_Step],
    told: TableSummary,
    refused: Rejects,
    progress: Progress,
    buyers: set[str],
) -> None:
    for step in steps:
        told.rows_read += step.read
        refused.write(step.rejects)
        refused.write_left_out(step.left_out)
        if step.batch is None:
            continue
        answers = graph.write_all(step.batch.statements)
        told.rows_loaded += step.batch.rows
        progress.advance(step.batch.rows)
        if step.batch.buyers:
            buyers.update(step.batch.buyers)
            # An order that was somebody else's until now changes their figures too.
            buyers.update(was for answer in answers if answer.columns == ["was"] for (was,) in answer.values)
