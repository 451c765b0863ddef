"""Influence of everyone on Apache Spark, one machine, against collecting everything and the array kernels.

By hops: edges and values are there as DataFrames of numbered people, who lie by their number as a run keeps them by id
from its beginning on (and, told beside it, in no order); one side carries value up in Spark, the other collects by
Arrow and uses the arrays; both build their network first. The whole way: parquet of canonical columns in,
every measure out as parquet, by `refnet analyze --engine spark` and by pandas with the arrays. Beyond this machine only
one of the two works at all; here the ratio says what that costs. GraphFrames is measured where its jar is to be had, as
GRAPHFRAMES_JAR.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from bench.influence import DECAY, HOPS, forest
from bench.table import Table, taken
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.scores import bands, percentile, quadrants
from refnet.analysis.spark.credit import Rules
from refnet.analysis.spark.hops import Edges, carried
from refnet.analysis.spark.run import Question, analyze
from refnet.analysis.spark.work import Work, session, working
from refnet.core.progress import Quiet
from refnet.core.settings import load_settings

_LARGE = 5_000_000  # customers from which the whole way, minutes long, is gone once


def compare(
    home: Path, customers: int, rounds: int, shuffled: random.Random, master: str = "local[2]"
) -> list[Table]:
    """By hops, and the whole way."""
    if jar := os.environ.get("GRAPHFRAMES_JAR"):
        os.environ["PYSPARK_SUBMIT_ARGS"] = f"--jars {jar} pyspark-shell"
    settings = load_settings(spark_master=master, spark_memory=os.environ.get("REFNET_SPARK_MEMORY", "8g"))
    with session(settings, Quiet()) as spark:
        told = f"{customers:,} customers, Spark {spark.version}, {master}"
        write(home, *forest(customers))
        return [
            *by_hops(spark, home, customers, rounds, shuffled, told),
            whole_way(spark, home, customers, rounds if customers < _LARGE else 1, shuffled, told),
        ]


def write(directory: Path, referrer: np.ndarray, referee: np.ndarray, value: np.ndarray) -> None:
    """The network twice: by numbers, and as canonical files with names."""
    (directory / "numbered").mkdir()
    (directory / "in").mkdir()
    pq.write_table(
        pa.table({"node": np.arange(value.size), "own": value}), directory / "numbered" / "own.parquet"
    )
    edges = {"parent": referrer, "child": referee, "credit": np.ones(referee.size)}
    pq.write_table(pa.table(edges), directory / "numbered" / "edges.parquet")
    names = pa.array([f"c-{n:08d}" for n in range(value.size)])
    pq.write_table(
        pa.table({"customer_id": names, "revenue": value / 100}), directory / "in" / "customers.parquet"
    )
    named = {"referrer_id": names.take(pa.array(referrer)), "referee_id": names.take(pa.array(referee))}
    pq.write_table(pa.table({**named, "credit": np.ones(referee.size)}), directory / "in" / "credits.parquet")


def by_hops(
    spark: Any, directory: Path, customers: int, rounds: int, shuffled: random.Random, told: str
) -> list[Table]:
    own = spark.read.parquet(str(directory / "numbered" / "own.parquet"))
    edges = spark.read.parquet(str(directory / "numbered" / "edges.parquet"))
    own, edges = (frame.repartition(4).localCheckpoint() for frame in (own, edges))
    with begun(spark, customers) as run:
        kept = run.keep(own.repartition(run.partitions, "node"))
    sums: dict[str, float] = {}

    def collected() -> Any:
        values, links = kept.toArrow(), edges.toArrow()
        worth = np.zeros(customers, dtype=np.int64)
        worth[values["node"].to_numpy()] = values["own"].to_numpy()
        ends = (links[name].to_numpy() for name in ("parent", "child", "credit"))
        influence = Network(*ends, nodes=customers).influence(worth, hops=HOPS, decay=DECAY)
        sums["collect"] = influence.sum()
        return influence

    def returned() -> None:
        influence = collected()
        node = np.flatnonzero(influence)
        back = spark.createDataFrame(pa.table({"node": node, "i": influence[node]}))
        sums["returned"] = back.localCheckpoint().agg({"i": "sum"}).first()[0]

    def spread(people: Any) -> None:
        from pyspark.sql import functions as F

        with begun(spark, customers) as run:
            values = people.withColumnRenamed("node", "child")
            network = Edges(run, values.join(edges.hint("shuffle_hash"), "child"))
            with run.stage("hops") as progress:
                found = carried(run, network, progress, hops=HOPS)
            total = found.groupBy("node").agg(
                F.sum(F.col("value") * F.pow(F.lit(DECAY), F.col("hop") - 1)).alias("i")
            )
            sums["spark"] = run.keep(total).agg({"i": "sum"}).first()[0]

    def least() -> None:
        from pyspark.sql import functions as F

        with begun(spark, customers):
            joined = kept.withColumnRenamed("node", "child").join(edges.hint("shuffle_hash"), "child")
            joined.groupBy("parent").agg(F.sum("own").alias("s")).agg(F.sum("s")).first()

    work: dict[str, Callable[[], Any]] = {
        "collect by Arrow, then arrays": collected,
        "Spark, hop by hop": lambda: spread(kept),
        "Spark, hop by hop, people in no order": lambda: spread(own),
        "Spark, the least there is: one join, one sum": least,
        "collect, arrays, and back into a DataFrame": returned,
    }
    title = f"By {HOPS} hops, from DataFrames, {told}, {rounds} rounds"
    tables = [report(spark, title, "Spark by hops", work, rounds, shuffled, warm=True)]
    assert np.allclose([sums["spark"], sums["returned"]], sums["collect"], rtol=1e-9)
    if os.environ.get("GRAPHFRAMES_JAR"):
        # By itself: what Java compiles for it is in the way of what it has compiled for others.
        peers = {
            "Spark, hop by hop": lambda: spread(kept),
            "GraphFrames, aggregateMessages": lambda: messages(kept, edges, sums),
        }
        title = f"Beside GraphFrames, by {HOPS} hops, {told}, {rounds} rounds"
        tables.append(
            report(
                spark,
                title,
                "Spark beside GraphFrames",
                peers,
                rounds,
                shuffled,
                to="the time hop by hop",
                warm=True,
            )
        )
    return tables


def begun(spark: Any, customers: int) -> AbstractContextManager[Work]:
    """As a run begins."""
    return working(spark, rows=customers, partitions=None, checkpoints=None, reporter=Quiet())


def messages(own: Any, edges: Any, sums: dict[str, float]) -> None:
    from graphframes import GraphFrame
    from graphframes.lib import AggregateMessages
    from pyspark.sql import functions as F

    links = edges.selectExpr("parent as src", "child as dst").localCheckpoint()
    now, total = own.selectExpr("node as id", "cast(own as double) as v"), 0.0
    for hop in range(HOPS):
        graph = GraphFrame(now, links)
        sent = graph.aggregateMessages(
            [F.sum(AggregateMessages.msg).alias("v")], sendToSrc=[AggregateMessages.dst["v"]]
        )
        now = sent.localCheckpoint()  # it persists what it gives, but plans double with each hop
        sent.unpersist()
        total += DECAY**hop * (now.agg({"v": "sum"}).first()[0] or 0.0)
    assert np.isclose(sums.setdefault("spark", total), total, rtol=1e-9)


def whole_way(
    spark: Any, directory: Path, customers: int, rounds: int, shuffled: random.Random, told: str
) -> Table:
    asked = Question("revenue", HOPS, DECAY, "EUR", Rules("first", None, 7.0))
    source, target = directory / "in", directory / "out"

    def spread() -> None:
        analyze(spark, str(source), str(target), asked, overwrite=True)

    def arrays() -> None:
        people, links = pq.read_table(source / "customers.parquet"), pq.read_table(source / "credits.parquet")
        names = people["customer_id"].to_pandas()
        number = names.reset_index().set_index("customer_id")["index"]
        ends = [number.reindex(links[name].to_pandas()).to_numpy() for name in ("referrer_id", "referee_id")]
        network = Network(*ends, links["credit"].to_numpy(), nodes=len(names))
        own = np.rint(people["revenue"].to_numpy() * 100).astype(np.int64)
        influence, below = network.influence(own, hops=HOPS, decay=DECAY), network.downline()
        every = own + network.influence(own, hops=None, decay=1.0)
        table = {
            "customer_id": names, "own": own, "influence": influence, "ecr_network": every,
            "ecr_direct": own + network.influence(own, hops=1, decay=1.0), "downline": below,
            "conserved_credit": network.conserved(own, decay=DECAY), "longest_chain": network.longest_chain(),
            "percentile": percentile(influence), "band": bands(every, own, below > 0),
            "quadrant": quadrants(np.full(len(names), np.nan), influence),
        }  # fmt: skip
        pq.write_table(pa.table(table), directory / "arrays.parquet")

    table = report(
        spark,
        f"The whole way, parquet of string ids to parquet of every measure, {told}, {rounds} rounds",
        "Spark whole way",
        {"pandas and arrays": arrays, "refnet analyze --engine spark": spread},
        rounds,
        shuffled,
    )
    ours = pq.read_table(target / "customers").sort_by("customer_id")
    theirs = pq.read_table(directory / "arrays.parquet").sort_by("customer_id")
    for name in ("ecr_direct", "ecr_network", "downline", "longest_chain"):
        scale = 100 if name.startswith("ecr") else 1
        assert np.array_equal(np.rint(ours[name].to_numpy() * scale), theirs[name].to_numpy()), name
    conserved = np.rint(ours["conserved_credit"].to_numpy() * 100).astype(np.int64)
    apart = conserved - theirs["conserved_credit"].to_numpy()
    assert apart.sum() == 0
    print(
        f"  conserved credit: the same sum; {np.count_nonzero(apart):,} of {customers:,} differ, "
        f"by {abs(apart).max()} cent at most"
    )
    return table


def report(
    spark: Any,
    title: str,
    figure: str,
    work: dict[str, Callable[[], Any]],
    rounds: int,
    shuffled: random.Random,
    *,
    to: str = "the arrays' time",
    warm: bool = False,
) -> Table:
    """Times on the clock, and seconds of CPU in this process and its Java: less of a busy machine is in those.

    `to`: what the ratios are to, the first one. `warm`: each is done once before, so that nobody is measured while Java
    compiles.
    """
    times: dict[str, list[float]] = {name: [] for name in work}
    used: dict[str, list[float]] = {name: [] for name in work}
    for name in work if warm else ():
        work[name]()
    for _ in range(rounds):
        for name in shuffled.sample(list(work), len(work)):
            gc.collect()
            spark._jvm.System.gc()  # what one leaves behind is not for the next to clear
            started, before = time.perf_counter(), _used()
            work[name]()
            times[name].append(time.perf_counter() - started)
            used[name].append(_used() - before)
    table = Table(title, taken(to))
    first, least = (statistics.median(next(iter(each.values()))) for each in (times, used))
    for name, seconds in times.items():
        table.times(name, seconds, statistics.median(seconds) / first)
        table.times(f"of CPU: {name}", used[name], statistics.median(used[name]) / least)
    others = (
        f"{name} {statistics.median(seconds) / first:.1f} ×" for name, seconds in list(times.items())[1:]
    )
    table.figure(figure, ", ".join(others))
    return table


def _used() -> float:
    here = psutil.Process()
    used = 0.0
    for process in (here, *here.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # what Spark starts for a moment is gone before it is asked
            cpu = process.cpu_times()
            used += cpu.user + cpu.system
    return used
