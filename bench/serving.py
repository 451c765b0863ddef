"""One score, and a tree of 1,000 people, by HTTP, against the bare asynchronous driver asking the graph the same.

Each side is a process of its own that is asked for so many seconds by so many callers at once: the API behind a socket,
with a client that does nothing but count bytes; the driver in a loop that sends the very same statements and takes
their rows, once as the driver's manual has it (`execute_query`, a transaction each), once as sparingly as it goes
(`session.run`, one session for a whole answer).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import socket
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import neo4j
import numpy as np
import uvloop

from bench.influence import forest, store
from bench.table import Table
from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.profile import profiled
from refnet.api.serving import listen, serve
from refnet.api.tree import tree
from refnet.core.settings import Settings
from refnet.graph import Graph, catalogue
from refnet.graph.asking import Asking
from refnet.graph.connection import Address, Answer

SECONDS, WARM_SECONDS, PEOPLE, CHILDREN = 5.0, 3.0, 1_000, 6
ROOT = "0"  # of the tree
CUSTOMER = "20"  # of the score: 42 people below
CALLERS = (1, 8)
SETTINGS = Settings.model_construct()
WORK: dict[str, tuple[str, Callable[[], Asking[Any]]]] = {
    "one score": (
        f"/v1/customers/{CUSTOMER}/influence",
        lambda: profiled(CUSTOMER, hops=None, decay=None, settings=SETTINGS),
    ),
    "a tree of 1,000": (
        f"/v1/customers/{ROOT}/tree?depth=25&limit=1000",
        lambda: tree(ROOT, depth=25, limit=1000, settings=SETTINGS),
    ),
}


def compare(graph: Graph, customers: int, rounds: int, shuffled: random.Random) -> Table:
    """The rates, and the API's as a part of the driver's."""
    referrer, referee, value = forest(customers)
    # Customer 0 gets a tree of 1,000: each of them brings six.
    taken = {0, *range(1, PEOPLE + 1)}
    kept = [n for n in range(len(referee)) if referee[n] not in taken and referrer[n] not in taken]
    people = np.arange(1, PEOPLE + 1)
    store(
        graph,
        np.concatenate([referrer[kept], (people - 1) // CHILDREN]),
        np.concatenate([referee[kept], people]),
        value,
    )
    analyze(graph, settings=Settings.model_construct())
    taken_socket = listen("127.0.0.1", 0, SETTINGS)
    port = taken_socket.getsockname()[1]
    context = multiprocessing.get_context("fork")
    server = context.Process(target=_serve, args=(taken_socket, graph.at), daemon=True)
    server.start()
    taken_socket.close()
    try:
        table = Table(
            f"The API against the bare driver, {customers:,} customers, answers in a second",
            ("", "callers", "side", "median/s", "most/s", "the API's rate is of it"),
        )
        for name, (path, _) in WORK.items():
            for callers in CALLERS:
                sides: dict[str, tuple[Any, ...]] = {
                    "by HTTP": (_http, port, path, callers),
                    "driver, execute_query": (_bare, graph.at, name, callers, True),
                    "driver, session.run": (_bare, graph.at, name, callers, False),
                }
                rates: dict[str, list[float]] = {side: [] for side in sides}
                for _ in range(rounds):
                    for side in shuffled.sample(list(sides), len(sides)):
                        rates[side].append(_alone(context, *sides[side]))
                http = statistics.median(rates["by HTTP"])
                for side, measured in rates.items():
                    table.row(
                        name,
                        str(callers),
                        side,
                        f"{statistics.median(measured):.1f}",
                        f"{max(measured):.1f}",
                        f"{http / statistics.median(measured):.2f}",
                    )
        return table
    finally:
        server.terminate()
        server.join()


def _serve(taken: socket.socket, at: Address) -> None:
    serve(taken, at, SETTINGS)


def _alone(context: Any, work: Callable[..., Any], *arguments: Any) -> float:
    """What `work` gives in a process of its own."""
    queue = context.Queue()
    process = context.Process(target=_told, args=(queue, work, arguments))
    process.start()
    rate: float = queue.get(timeout=120)
    process.join()
    return rate


def _told(queue: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    queue.put(uvloop.run(work(*arguments)))


async def _rate(callers: int, once: Callable[[int], Awaitable[None]]) -> float:
    """Answers in a second, to so many who ask again as soon as they are answered."""
    count = 0

    async def ask(caller: int, until: float) -> None:
        nonlocal count
        while time.perf_counter() < until:
            await once(caller)
            count += 1

    for seconds in (WARM_SECONDS, SECONDS):
        count, started = 0, time.perf_counter()
        await asyncio.gather(*(ask(caller, started + seconds) for caller in range(callers)))
        took = time.perf_counter() - started
    return count / took


async def _http(port: int, path: str, callers: int) -> float:
    lines = []
    while len(lines) < callers:
        try:
            lines.append(await asyncio.open_connection("127.0.0.1", port, limit=2**22))
        except OSError:
            await asyncio.sleep(0.1)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

    async def once(caller: int) -> None:
        reader, writer = lines[caller]
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))

    return await _rate(callers, once)


async def _bare(at: Address, name: str, callers: int, managed: bool) -> float:
    asking = WORK[name][1]
    async with neo4j.AsyncGraphDatabase.driver(at.uri, auth=(at.username, at.password)) as driver:

        async def once(_: int) -> None:
            async with driver.session(database=at.database, default_access_mode=neo4j.READ_ACCESS) as session:
                questions = asking()
                try:
                    question = next(questions)
                    while True:
                        text = catalogue()[question.name].text
                        if managed:
                            rows, _, keys = await driver.execute_query(
                                text,
                                dict(question.parameters),
                                database_=at.database,
                                routing_=neo4j.RoutingControl.READ,
                            )
                        else:
                            result = await session.run(text, dict(question.parameters))
                            rows, keys = [row async for row in result], result.keys()
                        question = questions.send(Answer(list(keys), [list(row.values()) for row in rows]))
                except StopIteration:
                    return

        return await _rate(callers, once)
