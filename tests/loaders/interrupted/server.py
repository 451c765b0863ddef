"""Loads and what else can be killed, in processes: a small server has imported all of it, opened nothing, and forks.

Starting Python and importing refnet takes seconds, a fork takes milliseconds. Orders come as lines of JSON on stdin,
the outcome goes to stdout. In a forked process moments are counted: before a call to the graph, before each statement
of a transaction, before its commit, after the call; at the one that is asked for it kills itself, as nobody else could
so exactly.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any


class Moments:
    """Counts them; dies at number `at`."""

    def __init__(self, at: int | None) -> None:
        self.count, self._at = 0, at

    def pass_by(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # who shows that it lives does so by the clock
        self.count += 1
        if self.count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, holder: Any, name: str, *, after: bool) -> None:
        real = getattr(holder, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.pass_by()
            answer = real(*args, **kwargs)
            if after:
                self.pass_by()
            return answer

        setattr(holder, name, counted)


def run(order: dict[str, Any]) -> dict[str, Any]:
    """One load, analysis or erasure, in this process."""
    import neo4j

    from refnet import front
    from refnet.analysis.influence import publish
    from refnet.core.progress import Console
    from refnet.graph import Graph, connect
    from refnet.loaders import prepare

    prepare.BATCH_ROWS = order.get("batch_rows", 8)
    publish.BATCH_ROWS, publish.TRANSACTION_ROWS = order.get("scores_at_once", (2, 3))
    moments = Moments(order.get("at"))
    os.environ.update(order["environment"])
    os.chdir(order["environment"]["REFNET_HOME"])
    reporter = Console(sys.stderr)
    if "said" in order:
        reporter = Console(open(order["said"], "a", encoding="utf-8", buffering=1))  # noqa: SIM115, PTH123 (to its end)
    began = time.monotonic()
    with connect(reporter=reporter) as graph:
        moments.around(Graph, "_run", after=True)
        moments.around(Graph, "write_alone", after=True)
        moments.around(neo4j.Transaction, "run", after=False)
        moments.around(neo4j.ManagedTransaction, "run", after=False)
        moments.around(neo4j.Transaction, "_commit", after=False)
        if order.get("analyze"):
            summary = front.analyze(graph)
            took = time.monotonic() - began
            return {"moments": moments.count, "changed": summary.changed, "seconds": took}
        if "erase" in order:
            done = front.erase(graph, order["erase"], by="tester")
            return {"moments": moments.count, "counts": done.counts, "again": done.again}
        if order.get("adopt"):
            front.adopt(graph)
            return {"moments": moments.count}
        paths = [Path(each) for each in order["paths"]]
        loaded, _ = front.load(graph, paths, reporter=reporter if "said" in order else None)
    return {
        "moments": moments.count,
        "skipped": {each.table: each.rows_skipped for each in loaded.tables if each.rows_skipped},
        "loaded": {each.table: each.rows_loaded for each in loaded.tables},
        "seconds": time.monotonic() - began,
    }


def main() -> None:
    """Fork for each line until there are no more; answers come in the order in which they end."""
    import refnet.analysis.influence.analyze
    import refnet.loaders.persons  # noqa: F401 (as above)

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    answer = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin:
        order = json.loads(line)
        children: dict[int, tuple[int, int]] = {}
        for number, each in enumerate(order):
            back, into = os.pipe()
            pid = os.fork()
            if pid == 0:
                try:
                    os.write(into, json.dumps(run(each)).encode())
                except BaseException:  # noqa: BLE001 (told to whoever asked)
                    os.write(into, json.dumps({"error": traceback.format_exc()}).encode())
                os._exit(0)
            os.close(into)
            children[pid] = (number, back)
            if each.get("kill_after") is not None:
                time.sleep(each["kill_after"])
                os.kill(pid, signal.SIGKILL)  # ours until it is waited for, also when it has ended
        outcomes: list[Any] = [None] * len(order)
        for pid, (number, back) in children.items():
            with os.fdopen(back, "rb") as told:
                content = told.read()
            _, status = os.waitpid(pid, 0)
            outcomes[number] = json.loads(content) if content else {"killed": os.WTERMSIG(status)}
        os.write(answer, (json.dumps(outcomes) + "\n").encode())


if __name__ == "__main__":
    main()
