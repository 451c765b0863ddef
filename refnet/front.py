"""What the front door does in one step and the rooms do in several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from refnet import loaders
from refnet.analysis import credit
from refnet.core.progress import Quiet, Reporter
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph
from refnet.graph.turns import Turn

if TYPE_CHECKING:
    from typing import Any

    from refnet.analysis.cltv import Prediction
    from refnet.analysis.influence.analyze import AnalysisSummary
    from refnet.analysis.success.churn.score import Scored
    from refnet.analysis.success.weights import Weights
    from refnet.loaders.persons import Erasure
    from refnet.loaders.removing import Ask


def load(
    graph: Graph,
    source: loaders.Given,
    *,
    database: loaders.Database = None,
    named: str | None = None,
    max_rejects: str | int | None = None,
    replace: bool = False,
    yes: bool = False,
    ask: Ask | None = None,
    rejects: Path | None = None,
    settings: Settings | None = None,
    reporter: Reporter | None = None,
) -> tuple[loaders.LoadSummary, credit.CreditSummary]:
    """Load files or DataFrames and decide anew which claims are credited.

    Args:
        graph: where to.
        source: files, directories and addresses of files, canonical or exports of a source that is known; or by table:
            DataFrames of pandas or polars, LazyFrames, Tables of pyarrow, as `network` a DiGraph of networkx; with a
            database names of its tables, and queries.
        database: the address or engine of SQLAlchemy that texts in `source` are tables and queries of.
        named: the source that all files and queries are of, as `refnet sources` lists them; unset: by their headers.
        max_rejects: how many rows of one file may be refused, 100, or which share of them, "2%"; unset: any number.
        replace: these are complete exports: what the graph has of their tables and sources, and they no longer have,
            is removed; `removed` of what is returned says how much.
        yes: also if that is more than half of a table.
        ask: told what would be removed, before; where it should not be, it raises.
        rejects: the directory for rows that were not taken; unset: `rejects` in the home.
        settings: unset: from the environment and .env.
        reporter: told how far it is.

    Returns:
        What was loaded, and what became of all claims in the graph.

    Raises:
        InputError: a file is not as it should be, or more rows are refused than allowed; nothing was written.
        UsageError: more than half of a table would be removed; nothing was written.
        StoreError: the graph cannot be reached or refuses.
    """
    settings = settings or load_settings()
    with graph.patient(settings.retry_seconds, reporter or Quiet()), _turn(graph, settings, reporter):
        loaded = loaders.load(
            graph,
            source,
            database=database,
            named=named,
            max_rejects=max_rejects,
            replace=replace,
            yes=yes,
            ask=ask,
            rejects=rejects,
            settings=settings,
            reporter=reporter,
        )
        return loaded, credit.derive(graph, settings=settings, reporter=reporter)


def dry_run(
    source: loaders.Given,
    *,
    database: loaders.Database = None,
    named: str | None = None,
    max_rejects: str | int | None = None,
    rejects: Path | None = None,
    settings: Settings | None = None,
    reporter: Reporter | None = None,
) -> loaders.LoadSummary:
    """What `load` would do with these files: read and checked to the end, and nothing loaded. It needs no graph.

    Args:
        source, database, named, max_rejects, rejects, settings, reporter: as `load` takes them.

    Returns:
        Each file's rows, rejects, and `columns`: what each one holds.

    Raises:
        InputError: a file is not as it should be, or more rows are refused than allowed.
    """
    return loaders.dry_run(
        source,
        database=database,
        named=named,
        max_rejects=max_rejects,
        rejects=rejects,
        settings=settings,
        reporter=reporter,
    )


def adopt(
    graph: Graph, *, settings: Settings | None = None, reporter: Reporter | None = None
) -> tuple[loaders.LoadSummary, credit.CreditSummary]:
    """Make a graph whole that the import tool has filled: constraints, indexes, who is who, credit.

    Raises:
        UsageError: nothing was imported into it.
        StoreError: the graph cannot be reached or refuses.
    """
    settings = settings or load_settings()
    with graph.patient(settings.retry_seconds, reporter or Quiet()), _turn(graph, settings, reporter):
        adopted = loaders.adopt(graph, settings=settings, reporter=reporter)
        return adopted, credit.derive(graph, settings=settings, reporter=reporter)


def decide_credit(
    graph: Graph, *, settings: Settings | None = None, reporter: Reporter | None = None
) -> credit.CreditSummary:
    """Decide anew which claims are credited, such as after another policy was set; nothing is loaded.

    The graph is then as if it had held from the start. `load` does this, too; `analyze` brings scores up to it.

    Args:
        graph: where the claims are.
        settings: policy, window and half-life; unset: from the environment and .env.
        reporter: told how far it is.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    settings = settings or load_settings()
    with _turn(graph, settings, reporter):
        made = credit.derive(graph, settings=settings, reporter=reporter)
        if made.changed:
            graph.query("scores/note-change")
        return made


def predict_cltv(
    graph: Graph,
    *,
    months: int = 12,
    settings: Settings | None = None,
    reporter: Reporter | None = None,
) -> Prediction:
    """Predict customers' CLTV from their orders, where none was loaded, and write it; `analyze` then uses it.

    Args:
        graph: with orders.
        months: how far to look ahead.
        settings: unset: from the environment.
        reporter: told how far it is.

    Returns:
        What was predicted and how it did on held-out orders; `why` not, where there is too little data.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    from refnet.analysis import cltv  # fits with scipy, which `refnet load` need not wait for

    settings = settings or load_settings()
    with _turn(graph, settings, reporter):
        made = cltv.predict(graph, months=months, settings=settings, reporter=reporter)
        if made.predicted:
            graph.query("scores/note-change")
        return made


def analyze(
    graph: Graph, *, settings: Settings | None = None, reporter: Reporter | None = None
) -> AnalysisSummary:
    """Score everyone, and write the scores that have changed; whoever reads has the ones before until it is done.

    Broken off, whenever that is, it leaves the scores as they were, and is simply run again. Segments that are kept are
    measured anew.

    Args:
        graph: with customers and credited referrals.
        settings: hops and decay of the influence score; unset: from the environment.
        reporter: told how far it is.

    Returns:
        What it looked at, and how many scores have changed.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    from refnet.analysis.influence.analyze import analyze as analyze_all

    settings = settings or load_settings()
    with _turn(graph, settings, reporter):
        done = analyze_all(graph, settings=settings, reporter=reporter)
        if len(graph.query("segments/kept")):
            from refnet.analysis.segments import kept

            with (reporter or Quiet()).stage("kept segments", unit="segments") as progress:
                progress.advance(kept.measure(graph, settings))
        return done


def keep_segments(
    graph: Graph,
    ids: Sequence[str] | None = None,
    *,
    settings: Settings | None = None,
    reporter: Reporter | None = None,
) -> list[str]:
    """Keep segments as nodes with their rule and their query; each analysis from now on puts their figures beside it.

    Args:
        graph: analyzed.
        ids: of the segments, as `refnet segments --all` lists them; None: all that are reported and that nothing
            explains.
        settings: unset: from the environment.
        reporter: told how far it is.

    Returns:
        The ids of what was kept.

    Raises:
        NotFound: there is no such segment, or the graph has not been analyzed.
    """
    from refnet.analysis.segments import kept

    settings = settings or load_settings()
    with _turn(graph, settings, reporter):
        return kept.keep(graph, ids, settings)


def write_health(
    graph: Graph,
    *,
    weights: Weights | None = None,
    settings: Settings | None = None,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """Write everybody's health score into the graph, with which weights made it; those without one now lose theirs.

    Args:
        graph: with customers.
        weights: unset: of the settings' file, else ./health.toml, else those that come with refnet.
        settings: unset: from the environment.
        reporter: told how far it is.

    Returns:
        version, written, removed, at.

    Raises:
        InputError: the file of weights says what it cannot.
        StoreError: the graph cannot be reached or refuses.
    """
    from refnet.analysis.success import graph as of

    settings = settings or load_settings()
    with _turn(graph, settings, reporter):
        return of.write_health(graph, weights=weights or of.weights_in(settings), reporter=reporter)


def forget_predicted_cltv(
    graph: Graph, *, settings: Settings | None = None, reporter: Reporter | None = None
) -> int:
    """Go back to CLTV as loaded, else the revenue so far; how many predictions were forgotten."""
    from refnet.analysis import cltv

    with _turn(graph, settings or load_settings(), reporter):
        forgotten = cltv.forget(graph)
        if forgotten:
            graph.query("scores/note-change")
        return forgotten


def write_churn(
    graph: Graph, scored: Scored, *, settings: Settings | None = None, reporter: Reporter | None = None
) -> int:
    """Write how likely everybody who is there is to leave, by which model and when; how many they are."""
    from refnet.analysis.success.churn import graph as churn

    with _turn(graph, settings or load_settings(), reporter):
        return churn.write(graph, scored, reporter)


def forget_churn(graph: Graph, *, settings: Settings | None = None, reporter: Reporter | None = None) -> int:
    """Take written probabilities of leaving away again; how many had one."""
    from refnet.analysis.success.churn import graph as churn

    with _turn(graph, settings or load_settings(), reporter):
        return churn.forget(graph)


def erase(
    graph: Graph,
    asked: str,
    *,
    by: str,
    why: str | None = None,
    settings: Settings | None = None,
    reporter: Reporter | None = None,
) -> Erasure:
    """Forget a person: what says who they were goes, what they count for stays. Broken off, it is simply run again.

    Args:
        graph: where.
        asked: any id of theirs, as a customer or an affiliate, or their email.
        by: who does it; the record keeps it.
        why: the record keeps that, too.
        settings: unset: from the environment and .env.
        reporter: told how far it is.

    Returns:
        Counts of what went, and the record's id.

    Raises:
        NotFound: there is nobody of that id or email, and nobody was forgotten by it.
        UsageError: several customers have the email; there is no key; `by` or `why` says who it is.
        StoreError: the graph cannot be reached or refuses.
    """
    from refnet.loaders.persons import carry_out, plan

    settings, reporter = settings or load_settings(), reporter or Quiet()
    with _turn(graph, settings, reporter):
        done = carry_out(graph, plan(graph, asked, settings=settings), by=by, why=why, reporter=reporter)
        if done.erasure_id is not None or done.again:
            # What was loaded while an earlier try was broken off waits for the anonymous customer; and the earlier try
            # may have been broken off here.
            loaders.settle(graph, reporter=reporter)
            credit.derive(graph, settings=settings, reporter=reporter)
        return done


@contextmanager
def _turn(graph: Graph, settings: Settings, reporter: Reporter | None) -> Iterator[None]:
    """One at a time: two at once would be no faster, and what one works out depends on all that is loaded."""
    if graph.engine is None or graph.engine.kind != "embedded":
        with Turn(graph, reporter):
            yield
        return
    lock = FileLock(settings.home / "engine" / "load.lock")
    try:
        lock.acquire(timeout=0.2)
    except Timeout:
        if reporter is not None:
            reporter.say("another load or analysis is running: waiting for it to end")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
