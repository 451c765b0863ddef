"""Loading: `refnet load` against a bare driver loop that sends the same statements with the same batches."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.table import Table, taken
from refnet import loaders
from refnet.core.progress import Quiet
from refnet.core.settings import load_settings
from refnet.examples import brand
from refnet.graph import Graph
from refnet.graph.connection import Answer

Call = tuple[str, list[tuple[str, Mapping[str, Any]]]]


class _Recorder(Graph):
    """Passes everything on and remembers it."""

    def __init__(self, graph: Graph) -> None:
        self.__dict__.update(graph.__dict__)
        self.calls: list[Call] = []

    def read(self, statement: str, **parameters: Any) -> Answer:
        self.calls.append(("read", [(statement, parameters)]))
        return super().read(statement, **parameters)

    def write(self, statement: str, **parameters: Any) -> Answer:
        self.calls.append(("write", [(statement, parameters)]))
        return super().write(statement, **parameters)

    def write_all(self, statements: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Answer]:
        all_of_it = list(statements)
        self.calls.append(("write", all_of_it))
        return super().write_all(all_of_it)

    def write_alone(self, statement: str, **parameters: Any) -> Answer:
        self.calls.append(("alone", [(statement, parameters)]))
        return super().write_alone(statement, **parameters)


def compare(graph: Graph, home: Path, customers: int, rounds: int, shuffled: random.Random) -> Table:
    """Both, and the ratio: 1 is as fast as the bare loop."""
    data = home / "brand"
    brand.write(data, customers=customers)
    settings = load_settings(home=home)
    recorder = _Recorder(graph)
    wipe(graph)
    summary = loaders.load(recorder, data, settings=settings, reporter=Quiet())
    rows = sum(table.rows_loaded for table in summary.tables)
    kind = graph.engine.kind if graph.engine is not None else "server"
    table = Table(
        f"The example brand, {customers:,} customers, {rows:,} rows in {len(recorder.calls):,} calls, on {kind}, "
        f"{rounds} rounds",
        taken("the bare loop's rate"),
    )
    times: dict[str, list[float]] = {"refnet load": [], "bare driver loop": []}
    for _ in range(rounds):
        for name in shuffled.sample(list(times), len(times)):
            wipe(graph)
            started = time.perf_counter()
            if name == "refnet load":
                loaders.load(graph, data, settings=settings, reporter=Quiet())
            else:
                replay(graph, recorder.calls)
            times[name].append(time.perf_counter() - started)
    bare = statistics.median(times["bare driver loop"])
    for name, seconds in times.items():
        table.times(name, seconds, bare / statistics.median(seconds), f"{rows / min(seconds):,.0f} rows/s")
    return table


def replay(graph: Graph, calls: list[Call]) -> None:
    """Send what was recorded by the driver alone."""
    with graph._driver.session(database=graph.at.database) as session:
        for how, statements in calls:
            if how == "alone":
                for statement, parameters in statements:
                    session.run(statement, parameters).consume()  # type: ignore[arg-type]
            else:
                session.execute_write(_send, statements)


def _send(tx: Any, statements: list[tuple[str, Mapping[str, Any]]]) -> None:
    for statement, parameters in statements:
        tx.run(statement, parameters).consume()


def wipe(graph: Graph) -> None:
    graph.write_alone("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS")
