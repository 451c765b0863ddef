"""Answers about everyone: worked out once for each state of the graph, in a thread, and kept.

A request waits for as long as it may; the work goes on without it, and a later request finds it done.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from refnet.analysis.influence.profile import current_analysis, scored
from refnet.api.asked import rows_of, settled
from refnet.api.problems import BeingComputed
from refnet.core.settings import Settings
from refnet.graph import Graph
from refnet.graph.asking import Asking
from refnet.graph.asynchronous import AsyncGraph, Reader

T = TypeVar("T")

_SECONDS = 600.0  # for a large graph
_KEPT_SECONDS = 600.0  # what somebody changes by hand in Neo4j Browser shows after so long
_KEPT = 64
_RESERVE = 0.15  # of the time that a request has
_AT_ONCE = 1  # they are costly; the others wait

Work = Callable[[Graph], dict[str, Any]]


class Worked:
    """The answers, each with the version of the scores it is of.

    Args:
        graph: where they are computed from.
        settings: how long a request waits.
    """

    def __init__(self, graph: AsyncGraph, settings: Settings) -> None:
        self._graph, self._settings = graph, settings
        self._tasks: OrderedDict[Hashable, tuple[float, asyncio.Task[dict[str, Any]]]] = OrderedDict()
        self._place = asyncio.Semaphore(_AT_ONCE)

    async def answer(
        self, reader: Reader, name: Hashable, work: Work, *, of_scores: bool = True
    ) -> dict[str, Any]:
        """What `work` gives for the graph as it is now, with scored_at and score_version.

        Args:
            reader: of the request.
            name: tells this work from other work.
            work: asks and computes, in a thread.
            of_scores: it reads scores, which have to be of one analysis.

        Raises:
            BeingComputed: it takes longer than a request may.
            BeingAnalyzed: an analysis has finished meanwhile.
        """
        now = asyncio.get_running_loop().time()
        key = (name, await reader.ask(_state()))
        since, task = self._tasks.get(key, (now, None))
        if task is None or now - since > _KEPT_SECONDS or _failed(task):
            task = asyncio.create_task(self._work(work, of_scores))
            task.add_done_callback(_failed)  # so that somebody has looked, if whoever asked is gone
            self._tasks[key] = (now, task)
        self._tasks.move_to_end(key)
        while len(self._tasks) > _KEPT:
            self._tasks.popitem(last=False)[1][1].cancel()
        try:
            # Some time is kept for what else the request asks: late, it would be told that it was too slow.
            left = reader.left - _RESERVE * self._settings.api_seconds
            return await asyncio.wait_for(asyncio.shield(task), max(left, 0.0))
        except TimeoutError:
            raise BeingComputed("This is still being worked out.", "Ask again in a while.") from None

    async def _work(self, work: Work, of_scores: bool) -> dict[str, Any]:
        async with self._place:
            reader = self._graph.within(_SECONDS)
            if not of_scores:
                return await reader.in_thread(work)
            _, before = await reader.ask(settled(rows_of("export/currency")))
            found = await reader.in_thread(work)
            _, after = await reader.ask(settled(rows_of("export/currency")))
            if (before or {}).get("version") != (after or {}).get("version"):
                raise BeingComputed("A new analysis has finished meanwhile.", "Ask again in a while.")
            return {**found, **scored(after)}

    def close(self) -> None:
        """Wait for nothing more."""
        for _, task in self._tasks.values():
            task.cancel()


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _state() -> Asking[Hashable]:
    """What changes when the graph does: the current analysis and the last load."""
    analysis = yield from current_analysis()
    loads = yield from rows_of("loads/list", limit=1)
    return (
        tuple(str(value) for value in (analysis or {}).values()),
        tuple(str(value) for load in loads for value in load.values()),
    )


async def _worked(request: Request) -> Worked:
    worked: Worked = request.app.state.worked
    return worked


WorkedDep = Annotated[Worked, Depends(_worked)]
