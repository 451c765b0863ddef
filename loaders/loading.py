"""Load: files or DataFrames into the graph, checked row by row, merged in batches, as often as one likes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from refnet.core.errors import UsageError
from refnet.core.money import exponent
from refnet.core.progress import Quiet, Reporter
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph, statements
from refnet.graph.model import (
    AFFILIATE,
    CUSTOMER,
    DUPLICATE,
    DUPLICATE_KEY,
    ORDER,
    REFUND,
    UNLINKED,
    WAITING,
)
from refnet.loaders import identity, resuming, settled, upkeep
from refnet.loaders.ahead import ahead
from refnet.loaders.aside import Aside
from refnet.loaders.dry import read_through
from refnet.loaders.given import Database, Given, sources
from refnet.loaders.headers import Source
from refnet.loaders.listed import Listed
from refnet.loaders.persons.erase import follow, sweep
from refnet.loaders.persons.forgotten import Forgotten
from refnet.loaders.prepare import Preparer
from refnet.loaders.reading import Read, Reading
from refnet.loaders.rejects import Limit, Rejects, see_writable
from refnet.loaders.removing import Ask, Present, Replacing, remove, remove_due
from refnet.loaders.resuming import Course
from refnet.loaders.schemas import REMOVALS, TABLES
from refnet.loaders.seen import Ids
from refnet.loaders.sending import in_steps, send
from refnet.loaders.sources import Catalogue
from refnet.loaders.summary import LoadSummary, LoweredSummary, TableSummary


def load(
    graph: Graph,
    source: Given,
    *,
    database: Database = None,
    named: str | None = None,
    reporter: Reporter | None = None,
    rejects: Path | None = None,
    max_rejects: str | int | None = None,
    replace: bool = False,
    yes: bool = False,
    ask: Ask | None = None,
    settings: Settings | None = None,
) -> LoadSummary:
    """Load canonical files, exports of the systems that refnet knows, or DataFrames by table name.

    Loading the same again changes nothing, and the order of files and rows does not matter: what belongs to somebody
    who is not loaded waits for them. Amounts are in one reporting currency (REFNET_CURRENCY, else the graph's, else the
    first one found, else EUR), rounded to its minor unit. Credit is not given here: `refnet.analysis` does, afterwards.

    Args:
        graph: where to.
        source: files, directories and addresses of files (a file's name tells its table, else its header whose export
            it is); or by table: DataFrames of pandas or polars, LazyFrames, Tables of pyarrow, as `network` a DiGraph;
            with a database names of its tables, and queries.
        database: the address or engine of SQLAlchemy that texts in `source` are tables and queries of.
        named: the source that all the files and queries are of, whatever their headers say.
        reporter: told of each table's rows and rate.
        rejects: directory for files of refused cells and rows; unset: `rejects` in the settings' home.
        max_rejects: how many rows of one file may be refused, 100, or which share of them, "2%"; unset: any number.
            It is known before anything is written: the files are read once more.
        replace: the files are complete exports: rows that the graph has of one of these tables and sources, and that
            are in none of its files, are removed. Which is known before anything is written.
        yes: also if that is more than half of a table.
        ask: told what would be removed, if there is something; where it should not be, it raises.
        settings: unset: from the environment and .env.

    Raises:
        InputError: a file or its columns are wrong, or more rows are refused than allowed, and nothing was written; or
            it broke off while being read or the rejects could not be written, and the batches until then are in the
            graph: load the same again. Or, to replace: of a refused row it cannot be told which one it is.
        UsageError: a table, file or source by an unknown name; more than half of a table would be removed.
        StoreError: the graph cannot be reached.
    """
    settings = settings or load_settings()
    reporter = reporter or Quiet()
    limit = None if max_rejects is None else Limit.of(max_rejects)
    replacing = Replacing(yes, ask) if replace else None
    refused = rejects or settings.home / "rejects"
    see_writable(refused)
    catalogue = Catalogue(settings)
    with Aside() as aside:
        found, warnings = sources(source, catalogue, named, database=database, aside=aside, reporter=reporter)
        summary = _load(graph, found, warnings, limit, replacing, refused, reporter, settings)
    if summary.waiting:
        summary.with_prefix = upkeep.with_prefix(graph, summary.waiting, catalogue.prefixes())
    return summary


def _load(
    graph: Graph,
    found: Sequence[Source],
    warnings: Sequence[str],
    limit: Limit | None,
    replacing: Replacing | None,
    refused: Path,
    reporter: Reporter,
    settings: Settings,
) -> LoadSummary:
    summary = LoadSummary(warnings=[*warnings] + [said for each in found for said in each.warnings])
    _make_schema(graph)
    in_graph = [str(row["currency"]) for row in graph.query("export/currency")]
    summary.currency = settled.currency(found, next(iter(in_graph), None), settings, summary.warnings)
    # Every customer is looked at for it.
    before = _lowered(graph) if _MAKE_REVENUE & {each.table.name for each in found} else None
    typed = []
    for each in found:
        names = (
            {row["name"]: row["kind"] for row in graph.query("export/attribute-names")}
            if each.further
            else {}
        )
        typed.append(settled.with_attributes(each, names, summary.warnings))
    key = settled.token_key(settings)
    if limit is not None or replacing is not None:
        present = Present(typed, key, summary.currency)
        read = read_through(typed, summary.currency, refused, reporter, limit=limit, meet=present.meet)
        missing = replacing.missing(graph, present.settled(read), refused, reporter) if replacing else []
        for path in (path for each in read for path in (each.rejects_file, each.rows_file) if path):
            path.unlink()  # the load itself writes them again
        remove(graph, missing, summary.currency, reporter)
        summary.removed = [each.summary for each in missing]
    for each in typed:
        if each.further:
            graph.query("loads/note-attributes", rows=settled.notes(each))
    forgotten = Forgotten.of(graph, settings)
    known = identity.known_ids(graph)
    course = resuming.course(graph, typed, summary.currency, key, known=forgotten is None)
    if course.resumed:
        reporter.say("these files broke off while they were loaded: going on from there")
    buyers = Ids()
    listed: Listed | None = None
    with Reading(typed, summary.currency) as reading:
        for place, each in enumerate(typed):
            if listed is None and each.table.name != REMOVALS.name:
                listed = _take_away(graph, summary, typed, course, reporter)
            preparer = _preparer(graph, each, key, known, forgotten, listed, summary.currency)
            told = _load_table(
                graph,
                each,
                preparer,
                reading.next(),
                course,
                place,
                summary.currency,
                refused,
                reporter,
                buyers,
            )
            summary.tables.append(told)
    if listed is None:
        _take_away(graph, summary, typed, course, reporter)
    if forgotten is not None:
        # Killed in between, the same load learns the same again; once it is saved, it no longer would.
        if forgotten.learned:
            sweep(graph, forgotten.key, forgotten.learned)
        if forgotten.orders:
            follow(graph, forgotten.key, forgotten.orders)
        forgotten.save()
    ambiguous = forgotten.ambiguous if forgotten is not None else None
    loaded = set(TABLES) if course.owes or summary.deleted else {each.table.name for each in typed}
    _work_out(graph, summary, loaded, buyers, reporter, everyone=course.owes, ambiguous=ambiguous)
    if before is not None:
        _tell_lowered(graph, summary, before)
    for told in summary.tables:
        told.waiting = summary.waiting.get(told.table, 0)
    return summary


def _duplicates(graph: Graph) -> int:
    return int(graph.query("duplicates/count").one()["orders"])


_MAKE_REVENUE = frozenset({"customers", "orders", "refunds"})


def _lowered(graph: Graph) -> LoweredSummary:
    return LoweredSummary(*graph.query("loads/lowered-revenue").values[0])


def _tell_lowered(graph: Graph, summary: LoadSummary, before: LoweredSummary) -> None:
    """Some orders of somebody, such as an affiliate tool's, take the place of a column that knew of all of them."""
    now = _lowered(graph)
    if now.customers > before.customers:
        summary.lowered = now


def _take_away(
    graph: Graph, summary: LoadSummary, typed: Sequence[Source], course: Course, reporter: Reporter
) -> Listed:
    """All lists of removals are in the graph: what they name goes from it, and, as told here, is not to be taken."""
    tables = {each.table.name for each in typed}
    if course.owes or REMOVALS.name in tables:
        summary.deleted = remove_due(graph, summary.currency, reporter)
    return Listed.of(graph, tables)


def _work_out(
    graph: Graph,
    summary: LoadSummary,
    loaded: set[str],
    buyers: Ids,
    reporter: Reporter,
    *,
    everyone: bool,
    ambiguous: Callable[[str], bool] | None = None,
) -> None:
    """All that follows from what was loaded; and only then it is noted that nothing is owed any more."""
    who = identity.bring_up_to_date(graph, summary.currency, reporter, ambiguous=ambiguous)
    summary.identity = who.summary
    buyers = buyers.renamed(who.customer_of)
    several = bool(who.customer_of)
    summary.waiting = upkeep.bring_together(
        graph, loaded, buyers, summary.currency, reporter, several=several
    )
    # A batch that was sent again, and had been done, no longer tells whose orders it has moved.
    if everyone or graph.sent_again:
        buyers = upkeep.everyone(graph)
    upkeep.work_out_customers(graph, buyers, summary.currency, reporter)
    summary.duplicates = _duplicates(graph)
    graph.query("loads/settle")


def adopt(graph: Graph, *, reporter: Reporter | None = None, settings: Settings | None = None) -> LoadSummary:
    """Make a graph whole that the import tool of Neo4j has filled (`refnet export --for neo4j-admin`).

    What the tool leaves out: constraints and indexes, who is who, what waits for somebody's other id. The customers'
    figures were in its files; only where it is not known that they still hold they are worked out for everyone. Broken
    off, it is simply run again. Credit is not given here either.

    Raises:
        UsageError: there is nothing that was imported.
        StoreError: the graph cannot be reached.
    """
    reporter, settings = reporter or Quiet(), settings or load_settings()
    held = [str(row["currency"]) for row in graph.query("export/currency")]
    if not held:
        raise UsageError(
            "Nothing has been imported into this graph.",
            "`refnet export --for neo4j-admin` says how; without a big first load, `refnet load PATH` does it all.",
        )
    summary = LoadSummary(currency=held[0])
    with reporter.stage("constraints and indexes"):
        _make_schema(graph)
        if graph.engine is None or graph.engine.kind != "embedded":
            graph.write_alone(statements.AWAIT_INDEXES)
    owes, figured = resuming.owing(graph), resuming.figured(graph)
    # What is linked from here on is noted nowhere: broken off, all figures are worked out.
    graph.query("loads/no-resuming")
    if owes:
        summary.deleted = remove_due(graph, summary.currency, reporter)
    _work_out(graph, summary, set(TABLES), Ids(), reporter, everyone=owes and not figured)
    _tell_lowered(graph, summary, LoweredSummary(0, 0.0, 0.0))
    return summary


def settle(graph: Graph, *, reporter: Reporter) -> None:
    """Bring together what can be, whatever was changed besides loading.

    Raises:
        StoreError: the graph cannot be reached.
    """
    held = [str(row["currency"]) for row in graph.query("export/currency")]
    owes = resuming.owing(graph)
    buyers = upkeep.everyone(graph) if owes else Ids()
    currency, several = held[0] if held else "EUR", bool(identity.known_ids(graph))
    upkeep.bring_together(graph, set(TABLES), buyers, currency, reporter, several=several)
    upkeep.work_out_customers(graph, buyers, currency, reporter)


def _make_schema(graph: Graph) -> None:
    indexes = [(table.node.label, UNLINKED) for table in TABLES.values() if table.node and table.references]
    indexes += [(ORDER.label, DUPLICATE_KEY), (ORDER.label, DUPLICATE), (WAITING.label, "source")]
    for statement in statements.schema(indexes):
        graph.write_alone(statement)


def _preparer(
    graph: Graph,
    source: Source,
    token_key: bytes,
    known: Mapping[str, str],
    forgotten: Forgotten | None,
    listed: Listed | None,
    currency: str,
) -> Preparer:
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
        forgotten=forgotten,
        source=source.whose,
        listed=listed,
        refunds=table.node == ORDER and len(graph.read(statements.any_of(REFUND.label))) > 0,
        duplicates=table.node == ORDER and _duplicates(graph) > 0,
        minor=float(10 ** exponent(currency)),
    )


def _load_table(
    graph: Graph,
    source: Source,
    preparer: Preparer,
    chunks: Iterator[Read],
    course: Course,
    place: int,
    currency: str,
    rejects: Path,
    reporter: Reporter,
    buyers: Ids,
) -> TableSummary:
    """Load one file; customers who have other orders than before are added to `buyers`."""
    table, opened = source.table, source.opened
    told = TableSummary(table.name, source.called, source.of)
    run, began = course.runs[place], time.monotonic()
    graph.query(
        "loads/begin",
        runId=run.run_id,
        loadId=course.load_id,
        place=place,
        source=told.source,
        table=table.name,
        currency=currency,
        fingerprint=run.fingerprint,
        batches=run.batches,
    )
    steps = ahead(in_steps(chunks, preparer))
    with (
        Rejects(
            rejects / f"{table.name}-{run.run_id[:8]}.csv", told, form=opened.form, secret=source.secret
        ) as refused,
        reporter.stage(table.name, opened.total) as progress,
    ):
        try:
            send(graph, steps, run, told, refused, progress, buyers)
        finally:
            steps.close()
    told.rows_repeated, told.rows_of_forgotten = preparer.seen.again, preparer.rows_of_forgotten
    told.rows_kept_out = preparer.rows_kept_out
    told.rows_loaded -= preparer.seen.again - preparer.dropped
    told.seconds = time.monotonic() - began
    graph.query(
        "loads/finish",
        runId=run.run_id,
        read=told.rows_read,
        loaded=told.rows_loaded,
        rejected=told.rows_rejected,
    )
    return told
