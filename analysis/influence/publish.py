"""Scores into the graph: only what has changed, and so that nobody sees half of two analyses.

A node keeps the scores it had beside the new ones. Which of them are current an :Analysis says, of one node for all:
until it is finished, whoever reads takes what was before. What one that was broken off has written is taken back first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from refnet.core.progress import Reporter
from refnet.core.settings import Settings
from refnet.graph import Graph, catalogue

BATCH_ROWS = 2_000
TRANSACTION_ROWS = 50_000
"""What an engine with little memory (1 GB) can well hold open; up to here all of it is written or nothing."""


@dataclass(frozen=True)
class Analysis:
    """An analysis that has begun: its number, and when; its scores are shown when it is finished, not before."""

    version: int
    at: str


def take_back(graph: Graph, reporter: Reporter) -> int:
    """Give everybody back the scores of the last finished analysis, if a later one was broken off.

    Returns:
        The number of the next analysis.
    """
    latest = graph.query("scores/latest")
    version = int(latest.one()["version"]) if len(latest) else 1
    if len(latest) and latest.one()["finishedAt"] is not None:
        return version + 1
    current = graph.query("scores/current")
    finished = int(current.one()["version"]) if len(current) else 0
    for kind in ("customers", "affiliates"):
        taken = _some_back(graph, kind, finished)
        if taken:
            with reporter.stage(f"take back scores of {kind}", unit=kind) as progress:
                while taken:
                    progress.advance(taken)
                    taken = _some_back(graph, kind, finished)
    # Nothing is left of it, so that its number is free.
    return version


def _some_back(graph: Graph, kind: str, current: int) -> int:
    answer = graph.query(f"scores/take-back-{kind}", current=current, limit=TRANSACTION_ROWS)
    return int(answer.one()["taken"])


def open_analysis(graph: Graph, version: int, settings: Settings) -> Analysis:
    """Say that an analysis has begun."""
    used = {"hops": settings.hops, "decay": settings.decay, "creditPolicy": settings.credit_policy}
    graph.query("scores/begin", version=version, settings=json.dumps(used))
    return Analysis(version, datetime.now(UTC).isoformat())


def close_analysis(graph: Graph, analysis: Analysis, currency: str, customers: int) -> None:
    """Make its scores the current ones, and then say since when they are.

    In this order, so that who has asked and still got those before asked earlier than the moment told, and finds
    these when asking for what has changed since. Broken off between, the moment told is that of the first write.
    """
    graph.query("scores/finish", version=analysis.version, currency=currency, customers=customers)
    graph.query("scores/date", version=analysis.version)


def write(
    graph: Graph,
    kind: str,
    analysis: Analysis,
    ids: pa.ChunkedArray,
    scores: Mapping[str, npt.NDArray[Any]],
    changed: npt.NDArray[np.int64],
    words: Mapping[str, Sequence[str]],
    reporter: Reporter,
) -> None:
    """Write the scores of some.

    Args:
        graph: where to.
        kind: customers or affiliates.
        analysis: that the scores are of.
        ids: of all of them. scores: of all of them, by property; words as codes. changed: the rows to write.
        words: by property, what its codes stand for.
        reporter: told how far it is.
    """
    if not len(changed):
        return
    statement = catalogue()[f"scores/write-{kind}"].text
    with reporter.stage(f"write scores of {kind}", len(changed), kind) as progress:
        for some in _parts(changed, TRANSACTION_ROWS):
            graph.write_all(
                (statement, _columns(analysis, ids, scores, rows, words)) for rows in _parts(some, BATCH_ROWS)
            )
            progress.advance(len(some))


def _columns(
    analysis: Analysis,
    ids: pa.ChunkedArray,
    scores: Mapping[str, npt.NDArray[Any]],
    rows: npt.NDArray[np.int64],
    words: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    told: dict[str, Any] = {"version": analysis.version, "at": analysis.at, "ids": ids.take(rows).to_pylist()}
    for name, values in scores.items():
        some = values[rows].tolist()
        told[name] = [words[name][code] if code >= 0 else None for code in some] if name in words else some
    return told


def _parts(rows: npt.NDArray[np.int64], size: int) -> Iterator[npt.NDArray[np.int64]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
